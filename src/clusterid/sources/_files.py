"""Which files a reader was given, and their tables as they stand."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._disk import (
    SHEET_PART,
    foreign_reading,
    packed_fault,
    path_fault,
    sentence,
    twice_in_header,
)
from clusterid.errors import Fault, SourceError, TableTypeError, nearest
from clusterid.tables import column_numbers

__all__ = [
    "columns_of", "file_list", "find_by_columns", "header_of", "known_numbers_of",
    "named_files",
    "numbers_of", "of_years", "one_file", "opened", "read_raw", "require_columns",
    "require_keys", "whole_years_of",
]  # fmt: skip

#: How files are named: one, several, or by role.
Paths = str | Path | Sequence[str | Path] | Mapping[str, str | Path]
Content = TypeVar("Content")
#: Rows at fault that a message shows.
_SHOWN = 5
#: What is one thing, though one can go through it.
_SINGLE = (str, bytes, os.PathLike, pd.DataFrame)
_TABLES = (".parquet", ".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".xlsx", ".json")


def file_list(paths: Paths, *, endings: tuple[str, ...] = _TABLES) -> list[Path]:
    """Return the files named; a folder stands for the tables in it.

    Raises
    ------
    SourceError
        If nothing is named, or files are missing (all are listed).
    """
    named = named_files(paths)
    found: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = sorted(
                f
                for f in path.iterdir()
                if f.name.endswith(endings) and path_fault(f) is None
            )
            if not inside:
                raise SourceError(f"{path}: no table in this folder.")
            found += inside
        else:
            found.append(path)
    return found


def one_file(
    paths: Paths, *, endings: tuple[str, ...] = _TABLES, what: str = "file"
) -> Path:
    """Return the only file named; SourceError if there are none or several."""
    files = file_list(paths, endings=endings)
    if len(files) != 1:
        raise SourceError(f"One {what} is read, {len(files)} were named.")
    return files[0]


def named_files(paths: object) -> list[Path]:
    """Return the files and folders named, each of them there.

    Raises
    ------
    SourceError
        If nothing is named, or something is missing or no regular file (all are
        listed).
    TableTypeError
        If something else than paths is given.
    """
    given = [paths]
    if isinstance(paths, Mapping):
        given = list(paths.values())
    elif isinstance(paths, Iterable) and not isinstance(paths, _SINGLE):
        given = list(paths)
    if not given:
        raise SourceError("No file is named; give a path.")
    named = [Path(p) for p in given if isinstance(p, (str, os.PathLike))]
    if len(named) < len(given):
        wrong = next(p for p in given if not isinstance(p, (str, os.PathLike)))
        raise TableTypeError(
            f"files are named by paths, not by {type(wrong).__name__}."
        )
    faults = [fault for p in named if (fault := path_fault(p, folder=True))]
    if faults:
        words = "; ".join(map(_not_there, faults))
        raise SourceError(f"{len(faults)} of {len(named)} files are not there: {words}")
    return named


def _not_there(fault: Fault) -> str:
    """Return why a file is not there, with the nearest name where there is one."""
    if fault.mend.startswith("check the path."):
        return fault.rule + fault.mend.removeprefix("check the path")
    return f"{fault.rule}: {fault.mend}"


def read_raw(
    path: Path, *, encoding: str = "utf-8", separator: str = ","
) -> pd.DataFrame:
    """Read a table as it stands: Parquet with its types, text with every value text.

    Raises
    ------
    SourceError
        If the file cannot be read as what its ending says.
    """
    return _read(path, partial(_raw, path, encoding, separator))


def _raw(path: Path, encoding: str, separator: str) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path).reset_index(drop=True)
    if path.suffix == ".xlsx":
        return pd.read_excel(path, dtype=str, keep_default_na=False)
    twice = _twice_in_csv(path, encoding, separator)
    if twice is not None:
        raise SourceError(f"{path}: {sentence(twice)}")
    try:
        return pd.read_csv(
            path, dtype=str, keep_default_na=False, encoding=encoding, sep=separator
        )
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not {encoding} at byte {error.start}.") from None


def _read(path: Path, read: Callable[[], Content]) -> Content:
    """Return what a function reads of a file; whatever it raises is a SourceError."""
    broken: list[Fault] = []
    with foreign_reading(path.suffix, broken):
        large = _too_much(path)
        if large is not None:
            raise SourceError(f"{path}: {sentence(large)}")
        return read()
    raise SourceError(f"{path}: {sentence(broken[0])}")


def _twice_in_csv(path: Path, encoding: str, separator: str) -> Fault | None:
    """Return a fault where a column stands twice; pandas renames it in silence."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        line = stream.readline(1 << 20).decode(encoding, "replace")
    return twice_in_header(next(csv.reader([line], delimiter=separator), []))


def _too_much(path: Path) -> Fault | None:
    """Return a fault where a file unpacks to more than is read at once."""
    if path.suffix == ".xlsx":
        return packed_fault(path, part=SHEET_PART)
    return packed_fault(path) if path.suffix == ".gz" else None


def columns_of(path: Path) -> list[str]:
    """Return the column names of a table without reading its rows."""
    return _read(path, partial(_columns, path))


def header_of(path: Path, *, separator: str | None = None) -> list[str]:
    """Return the column names of a table, its separator found where not given.

    Raises
    ------
    SourceError
        If the file cannot be read.
    """
    if path.suffix == ".parquet":
        return columns_of(path)
    names = _read(path, partial(_first_line, path))
    signs = [separator] if separator else [";", ",", "\t", "|"]
    rows = [next(csv.reader([names], delimiter=sign), []) for sign in signs]
    return [name.lstrip("\ufeff").strip() for name in max(rows, key=len)]


def _first_line(path: Path) -> str:
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        return stream.readline(1 << 20).decode("utf-8", "replace").rstrip("\r\n")


def _columns(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        return [str(name) for name in pq.read_schema(path).names]
    if path.suffix == ".xlsx":
        return [str(c) for c in pd.read_excel(path, nrows=0).columns]
    return [str(c) for c in pd.read_csv(path, nrows=0, dtype=str).columns]


def find_by_columns(
    paths: Sequence[Path], wanted: Mapping[str, Iterable[str]]
) -> dict[str, Path]:
    """Tell files apart by their columns: role -> file.

    Raises
    ------
    SourceError
        If a role has no file, or two; says which columns it looks for.
    """
    headers = {path: set(columns_of(path)) for path in paths}
    found: dict[str, Path] = {}
    for role, columns in wanted.items():
        needed = set(columns)
        matching = [path for path in paths if needed <= headers[path]]
        if len(matching) != 1:
            which = ", ".join(p.name for p in matching) or "none"
            raise SourceError(
                f"One file with the columns {', '.join(sorted(needed))} is needed "
                f"({role}); matching: {which}. Given: "
                f"{', '.join(p.name for p in paths)}."
            )
        found[role] = matching[0]
    return found


def opened(
    path: Path, columns: Sequence[str], *, keys: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a table as it stands; raise unless it has the columns and sound keys."""
    raw = read_raw(path)
    require_columns(raw, columns, path)
    if keys:
        require_keys(raw, keys, path)
    return raw


def require_columns(table: pd.DataFrame, columns: Iterable[str], path: Path) -> None:
    """Raise SourceError unless the table has the columns; names what it has."""
    missing = [c for c in columns if c not in table.columns]
    if missing:
        have = ", ".join(map(str, table.columns))
        hints = "".join(nearest(c, table.columns) for c in missing[:1])
        raise SourceError(
            f"{path}: the columns {', '.join(missing)} are missing.{hints} "
            f"The file has {have}."
        )


def require_keys(table: pd.DataFrame, keys: Sequence[str], path: Path) -> None:
    """Raise SourceError if the table is empty, or a key is missing or stands twice."""
    if not len(table):
        raise SourceError(f"{path}: the file has no rows; fetch it again.")
    text = table[list(keys)]
    missing = (text.isna() | text.isin([""])).any(axis=1).to_numpy()
    twice = text.duplicated(keep=False).to_numpy()
    for wrong, what in ((missing, "have no code"), (twice, "stand more than once")):
        rows = [
            f"row {i + 1}: {' / '.join(map(str, text.iloc[i]))}"
            for i in np.flatnonzero(wrong)[:_SHOWN]
        ]
        if rows:
            raise SourceError(
                f"{path}: {int(wrong.sum())} rows {what} in {', '.join(keys)} "
                f"({'; '.join(rows)}). Fetch the file again, or drop these rows."
            )


def numbers_of(table: pd.DataFrame, column: str, path: Path) -> NDArray[np.float64]:
    """Return a column as floats, NaN where it is empty; other text is reported."""
    numbers, faults = column_numbers(table[column], column)
    wrong = [fault for fault in faults if fault.count]
    if wrong:
        first = wrong[0]
        rows = "; ".join(f"row {row}: {value!r}" for row, value in first.rows[:_SHOWN])
        why = "" if first.rule.endswith("is not a number") else f": {first.rule}"
        raise SourceError(
            f"{path}: {first.count} values of {column} are not numbers ({rows}){why}."
        )
    return numbers


def known_numbers_of(
    table: pd.DataFrame, column: str, keys: Sequence[str], path: Path
) -> NDArray[np.float64]:
    """Return a column as floats; a missing value is reported: it is not zero."""
    numbers = numbers_of(table, column, path)
    missing = np.flatnonzero(np.isnan(numbers))
    if len(missing):
        rows = "; ".join(
            f"row {table.index[i] + 1}: "
            f"{' / '.join(str(table[key].iloc[i]) for key in keys)}"
            for i in missing[:_SHOWN]
        )
        more = "; ..." if len(missing) > _SHOWN else ""
        raise SourceError(
            f"{path}: {len(missing)} values of {column} are missing ({rows}{more}). A "
            "missing value is not zero: fill it in, or write 0 where there is none."
        )
    return numbers


def whole_years_of(table: pd.DataFrame, path: Path) -> NDArray[np.int64]:
    """Return the years of a table; a missing or broken one (2020.5) is reported."""
    years = numbers_of(table, "year", path)
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~np.isfinite(years) | (years != np.floor(years)))
    if len(wrong):
        given = table["year"]
        rows = "; ".join(f"row {i + 1}: {given.iloc[i]}" for i in wrong[:_SHOWN])
        raise SourceError(
            f"{path}: {len(wrong)} values of year are no whole years ({rows}). Correct "
            "them, or drop these rows."
        )
    return years.astype(np.int64)


def of_years(
    table: pd.DataFrame, years: Iterable[int] | None, who: str, *, listed: bool = False
) -> pd.DataFrame:
    """Return the rows of the years wanted; all of them where none is named.

    Raises
    ------
    SourceError
        If a year is not there; ``who`` begins the sentence, and the years that are
        there are told from first to last, or one by one with ``listed``.
    """
    wanted = {int(year) for year in years} if years is not None else set()
    if not wanted:
        return table
    known = sorted({int(year) for year in table["year"].unique()})
    missing = sorted(wanted - set(known))
    if missing:
        have = ", ".join(map(str, known))
        if known and not listed:
            have = f"{known[0]} to {known[-1]}"
        raise SourceError(
            f"{who} no year {', '.join(map(str, missing))}; it has {have or 'none'}."
        )
    return table[table["year"].isin(wanted)]
