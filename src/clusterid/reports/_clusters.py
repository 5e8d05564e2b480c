"""Clusters by grade, what they lack, and what would decide."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.legend import GRADE_SIGNS, format_number
from clusterid.reports._links import or_zero
from clusterid.reports._parts import Context, Part, Section
from clusterid.reports._quotient_ranges import with_ranges
from clusterid.results import (
    cell_quotient,
    needed_columns,
    ranked_clusters,
    shown_quotients,
)

if TYPE_CHECKING:
    from clusterid.clusters import CandidateClusters
    from clusterid.results import Result

__all__ = [
    "MOST_ROWS",
    "candidates",
    "deciding",
    "gaps",
    "grades_found",
    "jobs_only",
    "strongest",
]

#: Rows of a table of clusters; the rest stand in the files beside the report.
MOST_ROWS = 60
_COLUMNS = (
    "cluster", "grade", "name", "kind_label", "regions", "employment",
    "excess_jobs", "quotient_jobs", "establishments", "quotient_plants", "form",
    "why_not_higher", "remarks",
)  # fmt: skip
#: templates with a small map of their own
_MOST_MAPS = 6


def grades_found(found: CandidateClusters, page: Context) -> list[tuple[str, str]]:
    """Return how many clusters there are of each grade, with the grade in words."""
    return [
        (
            format_number(n, language=page.said.language),
            page.said("report.found_grade", grade=g, words=page.said(f"grade.{g}")),
        )
        for g, n in found.by_grade.items()
        if n or found.highest_possible == "A"
    ]


def candidates(result: Result, page: Context) -> Section | None:
    """Return clusters: what grades mean, portfolio, heat map, small maps, table."""
    from clusterid.figures import portfolio

    found = result.candidates
    if found is None:
        return None
    said = page.said
    parts = [
        page.text("report.candidates_text"),
        Part("list", [
            f"{g}, {said(f'grade.{g}')}: {said(f'grade_says.{g}')}" for g in GRADE_SIGNS
        ]),
        *jobs_only(found, page),
    ]  # fmt: skip
    if len(found.table):
        ax = portfolio(found, kind=page.kind, **page.figure_words)
        parts.append(page.figure(ax, "report.alt_portfolio"))
    else:
        parts.append(page.text("map.no_clusters"))
    if len(found.cells):
        parts += [_heatmap(result, page), *_small_maps(result, page)]
    if len(found.table):
        parts += [_cluster_table(found.table, page), *_by_bar(found, page)]
    return page.section("candidates", parts)


def jobs_only(found: CandidateClusters, page: Context) -> list[Part]:
    """Return that C is the highest grade and what would lift it, where it is so."""
    return [page.text("map.jobs_only")] if found.highest_possible == "C" else []


def _heatmap(result: Result, page: Context) -> Part:
    from clusterid.figures import template_heatmap

    templates = result.templates
    ax = template_heatmap(
        result.candidates,
        None if templates is None else page.spoken_templates(templates),
        names=page.regions,
        kind=page.kind,
        **page.figure_words,
    )
    return page.figure(ax, "report.alt_heatmap")


def _small_maps(result: Result, page: Context) -> list[Part]:
    """Return small maps of the templates with most jobs, clusters outlined."""
    from clusterid.figures import choropleths
    from clusterid.maps import light_outlines

    found, regions = result.candidates, result.regions
    if found is None or not len(found.table):
        return []
    # a study without shapes has no map
    if regions.active_geometry_name is None or not regions.geometry.notna().any():
        return []
    if regions.crs is None:
        return []
    # clusters of a whole template; its parts have no map of their own
    mapped = found.table[found.table["kind"].isin(found.cells["template"])]
    size = mapped.groupby("kind")["employment"].sum().sort_values()
    value, measure = cell_quotient(found.cells)
    values, outlined = {}, {}
    for code in size.index[::-1][:_MOST_MAPS]:
        part = found.cells[found.cells["template"].eq(code)]
        title = f"{code} {page.templates.get(str(code), '')}".strip()
        shown = shown_quotients(part, plants="establishments", columns=(value,) * 3)
        values[title] = pd.Series(shown.value, index=part["region"].astype(str))
        inside = mapped.loc[mapped["kind"].eq(code), "regions"]
        codes = set(";".join(inside.astype(str)).split(";"))
        outlined[title] = pd.Series(True, index=sorted(codes))
    if not values:
        return []
    ax = choropleths(
        values,
        light_outlines(regions, max_points=4_000),
        outlined=outlined,
        label=page.said(measure),
        **page.figure_words,
    )
    return [
        page.heading("report.small_maps"),
        page.figure(ax, "report.alt_map", template="; ".join(values)),
    ]


def _cluster_table(table: pd.DataFrame, page: Context) -> Part:
    return page.table(
        _in_words(table, page).rename_axis("cluster"),
        caption=page.said("report.cluster_table"),
        columns=_COLUMNS,
        limit=MOST_ROWS,
        more="report.more_clusters",
        note=page.said("report.quotients_note"),
    )


def _by_bar(found: CandidateClusters, page: Context) -> list[Part]:
    """Return how many clusters there are of each grade at the three bars."""
    if found.highest_possible == "C":
        return []  # jobs alone are held against no bar
    bar, low_high = found.params.get("bar"), found.params.get("sensitivity", ())
    if bar is None or len(low_high) != 2:
        return []
    columns = {
        low_high[0]: "grade_at_lower_bar",
        bar: "grade",
        low_high[1]: "grade_at_higher_bar",
    }
    table = needed_columns(found.table, *columns.values())
    counts = pd.DataFrame(
        [table[name].value_counts().reindex(list(GRADE_SIGNS)) for name in
         columns.values()],
        index=pd.Index([float(value) for value in columns], name="bar"),
    ).fillna(0).astype(int)  # fmt: skip
    return [
        page.table(
            counts.reset_index(),
            caption=page.said("report.sensitivity_grades"),
            note=page.said("report.sensitivity_note"),
        )
    ]


def strongest(result: Result, page: Context) -> Part | None:
    """Return the first clusters by grade, then by jobs above the expected number."""
    if result.candidates is None or not len(result.candidates.table):
        return None
    return page.table(
        _in_words(result.candidates.table, page).reset_index(drop=True),
        caption=page.said("report.largest"),
        columns=("grade", "name", "kind_label", "regions", "employment", "excess_jobs",
                 "quotient_jobs", "quotient_plants"),
        limit=8,
        more="report.more_clusters",
    )  # fmt: skip


def _in_words(table: pd.DataFrame, page: Context) -> pd.DataFrame:
    """Return clusters in their order, named in words, remarks in one cell."""
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    plain = ranked_clusters(plain)
    said = needed_columns(
        plain, "template", "label", "flags", "level", "share_imputed"
    ).to_dict("records")
    plain = page.named(plain)
    return with_ranges(plain, page).assign(
        kind_label=[
            _label(row, page) if row["level"] != "industry" else "" for row in said
        ],
        remarks=["; ".join(_remarks(row, page)) for row in said],
    )


def _label(row: Mapping[Hashable, Any], page: Context) -> str:
    """Return the name of a kind; a template's with its code."""
    code = str(row["template"])
    label = page.spoken(row["label"] or "")
    whole = row["level"] == "template" and code in page.templates
    return f"{label} ({code})" if whole else label or code


def _remarks(row: Mapping[Hashable, Any], page: Context) -> list[str]:
    """Return flags, level of kind and share estimated, in words."""
    said = page.said
    flags, level = (
        row[name] if isinstance(row[name], str) else "" for name in ("flags", "level")
    )
    # said once for the whole report, and by the level
    known = ("employment_only", "single_industry")
    remarks = [
        said.get(f"flag.{flag.strip()}", flag.strip())
        for flag in flags.split(";")
        if flag.strip() and flag.strip() not in known
    ]
    if level and level != "template":
        remarks.append(said.get(f"level.{level}", level))
    share = or_zero(row["share_imputed"])
    if share >= 0.005:
        remarks.append(said("report.estimated", share=f"{round(100 * share)}"))
    return remarks


def gaps(result: Result, page: Context) -> Section | None:
    """Return industries that a cluster's kind has and the place lacks."""
    if result.candidates is None or not len(result.candidates.gaps):
        return None
    frame = result.candidates.gaps.sort_values(
        ["supply_weight", "cluster", "industry"],
        ascending=[False, True, True],
        na_position="last",
    )
    columns = ("cluster", "industry", "state", "lq_jobs", "supply_weight")
    table = page.table(frame, columns=columns, limit=40)
    return page.section("gaps", [page.text("report.gaps_text"), table])


def deciding(result: Result, page: Context) -> Section | None:
    """Return with how many plants the strongest of grade C would show as B."""
    found = result.candidates
    if found is None or not len(found.concentrations):
        return None
    if found.highest_possible == "C":
        return page.section("power", [page.text("report.power_jobs_only")])
    rows = found.concentrations
    rows = rows[rows["grade"].eq("C") & rows["plants_needed"].notna()]
    rows = rows[rows["plants_needed"].gt(rows["establishments"].fillna(0))]
    if not len(rows):
        return None
    ranked = rows.sort_values(
        ["excess_jobs", "region", "kind"], ascending=[False, True, True]
    )
    table = page.table(
        with_ranges(page.named(ranked), page),
        caption=page.said("report.power_table"),
        columns=("region", "name", "employment", "excess_jobs", "quotient_jobs",
                 "quotient_plants", "establishments", "plants_needed"),
        limit=30,
        more="report.more_concentrations",
    )  # fmt: skip
    bar = format_number(float(found.params.get("bar", np.nan)), language=page.language)
    return page.section("power", [page.text("report.power_text", bar=bar), table])
