"""What could be found by somebody who knows strength and truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid.tables import Economy
from validation.first_detector._neighbours import adjacency
from validation.recovery._scores import f1, tuned

#: Weights of the neighbours' evidence that are tried; the truth says which is best.
NEIGHBOURS = (0.0, 0.1, 0.2, 0.3, 0.5)
_NODES = 31


def log_ratio(count: np.ndarray, mean: np.ndarray, lq: float, sd: float) -> np.ndarray:
    """Return log P(count | quotient ``lq``) / P(count | 1), the rate log-normal.

    With ``sd`` 0 this is ``n log(lq) - (lq - 1) mu``. A planted region keeps its own
    roughness, so both sides are averaged over the same log-normal rate of mean 1.
    """
    if sd == 0:
        return count * np.log(lq) - (lq - 1) * mean
    z = np.linspace(-5, 5, _NODES)
    weight = np.exp(-z * z / 2)
    rate = np.exp(sd * z - sd * sd / 2)

    def log_mass(scale: float) -> np.ndarray:
        terms = count[..., None] * np.log(scale * rate) - (
            mean[..., None] * scale * rate
        )
        top = terms.max(axis=-1, keepdims=True)
        return top[..., 0] + np.log(np.exp(terms - top) @ (weight / weight.sum()))

    return log_mass(lq) - log_mass(1.0)


def likelihood_ratio(
    economy: Economy,
    groups: pd.DataFrame,
    near: Any,
    truth: np.ndarray,
    lq: float,
    *,
    roughness: float = 0.0,
) -> np.ndarray:
    """Return the cells the likelihood ratio finds, neighbours and cut tuned on truth.

    It knows the planted quotient, takes a share of the neighbours' ratios, and knows
    the sd of the roughness where it is known.
    """
    plants = economy.establishments
    assert plants is not None
    n = plants[groups.index].to_numpy() @ groups.to_numpy()
    share = plants.sum(axis=1).to_numpy()
    mu = np.outer(share / share.sum(), n.sum(axis=0))
    ratio = log_ratio(n, mu, lq, roughness)
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
    near = adjacency(graph, list(economy.regions))
    return f1(likelihood_ratio(economy, groups, near, truth, lq), truth)[2]
