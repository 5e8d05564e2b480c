"""Marcon & Puech's M and m: relative concentration around plants, by distance."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration.distances._bandwidth import bandwidth_of
from clusterid.concentration.distances._points import (
    Points,
    checked_radii,
    distances_between,
    read_points,
)
from clusterid.errors import OptionError, check_option
from clusterid.statistics import over_positive

__all__ = ["m_function"]

_BLOCK_CELLS = 4_000_000


@typed
def m_function(
    points: pd.DataFrame,
    *,
    industry: str,
    other: str | None = None,
    weight: str | None = None,
    radii: ArrayLike,
    variant: Literal["cumulative", "density"] = "cumulative",
    controls: Literal["all", "other"] = "all",
    individual: bool = False,
    bandwidth: float | None = None,
    draws: int = 0,
    level: float = 0.05,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Return M(r): how over-represented an industry is around its own plants.

    .. math::

        M(r) = \frac{\sum_i W_T(i, r) / W(i, r)}
                    {\sum_i (W_T - w_i) / (W - w_i)}

    with sums over the plants of the industry that have any neighbour within r;
    ``W_T(i, r)`` and ``W(i, r)`` are the weights of the industry and of all plants
    within r of plant i, itself left out.

    Parameters
    ----------
    points : DataFrame or GeoDataFrame, one row a plant
        ``industry`` and ``x``, ``y``, or point geometries with a CRS; see
        :func:`k_density`.
    industry : str
        The plants looked from.
    other : str, optional
        The neighbours looked for; by default the industry itself.
    weight : str, optional
        Column with employment; 1 each by default.
    radii : sequence of float
        Distances, in the unit of the coordinates (km for degrees).
    variant : {"cumulative", "density"}
        M within r, or m at r: a Gaussian kernel around r instead of a count within r.
    controls : {"all", "other"}
        Whom neighbours are held against: all plants, or those of ``other`` only
        (cases and controls).
    individual : bool
        One row a plant and distance: its own ratio over the global one.
    bandwidth : float, optional
        Of ``"density"``; Silverman's rule over the distances between the plants looked
        from and looked for, up to twice the longest radius, by default.
    draws : int
        Relocations of (industry, weight) over the sites for a local band; 0 for none.
    level : float
        Probability outside the band, on each side.
    seed : int
        Of the relocations.

    Returns
    -------
    DataFrame
        ``distance``, ``m`` (1 = as all plants, 2 = twice as many as by chance, 0 to
        infinity; NaN where no plant has a neighbour), ``lower``, ``upper`` (NaN
        without draws), ``reason`` (``no_neighbour`` or empty); with ``individual``
        also ``point`` (row number in the table given, from 0).

    Raises
    ------
    TableError
        If columns, coordinates or weights are missing, or an industry is unknown.
    OptionError
        If an option is not offered.

    References
    ----------
    Marcon, E. and Puech, F. (2010), Measures of the geographic concentration of
    industries: improving distance-based methods, Journal of Economic Geography 10,
    745-762; Lang, G., Marcon, E. and Puech, F. (2020), Distance-based measures of
    spatial concentration: introducing a relative density function, Annals of Regional
    Science 64 (as in dbmss 2.11, not checked against the originals).

    Examples
    --------
    >>> import pandas as pd
    >>> sites = pd.DataFrame(
    ...     {"x": [0, 1, 5, 6], "y": [0, 0, 0, 0], "industry": list("AABB")}
    ... )
    >>> m_function(sites, industry="A", radii=[2, 10])["m"].tolist()
    [3.0, 1.0]
    """
    check_option("variant", variant, ("cumulative", "density"))
    check_option("controls", controls, ("all", "other"))
    if controls == "other" and other is None:
        raise OptionError('controls="other" needs other=, the control industry.')
    r = checked_radii(radii)
    data = read_points(points, weight)
    own = data.of(industry)
    # cases and controls: the cases are looked for, the controls are everybody
    wanted = own if other is None or controls == "other" else data.of(other)
    against = None if controls == "all" else data.of(str(other))
    h = bandwidth
    if variant == "density" and h is None:
        first, second = data.xy[own], data.xy[wanted]
        far = distances_between(first, second, is_geographic=data.is_geographic)
        if wanted is own:
            far = far[np.triu_indices(len(own), 1)]
        h = bandwidth_of(far.ravel(), "silverman_short", float(r.max()))
    local, global_ratio = _ratios(data, own, wanted, against, r, h)
    if individual:
        return _by_point(data, own, r, local, global_ratio)
    m = _mean_ratio(local, global_ratio)
    frame = pd.DataFrame({"distance": r, "m": m, "lower": np.nan, "upper": np.nan})
    if draws:
        bands = _bands(data, (len(own), own, wanted, against), r, h, draws, level, seed)
        frame["lower"], frame["upper"] = bands
    frame["reason"] = np.where(np.isnan(m), "no_neighbour", "")
    return frame


def _ratios(
    data: Points,
    own: NDArray[np.intp],
    wanted: NDArray[np.intp],
    against: NDArray[np.intp] | None,
    r: Array,
    h: float | None,
) -> tuple[Array, Array]:
    """Ratios around each plant (plants x r; NaN without neighbour), and global ones."""
    w = data.weight
    is_wanted = np.zeros(len(w), dtype=bool)
    is_wanted[wanted] = True
    counted = np.ones(len(w), dtype=bool)
    if against is not None:
        counted[:] = False
        counted[against] = True
    local = np.empty((len(own), len(r)))
    step = max(1, _BLOCK_CELLS // len(w))
    for start in range(0, len(own), step):
        block = own[start : start + step]
        far = distances_between(
            data.xy[block], data.xy, is_geographic=data.is_geographic
        )
        far[np.arange(len(block)), block] = np.inf  # not its own neighbour
        found, everyone = _within(far, w, is_wanted, counted, r, h)
        local[start : start + step] = over_positive(found, everyone)
    total, target = w[counted].sum(), w[is_wanted].sum()
    own_weight = w[own]
    global_ratio = (target - own_weight * is_wanted[own]) / (
        total - own_weight * counted[own]
    )
    return local, global_ratio


def _within(
    far: Array,
    w: Array,
    is_wanted: NDArray[np.bool_],
    counted: NDArray[np.bool_],
    r: Array,
    h: float | None,
) -> tuple[Array, Array]:
    """Weights of those looked for and of all, within r or by a kernel around r."""
    found, everyone = np.empty((len(far), len(r))), np.empty((len(far), len(r)))
    wanted_weight, all_weight = w * is_wanted, w * counted
    if h is None:
        number = np.searchsorted(r, far.ravel(), side="left")
        number = number + np.repeat(np.arange(len(far)) * (len(r) + 1), len(w))
        for weight, result in ((wanted_weight, found), (all_weight, everyone)):
            sums = np.bincount(
                number, np.tile(weight, len(far)), len(far) * (len(r) + 1)
            )
            result[:] = np.cumsum(sums.reshape(len(far), -1)[:, : len(r)], axis=1)
        return found, everyone
    for k, radius in enumerate(r):
        near = np.exp(-0.5 * ((radius - far) / h) ** 2)  # not reflected, as dbmss
        found[:, k], everyone[:, k] = near @ wanted_weight, near @ all_weight
    return found, everyone


def _mean_ratio(local: Array, global_ratio: Array) -> Array:
    has = np.isfinite(local)
    below = (has * global_ratio[:, None]).sum(axis=0)
    return over_positive(np.nansum(local, axis=0), below)


def _by_point(
    data: Points, own: NDArray[np.intp], r: Array, local: Array, ratio: Array
) -> pd.DataFrame:
    order = np.argsort(data.row[own])
    m = (local / ratio[:, None])[order]
    frame = pd.DataFrame({
        "point": np.repeat(data.row[own][order], len(r)),
        "distance": np.tile(r, len(own)),
        "m": m.ravel(),
        "lower": np.nan,
        "upper": np.nan,
    })
    frame["reason"] = np.where(frame["m"].isna(), "no_neighbour", "")
    return frame


def _bands(
    data: Points,
    parts: tuple[int, NDArray[np.intp], NDArray[np.intp], NDArray[np.intp] | None],
    r: Array,
    h: float | None,
    draws: int,
    level: float,
    seed: int,
) -> tuple[Array, Array]:
    """Local band: pairs of industry and weight are dealt to the sites at random."""
    rng = np.random.default_rng(seed)
    _, own, wanted, against = parts
    found = np.empty((draws, len(r)))
    for t in range(draws):
        moved = replace(data, xy=data.xy[rng.permutation(len(data.xy))])
        found[t] = _mean_ratio(*_ratios(moved, own, wanted, against, r, h))
    bands = np.full((2, len(r)), np.nan)
    known = np.isfinite(found).any(axis=0)
    bands[:, known] = np.nanquantile(found[:, known], [level, 1.0 - level], axis=0)
    return bands[0], bands[1]
