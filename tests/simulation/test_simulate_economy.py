"""A simulated economy: planted strength is found in the counts, shares are met."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from clusterid.errors import GeometryError, OptionError, TableError
from clusterid.simulation import PlantedCluster, simulate_counts, simulate_economy


@pytest.fixture(scope="module")
def simulated():
    return simulate_economy(seed=0)


def test_planted_cells_have_the_planted_location_quotient():
    planted = [
        PlantedCluster("automotive", ("R010", "R011"), 3.0),
        PlantedCluster("finance", ("R100",), 5.0),
    ]
    design, tables = simulate_counts(replicates=200, planted=planted, dartboard=True)
    mean = sum(t.to_numpy() for t in tables) / 200
    mean = pd.DataFrame(mean, index=design.regions.index, columns=design.codes)
    weights = pd.Series(design.weights, index=design.regions.index)
    for cell in design.cells.itertuples():
        total = mean[cell.industry].sum()
        lq = mean.loc[cell.region, cell.industry] / total / weights[cell.region]
        expected = total * weights[cell.region] * cell.lq * 200
        assert lq == pytest.approx(cell.lq, rel=4.5 / np.sqrt(expected))
    other = mean["01"] / mean["01"].sum() / weights
    assert other.mean() == pytest.approx(1.0, abs=0.02)


def test_a_null_economy_has_no_planted_cell():
    design, tables = simulate_counts(replicates=3, planted=0)
    assert design.cells.empty and (design.planted == 1).all()
    totals = [int(t.to_numpy().sum()) for t in tables]
    assert totals == [int(design.n_plants.sum())] * 3


def test_roughness_spreads_the_true_location_quotient():
    sds = {}
    for roughness in (0.0, 0.4):
        design, tables = simulate_counts(
            replicates=1,
            roughness=roughness,
            density_gradient=0.0,
            n_plants=4_000_000,
        )
        counts = next(tables)
        expected = np.outer(design.weights, design.n_plants)
        big = expected > 200
        log = np.log(counts.to_numpy()[big] / expected[big])
        sds[roughness] = np.sqrt(log.var() - (1 / expected[big]).mean())
    assert sds[0.0] == pytest.approx(0.0, abs=0.02)
    assert sds[0.4] == pytest.approx(0.4, abs=0.02)


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


def test_survey_follows_the_published_shares(simulated):
    places, answers = simulated.places, simulated.answers
    assert len(places) == 188 and places["answered"].sum() == 144

    def share(question, option):
        rows = answers[answers["question"].eq(question) & answers["option"].eq(option)]
        return rows["value"].eq("yes").mean(), len(rows)

    assert share("strategy", "yes") == (90 / 144, 144)
    assert share("concepts", "one") == (37 / 144, 144)
    assert share("concepts", "several") == (53 / 144, 144)
    assert share("monitoring", "yes")[0] < 0.5
    for option, published in (("continuous_data", 0.36), ("comparison", 0.29)):
        value, base = share("monitoring_forms", option)
        assert base == 90
        assert value == pytest.approx(published, abs=0.5 / 90)
    declared = simulated.declared
    by_record = {
        "initiated_by": {"agency": (0.90, 1.0), "business": (0.36, 0.38)},
        "funded_by": {
            "municipal": (0.70, 1.0),
            "private": (0.49, 0.51),
            "other_public": (0.40, 1.0),
        },
    }
    for column, bounds in by_record.items():
        for option, (low, high) in bounds.items():
            value = declared[column].map(lambda ticks, o=option: o in ticks).mean()
            assert low <= value <= high


def test_top_three_themes_are_ranked_among_those_named(simulated):
    themes = simulated.answers[simulated.answers["question"].eq("themes")]
    ranked = themes[themes["rank"].notna()]
    assert ranked["value"].eq("yes").all()
    assert all(sorted(r) == [1, 2, 3] for _, r in ranked.groupby("place")["rank"])
    named = themes[themes["value"].eq("yes")]["option"].value_counts()
    top = ranked["option"].value_counts()
    # published: cluster policy stands in the middle, third among the top three
    assert 6 <= named.index.get_loc("cluster_policy") <= 12
    assert top.index.get_loc("cluster_policy") == 2
    assert set(top.index[:2]) == {"land", "location_marketing"}


def test_truth_of_declared_clusters_is_known(simulated):
    truth = simulated.truth
    where = truth.clusters.assign(region=truth.clusters["regions"].str.split(";"))
    where = where.explode("region")
    planted = set(zip(where["field"], where["region"], strict=True))
    regions = simulated.places.set_index("place")["regions"]
    for row in truth.declared.dropna(subset=["field"]).itertuples():
        here = any((row.field, r) in planted for r, _ in regions[row.place])
        assert here == row.is_real
    assert 0.1 < truth.declared["is_real"].mean() < 0.7


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


@pytest.mark.parametrize("n_industries", [6, 20, 60, 87, 88, 150, 272, 400, 700])
def test_industries_come_with_a_tree_and_disjoint_templates(n_industries):
    sim = simulate_economy(
        n_regions=20, n_industries=n_industries, n_plants=9000, planted=3, n_places=10
    )
    assert len(sim.industries) == n_industries
    assert sim.truth.templates["industry"].is_unique
    assert set(sim.truth.templates["industry"]) <= set(sim.industries.index)
    assert sim.truth.templates.groupby("template").size().min() >= 2


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


@pytest.mark.parametrize("n_industries", [20, 88, 150])
def test_every_saved_study_can_be_checked(tmp_path, n_industries):
    from clusterid.study import read_study

    sim = simulate_economy(
        n_regions=15, n_industries=n_industries, n_plants=6000, planted=2, n_years=2
    )
    checked = read_study(sim.save(tmp_path / "study")).check()
    assert checked is not None


def test_an_invented_tree_is_not_saved_as_a_study(tmp_path):
    sim = simulate_economy(n_regions=15, n_industries=620, n_plants=6000, planted=0)
    with pytest.raises(OptionError, match="at most 615"):
        sim.save(tmp_path / "study")


def test_save_writes_a_study_folder(tmp_path):
    import tomllib

    import geopandas as gpd

    sim = simulate_economy(n_regions=12, n_plants=4000, planted=2, seed=2)
    path = sim.save(tmp_path / "study")
    content = tomllib.loads(path.read_text("utf-8"))
    assert content["study"]["simulated"] is True
    named = [
        content["employment"]["path"],
        content["employment"]["totals"],
        content["regions"]["path"],
        *[layer["path"] for kind in ("supply", "skills", "research")
          for layer in content[kind]],
        *content["survey"].values(),
    ]  # fmt: skip
    assert all((path.parent / name).is_file() for name in named)
    back = pd.read_csv(path.parent / "employment.csv", dtype={"industry": "str"})
    assert back["employment"].isna().sum() == sim.employment["employment"].isna().sum()
    shapes = gpd.read_file(path.parent / "regions.geojson").set_index("region")
    assert shapes.geometry.geom_equals(sim.regions.geometry).all()
    first = (path.parent / "regions.geojson").read_bytes()
    sim.save(tmp_path / "again")
    assert (tmp_path / "again" / "regions.geojson").read_bytes() == first


def test_plants_have_the_sizes_of_german_plants():
    # Federal Employment Agency, 30 June 2018, per cent of local units by size
    german = np.array([65.0, 12.4, 10.5, 7.1, 2.6, 1.3, 1.0])
    sim = simulate_economy(n_plants=200_000, n_projects=1, planted=0, seed=7)
    size = sim.plants["employment"].to_numpy()
    band = np.searchsorted([5, 9, 19, 49, 99, 199], size)
    share = 100 * np.bincount(band, minlength=7) / len(size)
    assert np.abs(share - german).max() < 2.5
    assert np.abs(share - german).sum() / 2 < 4


def test_neighbours_share_roughness_whose_variance_stays():
    spread, together = {}, {}
    for share in (0.0, 0.5):
        design, tables = simulate_counts(
            replicates=1, n_plants=60_000_000, roughness=0.4, density_gradient=0.0,
            neighbour_roughness=share, seed=3,
        )  # fmt: skip
        counts = next(tables).to_numpy()
        log = np.log(counts / counts.sum(axis=0) / design.weights[:, None])
        log -= log.mean(axis=0)
        near = [log[n].mean(axis=0) for n in design.adjacent if len(n)]
        mine = log[[bool(len(n)) for n in design.adjacent]]
        spread[share] = log.std()
        together[share] = np.corrcoef(mine.ravel(), np.array(near).ravel())[0, 1]
    assert spread[0.0] == pytest.approx(0.4, abs=0.02)
    assert spread[0.5] == pytest.approx(0.4, abs=0.02)
    assert abs(together[0.0]) < 0.03
    assert together[0.5] > 0.4


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
