"""Densities of the distances between plants of one industry, or of two."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration._axis import Array
from clusterid.concentration.distances._bandwidth import bandwidth_of, spread_of_bins
from clusterid.concentration.distances._pair_counts import Raster, make_raster
from clusterid.concentration.distances._points import Points, distances_between
from clusterid.errors import OptionError

__all__ = [
    "PairSet", "binned", "coarse_pairs", "equal_steps", "kernel_at",
]  # fmt: skip

#: Below this many plants the density is too skewed for a normal band.
_SIMULATE_BELOW = 30
#: Up to this many pairs an industry's own distances are worked out one by one.
_EXACT_PAIRS = 700_000
#: Up to this many kernel values a density is summed pair by pair.
_DIRECT = 2_000_000
_COARSE_CELLS = 150
_BANDS = ("expected", "lower", "upper", "global_lower", "global_upper")


def coarse_pairs(xy: Array, weight: Array) -> tuple[Array, Array]:
    """Pairs over the whole range of distances on a coarse raster."""
    span = float(np.ptp(xy, axis=0).max())
    cell = span / _COARSE_CELLS
    n_bins = int(np.ceil(np.hypot(*np.ptp(xy, axis=0)) / cell)) + 2
    raster = make_raster(xy, cell, cell, n_bins)
    return raster.pairs(xy, weight), equal_steps(cell, n_bins)


def equal_steps(width: float, n: int) -> Array:
    return np.asarray(width * np.arange(n), dtype=float)


def kernel_at(r: Array, d: Array, h: float) -> Array:
    """Gaussian kernel at r of distances d, reflected at zero: len(r) x len(d)."""
    scale = 1.0 / (h * np.sqrt(2.0 * np.pi))
    near, far = (r[:, None] - d) / h, (r[:, None] + d) / h
    result: Array = scale * (np.exp(-0.5 * near**2) + np.exp(-0.5 * far**2))
    return result


class PairSet:
    """One industry (or pair of industries) while its density is worked out."""

    def __init__(
        self,
        name: str,
        own: NDArray[np.intp],
        second: NDArray[np.intp] | None,
        data: Points,
        *,
        exact: bool,
    ) -> None:
        self.name, self.own, self.second, self.data = name, own, second, data
        self.exact = exact
        self.h = float("nan")
        self.reason = ""
        if second is not None and np.intersect1d(own, second).size:
            raise OptionError(f"other={name!r} is the industry itself.")
        if second is None and len(own) < 2:
            self.reason = "too_few_plants"
        total = self.weights[0].sum() * self.weights[1].sum()
        if not self.reason and not total > 0:
            self.reason = "no_weight"
        self.verdict: dict[str, Any] = {
            "industry": name,
            "n_plants": len(own),
            "n_other": 0 if second is None else len(second),
            "bandwidth": float("nan"),
            "localised": None,
            "dispersed": None,
            "localisation": float("nan"),
            "dispersion": float("nan"),
            "null": "",
            "reason": self.reason,
        }

    @property
    def weights(self) -> tuple[Array, Array]:
        """Weights of the two ends of a pair."""
        w = self.data.weight
        first = w[self.own]
        return first, first if self.second is None else w[self.second]

    @property
    def n_pairs(self) -> int:
        n = len(self.own)
        return n * (n - 1) // 2 if self.second is None else n * len(self.second)

    @property
    def large(self) -> bool:
        """Enough plants for a normal band."""
        smallest = (
            len(self.own)
            if self.second is None
            else min(len(self.own), len(self.second))
        )
        return smallest >= _SIMULATE_BELOW

    @property
    def many(self) -> bool:
        """Too many plants to go through their pairs."""
        return not self.exact and self.n_pairs > _EXACT_PAIRS

    def distances(self) -> tuple[Array, Array]:
        """Distances of all pairs and their weights."""
        from scipy.spatial.distance import pdist

        xy, (u, v) = self.data.xy, self.weights
        is_geographic = self.data.is_geographic
        if self.second is not None:
            far = distances_between(
                xy[self.own], xy[self.second], is_geographic=is_geographic
            )
            return far.ravel(), np.outer(u, v).ravel()
        if is_geographic:
            far = distances_between(xy[self.own], xy[self.own], is_geographic=True)
            far = far[np.triu_indices(len(self.own), 1)]
        else:
            far = pdist(xy[self.own])
        if (u == u[0]).all():
            return far, np.full(len(far), u[0] ** 2)
        first, second = np.triu_indices(len(self.own), 1)
        return far, u[first] * u[second]

    def choose_bandwidth(self, bandwidth: str | float, r: Array) -> None:
        """Set the bandwidth, by rule or as given; a rule may find none."""
        if not isinstance(bandwidth, str):
            self.h = float(bandwidth)
        elif not self.reason:
            self.h = self._ruled(bandwidth, float(r.max()))
            if not self.h > 0:
                self.reason = self.verdict["reason"] = "all_at_one_site"

    def _ruled(self, rule: str, longest: float) -> float:
        if not (self.many and rule in {"silverman", "iqr", "silverman_short"}):
            return bandwidth_of(self.distances()[0], rule, longest)
        # the spread of distances does not need the exact ones
        if self.second is None:
            own = self.data.xy[self.own]
            pairs, centres = coarse_pairs(own, np.ones(len(own)))
            return spread_of_bins(pairs, centres, rule, longest)
        far = self.sampled_distances()
        h = bandwidth_of(far, rule, longest)
        return float(h * (self.n_pairs / len(far)) ** -0.2)

    def sampled_distances(self) -> Array:
        """Distances of every k-th plant of two large industries."""
        second = self.own if self.second is None else self.second
        a = self.own[:: max(1, len(self.own) // 2000)]
        b = second[:: max(1, len(second) // 2000)]
        xy = self.data.xy
        return distances_between(xy[a], xy[b], is_geographic=False).ravel()

    def density(self, r: Array, raster: Raster | None) -> Array:
        """K at every r."""
        if raster is not None:
            (u, v), xy = self.weights, self.data.xy
            other = None if self.second is None else (xy[self.second], v)
            pairs = raster.pairs(xy[self.own], u, other)
            centres = equal_steps(raster.width, raster.n_bins)
            total = self.total_weight()
            result: Array = kernel_at(r, centres, self.h) @ pairs / total
            return result
        d, w = self.distances()
        return _sum_kernels(r, d, w, self.h)

    def total_weight(self) -> float:
        """Sum of the weights of all pairs."""
        u, v = self.weights
        if self.second is None:
            return float((u.sum() ** 2 - (u**2).sum()) / 2.0)
        return float(u.sum() * v.sum())

    def coefficients(self) -> tuple[float, float, float]:
        """Weights of the same pair, of pairs that share a site, of disjoint pairs."""
        u, v = self.weights
        p1, p2 = float(u.sum()), float((u**2).sum())
        total = self.total_weight()
        if self.second is None:
            p3, p4 = float((u**3).sum()), float((u**4).sum())
            same = (p2**2 - p4) / 2.0
            shared = p1**2 * p2 - 2.0 * p1 * p3 - p2**2 + 2.0 * p4
        else:
            q1, q2 = float(v.sum()), float((v**2).sum())
            same = p2 * q2
            shared = p2 * (q1**2 - q2) + q2 * (p1**2 - p2)
        scale = total**2
        return same / scale, shared / scale, 1.0 - (same + shared) / scale

    def empty(self, r: Array) -> pd.DataFrame:
        nothing = np.full(len(r), np.nan)
        return self._frame(r, nothing, dict.fromkeys(_BANDS, nothing))

    def frame(self, r: Array, k: Array, bands: dict[str, Any]) -> pd.DataFrame:
        """Rows of the result; the verdict is kept."""
        above = np.maximum(k - bands["global_upper"], 0.0)
        below = np.maximum(bands["global_lower"] - k, 0.0)
        localised = bool((above > 0).any())
        self.verdict |= {
            "bandwidth": self.h,
            "localised": localised,
            "dispersed": bool((below > 0).any()) and not localised,
            "localisation": float(_area(above, r)) if len(r) > 1 else 0.0,
            "dispersion": 0.0 if localised or len(r) < 2 else float(_area(below, r)),
            "null": bands["null"],
        }
        return self._frame(r, k, bands)

    def _frame(self, r: Array, k: Array, bands: dict[str, Any]) -> pd.DataFrame:
        columns = {name: bands[name] for name in _BANDS}
        return pd.DataFrame({"industry": self.name, "distance": r, "k": k, **columns})


def _sum_kernels(r: Array, d: Array, w: Array, h: float) -> Array:
    """Weighted kernel density; binned finely where there are very many pairs."""
    total = float(w.sum())
    if len(r) * len(d) > _DIRECT:
        width = h / 50.0
        size = int((float(r.max()) + 9.0 * h) / width) + 2
        w = binned(d, w, width, size)
        d = equal_steps(width, size)
    result = np.zeros(len(r))
    step = max(1, 2_000_000 // len(r))
    for start in range(0, len(d), step):
        result += kernel_at(r, d[start : start + step], h) @ w[start : start + step]
    return result / total


def binned(d: Array, w: Array, width: float, size: int) -> Array:
    """Weights by distance, each shared between the two nearest multiples of width."""
    if len(w) and (w == w[0]).all():  # the nearest multiple is as good on average
        near = np.minimum((d / width + 0.5).astype(np.int64), size)
        counts = np.bincount(near, minlength=size + 1)[:size]
        return np.asarray(counts * float(w[0]), dtype=float)
    position = d / width
    low = position.astype(np.int64)
    keep = low < size - 1
    low, w = low[keep], w[keep]
    part = (position[keep] - low) * w
    counts = np.bincount(low, w - part, size) + np.bincount(low + 1, part, size)
    return np.asarray(counts, dtype=float)


def _area(height: Array, r: Array) -> float:
    """Area under a broken line."""
    return float(((height[1:] + height[:-1]) / 2.0 * np.diff(r)).sum())
