"""Where declared fields are tested: the regions of a place, alone or together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.clusters import region_density, test_groups
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Units", "cell_tests", "known_counts", "make_units", "steps_between"]

#: Positions of the regions of a union.
Union = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """Regions, and unions of regions, in which fields are tested.

    ``sets``: region positions by unit, the single regions first; ``names``: codes
    joined by ``;``. ``counts`` (units x industries) what is counted, withheld cells
    filled in; ``size`` the total by unit; ``is_plants`` whether plants are counted.
    """

    names: list[str]
    sets: list[Union]
    counts: NDArray[np.float64]
    size: NDArray[np.float64]
    is_plants: bool

    def position(self, regions: Sequence[int]) -> int:
        """Return the unit of these regions."""
        return self.sets.index(tuple(sorted(regions)))

    def sums(self, values: NDArray[np.generic]) -> NDArray[np.float64]:
        """Return the values of regions (its rows) added up by unit."""
        return _sums(values, self.sets)

    @property
    def n_regions(self) -> int:
        """Return how many units are single regions; they come first."""
        return sum(len(regions) == 1 for regions in self.sets)

    @property
    def national(self) -> NDArray[np.float64]:
        """Return what is counted of each industry in all regions together."""
        return np.asarray(self.counts[: self.n_regions].sum(axis=0))

    @property
    def share(self) -> NDArray[np.float64]:
        """Return how much of all that is counted lies in each unit."""
        return np.asarray(self.size / self.size[: self.n_regions].sum())


@typed
def filled_employment(economy: Economy) -> pd.DataFrame:
    """Return employment with withheld cells filled from published industry totals.

    What the total leaves over is spread over the industry's withheld cells by the size
    of the region; without a published total a withheld cell counts nothing. Used for
    sums over several regions and for links, not for the test of a single region.
    """
    wide = economy.employment
    hidden = wide.isna().to_numpy()
    if not hidden.any():
        return wide
    margin = economy.margins
    known = np.nan_to_num(wide.to_numpy(dtype=float))
    size = margin.region.to_numpy(dtype=float)
    size = np.where(np.isfinite(size), size, known.sum(axis=1))
    rest = margin.industry.to_numpy(dtype=float) - known.sum(axis=0)
    rest = np.where(np.isfinite(rest), np.maximum(rest, 0.0), 0.0)
    share = hidden * size[:, None]
    total = share.sum(axis=0)
    share = np.divide(share, total, out=np.zeros_like(share), where=total > 0)
    return pd.DataFrame(known + share * rest, index=wide.index, columns=wide.columns)


def known_counts(economy: Economy) -> tuple[pd.DataFrame, bool]:
    """Return plants by region and industry, or filled employment, and which it is."""
    plants = economy.establishments
    if plants is not None and plants.notna().all(axis=None):
        return plants.astype(float), True
    return filled_employment(economy), False


def make_units(economy: Economy, sets: Sequence[Union]) -> Units:
    """Return single regions and the unions asked for, with their counts."""
    counts, is_plants = known_counts(economy)
    values = counts.to_numpy(dtype=float)
    codes = [str(code) for code in economy.regions]
    single = [(i,) for i in range(len(codes))]
    unions = sorted({tuple(sorted(s)) for s in sets if len(s) > 1})
    every = [*single, *unions]
    rows = _sums(values, every)
    names = [";".join(codes[i] for i in s) for s in every]
    return Units(names, every, rows, rows.sum(axis=1), is_plants)


def _sums(values: NDArray[np.generic], sets: Sequence[Union]) -> NDArray[np.float64]:
    return np.array([values[list(regions)].sum(axis=0) for regions in sets])


def cell_tests(
    economy: Economy,
    weights: pd.DataFrame,
    regions: gpd.GeoDataFrame,
    unions: Mapping[Union, list[str]],
    *,
    alpha: float,
    imputed: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Test every field in every region, and in the unions where it is declared.

    Unions replace their regions in a copy of the economy, several that do not overlap
    in one copy, as long as at most a third of all regions is merged (beyond that the
    ordinary unevenness could no longer be estimated).

    Returns
    -------
    cells : DataFrame
        As :func:`clusterid.clusters.test_groups`, column ``region`` holding the
        unit's name.
    nulls : mapping
        Roughness, gradient and lump by field, from the regions as they are.
    """
    cells = test_groups(
        economy, weights, None, density=region_density(economy, regions), alpha=alpha,
        imputed=imputed, local_statistics=False,
    )  # fmt: skip
    nulls = dict(cells.attrs.get("nulls", {}))
    parts = [cells]
    codes = [str(code) for code in economy.regions]
    for batch in _batches(unions, max(len(codes) // 3, 1)):
        merged, shapes = _merged(economy, regions, batch)
        wanted = sorted({field for union in batch for field in unions[union]})
        found = test_groups(
            merged, weights[wanted], None, density=region_density(merged, shapes),
            alpha=alpha, local_statistics=False,
        )  # fmt: skip
        names = {";".join(codes[i] for i in union) for union in batch}
        found = found[found["region"].isin(names)].reset_index(drop=True)
        parts.append(_with_estimates(found, economy, weights, imputed))
    for part in parts:
        part.attrs = {}
    return pd.concat(parts, ignore_index=True), nulls


def _batches(unions: Iterable[Union], limit: int) -> Iterator[list[Union]]:
    """Yield unions that do not overlap, of at most ``limit`` regions or just one."""
    rest = sorted(unions, key=lambda union: (len(union), union))
    while rest:
        batch: list[Union] = []
        used: set[int] = set()
        for union in rest:
            fits = not batch or len(used) + len(union) <= limit
            if fits and used.isdisjoint(union):
                batch.append(union)
                used.update(union)
        rest = [union for union in rest if union not in batch]
        yield batch


def _with_estimates(
    cells: pd.DataFrame,
    economy: Economy,
    weights: pd.DataFrame,
    imputed: pd.DataFrame | None,
) -> pd.DataFrame:
    """Say how much of the jobs of unions is estimated: a sum no longer shows it."""
    jobs = filled_employment(economy)
    marks = economy.withheld if imputed is None else imputed | economy.withheld
    guessed = jobs.where(marks.reindex_like(jobs).eq(True), 0.0)
    shares = []
    for group, unit in zip(cells["template"], cells["region"], strict=True):
        rows, weight = str(unit).split(";"), weights[group].reindex(jobs.columns)
        whole = float((jobs.loc[rows] @ weight).sum())
        part = float((guessed.loc[rows] @ weight).sum())
        shares.append(part / whole if whole > 0 else 0.0)
    return cells.assign(share_imputed=np.array(shares, dtype=float))


def _merged(
    economy: Economy, regions: gpd.GeoDataFrame, unions: Sequence[Union]
) -> tuple[Economy, pd.DataFrame]:
    """Return the economy with each union as one region named by its codes; areas."""
    codes = [str(code) for code in economy.regions]
    of_union = {
        codes[i]: ";".join(codes[k] for k in union) for union in unions for i in union
    }

    def summed(frame: pd.DataFrame) -> pd.DataFrame:
        groups = frame.groupby([of_union.get(code, code) for code in frame.index])
        whole = groups.count().eq(groups.size(), axis=0)
        result = groups.sum(min_count=1).where(whole)
        result.index.name = frame.index.name
        return result

    inside = economy.regions.isin(list(of_union))
    employment, plants = economy.employment.copy(), economy.establishments
    employment[inside] = filled_employment(economy)[inside]
    totals = economy.totals
    if totals is not None:
        totals = totals[~totals["region"].astype(str).isin(list(of_union))]
    others = {k: v for k, v in economy.hierarchies.items() if k != "region"}
    merged = replace(
        economy,
        employment=summed(employment),
        establishments=None if plants is None else summed(plants),
        lower=None,
        upper=None,
        totals=totals,
        hierarchies=others,
    )
    areas = regions.reindex(columns=["area_km2"]).astype(float).reindex(codes)
    label = [of_union.get(code, code) for code in codes]
    # the area of a union is known only if those of all its regions are
    known = areas.notna().groupby(label).all()
    return merged, areas.groupby(label).sum(min_count=1).where(known)


def steps_between(
    regions: gpd.GeoDataFrame, codes: Sequence[str], most: int
) -> NDArray[np.int64]:
    """Return steps of contiguity between regions; ``most + 1`` where farther."""
    from clusterid.tables import contiguity

    pairs = contiguity(regions).adjacency
    pairs = pairs[pairs > 0].index
    position = pd.Index(codes)
    focal, neighbour = (
        position.get_indexer(pairs.get_level_values(k).astype(str)) for k in (0, 1)
    )
    known = (focal >= 0) & (neighbour >= 0)
    n = len(codes)
    touch = np.zeros((n, n), dtype=bool)
    touch[focal[known], neighbour[known]] = touch[neighbour[known], focal[known]] = True
    steps = np.full((n, n), most + 1, dtype=np.int64)
    np.fill_diagonal(steps, 0)
    reached = np.eye(n, dtype=bool)
    for k in range(1, most + 1):
        reached = reached | ((reached.astype(np.float32) @ touch) > 0)
        steps[reached & (steps > most)] = k
    return steps
