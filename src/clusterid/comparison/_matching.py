"""Declared fields and candidate clusters: whether they mean the same, and where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.clusters import CandidateClusters

__all__ = ["BARS", "Matches", "candidate_sets", "fuzzy_jaccard", "match"]

#: grades at the bar, at a lower and at a higher one
BARS = ("grade", "grade_at_lower_bar", "grade_at_higher_bar")
#: Share of a place, by what is counted, from which a cluster covers it (authors'
#: choice).
COVERS = 0.5


@typed
def fuzzy_jaccard(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    size: NDArray[np.float64],
) -> float:
    r"""Return the similarity of two fuzzy sets of industries, 0 to 1.

    .. math:: \frac{\sum_i u_i \min(m_i, c_i)}{\sum_i u_i \max(m_i, c_i)}

    with u the size of each industry in the regions at hand. NaN if both are empty.

    Examples
    --------
    >>> import numpy as np
    >>> u = np.array([2.0, 1.0, 1.0])
    >>> fuzzy_jaccard(np.array([1.0, 0.5, 0.0]), np.array([1.0, 1.0, 0.0]), u)
    0.8333333333333334
    """
    below = float(size @ np.minimum(first, second))
    above = float(size @ np.maximum(first, second))
    return below / above if above > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Matches:
    """Best candidate of each declared field by steps of contiguity.

    ``candidate[k]`` and ``score[k]`` hold, for k = 0 ... most, the best candidate among
    those at most k steps away; ``inside`` the best of those that hold a region of the
    place, and ``inside_score``; ``named`` by candidate its best score of any field.
    """

    candidate: NDArray[np.object_]
    score: NDArray[np.float64]
    inside: NDArray[np.object_]
    inside_score: NDArray[np.float64]
    named: dict[str, NDArray[np.float64]]

    def grades(
        self, column: str, steps: int | None, candidates: CandidateClusters | None
    ) -> NDArray[np.object_]:
        """Return the grade of the best candidate within these steps, or nothing.

        None for ``steps``: of the best one that holds a region of the place.
        """
        known = {} if candidates is None else candidates.table[column].to_dict()
        names = self.inside if steps is None else self.candidate[steps]
        return np.array([known.get(name, "") for name in names], dtype=object)

    def best_of(self, steps: int) -> dict[str, float]:
        """Return by candidate how well any field within these steps means it."""
        return {name: float(scores[steps]) for name, scores in self.named.items()}


def match(
    pairs: pd.DataFrame,
    weights: pd.DataFrame,
    candidates: CandidateClusters | None,
    counts: pd.DataFrame,
    steps: NDArray[np.int64],
    most: int,
) -> Matches:
    """Match declared fields with candidates within 0 ... ``most`` steps.

    0 steps away is a candidate that covers the place. One that holds less than half of
    it (a Land with a cluster in one of its corners) is a step away.

    ``pairs`` has ``field`` and ``positions`` (regions of the place, a tuple).
    """
    best = np.full((most + 1, len(pairs)), None, dtype=object)
    highest = np.zeros((most + 1, len(pairs)))
    inside, most_inside = np.full(len(pairs), None, dtype=object), np.zeros(len(pairs))
    nothing = Matches(best, highest, inside, most_inside, {})
    if candidates is None or not len(candidates.table):
        return nothing
    where, members = candidate_sets(candidates, counts)
    if not where:
        return nothing
    values = counts.to_numpy(dtype=float)
    names = list(where)
    reach = np.array([steps[:, where[name]].min(axis=1) for name in names])
    named = {name: np.zeros(most + 1) for name in names}
    size = values.sum(axis=1)

    @cache
    def score_of(name: str, field: str, positions: tuple[int, ...]) -> float:
        area = sorted({*positions, *where[name]})
        of_field = weights[field].to_numpy(dtype=float)
        return fuzzy_jaccard(of_field, members[name], values[area].sum(axis=0))

    for k, (field, positions) in enumerate(
        zip(pairs["field"], pairs["positions"], strict=True)
    ):
        if field not in weights.columns or not len(positions):
            continue
        place = list(positions)
        distances = reach[:, place].min(axis=1)
        held = (reach[:, place] == 0) @ size[place]
        partly = (distances == 0) & (held < COVERS * size[place].sum())
        in_place = distances == 0
        distances = np.where(partly, 1, distances)
        for number in np.flatnonzero(distances <= most):
            name, distance = names[number], int(distances[number])
            score = score_of(name, field, tuple(positions))
            within = np.arange(most + 1) >= distance
            named[name][within] = np.fmax(named[name][within], score)
            better = within & (score > highest[:, k])
            highest[better, k], best[better, k] = score, name
            if in_place[number] and score > most_inside[k]:
                most_inside[k], inside[k] = score, name
    return Matches(best, highest, inside, most_inside, named)


def candidate_sets(
    candidates: CandidateClusters, counts: pd.DataFrame
) -> tuple[dict[str, list[int]], dict[str, NDArray[np.float64]]]:
    """Return by candidate its region positions and its industries (1 or 0)."""
    position = {str(code): i for i, code in enumerate(counts.index)}
    where: dict[str, list[int]] = {}
    for name, regions in candidates.table["regions"].items():
        found = [position[r] for r in str(regions).split(";") if r in position]
        if found:
            where[str(name)] = found
    industries = candidates.industries
    column = {str(code): i for i, code in enumerate(counts.columns)}
    members = {}
    for name in where:
        held = np.zeros(len(column))
        held[[column[c] for c in industries.get(name, ()) if c in column]] = 1.0
        members[name] = held
    return where, members
