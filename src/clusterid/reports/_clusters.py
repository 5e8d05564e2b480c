"""Candidate clusters, what they lack, and what could have been found elsewhere."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.legend import format_number
from clusterid.reports._links import or_zero
from clusterid.reports._parts import Context, Part, Section
from clusterid.results import needed_columns, shown_quotients

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = ["candidates", "gaps", "largest", "power"]

_COLUMNS = (
    "cluster", "label", "regions", "employment", "lq_shrunk", "excess_jobs", "q_value",
    "certainty", "n_members", "remarks",
)  # fmt: skip
#: templates with a small map of their own
_MOST_MAPS = 6


def candidates(result: Result, page: Context) -> Section | None:
    """Return candidate clusters: portfolio, heat map, small maps, table."""
    from clusterid.figures import portfolio

    found = result.candidates
    if found is None:
        return None
    parts = [page.text("report.candidates_text")]
    if len(found.table):
        ax = portfolio(found, kind=page.kind, **page.figure_words)
        parts.append(page.figure(ax, "report.alt_portfolio"))
    else:
        parts.append(page.text("map.no_clusters"))
    if len(found.cells):
        parts += [_heatmap(result, page), *_small_maps(result, page)]
    if len(found.table):
        parts += [
            _cluster_table(found.table, page),
            *_below_templates(found.parts, page),
            *_carried_by_one(found.cells, page),
        ]
    return page.section("candidates", parts)


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
    if found is None or not len(found.table) or not len(regions) or regions.crs is None:
        return []
    # an industry in no template has no map of one
    mapped = found.table[found.table["template"].isin(found.cells["template"])]
    size = mapped.groupby("template")["employment"].sum().sort_values()
    values, outlined = {}, {}
    for code in size.index[::-1][:_MOST_MAPS]:
        part = found.cells[found.cells["template"].eq(code)]
        title = f"{code} {page.templates.get(str(code), '')}".strip()
        values[title] = pd.Series(
            shown_quotients(part, plants="establishments").value,
            index=part["region"].astype(str),
        )
        inside = found.table.loc[found.table["template"].eq(code), "regions"]
        codes = set(";".join(inside.astype(str)).split(";"))
        outlined[title] = pd.Series(True, index=sorted(codes))
    ax = choropleths(
        values,
        light_outlines(regions, max_points=4_000),
        outlined=outlined,
        label=page.said("measure.lq_shrunk"),
        **page.figure_words,
    )
    return [
        page.heading("report.small_maps"),
        page.figure(ax, "report.alt_map", template="; ".join(values)),
    ]


def _cluster_table(table: pd.DataFrame, page: Context) -> Part:
    explained = {"certainty", "level"} & set(table)
    return page.table(
        _by_excess(table, page).rename_axis("cluster"),
        caption=page.said("report.cluster_table"),
        columns=_COLUMNS,
        limit=60,
        note=page.said("report.certainty_note") if explained else "",
    )


def largest(result: Result, page: Context) -> Part | None:
    """Return the largest candidate clusters by jobs above the expected number."""
    if result.candidates is None or not len(result.candidates.table):
        return None
    return page.table(
        _by_excess(result.candidates.table, page).reset_index(drop=True),
        caption=page.said("report.largest"),
        columns=("label", "regions", "employment", "lq_shrunk", "excess_jobs"),
        limit=8,
    )


def _by_excess(table: pd.DataFrame, page: Context) -> pd.DataFrame:
    """Return clusters, largest first, named in words, remarks in one cell."""
    said = needed_columns(
        table, "template", "label", "flags", "level", "sharpest_part", "share_imputed"
    ).to_dict("records")
    codes = [str(row["template"]) for row in said]
    labels = [page.spoken(row["label"] or "") for row in said]
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    return plain.assign(
        label=[
            f"{label} ({code})" if code in page.templates else label or code
            for label, code in zip(labels, codes, strict=True)
        ],
        remarks=["; ".join(_remarks(row, page)) for row in said],
    ).sort_values("excess_jobs", ascending=False, kind="stable")


def _remarks(row: Mapping[Hashable, Any], page: Context) -> list[str]:
    """Return flags, level of kind, sharpest part and share estimated, in words."""
    said = page.said
    flags, level, sharpest = (
        row[name] if isinstance(row[name], str) else ""
        for name in ("flags", "level", "sharpest_part")
    )
    remarks = [
        said.get(f"flag.{flag.strip()}", flag.strip())
        for flag in flags.split(";")
        if flag.strip()
    ]
    if level and level != "template":
        remarks.append(said.get(f"level.{level}", level))
    if sharpest:
        remarks.append(f"{said('map.sharpest')}: {page.spoken(sharpest)}")
    share = or_zero(row["share_imputed"])
    if share >= 0.005:
        remarks.append(said("report.estimated", share=f"{round(100 * share)}"))
    return remarks


def _below_templates(below: pd.DataFrame, page: Context) -> list[Part]:
    """Return what stands out below the groups, undecided first."""
    if not len(below):
        return []
    order = {"one_industry": 0, "candidate": 1, "inside": 2}
    frame = below.assign(
        part_state=below["state"],
        _order=below["state"].map(order).fillna(3),
        label=[page.spoken(v) for v in below["label"]],
    ).sort_values(["_order", "p_value", "part"], kind="stable")
    table = page.table(
        frame,
        caption=f"{page.said('report.parts')} ({len(frame)})",
        columns=("label", "level", "regions", "employment", "lq", "p_value", "q_value",
                 "part_state", "cluster"),
        limit=60,
        folded=True,
    )  # fmt: skip
    return [page.text("report.parts_text"), table]


def _carried_by_one(cells: pd.DataFrame, page: Context) -> list[Part]:
    """Return the concentrations that jobs alone cannot tell from one large plant."""
    reasons = needed_columns(cells, "reason")["reason"]
    alone = cells[reasons.eq("one_industry") & cells["lq"].gt(1)]
    if not len(alone):
        return []
    excess = alone["employment"] * (1 - 1 / alone["lq"])
    ranked = alone.assign(excess_jobs=excess).sort_values(
        ["excess_jobs", "template", "region"], ascending=[False, True, True]
    )
    table = page.table(
        ranked,
        caption=f"{page.said('report.carried')} ({len(ranked)})",
        columns=("template", "region", "employment", "lq", "excess_jobs", "p_value"),
        limit=40,
        note=page.said("report.carried_note"),
        folded=True,
    )
    return [page.text("report.carried_text"), table]


def gaps(result: Result, page: Context) -> Section | None:
    """Return industries that a cluster's template has and the place lacks."""
    if result.candidates is None or not len(result.candidates.gaps):
        return None
    frame = result.candidates.gaps.sort_values(
        ["supply_weight", "cluster", "industry"],
        ascending=[False, True, True],
        na_position="last",
    )
    columns = ("cluster", "industry", "state", "lq", "supply_weight")
    table = page.table(frame, columns=columns, limit=40)
    return page.section("gaps", [page.text("report.gaps_text"), table])


def power(result: Result, page: Context) -> Section | None:
    """Return what could have been found where nothing was."""
    if result.candidates is None:
        return None
    cells = needed_columns(result.candidates.cells, "template", "power_lq", "is_seed")
    if not cells["power_lq"].notna().any():
        return None
    empty = cells[~cells["is_seed"].eq(True)]
    by = empty.groupby("template", sort=True)["power_lq"]
    quarter = by.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    frame = pd.DataFrame({
        "n_empty": by.size(),
        "power_smallest": by.min(),
        "power_quarter": quarter[0.25],
        "power_half": quarter[0.5],
        "power_three_quarters": quarter[0.75],
    }).rename_axis("template")
    median = format_number(empty["power_lq"].median(), language=page.said.language)
    text = page.text("report.power_text", median=median)
    return page.section("power", [text, page.table(frame, limit=60)])
