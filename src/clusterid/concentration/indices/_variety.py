"""Related and unrelated variety of a region's mix on groups of a code tree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array, Oriented, oriented
from clusterid.concentration.indices._diversity import check_base, column_entropy
from clusterid.concentration.indices._theil import group_matrix

__all__ = ["related_variety", "unrelated_variety"]


@typed
def unrelated_variety(
    employment: pd.DataFrame,
    groups: pd.Series,
    *,
    base: float = 2.0,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the unrelated variety of every region: entropy between groups.

    .. math:: UV_j = -\sum_g P_{gj} \log P_{gj}, \qquad P_{gj} = \sum_{i \in g} w_{ij}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace by detailed industry; NaN is withheld, 0 is none.
    groups : Series industry -> group
        For Frenken et al. the two-digit division of a five-digit class.
    base : float
        Of the logarithm: 2 for bits, as in the source.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by region
        0 = all in one group, up to log(n_groups). Related and unrelated variety add
        up to :func:`entropy`. NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If an industry has no group, a count is negative or a code stands twice.

    Notes
    -----
    EconGeoPy uses natural logarithms (``base=math.e``).

    References
    ----------
    Frenken, K., Van Oort, F. and Verburg, T. (2007), Related variety, unrelated
    variety and regional economic growth, Regional Studies 41, 685-697
    (formula not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[5, 5, 10]], index=["r"], columns=["101", "102", "200"])
    >>> division = pd.Series({"101": "10", "102": "10", "200": "20"})
    >>> unrelated_variety(jobs, division).to_dict()
    {'r': 1.0}
    """
    check_base(base)
    data = oriented(employment, axis="region", totals=totals)
    between, _ = _varieties(data, groups, base)
    return data.series(between, "unrelated_variety", reference=False)


@typed
def related_variety(
    employment: pd.DataFrame,
    groups: pd.Series,
    *,
    base: float = 2.0,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the related variety of every region: mean entropy within groups.

    .. math:: RV_j = \sum_g P_{gj} H_{gj}, \qquad
        H_{gj} = -\sum_{i \in g} \frac{w_{ij}}{P_{gj}} \log \frac{w_{ij}}{P_{gj}}

    Parameters
    ----------
    employment, groups, base, totals
        As in :func:`unrelated_variety`.

    Returns
    -------
    Series by region
        0 = one industry in each group, high = many industries within groups. NaN with
        ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If an industry has no group, a count is negative or a code stands twice.

    References
    ----------
    Frenken, K., Van Oort, F. and Verburg, T. (2007), Related variety, unrelated
    variety and regional economic growth, Regional Studies 41, 685-697
    (formula not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[5, 5, 10]], index=["r"], columns=["101", "102", "200"])
    >>> division = pd.Series({"101": "10", "102": "10", "200": "20"})
    >>> related_variety(jobs, division).to_dict()
    {'r': 0.5}
    """
    check_base(base)
    data = oriented(employment, axis="region", totals=totals)
    _, within = _varieties(data, groups, base)
    return data.series(within, "related_variety", reference=False)


def _varieties(data: Oriented, groups: pd.Series, base: float) -> tuple[Array, Array]:
    member = group_matrix(data, groups)
    shares = data.shares
    of_group = member @ shares
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = shares / (member.T @ of_group)
        terms = np.where(shares == 0, 0.0, shares * np.log(inside))
    within: Array = -terms.sum(axis=0) / np.log(base)
    return column_entropy(of_group, base), within + 0.0
