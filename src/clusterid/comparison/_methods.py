"""Does it matter how a cluster was identified? Agreement by method."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.survey import share_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["by_method", "ridge_logit"]

#: sd of the normal prior on a log odds ratio (ours): nine in ten within 1/12 to 12
PRIOR_SD = 1.5


def ridge_logit(
    x: NDArray[np.float64], y: NDArray[np.float64], *, prior_sd: float = PRIOR_SD
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return coefficients and standard errors of a logit with normal priors.

    The first column is the intercept and carries a prior of sd 10. Newton steps to the
    posterior mode, errors from the curvature there.
    """
    precision = np.full(x.shape[1], prior_sd**-2)
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
    return beta, np.sqrt(np.diag(np.linalg.inv(hessian)))


def by_method(
    verdicts: pd.DataFrame, identified_by: dict[str, list[str]], size: pd.Series
) -> pd.DataFrame:
    """Return how often declared fields are concentrated, by method of identification.

    ``verdicts`` are the declared rows that could be measured; ``size`` the population
    of the place by record. A record may name several methods: dummies, not categories.
    """
    columns = ["records", "concentrated", "share", "lower", "upper", "odds_ratio",
               "odds_lower", "odds_upper", "reason"]  # fmt: skip
    methods = sorted({m for ticks in identified_by.values() for m in ticks})
    known = [bool(identified_by.get(str(r))) for r in verdicts["record"]]
    rows = verdicts[np.array(known, dtype=bool)]
    y = np.asarray(rows["verdict"].isin(["confirmed", "thin"]), dtype=np.float64)
    if rows.empty or not methods:
        empty = pd.DataFrame(columns=columns, index=pd.Index([], name="method"))
        empty.attrs["reason"] = "no_method_stated"
        return empty
    ticked = np.array(
        [[m in identified_by[str(r)] for m in methods] for r in rows["record"]],
        dtype=float,
    )
    log_size = np.log(rows["record"].map(size).astype(float).to_numpy())
    log_size = np.nan_to_num(log_size - np.nanmean(log_size)) if len(rows) else log_size
    x = np.column_stack((np.ones(len(rows)), ticked, log_size))
    varies = len(set(y.tolist())) == 2
    beta, error = ridge_logit(x, y)
    records = []
    for k, method in enumerate(methods):
        mine = ticked[:, k] > 0
        interval = share_interval(int(y[mine].sum()), int(mine.sum()))
        b, s = beta[k + 1], error[k + 1]
        records.append({
            "method": method,
            "records": int(mine.sum()),
            "concentrated": int(y[mine].sum()),
            "share": interval.share,
            "lower": interval.lower,
            "upper": interval.upper,
            "odds_ratio": float(np.exp(b)) if varies else np.nan,
            "odds_lower": float(np.exp(b - 1.96 * s)) if varies else np.nan,
            "odds_upper": float(np.exp(b + 1.96 * s)) if varies else np.nan,
            "reason": "" if varies else "all_or_none_concentrated",
        })
    table = pd.DataFrame(records).set_index("method")[columns]
    table.attrs["base"] = len(rows)
    return table
