"""Skill relatedness of industries from job moves, as published."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid.classifications import read_classification
from clusterid.errors import Fault, SourceError, TableError, check_option
from clusterid.sources._files import (
    file_list,
    known_numbers_of,
    numbers_of,
    read_raw,
    require_columns,
    require_keys,
)
from clusterid.sources._reader import Paths
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
    files = file_list(paths)
    if len(files) != 1:
        raise SourceError(f"One file is read, {len(files)} were named.")
    raw = read_raw(files[0])
    needed = ["nace_a", "nace_b", "skill_relatedness", "count"]
    require_columns(raw, needed, files[0])
    require_keys(raw, needed[:2], files[0])
    count = numbers_of(raw, "count", files[0])
    value = known_numbers_of(raw, "skill_relatedness", needed[:2], files[0])
    outside = np.flatnonzero(np.abs(value) > 1)
    if len(outside):
        beyond: tuple[tuple[int, Any], ...] = tuple(
            (int(i) + 1, raw["skill_relatedness"].iloc[i]) for i in outside[:5]
        )
        fault = Fault(
            "skill_relatedness is not between -1 and 1",
            "name the file of relatedness, not of moves",
            len(outside),
            beyond,
        )
        raise TableError(files[0].name, [fault])
    tree = read_classification(classification)
    codes = sorted({*raw["nace_a"].astype(str), *raw["nace_b"].astype(str)})
    notation = {code: tree.notation(code) for code in codes}
    unknown = [code for code, known in notation.items() if known is None]
    if unknown:
        rows = tuple((code, code) for code in unknown[:5])
        fault = Fault(
            f"a code is not in {tree.name}", "correct or drop it", len(unknown), rows
        )
        raise TableError(files[0].name, [fault])
    table = pd.DataFrame({
        "source": raw["nace_a"].astype(str).map(notation),
        "target": raw["nace_b"].astype(str).map(notation),
        "value": value,
        "count": count,
    })
    table = table[table["source"].ne(table["target"])]
    if minimum_count > 0:
        table = table[table["count"].ge(minimum_count)]
    swapped = table["source"] > table["target"]
    ends = table[["source", "target"]].to_numpy()
    ends[swapped.to_numpy()] = ends[swapped.to_numpy()][:, ::-1]
    table = table.assign(source=ends[:, 0], target=ends[:, 1])
    pairs = table.groupby(["source", "target"])["value"].agg(["min", "max"])
    disagree = pairs[(pairs["max"] - pairs["min"]).abs() > 1e-6]
    if len(disagree):
        rows = tuple((" / ".join(map(str, k)), "") for k in disagree.index[:5])
        fault = Fault(
            "the two directions of a pair disagree",
            "these are directed moves; use the symmetric file",
            len(disagree),
            rows,
        )
        raise TableError(files[0].name, [fault])
    links = pairs["max"].rename("value").reset_index()
    if keep == "related":
        links = links[links["value"].gt(0)]
    return read_links(links.reset_index(drop=True))
