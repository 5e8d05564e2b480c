"""Tables of a result as Parquet files: rounded, and reported when they were changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clusterid.errors import ClusteridError, StudyError

__all__ = [
    "SIGNIFICANT_DIGITS",
    "damage_named",
    "pack_frame",
    "rounded",
    "unpack_frame",
]

#: Values are written with this many digits, so that the last bits of a sum, which
#: depend on the machine, do not reach a file.
SIGNIFICANT_DIGITS = 12


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with floats rounded to 12 significant digits."""
    out = frame.copy(deep=False)  # columns are replaced, never written into
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


@contextmanager
def damage_named(path: Path) -> Iterator[None]:
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


def pack_frame(frame: pd.DataFrame, folder: Path, name: str) -> dict[str, Any]:
    """Write a table and return what the index says of it."""
    import geopandas as gpd

    nested = [i for i in range(frame.shape[1]) if _is_nested(frame.iloc[:, i])]
    names = frame.columns
    out = rounded(frame)
    for position in nested:
        text = [json.dumps(v, ensure_ascii=False) for v in out.iloc[:, position]]
        out.isetitem(position, np.array(text, dtype=object))
    is_geo = isinstance(frame, gpd.GeoDataFrame) and len(names) > 0
    if not is_geo:
        out = pd.DataFrame(out)
    out.columns = [str(c) for c in names]
    path = folder / f"{name}.parquet"
    out.to_parquet(path)
    is_numbered = len(names) > 0 and all(
        isinstance(c, (int, np.integer)) for c in names
    )
    return {
        "frame": path.name,
        "geo": is_geo,
        "nested": [str(names[i]) for i in nested],
        "columns": [None if n is None else str(n) for n in names.names],
        "labels": list(out.columns),
        "numbered": is_numbered,
        "types": _types(out),
        "rows": len(out),
    }


def _is_nested(column: pd.Series) -> bool:
    """Return whether a column holds lists or mappings, which are written as JSON."""
    is_object = str(column.dtype) == "object"
    return is_object and any(isinstance(v, (list, tuple, dict)) for v in column)


def _types(frame: pd.DataFrame) -> list[str]:
    """Return what each column holds: numbers, texts ...; one letter a column."""
    kinds: list[str] = []
    for dtype in frame.dtypes:
        if isinstance(dtype, np.dtype):
            kinds.append(dtype.kind)
        else:
            kinds.append("O" if str(dtype) in {"str", "string"} else str(dtype))
    return kinds


def unpack_frame(packed: Mapping[str, Any], folder: Path) -> pd.DataFrame:
    path = folder / Path(packed["frame"]).name
    with damage_named(path):
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
