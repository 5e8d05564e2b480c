"""Co-agglomeration: pairs and groups agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import coagglomeration, group_coagglomeration


def test_a7_pairs_and_groups_agree() -> None:
    rng = np.random.default_rng(5)
    jobs = pd.DataFrame(rng.integers(1, 50, (6, 3)), columns=list("ABC"))
    pair = coagglomeration(jobs)
    groups = pd.Series({"A": "x", "C": "x"})
    found = group_coagglomeration(jobs, groups=groups)
    assert found.loc["x", "gamma_c"] == pytest.approx(pair.loc["A", "C"], abs=1e-15)
