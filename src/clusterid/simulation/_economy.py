"""A whole simulated economy as plain tables, with its truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.simulation._design import (
    Design,
    PlantedCluster,
    generator,
    make_design,
    probabilities,
)
from clusterid.simulation._links import collaborations, flows, skill_links
from clusterid.simulation._survey import simulated_survey
from clusterid.tables import TOTAL, Economy, Metadata, economy, guard

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["SimulatedEconomy", "Truth", "simulate_economy"]

_SOURCE = "simulated by clusterid; no real place, firm or person"


@dataclass(frozen=True, slots=True)
class Truth:
    """What was planted.

    ``clusters`` (index ``cluster``: ``template``, ``field``, labels, ``regions`` and
    ``industries`` (``";"``-joined), ``lq``, ``growth_per_year``), ``cells``
    (``cluster``, ``template``, ``region``, ``industry``, ``lq``), ``templates``
    (``template``, ``field``, ``industry``), ``declared`` (``record``, ``place``,
    ``field``, ``is_real``, ``lq``), ``employment`` (regions x industries, nothing
    withheld, last year), ``seat_booked`` (organisations booked at their seat).
    """

    clusters: pd.DataFrame
    cells: pd.DataFrame
    templates: pd.DataFrame
    declared: pd.DataFrame
    employment: pd.DataFrame
    seat_booked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SimulatedEconomy:
    """Plain tables of a simulated economy; every number in them is invented.

    Parameters
    ----------
    plants : DataFrame
        ``plant``, ``industry``, ``employment``, ``year``, ``region``; the last year.
    employment : DataFrame, long
        ``region``, ``industry``, ``year``, ``employment`` (NaN withheld),
        ``establishments``, ``flag``; every cell of every year.
    establishments : DataFrame, regions x industries
        Plants (count; NaN withheld), last year.
    totals : DataFrame
        Published totals: ``region``, ``industry``, ``year``, ``value``.
    plant_herfindahl : Series by industry
        Sum of squared plant shares, last year.
    regions : GeoDataFrame
        Index ``region``; ``name``, ``parent``, ``area_km2``, ``population``.
    industries : DataFrame
        The code tree: ``parent``, ``section``, ``label_en``, ``label_de``.
    flows, links, collaborations, places, answers, declared, fields : DataFrame
        As the design of clusterid names their columns.
    truth : Truth
        What was planted.
    params : mapping
        Every option.
    """

    plants: pd.DataFrame
    employment: pd.DataFrame
    establishments: pd.DataFrame
    totals: pd.DataFrame
    plant_herfindahl: pd.Series
    regions: gpd.GeoDataFrame
    industries: pd.DataFrame
    flows: pd.DataFrame
    links: pd.DataFrame
    collaborations: pd.DataFrame
    places: pd.DataFrame
    answers: pd.DataFrame
    declared: pd.DataFrame
    fields: pd.DataFrame
    truth: Truth
    params: Mapping[str, Any]

    @property
    def metadata(self) -> Metadata:
        """What the counts are; ``simulated`` is true."""
        return Metadata(
            classification=str(self.fields["classification"].iloc[0]),
            year=int(self.employment["year"].max()),
            source=_SOURCE,
            licence="BSD-3-Clause",
            simulated=True,
            labels={str(k): str(v) for k, v in self.industries["label_en"].items()},
        )

    def economy(self, year: int | None = None) -> Economy:
        """Return the Economy of one year (the last by default), as published."""
        last = int(self.employment["year"].max())
        year = last if year is None else int(year)
        rows = self.totals["year"].eq(year)
        return economy(
            self.employment,
            year=year,
            plant_herfindahl=self.plant_herfindahl if year == last else None,
            totals=self.totals[rows].drop(columns="year"),
            hierarchies={
                "industry": self.industries["parent"],
                "region": self.regions["parent"],
            },
            metadata=self.metadata,
        )

    def save(self, folder: str | Path) -> Path:
        """Write the tables as a study folder with ``study.toml``; return that file.

        The folder must be new or empty; it is there whole or not at all.
        """
        from clusterid.simulation._save import save_study

        return save_study(self, folder)

    def __repr__(self) -> str:
        n_regions, n_industries = self.establishments.shape
        return (
            f"<SimulatedEconomy: {n_regions} regions x {n_industries} industries, "
            f"{len(self.plants)} plants, {len(self.truth.clusters)} clusters planted>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        planted = self.truth.clusters.head().to_html(escape=True)
        return f"<p>{escape(repr(self))}</p>{planted}"


@typed
def simulate_economy(
    *,
    regions: gpd.GeoDataFrame | None = None,
    n_regions: int | None = None,
    n_industries: int = 88,
    n_plants: int = 720_000,
    size_log_mean: float = 1.0,
    size_log_sd: float = 1.6,
    roughness: float = 0.2,
    shared_roughness: float = 0.5,
    neighbour_roughness: float = 0.0,
    density_gradient: float = 0.25,
    planted: int | Sequence[PlantedCluster] | None = None,
    strength: Sequence[float] = (2.0, 3.0, 5.0),
    extent: Sequence[int] = (1, 2, 4),
    withhold: bool = True,
    dominance: float = 0.85,
    secondary: bool = False,
    withhold_plants: bool = False,
    n_projects: int = 600,
    n_places: int | None = None,
    hit_rate: float = 0.85,
    false_labels: float = 0.6,
    year: int = 2008,
    n_years: int = 1,
    seed: int | np.random.Generator = 0,
) -> SimulatedEconomy:
    r"""Return an invented economy in which the clusters are known.

    Plants are thrown at regions, industry by industry. A region's odds are its share
    of all plants, tilted by density (city industries against rural ones), roughened by
    a log-normal factor in every cell (a dartboard is smoother than any real economy),
    and multiplied by the planted location quotient in the cells of planted clusters.
    Links, collaborations and a survey are simulated around the same clusters. Every
    table says it is simulated; the outlines are mirrored and renamed.

    Parameters
    ----------
    regions : GeoDataFrame, optional
        Index of codes, polygons with a CRS; ``area_km2`` and ``population`` are used
        where given. By default 401 mirrored outlines, ``R001`` ....
    n_regions : int, optional
        Take a connected part of that many regions.
    n_industries : int, default 88
        Up to 88 NACE Rev. 2 divisions, up to 272 groups, up to 615 classes; above that
        an invented tree, which cannot be saved as a study.
    n_plants : int, default 720_000
        Plants in total (about; every industry has at least five).
    size_log_mean, size_log_sd : float, default 1.0, 1.6
        Log-normal plant sizes (persons, rounded up). Industries differ in the mean
        (sd 0.5). See Notes.
    roughness : float, default 0.2
        sd of the log of a cell's odds; 0 is a dartboard. The spread of plant location
        quotients over US states in 2011 beyond Poisson has sd 0.20, 0.39, 0.59 in the
        lowest tenth, half and three quarters of industries.
    shared_roughness : float, default 0.5
        Share of that variance that industries of one template have in common: related
        industries like the same places, whether or not a cluster was planted (ours).
    neighbour_roughness : float, default 0.0
        Share of the variance of roughness that lies in sums over a region and its
        neighbours: places are rough together, whatever the borders (ours).
    density_gradient : float, default 0.25
        Change of the log odds of an urban industry per sd of log density.
    planted : int or sequence of PlantedCluster, optional
        How many clusters, or which; 0 is a null economy. By default 10 for every 100
        regions. Fewer are planted where there is no room for more: ``truth.clusters``
        has those that were.
    strength, extent : sequence, default (2, 3, 5) and (1, 2, 4)
        Location quotients and numbers of regions, crossed in turn.
    withhold : bool, default True
        Withhold employment of cells with one or two plants, or with one plant above
        ``dominance`` of the cell; the counts of plants stay published.
    dominance : float, default 0.85
        Share of the largest plant above which a cell is withheld.
    secondary : bool, default False
        Withhold further cells, those with the fewest jobs, until no withheld one
        follows from the published totals by subtraction
        (:func:`clusterid.tables.guard`), as statistical offices do.
    withhold_plants : bool, default False
        Withhold the counts of plants in the same cells.
    n_projects : int, default 600
        Research projects.
    n_places : int, optional
        Municipalities asked; by default 188 of 401 regions, in proportion.
    hit_rate : float, default 0.85
        Odds that an active place declares a cluster it has.
    false_labels : float, default 0.6
        Odds that each further declared label of such a place is a mere label.
    year : int, default 2008
        Last year.
    n_years : int, default 1
        Number of years; plants die (7 % a year), are born, grow, and planted clusters
        have a trend (``truth.clusters.growth_per_year``).
    seed : int or Generator, default 0
        The same seed gives the same economy.

    Returns
    -------
    SimulatedEconomy

    Raises
    ------
    OptionError, TableError, GeometryError
        If an option is out of range, or a planted cluster names what is not there.

    Notes
    -----
    Plant sizes are log-normal, which fits the establishments of the United States
    better than a Pareto, even far in the tail (Kondo, Lewis and Stella 2023). The two
    parameters give the plants of Germany at 30 June 2018 (Federal Employment Agency:
    2,179,859 local units with 32,870,228 jobs): 65.0, 12.4, 10.5, 7.1, 2.6, 1.3 and
    1.0 per cent of them have 1 to 5, 6 to 9, 10 to 19, 20 to 49, 50 to 99, 100 to 199
    and more jobs; log-normal sizes with mean 1.0 and sd 1.68 (1.6 inside an industry,
    0.5 between them), rounded up, have 64.2, 12.1, 11.5, 8.0, 2.6, 1.1 and 0.6. A fit
    by maximum likelihood has 0.90 and 1.81. What is missing is the far tail: 22 per
    cent of German jobs are in plants of 500 and more, 7 per cent here. 1 + CV^2 is
    about 13 inside an industry.

    References
    ----------
    Ellison, G. and Glaeser, E. (1997), Geographic concentration in U.S. manufacturing
    industries: a dartboard approach, Journal of Political Economy 105. The model of
    independent plants; not checked against the original [M]. Kondo, I., Lewis, L. and
    Stella, A. (2023), Heavy tailed, but not Zipf: firm and establishment size in the
    United States, Journal of Applied Econometrics (abstract of the 2018 working
    paper). Bundesagentur fuer Arbeit (2019), Betriebe und sozialversicherungspflichtig
    Beschaeftigte nach Betriebsgroessenklassen, 30 June 2018 (figures as reprinted, not
    checked against the original).

    Examples
    --------
    >>> sim = simulate_economy(n_regions=40, n_plants=20_000, planted=3, seed=1)
    >>> len(sim.truth.clusters), bool(sim.economy().metadata.simulated)
    (3, True)
    """
    params = {k: v for k, v in locals().items() if k not in {"regions", "seed"}}
    params["seed"] = seed if isinstance(seed, int) else None
    _check(n_projects, hit_rate, false_labels, dominance, n_years, year)
    rng = generator(seed)
    design_rng, plant_rng, year_rng, link_rng, survey_rng = rng.spawn(5)
    design = make_design(
        regions=regions,
        n_regions=n_regions,
        n_industries=n_industries,
        n_plants=n_plants,
        size_log_mean=size_log_mean,
        size_log_sd=size_log_sd,
        roughness=roughness,
        shared_roughness=shared_roughness,
        neighbour_roughness=neighbour_roughness,
        density_gradient=density_gradient,
        planted=planted,
        strength=strength,
        extent=extent,
        rng=design_rng,
    )
    odds = probabilities(design, plant_rng)
    cell, size = _throw(design, odds, design.n_plants, plant_rng)
    growth = np.where(
        year_rng.random(len(design.clusters)) < 0.5,
        year_rng.uniform(0.02, 0.06, len(design.clusters)),
        year_rng.uniform(-0.05, 0.01, len(design.clusters)),
    ).round(4)
    rules = _Rules(withhold, dominance, secondary, withhold_plants)
    panels = []
    for step in range(n_years):
        if step:
            cell, size = _next_year(design, odds, cell, size, growth, year_rng)
        panels.append(_published(design, cell, size, year - n_years + 1 + step, rules))
    employment = pd.concat([p[0] for p in panels], ignore_index=True)
    totals = pd.concat([p[1] for p in panels], ignore_index=True)
    jobs, count = panels[-1][2], panels[-1][3]
    by_industry = jobs.to_numpy().sum(axis=0)
    links_rng, skill_rng, project_rng = link_rng.spawn(3)
    projects, seats = collaborations(design, n_projects, year, project_rng)
    asked = round(188 / 401 * len(design.regions)) if n_places is None else n_places
    survey = simulated_survey(
        design,
        n_places=max(asked, 4),
        hit_rate=hit_rate,
        false_labels=false_labels,
        year=year,
        rng=survey_rng,
    )
    return SimulatedEconomy(
        plants=_plant_table(design, cell, size, year),
        employment=employment,
        establishments=count,
        totals=totals,
        plant_herfindahl=_herfindahl(design, cell, size),
        regions=design.regions,
        industries=design.industries.table.drop(columns=["urban", "universal"]),
        flows=flows(design.industries, by_industry, links_rng),
        links=skill_links(design.industries, by_industry, skill_rng),
        collaborations=projects,
        places=survey.places,
        answers=survey.answers,
        declared=survey.declared,
        fields=survey.fields,
        truth=Truth(
            clusters=design.clusters.assign(growth_per_year=growth),
            cells=design.cells,
            templates=design.industries.templates,
            declared=survey.truth,
            employment=jobs,
            seat_booked=tuple(seats),
        ),
        params=params,
    )


def _check(
    n_projects: int,
    hit_rate: float,
    false_labels: float,
    dominance: float,
    n_years: int,
    year: int,
) -> None:
    for name, value in (
        ("hit_rate", hit_rate),
        ("false_labels", false_labels),
        ("dominance", dominance),
    ):
        if not 0 <= value <= 1:
            raise OptionError(f"{name}={value!r}; give a share between 0 and 1.")
    for name, number in (
        ("n_projects", n_projects),
        ("n_years", n_years),
        ("year", year),
    ):
        if not isinstance(number, int | np.integer):
            raise OptionError(f"{name}={number!r}; give a whole number.")
        if number < 1:
            raise OptionError(f"{name}={number!r}; give at least 1.")


def _throw(
    design: Design,
    odds: NDArray[np.float64],
    number: NDArray[np.int64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return cell (industry x region, flat) and size of each plant thrown."""
    counts = rng.multinomial(number, odds)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    log_mean = np.repeat(design.size_log_mean, number)
    size = np.exp(rng.normal(log_mean, design.size_log_sd))
    return cell, size


def _next_year(
    design: Design,
    odds: NDArray[np.float64],
    cell: NDArray[np.int64],
    size: NDArray[np.float64],
    growth: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Let plants die, be born and grow (Gibrat, sd 0.1); clusters follow their trend.

    A cluster's trend acts on sizes and on births, so that both counts move.
    """
    n_regions = len(design.regions)
    factor = np.ones(design.planted.shape)
    cells = design.cells
    if len(cells):
        i = design.codes.get_indexer(pd.Index(cells["industry"]))
        j = design.regions.index.get_indexer(pd.Index(cells["region"]))
        of = design.clusters.index.get_indexer(pd.Index(cells["cluster"]))
        factor[i, j] = 1.0 + growth[of]
    alive = rng.random(len(cell)) > 0.07
    cell = cell[alive]
    size = size[alive] * np.exp(rng.normal(0.0, 0.1, len(cell))) * factor.ravel()[cell]
    births = rng.binomial(design.n_plants, 0.07)
    tilted = odds * factor**3
    tilted /= tilted.sum(axis=1, keepdims=True)
    new_cell, new_size = _throw(design, tilted, births, rng)
    cell = np.concatenate((cell, new_cell))
    order = np.argsort(cell, kind="stable")
    if cell.size and cell.max() >= design.planted.shape[0] * n_regions:
        raise OptionError("a plant lies outside the table of cells")
    return cell[order], np.concatenate((size, new_size))[order]


def _persons(size: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.minimum(np.ceil(size), 60_000.0)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the simulated statistical office holds back."""

    withhold: bool
    dominance: float
    secondary: bool
    plants: bool


def _hidden(
    design: Design,
    jobs: NDArray[Any],
    count: NDArray[Any],
    largest: NDArray[np.float64],
    rules: _Rules,
) -> NDArray[np.bool_]:
    """Return which cells (industry x region, flat) are withheld."""
    if not rules.withhold:
        return np.zeros(len(jobs), dtype=bool)
    hidden = (count > 0) & ((count < 3) | (largest > rules.dominance * jobs))
    if not rules.secondary:
        return np.asarray(hidden)
    tables = [
        pd.DataFrame(
            values.reshape(design.planted.shape).T.astype(float),
            index=design.regions.index,
            columns=design.codes,
        )
        for values in (jobs, count, largest)
    ]
    full = Economy(tables[0], tables[1], largest_plant=tables[2])
    held = guard(full, dominance=rules.dominance).held
    return np.asarray(held.to_numpy().T.ravel())


def _published(
    design: Design,
    cell: NDArray[np.int64],
    size: NDArray[np.float64],
    year: int,
    rules: _Rules,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the long table, published totals, true jobs and counts of one year."""
    shape = design.planted.shape
    persons = _persons(size)
    n_cells = shape[0] * shape[1]
    count = np.bincount(cell, minlength=n_cells)
    jobs = np.bincount(cell, weights=persons, minlength=n_cells)
    largest = np.zeros(n_cells)
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    if len(starts):
        largest[cell[starts]] = np.maximum.reduceat(persons, starts)
    hidden = _hidden(design, jobs, count, largest, rules)
    plants = np.where(hidden, np.nan, count) if rules.plants else count
    index, columns = design.regions.index, design.codes
    shown = np.where(hidden, np.nan, jobs)
    n_regions, n_industries = len(index), len(columns)
    # regions outside, industries inside: the order of a sorted long table
    flat = np.arange(n_cells).reshape(shape).T.ravel()
    long = pd.DataFrame(
        {
            "region": index.repeat(n_industries),
            "industry": np.tile(columns, n_regions),
            "year": year,
            "employment": shown[flat],
            "establishments": plants[flat],
            "flag": pd.array(
                np.where(hidden[flat], "withheld", ""), dtype="str"
            ),
        }
    )  # fmt: skip
    wide = pd.DataFrame(jobs.reshape(shape).T, index=index, columns=columns)
    counts = pd.DataFrame(plants.reshape(shape).T, index=index, columns=columns)
    by_region, by_industry = wide.sum(axis=1), wide.sum(axis=0)
    totals = pd.DataFrame({
        "region": [*index, *[TOTAL] * n_industries, TOTAL],
        "industry": [*[TOTAL] * n_regions, *columns, TOTAL],
        "year": year,
        "value": [*by_region, *by_industry, float(by_region.sum())],
    })
    return long, totals, wide, counts


def _herfindahl(
    design: Design, cell: NDArray[np.int64], size: NDArray[np.float64]
) -> pd.Series:
    industry = cell // len(design.regions)
    persons = _persons(size)
    n = len(design.codes)
    total = np.bincount(industry, weights=persons, minlength=n)
    square = np.bincount(industry, weights=persons**2, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = square / total**2
    return pd.Series(value, index=design.codes, name="plant_herfindahl")


def _plant_table(
    design: Design, cell: NDArray[np.int64], size: NDArray[np.float64], year: int
) -> pd.DataFrame:
    industry, region = np.divmod(cell, len(design.regions))
    number = pd.Series(np.arange(1, len(cell) + 1))
    return pd.DataFrame({
        "plant": "P" + number.astype("str"),
        "industry": design.codes.take(industry),
        "employment": _persons(size),
        "year": year,
        "region": design.regions.index.take(region),
    })
