"""Tables of codes: found by name, read from a file or a frame, faults collected."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._disk._embedded import embedded_path
from clusterid._disk._opening import (
    SHEET_PART,
    foreign_reading,
    packed_fault,
    path_fault,
    sentence,
    size_fault,
    twice_in_header,
    unpacked,
)
from clusterid.errors import (
    ClassificationError,
    Fault,
    SourceError,
    TableError,
    TableTypeError,
    check_option,
    nearest,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "CodeTable", "as_text", "embedded_table", "listed", "loaded", "numbers_in",
    "renamed",
]  # fmt: skip

_SHOWN = 5


def listed(
    codes: Sequence[object] | pd.Index | NDArray[Any], *, more: bool = True
) -> str:
    """Return the first five of some codes as a message shows them."""
    tail = ", ..." if more and len(codes) > _SHOWN else ""
    return ", ".join(map(repr, codes[:_SHOWN])) + tail


@dataclass(slots=True)
class CodeTable:
    """A table of codes with the name of its source, and the faults found in it.

    Faults are collected, so that all of them are reported at once by :meth:`done`.
    """

    frame: pd.DataFrame
    label: str
    faults: list[Fault] = field(default_factory=list)

    def need(self, columns: Sequence[str], mend: str) -> None:
        """Refuse a table that lacks columns; ``mend`` is followed by those it has."""
        have = ", ".join(map(str, self.frame.columns))
        self.faults += [
            Fault(f"there is no column {name!r}", f"{mend} {have}")
            for name in columns
            if name not in self.frame.columns
        ]
        self.done()

    def refuse(self, rule: str, mend: str, where: pd.Series, shown: pd.Series) -> None:
        """Add a fault of the rows where it holds, with a value of each."""
        at = np.flatnonzero(where.to_numpy())
        if len(at):
            rows = tuple((int(i) + 1, shown.iloc[i]) for i in at[:_SHOWN])
            self.faults.append(Fault(rule, mend, len(at), rows))

    def done(self) -> None:
        """Raise one TableError with all faults, if there are any."""
        if self.faults:
            raise TableError(self.label, self.faults)


def loaded(
    source: str | Path | pd.DataFrame,
    what: str,
    embedded: Sequence[str],
    *,
    frame: str = "",
    file: str = "a CSV file",
) -> CodeTable:
    """Return a table from a frame or a file; every value of a file is text.

    In messages stand ``what`` it is, what a ``frame`` is called, which are
    ``embedded``, and which ``file`` would do.

    Raises
    ------
    ClassificationError
        If it is a name, and not one of the embedded ones.
    SourceError
        If the file cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        label = frame or what
        return CodeTable(single_columns(source, label).reset_index(drop=True), label)
    path = named_file(source, what)
    if path is not None:
        return CodeTable(read_any(path), path.name)
    raise ClassificationError(
        f"No {what} is called {str(source)!r}.{nearest(str(source), embedded)} "
        f"Embedded are {', '.join(embedded)}; a path to {file} works, too."
    )


def embedded_table(*parts: str) -> pd.DataFrame:
    """Return an embedded table of codes, every value as text."""
    return read_csv(embedded_path(*parts))


def renamed(
    table: pd.DataFrame, columns: Mapping[str, str] | None, known: Sequence[str]
) -> pd.DataFrame:
    """Return a table under our names for its columns (our name to the file's)."""
    for name in columns or {}:
        check_option("column", name, known)
    return table.rename(
        columns={theirs: name for name, theirs in (columns or {}).items()}
    )


def as_text(column: pd.Series) -> pd.Series:
    """Return a column as text without spaces around it, empty where it is missing."""
    return column.astype(object).where(column.notna(), "").astype(str).str.strip()


def named_file(source: object, what: str) -> Path | None:
    """Return the file that a text or path names; None where it is a name only.

    Raises
    ------
    SourceError
        If it is no regular file, or is not there.
    TableTypeError
        If it is neither a name, nor a path.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TableTypeError(
            f"{what}: give a name, a path or a DataFrame, not {type(source).__name__}."
        )
    path = Path(source)
    fault = path_fault(path)
    if fault is None:
        return path
    if not path.suffix and fault.rule.startswith("there is no file"):
        return None
    raise SourceError(sentence(fault))


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a pair
        return False
    return True


def single_columns(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return a table, its columns named by text; one that stands twice is reported."""
    twice = twice_in_header(table.columns)
    if twice is not None:
        raise TableError(label, [twice])
    found = CodeTable(table, label)
    for column in table.columns:
        odd = [isinstance(v, str) and not _is_utf8(v) for v in table[column]]
        if any(odd):
            rule = f"{column} holds characters that are no text"
            shown = [str(v).encode("utf-8", "replace").decode() for v in table[column]]
            found.refuse(rule, "correct them", pd.Series(odd), pd.Series(shown))
            found.done()
    return table.set_axis([str(c).strip() for c in table.columns], axis=1)


def numbers_in(column: pd.Series) -> pd.Series:
    """Return a column as floats, NaN where it is no number, whatever its type."""
    text = pd.Series([str(value) for value in column], index=column.index, dtype=object)
    return pd.to_numeric(text, errors="coerce").astype(float)


_BOOKS = (".xlsx", ".xlsm")
_PARQUET = (".parquet", ".pq")


def read_any(path: Path) -> pd.DataFrame:
    """Read CSV, the first sheet of a workbook, or Parquet, with every value as text."""
    ending = path.suffix.lower()
    if ending not in {*_BOOKS, *_PARQUET}:
        return read_csv(path)
    faults: list[Fault] = []
    made = pd.DataFrame()
    with foreign_reading(path.suffix, faults):
        fault = path_fault(path) or size_fault(path)
        if fault is None and ending in _BOOKS:
            fault = packed_fault(path, part=SHEET_PART)
        if fault is not None:
            raise SourceError(f"{path}: {sentence(fault)}")
        if ending in _BOOKS:
            # without a header: pandas would rename a column that stands twice
            rows = pd.read_excel(path, header=None, dtype=str, keep_default_na=False)
            made = rows.iloc[1:].reset_index(drop=True)
            if len(rows):
                made = made.set_axis(rows.iloc[0].tolist(), axis=1)
        else:
            made = pd.read_parquet(path).reset_index(drop=True)
    if faults:
        raise SourceError(f"{path}: {sentence(faults[0])}")
    if not len(made.columns):
        raise SourceError(f"{path}: the table is empty; export it again.")
    made = single_columns(made, path.name)
    return made.astype(object).where(made.notna(), "").astype(str)


def read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV file with every value as text; a gzip file, too."""
    text = _content(path)
    faults: list[Fault] = []
    table = pd.DataFrame()
    with foreign_reading("CSV", faults):
        header = next(csv.reader(io.StringIO(text)), [])
        twice = twice_in_header(header)
        if twice is not None:
            raise SourceError(f"{path}: {sentence(twice)}")
        if not header:
            faults.append(Fault("no CSV table: the file is empty", "export it again"))
        else:
            table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    if faults:
        raise SourceError(f"{path}: no CSV table: {sentence(faults[0])}")
    return table


def _content(path: Path) -> str:
    """Return the text of a file, unpacked where it is a gzip file."""
    fault = path_fault(path) or size_fault(path)
    content: bytes | Fault = b""
    try:
        if fault is None:
            content = unpacked(path) if path.suffix == ".gz" else path.read_bytes()
        if isinstance(content, Fault):
            fault, content = content, b""
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8."
        ) from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from None
    if fault is not None:
        raise SourceError(f"{path}: {sentence(fault)}")
    if "\x00" in text:
        raise SourceError(f"{path}: holds NUL characters; export it again.")
    return text
