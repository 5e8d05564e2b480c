"""Which groups of industries could stand somewhere as a whole."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.clusters import standing
from clusterid.errors import OptionError
from clusterid.tables import economy

REGIONS = [f"R{i:02d}" for i in range(12)]


def table(extra=(), plants=False):
    """Return regions with the same industries, and some cells that differ."""
    counts = {(r, i): (1000.0, 40) for r in REGIONS for i in "ABCDE"}
    counts |= {(r, "Z"): (20_000.0, 800) for r in REGIONS}
    counts |= {(r, i): cell for r, i, cell in extra}
    rows = [(r, i, *cell) for (r, i), cell in counts.items()]
    columns = ["region", "industry", "employment", "establishments"]
    frame = pd.DataFrame(rows, columns=columns)
    return economy(frame if plants else frame.drop(columns="establishments"))


def test_a_group_strong_together_could_stand_and_an_even_one_could_not():
    could = standing(table([("R03", "A", (9000.0, 40)), ("R03", "B", (9000.0, 40))]))
    assert could([["A", "B"], ["C", "D"], ["A"]]) == [True, False, True]


def test_a_group_whose_industries_go_different_ways_could_not():
    # together at 2.4 times the usual, while B is nearly absent there
    strong = [("R03", "A", (9000.0, 40)), ("R03", "B", (10.0, 1))]
    strong += [(r, "B", (3000.0, 1)) for r in REGIONS if r != "R03"]
    could = standing(table(strong), standing_quotient=1.2)
    assert could([["A"], ["A", "B"]]) == [True, False]


def test_plants_count_where_jobs_do_not():
    few_jobs = [("R03", i, (1000.0, 200)) for i in "AB"]
    assert standing(table(few_jobs, plants=True))([["A", "B"]]) == [True]
    assert standing(table(few_jobs))([["A", "B"]]) == [False]


def test_too_few_jobs_are_not_enough():
    few = [(r, "A", (10.0, 1)) for r in REGIONS] + [("R03", "A", (300.0, 1))]
    found = standing(table(few))([["A"]])
    assert found == [False]
    assert standing(table(few), standing_jobs=200)([["A"]]) == [True]


def test_withheld_cells_count_on_neither_side():
    strong = table([("R03", "A", (9000.0, 40))])
    jobs = strong.employment.copy()
    jobs.loc["R03", "A"] = np.nan
    hidden = economy(
        jobs
        .rename_axis(index="region", columns="industry")
        .stack()
        .rename("employment")
        .reset_index()
    )
    assert standing(hidden)([["A"]]) == [False]


def test_unknown_codes_empty_groups_and_no_groups():
    could = standing(table())
    assert could([["nowhere"], []]) == [False, False]
    assert could([]) == []


def test_options_are_checked():
    with pytest.raises(OptionError, match="standing_quotient"):
        standing(table(), standing_quotient=0.5)
