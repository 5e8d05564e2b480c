"""A simulated economy: tables agree, years follow, the same seed gives the same."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from clusterid.errors import GeometryError, OptionError, TableError
from clusterid.simulation import PlantedCluster, simulate_economy


def test_tables_agree_with_each_other(simulated):
    plants = simulated.plants
    jobs = plants.pivot_table(
        index="region", columns="industry", values="employment", aggfunc="sum"
    )
    full = simulated.truth.employment
    pd.testing.assert_frame_equal(
        jobs.reindex_like(full).fillna(0.0), full, check_names=False
    )
    count = plants.groupby(["region", "industry"]).size()
    published = simulated.employment.set_index(["region", "industry"])
    assert count.sum() == published["establishments"].sum() == len(plants)
    shown = published["employment"].dropna()
    assert (shown == full.stack().reindex(shown.index)).all()
    share = plants.groupby("industry")["employment"].agg(
        lambda x: float((x**2).sum() / x.sum() ** 2)
    )
    pd.testing.assert_series_equal(
        share, simulated.plant_herfindahl, check_names=False, rtol=1e-9
    )


def test_small_and_dominated_cells_are_withheld_and_never_zero(simulated):
    cells = simulated.employment
    cells = cells.set_index(["region", "industry"])
    by_cell = simulated.plants.groupby(["region", "industry"])["employment"]
    largest, total = by_cell.max(), by_cell.sum()
    count = cells["establishments"]
    dominated = (largest > 0.85 * total).reindex(cells.index, fill_value=False)
    hidden = (count > 0) & ((count < 3) | dominated)
    assert (cells["employment"].isna() == hidden).all()
    assert (cells["flag"].eq("withheld") == hidden).all()
    assert (cells.loc[count == 0, "employment"] == 0).all()
    everything = simulate_economy(n_regions=30, n_plants=5000, withhold=False)
    assert everything.employment["employment"].notna().all()


def test_published_totals_include_what_is_withheld(simulated):
    economy = simulated.economy()
    assert economy.metadata.simulated
    assert economy.margins.region.equals(simulated.truth.employment.sum(axis=1))
    assert economy.margins.total == simulated.truth.employment.to_numpy().sum()


def test_years_follow_each_other():
    sim = simulate_economy(n_regions=60, n_plants=60_000, planted=6, n_years=4, seed=3)
    years = sorted(sim.employment["year"].unique())
    assert years == [2005, 2006, 2007, 2008]
    jobs = sim.employment.groupby("year")["employment"].sum()
    assert jobs.pct_change().abs().max() < 0.1
    assert sim.economy(2005).metadata.year == 2005
    assert sim.plants["year"].eq(2008).all()


def test_same_seed_same_economy_and_parts_do_not_disturb_each_other():
    one = simulate_economy(n_regions=30, n_plants=9000, planted=4, seed=5)
    two = simulate_economy(n_regions=30, n_plants=9000, planted=4, seed=5)
    more = simulate_economy(n_regions=30, n_plants=9000, planted=8, seed=5)
    pd.testing.assert_frame_equal(one.employment, two.employment)
    pd.testing.assert_frame_equal(one.collaborations, two.collaborations)
    pd.testing.assert_frame_equal(one.declared, two.declared)
    assert one.regions["population"].equals(more.regions["population"])
    other = simulate_economy(n_regions=30, n_plants=9000, planted=4, seed=6)
    assert not one.employment.equals(other.employment)


def test_a_country_takes_less_than_two_seconds(simulated):
    start = time.perf_counter()
    again = simulate_economy(seed=1)
    assert time.perf_counter() - start < 4.0  # 0.6 s measured; slack for busy machines
    assert again.establishments.shape == simulated.establishments.shape


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"roughness": -1.0}, OptionError),
        ({"strength": (0.5,)}, OptionError),
        ({"extent": (0,)}, OptionError),
        ({"n_plants": 0}, OptionError),
        ({"hit_rate": 1.5}, OptionError),
        ({"n_years": 0}, OptionError),
        ({"year": "2008"}, OptionError),
        ({"seed": -1}, OptionError),
        ({"seed": "one"}, OptionError),
        ({"planted": -1}, OptionError),
        ({"density_gradient": float("inf")}, OptionError),
        ({"n_regions": 10.5}, OptionError),
        ({"n_regions": 1}, GeometryError),
        ({"planted": [PlantedCluster("nothing", ("R001",), 2.0)]}, TableError),
        ({"planted": [PlantedCluster("S01", ("nowhere",), 2.0)]}, TableError),
    ],
)
def test_wrong_options_are_named(options, error):
    with pytest.raises(error):
        simulate_economy(**{"n_regions": 10, "n_plants": 500, **options})


def test_regions_without_a_coordinate_system_are_refused(simulated):
    with pytest.raises(GeometryError, match="coordinate system"):
        simulate_economy(regions=simulated.regions.set_crs(None, allow_override=True))


def test_plants_have_the_sizes_of_german_plants():
    # Federal Employment Agency, 30 June 2018, per cent of local units by size
    german = np.array([65.0, 12.4, 10.5, 7.1, 2.6, 1.3, 1.0])
    sim = simulate_economy(n_plants=200_000, n_projects=1, planted=0, seed=7)
    size = sim.plants["employment"].to_numpy()
    band = np.searchsorted([5, 9, 19, 49, 99, 199], size)
    share = 100 * np.bincount(band, minlength=7) / len(size)
    assert np.abs(share - german).max() < 2.5
    assert np.abs(share - german).sum() / 2 < 4


def test_no_withheld_cell_follows_from_totals_after_secondary_withholding():
    options = {"n_regions": 60, "n_plants": 200_000, "seed": 5}
    first = simulate_economy(**options).economy()
    sim = simulate_economy(**options, secondary=True, withhold_plants=True)
    economy = sim.economy()
    hidden = economy.employment.isna()
    assert hidden.to_numpy()[first.employment.isna().to_numpy()].all()
    count = hidden.sum(axis=1)
    assert not count.eq(1).any()
    assert not hidden.sum(axis=0).eq(1).any()
    assert sim.establishments.isna().equals(hidden)
    assert economy.establishments.isna().to_numpy().sum() == hidden.to_numpy().sum()
    # what is shown is true
    shown = economy.employment.where(~hidden)
    assert shown.stack().equals(sim.truth.employment.where(~hidden).stack())
