"""Results on disk and back: dataclasses of tables as Parquet files and one index."""

from __future__ import annotations

import hashlib
import importlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.errors import StudyError
from clusterid.study.saving._frames import damage_named, pack_frame, unpack_frame
from clusterid.study.saving._graphs import pack_graph, unpack_graph

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["store", "unstore"]

#: What a stored result may be made of, and the module of each; a file chooses by name
#: among these and nothing else.
_PARTS = {
    "Result": "clusterid.study",
    "Provenance": "clusterid.results",
    "Economy": "clusterid.tables",
    "Metadata": "clusterid.tables",
    "Templates": "clusterid.communities",
    "CandidateClusters": "clusterid.clusters",
    "Survey": "clusterid.survey",
    "Comparison": "clusterid.comparison",
    "Monitoring": "clusterid.monitoring",
}

#: 3: candidates carry grades and the list of every region.
_FORMAT = 3


def store(value: object, folder: Path) -> None:
    """Write a dataclass of tables, graphs and plain values into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    index = {"format": _FORMAT, "content": _pack(value, folder, "result")}
    text = json.dumps(index, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / "index.json").write_text(text + "\n", encoding="utf-8")


def unstore(folder: Path) -> Any:
    """Read back what :func:`store` wrote.

    Raises
    ------
    StudyError
        If the folder holds no such result, or one of a later version.
    """
    path = folder / "index.json"
    if not path.is_file():
        raise StudyError(
            f"{folder}: no saved result stands here; give the folder that "
            "`clusterid run` or Result.save() wrote."
        )
    with damage_named(path):
        index = json.loads(path.read_text(encoding="utf-8"))
        version = _entry(index, "format")
        if version != _FORMAT:
            raise StudyError(
                f"{path}: written in format {str(version)[:20]}, this version reads "
                f"{_FORMAT}; run the study again."
            )
        return _unpack(_entry(index, "content"), folder)


def _entry(packed: object, key: str) -> Any:
    if not isinstance(packed, dict) or key not in packed:
        raise ValueError(f"{key!r} is missing")
    return packed[key]


def _pack(value: object, folder: Path, name: str) -> object:
    """Return what the index says of a value; its tables become files of that name."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    for kind in _KINDS:
        if kind.holds(value):
            return kind.pack(value, folder, name)
    raise StudyError(
        f"{name}: a value of type {type(value).__name__} cannot be saved with a result."
    )


def _unpack(packed: object, folder: Path) -> Any:
    if isinstance(packed, list):
        raise TypeError("a list stands where a value belongs")
    if not isinstance(packed, dict):
        return packed
    if "float" in packed:
        return float(packed["float"])
    kind = next((kind for kind in _KINDS if kind.mark in packed), _KINDS[-1])
    _entry(packed, kind.mark)
    return kind.unpack(packed, folder)


def _pack_series(series: pd.Series, folder: Path, name: str) -> dict[str, object]:
    packed = pack_frame(series.to_frame("value"), folder, name)
    return {"series": packed, "name": None if series.name is None else str(series.name)}


def _unpack_series(packed: Mapping[str, Any], folder: Path) -> pd.Series:
    return unpack_frame(packed["series"], folder)["value"].rename(packed["name"])


def _pack_array(
    array: np.ndarray[Any, Any], folder: Path, name: str
) -> dict[str, object]:
    return {"array": _pack(array.tolist(), folder, name)}


def _unpack_array(packed: Mapping[str, Any], folder: Path) -> np.ndarray[Any, Any]:
    return np.array(_unpack(packed["array"], folder))


def _pack_network(graph: nx.Graph[Any], folder: Path, name: str) -> dict[str, object]:
    packed = pack_graph(graph, folder, name)
    return {**packed, "attributes": _pack(dict(graph.graph), folder, f"{name}.graph")}


def _unpack_network(packed: Mapping[str, Any], folder: Path) -> nx.Graph[Any]:
    return unpack_graph(packed, _unpack(packed["attributes"], folder), folder)


def _is_instance(value: object) -> bool:
    return is_dataclass(value) and not isinstance(value, type)


def _pack_part(part: DataclassInstance, folder: Path, name: str) -> dict[str, object]:
    kind = type(part).__name__
    if kind not in _PARTS:
        raise StudyError(f"{name}: a {kind} is no part of a result.")
    names = [f.name for f in fields(part) if f.init]
    return {
        "class": kind,
        "fields": {n: _pack(getattr(part, n), folder, f"{name}.{n}") for n in names},
    }


def _unpack_part(packed: Mapping[str, Any], folder: Path) -> Any:
    name, given = packed["class"], _entry(packed, "fields")
    module = _PARTS.get(name) if isinstance(name, str) else None
    if module is None:
        # a file must not choose which function is called
        raise StudyError(
            f"{folder}: holds {str(name)[:60]!r}, which is not of clusterid, or no "
            "part of a result; run the study again."
        )
    kind = getattr(importlib.import_module(module), name)
    expected = {f.name for f in fields(kind) if f.init}
    if set(given) != expected:
        odd = sorted(expected.symmetric_difference(map(str, given)))
        raise ValueError(f"{name}: {odd[0]} is missing or unknown")
    values = {k: _unpack(v, folder) for k, v in given.items()}
    for f in fields(kind):
        if f.init and not _fits(values[f.name], str(f.type)):
            raise ValueError(f"{name}: {f.name} is no {f.type}")
    return kind(**values)


def _pack_map(items: Mapping[Any, Any], folder: Path, name: str) -> dict[str, object]:
    return {
        "map": [
            [_pack(key, folder, name), _pack(item, folder, f"{name}.{_safe(key)}")]
            for key, item in items.items()
        ]
    }


def _unpack_map(packed: Mapping[str, Any], folder: Path) -> dict[Any, Any]:
    return {_unpack(k, folder): _unpack(v, folder) for k, v in packed["map"]}


def _packed_items(items: Iterable[Any], folder: Path, name: str) -> list[object]:
    return [_pack(item, folder, f"{name}.{i}") for i, item in enumerate(items)]


def _pack_list(items: list[Any], folder: Path, name: str) -> dict[str, object]:
    return {"list": _packed_items(items, folder, name)}


def _pack_tuple(items: Iterable[Any], folder: Path, name: str) -> dict[str, object]:
    ordered = sorted(items) if isinstance(items, (set, frozenset)) else items
    return {"tuple": _packed_items(ordered, folder, name)}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of value: the key that marks it in the index, and both directions."""

    mark: str
    holds: Callable[[object], bool]
    pack: Callable[[Any, Path, str], dict[str, Any]]
    unpack: Callable[[Mapping[str, Any], Path], Any]


def _of(*kinds: type) -> Callable[[object], bool]:
    return lambda value: isinstance(value, kinds)


#: The first kind that holds a value packs it; the first whose mark stands in the index
#: unpacks it, and the last where none does.
_KINDS = (
    _Kind("frame", _of(pd.DataFrame), pack_frame, unpack_frame),
    _Kind("series", _of(pd.Series), _pack_series, _unpack_series),
    _Kind("array", _of(np.ndarray), _pack_array, _unpack_array),
    _Kind("graph", _of(nx.Graph), _pack_network, _unpack_network),
    _Kind("class", _is_instance, _pack_part, _unpack_part),
    _Kind("map", _of(Mapping), _pack_map, _unpack_map),
    _Kind(
        "list", _of(list), _pack_list,
        lambda packed, folder: [_unpack(item, folder) for item in packed["list"]],
    ),
    _Kind(
        "tuple", _of(tuple, set, frozenset), _pack_tuple,
        lambda packed, folder: tuple(_unpack(item, folder) for item in packed["tuple"]),
    ),
)  # fmt: skip

_DECLARED: dict[str, Any] = {
    "None": type(None), "str": str, "int": (int, np.integer), "bool": bool,
    "float": (float, int), "DataFrame": pd.DataFrame, "GeoDataFrame": pd.DataFrame,
    "Series": pd.Series, "Graph": nx.Graph, "Mapping": dict, "tuple": tuple,
    "list": list,
}  # fmt: skip


def _fits(value: object, annotation: str) -> bool:
    """Whether a value is of the outer type that a part of a result declares."""
    for one in annotation.split(" | "):
        name = one.partition("[")[0].rpartition(".")[2]
        if name in _PARTS:
            if type(value).__name__ == name:
                return True
        elif isinstance(value, _DECLARED.get(name, object)):
            return True
    return False


def _safe(key: object) -> str:
    """Return the key as a part of a file name; different keys stay different."""
    text = str(key)
    plain = "".join(c if c.isalnum() or c in "-_" else "_" for c in text)[:80]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
