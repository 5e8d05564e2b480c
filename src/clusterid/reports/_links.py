"""Links between industries and between places, and the templates they form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.legend import format_number
from clusterid.reports._coverage import coverage_sentence
from clusterid.reports._explained import explained
from clusterid.reports._parts import Context, Part, Section
from clusterid.results import needed_columns

if TYPE_CHECKING:
    import networkx as nx

    from clusterid.communities import Templates
    from clusterid.results import Result

__all__ = ["networks", "or_zero", "templates"]

#: members of a template that are named; the rest are counted
_MOST_MEMBERS = 40


def networks(result: Result, page: Context) -> Section | None:
    """Return the layers, how much each observes, and the strongest place links."""
    parts: list[Part] = []
    layers = _layers(result, page)
    if len(layers):
        parts.append(page.text("report.networks_text"))
        parts.append(page.table(layers, caption=page.said("report.layers")))
    parts += _stack(result, page)
    for name, graph in sorted(result.place_networks.items()):
        parts += _strongest_links(name, graph, page)
    return page.section("networks", parts)


def _layers(result: Result, page: Context) -> pd.DataFrame:
    """Return one row a layer: what it links, how much, what an absent link means."""
    said = page.said
    return pd.DataFrame([
        {
            "layer": name,
            "links": said(f"report.links_{graph.graph.get('kind', 'industry')}"),
            "n_nodes": graph.number_of_nodes(),
            "n_edges": graph.number_of_edges(),
            "absent": said(f"report.absent_{graph.graph.get('absent', 'zero')}"),
            "unit": _unit(str(graph.graph.get("unit", "")), page),
            "source": str(graph.graph.get("source", "")),
        }
        for graphs in (result.layers, result.place_networks)
        for name, graph in sorted(graphs.items())
    ])


def _unit(unit: str, page: Context) -> str:
    return page.said.get(f"unit_name.{unit}", unit)


def _stack(result: Result, page: Context) -> list[Part]:
    """Return how much each layer observes, and the picture of all together."""
    from clusterid.figures import template_network

    if result.stack is None:
        return []
    parts = []
    coverage = result.stack.graph.get("coverage")
    if isinstance(coverage, pd.DataFrame) and len(coverage):
        caption, note = page.said("report.coverage"), page.said("report.coverage_note")
        parts.append(page.table(coverage, caption=caption, note=note))
    if result.templates is not None and result.stack.number_of_edges():
        ax = template_network(
            result.stack,
            page.spoken_templates(result.templates),
            names=page.industries,
            kind=page.kind,
            **page.figure_words,
        )
        parts.append(page.figure(ax, "report.alt_network"))
    return parts


def _strongest_links(name: str, graph: nx.Graph[Any], page: Context) -> list[Part]:
    edges = sorted(
        (-float(weight), *sorted((str(a), str(b))))
        for a, b, weight in graph.edges(data="weight", default=1.0)
        if str(a) != str(b)
    )
    if not edges:
        return []
    frame = pd.DataFrame(edges, columns=["weight", "source_region", "target_region"])
    frame["weight"] = -frame["weight"]
    layer = page.said.get(f"layer.{name}", name)
    return [
        page.table(
            frame,
            caption=page.said("report.place_links", layer=layer),
            columns=("source_region", "target_region", "weight"),
            limit=12,
        )
    ]


def templates(result: Result, page: Context) -> Section | None:
    """Return the groups of linked industries, their members and how sure they are."""
    found = result.templates
    if found is None:
        return None
    parts = [page.text("report.templates_text")]
    if result.coverage is not None:
        parts.append(Part("text", coverage_sentence(result.coverage, page.said)))
    alike = float(found.stability.get("runs_agree", np.nan))
    if np.isfinite(alike):
        agree = format_number(alike, language=page.said.language, digits=2)
        parts.append(page.text("report.template_stability", agree=agree))
    rows = _template_rows(found, page)
    if len(rows):
        notes = []
        if rows["z"].notna().any():
            notes.append(page.said("report.templates_note"))
        if len(found.coherence):
            notes.append(page.said("report.coherence_note"))
        parts.append(page.table(rows, note=" ".join(notes)))
    parts += _outside(found, page)
    parts += explained(result, page)
    if len(found.profile):
        caption = page.said("report.profile")
        parts.append(page.table(found.profile, caption=caption, limit=40, folded=True))
    return page.section("templates", parts)


def _template_rows(found: Templates, page: Context) -> pd.DataFrame:
    """Return one row a template: size, confidence, test, members surest first."""
    membership = found.membership.dropna().astype(str)
    confidence = found.confidence.reindex(membership.index)
    tests = needed_columns(found.significance, "z", "p_value", "n_standing")
    held = found.coherent_in
    rows = []
    for code in sorted(set(membership)):
        inside = membership.index[membership.eq(code)]
        ranked = sorted(inside, key=lambda i: (-or_zero(confidence.get(i)), str(i)))
        test = tests.loc[code] if code in tests.index else dict.fromkeys(tests, np.nan)
        rows.append({
            "template": code,
            "n_industries": len(inside),
            "confidence": float(confidence.loc[inside].mean()),
            **test,
            "coherent_in": held.get(code, ""),
            "members": _members(ranked, confidence, page),
        })
    return pd.DataFrame(rows)


def _members(ranked: Sequence[str], confidence: pd.Series, page: Context) -> str:
    shown = []
    for code in ranked[:_MOST_MEMBERS]:
        name = page.industries.get(str(code)) or str(code)
        sure = or_zero(confidence.get(code))
        share = f" ({sure * 100:.0f}\N{NO-BREAK SPACE}%)" if 0 < sure < 0.995 else ""
        shown.append(name + share)
    rest = len(ranked) - len(shown)
    more = [page.said("report.more_members", n=rest)] if rest else []
    return "; ".join([*shown, *more])


def _outside(found: Templates, page: Context) -> list[Part]:
    """Return which industries are in no template."""
    outside = sorted(str(i) for i in found.membership.index[found.membership.isna()])
    if not outside:
        return []
    named = [page.industries.get(i) or i for i in outside]
    return [
        page.note(
            "report.outside",
            n=len(outside),
            ambiguous=int(found.status.eq("ambiguous").sum()),
            names="; ".join(named[:40]) + (" …" if len(named) > 40 else ""),
        )
    ]


def or_zero(value: float | None) -> float:
    """Return a number, 0 where there is none."""
    return 0.0 if value is None or pd.isna(value) else float(value)
