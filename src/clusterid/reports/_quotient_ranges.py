"""The two quotients as a report writes them: each with its own range, small cells held.

Of jobs the range is what withheld cells leave open; of plants it is the 90 %
interval. Neither ever stands beside the other's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.legend import format_number, shown_cells
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from clusterid.reports._parts import Context

__all__ = ["with_ranges"]

_JOBS = ("lq_jobs", "lq_jobs_lower", "lq_jobs_upper")
_PLANTS = ("lq_plants", "lq_plants_lower", "lq_plants_upper")
#: numbers that a cell of one or two plants does not show
_HELD = ("employment", "excess_jobs", "establishments", *_JOBS, *_PLANTS)


def with_ranges(table: pd.DataFrame, page: Context) -> pd.DataFrame:
    """Return clusters or rows of a list with ``quotient_jobs``, ``quotient_plants``.

    Both are texts, ``3.1 (2.2 to 4.0)``; empty where nothing is known or a cell of one
    or two plants is held back.
    """
    numbers = needed_columns(table, *_HELD).apply(pd.to_numeric, errors="coerce")
    reason = needed_columns(table, "reason")["reason"]
    held = shown_cells(
        numbers["establishments"].fillna(0),
        n_plants=numbers["establishments"],
        reason=reason,
    ).state
    numbers = numbers.where(pd.Series(held != "withheld", index=table.index), axis=0)
    present = {name: numbers[name] for name in _HELD if name in table}
    return table.assign(
        **present,
        quotient_jobs=_said(numbers, _JOBS, page),
        quotient_plants=_said(numbers, _PLANTS, page),
    )


def _said(
    numbers: pd.DataFrame, names: tuple[str, str, str], page: Context
) -> list[str]:
    """Return a quotient, with its range where the ends differ."""

    def write(value: float) -> str:
        return format_number(value, language=page.language)

    found = []
    for value, low, high in numbers[list(names)].itertuples(index=False, name=None):
        if not math.isfinite(value):
            found.append("")
        elif high - low > 0.005 * high:
            found.append(
                page.said(
                    "report.with_range",
                    value=write(value),
                    low=write(low),
                    high=write(high),
                )
            )
        else:
            found.append(write(value))
    return found
