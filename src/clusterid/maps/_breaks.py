"""Classes of a choropleth: natural breaks, with 1 kept as a break for quotients."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from clusterid.errors import check_option
from clusterid.legend import LOW_COLOURS, SEQUENTIAL

__all__ = ["class_breaks"]

Method = Literal["jenks", "quantiles", "equal"]


def class_breaks(
    values: ArrayLike,
    *,
    classes: int = 5,
    method: Method = "jenks",
    neutral: float | None = None,
) -> tuple[list[float], list[str]]:
    """Return the inner breaks of a choropleth and a colour for each class.

    A value belongs to class k when exactly k breaks are at or below it.

    Parameters
    ----------
    values : array
        Numbers shown; NaN is left out.
    classes : int
        Classes at most (2 to 5), counted above ``neutral`` when there is one.
    method : {"jenks", "quantiles", "equal"}
        Natural breaks (Fisher's exact optimum, jenkspy), quantiles, equal widths.
    neutral : float, optional
        A value that is always a break, such as 1 for quotients; what is below gets
        greys, what is above blues.

    Returns
    -------
    breaks : list of float
        Inner breaks, ascending; empty when all values are equal.
    colours : list of str
        One more than breaks.

    Raises
    ------
    OptionError
        If the method is not offered.

    References
    ----------
    Fisher, W. D. (1958), On grouping for maximum homogeneity, JASA 53, 789-798.

    Examples
    --------
    >>> class_breaks([0.5, 0.9, 1.2, 1.3, 4.0], classes=2, neutral=1.0)[0]
    [1.0, 4.0]
    """
    check_option("method", method, ("jenks", "quantiles", "equal"))
    numbers = np.asarray(values, dtype=float)
    numbers = np.sort(numbers[np.isfinite(numbers)])
    if neutral is None:
        breaks = _inner(numbers, classes, method)
        return breaks, _spread(SEQUENTIAL, len(breaks) + 1)
    above = _inner(numbers[numbers >= neutral], classes, method)
    below = numbers[numbers < neutral]
    if not len(below):
        return above, _spread(SEQUENTIAL, len(above) + 1)
    low: list[float] = []
    half = float(neutral) / 2
    if below[0] < half <= below[-1]:
        low = [half]
    colours = list(LOW_COLOURS[: len(low) + 1][::-1])
    if numbers[-1] < neutral:
        return low, colours
    breaks = [*low, float(neutral), *[b for b in above if b > neutral]]
    n_above = len(breaks) - len(low)
    return breaks, [*colours, *_spread(SEQUENTIAL, n_above)]


def _spread(colours: tuple[str, ...], n: int) -> list[str]:
    if n <= 1:
        return [colours[len(colours) // 2]]
    picks = np.linspace(0, len(colours) - 1, n).round().astype(int)
    return [colours[i] for i in picks]


def _inner(numbers: np.ndarray, classes: int, method: str) -> list[float]:
    distinct = np.unique(numbers)
    classes = min(max(classes, 1), len(SEQUENTIAL), len(distinct))
    if classes < 2:
        return []
    if method == "jenks":
        import jenkspy

        if classes == len(distinct):
            return [float(x) for x in distinct[1:]]
        ends = jenkspy.jenks_breaks(numbers, n_classes=classes)[1:-1]
        # jenkspy names the last value of each class; a break is the next one above
        after = np.searchsorted(distinct, np.asarray(ends), side="right")
        return [float(distinct[i]) for i in np.unique(after) if i < len(distinct)]
    if method == "quantiles":
        cuts = np.quantile(numbers, np.linspace(0, 1, classes + 1)[1:-1])
    else:
        cuts = np.linspace(numbers[0], numbers[-1], classes + 1)[1:-1]
    cuts = np.unique(cuts)
    return [float(cut) for cut in cuts if numbers[0] < cut <= numbers[-1]]
