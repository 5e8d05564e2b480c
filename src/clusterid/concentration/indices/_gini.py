"""The Gini family over regions and industries, each member under its own name."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array, Axis, Oriented, oriented
from clusterid.errors import check_option
from clusterid.statistics import over_positive

__all__ = ["gini_of_columns", "locational_gini", "lorenz_gini", "specialization_gini"]

GiniVariant = Literal["unweighted", "weighted", "krugman", "plain"]
VARIANTS = ("unweighted", "weighted", "krugman", "plain")


def gini_of_columns(values: Array) -> Array:
    """Return the Gini coefficient of each column; every row counts once.

    NaN in a column is left out, so columns may have different lengths.
    """
    ordered = np.sort(values, axis=0)  # NaN goes last
    n = np.isfinite(values).sum(axis=0)
    k = np.arange(1, len(values) + 1)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        total = np.nansum(ordered, axis=0)
        gini: Array = 2.0 * np.nansum(k * ordered, axis=0) / (n * total) - (n + 1.0) / n
    return gini


def lorenz_gini(shares: Array, reference: Array) -> Array:
    """Return the Gini of each column of shares held against reference shares.

    Rows are ordered by the ratio of the two; 0 when every ratio is one, near 1 when
    all of a column sits in a row with next to no reference.
    """
    x = np.broadcast_to(reference, shares.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(x > 0, shares / x, np.where(shares > 0, np.inf, 0.0))
    order = np.argsort(ratio, axis=0, kind="stable")
    s = np.take_along_axis(shares, order, axis=0)
    x = np.take_along_axis(x, order, axis=0)
    height = np.cumsum(s, axis=0)
    area = ((height - 0.5 * s) * x).sum(axis=0)
    result: Array = 1.0 - 2.0 * area
    return result


def _gini(data: Oriented, variant: str, *, normalised: bool, name: str) -> pd.Series:
    reasons = data.reasons(reference=variant != "plain")
    if variant == "plain":
        values = gini_of_columns(data.values)
        n = np.full(len(data.columns), len(data.rows))
    elif variant == "unweighted":
        x = data.reference
        values = gini_of_columns(over_positive(data.shares, x[:, None]))
        n = np.full(len(data.columns), int((x > 0).sum()))
    else:
        x = data.reference
        values = lorenz_gini(data.shares, x[:, None])
        n = np.full(len(data.columns), int((x > 0).sum()))
        if variant == "krugman":
            values = values / 2.0
    if normalised:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = values * (n / (n - 1.0))
        reasons[(reasons == "") & (n < 2)] = "one_row"
    return data.series(values, name, reasons=reasons)


@typed
def locational_gini(
    employment: pd.DataFrame,
    *,
    variant: GiniVariant = "unweighted",
    normalised: bool = False,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    r"""Return the locational Gini coefficient of every industry.

    How unevenly an industry is spread over regions, compared with all employment.
    Four different numbers go by this name; they differ by a factor of nearly three
    on the same table, so the variant is always named.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    variant : {"unweighted", "weighted", "krugman", "plain"}
        ``"unweighted"``: Gini of the location quotients, every region counts once,
        0 to (R - 1)/R. ``"weighted"``: twice the area between the curve of industry
        shares against total shares and the diagonal, regions weighted by total
        employment, 0 to 1. ``"krugman"``: that area itself, half of the former,
        0 to 0.5. ``"plain"``: Gini of the jobs, with no reference at all,
        0 to (R - 1)/R.
    normalised : bool
        Multiply by R/(R - 1), R the number of regions with employment.
    totals : DataFrame, optional
        Published totals (``region``, ``industry``, ``value``; code ``"TOTAL"``).

    Returns
    -------
    Series by industry
        0 = spread as all employment is (``"plain"``: the same number everywhere).
        NaN where a cell is withheld or the industry is absent;
        ``result.attrs["reasons"]`` says which.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.
    OptionError
        If the variant is not offered.

    Notes
    -----
    REAT ``gini.conc`` is ``"unweighted"``; EconGeo and econcomplex ``hoover_gini``
    with total employment as population is ``"weighted"``; their ``locational_gini`` is
    ``"krugman"``; their ``gini`` is ``"plain"``. A region without any employment has
    no quotient and does not count in ``"unweighted"``.

    References
    ----------
    Krugman, P. (1991), Geography and Trade, MIT Press (not checked against the
    original). Farhauer, O. and Kroell, A. (2014), Standorttheorien, Springer
    (example as in REAT 3.0.3).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"A": [500, 500, 1000, 7000, 1000], "B": [19500, 14500, 19000, 33000, 4000]}
    ... )
    >>> locational_gini(jobs)["A"].round(6).item()
    0.406897
    >>> locational_gini(jobs, variant="weighted")["A"].round(4).item()
    0.3725
    """
    check_option("variant", variant, VARIANTS)
    data = oriented(employment, axis="industry", totals=totals)
    return _gini(data, variant, normalised=normalised, name="locational_gini")


@typed
def specialization_gini(
    employment: pd.DataFrame,
    *,
    variant: GiniVariant = "unweighted",
    normalised: bool = False,
    totals: pd.DataFrame | None = None,
) -> pd.Series:
    """Return the Gini coefficient of specialisation of every region.

    How far a region's mix of industries departs from that of all regions together.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    variant : {"unweighted", "weighted", "krugman", "plain"}
        As in :func:`locational_gini`, with regions and industries exchanged:
        ``"unweighted"`` is the Gini of the region's location quotients, every
        industry counting once.
    normalised : bool
        Multiply by I/(I - 1), I the number of industries.
    totals : DataFrame, optional
        Published totals.

    Returns
    -------
    Series by region
        0 = the mix of all regions together, up to 1 (``"krugman"``: 0.5). NaN with
        ``attrs["reasons"]`` where a cell is withheld or the region is empty.

    Raises
    ------
    TableError
        If a count is negative or a code stands twice.

    References
    ----------
    Farhauer, O. and Kroell, A. (2014), Standorttheorien, Springer
    (example as in REAT 3.0.3).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     [[5, 5, 10], [5, 5, 10]], index=["r1", "r2"], columns=list("ABC")
    ... )
    >>> specialization_gini(jobs).round(12).to_dict()
    {'r1': 0.0, 'r2': 0.0}
    """
    check_option("variant", variant, VARIANTS)
    axis: Axis = "region"
    data = oriented(employment, axis=axis, totals=totals)
    return _gini(data, variant, normalised=normalised, name="specialization_gini")
