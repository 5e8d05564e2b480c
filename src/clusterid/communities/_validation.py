"""Validation scores of Delgado, Porter and Stern: within against between."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.communities._graph import Edges, Floats, Ints, relatedness

__all__ = [
    "Right",
    "adjusted_score",
    "industry_cluster_means",
    "score",
    "validation_scores",
]

#: Random groupings that say what chance scores.
_SHUFFLES = 8


def industry_cluster_means(links: Floats, labels: Ints, n_groups: int) -> Floats:
    """Return industry x group: mean link to the group's members, itself left out.

    NaN where the group has no other member.
    """
    n = len(labels)
    onehot = np.zeros((n, n_groups))
    inside = labels >= 0
    onehot[np.flatnonzero(inside), labels[inside]] = 1.0
    sums = links @ onehot - np.diag(links)[:, None] * onehot
    counts = onehot.sum(axis=0)[None, :] - onehot
    means: Floats = np.divide(
        sums, counts, out=np.full_like(sums, np.nan), where=counts > 0
    )
    return means


def _percentile(values: Floats, q: float) -> Floats:
    """Return the q-th percentile along the last axis, NaN left out."""
    ordered = np.sort(values, axis=-1)  # NaN last
    count = np.isfinite(ordered).sum(axis=-1)
    place = q / 100 * np.maximum(count - 1, 0)
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(count - 1, 0))
    below = np.take_along_axis(ordered, low[..., None], axis=-1)[..., 0]
    above = np.take_along_axis(ordered, high[..., None], axis=-1)[..., 0]
    result: Floats = below + (above - below) * (place - low)
    return result


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1)
    result: Floats = np.divide(
        total, count, out=np.full(count.shape, np.nan), where=count > 0
    )
    return result


def within_between(
    links: Floats, labels: Ints, n_groups: int
) -> tuple[Floats, Floats, Floats]:
    """Return WCR by group, BCR group x group, and mean links industry x group."""
    means = industry_cluster_means(links, labels, n_groups)
    between = np.full((n_groups, n_groups), np.nan)
    within = np.full(n_groups, np.nan)
    for c in range(n_groups):
        rows = means[labels == c]
        if len(rows):
            between[c] = rows.mean(axis=0)
            if len(rows) > 1:
                within[c] = rows[:, c].mean()
    np.fill_diagonal(between, np.nan)
    return within, between, means


def score(links: Floats, labels: Ints, n_groups: int) -> dict[str, float]:
    """Return the four validation scores in percent, over groups and all industries.

    ``labels`` is -1 for an industry in no group. The scores by industry count all
    industries that stand in a group; ``coverage`` is their share in percent.
    """
    within, between, means = within_between(links, labels, n_groups)
    inside = np.flatnonzero(
        (labels >= 0) & np.isin(labels, np.flatnonzero(within > -1))
    )
    result = {
        "vs_cluster": np.nan,
        "vs_cluster_p95": np.nan,
        "vs_industry": np.nan,
        "vs_industry_p95": np.nan,
        "coverage": 100.0 * len(inside) / max(1, len(labels)),
    }
    known = np.isfinite(within)
    if known.sum() < 2:
        return result
    others = between[known]
    result["vs_cluster"] = 100.0 * float(np.mean(within[known] > _mean(others)))
    result["vs_cluster_p95"] = 100.0 * float(
        np.mean(within[known] > _percentile(others, 95))
    )
    own = means[inside, labels[inside]]
    other = means[inside].copy()
    other[np.arange(len(inside)), labels[inside]] = np.nan
    result["vs_industry"] = 100.0 * float(np.mean(own > _mean(other)))
    result["vs_industry_p95"] = 100.0 * float(np.mean(own > _percentile(other, 95)))
    return result


class Right:
    """Share of the industries that VS-industry and coverage both count, in percent.

    An industry counts when its mean link to its own group is above the mean of its
    mean links to the other groups; one that stands alone never does. Called with an
    order of the industries it says the same for the groups dealt out in that order.
    The mean over the other groups is one product of the links with 1 / group size, so
    that no industry x group table is built. Equal up to 1e-12 is not above.
    """

    def __init__(self, links: Floats, labels: Ints) -> None:
        sizes = np.bincount(labels)
        own = sizes[labels]
        self._links = links
        self._diagonal = np.diag(links)
        self._weight = np.where(own > 1, 1.0 / own, 0.0)
        self._own = own
        self._others = int((sizes > 1).sum()) - 1
        self._row, self._column = _pairs_inside(labels, sizes)

    def __call__(self, order: Ints) -> float:
        """Return the percentage when place k of the groups is given to order[k]."""
        n = len(order)
        weight = np.empty(n)
        weight[order] = self._weight
        every = (self._links @ weight - self._diagonal * weight)[order]
        pairs = self._links[order[self._row], order[self._column]]
        inside = np.bincount(self._row, pairs, n)
        other = (every - inside * self._weight) / self._others
        own = inside / np.maximum(self._own - 1, 1)
        above = own > other + 1e-12 * np.maximum(np.abs(own), np.abs(other))
        return 100.0 * float((above & (self._own > 1)).sum()) / n


def _pairs_inside(labels: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Return both ends of all ordered pairs of different items of one group."""
    order = np.argsort(labels, kind="stable")
    first = np.cumsum(sizes) - sizes
    repeats = sizes[labels]
    row = np.repeat(np.arange(len(labels)), repeats)
    step = np.arange(len(row)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    column = order[first[labels[row]] + step]
    different = row != column
    return row[different], column[different]


def adjusted_score(links: Floats, labels: Ints, seed: int) -> tuple[float, float]:
    """Return the industries closer to their own group than chance puts there, in %.

    VS-industry, an industry in no group counting as failed, against its mean over
    random groups of the same sizes: 100 is every industry, 0 is chance. Without the
    correction one giant group always scores best. The second value is its standard
    error, that of a share of n industries over what chance leaves. Every item has a
    label of at least 0; one that stands alone is in no group.
    """
    if (np.bincount(labels) > 1).sum() < 2:
        return np.nan, np.nan
    right = Right(links, labels)
    rng = np.random.default_rng(seed)
    n = len(labels)
    orders = [np.argsort(rng.permutation(n)) for _ in range(_SHUFFLES)]
    chance = float(np.mean([right(order) for order in orders]))
    if not np.isfinite(chance) or chance >= 100:
        return np.nan, np.nan
    found = right(np.arange(n))
    # a share of 0 or of 1 is not certain, either
    share = min(max(found / 100, 0.05), 0.95)
    error = 100 * float(np.sqrt(share * (1 - share) / n))
    scale = 100 / (100 - chance)
    return scale * (found - chance), scale * error


def validation_scores(
    edges: Edges, codes: tuple[str, ...], labels: Ints, names: list[str]
) -> pd.DataFrame:
    """Return WCR and BCR by template, with the scores in ``attrs``."""
    links = relatedness(edges, codes)
    within, between, _ = within_between(links, labels, len(names))
    sizes = np.bincount(labels[labels >= 0], minlength=len(names))
    table = pd.DataFrame(
        {
            "n_industries": sizes,
            "wcr": within,
            "bcr": _mean(between),
            "bcr_p95": _percentile(between, 95),
        },
        index=pd.Index(names, name="template"),
    )
    scores = score(links, labels, len(names))
    alone = labels < 0
    every = labels.copy()
    every[alone] = len(names) + np.arange(int(alone.sum()))
    _, every = np.unique(every, return_inverse=True)
    scores["adjusted"], scores["standard_error"] = adjusted_score(links, every, 0)
    table.attrs["scores"] = scores
    return table
