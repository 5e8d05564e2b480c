"""What must hold of every table: order, withheld cells, files."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterid.aggregation import economy_from_plants
from clusterid.tables import economy, margins, read_employment, read_flows

CODES = ["01", "02", "10", "A1"]
QUIET = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)


@st.composite
def tables(draw):
    """Long employment tables with withheld, absent and zero cells."""
    cells = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)),
            st.one_of(st.none(), st.integers(0, 10_000)),
            min_size=1,
        )
    )
    rows = [(region, industry, value) for (region, industry), value in cells.items()]
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    return table.astype({"employment": float})


@QUIET
@given(tables(), st.randoms(use_true_random=False))
def test_row_order_changes_nothing(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    first = economy(read_employment(table))
    second = economy(read_employment(table.iloc[order]))
    pd.testing.assert_frame_equal(first.employment, second.employment)
    pd.testing.assert_frame_equal(
        read_employment(table), read_employment(table.iloc[order])
    )


@QUIET
@given(tables())
def test_withheld_is_never_zero_and_absent_never_withheld(table):
    result = economy(read_employment(table)).employment
    given_cells = {(r.region, r.industry): r.employment for r in table.itertuples()}
    for region in result.index:
        for industry in result.columns:
            value = result.loc[region, industry]
            if (region, industry) not in given_cells:
                assert value == 0
            elif np.isnan(given_cells[region, industry]):
                assert np.isnan(value)
            else:
                assert value == given_cells[region, industry]


@QUIET
@given(tables())
def test_a_margin_never_takes_withheld_for_nothing(table):
    result = economy(table)
    sums = margins(result.employment)
    for region, row in result.employment.iterrows():
        if row.isna().any():
            assert np.isnan(sums.region[region])
        else:
            assert sums.region[region] == row.sum()
    assert np.isnan(sums.total) == result.employment.isna().to_numpy().any()


@QUIET
@given(table=tables(), ending=st.sampled_from(["csv", "csv.gz", "parquet", "xlsx"]))
def test_a_table_survives_its_file(table, ending, tmp_path):
    checked = read_employment(table)
    path = tmp_path / f"table.{ending}"
    if ending.startswith("csv"):
        checked.to_csv(path, index=False)
    elif ending == "xlsx":
        checked.to_excel(path, index=False)
    else:
        checked.to_parquet(path, index=False)
    pd.testing.assert_frame_equal(read_employment(path), checked)


@QUIET
@given(
    st.lists(st.floats(0, 1e9, allow_nan=False), min_size=1, max_size=6),
    st.sampled_from([(".", None), (",", "."), (",", " "), (",", "")]),
)
def test_numbers_survive_the_way_they_are_written(values, written):
    decimal, thousands = written
    values = [round(v, 2) for v in values]
    text = [f"{v:,.2f}" if thousands else f"{v:.2f}" for v in values]
    if thousands:
        swap = {",": thousands, ".": decimal}
        text = ["".join(swap.get(c, c) for c in t) for t in text]
    elif decimal == ",":
        text = [t.replace(".", ",") for t in text]
    table = pd.DataFrame({
        "seller": [f"s{i}" for i in range(len(text))],
        "buyer": "b",
        "value": text,
    })
    result = read_flows(table, decimal=decimal, thousands=thousands)
    assert result.sort_values("seller")["value"].tolist() == pytest.approx(values)


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
