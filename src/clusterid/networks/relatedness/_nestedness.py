"""How far regions with few industries have a part of what diversified ones have."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.networks.relatedness._complexity import known_block
from clusterid.networks.relatedness._presence import presence_table

__all__ = ["nestedness"]


@typed
def nestedness(
    employment: pd.DataFrame, *, values: str = "auto", threshold: float = 1.0
) -> pd.Series:
    r"""Return the nestedness of a table of regions and industries (NODF).

    1 where every region has a part of what the next more diversified one has, and
    every industry sits in a part of the regions of the next more widespread one; 0
    where smaller sets are no part of larger ones. Diversity and complexity indices
    read a nested table; where it is not nested, they read noise.

    .. math:: N = \frac{1}{\binom{R}{2}+\binom{n}{2}} \Big[
        \sum_{k_r > k_s} \frac{|B_r \cap B_s|}{k_s}
        + \sum_{u_i > u_j} \frac{|B_i \cap B_j|}{u_j} \Big]

    Two of equal size add nothing.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Employment, quotients or presences (see ``values``).
    values : {"auto", "employment", "quotient", "presence"}
        What the table holds.
    threshold : float
        LQ from which an industry is present.

    Returns
    -------
    Series
        ``regions`` and ``industries`` (mean over the pairs of each) and
        ``nestedness`` (over all pairs), 0 to 1. NaN with fewer than two.

    Raises
    ------
    TableError
        If a presence is unknown, a value negative, or a label stands twice.

    Notes
    -----
    Regions and industries that have nothing are left out. A package gives the mean
    of ``regions`` and ``industries`` where the paper counts pairs.

    References
    ----------
    Almeida-Neto, M. et al. (2008), A consistent metric for nestedness analysis in
    ecological systems, Oikos 117(8) (not checked against the original; there in per
    cent).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 1], "b": [1, 1, 0], "c": [1, 0, 0]})
    >>> nestedness(table).tolist()
    [1.0, 1.0, 1.0]
    """
    table = presence_table(employment, values=values, threshold=threshold)
    B, _, _, _ = known_block(table)
    sums = [_shared(B), _shared(B.T)]
    pairs = [n * (n - 1) / 2 for n in B.shape]
    shares = [
        total / count if count else np.nan
        for total, count in [*zip(sums, pairs, strict=True), (sum(sums), sum(pairs))]
    ]
    return pd.Series(shares, index=["regions", "industries", "nestedness"])


def _shared(B: NDArray[np.float64]) -> float:
    """Return the sum over pairs of rows of the smaller's share in the larger."""
    size = B.sum(axis=1)
    smaller = np.minimum.outer(size, size)
    common = np.where(size[:, None] > size, B @ B.T, 0.0)
    return float((common / smaller).sum())
