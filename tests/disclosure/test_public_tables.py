"""An economy from plants as published: nothing of a held cell is left in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.aggregation import economy_from_plants
from clusterid.disclosure import guard, published_economy
from clusterid.tables import Economy


def plants(seed: int = 0, n: int = 6_000) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = np.ceil(rng.pareto(1.3, n) * 5) + 1
    return pd.DataFrame({
        "region": [f"r{i:02d}" for i in rng.integers(0, 12, n)],
        "industry": [f"i{i:02d}" for i in np.minimum(rng.geometric(0.08, n), 40)],
        "employment": size,
    })


@pytest.fixture(scope="module")
def private() -> Economy:
    return economy_from_plants(plants(), codes="as_is")


@pytest.fixture(scope="module")
def public(private: Economy) -> Economy:
    return published_economy(private, guard(private))


def test_what_is_held_is_withheld(private: Economy, public: Economy) -> None:
    held = guard(private).held
    assert 0 < held.to_numpy().sum() < held.size
    assert public.employment.isna().equals(held)
    kept = private.employment.where(~held)
    pd.testing.assert_frame_equal(public.employment, kept)
    for name in ("lower", "upper", "largest_plant", "second_plant", "plant_squares"):
        assert getattr(public, name) is None
    pd.testing.assert_frame_equal(public.establishments, private.establishments)


def test_totals_that_are_not_held_are_published(
    private: Economy, public: Economy
) -> None:
    guarded = guard(private)
    for name, hidden in (
        ("region", guarded.region_totals), ("industry", guarded.industry_totals),
    ):  # fmt: skip
        mine = getattr(public.margins, name)
        true = getattr(private.margins, name)
        shown = ~hidden.to_numpy(dtype=bool)
        np.testing.assert_allclose(mine[shown], true[shown])


def test_the_herfindahl_lies_in_its_interval(private: Economy, public: Economy) -> None:
    ends = public.plant_herfindahl
    assert isinstance(ends, pd.DataFrame)
    own = private.plant_herfindahl.reindex(ends.index)
    known = ends["lower"].notna()
    assert known.any()
    assert (ends["lower"] <= own * (1 + 1e-12))[known].all()
    assert (ends["upper"] >= own * (1 - 1e-12))[known].all()
    some_held = public.employment.isna().any()
    assert (ends["upper"] > ends["lower"])[some_held & known].all()


def test_the_herfindahl_says_nothing_of_plants_in_held_cells(private: Economy) -> None:
    guarded = guard(private)
    # the plants of held cells are others, their cells and counts the same
    squares = private.plant_squares.where(~guarded.held, private.plant_squares * 1.3)
    largest = private.largest_plant.where(~guarded.held, private.largest_plant * 0.7)
    share = private.plant_herfindahl.where(~guarded.held.any(), 0.77)
    other = Economy(
        private.employment,
        private.establishments,
        plant_herfindahl=share,
        largest_plant=largest,
        second_plant=private.second_plant,
        plant_squares=squares,
    )
    one = published_economy(private, guarded).plant_herfindahl
    pd.testing.assert_frame_equal(
        one, published_economy(other, guarded).plant_herfindahl
    )


def test_where_nothing_is_held_nothing_is_changed(private: Economy) -> None:
    off = guard(private, minimum_plants=1, dominance=1.0, p_percent=0)
    assert not off.held.to_numpy().any()
    same = published_economy(private, off)
    pd.testing.assert_frame_equal(same.employment, private.employment)
    pd.testing.assert_series_equal(
        same.plant_herfindahl, private.plant_herfindahl, check_names=False
    )
    assert same.totals is None


def test_rows_in_another_order_give_the_same_tables(public: Economy) -> None:
    table = plants().sample(frac=1, random_state=4)
    again = economy_from_plants(table, codes="as_is")
    again = published_economy(again, guard(again))
    pd.testing.assert_frame_equal(again.employment, public.employment)
    pd.testing.assert_frame_equal(again.totals, public.totals)
    pd.testing.assert_frame_equal(again.plant_herfindahl, public.plant_herfindahl)


def test_an_industry_without_jobs_has_no_herfindahl() -> None:
    table = plants(n=300)
    empty = pd.DataFrame({"region": ["r00"], "industry": ["zz"], "employment": [0.0]})
    one = economy_from_plants(pd.concat([table, empty]), codes="as_is")
    ends = published_economy(one, guard(one)).plant_herfindahl
    assert ends.loc["zz"].isna().all()


def test_a_plant_of_unknown_size_takes_the_total_of_its_industry_along() -> None:
    table = plants()
    table.loc[0, "employment"] = np.nan
    one = economy_from_plants(table, codes="as_is")
    public = published_economy(one, guard(one))
    region, industry = table.loc[0, ["region", "industry"]]
    assert np.isnan(public.employment.loc[region, industry])
    assert np.isnan(public.margins.industry[industry])
    assert np.isnan(public.margins.region[region])
    assert public.plant_herfindahl.loc[industry].isna().all()
