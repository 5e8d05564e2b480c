"""What the measurement found: concentration, links, templates, clusters, gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clusterid.legend import Words, format_number, shown_cells
from clusterid.reports._coverage import coverage_sentence, template_coverage
from clusterid.reports._figures import picture
from clusterid.reports._parts import Context, Part, Section, spoken_templates
from clusterid.reports._tables import Table, frame_table

__all__ = [
    "candidates",
    "concentration",
    "gaps",
    "largest",
    "monitoring",
    "networks",
    "power",
    "templates",
]


#: members of a template that are named; the rest are counted
_MOST_MEMBERS = 40


def concentration(result: Any, said: Words, where: Context) -> Section | None:
    """Return the strongest concentrations with intervals, and indices by industry."""
    table = getattr(result, "concentration", None)
    parts: list[Part] = []
    if table is not None and len(table):
        parts.append(Part("text", said("report.concentration_text")))
        cells = shown_cells(
            table["lq_shrunk"],
            lower=table.get("lower"),
            upper=table.get("upper"),
            n_plants=table.get("n_plants"),
            reason=table.get("reason"),
        )
        strong = table.assign(
            lq_shrunk=cells.value, lower=cells.lower, upper=cells.upper
        )[cells.state == "shown"]
        if not len(strong):
            parts.append(Part("table", _by_excess(result, table, said, where)))
        else:
            parts.append(Part("table", _by_bound(strong, said, where)))
        held = int((cells.state == "withheld").sum())
        parts.append(
            Part(
                "note",
                said(
                    "report.held_back",
                    n=format_number(held, language=said.language),
                    total=format_number(len(table), language=said.language),
                ),
            )
        )
    indices = getattr(result, "industries", None)
    if indices is not None and len(indices):
        frame = indices.copy()
        if "industry" not in frame:
            frame = frame.rename_axis("industry").reset_index()
        by = next(
            (c for c in ("gamma", "locational_gini") if c in frame and len(frame)), None
        )
        if by is not None:
            frame = frame.sort_values([by, "industry"], ascending=[False, True])
        parts.append(
            Part(
                "table",
                frame_table(
                    frame,
                    said,
                    caption=said("report.indices"),
                    columns=("industry", "employment", "locational_gini", "gamma",
                             "raw_concentration", "herfindahl", "z", "p_value",
                             "reason"),
                    names=where.names,
                    limit=20,
                ),
            )
        )  # fmt: skip
    return _section("concentration", said, parts)


def _by_bound(strong: pd.DataFrame, said: Words, where: Context) -> Table:
    """Return tested cells, those first that are surely strong."""
    key = "lower" if strong["lower"].notna().any() else "lq_shrunk"
    order = [key, "region", "industry"]
    return frame_table(
        strong.sort_values(order, ascending=[False, True, True]),
        said,
        caption=said("report.strongest"),
        columns=("region", "industry", "lq", "lq_shrunk", "lower", "upper", "q_value",
                 "n_plants"),
        names=where.names,
        limit=30,
        note=said("report.strongest_note"),
    )  # fmt: skip


def _by_excess(result: Any, table: pd.DataFrame, said: Words, where: Context) -> Table:
    """Return untested cells by jobs above the expected number."""
    employment = result.economy.employment
    keys = pd.MultiIndex.from_frame(table[["region", "industry"]].astype(str))
    jobs = employment.stack(future_stack=True).reindex(keys).to_numpy(dtype=float)
    frame = table.assign(
        employment=jobs, excess_jobs=jobs * (1 - 1 / table["lq"].where(table["lq"] > 0))
    )
    frame = frame[frame["excess_jobs"].gt(0)].sort_values(
        ["excess_jobs", "region", "industry"], ascending=[False, True, True]
    )
    return frame_table(
        frame,
        said,
        caption=said("report.largest_excess"),
        columns=("region", "industry", "employment", "lq", "excess_jobs"),
        names=where.names,
        limit=30,
        note=said("report.largest_excess_note"),
    )


def networks(result: Any, said: Words, where: Context) -> Section | None:
    """Return the layers, how much each observes, and the strongest place links."""
    from clusterid.figures import template_network

    parts: list[Part] = []
    layers = dict(getattr(result, "layers", None) or {})
    places = dict(getattr(result, "place_networks", None) or {})
    rows = [
        {
            "layer": name,
            "links": said(f"report.links_{graph.graph.get('kind', 'industry')}"),
            "n_nodes": graph.number_of_nodes(),
            "n_edges": graph.number_of_edges(),
            "absent": said(f"report.absent_{graph.graph.get('absent', 'zero')}"),
            "unit": _unit(str(graph.graph.get("unit", "")), said),
            "source": str(graph.graph.get("source", "")),
        }
        for name, graph in [*sorted(layers.items()), *sorted(places.items())]
    ]
    if rows:
        parts.append(Part("text", said("report.networks_text")))
        parts.append(
            Part(
                "table",
                frame_table(pd.DataFrame(rows), said, caption=said("report.layers")),
            )
        )
    stack = getattr(result, "stack", None)
    if stack is not None:
        coverage = stack.graph.get("coverage")
        if isinstance(coverage, pd.DataFrame) and len(coverage):
            parts.append(
                Part(
                    "table",
                    frame_table(
                        coverage,
                        said,
                        caption=said("report.coverage"),
                        note=said("report.coverage_note"),
                    ),
                )
            )
        found = getattr(result, "templates", None)
        if found is not None and stack.number_of_edges():
            ax = template_network(
                stack,
                spoken_templates(found, where),
                names=where.industries,
                language=said.language,
                kind=where.kind,
                source=where.source,
                simulated=where.simulated,
            )
            parts.append(
                Part("figure", picture(ax, alternative=said("report.alt_network")))
            )
    for name, graph in sorted(places.items()):
        edges: list[Any] = sorted(
            (-float(w), *sorted((str(a), str(b))))
            for a, b, w in graph.edges(data="weight", default=1.0)
            if str(a) != str(b)
        )
        if not edges:
            continue
        frame = pd.DataFrame(
            [(a, b, -w) for w, a, b in edges],
            columns=["source_region", "target_region", "weight"],
        )
        parts.append(
            Part(
                "table",
                frame_table(
                    frame,
                    said,
                    caption=said(
                        "report.place_links", layer=said.get(f"layer.{name}", name)
                    ),
                    names=where.names,
                    limit=12,
                ),
            )
        )
    return _section("networks", said, parts)


def _unit(unit: str, said: Words) -> str:
    return said.get(f"unit_name.{unit}", unit)


def templates(result: Any, said: Words, where: Context) -> Section | None:
    """Return the groups of linked industries, their members and how sure they are."""
    found = getattr(result, "templates", None)
    if found is None:
        return None
    membership = found.membership.dropna().astype(str)
    confidence = found.confidence.reindex(membership.index)
    significance = found.significance
    rows = []
    for code in sorted(set(membership)):
        inside = membership.index[membership.eq(code)]
        ranked = sorted(inside, key=lambda i: (-_or_zero(confidence.get(i)), str(i)))
        row = {
            "template": code,
            "n_industries": len(inside),
            "confidence": float(confidence.loc[inside].mean()),
            "members": _members(ranked, confidence, where.industries, said),
        }
        if significance is not None and code in significance.index:
            row["z"] = significance.loc[code].get("z", np.nan)
            row["p_value"] = significance.loc[code].get("p_value", np.nan)
        rows.append(row)
    parts = [Part("text", said("report.templates_text"))]
    covered = template_coverage(result)
    if covered is not None:
        parts.append(Part("text", coverage_sentence(covered, said)))
    alike = float(found.stability.get("runs_agree", np.nan))
    if np.isfinite(alike):
        agree = format_number(alike, language=said.language, digits=2)
        parts.append(Part("text", said("report.template_stability", agree=agree)))
    if rows:
        columns = ["template", "n_industries", "confidence", "z", "p_value", "members"]
        tested = any(row.get("z", np.nan) == row.get("z", np.nan) for row in rows)
        parts.append(
            Part(
                "table",
                frame_table(
                    pd.DataFrame(rows),
                    said,
                    columns=columns,
                    names=where.names,
                    note=said("report.templates_note") if tested else "",
                ),
            )
        )
    status = found.status.value_counts()
    outside = sorted(str(i) for i in found.membership.index[found.membership.isna()])
    if outside:
        named = [where.industries.get(i) or i for i in outside]
        text = said(
            "report.outside",
            n=len(outside),
            ambiguous=int(status.get("ambiguous", 0)),
            names="; ".join(named[:40]) + (" …" if len(named) > 40 else ""),
        )
        parts.append(Part("note", text))
    profile = getattr(found, "profile", None)
    if profile is not None and len(profile):
        parts.append(
            Part(
                "folded",
                frame_table(profile, said, caption=said("report.profile"), limit=40),
            )
        )
    return _section("templates", said, parts)


def _members(
    ranked: list[Any], confidence: Any, names: Mapping[str, str], said: Words
) -> str:
    shown = [_member(str(i), confidence.get(i), names) for i in ranked[:_MOST_MEMBERS]]
    rest = len(ranked) - len(shown)
    more = [said("report.more_members", n=rest)] if rest else []
    return "; ".join([*shown, *more])


def _member(code: str, confidence: Any, names: Mapping[str, str]) -> str:
    name = names.get(code) or code
    sure = _or_zero(confidence)
    return f"{name} ({sure * 100:.0f}\N{NO-BREAK SPACE}%)" if 0 < sure < 0.995 else name


def _or_zero(value: Any) -> float:
    return 0.0 if value is None or value is pd.NA or value != value else float(value)


_CLUSTER_COLUMNS = (
    "cluster", "label", "regions", "employment", "lq_shrunk", "excess_jobs", "q_value",
    "certainty", "n_members", "remarks",
)  # fmt: skip


def candidates(result: Any, said: Words, where: Context) -> Section | None:
    """Return candidate clusters: portfolio, heat map, small maps, table."""
    found = getattr(result, "candidates", None)
    if found is None:
        return None
    from clusterid.figures import choropleths, portfolio, template_heatmap

    style: dict[str, Any] = {
        "language": said.language,
        "source": where.source,
        "simulated": where.simulated,
    }
    table = pd.DataFrame(found.table.drop(columns="geometry", errors="ignore"))
    parts = [Part("text", said("report.candidates_text"))]
    if not len(table):
        parts.append(Part("text", said("map.no_clusters")))
    else:
        ax = portfolio(found, kind=where.kind, **style)
        said_of = said("report.alt_portfolio")
        parts.append(Part("figure", picture(ax, alternative=said_of)))
    cells = getattr(found, "cells", None)
    if cells is not None and len(cells):
        ax = template_heatmap(
            found,
            spoken_templates(getattr(result, "templates", None), where),
            names=where.regions,
            kind=where.kind,
            **style,
        )
        parts.append(
            Part("figure", picture(ax, alternative=said("report.alt_heatmap")))
        )
        regions = getattr(result, "regions", None)
        if regions is not None and regions.crs is not None and len(table):
            # an industry in no template has no map of one
            mapped = table[table["template"].isin(cells["template"])]
            size = mapped.groupby("template")["employment"].sum().sort_values()
            values, outlined = {}, {}
            for code in size.index[::-1][:6]:
                part = cells[cells["template"].eq(code)].set_index("region")
                shown = shown_cells(
                    part["lq_shrunk"],
                    n_plants=part.get("establishments"),
                    reason=part.get("reason"),
                ).value
                inside = table.loc[table["template"].eq(code), "regions"]
                codes = set(";".join(inside.astype(str)).split(";"))
                title = f"{code} {where.templates.get(str(code), '')}".strip()
                values[title] = pd.Series(shown, index=part.index.astype(str))
                outlined[title] = pd.Series(True, index=sorted(codes))
            ax = choropleths(
                values,
                _light(regions),
                outlined=outlined,
                label=said("measure.lq_shrunk"),
                **style,
            )
            alternative = said("report.alt_map", template="; ".join(values))
            parts.append(Part("heading", said("report.small_maps")))
            parts.append(Part("figure", picture(ax, alternative=alternative)))
    if not len(table):
        return _section("candidates", said, parts)
    frame = _named(table.rename_axis("cluster"), said, where).sort_values(
        ["excess_jobs"], ascending=False, kind="stable"
    )
    known = {"certainty", "level"} & set(frame)
    note = said("report.certainty_note") if known else ""
    parts.append(
        Part(
            "table",
            frame_table(
                frame,
                said,
                caption=said("report.cluster_table"),
                columns=_CLUSTER_COLUMNS,
                names=where.names,
                limit=60,
                note=note,
            ),
        )
    )
    parts += _parts(found, said, where)
    carried = _carried_by_one(cells, said, where)
    if carried is not None:
        parts.append(Part("text", said("report.carried_text")))
        parts.append(Part("folded", carried))
    return _section("candidates", said, parts)


def largest(result: Any, said: Words, where: Context) -> Table | None:
    """Return the largest candidate clusters by jobs above the expected number."""
    table = getattr(getattr(result, "candidates", None), "table", None)
    if table is None or not len(table):
        return None
    plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
    frame = _named(plain, said, where).sort_values(
        "excess_jobs", ascending=False, kind="stable"
    )
    return frame_table(
        frame.reset_index(drop=True),
        said,
        caption=said("report.largest"),
        columns=("label", "regions", "employment", "lq_shrunk", "excess_jobs"),
        names=where.names,
        limit=8,
    )


def _named(table: pd.DataFrame, said: Words, where: Context) -> pd.DataFrame:
    """Say names in the report's language, and put what is remarkable into one cell."""
    rows = table.to_dict("records")
    codes = [str(row.get("template", "")) for row in rows]
    labels = [where.spoken(row.get("label") or "") for row in rows]
    return table.assign(
        label=[
            f"{label} ({code})" if code in where.templates else label or code
            for label, code in zip(labels, codes, strict=True)
        ],
        remarks=["; ".join(_remarks(row, said, where)) for row in rows],
    )


def _remarks(row: dict[Any, Any], said: Words, where: Context) -> list[str]:
    """Return flags, level of kind, sharpest part and share estimated, in words."""
    flags = str(row.get("flags") or "").split(";")
    told = [said.get(f"flag.{f.strip()}", f.strip()) for f in flags if f.strip()]
    level, sharpest = row.get("level"), row.get("sharpest_part")
    if isinstance(level, str) and level and level != "template":
        told.append(said.get(f"level.{level}", level))
    if isinstance(sharpest, str) and sharpest:
        told.append(f"{said('map.sharpest')}: {where.spoken(sharpest)}")
    share = _or_zero(row.get("share_imputed"))
    if share >= 0.005:
        told.append(said("report.estimated", share=f"{round(100 * share)}"))
    return told


def _parts(found: Any, said: Words, where: Context) -> list[Part]:
    """Return what stands out below the groups, undecided first."""
    below = getattr(found, "parts", None)
    if not isinstance(below, pd.DataFrame) or not len(below):
        return []
    order = {"one_industry": 0, "candidate": 1, "inside": 2}
    frame = below.assign(
        part_state=below["state"],
        _order=below["state"].map(order).fillna(3),
        label=[where.spoken(v) for v in below["label"]],
    ).sort_values(["_order", "p_value", "part"], kind="stable")
    table = frame_table(
        frame,
        said,
        caption=f"{said('report.parts')} ({len(frame)})",
        columns=("label", "level", "regions", "employment", "lq", "p_value", "q_value",
                 "part_state", "cluster"),
        names=where.names,
        limit=60,
    )  # fmt: skip
    return [Part("text", said("report.parts_text")), Part("folded", table)]


def _carried_by_one(cells: Any, said: Words, where: Context) -> Table | None:
    """Return the concentrations that jobs alone cannot tell from one large plant."""
    if cells is None or "reason" not in cells:
        return None
    alone = cells[cells["reason"].eq("one_industry") & cells["lq"].gt(1)]
    if not len(alone):
        return None
    excess = alone["employment"] * (1 - 1 / alone["lq"])
    ranked = alone.assign(excess_jobs=excess).sort_values(
        ["excess_jobs", "template", "region"], ascending=[False, True, True]
    )
    return frame_table(
        ranked,
        said,
        caption=f"{said('report.carried')} ({len(ranked)})",
        columns=("template", "region", "employment", "lq", "excess_jobs", "p_value"),
        names=where.names,
        limit=40,
        note=said("report.carried_note"),
    )


def _light(regions: Any) -> Any:
    """Return outlines with few points: small maps need no more."""
    from clusterid.maps import light_outlines

    return light_outlines(regions, max_points=4_000)


def gaps(result: Any, said: Words, where: Context) -> Section | None:
    """Return industries that a cluster's template has and the place lacks."""
    found = getattr(getattr(result, "candidates", None), "gaps", None)
    if found is None or not len(found):
        return None
    frame = found.sort_values(
        ["supply_weight", "cluster", "industry"],
        ascending=[False, True, True],
        na_position="last",
    )
    parts = [
        Part("text", said("report.gaps_text")),
        Part(
            "table",
            frame_table(
                frame,
                said,
                columns=("cluster", "industry", "state", "lq", "supply_weight"),
                names=where.names,
                limit=40,
            ),
        ),
    ]
    return _section("gaps", said, parts)


def power(result: Any, said: Words, where: Context) -> Section | None:
    """Return what could have been found where nothing was."""
    cells = getattr(getattr(result, "candidates", None), "cells", None)
    if cells is None or "power_lq" not in cells or not cells["power_lq"].notna().any():
        return None
    empty = cells[~cells["is_seed"].eq(True)] if "is_seed" in cells else cells
    by = empty.groupby("template", sort=True)["power_lq"]
    quarter = by.quantile([0.25, 0.5, 0.75]).unstack()
    frame = pd.DataFrame({
        "n_empty": by.size(),
        "power_smallest": by.min(),
        "power_quarter": quarter[0.25],
        "power_half": quarter[0.5],
        "power_three_quarters": quarter[0.75],
    }).rename_axis("template")
    median = format_number(empty["power_lq"].median(), language=said.language)
    parts = [
        Part("text", said("report.power_text", median=median)),
        Part("table", frame_table(frame, said, names=where.names, limit=60)),
    ]
    return _section("power", said, parts)


_YEAR_BY_YEAR = (
    "cluster", "label", "year", "employment", "establishments", "lq", "growth",
    "growth_national", "p_value", "q_value", "flag", "reason",
)  # fmt: skip


def monitoring(result: Any, said: Words, where: Context) -> Section | None:
    """Return how clusters moved, as far as the monitoring room says."""
    found = getattr(result, "monitoring", None)
    if found is None:
        return None
    if isinstance(found, pd.DataFrame):
        frames = {"": found}
    else:
        frames = {
            name: frame
            for name in getattr(found, "__dataclass_fields__", ())
            if isinstance(frame := getattr(found, name), pd.DataFrame) and len(frame)
        }
    parts = [Part("text", said("report.monitoring_text"))]
    # what happened in all first, then year by year
    for name, frame in sorted(frames.items(), key=lambda pair: pair[0] != "changes"):
        shown = frame
        if "label" in frame:
            shown = frame.assign(label=[where.spoken(v) for v in frame["label"]])
        if name == "changes":
            order = shown.get("p_value", shown.index)
            shown = shown.assign(_order=order).sort_values("_order", kind="stable")
            shown = shown.drop(columns="_order")
        parts.append(
            Part(
                "table" if name == "changes" else "folded",
                frame_table(
                    shown,
                    said,
                    caption=said.get(f"column.{name}", name.replace("_", " ")),
                    columns=_YEAR_BY_YEAR if name == "panel" else None,
                    names=where.names,
                    limit=30 if name == "changes" else 120,
                ),
            )
        )
    return _section("monitoring", said, parts) if frames else None


def _section(key: str, said: Words, parts: list[Part]) -> Section | None:
    return Section(key, said(f"report.{key}"), tuple(parts)) if parts else None
