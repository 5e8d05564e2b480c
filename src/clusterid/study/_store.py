"""Results on disk and back: dataclasses of tables as Parquet files and one index."""

from __future__ import annotations

import hashlib
import importlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.errors import ClusteridError, StudyError

__all__ = ["SIGNIFICANT_DIGITS", "rounded", "store", "unstore"]

#: What a stored result may be made of, and the module of each; a file chooses by name
#: among these and nothing else.
_PARTS = {
    "Result": "clusterid.study",
    "Provenance": "clusterid.study._provenance",
    "Economy": "clusterid.tables",
    "Metadata": "clusterid.tables",
    "Templates": "clusterid.communities",
    "CandidateClusters": "clusterid.clusters",
    "Survey": "clusterid.survey",
    "Comparison": "clusterid.comparison",
    "Monitoring": "clusterid.monitoring",
}

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
    with _damage(path):
        index = json.loads(path.read_text(encoding="utf-8"))
        version = _entry(index, "format")
        if version != _FORMAT:
            raise StudyError(
                f"{path}: written in format {str(version)[:20]}, this version reads "
                f"{_FORMAT}; run the study again."
            )
        return _unpack(_entry(index, "content"), folder)


@contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Say in one sentence that a stored result is not as it was written."""
    import pyarrow as pa
    from shapely.errors import ShapelyError

    try:
        yield
    except StudyError:
        raise
    except (
        ArithmeticError, AttributeError, ClusteridError, LookupError, MemoryError,
        OSError, RuntimeError, TypeError, ValueError, ShapelyError,
        pa.ArrowException,
    ) as error:  # fmt: skip
        why = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise StudyError(
            f"{path}: is damaged or was changed ({why}); run the study again."
        ) from error


def _entry(packed: Any, key: str) -> Any:
    if not isinstance(packed, dict) or key not in packed:
        raise ValueError(f"{key!r} is missing")
    return packed[key]


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
        if _PARTS.get(kind.__name__) is None:
            raise StudyError(f"{name}: a {kind.__name__} is no part of a result.")
        return {
            "class": kind.__name__,
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
    if isinstance(packed, list):
        raise TypeError("a list stands where a value belongs")
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
        return _unpack_part(packed, folder)
    if "map" in packed:
        return {_unpack(k, folder): _unpack(v, folder) for k, v in packed["map"]}
    if "list" in packed:
        return [_unpack(item, folder) for item in packed["list"]]
    return tuple(_unpack(item, folder) for item in _entry(packed, "tuple"))


def _unpack_part(packed: dict[str, Any], folder: Path) -> Any:
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


_KINDS: dict[str, Any] = {
    "None": type(None), "str": str, "int": (int, np.integer), "bool": bool,
    "float": (float, int), "DataFrame": pd.DataFrame, "GeoDataFrame": pd.DataFrame,
    "Series": pd.Series, "Graph": nx.Graph, "Mapping": dict, "tuple": tuple,
    "list": list,
}  # fmt: skip


def _fits(value: Any, annotation: str) -> bool:
    """Whether a value is of the outer type that a part of a result declares."""
    for one in annotation.split(" | "):
        name = one.partition("[")[0].rpartition(".")[2]
        if name in _PARTS:
            if type(value).__name__ == name:
                return True
        elif isinstance(value, _KINDS.get(name, object)):
            return True
    return False


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
    packed["types"] = _types(out)
    packed["rows"] = len(out)
    out.to_parquet(folder / packed["frame"])
    return packed


def _types(frame: pd.DataFrame) -> list[str]:
    """Return what each column holds: numbers, texts ...; one letter a column."""
    kinds: list[str] = []
    for dtype in frame.dtypes:
        if isinstance(dtype, np.dtype):
            kinds.append(dtype.kind)
        else:
            kinds.append("O" if str(dtype) in {"str", "string"} else str(dtype))
    return kinds


def _unpack_frame(packed: dict[str, Any], folder: Path) -> pd.DataFrame:
    path = folder / Path(packed["frame"]).name
    with _damage(path):
        if not path.is_file():
            raise ValueError("the file is missing")
        if packed["geo"]:
            import geopandas as gpd

            frame: pd.DataFrame = gpd.read_parquet(path)
        else:
            frame = pd.read_parquet(path)
        labels = [str(c) for c in frame.columns]
        if labels != packed["labels"] or len(frame) != packed["rows"]:
            raise ValueError("columns or rows are missing")
        if _types(frame) != packed["types"]:
            raise ValueError("a column holds something else")
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
