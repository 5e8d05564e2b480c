"""Coefficients of agreement of two raters, with their standard errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, TableError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RaterAgreement", "rater_agreement"]


@dataclass(frozen=True, slots=True)
class RaterAgreement:
    """Agreement of two raters over q categories; 1 is perfect, 0 is chance.

    ``kappa`` (Cohen) with ``kappa_se``, ``ac1`` (Gwet) with ``ac1_se``, ``scott``,
    ``brennan_prediger``, ``alpha`` (Krippendorff, nominal), ``observed`` (raw share of
    agreement). Standard errors are for an infinite population.
    """

    observed: float
    kappa: float
    kappa_se: float
    ac1: float
    ac1_se: float
    scott: float
    brennan_prediger: float
    alpha: float


@typed
def rater_agreement(table: NDArray[np.float64] | pd.DataFrame) -> RaterAgreement:
    r"""Return agreement coefficients of a square table of counts.

    Kappa falls towards zero or below when one answer is rare, even if the raters
    nearly always agree; read it beside AC1 and the raw share.

    Parameters
    ----------
    table : array or DataFrame, q x q
        Counts: rows first rater, columns second rater, same order.

    Returns
    -------
    RaterAgreement

    Raises
    ------
    TableError
        If the table is not square, empty or negative.

    Notes
    -----
    With :math:`p_a` the raw agreement and :math:`\pi_k` the mean share of category k,
    every coefficient is :math:`(p_a - p_e)/(1 - p_e)`: kappa has
    :math:`p_e = \sum_k p_{k+} p_{+k}`, Scott :math:`\sum_k \pi_k^2`, Brennan-Prediger
    1/q, AC1 :math:`\sum_k \pi_k (1-\pi_k) / (q - 1)`. Alpha is Scott's with
    :math:`p_a` raised by :math:`(1 - p_a)/(2n)`.

    References
    ----------
    Gwet, K. (2008), Computing inter-rater reliability and its variance in the presence
    of high agreement, British Journal of Mathematical and Statistical Psychology 61.
    Not checked against the original [M]; equal to R irrCAC on two tables.

    Examples
    --------
    >>> import numpy as np
    >>> found = rater_agreement(np.array([[80, 10], [10, 0]]))
    >>> round(found.kappa, 4), round(found.ac1, 4)
    (-0.1111, 0.7561)
    """
    counts = np.asarray(table, dtype=float)
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1]
    if not square or not counts.sum() > 0 or (counts < 0).any():
        fault = Fault(
            "the table of two raters is not square, or empty, or has negative counts",
            "give counts by category of the first (rows) and second rater (columns)",
        )
        raise TableError("agreement", [fault])
    n, q = counts.sum(), counts.shape[0]
    p = counts / n
    row, column = p.sum(axis=1), p.sum(axis=0)
    mean = (row + column) / 2
    p_a = float(np.trace(p))
    kappa, kappa_se = _with_error(p, p_a, float(row @ column), column[:, None] + row, n)
    gwet = float((mean * (1 - mean)).sum() / (q - 1)) if q > 1 else 0.0
    pull = 2 * (1 - (mean[:, None] + mean[None]) / 2) / (q - 1) if q > 1 else p * 0
    ac1, ac1_se = _with_error(p, p_a, gwet, pull, n)
    scott_chance = float((mean**2).sum())
    scott = _beyond(p_a, scott_chance)
    small = (1 - 1 / (2 * n)) * p_a + 1 / (2 * n)
    return RaterAgreement(
        observed=p_a,
        kappa=kappa,
        kappa_se=kappa_se,
        ac1=ac1,
        ac1_se=ac1_se,
        scott=scott,
        brennan_prediger=_beyond(p_a, 1 / q),
        alpha=_beyond(small, scott_chance),
    )


def _beyond(observed: float, chance: float) -> float:
    return (observed - chance) / (1 - chance) if chance < 1 else float("nan")


def _with_error(
    p: NDArray[np.float64],
    p_a: float,
    p_e: float,
    pull: NDArray[np.float64],
    n: float,
) -> tuple[float, float]:
    """Return a coefficient and its standard error by linearisation.

    A unit in cell (k, l) moves the coefficient by ``((k == l) - p_e) / (1 - p_e)``
    minus ``2 (1 - coefficient) (chance of the unit - p_e) / (1 - p_e)``, ``pull`` being
    twice the chance of the unit.
    """
    value = _beyond(p_a, p_e)
    if p_e >= 1:
        return value, float("nan")
    unit = (np.eye(len(p)) - p_e) / (1 - p_e)
    unit = unit - 2 * (1 - value) * (pull / 2 - p_e) / (1 - p_e)
    variance = float((p * (unit - value) ** 2).sum())
    return value, float(np.sqrt(variance / n))
