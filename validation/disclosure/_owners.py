"""What owners of plants compute of others: they know their own figure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.disclosure._guesses import Bounds
from validation.disclosure._published import Published
from validation.disclosure._scores import score_bounds

__all__ = ["largest_two", "owners_see", "rivals_see"]

Floats = npt.NDArray[np.float64]


def largest_two(plants: pd.DataFrame, published: Published) -> tuple[Floats, Floats]:
    """Return the largest and second largest plant of every held cell."""
    year = published.params.get(".economy.metadata.year")
    of_year = plants[plants["year"].eq(year)].sort_values("employment", ascending=False)
    cells = of_year.groupby(["region", "industry"])["employment"]
    both = []
    for k in (0, 1):
        frame = cells.nth(k)
        keys = of_year.loc[frame.index, ["region", "industry"]]
        series = pd.Series(frame.to_numpy(), pd.MultiIndex.from_frame(keys))
        wide = series.unstack().reindex_like(published.jobs).fillna(0.0)
        both.append(wide.to_numpy(dtype=float)[published.held])
    return both[0], both[1]


def owners_see(
    published: Published,
    bounds: Bounds,
    truth: Floats,
    counts: Floats,
    *,
    most: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return what owners of the only plant of a held cell learn of cells beside it.

    A sample of such owners; of each the held cells of its region and of its industry,
    those in the shortest lines first.
    """
    rows, columns = np.nonzero(published.held)
    alone = np.flatnonzero(counts == 1)
    owners = rng.permutation(alone)[: max(1, most // 6)]
    in_row, in_column = np.bincount(rows), np.bincount(columns)
    low, high, true = [], [], []
    for owner in owners:
        near = (rows == rows[owner]) ^ (columns == columns[owner])
        beside = np.flatnonzero(near)
        shortest = np.minimum(in_row[rows[beside]], in_column[columns[beside]])
        for cell in beside[np.argsort(shortest, kind="stable")][:6]:
            known = {int(owner): float(truth[owner])}
            least, greatest = bounds.of(int(cell), known=known)
            low.append(least)
            high.append(greatest)
            true.append(truth[cell])
    if not true:
        return {"guessed": 0.0}
    return score_bounds(np.array(low), np.array(high), np.array(true))


def rivals_see(
    plants: pd.DataFrame,
    published: Published,
    bounds: Bounds,
    cells: npt.NDArray[np.int64],
    highs: Floats,
) -> dict[str, float]:
    """Return how closely the second largest plant of a cell bounds the largest.

    The rival takes its own figure from the most that its cell can hold: the upper end
    of what the p % rule is about.
    """
    first, second = largest_two(plants, published)
    two = second[cells] > 0
    most = highs[two] - second[cells][two]
    largest = first[cells][two]
    inside = most >= largest - 1e-3
    return {
        "guessed": float(two.sum()),
        "exact": float((inside & (np.floor(most + 1e-3) <= largest)).sum()),
        "within 10 %": float((inside & (most <= 1.1 * largest)).sum()),
        "wrong": float((~inside).sum()),
    }
