"""Validation scores of Delgado, Porter and Stern: within against between."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.communities._graph import Edges, Floats, Ints, relatedness

__all__ = ["industry_cluster_means", "score", "validation_scores"]


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
    result = np.full(values.shape[:-1], np.nan)
    some = np.isfinite(values).any(axis=-1)
    if some.any():
        result[some] = np.nanpercentile(values[some], q, axis=-1)
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
    table.attrs["scores"] = score(links, labels, len(names))
    return table
