"""Answers of a survey: shares with intervals, and how ranks move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, TableError
from clusterid.figures._axes import plain_text
from clusterid.figures._style import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["rank_slope", "share_bars"]


@typed
def share_bars(
    table: pd.DataFrame,
    *,
    value: str = "percent_of_cases",
    lower: str = "lower",
    upper: str = "upper",
    labels: Mapping[str, str] | None = None,
    title: str = "",
    base: str = "",
    language: str = "en",
    source: str = "",
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw shares of cases with their intervals, largest on top.

    Parameters
    ----------
    table : DataFrame, index or column ``option``
        Shares in per cent and the ends of their intervals, as ``Survey.table`` has
        them.
    value, lower, upper : str
        Columns of the share and of its interval; the interval may be absent.
    labels : mapping of option to text, optional
        Names of the options.
    title, base, source : str
        What was asked, of whom, by whom: written on the figure.
    language : {"en", "de"}
        Language of the axis.
    simulated : bool
        Writes "simulated" across it.
    ax : Axes, optional
        Drawn on; new ones by default.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If the column of the share is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"percent_of_cases": [62.0, 37.0]}, index=["a", "b"])
    >>> [round(bar.get_width()) for bar in share_bars(table).patches]
    [62, 37]
    """
    style = Style(language=language, source=source, simulated=simulated)
    frame = _by_option(table, value)
    frame = frame.assign(_option=frame.index.astype(str))
    frame = frame.sort_values([value, "_option"], ascending=[False, True])
    with style.axes(ax, (6.4, 0.9 + 0.3 * max(1, len(frame)))) as ax:
        at = range(len(frame))
        share = frame[value].to_numpy(dtype=float)
        ax.barh(at, share, color="#62a8d2", height=0.68)
        if lower in frame and upper in frame:
            low = frame[lower].to_numpy(dtype=float)
            high = frame[upper].to_numpy(dtype=float)
            ax.hlines(at, low, high, color="#1c2430", linewidth=1.2)
        ax.set_yticks(
            at,
            [plain_text((labels or {}).get(o, o), width=46) for o in frame["_option"]],
        )
        ax.invert_yaxis()
        ax.tick_params(axis="y", length=0)
        ax.set_xlim(0, 100)
        ax.set_xlabel(style.said("figure.percent_of_cases"))
        style.title(ax, title)
        style.sign(ax, base)
    return ax


@typed
def rank_slope(
    table: pd.DataFrame,
    *,
    first: str = "named",
    second: str = "top",
    labels: Mapping[str, str] | None = None,
    title: str = "",
    base: str = "",
    language: str = "en",
    source: str = "",
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the rank of each option moves from "named" to "among the top three".

    Ranks, not shares, stand on both sides, because the two questions have different
    levels; options that rise by two ranks or more are blue, those that fall orange.

    Parameters
    ----------
    table : DataFrame, index or column ``option``
        One row an option.
    first, second : str
        Columns with the two shares, in per cent, as ``Survey.rank_shift`` has them.
    labels : mapping of option to text, optional
        Names of the options.
    title, base, source : str
        Written on the figure.
    language : {"en", "de"}
        Language of the axis.
    simulated : bool
        Writes "simulated" across it.
    ax : Axes, optional
        Drawn on; new ones by default.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If one of the two columns is missing.

    Examples
    --------
    >>> table = pd.DataFrame({"named": [90.0, 50.0], "top": [10.0, 30.0]},
    ...                      index=["attention", "brand"])
    >>> len(rank_slope(table).lines)
    2
    """
    style = Style(language=language, source=source, simulated=simulated)
    frame = _by_option(table, first, second).sort_index()
    left = frame[first].rank(ascending=False, method="first").astype(int)
    right = frame[second].rank(ascending=False, method="first").astype(int)
    with style.axes(ax, (7.2, 1.2 + 0.28 * max(1, len(frame)))) as ax:
        for option in frame.index:
            start, end = left[option], right[option]
            colour = "#9aa4af"
            if start - end >= 2:
                colour = "#0072B2"
            elif end - start >= 2:
                colour = "#D55E00"
            ax.plot(
                [0, 1], [start, end], "o-", color=colour, linewidth=1.5, markersize=4
            )
            name = plain_text((labels or {}).get(str(option), option), width=36)
            share = frame[first][option], frame[second][option]
            ax.text(-0.03, start, f"{name}  {share[0]:.0f} %", ha="right", va="center")
            ax.text(1.03, end, f"{share[1]:.0f} %  {name}", ha="left", va="center")
        ax.set_xlim(-1.1, 2.1)
        ax.set_ylim(len(frame) + 0.6, -0.2)
        ax.text(0, 0.2, style.said("figure.named"), ha="center", fontweight="bold")
        ax.text(1, 0.2, style.said("figure.top_three"), ha="center", fontweight="bold")
        ax.set_axis_off()
        style.title(ax, title)
        style.sign(ax, base)
    return ax


def _by_option(table: pd.DataFrame, *needed: str) -> pd.DataFrame:
    missing = [name for name in needed if name not in table]
    if missing:
        fault = Fault(
            f"the columns {', '.join(missing)} are missing",
            f"name the columns to draw; there are {', '.join(map(str, table.columns))}",
        )
        raise TableError("survey table", [fault])
    return table.set_index("option") if "option" in table else table.copy()
