"""Every figure that is published of an economy: cells, groups, totals, their plants."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration.withheld._lattice import Axis, build_lattice
from clusterid.errors import Fault, TableError
from clusterid.tables import Economy

__all__ = ["Nodes", "Side", "nodes_of"]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Side:
    """The codes of one side, their groups, their total, and who lies above whom."""

    codes: pd.Index  # codes of the table first, then groups, TOTAL last
    n_cells: int
    above: NDArray[np.intp]  # parent of every node; -1 above the total
    is_sum: Mask
    depth: NDArray[np.int64]  # steps below the total

    @property
    def total(self) -> int:
        """Place of the total."""
        return len(self.codes) - 1

    @property
    def bottom(self) -> NDArray[np.intp]:
        """Places of the codes that nothing adds up to."""
        found: NDArray[np.intp] = np.flatnonzero(~self.is_sum)
        return found

    def below(self, node: int) -> NDArray[np.intp]:
        """Return the codes under a node that nothing adds up to; itself if so."""
        at = self.bottom.copy()
        found = at == node
        while (at >= 0).any():
            at = np.where(at >= 0, self.above[at], -1)
            found |= at == node
        cells: NDArray[np.intp] = self.bottom[found]
        return cells

    def chain(self, node: int) -> list[int]:
        """Return a node and all above it, up to the total."""
        found = [node]
        while self.above[found[-1]] >= 0:
            found.append(int(self.above[found[-1]]))
        return found


@dataclass(frozen=True, slots=True)
class Nodes:
    """Values and plants of all nodes: region nodes x industry nodes.

    ``value`` is in the unit of the table, NaN where a cell below is unknown at the
    source; ``plants`` (count), ``largest`` and ``second`` (size of the two largest
    plants) are NaN where they are unknown.
    """

    regions: Side
    industries: Side
    value: Matrix
    plants: Matrix
    largest: Matrix
    second: Matrix

    @property
    def shape(self) -> tuple[int, int]:
        """Number of region nodes and industry nodes."""
        return self.value.shape[0], self.value.shape[1]

    @property
    def bottom(self) -> Mask:
        """True for cells, False for what is a sum of cells."""
        made: Mask = ~self.regions.is_sum[:, None] & ~self.industries.is_sum[None, :]
        return made

    @property
    def margin(self) -> Mask:
        """True for totals over all regions or all industries."""
        at = np.zeros(self.shape, dtype=bool)
        at[-1, :] = at[:, -1] = True
        return at

    @property
    def empty(self) -> Mask:
        """True where everyone knows that there is nothing: it cannot move."""
        nothing: Mask = (self.value == 0) | (self.plants == 0)
        return nothing

    @property
    def least(self) -> Matrix:
        """What everyone knows a figure to have: a job for each of its plants.

        Counts of plants are published. 0 where the count is unknown.
        """
        known = np.nan_to_num(np.fmin(self.value, self.plants))
        cells = np.where(self.bottom & ~np.isnan(self.plants), known, 0.0)
        return _added(cells, (self.regions, self.industries))

    def below(self, at: tuple[int, int]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return regions and industries of the cells that a figure is the sum of."""
        return self.regions.below(at[0]), self.industries.below(at[1])

    def labels(self, at: tuple[int, int]) -> tuple[str, str]:
        """Return region and industry of a node."""
        return str(self.regions.codes[at[0]]), str(self.industries.codes[at[1]])


def nodes_of(economy: Economy, *, whole: bool = True) -> Nodes:
    """Return all figures of an economy that are published when nothing is held.

    ``whole``: every part of a group must be in the table, or its sum is not known.
    """
    _check_frames(economy)
    lattice = build_lattice(economy, 0.0)
    _check_trees(economy, whole=whole)
    regions, industries = _side(lattice.regions), _side(lattice.industries)
    shape = len(regions.codes), len(industries.codes)
    rows, columns = regions.n_cells, industries.n_cells
    order = (
        lattice.regions.nodes[:rows],
        lattice.industries.nodes[:columns],
    )
    sides = regions, industries

    def spread(frame: pd.DataFrame | None) -> Matrix:
        made = np.full(shape, np.nan)
        if frame is not None:
            given = frame.rename(index=str, columns=str)
            given = given.reindex(index=order[0], columns=order[1])
            made[:rows, :columns] = given.to_numpy(dtype=float)
        return made

    jobs = spread(economy.employment)
    value = _added(jobs, sides)
    given = np.where(lattice.lower == lattice.upper, lattice.lower, np.nan)
    value = np.where(np.isnan(value) | np.isnan(given), value, given)
    plants = _added(spread(economy.establishments), sides)
    largest, second = spread(economy.largest_plant), spread(economy.second_plant)
    one = plants[:rows, :columns] == 1  # the only plant is the cell
    cells = (slice(0, rows), slice(0, columns))
    largest[cells] = np.where(one, jobs[cells], largest[cells])
    second[cells] = np.where(one, 0.0, second[cells])
    nothing = (plants[cells] == 0) | (jobs[cells] == 0)
    largest[cells] = np.where(nothing, 0.0, largest[cells])
    second[cells] = np.where(nothing, 0.0, second[cells])
    largest, second = _two_largest(largest, second, sides)
    return Nodes(regions, industries, value, plants, largest, second)


# -- parts -------------------------------------------------------------------------


def _check_frames(economy: Economy) -> None:
    """Raise where a frame beside the jobs has other regions or industries."""
    jobs, faults = economy.employment, []
    for name in ("establishments", "largest_plant", "second_plant"):
        frame = getattr(economy, name)
        if frame is None:
            continue
        for noun, mine, other in (
            ("region", jobs.index, frame.index),
            ("industry", jobs.columns, frame.columns),
        ):
            missing = [code for code in mine if code not in other]
            if missing:
                rule = f"{name} lacks a {noun} of the table"
                rows = ((str(code), None) for code in missing)
                faults.append(Fault.listing(rule, "give every cell of it", rows))
    values = jobs.to_numpy(dtype=float)
    if (values < 0).any():
        faults.append(
            Fault("a count is negative", "correct it", int((values < 0).sum()))
        )
    for noun, codes in (("region", jobs.index), ("industry", jobs.columns)):
        twice = sorted({str(code) for code in codes[codes.duplicated()]})
        if twice:
            rows = ((code, None) for code in twice)
            faults.append(Fault.listing(f"a {noun} stands twice", "keep one", rows))
    if not faults:
        faults = _check_plants(economy)
    if faults:
        raise TableError("economy", faults)


def _check_plants(economy: Economy) -> list[Fault]:
    """Return faults where counts and sizes of plants contradict the jobs."""
    jobs = economy.employment
    rules = []
    if economy.establishments is not None:
        plants = economy.establishments.reindex_like(jobs)
        rules.append(("a cell has jobs and no plant", plants.eq(0) & jobs.gt(0)))
    for name, above, what in (
        ("largest_plant", jobs, "jobs than its cell"),
        ("second_plant", economy.largest_plant, "jobs than the largest"),
    ):
        sizes = getattr(economy, name)
        if sizes is not None and above is not None:
            most = above.reindex_like(jobs) * (1 + 1e-9) + 1e-6
            rules.append((f"{name} has more {what}", sizes.reindex_like(jobs).gt(most)))
    faults = []
    for rule, wrong in rules:
        at = np.argwhere(wrong.to_numpy(dtype=bool))
        if len(at):
            rows = [
                (f"{jobs.index[i]} / {jobs.columns[j]}", float(jobs.iloc[i, j]))
                for i, j in at
            ]
            faults.append(Fault.listing(rule, "correct the one or the other", rows))
    return faults


def _check_trees(economy: Economy, *, whole: bool) -> None:
    """Raise where a code is both counted and a group, or a group lacks a part."""
    faults = []
    for noun, codes in (
        ("region", economy.employment.index), ("industry", economy.employment.columns),
    ):  # fmt: skip
        tree = economy.hierarchies.get(noun)
        if tree is None:
            continue
        known = {str(code) for code in codes}
        pairs = tree.dropna().astype(str)
        groups = set(pairs)
        both = sorted(known & groups)
        if both:
            rule = f"a {noun} of the table is a group of others, too"
            mend = "take the group out of the table; its sum follows"
            faults.append(Fault.listing(rule, mend, ((code, None) for code in both)))
        lost = sorted({str(code) for code in pairs.index} - known - groups)
        if lost and whole:
            rule = f"the hierarchy names a {noun} that the table lacks"
            rows = ((code, pairs.get(code)) for code in lost)
            faults.append(Fault.listing(rule, "add it, or take it out", rows))
    if faults:
        raise TableError("hierarchies", faults)


def _side(axis: Axis) -> Side:
    n = len(axis.nodes)
    above = np.full(n, -1, dtype=np.intp)
    above[axis.child] = axis.parent
    is_sum = np.zeros(n, dtype=bool)
    is_sum[axis.parent] = True
    is_sum[-1] = True
    return Side(axis.nodes, axis.n_cells, above, is_sum, axis.depth())


def _up(side: Side) -> list[tuple[int, int]]:
    """Return (child, parent), the deepest children first."""
    children = np.flatnonzero(side.above >= 0)
    order = children[np.argsort(-side.depth[children], kind="stable")]
    return [(int(c), int(side.above[c])) for c in order]


def _added(cells: Matrix, sides: tuple[Side, Side]) -> Matrix:
    """Return cells, and every sum of them; NaN where a part is NaN."""
    made = cells.copy()
    for side, turned in zip(sides, (False, True), strict=True):
        view = made.T if turned else made
        view[side.is_sum] = 0.0
        for child, parent in _up(side):
            view[parent] += view[child]
    return made


def _two_largest(
    largest: Matrix, second: Matrix, sides: tuple[Side, Side]
) -> tuple[Matrix, Matrix]:
    """Return the two largest plants of every node, as far as they are known."""
    first, runner = largest.copy(), second.copy()
    for side, turned in zip(sides, (False, True), strict=True):
        top = first.T if turned else first
        next_ = runner.T if turned else runner
        top[side.is_sum] = 0.0
        next_[side.is_sum] = 0.0
        for child, parent in _up(side):
            below = np.minimum(top[parent], top[child])
            next_[parent] = np.fmax(np.fmax(next_[parent], next_[child]), below)
            top[parent] = np.maximum(top[parent], top[child])
    return first, runner
