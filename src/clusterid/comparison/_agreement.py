"""Agreement of two yes-or-no judgements, raw and beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, TableError
from clusterid.statistics import q_values
from clusterid.survey import fixed_margins, share_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Deals", "RaterAgreement", "agreement_table", "deal", "label_table",
    "permutation_test", "rater_agreement",
]  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class Deals:
    """What labels dealt out anew would meet.

    ``by_field`` (draws x fields): sum of the measured values over the places a field
    was dealt to; ``by_place`` (places): mean over draws of the sum over its fields.
    """

    by_field: NDArray[np.float64]
    by_place: NDArray[np.float64]


def deal(
    declared: NDArray[np.bool_],
    measured: NDArray[np.float64],
    groups: NDArray[np.int64] | None,
    draws: int,
    rng: np.random.Generator,
) -> Deals:
    """Deal labels out anew and add up what is measured where they fall.

    Both margins stay: every place keeps its number of fields, every field its number
    of places. With groups, labels move inside a group only.
    """
    numbers = np.zeros(len(declared), dtype=np.int64) if groups is None else groups
    by_field = np.zeros((draws, declared.shape[1]))
    by_place = np.zeros(len(declared))
    if not declared.any():
        return Deals(by_field, by_place)
    for group in np.unique(numbers):
        inside = numbers == group
        value, start = measured[inside], 0
        for block in fixed_margins(declared[inside], draws, rng):
            met = block * value[None]
            by_field[start : start + len(block)] += met.sum(axis=1)
            by_place[inside] += met.sum(axis=(0, 2)) / draws
            start += len(block)
    return Deals(by_field, by_place)


def permutation_test(
    declared: NDArray[np.bool_],
    measured: NDArray[np.float64],
    groups: NDArray[np.int64] | None,
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the sum of ``measured`` over declared cells, labels dealt out anew."""
    return np.asarray(deal(declared, measured, groups, draws, rng).by_field.sum(axis=1))


def label_table(
    declared: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    names: list[str],
    dealt: NDArray[np.float64],
) -> pd.DataFrame:
    """Return agreement field by field: declared places, how many are concentrated.

    ``dealt`` (draws x fields) is what labels dealt out anew meet. ``q_value`` is that
    of Benjamini and Hochberg over the fields.
    """
    columns = ["places", "concentrated", "share", "expected", "expected_lower",
               "expected_upper", "lift", "p_value", "q_value"]  # fmt: skip
    places = declared.sum(axis=0)
    hits = (declared & measured).sum(axis=0)
    kept = np.flatnonzero(places > 0)
    if not len(kept):
        empty = pd.DataFrame(columns=columns, index=pd.Index([], name="field"))
        return empty.astype(float)
    n, dealt = places[kept], dealt[:, kept]
    p = (1 + (dealt >= hits[kept] - 1e-9).sum(axis=0)) / (len(dealt) + 1)
    low, high = np.percentile(dealt, [2.5, 97.5], axis=0)
    mean = dealt.mean(axis=0)
    q = q_values(p)
    lift = np.divide(hits[kept], mean, out=np.full(len(n), np.nan), where=mean > 0)
    values = [n, hits[kept], hits[kept] / n, mean / n, low / n, high / n, lift, p, q]
    index = pd.Index([names[k] for k in kept], name="field")
    return pd.DataFrame(dict(zip(columns, values, strict=True)), index=index)


def agreement_table(
    declared: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    exhaustive: NDArray[np.bool_],
    strata: NDArray[np.int64],
    *,
    draws: int,
    rng: np.random.Generator,
    surrogates: NDArray[np.float64] | None = None,
    dealt: NDArray[np.float64] | None = None,
) -> pd.DataFrame:
    """Return agreement between declaration and measurement, places x fields.

    Coefficients that count silence as a no use exhaustive places only; the share of
    declared cells that are measured, and its lift, need positives only.
    ``surrogates`` are the hits of the labels as they are on maps with the spatial
    autocorrelation of the measured ones; ``dealt`` the hits of labels dealt out anew,
    if they are known already.
    """
    rows: list[tuple[str, float, float, float, float, float, float, float, int, str]]
    rows = []
    nan = float("nan")

    def add(
        name: str,
        value: float,
        base: int,
        reason: str = "",
        expected: float = nan,
        lower: float = nan,
        upper: float = nan,
        p_value: float = nan,
        chance: tuple[float, float] = (nan, nan),
    ) -> None:
        rows.append((
            name, value, lower, upper, expected, *chance, p_value, base, reason,
        ))  # fmt: skip

    positives = int(declared.sum())
    if positives and len(declared) > 1:
        hits = float((declared & measured).sum())
        value = hits / positives
        told = share_interval(int(hits), positives)
        nulls: dict[str, NDArray[np.float64] | None] = {
            "within_margins": dealt,
            "within_strata": None,
            "spatial": surrogates,
        }
        for name, known in nulls.items():
            if name == "spatial" and known is None:
                add(f"declared_measured_{name}", nan, positives, "no_shapes")
                add(f"lift_{name}", nan, positives, "no_shapes")
                continue
            groups = strata if name == "within_strata" else None
            sims = known
            if sims is None:
                sims = permutation_test(
                    declared, measured.astype(float), groups, draws, rng
                )
            sims = sims / positives
            p = (1 + (sims >= value - 1e-12).sum()) / (len(sims) + 1)
            low, high = np.percentile(sims, [2.5, 97.5])
            add(
                f"declared_measured_{name}", value, positives, "",
                float(sims.mean()), told.lower, told.upper, float(p),
                (float(low), float(high)),
            )  # fmt: skip
            mean = float(sims.mean())
            add(
                f"lift_{name}", value / mean if mean > 0 else nan, positives,
                "" if mean > 0 else "nothing_expected", 1.0, p_value=float(p),
                chance=(low / mean, high / mean) if mean > 0 else (nan, nan),
            )  # fmt: skip
    else:
        reason = "no_declared_field_measurable"
        for name in ("within_margins", "within_strata", "spatial"):
            add(f"declared_measured_{name}", nan, positives, reason)
            add(f"lift_{name}", nan, positives, reason)
    d, m = declared[exhaustive].ravel(), measured[exhaustive].ravel()
    names = ("observed", "kappa", "ac1", "scott", "brennan_prediger", "alpha")
    others = ("prevalence_index", "bias_index", "precision", "recall", "f1", "jaccard")
    if not len(d):
        for name in (*names, *others):
            add(name, nan, 0, "no_exhaustive_list")
    else:
        table = np.array(
            [[(d & m).sum(), (d & ~m).sum()], [(~d & m).sum(), (~d & ~m).sum()]],
            dtype=float,
        )
        found = rater_agreement(table)
        for name in names:
            value = float(getattr(found, name))
            error = 1.96 * float(getattr(found, f"{name}_se", nan))
            low, high = nan, nan
            if name == "observed":
                told = share_interval(int((d == m).sum()), len(d))
                low, high = told.lower, told.upper
            elif np.isfinite(error):
                low, high = max(-1.0, value - error), min(1.0, value + error)
            add(name, value, len(d), "", lower=low, upper=high)
        (a, b), (c, e) = table
        n = len(d)
        quotas = {
            "prevalence_index": ((a - e) / n, n),
            "bias_index": ((b - c) / n, n),
            "precision": (_ratio(a, a + b), int(a + b)),
            "recall": (_ratio(a, a + c), int(a + c)),
            "f1": (_ratio(2 * a, 2 * a + b + c), n),
            "jaccard": (_ratio(a, a + b + c), int(a + b + c)),
        }
        for name, (value, base) in quotas.items():
            told = share_interval(int(a) if name in _SHARES else 0, base)
            low, high = (told.lower, told.upper) if name in _SHARES else (nan, nan)
            why = "" if np.isfinite(value) else "nothing_to_divide_by"
            add(name, value, base, why, lower=low, upper=high)
    columns = ["statistic", "value", "lower", "upper", "expected", "expected_lower",
               "expected_upper", "p_value", "base", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).set_index("statistic")


#: statistics that are shares of their base, so that they have Wilson's interval
_SHARES = ("precision", "recall", "jaccard")


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else float("nan")
