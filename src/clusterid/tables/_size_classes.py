"""What numbers of plants by size class say of the sum of squared plant sizes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["size_class_reasons", "square_bounds"]

Floats = NDArray[np.float64]
_HALVINGS = 200
_SLACK = 1e-9


def square_bounds(
    n: Floats, low: Floats, high: Floats, total: Floats
) -> tuple[Floats, Floats]:
    """Return the least and the greatest sum of squared sizes, by row.

    The sum of squares is convex. It is least where every plant has one common size
    cut to its class, and greatest where all plants but one stand at an edge of their
    class: plants go to their upper edge where a job adds most, and the last one is
    counted along the chord.

    Parameters
    ----------
    n : array, n_rows x n_classes
        Plants.
    low, high : array by class
        Smallest and largest size (persons); the largest may be infinite.
    total : array by row
        Jobs of the row's plants; one the classes can give (:func:`size_class_reasons`).
    """
    spare = total - n @ low
    # one plant cannot take more than is left
    reach = np.minimum(high, low + spare[:, None])
    below = np.full(len(n), low.min(initial=np.inf))
    above = np.maximum(reach.max(axis=1, initial=0.0), total)
    for _ in range(_HALVINGS):
        level = (below + above) / 2
        over = (n * np.clip(level[:, None], low, high)).sum(axis=1) > total
        above, below = np.where(over, level, above), np.where(over, below, level)
    least = (n * np.clip(above[:, None], low, high) ** 2).sum(axis=1)
    greatest = n @ low**2
    rows = np.arange(len(n))
    for place in np.argsort(-(low + reach), axis=1, kind="stable").T:
        width = reach[rows, place] - low[place]
        take = np.minimum(spare, n[rows, place] * width)
        greatest = greatest + take * (low[place] + reach[rows, place])
        spare = spare - take
    return least, greatest


def size_class_reasons(
    n: Floats, low: Floats, high: Floats, total: Floats
) -> NDArray[np.str_]:
    """Return by row why the classes cannot give the total; empty where they can.

    ``no_plants``, ``total_unknown``, ``total_below_classes`` (fewer jobs than the
    plants need at least), ``total_above_classes`` (more than they can hold).
    """
    held = n > 0
    most = np.where(held, n * np.where(held, high, 0.0), 0.0).sum(axis=1)
    return np.select(
        [
            n.sum(axis=1) <= 0,
            ~np.isfinite(total),
            (total <= 0) | (total < n @ low - _SLACK),
            total > most + _SLACK,
        ],
        ["no_plants", "total_unknown", "total_below_classes", "total_above_classes"],
        default="",
    )
