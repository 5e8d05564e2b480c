"""Duranton & Overman's K-density: localisation in continuous space, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration.distances._bandwidth import BANDWIDTHS
from clusterid.concentration.distances._k_bands import chance
from clusterid.concentration.distances._pair_counts import (
    PairCounts,
    Raster,
    exact_counts,
    make_raster,
)
from clusterid.concentration.distances._pair_density import PairSet, coarse_pairs
from clusterid.concentration.distances._points import (
    Points,
    checked_radii,
    distances_between,
    read_points,
)
from clusterid.errors import OptionError, check_option

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["KDensity", "k_density"]

Bandwidth = Literal["silverman", "silverman_short", "iqr", "sheather_jones"]
METHODS = ("auto", "exact", "raster")
NULLS = ("auto", "moments", "simulation")
#: Up to this many sites all pairs are counted when the method is "auto".
_EXACT_SITES = 5_000
_MOST_BINS = 200
_MOST_CELLS = 1_500_000


@dataclass(frozen=True, slots=True)
class KDensity:
    """K-densities of industries and their bands under random location.

    Parameters
    ----------
    table : DataFrame, one row an industry and distance
        ``industry``, ``distance``, ``k`` (density, 1/unit of distance), ``expected``,
        ``lower``, ``upper`` (local band), ``global_lower``, ``global_upper``.
    summary : DataFrame by industry
        ``n_plants``, ``n_other`` (bivariate), ``bandwidth``, ``localised`` (above the
        global band somewhere), ``dispersed`` (below it somewhere and nowhere above),
        ``localisation``, ``dispersion`` (area outside the global band), ``null``
        (``moments`` or ``simulation``), ``reason`` (``too_few_plants``,
        ``all_at_one_site`` or empty).
    params : mapping
        Every argument, defaults filled in.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    params: Mapping[str, Any]

    def __repr__(self) -> str:
        localised = int(self.summary["localised"].fillna(False).astype(bool).sum())
        return (
            f"<KDensity: {len(self.summary)} industries, {localised} localised, "
            f"{self.params['n_sites']} sites, {self.params['method']} pairs; see "
            ".summary, .table, .plot(industry)>"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.summary.head(20).to_html())

    def plot(self, industry: str | None = None, ax: Axes | None = None) -> Axes:
        """Draw the density of one industry with its local and global bands."""
        if ax is None:
            from matplotlib.figure import Figure

            ax = Figure().add_subplot()
        name = self.summary.index[0] if industry is None else industry
        rows = self.table[self.table["industry"].eq(name)]
        d = rows["distance"]
        ax.fill_between(
            d,
            rows["global_lower"],
            rows["global_upper"],
            alpha=0.15,
            label="global",
        )
        ax.fill_between(d, rows["lower"], rows["upper"], alpha=0.3, label="local")
        ax.plot(d, rows["k"], label=str(name))
        ax.plot(d, rows["expected"], linestyle=":", label="expected")
        ax.set_xlabel(f"distance ({self.params['unit']})")
        ax.set_ylabel("density of pairs")
        ax.legend()
        return ax


@typed
def k_density(
    points: pd.DataFrame,
    *,
    industry: str | Sequence[str] | None = None,
    other: str | None = None,
    weight: str | None = None,
    radii: Sequence[float] | Array | None = None,
    bandwidth: Bandwidth | float = "silverman",
    method: Literal["auto", "exact", "raster"] = "auto",
    cell: float | None = None,
    null: Literal["auto", "moments", "simulation"] = "auto",
    level: float = 0.05,
    draws: int = 1000,
    seed: int = 0,
) -> KDensity:
    r"""Return the density of distances between plants, and what chance would give.

    Are plants of an industry nearer each other than the same number of plants of any
    industry, at which distances? No regions are involved, so borders do not matter.

    .. math::

        K(r) = \frac{2}{n(n-1) h} \sum_{i<j}
            \Big[\phi\Big(\frac{r - d_{ij}}{h}\Big)
               + \phi\Big(\frac{r + d_{ij}}{h}\Big)\Big]

    Parameters
    ----------
    points : DataFrame or GeoDataFrame, one row a plant
        ``industry`` and either ``x``, ``y`` (projected, any unit, or degrees where
        read_plants() was told so) or point geometries with a CRS. In degrees,
        distances are great-circle, in km. All plants of all industries: they are the
        sites that chance may choose.
    industry : str or sequence of str, optional
        Which industries; all by default.
    other : str, optional
        A second industry: density of the distances between the two (co-localisation).
    weight : str, optional
        Column with employment: each pair counts by the product (the "K-emp" of the
        source).
    radii : sequence of float, optional
        Distances, from 0 upwards; by default 101 from 0 to the median distance of all
        pairs of sites, as in the source.
    bandwidth : float or {"silverman", "silverman_short", "iqr", "sheather_jones"}
        h. ``"silverman"``: 0.9 min(sd, IQR/1.34) n_pairs^(-1/5) over all distances, as
        in the source; ``"silverman_short"``: over the distances up to twice the
        longest radius only (dbmss; asking for other radii then changes the density);
        ``"iqr"``: 0.9 IQR/1.34 (2 n_pairs)^(-1/5) (McSpatial); ``"sheather_jones"``
        (dbmss, option). Always without weights.
    method : {"auto", "exact", "raster"}
        How pairs are counted. ``"exact"``: one by one; ``"raster"``: points moved to
        the middle of square cells and all pairs counted by Fourier transform, which
        makes millions of plants possible; ``"auto"``: exact up to 700,000 pairs of an
        industry (1,200 plants) and 5,000 sites.
    cell : float, optional
        Width of a raster cell, in the unit of the coordinates; by default a third of
        the smallest bandwidth, and not so small that the raster outgrows memory.
    null : {"auto", "moments", "simulation"}
        Bands from the exact mean and covariance under random relabelling of sites
        (normal, bent by the skewness of 2,000 small relabellings), or from ``draws``
        relabellings; ``"auto"`` simulates below 30 plants.
    level : float
        Probability outside each band, on each side.
    draws : int
        Relabellings, where simulated.
    seed : int
        Of simulation and of the global band.

    Returns
    -------
    KDensity
        ``.table``, ``.summary``, ``.params``; ``.plot()``.

    Raises
    ------
    TableError
        If columns, coordinates or weights are missing, or the industry is unknown.
    GeometryError
        If a raster is asked for on degrees.
    OptionError
        If an option is not offered.

    Notes
    -----
    Under relabelling of N sites, K is a U-statistic of a simple random sample without
    replacement. Its mean and its covariance over distances follow in closed form from
    the pair counts by distance and, summed over sites, the products of each site's
    own counts (:class:`PairCounts`); one pass serves every industry of every size and
    weighting. The global band is the local one    widened until a normal process with
    that covarianceleaves it anywhere, upwards (or downwards), with probability
    ``level``. Densities of more than 2 million kernel values are summed over
    distances in bins of h/50; the null uses bins of about h/3.

    dbmss takes h over distances up to twice the longest radius and interpolates
    (relative error 1e-3). McSpatial uses the IQR only and twice the pairs.

    References
    ----------
    Duranton, G. and Overman, H. G. (2005), Testing for localization using
    micro-geographic data, Review of Economic Studies 72, 1077-1106. Scholl, T. and
    Brenner, T. (2015), Optimizing distance-based methods for large data sets, Journal
    of Geographical Systems 17, for the raster.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> xy = rng.uniform(0, 100, (400, 2))
    >>> xy[:60] = 50 + rng.normal(0, 5, (60, 2))  # one industry sits together
    >>> sites = pd.DataFrame(xy, columns=["x", "y"])
    >>> sites["industry"] = ["A"] * 60 + ["B"] * 340
    >>> k_density(sites, industry="A").summary.loc["A", "localised"].item()
    True
    """
    rules = _Rules(bandwidth, method, cell, null, level, draws, seed)
    data = read_points(points, weight)
    if method == "raster":
        data.refuse_degrees("A raster needs projected coordinates.")
    names = _names(data, industry)
    second = None if other is None else data.of(other)
    r = _radii(data, radii)
    exact = method == "exact" or data.is_geographic
    sets = [PairSet(name, data.of(name), second, data, exact=exact) for name in names]
    for one in sets:
        one.choose_bandwidth(bandwidth, r)
    raster, counts = _counted(data, sets, r, rules)
    under = chance(
        data, r, counts, level=level, draws=draws, seed=seed,
        two_sets=second is not None,
    )  # fmt: skip
    table = []
    children = np.random.SeedSequence(seed).spawn(len(sets))
    for one, child in zip(sets, children, strict=True):
        if one.reason:
            table.append(one.empty(r))
            continue
        k = one.density(r, raster if method == "raster" or one.many else None)
        rng = np.random.default_rng(child)
        bands = under.bands(one, rng, by_moments=rules.by_moments(one))
        table.append(one.frame(r, k, bands))
    params = {
        "industry": names,
        "other": other,
        "weight": weight,
        "radii": r.tolist(),
        **asdict(rules),
        "method": "raster" if raster is not None else "exact",
        "cell": None if raster is None else raster.cell,
        "n_sites": len(data.xy),
        "unit": "km" if data.is_geographic else "unit of the coordinates",
    }
    summary = pd.DataFrame([one.verdict for one in sets]).set_index("industry")
    return KDensity(pd.concat(table, ignore_index=True), summary, params)


@dataclass(frozen=True, slots=True)
class _Rules:
    """How densities are estimated and what they are held against."""

    bandwidth: str | float
    method: str
    cell: float | None
    null: str
    level: float
    draws: int
    seed: int

    def __post_init__(self) -> None:
        check_option("method", self.method, METHODS)
        check_option("null", self.null, NULLS)
        if isinstance(self.bandwidth, str):
            check_option("bandwidth", self.bandwidth, BANDWIDTHS)
        elif not self.bandwidth > 0:
            raise OptionError(f"bandwidth={self.bandwidth!r} must be above 0.")
        if not 0 < self.level < 0.5:
            raise OptionError(f"level={self.level!r} must lie between 0 and 0.5.")

    def by_moments(self, one: PairSet) -> bool:
        """Return whether the bands of an industry come from moments."""
        return self.null == "moments" or (self.null == "auto" and one.large)

    def on_raster(self, data: Points, sets: list[PairSet]) -> bool:
        """Return whether pairs of sites are counted on a raster."""
        if self.method != "auto" or data.is_geographic:
            return self.method == "raster"
        return len(data.xy) > _EXACT_SITES or any(one.many for one in sets)


def _counted(
    data: Points, sets: list[PairSet], r: Array, rules: _Rules
) -> tuple[Raster | None, PairCounts | None]:
    """Return the raster and the pairs of all sites, as far as they are needed."""
    usable = [one for one in sets if one.reason == ""]
    if not usable:
        return None, None
    width, n_bins = _bins(r, [one.h for one in usable])
    raster = None
    if rules.on_raster(data, usable):
        smallest = min(one.h for one in usable)
        raster = _raster(data, rules.cell, width, n_bins, smallest)
    if not any(map(rules.by_moments, usable)):
        return raster, None
    if raster is not None:
        return raster, raster.counts(data.xy)
    is_geographic = data.is_geographic
    return None, exact_counts(data.xy, width, n_bins, is_geographic=is_geographic)


def _names(data: Points, industry: str | Sequence[str] | None) -> list[str]:
    if industry is None:
        return [str(code) for code in data.codes]
    if isinstance(industry, str):
        return [industry]
    return [str(code) for code in industry]


def _radii(data: Points, radii: Sequence[float] | Array | None) -> Array:
    if radii is not None:
        return checked_radii(radii)
    if len(data.xy) <= _EXACT_SITES or data.is_geographic:
        some = data.xy[:: max(1, len(data.xy) // _EXACT_SITES + 1)]
        far = distances_between(some, some, is_geographic=data.is_geographic)
        median = float(np.median(far[np.triu_indices(len(some), 1)]))
    else:
        pairs, centres = coarse_pairs(data.xy, np.ones(len(data.xy)))
        share = np.cumsum(pairs) / pairs.sum()
        median = float(np.interp(0.5, share, centres))
    return np.linspace(0.0, median, 101)


def _bins(r: Array, bandwidths: list[float]) -> tuple[float, int]:
    reach = float(r.max()) + 5.0 * max(bandwidths)
    width = max(min(bandwidths) / 3.0, reach / _MOST_BINS)
    return width, int(np.ceil(reach / width)) + 1


def _raster(
    data: Points, cell: float | None, width: float, n_bins: int, smallest: float
) -> Raster:
    if cell is None:
        span = np.ptp(data.xy, axis=0) + n_bins * width
        cell = max(smallest / 3.0, float(np.sqrt(span.prod() / _MOST_CELLS)))
    elif not cell > 0:
        raise OptionError(f"cell={cell!r} must be above 0.")
    return make_raster(data.xy, cell, max(width, cell), n_bins)
