"""What is planted where: the probabilities from which a simulated economy is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, OptionError, TableError
from clusterid.simulation._industries import Industries, simulated_industries
from clusterid.simulation._regions import neighbours, region_sizes, simulated_regions

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Design", "PlantedCluster", "draw_counts", "make_design", "simulate_counts"]


#: A region holds at most so many planted clusters, as most real ones hold few.
_MOST_PER_REGION = 3
#: No region is given more of an industry than this: a metropolis has no quotient of 5.
_LARGEST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class PlantedCluster:
    """One cluster to plant.

    Parameters
    ----------
    template : str
        Template (``"S01"`` ...) or field (``"automotive"``) of the simulated tree.
    regions : tuple of str
        Region codes it extends over.
    lq : float
        Location quotient of plants in each planted cell, before roughness; above 1.
    """

    template: str
    regions: tuple[str, ...]
    lq: float


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


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Return the generator of a seed, or the one given.

    Raises
    ------
    OptionError
        If the seed is neither a whole number from 0 on nor a generator.
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not isinstance(seed, np.random.Generator) and not (whole and seed >= 0):
        raise OptionError(
            f"seed={seed!r}; give a whole number from 0 on, or a numpy Generator."
        )
    return np.random.default_rng(seed)


def make_design(
    *,
    regions: gpd.GeoDataFrame | None,
    n_regions: int | None,
    n_industries: int,
    n_plants: int,
    size_log_mean: float,
    size_log_sd: float,
    roughness: float,
    shared_roughness: float,
    neighbour_roughness: float,
    density_gradient: float,
    planted: int | Sequence[PlantedCluster] | None,
    strength: Sequence[float],
    extent: Sequence[int],
    rng: np.random.Generator,
) -> Design:
    """Draw regions, industries and planted clusters; see :func:`simulate_economy`."""
    _check_numbers(n_plants, size_log_sd, roughness, strength, extent)
    for name, value in (
        ("size_log_mean", size_log_mean),
        ("density_gradient", density_gradient),
    ):
        if not np.isfinite(value):
            raise OptionError(f"{name}={value!r}; give a finite number.")
    if n_regions is not None and int(n_regions) != n_regions:
        raise OptionError(f"n_regions={n_regions!r}; give a whole number.")
    if isinstance(planted, int) and planted < 0:
        raise OptionError(f"planted={planted!r}; give a number of clusters, or 0.")
    for name, value in (
        ("shared_roughness", shared_roughness),
        ("neighbour_roughness", neighbour_roughness),
    ):
        if not 0 <= value <= 1:
            raise OptionError(f"{name}={value!r}; give a share between 0 and 1.")
    # one stream for each part: turning one option leaves the others as they were
    region_rng, industry_rng, cluster_rng = rng.spawn(3)
    frame = simulated_regions(regions, n_regions, region_rng)
    adjacent = neighbours(frame)
    weights, density = region_sizes(frame, region_rng)
    industries = simulated_industries(n_industries, industry_rng)
    table = industries.table
    share = np.exp(industry_rng.normal(0.0, 0.8, len(table)))
    share[table["universal"].to_numpy()] *= 3.0
    count = np.maximum(np.round(n_plants * share / share.sum()), 5).astype(np.int64)
    log_mean = size_log_mean + industry_rng.normal(0.0, 0.5, len(table))
    slope = density_gradient * table["urban"].to_numpy(float)
    slope = slope + 0.3 * density_gradient * industry_rng.normal(size=len(table))
    expected = weights[None] * np.exp(slope[:, None] * density[None])
    expected /= expected.sum(axis=1, keepdims=True)
    if planted is None:
        planted = max(1, round(0.1 * len(frame)))
    if isinstance(planted, int):
        chosen = _choose_clusters(
            planted, frame, adjacent, weights, industries, strength, extent, cluster_rng
        )
    else:
        chosen = list(planted)
    matrix, clusters, cells = _plant(chosen, frame, industries, expected)
    return Design(
        regions=frame,
        adjacent=tuple(adjacent),
        industries=industries,
        weights=weights,
        expected=expected,
        n_plants=count,
        size_log_mean=log_mean,
        size_log_sd=float(size_log_sd),
        roughness=float(roughness),
        shared_roughness=float(shared_roughness),
        neighbour_roughness=float(neighbour_roughness),
        planted=matrix,
        clusters=clusters,
        cells=cells,
    )


def _check_numbers(
    n_plants: int,
    size_log_sd: float,
    roughness: float,
    strength: Sequence[float],
    extent: Sequence[int],
) -> None:
    for name, value, low in (
        ("n_plants", n_plants, 1),
        ("size_log_sd", size_log_sd, 0),
        ("roughness", roughness, 0),
    ):
        if not np.isfinite(value) or value < low:
            raise OptionError(f"{name}={value!r}; give a number of at least {low}.")
    if not len(strength) or any(not np.isfinite(s) or s < 1 for s in strength):
        raise OptionError(f"strength={strength!r}; give location quotients above 1.")
    if not len(extent) or any(int(e) < 1 for e in extent):
        raise OptionError(f"extent={extent!r}; give numbers of regions, at least 1.")


def _choose_clusters(
    number: int,
    frame: gpd.GeoDataFrame,
    adjacent: Sequence[NDArray[np.int64]],
    weights: NDArray[np.float64],
    industries: Industries,
    strength: Sequence[float],
    extent: Sequence[int],
    rng: np.random.Generator,
) -> list[PlantedCluster]:
    """Spread ``number`` clusters over templates; two of a template never touch.

    Strengths and extents are crossed in turn, so that each combination occurs; large
    and dense regions attract more. Fewer are planted where there is no more room.
    """
    templates = rng.permutation(industries.templates["template"].unique())
    blocked: dict[str, set[int]] = {str(t): set() for t in templates}
    pairs = [(lq, n) for n in extent for lq in strength]
    density = (frame["population"] / frame["area_km2"]).to_numpy(float)
    attraction = weights * density
    chosen: list[PlantedCluster] = []
    held = np.zeros(len(frame), dtype=int)
    for k in range(number):
        template = str(templates[k % len(templates)])
        lq, size = pairs[k % len(pairs)]
        free = np.array([i not in blocked[template] for i in range(len(frame))])
        free &= held < _MOST_PER_REGION
        if not free.any():
            continue
        odds = np.where(free & (lq * weights <= _LARGEST_SHARE), attraction, 0.0)
        if not odds.any():
            continue
        seed = int(rng.choice(len(frame), p=odds / odds.sum()))
        members = _grow(seed, int(size), adjacent, free)
        held[members] += 1
        for i in members:
            blocked[template] |= {i, *adjacent[i].tolist()}
            blocked[template] |= {
                j for n in adjacent[i].tolist() for j in adjacent[n].tolist()
            }
        codes = tuple(frame.index[sorted(members)])
        chosen.append(PlantedCluster(template, codes, float(lq)))
    return chosen


def _grow(
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


def _plant(
    chosen: Iterable[PlantedCluster],
    frame: gpd.GeoDataFrame,
    industries: Industries,
    expected: NDArray[np.float64],
) -> tuple[NDArray[np.float64], pd.DataFrame, pd.DataFrame]:
    codes = industries.table.index
    matrix = np.ones((len(codes), len(frame)))
    by_template = industries.templates.groupby("template")
    by_field = industries.templates.groupby("field")
    clusters, cells, faults = [], [], []
    for number, cluster in enumerate(chosen, start=1):
        groups = next(
            (g for g in (by_template, by_field) if cluster.template in g.groups), None
        )
        unknown = [r for r in cluster.regions if r not in frame.index]
        if groups is None or unknown or not cluster.regions or not cluster.lq >= 1:
            faults.append((number, cluster))
            continue
        rows = groups.get_group(cluster.template)
        i = codes.get_indexer(pd.Index(rows["industry"]))
        j = np.sort(frame.index.get_indexer(list(cluster.regions)))
        matrix[np.ix_(i, j)] = np.maximum(matrix[np.ix_(i, j)], cluster.lq)
        name = f"K{number:03d}"
        first = rows.iloc[0]
        clusters.append({
            "cluster": name,
            "template": first["template"],
            "field": first["field"],
            "label_en": first["label_en"],
            "label_de": first["label_de"],
            "regions": ";".join(frame.index[j]),
            "n_regions": len(j),
            "industries": ";".join(rows["industry"]),
            "lq": cluster.lq,
        })
        cells += [
            (name, first["template"], region, industry, cluster.lq)
            for region in frame.index[j]
            for industry in rows["industry"]
        ]
    if faults:
        raise TableError(
            "planted clusters",
            [
                Fault(
                    "a planted cluster names an unknown template or region, no region "
                    "at all, or a strength below 1",
                    "use templates S01 ... (or fields) of the simulated tree, known "
                    "regions and a location quotient of at least 1",
                    len(faults),
                    tuple(faults[:5]),
                )
            ],
        )
    columns = [
        "cluster", "template", "field", "label_en", "label_de", "regions",
        "n_regions", "industries", "lq",
    ]  # fmt: skip
    table = pd.DataFrame(clusters, columns=columns).set_index("cluster")
    names = ["cluster", "template", "region", "industry", "lq"]
    return matrix, table, pd.DataFrame(cells, columns=names)


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
    if replicates < 1:
        raise OptionError(f"replicates={replicates!r}; give at least 1.")
    rng = generator(seed)
    design_rng, draw_rng = rng.spawn(2)
    design = make_design(
        regions=regions,
        n_regions=n_regions,
        n_industries=n_industries,
        n_plants=n_plants,
        size_log_mean=1.0,
        size_log_sd=1.6,
        roughness=0.0 if dartboard else roughness,
        shared_roughness=shared_roughness,
        neighbour_roughness=neighbour_roughness,
        density_gradient=0.0 if dartboard else density_gradient,
        planted=planted,
        strength=strength,
        extent=extent,
        rng=design_rng,
    )

    def tables() -> Iterator[pd.DataFrame]:
        index, columns = design.regions.index, design.codes
        for _ in range(replicates):
            counts = draw_counts(design, draw_rng.spawn(1)[0])
            yield pd.DataFrame(counts.T, index=index, columns=columns)

    return design, tables()
