"""Numbers survive the way they are written."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.simulated_data import QUIET

from clusterid.tables import read_flows


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
