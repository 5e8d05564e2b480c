"""Observed and expected jobs of every industry in every region, known once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import Dartboard
from clusterid.statistics import over_positive

__all__ = ["IndustryShares"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class IndustryShares:
    """Observed and expected jobs of every industry in every region, known once.

    Both arrays are regions x industries; what is withheld is in neither.
    """

    observed: Floats
    expected: Floats
    regions: Mapping[str, int]
    industries: Mapping[str, int]

    @classmethod
    def of(cls, employment: pd.DataFrame, size: pd.Series) -> IndustryShares:
        """Return the shares of a table, ``size`` being what regions expect by."""
        board = Dartboard.of(employment, size)
        return cls(
            board.filled,
            board.expected,
            {str(code): i for i, code in enumerate(employment.index)},
            {str(code): i for i, code in enumerate(employment.columns)},
        )

    def quotients(self, regions: list[str], industries: list[str]) -> Floats:
        """Return the quotient of every industry in the regions taken together."""
        observed, expected = self._cut(regions, industries)
        return over_positive(observed.sum(axis=0), expected.sum(axis=0))

    def by_region(self, regions: list[str], industries: list[str]) -> Floats:
        """Return the quotient of every industry in each of the regions."""
        return over_positive(*self._cut(regions, industries))

    def by_industry(
        self, regions: list[str], industries: list[str]
    ) -> tuple[Floats, Floats]:
        """Return observed and expected of each industry in the regions together."""
        observed, expected = self._cut(regions, industries)
        return observed.sum(axis=0), expected.sum(axis=0)

    def sums(self, regions: list[str], industries: list[str]) -> tuple[float, float]:
        """Return observed and expected jobs of all these cells together."""
        observed, expected = self._cut(regions, industries)
        return float(observed.sum()), float(expected.sum())

    def _cut(self, regions: list[str], industries: list[str]) -> tuple[Floats, Floats]:
        here = np.ix_(
            [self.regions[code] for code in regions],
            [self.industries[code] for code in industries],
        )
        return self.observed[here], self.expected[here]
