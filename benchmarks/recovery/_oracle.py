"""What could be found by somebody who knows strength and truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from benchmarks.recovery._scores import tuned

from clusterid.tables import Economy

#: Weights of the neighbours' evidence that are tried; the truth says which is best.
NEIGHBOURS = (0.0, 0.1, 0.2, 0.3, 0.5)


def likelihood_ratio(
    economy: Economy, groups: pd.DataFrame, near: Any, truth: np.ndarray, lq: float
) -> np.ndarray:
    """Return the cells the likelihood ratio finds, neighbours and cut tuned on truth.

    ``n log(lq) - (lq - 1) mu`` with the planted quotient known, plus a share of the
    neighbours' ratios. In a rough economy it knows the strength, too, but no method
    sees which region is rough.
    """
    plants = economy.establishments
    assert plants is not None
    n = plants[groups.index].to_numpy() @ groups.to_numpy()
    share = plants.sum(axis=1).to_numpy()
    mu = np.outer(share / share.sum(), n.sum(axis=0))
    ratio = n * np.log(lq) - (lq - 1) * mu
    best, cells = -1.0, np.zeros_like(truth)
    for weight in NEIGHBOURS:
        value, found = tuned(ratio + weight * (near @ ratio), truth)
        if value > best:
            best, cells = value, found
    return cells


def oracle(
    economy: Economy, groups: pd.DataFrame, graph: Any, truth: np.ndarray, lq: float
) -> float:
    """Return the F1 of cells of :func:`likelihood_ratio`."""
    from benchmarks.recovery._scores import f1

    from clusterid.clusters._grow import adjacency

    near = adjacency(graph, list(economy.regions))
    return f1(likelihood_ratio(economy, groups, near, truth, lq), truth)[2]
