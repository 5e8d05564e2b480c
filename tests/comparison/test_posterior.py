"""The latent model finds the parameters that generated the data."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.comparison import PRIORS, LatentFit, hui_walter

TRUE = {
    "prevalence": np.array([0.3, 0.05]),
    "sensitivity": 0.6,
    "specificity": 0.95,
    "measured_if": np.array([0.05, 0.05, 0.1, 0.8]),
    "measured_if_not": np.array([0.5, 0.26, 0.23, 0.01]),
}


def simulated(n, rng):
    counts = np.zeros((2, 2, 4), dtype=np.int64)
    for k, prevalence in enumerate(TRUE["prevalence"]):
        for is_true, share in ((1, prevalence), (0, 1 - prevalence)):
            d = TRUE["sensitivity"] if is_true else 1 - TRUE["specificity"]
            m = TRUE["measured_if"] if is_true else TRUE["measured_if_not"]
            p = share * np.outer([1 - d, d], m)
            counts[k] += rng.poisson(n * p)
    return counts


def test_two_populations_identify_both_sources():
    rng = np.random.default_rng(2)
    fit = hui_walter(simulated(5000, rng), PRIORS["neutral"], rng=rng)
    assert fit.prevalence.mean(axis=0) == pytest.approx(TRUE["prevalence"], abs=0.03)
    assert fit.sensitivity.mean() == pytest.approx(0.6, abs=0.05)
    assert fit.specificity.mean() == pytest.approx(0.95, abs=0.02)
    assert fit.measured_if.mean(axis=0)[-1] == pytest.approx(0.8, abs=0.08)
    up = 0.3 * 0.6 * 0.8
    known = up / (up + 0.7 * 0.05 * 0.01)
    assert fit.probability(1, 3, 0).mean() == pytest.approx(known, abs=0.02)


def test_same_seed_same_draws():
    counts = simulated(200, np.random.default_rng(0))
    one, two = (
        hui_walter(counts, PRIORS["neutral"], rng=np.random.default_rng(5), draws=50)
        for _ in range(2)
    )
    assert (one.prevalence == two.prevalence).all()


def test_dependence_keeps_margins_and_weakens_agreement():
    ones = np.ones(1)
    fit = LatentFit(
        prevalence=ones[:, None] * 0.2,
        sensitivity=ones * 0.6,
        specificity=ones * 0.9,
        measured_if=TRUE["measured_if"][None],
        measured_if_not=TRUE["measured_if_not"][None],
    )
    free, bound = (fit.probability(1, 3, 0, c)[0] for c in (0.0, 0.5))
    assert bound < free
    # total probability: summed over what both say, the prevalence comes back
    for covariance in (0.0, 0.5):
        total = 0.0
        for d in (0, 1):
            for level in range(4):
                from clusterid.comparison._posterior import _joint

                like = [
                    _joint(s, m, d, level, covariance)[0]
                    for s, m in (
                        (ones * 0.6, TRUE["measured_if"][None]),
                        (ones * 0.1, TRUE["measured_if_not"][None]),
                    )
                ]
                mass = 0.2 * like[0] + 0.8 * like[1]
                total += mass * fit.probability(d, level, 0, covariance)[0]
        assert total == pytest.approx(0.2)


def test_intervals_cover_what_the_data_were_drawn_from():
    prior = PRIORS["neutral"]
    inside = []
    for run in range(24):
        rng = np.random.default_rng(run)
        share = rng.beta(*prior.prevalence, size=3)
        se, sp = rng.beta(*prior.sensitivity), rng.beta(*prior.specificity)
        found, not_found = (
            rng.dirichlet(p) for p in (prior.measured_if, prior.measured_if_not)
        )
        if se + sp <= 1 or found[-1] <= not_found[-1]:
            continue
        counts = np.zeros((3, 2, 4), dtype=np.int64)
        for k in range(3):
            true = rng.random(300) < share[k]
            declared = np.where(true, rng.random(300) < se, rng.random(300) > sp)
            level = np.where(
                true, rng.choice(4, 300, p=found), rng.choice(4, 300, p=not_found)
            )
            np.add.at(counts[k], (declared.astype(int), level), 1)
        fit = hui_walter(counts, prior, draws=500, burn_in=150, rng=rng)
        low, high = np.percentile(fit.prevalence, [2.5, 97.5], axis=0)
        inside += list((share >= low) & (share <= high))
    # 95 per cent are meant; below 85 of 60 and more lies under 0.2 per cent of chance
    assert len(inside) >= 60
    assert np.mean(inside) >= 0.85
