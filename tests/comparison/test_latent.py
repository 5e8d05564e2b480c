"""What the latent model says of a field, and of what it says nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.comparison import PRIORS, ComparisonRules, decide
from clusterid.comparison._latent import Populations, with_posterior
from clusterid.comparison._posterior import prior_draws


def _evidence_row(**changed):
    """Return one declared field that is concentrated and linked, changed as told."""
    row = {
        "field": "f", "mappability": 1.0, "unit": 0, "place_share": 1.0,
        "cell_reason": "", "p_value": 1e-6, "lq": 2.0, "lq_shrunk": 1.9,
        "match_score_0": 0.0, "match_score_1": 0.0, "match_score_2": 0.0,
        "near_p_0": 1.0, "near_p_1": 1.0, "near_p_2": 1.0, "linkage": 0.8,
        "research": float("nan"), "density_rank": 0.5, "trend": float("nan"),
        "share_concentrated": 1.0, "posterior_readings": 0.9, "posterior_upper": 0.9,
        "lq_limit": 4.0, "level_shares": (0.0, 0.0, 0.0, 1.0), "place": "P",
    }  # fmt: skip
    return pd.DataFrame([{**row, **changed}])


def test_what_one_industry_carries_is_undecided_and_has_no_probability():
    rng = np.random.default_rng(0)
    fits = {name: prior_draws(prior, 1, 400, rng) for name, prior in PRIORS.items()}
    populations = Populations(["all"], {"P": 0})
    rules = ComparisonRules()
    lone = _evidence_row(cell_reason="one_industry", p_value=0.77, lq=4.4)
    lone["level_shares"] = [(1.0, 0.0, 0.0, 0.0)]
    found = with_posterior(lone, fits, populations, rules)
    # a p of what is left must not be read as a measurement of nothing
    assert np.isnan(found.loc[0, "posterior"])
    assert decide(found, rules).loc[0].tolist() == ["unknown", "one_industry"]
    real = with_posterior(_evidence_row(), fits, populations, rules)
    assert real.loc[0, "posterior"] > 0.8
    # more plants but hardly more jobs: the verdict is unknown, and so is the chance
    lean = with_posterior(
        _evidence_row(lq=1.02, lq_shrunk=1.001), fits, populations, rules
    )
    assert decide(lean, rules).loc[0, "reason"] == "no_excess_jobs"
    assert lean.loc[0, "posterior"] < 0.6
