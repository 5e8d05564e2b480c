"""Related and unrelated variety add up."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.concentration import entropy, related_variety, unrelated_variety


def test_variety_parts_add_up_to_entropy() -> None:
    rng = np.random.default_rng(6)
    jobs = pd.DataFrame(rng.integers(0, 9, (5, 8)) + np.eye(5, 8))
    groups = pd.Series(list("aabbbccc"), jobs.columns)
    whole = related_variety(jobs, groups) + unrelated_variety(jobs, groups)
    np.testing.assert_allclose(whole, entropy(jobs), rtol=0, atol=1e-13)
