"""How much of what a region has is related to an industry; who enters and leaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.networks.relatedness._presence import labelled, presence_table
from clusterid.statistics import wilson

__all__ = ["entry_exit", "relatedness_density"]

Floats = NDArray[np.float64]


@typed
def relatedness_density(
    employment: pd.DataFrame,
    proximity: pd.DataFrame,
    *,
    own: str = "out",
    neighbours: int | None = None,
    values: str = "auto",
    threshold: float = 1.0,
) -> pd.DataFrame:
    r"""Return the share of an industry's related industries that a region has.

    .. math:: d_{rj} = \frac{\sum_i \phi_{ij} M_{ri}}{\sum_i \phi_{ij}}

    Industries with many related ones at hand are entered more often. Whether an
    industry is related to itself moves the result (for industries held 0.51 against
    0.48 on real data) and packages disagree; for entry and exit ``"out"`` is the
    safe choice.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Employment, quotients or presences (see ``values``).
    proximity : DataFrame, n_industries x n_industries
        From :func:`proximity`; industries not in it get NaN. Negative values and NaN
        count as no relation.
    own : {"out", "in"}
        Whether the industry itself counts; ``"in"`` takes the diagonal, or 1 where
        it is 0.
    neighbours : int, optional
        Count only the k industries closest to each (ties: the first code); with
        ``own="in"`` the industry itself is one of them.
    values : {"auto", "employment", "quotient", "presence"}
        What the table holds.
    threshold : float
        LQ from which an industry is present.

    Returns
    -------
    DataFrame, n_regions x n_industries
        0..1 (a fraction; some packages give per cent). NaN where nothing is related
        to the industry, or none of the related is known of the region.

    Raises
    ------
    TableError
        If tables have faults or share no industry.

    References
    ----------
    Hidalgo, C. et al. (2007), Science 317, 482-487.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusterid.networks import proximity
    >>> table = pd.DataFrame({"a": [1, 1, 0, 0], "b": [1, 1, 1, 0], "c": [0, 0, 1, 1]})
    >>> phi = proximity(table, method="conditional")
    >>> relatedness_density(table, phi).loc["2", "a"].round(3)
    np.float64(1.0)
    """
    check_option("own", own, ("out", "in"))
    if neighbours is not None and neighbours < 1:
        raise OptionError(f"neighbours={neighbours!r} must be 1 or more")
    table = presence_table(employment, values=values, threshold=threshold)
    phi = proximity.copy()
    phi.index = phi.index.map(str)
    phi.columns = phi.columns.map(str)
    common = [code for code in table.industries if code in phi.index]
    if not common:
        rule = "no industry of the table is in the proximity"
        fault = Fault(rule, "both need the same classification")
        raise TableError("proximity", [fault])
    weights = phi.reindex(index=common, columns=common).to_numpy(np.float64)
    weights = np.where(np.isfinite(weights) & (weights > 0), weights, 0.0)
    if own == "out":
        np.fill_diagonal(weights, 0.0)
    else:
        diagonal = np.diag(weights)
        np.fill_diagonal(weights, np.where(diagonal > 0, diagonal, 1.0))
    if neighbours is not None:
        order = np.argsort(-weights, axis=0, kind="stable")[:neighbours]
        kept = np.zeros_like(weights)
        np.put_along_axis(kept, order, np.take_along_axis(weights, order, 0), 0)
        weights = kept
    at = table.industries.get_indexer(pd.Index(common))
    M = table.values[:, at]
    known = np.isfinite(M)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = (np.where(known, M, 0.0) @ weights) / (known.astype(float) @ weights)
    density[~np.isfinite(density)] = np.nan
    result = pd.DataFrame(
        density, index=table.regions, columns=pd.Index(common, name="industry")
    )
    return result.reindex(columns=table.industries)


@typed
def entry_exit(
    start: pd.DataFrame,
    end: pd.DataFrame,
    density: pd.DataFrame,
    *,
    bins: int = 10,
    values: str = "auto",
    threshold: float = 1.0,
) -> pd.DataFrame:
    r"""Return how often industries enter and leave regions, by relatedness density.

    An entry is an industry absent at the start and present at the end; an exit the
    reverse. If related variety draws industries in, entry rises with density and
    exit falls.

    Parameters
    ----------
    start, end : DataFrame, n_regions x n_industries
        Employment, quotients or presences of two years in one classification.
    density : DataFrame, n_regions x n_industries
        :func:`relatedness_density` of the start, ``own="out"``.
    bins : int
        Classes of density of equal width between 0 and 1; the last one is closed.
    values, threshold
        As in :func:`relatedness_density`.

    Returns
    -------
    DataFrame
        One row a class: ``density_from``, ``density_to``, ``n_absent``, ``n_entries``,
        ``entry`` with ``entry_lower``, ``entry_upper`` (Wilson, 95 %, cells taken for
        independent, which they are not quite), ``n_present``, ``n_exits``, ``exit``,
        ``exit_lower``, ``exit_upper``. NaN where a class is empty. Cells unknown at
        either end are left out.

    References
    ----------
    Boschma, R., Balland, P.-A., Kogler, D. (2015), Industrial and Corporate Change
    24(1) [not checked against the original].

    Examples
    --------
    >>> import pandas as pd
    >>> a = pd.DataFrame({"x": [0, 0, 1], "y": [1, 0, 1]})
    >>> b = pd.DataFrame({"x": [1, 0, 1], "y": [1, 0, 0]})
    >>> d = pd.DataFrame({"x": [0.9, 0.1, 0.9], "y": [0.9, 0.1, 0.1]})
    >>> entry_exit(a, b, d, bins=2)[["entry", "exit"]].values.tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    if bins < 1:
        raise OptionError(f"bins={bins!r} must be 1 or more")
    first = presence_table(start, values=values, threshold=threshold)
    last = presence_table(end, values=values, threshold=threshold)
    table = labelled(density, "density")
    regions = first.regions.intersection(last.regions).intersection(table.index)
    industries = first.industries.intersection(last.industries).intersection(
        table.columns
    )
    if not len(regions) or not len(industries):
        rule = "start, end and density share no region or industry"
        mend = "bring them to one classification and one set of regions"
        raise TableError("density", [Fault(rule, mend)])

    def cut(frame: pd.DataFrame) -> Floats:
        return frame.loc[regions, industries].to_numpy(np.float64)

    before = cut(pd.DataFrame(first.values, first.regions, first.industries))
    after = cut(pd.DataFrame(last.values, last.regions, last.industries))
    d = cut(table)
    if np.nanmax(d, initial=0.0) > 1 + 1e-9:
        fault = Fault("density lies above 1", "give fractions, not per cent")
        raise TableError("density", [fault])
    known = np.isfinite(before) & np.isfinite(after) & np.isfinite(d)
    level = np.minimum((d[known] * bins).astype(np.int64), bins - 1)
    was, is_now = before[known] > 0, after[known] > 0

    def count(which: NDArray[np.bool_]) -> Floats:
        return np.bincount(level[which], minlength=bins).astype(float)

    absent, entries = count(~was), count(~was & is_now)
    present, exits = count(was), count(was & ~is_now)
    entry_lower, entry_upper = wilson(entries, absent)
    exit_lower, exit_upper = wilson(exits, present)
    edges = np.linspace(0, 1, bins + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame({
            "density_from": edges[:-1],
            "density_to": edges[1:],
            "n_absent": absent.astype(np.int64),
            "n_entries": entries.astype(np.int64),
            "entry": entries / absent,
            "entry_lower": entry_lower,
            "entry_upper": entry_upper,
            "n_present": present.astype(np.int64),
            "n_exits": exits.astype(np.int64),
            "exit": exits / present,
            "exit_lower": exit_lower,
            "exit_upper": exit_upper,
        })
