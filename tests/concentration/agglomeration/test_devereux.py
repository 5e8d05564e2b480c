"""Devereux, Griffith and Simpson: the even spread."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.concentration import devereux


def test_devereux_is_zero_for_an_even_spread() -> None:
    jobs = pd.DataFrame({"A": [5.0] * 4})
    found = devereux(jobs, pd.Series({"A": 0.05}), pd.Series({"A": 20}))
    assert found.loc["A", "alpha"] == pytest.approx(0.0)
