"""Plants add up whatever their order."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.property.simulated_data import CODES, QUIET

from clusterid.aggregation import economy_from_plants


@QUIET
@given(
    st.lists(
        st.tuples(
            st.sampled_from(CODES), st.sampled_from(CODES), st.integers(0, 5_000)
        ),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
)
def test_plants_add_up_whatever_their_order(rows, random):
    plants = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    order = list(range(len(plants)))
    random.shuffle(order)
    first = economy_from_plants(plants, engine="pandas")
    second = economy_from_plants(plants.iloc[order], engine="pandas")
    pd.testing.assert_frame_equal(first.employment, second.employment)
    assert first.employment.to_numpy().sum() == plants["employment"].sum()
    assert first.establishments.to_numpy().sum() == len(plants)
    herfindahl = first.plant_herfindahl.dropna()
    counts = plants.groupby("industry").size().reindex(herfindahl.index)
    assert (herfindahl <= 1 + 1e-12).all()
    assert (herfindahl >= 1 / counts - 1e-12).all()
    pd.testing.assert_series_equal(first.plant_herfindahl, second.plant_herfindahl)
