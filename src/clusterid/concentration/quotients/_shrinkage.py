"""Location quotients drawn towards the ordinary as far as chance explains them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._given import own_numbers
from clusterid.errors import Fault, TableError
from clusterid.statistics import shrink_arrays
from clusterid.tables import checked_wide

__all__ = ["shrink_quotients"]


@typed
def shrink_quotients(
    n_observed: pd.Series | pd.DataFrame,
    n_expected: pd.Series | pd.DataFrame,
    *,
    coverage: float = 0.9,
) -> pd.DataFrame:
    r"""Return shrunk location quotients with their credible interval.

    A cell with few plants says little about its quotient, so it is drawn towards
    the industry's mean; a cell with many keeps its ratio. The true quotients of an
    industry are taken as a gamma distribution with the mean and variance that the
    cells show beyond chance.

    .. math:: n_j \sim \mathrm{Poisson}(\theta_j \mu_j),\quad
              \theta_j \sim \mathrm{Gamma}(a, b),\quad
              \hat\theta_j = \frac{a + n_j}{b + \mu_j}

    Parameters
    ----------
    n_observed : Series, or DataFrame with one industry a column
        Plants counted, or effective counts :math:`s_{ij}/H_i` of employment.
    n_expected : Series or DataFrame like ``n_observed``
        Plants expected by chance, :math:`\mu_{ij} = N_i x_j`, or
        :math:`x_j/H_i`; positive.
    coverage : float
        Probability of the interval, 0 to 1. With 0.9 the lower end is the 5 %
        quantile, the EB05 by which regions are ranked.

    Returns
    -------
    DataFrame with columns shrunk, lower, upper
        Same index as ``n_observed``; of a DataFrame the rows are (row, column).
        1.0 = as expected. NaN where the count or the expectation is NaN or the
        expectation is 0.

    Raises
    ------
    TableError
        If a count is negative, or the labels of the two inputs differ.

    Notes
    -----
    Moment estimate of Marshall (1991): mean :math:`m=\sum n/\sum\mu`, variance
    :math:`A=\sum\mu(n/\mu-m)^2/\sum\mu - m/\bar\mu`, set to 0 where negative, so
    that everything is drawn to the mean. The interval would then have no width
    although A is only estimated: it uses the expectation of A given its estimate
    and standard error under a flat prior on A >= 0, always positive, is stretched
    (on the log scale) by what not knowing A and m adds, and holds the point.

    References
    ----------
    Marshall (1991), Mapping disease and mortality rates using empirical Bayes
    estimators, Applied Statistics 40. DuMouchel (1999), American Statistician 53
    (EB05; not checked against the original).

    Examples
    --------
    >>> n = pd.Series([30.0, 2.0, 0.0, 8.0], index=list("abcd"))
    >>> mu = pd.Series(10.0, index=n.index)
    >>> shrink_quotients(n, mu)["shrunk"].round(2).tolist()
    [2.86, 0.26, 0.07, 0.81]
    """
    n_observed = _checked(n_observed, "n_observed")
    n_expected = _checked(n_expected, "n_expected")
    if not n_observed.index.equals(n_expected.index) or (
        isinstance(n_observed, pd.DataFrame)
        and not n_observed.columns.equals(n_expected.columns)
    ):
        fault = Fault("observed and expected carry different labels", "align them")
        raise TableError("counts", [fault])
    n = n_observed.to_numpy(dtype=float)
    mu = n_expected.to_numpy(dtype=float)
    negative = np.argwhere((n < 0) | (mu < 0))
    if len(negative):
        rows = tuple((str(tuple(map(int, at))), n[tuple(at)]) for at in negative[:5])
        fault = Fault("a count is negative", "pass counts", len(negative), rows)
        raise TableError("counts", [fault])
    two_dimensional = n.reshape(len(n), -1)
    shrunk, lower, upper, _ = shrink_arrays(
        two_dimensional, mu.reshape(two_dimensional.shape), coverage
    )
    index: Any = n_observed.index
    if isinstance(n_observed, pd.DataFrame):
        index = pd.MultiIndex.from_product([n_observed.index, n_observed.columns])
    columns = {"shrunk": shrunk, "lower": lower, "upper": upper}
    return pd.DataFrame({k: a.reshape(-1) for k, a in columns.items()}, index=index)


def _checked(values: pd.Series | pd.DataFrame, name: str) -> pd.Series | pd.DataFrame:
    if not isinstance(values, pd.Series):
        return checked_wide(values, name=name)
    own_numbers(values, name=name)
    return values
