"""Known values of regions and the links among them, in sorted arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration._axis import Array
from clusterid.concentration._given import given_series, own_numbers
from clusterid.errors import GraphError, OptionError

if TYPE_CHECKING:
    from libpysal.graph import Graph
    from scipy.sparse import csr_array

__all__ = ["LinkedValues", "known_in_both", "linked_values", "numpy_state_kept"]


@dataclass(frozen=True, slots=True)
class LinkedValues:
    """Sorted known values and the links among their regions.

    Parameters
    ----------
    codes : Index
        Regions with a value, sorted.
    y : array, n_regions
        Their values.
    focal, neighbours, weights : arrays, n_links
        Positions of the two ends, sorted, and the graph's own weights.
    """

    codes: pd.Index
    y: Array
    focal: NDArray[np.intp]
    neighbours: NDArray[np.intp]
    weights: Array

    @property
    def bounds(self) -> NDArray[np.intp]:
        """Where the links of each region begin; one more than regions."""
        return np.searchsorted(self.focal, np.arange(len(self.y) + 1))

    @property
    def degree(self) -> NDArray[np.intp]:
        """Number of neighbours with a value."""
        return np.diff(self.bounds)

    @property
    def row_weights(self) -> Array:
        """Weights as shares of all links of the region."""
        total = np.bincount(self.focal, self.weights, minlength=len(self.y))
        return np.asarray(self.weights / total[self.focal])

    def matrix(self, weights: Array) -> csr_array:
        """Return these weights as a sparse matrix of regions."""
        from scipy.sparse import csr_array

        n = len(self.y)
        return csr_array((weights, (self.focal, self.neighbours)), shape=(n, n))

    def graph(self) -> Graph:
        """Return the links as a graph of positions, islands included."""
        from libpysal.graph import Graph

        alone = np.flatnonzero(self.degree == 0)
        return Graph.from_arrays(
            np.concatenate([self.focal, alone]),
            np.concatenate([self.neighbours, alone]),
            np.concatenate([self.weights, np.zeros(len(alone))]),
        )


def known_in_both(
    values: pd.Series, other: pd.Series | None, statistic: str
) -> pd.Series:
    """Return the values of regions that also have the other variable of a Moran."""
    if other is None:
        return values
    if statistic != "moran":
        raise OptionError('other= is for statistic="moran" only.')
    has_other = given_series(other, values.index, name="other").notna()
    return values.where(has_other.to_numpy())


def linked_values(values: pd.Series, graph: Graph) -> LinkedValues:
    """Return sorted known values and the links of the graph among them.

    Self-links are dropped; weights are the graph's own.
    """
    codes, numbers = own_numbers(values, name="values")
    absent = values.index.difference(graph.unique_ids)
    if len(absent):
        raise GraphError(
            f"{len(absent)} of {len(values)} regions are not in the graph "
            f"({', '.join(map(str, absent[:5]))}). Build the graph from the same "
            "regions; a region without neighbours belongs in it, too."
        )
    known, y = codes[np.isfinite(numbers)], numbers[np.isfinite(numbers)]
    links = graph.adjacency.reset_index()
    focal = known.get_indexer(links["focal"])
    neighbours = known.get_indexer(links["neighbor"])
    weight = links["weight"].to_numpy(dtype=float)
    keep = (focal >= 0) & (neighbours >= 0) & (focal != neighbours) & (weight != 0)
    order = np.lexsort((neighbours[keep], focal[keep]))
    focal, neighbours = focal[keep][order], neighbours[keep][order]
    return LinkedValues(known, y, focal, neighbours, weight[keep][order])


@contextmanager
def numpy_state_kept() -> Iterator[None]:
    """Give NumPy's global random state back as it was: esda seeds it."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002
