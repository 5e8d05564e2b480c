"""Hot and cold spots of a value over regions: Gi*, Gi and local Moran, on esda."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_at, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import Array
from clusterid.concentration._given import given_numbers
from clusterid.concentration.spatial._linked import (
    LinkedValues,
    known_in_both,
    linked_values,
    numpy_state_kept,
)
from clusterid.errors import OptionError, check_option
from clusterid.statistics import adjust_columns, permutation_p, two_sided

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["local_clustering"]

Statistic = Literal["gi_star", "gi", "moran"]
STATISTICS = ("gi_star", "gi", "moran")
CORRECTIONS = ("bh", "by", "none")
ALTERNATIVES = ("two-sided", "greater", "less")
_CHUNK = 1_000


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
        ``n_neighbours`` (that have a value), ``at_edge`` (NA when not known), ``kind``
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
    rules = _Rules(statistic, alternative, permutations, seed)
    check_option("correction", correction, CORRECTIONS)
    given = values
    values = known_in_both(values, other, statistic)
    data = linked_values(values, graph)
    around = None if other is None else given_numbers(other, data.codes, name="other")
    if statistic != "moran":
        rule = "a value is negative, and Gi has no meaning there"
        mend = 'use statistic="moran", or a variable with a natural zero'
        refuse("values", faults_at(rule, mend, data.y < 0, data.codes, data.y))
    frame = _tested(data, around, rules)
    p = frame[["p_value"]].to_numpy()
    frame.insert(4, "q_value", adjust_columns(p, correction)[:, 0])
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


@dataclass(frozen=True, slots=True)
class _Rules:
    """Which statistic is tested against what, and by how many draws."""

    statistic: str
    alternative: str
    permutations: int
    seed: int | np.random.Generator

    def __post_init__(self) -> None:
        check_option("statistic", self.statistic, STATISTICS)
        check_option("alternative", self.alternative, ALTERNATIVES)
        if self.permutations < 1:
            raise OptionError(f"permutations={self.permutations!r} must be at least 1.")


def _tested(data: LinkedValues, other: Array | None, rules: _Rules) -> pd.DataFrame:
    """Return statistic, z, p and kind of every region with a value."""
    y, has_links = data.y, data.degree > 0
    around = y if other is None else other
    reason = np.where(has_links, "", "island").astype(object)
    numbers = np.full((3, len(y)), np.nan)  # statistic, z, p
    kind = np.full(len(y), "", dtype=object)
    if len(y) < 3 or np.ptp(y) == 0 or np.ptp(around) == 0:
        reason[reason == ""] = "constant"
    else:
        observed, z = _esda(data, other, rules.statistic)
        p, z_drawn = _drawn_neighbours(data, around, rules)
        if rules.statistic == "moran":
            z = z_drawn
        numbers = np.where(has_links, [observed, z, p], np.nan)
        kind[has_links] = _kind(data, around, rules.statistic, z)[has_links]
    columns = dict(zip(("statistic", "z", "p_value"), numbers, strict=True))
    frame = pd.DataFrame({"value": y, **columns}, index=data.codes)
    frame["n_neighbours"] = data.degree
    frame["kind"] = pd.Series(kind, index=data.codes, dtype="str")
    frame["reason"] = pd.Series(reason, index=data.codes, dtype="str")
    return frame


def _esda(
    data: LinkedValues, other: Array | None, statistic: str
) -> tuple[Array, Array]:
    """Statistic and analytical z of esda; the z of Moran is not used."""
    import esda

    y, w = data.y, data.graph()
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
        found = esda.G_Local(y, w, transform="B", permutations=0, star=star, n_jobs=1)
    return np.asarray(found.Gs, dtype=float), np.asarray(found.Zs, dtype=float)


def _drawn_neighbours(
    data: LinkedValues, around: Array, rules: _Rules
) -> tuple[Array, Array]:
    """Pseudo p and z by drawing each region's neighbours from all other regions.

    With the region itself held fixed, Gi and Gi* rank draws as the sums over the
    neighbours do, and local Moran as its own deviation times their mean.
    """
    rng = np.random.default_rng(rules.seed)
    y, bounds, degree = data.y, data.bounds, data.degree
    n = len(y)
    variable, factor, weights = y, np.ones(n), np.ones_like(data.weights)
    if rules.statistic == "moran":
        variable, factor = around - around.mean(), y - y.mean()
        weights = data.row_weights
    observed = np.zeros(n)
    larger, smaller, first, second = (np.zeros(n) for _ in range(4))
    slack = 1e-12 * np.abs(variable).sum()
    widest = int(degree.max(initial=1))
    for start in range(0, rules.permutations, _CHUNK):
        draws = min(_CHUNK, rules.permutations - start)
        positions = np.tile(np.arange(n - 1, dtype=np.int32), (draws, 1))
        positions = rng.permuted(positions, axis=1)[:, :widest]
        for i in np.flatnonzero(degree):
            span = slice(bounds[i], bounds[i + 1])
            w = weights[span]
            observed[i] = factor[i] * (w @ variable[data.neighbours[span]])
            drawn = positions[:, : degree[i]]
            drawn = drawn + (drawn >= i)
            simulated = factor[i] * (variable[drawn] @ w)
            tie = slack * max(1.0, abs(factor[i]))
            larger[i] += (simulated >= observed[i] - tie).sum()
            smaller[i] += (simulated <= observed[i] + tie).sum()
            first[i] += simulated.sum()
            second[i] += (simulated**2).sum()
    up, down = (permutation_p(k, rules.permutations) for k in (larger, smaller))
    mean = first / rules.permutations
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(np.maximum(second / rules.permutations - mean**2, 0.0))
        z = (observed - mean) / spread
    return two_sided(up, down, rules.alternative), z


def _kind(
    data: LinkedValues, other: Array, statistic: str, z: Array
) -> NDArray[np.object_]:
    if statistic != "moran":
        return np.where(z >= 0, "high", "low").astype(object)
    centred, far = data.y - data.y.mean(), other - other.mean()
    drift = data.weights * far[data.neighbours]
    lag = np.bincount(data.focal, drift, minlength=len(data.y))
    own = np.where(centred > 0, "high", "low").astype(object)
    around = np.where(lag > 0, "high", "low").astype(object)
    result: NDArray[np.object_] = own + "-" + around
    return result
