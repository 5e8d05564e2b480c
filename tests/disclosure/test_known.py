"""How much of a result is withheld, and how much of what it shows is estimated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.disclosure.studies import result_of
from tests.disclosure.test_table import known

from clusterid.disclosure._known import Known


def test_the_share_of_all_jobs_is_that_of_the_industries() -> None:
    assert known().share == pytest.approx(30 / 150)
    assert known(withheld=False).share == 0.0


def test_without_indices_the_share_of_cells_stands_in() -> None:
    one = known()
    assert replace(one, industries=pd.DataFrame()).share == 0.25


def test_cells_are_found_by_region_or_by_cluster() -> None:
    cells = pd.DataFrame({"region": ["r", "s", "?"], "industry": ["A", "A", "A"]})
    hidden, share = known().of_cells(cells)
    assert hidden.tolist() == [True, False, False]
    assert share.tolist() == [1.0, 0.5, 0.0]  # half of the industry's cells
    by = pd.DataFrame({"cluster": ["C002", "C001"], "industry": ["A", "A"]})
    hidden, share = known().of_cells(by)
    assert hidden.tolist() == [False, True]
    assert share.tolist() == [0.5, 1.0]
    assert known().of_cells(pd.DataFrame({"template": ["T01"]})) is None
    assert known().of_cells(pd.DataFrame({"industry": ["A"]})) is None


@pytest.mark.parametrize(
    ("row", "alone"),
    [
        ({"region": "r", "industry": "A"}, True),
        ({"regions": "r;s", "industries": "A;B"}, True),  # one of four is withheld
        ({"regions": "s", "template": "T02"}, True),
        ({"cluster": "C001", "year": 2020}, False),  # two cells in another year
        ({"cluster": "C001"}, True),
        ({"industry": "A"}, True),
        ({"label": "a field"}, True),  # which cells it is made of is not said
    ],
)
def test_one_withheld_cell_is_alone_in_a_sum(row: dict, alone: bool) -> None:
    frame = pd.DataFrame([row, row])
    found = known().alone(frame, np.array([True, False]))
    assert found.tolist() == [alone, False]


def test_two_withheld_cells_keep_each_other_company() -> None:
    one = known()
    jobs = one.economy.employment.copy()
    jobs.loc["r", "B"] = np.nan
    on = replace(one, economy=replace(one.economy, employment=jobs))
    frame = pd.DataFrame({"region": ["r", "r"], "template": ["T01", "T02"]})
    assert on.alone(frame, np.array([True, True])).tolist() == [True, False]


def test_what_the_quotients_say_of_their_totals_is_taken() -> None:
    result = result_of("tables")
    on = Known.of(result)
    rows = result.concentration
    hidden, share = on.of_cells(rows)
    np.testing.assert_array_equal(hidden, rows["reason"].eq("withheld").to_numpy())
    np.testing.assert_allclose(share, rows["share_imputed"])


def test_a_part_says_itself_whether_it_counts_plants() -> None:
    result = result_of("tables")
    on = Known.of(result)
    assert on.of_part(result.candidates).counts_plants
    assert on.of_part(result.comparison).counts_plants
    alone = result_of("jobs alone")
    assert not Known.of(alone).of_part(alone.candidates).counts_plants
    on = Known.of(alone)
    assert on.of_part(alone.templates) is on
