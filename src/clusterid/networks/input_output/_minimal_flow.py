"""Minimal flow analysis: which industries hang together at which filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.networks._graph import from_matrix
from clusterid.networks._labels import by_code
from clusterid.networks.input_output._requirements import (
    input_shares,
    inverse,
    pair_frame,
    table_with_output,
)

__all__ = ["MinimalFlow", "minimal_flow_analysis"]

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
_LEVELS = ("none", "weak", "one_way", "two_way")


@dataclass(frozen=True, slots=True)
class MinimalFlow:
    """How the qualitative structure of an economy changes with the filter.

    ``profile`` has one row a filter: number of pairs that are not connected, weakly
    (through common partners), one way, both ways; ``n_direct`` links, ``n_layers``
    of the chain, and the ``entropy`` of the four shares (bits, 0..2).
    ``filter`` is the endogenous one, where the entropy is largest.
    ``structure`` holds the pairs at that filter (0 none, 1 weak, 2 one way, 3 two
    way), ``reach`` the largest filter at which the seller still reaches the buyer,
    ``graph`` the direct links at the endogenous filter.
    """

    profile: pd.DataFrame
    filter: float
    structure: pd.DataFrame
    reach: pd.DataFrame
    graph: Any
    params: dict[str, Any]

    def __repr__(self) -> str:
        return (
            f"MinimalFlow({len(self.structure)} industries, "
            f"{len(self.profile)} filters, endogenous filter {self.filter:.6g})"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.profile.to_html(max_rows=12))


def layers_of_demand(A: Floats, y: Floats, smallest: float) -> list[Floats]:
    """Return T_0 = A<y>, T_1 = A<Ay>, ... until no flow reaches the smallest filter."""
    layers = []
    demand = y.copy()
    for _ in range(1000):
        layer = A * demand[None, :]
        if not (layer >= smallest).any():
            break
        layers.append(layer)
        demand = A @ demand
    return layers


def connectivity(direct: list[Booleans], n: int) -> tuple[Booleans, NDArray[np.int64]]:
    """Return who reaches whom through the layers, and the 0..3 structure of pairs."""
    reach = np.zeros((n, n), dtype=bool)
    if not direct:
        return reach, np.zeros((n, n), dtype=np.int64)
    path = np.eye(n, dtype=bool)
    for layer in direct:
        # a path of one more step must run through a link of the next layer
        path = (layer.astype(np.float32) @ path.astype(np.float32)) > 0
        reach |= path
    pairs = reach.astype(np.int64)
    one, two = pairs + pairs.T == 1, (pairs == 1) & (pairs.T == 1)
    structure = np.zeros((n, n), dtype=np.int64)
    _, part = connected_components(csr_array(reach.astype(float)), directed=False)
    structure[part[:, None] == part[None, :]] = 1
    structure[one], structure[two] = 2, 3
    np.fill_diagonal(structure, 0)
    return reach, structure


@typed
def minimal_flow_analysis(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
    final_demand: pd.Series | None = None,
    filters: Iterable[float] | int = 50,
    source: str = "",
) -> MinimalFlow:
    r"""Return the chain structure of an input-output table over the whole filter range.

    Final demand is followed upstream, round by round; a flow counts when it is at
    least the filter. One filter hidden in a result decides it: so all of them are
    reported, and the one with the most information is marked, not preferred.

    .. math:: T_0 = A\langle y\rangle,\quad T_1 = A\langle Ay\rangle,\ \dots;\qquad
              W_k = [T_k \ge F];\qquad
              D = W_0 \vee W_1 W_0 \vee W_2 W_1 W_0 \vee \dots

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    output : Series by industry, optional
        Output, same unit.
    industries : list of codes, optional
        The producing industries, when the table also holds final demand.
    final_demand : Series by industry, optional
        By default output less sales to industries.
    filters : int or iterable of float
        Filters, in the unit of the flows; a number asks for that many, evenly spaced
        in logarithm between the flow that all but the weakest tenth exceed and the
        largest.
    source : str
        Kept with the graph.

    Returns
    -------
    MinimalFlow

    Raises
    ------
    TableError
        If the table has faults or output is not known.

    References
    ----------
    Schnabl, H. (1994), Economic Systems Research 6(1), 49-69 [as remembered; not
    checked against the original: the paper averages two filters, here the entropy
    alone decides].

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame(
    ...     [("ore", "steel", 40.0), ("steel", "cars", 50.0), ("cars", "ore", 1.0)],
    ...     columns=["seller", "buyer", "value"])
    >>> x = pd.Series({"ore": 50.0, "steel": 80.0, "cars": 200.0})
    >>> result = minimal_flow_analysis(flows, output=x, filters=[0.1, 10.0, 45.0])
    >>> result.reach.loc["ore", "cars"], result.profile["n_direct"].tolist()
    (np.float64(10.0), [3, 2, 1])
    """
    table = table_with_output(flows, output, industries, "Minimal flow analysis")
    codes, Z = table.codes, table.flows
    A = input_shares(table)
    inverse(A, codes)  # raises where the economy is not productive
    y = table.output - Z.sum(axis=1)
    if final_demand is not None:
        y = by_code(final_demand, codes)
    off = Z.copy()
    np.fill_diagonal(off, 0.0)
    grid = _filters(filters, off[off > 0])
    layers = layers_of_demand(A, y, float(grid[0]))
    reach = np.full(Z.shape, np.nan)
    rows: list[dict[str, float]] = []
    best, chosen, structure = -1.0, float(grid[0]), np.zeros(Z.shape, dtype=np.int64)
    for at in grid.tolist():
        direct = _direct_links(layers, at)
        reached, state = connectivity(direct, len(codes))
        reach[reached] = at
        rows.append(_profile(at, direct, state))
        if rows[-1]["entropy"] > best + 1e-12:
            best, chosen, structure = rows[-1]["entropy"], at, state
    np.fill_diagonal(reach, np.nan)
    graph = from_matrix(
        codes,
        np.where(off >= chosen, off, 0.0),
        directed=True,
        layer="minimal_flow",
        kind="industry",
        absent="zero",
        source=source,
        unit=f"flow of at least {chosen:.6g}",
    )
    return MinimalFlow(
        pd.DataFrame(rows),
        chosen,
        pair_frame(codes, structure),
        pair_frame(codes, reach),
        graph,
        {"filters": [float(f) for f in grid], "has_output": table.has_output},
    )


def _filters(filters: Iterable[float] | int, flows: Floats) -> Floats:
    """Return the filters, increasing: given, or so many over the range of flows."""
    if isinstance(filters, int):
        if filters < 2:
            raise OptionError(f"filters={filters!r} must be 2 or more")
        if not len(flows):
            return np.array([1.0])
        return np.geomspace(np.quantile(flows, 0.1), flows.max(), filters)
    grid = np.array(sorted({float(f) for f in filters}))
    if not len(grid) or grid[0] <= 0:
        raise OptionError("filters must hold numbers above 0")
    return grid


def _direct_links(layers: list[Floats], at: float) -> list[Booleans]:
    """Return by round which flows reach a filter; a chain ends where none does."""
    direct = []
    for layer in layers:
        linked = layer >= at
        if not linked.any():
            break
        np.fill_diagonal(linked, False)
        direct.append(linked)
    return direct


def _profile(
    at: float, direct: list[Booleans], state: NDArray[np.int64]
) -> dict[str, float]:
    """Return how many pairs are in each state at a filter, and their entropy."""
    pairs = np.triu(np.ones(state.shape, dtype=bool), 1)
    counts = np.bincount(state[pairs], minlength=4)
    share = counts / max(pairs.sum(), 1)
    inside = share[share > 0]
    return {
        "filter": at,
        **{f"n_{k}": int(v) for k, v in zip(_LEVELS, counts, strict=True)},
        "n_direct": int(np.any(direct, axis=0).sum()) if direct else 0,
        "n_layers": len(direct),
        "entropy": float(-(inside * np.log2(inside)).sum()) + 0.0,
    }
