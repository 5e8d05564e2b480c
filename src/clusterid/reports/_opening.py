"""What was asked, in short what was found, and on which data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clusterid.legend import VERDICTS, format_number
from clusterid.maps import outline_source
from clusterid.reports._clusters import grades_found, jobs_only, strongest
from clusterid.reports._parts import Context, Part, Section, rows_of

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = ["asked", "data"]

#: warnings shown; the rest are counted
_MOST_WARNINGS = 12


def asked(result: Result, page: Context) -> Section | None:
    """Return the question, and the findings in a few numbers."""
    n_regions, n_industries = result.economy.employment.shape
    year = result.economy.metadata.year
    parts = [
        page.text(
            "report.asked_text",
            regions=n_regions,
            n=n_industries,
            year=year if year is not None else page.said("report.year_unknown"),
        )
    ]
    found = _found(result, page)
    if found:
        parts.append(Part("found", found))
    if result.candidates is not None:
        parts += jobs_only(result.candidates, page)
        if result.candidates.params.get("warning"):
            parts.append(
                page.note(
                    "report.by_published_rule",
                    rule=result.candidates.params.get("preset", ""),
                    n=len(result.candidates.table),
                )
            )
    first = strongest(result, page)
    if first is not None:
        parts.append(first)
    warnings = [str(w) for w in result.warnings]
    if warnings:
        parts += [
            page.heading("report.warnings"),
            Part("list", warnings[:_MOST_WARNINGS]),
            page.note("report.warnings_note"),
        ]
    if len(warnings) > _MOST_WARNINGS:
        total = len(warnings)
        parts.append(page.note("report.more_rows", n=_MOST_WARNINGS, total=total))
    return page.section("asked", parts)


def _found(result: Result, page: Context) -> list[tuple[str, str]]:
    """Return the findings, each a number and what it counts."""
    said = page.said
    found: list[tuple[object, str]] = []
    if result.templates is not None:
        n = result.templates.membership.dropna().nunique()
        found.append((n, said("report.found_templates")))
    if result.candidates is not None:
        n_clusters = format_number(
            sum(result.candidates.by_grade.values()), language=said.language
        )
        found.append((n_clusters, said("report.found_clusters")))
        found += grades_found(result.candidates, page)
    if result.comparison is not None and len(result.comparison.verdicts):
        verdicts = result.comparison.verdicts
        n = int(verdicts["declared"].eq("yes").sum())
        found.append((n, said("report.found_declared")))
        counts = verdicts["verdict"].value_counts()
        for code in VERDICTS:
            if counts.get(code, 0):
                found.append((int(counts[code]), said(f"verdict.{code}")))
    return [(str(n), text) for n, text in found]


def data(result: Result, page: Context) -> Section | None:
    """Return sources, vintage, licences and what is withheld."""
    said, economy = page.said, result.economy
    meta = economy.metadata
    n_regions, n_industries = economy.employment.shape
    withheld = int(economy.withheld.to_numpy().sum())
    cells = n_regions * n_industries
    known = "no" if economy.establishments is None else "yes"
    rows = {
        said("map.vintage"): "–" if meta.year is None else str(meta.year),
        said("report.classification"): meta.classification,
        said("report.counted"): said(f"report.kind_{meta.kind}"),
        said("report.concept"): said(f"report.concept_{meta.concept}"),
        said("map.unit"): said.get(f"unit_name.{meta.unit}", meta.unit),
        said("report.size"): said(
            "report.size_text", regions=n_regions, n=n_industries
        ),
        said("report.withheld"): said(
            "report.withheld_text",
            n=format_number(withheld, language=said.language),
            total=format_number(cells, language=said.language),
            share=format_number(100 * withheld / max(1, cells), language=said.language),
        ),
        said("report.plants"): said(f"report.plants_{known}"),
        said("map.source"): page.source or said("report.not_stated"),
        said("map.licence"): meta.licence or said("report.not_stated"),
    }
    outlines = outline_source(result)
    if outlines:
        rows[said("map.geometry")] = outlines
    return page.section("data", [page.table(rows_of(rows, "property", "value"))])
