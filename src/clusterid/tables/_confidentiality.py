"""What may be published: cells that are held back, intervals that do not tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import Fault, TableError
from clusterid.tables._economy import TOTAL, Economy

__all__ = ["Guard", "guard", "guard_rows", "publishable_interval"]


@dataclass(frozen=True, slots=True)
class Guard:
    """Which cells and totals of an economy may not be published, and why.

    ``held`` (True: hold back) and ``reasons`` (``""``, ``"withheld"``,
    ``"few_plants"``, ``"dominance"``, ``"secondary"``) are regions x industries;
    ``region_totals`` and ``industry_totals`` are True where a total would give a held
    cell away; ``total`` likewise; ``params`` are the rules used.
    """

    held: pd.DataFrame
    reasons: pd.DataFrame
    region_totals: pd.Series
    industry_totals: pd.Series
    total: bool
    params: Mapping[str, Any]

    def apply(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table of the same shape with NaN where a cell is held back."""
        held = self.held.reindex(index=table.index, columns=table.columns)
        return table.where(held.eq(False))

    def __repr__(self) -> str:
        counts = pd.Series(self.reasons.to_numpy().ravel()).value_counts()
        why = ", ".join(f"{n} {r}" for r, n in sorted(counts.items()) if r)
        return f"<Guard: {int(self.held.to_numpy().sum())} cells held ({why or '-'})>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>"


@typed
def guard(
    economy: Economy,
    *,
    minimum_plants: int = 3,
    dominance: float = 0.85,
    secondary: bool = True,
) -> Guard:
    """Return which cells of an economy may not be published.

    A cell is held back when it was withheld at the source, when it has fewer than
    ``minimum_plants`` plants, or when one plant has more than ``dominance`` of its
    jobs. Subtraction from the totals must not give such a cell back: further cells,
    those with the fewest jobs, are held until no held cell can be computed from what
    is left; where that is impossible, totals are held, too.

    Parameters
    ----------
    economy : Economy
        Plant counts (``establishments``) and largest plants are used where known.
    minimum_plants : int
        Fewest plants of a cell that may be published (a cell without plants may).
    dominance : float, 0 to 1
        Largest share of one plant in a cell that may be published.
    secondary : bool
        Hold further cells against subtraction.

    Returns
    -------
    Guard

    Raises
    ------
    TableError
        If ``minimum_plants`` or ``dominance`` is out of range.

    Notes
    -----
    Held cells and held totals are the edges of a graph between regions and
    industries (and one node each for "all"). A held value follows from the published
    rest exactly when its edge is a bridge of this graph. The guard closes every
    bridge with the cheapest rectangle of cells above 0. It does not see totals of
    groups of regions or industries published elsewhere, and protects against exact
    values, not against narrow ranges: for those see :func:`publishable_interval`.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusterid.tables import Economy
    >>> jobs = pd.DataFrame({"A": [5.0, 60.0], "B": [40.0, 70.0]}, index=["r", "s"])
    >>> plants = pd.DataFrame({"A": [1.0, 9.0], "B": [5.0, 8.0]}, index=["r", "s"])
    >>> guard(Economy(jobs, plants), secondary=False).held.to_numpy().tolist()
    [[True, False], [False, False]]
    """
    _check_rules(minimum_plants, dominance)
    jobs = economy.employment
    reasons = np.full(jobs.shape, "", dtype=object)
    share = economy.largest_plant_share
    if share is not None:
        reasons[(share.to_numpy(dtype=float) > dominance)] = "dominance"
    if economy.establishments is not None:
        plants = economy.establishments.to_numpy(dtype=float)
        reasons[(plants > 0) & (plants < minimum_plants)] = "few_plants"
    reasons[jobs.isna().to_numpy()] = "withheld"
    held = np.zeros((jobs.shape[0] + 1, jobs.shape[1] + 1), dtype=bool)
    held[:-1, :-1] = reasons != ""
    if secondary and held.any():
        extended = _with_totals(economy)
        held |= np.isnan(extended)
        held = _closed(held, extended)
        more = held[:-1, :-1] & (reasons == "")
        reasons[more] = "secondary"
    return Guard(
        held=pd.DataFrame(held[:-1, :-1], jobs.index, jobs.columns),
        reasons=pd.DataFrame(reasons, jobs.index, jobs.columns),
        region_totals=pd.Series(held[:-1, -1], jobs.index, name=TOTAL),
        industry_totals=pd.Series(held[-1, :-1], jobs.columns, name=TOTAL),
        total=bool(held[-1, -1]),
        params={
            "minimum_plants": minimum_plants,
            "dominance": dominance,
            "secondary": secondary,
        },
    )


@typed
def guard_rows(
    table: pd.DataFrame, *, minimum_plants: int = 3, dominance: float = 0.85
) -> pd.Series:
    """Return why each row of a tidy table may not be published, ``""`` where it may.

    Parameters
    ----------
    table : DataFrame
        Looked at where present: ``employment`` (NaN is withheld), ``n_plants`` or
        ``establishments``, ``largest_plant_share`` (0 to 1).
    minimum_plants, dominance
        See :func:`guard`; there is no guard against subtraction here.

    Returns
    -------
    Series of str
        ``""``, ``"withheld"``, ``"few_plants"`` or ``"dominance"``.

    Raises
    ------
    TableError
        If ``minimum_plants`` or ``dominance`` is out of range.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"employment": [9.0, None, 50.0], "n_plants": [2, 5, 8]})
    >>> guard_rows(rows).tolist()
    ['few_plants', 'withheld', '']
    """
    _check_rules(minimum_plants, dominance)
    reasons = pd.Series("", index=table.index, name="held_back", dtype=object)
    if "largest_plant_share" in table.columns:
        reasons[table["largest_plant_share"] > dominance] = "dominance"
    for column in ("establishments", "n_plants"):
        if column in table.columns:
            plants = table[column]
            reasons[(plants > 0) & (plants < minimum_plants)] = "few_plants"
    if "employment" in table.columns:
        reasons[table["employment"].isna()] = "withheld"
    return reasons


@typed
def publishable_interval(
    lower: object,
    upper: object,
    *,
    keep_width: object = None,
    share: float = 0.2,
    minimum_width: float = 10.0,
) -> tuple[Any, Any]:
    """Round an interval outwards so that it keeps its width and pins nothing.

    Bounds worked out from totals may pin a withheld value. They are used inside;
    what is published is the interval on a grid of 1, 2 or 5 times a power of ten
    that is never finer than the width to be kept.

    Parameters
    ----------
    lower, upper : float, array, Series or DataFrame
        Bounds, in persons; ``upper`` may be infinite, either may be NaN.
    keep_width : same shape, optional
        Width of the interval that the source itself tells (its size class), kept
        however narrow the bounds are.
    share : float
        Least width as a share of the upper bound.
    minimum_width : float
        Least width, persons.

    Returns
    -------
    (lower, upper)
        In the form given; ``lower`` is at least 0, and the width at least that of
        the input, of ``keep_width``, of ``share`` and of ``minimum_width``.

    Raises
    ------
    TableError
        If a lower bound is above its upper bound, or a width is not positive.

    Examples
    --------
    >>> publishable_interval(57.0, 57.0)
    (40.0, 60.0)
    >>> publishable_interval(57.0, 57.0, keep_width=79)
    (0.0, 100.0)
    """
    if not (share >= 0 and minimum_width > 0):
        fault = Fault("share or minimum_width is not positive", "use 0.2 and 10")
        raise TableError("publishable interval", [fault])
    low = np.asarray(lower, dtype=float)
    high = np.asarray(upper, dtype=float)
    if (low > high).any():
        fault = Fault("lower is above upper", "exchange them", int((low > high).sum()))
        raise TableError("publishable interval", [fault])
    finite = np.isfinite(high)
    scale = np.where(finite, high, low)
    width = np.maximum(minimum_width, share * np.abs(scale))
    width = np.maximum(width, np.where(finite, high - low, 0.0))
    if keep_width is not None:
        keep = np.asarray(keep_width, dtype=float)
        width = np.maximum(width, np.where(np.isfinite(keep), keep, 0.0))
    step = _grid_step(width)
    with np.errstate(invalid="ignore"):
        new_low = np.maximum(np.floor(low / step) * step, 0.0)
        new_high = np.where(finite, np.ceil(high / step) * step, high)
        new_high = np.where(new_high - new_low < step, new_low + step, new_high)
    return _like(lower, new_low), _like(upper, new_high)


# -- parts -------------------------------------------------------------------------


def _check_rules(minimum_plants: int, dominance: float) -> None:
    faults = []
    if minimum_plants < 1:
        faults.append(Fault(f"minimum_plants={minimum_plants}", "use 1 or more"))
    if not 0 < dominance <= 1:
        faults.append(Fault(f"dominance={dominance}", "use a share above 0, at most 1"))
    if faults:
        raise TableError("confidentiality", faults)


def _with_totals(economy: Economy) -> NDArray[np.float64]:
    """Put published totals beside the table as last row and column; NaN if not.

    A total that only follows from cells is no secret of its own: it is published
    unless one of its cells is withheld at the source.
    """
    margins = economy.margins
    n, m = economy.employment.shape
    table = np.full((n + 1, m + 1), np.nan)
    table[:-1, :-1] = economy.employment.to_numpy(dtype=float)
    table[:-1, -1] = margins.region.to_numpy(dtype=float)
    table[-1, :-1] = margins.industry.to_numpy(dtype=float)
    table[-1, -1] = margins.total
    return table


def _closed(held: NDArray[np.bool_], values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Hold more cells until no held cell is a bridge of the graph of held cells."""
    held = held.copy()
    cost = np.where(values > 0, values, np.inf)
    while True:
        cost[held] = 0.0
        bridges = _bridges(held)
        if not len(bridges):
            return held
        changed = False
        used_rows: set[int] = set()
        used_columns: set[int] = set()
        for row, column in bridges:
            if row in used_rows or column in used_columns:
                continue  # the next round sees what the earlier mends have closed
            used_rows.add(row)
            used_columns.add(column)
            detour = cost[row, :][None, :] + cost[:, column][:, None] + cost
            detour[row, :] = np.inf
            detour[:, column] = np.inf
            best = int(np.argmin(detour))
            other_row, other_column = divmod(best, held.shape[1])
            if not np.isfinite(detour[other_row, other_column]):
                continue
            held[row, other_column] = True
            held[other_row, column] = True
            held[other_row, other_column] = True
            changed = True
        if not changed:
            return held


def _bridges(held: NDArray[np.bool_]) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(held)
    n = held.shape[0]
    graph: Any = nx.Graph()
    graph.add_edges_from(zip(rows.tolist(), (columns + n).tolist(), strict=True))
    found = [(min(a, b), max(a, b) - n) for a, b in nx.bridges(graph)]
    return sorted(found)


def _grid_step(width: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smallest of 1, 2, 5 times a power of ten that is at least the width."""
    with np.errstate(invalid="ignore"):
        power = np.power(10.0, np.floor(np.log10(width)))
        ratio = width / power
    tolerance = 1 + 1e-12
    factor = np.select(
        [ratio <= tolerance, ratio <= 2 * tolerance, ratio <= 5 * tolerance],
        [1.0, 2.0, 5.0],
        default=10.0,
    )
    return np.asarray(power * factor)


def _like(given: object, values: NDArray[np.float64]) -> Any:
    if isinstance(given, pd.DataFrame):
        return pd.DataFrame(values, given.index, given.columns)
    if isinstance(given, pd.Series):
        return pd.Series(values, given.index, name=given.name)
    return float(values) if values.ndim == 0 else values
