"""JSON-stat: the cubes that statistical offices hand out, as long tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid.errors import Fault

__all__ = ["json_stat"]


def json_stat(path: Path) -> pd.DataFrame | Fault | None:
    """Return the cube of a file, what is wrong with it, or None if it holds none.

    Returns
    -------
    DataFrame
        One row a cell: a column for each dimension with its codes, ``value``, and
        ``status`` where the file has flags. All values are text.
    """
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None  # told by whoever reads shapes
    cube = _cube(content)
    if cube is None:
        return None
    try:
        return _table(cube)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        rule = "the file is JSON-stat, but its dimensions and values do not fit"
        mend = "fetch it again as JSON-stat 2.0, or as CSV"
        return Fault(rule, mend)


def _cube(content: object) -> Mapping[str, Any] | None:
    if not isinstance(content, Mapping):
        return None
    if content.get("class") == "dataset" or {"id", "size", "value"} <= set(content):
        return content
    if isinstance(content.get("dataset"), Mapping):  # JSON-stat 1.x
        inside = dict(content["dataset"])
        dimension = dict(inside.get("dimension", {}))
        for key in ("id", "size"):
            inside.setdefault(key, dimension.pop(key, None))
        return {**inside, "dimension": dimension}
    return None


def _table(cube: Mapping[str, Any]) -> pd.DataFrame:
    names, sizes = list(cube["id"]), [int(n) for n in cube["size"]]
    codes = [
        _codes(cube["dimension"][name], n) for name, n in zip(names, sizes, strict=True)
    ]
    n_cells = prod(sizes)
    frame = pd.DataFrame(list(product(*codes)), columns=names, dtype=object)
    frame["value"] = _spread(cube["value"], n_cells)
    if cube.get("status"):
        frame["status"] = _spread(cube["status"], n_cells)
    has = frame["value"].notna()
    if "status" in frame.columns:
        has |= frame["status"].notna()
    if not isinstance(cube["value"], Mapping):
        return frame
    return frame[has].reset_index(drop=True)  # cells that are not named are not there


def _codes(dimension: Mapping[str, Any], size: int) -> list[str]:
    category = dimension["category"]
    index = category.get("index", category.get("label"))
    if isinstance(index, Mapping):
        numbered = {code: k for k, code in enumerate(index)}
        order = index if all(isinstance(v, int) for v in index.values()) else numbered
        found = sorted(index, key=lambda code: order[code])
    else:
        found = [str(code) for code in index]
    if len(found) != size:
        raise ValueError("a dimension has another size than it says")
    return [str(code) for code in found]


def _spread(values: Sequence[Any] | Mapping[str, Any], n: int) -> list[str | None]:
    """Return one text a cell; a mapping names some cells by their number."""
    if isinstance(values, str):
        return [values] * n
    named = values.items() if isinstance(values, Mapping) else enumerate(values)
    cells: list[str | None] = [None] * n
    for place, value in named:
        if value is not None:
            cells[int(place)] = str(value)
    return cells
