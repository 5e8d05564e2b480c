"""Clusters by size and concentration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterid._typed import typed
from clusterid.figures._axes import (
    figure_style,
    legend_of,
    new_axes,
    note,
    plain_text,
    plain_ticks,
)
from clusterid.legend import template_signs, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["portfolio"]

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
    said = words(language, kind=kind)
    table = candidates.table
    numbers = pd.DataFrame({
        name: pd.to_numeric(table[name], errors="coerce")
        for name in ("employment", "lq_shrunk", "lower", "upper")
        if name in table
    })
    shown = numbers["employment"].gt(0) & numbers["lq_shrunk"].gt(0)
    numbers = numbers[shown]
    template = table.loc[shown, "template"].astype(str)
    flagged = table.loc[shown, "flags"].fillna("").astype(str).ne("")
    signs = template_signs(table["template"].astype(str))
    markers = {code: _MARKERS[i % len(_MARKERS)] for i, code in enumerate(signs)}
    with figure_style():
        ax = new_axes(ax, (6.8, 4.6))
        ax.set_xscale("log")
        ax.set_yscale("log")
        keys: list[Any] = []
        labels: list[str] = []
        for code in sorted(set(template)):
            here = template.eq(code)
            part = numbers[here]
            if {"lower", "upper"} <= set(part) and part["lower"].notna().any():
                known = part.dropna(subset=["lower", "upper"])
                ax.vlines(
                    known["employment"],
                    known["lower"].clip(lower=1e-3),
                    known["upper"],
                    color=signs[code].colour,
                    linewidth=1,
                    alpha=0.6,
                )
            drawn = ax.scatter(
                part["employment"],
                part["lq_shrunk"],
                s=34,
                marker=markers[code],
                edgecolors=signs[code].colour,
                facecolors=[
                    "white" if f else signs[code].colour for f in flagged[here]
                ],
                linewidths=1.2,
                zorder=3,
            )
            keys.append(drawn)
            labels.append(plain_text(code))
        ax.axhline(1, color="#5a6472", linewidth=0.8, linestyle=(0, (4, 3)))
        ranked = numbers.sort_values("employment", ascending=False).index[:labelled]
        for name in ranked:
            ax.annotate(
                plain_text(name),
                (numbers.loc[name, "employment"], numbers.loc[name, "lq_shrunk"]),
                xytext=(5, 3),
                textcoords="offset points",
                fontsize=7.5,
            )
        if len(numbers):
            low, high = numbers["lq_shrunk"].min(), numbers["lq_shrunk"].max()
            bottom, top = min(0.8, low * 0.8), max(2.0, high * 1.3)
            left = numbers["employment"].min() * 0.6
            right = numbers["employment"].max() * 2
            ax.set_ylim(bottom, top)
            ax.set_xlim(left, right)
            plain_ticks(ax, "y", bottom, top, language=language)
            plain_ticks(ax, "x", left, right, language=language)
            if len(set(template)) <= 14:
                legend_of(
                    ax,
                    keys,
                    labels,
                    title=said("map.template"),
                    loc="upper left",
                    bbox_to_anchor=(1.0, 1.0),
                    ncols=1 if len(set(template)) <= 10 else 2,
                )
        else:
            _empty(ax, said("map.no_clusters"))
        ax.set_title(said("figure.portfolio"))
        ax.set_xlabel(said("figure.jobs_log"))
        ax.set_ylabel(said("measure.lq_shrunk"))
        note(
            ax,
            said("figure.portfolio_base", n=len(numbers), total=len(table)),
            _source(said, source),
            simulated=said("map.simulated") if simulated else "",
        )
    return ax


def _source(said: Any, source: str) -> str:
    return f"{said('map.source')}: {source}" if source else ""


def _empty(ax: Axes, text: str) -> None:
    ax.text(0.5, 0.5, text, transform=ax.transAxes, ha="center", va="center")
    ax.set_xticks([])
    ax.set_yticks([])
