"""How many held cells a guess gives back, held against the truth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["score", "score_bounds"]

Floats = npt.NDArray[np.float64]


def score(guess: Floats, truth: Floats, *, near: float = 0.1) -> dict[str, float]:
    """Return how many cells a guess gives: of how many, exactly, within 10 %."""
    usable = np.isfinite(guess) & (truth > 0)
    miss = np.abs(np.rint(guess) - truth)
    return {
        "guessed": float(usable.sum()),
        "exact": float((usable & (miss == 0)).sum()),
        "within 10 %": float((usable & (miss <= near * truth + 1e-9)).sum()),
    }


def score_bounds(
    lower: Floats, upper: Floats, truth: Floats, *, near: float = 0.1
) -> dict[str, float]:
    """Return how many cells bounds pin: to one whole number, to 10 % of their value.

    ``believed`` are those of which a reader would think so, right or wrong; ``wrong``
    are those whose truth lies outside: what was read held an estimate.
    """
    inside = (lower <= truth + 1e-3) & (truth <= upper + 1e-3)
    tight = upper <= (1 + 2 * near) * np.maximum(lower, 1e-9)  # as the reader sees it
    right = inside & (lower >= (1 - near) * truth) & (upper <= (1 + near) * truth)
    one = np.floor(upper + 1e-3) - np.ceil(lower - 1e-3) < 1
    return {
        "guessed": float(len(truth)),
        "exact": float((one & inside).sum()),
        "within 10 %": float(right.sum()),
        "believed": float((one | tight).sum()),
        "wrong": float((~inside).sum()),
    }
