"""Small economies in which one region holds what a test asks about."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.tables import Economy

SIDE = 6
REGIONS = [f"R{i:02d}" for i in range(SIDE * SIDE)]


def table(
    extra: dict[tuple[str, str], tuple[int, float]] | None = None,
    *,
    codes: str = "ABC",
    plants: int = 20,
    each: float = 10.0,
    counted: bool = True,
) -> Economy:
    """Return plants of 10 jobs everywhere, and ``extra`` plants and jobs by cell.

    ``Z`` is the rest of every region: 1,000 plants of 10 jobs.
    """
    number = pd.DataFrame(
        float(plants),
        index=pd.Index(REGIONS, name="region"),
        columns=pd.Index(list(codes), name="industry"),
    )
    number["Z"] = 1000.0
    jobs = number * each
    for (region, code), (more, persons) in (extra or {}).items():
        number.loc[region, code] += more
        jobs.loc[region, code] += persons
    return Economy(jobs, number if counted else None)


def uneven(seed: int, sd: float = 0.3, n_kinds: int = 12, n_regions: int = 60):
    """Return counts and expectations of kinds whose log rates vary by ``sd``."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0, 0.8, n_regions))
    share = size / size.sum()
    rate = share[:, None] * np.exp(rng.normal(0, sd, (n_regions, n_kinds)))
    return (
        rng.poisson(rate * 3000).astype(float),
        np.outer(share, np.ones(n_kinds)),
        share,
    )
