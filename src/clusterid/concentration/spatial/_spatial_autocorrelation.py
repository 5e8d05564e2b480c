"""Does a value cluster over the whole map: Moran, Geary, Getis-Ord, join counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._given import given_numbers
from clusterid.concentration.spatial._linked import (
    LinkedValues,
    known_in_both,
    linked_values,
    numpy_state_kept,
)
from clusterid.errors import Fault as _Fault
from clusterid.errors import OptionError, TableError, check_option
from clusterid.statistics import normal_tail, permutation_p

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["join_counts", "spatial_autocorrelation"]

_CHUNK = 500
_NUMBERS = ("statistic", "expected", "variance", "z", "p_analytical", "p_value")


@typed
def spatial_autocorrelation(
    values: pd.Series,
    graph: Graph,
    *,
    statistic: Literal["moran", "geary", "getis_ord"] = "moran",
    other: pd.Series | None = None,
    weights: Literal["row", "binary"] = "row",
    assumption: Literal["randomisation", "normality"] = "randomisation",
    permutations: int = 9999,
    seed: int | np.random.Generator = 0,
) -> pd.Series:
    r"""Test whether like values are neighbours over the whole map.

    .. math:: I = \frac{n}{S_0} \frac{z' W z}{z' z}

    Parameters
    ----------
    values : Series by region
        Any quantity; NaN is withheld and left out.
    graph : libpysal.graph.Graph
        Who is whose neighbour.
    statistic : {"moran", "geary", "getis_ord"}
        Moran's I, Geary's C, or the general G of Getis & Ord (always binary).
    other : Series by region, optional
        A second variable: bivariate Moran, the values held against the neighbours'
        other variable.
    weights : {"row", "binary"}
        Each region's weights sum to one, or every link counts 1.
    assumption : {"randomisation", "normality"}
        Under which the expectation and variance are taken (getis_ord: randomisation;
        bivariate: permutations).
    permutations : int
        Shuffles of the values over the regions, for ``p_value``.
    seed : int or numpy.random.Generator
        Same seed, same result, whatever the order of the regions.

    Returns
    -------
    Series
        ``statistic``, ``expected``, ``variance``, ``z``, ``p_analytical`` (two-sided,
        normal), ``p_value`` (two-sided, from the permutations, at most 1),
        ``n_regions``, ``n_islands``. Neutral: ``expected`` (-1/(n - 1) for Moran, 1
        for Geary). All NaN, with ``attrs["reasons"]``, when values are constant or
        fewer than four.

    Raises
    ------
    GraphError
        If the graph lacks regions of the values.
    OptionError
        If an option is not offered, or ``other`` is given with another statistic.

    Notes
    -----
    Statistics and moments come from esda; shuffles are counted here. esda's general G
    prints a one-sided p. Islands stay in with no neighbour.

    References
    ----------
    Moran, P. A. P. (1950); Geary, R. C. (1954); Getis, A. and Ord, J. K. (1992);
    Cliff, A. D. and Ord, J. K. (1981), Spatial Processes.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = Graph.from_arrays(list("abbccd"), list("bacbdc"), [1.0] * 6)
    >>> high_and_low = pd.Series([9.0, 8.0, 1.0, 2.0], index=list("abcd"))
    >>> found = spatial_autocorrelation(high_and_low, line, permutations=99)
    >>> found["statistic"].round(2).item()
    0.48
    """
    check_option("statistic", statistic, ("moran", "geary", "getis_ord"))
    check_option("weights", weights, ("row", "binary"))
    check_option("assumption", assumption, ("randomisation", "normality"))
    if permutations < 1:
        raise OptionError(f"permutations={permutations!r} must be at least 1.")
    values = known_in_both(values, other, statistic)
    data = linked_values(values, graph)
    y = data.y
    result = pd.Series(np.nan, [*_NUMBERS, "n_regions", "n_islands"], dtype=float)
    result["n_regions"], result["n_islands"] = len(y), (data.degree == 0).sum()
    second = y if other is None else given_numbers(other, data.codes, name="other")
    if len(y) < 4 or np.ptp(y) == 0 or np.ptp(second) == 0:
        why = "too_few_regions" if len(y) < 4 else "constant"
        result.attrs["reasons"] = dict.fromkeys(_NUMBERS, why)
        return result
    by_row = weights == "row" and statistic != "getis_ord"
    w = data.row_weights if by_row else np.ones_like(data.weights)
    rng = np.random.default_rng(seed)
    if other is not None:
        moments, drawn = _bivariate(data, second, w, permutations, rng)
    else:
        moments = _moments(data, statistic, weights, assumption)
        drawn = _shuffled(data, w, statistic, permutations, rng)
    for name, value in zip(_NUMBERS, (*moments, _two_sided(*drawn)), strict=True):
        result[name] = value
    return result


@typed
def join_counts(present: pd.Series, graph: Graph) -> pd.Series:
    """Count links between regions that have something and those that have not.

    Parameters
    ----------
    present : Series of bool by region
        For instance: specialised in an industry. NaN is unknown and left out.
    graph : libpysal.graph.Graph
        Who is whose neighbour; each pair counts once.

    Returns
    -------
    Series
        ``both``, ``neither``, ``one``, ``links``.

    Raises
    ------
    GraphError
        If the graph lacks regions of the values.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = Graph.from_arrays(list("abbc"), list("bacb"), [1.0] * 4)
    >>> join_counts(pd.Series([True, True, False], list("abc")), line).to_dict()
    {'both': 1, 'neither': 0, 'one': 1, 'links': 2}
    """
    data = linked_values(present.astype(float), graph)
    y, rows, neighbours = data.y, data.focal, data.neighbours
    if not np.isin(y, (0.0, 1.0)).all():
        fault = _Fault("a value is neither true nor false", "give a yes/no variable")
        raise TableError("present", [fault])
    once = rows < neighbours
    pair = y[rows[once]] + y[neighbours[once]]
    counts = {
        "both": int((pair == 2).sum()),
        "neither": int((pair == 0).sum()),
        "one": int((pair == 1).sum()),
        "links": len(pair),
    }
    return pd.Series(counts, name="join_counts")


Moments = tuple[float, float, float, float, float]


def _moments(
    data: LinkedValues, statistic: str, weights: str, assumption: str
) -> Moments:
    """Return statistic, expectation, variance, z and analytical p of esda."""
    import esda

    y, w = data.y, data.graph()
    options = {"transformation": "r" if weights == "row" else "b", "permutations": 0}
    by_ranks = assumption == "randomisation"
    with numpy_state_kept():
        if statistic == "moran":
            found = esda.Moran(y, w, **options)
            moments = found.I, found.EI, found.VI_rand if by_ranks else found.VI_norm
        elif statistic == "geary":
            found = esda.Geary(y, w, **options)
            moments = found.C, found.EC, found.VC_rand if by_ranks else found.VC_norm
        else:
            found = esda.G(y, w.transform("B"), permutations=0)
            moments = found.G, found.EG, found.VG
    value, expected, variance = (float(np.asarray(m)) for m in moments)
    z = (value - expected) / np.sqrt(variance) if variance > 0 else np.nan
    return value, expected, variance, z, min(1.0, float(normal_tail(z)))


def _shuffled(
    data: LinkedValues,
    w: Array,
    statistic: str,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[float, Array]:
    """Return the part of the statistic that a shuffle changes: found, shuffled."""
    W = data.matrix(w)
    z = data.y if statistic == "getis_ord" else data.y - data.y.mean()

    def products(block: Array) -> Array:
        return np.asarray((block * (W @ block.T).T).sum(axis=1))

    def differences(block: Array) -> Array:
        out = np.asarray(W.sum(axis=1)).ravel()
        into = np.asarray(W.sum(axis=0)).ravel()
        return np.asarray(block**2 @ (out + into) - 2.0 * products(block))

    cross: Callable[[Array], Array]
    cross = differences if statistic == "geary" else products
    simulated = []
    for start in range(0, permutations, _CHUNK):
        draws = min(_CHUNK, permutations - start)
        simulated.append(cross(rng.permuted(np.tile(z, (draws, 1)), axis=1)))
    return float(cross(z[None, :])[0]), np.concatenate(simulated)


def _two_sided(observed: float, simulated: Array) -> float:
    slack = 1e-12 * max(1.0, float(np.abs(simulated).max()))
    larger = (simulated >= observed - slack).sum()
    smaller = (simulated <= observed + slack).sum()
    tail = permutation_p(min(larger, smaller), len(simulated))
    return min(1.0, 2.0 * float(tail))


def _bivariate(
    data: LinkedValues,
    other: Array,
    w: Array,
    permutations: int,
    rng: np.random.Generator,
) -> tuple[Moments, tuple[float, Array]]:
    """Bivariate Moran: standardised x against the neighbours' standardised y."""
    W = data.matrix(w)
    zx, zy = (v - v.mean() for v in (data.y, other))
    zx, zy = zx / zx.std(ddof=1), zy / zy.std(ddof=1)
    scale = float(zx @ zx)
    value = float(zx @ (W @ zy)) / scale
    back = W.T @ zx
    draws = np.array([back @ rng.permutation(zy) for _ in range(permutations)]) / scale
    z = (value - draws.mean()) / draws.std()
    moments = (
        value,
        float(draws.mean()),
        float(draws.var()),
        float(z),
        float(normal_tail(z)),
    )
    return moments, (value, draws)
