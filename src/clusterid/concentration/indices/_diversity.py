"""How many industries a region has, or regions an industry: counts and entropies."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array, Axis, oriented
from clusterid.errors import OptionError, check_option
from clusterid.statistics import at_least, over_positive

__all__ = [
    "column_entropy", "diversity", "duranton_puga_diversity", "entropy",
    "hachman_index", "herfindahl_index",
]  # fmt: skip

#: Sum of differences of shares that is rounding only.
_SAME_MIX = 1e-12


@typed
def herfindahl_index(
    employment: pd.DataFrame,
    *,
    axis: Axis = "industry",
    variant: Literal["plain", "normalised", "equivalent_number"] = "plain",
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the Herfindahl index: the sum of squared shares.

    .. math:: HHI_i = \sum_j s_{ij}^2

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    axis : {"industry", "region"}
        Of industries over regions, or of regions over industries.
    variant : {"plain", "normalised", "equivalent_number"}
        ``"plain"``: 1/n to 1; ``"normalised"``: (HHI - 1/n)/(1 - 1/n), 0 to 1
        (what econcomplex gives by default); ``"equivalent_number"``: 1/HHI, the
        number of equal shares with the same index.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series
        High = concentrated (except ``"equivalent_number"``). NaN with
        ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Herfindahl, O. C. (1950); Hirschman, A. O. (1945) (not checked against the
    originals).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [20, 50, 20, 10]})
    >>> herfindahl_index(jobs).round(6).item()
    0.34
    """
    check_option("variant", variant, ("plain", "normalised", "equivalent_number"))
    data = oriented(employment, axis=axis, totals=totals)
    values = (data.shares**2).sum(axis=0)
    reasons = data.reasons(reference=False)
    if variant == "normalised":
        n = len(data.rows)
        if n < 2:
            reasons[reasons == ""] = "one_row"
        with np.errstate(divide="ignore", invalid="ignore"):
            values = (values - 1.0 / n) / (1.0 - 1.0 / n)
    elif variant == "equivalent_number":
        with np.errstate(divide="ignore", invalid="ignore"):
            values = 1.0 / values
    return data.series(values, "herfindahl_index", reasons=reasons)


def column_entropy(shares: Array, base: float) -> Array:
    """Return the Shannon entropy of each column of shares, 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares == 0, 0.0, shares * np.log(shares))
    result: Array = -terms.sum(axis=0) / np.log(base)
    return result


@typed
def entropy(
    employment: pd.DataFrame,
    *,
    axis: Axis = "region",
    base: float = 2.0,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the Shannon entropy of each region's mix (or each industry's spread).

    .. math:: H_j = -\sum_i w_{ij} \log w_{ij}, \qquad 0 \log 0 = 0

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    axis : {"region", "industry"}
        Of regions over industries (the default), or of industries over regions.
    base : float
        Of the logarithm: 2 for bits (Frenken et al. 2007), ``math.e`` for nats.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series
        0 = everything in one, up to log(n). NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.
    OptionError
        If the base is not above 0 and different from 1.

    Notes
    -----
    EconGeo adds 1e-9 inside the logarithm and rounds to three decimals; EconGeoPy
    uses natural logarithms.

    References
    ----------
    Shannon, C. E. (1948), A mathematical theory of communication, section 6
    (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[5, 5], [10, 0]], index=["r1", "r2"], columns=["A", "B"])
    >>> entropy(jobs).abs().to_dict()
    {'r1': 1.0, 'r2': 0.0}
    """
    check_base(base)
    data = oriented(employment, axis=axis, totals=totals)
    return data.series(column_entropy(data.shares, base), "entropy", reference=False)


def check_base(base: float) -> None:
    """Raise OptionError unless a logarithm with this base exists."""
    if not base > 0 or base == 1:
        raise OptionError(
            f"base={base!r} is no base of a logarithm; use 2 for bits or math.e for "
            "nats."
        )


@typed
def hachman_index(
    employment: pd.DataFrame, *, totals: pd.DataFrame | None = None
) -> pd.Series:
    r"""Return the Hachman index of every region: likeness to the reference mix.

    .. math:: HI_j = 1 \Big/ \sum_i LQ_{ij} w_{ij}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by region
        1 = the mix of all regions together, towards 0 = specialised. Its inverse is
        the mean location quotient of the region's jobs. NaN with
        ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Hachman, F. (1994), University of Utah, Bureau of Economic and Business Research
    (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[5, 5], [5, 5]], index=["r1", "r2"], columns=["A", "B"])
    >>> hachman_index(jobs).to_dict()
    {'r1': 1.0, 'r2': 1.0}
    """
    data = oriented(employment, axis="region", totals=totals)
    w, reference = data.shares, data.reference[:, None]
    terms = over_positive(w**2, reference, otherwise=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        values = 1.0 / terms.sum(axis=0)
    return data.series(values, "hachman_index")


@typed
def duranton_puga_diversity(
    employment: pd.DataFrame, *, totals: pd.DataFrame | None = None
) -> pd.Series:
    r"""Return the relative diversity index of Duranton & Puga for every region.

    .. math:: RDI_j = 1 \Big/ \sum_i |w_{ij} - w_i|

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by region
        From 0.5 upwards; high = diverse, infinite where the mix is exactly that of
        all regions together. NaN with ``attrs["reasons"]``.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Duranton, G. and Puga, D. (2000), Diversity and specialisation in cities, Urban
    Studies 37 (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[8, 2], [2, 8]], index=["r1", "r2"], columns=["A", "B"])
    >>> duranton_puga_diversity(jobs).round(4).to_dict()
    {'r1': 1.6667, 'r2': 1.6667}
    """
    data = oriented(employment, axis="region", totals=totals)
    with np.errstate(divide="ignore", invalid="ignore"):
        gap = np.abs(data.shares - data.reference[:, None]).sum(axis=0)
        # shares that agree but for rounding are the same mix
        values = np.where(gap <= _SAME_MIX, np.inf, 1.0 / gap)
    return data.series(values, "duranton_puga_diversity")


@typed
def diversity(
    employment: pd.DataFrame, *, axis: Axis = "region", minimum_lq: float = 1.0
) -> pd.Series:
    """Return how many industries a region is specialised in (or the reverse).

    A region is specialised where its location quotient reaches ``minimum_lq``. By
    region the count is called diversity, by industry ubiquity.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    axis : {"region", "industry"}
        Count industries of each region, or regions of each industry.
    minimum_lq : float
        The quotient from which a cell counts.

    Returns
    -------
    Series
        Counts from 0 to the number of industries (regions); NaN with
        ``attrs["reasons"]`` where a cell is withheld.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Hidalgo, C. A. and Hausmann, R. (2009), The building blocks of economic
    complexity, PNAS 106, for the names.

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame([[8, 2], [2, 8]], index=["r1", "r2"], columns=["A", "B"])
    >>> diversity(jobs).to_dict()
    {'r1': 1.0, 'r2': 1.0}
    """
    data = oriented(employment, axis=axis)
    reference = data.reference[:, None]
    quotient = over_positive(data.shares, reference, otherwise=0.0)
    counts = at_least(quotient, minimum_lq).sum(axis=0).astype(float)
    return data.series(counts, "diversity")
