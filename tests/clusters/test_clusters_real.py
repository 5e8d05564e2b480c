"""Great Britain: known clusters stand where they are known to be."""

from __future__ import annotations

import os
import subprocess
import sys

import pandas as pd
import pytest

from clusterid.clusters import test_groups
from clusterid.tables import economy

#: group -> (beginnings of SIC classes, region in which it is known to sit)
KNOWN = {
    "ceramics": (("234",), {"UKG2"}),
    "oil and gas": (("061", "091"), {"UKM5"}),
    "spirits": (("1101",), {"UKM6", "UKM8"}),
    "fund management": (("663",), {"UKI3"}),
}


def test_known_clusters_of_great_britain_come_first(data_dir):
    table = pd.read_parquet(
        data_dir / "uk_bres_nuts2" / "bres_employment_sic5_2015_2021.parquet"
    )
    table = table[table["year"].eq(2021)]
    wide = table.pivot_table(
        index="nuts2", columns="sic5", values="emp", aggfunc="sum"
    ).astype(float)
    groups = pd.DataFrame(
        {
            name: [float(str(code).zfill(5).startswith(starts)) for code in wide]
            for name, (starts, _) in KNOWN.items()
        },
        index=wide.columns.astype(str),
    )
    cells = test_groups(economy(wide), groups, local_statistics=False)
    told = {"employment_only", "one_industry", "withheld_part"}
    assert set(cells["reason"]) <= told
    # what one industry carries is no concentration that jobs alone can show
    assert cells.loc[cells["reason"].eq("one_industry"), "p_value"].gt(0.05).all()
    first = cells.sort_values("p_value", kind="stable").groupby("template").first()
    for name, (_, places) in KNOWN.items():
        assert first.loc[name, "region"] in places, name
        assert first.loc[name, "p_value"] < 0.01, name
    # power is told beside what was not found
    assert cells["power_lq"].gt(1).any()


SCRIPT = """
import networkx as nx
from clusterid.communities import detect_communities
graph = nx.relabel_nodes(nx.les_miserables_graph(), str)
found = detect_communities({"a": graph, "b": graph.copy()}, runs=6, resolutions=8)
print(found.membership.fillna("-").to_dict(), found.confidence.round(12).to_dict())
"""


@pytest.mark.slow
def test_two_hash_seeds_give_the_same_templates():
    outputs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert "T01" in outputs[0]
