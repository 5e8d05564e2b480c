"""What this cannot tell, methods with their papers, provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clusterid.reports._parts import Context, Part, Section, rows_of
from clusterid.reports._references import cite

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = ["limits", "methods", "provenance"]

#: an option written longer than this is no option to read
_LONGEST_OPTION = 120


def limits(result: Result, page: Context) -> Section | None:
    """Return what this cannot tell."""
    lines = [text for _, text in sorted(page.said.under("cannot.").items())]
    if page.kind == "occupation":
        lines.insert(0, page.said("report.cannot_occupations"))
    return page.section("limits", [Part("list", lines)])


def methods(result: Result, page: Context) -> Section | None:
    """Return the options used and the papers behind them."""
    said = page.said
    parts = [page.text("report.methods_text")]
    for name, part in (
        ("templates", result.templates),
        ("candidates", result.candidates),
        ("comparison", result.comparison),
    ):
        params = {} if part is None else part.params
        short = {
            k: v for k, v in sorted(params.items()) if len(str(v)) <= _LONGEST_OPTION
        }
        if short:
            parts.append(
                page.table(
                    rows_of(short, "option_name", "value"),
                    caption=f"{said('report.options')}: {said(f'report.{name}')}",
                    folded=True,
                )
            )
    lines = [
        f"{entry.text}{' doi:' + entry.doi if entry.doi else ''} "
        f"({entry.used_for_de if said.language == 'de' else entry.used_for_en})"
        for entry in cite(result)
    ]
    if lines:
        parts += [page.heading("report.references"), Part("list", lines)]
    return page.section("methods", parts)


def provenance(result: Result, page: Context) -> Section | None:
    """Return versions, inputs with their SHA-256, and the seed; no clock."""
    said, found = page.said, result.provenance
    named = {
        said.get("column.seed", "seed"): found.seed,
        said.get("column.engine", "engine"): said.get(
            f"engine.{found.engine}", found.engine
        ),
    }
    parts = [page.table(rows_of(named, "property", "value"))]
    for name, values, key, value in (
        ("inputs", found.inputs, "file", "sha256"),
        ("versions", found.versions, "package", "version"),
    ):
        if values:
            rows = rows_of(dict(sorted(values.items())), key, value)
            caption = said(f"report.{name}")
            parts.append(page.table(rows, caption=caption, folded=True))
    return page.section("provenance", parts)
