"""All four questions asked of every kind of one level in every region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._largest_plant import (
    largest_of_kinds,
    largest_possible_plants,
)
from clusterid.clusters._rules import GradeRules
from clusterid.clusters.questions._concentrated import (
    exact_interval,
    passing_level,
    plants_test,
)
from clusterid.clusters.questions._counted import (
    Counted,
    Table,
    counted_kinds,
)
from clusterid.clusters.questions._exceptional import exceptional, ordinary_unevenness
from clusterid.clusters.questions._jobs import (
    jobs_beyond_one_plant,
    most_of_one_plant,
    stands_here,
)
from clusterid.clusters.questions._links import (
    Links,
    linked_industries,
    participating,
)
from clusterid.statistics import mixture_smoothed, over_positive, q_values

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Answers", "AtBar", "Questioner", "at_most", "questioner"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Question 2 is answered at this share of alpha, by level of kinds: its p-values are a
#: model's, detected templates are looked for in the counts that made them, and every
#: level adds its own alarms. Our choice; tried for templates: 1 and .5, which alarmed
#: in 5.8 and 3.3 % of economies without clusters, .4 and .3, which cost .002 of F1.
#: Groups that are given and asked about alone (``group``) make no other alarms.
EXCEPTIONAL_SHARE = {
    "group": 0.5,
    "template": 0.4,
    "field": 0.15,
    "part": 0.15,
    "code_group": 0.15,
    "industry": 0.15,
}
#: A cell next to an exceptional one belongs to it at this p, if its plants pass the
#: bar, too; and so on from there, so many steps. Our choice.
_GROWS_AT = 0.02
_STEPS = 4


@dataclass(frozen=True, slots=True)
class AtBar:
    """What a bar decides: question 1 by all plants, without one, by jobs; question 2.

    ``is_exceptional``: so, at the bar, and beyond chance without one plant, too; or
    next to such a cell and nearly so.
    """

    bar: float
    p: Floats
    q: Floats
    q_rest: Floats
    p_rest: Floats
    q_jobs: Floats
    is_exceptional: Bools


@dataclass(frozen=True, slots=True)
class Answers:
    """Every answer as an array regions x kinds; NaN where it cannot be given.

    ``bars`` by bar, the one that decides first; ``decides_at`` the p of question 3 at
    which it does. ``largest_share`` is the share of the
    largest plant where ``sizes_known``, else no more than a bound.
    """

    counted: Counted
    lower: Floats
    upper: Floats
    smoothed: Floats
    bars: tuple[AtBar, ...]
    decides_at: float
    p_exceptional: Floats
    q_exceptional: Floats
    stands: Bools
    n_members: Floats
    n_linked: Floats
    largest_share: Floats
    sizes_known: bool
    imputed_share: Floats


@dataclass(frozen=True, slots=True)
class Questioner:
    """A table ready to be asked about kinds: what all kinds have in common.

    ``near``: which regions are neighbours, or None; ``largest`` the most jobs of one
    plant by cell, infinite where unknown.
    """

    table: Table
    rules: GradeRules
    takes_part: Bools
    links: Links
    largest: pd.DataFrame
    near: csr_array | None = None

    def ask(self, weights: pd.DataFrame, level: str) -> Answers:
        """Return every answer on the kinds (industries x kinds) of one level.

        ``level``: one of :data:`EXCEPTIONAL_SHARE`.
        """
        counted = counted_kinds(self.table, weights)
        rules, size = self.rules, self._region_plants()
        most = np.zeros(counted.jobs.shape)
        if counted.has_plants:
            most = most_of_one_plant(self.table, counted, self.largest)
        lower, upper = exact_interval(counted)
        ordinary = ordinary_unevenness(counted, size)
        p = exceptional(counted, ordinary)
        q = q_values(p)
        alone = plants_test(counted, 1.0, without=1)
        share = EXCEPTIONAL_SHARE[level] * rules.alpha
        seeds = at_most(q, share) & at_most(q_values(alone), rules.alpha)
        near_so = at_most(p, _GROWS_AT) & at_most(alone, rules.alpha)
        quotient = np.nan_to_num(counted.lq_plants)
        bars = tuple(
            at_bar(
                counted,
                bar,
                most,
                rules.minimum_jobs,
                self._grown(seeds & (quotient >= bar), near_so & (quotient >= bar)),
            )
            for bar in rules.bars
        )
        members, linked = linked_industries(weights, self.takes_part, self.links)
        return Answers(
            counted=counted,
            lower=lower,
            upper=upper,
            smoothed=mixture_smoothed(
                counted.plants / counted.spread,
                counted.expected / counted.spread,
                ranked=False,
            ).mean,
            bars=bars,
            decides_at=passing_level(bars[0].p_rest, bars[0].q_rest, rules.alpha),
            p_exceptional=p,
            q_exceptional=q,
            stands=stands_here(counted, rules.standing_quotient, rules.standing_jobs),
            n_members=members,
            n_linked=linked,
            largest_share=self._largest_share(counted),
            sizes_known=self.table.economy.second_plant is not None,
            imputed_share=self._imputed_share(counted),
        )

    def _region_plants(self) -> Floats:
        plants = self.table.plants
        if plants is None:
            return np.ones(len(self.table.employment))
        return np.asarray(np.nansum(plants.to_numpy(dtype=float), axis=1))

    def _grown(self, found: Bools, able: Bools) -> Bools:
        """Return what is exceptional, with the neighbours that are able to belong."""
        if self.near is None or not found.any():
            return found
        for _ in range(_STEPS):
            beside = (self.near @ found.astype(float)) > 0
            grown = found | (able & beside)
            if (grown == found).all():
                break
            found = grown
        return found

    def _largest_share(self, counted: Counted) -> Floats:
        """Return at most which share of a cell's jobs one plant has; NaN if unknown.

        Unknown where the sizes of plants bound nothing. A cell of one plant is it.
        """
        w = counted.weights.to_numpy(dtype=float)
        jobs = np.nan_to_num(self.table.employment.to_numpy(dtype=float))
        largest = self.largest.to_numpy(dtype=float)
        bounded = np.isfinite(largest) & (jobs > 0)
        share = np.full(counted.jobs.shape, np.nan)
        if bounded.any():
            top = largest_of_kinds(np.minimum(jobs, largest), w)
            known = (bounded.astype(float) @ (w > 0) > 0) & (counted.jobs > 0)
            share[known] = np.minimum(1.0, top[known] / counted.jobs[known])
        whole = np.isin(w, (0.0, 1.0)).all(axis=0)
        share[(np.nan_to_num(counted.plants) == 1) & whole] = 1.0
        return share

    def _imputed_share(self, counted: Counted) -> Floats:
        marks = self.table.imputed.to_numpy(dtype=float)
        if not marks.any():
            return np.zeros(counted.jobs.shape)
        values = np.nan_to_num(self.table.employment.to_numpy(dtype=float))
        filled = (values * marks) @ counted.weights.to_numpy(dtype=float)
        jobs = np.nan_to_num(counted.jobs)
        return over_positive(filled, jobs, otherwise=0.0)


def at_most(p: Floats, level: float) -> Bools:
    """Return where p is known and no larger than the level."""
    return np.asarray(np.nan_to_num(p, nan=1.0) <= level)


def at_bar(
    counted: Counted,
    bar: float,
    largest: Floats,
    minimum_jobs: float,
    is_exceptional: Bools,
) -> AtBar:
    """Return what is decided at one bar, all kinds of the level one family."""
    p = plants_test(counted, bar)
    rest = plants_test(counted, bar, without=1)
    screen = jobs_beyond_one_plant(counted, largest, bar, minimum_jobs)
    return AtBar(
        bar, p, q_values(p), q_values(rest), rest, q_values(screen), is_exceptional
    )


def questioner(
    table: Table,
    rules: GradeRules,
    links: Links,
    near: csr_array | None = None,
) -> Questioner:
    """Return a table ready to be asked."""
    return Questioner(
        table,
        rules,
        participating(table),
        links,
        largest_possible_plants(table.economy, table.employment),
        near,
    )
