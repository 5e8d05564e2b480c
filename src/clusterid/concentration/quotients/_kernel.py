r"""The arithmetic of the location quotient on arrays that broadcast: no labels.

Two forms of :math:`(e_{ij}/e_j)/(e_i/e)` that agree but for the last digit; each
caller keeps its own, since a quotient is compared with thresholds to the last digit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["over_level", "quotient"]

Floats = NDArray[np.float64]


def quotient(
    cell: Floats, region: ArrayLike, industry: ArrayLike, total: ArrayLike
) -> Floats:
    """Return cells over what their totals let expect; NaN where a total is 0 or NaN.

    Examples
    --------
    >>> quotient(np.array([[8.0, 2.0]]), 10.0, np.array([10.0, 10.0]), 20.0).tolist()
    [[1.6, 0.4]]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.asarray(total) / (np.asarray(region) * np.asarray(industry))
        return _finite(cell * scale)


def over_level(cell: Floats, region: Floats, level: Floats) -> Floats:
    """Return the shares of cells in their regions over the level of the industries.

    ``cell`` is regions x industries, ``region`` the totals by region, ``level`` the
    share of each industry in everything; what cannot be divided is not finite.

    Examples
    --------
    >>> cells = np.array([[8.0, 2.0]])
    >>> over_level(cells, np.array([10.0]), np.array([0.5, 0.5])).tolist()
    [[1.6, 0.4]]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(cell / region[:, None] / level[None, :])


def _finite(values: Floats) -> Floats:
    values[~np.isfinite(values)] = np.nan
    return values
