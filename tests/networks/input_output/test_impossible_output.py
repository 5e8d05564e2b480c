"""Output that no industry can have."""

from __future__ import annotations

import pandas as pd
import pytest

import clusterid as cid
from clusterid.errors import TableError
from clusterid.networks import multipliers

FLOWS = pd.DataFrame(
    [("A", "B", 10.0), ("B", "A", 5.0), ("A", "C", 20.0), ("B", "C", 45.0)],
    columns=["seller", "buyer", "value"],
)


@pytest.mark.parametrize("weight", ["input", "output", "total", "max", "apl"])
def test_inventories_larger_than_sales_are_a_fault(weight: str) -> None:
    falling = pd.concat([
        FLOWS,
        pd.DataFrame([("A", "INV", -50.0)], columns=FLOWS.columns),
    ])
    with pytest.raises(TableError, match="output is not above 0"):
        cid.supply_network(falling, weight=weight, industries=["A", "B"])
    small = falling.assign(value=falling["value"].where(falling["value"] > 0, -5.0))
    cid.supply_network(small, weight=weight, industries=["A", "B"])


@pytest.mark.parametrize("wrong", [-1.0, 0.0])
def test_given_output_is_above_nothing(wrong: float) -> None:
    output = pd.Series({"A": wrong, "B": 50.0})
    with pytest.raises(TableError, match="output is not above 0"):
        cid.supply_network(FLOWS, weight="input", output=output, industries=["A", "B"])
    idle = pd.Series({"A": 30.0, "B": 50.0, "D": 0.0})
    more = pd.concat([FLOWS, pd.DataFrame([("D", "A", 0.0)], columns=FLOWS.columns)])
    cid.supply_network(more, weight="input", output=idle, industries=["A", "B", "D"])


INNER = [
    ("A", "B", 10.0), ("B", "A", 5.0), ("B", "C", 7.0), ("C", "A", 3.0),
    ("A", "HH", 20.0), ("B", "HH", 45.0), ("C", "HH", 9.0), ("A", "EXP", 6.0),
]  # fmt: skip
SUMS = {
    "intermediate": {"A": 10.0, "B": 12.0, "C": 3.0},
    "demand": {"A": 26.0, "B": 45.0, "C": 9.0},
    "use": {"A": 36.0, "B": 57.0, "C": 12.0},
}


@pytest.mark.parametrize("names", [["intermediate"], ["demand"], ["use"], list(SUMS)])
def test_a_column_of_totals_is_no_demand(names: list[str]) -> None:
    flows = pd.DataFrame(INNER, columns=FLOWS.columns)
    rows = [(s, f"X{n}", v) for n in names for s, v in SUMS[n].items()]
    table = pd.concat([flows, pd.DataFrame(rows, columns=FLOWS.columns)])
    with pytest.raises(TableError, match="a buyer is the sum of others") as caught:
        multipliers(table, industries=["A", "B", "C"])
    assert f"X{names[0]}" in str(caught.value)
    # with output given, demand is not read from the table
    output = pd.Series(SUMS["use"])
    plain = multipliers(flows, industries=["A", "B", "C"])
    given = multipliers(table, industries=["A", "B", "C"], output=output)
    pd.testing.assert_frame_equal(plain, given)


def test_ordinary_demand_is_no_total() -> None:
    flows = pd.DataFrame(INNER, columns=FLOWS.columns)
    assert (multipliers(flows, industries=["A", "B", "C"])["backward"] >= 1).all()
