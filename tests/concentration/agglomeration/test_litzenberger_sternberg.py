"""The cluster index: a check value of the textbook."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.concentration import litzenberger_sternberg


def test_a4_cluster_index() -> None:
    names = ["region", "rest"]
    jobs = pd.DataFrame({"A": [1743, 5740 - 1743]}, index=names)
    plants = pd.DataFrame({"A": [35, 53 - 35]}, index=names)
    area = pd.Series([50, 576 - 50], names)
    people = pd.Series([488, 4621 - 488], names)
    found = litzenberger_sternberg(jobs, plants, area, people)
    assert found["cluster_index"][0] == pytest.approx(21.8749110167, abs=1e-9)
