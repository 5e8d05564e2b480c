"""Quotients with neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph

from clusterid.concentration import focal_location_quotient, location_quotient
from clusterid.errors import TableError


def test_focal_quotient_by_hand():
    table = pd.DataFrame(
        {"A": [8.0, 0.0, 2.0, 5.0], "B": [2.0, 10.0, 8.0, 5.0]}, index=list("rstu")
    )
    graph = Graph.from_arrays(
        list("rsstu"), list("srtsu"), [1.0, 1.0, 2.0, 2.0, 0.0]
    )  # u is an island
    plain = location_quotient(table)
    ours = focal_location_quotient(table, graph)
    assert ours.loc["r", "A"] == pytest.approx((8 / 20) / (15 / 40))
    assert ours.loc["s", "A"] == pytest.approx(((0 + 8 + 4) / 40) / (15 / 40))
    assert ours.loc["u", "A"] == pytest.approx(plain.loc["u", "A"])
    bisquare = focal_location_quotient(table, graph, kernel="bisquare", bandwidth=4.0)
    near, far = (1 - 1 / 16) ** 2, (1 - 4 / 16) ** 2
    expected = (0 + near * 8 + far * 2) / (10 + near * 10 + far * 10) / (15 / 40)
    assert bisquare.loc["s", "A"] == pytest.approx(expected)
    alone = focal_location_quotient(table, graph, kernel="triangular", bandwidth=0.5)
    pd.testing.assert_frame_equal(alone, plain)


def test_a_withheld_neighbour_withholds_the_focal_quotient():
    table = pd.DataFrame({"A": [8.0, np.nan, 2.0], "B": 1.0}, index=list("rst"))
    totals = pd.DataFrame(
        [("s", "TOTAL", 9.0), ("TOTAL", "A", 18.0)],
        columns=["region", "industry", "value"],
    )
    graph = Graph.from_arrays(list("rst"), list("srt"), [1.0, 1.0, 0.0])
    ours = focal_location_quotient(table, graph, totals=totals)
    assert ours["A"].isna().tolist() == [True, True, False]
    with pytest.raises(TableError) as caught:
        focal_location_quotient(table.drop("t"), graph)
    assert "not in employment" in str(caught.value)
