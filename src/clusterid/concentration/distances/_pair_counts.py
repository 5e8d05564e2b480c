"""Counts of pairs of sites by distance: from all pairs, or from a raster by FFT.

What a relabelling of sites can do to a kernel density of distances depends on the
sites only through two tables: how many pairs lie in each distance bin, and, summed
over sites, the products of each site's own counts in two bins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clusterid.concentration._axis import Array
from clusterid.concentration.distances._points import distances_between

__all__ = ["PairCounts", "Raster", "exact_counts", "make_raster"]

_BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class PairCounts:
    """Distances of all pairs of sites in bins of equal width around 0, width, ...

    Parameters
    ----------
    width : float
        Width of a bin; bin b holds distances nearest to b * width.
    pairs : array, n_bins
        Unordered pairs in each bin (pairs further apart are in none).
    products : array, n_bins x n_bins
        Sum over sites of (neighbours in bin a) * (neighbours in bin b).
    n_sites : int
        Number of sites.
    """

    width: float
    pairs: Array
    products: Array
    n_sites: int

    @property
    def centres(self) -> Array:
        """Distance at the middle of each bin."""
        return np.asarray(self.width * np.arange(len(self.pairs)), dtype=float)


def exact_counts(
    xy: Array, width: float, n_bins: int, *, is_geographic: bool
) -> PairCounts:
    """Count all pairs of sites; time and work grow with the square of their number."""
    n = len(xy)
    ones = np.zeros(n_bins)
    products = np.zeros((n_bins, n_bins))
    step = max(1, _BLOCK_CELLS // max(n, 1))
    for start in range(0, n, step):
        block = xy[start : start + step]
        far = distances_between(block, xy, is_geographic=is_geographic)
        number = np.minimum((far / width + 0.5).astype(np.int64), n_bins)
        number += (n_bins + 1) * np.arange(len(block))[:, None]
        counts = np.bincount(number.ravel(), minlength=len(block) * (n_bins + 1))
        per_site = counts.reshape(len(block), n_bins + 1)[:, :n_bins].astype(float)
        per_site[:, 0] -= 1.0  # a site is no neighbour of itself
        ones += per_site.sum(axis=0)
        products += per_site.T @ per_site
    return PairCounts(width, ones / 2.0, products, n)


@dataclass(frozen=True, slots=True)
class Raster:
    """A frame of cells large enough to shift by the longest distance asked for.

    Parameters
    ----------
    origin : array of 2
        Lower left corner.
    cell : float
        Width of a cell; a point counts at the middle of its cell.
    shape, padded : tuple of int
        Cells that hold points, and with the margin that keeps shifts from wrapping.
    lag_bin : array, padded
        Distance bin of every shift; ``n_bins`` for those that are too long.
    n_bins : int
    width : float
        Width of a distance bin.
    """

    origin: Array
    cell: float
    shape: tuple[int, int]
    padded: tuple[int, int]
    lag_bin: NDArray[np.int32]
    n_bins: int
    width: float

    def image(self, xy: Array, weight: Array | None = None) -> Array:
        """Return the sum of weights in every cell, padded."""
        where = np.floor((xy - self.origin) / self.cell).astype(np.int64)
        flat = where[:, 0] * self.padded[1] + where[:, 1]
        size = self.padded[0] * self.padded[1]
        sums = np.bincount(flat, weights=weight, minlength=size)
        return np.asarray(sums, dtype=float).reshape(self.padded)

    def pairs(
        self, xy: Array, weight: Array, other: tuple[Array, Array] | None = None
    ) -> Array:
        """Return weighted pairs by distance bin, within one set or between two."""
        from scipy.fft import irfft2, rfft2

        first = rfft2(self.image(xy, weight), workers=-1)
        second = first
        if other is not None:
            second = rfft2(self.image(*other), workers=-1)
        spectrum = first * np.conj(second)
        shifted = irfft2(spectrum, s=self.padded, workers=-1)
        flat = self.lag_bin.ravel()
        counts = np.bincount(flat, weights=shifted.ravel(), minlength=self.n_bins + 1)
        result: Array = np.asarray(counts[: self.n_bins], dtype=float)
        if other is None:
            result[0] -= float((weight**2).sum())
            result = result / 2.0
        return result

    def counts(self, xy: Array) -> PairCounts:
        """Return what :func:`exact_counts` does, one convolution a distance bin."""
        from scipy.fft import irfft2, rfft2

        image = self.image(xy)
        spectrum = rfft2(image, workers=-1)
        cells = np.flatnonzero(image.ravel() > 0)
        sites = image.ravel()[cells]
        near = np.empty((self.n_bins, len(cells)), dtype=np.float32)
        for b in range(self.n_bins):
            ring = rfft2((self.lag_bin == b).astype(float), workers=-1)
            around = irfft2(spectrum * ring, s=self.padded, workers=-1)
            near[b] = np.rint(around.ravel()[cells])
        near[0] -= 1.0
        pairs = near.astype(np.float64) @ sites / 2.0 if len(cells) < 50_000 else None
        if pairs is None:
            pairs = np.array([float(row @ sites) for row in near]) / 2.0
        products = np.zeros((self.n_bins, self.n_bins))
        step = 20_000
        for start in range(0, len(cells), step):
            part = near[:, start : start + step].astype(np.float64)
            products += (part * sites[start : start + step]) @ part.T
        return PairCounts(self.width, pairs, products, len(xy))


def make_raster(xy: Array, cell: float, width: float, n_bins: int) -> Raster:
    """Lay a raster over the points; shifts up to the last bin do not wrap around."""
    from scipy.fft import next_fast_len

    origin = np.floor(xy.min(axis=0) / cell) * cell
    extent = np.floor((xy.max(axis=0) - origin) / cell).astype(int) + 1
    longest = (n_bins - 0.5) * width
    reach = int(np.ceil(longest / cell)) + 1
    # further than the points reach there is nothing to shift onto
    size = [
        int(next_fast_len(int(n + min(reach, n)), real=True)) for n in extent.tolist()
    ]
    lags = [
        np.minimum(np.arange(n), n - np.arange(n)).astype(float) * cell for n in size
    ]
    far = np.sqrt(lags[0][:, None] ** 2 + lags[1][None, :] ** 2)
    lag_bin = np.minimum((far / width + 0.5).astype(np.int32), n_bins)
    shape = (int(extent[0]), int(extent[1]))
    padded = (size[0], size[1])
    return Raster(origin, cell, shape, padded, lag_bin, n_bins, width)
