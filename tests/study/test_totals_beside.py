"""Totals in a file of their own must fit the cells, withheld ones or not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid.errors import DataWarning, TableError
from clusterid.study import concentration_of_table

CELLS = {("A", "10"): 50, ("A", "11"): 150, ("B", "10"): 90, ("B", "11"): 60}


def quotients(folder: Path, totals: list[tuple[str, str, int]]) -> pd.DataFrame:
    rows = [(r, i, n) for (r, i), n in CELLS.items()]
    names = ["region", "industry", "employment"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "cells.csv", index=False)
    frame = pd.DataFrame(totals, columns=["region", "industry", "value"])
    frame.to_csv(folder / "totals.csv", index=False)
    return concentration_of_table(
        folder / "cells.csv",
        columns={},
        year=None,
        seed=0,
        totals=folder / "totals.csv",
    )


@pytest.mark.filterwarnings("ignore:no quotient is tested")
def test_a_total_below_its_cells_is_refused_though_none_is_withheld(tmp_path):
    with pytest.raises(TableError, match="less than the cells"):
        quotients(tmp_path, [("TOTAL", "10", 20), ("TOTAL", "11", 210)])
    right = quotients(tmp_path, [("TOTAL", "10", 140), ("TOTAL", "11", 210)])
    assert right["lq_jobs"].notna().all()
    # a table may leave industries out that its totals hold
    more = quotients(tmp_path, [("A", "TOTAL", 900), ("TOTAL", "TOTAL", 4000)])
    assert more["lq_jobs"].notna().all()


@pytest.mark.filterwarnings("ignore:no quotient is tested")
def test_totals_of_codes_that_the_table_has_not_are_named(tmp_path):
    with pytest.warns(DataWarning, match="no region of the table has XX"):
        quotients(tmp_path, [("XX", "TOTAL", 20), ("TOTAL", "10", 140)])
    with pytest.warns(DataWarning, match="TOTAL stands for all"):
        quotients(tmp_path, [("*", "10", 140)])
