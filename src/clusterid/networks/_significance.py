"""Many tests at once: adjusted p-values, with untested pairs counted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["CORRECTIONS", "adjusted"]

Floats = NDArray[np.float64]
CORRECTIONS = ("bh", "by", "bonferroni", "none")


def adjusted(p: Floats, correction: str, n_tests: int | None = None) -> Floats:
    """Return adjusted p-values; pairs beyond those given have p = 1.

    ``n_tests`` is the size of the family: all pairs, not only those that occur.
    """
    m = len(p) if n_tests is None else int(n_tests)
    if correction == "none" or not len(p):
        return p.copy()
    if correction == "bonferroni":
        return np.minimum(p * m, 1.0)
    factor = float(m)
    if correction == "by":
        factor *= float((1.0 / np.arange(1, m + 1)).sum())
    order = np.argsort(p, kind="stable")
    ranked = p[order] * factor / np.arange(1, len(p) + 1)
    q = np.empty_like(ranked)
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    return np.minimum(q, 1.0)
