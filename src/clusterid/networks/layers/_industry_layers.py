"""Which layers link industries, and which of them say more than where they sit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["industry_layers"]


def industry_layers(
    layers: Mapping[str, nx.Graph[Any]] | nx.Graph[Any] | None,
    *,
    colocation: bool = False,
) -> dict[str, nx.Graph[Any]]:
    """Return the layers between industries by name, sorted.

    Parameters
    ----------
    layers : mapping of graphs, graph or None
        Layers between places are left out: their nodes are regions.
    colocation : bool
        Keep co-location, too. It confirms concentration by concentration.

    Examples
    --------
    >>> import networkx as nx
    >>> layers = {"supply": nx.DiGraph(), "colocation": nx.Graph(),
    ...           "research": nx.Graph(kind="place")}
    >>> list(industry_layers(layers))
    ['supply']
    >>> list(industry_layers(layers, colocation=True))
    ['colocation', 'supply']
    >>> list(industry_layers(None))
    []
    """
    if layers is None:
        return {}
    graphs = layers if isinstance(layers, Mapping) else {"stack": layers}
    found = {}
    for name in sorted(graphs):
        graph = graphs[name]
        layer = str(graph.graph.get("layer", name))
        is_industry = graph.graph.get("kind", "industry") == "industry"
        is_colocation = "coloc" in (name + layer).replace("-", "").lower()
        if is_industry and (colocation or not is_colocation):
            found[str(name)] = graph
    return found
