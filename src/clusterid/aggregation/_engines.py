"""Plants opened on an engine as a lazy narwhals frame, column types named."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

import pandas as pd

from clusterid._disk import (
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

if TYPE_CHECKING:
    import narwhals as nw
    import pyarrow as pa
    from narwhals.dtypes import DType

__all__ = ["Engine", "collected", "open_plants"]

_TEXT = ("plant", "industry", "region")
_TEXT_FILES = {".csv", ".tsv", ".txt"}


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

    def beside(self, table: pd.DataFrame) -> nw.LazyFrame[Any]:
        """Return a pandas table as a narwhals frame of the same engine."""
        import narwhals as nw

        native: Any = table
        if self.name == "duckdb":
            import pyarrow as pa

            native = self.session.from_arrow(
                pa.Table.from_pandas(table, preserve_index=False)
            )
        elif self.name == "spark":
            native = _spark_frame(self.session, table)
        frame: nw.LazyFrame[Any] = nw.from_native(native).lazy()
        return frame


def collected(frame: nw.LazyFrame[Any]) -> pd.DataFrame:
    """Run a lazy narwhals frame and return the result as pandas, by way of Arrow."""
    if frame.implementation.is_pandas():
        table: pd.DataFrame = frame.collect(backend="pandas").to_native()
        return table
    result: pd.DataFrame = frame.collect(backend="pyarrow").to_native().to_pandas()
    return result


@contextmanager
def open_plants(
    plants: object, engine: str, columns: Mapping[str, str] | None
) -> Iterator[Engine]:
    """Open plants on an engine; what was opened here is closed again."""
    if engine == "pandas":
        broken: list[Fault] = []
        made = None
        with foreign_reading("plants", broken):
            made = Engine("pandas", _pandas(plants), columns)
        if made is None:
            raise _mixed_types(broken[0])
        yield made
    elif engine == "duckdb":
        with _duckdb(plants) as (relation, session):
            yield Engine("duckdb", relation, columns, session)
    else:
        native, session = _spark(plants)
        yield Engine("spark", native, columns, session)


def _mixed_types(fault: Fault) -> TableError:
    rule = fault.rule.replace("the file", "the table")
    return TableError("plants", [Fault(rule, "make each column of one type")])


def _pandas(plants: object) -> pd.DataFrame:
    if isinstance(plants, pd.DataFrame):
        twice = twice_in_header(plants.columns)
        if twice is not None:
            raise TableError("plants", [twice])
        named = plants.set_axis([str(c) for c in plants.columns], axis=1)
        return named.reset_index(drop=True)  # an index may bear the name of a column
    from clusterid.tables import read_table

    return read_table(plants, name="plants")


@contextmanager
def _duckdb(plants: object) -> Iterator[tuple[Any, Any]]:
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


def _is_path(plants: object) -> TypeGuard[str | os.PathLike[str]]:
    return isinstance(plants, (str, os.PathLike))


def _duckdb_file(session: Any, path: Path) -> Any:
    """Return a file, a pattern or a folder of files as a relation, not yet read."""
    from clusterid.tables import read_table

    suffixes = {s.lower() for s in path.suffixes}
    is_folder = path_fault(path, folder=True) is None and path.is_dir()
    if "\x00" in str(path):
        fault = Fault("the path holds a NUL character", "correct the path")
        raise TableError("plants", [path_fault(path) or fault])
    if not is_folder and not any(sign in str(path) for sign in "*?["):
        _check_one_file(path, suffixes)
    if is_folder:
        return session.read_parquet(str(path / "**" / "*.parquet"))
    if suffixes & {".parquet", ".pq"}:
        return session.read_parquet(str(path))
    if suffixes & _TEXT_FILES:
        return session.read_csv(str(path), all_varchar=True, header=True, skiprows=0)
    return session.from_arrow(_arrow(read_table(path, name="plants")))


def _check_one_file(path: Path, suffixes: set[str]) -> None:
    """Tell a file that is not there, is empty, or has a column twice."""
    from clusterid.tables import read_table

    fault = path_fault(path)
    if fault is not None:
        raise TableError("plants", [fault])
    if not path.stat().st_size:
        read_table(path, name="plants")  # tells that it is empty
    twice = _twice_in_header(path, suffixes)
    if twice is not None:
        raise TableError(f"plants ({path.name})", [twice])


def _twice_in_header(path: Path, suffixes: set[str]) -> Fault | None:
    """Return a fault where a column stands twice; the engine renames it in silence."""
    if not suffixes & _TEXT_FILES:
        return None
    broken: list[Fault] = []
    found: list[Fault | None] = []
    with (
        foreign_reading("text", broken),
        gzip.open(path) if ".gz" in suffixes else path.open("rb") as stream,
    ):
        line = stream.readline(1 << 20).decode("utf-8-sig", "replace")
        signs = ",;\t|"
        separator = max(signs, key=line.count)
        found.append(twice_in_header(next(csv.reader([line], delimiter=separator), [])))
    return found[0] if found else broken[0]


def _arrow(plants: object) -> pa.Table:
    import pyarrow as pa

    broken: list[Fault] = []
    is_table = hasattr(plants, "__arrow_c_stream__")
    with foreign_reading("an Arrow table (one type of values a column)", broken):
        if isinstance(plants, pd.DataFrame):
            return pa.Table.from_pandas(plants, preserve_index=False)
        if is_table and not isinstance(plants, pd.Series):
            return pa.table(plants)
    if broken:
        raise _mixed_types(broken[0])
    raise TableTypeError(
        "plants: give a path, a DataFrame, an Arrow table or a DuckDB relation, "
        f"not {type(plants).__name__}"
    )


def _spark(plants: object) -> tuple[Any, Any]:
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


def _spark_frame(session: Any, table: object) -> Any:
    """Put a small table on Spark; through Arrow where Spark takes it (4.0)."""
    arrow = _arrow(table)
    if int(session.version.split(".")[0]) >= 4:
        return session.createDataFrame(arrow)
    frame = arrow.to_pandas().astype(object)
    return session.createDataFrame(frame.where(frame.notna(), None))


def _named(
    native: Any, columns: Mapping[str, str] | None
) -> tuple[nw.LazyFrame[Any], frozenset[str]]:
    """Our names, text for codes, numbers for sizes and places.

    Beside the frame: the codes that came as whole numbers, whose zeros may be lost.
    """
    import narwhals as nw

    frame = nw.from_native(native).lazy()
    schema = frame.collect_schema()
    have = list(schema.names())
    taken = {**{c: c for c in have}, **(columns or {})}
    faults = _column_faults(have, columns or {})
    if faults:
        raise TableError("plants", faults)
    wanted = [c for c in _TEXT if c in taken]
    picked = [nw.col(taken[c]).cast(nw.String).alias(c) for c in wanted]
    for column in ("employment", "year", "x", "y"):
        if column in taken:
            _must_be_number(column, schema[taken[column]], frame, taken[column])
            dtype = nw.Int64 if column == "year" else nw.Float64
            picked.append(nw.col(taken[column]).cast(dtype).alias(column))
    whole = frozenset(c for c in wanted if schema[taken[c]].is_integer())
    return frame.select(*picked), whole


def _column_faults(have: list[str], columns: Mapping[str, str]) -> list[Fault]:
    """Tell columns that are not there: named ones, industry, employment, a place."""
    shown = ", ".join(have[:12])
    faults = [
        Fault(
            f"columns= takes {name!r} from column {source!r}, which is not there",
            f"the table has: {shown}.{nearest(source, have)}",
        )
        for name, source in columns.items()
        if source not in have
    ]
    faults += [
        Fault(
            f"the column {column!r} is missing",
            f'pass columns={{"{column}": "<its name in the file>"}}; the table '
            f"has: {shown}.{nearest(column, have)}",
        )
        for column in ("industry", "employment")
        if column not in have and column not in columns
    ]
    named = {*have, *columns}
    if "region" not in named and not {"x", "y"} <= named:
        faults.append(
            Fault(
                "plants have no place: neither a column 'region' nor 'x' and 'y'",
                'pass columns={"region": ...}, or {"x": ..., "y": ...} with crs=',
            )
        )
    return faults


def _must_be_number(
    column: str, dtype: DType, frame: nw.LazyFrame[Any], source: str
) -> None:
    """Tell text that is no number before an engine turns it into an error or null."""
    import narwhals as nw

    if dtype.is_numeric() or dtype == nw.Unknown:  # a column of nulls has no type
        return
    if not isinstance(dtype, (nw.String, nw.Object)) and dtype != nw.String:
        fault = Fault(f"{column} is of type {dtype}, not a number", "convert it")
        raise TableError("plants", [fault])
    plain = r"^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$"
    text = nw.col(source).cast(nw.String)
    wrong = frame.filter(~text.str.contains(plain)).select(text.alias("value"))
    bad = collected(wrong)["value"].dropna()
    if len(bad):
        shown = sorted({str(value) for value in bad})[:5]
        fault = Fault(
            f"{column} is not a number",
            "write numbers with a decimal point and without separators, or "
            "read the file with read_plants(decimal=..., thousands=...)",
            len(bad),
            tuple((f"value {i}", v) for i, v in enumerate(shown, start=1)),
        )
        raise TableError("plants", [fault])
