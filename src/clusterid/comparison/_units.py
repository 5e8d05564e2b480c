"""Where declared fields are tested: the regions of a place, alone or together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.clusters import test_groups
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Units", "cell_tests", "known_counts", "make_units", "steps_between"]


@dataclass(frozen=True, slots=True)
class Units:
    """Regions, and unions of regions, in which fields are tested.

    ``sets``: region positions by unit, the single regions first; ``names``: codes
    joined by ``;``. ``counts`` (units x industries) what is counted, withheld cells
    filled in; ``size`` the total by unit; ``is_plants`` whether plants are counted.
    """

    names: list[str]
    sets: list[tuple[int, ...]]
    counts: NDArray[np.float64]
    size: NDArray[np.float64]
    is_plants: bool

    def position(self, regions: Sequence[int]) -> int:
        """Return the unit of these regions."""
        return self.sets.index(tuple(sorted(regions)))


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


def make_units(economy: Economy, sets: Sequence[tuple[int, ...]]) -> Units:
    """Return single regions and the unions asked for, with their counts."""
    counts, is_plants = known_counts(economy)
    values = counts.to_numpy(dtype=float)
    codes = [str(code) for code in economy.regions]
    single = [(i,) for i in range(len(codes))]
    unions = sorted({tuple(sorted(s)) for s in sets if len(s) > 1})
    every = [*single, *unions]
    rows = np.vstack([values, *[values[list(u)].sum(axis=0)[None] for u in unions]])
    return Units(
        names=[";".join(codes[i] for i in s) for s in every],
        sets=every,
        counts=rows,
        size=rows.sum(axis=1),
        is_plants=is_plants,
    )


def cell_tests(
    economy: Economy,
    weights: pd.DataFrame,
    regions: Any,
    unions: dict[tuple[int, ...], list[str]],
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
    density = _density(economy, regions)
    cells = test_groups(
        economy,
        weights,
        None,
        density=density,
        alpha=alpha,
        imputed=imputed,
        local_statistics=False,
    )
    nulls = dict(cells.attrs.get("nulls", {}))
    parts = [cells]
    limit = max(len(economy.regions) // 3, 1)
    open_unions = sorted(unions, key=lambda u: (len(u), u))
    while open_unions:
        batch: list[tuple[int, ...]] = []
        used: set[int] = set()
        for union in open_unions:
            if used.isdisjoint(union) and (
                not batch or len(used) + len(union) <= limit
            ):
                batch.append(union)
                used.update(union)
        open_unions = [u for u in open_unions if u not in batch]
        merged, area = _merged(economy, regions, batch)
        wanted = sorted({f for u in batch for f in unions[u]})
        found = test_groups(
            merged,
            weights[wanted],
            None,
            density=area,
            alpha=alpha,
            local_statistics=False,
        )
        codes = [str(code) for code in economy.regions]
        names = {";".join(codes[i] for i in u) for u in batch}
        found = found[found["region"].isin(names)].reset_index(drop=True)
        parts.append(_with_estimates(found, economy, weights, imputed))
    for part in parts:
        part.attrs = {}
    return pd.concat(parts, ignore_index=True), nulls


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


def _density(economy: Economy, regions: Any) -> Any:
    if "area_km2" not in regions.columns:
        return "size"
    area = regions["area_km2"].astype(float).reindex(economy.regions)
    if not (area > 0).all():
        return "size"
    jobs = filled_employment(economy).sum(axis=1)
    return jobs / area


def _merged(
    economy: Economy, regions: Any, unions: Sequence[tuple[int, ...]]
) -> tuple[Economy, Any]:
    """Return the economy with each union as one region named by its codes."""
    codes = [str(code) for code in economy.regions]
    name = dict(zip(codes, codes, strict=True))
    for union in unions:
        joined = ";".join(codes[i] for i in union)
        name.update({codes[i]: joined for i in union})
    label = pd.Series(name)

    def summed(frame: pd.DataFrame | None) -> pd.DataFrame | None:
        if frame is None:
            return None
        inside = frame.index.to_series().map(label).ne(frame.index.to_series())
        source = frame.copy()
        if frame is economy.employment:
            source[inside] = filled_employment(economy)[inside]
        result = source.groupby(label.reindex(frame.index).to_numpy()).sum(min_count=1)
        whole = source.groupby(label.reindex(frame.index).to_numpy()).count()
        size = label.reindex(frame.index).value_counts().reindex(result.index)
        result = result.where(whole.eq(size, axis=0))
        result.index.name = frame.index.name
        return result

    employment = summed(economy.employment)
    totals = economy.totals
    if totals is not None:
        gone = {codes[i] for union in unions for i in union}
        totals = totals[~totals["region"].astype(str).isin(gone)]
    merged = replace(
        economy,
        employment=economy.employment if employment is None else employment,
        establishments=summed(economy.establishments),
        lower=None,
        upper=None,
        totals=totals,
        hierarchies={
            k: v for k, v in economy.hierarchies.items() if k != "region"
        },
    )  # fmt: skip
    if "area_km2" not in regions.columns:
        return merged, "size"
    area = regions["area_km2"].astype(float).reindex(codes)
    area = area.groupby(label.reindex(codes).to_numpy()).sum(min_count=1)
    area = area.reindex(merged.regions)
    if not (area > 0).all():
        return merged, "size"
    return merged, filled_employment(merged).sum(axis=1) / area


def steps_between(regions: Any, codes: Sequence[str], most: int) -> NDArray[np.int64]:
    """Return steps of contiguity between regions; ``most + 1`` where farther."""
    from clusterid.tables import contiguity

    graph = contiguity(regions)
    position = {code: i for i, code in enumerate(codes)}
    n = len(codes)
    touch = np.zeros((n, n), dtype=bool)
    pairs = graph.adjacency
    pairs = pairs[pairs > 0]
    for focal, neighbour in pairs.index:
        i, j = position.get(str(focal)), position.get(str(neighbour))
        if i is not None and j is not None:
            touch[i, j] = touch[j, i] = True
    steps = np.full((n, n), most + 1, dtype=np.int64)
    np.fill_diagonal(steps, 0)
    reached = np.eye(n, dtype=bool)
    for k in range(1, most + 1):
        reached = reached | ((reached.astype(np.float32) @ touch) > 0)
        steps[reached & (steps > most)] = k
    return steps
