"""Tables of simulated plants, and attacks on them written without the package."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from clusterid.tables import Economy


def table(values, rows=None, columns=None):
    values = np.asarray(values, dtype=float)
    rows = rows or [f"r{i}" for i in range(values.shape[0])]
    columns = columns or [f"c{j}" for j in range(values.shape[1])]
    return pd.DataFrame(values, rows, columns)


def of_plants(sizes, hierarchies=None):
    """Economy of a nested list: sizes[i][j] are the plants of a cell."""
    counts = [[len(cell) for cell in row] for row in sizes]
    ordered = [[sorted(cell, reverse=True) for cell in row] for row in sizes]
    first = [[cell[0] if cell else 0 for cell in row] for row in ordered]
    second = [[cell[1] if len(cell) > 1 else 0 for cell in row] for row in ordered]
    jobs = [[sum(cell) for cell in row] for row in sizes]
    return Economy(
        table(jobs),
        table(counts),
        largest_plant=table(first),
        second_plant=table(second),
        hierarchies=hierarchies or {},
    )


def simulated(seed, n=8, m=7, *, mean=3.0, groups=False):
    """Plants thrown over a table, half of its cells with fewer than three."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(rng.gamma(1, mean, (n, m)))
    sizes = [
        [np.ceil(rng.lognormal(2, 1.3, counts[i, j])).tolist() for j in range(m)]
        for i in range(n)
    ]
    trees = {}
    if groups:
        trees = {
            "region": pd.Series({f"r{i}": f"R{i // 4}" for i in range(n)}),
            "industry": pd.Series({f"c{j}": f"C{j // 3}" for j in range(m)}),
        }
    return of_plants(sizes, trees)


def members(economy, side):
    """What adds up to each code, group and the total of one side, by place."""
    codes = list(economy.regions if side == "region" else economy.industries)
    found = {code: [k] for k, code in enumerate(codes)}
    tree = economy.hierarchies.get(side, {})
    for k, code in enumerate(codes):
        while code in tree:
            code = tree[code]
            found.setdefault(code, []).append(k)
    found["TOTAL"] = list(range(len(codes)))
    return found


def is_held(result, region, industry):
    """Whether a guard holds one sum."""
    if (region, industry) == ("TOTAL", "TOTAL"):
        return result.total
    if len(result.groups):
        rows = result.groups
        here = rows[(rows["region"] == region) & (rows["industry"] == industry)]
        if len(here):
            return bool(here["held"].iloc[0])
    if industry == "TOTAL":
        return bool(result.region_totals[region])
    return bool(result.industry_totals[industry])


class Attack:
    """Everything published of a guarded economy, as equations of the held cells."""

    def __init__(self, economy, result):
        held = result.held.to_numpy()
        self.cells = [(int(i), int(j)) for i, j in np.argwhere(held)]
        place = {cell: k for k, cell in enumerate(self.cells)}
        rows = []
        regions, industries = members(economy, "region"), members(economy, "industry")
        for region, inside in regions.items():
            for industry, below in industries.items():
                is_cell = region in economy.regions and industry in economy.industries
                if is_cell or is_held(result, region, industry):
                    continue
                row = np.zeros(len(self.cells))
                for i in inside:
                    for j in below:
                        if (i, j) in place:
                            row[place[i, j]] = 1.0
                if row.any():
                    rows.append(row)
        self.sums = np.array(rows).reshape(len(rows), len(self.cells))
        self.value = np.array([economy.employment.iloc[c] for c in self.cells])
        self.floor = np.zeros(len(self.cells))
        if economy.establishments is not None:  # counts are published; a job for each
            count = np.array([economy.establishments.iloc[c] for c in self.cells])
            self.floor = np.minimum(count, self.value)
        if economy.largest_plant is not None:
            at_least = np.array([economy.largest_plant.iloc[c] for c in self.cells])
            count = np.array([economy.establishments.iloc[c] for c in self.cells])
            self.knows = np.minimum(at_least + count - 1, self.value), count == 1

    def interval(self, k, owner=None):
        """Least and most of one held cell, to an outsider or to one owner."""
        low, high = self.floor.copy(), np.full(len(self.value), np.inf)
        if owner is not None:
            low[owner] = max(low[owner], self.knows[0][owner])
            if self.knows[1][owner]:
                low[owner] = high[owner] = self.value[owner]
        unit = np.zeros(len(self.value))
        unit[k] = 1.0
        sums = {}
        if len(self.sums):
            sums = {"A_eq": self.sums, "b_eq": self.sums @ self.value}
        ends = []
        for sign in (1.0, -1.0):
            found = linprog(sign * unit, **sums, bounds=np.stack([low, high], 1))
            assert found.status in {0, 3}
            ends.append(sign * found.fun if found.status == 0 else -sign * np.inf)
        return ends

    def too_close(self, share, *, owners=False):
        """Cells that are open by less than a share of their value, and to whom."""
        found = []
        for k, cell in enumerate(self.cells):
            near = share * self.value[k] * (1 - 1e-6) - 1e-6
            watching = [None]
            if owners:
                watching += [q for q in range(len(self.cells)) if q != k]
            for owner in watching:
                least, most = self.interval(k, owner)
                below = min(near, self.value[k] - self.floor[k] - 1e-6)
                if self.value[k] - least < below or most - self.value[k] < near:
                    found.append((cell, owner, least, most))
        return found

    def computed_by(self, owner=None):
        """Held cells that follow exactly by algebra, for the owner of one cell."""
        sums = self.sums
        if owner is not None:
            known = np.zeros((1, len(self.cells)))
            known[0, owner] = 1.0
            sums = np.vstack([sums, known])
        _, scale, turned = np.linalg.svd(sums, full_matrices=True)
        rank = int((scale > 1e-9).sum())
        free = np.abs(turned[rank:]).max(axis=0, initial=0.0)
        return [self.cells[k] for k in np.flatnonzero(free < 1e-9) if k != owner]
