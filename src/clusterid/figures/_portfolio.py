"""Clusters by size and concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterid._typed import typed
from clusterid.figures._axes import legend_of, plain_text, plain_ticks
from clusterid.figures._style import Style
from clusterid.legend import template_signs
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection

__all__ = ["portfolio"]

_NUMBERS = ("employment", "lq_shrunk", "lower", "upper")
#: templates named in the legend, and in one column of it
_MOST_KEYS, _MOST_IN_COLUMN = 14, 10
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


@typed
def portfolio(
    candidates: Any,
    *,
    language: str = "en",
    kind: str = "industry",
    source: str = "",
    simulated: bool = False,
    labelled: int = 12,
    ax: Axes | None = None,
) -> Axes:
    """Draw candidate clusters by jobs and shrunk location quotient.

    Upper right is large and concentrated. Bars are 95 % intervals where the table
    has ``lower`` and ``upper``. Hollow signs carry a flag.

    Parameters
    ----------
    candidates : CandidateClusters
        ``table`` with ``template``, ``employment``, ``lq_shrunk``, ``flags``.
    language : {"en", "de"}
        Language of the labels.
    kind : {"industry", "occupation"}
        What is counted.
    source : str
        Written below the figure.
    simulated : bool
        Writes "simulated" across it.
    labelled : int
        Clusters named in the figure, largest first.
    ax : Axes, optional
        Drawn on; new ones by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame(
    ...     {"template": ["T01"], "employment": [900.0], "lq_shrunk": [2.1],
    ...      "flags": [""]}, index=["C001"])
    >>> portfolio(SimpleNamespace(table=table)).get_xscale()
    'log'
    """
    style = Style(language=language, kind=kind, source=source, simulated=simulated)
    table = candidates.table
    shown = _shown(table)
    signs = template_signs(table["template"].astype(str))
    markers = {code: _MARKERS[i % len(_MARKERS)] for i, code in enumerate(signs)}
    with style.axes(ax, (6.8, 4.6)) as ax:
        ax.set_xscale("log")
        ax.set_yscale("log")
        keys = {
            code: _draw_template(
                ax, shown[shown["template"].eq(code)], signs[code].colour, markers[code]
            )
            for code in sorted(set(shown["template"]))
        }
        ax.axhline(1, color="#5a6472", linewidth=0.8, linestyle=(0, (4, 3)))
        _name_largest(ax, shown, labelled)
        if len(shown):
            _scale(ax, shown, language)
            if len(keys) <= _MOST_KEYS:
                legend_of(
                    ax,
                    list(keys.values()),
                    [plain_text(code) for code in keys],
                    title=style.said("map.template"),
                    loc="upper left",
                    bbox_to_anchor=(1.0, 1.0),
                    ncols=1 if len(keys) <= _MOST_IN_COLUMN else 2,
                )
        else:
            style.empty(ax, "map.no_clusters")
        ax.set_title(style.said("figure.portfolio"))
        ax.set_xlabel(style.said("figure.jobs_log"))
        ax.set_ylabel(style.said("measure.lq_shrunk"))
        base = style.said("figure.portfolio_base", n=len(shown), total=len(table))
        style.sign(ax, base)
    return ax


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that have a place on log axes, numbers as numbers."""
    numbers = needed_columns(table, *_NUMBERS)
    shown = pd.DataFrame({
        name: pd.to_numeric(numbers[name], errors="coerce") for name in _NUMBERS
    })
    shown["template"] = table["template"].astype(str)
    shown["flagged"] = table["flags"].fillna("").astype(str).ne("")
    return shown[shown["employment"].gt(0) & shown["lq_shrunk"].gt(0)]


def _draw_template(
    ax: Axes, part: pd.DataFrame, colour: str, marker: str
) -> PathCollection:
    """Draw the clusters of one template; flagged ones are hollow."""
    known = part.dropna(subset=["lower", "upper"])
    if len(known):
        ax.vlines(
            known["employment"],
            known["lower"].clip(lower=1e-3),
            known["upper"],
            color=colour,
            linewidth=1,
            alpha=0.6,
        )
    return ax.scatter(
        part["employment"],
        part["lq_shrunk"],
        s=34,
        marker=marker,
        edgecolors=colour,
        facecolors=["white" if flagged else colour for flagged in part["flagged"]],
        linewidths=1.2,
        zorder=3,
    )


def _name_largest(ax: Axes, shown: pd.DataFrame, labelled: int) -> None:
    ranked = shown.sort_values("employment", ascending=False).head(labelled)
    for name, jobs, quotient in zip(
        ranked.index, ranked["employment"], ranked["lq_shrunk"], strict=True
    ):
        ax.annotate(
            plain_text(name),
            (jobs, quotient),
            xytext=(5, 3),
            textcoords="offset points",
            fontsize=7.5,
        )


def _scale(ax: Axes, shown: pd.DataFrame, language: str) -> None:
    """Leave room around the clusters, and write plain numbers on the axes."""
    low, high = shown["lq_shrunk"].min(), shown["lq_shrunk"].max()
    bottom, top = min(0.8, low * 0.8), max(2.0, high * 1.3)
    left, right = shown["employment"].min() * 0.6, shown["employment"].max() * 2
    ax.set_ylim(bottom, top)
    ax.set_xlim(left, right)
    plain_ticks(ax, "y", bottom, top, language=language)
    plain_ticks(ax, "x", left, right, language=language)
