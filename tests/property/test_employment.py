"""What must hold of every employment table: order, withheld cells, files."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from tests.property.simulated_data import QUIET, employment_tables

from clusterid.tables import economy, read_employment


@QUIET
@given(employment_tables(), st.randoms(use_true_random=False))
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
@given(employment_tables())
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
@given(
    table=employment_tables(),
    ending=st.sampled_from(["csv", "csv.gz", "parquet", "xlsx"]),
)
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
