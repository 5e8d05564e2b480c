"""What size classes say of single plants: bounds of the Herfindahl, drawn sizes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_of, refuse
from clusterid._typed import typed
from clusterid.concentration._given import given_numbers
from clusterid.errors import Fault
from clusterid.tables import size_class_reasons, square_bounds

__all__ = ["draw_plant_sizes", "plant_herfindahl_bounds"]

Bands = Mapping[str, tuple[float, float]]
Vector = NDArray[np.float64]
#: Smallest plant drawn from a class that begins at 0 (persons).
_LEAST = 1.0


@typed
def plant_herfindahl_bounds(
    counts: pd.DataFrame,
    bands: Bands,
    totals: pd.Series,
    *,
    band_totals: pd.DataFrame | None = None,
) -> pd.DataFrame:
    r"""Return bounds of the plant Herfindahl from numbers of plants by size class.

    .. math:: H_i = \sum_k (size_k / e_i)^2

    Parameters
    ----------
    counts : DataFrame, n_industries x n_bands
        Plants by industry and size class.
    bands : mapping of band to (smallest, largest)
        Jobs of a plant of the class, 0 or more; ``float("inf")`` for the open one.
    totals : Series by industry
        Jobs of the industry (of the same plants: local units and enterprises are not
        the same, and a total that the classes cannot give is reported).
    band_totals : DataFrame like ``counts``, optional
        Jobs by class, where published; tightens both bounds.

    Returns
    -------
    DataFrame by industry
        ``lower`` (equal plants as far as the classes allow), ``upper`` (plants at
        the edges of their classes), ``n_plants``, ``reason``: ``""``, ``"no_plants"``,
        ``"total_unknown"``, ``"total_below_classes"``, ``"total_above_classes"``;
        the bounds are NaN where there is a reason.

    Raises
    ------
    TableError
        If a band is unknown or malformed or a count negative.

    Notes
    -----
    The sum of squares is convex. Its minimum has every plant at one common size cut
    to its class (exact). Its maximum has all plants but one at an edge of their class;
    the bound fills plants to their upper edge where a job adds most, and counts the
    last one, which may end inside its class, along the chord: never below the true
    maximum, above it by less than a quarter of the squared share of that class's width.

    Examples
    --------
    >>> counts = pd.DataFrame({"1-9": [8], "10-49": [2]}, index=["A"])
    >>> bands = {"1-9": (1, 9), "10-49": (10, 49)}
    >>> bounds = plant_herfindahl_bounds(counts, bands, pd.Series({"A": 70.0}))
    >>> bounds.loc["A", ["lower", "upper"]].astype(float).round(3).tolist()
    [0.105, 0.548]
    """
    n, low, high = _checked(counts, bands)
    e = given_numbers(totals, counts.index, name="totals")
    reason = size_class_reasons(n, low, high, e)
    parts = [(n, low, high, e)]
    if band_totals is not None:
        within = band_totals.reindex(
            index=counts.index, columns=counts.columns
        ).to_numpy(dtype=float)
        parts = [
            (n[:, [c]], low[[c]], high[[c]], within[:, c]) for c in range(n.shape[1])
        ]
        for part in parts:
            own = np.where(part[0][:, 0] > 0, size_class_reasons(*part), "")
            reason = np.where(reason == "", own, reason)
    fits = reason == ""
    squares = np.full((2, len(n)), np.nan)
    squares[:, fits] = 0.0
    for plants, least, most, jobs in parts:
        held = fits & (plants.sum(axis=1) > 0)
        squares[:, held] += square_bounds(plants[held], least, most, jobs[held])
    with np.errstate(invalid="ignore", divide="ignore"):
        lower, upper = squares / e**2
    return pd.DataFrame(
        {
            "lower": lower,
            "upper": np.minimum(np.maximum(lower, upper), 1.0),
            "n_plants": n.sum(axis=1),
            "reason": reason.astype(object),
        },
        index=counts.index,
    )


@typed
def draw_plant_sizes(
    counts: pd.DataFrame,
    bands: Bands,
    totals: pd.Series,
    *,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Draw plants from size classes so that they add up to the industry's jobs.

    Sizes are log-uniform within the class (from 1 person up where it begins at 0), then
    all moved by one common power within
    their classes until the total is met exactly.

    Parameters
    ----------
    counts, bands, totals
        As in :func:`plant_herfindahl_bounds`.
    seed : int or Generator
        Same seed, same plants, whatever the order of the rows.

    Returns
    -------
    DataFrame
        ``industry``, ``employment``, one row a plant: the ``plants=`` of
        :func:`location_quotient_test`. An industry whose total the classes cannot
        give (with at least 1 person a plant) is left out;
        :func:`plant_herfindahl_bounds` says why.

    Examples
    --------
    >>> counts = pd.DataFrame({"1-9": [8], "10-49": [2]}, index=["A"])
    >>> bands = {"1-9": (1, 9), "10-49": (10, 49)}
    >>> plants = draw_plant_sizes(counts, bands, pd.Series({"A": 70.0}))
    >>> len(plants), plants["employment"].sum().round(6).item()
    (10, 70.0)
    """
    n, low, high = _checked(counts, bands)
    low = np.maximum(low, np.minimum(high, _LEAST))
    e = given_numbers(totals, counts.index, name="totals")
    impossible = size_class_reasons(n, low, high, e) != ""
    codes = counts.index.astype(str)
    order = np.argsort(codes, kind="stable")
    frames = []
    generators = np.random.default_rng(seed).spawn(len(n))
    for i, rng in zip(order, generators, strict=True):
        if impossible[i]:
            continue
        number = n[i].astype(int)
        floor = np.repeat(low, number)
        # an open class reaches at most what the total leaves
        top = np.minimum(np.repeat(high, number), floor + e[i] - floor.sum())
        u = rng.random(len(floor))
        sizes = _moved(floor, np.maximum(top, floor), u, e[i])
        frames.append(pd.DataFrame({"industry": codes[i], "employment": sizes}))
    if not frames:
        return pd.DataFrame({"industry": pd.Series(dtype=str), "employment": []})
    return pd.concat(frames, ignore_index=True)


def _moved(low: Vector, high: Vector, u: Vector, total: float) -> Vector:
    """Return low (high/low)^(u^k) with the k that gives the total."""
    ratio = np.log(high / low)

    def sizes(log_k: float) -> Vector:
        return np.asarray(low * np.exp(ratio * u ** np.exp(log_k)))

    left, right = -40.0, 40.0  # all at the upper edge, all at the lower one
    for _ in range(200):
        middle = (left + right) / 2.0
        if sizes(middle).sum() > total:
            left = middle
        else:
            right = middle
    drawn = sizes(right)
    # what the bisection leaves, spread over the room above
    room = high - drawn
    rest = total - drawn.sum()
    return drawn + (room * rest / room.sum() if room.sum() > 0 else 0.0)


def _checked(counts: pd.DataFrame, bands: Bands) -> tuple[Vector, Vector, Vector]:
    known = ", ".join(map(str, bands))
    faults = faults_of(
        "a size class has no edges",
        f"give its edges; known are {known}",
        [str(band) for band in counts.columns if band not in bands],
    )
    wrong = [
        (name, edges)
        for name, edges in bands.items()
        if not (0 <= edges[0] <= edges[1] and edges[1] > 0)
    ]
    if wrong:
        rule = "edges of a size class are not 0 <= smallest <= largest"
        faults.append(Fault(rule, "correct them", len(wrong), tuple(wrong[:5])))
    n = counts.to_numpy(dtype=float)
    bad = np.argwhere(~(n >= 0) | (n % 1 != 0))
    if len(bad):
        odd = tuple((counts.index[i], float(n[i, j])) for i, j in bad[:5])
        rule = "a number of plants is negative, missing or not whole"
        faults.append(Fault(rule, "correct the source", len(bad), odd))
    refuse("size classes", faults)
    edges = np.array([bands[band] for band in counts.columns], dtype=float)
    return n, edges[:, 0].copy(), edges[:, 1].copy()
