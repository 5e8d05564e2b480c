"""Plants opened on an engine as a lazy narwhals frame, column types named."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid._opening import (
    first_line,
    foreign_reading,
    path_fault,
    twice_in_header,
)
from clusterid.errors import (
    Fault,
    MissingExtraError,
    TableError,
    TableTypeError,
    nearest,
)

__all__ = ["Engine", "collected", "open_plants"]

_TEXT = ("plant", "industry", "region")


class Engine:
    """A frame of plants on an engine, and how to put a small table beside it."""

    def __init__(
        self,
        name: str,
        native: Any,
        columns: Mapping[str, str] | None,
        session: Any = None,
    ) -> None:
        self.name = name
        self.frame, self.whole = _named(native, columns)
        self.session = session

    def beside(self, table: pd.DataFrame) -> Any:
        """Return a pandas table as a narwhals frame of the same engine."""
        import narwhals as nw

        if self.name == "pandas":
            return nw.from_native(table).lazy()
        if self.name == "duckdb":
            import pyarrow as pa

            arrow = pa.Table.from_pandas(table, preserve_index=False)
            return nw.from_native(self.session.from_arrow(arrow))
        return nw.from_native(_spark_frame(self.session, table))


def collected(frame: Any) -> pd.DataFrame:
    """Run a lazy narwhals frame and return the result as pandas, by way of Arrow."""
    if frame.implementation.is_pandas():
        table: pd.DataFrame = frame.collect(backend="pandas").to_native()
        return table
    result: pd.DataFrame = frame.collect(backend="pyarrow").to_native().to_pandas()
    return result


@contextmanager
def open_plants(
    plants: Any, engine: str, columns: Mapping[str, str] | None
) -> Iterator[Engine]:
    """Open plants on an engine; what was opened here is closed again."""
    if engine == "pandas":
        told: list[Fault] = []
        made = None
        with foreign_reading("plants", told):
            made = Engine("pandas", _pandas(plants), columns)
        if made is None:
            rule = told[0].rule.replace("the file", "the table")
            raise TableError("plants", [Fault(rule, "make each column of one type")])
        yield made
    elif engine == "duckdb":
        with _duckdb(plants) as (relation, session):
            yield Engine("duckdb", relation, columns, session)
    else:
        native, session = _spark(plants)
        yield Engine("spark", native, columns, session)


def _pandas(plants: Any) -> Any:
    if isinstance(plants, pd.DataFrame):
        twice = twice_in_header(plants.columns)
        if twice is not None:
            raise TableError("plants", [twice])
        return plants.set_axis([str(c) for c in plants.columns], axis=1)
    from clusterid.tables import read_table

    return read_table(plants, name="plants")


@contextmanager
def _duckdb(plants: Any) -> Iterator[tuple[Any, Any]]:
    import duckdb

    if isinstance(plants, duckdb.DuckDBPyRelation):
        # a relation lives on its own connection; tables beside it go through Arrow
        yield plants, duckdb
        return
    session = duckdb.connect()
    session.execute("SET preserve_insertion_order = false")
    try:
        if _is_path(plants):
            yield _duckdb_file(session, Path(plants)), session
        else:
            yield session.from_arrow(_arrow(plants)), session
    except duckdb.Error as error:
        name = f"plants ({Path(plants).name})" if _is_path(plants) else "plants"
        fault = Fault(
            f"the plants cannot be read: {first_line(error)}",
            "mend the file, or read it with read_plants(), which tells every fault "
            "and takes encoding=, separator= and decimal=",
        )
        raise TableError(name, [fault]) from error
    finally:
        session.close()


def _is_path(plants: Any) -> bool:
    return isinstance(plants, (str, os.PathLike))


def _duckdb_file(session: Any, path: Path) -> Any:
    from clusterid.tables import read_table

    suffixes = {s.lower() for s in path.suffixes}
    is_folder = path_fault(path, folder=True) is None and path.is_dir()
    is_many = any(sign in str(path) for sign in "*?[") or is_folder
    fault = None if is_many else path_fault(path)
    if fault is not None or "\x00" in str(path):
        fault = fault or Fault("the path holds a NUL character", "correct the path")
        raise TableError("plants", [fault])
    if not is_many and not path.stat().st_size:
        read_table(path, name="plants")  # tells that it is empty
    twice = None if is_many else _twice_in_header(path, suffixes)
    if twice is not None:
        raise TableError(f"plants ({path.name})", [twice])
    if suffixes & {".parquet", ".pq"} or is_folder:
        pattern = str(path / "**" / "*.parquet") if is_folder else str(path)
        return session.read_parquet(pattern)
    if suffixes & {".csv", ".tsv", ".txt"}:
        return session.read_csv(str(path), all_varchar=True, header=True, skiprows=0)
    return session.from_arrow(_arrow(read_table(path, name="plants")))


def _twice_in_header(path: Path, suffixes: set[str]) -> Fault | None:
    """Return a fault where a column stands twice; the engine renames it in silence."""
    if not suffixes & {".csv", ".tsv", ".txt"}:
        return None
    told: list[Fault] = []
    found: list[Fault | None] = []
    with (
        foreign_reading("text", told),
        gzip.open(path) if ".gz" in suffixes else path.open("rb") as stream,
    ):
        line = stream.readline(1 << 20).decode("utf-8-sig", "replace")
        signs = ",;\t|"
        separator = max(signs, key=line.count)
        found.append(twice_in_header(next(csv.reader([line], delimiter=separator), [])))
    return found[0] if found else told[0]


def _arrow(plants: Any) -> Any:
    import pyarrow as pa

    told: list[Fault] = []
    is_table = hasattr(plants, "__arrow_c_stream__")
    with foreign_reading("an Arrow table (one type of values a column)", told):
        if isinstance(plants, pd.DataFrame):
            return pa.Table.from_pandas(plants, preserve_index=False)
        if is_table and not isinstance(plants, pd.Series):
            return pa.table(plants)
    if told:
        rule = told[0].rule.replace("the file", "the table")
        raise TableError("plants", [Fault(rule, "make each column of one type")])
    raise TableTypeError(
        "plants: give a path, a DataFrame, an Arrow table or a DuckDB relation, "
        f"not {type(plants).__name__}"
    )


def _spark(plants: Any) -> tuple[Any, Any]:
    try:
        from pyspark.sql import DataFrame, SparkSession
    except ImportError as error:
        raise MissingExtraError("pyspark", "spark", 'engine="spark"') from error
    if isinstance(plants, DataFrame):
        return plants, plants.sparkSession
    session = SparkSession.builder.getOrCreate()
    if isinstance(plants, (str, Path)):
        path = str(plants)
        if path.endswith((".csv", ".csv.gz", ".tsv", ".txt")):
            return session.read.csv(path, header=True, inferSchema=False), session
        return session.read.parquet(path), session
    return _spark_frame(session, plants), session


def _spark_frame(session: Any, table: Any) -> Any:
    """Put a small table on Spark; through Arrow where Spark takes it (4.0)."""
    arrow = _arrow(table)
    if int(session.version.split(".")[0]) >= 4:
        return session.createDataFrame(arrow)
    frame = arrow.to_pandas().astype(object)
    return session.createDataFrame(frame.where(frame.notna(), None))


def _named(
    native: Any, columns: Mapping[str, str] | None
) -> tuple[Any, frozenset[str]]:
    """Our names, text for codes, numbers for sizes and places.

    Beside the frame: the codes that came as whole numbers, whose zeros may be lost.
    """
    import narwhals as nw

    frame = nw.from_native(native).lazy()
    schema = frame.collect_schema()
    have = list(schema.names())
    taken = {**{c: c for c in have}, **(columns or {})}
    faults = [
        Fault(
            f"columns= takes {ours!r} from column {theirs!r}, which is not there",
            f"the table has: {', '.join(have[:12])}.{nearest(theirs, have)}",
        )
        for ours, theirs in (columns or {}).items()
        if theirs not in have
    ]
    for column in ("industry", "employment"):
        if taken.get(column) not in have and column not in (columns or {}):
            faults.append(
                Fault(
                    f"the column {column!r} is missing",
                    f'pass columns={{"{column}": "<its name in the file>"}}; the table '
                    f"has: {', '.join(have[:12])}.{nearest(column, have)}",
                )
            )
    if not any(c in taken for c in ("region", "x")) or (
        "x" in taken and "region" not in taken and "y" not in taken
    ):
        faults.append(
            Fault(
                "plants have no place: neither a column 'region' nor 'x' and 'y'",
                'pass columns={"region": ...}, or {"x": ..., "y": ...} with crs=',
            )
        )
    if faults:
        raise TableError("plants", faults)
    wanted = [c for c in ("plant", "industry", "region") if c in taken]
    picked = [nw.col(taken[c]).cast(nw.String).alias(c) for c in wanted]
    for column, dtype in (
        ("employment", nw.Float64),
        ("year", nw.Int64),
        ("x", nw.Float64),
        ("y", nw.Float64),
    ):
        if column in taken:
            _must_be_number(column, schema[taken[column]], frame, taken[column])
            picked.append(nw.col(taken[column]).cast(dtype).alias(column))
    whole = frozenset(c for c in wanted if schema[taken[c]].is_integer())
    return frame.select(*picked), whole


def _must_be_number(column: str, dtype: Any, frame: Any, theirs: str) -> None:
    """Tell text that is no number before an engine turns it into an error or null."""
    import narwhals as nw

    if dtype.is_numeric() or dtype == nw.Unknown:  # a column of nulls has no type
        return
    plain = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$"
    if isinstance(dtype, (nw.String, nw.Object)) or dtype == nw.String:
        text = nw.col(theirs).cast(nw.String)
        wrong = frame.filter(~text.str.contains(plain)).select(text.alias("value"))
        bad = collected(wrong)["value"].dropna()
        if not len(bad):
            return
        shown = sorted({str(v) for v in bad})[:5]
        raise TableError(
            "plants",
            [
                Fault(
                    f"{column} is not a number",
                    "write numbers with a decimal point and without separators, or "
                    "read the file with read_plants(decimal=..., thousands=...)",
                    len(bad),
                    tuple((f"value {i}", v) for i, v in enumerate(shown, start=1)),
                )
            ],
        )
    raise TableError(
        "plants", [Fault(f"{column} is of type {dtype}, not a number", "convert it")]
    )
