"""What was asked, in short what was found, and on which data."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clusterid.legend import VERDICTS, Words, format_number
from clusterid.maps import outline_source
from clusterid.reports._measured import largest
from clusterid.reports._parts import Context, Part, Section
from clusterid.reports._tables import frame_table

__all__ = ["asked", "data"]


def asked(result: Any, said: Words, where: Context) -> Section:
    """Return the question, and the findings in a few numbers."""
    n_regions, n_industries = result.economy.employment.shape
    year = result.economy.metadata.year
    parts = [
        Part(
            "text",
            said(
                "report.asked_text",
                regions=n_regions,
                n=n_industries,
                year=year if year is not None else said("report.year_unknown"),
            ),
        )
    ]
    found: list[tuple[str, str]] = []
    templates = getattr(result, "templates", None)
    if templates is not None:
        n = templates.membership.dropna().nunique()
        found.append((str(n), said("report.found_templates")))
    candidates = getattr(result, "candidates", None)
    if candidates is not None:
        found.append((str(len(candidates.table)), said("report.found_clusters")))
    comparison = getattr(result, "comparison", None)
    if comparison is not None and len(comparison.verdicts):
        verdicts = comparison.verdicts
        is_declared = verdicts["declared"].eq("yes")
        found.append((str(int(is_declared.sum())), said("report.found_declared")))
        counts = verdicts["verdict"].value_counts()
        for code in VERDICTS:
            if counts.get(code, 0):
                found.append((str(int(counts[code])), said(f"verdict.{code}")))
    if found:
        parts.append(Part("found", found))
    first = largest(result, said, where)
    if first is not None:
        parts.append(Part("table", first))
    warnings = [str(w) for w in getattr(result, "warnings", None) or ()]
    if warnings:
        parts.append(Part("heading", said("report.warnings")))
        parts.append(Part("list", warnings[:12]))
        parts.append(Part("note", said("report.warnings_note")))
        if len(warnings) > 12:
            more = said("report.more_rows", n=12, total=len(warnings))
            parts.append(Part("note", more))
    return Section("asked", said("report.asked"), tuple(parts))


def data(result: Any, said: Words, where: Context) -> Section:
    """Return sources, vintage, licences and what is withheld."""
    economy = result.economy
    meta = economy.metadata
    n_regions, n_industries = economy.employment.shape
    withheld = int(economy.withheld.to_numpy().sum())
    cells = n_regions * n_industries
    share = format_number(100 * withheld / max(1, cells), language=said.language)
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
            share=share,
        ),
        said("report.plants"): said(
            "report.plants_yes"
            if economy.establishments is not None
            else "report.plants_no"
        ),
        said("map.source"): where.source or said("report.not_stated"),
        said("map.licence"): meta.licence or said("report.not_stated"),
    }
    if outline_source(result):
        rows[said("map.geometry")] = outline_source(result)
    table = pd.DataFrame({"property": list(rows), "value": list(rows.values())})
    return Section(
        "data", said("report.data"), (Part("table", frame_table(table, said)),)
    )
