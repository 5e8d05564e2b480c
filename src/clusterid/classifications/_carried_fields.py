"""Fields carried from the classification they are written in to another one."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from clusterid.classifications._classification import Classification
from clusterid.classifications._correspondence import Correspondence
from clusterid.classifications._reading import listed
from clusterid.classifications._trees import read_classification
from clusterid.errors import ClassificationError, DataWarning

__all__ = ["carried_lines", "carry_fields", "in_their_vintage"]

#: roles from the narrowest to the widest: a code has the narrowest of them
_ROLES = ("core", "host", "supplier", "extended")


def carried_lines(
    lines: pd.DataFrame, tree: Classification, correspondence: Correspondence
) -> pd.DataFrame:
    """Lexicon lines on the target codes: the share of each target that is the field.

    What flows into a target from codes outside the field dilutes it, each source
    taken for equally large.
    """
    table = correspondence.table
    inflow = table.groupby("target")["weight"].sum()
    rows = []
    for field, mine in lines.groupby("field", sort=False):
        weight: dict[str, float] = {}
        for code, w in zip(mine["code"], mine["weight"], strict=True):
            for leaf in tree.leaves(str(code)):
                weight[leaf] = max(weight.get(leaf, 0.0), float(w))
        share = table["source"].map(weight).fillna(0.0) * table["weight"]
        reached = share.groupby(table["target"]).sum()
        reached = reached[reached > 0] / inflow
        rows += [(field, t, float(w)) for t, w in reached.dropna().items()]
    return pd.DataFrame(rows, columns=["field", "code", "weight"])


def in_their_vintage(
    fields: pd.DataFrame, correspondence: Correspondence
) -> pd.DataFrame:
    """Return the lines, those written in the target's codes named as such.

    Lists of definitions are brought up to date by hand, and a code of the next
    vintage stands among those of the last.
    """
    old, new = _tree(correspondence.source), _tree(correspondence.target)
    if old is None or new is None:
        return fields
    mine = fields["classification"].eq(correspondence.source)
    ahead = mine & ~fields["code"].isin(old.codes.index)
    ahead &= fields["code"].isin(new.codes.index)
    if ahead.any():
        codes = sorted(set(fields.loc[ahead, "code"]))
        noun = "code is" if len(codes) == 1 else "codes are"
        warnings.warn(
            f"lexicon: {len(codes)} {noun} of {new.name}, not of {old.name} "
            f"({listed(codes)}); taken as they stand.",
            DataWarning,
            stacklevel=3,
        )
    name = fields["classification"].mask(ahead, correspondence.target)
    return fields.assign(classification=name)


def _tree(name: str) -> Classification | None:
    try:
        return read_classification(name)
    except ClassificationError:
        return None


def carry_fields(fields: pd.DataFrame, correspondence: Correspondence) -> pd.DataFrame:
    """Return a lexicon in the codes that a correspondence leads to.

    The weight of a line becomes the share of the new code that is the field: what
    flows into it from codes outside the field dilutes it, each source taken for equally
    large. Lines in the new classification stay as they are. A code that two lines of a
    field reach has the narrower role and the larger weight.

    Parameters
    ----------
    fields : DataFrame
        A lexicon from :func:`read_fields`.
    correspondence : Correspondence
        From the classification of the lexicon.

    Returns
    -------
    DataFrame
        As ``fields``, in the target's codes.

    Raises
    ------
    ClassificationError
        If no line of the lexicon is in the classification that the correspondence
        starts from, or none of its codes leads anywhere.

    Warns
    -----
    DataWarning
        Codes that lead nowhere, and codes that are divided, are named.
    """
    source, target = correspondence.source, correspondence.target
    old = fields["classification"].eq(source)
    if not old.any():
        names = ", ".join(sorted(set(fields["classification"])))
        raise ClassificationError(
            f"The lexicon is in {names}, the correspondence starts in {source}; give "
            "the one that starts in the lexicon's classification."
        )
    tree = read_classification(source)
    _say_what_is_lost(fields[old], tree, correspondence)
    labels = fields.drop_duplicates("field").set_index("field")
    parts: list[pd.DataFrame] = [fields[~old]]
    for role, lines in fields[old].groupby("role", sort=True):
        reached = carried_lines(lines, tree, correspondence)
        parts.append(
            reached.assign(
                classification=target, role=role, basis=f"carried from {source}",
                label_de=reached["field"].map(labels["label_de"]),
                label_en=reached["field"].map(labels["label_en"]),
            )
        )  # fmt: skip
    filled = [part for part in parts if len(part)]
    found = pd.concat(filled, ignore_index=True)
    order = found["role"].map({role: i for i, role in enumerate(_ROLES)})
    found = found.assign(_role=order, _light=-found["weight"].astype(float))
    found = found.sort_values(["field", "classification", "code", "_role", "_light"])
    found = found.drop_duplicates(["field", "classification", "code"])
    return found[list(fields.columns)].reset_index(drop=True)


def _say_what_is_lost(
    lines: pd.DataFrame, tree: Classification, correspondence: Correspondence
) -> None:
    """Warn of codes that lead nowhere and of codes that are divided in equal parts."""
    table = correspondence.table
    known = set(table["source"])
    leaves = {code: tree.leaves(str(code)) for code in sorted(set(lines["code"]))}
    lost = [c for c, below in leaves.items() if not known.intersection(below)]
    if len(lost) == len(leaves):
        raise ClassificationError(
            f"None of the {len(lost)} codes of the lexicon ({listed(lost)}) is in the "
            f"correspondence from {correspondence.source} to {correspondence.target}."
        )
    used = {leaf for below in leaves.values() for leaf in below}
    several = table.loc[table["weight"] > 0, "source"].value_counts()
    split = sorted(np.intersect1d(several.index[several > 1], sorted(used)))
    said = []
    if lost:
        said.append(
            f"{len(lost)} of {len(leaves)} codes lead nowhere ({listed(lost)}) and "
            "are left out"
        )
    if split:
        said.append(
            f"{len(split)} {'is' if len(split) == 1 else 'are'} divided among several "
            f"codes ({listed(split)}; weights: {correspondence.basis})"
        )
    if said:
        warnings.warn(
            f"lexicon, from {correspondence.source} to {correspondence.target}: "
            f"{'; '.join(said)}.",
            DataWarning,
            stacklevel=4,
        )
