"""Industries and their links, coloured by template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid._typed import typed
from clusterid.figures._axes import (
    figure_style,
    legend_of,
    new_axes,
    note,
    plain_text,
)
from clusterid.figures._portfolio import _empty, _source
from clusterid.legend import template_signs, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["template_network"]

#: beyond this the spring layout is slow and the picture a ball of wool
_MOST_NODES = 400

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
    from matplotlib.collections import LineCollection

    said = words(language, kind=kind)
    kept = _strongest(graph, links_per_node)
    membership = {
        str(code): str(template)
        for code, template in templates.membership.dropna().items()
    }
    signs = template_signs(membership.values())
    with figure_style():
        ax = new_axes(ax, (7.6, 6.0))
        ax.set_axis_off()
        ax.set_title(said("figure.network"))
        if not kept.number_of_nodes() or kept.number_of_nodes() > _MOST_NODES:
            _empty(ax, said("map.no_values"))
            return ax
        at = nx.spring_layout(
            kept, weight="weight", seed=seed, iterations=150,
            k=1.8 / np.sqrt(kept.number_of_nodes()),
        )  # fmt: skip
        nodes = list(kept)
        xy = np.array([at[node] for node in nodes])
        edges = list(kept.edges(data="weight"))
        if edges:
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
        strength = dict(kept.degree(weight="weight"))
        most = max([*strength.values(), 1e-12])
        ax.scatter(
            xy[:, 0],
            xy[:, 1],
            s=[24 + 110 * strength[node] / most for node in nodes],
            c=[
                signs[membership[n]].colour if n in membership else "#c9ced4"
                for n in nodes
            ],
            edgecolors="white",
            linewidths=0.7,
            zorder=2,
        )
        known = names or {}
        ranked = sorted(nodes, key=lambda node: (-strength[node], node))[:labelled]
        spread = np.ptp(xy, axis=0) if len(xy) else np.ones(2)
        taken: list[Any] = []
        for node in ranked:
            # the stronger name stays where two would stand on each other
            here = np.asarray(at[node]) / np.maximum(spread, 1e-9)
            if any((np.abs(here - other) < _NAME_ROOM).all() for other in taken):
                continue
            taken.append(here)
            ax.annotate(
                plain_text(known.get(node, node), width=26),
                (float(at[node][0]), float(at[node][1])),
                xytext=(0, 6),
                textcoords="offset points",
                ha="center",
                fontsize=6.6,
                zorder=3,
            )
        keys, texts = [], []
        for code, sign in list(signs.items())[:20]:
            label = str(templates.labels.get(code, code))
            keys += ax.plot([], [], "o", color=sign.colour)
            texts.append(
                plain_text(code if label == code else f"{code} {label}", width=44)
            )
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
        ax.margins(0.08)
        note(
            ax,
            said(
                "figure.network_base",
                n=kept.number_of_nodes(),
                m=kept.number_of_edges(),
                k=links_per_node,
            ),
            _source(said, source),
            simulated=said("map.simulated") if simulated else "",
        )
    return ax


def _strongest(graph: Any, k: int) -> Any:
    import networkx as nx

    kept: Any = nx.Graph()
    kept.add_nodes_from(sorted(str(node) for node in graph))
    edges: set[tuple[str, str, float]] = set()
    for node in graph:
        links = sorted(
            (
                (-float(w), str(other))
                for _, other, w in graph.edges(node, data="weight", default=1.0)
                if str(other) != str(node) and w > 0
            ),
        )
        for w, other in links[:k]:
            first, second = sorted((str(node), other))
            edges.add((first, second, -w))
    for first, second, w in sorted(edges):
        kept.add_edge(first, second, weight=w)
    kept.remove_nodes_from([n for n in list(kept) if kept.degree(n) == 0])
    return kept
