"""What an economy cannot say is noted, and withheld is not taken for none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid.study.reading._collecting import Collected
from clusterid.study.reading._studied import can_be_studied
from clusterid.tables import economy


def notes(jobs: dict[str, list[float]], section: str = "employment") -> Collected:
    table = pd.DataFrame(jobs, index=["r", "s", "t"])
    reading = Collected(Path())
    can_be_studied(section, economy(table), reading)
    return reading


def test_an_industry_of_zeros_and_withheld_cells_may_have_jobs() -> None:
    found = notes({"A": [0.0, np.nan, 0.0], "B": [5.0, 6.0, 7.0]}).notes
    (said,) = found
    assert said.startswith("1 industry has no count above 0 that is not withheld (A)")


def test_an_industry_of_zeros_has_no_jobs() -> None:
    found = notes({"A": [0.0] * 3, "B": [5.0, 6.0, 7.0], "C": [0.0] * 3}).notes
    assert any(said.startswith("2 industries have no jobs (A, C)") for said in found)


@pytest.mark.parametrize(
    ("section", "mend"), [("disclosure", "larger regions"), ("employment", "columns")]
)
def test_where_everything_is_withheld_the_mend_is_of_the_section(
    section: str, mend: str
) -> None:
    reading = notes({"A": [np.nan] * 3, "B": [0.0] * 3}, section)
    assert reading.faults
    assert mend in reading.faults[0].mend
