"""Bandwidths of kernel densities of distances, each rule under its own name."""

from __future__ import annotations

import numpy as np

from clusterid.concentration._axis import Array

__all__ = ["BANDWIDTHS", "bandwidth_of", "spread_of_bins"]

BANDWIDTHS = ("silverman", "silverman_short", "iqr", "sheather_jones")


def bandwidth_of(distances: Array, rule: str, longest: float) -> float:
    """Return the bandwidth of a rule for the distances of all pairs.

    ``silverman``: 0.9 min(sd, IQR/1.34) n^(-1/5) over all distances (Silverman 1986,
    eq. 3.31; Duranton & Overman); ``silverman_short``: the same over distances up to
    twice the longest radius (dbmss); ``iqr``: 0.9 IQR/1.34 (2n)^(-1/5) (McSpatial);
    ``sheather_jones``: plug-in, over the same short distances (dbmss).
    """
    if rule in {"silverman_short", "sheather_jones"}:
        distances = distances[distances <= 2.0 * longest]
    n = len(distances)
    if n < 2:
        return float("nan")
    low, high = np.quantile(distances, [0.25, 0.75])
    sd = float(distances.std(ddof=1))
    if rule == "sheather_jones":
        return _sheather_jones(distances, sd, float(high - low))
    return _rule_of_thumb(sd, float(high - low), n, rule)


def _rule_of_thumb(sd: float, iqr: float, n: float, rule: str) -> float:
    if rule == "iqr":
        return float(0.9 * iqr / 1.34 * (2.0 * n) ** -0.2)
    spread = min(sd, iqr / 1.34) or sd
    return float(0.9 * spread * n**-0.2)


def spread_of_bins(pairs: Array, centres: Array, rule: str, longest: float) -> float:
    """Return the bandwidth from pairs counted by distance (many plants)."""
    keep = centres <= (2.0 * longest if rule == "silverman_short" else np.inf)
    weight, value = np.maximum(pairs[keep], 0.0), centres[keep]
    n = float(weight.sum())
    if n < 2:
        return float("nan")
    mean = float(weight @ value) / n
    sd = float(np.sqrt(weight @ (value - mean) ** 2 / (n - 1.0)))
    share = (np.cumsum(weight) - 0.5 * weight) / n
    low, high = np.interp([0.25, 0.75], share, value)
    return _rule_of_thumb(sd, float(high - low), n, rule)


def _sheather_jones(x: Array, sd: float, iqr: float, bins: int = 1000) -> float:
    """Sheather & Jones (1991), "solve the equation", on binned differences."""
    from scipy.optimize import brentq

    n = len(x)
    scale = min(sd, iqr / 1.349)
    low, high = float(x.min()), float(x.max())
    width = (high - low) * 1.01 / bins
    number = np.floor(x / width).astype(np.int64)
    counts = np.bincount(number - number.min(), minlength=bins).astype(float)
    # differences of all pairs by number of bins between them
    apart = np.correlate(counts, counts, mode="full")[len(counts) - 1 :]
    apart[0] = (apart[0] - n) / 2.0
    step = width * np.arange(len(apart))

    def fourth(h: float) -> float:
        u = (step / h) ** 2
        terms = np.exp(-u / 2.0) * (u**2 - 6.0 * u + 3.0)
        total = 2.0 * float(apart @ terms) + 3.0 * n
        return float(total / (n * (n - 1.0) * h**5 * np.sqrt(2.0 * np.pi)))

    def sixth(h: float) -> float:
        u = (step / h) ** 2
        terms = np.exp(-u / 2.0) * (u**3 - 15.0 * u**2 + 45.0 * u - 15.0)
        total = 2.0 * float(apart @ terms) - 15.0 * n
        return float(total / (n * (n - 1.0) * h**7 * np.sqrt(2.0 * np.pi)))

    first = 1.24 * scale * n ** (-1.0 / 7.0)
    second = 1.23 * scale * n ** (-1.0 / 9.0)
    ratio = 1.357 * (fourth(first) / -sixth(second)) ** (1.0 / 7.0)
    c = 1.0 / (2.0 * np.sqrt(np.pi) * n)

    def gap(h: float) -> float:
        return float((c / fourth(ratio * h ** (5.0 / 7.0))) ** 0.2 - h)

    most = 1.144 * scale * n**-0.2
    return float(brentq(gap, 0.1 * most, most, xtol=1e-3 * most))
