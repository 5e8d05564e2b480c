"""Rows as a page's file holds them: names once, repeated values once."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["packed"]

#: tables of a page whose rows have the same names
_TABLES = ("clusters", "kinds", "layers")
#: what layers say of some cells, by position; of many cells it is shorter as a list
_OF_SOME_CELLS, _MANY = ("notes", "reasons", "imputed"), 200
#: what stands as columns already
_LISTS = ("concentrations",)


def packed(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of a page with its tables as columns; ``_map.js`` unpacks them.

    Examples
    --------
    >>> rows = [{"id": k, "form": "many_plants"} for k in "abcd"]
    >>> table = packed({"clusters": rows})["clusters"]
    >>> table["n"], table["columns"]["id"]
    (4, ['a', 'b', 'c', 'd'])
    >>> table["columns"]["form"]
    {'values': ['many_plants'], 'at': [0, 0, 0, 0]}
    """
    found = dict(data)
    if isinstance(found.get("layers"), list):
        found["layers"] = [_dense(layer) for layer in found["layers"]]
    for name in found.keys() & set(_TABLES):
        found[name] = _columns(found[name])
    for name in found.keys() & set(_LISTS):
        found[name] = {key: _shorter(values) for key, values in found[name].items()}
    return found


def _dense(layer: Any) -> Any:
    """Return a layer with what is said of many cells as a list over all of them."""
    n = len(layer.get("v") or ()) if isinstance(layer, dict) else 0
    if n < _MANY:
        return layer
    found = dict(layer)
    for name in _OF_SOME_CELLS:
        said = found.get(name)
        if isinstance(said, dict) and len(said) > n / 4:
            listed = _shorter([said.get(i) for i in range(n)])
            if isinstance(listed, dict):
                found[name] = listed
    if isinstance(found.get("beside"), dict):
        found["beside"] = _dense(found["beside"])
    return found


def _columns(rows: Any) -> Any:
    """Return rows of the same names as columns; other rows as they are."""
    if not isinstance(rows, Sequence) or not rows:
        return rows
    names = list(rows[0])
    if any(list(row) != names for row in rows):
        return rows
    return {
        "n": len(rows),
        "columns": {name: _shorter([row[name] for row in rows]) for name in names},
    }


def _shorter(values: list[Any]) -> Any:
    """Return values, or each of them once with where it stands, if that is shorter."""
    written = _written(values)
    place: dict[str, int] = {}
    at = [place.setdefault(text, len(place)) for text in written]
    once = sum(map(len, place)) + len(json.dumps(at, separators=(",", ":")))
    if once >= sum(map(len, written)) + len(written):
        return values
    first = dict(zip(reversed(at), reversed(values), strict=True))
    return {"values": [first[k] for k in range(len(place))], "at": at}


def _written(values: list[Any]) -> list[str]:
    """Return values as they are written; texts that repeat only once."""
    known: dict[str, str] = {}
    found = []
    for value in values:
        if type(value) is str:
            if value not in known:
                known[value] = json.dumps(value, ensure_ascii=False)
            found.append(known[value])
        elif type(value) is int:
            found.append(str(value))
        elif type(value) is float and math.isfinite(value):
            found.append(repr(value))
        else:
            found.append(json.dumps(value, ensure_ascii=False))
    return found
