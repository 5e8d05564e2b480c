"""Industries and their links, coloured by template."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.figures._axes import legend_of, plain_text
from clusterid.figures._style import Style
from clusterid.legend import TemplateSign, template_signs

if TYPE_CHECKING:
    import networkx as nx
    from matplotlib.axes import Axes

__all__ = ["template_network"]

#: beyond this the spring layout is slow and the picture a ball of wool
_MOST_NODES = 400

#: templates named in the legend
_MOST_KEYS = 20
#: width and height of a name, as shares of the drawing
_NAME_ROOM = (0.24, 0.035)


@typed
def template_network(
    graph: Any,
    templates: Any,
    *,
    names: Mapping[str, str] | None = None,
    links_per_node: int = 3,
    labelled: int = 30,
    language: str = "en",
    kind: str = "industry",
    source: str = "",
    simulated: bool = False,
    seed: int = 0,
    ax: Axes | None = None,
) -> Axes:
    """Draw the strongest links of each industry, coloured by template.

    Parameters
    ----------
    graph : networkx.Graph
        Nodes are industries, edges carry ``weight``; the stack of layers.
    templates : Templates
        ``membership`` gives the colours; industries in no group are grey.
    names : mapping of code to name, optional
        Written beside the nodes with most strength.
    links_per_node : int
        Strongest links kept of each industry, so that the picture can be read.
    labelled : int
        Nodes named, strongest first.
    language : {"en", "de"}
        Language of the labels.
    kind : {"industry", "occupation"}
        What is counted.
    source : str
        Written below the figure.
    simulated : bool
        Writes "simulated" across it.
    seed : int
        Start of the layout.
    ax : Axes, optional
        Drawn on; new ones by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import networkx as nx, pandas as pd
    >>> from types import SimpleNamespace
    >>> graph = nx.Graph()
    >>> graph.add_edge("A", "B", weight=1.0)
    >>> templates = SimpleNamespace(
    ...     membership=pd.Series(["T01", "T01"], index=["A", "B"]),
    ...     labels=pd.Series({"T01": "pair"}))
    >>> template_network(graph, templates).get_title(loc="left")
    'Industries and their strongest links'
    """
    import networkx as nx

    style = Style(language=language, kind=kind, source=source, simulated=simulated)
    kept = _strongest(graph, links_per_node)
    membership = {str(k): str(v) for k, v in templates.membership.dropna().items()}
    signs = template_signs(membership.values())
    with style.axes(ax, (7.6, 6.0)) as ax:
        ax.set_axis_off()
        ax.set_title(style.said("figure.network"))
        if not 0 < kept.number_of_nodes() <= _MOST_NODES:
            style.empty(ax, "map.no_values")
            return ax
        at = nx.spring_layout(
            kept, weight="weight", seed=seed, iterations=150,
            k=1.8 / np.sqrt(kept.number_of_nodes()),
        )  # fmt: skip
        colours = {
            code: signs[template].colour for code, template in membership.items()
        }
        _draw_links(ax, kept, at)
        _draw_industries(ax, kept, at, colours)
        _name_strongest(ax, kept, at, names or {}, labelled)
        _name_templates(ax, signs, templates.labels)
        ax.margins(0.08)
        base = style.said(
            "figure.network_base",
            n=kept.number_of_nodes(),
            m=kept.number_of_edges(),
            k=links_per_node,
        )
        style.sign(ax, base)
    return ax


Positions = Mapping[str, NDArray[np.float64]]


def _draw_links(ax: Axes, kept: nx.Graph[str], at: Positions) -> None:
    """Draw links as lines, the stronger the wider."""
    from matplotlib.collections import LineCollection

    edges: list[tuple[str, str, float]] = list(kept.edges(data="weight"))
    if not edges:
        return
    weights = np.array([w for *_, w in edges], dtype=float)
    ax.add_collection(
        LineCollection(
            [np.array([at[a], at[b]]) for a, b, _ in edges],
            linewidths=0.4 + 1.8 * weights / weights.max(),
            colors="#9aa4af",
            alpha=0.55,
            zorder=1,
        )
    )


def _draw_industries(
    ax: Axes, kept: nx.Graph[str], at: Positions, colours: Mapping[str, str]
) -> None:
    """Draw industries as dots, larger with more strength; grey in no template."""
    strength = dict(kept.degree(weight="weight"))
    most = max([*strength.values(), 1e-12])
    xy = np.array([at[node] for node in kept])
    ax.scatter(
        xy[:, 0],
        xy[:, 1],
        s=[24 + 110 * strength[node] / most for node in kept],
        c=[colours.get(node, "#c9ced4") for node in kept],
        edgecolors="white",
        linewidths=0.7,
        zorder=2,
    )


def _name_strongest(
    ax: Axes,
    kept: nx.Graph[str],
    at: Positions,
    names: Mapping[str, str],
    labelled: int,
) -> None:
    """Name the strongest industries; the stronger name stays where two would touch."""
    strength = dict(kept.degree(weight="weight"))
    spread = np.maximum(np.ptp(np.array([at[node] for node in kept]), axis=0), 1e-9)
    taken: list[NDArray[np.float64]] = []
    for node in sorted(kept, key=lambda node: (-strength[node], node))[:labelled]:
        here = np.asarray(at[node]) / spread
        if any((np.abs(here - other) < _NAME_ROOM).all() for other in taken):
            continue
        taken.append(here)
        ax.annotate(
            plain_text(names.get(node, node), width=26),
            (float(at[node][0]), float(at[node][1])),
            xytext=(0, 6),
            textcoords="offset points",
            ha="center",
            fontsize=6.6,
            zorder=3,
        )


def _name_templates(
    ax: Axes, signs: Mapping[str, TemplateSign], labels: pd.Series
) -> None:
    """Write a legend of the templates."""
    keys, texts = [], []
    for code, sign in list(signs.items())[:_MOST_KEYS]:
        label = str(labels.get(code, code))
        keys += ax.plot([], [], "o", color=sign.colour)
        texts.append(plain_text(code if label == code else f"{code} {label}", width=44))
    if signs:
        legend_of(
            ax,
            keys,
            texts,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            fontsize=7.5,
            handlelength=1,
        )


def _strongest(graph: nx.Graph[Any], k: int) -> nx.Graph[str]:
    """Return the k strongest links of each industry; those without one are left out."""
    import networkx as nx

    kept: nx.Graph[str] = nx.Graph()
    kept.add_nodes_from(sorted(str(node) for node in graph))
    edges: set[tuple[str, str, float]] = set()
    for node, around in graph.adjacency():
        weights = ((data.get("weight", 1.0), other) for other, data in around.items())
        links = ((-float(w), str(other)) for w, other in weights if w > 0)
        others = (link for link in links if link[1] != str(node))
        for w, other in nsmallest(k, others):
            first, second = sorted((str(node), other))
            edges.add((first, second, -w))
    for first, second, w in sorted(edges):
        kept.add_edge(first, second, weight=w)
    kept.remove_nodes_from([n for n in list(kept) if kept.degree(n) == 0])
    return kept
