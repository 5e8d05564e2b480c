"""Bounds of withheld cells from everything that is published around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.concentration.withheld._lattice import (
    UNBOUNDED,
    Axis,
    Lattice,
    build_lattice,
)
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.tables import Economy

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Bounds", "bounded_lattice", "withheld_bounds"]

Method = Literal["propagate", "lp"]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of every cell, in persons: regions x industries.

    Parameters
    ----------
    lower, upper : DataFrame like the employment table
        Equal to the value where it is published; ``upper`` is ``inf`` where nothing
        published bounds a withheld cell.
    params : mapping
        Arguments, sweeps made, linear programmes solved.
    """

    lower: pd.DataFrame
    upper: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def width(self) -> pd.DataFrame:
        """Upper less lower bound, persons."""
        return self.upper - self.lower

    def __repr__(self) -> str:
        width = self.width.to_numpy()
        open_, none = width > 0, np.isinf(width)
        middle = np.median(width[open_ & ~none]) if (open_ & ~none).any() else 0.0
        return (
            f"<Bounds: {self.lower.shape[0]} regions x {self.lower.shape[1]} "
            f"industries, {int(open_.sum())} cells not pinned (median width "
            f"{middle:.0f} persons), {int(none.sum())} without upper bound>"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.upper.head().to_html())


@typed
def withheld_bounds(
    economy: Economy,
    *,
    method: Method = "propagate",
    rounding: float = 0.0,
    sweeps: int = 1000,
) -> Bounds:
    """Return bounds of every withheld cell from size ranges, groups and totals.

    A withheld cell is known to lie between what its own range says and what its
    region's and its industry's totals leave after all the other cells have taken
    their least or their most.

    Parameters
    ----------
    economy : Economy
        ``employment`` (NaN is withheld), ``lower`` and ``upper`` (ranges of withheld
        cells, optional), ``totals`` (published values of regions or groups by
        industries or groups; columns ``lower`` and ``upper``, optional, say between
        what the sum of the parts lies where that is not the value: a withheld total,
        or one with jobs that have no part), ``hierarchies`` (child to parent, by side).
    method : {"propagate", "lp"}
        ``"propagate"`` passes intervals up and down both hierarchies until nothing
        moves. It is exact (equal to the linear programme) where the sums that meet
        in withheld cells form a tree, as with one hierarchy only; where totals of
        both sides cross it is valid and may be wider than need be.
        ``"lp"`` then solves linear programmes (HiGHS) for those crossing parts: the
        tightest bounds for real numbers.
    rounding : float
        Published values are within so many persons of the truth (0.5: rounded to
        whole persons; 0: exact).
    sweeps : int
        Most passes of the propagation; it may be stopped at any time and is valid.

    Returns
    -------
    Bounds

    Raises
    ------
    TableError
        If what is published contradicts itself; the fault names the sum.
    OptionError
        If an option is not offered.

    Notes
    -----
    A group adds up from its children in the hierarchy; one that has a child outside
    the table only bounds its parts from above. ``TOTAL`` is the sum of all codes
    without a parent. Totals of codes outside table and hierarchies are not used.
    Bounds that pin a withheld cell are for computing with, not for publishing.

    References
    ----------
    Isserman & Westervelt (2006), 1.5 million missing numbers: overcoming employment
    suppression in County Business Patterns data, International Regional Science
    Review 29 (ranges iterated through the hierarchy). Eckert, Fort, Schott & Yang
    (2021), Imputing missing values in the US Census Bureau's County Business
    Patterns, NBER WP 26632 (linear programme). Read in abstract.

    Examples
    --------
    >>> from clusterid.tables import economy
    >>> jobs = pd.DataFrame({"A": [10.0, 20.0], "B": [None, None]}, index=["r", "s"])
    >>> totals = pd.DataFrame(
    ...     [("r", "TOTAL", 15.0), ("TOTAL", "B", 12.0)],
    ...     columns=["region", "industry", "value"],
    ... )
    >>> withheld_bounds(economy(jobs, totals=totals)).lower["B"].tolist()
    [5.0, 7.0]
    """
    check_option("method", method, get_args(Method))
    if not rounding >= 0:
        raise OptionError(f"rounding={rounding!r} must not be negative")
    lattice, made = bounded_lattice(economy, rounding=rounding, sweeps=sweeps)
    solved = 0
    if method == "lp":
        from clusterid.concentration.withheld._withheld_lp import tighten

        solved = tighten(lattice)
    params = {
        "method": method,
        "rounding": rounding,
        "sweeps": made,
        "programmes": solved,
    }
    return cell_bounds(economy, lattice, params)


def cell_bounds(
    economy: Economy, lattice: Lattice, params: Mapping[str, Any]
) -> Bounds:
    """Return the part of a lattice that is the table, in the table's own order."""
    rows, columns = lattice.regions.n_cells, lattice.industries.n_cells
    frames = []
    known = economy.employment
    for values in (lattice.lower, lattice.upper):
        cells = values[:rows, :columns]
        cells = np.where(cells >= UNBOUNDED / 10, np.inf, cells)
        frame = pd.DataFrame(
            cells, lattice.regions.nodes[:rows], lattice.industries.nodes[:columns]
        )
        frame = frame.loc[known.index.astype(str), known.columns.astype(str)]
        frame = pd.DataFrame(frame.to_numpy(), known.index, known.columns)
        frames.append(known.astype(float).where(known.notna(), frame))
    return Bounds(frames[0], frames[1], params)


def bounded_lattice(
    economy: Economy, *, rounding: float, sweeps: int = 1000
) -> tuple[Lattice, int]:
    """Return the lattice after propagation, and the sweeps that took."""
    lattice = build_lattice(economy, rounding)
    scale = np.nanmax(economy.employment.to_numpy(dtype=float), initial=1.0)
    tolerance = 1e-9 * max(scale, 1.0) + 1e-6
    _check_cells(lattice, tolerance)
    sums = lattice.regions.sums(), lattice.industries.sums()
    for sweep in range(1, sweeps + 1):
        moved = 0.0
        for axis, add, turned in (
            (lattice.industries, sums[1], False),
            (lattice.regions, sums[0], True),
        ):
            moved = max(moved, _pass(lattice, axis, add, turned, tolerance))
        if moved <= tolerance:
            return lattice, sweep
    return lattice, sweeps


def _pass(
    lattice: Lattice, axis: Axis, add: csr_array, turned: bool, tolerance: float
) -> float:
    """Pass intervals from parts to sums and back along one axis; return the move."""
    lower = lattice.lower.T if turned else lattice.lower
    upper = lattice.upper.T if turned else lattice.upper
    before = lower.copy(), upper.copy()
    low_sum, high_sum = lower @ add, upper @ add  # of the parts, at the parent
    is_parent = np.zeros(len(axis.nodes), dtype=bool)
    is_parent[axis.parent] = True
    whole = is_parent & axis.complete
    wrong = is_parent & (low_sum > upper + tolerance)
    wrong |= whole & (high_sum < lower - tolerance)
    if wrong.any():
        _contradiction(lattice, axis, turned, wrong, low_sum, high_sum)
    lower[:, is_parent] = np.maximum(lower, low_sum)[:, is_parent]
    upper[:, whole] = np.minimum(upper, high_sum)[:, whole]
    child, parent = axis.child, axis.parent
    others_low = low_sum[:, parent] - before[0][:, child]
    most = upper[:, parent] - others_low
    upper[:, child] = np.minimum(upper[:, child], most)
    others_high = high_sum[:, parent] - before[1][:, child]
    least = lower[:, parent] - others_high
    least = np.where(axis.complete[parent], least, 0.0)
    lower[:, child] = np.maximum(lower[:, child], least)
    crossed = lower > upper  # by no more than the tolerance: the same number
    if (lower > upper + tolerance).any():
        _contradiction(
            lattice, axis, turned, lower > upper + tolerance, low_sum, high_sum
        )
    middle = (lower + upper)[crossed] / 2.0
    lower[crossed] = upper[crossed] = middle
    fall = before[1] - upper
    fall[before[1] >= UNBOUNDED / 10] = np.where(
        upper[before[1] >= UNBOUNDED / 10] >= UNBOUNDED / 10, 0.0, np.inf
    )
    return float(max(np.max(lower - before[0]), np.max(fall)))


def _check_cells(lattice: Lattice, tolerance: float) -> None:
    wrong = np.argwhere(lattice.lower > lattice.upper + tolerance)
    if not len(wrong):
        return
    rows = tuple(
        (
            f"{lattice.regions.nodes[i]} / {lattice.industries.nodes[j]}",
            (float(lattice.lower[i, j]), float(lattice.upper[i, j])),
        )
        for i, j in wrong[:5]
    )
    rule = "the bounds of a cell contradict each other (lower above upper)"
    fault = Fault(rule, "correct lower and upper", len(wrong), rows)
    raise TableError("economy", [fault])


def _contradiction(
    lattice: Lattice,
    axis: Axis,
    turned: bool,
    wrong: NDArray[np.bool_],
    low_sum: Matrix,
    high_sum: Matrix,
) -> None:
    """Raise the error that names the sums which cannot hold."""
    lower = lattice.lower.T if turned else lattice.lower
    upper = lattice.upper.T if turned else lattice.upper
    other = lattice.industries if turned else lattice.regions
    rows: list[tuple[str, str]] = []
    for line, node in np.argwhere(wrong)[:5]:
        names = (str(other.nodes[line]), str(axis.nodes[node]))
        region, industry = names[::-1] if turned else names
        if (axis.parent == node).any():
            parts = f"{low_sum[line, node]:g} to {_shown(high_sum[line, node])}"
        else:
            parts = "from its total"
        whole = f"{lower[line, node]:g} to {_shown(upper[line, node])}"
        rows.append((f"{region} / {industry}", f"{whole}, but its parts {parts}"))
    side = "regions" if turned else "industries"
    fault = Fault(
        f"a sum over {side} cannot hold",
        "correct the values or the hierarchy, or allow for rounding=",
        int(wrong.sum()),
        tuple(rows),
    )
    raise TableError("economy", [fault])


def _shown(value: float) -> str:
    return "any" if value >= UNBOUNDED / 10 else f"{value:g}"
