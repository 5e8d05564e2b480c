"""Sums that stand among their parts are totals, and bound what is withheld."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.concentration import withheld_bounds
from clusterid.errors import OptionError, TableError
from clusterid.sources import reader
from clusterid.tables import TOTAL, code_tree, flat_tree, separated

ROWS = [
    # region, industry, jobs, plants; the sums C and 00 stand among their parts
    ("AA1", "00", 100.0, 20), ("AA2", "00", 60.0, 12),
    ("AA1", "C", 70.0, 14), ("AA2", "C", 60.0, 12),
    ("AA1", "C14", 50.0, 10), ("AA1", "C15", None, 4), ("AA2", "C14", 60.0, 12),
    ("AA1", "F41", 30.0, 6), ("AA1", "F", 30.0, 6), ("AA1", "F411", 30.0, 6),
]  # fmt: skip


@pytest.fixture
def table() -> pd.DataFrame:
    columns = ["region", "industry", "employment", "establishments"]
    return pd.DataFrame(ROWS, columns=columns)


def _read(path: Path, table: pd.DataFrame, **options: object) -> object:
    table.to_csv(path, index=False)
    given = {"levels": {"industry": 3}, "total_codes": {"industry": "00"}}
    return reader("table", "employment")(path, **(given | options))


def test_a_tree_leaves_longer_codes_out_and_counts_what_has_no_part() -> None:
    tree = code_tree(["C", "C14", "C15", "F411", "99", "31-33", "314", "00"], 3)
    assert tree.leaves == ("00", "314", "99", "C14", "C15")
    assert tree.parents["314"] == "31-33"
    assert tree.parents["31-33"] == TOTAL
    assert "F411" not in tree.parents


def test_a_level_that_no_code_has_is_told() -> None:
    with pytest.raises(TableError, match="no code has 5 characters"):
        code_tree(["C", "C14"], 5)


def test_sums_become_totals_and_determine_quotients(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    made = _read(tmp_path / "a.csv", table).economy()  # type: ignore[attr-defined]
    assert list(made.industries) == ["C14", "C15", "F41"]
    # C of AA2 leaves nothing for C15, TOTAL nothing for F41
    assert made.employment.loc["AA2"].tolist() == [60.0, 0.0, 0.0]
    assert np.isnan(made.employment.loc["AA1", "C15"])
    assert made.margins.region.tolist() == [100.0, 60.0]
    assert made.margins.total == 160.0
    assert withheld_bounds(made).lower.loc["AA1", "C15"] == 20.0
    quotients = cid.location_quotient(made.employment, totals=made.totals)
    expected = (50 / 100) / (110 / 160)
    assert quotients.loc["AA1", "C14"] == pytest.approx(expected)
    assert np.isnan(quotients.loc["AA1", "C15"])  # the cell itself is withheld


def test_the_order_of_rows_plays_no_part(table: pd.DataFrame, tmp_path: Path) -> None:
    first = _read(tmp_path / "a.csv", table)
    other = _read(tmp_path / "b.csv", table.sample(frac=1.0, random_state=1))
    pd.testing.assert_frame_equal(first.table, other.table)  # type: ignore[attr-defined]
    pd.testing.assert_frame_equal(first.totals, other.totals)  # type: ignore[attr-defined]


def test_sums_that_were_rounded_apart_do_not_contradict(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    table.loc[table["industry"].eq("F"), "employment"] = 29.0
    made = _read(tmp_path / "a.csv", table).economy()  # type: ignore[attr-defined]
    bounds = withheld_bounds(made)
    assert bounds.lower.loc["AA1", "C15"] <= 20.0 <= bounds.upper.loc["AA1", "C15"]


def test_what_no_sum_bounds_is_assumed_and_said() -> None:
    rows = [("r", "A1", 5.0), ("r", "B1", None), ("s", "B1", 9.0), ("s", "A1", 1.0)]
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    trees = flat_tree(["r", "s"]), flat_tree(["A1", "B1"])
    made = separated(table, *trees, year=2020)
    assert made.assumed == 1
    assert made.cells.set_index(["region", "industry"]).loc[("r", "B1"), "upper"] == 9.0
    assert separated(table, *trees, year=2020, largest=False).assumed == 0


def test_a_side_that_does_not_exist_is_told(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match="side"):
        _read(tmp_path / "a.csv", table, levels={"sector": 3})
