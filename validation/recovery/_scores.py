"""What was found against what was planted: cells, clusters, boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import shortest_path

from validation.first_detector._neighbours import components

#: A found cluster is a planted one if they share this much of their union (Jaccard);
#: each is matched at most once.
MATCHED = 0.5


def f1(found: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1 of cells (precision 1 when nothing is found)."""
    hit = float((found & truth).sum())
    precision = hit / found.sum() if found.any() else 1.0
    recall = hit / truth.sum() if truth.any() else 1.0
    total = found.sum() + truth.sum()
    return float(precision), float(recall), float(2 * hit / total if total else 1.0)


def tuned(score: np.ndarray, truth: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the best F1 that any cut of a score reaches, and the cells above that cut.

    The cut knows the truth. Ties of the score are cut together.
    """
    flat = np.nan_to_num(score, nan=-np.inf).ravel()
    order = np.argsort(-flat, kind="stable")
    hits = np.cumsum(truth.ravel()[order])
    value = 2 * hits / (np.arange(1, len(hits) + 1) + truth.sum())
    last = np.append(np.diff(flat[order]) < 0, True) & np.isfinite(flat[order])
    if not last.any():
        return 0.0, np.zeros_like(truth)
    best = int(np.argmax(np.where(last, value, -1.0)))
    found = np.zeros(flat.shape, dtype=bool)
    found[order[: best + 1]] = True
    return float(value[best]), found.reshape(truth.shape)


def clusters_of(members: np.ndarray, near: Any) -> list[tuple[int, frozenset[int]]]:
    """Return contiguous clusters as (group, regions)."""
    return [
        (g, frozenset(part.tolist()))
        for g in range(members.shape[1])
        for part in components(members[:, g], near)
    ]


def matches(
    found: list[tuple[int, frozenset[int]]], planted: list[tuple[int, frozenset[int]]]
) -> list[tuple[int, int]]:
    """Return pairs (found, planted) of one group, one to one, best Jaccard in sum."""
    if not found or not planted:
        return []
    jaccard = np.array([
        [len(a & b) / len(a | b) if g == h else 0.0 for h, b in planted]
        for g, a in found
    ])
    jaccard[jaccard < MATCHED] = 0.0
    rows, columns = linear_sum_assignment(-jaccard)
    return [
        (i, j)
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
        if jaccard[i, j] > 0
    ]


def steps_between(near: Any) -> np.ndarray:
    """Return the number of borders to cross from one region to another."""
    return shortest_path(near, unweighted=True, directed=False)


def scores(
    members: np.ndarray, truth: np.ndarray, near: Any, steps: np.ndarray | None = None
) -> dict[str, float]:
    """Return every score of found cells (regions x groups) against planted ones.

    ``boundary`` is the number of cells in the symmetric difference of a matched pair
    over the cells of the planted cluster; ``edge_steps`` how many borders a false cell
    of a matched cluster lies from the planted one; both are means, NaN without any.
    ``false_clusters`` hold no planted cell at all.
    """
    found, planted = clusters_of(members, near), clusters_of(truth, near)
    pairs = matches(found, planted)
    precision, recall, value = f1(members, truth)
    cluster_precision = len(pairs) / len(found) if found else 1.0
    cluster_recall = len(pairs) / len(planted) if planted else 1.0
    both = len(found) + len(planted)
    errors, away = [], []
    for i, j in pairs:
        mine, theirs = found[i][1], planted[j][1]
        errors.append(len(mine ^ theirs) / len(theirs))
        if steps is not None:
            away += [
                float(steps[r, sorted(theirs)].min()) for r in sorted(mine - theirs)
            ]
    empty = [not truth[sorted(regions), g].any() for g, regions in found]
    return {
        "precision": precision,
        "recall": recall,
        "F1": value,
        "cluster precision": cluster_precision,
        "cluster recall": cluster_recall,
        "cluster F1": 2 * len(pairs) / both if both else 1.0,
        "boundary": float(np.mean(errors)) if errors else float("nan"),
        "edge steps": float(np.mean(away)) if away else float("nan"),
        "clusters": float(len(found)),
        "false clusters": float(sum(empty)),
    }


def averaged(rows: Iterable[Mapping[str, Any]], by: list[str]) -> pd.DataFrame:
    """Return means by ``by`` in order of appearance; NaN is left out of its mean."""
    table = pd.DataFrame(list(rows))
    return table.groupby(by, sort=False).mean(numeric_only=True)


def upper_limit(hits: int, runs: int, level: float = 0.95) -> float:
    """Return the one-sided upper limit of a share (Clopper and Pearson 1934)."""
    from scipy.stats import beta

    return 1.0 if hits >= runs else float(beta.ppf(level, hits + 1, runs - hits))
