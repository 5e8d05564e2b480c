"""A point and draws inside the bounds of withheld cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.concentration.withheld._lattice import UNBOUNDED, Axis, Lattice
from clusterid.concentration.withheld._withheld import (
    Bounds,
    bounded_lattice,
    cell_bounds,
)
from clusterid.errors import OptionError
from clusterid.statistics import over_positive
from clusterid.tables import Economy

__all__ = ["FilledEconomy", "fill_withheld"]

Matrix = NDArray[np.float64]
_PINNED = 1e-7  # persons: bounds so close are one value
_CHECKED = 3  # cycles from one look at the sums to the next
#: Published sums that contradict each other a little cannot all be met: scaling ends
#: for a table whose largest miss fell by less than a twentieth over four looks. What
#: falls more slowly would not reach any useful tolerance in the cycles allowed.
_LOOKS, _FALL = 4, 0.95


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

    def interval(
        self, groups: pd.Series | pd.DataFrame, *, coverage: float = 0.9
    ) -> pd.DataFrame:
        """Return the jobs of groups of industries by region, with their interval.

        Parameters
        ----------
        groups : Series industry to group, or DataFrame industry x group of weights
            For instance the members of templates; other industries weigh nothing.
        coverage : float
            Share of the draws inside the interval, 0 to 1.

        Returns
        -------
        DataFrame, one row a region and group
            ``region``, ``group``, ``employment`` (point), ``lower``, ``upper``
            (quantiles over the draws, the point inside), ``least``, ``most`` (sums
            of the bounds: certain, and wider), ``share_imputed``. Persons; NaN where
            a cell of the group is still unknown.
        """
        jobs = self.point.employment
        if isinstance(groups, pd.Series):
            named = groups.dropna()
            groups = pd.crosstab(named.index, named.to_numpy()).astype(float)
        weights = groups.rename(index=str).reindex(jobs.columns.astype(str))
        w = weights.fillna(0.0).to_numpy(dtype=float)
        used = w.any(axis=1)  # 0 times unknown is nothing
        w = w[used]
        point = jobs.to_numpy(dtype=float)[:, used] @ w
        drawn = self.draws[:, :, used] @ w
        low = high = point
        if len(drawn):
            tail = (1.0 - coverage) / 2.0
            low, high = np.quantile(drawn, [tail, 1.0 - tail], axis=0)
        imputed = jobs.where(self.is_imputed, 0.0).to_numpy()[:, used] @ w
        share = over_positive(imputed, point)
        least, most = (
            t.to_numpy(dtype=float)[:, used] @ w
            for t in (self.bounds.lower, self.bounds.upper)
        )
        index = pd.MultiIndex.from_product(
            [jobs.index, weights.columns], names=["region", "group"]
        )
        columns = {
            "employment": point,
            "lower": np.minimum(low, point),
            "upper": np.maximum(high, point),
            "least": least,
            "most": most,
            "share_imputed": share,
        }
        tidy = pd.DataFrame({k: v.ravel() for k, v in columns.items()}, index=index)
        return tidy.reset_index()

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
        return shown_with(self, self.point.employment.head().to_html())


@typed
def fill_withheld(
    economy: Economy,
    *,
    draws: int = 20,
    seed: int | np.random.Generator = 0,
    rounding: float = 0.0,
    cycles: int = 200,
    tolerance: float = 1e-5,
    bounds: Bounds | None = None,
) -> FilledEconomy:
    """Fill withheld cells inside their bounds so that published sums hold.

    The point starts from plants times the industry's mean plant (where plants are
    published) or from the middle of the bounds on a log scale, and is scaled down
    both hierarchies: what a total leaves is shared among its withheld parts in
    proportion, none leaving its bounds. Draws start from the same guess times
    log-normal noise, as large as the published cells show the error of the guess to
    be (or as wide as the bounds), and are scaled in the same way.

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
    start, spread = _start(economy, lattice, low, high)
    fitter = _Fitter(lattice, cycles, tolerance)
    fitted, residual = fitter.fit(start[None])
    point = fitted[0]
    rng = np.random.default_rng(seed)
    noise = np.exp(spread * rng.standard_normal((draws, *point.shape)))
    tables, missed = fitter.fit(start * noise)
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


def _start(
    economy: Economy, lattice: Lattice, low: Matrix, high: Matrix
) -> tuple[Matrix, Matrix]:
    """Return a positive first guess of every cell, and its error on a log scale."""
    bounded = np.minimum(high, np.maximum(10.0 * low, 1e6))
    guess = np.sqrt((low + 1.0) * (bounded + 1.0)) - 1.0
    # wider than uniform between the bounds: scaling to the totals narrows it
    spread = np.log((bounded + 1.0) / (low + 1.0)) / 2.0
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
        error = _size_error(jobs, plants, product)
        spread = np.where(usable, error, spread)
    return np.maximum(guess, 1e-3), np.clip(spread, 0.05, 3.0)


def _size_error(jobs: Matrix, plants: Matrix, product: Matrix) -> Matrix:
    """Return the error of log(plants x mean plant), as the published cells show it.

    Its square is a + b / plants, fitted by least squares with a and b >= 0.
    """
    from scipy.optimize import nnls

    seen = (plants > 0) & (jobs > 0) & (product > 0)
    if seen.sum() < 30:
        return np.full(jobs.shape, 1.0)
    squared = np.log(jobs[seen] / product[seen]) ** 2
    design = np.column_stack([np.ones(len(squared)), 1.0 / plants[seen]])
    (a, b), _ = nnls(design, squared)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.sqrt(a + b / plants))


class _Fitter:
    """Scales tables into their bounds so that the published sums hold.

    The state is only what is unknown: an array tables x unknown cells without parts.
    """

    def __init__(self, lattice: Lattice, cycles: int, tolerance: float) -> None:
        self.lattice, self.cycles, self.tolerance = lattice, cycles, tolerance
        rows, columns = _descendants(lattice.regions), _descendants(lattice.industries)
        leaf_rows = np.flatnonzero(_leaves(lattice.regions))
        leaf_columns = np.flatnonzero(_leaves(lattice.industries))
        cells = np.ix_(leaf_rows, leaf_columns)
        low, high = lattice.lower[cells], lattice.upper[cells]
        self.at = np.nonzero(high - low > _PINNED)
        self.leaf = (leaf_rows[self.at[0]], leaf_columns[self.at[1]])
        self.low, self.high = low[self.at], high[self.at]
        self.up = (rows, columns)
        # nodes x unknown cells: the nodes that each one is in
        self.above = (rows[:, self.at[0]].tocsc(), columns[:, self.at[1]].tocsc())
        known = np.where(high - low > _PINNED, 0.0, (low + high) / 2.0)
        self.base = np.asarray(rows @ known @ columns.T)
        unknown = lattice.upper - lattice.lower > _PINNED
        place = np.full(lattice.lower.shape, -1)
        place[self.leaf] = np.arange(len(self.low))
        self.sides: list[_Hierarchy | _Block] = [
            side
            for side in (
                _Hierarchy(self, lattice, unknown, place, turned=True),
                _Hierarchy(self, lattice, unknown, place, turned=False),
            )
            if side.levels
        ]
        self._published()
        self.sides += self._blocks()

    def _published(self) -> None:
        """Keep the sums to be checked: bounded, over unknown cells, all parts here."""
        lattice = self.lattice
        whole = np.outer(
            _all_complete(lattice.regions), _all_complete(lattice.industries)
        )
        inner = np.ones(whole.shape, dtype=bool)
        inner[self.leaf] = False
        least, most = lattice.lower.copy(), lattice.upper
        least[~whole] = 0.0
        at = np.nonzero(inner & ((most < UNBOUNDED / 10) | (least > 0)))
        reach = self.cells_of(*at)
        open_ = np.diff(reach.tocsc().indptr) > 0  # sums over an unknown cell
        self.sum_at = (at[0][open_], at[1][open_])
        self.least, self.most = least[self.sum_at], most[self.sum_at]
        self.reach = reach[:, np.flatnonzero(open_)]
        # a sum that may have parts outside the table has no least: its most is its size
        ends = self.least, np.where(self.most < UNBOUNDED / 10, self.most, 0.0)
        self.size = np.maximum(np.maximum(*ends), 1.0)

    def _blocks(self) -> list[_Block]:
        """Return the sums over groups of both sides at once, by pair of depths."""
        lattice = self.lattice
        inner = np.outer(~_leaves(lattice.regions), ~_leaves(lattice.industries))
        depths = lattice.regions.depth(), lattice.industries.depth()
        at = (depths[0][self.sum_at[0]], depths[1][self.sum_at[1]])
        both = inner[self.sum_at]
        blocks = []
        for a, b in sorted({
            *zip(at[0][both].tolist(), at[1][both].tolist(), strict=True)
        }):
            sums = np.flatnonzero(both & (at[0] == a) & (at[1] == b))
            blocks.append(_Block(self, sums))
        return blocks

    def cells_of(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Any:
        """Return the matrix (unknown cells x nodes) that adds cells up to nodes."""
        from scipy import sparse

        up_row, up_column = self.above
        n = len(self.low)
        number = np.full(self.lattice.lower.shape, -1)
        number[rows, columns] = np.arange(len(rows))
        found_cells, found_nodes = [], []
        depth_r = np.diff(up_row.indptr)
        depth_c = np.diff(up_column.indptr)
        for a in range(int(depth_r.max(initial=0))):
            has_a = depth_r > a
            node_r = np.full(n, -1)
            node_r[has_a] = up_row.indices[up_row.indptr[:-1][has_a] + a]
            for b in range(int(depth_c.max(initial=0))):
                both = np.flatnonzero(has_a & (depth_c > b))
                node_c = up_column.indices[up_column.indptr[:-1][both] + b]
                target = number[node_r[both], node_c]
                found_cells.append(both[target >= 0])
                found_nodes.append(target[target >= 0])
        cell = np.concatenate([*found_cells, np.zeros(0, dtype=np.intp)])
        node = np.concatenate([*found_nodes, np.zeros(0, dtype=np.intp)])
        shape = (n, len(rows))
        return sparse.csr_array(
            (np.ones(len(cell)), (cell.astype(int), node.astype(int))), shape=shape
        )

    def fit(self, starts: Matrix) -> tuple[Matrix, float]:
        """Return the scaled tables and the largest relative miss of a sum.

        ``starts`` are tables x regions x industries, in the order of the lattice.
        """
        inside = np.zeros((len(starts), *self.lattice.lower.shape))
        inside[:, : starts.shape[1], : starts.shape[2]] = starts
        x = np.clip(inside[:, self.leaf[0], self.leaf[1]], self.low, self.high)
        going = np.arange(len(x))  # tables whose sums do not hold yet
        missed = np.zeros(len(x))
        best = [np.full(len(x), np.inf)]  # smallest miss by table, look by look
        for cycle in range(1, max(self.cycles, 1) + 1):
            some = x[going]
            for side in self.sides:
                side.share(some)
            x[going] = some
            last = cycle == self.cycles or len(self.sides) < 2
            if cycle % _CHECKED == 0 or last:
                missed[going] = self._missed(some)
                best.append(np.minimum(best[-1], missed))
                before = best[-1 - _LOOKS] if len(best) > _LOOKS else best[0]
                still = missed > self.tolerance
                still &= ~np.isfinite(before) | (best[-1] < _FALL * before)
                going = going[still[going]]
            if last or not len(going):
                break
        n_rows = self.lattice.regions.n_cells
        n_columns = self.lattice.industries.n_cells
        tables = np.empty((len(x), n_rows, n_columns))
        rows, columns = self.up[0][:n_rows], self.up[1][:n_columns]
        leaves = np.zeros((rows.shape[1], columns.shape[1]))
        for k, values in enumerate(x):
            leaves[self.at] = values
            tables[k] = self.base[:n_rows, :n_columns] + rows @ leaves @ columns.T
        return tables, float(missed.max(initial=0.0))

    def _missed(self, x: Matrix) -> Matrix:
        """Return by table the largest miss of a published sum, relative."""
        sums = self.base[self.sum_at] + x @ self.reach
        miss = np.maximum(sums - self.most, self.least - sums)
        miss /= self.size
        return np.asarray(miss.max(axis=1, initial=0.0))


class _Level:
    """Unknown parts of one depth of one hierarchy, grouped by their sum."""

    def __init__(
        self,
        fitter: _Fitter,
        lines: NDArray[np.intp],
        parts: NDArray[np.intp],
        axis: Axis,
        *,
        turned: bool,
    ) -> None:
        lattice = fitter.lattice
        up = np.full(len(axis.nodes), -1)
        up[axis.child] = axis.parent
        above = up[parts]
        order = np.lexsort((parts, above, lines))
        lines, parts, above = lines[order], parts[order], above[order]
        key = lines * len(axis.nodes) + above
        self.keys, self.starts, self.group = np.unique(
            key, return_index=True, return_inverse=True
        )

        def matrix(values: Matrix) -> Matrix:
            return values.T if turned else values

        self.low = matrix(lattice.lower)[lines, parts]
        self.high = matrix(lattice.upper)[lines, parts]
        nodes = (parts, lines) if turned else (lines, parts)
        self.base = fitter.base[nodes]
        self.source = fitter.cells_of(*nodes)
        line, parent = np.divmod(self.keys, len(axis.nodes))
        self.loose = ~axis.complete[parent]
        at = (parent, line) if turned else (line, parent)
        self.parent_low, self.parent_high = lattice.lower[at], lattice.upper[at]
        self.parent_base = fitter.base[at]
        self.parent_source = fitter.cells_of(*at)
        self.own_keys = lines * len(axis.nodes) + parts
        self.order = np.argsort(self.own_keys, kind="stable")
        # what the known parts of each sum take
        child_of = axis.sums()
        pinned = lattice.upper - lattice.lower <= _PINNED
        fixed = np.where(pinned, (lattice.lower + lattice.upper) / 2.0, 0.0)
        self.fixed = np.asarray(matrix(fixed) @ child_of)[line, parent]


class _Block:
    """Published sums over groups of both sides that share no cell."""

    def __init__(self, fitter: _Fitter, sums: NDArray[np.intp]) -> None:
        reach = fitter.reach[:, sums].tocoo()
        order = np.lexsort((reach.row, reach.col))
        self.cell = reach.row[order]
        found, self.starts, self.group = np.unique(
            reach.col[order], return_index=True, return_inverse=True
        )
        self.low, self.high = fitter.low[self.cell], fitter.high[self.cell]
        base = fitter.base[fitter.sum_at][sums][found]
        self.least = fitter.least[sums][found] - base
        self.most = fitter.most[sums][found] - base

    def share(self, x: Matrix) -> None:
        """Scale the unknown cells ``x`` (tables x cells) in place."""
        now = x[:, self.cell]
        total = np.add.reduceat(now, self.starts, axis=1)
        target = np.clip(total, self.least, self.most)
        if np.any(np.abs(target - total) > 1e-9 * np.maximum(np.abs(target), 1.0)):
            x[:, self.cell] = _share(now, self, target)


class _Hierarchy:
    """Shares the sums along one hierarchy among their parts, from the top down."""

    def __init__(
        self,
        fitter: _Fitter,
        lattice: Lattice,
        unknown: NDArray[np.bool_],
        place: NDArray[np.intp],
        *,
        turned: bool,
    ) -> None:
        axis = lattice.regions if turned else lattice.industries
        other = lattice.industries if turned else lattice.regions
        at = unknown.T if turned else unknown
        depth = axis.depth()
        leaf_lines = _leaves(other)
        place = place.T if turned else place
        bounded = (lattice.upper.T if turned else lattice.upper) < UNBOUNDED / 10
        parents = ~_leaves(axis)
        self.levels: list[_Level] = []
        self.writes: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
        if not bounded[np.ix_(leaf_lines, parents)].any():
            return
        for level in range(1, int(depth.max()) + 1):
            wanted = at & leaf_lines[:, None] & (depth == level)
            lines, parts = np.nonzero(wanted)
            if not len(lines):
                continue
            one = _Level(fitter, lines, parts, axis, turned=turned)
            line, part = np.divmod(one.own_keys, len(axis.nodes))
            cell = place[line, part]
            is_cell = np.flatnonzero(cell >= 0)
            self.levels.append(one)
            self.writes.append((cell[is_cell], is_cell))

    def share(self, x: Matrix) -> None:
        """Scale the unknown cells ``x`` (tables x cells) in place."""
        state = x.copy()
        keys = np.zeros(0, dtype=np.int64)
        values = np.zeros((len(x), 0))
        for level, (cell, part) in zip(self.levels, self.writes, strict=True):
            now = level.base + state @ level.source
            target = level.parent_base + state @ level.parent_source
            target = np.clip(target, level.parent_low, level.parent_high)
            at = np.searchsorted(keys, level.keys)
            at = np.minimum(at, max(len(keys) - 1, 0))
            if len(keys):  # sums that were shared one step above
                set_above = keys[at] == level.keys
                target[:, set_above] = values[:, at[set_above]]
            target = target - level.fixed
            shared = _share(now, level, target)
            if level.loose.any():  # parts outside the table take what is left
                inside = np.clip(now, level.low, level.high)
                total = np.add.reduceat(inside, level.starts, axis=1)
                keep = (level.loose & (total <= target))[:, level.group]
                shared = np.where(keep, inside, shared)
            keys, values = level.own_keys[level.order], shared[:, level.order]
            x[:, cell] = shared[:, part]


def _share(x: Matrix, level: _Level | _Block, target: Matrix) -> Matrix:
    """Return clip(k x, low, high) with the k of each table and sum that gives it."""
    low, high, group, starts = level.low, level.high, level.group, level.starts
    x = np.maximum(x, 1e-9)
    at_low = np.add.reduceat(low, starts)
    at_high = np.add.reduceat(high, starts)
    # where the first part leaves its lower bound, and the last reaches its upper one
    with np.errstate(divide="ignore"):
        left = np.log(np.minimum.reduceat(low / x, starts, axis=1))
    right = np.log(np.maximum.reduceat(high / x, starts, axis=1))
    left, right = np.maximum(left, -60.0) - 1e-9, np.minimum(right, 60.0) + 1e-9
    log_k = np.clip(np.zeros(target.shape), left, right)
    close = 1e-8 * np.maximum(target, 1.0)
    at_floor, at_top = target <= at_low + close, target >= at_high - close
    todo = ~(at_floor | at_top)
    if todo.any():
        log_k[todo] = _scaled_to(x, level, todo, target, close, (left, log_k, right))
    drawn = np.clip(np.exp(log_k)[:, group] * x, low, high)
    drawn = np.where(at_floor[:, group], low, drawn)
    full = at_top[:, group] & (high < UNBOUNDED / 10)
    return np.where(full, high, drawn)


def _scaled_to(
    x: Matrix,
    level: _Level | _Block,
    todo: NDArray[np.bool_],
    target: Matrix,
    close: Matrix,
    between: tuple[Matrix, Matrix, Matrix],
) -> Matrix:
    """Return log k of the sums to do, by Newton's steps inside a bracket.

    A sum that is met drops out: with many sums most are met after a few steps.
    """
    inside = todo[:, level.group]
    table, cell = np.nonzero(inside)
    # groups stand one after the other: a new one begins where the key changes
    key = table * todo.shape[1] + level.group[cell]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    size = np.diff(first, append=len(key))
    value, low, high = x[inside], level.low[cell], level.high[cell]
    left, log_k, right = (a[todo] for a in between)
    wanted, close = target[todo], close[todo]
    found, at = log_k.copy(), np.arange(len(log_k))
    for _ in range(80):
        member = np.repeat(np.arange(len(size)), size)
        starts = np.cumsum(size) - size
        scaled = np.exp(log_k)[member] * value
        drawn = np.clip(scaled, low, high)
        gap = np.add.reduceat(drawn, starts) - wanted
        open_ = np.abs(gap) > close
        if not open_.any():
            break
        right = np.where(gap > 0, log_k, right)
        left = np.where(gap <= 0, log_k, left)
        free = (scaled > low) & (scaled < high)
        room = np.add.reduceat(np.where(free, drawn, 0.0), starts)
        with np.errstate(invalid="ignore", divide="ignore"):
            step = log_k + np.log((room - gap) / room)
        good = np.isfinite(step) & (step > left) & (step < right)
        log_k = np.where(open_, np.where(good, step, (left + right) / 2.0), log_k)
        found[at] = log_k
        kept = open_[member]
        value, low, high = value[kept], low[kept], high[kept]
        left, log_k, right = left[open_], log_k[open_], right[open_]
        wanted, close = wanted[open_], close[open_]
        size, at = size[open_], at[open_]
    return found


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
