"""Whether places declare ever the same fields: lists against random ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.statistics import fixed_margins, upper_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.survey._survey import Survey

__all__ = ["label_homogeneity"]


def label_homogeneity(
    survey: Survey,
    *,
    draws: int = 999,
    top: int = 5,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Ask whether places declare ever the same fields.

    Parameters
    ----------
    survey : Survey
        Declared clusters with their fields.
    draws : int, default 999
        Random tables with the same number of fields by place and of places by
        field (curveball).
    top : int, default 5
        How many of the most common fields count as "the same".
    seed : int or Generator, default 0
        Of the draws.

    Returns
    -------
    DataFrame by statistic
        ``value``, ``expected``, ``lower``, ``upper`` (2.5 and 97.5 per cent of the
        random tables), ``p_value`` (one-sided, more alike), ``reason``. Statistics:
        ``cosine`` (mean similarity of two places), ``bundling`` (root mean square
        of the same: high when lists are either alike or quite different),
        ``identical_pairs`` (share of pairs of places with exactly the same list),
        ``top_share`` (share of declarations in the ``top`` most common fields) and
        ``herfindahl``; the last two follow from the margins, so that they have no
        random counterpart.

    Notes
    -----
    How often two places share a field is, summed over all pairs, fixed by how
    popular the fields are; the mean cosine can therefore hardly differ from its
    expectation, and says how alike places are, not why. ``bundling`` above
    expectation means that fields come in bundles, beyond the popularity of each.
    """
    rows = survey.declared.explode("fields").dropna(subset=["fields"])
    wide = pd.crosstab(rows["place"], rows["fields"]).gt(0)
    wide = wide.sort_index().sort_index(axis=1)
    matrix = wide.to_numpy()
    columns = ["value", "expected", "lower", "upper", "p_value", "reason"]
    names = ["cosine", "bundling", "identical_pairs", "top_share", "herfindahl"]
    if matrix.shape[0] < 2:
        empty = pd.DataFrame(np.nan, index=names, columns=columns[:-1])
        return empty.assign(reason="fewer_than_two_places").rename_axis("statistic")
    observed = _alike(matrix[None])
    rng = np.random.default_rng(seed)
    sims = np.concatenate([_alike(b) for b in fixed_margins(matrix, draws, rng)])
    records: dict[str, Any] = {}
    for k, name in enumerate(names[:3]):
        value = observed[0, k]
        records[name] = (value, *upper_tail(value, sims[:, k]), "")
    count = np.sort(matrix.sum(axis=0))[::-1]
    share = count / count.sum()
    for name, value in zip(
        names[3:], (share[:top].sum(), (share**2).sum()), strict=True
    ):
        records[name] = (value, *[np.nan] * 4, "fixed_by_margins")
    frame = pd.DataFrame.from_dict(records, orient="index", columns=columns)
    return frame.rename_axis("statistic")


def _alike(tables: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return mean and root mean square cosine and share of identical pairs of rows."""
    x = tables.astype(float)
    size = x.sum(axis=2)
    common = x @ x.transpose(0, 2, 1)
    cosine = common / np.sqrt(size[:, :, None] * size[:, None, :])
    i, j = np.triu_indices(x.shape[1], k=1)
    same = (common == size[:, :, None]) & (common == size[:, None, :])
    pairs = cosine[:, i, j]
    return np.column_stack((
        pairs.mean(axis=1),
        np.sqrt((pairs**2).mean(axis=1)),
        same[:, i, j].mean(axis=1),
    ))
