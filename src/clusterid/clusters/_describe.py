"""What a candidate cluster is made of: size, strength, members, gaps, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import group_shares
from clusterid.tables import Economy

__all__ = [
    "IndustryShares",
    "change_since",
    "coded_participations",
    "edge_regions",
    "gap_table",
    "largest_plant_share",
    "research_projects",
    "supply_weights",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.str_]

#: An industry of the template with a quotient below this is thin in a cluster. Ours.
THIN_BELOW = 0.5


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
        values = employment.to_numpy(dtype=float)
        known = np.isfinite(values)
        filled = np.where(known, values, 0.0)
        total = np.nan_to_num(size.to_numpy(dtype=float))
        reach = known.T @ total
        jobs = filled.sum(axis=0)
        rate = np.divide(jobs, reach, out=np.zeros_like(jobs), where=reach > 0)
        return cls(
            filled,
            total[:, None] * known * rate,
            {str(code): i for i, code in enumerate(employment.index)},
            {str(code): i for i, code in enumerate(employment.columns)},
        )

    def quotients(self, regions: list[str], industries: list[str]) -> pd.Series:
        """Return the quotient of every industry in the regions taken together."""
        return pd.Series(
            self._divided(
                *(part.sum(axis=0) for part in self._cut(regions, industries))
            ),
            index=industries,
        )

    def by_region(self, regions: list[str], industries: list[str]) -> Floats:
        """Return the quotient of every industry in each of the regions."""
        return self._divided(*self._cut(regions, industries))

    def _cut(self, regions: list[str], industries: list[str]) -> tuple[Floats, Floats]:
        here = np.ix_(
            [self.regions[code] for code in regions],
            [self.industries[code] for code in industries],
        )
        return self.observed[here], self.expected[here]

    @staticmethod
    def _divided(observed: Floats, expected: Floats) -> Floats:
        found: Floats = np.full(observed.shape, np.nan)
        np.divide(observed, expected, out=found, where=expected > 0)
        return found


def edge_regions(regions: Any) -> set[str]:
    """Return the regions on the outer boundary of the study area.

    Their neighbours outside are missing: a cluster there may go on beyond.
    """
    shapes = regions.geometry
    has_shape = shapes.notna() & ~shapes.is_empty
    if not has_shape.any():
        return set()
    outline = shapes[has_shape].union_all().boundary
    touching = shapes[has_shape].intersects(outline)
    return {str(code) for code in touching.index[touching.to_numpy()]}


def largest_plant_share(
    economy: Economy, employment: pd.DataFrame, codes: list[str], regions: list[str]
) -> float:
    """Return the largest share of a cluster's jobs that one plant can have.

    No plant of industry i is larger than sqrt(H_i) of the industry's jobs, nor than
    the industry's jobs in one region; a cell with one plant is that plant. NaN where
    neither the plant Herfindahl of any of its industries nor establishments are known.
    """
    block = employment.loc[regions, codes]
    total = float(np.nansum(block.to_numpy(dtype=float)))
    if total <= 0:
        return float("nan")
    largest = float("nan")
    if economy.establishments is not None:
        n = economy.establishments.loc[regions, codes]
        single = block.where(n.eq(1)).to_numpy(dtype=float)
        if np.isfinite(single).any():
            largest = float(np.nanmax(single))
        if not n.gt(1).to_numpy().any():
            return min(1.0, largest / total)
    herfindahl = economy.plant_herfindahl
    if isinstance(herfindahl, pd.DataFrame):
        herfindahl = herfindahl["upper"]
    if herfindahl is None:
        return float("nan")
    jobs = economy.employment[codes].sum(axis=0)
    bound = np.sqrt(herfindahl.reindex(codes)) * jobs
    if bound.isna().all():
        return float("nan")
    # of an industry whose sizes are unknown one plant may be the whole cell
    most = bound.fillna(np.inf).to_numpy(dtype=float)
    capped = np.minimum(block.to_numpy(dtype=float), most)
    return min(1.0, float(np.nanmax(capped)) / total)


def supply_weights(layers: Any, codes: list[str]) -> pd.DataFrame | None:
    """Return symmetric supply links among codes, or None without such a layer."""
    graph = layers
    if isinstance(layers, Mapping):
        graph = layers.get("supply")
    if graph is None:
        return None
    place = {code: i for i, code in enumerate(codes)}
    matrix = np.zeros((len(codes), len(codes)))
    for a, b, weight in graph.edges(data="weight", default=0.0):
        i, j = place.get(str(a)), place.get(str(b))
        if i is not None and j is not None and i != j:
            matrix[i, j] += weight
            if i != j:
                matrix[j, i] += weight
    return pd.DataFrame(matrix, index=codes, columns=codes)


def gap_table(
    cluster: str, quotients: pd.Series, supply: pd.DataFrame | None
) -> pd.DataFrame:
    """Return the industries of a template that are missing or thin in a cluster."""
    present = quotients.index[quotients.ge(1).to_numpy()]
    weak = quotients[quotients.lt(THIN_BELOW)]
    weight = (
        supply.reindex(index=weak.index, columns=present).sum(axis=1)
        if supply is not None
        else pd.Series(np.nan, index=weak.index)
    )
    return pd.DataFrame({
        "cluster": cluster,
        "industry": weak.index,
        "lq": weak.to_numpy(),
        "supply_weight": weight.to_numpy(dtype=float),
        "state": np.where(weak.eq(0), "missing", "thin"),
    })


def coded_participations(
    collaborations: pd.DataFrame | None,
) -> tuple[Ints, Texts] | None:
    """Return a number for the project, and the region, of every participation."""
    if collaborations is None:
        return None
    known = collaborations["project"].notna().to_numpy()
    project, _ = pd.factorize(collaborations["project"][known])
    region = collaborations["region"][known].astype("string").fillna("")
    return project.astype(np.int64), region.to_numpy(dtype=str)


def research_projects(
    collaborations: tuple[Ints, Texts] | None, regions: set[str]
) -> tuple[float, float]:
    """Return projects with two partners inside, and with partners on both sides.

    NaN where no collaborations are given (:func:`coded_participations`).
    """
    if collaborations is None:
        return float("nan"), float("nan")
    project, region = collaborations
    inside = np.isin(region, sorted(regions))
    members = np.bincount(project, inside, minlength=1)
    partners = np.bincount(project, minlength=1)
    within = int((members >= 2).sum())
    across = int(((members >= 1) & (partners > members)).sum())
    return float(within), float(across)


def change_since(
    earlier: Economy | None,
    regions: list[str],
    weights: pd.Series,
    jobs: float,
    lq: float,
) -> tuple[float, float]:
    """Return the relative change of jobs and the change of the quotient.

    NaN without an earlier economy, or where it lacks regions or industries.
    """
    nothing = float("nan"), float("nan")
    if earlier is None:
        return nothing
    codes = weights.index[weights.to_numpy() > 0]
    table = earlier.employment
    if not set(regions) <= set(table.index) or not set(codes) <= set(table.columns):
        return nothing
    size = earlier.margins.region
    size = size.where(size.notna(), table.sum(axis=1))
    group = pd.DataFrame({"group": weights[codes]})
    shares = group_shares(table[list(codes)], group, size)
    where = table.index.get_indexer(pd.Index(regions))
    before = float(shares.observed[where].sum())
    expected = float(shares.expected[where].sum())
    if before <= 0 or expected <= 0:
        return nothing
    return jobs / before - 1, lq - before / expected
