"""Codes of a table held against the classification that it is said to follow."""

from __future__ import annotations

import re

import pandas as pd

from clusterid.errors import Fault, TableError, nearest
from clusterid.tables._nesting import is_total, plain_code, tree_named

__all__ = ["code_notes"]

#: What precedes codes in some files: CPA_C26, NACE_26, WZ08-26, SIC 2611.
_PREFIX = re.compile(
    r"^(?:CPA|NACE|NAICS|WZ|SIC|ISIC|KLDB)\d{0,4}[-_. ]*", re.IGNORECASE
)
#: Share of known codes below which a table follows another classification.
_FEWEST = 0.2


def code_notes(codes: pd.Series, classification: str | None) -> list[str]:
    """Return a note on codes that a classification does not have.

    Parameters
    ----------
    codes : Series of str
        Industries, one a row; they may be ranges or groups of codes.
    classification : str or None
        Its name; one that is not embedded is not looked at.

    Raises
    ------
    TableError
        If hardly any of the codes belongs to it.
    """
    tree = tree_named(classification)
    if tree is None:
        return []
    distinct = [str(code) for code in codes.unique() if not is_total(str(code))]
    unknown = sorted(c for c in distinct if not tree.leaves(plain_code(c)))
    if not unknown:
        return []
    bare = {c: _PREFIX.sub("", c) for c in unknown}
    stripped = [c for c, rest in bare.items() if rest != c and tree.leaves(rest)]
    hint = nearest(unknown[0], tree.codes.index)
    if 2 * len(stripped) > len(unknown):
        prefix = stripped[0].removesuffix(bare[stripped[0]])
        hint = f" Take the prefix {prefix!r} off: {bare[stripped[0]]!r} is one of it."
    elif finer := _finer(unknown, {str(c).replace(".", "") for c in tree.codes.index}):
        hint = finer
    shown = ", ".join(map(repr, unknown[:5])) + (", ..." if len(unknown) > 5 else "")
    rule = (
        f"{len(unknown)} of {len(distinct)} industries are no codes of "
        f"{classification} ({shown})"
    )
    if len(distinct) - len(unknown) < _FEWEST * len(distinct):
        mend = f"name the classification that the table follows.{hint}"
        raise TableError("employment", [Fault(rule, mend)])
    return [f"{rule}.{hint}"]


def _finer(unknown: list[str], bare: set[str]) -> str:
    """Return a hint where codes go on below the finest level."""
    plain = [code.replace(".", "") for code in unknown]
    most = max(map(len, bare), default=0)
    below = [c for c in plain if len(c) > most and c[:most] in bare]
    if 2 * len(below) <= len(plain):
        return ""
    return " They are finer than its finest level."
