"""What a comparison reads, brought into one order whatever the order of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.errors import OptionError

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

    from clusterid.classifications import FieldWeights
    from clusterid.clusters import CandidateClusters
    from clusterid.comparison._coarser import CoarserEvidence
    from clusterid.survey import Survey
    from clusterid.tables import Economy

    Layers = nx.Graph[Any] | Mapping[str, nx.Graph[Any]] | None

__all__ = ["Chance", "Inputs", "sorted_fields", "sorted_survey"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Tables of both sides: what is declared, and all that is measured.

    ``fields`` is the lexicon on the economy's codes; the index of ``regions`` is text.
    """

    candidates: CandidateClusters | None
    survey: Survey
    fields: FieldWeights
    economy: Economy
    regions: gpd.GeoDataFrame
    layers: Layers
    collaborations: pd.DataFrame | None
    earlier: Economy | None
    imputed: pd.DataFrame | None
    coarser: CoarserEvidence | None = None

    @property
    def codes(self) -> list[str]:
        """Return the codes of the regions, in the order of the economy."""
        return [str(code) for code in self.economy.regions]


@dataclass(frozen=True, slots=True)
class Chance:
    """How often chance is drawn, and a stream of random numbers for each use of it."""

    draws: int
    permutations: int
    lexicon: np.random.Generator
    latent: np.random.Generator
    margins: np.random.Generator
    maps: np.random.Generator

    @classmethod
    def seeded(cls, seed: int, draws: int, permutations: int) -> Chance:
        """Return streams of one seed, once the numbers of draws are seen to be fine."""
        for name, value in (("draws", draws), ("permutations", permutations)):
            if value < 1:
                raise OptionError(f"{name}={value!r}; give at least 1.")
        streams = np.random.SeedSequence(seed).spawn(4)
        return cls(draws, permutations, *map(np.random.default_rng, streams))


def sorted_fields(mapped: FieldWeights) -> FieldWeights:
    """Return the fields in one order: draws are dealt to them in their order."""
    names = sorted(mapped.weights.columns, key=str)
    return replace(
        mapped,
        weights=mapped.weights[names],
        mappability=mapped.mappability.reindex(names),
        coverage=mapped.coverage.reindex(names),
        labels=mapped.labels.reindex(names),
    )


def sorted_survey(survey: Survey) -> Survey:
    """Return the survey with its rows in one order: permutations go through them."""
    return replace(
        survey,
        places=survey.places.sort_values("place", ignore_index=True),
        declared=survey.declared.sort_values("record", ignore_index=True),
    )
