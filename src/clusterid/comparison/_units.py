"""Where declared fields are tested: the regions of a place, alone or together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.clusters import test_groups
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from libpysal.graph import Graph
    from numpy.typing import NDArray

__all__ = ["Units", "cell_tests", "known_counts", "make_units", "steps_between"]

#: Fewest plants that offices publish under the usual rule of minimum frequency.
FEWEST_PUBLISHED = 3
#: Positions of the regions of a union.
Union = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """Regions, and unions of regions, in which fields are tested.

    ``sets``: region positions by unit, the single regions first; ``names``: codes
    joined by ``;``. ``counts`` (units x industries) what is counted, withheld cells
    filled in; ``size`` the total by unit; ``is_plants`` whether plants are counted;
    ``jobs`` (units x industries) whatever is counted.
    """

    names: list[str]
    sets: list[Union]
    counts: NDArray[np.float64]
    size: NDArray[np.float64]
    is_plants: bool
    jobs: NDArray[np.float64]

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
    jobs = rows
    if is_plants:
        jobs = _sums(filled_employment(economy).to_numpy(dtype=float), every)
    return Units(names, every, rows, rows.sum(axis=1), is_plants, jobs)


def _sums(values: NDArray[np.generic], sets: Sequence[Union]) -> NDArray[np.float64]:
    return np.array([values[list(regions)].sum(axis=0) for regions in sets])


def cell_tests(
    economy: Economy,
    weights: pd.DataFrame,
    graph: Graph | None,
    unions: Mapping[Union, list[str]],
    *,
    layers: Mapping[str, nx.Graph[Any]],
    imputed: pd.DataFrame | None = None,
    **rules: Any,
) -> pd.DataFrame:
    """Grade every field in every region, and in the unions where it is declared.

    All fields are one family. Unions replace their regions in a copy of the economy,
    several that do not overlap in one copy, as long as at most a third of all regions
    is merged (beyond that the ordinary unevenness could no longer be estimated).

    Returns
    -------
    DataFrame
        As :func:`clusterid.clusters.test_groups`, column ``region`` holding the
        unit's name.
    """
    cells = test_groups(
        economy, weights, graph, layers=layers, imputed=imputed, **rules
    )
    parts = [cells]
    codes = [str(code) for code in economy.regions]
    for batch in _batches(unions, max(len(codes) // 3, 1)):
        merged, marks = _merged(economy, batch, imputed)
        wanted = sorted({field for union in batch for field in unions[union]})
        found = test_groups(
            merged, weights[wanted], layers=layers, imputed=marks, **rules
        )
        names = {";".join(codes[i] for i in union) for union in batch}
        found = found[found["region"].isin(names)].reset_index(drop=True)
        parts.append(_with_estimates(found, economy, weights, imputed))
    family = cells.attrs.get("family", 0)
    for part in parts:
        part.attrs = {}
    whole = pd.concat(parts, ignore_index=True)
    whole.attrs["family"] = family
    return whole


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
    economy: Economy, unions: Sequence[Union], imputed: pd.DataFrame | None = None
) -> tuple[Economy, pd.DataFrame]:
    """Return the economy with each union as one region, and what is not known in it.

    A union is named by the codes of its regions. Its withheld cells are filled, and
    lie between the sums of what their bounds allow. Plants that are withheld because
    they are few count what is usual, where those of another region are known: they
    would else take these out of the sum, and leave what stands everywhere.
    """
    codes = [str(code) for code in economy.regions]
    of_union = {
        codes[i]: ";".join(codes[k] for k in union) for union in unions for i in union
    }
    label = [of_union.get(code, code) for code in codes]

    def summed(frame: pd.DataFrame) -> pd.DataFrame:
        groups = frame.groupby(label)
        whole = groups.count().eq(groups.size(), axis=0)
        result = groups.sum(min_count=1).where(whole)
        result.index.name = frame.index.name
        return result

    inside = economy.regions.isin(list(of_union))
    employment, plants = economy.employment.copy(), economy.establishments
    if plants is not None:
        some = plants.notna().groupby(label).transform("any")
        plants = _known_to_be_few(plants).where(some)
    filled = filled_employment(economy)
    employment[inside] = filled[inside]
    marks = economy.withheld
    if imputed is not None:
        marks |= imputed.reindex_like(marks).eq(True)
    bounds = []
    for edge, otherwise in ((economy.lower, 0.0 * filled), (economy.upper, filled)):
        own = pd.DataFrame(np.nan, filled.index, filled.columns)
        own = own if edge is None else edge.reindex_like(filled).astype(float)
        ends = filled.where(~marks, own.where(np.isfinite(own), otherwise))
        own[inside] = ends[inside]
        bounds.append(summed(own))
    totals = economy.totals
    if totals is not None:
        totals = totals[~totals["region"].astype(str).isin(list(of_union))]
    others = {k: v for k, v in economy.hierarchies.items() if k != "region"}
    merged = replace(
        economy,
        employment=summed(employment),
        establishments=None if plants is None else _rounded(summed(plants), of_union),
        lower=bounds[0],
        upper=bounds[1],
        totals=totals,
        hierarchies=others,
    )
    return merged, marks.groupby(label).any()


def _rounded(plants: pd.DataFrame, of_union: Mapping[str, str]) -> pd.DataFrame:
    """Return the plants of unions as counts: a part of them may be estimated."""
    joined = plants.index.isin(list(of_union.values()))
    return plants.where(~joined[:, None] | plants.isna(), plants.round())


def _known_to_be_few(plants: pd.DataFrame) -> pd.DataFrame:
    """Return plants with an estimate where what is withheld is known to be few.

    Where no count below three is published, a cell without one has fewer: it counts
    the usual number of its industry in a region of this size, at most one less than
    what is published. Else nothing is known, and it stays withheld.
    """
    fewest = float(plants.where(plants > 0).min().min())
    if not fewest >= FEWEST_PUBLISHED:
        return plants
    known, size = plants.notna(), plants.sum(axis=1)
    rate = plants.sum() / known.mul(size, axis=0).sum().replace(0.0, np.nan)
    usual = np.outer(size, rate.fillna(0.0)).clip(max=fewest - 1)
    return plants.where(known, pd.DataFrame(usual, plants.index, plants.columns))


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
