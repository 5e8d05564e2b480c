"""Guesses of held cells: from margins, least squares, bounds, likeness and digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, sparse

from clusterid.concentration import fill_withheld
from clusterid.tables import TOTAL, Economy
from validation.disclosure._published import Published
from validation.disclosure._statements import Statements

__all__ = ["Bounds", "bounds_of", "digits_match", "from_margins", "learnt", "projected"]

Floats = npt.NDArray[np.float64]


def from_margins(published: Published) -> Floats:
    """Return the guess that the published table and its totals give anyone."""
    totals = [
        pd.DataFrame({axis: series.index, other: TOTAL, "value": series.to_numpy()})
        for axis, other, series in (
            ("region", "industry", published.region.dropna()),
            ("industry", "region", published.industry.dropna()),
        )
    ]
    if np.isfinite(published.total):
        whole = {"region": [TOTAL], "industry": [TOTAL], "value": [published.total]}
        totals.append(pd.DataFrame(whole))
    economy = Economy(
        employment=published.jobs,
        establishments=published.plants,
        totals=pd.concat(totals, ignore_index=True),
    )
    filled = fill_withheld(economy, draws=1).point.employment
    return filled.to_numpy(dtype=float)[published.held]


def projected(start: Floats, said: Statements, *, rounds: int = 6) -> Floats:
    """Return the likeliest point near a guess by what was said: least squares.

    The guess is taken to be right to about its own size, a statement to its last digit.
    Statements that contradict the rest are about estimates, not about jobs; they lose
    weight from round to round, the totals never.
    """
    if not len(said.value):
        return start
    spread = np.square(np.maximum(start, 1.0))
    weights = said.weights.toarray()
    common = (weights * spread) @ weights.T
    miss = said.value - weights @ start
    noise = np.square(np.maximum(said.slack, 1e-3))
    sure = said.source == "totals"
    x = start
    for _ in range(rounds):
        gain = np.linalg.solve(common + np.diag(noise), miss)
        x = start + spread * (weights.T @ gain)
        left = np.square(weights @ x - said.value)
        noise = np.where(sure, noise, np.maximum(noise, left))
    return np.maximum(x, 0.0)


class Bounds:
    """Between what each held cell must lie, by linear programming.

    Parameters
    ----------
    said : Statements
        What is known; sources that contradict the totals are left out, and named in
        ``left_out``: they hold estimates.
    at_least : array
        What every cell is known to hold: a job a plant.
    """

    def __init__(self, said: Statements, at_least: Floats) -> None:
        self.at_least = at_least
        self.left_out: list[str] = []
        kept = np.asarray(said.source == "totals")
        for source in sorted(set(said.source) - {"totals"}):
            more = kept | (said.source == source)
            if self._fits(said.of(more)):
                kept = more
            else:
                self.left_out.append(str(source))
        self.said = said.of(kept)
        self.cap = max(1.0, float((self.said.value + self.said.slack).max(initial=1)))

    def _rows(self, said: Statements) -> tuple[sparse.csr_matrix, Floats]:
        left = sparse.vstack([said.weights, -said.weights]).tocsr()
        slack = said.slack + 1e-7
        return left, np.concatenate([said.value + slack, slack - said.value])

    def _fits(self, said: Statements) -> bool:
        left, right = self._rows(said)
        found = optimize.linprog(
            np.zeros(left.shape[1]), A_ub=left, b_ub=right,
            bounds=np.column_stack([self.at_least, np.full(left.shape[1], np.inf)]),
            method="highs",
        )  # fmt: skip
        return bool(found.status == 0)

    def of(
        self, cell: int, *, known: dict[int, float] | None = None
    ) -> tuple[float, float]:
        """Return least and most jobs of one cell, where those of some are known."""
        left, right = self._rows(self.said)
        box = np.column_stack([self.at_least, np.full(left.shape[1], np.inf)])
        for other, value in (known or {}).items():
            box[other] = value
        ends = []
        for sign in (1.0, -1.0):
            cost = np.zeros(left.shape[1])
            cost[cell] = sign
            found = optimize.linprog(
                cost, A_ub=left, b_ub=right, bounds=box, method="highs"
            )
            unbounded = np.inf if sign < 0 else 0.0
            ends.append(sign * float(found.fun) if found.status == 0 else unbounded)
        return ends[0], ends[1]


def bounds_of(bounds: Bounds, cells: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return least and most jobs of some cells."""
    found = np.array([bounds.of(int(cell)) for cell in cells]).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def learnt(published: Published, *, everything: bool) -> Floats:
    """Return what likeness to published cells says: a regression on every column.

    Every column of every table by region and industry that is known of most held cells
    is used, or the published table and its totals alone. What was left in a column by
    mistake shows here, whatever its name.
    """
    jobs = published.jobs.to_numpy(dtype=float).ravel()
    held = published.held.ravel()
    seen = ~held & (jobs > 0)
    if published.plants is not None:  # learn where cells are as small as held ones
        counts = published.plants.to_numpy(dtype=float).ravel()
        seen &= counts <= max(3.0, float(np.quantile(counts[held], 0.95)))
    x = _features(published, held, seen, everything=everything)
    target = np.log1p(jobs[seen])
    gram = x[seen].T @ x[seen] + 1e-2 * np.eye(x.shape[1])
    beta = np.linalg.solve(gram, x[seen].T @ target)
    return np.maximum(np.expm1(np.clip(x[held] @ beta, 0, 30)), 0.0)


def _features(
    published: Published,
    held: npt.NDArray[np.bool_],
    seen: npt.NDArray[np.bool_],
    *,
    everything: bool,
) -> Floats:
    """Return columns by cell, on one scale, no further out than where one learns."""
    n, m = published.jobs.shape
    columns = [
        np.repeat(published.region.to_numpy(dtype=float), m),
        np.tile(published.industry.to_numpy(dtype=float), n),
    ]
    if published.plants is not None:
        columns.append(published.plants.to_numpy(dtype=float).ravel())
    if everything:
        keys = pd.MultiIndex.from_product([
            published.jobs.index, published.jobs.columns,
        ])  # fmt: skip
        for table in published.tables.values():
            if {"region", "industry"} <= set(table.columns) and len(table) > n:
                by_cell = table.groupby(["region", "industry"]).first()
                numbers = by_cell.select_dtypes("number").reindex(keys)
                columns += list(numbers.to_numpy(dtype=float).T)
    kept = [np.ones(n * m)]
    n_plain = 2 if published.plants is None else 3
    for k, column in enumerate(columns):
        known = np.isfinite(column)
        if known[held].mean() < 0.5 or known[seen].mean() < 0.5:
            continue
        for form in (np.log1p(np.abs(column)), np.sqrt(np.abs(column))):
            filled = np.where(known, form, form[known & seen].mean())
            low, high = filled[seen].min(), filled[seen].max()
            if k >= n_plain:  # an odd value is no reason to go astray
                filled = np.clip(filled, low, high)
            if high > low:
                kept.append((filled - low) / (high - low))
    x = np.column_stack(kept)
    x = np.column_stack([x, *(x[:, 1:] * x[:, [1]]).T])
    spread = x[seen].std(axis=0)
    x = (x - x[seen].mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    x[:, 0] = 1.0
    return x


def digits_match(published: Published, lower: Floats, upper: Floats) -> Floats:
    """Return the jobs whose quotient or share stands somewhere in the files.

    Every whole number of jobs that a cell may have is tried: if the quotient or share
    that follows from it stands anywhere to twelve digits, that is it. NaN where none
    does.
    """
    found = np.full(int(published.held.sum()), np.nan)
    numbers = _unexplained(published)
    rows, columns = np.nonzero(published.held)
    for k, (i, j) in enumerate(zip(rows, columns, strict=True)):
        most = min(upper[k], 20_000.0)
        tried = np.arange(max(1.0, np.ceil(lower[k])), most + 1)
        size = float(published.region.iloc[i])
        whole = float(published.industry.iloc[j])
        forms = [tried / size, tried / whole, tried / published.total,
                 tried * published.total / (size * whole)]  # fmt: skip
        off = np.full(len(tried), np.inf)
        for form in forms:
            at = np.searchsorted(numbers, form).clip(1, len(numbers) - 1)
            near = np.minimum(
                np.abs(numbers[at] - form), np.abs(numbers[at - 1] - form)
            )
            off = np.fmin(off, near / form)
        if len(off) and off.min() <= 6e-12:  # twelve digits, the last one rounded
            found[k] = tried[off.argmin()]
    return found


def _unexplained(published: Published) -> Floats:
    """Return the numbers that no published cell and no simple fraction explains."""
    numbers = published.numbers[published.numbers != np.round(published.numbers, 6)]
    parts = np.arange(1, 101)[:, None] * numbers
    numbers = numbers[(np.abs(parts - np.rint(parts)) > 1e-9).all(axis=0)]
    jobs = published.jobs.to_numpy(dtype=float)
    size = published.region.to_numpy(dtype=float)[:, None]
    whole = published.industry.to_numpy(dtype=float)
    known = np.concatenate([
        form[np.isfinite(form)].ravel()
        for form in (
            jobs / size, jobs / whole, jobs / published.total,
            jobs * published.total / (size * whole),
        )
    ])  # fmt: skip
    table = published.tables["concentration"]
    ends = [  # the intervals of held cells are on a grid of jobs
        table[end].to_numpy(dtype=float)
        for end in ("lq_jobs_lower", "lq_jobs_upper")
        if end in table.columns
    ]
    known = np.unique(np.concatenate([known, *ends, [-np.inf, np.inf]]))
    known = known[~np.isnan(known)]
    at = np.searchsorted(known, numbers)
    near = np.minimum(np.abs(known[at] - numbers), np.abs(known[at - 1] - numbers))
    return np.asarray(numbers[near > 1e-9 * np.abs(numbers)])
