"""Agreement of declaration and measurement, raw and beyond chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from clusterid.comparison._raters import rater_agreement
from clusterid.statistics import fixed_margins, q_values, share_interval, upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Deals", "agreement_table", "deal", "label_table", "permutation_test"]


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
    n = places[kept]
    mean, low, high, p = upper_tail(hits[kept], dealt[:, kept], slack=1e-9)
    lift = np.divide(hits[kept], mean, out=np.full(len(n), np.nan), where=mean > 0)
    values = [
        n,
        hits[kept],
        hits[kept] / n,
        mean / n,
        low / n,
        high / n,
        lift,
        p,
        q_values(p),
    ]
    index = pd.Index([names[k] for k in kept], name="field")
    return pd.DataFrame(dict(zip(columns, values, strict=True)), index=index)


class _Statistic(NamedTuple):
    """A row of the agreement: a value with its interval, and what chance gives."""

    statistic: str
    value: float = np.nan
    lower: float = np.nan
    upper: float = np.nan
    expected: float = np.nan
    expected_lower: float = np.nan
    expected_upper: float = np.nan
    p_value: float = np.nan
    base: int = 0
    reason: str = ""


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
    rows: list[_Statistic] = []
    nulls = {"within_margins": dealt, "within_strata": None, "spatial": surrogates}
    testable = bool(declared.any()) and len(declared) > 1
    for null, hits in nulls.items():
        if testable and hits is None and null != "spatial":
            groups = strata if null == "within_strata" else None
            values = measured.astype(float)
            hits = permutation_test(declared, values, groups, draws, rng)
        rows += _against_chance(null, declared, measured, hits if testable else None)
    d, m = declared[exhaustive].ravel(), measured[exhaustive].ravel()
    if len(d):
        rows += [*_coefficients(d, m), *_shares(d, m)]
    else:
        names = [*_COEFFICIENTS, *_OF_CELLS]
        rows += [_Statistic(name, reason="no_exhaustive_list") for name in names]
    return pd.DataFrame(rows, columns=_Statistic._fields).set_index("statistic")


def _against_chance(
    null: str,
    declared: NDArray[np.bool_],
    measured: NDArray[np.bool_],
    hits: NDArray[np.float64] | None,
) -> list[_Statistic]:
    """Return the share of declared cells that are measured, and its lift over a null.

    ``hits`` are what the null meets draw by draw; None where it could not be drawn.
    """
    positives = int(declared.sum())
    share, lift = f"declared_measured_{null}", f"lift_{null}"
    if hits is None:
        testable = positives and len(declared) > 1
        why = "no_shapes" if testable else "no_declared_field_measurable"
        return [_Statistic(n, base=positives, reason=why) for n in (share, lift)]
    met = int((declared & measured).sum())
    value, by_chance = met / positives, hits / positives
    mean, low, high, p = map(float, upper_tail(value, by_chance))
    wilson = share_interval(met, positives)
    first = _Statistic(
        share, value, wilson.lower, wilson.upper, mean, low, high, p, positives,
    )  # fmt: skip
    second = _Statistic(lift, expected=1.0, p_value=p, base=positives)
    if not mean > 0:
        return [first, second._replace(reason="nothing_expected")]
    return [first, second._replace(
        value=value / mean, expected_lower=low / mean, expected_upper=high / mean
    )]  # fmt: skip


#: coefficients of two raters, in the order of the table
_COEFFICIENTS = ("observed", "kappa", "ac1", "scott", "brennan_prediger", "alpha")
#: what follows from the four cells of both answers
_OF_CELLS = ("prevalence_index", "bias_index", "precision", "recall", "f1", "jaccard")
#: statistics that are shares of their base, so that they have Wilson's interval
_SHARES = ("precision", "recall", "jaccard")


def _cells(
    declared: NDArray[np.bool_], measured: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the counts of both answers: yes and no by declaration and measurement."""
    d, m = declared, measured
    counts = [[(d & m).sum(), (d & ~m).sum()], [(~d & m).sum(), (~d & ~m).sum()]]
    return np.array(counts, dtype=float)


def _coefficients(
    declared: NDArray[np.bool_], measured: NDArray[np.bool_]
) -> Iterator[_Statistic]:
    """Yield the coefficients of two raters, with intervals where they have one."""
    n = len(declared)
    found = asdict(rater_agreement(_cells(declared, measured)))
    for name in _COEFFICIENTS:
        value, error = found[name], 1.96 * found.get(f"{name}_se", np.nan)
        low, high = np.nan, np.nan
        if name == "observed":
            wilson = share_interval(int((declared == measured).sum()), n)
            low, high = wilson.lower, wilson.upper
        elif np.isfinite(error):
            low, high = max(-1.0, value - error), min(1.0, value + error)
        yield _Statistic(name, value, low, high, base=n)


def _shares(
    declared: NDArray[np.bool_], measured: NDArray[np.bool_]
) -> Iterator[_Statistic]:
    """Yield what follows from the four cells, each with the base it is a share of."""
    n = len(declared)
    (a, b), (c, e) = _cells(declared, measured)
    ratios = ((a - e, n), (b - c, n), (a, a + b), (a, a + c), (2 * a, 2 * a + b + c),
              (a, a + b + c))  # fmt: skip
    for name, (above, below) in zip(_OF_CELLS, ratios, strict=True):
        value = float(above / below) if below > 0 else np.nan
        base, low, high = n, np.nan, np.nan
        if name in _SHARES:
            base = int(below)
            wilson = share_interval(int(above), base)
            low, high = wilson.lower, wilson.upper
        why = "" if np.isfinite(value) else "nothing_to_divide_by"
        yield _Statistic(name, value, low, high, base=base, reason=why)
