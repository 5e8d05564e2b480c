"""Ellison & Glaeser's index of concentration beyond the dartboard, and its test."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from clusterid._faults import faults_at, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import (
    Array,
    Oriented,
    Reasons,
    oriented,
    shares_and_reasons,
)
from clusterid.concentration._given import given_numbers
from clusterid.errors import Fault, check_option
from clusterid.statistics import normal_tail

__all__ = ["ellison_glaeser", "gamma_from", "herfindahl_bounds", "refine_reasons"]

Alternative = Literal["greater", "less", "two-sided"]
ALTERNATIVES = ("greater", "less", "two-sided")
_GRID = 65
#: Relative rounding allowed in sums of powers.
_ROUNDED = 1e-6


@typed
def ellison_glaeser(
    employment: pd.DataFrame,
    plant_herfindahl: pd.Series | pd.DataFrame,
    *,
    totals: pd.DataFrame | None = None,
    reference: pd.Series | None = None,
    plant_fourth_powers: pd.Series | None = None,
    alternative: Alternative = "greater",
) -> pd.DataFrame:
    r"""Return the Ellison-Glaeser index of every industry, with z and p.

    Does an industry sit closer together than its plants would if each had thrown a
    dart at the map of all employment? Large plants alone make an industry look
    concentrated; the plant Herfindahl takes that out.

    .. math::

        G = \sum_j (s_{ij} - x_j)^2, \quad X = \sum_j x_j^2, \quad
        \gamma = \frac{G - (1 - X) H}{(1 - X)(1 - H)}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    plant_herfindahl : Series by industry, or DataFrame with lower and upper
        Sum of squared plant shares of the industry's employment, above 0 to 1. Where
        only size classes are known, bounds give an interval of gamma.
    totals : DataFrame, optional
        Published totals (``region``, ``industry``, ``value``; code ``"TOTAL"``).
    reference : Series by region, optional
        What the shares x are taken of (total employment by default).
    plant_fourth_powers : Series by industry, optional
        Sum of fourth powers of plant shares, for the exact variance. Without it the
        end of its possible range (H cubed to H squared) is taken that gives the
        larger variance, so the test errs towards no finding.
    alternative : {"greater", "less", "two-sided"}
        What the p-value is against chance: concentrated, dispersed, either.

    Returns
    -------
    DataFrame by industry
        ``gamma`` (0 = as thrown at random, below 0 dispersed; no fixed bounds),
        ``gamma_lower``, ``gamma_upper`` (equal to gamma when H is known),
        ``raw_concentration`` (G), ``herfindahl``, ``herfindahl_lower``,
        ``herfindahl_upper``, ``variance`` (of G without agglomeration), ``z``,
        ``z_lower``, ``z_upper``, ``p_value``, ``reason``. With bounds of H, ``gamma``,
        ``herfindahl``, ``variance`` and ``z`` are NaN (reason
        ``plant_herfindahl_interval``) and ``p_value`` is the largest over the
        interval. Other reasons: ``withheld``, ``industry_absent``,
        ``reference_withheld``, ``single_plant``, ``plant_herfindahl_unknown``,
        ``one_region``; ``few_plants`` marks a value that stands on fewer than ten
        equal plants (1/H < 10), where the normal p-value is not to be trusted.

    Raises
    ------
    TableError
        If a count is negative, a code stands twice, a plant Herfindahl lies outside
        0 to 1 or its lower bound above its upper one, or fourth powers lie outside H
        cubed to H squared.

    Notes
    -----
    The variance under random location is

    .. math::

        Var(G) = 2\{H^2 [X - 2\sum x^3 + X^2] - \sum_k z_k^4 [X - 4\sum x^3 + 3X^2]\}

    ``G/(1 - X)``, which some programs print as "the index", equals gamma only if
    H = 0. With few regions gamma can pass 1: compare studies only at the same number
    of regions. The Python package concentrationMetrics leaves out the term with H.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997), Geographic concentration in U.S.
    manufacturing industries: a dartboard approach, Journal of Political Economy 105,
    889-927 (formula as in REAT 3.0.3, which was run; variance checked by simulation).

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame(
    ...     {"A": [13000, 32000, 25000], "rest": [487000, 368000, 75000]},
    ...     index=["Wien", "Linz", "Graz"],
    ... )
    >>> h = pd.Series({"A": 0.2446887755, "rest": 0.0001})
    >>> ellison_glaeser(jobs, h)["gamma"].round(6)["A"].item()
    0.059906
    """
    check_option("alternative", alternative, ALTERNATIVES)
    data = oriented(employment, axis="industry", totals=totals)
    lower, upper = herfindahl_bounds(data, plant_herfindahl)
    x, reasons = shares_and_reasons(data, reference)
    deviation = data.shares
    deviation -= x[:, None]
    G = _sum_of_squares(deviation)
    fourth = None
    if plant_fourth_powers is not None:
        fourth = given_numbers(
            plant_fourth_powers, data.columns, name="plant_fourth_powers"
        )
        _check_fourth_powers(fourth, lower, upper, data.columns)
    X = float((x**2).sum())
    refine_reasons(reasons, lower, upper, X)
    is_point = lower == upper
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([gamma_from(G, lower, X), gamma_from(G, upper, X)])
        gamma = np.where(is_point, ends[0], np.nan)
        variance = np.where(is_point, _variance(x, lower, fourth), np.nan)
        z = (G - (1.0 - X) * lower) / np.sqrt(variance)
        z_lower, z_upper = z, z
        interval = np.flatnonzero(~is_point & np.isfinite(lower) & np.isfinite(upper))
        if len(interval):
            z_lower, z_upper = z.copy(), z.copy()
            span = np.linspace(0.0, 1.0, _GRID)[:, None]
            H = lower[interval] + span * (upper - lower)[interval]
            known = None
            if fourth is not None:  # within what each H of the interval allows
                known = np.clip(fourth[interval], H**3, H**2)
            many = (G[interval] - (1.0 - X) * H) / np.sqrt(_variance(x, H, known))
            z_lower[interval] = np.fmin.reduce(many, axis=0)
            z_upper[interval] = np.fmax.reduce(many, axis=0)
    valid = reasons == ""
    fine = valid & is_point
    reasons[valid & ~is_point] = "plant_herfindahl_interval"
    with np.errstate(divide="ignore", invalid="ignore"):
        reasons[fine & (1.0 / lower < 10)] = "few_plants"
    columns = {
        "gamma": gamma,
        "gamma_lower": ends.min(axis=0),
        "gamma_upper": ends.max(axis=0),
        "raw_concentration": G,
        "herfindahl": np.where(is_point, lower, np.nan),
        "herfindahl_lower": lower,
        "herfindahl_upper": upper,
        "variance": variance,
        "z": z,
        "z_lower": z_lower,
        "z_upper": z_upper,
        "p_value": _p_value(z_lower, z_upper, alternative),
    }
    numbers = np.array(list(columns.values()))
    if not valid.all():
        given = [name.startswith(("herf", "raw")) for name in columns]
        numbers[np.ix_(~np.array(given), ~valid)] = np.nan
    # labelled last: adding a column to text labels costs as much as all the sums
    frame = pd.DataFrame(numbers.T, index=data.columns.rename("industry"), copy=False)
    frame[len(columns)] = pd.array(reasons, dtype="str")
    frame.columns = pd.Index([*columns, "reason"])
    if not data.order.equals(data.columns):
        frame = frame.reindex(data.order.rename("industry"))
    return frame


def _sum_of_squares(values: Array) -> Array:
    result: Array = np.einsum("ij,ij->j", values, values)
    return result


def gamma_from(raw: Array, H: Array, X: float) -> Array:
    """Return gamma from raw concentration, plant Herfindahl and sum of x squared."""
    result: Array = (raw - (1.0 - X) * H) / ((1.0 - X) * (1.0 - H))
    return result


def _variance(x: Array, H: Array, fourth: Array | None) -> Array:
    X, X3 = float((x**2).sum()), float((x**3).sum())
    first = X - 2.0 * X3 + X**2
    second = X - 4.0 * X3 + 3.0 * X**2
    if fourth is None:
        fourth = H**3 if second > 0 else H**2
    result: Array = 2.0 * (H**2 * first - fourth * second)
    return result


def _check_fourth_powers(
    fourth: Array, lower: Array, upper: Array, industries: pd.Index
) -> None:
    """Raise TableError where no plants have such H and fourth powers.

    Shares that add up to 1 have H cubed <= sum of fourth powers <= H squared; beyond,
    the variance may be negative.
    """
    with np.errstate(invalid="ignore"):
        wrong = (fourth < lower**3 * (1 - _ROUNDED)) | (
            fourth > upper**2 * (1 + _ROUNDED)
        )
    rule = "a sum of fourth powers lies outside H cubed to H squared"
    mend = "take both from the shares of the same plants: sum(z**2), sum(z**4)"
    faults = faults_at(rule, mend, wrong, industries, fourth)
    refuse("plant_fourth_powers", faults)


def _p_value(z_lower: Array, z_upper: Array, alternative: str) -> Array:
    if alternative != "two-sided":
        least = z_lower if alternative == "greater" else z_upper
        return normal_tail(least, alternative)
    nearest = np.where(z_lower > 0, z_lower, np.where(z_upper < 0, -z_upper, 0.0))
    return normal_tail(np.where(np.isnan(z_lower), np.nan, nearest))


def refine_reasons(reasons: Reasons, lower: Array, upper: Array, X: float) -> None:
    unknown = np.isnan(lower) | np.isnan(upper)
    reasons[(reasons == "") & unknown] = "plant_herfindahl_unknown"
    reasons[(reasons == "") & (lower >= 1.0)] = "single_plant"
    if X >= 1.0:
        reasons[reasons == ""] = "one_region"


def herfindahl_bounds(
    data: Oriented, plant_herfindahl: pd.Series | pd.DataFrame
) -> tuple[Array, Array]:
    """Return lower and upper plant Herfindahl in the order of the columns, checked."""
    name = "plant_herfindahl"
    ends = plant_herfindahl
    if isinstance(ends, pd.Series):
        ends = pd.DataFrame({"lower": ends, "upper": ends})
    absent = [end for end in ("lower", "upper") if end not in ends.columns]
    refuse(name, [Fault(f"column {c} is missing", "name it so") for c in absent])
    lower, upper = (
        given_numbers(ends[end], data.columns, name=name) for end in ("lower", "upper")
    )
    tolerance = 1e-12
    mend = "sum the squared shares of the plants; NaN where unknown"
    faults = []
    for end, values in (("lower", lower), ("upper", upper)):
        rule = f"a plant Herfindahl ({end}) lies outside 0 to 1"
        wrong = (values <= 0) | (values > 1 + tolerance)
        faults += faults_at(rule, mend, wrong, data.columns, values)
        if isinstance(plant_herfindahl, pd.Series):
            break
    rule, mend = "a lower plant Herfindahl exceeds the upper one", "exchange them"
    crossed = lower > upper + tolerance
    refuse(name, [*faults, *faults_at(rule, mend, crossed, data.columns, lower)])
    return lower, upper
