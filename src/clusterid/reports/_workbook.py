"""The workbook: one sheet a table, headings, units and notes; text stays text."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clusterid._writing import whole_file
from clusterid.errors import check_option
from clusterid.legend import (
    LANGUAGES,
    Words,
    allowed_text,
    format_number,
    shown_cells,
    words,
)
from clusterid.reports._closing import planted_and_found
from clusterid.reports._coverage import coverage_sentence, template_coverage
from clusterid.reports._parts import Context, context, mapping_of

__all__ = ["write_workbook"]

#: what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: signs a cell may hold, and UTF-16 has two for some of ours
_LONGEST = 32_767
_MOST_ROWS = 2_000
_MOST_DRESSED = 500

_FORMATS = {
    "p_value": "0.0000", "q_value": "0.0000", "gi_q": "0.0000",
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
    result: Any, path: str | os.PathLike[str], *, language: str | None = None
) -> Path:
    """Write the tables of a result as a workbook, and return its path.

    Sheets: what the tables are (source, licence, vintage, notes), what each column
    means, clusters, members, gaps, templates, templates by region, verdicts, the
    strongest concentrations, indices by industry, planted against found. A text that
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
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> import clusterid as cid
    >>> jobs = pd.DataFrame({"A": [5.0]}, index=["r"])
    >>> result = SimpleNamespace(title="=1+1", economy=cid.economy(jobs))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(result, folder + "/tables.xlsx").name
    'tables.xlsx'
    """
    language = language or str(getattr(result, "language", None) or "en")
    check_option("language", language, LANGUAGES)
    target = Path(path)
    from openpyxl import Workbook

    result = getattr(result, "published", lambda: result)()
    said = words(language, kind=result.economy.metadata.kind)
    where = context(result, said)
    tables = _sheets(result, said, where)
    with whole_file(target, (".xlsx",)) as part:
        book = Workbook(write_only=True)
        _write_sheet(book, said("report.sheet_about"), _about(result, said), said)
        columns = _columns(tables, said)
        _write_sheet(book, said("report.sheet_columns"), columns, said)
        for table in tables:
            title = said(f"report.sheet_{table.key}")
            _write_sheet(book, title, table.frame, said, note=table.note)
        book.save(part)
    return target


def _sheets(result: Any, said: Words, where: Context) -> list[_Sheet]:
    found: list[_Sheet] = []

    def add(key: str, frame: Any, columns: Sequence[str] = (), note: str = "") -> None:
        if not isinstance(frame, pd.DataFrame) or not len(frame):
            return
        table = pd.DataFrame(frame.drop(columns="geometry", errors="ignore"))
        if table.index.name is not None and table.index.name not in table:
            table = table.reset_index()
        if "label" in table and key == "industries":
            table = table.drop(columns="label")  # stands beside the code already
        elif "label" in table and key in ("clusters", "parts"):
            table = table.assign(label=[where.spoken(v) for v in table["label"]])
        if columns:
            table = table[[c for c in columns if c in table]]
        if len(table) > _MOST_ROWS:
            more = said(
                "report.more_rows",
                n=_MOST_ROWS,
                total=format_number(len(table), language=said.language),
            )
            table, note = table.head(_MOST_ROWS), f"{note} {more}".strip()
        found.append(_Sheet(key, _noted(_named(_guarded(table), where), said), note))

    candidates = getattr(result, "candidates", None)
    if candidates is not None:
        add("clusters", candidates.table, note=said("report.cluster_note"))
        add("members", candidates.members)
        add("gaps", candidates.gaps)
        add("parts", getattr(candidates, "parts", None))
    covered = template_coverage(result)
    told = "" if covered is None else coverage_sentence(covered, said)
    add("templates", _template_rows(result, where), note=told)
    if candidates is not None:
        cells = candidates.cells
        order = [c for c in ("q_value", "template", "region") if c in cells]
        add("cells", cells.sort_values(order, na_position="last"))
    comparison = getattr(result, "comparison", None)
    if comparison is not None:
        add("verdicts", _verdict_rows(comparison.verdicts, said))
    concentration = getattr(result, "concentration", None)
    if concentration is not None and len(concentration):
        order = [c for c in ("q_value", "region", "industry") if c in concentration]
        strongest = concentration.sort_values(order, na_position="last")
        add("concentration", strongest, note=said("report.strongest_note"))
    indices = getattr(result, "industries", None)
    if indices is not None:
        add(
            "industries",
            indices if "industry" in indices else indices.rename_axis("industry"),
        )
    truth = mapping_of(getattr(result, "truth", None)).get("clusters")
    if isinstance(truth, pd.DataFrame) and candidates is not None:
        if "cluster" in truth:
            truth = truth.set_index("cluster")
        add("planted", planted_and_found(truth, candidates))
    return found


def _guarded(table: pd.DataFrame) -> pd.DataFrame:
    """Empty the numbers of cells with one or two plants."""
    plants = next((c for c in ("n_plants", "establishments") if c in table), None)
    value = next((c for c in ("lq_shrunk", "lq", "employment") if c in table), None)
    if plants is None or value is None:
        return table
    state = shown_cells(
        pd.to_numeric(table[value], errors="coerce"),
        n_plants=pd.to_numeric(table[plants], errors="coerce"),
        reason=table.get("reason"),
    ).state
    held = state == "withheld"
    if not held.any():
        return table
    table = table.copy()
    for column in ("employment", "establishments", "n_plants", "lq", "lq_shrunk",
                   "lower", "upper", "p_value", "q_value", "excess_jobs",
                   "gi_z", "gi_q"):  # fmt: skip
        if column in table:
            table[column] = pd.to_numeric(table[column], errors="coerce").where(~held)
    return table


def _named(table: pd.DataFrame, where: Context) -> pd.DataFrame:
    """Put names beside codes of regions and industries."""
    table = table.copy()
    for column, names in (("region", where.regions), ("industry", where.industries)):
        if column in table and f"{column}_label" not in table and names:
            at = list(table.columns).index(column) + 1
            said = [names.get(str(code), "") for code in table[column]]
            table.insert(at, f"{column}_label", said)
    return table


def _noted(table: pd.DataFrame, said: Words) -> pd.DataFrame:
    """Put words beside the codes that say how a number is to be read."""
    if "reason" not in table or "verdict" in table:
        return table
    table = table.copy()
    words_of = [
        said.get(f"reason.{code}", str(code)) if isinstance(code, str) else ""
        for code in table["reason"]
    ]
    table.insert(list(table.columns).index("reason") + 1, "reason_label", words_of)
    return table


def _template_rows(result: Any, where: Context) -> pd.DataFrame | None:
    found = getattr(result, "templates", None)
    if found is None:
        return None
    membership = found.membership
    return (
        pd
        .DataFrame({
            "template": membership.astype(object),
            "template_label": [
                "" if t is pd.NA or t != t else where.templates.get(str(t), "")
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


def _about(result: Any, said: Words) -> pd.DataFrame:
    meta = result.economy.metadata
    rows = [(said("report.title"), str(getattr(result, "title", "")))]
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
    rows += [(said("report.warnings"), str(w)) for w in getattr(result, "warnings", ())]
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


def _write_sheet(
    book: Any, title: str, frame: pd.DataFrame, said: Words, *, note: str = ""
) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

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
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="DCE6F0")
    wrap = Alignment(wrap_text=True, vertical="top")
    row = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, value=allowed_text(heading))
        cell.data_type = "s"
        cell.font, cell.fill, cell.alignment = bold, fill, wrap
        row.append(cell)
    sheet.append(row)
    # formats cost time: long tables, read by programs, do without
    dressed = len(frame) <= _MOST_DRESSED
    formats = [_FORMATS.get(str(c), "") if dressed else "" for c in frame.columns]
    for values in frame.itertuples(index=False, name=None):
        sheet.append([
            _cell(sheet, value, number_format, WriteOnlyCell)
            for value, number_format in zip(values, formats, strict=True)
        ])
    if note:
        sheet.append([])
        cell = WriteOnlyCell(sheet, value=_fitting(allowed_text(note)))
        cell.data_type = "s"
        cell.font = Font(italic=True)
        sheet.append([cell])


def _cell(sheet: Any, value: Any, number_format: str, make: Any) -> Any:
    """Return a value as it may be written: a number, or text that is never run."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, float, np.integer, np.floating)):
        number = float(value)
        if not np.isfinite(number):
            return None
        number = float(f"{number:.12g}")
        whole = int(number) if number == int(number) else number
        if not number_format:
            return whole
        cell = make(sheet, value=whole)
        cell.number_format = number_format
        return cell
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(v) for v in value)
    text = _fitting(allowed_text(str(value)))
    formula = text.startswith(_FORMULA)
    # "#N/A" is a name here and no error
    if not formula and not text.startswith("#"):
        return text
    cell = make(sheet)
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = formula
    return cell


def _fitting(text: str) -> str:
    """Return a text that fits into a cell; what is cut off is marked."""
    if 2 * len(text) <= _LONGEST or len(text.encode("utf-16-le")) // 2 <= _LONGEST:
        return text
    cut = text.encode("utf-16-le")[: 2 * (_LONGEST - 1)]
    return cut.decode("utf-16-le", "ignore") + "…"
