"""Does a value cluster over the whole map: Moran, Geary, Getis-Ord, join counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._given import given_numbers, given_series
from clusterid.concentration._local_clustering import aligned, numpy_state_kept
from clusterid.errors import Fault as _Fault
from clusterid.errors import OptionError, TableError, check_option

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["join_counts", "spatial_autocorrelation"]

_CHUNK = 500


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
    if other is not None:
        if statistic != "moran":
            raise OptionError('other= is for statistic="moran" only.')
        common = values.where(
            given_series(other, values.index, name="other").notna().to_numpy()
        )
        values = common
    y, _, neighbours, raw, known, degree = aligned(values, graph)
    names = ("statistic", "expected", "variance", "z", "p_analytical", "p_value")
    result = pd.Series(np.nan, index=[*names, "n_regions", "n_islands"], dtype=float)
    result["n_regions"], result["n_islands"] = len(y), (degree == 0).sum()
    second = y if other is None else given_numbers(other, known, name="other")
    if len(y) < 4 or np.ptp(y) == 0 or np.ptp(second) == 0:
        why = "too_few_regions" if len(y) < 4 else "constant"
        result.attrs["reasons"] = dict.fromkeys(names, why)
        return result
    rows = np.repeat(np.arange(len(y)), degree)
    w = raw
    if weights == "row" and statistic != "getis_ord":
        w = raw / np.bincount(rows, raw, minlength=len(y))[rows]
    else:
        w = np.ones_like(raw)
    if other is not None:
        _bivariate(result, y, second, rows, neighbours, w, permutations, seed)
        return result
    transform = "r" if weights == "row" else "b"
    _from_esda(result, y, _graph(degree, rows, neighbours, raw), statistic, transform,
               assumption)  # fmt: skip
    simulated = _shuffled(y, rows, neighbours, w, statistic, permutations, seed)
    _two_sided(result, simulated)
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
    y, indptr, neighbours, *_ = aligned(present.astype(float), graph)
    strange = ~np.isin(y, (0.0, 1.0))
    if strange.any():
        raise TableError(
            "present",
            [_Fault("a value is neither true nor false", "give a yes/no variable")],
        )
    rows = np.repeat(np.arange(len(y)), np.diff(indptr))
    once = rows < neighbours
    pair = y[rows[once]] + y[neighbours[once]]
    counts = {
        "both": int((pair == 2).sum()),
        "neither": int((pair == 0).sum()),
        "one": int((pair == 1).sum()),
        "links": len(pair),
    }
    return pd.Series(counts, name="join_counts")


def _graph(degree: Any, rows: Any, neighbours: Any, raw: Array) -> Any:
    from libpysal.graph import Graph

    alone = np.flatnonzero(degree == 0)
    return Graph.from_arrays(
        np.concatenate([rows, alone]),
        np.concatenate([neighbours, alone]),
        np.concatenate([raw, np.zeros(len(alone))]),
    )


def _from_esda(
    result: pd.Series,
    y: Array,
    w: Any,
    statistic: str,
    transform: str,
    assumption: str,
) -> None:
    import esda
    from scipy.stats import norm

    kind = "rand" if assumption == "randomisation" else "norm"
    with numpy_state_kept():
        if statistic == "moran":
            found = esda.Moran(y, w, transformation=transform, permutations=0)
            moments = found.I, found.EI, getattr(found, f"VI_{kind}")
        elif statistic == "geary":
            found = esda.Geary(y, w, transformation=transform, permutations=0)
            moments = found.C, found.EC, getattr(found, f"VC_{kind}")
        else:
            found = esda.G(y, w.transform("B"), permutations=0)
            moments = found.G, found.EG, found.VG
    value, expected, variance = (float(np.asarray(m)) for m in moments)
    z = (value - expected) / np.sqrt(variance) if variance > 0 else np.nan
    result["statistic"], result["expected"] = value, expected
    result["variance"], result["z"] = variance, z
    result["p_analytical"] = min(1.0, 2.0 * float(norm.sf(abs(z))))


def _shuffled(
    y: Array,
    rows: Any,
    neighbours: Any,
    w: Array,
    statistic: str,
    permutations: int,
    seed: int | np.random.Generator,
) -> tuple[float, Array]:
    """Return the part of the statistic that a shuffle changes: found, shuffled."""
    from scipy.sparse import csr_array

    rng = np.random.default_rng(seed)
    n = len(y)
    W = csr_array((w, (rows, neighbours)), shape=(n, n))
    z = y if statistic == "getis_ord" else y - y.mean()

    def cross(block: Array) -> Array:
        if statistic == "geary":
            out = np.asarray(W.sum(axis=1)).ravel()
            into = np.asarray(W.sum(axis=0)).ravel()
            squares = block**2 @ (out + into)
            total: Array = squares - 2.0 * (block * (W @ block.T).T).sum(axis=1)
            return total
        total = (block * (W @ block.T).T).sum(axis=1)
        return total

    observed = float(cross(z[None, :])[0])
    simulated = []
    done = 0
    while done < permutations:
        draws = min(_CHUNK, permutations - done)
        simulated.append(cross(rng.permuted(np.tile(z, (draws, 1)), axis=1)))
        done += draws
    return observed, np.concatenate(simulated)


def _two_sided(result: pd.Series, found: tuple[float, Array]) -> None:
    observed, simulated = found
    slack = 1e-12 * max(1.0, float(np.abs(simulated).max()))
    larger = (simulated >= observed - slack).sum()
    smaller = (simulated <= observed + slack).sum()
    tail = (1.0 + min(larger, smaller)) / (len(simulated) + 1.0)
    result["p_value"] = min(1.0, 2.0 * tail)


def _bivariate(
    result: pd.Series,
    x: Array,
    y: Array,
    rows: Any,
    neighbours: Any,
    w: Array,
    permutations: int,
    seed: int | np.random.Generator,
) -> None:
    """Bivariate Moran: standardised x against the neighbours' standardised y."""
    from scipy.sparse import csr_array
    from scipy.stats import norm

    rng = np.random.default_rng(seed)
    n = len(x)
    W = csr_array((w, (rows, neighbours)), shape=(n, n))
    zx, zy = (v - v.mean() for v in (x, y))
    zx, zy = zx / zx.std(ddof=1), zy / zy.std(ddof=1)
    scale = float(zx @ zx)
    value = float(zx @ (W @ zy)) / scale
    back = W.T @ zx
    draws = np.array([back @ rng.permutation(zy) for _ in range(permutations)]) / scale
    result["statistic"], result["expected"] = value, float(draws.mean())
    result["variance"] = float(draws.var())
    result["z"] = (value - draws.mean()) / draws.std()
    result["p_analytical"] = min(1.0, 2.0 * float(norm.sf(abs(result["z"]))))
    _two_sided(result, (value, draws))
