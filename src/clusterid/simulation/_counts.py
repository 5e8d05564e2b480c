"""Many simulated tables of plant counts, drawn from one design."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.simulation._design import Design, make_design, probabilities
from clusterid.simulation._rules import DesignRules, PlantedCluster, generator

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["draw_counts", "simulate_counts"]


def draw_counts(design: Design, rng: np.random.Generator) -> NDArray[np.int64]:
    """Throw every industry's plants: counts, industries x regions."""
    return rng.multinomial(design.n_plants, probabilities(design, rng))


@typed
def simulate_counts(
    *,
    replicates: int = 1000,
    seed: int | np.random.Generator = 0,
    regions: gpd.GeoDataFrame | None = None,
    n_regions: int | None = None,
    n_industries: int = 88,
    n_plants: int = 720_000,
    roughness: float = 0.2,
    shared_roughness: float = 0.0,
    neighbour_roughness: float = 0.0,
    density_gradient: float = 0.25,
    planted: int | Sequence[PlantedCluster] = 0,
    strength: Sequence[float] = (2.0, 3.0, 5.0),
    extent: Sequence[int] = (1, 2, 4),
    dartboard: bool = False,
) -> tuple[Design, Iterator[pd.DataFrame]]:
    """Return a design and many simulated tables of plant counts drawn from it.

    For the benchmarks: where plants are not needed, a replicate is one multinomial
    draw by industry. The design (regions, planted clusters) is the same in every
    replicate; roughness and plants are drawn anew.

    Parameters
    ----------
    replicates : int, default 1000
        How many tables the iterator yields.
    seed : int or Generator, default 0
        Replicate k is the same whatever the number of replicates.
    dartboard : bool, default False
        True sets roughness and density gradient to 0: pure chance.
    regions, n_regions, n_industries, n_plants, roughness, shared_roughness, \
neighbour_roughness, density_gradient, planted, strength, extent
        As in :func:`simulate_economy`; ``planted=0`` (default) is a null economy.

    Returns
    -------
    design : Design
        With ``clusters`` and ``cells``, the truth.
    tables : iterator of DataFrame, n_regions x n_industries
        Plants (count) in each cell.

    Examples
    --------
    >>> design, tables = simulate_counts(replicates=2, n_regions=20, n_plants=1000)
    >>> [table.shape for table in tables]
    [(20, 88), (20, 88)]
    """
    options = {**locals(), "size_log_mean": 1.0, "size_log_sd": 1.6}
    if replicates < 1:
        raise OptionError(f"replicates={replicates!r}; give at least 1.")
    if dartboard:
        options |= {"roughness": 0.0, "density_gradient": 0.0}
    design_rng, draw_rng = generator(seed).spawn(2)
    design = make_design(DesignRules.taken(options), design_rng)

    def tables() -> Iterator[pd.DataFrame]:
        index, columns = design.regions.index, design.codes
        for _ in range(replicates):
            counts = draw_counts(design, draw_rng.spawn(1)[0])
            yield pd.DataFrame(counts.T, index=index, columns=columns)

    return design, tables()
