"""Which members a cluster is called by, and in which of its regions most of it is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters.questions._counted import Table

__all__ = ["Naming"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: So many members at most are named; a further one while those named hold less than
#: this share of the jobs above the usual, and if it has this part of the first one's.
#: Our choice; tried: shares of .5 to .8, parts of .1 to .3. Of groups in Germany three
#: titles name one in ten, with .8 and .1 one in four.
_MOST, _ENOUGH, _LEAST_PART = 3, 0.67, 0.2
#: Cells with fewer plants show no numbers on any page, so they do not name.
_FEWEST_PLANTS = 3


@dataclass(frozen=True, slots=True)
class Naming:
    """Jobs and plants of cells that are known and shown; others name nothing.

    All arrays are regions x industries, 0 where a cell is withheld, estimated or held
    back for few plants; ``national`` the jobs of each industry in those cells.
    """

    jobs: Floats
    expected: Floats
    plants: Floats
    expected_plants: Floats
    national: Floats
    regions: dict[str, int]
    industries: dict[str, int]

    @classmethod
    def of(
        cls, table: Table, shares: IndustryShares, plant_shares: IndustryShares | None
    ) -> Self:
        """Return what of a table may name."""
        jobs = np.nan_to_num(table.employment.to_numpy(dtype=float))
        shown = ~table.imputed.to_numpy(dtype=bool)
        shown &= np.isfinite(table.employment.to_numpy(dtype=float))
        plants = expected_plants = np.zeros(jobs.shape)
        if table.plants is not None and plant_shares is not None:
            counted = np.nan_to_num(table.plants.to_numpy(dtype=float))
            shown &= ~((counted > 0) & (counted < _FEWEST_PLANTS))
            plants = np.where(counted >= _FEWEST_PLANTS, counted, 0.0)
            expected_plants = plant_shares.expected
        return cls(
            np.where(shown, jobs, 0.0),
            np.where(shown, shares.expected, 0.0),
            plants,
            expected_plants,
            np.where(shown, jobs, 0.0).sum(axis=0),
            dict(shares.regions),
            dict(shares.industries),
        )

    def members(
        self,
        regions: Sequence[str],
        industries: Sequence[str],
        missing: Collection[str] = (),
    ) -> list[str]:
        """Return the members that name a kind in some regions, the strongest first.

        By jobs above the usual in cells that are shown; where none has any, by plants
        above the usual; else the one with most jobs in the whole study. One in
        ``missing`` never does.
        """
        able = [code for code in industries if code not in set(missing)]
        if len(able) < 2:
            return able
        at = [self.industries[code] for code in able]
        here = np.ix_([self.regions[code] for code in regions], at)
        for observed, usual in (
            (self.jobs, self.expected),
            (self.plants, self.expected_plants),
        ):
            above = (observed[here] - usual[here]).sum(axis=0)
            if (above > 0).any():
                return _first(above, able)
        return _first(self.national[at], able)[:1]

    def town(self, regions: Sequence[str], industries: Sequence[str]) -> str:
        """Return the region with most jobs of these industries; else most plants."""
        at = [self.industries[code] for code in industries]
        here = np.ix_([self.regions[code] for code in regions], at)
        for counts in (self.jobs, self.plants):
            held = counts[here].sum(axis=1)
            if (held > 0).any():
                return regions[int(np.argmax(held))]
        return regions[0]


def _first(above: Floats, codes: Sequence[str]) -> list[str]:
    """Return the few codes that hold most of what is above the usual."""
    order = sorted(range(len(codes)), key=lambda k: (-above[k], codes[k]))
    total = float(above[above > 0].sum())
    if not total > 0:
        return [codes[k] for k in order[:1]]
    named: list[str] = []
    held = 0.0
    for k in order[:_MOST]:
        weak = above[k] <= 0 or above[k] < _LEAST_PART * above[order[0]]
        if named and (weak or held >= _ENOUGH * total):
            break
        named.append(codes[k])
        held += float(above[k])
    return named
