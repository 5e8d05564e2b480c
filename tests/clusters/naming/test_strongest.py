"""Which members name a cluster, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters.naming import Naming
from clusterid.clusters.questions._counted import table_of
from clusterid.tables import economy

CODES = ["a", "b", "c", "z"]
#: two regions of the cluster, one for the rest
JOBS = pd.DataFrame(
    [
        [300.0, 200.0, 20.0, 480.0],
        [100.0, 10.0, 20.0, 870.0],
        [100.0, 90.0, 260.0, 7550.0],
    ],
    index=["r", "s", "t"],
    columns=CODES,
)  # fmt: skip


def _naming(
    jobs: pd.DataFrame,
    *,
    imputed: pd.DataFrame | None = None,
    plants: pd.DataFrame | None = None,
) -> Naming:
    long = jobs.stack().rename("employment").rename_axis(["region", "industry"])
    table = long.reset_index()
    if plants is not None:
        table["establishments"] = plants.stack().to_numpy()
    ready = table_of(economy(table), imputed)
    shares = IndustryShares.of(ready.employment, ready.size)
    of_plants = (
        None
        if ready.plants is None
        else IndustryShares.of(ready.plants, ready.plants.sum(axis=1))
    )
    return Naming.of(ready, shares, of_plants)


def test_the_strongest_members_name_and_weak_ones_do_not() -> None:
    naming = _naming(JOBS)
    assert naming.members(["r", "s"], ["a", "b", "c"]) == ["a", "b"]
    # a's excess is all but a fifth of it
    assert naming.members(["s"], ["a", "b", "c"]) == ["a"]
    assert naming.town(["r", "s"], ["a", "b", "c"]) == "r"
    assert naming.town(["s", "r"], ["a", "b", "c"]) == "r"


def test_a_member_that_is_missing_never_names() -> None:
    naming = _naming(JOBS)
    assert naming.members(["r", "s"], ["a", "b", "c"], ["a"]) == ["b"]
    assert naming.members(["r"], ["a"], ["a"]) == []


def test_an_estimated_cell_does_not_name() -> None:
    imputed = pd.DataFrame(False, index=JOBS.index, columns=JOBS.columns)
    imputed.loc["r", "a"] = True
    naming = _naming(JOBS, imputed=imputed)
    assert naming.members(["r"], ["a", "b", "c"]) == ["b"]
    more = JOBS.copy()
    more.loc["r", "a"] = 310.0
    again = _naming(more, imputed=imputed)
    assert again.members(["r", "s"], ["a", "b"]) == naming.members(
        ["r", "s"], ["a", "b"]
    )


def test_cells_of_one_or_two_plants_do_not_name() -> None:
    plants = (JOBS / 10).round()
    plants.loc["r", "a"] = 2.0
    naming = _naming(JOBS, plants=plants)
    assert naming.members(["r"], ["a", "b", "c"]) == ["b"]


def test_plants_name_where_all_jobs_are_withheld() -> None:
    imputed = pd.DataFrame(False, index=JOBS.index, columns=JOBS.columns)
    imputed.loc["r"] = True
    naming = _naming(JOBS, imputed=imputed, plants=(JOBS / 10).round())
    assert naming.members(["r"], ["a", "b", "c"]) == ["a", "b"]
    assert naming.town(["r"], ["a"]) == "r"
    # without plants the largest of the study whose jobs are known does
    assert _naming(JOBS, imputed=imputed).members(["r"], ["a", "b", "c"]) == ["c"]


def test_order_of_rows_and_columns_changes_nothing() -> None:
    turned = JOBS.loc[["t", "s", "r"], CODES[::-1]]
    one, other = _naming(JOBS), _naming(turned)
    for regions in (["r"], ["s"], ["r", "s"]):
        assert one.members(regions, CODES[:3]) == other.members(regions, CODES[2::-1])


def test_equal_and_empty_regions_give_one_name() -> None:
    flat = pd.DataFrame(10.0, index=JOBS.index, columns=JOBS.columns)
    assert _naming(flat).members(["r"], ["b", "a"]) == ["a"]
    none = JOBS.copy()
    none.loc["r", ["a", "b", "c"]] = 0.0
    naming = _naming(none)
    assert naming.members(["r"], ["a", "b"]) in (["a"], ["b"])
    assert naming.town(["r", "t"], ["a", "b"]) == "t"
    assert np.isfinite(naming.jobs).all()
