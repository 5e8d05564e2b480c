"""Codes of ceramics and an economy in which they may be raised."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.tables import Economy

SIDE = 7
REGIONS = [f"R{i:02d}" for i in range(SIDE * SIDE)]
#: Building materials: glass 231, ceramics 234, cement 235, concrete 236.
CERAMICS = ["2341", "2342", "2343", "2344", "2349"]
CODES = CERAMICS + [f"23{k}{n}" for k in (1, 5, 6) for n in range(10)]


def plants(raised=None, seed=1):
    """Return an economy of plants; ``raised``: {(region, code): plants}."""
    rng = np.random.default_rng(seed)
    counts = pd.DataFrame(
        rng.poisson(12.0, (len(REGIONS), len(CODES))),
        index=pd.Index(REGIONS, name="region"),
        columns=pd.Index(CODES, name="industry"),
    ).astype(float)
    for (region, code), number in (raised or {}).items():
        counts.loc[region, code] = number
    counts["9900"] = rng.poisson(4_000.0, len(REGIONS))
    return Economy(employment=counts * 25.0, establishments=counts)
