"""The probabilities from which a simulated economy is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.simulation._industries import Industries, simulated_industries
from clusterid.simulation._planting import chosen_clusters, plant
from clusterid.simulation._regions import neighbours, region_sizes, simulated_regions
from clusterid.simulation._rules import DesignRules

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Design", "make_design", "probabilities"]


@dataclass(frozen=True, slots=True)
class Design:
    """Everything about a simulated economy that is not chance of a single plant.

    ``weights`` (regions) is each region's share of all plants; ``expected`` (industries
    x regions) each industry's location probabilities before roughness and planting;
    ``planted`` (industries x regions) the planted location quotient, 1 where none.
    """

    regions: gpd.GeoDataFrame
    adjacent: tuple[NDArray[np.int64], ...]
    industries: Industries
    weights: NDArray[np.float64]
    expected: NDArray[np.float64]
    n_plants: NDArray[np.int64]
    size_log_mean: NDArray[np.float64]
    size_log_sd: float
    roughness: float
    shared_roughness: float
    neighbour_roughness: float
    planted: NDArray[np.float64]
    clusters: pd.DataFrame
    cells: pd.DataFrame

    @property
    def codes(self) -> pd.Index:
        """Codes of the industries."""
        return self.industries.table.index


def make_design(rules: DesignRules, rng: np.random.Generator) -> Design:
    """Draw regions, industries and planted clusters; see :func:`simulate_economy`."""
    # one stream for each part: turning one option leaves the others as they were
    region_rng, industry_rng, cluster_rng = rng.spawn(3)
    frame = simulated_regions(rules.regions, rules.n_regions, region_rng)
    adjacent = neighbours(frame)
    weights, density = region_sizes(frame, region_rng)
    industries = simulated_industries(rules.n_industries, industry_rng)
    table = industries.table
    share = np.exp(industry_rng.normal(0.0, 0.8, len(table)))
    share[table["universal"].to_numpy()] *= 3.0
    count = np.maximum(np.round(rules.n_plants * share / share.sum()), 5)
    log_mean = rules.size_log_mean + industry_rng.normal(0.0, 0.5, len(table))
    gradient = rules.density_gradient
    slope = gradient * table["urban"].to_numpy(float)
    slope = slope + 0.3 * gradient * industry_rng.normal(size=len(table))
    expected = weights[None] * np.exp(slope[:, None] * density[None])
    expected /= expected.sum(axis=1, keepdims=True)
    chosen = chosen_clusters(rules, frame, adjacent, weights, industries, cluster_rng)
    planted = plant(chosen, frame.index, industries)
    return Design(
        regions=frame,
        adjacent=tuple(adjacent),
        industries=industries,
        weights=weights,
        expected=expected,
        n_plants=count.astype(np.int64),
        size_log_mean=log_mean,
        size_log_sd=float(rules.size_log_sd),
        roughness=float(rules.roughness),
        shared_roughness=float(rules.shared_roughness),
        neighbour_roughness=float(rules.neighbour_roughness),
        planted=planted.quotients,
        clusters=planted.clusters,
        cells=planted.cells,
    )


def probabilities(design: Design, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return industries x regions location probabilities with roughness and planting.

    A planted cell gets exactly its location quotient times the region's weight (times
    its roughness, whatever the density gradient); the other regions of the industry
    share what is left.
    """
    rough, plain = (
        design.expected,
        np.broadcast_to(design.weights, design.planted.shape),
    )
    if design.roughness > 0:
        noise = _roughness(design, rng)
        plain = plain * np.exp(noise - design.roughness**2 / 2)
        rough = rough * np.exp(noise - design.roughness**2 / 2)
        rough = rough / rough.sum(axis=1, keepdims=True)
    is_planted = design.planted > 1
    if not is_planted.any():
        return np.ascontiguousarray(rough)
    target = np.where(is_planted, design.planted * plain, 0.0)
    mass = target.sum(axis=1, keepdims=True)
    target = np.where(mass > 0.9, target * (0.9 / np.maximum(mass, 1e-300)), target)
    mass = np.minimum(mass, 0.9)
    rest = np.where(is_planted, 0.0, rough)
    rest_sum = rest.sum(axis=1, keepdims=True)
    rest = rest * ((1.0 - mass) / np.where(rest_sum > 0, rest_sum, 1.0))
    p = target + rest
    return np.asarray(p / p.sum(axis=1, keepdims=True))


def _roughness(design: Design, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return log roughness; industries of one template share a part of its variance."""
    noise = rng.normal(0.0, design.roughness, design.expected.shape)
    noise = _with_neighbours(design, noise)
    share = design.shared_roughness
    if not share > 0:
        return noise
    rows = design.industries.templates.drop_duplicates("industry")
    position = design.codes.get_indexer(pd.Index(rows["industry"]))
    number, names = pd.factorize(rows["template"], sort=True)
    common = rng.normal(0.0, design.roughness, (len(names), noise.shape[1]))
    common = _with_neighbours(design, common)
    mixed = np.sqrt(share) * common[number] + np.sqrt(1 - share) * noise[position]
    noise[position] = mixed
    return noise


def _with_neighbours(design: Design, noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace a share of the variance by the sum over a region and its neighbours."""
    share = design.neighbour_roughness
    if not share > 0:
        return noise
    around = np.empty_like(noise)
    for j, near in enumerate(design.adjacent):
        block = noise[:, np.append(near, j)]
        around[:, j] = block.sum(axis=1) / np.sqrt(block.shape[1])
    # own noise is part of the sum: the mixture is scaled back to the variance asked for
    count = np.array([len(near) + 1 for near in design.adjacent])
    scale = 1.0 + 2.0 * np.sqrt(share * (1 - share) / count)
    mixed = np.sqrt(share) * around + np.sqrt(1 - share) * noise
    return np.asarray(mixed / np.sqrt(scale))
