"""What kind of organisation it is, and whether its seat speaks for many places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from clusterid._disk import read_toml
from clusterid._typed import typed

__all__ = ["BUSINESS", "SCIENCE", "organisation_kinds", "seat_booked"]

#: Kinds that count as science, and as business, in a science-business link.
SCIENCE = ("university", "research institute")
BUSINESS = ("firm",)

_PATTERNS = read_toml(Path(__file__).with_name("organisations.toml"))


def _matched(names: Iterable[object], patterns: str, name: str) -> pd.Series:
    """Return the label of the first pattern that a name holds; each name once."""
    series = names if isinstance(names, pd.Series) else pd.Series(list(names))
    codes, distinct = pd.factorize(series)
    text = _plain(pd.Series(distinct))
    found = pd.Series(pd.NA, index=text.index, dtype="string")
    for entry in _PATTERNS[patterns]:
        safe = re.sub(r"\((?!\?)", "(?:", "|".join(entry["patterns"]))
        hit = text.str.contains(safe, regex=True).fillna(False).astype(bool)
        found = found.mask(hit & found.isna(), entry["label"])
    taken = found.reindex(pd.Index(codes)).array
    return pd.Series(taken, index=series.index, dtype="string", name=name)


def _plain(series: pd.Series) -> pd.Series:
    text = series.astype("string").str.upper()
    for sign, letters in (("Ä", "AE"), ("Ö", "OE"), ("Ü", "UE"), ("ß", "SS")):
        text = text.str.replace(sign, letters, regex=False)
    return (
        text.str
        .normalize("NFKD")
        .str.encode("ascii", "ignore")
        .str.decode("ascii")
        .str.replace(r"\s+", " ", regex=True)
        .str.strip()
    )


@typed
def seat_booked(names: Iterable[object]) -> pd.Series:
    """Return which names are bodies whose work is booked at the seat, and which body.

    National research societies work in dozens of places and sign in one: in FP7 they
    make the seat's Kreis look like a centre of everything. The list is of names, not
    of proof: a body with its own legal institutes elsewhere is not in it.

    Parameters
    ----------
    names : iterable of str
        Names of organisations; a Series keeps its index.

    Returns
    -------
    Series of str
        The body's name; missing where the organisation is not on the list.

    Examples
    --------
    >>> seat_booked(["Fraunhofer-Gesellschaft e.V.", "Meier GmbH"]).fillna("-").tolist()
    ['Fraunhofer society', '-']
    """
    return _matched(names, "seats", "seat_booked")


@typed
def organisation_kinds(names: Iterable[object]) -> pd.Series:
    """Return the kind of each organisation as far as its name tells.

    For sources that do not say. Legal forms and words of a dozen languages; what no
    pattern knows is missing, not "other".

    Parameters
    ----------
    names : iterable of str
        Names of organisations; a Series keeps its index.

    Returns
    -------
    Series of str
        ``university``, ``research institute``, ``public``, ``association`` (chambers
        included), ``firm``, or missing.

    Examples
    --------
    >>> organisation_kinds(["TU Universität X", "Meier GmbH", "Qwerty"]).tolist()
    ['university', 'firm', <NA>]
    """
    return _matched(names, "kinds", "organisation_kind")
