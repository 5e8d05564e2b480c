"""Over time, a cluster is called as everywhere else in the report."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import pandas as pd

import clusterid as cid
from clusterid.monitoring import Monitoring


def test_clusters_over_time_have_their_own_names(fake: ModuleType) -> None:
    result = fake.fake_result()
    table = result.candidates.table
    first = str(table.index[0])
    named = table.assign(name=["<b>Town</b>: its own members", *table["label"][1:]])
    changes = pd.DataFrame({
        "label": ["label of the kind"],
        "employment_start": [100.0],
        "employment_end": [120.0],
        "p_value": [0.5],
    }, index=pd.Index([first], name="cluster"))  # fmt: skip
    panel = changes.reset_index().assign(year=2019, employment=100.0)
    found = replace(
        result,
        candidates=replace(result.candidates, table=named),
        monitoring=Monitoring(panel, changes),
    )
    page = cid.report(found).html
    assert "&lt;b&gt;Town&lt;/b&gt;: its own members" in page
    assert "label of the kind" not in page
    # without clusters the label is all there is
    bare = cid.report(replace(found, candidates=None)).html
    assert "label of the kind" in bare
