"""A whole simulated economy as plain tables, with its truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from clusterid._columns import SAFE, Each, Table
from clusterid._typed import typed_by
from clusterid.simulation._design import Design, make_design, probabilities
from clusterid.simulation._links import collaborations, flows, skill_links
from clusterid.simulation._rules import (
    DesignRules,
    EconomyOptions,
    RecordRules,
    generator,
)
from clusterid.simulation._survey import simulated_survey
from clusterid.tables import TOTAL, Economy, Metadata, economy

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["SimulatedEconomy", "Truth", "simulate_economy"]

_SOURCE = "simulated by clusterid; no real place, firm or person"

#: What was planted is invented, and published whole.
TRUTH_KINDS = Each(Table({}, others=SAFE))


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


@typed_by(DesignRules, RecordRules)
def simulate_economy(
    *,
    regions: gpd.GeoDataFrame | None = None,
    seed: int | np.random.Generator = 0,
    **options: Unpack[EconomyOptions],
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
        industries like the same places, whether or not a cluster was planted
        (authors' choice).
    neighbour_roughness : float, default 0.0
        Share of the variance of roughness that lies in sums over a region and its
        neighbours: places are rough together, whatever the borders (authors' choice).
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
    records = RecordRules.taken(options)
    rng = generator(seed)
    design_rng, plant_rng, year_rng, link_rng, survey_rng = rng.spawn(5)
    rules = DesignRules.taken({**options, "regions": regions})
    design = make_design(rules, design_rng)
    odds = probabilities(design, plant_rng)
    plants = _throw(design, odds, design.n_plants, plant_rng)
    growth = _trends(len(design.clusters), year_rng)
    panels: list[_Year] = []
    for at in range(records.year - records.n_years + 1, records.year + 1):
        if panels:
            plants = _next_year(design, odds, plants, growth, year_rng)
        panels.append(_published(design, plants, at, records))
    now = panels[-1]
    by_industry = now.jobs.to_numpy().sum(axis=0)
    links_rng, skill_rng, project_rng = link_rng.spawn(3)
    projects, seats = collaborations(
        design, records.n_projects, records.year, project_rng
    )
    survey = simulated_survey(design, records, survey_rng)
    return SimulatedEconomy(
        plants=_plant_table(design, plants, records.year),
        employment=pd.concat([p.employment for p in panels], ignore_index=True),
        establishments=now.establishments,
        totals=pd.concat([p.totals for p in panels], ignore_index=True),
        plant_herfindahl=_herfindahl(design, plants),
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
            employment=now.jobs,
            seat_booked=tuple(seats),
        ),
        params=rules.params()
        | records.params()
        | {"seed": seed if isinstance(seed, int) else None},
    )


@dataclass(frozen=True, slots=True)
class _Plants:
    """Plants in the order of their cells (industry x region, flat), with sizes."""

    cell: NDArray[np.int64]
    size: NDArray[np.float64]

    @property
    def persons(self) -> NDArray[np.float64]:
        """Whole persons; no plant has more than 60,000."""
        return np.minimum(np.ceil(self.size), 60_000.0)


@dataclass(frozen=True, slots=True)
class _Year:
    """Tables of one year: as published, and what jobs and plants there are."""

    employment: pd.DataFrame
    totals: pd.DataFrame
    jobs: pd.DataFrame
    establishments: pd.DataFrame


def _trends(n_clusters: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the growth of each cluster by year: half of them rise, half decline."""
    rises = rng.random(n_clusters) < 0.5
    up, down = rng.uniform(0.02, 0.06, n_clusters), rng.uniform(-0.05, 0.01, n_clusters)
    return np.where(rises, up, down).round(4)


def _throw(
    design: Design,
    odds: NDArray[np.float64],
    number: NDArray[np.int64],
    rng: np.random.Generator,
) -> _Plants:
    """Throw the plants of each industry at the regions, and draw their sizes."""
    counts = rng.multinomial(number, odds)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    log_mean = np.repeat(design.size_log_mean, number)
    return _Plants(cell, np.exp(rng.normal(log_mean, design.size_log_sd)))


def _next_year(
    design: Design,
    odds: NDArray[np.float64],
    plants: _Plants,
    growth: NDArray[np.float64],
    rng: np.random.Generator,
) -> _Plants:
    """Let plants die, be born and grow (Gibrat, sd 0.1); clusters follow their trend.

    A cluster's trend acts on sizes and on births, so that both counts move.
    """
    factor = np.ones(design.planted.shape)
    cells = design.cells
    if len(cells):
        i = design.codes.get_indexer(pd.Index(cells["industry"]))
        j = design.regions.index.get_indexer(pd.Index(cells["region"]))
        of = design.clusters.index.get_indexer(pd.Index(cells["cluster"]))
        factor[i, j] = 1.0 + growth[of]
    alive = rng.random(len(plants.cell)) > 0.07
    cell = plants.cell[alive]
    grown = np.exp(rng.normal(0.0, 0.1, len(cell))) * factor.ravel()[cell]
    births = rng.binomial(design.n_plants, 0.07)
    tilted = odds * factor**3
    tilted /= tilted.sum(axis=1, keepdims=True)
    new = _throw(design, tilted, births, rng)
    cell = np.concatenate((cell, new.cell))
    order = np.argsort(cell, kind="stable")
    size = np.concatenate((plants.size[alive] * grown, new.size))
    return _Plants(cell[order], size[order])


def _hidden(
    design: Design,
    jobs: NDArray[np.float64],
    count: NDArray[np.int64],
    largest: NDArray[np.float64],
    rules: RecordRules,
) -> NDArray[np.bool_]:
    """Return which cells (industry x region, flat) are withheld."""
    if not rules.withhold:
        return np.zeros(len(jobs), dtype=bool)
    hidden = (count > 0) & ((count < 3) | (largest > rules.dominance * jobs))
    if not rules.secondary:
        return np.asarray(hidden)
    from clusterid.disclosure.suppression import guard  # the office's own rules

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


def _published(design: Design, plants: _Plants, year: int, rules: RecordRules) -> _Year:
    """Return the tables of one year, with withheld cells where the rules say so."""
    shape, cell, persons = design.planted.shape, plants.cell, plants.persons
    n_cells = shape[0] * shape[1]
    count = np.bincount(cell, minlength=n_cells)
    jobs = np.bincount(cell, weights=persons, minlength=n_cells).astype(float)
    largest = np.zeros(n_cells)
    starts = np.flatnonzero(np.diff(cell, prepend=-1))
    if len(starts):
        largest[cell[starts]] = np.maximum.reduceat(persons, starts)
    hidden = _hidden(design, jobs, count, largest, rules)
    known = np.where(hidden, np.nan, count) if rules.withhold_plants else count
    index, columns = design.regions.index, design.codes
    shown = np.where(hidden, np.nan, jobs)
    n_regions, n_industries = len(index), len(columns)
    # regions outside, industries inside: the order of a sorted long table
    flat = np.arange(n_cells).reshape(shape).T.ravel()
    long = pd.DataFrame({
        "region": index.repeat(n_industries),
        "industry": np.tile(columns, n_regions),
        "year": year,
        "employment": shown[flat],
        "establishments": known[flat],
        "flag": pd.array(np.where(hidden[flat], "withheld", ""), dtype="str"),
    })
    wide = pd.DataFrame(jobs.reshape(shape).T, index=index, columns=columns)
    counts = pd.DataFrame(known.reshape(shape).T, index=index, columns=columns)
    by_region, by_industry = wide.sum(axis=1), wide.sum(axis=0)
    totals = pd.DataFrame({
        "region": [*index, *[TOTAL] * n_industries, TOTAL],
        "industry": [*[TOTAL] * n_regions, *columns, TOTAL],
        "year": year,
        "value": [*by_region, *by_industry, float(by_region.sum())],
    })
    return _Year(long, totals, wide, counts)


def _herfindahl(design: Design, plants: _Plants) -> pd.Series:
    industry, persons = plants.cell // len(design.regions), plants.persons
    n = len(design.codes)
    total = np.bincount(industry, weights=persons, minlength=n)
    square = np.bincount(industry, weights=persons**2, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = square / total**2
    return pd.Series(value, index=design.codes, name="plant_herfindahl")


def _plant_table(design: Design, plants: _Plants, year: int) -> pd.DataFrame:
    industry, region = np.divmod(plants.cell, len(design.regions))
    number = pd.Series(np.arange(1, len(plants.cell) + 1))
    return pd.DataFrame({
        "plant": "P" + number.astype("str"),
        "industry": design.codes.take(industry),
        "employment": plants.persons,
        "year": year,
        "region": design.regions.index.take(region),
    })
