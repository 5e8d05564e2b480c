"""The quotient of plants: how many there are for one expected, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterid.concentration.quotients._known_plants import KnownPlants
from clusterid.statistics import mixture_smoothed, ratio_interval

__all__ = ["PlantsQuotient", "plants_quotient"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlantsQuotient:
    """Quotients of plants by cell; NaN where plants are not counted.

    ``plain`` is n / mu, between ``lower`` and ``upper``; ``smoothed`` the posterior
    mean and ``rank`` the 5 % quantile of the study's mixture.
    """

    plain: Matrix
    smoothed: Matrix
    lower: Matrix
    upper: Matrix
    rank: Matrix

    def columns(self) -> dict[str, Matrix]:
        """Return the quotients by the names that they have in a table."""
        return {
            "lq_plants": self.plain,
            "lq_plants_smoothed": self.smoothed,
            "lq_plants_lower": self.lower,
            "lq_plants_upper": self.upper,
        }


def plants_quotient(
    known: KnownPlants, share: Matrix, *, coverage: float
) -> PlantsQuotient:
    """Return the quotients of plants against shares of all plants.

    Parameters
    ----------
    known : KnownPlants
    share : array, n_regions x 1
        Share of the region in all plants.
    coverage : float
        Of the interval.

    Notes
    -----
    An industry of one plant is always concentrated: it has no quotient of plants.
    """
    with np.errstate(invalid="ignore"):
        told = np.where(known.n_industry > 1.0, known.n_industry, np.nan)
        expected = told * share
        expected = np.where(expected > 0, expected, np.nan)
        plain = known.counts / expected
    smoothed = mixture_smoothed(known.counts, expected)
    lower, upper = ratio_interval(known.counts, told, share, coverage)
    return PlantsQuotient(plain, smoothed.mean, lower, upper, smoothed.rank)
