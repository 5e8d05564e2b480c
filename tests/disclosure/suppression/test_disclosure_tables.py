"""Firms invented for tests of disclosure control: guarded, then attacked.

The firms are read through ``CLUSTERID_DATA``. Turnover times weight is taken as jobs.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from tests.disclosure.suppression.attacks import Attack

from clusterid.disclosure import audit, guard
from clusterid.tables import Economy


@pytest.fixture(scope="module")
def firms(data_dir):
    path = data_dir / "disclosure_test_tables" / "indiv_dt.csv"
    if not path.exists():
        pytest.skip("the test tables of disclosure control are not here")
    table = pd.read_csv(path, dtype={"A88": str})
    table["jobs"] = table["TURNOVER"] * table["WEIGHT"]
    return table[table["jobs"] > 0].sort_values("jobs", ascending=False)


def tree(firms, *levels):
    parents = {}
    for lower, upper in pairwise(levels):
        pairs = firms[[lower, upper]].drop_duplicates()
        parents |= {c: p for c, p in pairs.itertuples(index=False) if c != p}
    return pd.Series(parents)


def economy_of(firms, activity, *, linked):
    cells = firms.groupby(["NUTS3", activity])["jobs"]
    rank = cells.cumcount()
    second = firms[rank == 1].set_index(["NUTS3", activity])["jobs"]
    whole = cells.sum()
    frames = {
        "employment": whole,
        "establishments": cells.size().astype(float),
        "largest_plant": cells.max(),
        "second_plant": second.reindex(whole.index, fill_value=0.0),
    }
    levels = ("A88", "A21", "A10")
    trees = {
        "industry": tree(firms, *levels[levels.index(activity) :]),
        "region": tree(firms, "NUTS3", "NUTS2", "NUTS1"),
    }
    return Economy(
        **{name: f.unstack(fill_value=0.0) for name, f in frames.items()},
        hierarchies=trees if linked else {},
    )


@pytest.mark.parametrize(
    ("linked", "method"),
    [
        (False, "exact"),
        (False, "fast"),
        (True, "fast"),
        pytest.param(True, "exact", marks=pytest.mark.slow),
    ],
)
def test_activities_by_region_leave_no_cell_close_and_no_firm_computes_one(
    firms, linked, method
):
    economy = economy_of(firms, "A21", linked=linked)
    result = guard(economy, method=method)
    assert (result.reasons.isin(["few_plants", "dominance", "p_percent"])).sum().sum()
    attack = Attack(economy, result)
    assert attack.too_close(0.1) == []
    owners = np.flatnonzero(attack.knows[1])
    assert len(owners) > 5
    for owner in owners:
        assert attack.computed_by(owner) == []


def test_without_companions_the_attack_succeeds(firms):
    economy = economy_of(firms, "A21", linked=False)
    attack = Attack(economy, guard(economy, secondary=False))
    assert len(attack.too_close(0.1)) > 5


@pytest.mark.slow
@pytest.mark.parametrize("linked", [False, True], ids=["alone", "linked"])
@pytest.mark.parametrize("method", ["exact", "fast"])
def test_fine_activities_by_region(firms, linked, method):
    economy = economy_of(firms, "A88", linked=linked)
    result = guard(economy, method=method)
    attack = Attack(economy, result)
    primary = result.reasons.isin(["few_plants", "dominance", "p_percent"]).to_numpy()
    asked = [k for k, cell in enumerate(attack.cells) if primary[cell]]
    assert len(asked) > 400
    for k in asked[:: 1 if not linked else 3]:
        least, most = attack.interval(k)
        near = 0.1 * attack.value[k] * (1 - 1e-6)
        # counts are public: below a unit for each firm nothing is possible
        below = min(near, attack.value[k] - attack.floor[k] - 1e-6)
        assert attack.value[k] - least >= below
        assert most - attack.value[k] >= near
    for owner in np.flatnonzero(attack.knows[1])[::10]:
        assert attack.computed_by(owner) == []
    assert audit(economy, held=result, method="exact").protected


@pytest.mark.slow
def test_guarded_alone_the_finer_table_is_open_through_the_coarser_one(firms):
    """Why linked tables are guarded together: groups published beside the table."""
    alone = guard(economy_of(firms, "A88", linked=False))
    together = economy_of(firms, "A88", linked=True)
    found = audit(together, held=alone.held, method="exact").table
    assert (found["reason"] == "exact").sum() > 10
