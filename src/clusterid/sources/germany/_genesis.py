"""Raw flat CSV of the German Regionaldatenbank (GENESIS): tables 13111 and 13312."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from clusterid._disk import text_lines
from clusterid.errors import Fault, SourceError, TableError, check_option, nearest
from clusterid.sources._files import Paths, file_list, of_years
from clusterid.sources._reader import SourcedEmployment, metadata_of
from clusterid.sources.germany._german_groups import (
    GERMAN_TABLES,
    LABELS,
    TableLayout,
    assemble,
)
from clusterid.tables import read_employment

__all__ = ["read_genesis", "sourced"]

#: The table of which every file holds one year.
KEY_DATE_TABLE = "13111-07-05-4"
_COUNTS = {"all": 0, "men": 1, "women": 2}
_ROW = re.compile(r"(?:(\d{4});)?(DG|\d{1,8});")
_MARKS = (".", "-", "/", "x", "...")


def read_genesis(
    paths: Paths,
    *,
    years: Sequence[int] | None = None,
    persons: str = "all",
    territory: str | int | None = None,
    encoding: str = "latin-1",
) -> SourcedEmployment:
    """Read flat CSV files of the Regionaldatenbank as they are downloaded.

    Known are 13111-07-05-4 (employees subject to social insurance at the workplace,
    30 June, one file a year) and 13312-01-05-4 (persons in employment, annual
    average, all years in one file). The header, the indented names and the
    footnotes of several lines are understood; ``.`` is withheld, ``-`` is none.

    Parameters
    ----------
    paths : path, list of paths, or folder
        One or several files of one table.
    years : sequence of int, optional
        Years to keep; all by default.
    persons : {"all", "men", "women"}
        Which count of table 13111.
    territory : str or int, optional
        Day or year whose Kreise are wanted in all years: Kreise that are one then are
        added up before. Without it, every year keeps its own, and a series across a
        reform is refused.
    encoding : str
        Of the files; the Regionaldatenbank writes Latin-1.

    Returns
    -------
    SourcedEmployment
        Kreise (5-digit keys; Hamburg ``02000``, Berlin ``11000``) x groups of WZ
        2008 that partition the economy: 11 for 13111, 7 for 13312. ``B+D+E`` is
        derived. Totals: groups above, Länder (2 digits), Germany (``"TOTAL"``).

    Raises
    ------
    SourceError
        If a file is missing, or is no flat CSV of a known table.
    TableError
        With every fault: an industry or a value that is not understood, a year or
        region that stands twice.

    Notes
    -----
    Employment in 13312 is published in thousands with one decimal and is rounded to
    100 persons; the ranges of the totals allow for it.

    Examples
    --------
    ``clusterid.sources.READERS["genesis"]("13111-07-05-4_2020.csv").economy(2020)``
    """
    check_option("persons", persons, tuple(_COUNTS))
    files = file_list(paths, endings=(".csv",))
    read = [_read_file(path, persons, encoding) for path in files]
    tables = sorted({number for number, _ in read})
    if len(tables) > 1:
        raise SourceError(
            f"The files are of different tables ({', '.join(tables)}); "
            "read one table at a time."
        )
    cells = pd.concat([part for _, part in read], ignore_index=True)
    keys = ["year", "code", "industry"]
    twice = cells.duplicated(keys, keep=False)
    if twice.any():
        where = cells.index[twice]
        fault = Fault.listing(
            "a year, region and industry stand more than once",
            "name each file once",
            ((int(i) + 1, " / ".join(map(str, cells.loc[i, keys]))) for i in where),
        )
        raise TableError(f"GENESIS {tables[0]}", [fault])
    return sourced(cells, tables[0], years, territory)


def sourced(
    cells: pd.DataFrame,
    number: str,
    years: Sequence[int] | None,
    territory: str | int | None = None,
) -> SourcedEmployment:
    """Assemble published cells of a table into checked employment."""
    cells = of_years(cells, years, f"Table {number} has", listed=True)
    layout = GERMAN_TABLES[number]
    made = assemble(cells, layout, territory=territory)
    labels = {code: LABELS[code] for code in layout.leaves}
    table = read_employment(made.table)
    vintages = {
        year: _vintage(set(table.loc[table["year"].eq(year), "region"]))
        for year in sorted({int(y) for y in table["year"]})
    }
    return SourcedEmployment(
        table=table,
        totals=made.totals,
        hierarchies=made.hierarchies,
        metadata=metadata_of("genesis", source=layout.source, labels=labels),
        vintages=vintages,
        region_names=made.names,
        notes=made.notes,
    )


def _vintage(regions: set[str]) -> str:
    """Name the territorial status by the Kreise that reforms made or ended."""
    if "06415" in regions:
        status = "2026"
    elif "16056" not in regions:
        status = "2021-07"
    elif "03159" in regions:
        status = "2016-11"
    else:
        status = "before 2016-11"
    return f"wz2008, Kreise {status}"


def _read_file(path: Path, persons: str, encoding: str) -> tuple[str, pd.DataFrame]:
    """Return the number of the table in a file, and its cells as published."""
    text = _text_of(path, encoding)
    number = _table_in(text, path)
    if "Ã" in text[:4000]:
        raise SourceError(
            f"{path}: the file is UTF-8 but was read as {encoding}; say "
            'encoding="utf-8".'
        )
    lines = text_lines(text)
    start, end = _rows_between(lines, path)
    body = pd.read_csv(
        io.StringIO("\n".join(lines[start:end])),
        sep=";",
        header=None,
        dtype=str,
        keep_default_na=False,
        quoting=3,
    )
    if number == KEY_DATE_TABLE:
        cells = _of_key_date(path, lines[:start], body, persons)
    else:
        cells = _of_all_years(path, lines[:start], body)
    return number, _understood(path, cells, GERMAN_TABLES[number], start)


def _text_of(path: Path, encoding: str) -> str:
    try:
        return path.read_text(encoding=encoding)
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not {encoding} at byte {error.start}; say encoding=."
        ) from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from None


def _table_in(text: str, path: Path) -> str:
    """Return the number of the table that the first line names."""
    head = re.search(r"GENESIS-Tabelle:\s*([\d-]+)", text[:2000])
    if head is None:
        raise SourceError(
            f"{path}: no flat CSV of the Regionaldatenbank (its first line names the "
            "table, 'GENESIS-Tabelle: ...'). Download the table as 'Flat-CSV'."
        )
    number = head.group(1)
    if number not in GERMAN_TABLES:
        raise SourceError(
            f"{path}: table {number} is not known here."
            f"{nearest(number, GERMAN_TABLES)} Known are "
            f'{", ".join(GERMAN_TABLES)}; read others with source = "table".'
        )
    return number


def _rows_between(lines: list[str], path: Path) -> tuple[int, int]:
    """Return where the rows of the table begin and end between header and footnotes."""
    start = next((i for i, line in enumerate(lines) if _ROW.match(line)), None)
    if start is None:
        raise SourceError(f"{path}: the table has no rows.")
    end = next(
        (i for i, line in enumerate(lines) if i > start and not _ROW.match(line)),
        len(lines),
    )
    later = [i for i in range(end, len(lines)) if _ROW.match(lines[i])]
    if later:
        fault = Fault(
            "a line inside the table is no row",
            "download the file again, or remove what was added",
            1,
            ((end + 1, lines[end][:60]),),
        )
        raise TableError(str(path), [fault])
    return start, end


def _of_key_date(
    path: Path, header: list[str], body: pd.DataFrame, persons: str
) -> pd.DataFrame:
    """Return the cells of one year, whose header names the key date."""
    key_date = re.search(r"Stichtag:\s*\d{2}\.\d{2}\.(\d{4})", "\n".join(header))
    if key_date is None:
        raise SourceError(f"{path}: the header names no key date ('Stichtag: ...').")
    if body.shape[1] != 9:
        raise SourceError(f"{path}: {body.shape[1]} columns instead of 9.")
    return pd.DataFrame({
        "year": int(key_date.group(1)),
        "code": body[0],
        "name": body[1].str.strip(),
        "label": body[2].str.strip(),
        "text": body[3 + _COUNTS[persons]].str.strip(),
    })


def _of_all_years(path: Path, header: list[str], body: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of all years, one column a group of industries."""
    titles = header[-2].split(";")[3:]
    if body.shape[1] != 3 + len(titles):
        raise SourceError(
            f"{path}: {body.shape[1]} columns, but the header names {3 + len(titles)}."
        )
    parts = [
        pd.DataFrame({
            "year": body[0].astype(int),
            "code": body[1],
            "name": body[2].str.strip(),
            "label": title.strip(),
            "text": body[3 + i].str.strip(),
        })
        for i, title in enumerate(titles)
    ]
    return pd.concat(parts)


def _understood(
    path: Path, cells: pd.DataFrame, layout: TableLayout, start: int
) -> pd.DataFrame:
    """Return the cells with codes and numbers; what is neither is reported."""
    faults = []
    industry = cells["label"].map(layout.groups)
    unknown = cells.loc[industry.isna(), "label"].unique()
    if len(unknown):
        rule, mend = "an industry of the table is not known", ", ".join(layout.groups)
        rows: Iterable[tuple[int, str]] = ((start + 1, label) for label in unknown)
        faults.append(Fault.listing(rule, f"expected {mend}", rows))
    is_mark = cells["text"].isin(_MARKS)
    number = cells["text"].where(~is_mark)
    value = pd.to_numeric(number.str.replace(",", ".", regex=False), errors="coerce")
    wrong = cells[(value.isna() & ~is_mark) | (value < 0)]
    if len(wrong):
        numbers = [int(i) + start + 1 for i in wrong.index]
        rows = zip(numbers, wrong["text"], strict=True)
        rule = "a value is neither a count nor one of . - / x ..."
        faults.append(Fault.listing(rule, "download the file again", rows))
    if faults:
        raise TableError(str(path), faults)
    return pd.DataFrame({
        "year": cells["year"],
        "code": cells["code"],
        "name": cells["name"],
        "industry": industry,
        "value": (value * layout.unit).round(6),
        "flag": cells["text"].where(is_mark, ""),
    }).reset_index(drop=True)
