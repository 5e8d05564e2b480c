"""Declared fields: their verdicts with evidence, and how far both sides agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from clusterid.legend import VERDICTS
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from clusterid.reports._parts import Context, Part, Section
    from clusterid.results import Result

__all__ = ["declared"]

_COLUMNS = (
    "place", "field", "grade", "lq_jobs", "lq_plants", "employment", "posterior",
    "candidate", "evidence", "would_change",
)  # fmt: skip


def declared(result: Result, page: Context) -> Section | None:
    """Return verdicts with evidence and what would change them, and agreement."""
    from clusterid.figures import verdict_bars

    comparison = result.comparison
    if comparison is None or not len(comparison.verdicts):
        return None
    ax = verdict_bars(comparison, kind=page.kind, **page.figure_words)
    parts = [
        page.text("report.declared_text"),
        page.figure(ax, "report.alt_verdicts"),
        _meaning(comparison.verdicts, page),
    ]
    for code in VERDICTS:
        rows = comparison.verdicts[comparison.verdicts["verdict"].eq(code)]
        if len(rows):
            parts.append(_verdicts(code, rows, page))
    fields = _field_names(result.fields, page)
    for name, frame in (
        ("agreement", comparison.agreement),
        ("by_label", comparison.by_label),
        ("by_method", comparison.by_method),
        ("sensitivity", comparison.sensitivity),
    ):
        if len(frame):
            parts.append(
                page.table(
                    frame,
                    caption=page.said(f"report.{name}"),
                    names={"field": fields},
                    limit=60,
                    note=page.said.get(f"report.{name}_note", ""),
                    folded=len(frame) > 25,
                )
            )
    return page.section("declared", parts)


def _meaning(verdicts: pd.DataFrame, page: Context) -> Part:
    """Return how many there are of each verdict, and what it means."""
    counts = verdicts["verdict"].value_counts()
    there = [code for code in VERDICTS if counts.get(code, 0)]
    frame = pd.DataFrame({
        "verdict": there,
        "n": [int(counts[code]) for code in there],
        "meaning": [page.said(f"verdict_says.{code}") for code in there],
    })
    return page.table(frame, caption=page.said("report.meaning"))


def _verdicts(code: str, rows: pd.DataFrame, page: Context) -> Part:
    """Return the rows of one verdict, by place and field."""
    language = page.said.language
    rows = rows.assign(
        place=[
            name if isinstance(name, str) and name else _regions(regions, page)
            for name, regions in zip(rows["place_name"], rows["regions"], strict=True)
        ],
        field=[
            _field(label, field, status, page)
            for label, field, status in zip(
                rows["label"], rows["field"], rows["declared"], strict=True
            )
        ],
        evidence=rows[f"evidence_{language}"],
        would_change=rows[f"would_change_{language}"],
    )
    return page.table(
        rows.sort_values(["place", "field"], kind="stable"),
        caption=f"{page.said(f'verdict.{code}')} ({len(rows)})",
        columns=_COLUMNS,
        limit=200,
        folded=len(rows) > 12,
    )


def _field(label: object, field: object, status: object, page: Context) -> str:
    """Return what a place calls its field; of a candidate, its name in words."""
    if not isinstance(label, str) or not label:
        return str(field)
    return label if status == "yes" else page.spoken(label)


def _regions(regions: object, page: Context) -> str:
    """Return the names of the first regions of a row without a place."""
    codes = [code for code in str(regions or "").split(";") if code]
    named = [page.regions.get(code, code) for code in codes]
    return ", ".join(named[:3]) + (" …" if len(named) > 3 else "")


def _field_names(lexicon: pd.DataFrame | None, page: Context) -> dict[str, str]:
    """Return the names of the lexicon's fields."""
    if lexicon is None:
        return {}
    column = f"label_{page.said.language}"
    named = needed_columns(lexicon, "field", column).dropna(subset=[column])
    named = named.drop_duplicates("field")
    return dict(zip(named["field"].astype(str), named[column].astype(str), strict=True))
