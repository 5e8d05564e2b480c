"""Hot and cold spots of a value over regions: Gi*, Gi and local Moran, on esda."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._given import given_numbers, given_series, own_numbers
from clusterid.errors import Fault, GraphError, OptionError, TableError, check_option
from clusterid.statistics import adjust_columns

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["aligned", "local_clustering", "numpy_state_kept"]

Statistic = Literal["gi_star", "gi", "moran"]
STATISTICS = ("gi_star", "gi", "moran")
CORRECTIONS = ("bh", "by", "none")
ALTERNATIVES = ("two-sided", "greater", "less")
_CHUNK = 1_000


@contextmanager
def numpy_state_kept() -> Iterator[None]:
    """Give NumPy's global random state back as it was: esda seeds it."""
    state = np.random.get_state()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


@typed
def local_clustering(
    values: pd.Series,
    graph: Graph,
    *,
    statistic: Statistic = "gi_star",
    other: pd.Series | None = None,
    correction: Literal["bh", "by", "none"] = "bh",
    alternative: Literal["two-sided", "greater", "less"] = "two-sided",
    permutations: int = 9999,
    seed: int | np.random.Generator = 0,
    edge_regions: Collection[Any] | None = None,
) -> pd.DataFrame:
    r"""Find where high (or low) values of neighbouring regions come together.

    Parameters
    ----------
    values : Series by region
        Any quantity of a region, such as a location quotient or jobs per km2; NaN is
        withheld. Gi and Gi* want a variable with a natural zero and no negatives.
    graph : libpysal.graph.Graph
        Who is whose neighbour (:func:`clusterid.contiguity`). For Gi and Gi* its
        links count as 0 and 1, for local Moran each region's weights sum to one.
    statistic : {"gi_star", "gi", "moran"}
        ``"gi_star"``: share of the neighbourhood, the region itself included, in the
        total; ``"gi"``: without itself; ``"moran"``: local Moran, which finds
        outliers, too.
    other : Series by region, optional
        For ``"moran"``: the neighbours' variable, a bivariate local Moran (does high
        ``values`` here go with high ``other`` around?).
    correction : {"bh", "by", "none"}
        False discovery rate over the regions: Benjamini-Hochberg, the stricter
        Benjamini-Yekutieli, or none.
    alternative : {"two-sided", "greater", "less"}
        Two-sided p-values are twice the smaller tail, at most 1.
    permutations : int
        Draws of each region's neighbours from all other regions.
    seed : int or numpy.random.Generator
        Same seed, same result, whatever the order of the regions.
    edge_regions : collection of codes, optional
        Regions on the border of the study area, whose neighbourhood is cut off.

    Returns
    -------
    DataFrame by region
        ``value``, ``statistic``, ``z`` (Gi, Gi*: analytical; Moran: from the
        permutations), ``p_value`` ((1 + draws as extreme)/(draws + 1)), ``q_value``,
        ``n_neighbours`` (that have a value), ``at_edge`` (NA when not told), ``kind``
        (``high``, ``low`` for Gi and Gi*; ``high-high``, ``low-high``, ``low-low``,
        ``high-low`` for Moran: the region, then its neighbours), ``reason``
        (``withheld``, ``island``, ``constant`` or empty).

    Raises
    ------
    GraphError
        If the graph lacks regions of the values.
    TableError
        If a region stands twice, a value is infinite, or negative for Gi and Gi*.
    OptionError
        If an option is not offered.

    Notes
    -----
    The statistic and the moments come from esda; the p-values are counted here,
    because esda's are one-sided towards the sign found (half of a two-sided one) and
    its two-sided form passes 1 where many values are equal. A withheld region is
    taken out of its neighbours' neighbourhoods. A region at the edge of the study
    area has fewer neighbours than it has in truth: read ``n_neighbours`` with
    ``statistic``. NumPy's global random state is left untouched. Memory is bounded
    by 1,000 permutations at a time.

    esda scales local Moran by (n - 1)/z'z, Anselin (1995) by n/z'z; ranks and
    p-values are the same.

    References
    ----------
    Getis, A. and Ord, J. K. (1992), Geographical Analysis 24; Ord, J. K. and Getis,
    A. (1995), Geographical Analysis 27; Anselin, L. (1995), Geographical Analysis 27.

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = Graph.from_arrays(
    ...     list("abbccddeef"), list("bacbdcedfe"), [1.0] * 10
    ... )
    >>> quotient = pd.Series([9.0, 8.0, 1.0, 1.0, 2.0, 1.0], index=list("abcdef"))
    >>> spots = local_clustering(quotient, line, permutations=99)
    >>> spots["z"].round(2).tolist()
    [2.22, 1.51, -0.22, -1.51, -1.51, -0.99]
    """
    check_option("statistic", statistic, STATISTICS)
    check_option("correction", correction, CORRECTIONS)
    check_option("alternative", alternative, ALTERNATIVES)
    if permutations < 1:
        raise OptionError(f"permutations={permutations!r} must be at least 1.")
    given = values
    if other is not None:
        if statistic != "moran":
            raise OptionError('other= is for statistic="moran" only.')
        values = values.where(
            given_series(other, values.index, name="other").notna().to_numpy()
        )
    y, indptr, neighbours, weights, known, n_neighbours = aligned(values, graph)
    around = y if other is None else given_numbers(other, known, name="other")
    if statistic != "moran" and (y < 0).any():
        where = np.flatnonzero(y < 0)
        raise TableError(
            "values",
            [
                Fault(
                    "a value is negative, and Gi has no meaning there",
                    'use statistic="moran", or a variable with a natural zero',
                    len(where),
                    tuple((known[i], float(y[i])) for i in where[:5]),
                )
            ],
        )
    islands = np.diff(indptr) == 0
    reason = np.where(islands, "island", "").astype(object)
    empty = np.full(len(y), np.nan)
    columns = {"statistic": empty, "z": empty, "p_value": empty}
    kind = np.full(len(y), "", dtype=object)
    is_constant = len(y) < 3 or np.ptp(y) == 0 or np.ptp(around) == 0
    if is_constant:
        reason[reason == ""] = "constant"
    else:
        use = ~islands
        observed, z = _esda(
            y, around if other is not None else None, indptr, neighbours, weights,
            statistic, islands,
        )  # fmt: skip
        p, z_sim = _permutation_p(
            y,
            around,
            indptr,
            neighbours,
            weights,
            statistic,
            alternative,
            permutations,
            seed,
        )
        if statistic == "moran":
            z = z_sim
        columns = {
            "statistic": np.where(use, observed, np.nan),
            "z": np.where(use, z, np.nan),
            "p_value": np.where(use, p, np.nan),
        }
        kind[use] = _kind(y, around, indptr, neighbours, weights, statistic, z)[use]
    frame = pd.DataFrame({"value": y, **columns}, index=known)
    frame["q_value"] = adjust_columns(frame[["p_value"]].to_numpy(), correction)[:, 0]
    frame["n_neighbours"] = n_neighbours
    frame["kind"] = pd.Series(kind, index=known, dtype="str")
    frame["reason"] = pd.Series(reason, index=known, dtype="str")
    result = frame.reindex(given.index.rename("region"))
    withheld = values.isna().to_numpy()
    result["n_neighbours"] = result["n_neighbours"].astype("Int64")
    at_edge = pd.Series(pd.NA, index=result.index, dtype="boolean")
    if edge_regions is not None:
        at_edge[:] = result.index.isin(list(edge_regions))
    result.insert(list(result.columns).index("kind"), "at_edge", at_edge)
    result.loc[withheld, "reason"] = "withheld"
    result.loc[withheld, "kind"] = ""
    return result


def aligned(
    values: pd.Series, graph: Graph
) -> tuple[Array, NDArray[np.intp], NDArray[np.intp], Array, pd.Index, Any]:
    """Return sorted known values and the graph among them in compressed rows.

    Self-links are dropped; weights are the graph's own. The last item is the number
    of neighbours with a value.
    """
    codes, numbers = own_numbers(values, name="values")
    absent = values.index.difference(graph.unique_ids)
    if len(absent):
        raise GraphError(
            f"{len(absent)} of {len(values)} regions are not in the graph "
            f"({', '.join(map(str, absent[:5]))}). Build the graph from the same "
            "regions; a region without neighbours belongs in it, too."
        )
    known = codes[np.isfinite(numbers)]
    y = numbers[np.isfinite(numbers)]
    links = graph.adjacency.reset_index()
    focal = known.get_indexer(links["focal"])
    neighbour = known.get_indexer(links["neighbor"])
    weight = links["weight"].to_numpy(dtype=float)
    keep = (focal >= 0) & (neighbour >= 0) & (focal != neighbour) & (weight != 0)
    order = np.lexsort((neighbour[keep], focal[keep]))
    focal, neighbour = focal[keep][order], neighbour[keep][order]
    indptr = np.searchsorted(focal, np.arange(len(known) + 1))
    return y, indptr, neighbour, weight[keep][order], known, np.diff(indptr)


def _esda(
    y: Array,
    other: Array | None,
    indptr: NDArray[np.intp],
    neighbours: NDArray[np.intp],
    weights: Array,
    statistic: str,
    islands: NDArray[np.bool_],
) -> tuple[Array, Array]:
    """Statistic and analytical z of esda; the z of Moran is not used."""
    import esda
    from libpysal.graph import Graph

    focal = np.repeat(np.arange(len(y)), np.diff(indptr))
    alone = np.flatnonzero(islands)
    w = Graph.from_arrays(
        np.concatenate([focal, alone]),
        np.concatenate([neighbours, alone]),
        np.concatenate([weights, np.zeros(len(alone))]),
    )
    with numpy_state_kept(), np.errstate(divide="ignore", invalid="ignore"):
        if statistic == "moran":
            options: dict[str, Any] = {"permutations": 0, "n_jobs": 1}
            if other is None:
                found = esda.Moran_Local(y, w, transformation="r", **options)
            else:
                found = esda.Moran_Local_BV(y, other, w, transformation="r", **options)
            return np.asarray(found.Is, dtype=float), np.full(len(y), np.nan)
        star = statistic == "gi_star"
        if star:
            w = w.transform("B").assign_self_weight(1.0)
        found = esda.G_Local(
            y, w, transform="B", permutations=0, star=star or False, n_jobs=1
        )
    return np.asarray(found.Gs, dtype=float), np.asarray(found.Zs, dtype=float)


def _permutation_p(
    y: Array,
    around: Array,
    indptr: NDArray[np.intp],
    neighbours: NDArray[np.intp],
    weights: Array,
    statistic: str,
    alternative: str,
    permutations: int,
    seed: int | np.random.Generator,
) -> tuple[Array, Array]:
    """Pseudo p and z by drawing each region's neighbours from all other regions.

    With the region itself held fixed, Gi and Gi* rank draws as the sums over the
    neighbours do, and local Moran as its own deviation times their mean.
    """
    rng = np.random.default_rng(seed)
    n, degree = len(y), np.diff(indptr)
    variable, factor = y, np.ones(n)
    if statistic == "moran":
        variable, factor = around - around.mean(), y - y.mean()
        rows = np.repeat(np.arange(n), degree)
        weights = weights / np.bincount(rows, weights, minlength=n)[rows]
    else:
        weights = np.ones_like(weights)
    observed = np.zeros(n)
    larger, smaller, first, second = (np.zeros(n) for _ in range(4))
    slack = 1e-12 * np.abs(variable).sum()
    widest = int(degree.max(initial=1))
    done = 0
    while done < permutations:
        draws = min(_CHUNK, permutations - done)
        positions = np.tile(np.arange(n - 1, dtype=np.int32), (draws, 1))
        positions = rng.permuted(positions, axis=1)[:, :widest]
        for i in np.flatnonzero(degree):
            span = slice(indptr[i], indptr[i + 1])
            w = weights[span]
            observed[i] = factor[i] * (w @ variable[neighbours[span]])
            drawn = positions[:, : degree[i]]
            drawn = drawn + (drawn >= i)
            simulated = factor[i] * (variable[drawn] @ w)
            tie = slack * max(1.0, abs(factor[i]))
            larger[i] += (simulated >= observed[i] - tie).sum()
            smaller[i] += (simulated <= observed[i] + tie).sum()
            first[i] += simulated.sum()
            second[i] += (simulated**2).sum()
        done += draws
    up = (1.0 + larger) / (permutations + 1.0)
    down = (1.0 + smaller) / (permutations + 1.0)
    if alternative == "greater":
        p = up
    elif alternative == "less":
        p = down
    else:
        p = np.minimum(1.0, 2.0 * np.minimum(up, down))
    mean = first / permutations
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.maximum(second / permutations - mean**2, 0.0))
        z = (observed - mean) / spread
    return p, z


def _kind(
    y: Array,
    other: Array,
    indptr: NDArray[np.intp],
    neighbours: NDArray[np.intp],
    weights: Array,
    statistic: str,
    z: Array,
) -> NDArray[np.object_]:
    if statistic != "moran":
        return np.where(z >= 0, "high", "low").astype(object)
    centred, far = y - y.mean(), other - other.mean()
    rows = np.repeat(np.arange(len(y)), np.diff(indptr))
    lag = np.bincount(rows, weights * far[neighbours], minlength=len(y))
    own = np.where(centred > 0, "high", "low").astype(object)
    around = np.where(lag > 0, "high", "low").astype(object)
    result: NDArray[np.object_] = own + "-" + around
    return result
