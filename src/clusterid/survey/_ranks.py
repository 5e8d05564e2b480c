"""What is named against what is named among the top three."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import OptionError
from clusterid.survey._responses import CLUSTER_ITEMS, labels_of, responses

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.survey._survey import Survey

__all__ = ["rank_shift"]


def rank_shift(
    survey: Survey,
    item: str = "themes",
    *,
    draws: int = 999,
    level: float = 0.95,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Compare what is named with what is named among the top three.

    Parameters
    ----------
    survey : Survey
        Places with their ranked answers.
    item : str, default "themes"
        A ranked question.
    draws : int, default 999
        Bootstrap draws over places (each place keeps both its lists).
    level : float, default 0.95
        Confidence of the interval of the difference.
    seed : int or Generator, default 0
        Of the bootstrap.

    Returns
    -------
    DataFrame by option
        ``named``, ``top`` (per cent of cases), ``named_responses``,
        ``top_responses`` (per cent of mentions), ``rank_named``, ``rank_top``,
        ``shift`` (places gained when ranked), ``difference`` (percentage points of
        mentions, top minus named) with ``lower`` and ``upper``; labels.
        ``attrs["kendall_tau"]`` between both orders, ``attrs["base"]``.

    Raises
    ------
    OptionError
        If the item has no ranks.
    """
    from scipy.stats import kendalltau, rankdata

    ticks = responses(survey, item)
    rows = survey.answers[
        survey.answers["question"].eq(item) & survey.answers["rank"].notna()
    ]
    if item in CLUSTER_ITEMS or rows.empty:
        raise OptionError(f"item={item!r} has no ranked answers.")
    top = rows.assign(one=1.0).pivot(index="place", columns="option", values="one")
    top = top.reindex(index=ticks.index, columns=ticks.columns)
    units = ticks.notna().any(axis=1).to_numpy()
    named = ticks.fillna(0.0).to_numpy()[units]
    ranked = top.fillna(0.0).to_numpy()[units]

    def mentions(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(100.0 * x / x.sum(axis=-1, keepdims=True))

    difference = mentions(ranked.sum(axis=0)) - mentions(named.sum(axis=0))
    rng = np.random.default_rng(seed)
    pick = rng.multinomial(len(named), np.full(len(named), 1 / len(named)), draws)
    spread = mentions(pick @ ranked) - mentions(pick @ named)
    tail = 50.0 * (1 - level)
    low, high = np.percentile(spread, [tail, 100 - tail], axis=0)
    rank_named = rankdata(-named.sum(axis=0), method="min")
    rank_top = rankdata(-ranked.sum(axis=0), method="min")
    labels = labels_of(survey, item).reindex(ticks.columns)
    result = pd.DataFrame(
        {
            "label_de": labels["label_de"],
            "label_en": labels["label_en"],
            "named": 100 * named.mean(axis=0),
            "top": 100 * ranked.mean(axis=0),
            "named_responses": mentions(named.sum(axis=0)),
            "top_responses": mentions(ranked.sum(axis=0)),
            "rank_named": rank_named.astype(int),
            "rank_top": rank_top.astype(int),
            "shift": (rank_named - rank_top).astype(int),
            "difference": difference,
            "lower": low,
            "upper": high,
        },
        index=pd.Index(ticks.columns, name="option"),
    )
    tau = kendalltau(named.sum(axis=0), ranked.sum(axis=0)).statistic
    result.attrs.update(kendall_tau=float(tau), base=len(named))
    return result.sort_values(["rank_named", "option"])
