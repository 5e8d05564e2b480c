r"""Every cell once: at the level of kind that describes it best.

A strong industry makes the groups that hold it stand out, and a strong group its
industries. Of the kinds that are graded in a region those are reported, one after the
other, that no reported one overlaps: first those in which plants stand above the bar,
then those whose jobs stand there, then niches; among them the one with the largest
log likelihood ratio

.. math:: n \ln\frac{n}{\mu} - (n - \mu),

as a scan statistic orders its clusters (Kulldorff 1997 [M]). A kind whose industries go
different ways comes after those that it mixes: its ratio must be at least seven tenths
of what its industries have, each taken alone, and industries with at least the usual
jobs must make seven tenths of what is expected of it: one strong industry is no kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._answers import Answers
from clusterid.clusters._counts import group_shares
from clusterid.clusters.questions._counted import Table
from clusterid.statistics import over_positive

__all__ = [
    "Fit", "IndustryDeviance", "broad", "fits", "industry_deviance", "report_once",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

#: A kind describes a region if it says at least so much of what its industries say
#: alone. Our choice; tried from .3 to .85 (docs/clusters/grades.md).
COHESION = 0.7
#: At least so much of a kind, by expected jobs, is industries with the usual jobs or
#: more. Our choice; tried on five studies: 0, .5, .7, .8, .9, and .5 of those at 1.25
#: times the usual (docs/clusters/grades.md). From .8 on one of four industries that is
#: below the usual by chance splits a planted cluster.
BREADTH = 0.7


@dataclass(frozen=True, slots=True)
class IndustryDeviance:
    """What each industry alone says in each region, in plants and in jobs.

    ``expected_jobs`` of every cell, and ``usual``: those of cells at or above them.
    """

    plants: Floats | None
    jobs: Floats
    expected_jobs: Floats
    usual: Floats


@dataclass(frozen=True, slots=True)
class Fit:
    """Log likelihood ratio of a kind in a region, and whether it holds together."""

    ratio: Floats
    holds: Bools


def ratio(n: Floats, mu: Floats) -> Floats:
    """Return n ln(n/mu) - (n - mu): at least 0, whichever side of mu."""
    n, mu = np.nan_to_num(n), np.nan_to_num(mu)
    logs = np.log(
        over_positive(n, mu, otherwise=1.0), out=np.zeros(n.shape), where=n > 0
    )
    return np.asarray(np.where(mu > 0, np.maximum(n * logs - (n - mu), 0.0), 0.0))


def industry_deviance(table: Table) -> IndustryDeviance:
    """Return what every industry says alone, regions x industries."""
    codes = table.employment.columns
    eye = pd.DataFrame(np.eye(len(codes)), codes, codes)
    jobs = group_shares(table.employment, eye, table.size)
    plants = None
    if table.plants is not None:
        counts = group_shares(table.plants, eye)
        plants = ratio(counts.observed, counts.expected)
    usual = np.where(jobs.observed >= jobs.expected, jobs.expected, 0.0)
    found = ratio(jobs.observed, jobs.expected)
    return IndustryDeviance(plants, found, jobs.expected, usual)


def fits(answers: Answers, alone: IndustryDeviance, by_plants: Bools) -> Fit:
    """Return how well each kind describes each region, by plants or by jobs.

    ``by_plants``: cells that plants have graded; all others are held together by their
    jobs. Chance takes half a unit from every industry but one.
    """
    counted = answers.counted
    w = (counted.weights.to_numpy(dtype=float) > 0).astype(float)
    chance = (w.sum(axis=0) - 1) / 2
    jobs = ratio(counted.jobs, counted.expected_jobs)
    found, apart = jobs, alone.jobs @ w
    if alone.plants is not None:
        plants = ratio(counted.plants, counted.expected)
        found = np.where(by_plants, plants, jobs)
        apart = np.where(by_plants, alone.plants @ w - chance, apart)
    whole = (found >= COHESION * apart) & broad(alone, w)
    return Fit(found, np.asarray(whole))


def broad(alone: IndustryDeviance, member: Floats) -> Bools:
    """Return where industries with the usual jobs make nearly all of a kind.

    ``member``: industries x kinds, 0 or 1. One industry alone is always all of it.
    """
    share = over_positive(
        alone.usual @ member, alone.expected_jobs @ member, otherwise=1.0
    )
    return np.asarray((share >= BREADTH) | (member.sum(axis=0) <= 1))


def report_once(regions: Ints, order: Floats, masks: list[int]) -> Bools:
    """Return which rows are reported: none shares an industry of its region.

    Parameters
    ----------
    regions : array
        The region of every row.
    order : array, rows x keys
        Sorted by, first key first; the smallest comes first.
    masks : list of int
        The industries of every row as bits.
    """
    sequence = np.lexsort(order.T[::-1])
    taken: dict[int, int] = {}
    chosen = np.zeros(len(regions), dtype=bool)
    for row in sequence.tolist():
        region, mask = int(regions[row]), masks[row]
        if not taken.get(region, 0) & mask:
            taken[region] = taken.get(region, 0) | mask
            chosen[row] = True
    return chosen
