"""What the latent model says of a field, and of what it says nothing."""

from __future__ import annotations

import numpy as np
from tests.comparison.hand import hand

from clusterid.comparison import PRIORS, ComparisonRules
from clusterid.comparison._latent import Populations, with_posterior
from clusterid.comparison._posterior import prior_draws


def test_a_grade_raises_the_probability_and_what_cannot_be_measured_has_none():
    rng = np.random.default_rng(0)
    fits = {name: prior_draws(prior, 1, 400, rng) for name, prior in PRIORS.items()}
    populations = Populations(["all"], {"P": 0})
    rules = ComparisonRules()

    def probability(**changes):
        found = with_posterior(hand(**changes), fits, populations, rules)
        return float(found.loc[0, "posterior"])

    graded = probability()
    weak = probability(level_shares=(0.0, 0.0, 1.0, 0.0))
    nothing = probability(level_shares=(1.0, 0.0, 0.0, 0.0))
    assert graded > 0.6 > weak > nothing
    assert np.isnan(probability(mappability=0.1))
