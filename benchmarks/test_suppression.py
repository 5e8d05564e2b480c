"""Guarding a country of plants: time, memory, and what the fast method costs."""

from __future__ import annotations

import resource
import time

import numpy as np
import pandas as pd
import pytest

from clusterid.disclosure import audit, guard
from clusterid.tables import Economy

AIM_SECONDS = 60.0
AIM_GIB = 2.0


def economy_of(n, m, plants, *, even, seed=1):
    """Plants thrown over a table: evenly, or mostly into few regions and industries."""
    rng = np.random.default_rng(seed)
    odds = np.ones((n, m))
    if not even:
        odds = np.outer(rng.lognormal(0, 1, n), rng.lognormal(0, 1.3, m))
        odds *= rng.gamma(0.7, 1 / 0.7, (n, m))
    cell = rng.choice(n * m, plants, p=(odds / odds.sum()).ravel())
    size = np.ceil(rng.lognormal(1.5, 1.4, plants))
    order = np.lexsort((-size, cell))
    cell, size = cell[order], size[order]
    start = np.flatnonzero(np.diff(cell, prepend=-1))
    count = np.bincount(cell, minlength=n * m)
    largest, second = np.zeros(n * m), np.zeros(n * m)
    largest[cell[start]] = size[start]
    two = count[cell[start]] > 1
    second[cell[start][two]] = size[start[two] + 1]
    jobs = np.bincount(cell, size, n * m)
    regions, industries = [f"{i:05d}" for i in range(n)], [f"{j:04d}" for j in range(m)]
    frames = [
        pd.DataFrame(values.reshape(n, m).astype(float), regions, industries)
        for values in (jobs, count, largest, second)
    ]
    return Economy(
        frames[0], frames[1], largest_plant=frames[2], second_plant=frames[3]
    )


@pytest.mark.benchmark
@pytest.mark.parametrize("even", [False, True], ids=["uneven", "even"])
def test_a_country_is_guarded_within_a_minute(even, capsys):
    economy = economy_of(400, 600, 700_000, even=even)
    start = time.process_time()
    result = guard(economy)
    spent = time.process_time() - start
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    jobs = economy.employment.to_numpy()
    share = jobs[result.held.to_numpy()].sum() / jobs.sum()
    start = time.process_time()
    found = audit(economy, held=result)
    audited = time.process_time() - start
    with capsys.disabled():
        print(
            f"\n{result}: {spent:.1f} s, {gib:.2f} GiB, {share:.1%} of jobs held; "
            f"audit {audited:.1f} s: {found}"
        )
    assert found.protected
    assert spent < AIM_SECONDS
    assert gib < AIM_GIB


@pytest.mark.benchmark
@pytest.mark.parametrize("plants", [3_000, 12_000])
def test_what_the_fast_method_costs_beside_the_exact_one(plants, capsys):
    economy = economy_of(30, 40, plants, even=False)
    jobs = economy.employment.to_numpy()
    lines = []
    for method in ("exact", "fast"):
        start = time.process_time()
        result = guard(economy, method=method)
        spent = time.process_time() - start
        more = result.params["totals_held"]
        added = (result.reasons == "secondary").to_numpy()
        lines.append(
            f"{method}: {added.sum()} cells, {jobs[added].sum() / jobs.sum():.1%} of "
            f"jobs held for others; {more} totals; {spent:.1f} s"
        )
        assert audit(economy, held=result, method="exact").protected
    with capsys.disabled():
        print(f"\n{plants} plants, 30 x 40\n" + "\n".join(lines))
