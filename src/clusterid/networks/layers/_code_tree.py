"""Industries whose codes stand close together: what every method must beat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.networks._graph import from_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.classifications import Classification

__all__ = ["code_network"]


@typed
def code_network(
    codes: Iterable[str],
    *,
    classification: Classification | None = None,
    levels: Sequence[int] = (2, 3, 4, 5, 6),
    layer: str = "code",
) -> Any:
    r"""Return how close industries stand in the tree of codes.

    Classifications were made by people who knew which industries belong together:
    the first three digits alone recover benchmark clusters better than most
    networks. Use it as a layer only with that in mind: what it finds is what the
    classification says.

    .. math:: s_{ij} = \frac{\#\{\text{levels at which i and j share a code}\}}
                            {\#\{\text{levels of the longer code}\}}

    Parameters
    ----------
    codes : iterable of str
        Industry codes; dots are ignored (``"26.11"`` is ``"2611"``).
    classification : Classification, optional
        A tree (``codes`` with columns ``parent``); levels are then its ancestors.
    levels : sequence of int
        Without a tree: the leading characters compared. One character is no level
        of NACE or NAICS, so it starts at 2.
    layer : str
        Name of the layer.

    Returns
    -------
    Graph
        ``weight`` in 0..1 (0 excluded); no link where not even the first level is
        shared.

    Examples
    --------
    >>> graph = code_network(["26.11", "26.12", "26.40", "01.11"])
    >>> round(graph.edges["26.11", "26.12"]["weight"], 3)
    0.667
    >>> graph.has_edge("01.11", "26.11")
    False
    """
    labels = sorted({str(code) for code in codes})
    if not labels:
        raise OptionError("codes is empty; give at least one code")
    chains = (
        [_prefixes(code, levels) for code in labels]
        if classification is None
        else [_ancestors(code, classification) for code in labels]
    )
    length = np.array([max(len(chain), 1) for chain in chains])
    return from_matrix(
        labels,
        _shared_levels(chains) / np.maximum(length[:, None], length[None, :]),
        directed=False,
        layer=layer,
        kind="industry",
        absent="zero",
        source="codes of the classification",
        unit="share of code levels in common",
        params={"levels": tuple(levels), "tree": classification is not None},
    )


def _shared_levels(chains: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """Return at how many levels, from the first on, two chains are the same."""
    shared = np.zeros((len(chains), len(chains)))
    alike = np.ones_like(shared, dtype=bool)
    for level in range(max(len(chain) for chain in chains)):
        names = [chain[level] if level < len(chain) else None for chain in chains]
        index = {name: i for i, name in enumerate(sorted({n for n in names if n}))}
        at = np.array([index[n] if n is not None else -1 for n in names])
        alike = alike & (at[:, None] == at[None, :]) & (at[:, None] >= 0)
        shared += alike
    return shared


def _prefixes(code: str, levels: Sequence[int]) -> list[str]:
    plain = "".join(ch for ch in code if ch.isalnum())
    return [plain[:n] for n in sorted(levels) if n <= len(plain)] or [plain]


def _ancestors(code: str, classification: Classification) -> list[str]:
    parents = classification.codes["parent"]
    chain = [code]
    seen = {code}
    while code in parents.index:
        parent = parents.loc[code]
        if not isinstance(parent, str) or not parent or parent in seen:
            break
        chain.append(parent)
        seen.add(parent)
        code = parent
    return chain[::-1]
