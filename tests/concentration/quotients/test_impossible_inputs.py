"""Inputs that cannot be, and cells in which nothing can be tested."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import DataWarning

REGIONS, INDUSTRIES = list("rstu"), ["A", "B"]


def table(rows: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, index=REGIONS, columns=INDUSTRIES, dtype=float)


JOBS = table([[50, 20], [5, 8], [4, 4], [0, 0]])
PLANTS = table([[4, 3], [1, 2], [1, 1], [0, 0]])


@pytest.mark.parametrize("correction", ["bh", "bonferroni", "holm"])
@pytest.mark.parametrize("family", ["industry", "region", "study"])
def test_an_empty_region_is_no_test(family: str, correction: str) -> None:
    keywords = {"family": family, "correction": correction}
    found = cid.location_quotient_test(JOBS, establishments=PLANTS, **keywords)
    empty = found["region"].eq("u")
    assert found.loc[empty, ["p_value", "q_value"]].isna().all(axis=None)
    assert set(found.loc[empty, "reason"]) == {"region_empty"}
    assert set(found.loc[empty, "null"]) == {"none"}
    without = cid.location_quotient_test(
        JOBS.drop("u"), establishments=PLANTS.drop("u"), **keywords
    )
    columns = ["p_value", "q_value", "power_lq"]
    pd.testing.assert_frame_equal(found.loc[~empty, columns], without[columns])


def test_jobs_without_a_plant_are_told() -> None:
    odd = PLANTS.copy()
    odd.loc["r", "A"] = 0.0
    with pytest.warns(DataWarning, match="1 cell has jobs and no plant \\(r/A\\)"):
        cid.location_quotient_test(JOBS, establishments=odd)
    odd.loc["r", "A"] = np.nan  # unknown is no contradiction
    cid.location_quotient_test(JOBS, establishments=odd)
    # owners without employees are plants without jobs
    owners = PLANTS.copy()
    owners.loc["u", "A"] = 2.0
    cid.location_quotient_test(JOBS, establishments=owners)


def test_without_plants_the_test_says_what_it_lacks() -> None:
    with pytest.warns(DataWarning, match="nothing is known of plants"):
        found = cid.location_quotient_test(JOBS)
    assert found["p_value"].isna().all()
    assert set(found["reason"]) == {"plants_unknown", "region_empty"}
    h = pd.Series({"A": 0.1, "B": 0.2})
    assert (
        cid
        .location_quotient_test(JOBS.drop("u"), plant_herfindahl=h)["p_value"]
        .notna()
        .all()
    )
