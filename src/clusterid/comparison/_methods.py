"""Does it matter how a cluster was identified? Agreement by method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.comparison._verdicts import CONFIRMED
from clusterid.statistics import share_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Logit", "by_method", "ridge_logit"]

#: sd of the normal prior on a log odds ratio: nine in ten within 1/12 to 12 (authors'
#: choice)
PRIOR_SD = 1.5
#: spreads of the log odds of Laender among which the likeliest is taken (authors'
#: choice)
LAND_SDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)


_COLUMNS = ["records", "concentrated", "share", "lower", "upper", "expected", "lift",
            "odds_ratio", "odds_lower", "odds_upper", "reason"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Logit:
    """A logit with normal priors: coefficients, standard errors, log evidence."""

    beta: NDArray[np.float64]
    error: NDArray[np.float64]
    evidence: float


def ridge_logit(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    *,
    prior_sd: float | NDArray[np.float64] = PRIOR_SD,
) -> Logit:
    """Return coefficients and standard errors of a logit with normal priors.

    The first column is the intercept and carries a prior of sd 10; ``prior_sd`` is
    that of all other columns, or of each. Newton steps to the posterior mode, errors
    from the curvature there, evidence by Laplace's approximation.
    """
    precision = np.broadcast_to(np.asarray(prior_sd, dtype=float) ** -2.0, x.shape[1])
    precision = precision.copy()
    precision[0] = 10.0**-2
    beta = np.zeros(x.shape[1])
    hessian = np.eye(x.shape[1])
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        gradient = x.T @ (y - p) - precision * beta
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(hessian, gradient)
        size = float(np.abs(step).max())
        beta = beta + step * min(1.0, 2.0 / max(size, 1e-12))
        if size < 1e-10:
            break
    eta = x @ beta
    likelihood = float(y @ eta - np.logaddexp(0.0, eta).sum())
    prior = 0.5 * float(np.log(precision).sum() - precision @ beta**2)
    evidence = likelihood + prior - 0.5 * float(np.linalg.slogdet(hessian)[1])
    return Logit(beta, np.sqrt(np.diag(np.linalg.inv(hessian))), evidence)


def by_method(
    verdicts: pd.DataFrame,
    identified_by: dict[str, list[str]],
    size: pd.Series,
    *,
    land: pd.Series | None = None,
    expected: pd.Series | None = None,
    measured: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return how often declared fields are concentrated, by method of identification.

    A record may name several methods: dummies, not categories. Places of one Land
    share its policy: each Land has an effect of its own, drawn from a normal
    distribution whose spread is the likeliest of ``LAND_SDS`` (empirical Bayes).

    Parameters
    ----------
    verdicts : DataFrame
        The declared rows that could be measured.
    identified_by : mapping of record to methods
    size : Series by record
        Population of the place.
    land : Series by record, optional
        Land (state) of the place; missing is a Land of its own for none.
    expected : Series by place, optional
        Share of a place's fields that would be concentrated if labels were dealt out
        anew, both margins fixed.
    measured : DataFrame of bool, places x fields, optional
        Where a field is concentrated; with ``expected`` it gives ``lift``.

    Returns
    -------
    DataFrame by method
        ``records``, ``concentrated``, ``share`` with Wilson's interval, ``expected``
        and ``lift``, ``odds_ratio`` with interval (given the other methods, size and
        Land), ``reason``; ``attrs`` holds ``base``, ``lands``, ``land_sd``.
    """
    methods = sorted({m for ticks in identified_by.values() for m in ticks})
    stated = [bool(identified_by.get(str(r))) for r in verdicts["record"]]
    rows = verdicts[np.array(stated, dtype=bool)]
    if rows.empty or not methods:
        empty = pd.DataFrame(columns=_COLUMNS, index=pd.Index([], name="method"))
        empty.attrs["reason"] = "no_method_stated"
        return empty
    concentrated = np.asarray(rows["verdict"].isin(CONFIRMED), dtype=np.float64)
    ticked = np.array(
        [[m in identified_by[str(r)] for m in methods] for r in rows["record"]],
        dtype=float,
    )
    log_size = np.log(rows["record"].map(size).astype(float).to_numpy())
    log_size = np.nan_to_num(log_size - np.nanmean(log_size))
    x = np.column_stack((np.ones(len(rows)), ticked, log_size))
    fitted, land_sd, lands = _with_land(x, concentrated, rows["record"], land)
    chance, met = _chance_and_met(rows, expected, measured)
    odds = np.full((len(methods), 3), np.nan)
    if len(set(concentrated.tolist())) == 2:
        for k in range(len(methods)):
            b, s = fitted.beta[k + 1], fitted.error[k + 1]
            odds[k] = [np.exp(b), np.exp(b - 1.96 * s), np.exp(b + 1.96 * s)]
    records = []
    for k, ticks in enumerate(ticked.T > 0):
        interval = share_interval(int(concentrated[ticks].sum()), int(ticks.sum()))
        both = ticks & np.isfinite(chance) & np.isfinite(met)
        mean = float(chance[both].mean()) if both.any() else np.nan
        lift = float(met[both].mean()) / mean if mean > 0 else np.nan
        why = "all_or_none_concentrated" if np.isnan(odds[k, 0]) else ""
        records.append((
            int(ticks.sum()), int(concentrated[ticks].sum()), interval.share,
            interval.lower, interval.upper, mean, lift, *odds[k], why,
        ))  # fmt: skip
    index = pd.Index(methods, name="method")
    table = pd.DataFrame(records, columns=_COLUMNS, index=index)
    table.attrs.update(base=len(rows), lands=lands, land_sd=land_sd)
    return table


def _chance_and_met(
    rows: pd.DataFrame, expected: pd.Series | None, measured: pd.DataFrame | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return what chance would meet at the place of each row, and what is met."""
    chance, met = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    if expected is None or measured is None or not measured.size:
        return chance, met
    chance = rows["place"].map(expected).to_numpy(dtype=float)
    at = measured.index.get_indexer(pd.Index(rows["place"].astype(str)))
    of = measured.columns.get_indexer(pd.Index(rows["field"]))
    inside = (at >= 0) & (of >= 0)
    met[inside] = measured.to_numpy(dtype=float)[at[inside], of[inside]]
    return chance, met


def _with_land(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    records: pd.Series,
    land: pd.Series | None,
) -> tuple[Logit, float, int]:
    """Fit with an effect of each Land; return the fit, the Laender's spread, number."""
    of_record = pd.Series(np.nan, index=records.index, dtype=object)
    if land is not None:
        of_record = records.map(land.astype(object))
    names = sorted(set(of_record.dropna().astype(str)))
    if len(names) < 2:
        return ridge_logit(x, y), 0.0, len(names)
    dummies = np.array([[str(v) == n for n in names] for v in of_record], dtype=float)
    wide = np.column_stack((x, dummies))
    sds = np.full(wide.shape[1], PRIOR_SD)
    best, spread = ridge_logit(x, y), 0.0
    for sd in LAND_SDS:
        sds[x.shape[1] :] = sd
        tried = ridge_logit(wide, y, prior_sd=sds)
        if tried.evidence > best.evidence:
            best, spread = tried, sd
    return best, spread, len(names)
