"""Herfindahl and entropy: check values by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.concentration import herfindahl_index, theil_index


def test_a11_herfindahl_and_theil() -> None:
    jobs = pd.DataFrame({"A": [20, 50, 20, 10]})
    assert herfindahl_index(jobs)["A"] == pytest.approx(0.34)
    jobs = pd.DataFrame({"A": [10, 10, 10, 20, 50]})
    found = theil_index(jobs, variant="L", reference="uniform")["A"]
    assert found == pytest.approx(0.2326302, abs=5e-8)
