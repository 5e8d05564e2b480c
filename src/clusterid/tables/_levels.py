"""Tables in which sums stand among their parts: cells apart from published totals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import Fault, TableError
from clusterid.tables._nesting import TOTAL

__all__ = [
    "REST", "TOTALS_COLUMNS", "Separated", "Tree", "code_tree", "flat_tree",
    "separated",
]  # fmt: skip

#: Columns of a table of published totals.
TOTALS_COLUMNS = ("year", "region", "industry", "value", "lower", "upper")

Matrix = NDArray[np.float64]
#: The part of a sum that is not in the table.
REST = " (not listed)"
_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Tree:
    """Which codes are counted, and which add up to which.

    Parameters
    ----------
    leaves : list of str
        The codes that are counted, sorted.
    parents : mapping of code to code
        Every code that adds up from counted ones, and the counted ones: to the next
        sum that is published, at last ``"TOTAL"``.
    """

    leaves: tuple[str, ...]
    parents: Mapping[str, str]

    @property
    def nodes(self) -> tuple[str, ...]:
        """All codes: those counted, those above them, the total."""
        above = sorted({*self.parents, *self.parents.values()} - {*self.leaves, TOTAL})
        return (*self.leaves, *above, TOTAL)

    def steps(self) -> list[tuple[int, list[int]]]:
        """Return each sum and its parts by place in ``nodes``, the deepest first."""
        place = {code: k for k, code in enumerate(self.nodes)}
        parts: dict[str, list[int]] = {}
        for child, parent in self.parents.items():
            parts.setdefault(parent, []).append(place[child])
        depth = {code: 0 for code in (TOTAL,)}

        def deep(code: str) -> int:
            if code not in depth:
                depth[code] = 1 + deep(self.parents[code])
            return depth[code]

        ordered = sorted(parts, key=lambda code: (-deep(code), code))
        return [(place[code], sorted(parts[code])) for code in ordered]


def code_tree(
    codes: Iterable[str],
    characters: int,
    *,
    total: str | None = None,
    left_out: Sequence[str] = (),
) -> Tree:
    """Return the tree of codes that are written into each other.

    Parameters
    ----------
    codes : iterable of str
        All codes of the table.
    characters : int
        How long the codes are that are counted; shorter ones that begin them are
        sums, longer ones are left out. A shorter one that begins no other is counted,
        too: nothing finer is published. ``31-33`` begins what 31, 32 and 33 begin.
    total : str, optional
        The code that stands for all, where the table has one (``"00"``).
    left_out : sequence of str
        Codes that are neither counted nor a sum (jobs that lie in no region).

    Raises
    ------
    TableError
        If no code is so long.

    Examples
    --------
    >>> dict(code_tree(["C", "C15", "C14", "G451"], 3).parents)
    {'C': 'TOTAL', 'C14': 'C', 'C15': 'C'}
    """
    known = {str(code) for code in codes} - {TOTAL, str(total), *left_out}
    whole = {code for code in known if not _RANGE.fullmatch(code)}
    leaves = sorted(code for code in whole if len(code) == characters)
    if not leaves:
        lengths = sorted({len(code) for code in whole})
        have = f"; there are codes of {', '.join(map(str, lengths))}" if lengths else ""
        rule = f"no code has {characters} characters{have}"
        raise TableError("levels", [Fault(rule, "correct the level")])
    begins = {code: code for code in whole if len(code) < characters}
    for code in known - whole:
        first, last = code.split("-")
        for number in range(int(first), int(last) + 1):
            begins.setdefault(str(number).zfill(len(first)), code)
    used = {begins[code[:n]] for code in leaves for n in range(1, len(code))
            if code[:n] in begins}  # fmt: skip
    alone = {code for code in begins.values() if code not in used}
    alone -= {begins[code[:n]] for code in alone for n in range(1, len(code))
              if code[:n] in begins and begins[code[:n]] != code}  # fmt: skip
    alone -= {code for code in alone for out in left_out if out.startswith(code)}
    leaves = sorted({*leaves, *alone})
    parents: dict[str, str] = {}
    waiting = list(leaves)
    while waiting:
        code = waiting.pop()
        start = code.split("-")[0]
        above = [start[:n] for n in range(len(start) - 1, 0, -1) if start[:n] in begins]
        parent = begins[above[0]] if above else TOTAL
        if parent == code:
            parent = TOTAL
        if parent not in parents and parent != TOTAL:
            waiting.append(parent)
        parents[code] = parent
    return Tree(tuple(leaves), dict(sorted(parents.items())))


def flat_tree(codes: Iterable[str], *, left_out: Sequence[str] = ()) -> Tree:
    """Return the tree of codes that are all counted and have only the total above."""
    leaves = sorted({str(code) for code in codes} - {TOTAL, *left_out})
    return Tree(tuple(leaves), dict.fromkeys(leaves, TOTAL))


@dataclass(frozen=True, slots=True)
class Separated:
    """Cells and totals of one year of a table with several levels.

    ``cells``: one row a counted region and industry, NaN where it is withheld or
    absent and not known to be 0, with ``lower`` and ``upper``. ``totals``: all sums
    that are published or follow from published ones, the columns of a source's
    totals. ``hierarchies``: child to parent by side. ``absent``, ``settled``: how many
    cells have no row, and how many of them are 0 because nothing is left for them.
    ``assumed``: how many cells no sum bounds from above.
    """

    cells: pd.DataFrame
    totals: pd.DataFrame
    hierarchies: Mapping[str, pd.Series]
    absent: int
    settled: int
    assumed: int


def separated(
    table: pd.DataFrame,
    regions: Tree,
    industries: Tree,
    *,
    year: int,
    rounding: float | None = None,
    largest: bool = True,
) -> Separated:
    """Set the cells of one year apart from the sums that stand among them.

    Parameters
    ----------
    table : DataFrame
        ``region``, ``industry``, ``employment`` (NaN withheld) and, if counted,
        ``establishments``; one row a code, sums included.
    regions, industries : Tree
        From :func:`code_tree`, or by a classification.
    year : int
        Written into cells and totals.
    rounding : float, optional
        Published values are within so many persons of the truth; sums of them may
        miss by more. By default 1 where some sum is below its parts, else 0.
    largest : bool
        A withheld cell that no published sum bounds is taken to be no larger than the
        largest published cell of its industry: an assumption, counted in ``assumed``.

    Returns
    -------
    Separated

    Notes
    -----
    A cell without a row is missing, not zero. It is 0 where the sum above it leaves no
    job or no plant for all the parts without a row, and only there. A sum that is not
    published is the sum of its parts where all of them are known. A sum that is larger
    than all its parts together, each of them known, holds jobs that have no part.
    """
    wide = _Wide(table, regions, industries)
    jobs = wide.of("employment")
    plants = wide.of("establishments") if "establishments" in table.columns else None
    has_row = wide.has_row
    if rounding is None:
        below = _below_parts(jobs, industries) or _below_parts(jobs.T, regions)
        rounding = 1.0 if below else 0.0
    empty = _nothing_left(jobs, ~has_row, industries, rounding)
    if plants is not None:
        empty |= _nothing_left(plants, ~has_row, industries, 0.0)
        plants = np.where(empty & np.isnan(plants), 0.0, plants)
    jobs = np.where(empty & np.isnan(jobs), 0.0, jobs)
    for _ in range(2):  # sums over both sides need both
        jobs = _added_up(jobs, industries)
        jobs = _added_up(jobs.T, regions).T
    low, high = _between(jobs, industries, rounding)
    low_r, high_r = _between(jobs.T, regions, rounding)
    low, high = np.minimum(low, low_r.T), np.maximum(high, high_r.T)
    n, m = len(regions.leaves), len(industries.leaves)
    cells = wide.long(slice(0, n), slice(0, m), year)
    cells["employment"] = jobs[:n, :m].ravel()
    if plants is not None:
        cells["establishments"] = plants[:n, :m].ravel()
    own = jobs[:n, :m]
    open_ = np.isnan(own)
    given = _own_bounds(wide, slice(0, n), slice(0, m))
    cells["lower"] = np.where(open_, np.fmax(given[0], 0.0), own).ravel()
    upper = np.where(open_, given[1], own)
    boundless = open_ & ~_bounded(jobs, regions, industries)[:n, :m] & np.isnan(upper)
    if largest and boundless.any():
        most = np.where(open_, 0.0, own).max(axis=0, initial=0.0)
        upper = np.where(boundless, np.fmin(upper, most[None, :]), upper)
    cells["upper"] = upper.ravel()
    totals = wide.long(slice(None), slice(None), year)
    totals = totals.assign(value=jobs.ravel(), lower=low.ravel(), upper=high.ravel())[
        list(TOTALS_COLUMNS)
    ]
    is_cell = np.zeros(jobs.shape, dtype=bool)
    is_cell[:n, :m] = True
    kept = ~is_cell.ravel() & ~np.isnan(jobs.ravel())
    absent = ~has_row[:n, :m]
    return Separated(
        cells=cells,
        totals=totals[kept].reset_index(drop=True),
        hierarchies={
            "region": _hierarchy(regions, jobs, rounding),
            "industry": _hierarchy(industries, jobs.T, rounding),
        },
        absent=int(absent.sum()),
        settled=int((absent & ~open_).sum()),
        assumed=int(boundless.sum()) if largest else 0,
    )


def _own_bounds(wide: _Wide, rows: slice, columns: slice) -> tuple[Matrix, Matrix]:
    """Return the bounds that the table itself gives to cells, NaN where none."""
    found = [
        wide.of(edge)[rows, columns]
        if edge in wide.table.columns
        else np.full(wide.has_row[rows, columns].shape, np.nan)
        for edge in ("lower", "upper")
    ]
    return found[0], found[1]


class _Wide:
    """A long table as matrices over the nodes of both trees."""

    def __init__(self, table: pd.DataFrame, regions: Tree, industries: Tree) -> None:
        self.rows = pd.Index(regions.nodes)
        self.columns = pd.Index(industries.nodes)
        row = self.rows.get_indexer(pd.Index(table["region"].astype(str)))
        column = self.columns.get_indexer(pd.Index(table["industry"].astype(str)))
        here = (row >= 0) & (column >= 0)
        self.at = row[here], column[here]
        self.table = table[here]
        self.has_row = np.zeros((len(self.rows), len(self.columns)), dtype=bool)
        self.has_row[self.at] = True

    def of(self, name: str) -> Matrix:
        """Return one column, NaN where there is no row."""
        values = np.full(self.has_row.shape, np.nan)
        values[self.at] = self.table[name].to_numpy(dtype=float, na_value=np.nan)
        return values

    def long(self, rows: slice, columns: slice, year: int) -> pd.DataFrame:
        """Return the keys of all cells, row by row."""
        some, others = self.rows[rows], self.columns[columns]
        return pd.DataFrame({
            "year": year,
            "region": some.repeat(len(others)),
            "industry": others.take(np.tile(np.arange(len(others)), len(some))),
        })


def _nothing_left(
    values: Matrix, absent: NDArray[np.bool_], tree: Tree, rounding: float
) -> NDArray[np.bool_]:
    """Return the nodes without a row to which the sum above leaves nothing."""
    filled = values.copy()
    empty = np.zeros(values.shape, dtype=bool)
    for parent, parts in reversed(tree.steps()):
        inside = filled[:, parts]
        nowhere = absent[:, parts] & np.isnan(inside)
        open_ = np.isnan(inside) & ~nowhere
        left = filled[:, parent] - np.where(np.isnan(inside), 0.0, inside).sum(axis=1)
        none = (np.abs(left) <= rounding) & ~open_.any(axis=1)
        if rounding > 0:  # a rest within the rounding may be a small cell
            none &= filled[:, parent] == 0
        found = nowhere & none[:, None]
        empty[:, parts] |= found
        filled[:, parts] = np.where(found, 0.0, inside)
    return empty


def _below_parts(values: Matrix, tree: Tree) -> bool:
    """Return whether a published sum is below its parts: they were rounded apart."""
    return any(
        bool((values[:, parent] < np.nansum(values[:, parts], axis=1)).any())
        for parent, parts in tree.steps()
    )


def _added_up(values: Matrix, tree: Tree) -> Matrix:
    """Return the nodes with every sum that its parts determine."""
    filled = values.copy()
    for parent, parts in tree.steps():
        summed = filled[:, parts].sum(axis=1)
        own = filled[:, parent]
        filled[:, parent] = np.where(np.isnan(own), summed, own)
    return filled


def _between(values: Matrix, tree: Tree, rounding: float) -> tuple[Matrix, Matrix]:
    """Return between what the sum of the parts of each node lies."""
    low, high = values.copy(), values.copy()
    below = np.ones(values.shape[1])
    least = np.where(np.isnan(values), 0.0, values)
    for parent, parts in tree.steps():
        known = least[:, parts].sum(axis=1)
        all_known = ~np.isnan(values[:, parts]).any(axis=1)
        below[parent] = 1.0 + below[parts].sum()
        slack = rounding * below[parent]  # roundings of all parts may add up
        low[:, parent] -= slack
        high[:, parent] += slack
        least[:, parent] = np.where(
            np.isnan(values[:, parent]), known, least[:, parent]
        )
        # parts that are all known are the truth about their sum
        low[:, parent] = np.where(
            all_known, np.fmin(low[:, parent], known), low[:, parent]
        )
        high[:, parent] = np.fmax(high[:, parent], known + slack)
    return np.maximum(low, 0.0), high


def _bounded(values: Matrix, regions: Tree, industries: Tree) -> NDArray[np.bool_]:
    """Return the nodes that lie in a sum that is known."""
    bounded = ~np.isnan(values)
    for _ in range(2):
        for parent, parts in reversed(industries.steps()):
            bounded[:, parts] |= bounded[:, [parent]]
        for parent, parts in reversed(regions.steps()):
            bounded[parts] |= bounded[[parent]]
    return bounded


def _hierarchy(tree: Tree, values: Matrix, rounding: float) -> pd.Series:
    """Return child to parent; a sum that holds more than its parts has a rest."""
    parents = dict(tree.parents)
    nodes = tree.nodes
    for parent, parts in tree.steps():
        left = values[parent] - values[parts].sum(axis=0)
        if nodes[parent] != TOTAL and (left > rounding * (1 + len(parts))).any():
            parents[nodes[parent] + REST] = nodes[parent]
    return pd.Series(parents, name="parent", dtype=object).rename_axis("child")
