"""How well likeness, or a partition, tells which pairs belong together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.communities._graph import Floats, from_graph, relatedness
from clusterid.errors import Fault, TableError

__all__ = ["pair_auc"]


@typed
def pair_auc(
    likeness: Any, together: pd.Series, *, apart: pd.Series | None = None
) -> pd.Series:
    r"""Return how well likeness of two items tells whether they belong together.

    The share of cases in which a pair that belongs together is more alike than a pair
    that does not; ties count half. It needs no resolution and no number of groups, so
    it says what a layer knows before any method has cut it. With ``apart`` the easy
    pairs are left out: industries of different three-digit codes, say, which no
    prefix of the code can put together.

    .. math:: AUC = P(s_{together} > s_{not}) + \tfrac12 P(s_{together} = s_{not})

    Parameters
    ----------
    likeness : networkx graph, or Series item -> group
        ``weight`` of the links, 0 without one; or a partition, where two items are
        alike (1) in one group and not (0) otherwise, an item in no group with none.
    together : Series, item -> group
        What belongs together; items without a group are left out, as are items that
        ``likeness`` does not know.
    apart : Series, item -> group, optional
        Only pairs of items that stand in different groups here are compared; items
        without a group are left out.

    Returns
    -------
    Series
        ``auc`` (0 to 1; 0.5 says nothing, 1 every pair right), ``n_items``,
        ``n_together`` and ``n_pairs`` (pairs that belong together, all pairs).

    Raises
    ------
    TableError
        If no pair, or every pair, belongs together.

    References
    ----------
    Hanley and McNeil (1982), The meaning and use of the area under a receiver
    operating characteristic curve; the Mann-Whitney form.

    Examples
    --------
    >>> import networkx as nx
    >>> layer = nx.Graph()
    >>> layer.add_weighted_edges_from([("311", "115", 0.9), ("311", "312", 0.4)])
    >>> truth = pd.Series({"311": "food", "115": "food", "312": "drinks"})
    >>> float(pair_auc(layer, truth)["auc"])
    1.0
    """
    groups = pd.Series(together, dtype=object).dropna()
    groups.index = groups.index.map(str)
    if isinstance(likeness, pd.Series):
        own = pd.Series(likeness, dtype=object)
        own.index = own.index.map(str)
        known = set(own.index)
    else:
        edges = from_graph(likeness)
        known = set(edges.nodes)
    borders = None
    if apart is not None:
        borders = pd.Series(apart, dtype=object).dropna()
        borders.index = borders.index.map(str)
        known &= set(borders.index)
    items = tuple(sorted(set(groups.index) & known))
    first, second = np.triu_indices(len(items), 1)

    def alike(values: pd.Series) -> Any:
        codes = pd.factorize(values.reindex(items).astype(str))[0]
        return codes[first] == codes[second]

    if isinstance(likeness, pd.Series):
        missing = own.reindex(items).isna().to_numpy()
        score = alike(own) & ~missing[first] & ~missing[second]
        score = score.astype(float)
    else:
        score = relatedness(edges, items)[first, second]
    truth = alike(groups)
    if borders is not None:
        kept = ~alike(borders)
        score, truth = score[kept], truth[kept]
    count = int(truth.sum())
    if count in {0, len(truth)}:
        what = "no pair belongs" if count == 0 else "all pairs belong"
        fault = Fault(
            f"of {len(truth)} pairs of {len(items)} common items {what} together",
            "use the same codes in both, and groups of which some pairs differ",
        )
        raise TableError("pairs", [fault])
    return pd.Series(
        {
            "auc": mann_whitney(score, truth),
            "n_items": float(len(items)),
            "n_together": float(count),
            "n_pairs": float(len(truth)),
        },
        name="pairs",
    )


def mann_whitney(score: Floats, truth: Any) -> float:
    """Return P(score of a true one > score of a false one), ties half."""
    from scipy.stats import rankdata

    n_true = int(truth.sum())
    n_false = len(truth) - n_true
    ranks = float(rankdata(score)[truth].sum())
    return (ranks - n_true * (n_true + 1) / 2) / (n_true * n_false)
