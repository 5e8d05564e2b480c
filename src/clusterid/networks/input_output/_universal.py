"""Suppliers that sell to everyone: flagged, and down-weighted where asked."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.networks.input_output._flows import flow_table

__all__ = ["universal_suppliers"]

Floats = NDArray[np.float64]


def breadth(flows: Floats) -> Floats:
    """Return by seller how closely its sales follow everyone's purchases, 0..1."""
    outside = flows.copy()
    np.fill_diagonal(outside, 0.0)
    bought = outside.sum(axis=0)
    sold = outside.sum(axis=1)
    n = len(flows)
    result = np.full(n, np.nan)
    active = np.flatnonzero(sold > 0)
    shares = outside[active] / sold[active, None]
    market = np.tile(bought, (len(active), 1))
    market[np.arange(len(active)), active] = 0.0
    market /= market.sum(axis=1, keepdims=True)
    result[active] = np.minimum(shares, market).sum(axis=1)
    return result


def universal(
    flows: Floats, threshold: float, minimum_share: float | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the breadth of every seller and whether it is universal."""
    if not 0 < threshold <= 1:
        raise OptionError(f"threshold={threshold!r} must lie in 0..1 (0 excluded)")
    wide = breadth(flows)
    sold = flows.sum(axis=1) - np.diag(flows)
    least = 1 / max(len(flows), 1) if minimum_share is None else minimum_share
    with np.errstate(invalid="ignore"):
        flagged = (wide >= threshold) & (sold >= least * sold.sum())
    return wide, flagged & (len(flows) > 2)


@typed
def universal_suppliers(
    flows: pd.DataFrame,
    *,
    threshold: float = 0.65,
    minimum_share: float | None = None,
) -> pd.DataFrame:
    r"""Return how universally each industry sells, and flag those that link everyone.

    Wholesale, real estate or temporary work supply every industry in proportion to
    its size; a link to them tells nothing of a cluster. ``breadth`` is the overlap
    of a seller's sales with the purchases of all other industries:

    .. math:: o_i = \sum_{j \ne i} \min\left(
        \frac{Z_{ij}}{\sum_{k \ne i} Z_{ik}},
        \frac{Z_{\cdot j}}{\sum_{k \ne i} Z_{\cdot k}}\right)

    A seller is universal when its breadth reaches the threshold and it is no small
    one: tables spread the sales of small industries in proportion, too, and these
    do no harm. Both limits are our choice; there are none in the literature.

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    threshold : float
        Breadth from which a seller is flagged, 0..1.
    minimum_share : float, optional
        Least share of all sales between industries; one over the number of
        industries by default.

    Returns
    -------
    DataFrame by industry
        ``breadth`` (0 sells to one small buyer, 1 sells to all in proportion; NaN
        without sales), ``share_of_sales`` (of all sales between industries),
        ``n_buyers``, ``is_universal``.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame(
    ...     [("w", "a", 5.0), ("w", "b", 5.0), ("w", "c", 5.0), ("a", "b", 1.0),
    ...      ("b", "c", 1.0), ("c", "a", 1.0)],
    ...     columns=["seller", "buyer", "value"])
    >>> universal_suppliers(flows)["is_universal"].to_dict()
    {'a': False, 'b': False, 'c': False, 'w': True}
    """
    table = flow_table(flows)
    outside = table.flows.copy()
    np.fill_diagonal(outside, 0.0)
    wide, flagged = universal(outside, threshold, minimum_share)
    whole = outside.sum()
    return pd.DataFrame(
        {
            "breadth": wide,
            "share_of_sales": outside.sum(axis=1) / whole if whole > 0 else 0.0,
            "n_buyers": (outside > 0).sum(axis=1),
            "is_universal": flagged,
        },
        index=pd.Index(table.codes, name="industry"),
    )
