"""Every figure of a result, by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from clusterid import figures

SHARES = pd.DataFrame(
    {"percent_of_cases": [62.0, 37.0, 26.0], "lower": [58.0, 33.0, 22.0],
     "upper": [66.0, 41.0, 30.0]}, index=["strategy", "several", "one"],
)  # fmt: skip
RANKS = pd.DataFrame(
    {"named": [90.0, 80.0, 50.0], "top": [10.0, 50.0, 40.0]},
    index=["attention", "firms", "brand"],
)


def draw(result: Any, **options: Any) -> dict[str, Callable[[], Any]]:
    cells = result.candidates.cells
    values = cells[cells["template"].eq("T02")].set_index("region")[
        "lq_plants_smoothed"
    ]
    names = dict(result.economy.metadata.labels)
    return {
        "portfolio": lambda: figures.portfolio(result.candidates, **options),
        "heatmap": lambda: figures.template_heatmap(
            result.candidates,
            result.templates,
            names=result.regions["name"].to_dict(),
            **options,
        ),
        "verdicts": lambda: figures.verdict_bars(result.comparison, **options),
        "network": lambda: figures.template_network(
            result.stack, result.templates, names=names, **options
        ),
        "choropleth": lambda: figures.choropleth(
            values, result.regions, title=result.title, **options
        ),
        "shares": lambda: figures.share_bars(SHARES, title=result.title, **options),
        "ranks": lambda: figures.rank_slope(RANKS, title=result.title, **options),
    }


def texts(ax: Any) -> str:
    from matplotlib.text import Text

    found = ax.figure.findobj(Text)
    return " | ".join(t.get_text() for t in found)
