"""Location quotients by literal loops."""

from __future__ import annotations

import math

import pytest
from tests.oracle.simulated_data import tables_of

from clusterid.concentration import location_quotient


def test_location_quotients_literally(simulated):
    jobs, _ = tables_of(simulated)
    fast = {
        v: location_quotient(jobs, variant=v)
        for v in ("ratio", "additive", "additive_industry", "symmetric", "log", "z")
    }
    total = sum(jobs.loc[j, i] for j in jobs.index for i in jobs.columns)
    for i in jobs.columns:
        e_i = sum(jobs.loc[j, i] for j in jobs.index)
        quotients = {}
        for j in jobs.index:
            e_j = sum(jobs.loc[j, k] for k in jobs.columns)
            lq = (jobs.loc[j, i] / e_j) / (e_i / total)
            quotients[j] = lq
            assert fast["ratio"].loc[j, i] == pytest.approx(lq, rel=1e-12)
            additive = jobs.loc[j, i] / e_i - e_j / total
            assert fast["additive"].loc[j, i] == pytest.approx(additive, abs=1e-14)
            additive = jobs.loc[j, i] / e_j - e_i / total
            assert fast["additive_industry"].loc[j, i] == pytest.approx(
                additive, abs=1e-14
            )
            assert fast["symmetric"].loc[j, i] == pytest.approx(
                (lq - 1) / (lq + 1), abs=1e-14
            )
            if lq > 0:
                assert fast["log"].loc[j, i] == pytest.approx(math.log(lq), abs=1e-12)
        mean = sum(quotients.values()) / len(quotients)
        squares = sum((q - mean) ** 2 for q in quotients.values())
        sd = math.sqrt(squares / (len(quotients) - 1))
        for j, lq in quotients.items():
            assert fast["z"].loc[j, i] == pytest.approx((lq - mean) / sd, abs=1e-12)
