"""A point and draws inside the bounds of withheld cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration._lattice import UNBOUNDED, Axis, Lattice
from clusterid.concentration._withheld import Bounds, bounded_lattice, cell_bounds
from clusterid.errors import OptionError
from clusterid.tables import Economy

__all__ = ["FilledEconomy", "fill_withheld"]

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FilledEconomy:
    """An economy whose withheld cells are filled, and how sure that is.

    Parameters
    ----------
    point : Economy
        Employment without NaN wherever a bound allows.
    draws : array, n_draws x n_regions x n_industries
        Persons; each a table as likely as the others for all we model.
    bounds : Bounds
        Between which point and draws lie.
    is_imputed : DataFrame of bool
        True where the cell was withheld and is filled now.
    params : mapping
        Arguments; ``residual``: largest miss of a published sum, relative.
    """

    point: Economy
    draws: Matrix
    bounds: Bounds
    is_imputed: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)

    def share_imputed(self, by: str = "industry") -> pd.Series:
        """Return the share of employment (0 to 1) that is imputed.

        Parameters
        ----------
        by : {"industry", "region"}

        Returns
        -------
        Series
            NaN where there is no employment.
        """
        from clusterid.errors import check_option

        check_option("by", by, ("industry", "region"))
        axis: Literal["index", "columns"] = "index" if by == "industry" else "columns"
        jobs = self.point.employment
        imputed = jobs.where(self.is_imputed, 0.0).sum(axis=axis)
        total = jobs.sum(axis=axis)
        return (imputed / total.where(total > 0)).rename("share_imputed")

    def __repr__(self) -> str:
        n = int(self.is_imputed.to_numpy().sum())
        jobs = self.point.employment
        share = float(jobs.where(self.is_imputed).sum().sum() / jobs.sum().sum())
        left = int(jobs.isna().to_numpy().sum())
        return (
            f"<FilledEconomy: {n} cells imputed ({share:.1%} of jobs), {left} left "
            f"unknown, {len(self.draws)} draws>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = self.point.employment.head().to_html()
        return f"<p>{escape(repr(self))}</p>{table}"


def fill_withheld(
    economy: Economy,
    *,
    draws: int = 20,
    seed: int | np.random.Generator = 0,
    rounding: float = 0.0,
    cycles: int = 200,
    tolerance: float = 1e-6,
    bounds: Bounds | None = None,
) -> FilledEconomy:
    """Fill withheld cells inside their bounds so that published sums hold.

    The point starts from plants times the industry's mean plant (where plants are
    published) or from the middle of the bounds on a log scale, and is scaled down
    both hierarchies: what a total leaves is shared among its withheld parts in
    proportion, none leaving its bounds. Draws start from the point times log-normal
    noise as wide as the bounds and are scaled in the same way.

    Parameters
    ----------
    economy : Economy
        As in :func:`withheld_bounds`.
    draws : int
        Tables drawn, to carry the uncertainty through later steps.
    seed : int or Generator
        Same seed, same draws, whatever the order of rows and columns.
    rounding : float
        Published values are within so many persons of the truth.
    cycles, tolerance : int, float
        Where totals of both sides cross, scaling alternates between them until no
        published sum is missed by more than ``tolerance`` of itself, at most
        ``cycles`` times; with one hierarchy one cycle is exact.
    bounds : Bounds, optional
        Tighter ones, for example of ``withheld_bounds(method="lp")``.

    Returns
    -------
    FilledEconomy

    Raises
    ------
    TableError
        If what is published contradicts itself.
    OptionError
        If ``draws`` is negative.

    Notes
    -----
    Iterative proportional fitting (RAS) with bounds. The draws respect everything
    that is published; they are not a posterior, whose prior nobody published. A cell
    that nothing bounds from above stays NaN.

    Examples
    --------
    >>> from clusterid.tables import economy
    >>> jobs = pd.DataFrame({"A": [10.0, 20.0], "B": [None, None], "C": [None, 6.0]})
    >>> jobs.index = ["r", "s"]
    >>> totals = pd.DataFrame(
    ...     [("r", "TOTAL", 15.0), ("TOTAL", "B", 12.0)],
    ...     columns=["region", "industry", "value"],
    ... )
    >>> filled = fill_withheld(economy(jobs, totals=totals))
    >>> filled.point.employment.loc["r"].sum().round(6).item()
    15.0
    """
    if draws < 0:
        raise OptionError(f"draws={draws!r} must not be negative")
    lattice, made = bounded_lattice(economy, rounding=rounding)
    if bounds is not None:
        _use(bounds, lattice)
    found = cell_bounds(economy, lattice, {"method": "propagate", "sweeps": made})
    rows, columns = lattice.regions.n_cells, lattice.industries.n_cells
    low = lattice.lower[:rows, :columns]
    high = lattice.upper[:rows, :columns]
    start = _start(economy, lattice, low, high)
    fitter = _Fitter(lattice, cycles, tolerance)
    point, residual = fitter.fit(start)
    spread = np.clip(np.log((high + 1.0) / (low + 1.0)) / 4.0, 0.05, 1.0)
    tables = np.empty((draws, rows, columns))
    for k, rng in enumerate(np.random.default_rng(seed).spawn(draws)):
        noise = np.exp(spread * rng.standard_normal(point.shape))
        tables[k], missed = fitter.fit(np.maximum(point, 1e-3 * start) * noise)
        residual = max(residual, missed)
    known = economy.employment
    row_at = lattice.regions.nodes.get_indexer(known.index.astype(str))
    column_at = lattice.industries.nodes.get_indexer(known.columns.astype(str))
    order = np.ix_(row_at, column_at)
    published = known.to_numpy(dtype=float)
    nothing = np.isinf(found.upper.to_numpy())

    def finished(values: Matrix) -> Matrix:
        values = np.where(nothing, np.nan, values[order])
        return np.where(np.isnan(published), values, published)

    filled = pd.DataFrame(finished(point), known.index, known.columns)
    params = {
        "draws": draws,
        "seed": seed if isinstance(seed, int) else "generator",
        "rounding": rounding,
        "cycles": cycles,
        "tolerance": tolerance,
        "residual": residual,
    }
    return FilledEconomy(
        point=economy.with_employment(filled),
        draws=np.array([finished(t) for t in tables]).reshape(draws, *known.shape),
        bounds=found,
        is_imputed=known.isna() & filled.notna(),
        params=params,
    )


def _use(bounds: Bounds, lattice: Lattice) -> None:
    rows, columns = lattice.regions.n_cells, lattice.industries.n_cells
    cells = (slice(0, rows), slice(0, columns))
    codes = lattice.regions.nodes[:rows], lattice.industries.nodes[:columns]
    for name, keep in (("lower", np.maximum), ("upper", np.minimum)):
        frame = getattr(bounds, name).rename(index=str, columns=str)
        frame = frame.reindex(index=codes[0], columns=codes[1])
        values = getattr(lattice, name)
        values[cells] = keep(values[cells], frame.to_numpy(dtype=float))


def _start(economy: Economy, lattice: Lattice, low: Matrix, high: Matrix) -> Matrix:
    """Return a positive first guess of every cell."""
    bounded = np.minimum(high, np.maximum(10.0 * low, 1e6))
    guess = np.sqrt((low + 1.0) * (bounded + 1.0)) - 1.0
    if economy.establishments is not None:
        codes = (
            lattice.regions.nodes[: low.shape[0]],
            lattice.industries.nodes[: low.shape[1]],
        )
        jobs, plants = (
            t
            .rename(index=str, columns=str)
            .reindex(index=codes[0], columns=codes[1])
            .to_numpy(dtype=float)
            for t in (economy.employment, economy.establishments)
        )
        both = np.isfinite(jobs) & np.isfinite(plants)
        with np.errstate(invalid="ignore", divide="ignore"):
            size = np.where(both, jobs, 0.0).sum(axis=0)
            size /= np.where(both, plants, 0.0).sum(axis=0)
            mean = np.where(both, jobs, 0.0).sum() / np.where(both, plants, 0.0).sum()
            size = np.where(np.isfinite(size) & (size > 0), size, mean)
            product = plants * size
        usable = np.isfinite(product) & (product > 0)
        guess = np.where(usable, np.clip(product, low, bounded), guess)
    return np.maximum(guess, 1e-3)


class _Fitter:
    """Scales a table into its bounds so that the published sums hold."""

    def __init__(self, lattice: Lattice, cycles: int, tolerance: float) -> None:
        self.lattice, self.cycles, self.tolerance = lattice, cycles, tolerance
        self.rows = lattice.regions.n_cells
        self.columns = lattice.industries.n_cells
        self.up_rows = _descendants(lattice.regions)
        self.up_columns = _descendants(lattice.industries)
        self.leaf_rows = np.flatnonzero(_leaves(lattice.regions))
        self.leaf_columns = np.flatnonzero(_leaves(lattice.industries))
        known = lattice.upper < UNBOUNDED / 10
        inner_r = np.setdiff1d(np.arange(len(lattice.regions.nodes)), self.leaf_rows)
        inner_c = np.setdiff1d(
            np.arange(len(lattice.industries.nodes)), self.leaf_columns
        )
        self.by_row = bool(known[np.ix_(self.leaf_rows, inner_c)].any())
        self.by_column = bool(known[np.ix_(inner_r, self.leaf_columns)].any())

    def fit(self, start: Matrix) -> tuple[Matrix, float]:
        """Return the scaled table and the largest relative miss of a sum."""
        leaf = np.zeros(self.lattice.lower.shape)
        leaf[: self.rows, : self.columns] = start
        x = leaf[np.ix_(self.leaf_rows, self.leaf_columns)]
        cells = np.ix_(self.leaf_rows, self.leaf_columns)
        low, high = self.lattice.lower[cells], self.lattice.upper[cells]
        x = np.clip(x, low, high)
        missed = np.inf
        for _ in range(max(self.cycles, 1)):
            if self.by_column:
                x = self._scaled(x.T, turned=True).T
            if self.by_row:
                x = self._scaled(x, turned=False)
            missed = self._missed(x)
            if missed <= self.tolerance or not (self.by_column and self.by_row):
                break
        nodes = self.up_rows @ x @ self.up_columns.T
        return np.asarray(nodes[: self.rows, : self.columns]), missed

    def _scaled(self, x: Matrix, *, turned: bool) -> Matrix:
        """Share every sum among its parts from the top of one hierarchy down."""
        lattice = self.lattice
        axis = lattice.regions if turned else lattice.industries
        lines = self.leaf_columns if turned else self.leaf_rows
        low = (lattice.lower.T if turned else lattice.lower)[lines]
        high = (lattice.upper.T if turned else lattice.upper)[lines]
        up = self.up_rows if turned else self.up_columns
        nodes = np.asarray(x @ up.T)
        depth = axis.depth()
        nodes[:, depth == 0] = np.clip(nodes, low, high)[:, depth == 0]
        parent_of = np.full(len(axis.nodes), -1)
        parent_of[axis.child] = axis.parent
        for level in range(1, int(depth.max()) + 1):
            parts = np.flatnonzero(depth == level)
            parents, group = np.unique(parent_of[parts], return_inverse=True)
            target = nodes[:, parents]
            shared = _share(
                nodes[:, parts], low[:, parts], high[:, parts], target, group
            )
            loose = ~axis.complete[parents]
            if loose.any():  # parts outside the table take what is left
                inside = np.clip(nodes[:, parts], low[:, parts], high[:, parts])
                total = _grouped(inside, group, len(parents))
                keep = (loose & (total <= target))[:, group]
                shared = np.where(keep, inside, shared)
            nodes[:, parts] = shared
        leaves = self.leaf_rows if turned else self.leaf_columns
        return np.asarray(nodes[:, leaves])

    def _missed(self, x: Matrix) -> float:
        nodes = np.asarray(self.up_rows @ x @ self.up_columns.T)
        whole = np.outer(
            _all_complete(self.lattice.regions), _all_complete(self.lattice.industries)
        )
        over = nodes - self.lattice.upper
        under = np.where(whole, self.lattice.lower - nodes, 0.0)
        scale = np.maximum(np.abs(self.lattice.lower), 1.0)
        return float(np.max(np.maximum(over, under) / scale, initial=0.0))


def _share(
    x: Matrix, low: Matrix, high: Matrix, target: Matrix, group: NDArray[np.intp]
) -> Matrix:
    """Return clip(k x, low, high) with the k per line and group that gives target."""
    n = target.shape[1]
    x = np.maximum(x, 1e-9)
    at_low = _grouped(low, group, n)
    at_high = _grouped(high, group, n)
    left = np.full(target.shape, -60.0)
    right = np.full(target.shape, 60.0)
    log_k = np.zeros(target.shape)
    close = 1e-10 * np.maximum(target, 1.0)
    for _ in range(80):
        scaled = np.exp(log_k)[:, group] * x
        drawn = np.clip(scaled, low, high)
        total = _grouped(drawn, group, n)
        gap = total - target
        if (np.abs(gap) <= close).all():
            break
        right = np.where(gap > 0, log_k, right)
        left = np.where(gap <= 0, log_k, left)
        free = (scaled > low) & (scaled < high)
        room = _grouped(np.where(free, drawn, 0.0), group, n)
        with np.errstate(invalid="ignore", divide="ignore"):
            step = log_k + np.log((room - gap) / room)
        good = np.isfinite(step) & (step > left) & (step < right)
        log_k = np.where(good, step, (left + right) / 2.0)
    drawn = np.clip(np.exp(log_k)[:, group] * x, low, high)
    drawn = np.where((target <= at_low)[:, group], low, drawn)
    # no part may be without bound here: a finite target below the sum of the uppers
    full = (target >= at_high)[:, group] & (high < UNBOUNDED / 10)
    return np.where(full, high, drawn)


def _grouped(values: Matrix, group: NDArray[np.intp], n: int) -> Matrix:
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(n))
    return np.asarray(np.add.reduceat(values[:, order], starts, axis=1))


def _leaves(axis: Axis) -> NDArray[np.bool_]:
    leaf = np.ones(len(axis.nodes), dtype=bool)
    leaf[axis.parent] = False
    return leaf


def _descendants(axis: Axis) -> Any:
    """Return the matrix (nodes x leaves) that adds leaves up to every node."""
    from scipy import sparse

    leaves = np.flatnonzero(_leaves(axis))
    up = np.full(len(axis.nodes), -1)
    up[axis.child] = axis.parent
    rows, columns = [leaves], [np.arange(len(leaves))]
    at = up[leaves]
    while (at >= 0).any():
        here = at >= 0
        rows.append(at[here])
        columns.append(np.flatnonzero(here))
        at = np.where(here, up[at], -1)
    row, column = np.concatenate(rows), np.concatenate(columns)
    shape = (len(axis.nodes), len(leaves))
    return sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)


def _all_complete(axis: Axis) -> NDArray[np.bool_]:
    """Return by node whether it and everything below it is in the table."""
    complete = axis.complete.copy()
    for _ in range(int(axis.depth().max()) + 1):
        inherited = np.ones(len(axis.nodes), dtype=bool)
        np.logical_and.at(inherited, axis.parent, complete[axis.child])
        complete &= inherited
    return complete
