"""Duranton & Overman's K-density: localisation in continuous space, with bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._bandwidth import (
    BANDWIDTHS,
    bandwidth_of,
    spread_of_bins,
)
from clusterid.concentration._pair_counts import (
    PairCounts,
    Raster,
    exact_counts,
    make_raster,
)
from clusterid.concentration._points import Points, distances_between, read_points
from clusterid.errors import GeometryError, OptionError, check_option

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["KDensity", "k_density"]

Bandwidth = Literal["silverman", "silverman_short", "iqr", "sheather_jones"]
METHODS = ("auto", "exact", "raster")
NULLS = ("auto", "moments", "simulation")
#: Below this many plants the density is too skewed for a normal band.
_SIMULATE_BELOW = 30
#: Up to this many sites all pairs are counted when the method is "auto".
_EXACT_SITES = 5_000
#: Up to this many pairs an industry's own distances are worked out one by one.
_EXACT_PAIRS = 700_000
#: Up to this many kernel values a density is summed pair by pair.
_DIRECT = 2_000_000
_MOST_BINS = 200
_NORMAL_DRAWS = 10_000
#: Relabellings of this many sites tell the skewness of every industry's density.
_PILOT_DRAWS = 2_000
_PILOT_SITES = 100
_COARSE_CELLS = 150
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
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.summary.head(20).to_html()}"

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
        ``industry`` and either ``x``, ``y`` (projected, any unit) or point geometries
        with a CRS. In degrees, distances are great-circle, in km. All plants of all
        industries: they are the sites that chance may choose.
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
    check_option("method", method, METHODS)
    check_option("null", null, NULLS)
    if isinstance(bandwidth, str):
        check_option("bandwidth", bandwidth, BANDWIDTHS)
    elif not bandwidth > 0:
        raise OptionError(f"bandwidth={bandwidth!r} must be above 0.")
    if not 0 < level < 0.5:
        raise OptionError(f"level={level!r} must lie between 0 and 0.5.")
    data = read_points(points, weight)
    if data.is_geographic and method == "raster":
        raise GeometryError(
            "A raster needs projected coordinates. Project first, for Europe "
            "points.to_crs(3035)."
        )
    names = _names(data, industry)
    second = None if other is None else data.of(other)
    r = _radii(data, radii)
    exact = method == "exact" or data.is_geographic
    sets = [_Set(name, data.of(name), second, data, exact=exact) for name in names]
    rule = bandwidth if isinstance(bandwidth, str) else ""
    for one in sets:
        one.h = one.rule_bandwidth(rule, r) if rule else float(bandwidth)
    table, counts, raster = [], None, None
    usable = [one for one in sets if one.reason == ""]
    by_moments = [
        one for one in usable if null == "moments" or (null == "auto" and one.large)
    ]
    on_raster = method == "raster" or (
        method == "auto"
        and not data.is_geographic
        and (len(data.xy) > _EXACT_SITES or any(one.many for one in usable))
    )
    if usable:
        width, n_bins = _bins(r, [one.h for one in usable])
        if on_raster:
            raster = _lay(data, cell, width, n_bins, min(one.h for one in usable))
        if by_moments:
            counts = (
                raster.counts(data.xy)
                if raster is not None
                else exact_counts(
                    data.xy, width, n_bins, is_geographic=data.is_geographic
                )
            )
    noise = np.random.default_rng(seed).standard_normal((_NORMAL_DRAWS, len(r)))
    pilot = _pilot(data, second is not None, counts, seed)
    children = np.random.SeedSequence(seed).spawn(len(sets))
    for one, child in zip(sets, children, strict=True):
        if one.reason:
            table.append(one.empty(r))
            continue
        use = raster if method == "raster" or one.many else None
        k = one.density(r, use)
        if one in by_moments and counts is not None:
            skewness = _skewness(one, r, counts, pilot)
            bands = _moment_bands(one, r, counts, level, noise, skewness)
        else:
            bands = _simulated_bands(one, r, level, draws, np.random.default_rng(child))
        table.append(one.frame(r, k, bands))
    params = {
        "industry": names,
        "other": other,
        "weight": weight,
        "radii": r.tolist(),
        "bandwidth": bandwidth,
        "method": "raster" if raster is not None else "exact",
        "cell": None if raster is None else raster.cell,
        "null": null,
        "level": level,
        "draws": draws,
        "seed": seed,
        "n_sites": len(data.xy),
        "unit": "km" if data.is_geographic else "unit of the coordinates",
    }
    summary = pd.DataFrame([one.verdict for one in sets]).set_index("industry")
    return KDensity(pd.concat(table, ignore_index=True), summary, params)


def _names(data: Points, industry: str | Sequence[str] | None) -> list[str]:
    if industry is None:
        return [str(code) for code in data.codes]
    if isinstance(industry, str):
        return [industry]
    return [str(code) for code in industry]


def _radii(data: Points, radii: Sequence[float] | Array | None) -> Array:
    if radii is not None:
        r = np.asarray(radii, dtype=float)
        if r.ndim != 1 or not len(r) or (r < 0).any() or (np.diff(r) <= 0).any():
            raise OptionError("radii must be increasing distances, none negative.")
        return r
    if len(data.xy) <= _EXACT_SITES or data.is_geographic:
        some = data.xy[:: max(1, len(data.xy) // _EXACT_SITES + 1)]
        far = distances_between(some, some, is_geographic=data.is_geographic)
        median = float(np.median(far[np.triu_indices(len(some), 1)]))
    else:
        pairs, centres = _coarse(data.xy, np.ones(len(data.xy)))
        share = np.cumsum(pairs) / pairs.sum()
        median = float(np.interp(0.5, share, centres))
    return np.linspace(0.0, median, 101)


def _coarse(xy: Array, weight: Array) -> tuple[Array, Array]:
    """Pairs over the whole range of distances on a coarse raster."""
    span = float(np.ptp(xy, axis=0).max())
    cell = span / _COARSE_CELLS
    n_bins = int(np.ceil(np.hypot(*np.ptp(xy, axis=0)) / cell)) + 2
    raster = make_raster(xy, cell, cell, n_bins)
    return raster.pairs(xy, weight), _grid(cell, n_bins)


def _bins(r: Array, bandwidths: list[float]) -> tuple[float, int]:
    reach = float(r.max()) + 5.0 * max(bandwidths)
    width = max(min(bandwidths) / 3.0, reach / _MOST_BINS)
    return width, int(np.ceil(reach / width)) + 1


def _lay(
    data: Points, cell: float | None, width: float, n_bins: int, smallest: float
) -> Raster:
    if cell is None:
        span = np.ptp(data.xy, axis=0) + n_bins * width
        cell = max(smallest / 3.0, float(np.sqrt(span.prod() / _MOST_CELLS)))
    elif not cell > 0:
        raise OptionError(f"cell={cell!r} must be above 0.")
    return make_raster(data.xy, cell, max(width, cell), n_bins)


def _grid(width: float, n: int) -> Array:
    return np.asarray(width * np.arange(n), dtype=float)


def _kernel(r: Array, d: Array, h: float) -> Array:
    """Gaussian kernel at r of distances d, reflected at zero: len(r) x len(d)."""
    scale = 1.0 / (h * np.sqrt(2.0 * np.pi))
    near, far = (r[:, None] - d) / h, (r[:, None] + d) / h
    result: Array = scale * (np.exp(-0.5 * near**2) + np.exp(-0.5 * far**2))
    return result


class _Set:
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

    def rule_bandwidth(self, rule: str, r: Array) -> float:
        """Bandwidth by rule; sets the reason when there is none."""
        if self.reason:
            return float("nan")
        longest = float(r.max())
        if self.many and rule in {"silverman", "iqr", "silverman_short"}:
            # the spread of distances does not need the exact ones
            xy, ones = self.data.xy, np.ones(len(self.data.xy))
            if self.second is None:
                pairs, centres = _coarse(xy[self.own], ones[self.own])
                h = spread_of_bins(pairs, centres, rule, longest)
            else:
                far = self.sampled_distances()
                h = bandwidth_of(far, rule, longest)
                h *= (self.n_pairs / len(far)) ** -0.2
        else:
            h = bandwidth_of(self.distances()[0], rule, longest)
        if not h > 0:
            self.reason = "all_at_one_site"
            self.verdict["reason"] = self.reason
        return h

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
            centres = _grid(raster.width, raster.n_bins)
            total = self.total_weight()
            result: Array = _kernel(r, centres, self.h) @ pairs / total
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


_BANDS = ("expected", "lower", "upper", "global_lower", "global_upper")


def _sum_kernels(r: Array, d: Array, w: Array, h: float) -> Array:
    """Weighted kernel density; binned finely where there are very many pairs."""
    total = float(w.sum())
    if len(r) * len(d) > _DIRECT:
        width = h / 50.0
        size = int((float(r.max()) + 9.0 * h) / width) + 2
        w = _binned(d, w, width, size)
        d = _grid(width, size)
    result = np.zeros(len(r))
    step = max(1, 2_000_000 // len(r))
    for start in range(0, len(d), step):
        result += _kernel(r, d[start : start + step], h) @ w[start : start + step]
    return result / total


def _binned(d: Array, w: Array, width: float, size: int) -> Array:
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


def _pilot(
    data: Points, two_sets: bool, counts: PairCounts | None, seed: int
) -> tuple[int, Array]:
    """Pairs by distance bin of a few random sites, many times over."""
    if counts is None:
        return 0, np.empty((0, 0))
    rng = np.random.default_rng([seed, 1])
    n_bins, width = len(counts.pairs), counts.width
    n = max(4, min(_PILOT_SITES, len(data.xy) // 10))
    found = np.empty((_PILOT_DRAWS, n_bins))
    first, second = np.triu_indices(n, 1)
    for t in range(_PILOT_DRAWS):
        a = data.xy[rng.choice(len(data.xy), n, replace=False)]
        b = a
        if two_sets:
            a, b = a[: n // 2], a[n // 2 :]
        far = distances_between(a, b, is_geographic=data.is_geographic)
        pair = far.ravel() if two_sets else far[first, second]
        number = np.minimum((pair / width + 0.5).astype(np.int64), n_bins)
        found[t] = np.bincount(number, minlength=n_bins + 1)[:n_bins]
    return n, found


def _skewness(
    one: _Set, r: Array, counts: PairCounts, pilot: tuple[int, Array]
) -> Array:
    """Skewness of K at every r by chance: the pilot's, scaled to the industry.

    It falls with the root of the (effective) number of plants; the second factor is
    that of sampling without replacement.
    """
    n, found = pilot
    curves = found @ _kernel(r, counts.centres, one.h).T
    curves = curves - curves.mean(axis=0)
    spread = np.sqrt((curves**2).mean(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        skew = np.where(spread > 0, (curves**3).mean(axis=0) / spread**3, 0.0)
    u, v = one.weights
    effective = float(u.sum() ** 2 / (u**2).sum())
    if one.second is not None:
        other = float(v.sum() ** 2 / (v**2).sum())
        effective = 4.0 / (1.0 / effective + 1.0 / other)

    def finite(share: float) -> float:
        return float((1.0 - 2.0 * share) / np.sqrt(max(1.0 - share, 1e-9)))

    used = len(one.own) + (0 if one.second is None else len(one.second))
    factor = finite(used / counts.n_sites) / finite(n / counts.n_sites)
    result: Array = skew * np.sqrt(n / effective) * factor
    return result


def _moment_bands(
    one: _Set,
    r: Array,
    counts: PairCounts,
    level: float,
    noise: Array,
    skewness: Array,
) -> dict[str, Any]:
    from scipy.stats import norm

    mean, covariance = _null_moments(one, r, counts)
    sd = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(sd > 0, sd, 1.0)
    correlation = covariance / np.outer(scale, scale)
    value, vector = np.linalg.eigh((correlation + correlation.T) / 2.0)
    process = noise @ (vector * np.sqrt(np.maximum(value, 0.0))).T
    wide = float(np.quantile(process.max(axis=1), 1.0 - level))
    wide_down = float(np.quantile(-process.min(axis=1), 1.0 - level))
    local = float(norm.isf(level))

    def band(z: float) -> Array:
        # Cornish & Fisher: a normal quantile bent by the skewness
        result: Array = mean + sd * (z + skewness * (z**2 - 1.0) / 6.0)
        return np.maximum(result, 0.0)

    return {
        "expected": mean,
        "lower": band(-local),
        "upper": band(local),
        "global_lower": band(-wide_down),
        "global_upper": band(wide),
        "null": "moments",
    }


def _null_moments(one: _Set, r: Array, counts: PairCounts) -> tuple[Array, Array]:
    """Mean and covariance over r of K when sites are relabelled at random."""
    N = float(counts.n_sites)
    kernel = _kernel(r, counts.centres, one.h)
    n_pairs = N * (N - 1.0) / 2.0
    total = kernel @ counts.pairs
    mean = total / n_pairs
    squared = (kernel * counts.pairs) @ kernel.T
    same = squared / n_pairs
    products = kernel @ counts.products @ kernel.T
    wedges = products - 2.0 * squared
    shared = wedges / (N * (N - 1.0) * (N - 2.0))
    apart = np.outer(total, total) - squared - wedges
    disjoint = apart / (n_pairs * (N - 2.0) * (N - 3.0) / 2.0)
    a, b, c = one.coefficients()
    covariance = a * same + b * shared + c * disjoint - np.outer(mean, mean)
    return mean, covariance


def _simulated_bands(
    one: _Set, r: Array, level: float, draws: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Bands from relabelled sites; the global one by the rank that 5 % reach."""
    xy, N = one.data.xy, len(one.data.xy)
    n = len(one.own)
    m = 0 if one.second is None else len(one.second)
    u, v = one.weights
    counted = []
    first, second = np.triu_indices(n, 1)
    pair_weight = (u[first] * u[second]) if m == 0 else np.outer(u, v).ravel()
    width = one.h / 20.0
    size = int((float(r.max()) + 9.0 * one.h) / width) + 2
    for _ in range(draws):
        chosen = xy[rng.choice(N, n + m, replace=False)]
        a = chosen[:n]
        b = a if m == 0 else chosen[n:]
        far = distances_between(a, b, is_geographic=one.data.is_geographic)
        pair = far.ravel() if m else far[first, second]
        counted.append(_binned(pair, pair_weight, width, size))
    kernel = _kernel(r, _grid(width, size), one.h) / float(pair_weight.sum())
    found: Array = np.array(counted) @ kernel.T
    ordered = np.sort(found, axis=0)
    return {
        "expected": found.mean(axis=0),
        "lower": np.quantile(found, level, axis=0),
        "upper": np.quantile(found, 1.0 - level, axis=0),
        "global_lower": _envelope(found, ordered, level, upper=False),
        "global_upper": _envelope(found, ordered, level, upper=True),
        "null": "simulation",
    }


def _envelope(found: Array, ordered: Array, level: float, *, upper: bool) -> Array:
    """Local band of the same rank everywhere that at most ``level`` of draws leave."""
    draws = len(found)
    if upper:
        found, ordered = -found, -ordered[::-1]
    # rank of each draw at its most extreme distance, 1 = the most extreme
    most = np.full(draws, draws)
    for column, known in zip(found.T, ordered.T, strict=True):
        most = np.minimum(most, np.searchsorted(known, column, side="right"))
    allowed = int(np.floor(level * draws))
    rank = int(np.sort(most)[allowed])
    band: Array = ordered[max(rank, 1) - 1]
    return -band if upper else band


def _area(height: Array, r: Array) -> float:
    """Area under a broken line."""
    return float(((height[1:] + height[:-1]) / 2.0 * np.diff(r)).sum())
