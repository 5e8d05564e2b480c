"""Whether a group of industries could stand anywhere as a whole: counts, no test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed_by
from clusterid.clusters._counts import group_shares
from clusterid.clusters._report_once import (
    COHESION,
    broad,
    industry_deviance,
    ratio,
)
from clusterid.clusters._rules import CellOptions, GradeRules
from clusterid.clusters.questions._concentrated import FEWEST_PLANTS
from clusterid.clusters.questions._counted import table_of
from clusterid.statistics import over_positive
from clusterid.tables import Economy

__all__ = ["standing"]

Floats = npt.NDArray[np.float64]

#: Groups looked at in one go: regions x industries x so many are one product.
_AT_ONCE = 256


@typed_by(GradeRules)
def standing(
    economy: Economy, **options: Unpack[CellOptions]
) -> Callable[[Sequence[Sequence[str]]], list[bool]]:
    """Return what says of groups of industries whether they could stand as a whole.

    A group could stand where its jobs reach what "stands here" asks (grade C), or ten
    plants the bar, and where it holds together: it says at least seven tenths of what
    its industries say alone, and industries with the usual jobs make as much of it.
    Otherwise its parts are reported, not the group. Nothing is tested: a group that
    could stand may get no grade.

    Parameters
    ----------
    economy : Economy
        One year; withheld cells are missing on both sides of a quotient.
    bar, standing_quotient, standing_jobs, imputed
        See :func:`clusters.test_groups`; its other options decide nothing here.

    Returns
    -------
    callable, groups (lists of codes) -> list of bool
        Codes that the economy does not know count nothing.

    Examples
    --------
    >>> from clusterid.tables import economy
    >>> rows = [(r, i, 500.0) for r in "QRSTUV" for i in "AB"]
    >>> rows += [(r, "C", 500.0 if r == "R" else 10.0) for r in "QRSTUV"]
    >>> table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    >>> could = standing(economy(table))
    >>> could([["C"], ["A", "B"]])
    [True, False]
    """
    rules = GradeRules.of(options)
    table = table_of(economy, rules.imputed)
    alone = industry_deviance(table)
    jobs = _Side(table.employment, table.size, alone.jobs)
    plants = None
    if table.plants is not None and alone.plants is not None:
        plants = _Side(table.plants, None, alone.plants)
    place = {str(code): i for i, code in enumerate(economy.industries)}

    def could(groups: Sequence[Sequence[str]]) -> list[bool]:
        found: list[bool] = []
        for start in range(0, len(groups), _AT_ONCE):
            some = groups[start : start + _AT_ONCE]
            member = np.zeros((len(place), len(some)))
            for k, group in enumerate(some):
                member[[place[str(c)] for c in group if str(c) in place], k] = 1.0
            stand = jobs.reach(member, rules.standing_quotient, rules.standing_jobs, 0)
            if plants is not None:
                chance = (member.sum(axis=0) - 1) / 2
                stand |= plants.reach(member, rules.bar, FEWEST_PLANTS, chance)
            stand &= broad(alone, member)
            found += [bool(stand[:, k].any()) for k in range(len(some))]
        return found

    return could


@dataclass(frozen=True, slots=True)
class _Side:
    """Jobs or plants: the table, its size, and what industries say alone."""

    table: pd.DataFrame
    size: pd.Series | None
    alone: Floats

    def reach(
        self, member: Floats, quotient: float, least: float, chance: Floats | float
    ) -> npt.NDArray[np.bool_]:
        """Return where groups reach quotient and mass and hold together."""
        weights = pd.DataFrame(member, self.table.columns)
        found = group_shares(self.table, weights, self.size)
        observed, expected = found.observed, found.expected
        high = over_positive(observed, expected, otherwise=0.0) >= quotient
        whole = ratio(observed, expected) >= COHESION * (self.alone @ member - chance)
        return np.asarray(high & (observed >= least) & whole)
