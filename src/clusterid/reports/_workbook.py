"""The workbook: one sheet a table, headings, units and notes; text stays text."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clusterid._disk._writing import whole_file
from clusterid.disclosure import shown
from clusterid.errors import check_option
from clusterid.legend import (
    LANGUAGES,
    Words,
    format_number,
    shown_cells,
    words,
)
from clusterid.reports._coverage import coverage_sentence
from clusterid.reports._parts import Context, context_of
from clusterid.reports._planted import planted_and_found, planted_clusters
from clusterid.reports._sheet_rows import Styles, sheet_rows
from clusterid.results import check_result, needed_columns, ranked_clusters

if TYPE_CHECKING:
    from openpyxl import Workbook

    from clusterid.communities import Templates
    from clusterid.results import Result

__all__ = ["write_workbook"]

_MOST_ROWS = 2_000
_MOST_DRESSED = 500
#: rows that are written at once
_AT_ONCE = 1_000
#: where the rows of a sheet go
_NO_ROWS = re.compile(rb"<sheetData ?/>|<sheetData></sheetData>")
#: tables that stand in the workbook with all their rows
_WHOLE = ("clusters", "concentrations")

#: columns of codes that get words beside them -> prefix of the catalogue
_CODES = {
    "grade": "grade.", "level": "level.", "why_not_higher": "why.", "form": "form.",
}  # fmt: skip

#: limits of the jobs' quotient
_LIMITS = ("lq_jobs_lower", "lq_jobs_upper")
#: numbers that a cell with one or two plants does not show
_OF_CELLS = (
    "employment", "establishments", "n_plants", "lq_jobs", *_LIMITS, "lq_plants",
    "lq_plants_smoothed", "lq_plants_lower", "lq_plants_upper", "lq_plants_rank",
    "stability", "n_expected",
    "p_value", "q_value", "p_lower", "p_upper", "excess_jobs", "p_plants", "q_plants",
    "p_rest", "q_rest", "p_exceptional", "q_exceptional",
)  # fmt: skip

_FORMATS = {
    "p_value": "0.0000", "q_value": "0.0000", "q_plants": "0.0000",
    "q_rest": "0.0000", "q_exceptional": "0.0000", "plants_needed": "#,##0",
    "share_imputed": "0 %", "largest_plant_share": "0 %", "confidence": "0 %",
    "posterior": "0 %", "employment": "#,##0", "establishments": "#,##0",
    "excess_jobs": "#,##0", "n_plants": "#,##0", "year": "0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A table on its way into the workbook."""

    key: str
    frame: pd.DataFrame
    note: str = ""


def write_workbook(
    result: Result, path: str | os.PathLike[str], *, language: str | None = None
) -> Path:
    """Write the tables of a result as a workbook, and return its path.

    Sheets: what the tables are (source, licence, vintage, notes), what each column
    means, clusters, every region's ranked list, members, gaps, templates, templates by
    region, verdicts, quotients, indices by industry, planted against found. A text that
    begins with ``= + - @`` is written as text and never run. Cells with fewer than
    three plants are left empty.

    Parameters
    ----------
    result : Result
        As a study returns it.
    path : path
        File to write; an earlier one is replaced.
    language : {"en", "de"}, optional
        Language of headings; by default the result's own.

    Returns
    -------
    Path

    Raises
    ------
    SourceError
        If the folder does not exist or cannot be written to.
    OptionError
        If the language is not offered.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> import clusterid as cid
    >>> from clusterid.results import Result
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> result = Result("=1+1", "en", cid.economy(jobs), regions)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(result, folder + "/tables.xlsx").name
    'tables.xlsx'
    """
    check_result(result)
    language = language or result.language
    check_option("language", language, LANGUAGES)
    target = Path(path)
    result = shown(result)
    page = context_of(result, words(language, kind=result.economy.metadata.kind))
    said = page.said
    tables = [
        _sheet(key, frame, note, page)
        for key, frame, note in _tables(result, page)
        if len(frame)
    ]
    first = [
        _Sheet("about", _about(result, said)),
        _Sheet("columns", _columns(tables, said)),
    ]
    with whole_file(target, (".xlsx",)) as part:
        _write_book(part, [*first, *tables], said)
    return target


def _tables(result: Result, page: Context) -> Iterator[tuple[str, pd.DataFrame, str]]:
    """Yield the tables of a result with their keys and notes, in order."""
    said, candidates = page.said, result.candidates
    if candidates is not None:
        ranked = ranked_clusters(candidates.table)
        yield "clusters", ranked, f"{_grades_said(result, said)}{_cluster_notes(said)}"
        yield "concentrations", candidates.concentrations, _cluster_notes(said)
        yield "members", candidates.members, ""
        yield "gaps", candidates.gaps, ""
    if result.templates is not None and result.coverage is not None:
        note = coverage_sentence(result.coverage, said)
        yield "templates", _template_rows(result.templates, page), note
    if candidates is not None:
        yield "cells", _surest_first(candidates.cells, "template", "region"), ""
    if result.comparison is not None:
        yield "verdicts", _verdict_rows(result.comparison.verdicts, said), ""
    strongest = _surest_first(result.concentration, "region", "industry")
    # the contract's column for jobs, which are not smoothed, would stand there twice
    once = strongest.drop(columns="lq_jobs_smoothed", errors="ignore")
    yield "concentration", once, said("report.strongest_note")
    indices = result.industries
    if "industry" not in indices:
        indices = indices.rename_axis("industry")
    yield "industries", indices, ""
    planted = planted_clusters(result)
    if planted is not None and candidates is not None:
        yield "planted", planted_and_found(planted, candidates), ""


def _surest_first(table: pd.DataFrame, *then: str) -> pd.DataFrame:
    """Return cells by q-value and code, untested ones last."""
    order = [c for c in ("q_value", "q_plants", *then) if c in table]
    return table.sort_values(order, na_position="last") if order else table


def _sheet(key: str, frame: pd.DataFrame, note: str, page: Context) -> _Sheet:
    """Return a table as a sheet: names beside codes, small cells emptied, not long."""
    table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
    if table.index.name is not None and table.index.name not in table:
        table = table.reset_index()
    if "label" in table and key == "industries":
        table = table.drop(columns="label")  # stands beside the code already
    elif "label" in table and key in ("clusters", "concentrations"):
        # the kind of a single industry stands there, too: a table is filtered by it
        spoken = [page.spoken(v) for v in table["label"]]
        table = page.named(table).drop(columns="kind_label").assign(label=spoken)
        table = table.rename(columns={"label": "kind_label"})
    if len(table) > _MOST_ROWS and key not in _WHOLE:
        total = format_number(len(table), language=page.said.language)
        more = page.said("report.more_rows", n=_MOST_ROWS, total=total)
        table, note = table.head(_MOST_ROWS), f"{note} {more}".strip()
    return _Sheet(key, _in_words(_guarded(table), page), note)


def _guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Empty the numbers of cells with one or two plants."""
    plants = next((c for c in ("n_plants", "establishments") if c in table), None)
    if plants is None:
        return table
    counts = pd.to_numeric(table[plants], errors="coerce")
    reason = needed_columns(table, "reason")["reason"]
    state = shown_cells(counts, n_plants=counts, reason=reason).state
    held = state == "withheld"
    if not held.any():
        return table
    table = table.copy()
    # of a cell that its source withheld the limits are all there is to say
    known = needed_columns(table, "lq_jobs")["lq_jobs"].notna().to_numpy(dtype=bool)
    for column in _OF_CELLS:
        if column in table:
            numbers = pd.to_numeric(table[column], errors="coerce")
            emptied = held & known if column in _LIMITS else held
            table[column] = numbers.where(~emptied)
    return table


def _beside(table: pd.DataFrame, column: str, words_of: list[str]) -> None:
    """Put a column of words beside a column of codes."""
    at = list(table.columns).index(column) + 1
    table.insert(at, f"{column}_label", words_of)


def _in_words(table: pd.DataFrame, page: Context) -> pd.DataFrame:
    """Put names beside codes, and words beside what says how to read a number."""
    table = table.copy()
    for column, names in (("region", page.regions), ("industry", page.industries)):
        if column in table and f"{column}_label" not in table and names:
            codes = table[column].tolist()
            _beside(table, column, [names.get(str(code), "") for code in codes])
    for column, prefix in _CODES.items():
        if column in table and (column != "grade" or "verdict" not in table):
            codes = table[column].tolist()
            _beside(table, column, [_said(code, prefix, page.said) for code in codes])
    if "reason" in table and "verdict" not in table:
        codes = table["reason"].tolist()
        _beside(table, "reason", [_reason(code, page.said) for code in codes])
    return table


def _said(codes: object, prefix: str, said: Words) -> str:
    """Return codes joined by ``;`` in words."""
    if not isinstance(codes, str) or not codes:
        return ""
    return "; ".join(said.get(prefix + code, code) for code in codes.split(";"))


def _grades_said(result: Result, said: Words) -> str:
    """Return how many clusters there are of each grade, and what would lift C."""
    found = result.candidates
    if found is None:
        return ""
    counts = ", ".join(f"{grade} {n}" for grade, n in found.by_grade.items())
    only = f"{said('map.jobs_only')} " if found.highest_possible == "C" else ""
    return f"{said('report.grades_sentence', counts=counts)} {only}"


def _cluster_notes(said: Words) -> str:
    return f"{said('report.quotients_note')} {said('report.cluster_note')}"


def _reason(code: object, said: Words) -> str:
    return said.get(f"reason.{code}", code) if isinstance(code, str) else ""


def _template_rows(found: Templates, page: Context) -> pd.DataFrame:
    membership = found.membership
    return (
        pd
        .DataFrame({
            "template": membership.astype(object),
            "template_label": [
                "" if t is pd.NA or t != t else page.templates.get(str(t), "")
                for t in membership.astype(object)
            ],
            "confidence": found.confidence.reindex(membership.index),
            "status": found.status.reindex(membership.index),
        })
        .rename_axis("industry")
        .reset_index()
        .sort_values(["template", "industry"], na_position="last", ignore_index=True)
    )


def _verdict_rows(verdicts: pd.DataFrame, said: Words) -> pd.DataFrame:
    other = "de" if said.language == "en" else "en"
    drop = [c for c in (f"evidence_{other}", f"would_change_{other}") if c in verdicts]
    table = verdicts.drop(columns=drop).rename(
        columns={
            f"evidence_{said.language}": "evidence",
            f"would_change_{said.language}": "would_change",
        }
    )
    words_of = [said.get(f"verdict.{code}", str(code)) for code in table["verdict"]]
    at = list(table.columns).index("verdict")
    table.insert(at, "verdict_label", words_of)
    return table


def _about(result: Result, said: Words) -> pd.DataFrame:
    meta = result.economy.metadata
    rows = [(said("report.title"), result.title)]
    if result.provenance.confidential:
        rows.insert(0, (said("map.confidential"), said("map.confidential")))
    if meta.simulated:
        rows.append((said("map.simulated"), said("map.simulated_note")))
    if meta.kind == "occupation":
        rows.append((said("report.counted"), said("map.occupations_note")))
    rows += [
        (said("map.vintage"), "" if meta.year is None else str(meta.year)),
        (said("report.classification"), meta.classification),
        (said("report.concept"), said(f"report.concept_{meta.concept}")),
        (said("map.unit"), meta.unit),
        (said("map.source"), meta.source),
        (said("map.licence"), meta.licence),
    ]
    if result.candidates is not None:
        rows.append((said("report.sheet_clusters"), _grades_said(result, said).strip()))
    rows += [(said("report.warnings"), str(w)) for w in result.warnings]
    rows += [
        (said("report.limits"), text)
        for _, text in sorted(said.under("cannot.").items())
    ]
    return pd.DataFrame(rows, columns=["property", "value"])


def _columns(tables: Sequence[_Sheet], said: Words) -> pd.DataFrame:
    rows = [
        {
            "sheet": said(f"report.sheet_{table.key}"),
            "column": str(column),
            "heading": _heading(str(column), said),
            "unit": said.get(f"unit.{column}", ""),
        }
        for table in tables
        for column in table.frame.columns
    ]
    return pd.DataFrame(rows, columns=["sheet", "column", "heading", "unit"])


def _heading(column: str, said: Words) -> str:
    heading = said.get(f"column.{column}", column.replace("_", " "))
    heading = heading.replace("\u00ad", "")  # soft hyphens are for pages
    unit = said.get(f"unit.{column}", "")
    return f"{heading} [{unit}]" if unit and len(unit) <= 24 else heading


def _add_sheet(book: Workbook, content: _Sheet, said: Words) -> Iterator[str]:
    """Add a sheet without rows; return these as markup."""
    from openpyxl.utils import get_column_letter

    frame, title = content.frame, said(f"report.sheet_{content.key}")
    sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", title)[:31])
    sheet.freeze_panes = "A2"
    headings = [_heading(str(c), said) for c in frame.columns]
    for k, (heading, column) in enumerate(
        zip(headings, frame.columns, strict=True), start=1
    ):
        longest = max(
            [len(str(v)) for v in frame[column].head(200)] + [len(heading) // 2 + 4]
        )
        letter = get_column_letter(k)
        sheet.column_dimensions[letter].width = min(max(9, longest + 2), 60)
    sheet.auto_filter.ref = (
        f"A1:{get_column_letter(max(1, len(headings)))}{len(frame) + 1}"
    )
    # formats cost time: long tables, read by programs, do without
    dressed = len(frame) <= _MOST_DRESSED
    formats = [_FORMATS.get(str(c), "") if dressed else "" for c in frame.columns]
    return sheet_rows(frame, headings, formats, content.note, Styles(sheet))


def _write_book(path: Path, contents: Sequence[_Sheet], said: Words) -> None:
    """Write a workbook: openpyxl makes all of it but the rows, which are many."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    rows = [list(_add_sheet(book, content, said)) for content in contents]
    parts = {
        f"xl/worksheets/sheet{k}.xml": of_sheet for k, of_sheet in enumerate(rows, 1)
    }
    empty = io.BytesIO()
    book.save(empty)
    with zipfile.ZipFile(empty) as given, zipfile.ZipFile(path, "w") as written:
        for info in given.infolist():
            markup = given.read(info)
            with written.open(info, "w") as part:
                if info.filename not in parts:
                    part.write(markup)
                    continue
                top, tail = _NO_ROWS.split(markup)
                part.write(top + b"<sheetData>")
                of_sheet = parts[info.filename]
                for start in range(0, len(of_sheet), _AT_ONCE):
                    some = of_sheet[start : start + _AT_ONCE]
                    part.write("".join(some).encode())
                part.write(b"</sheetData>" + tail)
