"""Quotients shrunk towards 1 by what chance alone would do to them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from clusterid.clusters._evidence import Evidence
from clusterid.clusters._roughness import Null

__all__ = ["shrunk_quotients"]

Floats = npt.NDArray[np.float64]

#: Shape of the extraordinary quotients in the prior of ``lq_shrunk``. Our choice.
WIDE = 2.0


def shrunk_quotients(evidence: Evidence, nulls: Sequence[Null]) -> Floats:
    r"""Return quotients shrunk towards 1 by what chance alone would do to them.

    The true quotient of a cell is either ordinary, with mean 1 and the group's
    roughness, or extraordinary, with mean 2 and a wide spread; both gamma, the share
    of the second estimated by EM over the regions (the two-component prior of
    DuMouchel 1999). A single gamma would pull a real cluster among many ordinary
    regions to nearly 1. Counts are jobs over jobs per effective plant.
    """
    from scipy.special import gammaln

    unit = np.where(evidence.effective > 0, evidence.effective, 1.0)
    n, mu = evidence.jobs.observed / unit, evidence.jobs.expected / unit
    ok = mu > 0
    safe = np.where(ok, mu, 1.0)
    ordinary = 1 / np.maximum([np.expm1(null.roughness**2) for null in nulls], 1e-4)
    shapes = [(ordinary, ordinary), (np.full(len(nulls), WIDE), WIDE / 2)]
    logs, means = [], []
    for shape, rate in shapes:
        logs.append(
            gammaln(shape + n) - gammaln(shape)
            + shape * np.log(rate / (rate + safe))
            + n * np.log(safe / (rate + safe))
        )  # fmt: skip
        means.append((shape + n) / (rate + safe))
    ratio = np.exp(np.clip(logs[1] - logs[0], -500, 500))
    share = np.full(len(nulls), 0.05)
    for _ in range(50):
        wide = share * ratio / (share * ratio + 1 - share)
        average = np.where(ok, wide, 0.0).sum(axis=0) / np.maximum(1, ok.sum(axis=0))
        share = np.clip(average, 1e-4, 0.5)
    wide = share * ratio / (share * ratio + 1 - share)
    return np.asarray(np.where(ok, wide * means[1] + (1 - wide) * means[0], np.nan))
