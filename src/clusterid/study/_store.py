"""Results on disk and back: dataclasses of tables as Parquet files and one index."""

from __future__ import annotations

import hashlib
import importlib
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.errors import StudyError

__all__ = ["SIGNIFICANT_DIGITS", "rounded", "store", "unstore"]

#: Values are written with this many digits, so that the last bits of a sum, which
#: depend on the machine, do not reach a file.
SIGNIFICANT_DIGITS = 12
_FORMAT = 1


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with floats rounded to 12 significant digits."""
    out = frame.copy()
    for position, dtype in enumerate(out.dtypes):
        if isinstance(dtype, np.dtype) and dtype.kind == "f":
            values = out.iloc[:, position].to_numpy(dtype=float)
            out.isetitem(position, _round_array(values))
    return out


def _round_array(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    finite = np.isfinite(values) & (values != 0)
    result = values.astype(float, copy=True)
    magnitude = np.floor(np.log10(np.abs(values[finite])))
    shift = SIGNIFICANT_DIGITS - 1 - magnitude
    # two steps, because 10**shift overflows for numbers below 1e-297
    half = np.trunc(shift / 2)
    scaled = values[finite] * 10.0**half * 10.0 ** (shift - half)
    result[finite] = np.rint(scaled) / 10.0**half / 10.0 ** (shift - half)
    return result + 0.0


def store(value: Any, folder: Path) -> None:
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
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        version, content = index["format"], index["content"]
    except (ValueError, KeyError, TypeError):
        raise StudyError(
            f"{path}: damaged; run the study again to write it anew."
        ) from None
    if version != _FORMAT:
        raise StudyError(
            f"{path}: written in format {version}, this version reads {_FORMAT}; "
            "run the study again."
        )
    return _unpack(content, folder)


def _pack(value: Any, folder: Path, name: str) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, pd.DataFrame):
        return _pack_frame(value, folder, name)
    if isinstance(value, pd.Series):
        packed = _pack_frame(value.to_frame("value"), folder, name)
        return {
            "series": packed,
            "name": None if value.name is None else str(value.name),
        }
    if isinstance(value, np.ndarray):
        return {"array": _pack(value.tolist(), folder, name)}
    if isinstance(value, nx.Graph):
        return _pack_graph(value, folder, name)
    if is_dataclass(value) and not isinstance(value, type):
        kind = type(value)
        return {
            "class": f"{kind.__module__}:{kind.__qualname__}",
            "fields": {
                f.name: _pack(getattr(value, f.name), folder, f"{name}.{f.name}")
                for f in fields(value)
                if f.init
            },
        }
    if isinstance(value, Mapping):
        return {
            "map": [
                [_pack(key, folder, name), _pack(item, folder, f"{name}.{_safe(key)}")]
                for key, item in value.items()
            ]
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value) if isinstance(value, (set, frozenset)) else value
        kind_name = "list" if isinstance(value, list) else "tuple"
        return {
            kind_name: [
                _pack(item, folder, f"{name}.{i}") for i, item in enumerate(items)
            ]
        }
    if isinstance(value, Path):
        return str(value)
    raise StudyError(
        f"{name}: a value of type {type(value).__name__} cannot be saved with a result."
    )


def _unpack(packed: Any, folder: Path) -> Any:
    if not isinstance(packed, dict):
        return packed
    if "float" in packed:
        return float(packed["float"])
    if "frame" in packed:
        return _unpack_frame(packed, folder)
    if "series" in packed:
        return _unpack_frame(packed["series"], folder)["value"].rename(packed["name"])
    if "array" in packed:
        return np.array(_unpack(packed["array"], folder))
    if "graph" in packed:
        return _unpack_graph(packed, folder)
    if "class" in packed:
        module, _, qualname = packed["class"].partition(":")
        if module.split(".")[0] != "clusterid":
            raise StudyError(
                f"{folder}: holds an object of {module}, not of clusterid."
            )
        kind = getattr(importlib.import_module(module), qualname, None)
        if not (isinstance(kind, type) and is_dataclass(kind)):
            # a file must not choose which function of the package is called
            raise StudyError(f"{folder}: {packed['class']} is no part of a result.")
        return kind(**{k: _unpack(v, folder) for k, v in packed["fields"].items()})
    if "map" in packed:
        return {_unpack(k, folder): _unpack(v, folder) for k, v in packed["map"]}
    if "list" in packed:
        return [_unpack(item, folder) for item in packed["list"]]
    return tuple(_unpack(item, folder) for item in packed["tuple"])


def _safe(key: Any) -> str:
    """Return the key as a part of a file name; different keys stay different."""
    text = str(key)
    plain = "".join(c if c.isalnum() or c in "-_" else "_" for c in text)[:80]
    if plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _pack_frame(frame: pd.DataFrame, folder: Path, name: str) -> dict[str, Any]:
    import geopandas as gpd

    is_geo = isinstance(frame, gpd.GeoDataFrame)
    nested = [
        position
        for position, dtype in enumerate(frame.dtypes)
        if str(dtype) == "object"
        and any(isinstance(v, (list, tuple, dict)) for v in frame.iloc[:, position])
    ]
    out = rounded(frame)
    for position in nested:
        text = [json.dumps(v, ensure_ascii=False) for v in out.iloc[:, position]]
        out.isetitem(position, np.array(text, dtype=object))
    packed: dict[str, Any] = {
        "frame": f"{name}.parquet",
        "geo": is_geo,
        "nested": [str(frame.columns[i]) for i in nested],
        "columns": [None if n is None else str(n) for n in frame.columns.names],
        "labels": [str(c) for c in frame.columns],
        "numbered": bool(
            len(frame.columns) and all(isinstance(c, (int, np.integer)) for c in frame)
        ),
    }
    if not is_geo or not len(out.columns):
        out = pd.DataFrame(out)
        packed["geo"] = False
    out.columns = [str(c) for c in out.columns]
    out.to_parquet(folder / packed["frame"])
    return packed


def _unpack_frame(packed: dict[str, Any], folder: Path) -> pd.DataFrame:
    path = folder / Path(packed["frame"]).name
    try:
        if packed["geo"]:
            import geopandas as gpd

            frame: pd.DataFrame = gpd.read_parquet(path)
        else:
            frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise StudyError(
            f"{path}: cannot be read ({error}); run the study again."
        ) from None
    for column in packed["nested"]:
        frame[column] = [json.loads(text) for text in frame[column]]
    if packed["numbered"]:
        frame.columns = [int(c) for c in frame.columns]
    frame.columns.names = packed["columns"]
    return frame


def _pack_graph(graph: nx.Graph[Any], folder: Path, name: str) -> dict[str, Any]:
    def columns(known: dict[str, list[Any]], data: list[Any]) -> pd.DataFrame:
        # column by column: a table of half a million rows given as dicts takes seconds
        for key in dict.fromkeys(key for each in data for key in each):
            known[key] = [each.get(key, np.nan) for each in data]
        return pd.DataFrame(known) if data else pd.DataFrame({"source": []})

    nodes = sorted(graph.nodes(data=True), key=lambda node: node[0])
    at = {node: i for i, (node, _) in enumerate(nodes)}
    edges = [
        (at[u], at[v], data)
        for u, around in graph.adjacency()
        for v, data in around.items()
        if graph.is_directed() or at[u] <= at[v]
    ]
    edges.sort(key=lambda edge: edge[:2])
    names = [str(node) for node, _ in nodes]
    node_table = columns({"node": names}, [data for _, data in nodes])
    edge_table = columns(
        {
            "source": [names[e[0]] for e in edges],
            "target": [names[e[1]] for e in edges],
        },
        [e[2] for e in edges],
    )
    return {
        "graph": "directed" if graph.is_directed() else "undirected",
        "nodes": _pack_frame(node_table, folder, f"{name}.nodes"),
        "edges": _pack_frame(edge_table, folder, f"{name}.edges"),
        "attributes": _pack(dict(graph.graph), folder, f"{name}.graph"),
    }


def _unpack_graph(packed: dict[str, Any], folder: Path) -> nx.Graph[Any]:
    graph: nx.Graph[Any] = nx.DiGraph() if packed["graph"] == "directed" else nx.Graph()
    graph.graph.update(_unpack(packed["attributes"], folder))

    def clean(row: dict[Any, Any]) -> dict[str, Any]:
        return {
            k: v for k, v in row.items() if not (isinstance(v, float) and math.isnan(v))
        }

    for row in _unpack_frame(packed["nodes"], folder).to_dict("records"):
        if "node" in row:
            graph.add_node(row.pop("node"), **clean(row))
    for row in _unpack_frame(packed["edges"], folder).to_dict("records"):
        if "target" in row:
            graph.add_edge(row.pop("source"), row.pop("target"), **clean(row))
    return graph
