"""Numbers put on a grid no finer than the estimates that are in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "absolute_step", "grid_step", "on_step", "one_digit", "part_step", "round_to",
    "tail_rounded",
]  # fmt: skip

Floats = NDArray[np.float64]

#: What a p- or q-value that is not above it stays below: the usual level of a test.
_LEVEL = 0.05
#: Steps of the logarithm that 1, 2, 5, 10 are apart.
_FINEST = 0.4


def round_to(end: str) -> Callable[[Floats], Floats]:
    """Return how a bound is rounded: a lower one down, an upper one up.

    Examples
    --------
    >>> round_to("lower") is np.floor
    True
    """
    directions: dict[str, Callable[[Floats], Floats]] = {
        "lower": np.floor, "upper": np.ceil, "": np.rint,
    }  # fmt: skip
    return directions[end]


def grid_step(values: Floats, part: Floats) -> Floats:
    """Return a power of ten not below ``part`` of each value, at most its first digit.

    Examples
    --------
    >>> grid_step(np.array([7505.3, 430.0]), np.array([0.002, 2.0])).tolist()
    [100.0, 100.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        first = np.floor(np.log10(np.abs(values)))
        wanted = np.ceil(np.log10(np.abs(values) * part))
    usable = np.isfinite(first) & np.isfinite(wanted)
    return np.where(usable, 10.0 ** np.where(usable, np.minimum(first, wanted), 0), 0.0)


def part_step(values: Floats, part: Floats) -> Floats:
    """Return the power of ten below ``part`` of each value; 0 where it is not known.

    Examples
    --------
    >>> part_step(np.array([0.336, 5.8]), np.array([0.06, 0.9])).tolist()
    [0.01, 1.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.floor(np.log10(np.abs(values) * part))
    usable = np.isfinite(power) & np.isfinite(values)
    return np.where(usable, 10.0 ** np.where(usable, power, 0.0), 0.0)


def absolute_step(width: Floats) -> Floats:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least the width.

    Examples
    --------
    >>> absolute_step(np.array([0.02, 0.03, 0.0])).tolist()
    [0.02, 0.05, 0.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        power = np.power(10.0, np.floor(np.log10(width)))
        ratio = width / power
    least = 1 + 1e-12
    factor = np.select([ratio <= least, ratio <= 2 * least, ratio <= 5 * least],
                       [1.0, 2.0, 5.0], default=10.0)  # fmt: skip
    return np.where(width > 0, power * factor, 0.0)


def on_step(values: Floats, step: Floats, end: str = "") -> Floats:
    """Round values to multiples of a step each; a step of 0 leaves them.

    Examples
    --------
    >>> on_step(np.array([7505.3, 0.336]), np.array([100.0, 0.0])).tolist()
    [7500.0, 0.336]
    """
    usable = (step > 0) & np.isfinite(values)
    safe = np.where(usable, step, 1.0)
    whole = round_to(end)(values / safe)
    # divided by a whole number it is the decimal itself, 0.67 and not 0.6700000001
    with np.errstate(over="ignore", invalid="ignore"):
        parts = np.rint(1 / safe)
        even = (parts > 1) & (np.abs(parts * safe - 1) < 1e-9)
    rounded = np.where(even, whole / np.where(even, parts, 1.0), whole * safe)
    return np.where(usable, rounded + 0.0, values)


def one_digit(share: Floats) -> Floats:
    """Round shares to one digit; what is neither 0 nor all stays so.

    Examples
    --------
    >>> one_digit(np.array([0.0262, 0.97, 1.0, 0.0])).round(9).tolist()
    [0.03, 0.99, 1.0, 0.0]
    """
    inside = (share > 0) & (share < 1)
    rounded = on_step(share, grid_step(share, np.ones_like(share)))
    return np.where(inside, np.minimum(rounded, 0.99), share)


def tail_rounded(p: Floats, share: Floats) -> Floats:
    """Round p-values up to 1, 2 or 5 times a power of ten; further by the share.

    The logarithm of a small p falls about in proportion to the jobs counted, so it is
    as uncertain as they are. What is at most 0.05 stays so. A share of 0 leaves it.

    Examples
    --------
    >>> share = np.array([0.01, 0.1, 0.2])
    >>> tail_rounded(np.array([0.0123, 1e-9, 0.04]), share).tolist()
    [0.02, 1e-08, 0.05]
    """
    usable = (share > 0) & (p > 0) & (p <= 1)
    logs = np.log10(np.where(usable, p, 1.0))
    step = absolute_step(2 * np.where(usable, share, 0.0) * np.abs(logs))
    coarser = step > _FINEST
    coarse = np.ceil(logs / np.where(coarser, step, 1.0) - 1e-9) * step
    logs = np.where(coarser, np.maximum(logs, coarse), logs)
    power = np.floor(logs + 1e-9)
    first = 10.0 ** (logs - power)
    least = 1 + 1e-9
    digit = np.select(
        [first <= least, first <= 2 * least, first <= 5 * least],
        [1.0, 2.0, 5.0],
        default=10.0,
    )
    with np.errstate(under="ignore", over="ignore"):
        rounded = np.where(power < 0, digit / 10.0 ** (-power), 1.0)
    rounded = np.where(p <= _LEVEL, np.minimum(rounded, _LEVEL), rounded)
    return np.where(usable, rounded, p)
