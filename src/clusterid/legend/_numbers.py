"""How numbers are written, and which may be shown at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Shown", "fixed_decimals", "format_number", "round_outward", "shown_cells",
]  # fmt: skip

_GERMAN = str.maketrans(",.", ".,")


def format_number(
    value: object, *, language: str = "en", digits: int = 3, whole: bool = True
) -> str:
    """Return a number with its thousands marked, ``–`` when there is none.

    Numbers of 1,000 and more are written whole, others with ``digits`` significant
    digits. A whole number has no decimals, unless it stands among others that do
    (``whole`` is False).

    Examples
    --------
    >>> format_number(12345.6), format_number(1.2345, language="de")
    ('12,346', '1,23')
    >>> format_number(float("nan")), format_number(3.0, whole=False)
    ('–', '3.00')
    """
    if value is None or value is pd.NA:
        return "–"
    if isinstance(value, (bool, np.bool_, str)):
        return str(value)
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        return "–" if math.isnan(number) else ("∞" if number > 0 else "-∞")
    if number == 0:
        text = "0"
    elif abs(number) >= 1000 or (whole and number == int(number)):
        text = f"{number:,.0f}"
    else:
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(number))))
        text = f"{number:,.{min(decimals, 6)}f}"
        if "." in text and float(text.replace(",", "")) == 0:
            text = f"{number:.1e}"
    if language == "de":
        text = text.translate(_GERMAN)
    return text


def fixed_decimals(
    value: float, *, language: str = "en", decimals: int = 0, missing: str = "–"
) -> str:
    """Return a number with so many decimals, ``missing`` when there is none.

    Examples
    --------
    >>> fixed_decimals(1234.567, language="de", decimals=1)
    '1.234,6'
    """
    if not math.isfinite(value):
        return missing
    text = f"{value:,.{decimals}f}"
    return text.translate(_GERMAN) if language == "de" else text


def round_outward(
    lower: ArrayLike, upper: ArrayLike, *, digits: int = 2
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return intervals rounded so that they only ever get wider.

    Published bounds that pin a withheld cell would give it away; rounding the lower
    end down and the upper end up to ``digits`` significant digits keeps the width.

    Parameters
    ----------
    lower, upper : array
        Ends of the intervals, same shape; NaN stays NaN.
    digits : int
        Significant digits kept.

    Returns
    -------
    lower, upper : arrays

    Examples
    --------
    >>> low, high = round_outward([123.0], [124.0])
    >>> float(low[0]), float(high[0])
    (120.0, 130.0)
    """
    low = np.asarray(lower, dtype=float)
    high = np.asarray(upper, dtype=float)
    size = np.fmax(np.abs(low), np.abs(high))
    size = np.where(np.isfinite(size) & (size > 0), np.maximum(size, 1e-12), 1.0)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(size)))
    down = np.floor(np.round(low * scale, 9))
    up = np.ceil(np.round(high * scale, 9))
    up = np.where(up <= down, down + 1, up)
    return down / scale, up / scale


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be shown of a set of cells.

    ``value``, ``lower``, ``upper`` are NaN where nothing may be shown; ``state`` is
    ``"shown"``, ``"withheld"`` (not published by the source, or too few plants) or
    ``"missing"`` (not computable).
    """

    value: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    state: NDArray[np.object_]


#: reasons that mean a source held the number back
_WITHHELD = ("withheld", "suppressed", "few_plants", "dominance", "held_back")
#: a sum of which only a part is withheld is a number of the rest, and is shown
_PARTLY = "withheld_part"


def shown_cells(
    value: ArrayLike,
    *,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    n_plants: ArrayLike | None = None,
    largest_plant_share: ArrayLike | None = None,
    reason: ArrayLike | None = None,
    minimum_plants: int = 3,
    dominance: float = 0.85,
) -> Shown:
    """Return what may be shown of cells that could give a plant away.

    A cell is held back when its source withheld it, when it has at least one but
    fewer than ``minimum_plants`` plants, or when one plant has more than the share
    ``dominance`` of it. Of a cell held back only the interval is shown, rounded
    outward to two significant digits.

    Parameters
    ----------
    value : array, n
        Numbers meant to be shown; NaN where there is none.
    lower, upper : array, n, optional
        Interval of each number.
    n_plants, largest_plant_share : array, n, optional
        Plants behind the number, and the share (0 to 1) of the largest; NaN where
        unknown, which holds nothing back.
    reason : array of str, n, optional
        Why a number is missing; a code that begins with ``withheld`` marks the cell,
        but for ``withheld_part``, where the rest is known.
    minimum_plants : int
        Fewer plants than this hold a cell back; 0 switches the rule off.
    dominance : float
        Largest share of one plant that may be shown.

    Returns
    -------
    Shown

    Examples
    --------
    >>> cells = shown_cells([1.2, 3.4], lower=[1.1, 3.31], upper=[1.3, 3.52],
    ...                     n_plants=[12, 1])
    >>> list(cells.state)
    ['shown', 'withheld']
    >>> float(cells.lower[1]), float(cells.upper[1])
    (3.3, 3.6)
    """
    numbers = np.array(value, dtype=float)
    n = numbers.shape
    low = np.full(n, np.nan) if lower is None else np.array(lower, dtype=float)
    high = np.full(n, np.nan) if upper is None else np.array(upper, dtype=float)
    held = np.zeros(n, dtype=bool)
    if reason is not None:
        codes = pd.Series(np.asarray(reason, dtype=object)).fillna("").astype(str)
        marked = codes.str.startswith(_WITHHELD) & codes.ne(_PARTLY)
        held |= marked.to_numpy(dtype=bool).reshape(n)
    if n_plants is not None and minimum_plants > 0:
        plants = np.array(n_plants, dtype=float)
        held |= (plants > 0) & (plants < minimum_plants)
    if largest_plant_share is not None:
        held |= np.array(largest_plant_share, dtype=float) > dominance
    wide_low, wide_high = round_outward(low, high)
    low = np.where(held, wide_low, low)
    high = np.where(held, wide_high, high)
    numbers = np.where(held, np.nan, numbers)
    state = np.where(held, "withheld", np.where(np.isnan(numbers), "missing", "shown"))
    return Shown(numbers, low, high, state.astype(object))
