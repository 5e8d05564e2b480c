"""Skill relatedness of industries from job moves, as published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.classifications import read_classification
from clusterid.errors import Fault, TableError, check_option
from clusterid.sources._files import (
    Paths,
    known_numbers_of,
    numbers_of,
    one_file,
    opened,
)
from clusterid.tables import read_links

__all__ = ["read_skill_links"]


def read_skill_links(
    paths: Paths,
    *,
    classification: str = "sic2007",
    keep: str = "related",
    minimum_count: float = 0,
) -> pd.DataFrame:
    """Read skill relatedness between industries; a pair that is absent is unknown.

    Parameters
    ----------
    paths : path
        A file with ``nace_a``, ``nace_b``, ``skill_relatedness`` (-1 to 1; above 0:
        more moves than chance) and ``count``.
    classification : str
        In whose notation the codes are handed on, e.g. ``"sic2007"`` (``2910``) or
        ``"nace2"`` (``29.10``).
    keep : {"related", "all"}
        Pairs above 0 only, or all that are published.
    minimum_count : float
        Pairs with fewer moves are left out.

    Returns
    -------
    DataFrame
        ``source``, ``target``, ``value``; each pair once, source before target,
        without the industries' links to themselves.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks columns, a pair stands twice or has no
        relatedness.
    TableError
        If codes are unknown, a relatedness is outside -1 to 1, or the two directions of
        a pair disagree.
    """
    check_option("keep", keep, ("related", "all"))
    file = one_file(paths)
    ends = ["nace_a", "nace_b"]
    raw = opened(file, [*ends, "skill_relatedness", "count"], keys=ends)
    count = numbers_of(raw, "count", file)
    value = known_numbers_of(raw, "skill_relatedness", ends, file)
    outside = np.flatnonzero(np.abs(value) > 1)
    if len(outside):
        given = raw["skill_relatedness"]
        fault = Fault.listing(
            "skill_relatedness is not between -1 and 1",
            "name the file of relatedness, not of moves",
            ((int(i) + 1, given.iloc[i]) for i in outside),
        )
        raise TableError(file.name, [fault])
    notation = _notation(raw[ends].astype(str), classification, file)
    table = pd.DataFrame({
        "source": raw["nace_a"].astype(str).map(notation),
        "target": raw["nace_b"].astype(str).map(notation),
        "value": value,
        "count": count,
    })
    table = table[table["source"].ne(table["target"])]
    if minimum_count > 0:
        table = table[table["count"].ge(minimum_count)]
    links = _one_a_pair(table, file)
    if keep == "related":
        links = links[links["value"].gt(0)]
    return read_links(links.reset_index(drop=True))


def _notation(ends: pd.DataFrame, classification: str, file: Path) -> dict[str, str]:
    """Return every code as the classification writes it."""
    tree = read_classification(classification)
    codes = sorted({*ends["nace_a"], *ends["nace_b"]})
    found = {code: tree.notation(code) for code in codes}
    unknown = [code for code, known in found.items() if known is None]
    if unknown:
        rows = ((code, code) for code in unknown)
        fault = Fault.listing(
            f"a code is not in {tree.name}", "correct or drop it", rows
        )
        raise TableError(file.name, [fault])
    return {code: str(known) for code, known in found.items()}


def _one_a_pair(table: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return each pair once, source before target; two values of one are reported."""
    ends = np.sort(table[["source", "target"]].to_numpy(), axis=1)
    table = table.assign(source=ends[:, 0], target=ends[:, 1])
    pairs = table.groupby(["source", "target"])["value"].agg(["min", "max"])
    disagree = pairs[(pairs["max"] - pairs["min"]).abs() > 1e-6]
    if len(disagree):
        fault = Fault.listing(
            "the two directions of a pair disagree",
            "these are directed moves; use the symmetric file",
            ((" / ".join(map(str, pair)), "") for pair in disagree.index),
        )
        raise TableError(file.name, [fault])
    return pairs["max"].rename("value").reset_index()
