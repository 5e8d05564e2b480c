"""A row called a total that is less than its table's cells is no total of them."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from clusterid.errors import TableError
from clusterid.tables import read_employment

CELLS = {
    "R1": {"steel": 400, "cars": 300, "trade": 900},
    "R2": {"steel": 100, "cars": 700, "trade": 800},
    "R3": {"steel": 250, "cars": 200, "trade": 600},
}


def table(extra):
    rows = [(r, i, n) for r, cells in CELLS.items() for i, n in cells.items()]
    rows += extra
    return pd.DataFrame(rows, columns=["region", "industry", "employment"])


def subtotal(name):
    return [(r, name, c["steel"] + c["cars"]) for r, c in CELLS.items()]


@pytest.mark.parametrize(
    "name", ["Total manufacturing", "Industrie insgesamt", "Industrie, total"]
)
def test_a_subtotal_by_name_is_refused(name):
    with pytest.raises(TableError, match="less than the cells beside it"):
        read_employment(table(subtotal(name)))


def test_a_region_with_the_word_in_its_name_is_refused_not_dropped():
    real = [("Total Valley", "steel", 50), ("Total Valley", "trade", 40)]
    with pytest.raises(TableError, match="Total Valley"):
        read_employment(table(real))


@pytest.mark.parametrize("more", [0, 40])
def test_a_real_total_is_kept_even_where_it_holds_more(more):
    real = [(r, "Industries, total", sum(c.values()) + more) for r, c in CELLS.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = read_employment(table(real))
    assert set(found["industry"]) == {"steel", "cars", "trade"}


def test_beside_a_real_total_a_subtotal_is_left_out():
    real = [(r, "Insgesamt", sum(c.values())) for r, c in CELLS.items()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = read_employment(table(real + subtotal("Industrie insgesamt")))
    assert set(found["industry"]) == {"steel", "cars", "trade"}
