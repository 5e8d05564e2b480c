"""Inequality of one quantity over regions: Gini, Theil, Atkinson, Williamson ..."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._faults import faults_at, faults_of, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._given import given_numbers, given_series, own_numbers
from clusterid.concentration.indices._theil import divergence
from clusterid.errors import Fault, OptionError, check_option

__all__ = [
    "atkinson_index", "coefficient_of_variation", "coulter_index", "dalton_index",
    "gini_coefficient", "regional_inequality", "theil_inequality", "williamson_index",
]  # fmt: skip


def _vector(
    values: pd.Series, weights: pd.Series | None, name: str = "weights"
) -> tuple[Array, Array]:
    """Return values and weights that sum to one, in the order of the codes."""
    faults: list[Fault] = []
    codes, x = own_numbers(values, name="values")
    w = np.ones(len(x))
    if weights is not None:
        w = given_numbers(weights, codes, name=name)
    mend = "correct the source, or leave the region out"
    for what, numbers in (("value", x), (name.removesuffix("s"), w)):
        bad = (numbers < 0) | np.isinf(numbers)
        if what != "value":
            bad |= np.isnan(numbers)
        rule = f"a {what} is negative, missing or infinite"
        faults += faults_at(rule, mend, bad, codes, numbers)
    if not faults and not w.sum() > 0:
        faults.append(Fault(f"the {name} are all zero, or none", "give them"))
    refuse("values", faults)
    return x, w / w.sum()


@typed
def gini_coefficient(
    values: pd.Series,
    *,
    weights: pd.Series | None = None,
    normalised: bool = False,
) -> float:
    r"""Return the Gini coefficient of a quantity over regions.

    .. math:: G = \frac{\sum_{jk} v_j v_k |y_j - y_k|}{2 \bar y}

    with weights v that sum to one (1/n each by default).

    Parameters
    ----------
    values : Series by region
        Not negative, such as income a head.
    weights : Series by region, optional
        Population.
    normalised : bool
        Multiply by n/(n - 1); only without weights.

    Returns
    -------
    float
        0 = equal, up to (n - 1)/n (1 when normalised). NaN if a value is missing or
        all are zero.

    Raises
    ------
    TableError
        If a value is negative or infinite, or a weight is missing.
    OptionError
        If ``normalised`` is asked for together with weights.

    Notes
    -----
    REAT ``gini(weighting=)`` sorts the values but not the weights (0.474 instead of
    0.349 for the GDP of the German Laender); its ``gini2`` is right.

    References
    ----------
    Gini, C. (1912) (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> round(gini_coefficient(pd.Series([1.0, 1.0, 4.0])), 4)
    0.3333
    """
    if normalised and weights is not None:
        raise OptionError(
            "normalised=True has no agreed meaning with weights; leave one out."
        )
    x, v = _vector(values, weights)
    mean = float(v @ x)
    if not mean > 0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    x, v = x[order], v[order]
    height = np.cumsum(v * x) / mean
    gini = 1.0 - float((v * (height + np.concatenate([[0.0], height[:-1]]))).sum())
    n = len(x)
    return gini * n / (n - 1.0) if normalised and n > 1 else gini


@typed
def theil_inequality(
    values: pd.Series,
    *,
    weights: pd.Series | None = None,
    variant: Literal["T", "L"] = "T",
) -> float:
    r"""Return Theil's T or L of a quantity over regions, in nats.

    .. math:: T = \sum_j v_j \frac{y_j}{\bar y} \ln \frac{y_j}{\bar y}, \qquad
              L = \sum_j v_j \ln \frac{\bar y}{y_j}

    Parameters
    ----------
    values : Series by region
        Not negative, such as income a head.
    weights : Series by region, optional
        Population.
    variant : {"T", "L"}
        T is generalised entropy with parameter 1; L the mean log deviation, parameter
        0 (infinite where a value is zero).

    Returns
    -------
    float
        0 = equal; T up to ln n (unweighted). NaN if a value is missing or all are
        zero.

    Raises
    ------
    TableError
        If a value is negative or infinite, or a weight is missing.

    Notes
    -----
    What REAT calls ``theil`` is L; pysal's ``Theil`` is T. REAT's weighted form
    divides by n once more and uses the unweighted mean.

    References
    ----------
    Theil, H. (1967), Economics and Information Theory (not checked against the
    original).

    Examples
    --------
    >>> import pandas as pd
    >>> income = pd.Series([10.0, 10.0, 10.0, 20.0, 50.0])
    >>> round(theil_inequality(income, variant="L"), 7)
    0.2326302
    """
    check_option("variant", variant, ("T", "L"))
    x, v = _vector(values, weights)
    mean = float(v @ x)
    if not mean > 0:
        return float("nan")
    share = (v * x / mean)[:, None]
    first, second = (share, v[:, None]) if variant == "T" else (v[:, None], share)
    return float(divergence(first, second)[0])


@typed
def atkinson_index(
    values: pd.Series, *, epsilon: float = 0.5, weights: pd.Series | None = None
) -> float:
    r"""Return Atkinson's index of inequality over regions.

    .. math:: A = 1 - \Big(\sum_j v_j (y_j/\bar y)^{1-\epsilon}\Big)^{1/(1-\epsilon)}

    and one minus geometric over arithmetic mean for epsilon = 1.

    Parameters
    ----------
    values : Series by region
        Not negative.
    epsilon : float
        Aversion to inequality, above 0.
    weights : Series by region, optional
        Population.

    Returns
    -------
    float
        0 = equal, up to 1. NaN if a value is missing or all are zero.

    Raises
    ------
    TableError
        If a value is negative or infinite, or a weight is missing.
    OptionError
        If epsilon is not above 0.

    References
    ----------
    Atkinson, A. B. (1970), On the measurement of inequality, Journal of Economic
    Theory 2 (not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> round(atkinson_index(pd.Series([1.0, 1.0, 4.0]), epsilon=1), 4)
    0.2063
    """
    if not epsilon > 0:
        raise OptionError(f"epsilon={epsilon!r} must be above 0.")
    x, v = _vector(values, weights)
    mean = float(v @ x)
    if not mean > 0:
        return float("nan")
    x, v = x[v > 0], v[v > 0]  # 0 times the logarithm of 0 is nothing
    with np.errstate(divide="ignore"):
        if epsilon == 1:
            equal = float(np.exp(v @ np.log(x))) / mean
        else:
            power = 1.0 - epsilon
            equal = float((v @ (x / mean) ** power) ** (1.0 / power))
    return 1.0 - equal


@typed
def coulter_index(values: pd.Series, *, reference: pd.Series | None = None) -> float:
    r"""Return Coulter's coefficient: root of half the squared differences of shares.

    .. math:: C = \sqrt{\tfrac12 \sum_j (s_j - x_j)^2}

    Parameters
    ----------
    values : Series by region
        Not negative.
    reference : Series by region, optional
        What the shares are held against (population); 1/n each by default.

    Returns
    -------
    float
        0 = as the reference, up to 1. NaN if a value is missing.

    Raises
    ------
    TableError
        If a value is negative or infinite, or the reference lacks a region.

    References
    ----------
    Coulter, P. B. (1989), Measuring Inequality (formula as in REAT 3.0.3, not checked
    against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> coulter_index(pd.Series([1.0, 0.0]))
    0.5
    """
    x, v = _vector(values, reference, "references")
    total = x.sum()
    if not total > 0:
        return float("nan")
    return float(np.sqrt(0.5 * ((x / total - v) ** 2).sum()))


@typed
def dalton_index(values: pd.Series) -> float:
    r"""Return Dalton's index: log of arithmetic over log of geometric mean.

    .. math:: D = \ln \bar y \,/\, \overline{\ln y}

    Parameters
    ----------
    values : Series by region
        Positive. The index depends on the unit (it compares logarithms of means).

    Returns
    -------
    float
        1 = equal, above 1 unequal, for values above one. NaN if a value is missing or
        not positive.

    Raises
    ------
    TableError
        If a value is negative or infinite.

    References
    ----------
    Dalton, H. (1920), The measurement of the inequality of incomes, Economic Journal
    30 (formula as in REAT 3.0.3, not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> dalton_index(pd.Series([5.0, 5.0]))
    1.0
    """
    x, _ = _vector(values, None)
    if not (x > 0).all() or np.log(x).mean() == 0:
        return float("nan")
    return float(np.log(x.mean()) / np.log(x).mean())


@typed
def coefficient_of_variation(
    values: pd.Series,
    *,
    weights: pd.Series | None = None,
    sample: bool = True,
) -> float:
    r"""Return the standard deviation over regions divided by the mean.

    Parameters
    ----------
    values : Series by region
        Not negative.
    weights : Series by region, optional
        With weights the population form is used; see :func:`williamson_index`.
    sample : bool
        Divide by n - 1 (the default) or by n; without meaning when weighted.

    Returns
    -------
    float
        0 = equal, no upper bound. NaN if a value is missing or all are zero.

    Raises
    ------
    TableError
        If a value is negative or infinite, or a weight is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> round(coefficient_of_variation(pd.Series([1.0, 3.0]), sample=False), 3)
    0.5
    """
    x, v = _vector(values, weights)
    mean = float(v @ x)
    n = len(x)
    if not mean > 0 or (sample and n < 2):
        return float("nan")
    variance = float(v @ (x - mean) ** 2)
    if sample and weights is None:
        variance *= n / (n - 1.0)
    return float(np.sqrt(variance)) / mean


@typed
def williamson_index(
    values: pd.Series,
    population: pd.Series,
    *,
    centre: Literal["weighted", "unweighted"] = "weighted",
) -> float:
    r"""Return Williamson's population-weighted coefficient of variation.

    .. math:: V = \sqrt{\textstyle\sum_j p_j (y_j - \bar y)^2} \Big/ \bar y

    Parameters
    ----------
    values : Series by region
        A quantity a head, such as GDP a head.
    population : Series by region
        Inhabitants.
    centre : {"weighted", "unweighted"}
        Deviations from the mean of all inhabitants, as in the source, or from the
        mean of the regions, as REAT has it. The divisor is the former either way.

    Returns
    -------
    float
        0 = equal, no upper bound. NaN if a value is missing or all are zero.

    Raises
    ------
    TableError
        If a value is negative or infinite, or a population is missing.

    References
    ----------
    Williamson, J. G. (1965), Regional inequality and the process of national
    development, Economic Development and Cultural Change 13 (not checked against the
    original).

    Examples
    --------
    >>> import pandas as pd
    >>> income = pd.Series([10.0, 20.0], ["r", "s"])
    >>> people = pd.Series([3.0, 1.0], ["r", "s"])
    >>> round(williamson_index(income, people), 4)
    0.3464
    """
    check_option("centre", centre, ("weighted", "unweighted"))
    x, p = _vector(values, population, "populations")
    mean = float(p @ x)
    if not mean > 0:
        return float("nan")
    middle = mean if centre == "weighted" else float(x.mean())
    return float(np.sqrt(p @ (x - middle) ** 2)) / mean


@typed
def regional_inequality(
    values: pd.Series,
    *,
    weights: pd.Series | None = None,
    groups: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the usual measures of inequality over regions in one table.

    Parameters
    ----------
    values : Series by region
        A quantity a head, such as GDP a head; not negative.
    weights : Series by region, optional
        Population.
    groups : Series region -> group, optional
        Splits Theil's T and L into parts between and within groups.

    Returns
    -------
    DataFrame by measure
        ``value``, ``between``, ``within`` (NaN for measures that do not split, or
        without groups), ``reason`` of a NaN in ``value`` (``withheld``, ``all_zero``
        or empty). Measures: ``gini``, ``theil_t``, ``theil_l``, ``atkinson_0.5``,
        ``atkinson_1``, ``variation`` (weighted: Williamson's).

    Raises
    ------
    TableError
        If a value is negative or infinite, or a weight or a group is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> income = pd.Series([10.0, 10.0, 30.0, 30.0], list("abcd"))
    >>> land = pd.Series(list("NNSS"), list("abcd"))
    >>> found = regional_inequality(income, groups=land)[["value", "between"]]
    >>> found.loc["theil_t"].round(3).to_dict()
    {'value': 0.131, 'between': 0.131}
    """
    x, v = _vector(values, weights)
    found = {
        "gini": gini_coefficient(values, weights=weights),
        "theil_t": theil_inequality(values, weights=weights),
        "theil_l": theil_inequality(values, weights=weights, variant="L"),
        "atkinson_0.5": atkinson_index(values, epsilon=0.5, weights=weights),
        "atkinson_1": atkinson_index(values, epsilon=1.0, weights=weights),
        "variation": coefficient_of_variation(values, weights=weights, sample=False),
    }
    frame = pd.DataFrame({"value": found})
    frame.index.name = "measure"
    frame["between"] = frame["within"] = np.nan
    mean = float(v @ x)
    if groups is not None and mean > 0:
        aligned = given_series(groups, values.sort_index().index, name="groups")
        missing = aligned.index[aligned.isna()]
        refuse(
            "groups",
            faults_of("a region has no group", "give each a group", missing, ...),
        )
        _, number = np.unique(aligned.astype(str).to_numpy(), return_inverse=True)
        share: Array = np.bincount(number, v * x / mean).astype(float)[:, None]
        size: Array = np.bincount(number, v).astype(float)[:, None]
        for name, first, second in (
            ("theil_t", share, size),
            ("theil_l", size, share),
        ):
            between = float(divergence(first, second)[0])
            frame.loc[name, "between"] = between
            frame.loc[name, "within"] = found[name] - between
    why = "withheld" if np.isnan(x).any() else "all_zero"
    frame["reason"] = np.where(frame["value"].isna(), why, "")
    return frame
