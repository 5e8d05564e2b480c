"""Cells, groups and totals of an economy as one lattice of intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import Fault, TableError
from clusterid.tables import TOTAL, Economy

__all__ = ["UNBOUNDED", "Axis", "Lattice", "build_lattice"]

#: Stands for "no upper bound": above any count of jobs, exact in additions of jobs.
UNBOUNDED = 1e13

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Axis:
    """Codes of one side of the table and which of them add up to which."""

    nodes: pd.Index  # the codes of the table first, sorted; then groups; TOTAL last
    n_cells: int  # how many of them are codes of the table
    child: NDArray[np.intp]  # nodes that have a parent
    parent: NDArray[np.intp]  # that parent
    complete: NDArray[np.bool_]  # by node: its parts are all here

    def sums(self) -> Any:
        """Return the matrix (nodes x nodes) that adds children up to parents."""
        from scipy import sparse

        n = len(self.nodes)
        ones = np.ones(len(self.child))
        return sparse.csr_array((ones, (self.child, self.parent)), shape=(n, n))

    def depth(self) -> NDArray[np.int64]:
        """Return steps from the total, by node."""
        up = np.full(len(self.nodes), -1)
        up[self.child] = self.parent
        depth = np.zeros(len(self.nodes), dtype=np.int64)
        at = up.copy()
        while (at >= 0).any():
            depth += at >= 0
            at = np.where(at >= 0, up[at], -1)
        return depth


@dataclass(frozen=True, slots=True)
class Lattice:
    """Intervals of all cells, groups and totals: region nodes x industry nodes."""

    regions: Axis
    industries: Axis
    lower: Matrix
    upper: Matrix


def build_lattice(economy: Economy, rounding: float) -> Lattice:
    """Return what is published of an economy as intervals, nothing inferred yet."""
    table = economy.employment.rename(index=str, columns=str)
    table = table.sort_index().sort_index(axis=1)
    for noun, codes in (("region", table.index), ("industry", table.columns)):
        if TOTAL in codes:
            rule = f"{TOTAL} stands among the codes of {noun}"
            fault = Fault(rule, "move its values to totals=")
            raise TableError("employment", [fault])
    regions = _axis(table.index, economy.hierarchies.get("region"), "region")
    industries = _axis(table.columns, economy.hierarchies.get("industry"), "industry")
    shape = (len(regions.nodes), len(industries.nodes))
    lower, upper = np.zeros(shape), np.full(shape, UNBOUNDED)
    cells = (slice(0, regions.n_cells), slice(0, industries.n_cells))
    known = table.to_numpy(dtype=float)
    low, high = known - rounding, known + rounding
    for given, name in ((economy.lower, "lower"), (economy.upper, "upper")):
        if given is None:
            continue
        bound = given.rename(index=str, columns=str)
        bound = bound.reindex(index=table.index, columns=table.columns)
        values = np.where(np.isnan(known), bound.to_numpy(dtype=float), np.nan)
        if name == "lower":
            low = np.where(np.isnan(low), values, low)
        else:
            high = np.where(np.isnan(high), values, high)
    lower[cells] = np.fmax(lower[cells], low)
    upper[cells] = np.fmin(upper[cells], high)
    if economy.totals is not None:
        _enter_totals(economy.totals, regions, industries, rounding, lower, upper)
    return Lattice(regions, industries, lower, upper)


def _enter_totals(
    totals: pd.DataFrame,
    regions: Axis,
    industries: Axis,
    rounding: float,
    lower: Matrix,
    upper: Matrix,
) -> None:
    row = regions.nodes.get_indexer(pd.Index(totals["region"].astype(str)))
    column = industries.nodes.get_indexer(pd.Index(totals["industry"].astype(str)))
    here = (row >= 0) & (column >= 0)
    at = (row[here], column[here])
    value = totals["value"].to_numpy(dtype=float)[here]
    low, high = value - rounding, value + rounding
    # given bounds of the sum of the parts win over the value: some jobs have no part
    if "lower" in totals.columns:
        given = totals["lower"].to_numpy(dtype=float)[here]
        low = np.where(np.isnan(given), low, given)
    if "upper" in totals.columns:
        given = totals["upper"].to_numpy(dtype=float)[here]
        high = np.where(np.isnan(given), high, given)
    np.maximum.at(lower, at, np.where(np.isnan(low), 0.0, low))
    np.minimum.at(upper, at, np.where(np.isnan(high), UNBOUNDED, high))


def _axis(codes: pd.Index, hierarchy: pd.Series | None, noun: str) -> Axis:
    above: Mapping[str, str] = {}
    if hierarchy is not None:
        pairs = hierarchy.dropna()
        above = dict(zip(pairs.index.astype(str), pairs.astype(str), strict=True))
    groups: set[str] = set()
    for code in codes:
        path = [code]
        while path[-1] in above:
            path.append(above[path[-1]])
            if len(path) > 64 or path[-1] in path[:-1]:
                rule = f"the {noun} hierarchy runs in a circle"
                rows = tuple((c, above.get(c)) for c in path[:5])
                fault = Fault(rule, "give every code one parent above it", 1, rows)
                raise TableError("hierarchies", [fault])
        groups.update(path[1:])
    groups -= {*codes, TOTAL}
    nodes = pd.Index([*codes, *sorted(groups), TOTAL])
    place = {code: k for k, code in enumerate(nodes)}
    complete = np.ones(len(nodes), dtype=bool)
    for code, parent in above.items():  # a part that is not in the table
        if code not in place and parent in place and parent != TOTAL:
            complete[place[parent]] = False
    child = [k for k, code in enumerate(nodes) if code != TOTAL]
    parents = [place[above.get(str(nodes[k]), TOTAL)] for k in child]
    return Axis(
        nodes,
        len(codes),
        np.array(child, dtype=np.intp),
        np.array(parents, dtype=np.intp),
        complete,
    )
