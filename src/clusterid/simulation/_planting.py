"""Clusters planted in an economy: which kind, in which regions, how strong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError
from clusterid.simulation._rules import DesignRules, PlantedCluster

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from clusterid.simulation._industries import Industries

__all__ = ["Planting", "chosen_clusters", "plant"]

#: A region holds at most so many planted clusters, as most real ones hold few.
_MOST_PER_REGION = 3
#: No region is given more of an industry than this: a metropolis has no quotient of 5.
_LARGEST_SHARE = 0.1
_KIND = ["template", "field", "label_en", "label_de"]
_CLUSTER = ["cluster", *_KIND, "regions", "n_regions", "industries", "lq"]
_CELL = ["cluster", "template", "region", "industry", "lq"]


@dataclass(frozen=True, slots=True)
class Planting:
    """What was planted: quotients (industries x regions), clusters and their cells."""

    quotients: NDArray[np.float64]
    clusters: pd.DataFrame
    cells: pd.DataFrame


def chosen_clusters(
    rules: DesignRules,
    frame: gpd.GeoDataFrame,
    adjacent: Sequence[NDArray[np.int64]],
    weights: NDArray[np.float64],
    industries: Industries,
    rng: np.random.Generator,
) -> list[PlantedCluster]:
    """Return the clusters that are asked for, or as many, spread over templates.

    Two of a template never touch. Strengths and extents are crossed in turn, so that
    each combination occurs; large and dense regions attract more. Fewer are planted
    where there is no more room.
    """
    number = rules.planted
    if number is None:
        number = max(1, round(0.1 * len(frame)))
    if not isinstance(number, int):
        return list(number)
    templates = rng.permutation(industries.templates["template"].unique())
    blocked: dict[str, set[int]] = {str(t): set() for t in templates}
    pairs = [(lq, n) for n, lq in product(rules.extent, rules.strength)]
    density = (frame["population"] / frame["area_km2"]).to_numpy(float)
    attraction = weights * density
    chosen: list[PlantedCluster] = []
    held = np.zeros(len(frame), dtype=int)
    for k in range(number):
        template = str(templates[k % len(templates)])
        lq, size = pairs[k % len(pairs)]
        free = held < _MOST_PER_REGION
        free[list(blocked[template])] = False
        odds = np.where(free & (lq * weights <= _LARGEST_SHARE), attraction, 0.0)
        if not odds.any():
            continue
        seed = int(rng.choice(len(frame), p=odds / odds.sum()))
        members = _grown(seed, int(size), adjacent, free)
        held[members] += 1
        blocked[template] |= set(_within_two_steps(members, adjacent))
        codes = tuple(frame.index[sorted(members)])
        chosen.append(PlantedCluster(template, codes, float(lq)))
    return chosen


def _within_two_steps(
    members: Iterable[int], adjacent: Sequence[NDArray[np.int64]]
) -> Iterator[int]:
    for i in members:
        yield i
        for j in adjacent[i].tolist():
            yield j
            yield from adjacent[j].tolist()


def _grown(
    seed: int,
    size: int,
    adjacent: Sequence[NDArray[np.int64]],
    free: NDArray[np.bool_],
) -> list[int]:
    """Take ``size`` connected regions: always the one with most members beside it."""
    members = [seed]
    while len(members) < size:
        border: dict[int, int] = {}
        for i in members:
            for j in adjacent[i].tolist():
                if j not in members and free[j]:
                    border[j] = border.get(j, 0) + 1
        if not border:
            break
        members.append(max(border, key=lambda j: (border[j], -j)))
    return members


def plant(
    chosen: Iterable[PlantedCluster], regions: pd.Index, industries: Industries
) -> Planting:
    """Return the planted quotients and what was planted, cluster by cluster.

    Raises
    ------
    TableError
        If a cluster names what is not there, or is none.
    """
    codes = industries.table.index
    quotients = np.ones((len(codes), len(regions)))
    by_template = industries.templates.groupby("template")
    by_field = industries.templates.groupby("field")
    clusters, cells, faults = [], [], []
    for number, cluster in enumerate(chosen, start=1):
        groups = next(
            (g for g in (by_template, by_field) if cluster.template in g.groups), None
        )
        is_known = bool(cluster.regions) and set(cluster.regions) <= set(regions)
        if groups is None or not is_known or not cluster.lq >= 1:
            faults.append((number, cluster))
            continue
        rows = groups.get_group(cluster.template)
        at = np.ix_(
            codes.get_indexer(pd.Index(rows["industry"])),
            np.sort(regions.get_indexer(pd.Index(cluster.regions))),
        )
        quotients[at] = np.maximum(quotients[at], cluster.lq)
        name, places = f"K{number:03d}", regions[at[1].ravel()]
        kind = rows[_KIND].iloc[0].tolist()
        members = ";".join(rows["industry"])
        sizes = [";".join(places), len(places), members, cluster.lq]
        clusters.append([name, *kind, *sizes])
        cells += [
            (name, kind[0], region, industry, cluster.lq)
            for region, industry in product(places, rows["industry"])
        ]
    if faults:
        fault = Fault(
            "a planted cluster names an unknown template or region, no region at all, "
            "or a strength below 1",
            "use templates S01 ... (or fields) of the simulated tree, known regions "
            "and a location quotient of at least 1",
            len(faults),
            tuple(faults[:5]),
        )
        raise TableError("planted clusters", [fault])
    table = pd.DataFrame(clusters, columns=_CLUSTER).set_index("cluster")
    return Planting(quotients, table, pd.DataFrame(cells, columns=_CELL))
