"""What a cluster is linked with: supply, research, and its own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters._sizes import region_sizes
from clusterid.tables import Economy

if TYPE_CHECKING:
    import networkx as nx

    Layers = Mapping[str, nx.Graph[Any]] | nx.Graph[Any]

__all__ = ["Surroundings"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]

#: An industry of the template with a quotient below this is thin in a cluster. Our
#: choice.
THIN_BELOW = 0.5


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Supply links among the industries, research participations, an earlier year.

    What was not given is None, and what would be said of it NaN.
    """

    supply: Floats | None
    industry: Mapping[str, int]
    participations: tuple[Ints, Texts] | None
    earlier: IndustryShares | None

    @classmethod
    def of(
        cls,
        codes: list[str],
        layers: Layers | None,
        collaborations: pd.DataFrame | None,
        earlier: Economy | None,
    ) -> Self:
        """Return what is known, ready to be asked for one cluster after the other."""
        return cls(
            None if layers is None else _supply_weights(layers, codes),
            {code: i for i, code in enumerate(codes)},
            _coded_participations(collaborations),
            None if earlier is None else _shares(earlier),
        )

    def supply_density(self, industries: list[str], quotients: Floats) -> float:
        """Return the share of the kind's supply links with both ends above 1."""
        if self.supply is None:
            return float("nan")
        inside = self._among(self.supply, industries)
        present = quotients > 1
        total = float(inside.sum())
        both = float(inside[np.ix_(present, present)].sum())
        return both / total if total > 0 else float("nan")

    def gaps(
        self, cluster: str, industries: list[str], quotients: Floats
    ) -> dict[str, list[object]]:
        """Return the industries of a kind that are missing or thin in a cluster."""
        weak = quotients < THIN_BELOW
        weight = np.full(int(weak.sum()), np.nan)
        if self.supply is not None and weak.any():
            linked = self._among(self.supply, industries)
            weight = linked[np.ix_(weak, quotients >= 1)].sum(axis=1)
        thin = np.flatnonzero(weak).tolist()
        return {
            "cluster": [cluster] * int(weak.sum()),
            "industry": [industries[k] for k in thin],
            "lq_jobs": list(quotients[weak]),
            "supply_weight": list(weight),
            "state": ["missing" if q == 0 else "thin" for q in quotients[weak]],
        }

    def _among(self, supply: Floats, codes: list[str]) -> Floats:
        at = [self.industry[code] for code in codes]
        return np.asarray(supply[np.ix_(at, at)])

    def research_projects(self, regions: set[str]) -> tuple[float, float]:
        """Return projects with two partners inside, and with partners on both sides.

        NaN where no collaborations are given.
        """
        if self.participations is None:
            return float("nan"), float("nan")
        project, region = self.participations
        inside = np.isin(region, sorted(regions))
        members = np.bincount(project, inside, minlength=1)
        partners = np.bincount(project, minlength=1)
        within = int((members >= 2).sum())
        across = int(((members >= 1) & (partners > members)).sum())
        return float(within), float(across)

    def change_since(
        self, regions: list[str], industries: list[str], jobs: float, lq: float
    ) -> tuple[float, float]:
        """Return the relative change of jobs and the change of the quotient.

        NaN without an earlier economy, or where it lacks regions or industries.
        """
        nothing = float("nan"), float("nan")
        earlier = self.earlier
        if earlier is None:
            return nothing
        if not set(regions) <= earlier.regions.keys():
            return nothing
        if not set(industries) <= earlier.industries.keys():
            return nothing
        before, expected = earlier.sums(regions, industries)
        if before <= 0 or expected <= 0:
            return nothing
        return jobs / before - 1, lq - before / expected


def _shares(earlier: Economy) -> IndustryShares:
    table = earlier.employment
    return IndustryShares.of(table, region_sizes(earlier, table))


def _supply_weights(layers: Layers, codes: list[str]) -> Floats | None:
    """Return symmetric supply links among codes, or None without such a layer."""
    graph = layers.get("supply") if isinstance(layers, Mapping) else layers
    if graph is None:
        return None
    place = {code: i for i, code in enumerate(codes)}
    matrix = np.zeros((len(codes), len(codes)))
    for a, b, weight in graph.edges(data="weight", default=0.0):
        i, j = place.get(str(a)), place.get(str(b))
        if i is not None and j is not None and i != j:
            matrix[i, j] += weight
            matrix[j, i] += weight
    return matrix


def _coded_participations(
    collaborations: pd.DataFrame | None,
) -> tuple[Ints, Texts] | None:
    """Return a number for the project, and the region, of every participation."""
    if collaborations is None:
        return None
    known = collaborations["project"].notna().to_numpy()
    project, _ = pd.factorize(collaborations["project"][known])
    region = collaborations["region"][known].astype("string").fillna("")
    return project.astype(np.int64), region.to_numpy(dtype=str)
