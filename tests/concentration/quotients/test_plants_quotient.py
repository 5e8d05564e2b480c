"""Two quotients of a cell: what stands there, and what a region draws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import location_quotient_test, shrink_quotients
from clusterid.concentration.quotients._known_plants import KnownPlants
from clusterid.concentration.quotients._plants_quotient import plants_quotient
from clusterid.errors import DataWarning, OptionError

PLANTS = ["lq_plants", "lq_plants_smoothed", "lq_plants_lower", "lq_plants_upper"]


def economy(
    n_regions: int, n_industries: int, plants: int, roughness: float, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return jobs, plants and true quotients; one cell in fifty is a cluster."""
    rng = np.random.default_rng(seed)
    x = rng.lognormal(0.0, 0.8, n_regions)
    sizes = rng.lognormal(0.0, 1.0, n_industries)
    mu = plants * n_regions * np.outer(x / x.sum(), sizes / sizes.sum())
    theta = np.ones(mu.shape)
    if roughness > 0:
        theta = rng.gamma(1 / roughness**2, roughness**2, mu.shape)
    strong = rng.random(mu.shape) < 0.02
    theta[strong] = rng.uniform(3.0, 20.0, int(strong.sum()))
    counts = rng.poisson(theta * mu)
    index = [f"r{k:03}" for k in range(n_regions)]
    columns = [f"i{k:03}" for k in range(n_industries)]
    jobs = counts * rng.lognormal(2.5, 1.3, mu.shape)
    # a quotient is against the average of all regions and of all industries
    average = np.outer((theta * mu).sum(axis=1), (theta * mu).sum(axis=0))
    true = theta * mu * (theta * mu).sum() / average
    return (
        pd.DataFrame(jobs, index, columns),
        pd.DataFrame(counts, index, columns),
        true,
    )


@pytest.mark.parametrize(("n_regions", "seeds"), [(12, 20), (40, 8), (150, 2)])
def test_the_interval_of_plants_covers_as_it_says(n_regions: int, seeds: int) -> None:
    check_coverage(n_regions, seeds)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_regions", "seeds"), [(12, 100), (40, 40), (150, 10), (400, 5)]
)
def test_the_interval_covers_in_many_economies(n_regions: int, seeds: int) -> None:
    check_coverage(n_regions, seeds)


def check_coverage(n_regions: int, seeds: int) -> None:
    """Hold the interval of 90 % against the truth, in all cells and in strong ones."""
    for plants in (500, 5000):
        inside, strong = [], []
        for seed in range(seeds):
            for roughness in (0.0, 0.2, 0.4):
                jobs, counts, true = economy(n_regions, 80, plants, roughness, seed)
                tested = location_quotient_test(jobs, establishments=counts)
                lower = tested["lq_plants_lower"].to_numpy()
                upper = tested["lq_plants_upper"].to_numpy()
                covered = (lower <= true.ravel()) & (true.ravel() <= upper)
                inside.append(covered)
                strong.append(covered[true.ravel() > 3])
        assert 0.88 <= np.concatenate(inside).mean() <= 0.94
        assert 0.88 <= np.concatenate(strong).mean() <= 0.94


def test_a_quotient_of_plants_lies_in_its_interval() -> None:
    jobs, counts, _ = economy(60, 40, 300, 0.3, 1)
    tested = location_quotient_test(jobs, establishments=counts)
    known = tested[tested["lq_plants"].notna()]
    assert len(known) > 2000
    assert known["lq_plants_lower"].le(known["lq_plants"]).all()
    assert known["lq_plants_upper"].ge(known["lq_plants"]).all()
    assert known["lq_plants_rank"].lt(known["lq_plants_smoothed"]).all()
    wide = location_quotient_test(jobs, establishments=counts, coverage=0.99)
    assert wide["lq_plants_lower"].le(tested["lq_plants_lower"]).all()
    assert wide["lq_plants_upper"].ge(tested["lq_plants_upper"]).all()
    pd.testing.assert_series_equal(
        wide["lq_plants_smoothed"], tested["lq_plants_smoothed"]
    )


def test_many_plants_in_a_quiet_industry_are_not_smoothed_away() -> None:
    """One town of surgical instruments in a country that has few of them."""
    jobs, counts, _ = economy(400, 80, 500, 0.3, 3)
    x = counts.sum(axis=1) / counts.to_numpy().sum()
    rng = np.random.default_rng(0)
    here = (x - 1.4 / 400).abs().idxmin()  # 1.4 expected
    counts["i000"] = rng.poisson(400 * x)
    counts.loc[here, "i000"] = 20
    jobs["i000"] = 20.0 * counts["i000"]
    tested = location_quotient_test(jobs, establishments=counts)
    tested = tested[tested["industry"].eq("i000")].set_index("region")
    town = tested.loc[here]
    assert 12 < town["lq_plants"] < 15
    assert 0.75 < town["lq_plants_smoothed"] / town["lq_plants"] < 1
    assert town["lq_plants_rank"] > 5
    # the moments of its own industry halve it
    expected = pd.Series(tested["n_expected"])
    old = shrink_quotients(pd.Series(tested["n_plants"]), expected)
    assert old.loc[here, "shrunk"] < 0.5 * town["lq_plants"]
    # and the ordinary cells beside it stay ordinary
    others = tested.drop(index=here)
    assert others["lq_plants_smoothed"].between(0.4, 2.5).mean() > 0.98


def test_no_industry_is_smoothed_to_one_everywhere() -> None:
    jobs, counts, _ = economy(51, 200, 300, 0.1, 5)
    tested = location_quotient_test(jobs, establishments=counts)
    known = tested[tested["lq_plants_smoothed"].notna()]
    spread = known.groupby("industry")["lq_plants_smoothed"].agg(np.ptp)
    assert spread.gt(0.01).all()


def test_jobs_are_a_fact_with_no_interval_of_chance() -> None:
    jobs, counts, _ = economy(12, 10, 200, 0.2, 2)
    tested = location_quotient_test(jobs, establishments=counts)
    for column in ("lq_jobs_smoothed", "lq_jobs_lower", "lq_jobs_upper"):
        pd.testing.assert_series_equal(
            tested[column], tested["lq_jobs"], check_names=False
        )
    # plants stay where they are while jobs move, and the other way round
    bigger = jobs.copy()
    bigger.loc["r000", "i000"] *= 50
    other = location_quotient_test(bigger, establishments=counts)
    pd.testing.assert_frame_equal(other[PLANTS], tested[PLANTS])
    assert (other["lq_jobs"] != tested["lq_jobs"]).any()


@pytest.mark.filterwarnings("ignore:nothing is known of plants")
def test_effective_plants_are_no_plants() -> None:
    jobs, counts, _ = economy(12, 10, 200, 0.2, 2)
    plants = pd.Series(0.02, jobs.columns)
    tested = location_quotient_test(jobs, plant_herfindahl=plants)
    assert tested["test"].eq("herfindahl").all()
    assert tested["p_value"].notna().all()
    assert tested[[*PLANTS, "lq_plants_rank"]].isna().all(axis=None)
    assert tested["reason"].eq("employment_only").all()
    alone = location_quotient_test(jobs)
    assert alone[[*PLANTS, "lq_plants_rank"]].isna().all(axis=None)
    assert alone["reason"].eq("plants_unknown").all()
    # where they are counted as well, another test leaves their quotient alone
    both = {"establishments": counts, "plant_herfindahl": plants}
    tested = location_quotient_test(jobs, method="herfindahl", **both)
    counted = location_quotient_test(jobs, establishments=counts)
    pd.testing.assert_frame_equal(tested[PLANTS], counted[PLANTS])
    assert tested["reason"].eq("").all()


def test_shares_and_density_do_not_mix_into_the_quotient_of_plants() -> None:
    jobs, counts, _ = economy(40, 20, 200, 0.2, 4)
    plain = location_quotient_test(jobs, establishments=counts)
    density = pd.Series(np.linspace(10.0, 4000.0, 40), jobs.index)
    rough = location_quotient_test(
        jobs, establishments=counts, roughness="estimate", density=density
    )
    pd.testing.assert_frame_equal(rough[PLANTS], plain[PLANTS])
    even = pd.Series(1.0, jobs.index)
    given = location_quotient_test(jobs, establishments=counts, shares=even)
    expected = counts / (counts.sum() / 40)
    np.testing.assert_allclose(given["lq_plants"], expected.to_numpy().ravel())


def test_what_has_no_quotient_of_plants_says_why() -> None:
    jobs = pd.DataFrame(
        {"A": [5.0, 5.0, 4.0], "B": [3.0, 0.0, 0.0], "C": [1.0, 9.0, 2.0]}, list("rst")
    )
    counts = pd.DataFrame({"A": [2, 3, 0], "B": [1, 0, 0], "C": [1, 4, 0]}, list("rst"))
    with pytest.warns(DataWarning, match="jobs and no plant"):
        tested = location_quotient_test(jobs, establishments=counts)
    why = tested.set_index(["industry", "region"])["reason"]
    assert why["B"].eq("single_plant").all()
    assert why["A", "t"] == "nothing_expected"  # jobs, but no plant of any industry
    missing = tested["lq_plants"].isna()
    assert missing.sum() == 5
    assert tested.loc[missing, "reason"].ne("").all()
    assert tested.loc[~missing, "reason"].eq("").all()


def test_unknown_counts_give_unknown_quotients() -> None:
    nan = np.nan
    known = KnownPlants(
        np.array([[1.0, nan], [2.0, nan]]), np.array([3.0, nan]), np.array([1.0, 1.0])
    )
    found = plants_quotient(known, np.array([[0.5], [0.5]]), coverage=0.9)
    for values in found.columns().values():
        assert np.isfinite(values[:, 0]).all()
        assert np.isnan(values[:, 1]).all()
    nothing = plants_quotient(known, np.full((2, 1), nan), coverage=0.9)
    assert np.isnan(nothing.plain).all()
    with pytest.raises(OptionError, match="coverage"):
        location_quotient_test(pd.DataFrame({"A": [1.0]}, ["r"]), coverage=1.5)


def test_every_weight_on_jobs_is_further_from_the_rate() -> None:
    _, counts, true = economy(150, 60, 500, 0.3, 7)
    n = counts.to_numpy()
    sizes = np.random.default_rng(7).lognormal(2.5, 1.3, n.sum())
    jobs = np.bincount(np.repeat(np.arange(n.size), n.ravel()), sizes, n.size)
    frame = pd.DataFrame(jobs.reshape(n.shape), counts.index, counts.columns)
    tested = location_quotient_test(frame, establishments=counts)
    here = tested["n_plants"].ge(1).to_numpy()
    smoothed = np.log(tested["lq_plants_smoothed"].to_numpy()[here])
    of_jobs = np.log(tested["lq_jobs"].to_numpy()[here])
    truth, plants = np.log(true.ravel()[here]), n.ravel()[here]

    def error(estimate: np.ndarray) -> float:
        return float(np.sqrt(np.mean((estimate - truth) ** 2)))

    for half in (5, 10, 30):
        weight = plants / (plants + half)
        assert error(weight * of_jobs) > error(smoothed)
        assert error(weight * of_jobs + (1 - weight) * smoothed) > error(smoothed)
