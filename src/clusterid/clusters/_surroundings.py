"""What a cluster is linked with: supply, research, and its own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import group_shares
from clusterid.clusters._density import region_sizes
from clusterid.tables import Economy

if TYPE_CHECKING:
    import networkx as nx

    Layers = Mapping[str, nx.Graph[Any]] | nx.Graph[Any]

__all__ = ["Surroundings"]

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

    supply: pd.DataFrame | None
    participations: tuple[Ints, Texts] | None
    earlier: Economy | None

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
            _coded_participations(collaborations),
            earlier,
        )

    def supply_density(self, quotients: pd.Series) -> float:
        """Return the share of the template's supply links with both ends above 1."""
        if self.supply is None:
            return float("nan")
        inside = self.supply.loc[quotients.index, quotients.index]
        present = quotients.index[quotients.gt(1).to_numpy()]
        total = float(inside.to_numpy().sum())
        both = float(inside.loc[present, present].to_numpy().sum())
        return both / total if total > 0 else float("nan")

    def gaps(self, cluster: str, quotients: pd.Series) -> pd.DataFrame:
        """Return the industries of a template that are missing or thin in a cluster."""
        present = quotients.index[quotients.ge(1).to_numpy()]
        weak = quotients[quotients.lt(THIN_BELOW)]
        weight = (
            self.supply.reindex(index=weak.index, columns=present).sum(axis=1)
            if self.supply is not None
            else pd.Series(np.nan, index=weak.index)
        )
        return pd.DataFrame({
            "cluster": cluster,
            "industry": weak.index,
            "lq": weak.to_numpy(),
            "supply_weight": weight.to_numpy(dtype=float),
            "state": np.where(weak.eq(0), "missing", "thin"),
        })

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
        self, regions: list[str], weights: pd.Series, jobs: float, lq: float
    ) -> tuple[float, float]:
        """Return the relative change of jobs and the change of the quotient.

        NaN without an earlier economy, or where it lacks regions or industries.
        """
        nothing = float("nan"), float("nan")
        earlier = self.earlier
        if earlier is None:
            return nothing
        codes = weights.index[weights.to_numpy() > 0]
        table = earlier.employment
        if not set(regions) <= set(table.index) or not set(codes) <= set(table.columns):
            return nothing
        size = region_sizes(earlier, table)
        group = pd.DataFrame({"group": weights[codes]})
        shares = group_shares(table[list(codes)], group, size)
        where = table.index.get_indexer(pd.Index(regions))
        before = float(shares.observed[where].sum())
        expected = float(shares.expected[where].sum())
        if before <= 0 or expected <= 0:
            return nothing
        return jobs / before - 1, lq - before / expected


def _supply_weights(layers: Layers, codes: list[str]) -> pd.DataFrame | None:
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
    return pd.DataFrame(matrix, index=codes, columns=codes)


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
