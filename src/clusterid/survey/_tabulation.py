"""The table of an item: per cent of cases and of responses, with their bases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.statistics import finite_wilson, share_interval
from clusterid.survey._responses import base_of, groups_of, labels_of, weights_of
from clusterid.survey._weights import design_effect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.survey._survey import Survey

__all__ = ["tabulate"]

_COLUMNS = [
    "group", "option", "label_de", "label_en", "count", "base", "missing", "population",
    "percent_of_cases", "percent_of_responses", "lower", "upper", "exact_lower",
    "exact_upper", "worst_lower", "worst_upper", "design_effect", "base_name", "reason",
]  # fmt: skip


def tabulate(
    survey: Survey,
    item: str,
    by: str | None,
    weights: pd.Series | str | None,
    level: float,
) -> pd.DataFrame:
    """Return the table of an item; see :meth:`clusterid.Survey.table`."""
    ticks = survey.responses(item)
    weight = weights_of(survey, ticks.index, item, weights)
    group, population = groups_of(survey, ticks.index, item, by)
    labels, base_name = labels_of(survey, item), base_of(survey, item)
    rows = []
    for name in sorted(set(group)):
        inside = (group == name).to_numpy()
        units = population.get(name)
        lines = _lines(ticks[inside], weight[inside], units, level, weights is not None)
        for option, (numbers, reason) in zip(ticks.columns, lines, strict=True):
            said = [labels[c].get(option, option) for c in ("label_de", "label_en")]
            rows.append((name, option, *said, *numbers, base_name, reason))
    return pd.DataFrame(rows, columns=_COLUMNS if rows else None)


def _lines(
    ticks: pd.DataFrame,
    weight: NDArray[np.float64],
    population: int | None,
    level: float,
    weighted: bool,
) -> Iterator[tuple[tuple[float, ...], str]]:
    """Yield the numbers of every option in a group, and why an interval is missing."""
    seen = ticks.notna().to_numpy()
    yes = ticks.fillna(0.0).to_numpy()
    mass = (seen * weight[:, None]).sum(axis=0)
    weighted_yes = (yes * weight[:, None]).sum(axis=0)
    mentions = weighted_yes.sum()
    for k in range(ticks.shape[1]):
        count, base = int(ticks.iloc[:, k].fillna(0.0).sum()), int(seen[:, k].sum())
        effect = design_effect(pd.Series(weight[seen[:, k]])) if base else 1.0
        share = weighted_yes[k] / mass[k] if mass[k] > 0 else np.nan
        interval = share_interval(count, base, population, level=level)
        limits = [interval.lower, interval.upper, interval.exact_lower,
                  interval.exact_upper]  # fmt: skip
        reason = "weighted_no_exact_interval" if weighted else ""
        if weighted and base:
            wilson = finite_wilson(
                share, base, population, level=level, design_effect=effect
            )
            limits = [*wilson, np.nan, np.nan]
        if population is None:
            reason = "population_unknown"
        if base == 0:
            reason = "no_answer"
        limits += [interval.worst_lower, interval.worst_upper]
        yield (
            (
                count,
                base,
                int((~seen[:, k]).sum()),
                np.nan if population is None else population,
                100 * share,
                100 * weighted_yes[k] / mentions if mentions > 0 else np.nan,
                *(100 * limit for limit in limits),
                effect,
            ),
            reason,
        )
