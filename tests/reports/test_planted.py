"""Planted clusters beside those that were found."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import pandas as pd
from tests.reports.reading import read

from clusterid.reports._planted import planted_and_found


def test_planted_clusters_are_matched_with_those_found(fake: ModuleType) -> None:
    result = fake.fake_result()
    clusters = pd.DataFrame(
        {
            "field": ["engines", "nothing"],
            "regions": ["R11;R12", "R09"],
            "industries": ["A;B;C", "F"],
            "lq": [3.0, 2.0],
        },
        index=pd.Index(["K1", "K2"], name="cluster"),
    )
    table = planted_and_found(clusters, result.candidates)
    assert table.loc["K1", "found"] == "C001"
    assert table.loc["K1", "overlap"] == 1.0
    assert table.loc["K1", "regions_found"] == 1.0
    assert table.loc["K2", "found"] == ""
    assert table.loc["K2", "overlap"] == 0.0
    text = read(replace(result, truth={"clusters": clusters})).text
    assert "2 clusters were planted; 1 of them overlap" in text
    assert "1 of 2 clusters found overlap best with no planted one" in text
