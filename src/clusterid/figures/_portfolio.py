"""Clusters by size and concentration, a colour a grade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterid._typed import typed
from clusterid.figures._axes import legend_of, plain_text, plain_ticks
from clusterid.figures._style import Style
from clusterid.legend import GRADE_SIGNS, GradeSign
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection

__all__ = ["portfolio"]

_NUMBERS = ("employment", "lq_jobs", "lq_jobs_lower", "lq_jobs_upper")
#: a published rule reports clusters that have no grade
_UNGRADED = GradeSign("", "#4D4D4D", "#FFFFFF", "#DDDDDD", "", "v")
_SIGNS = {**GRADE_SIGNS, "": _UNGRADED}


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
    """Draw clusters by jobs and their quotient of jobs, a colour a grade.

    Upper right is large and concentrated. Lines are what withheld cells leave open, of
    jobs as the sign itself. Hollow signs carry a flag.

    Parameters
    ----------
    candidates : CandidateClusters
        ``table`` with ``grade``, ``employment``, ``lq_jobs``, ``flags``.
    language : {"en", "de"}
        Language of the labels.
    kind : {"industry", "occupation"}
        What is counted.
    source : str
        Written below the figure.
    simulated : bool
        Writes "simulated" across it.
    labelled : int
        Clusters named in the figure, by grade, then jobs.
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
    ...     {"grade": ["A"], "employment": [900.0], "lq_jobs": [2.1],
    ...      "flags": [""]}, index=["C001"])
    >>> portfolio(SimpleNamespace(table=table)).get_xscale()
    'log'
    """
    style = Style(language=language, kind=kind, source=source, simulated=simulated)
    table = candidates.table
    shown = _shown(table)
    with style.axes(ax, (6.8, 4.6)) as ax:
        ax.set_xscale("log")
        ax.set_yscale("log")
        present = set(shown["grade"])
        # the best last, on top
        keys = {
            sign: _draw_grade(ax, shown[shown["grade"].eq(code)], sign)
            for code, sign in reversed(_SIGNS.items())
            if code in present
        }
        ax.axhline(1, color="#5a6472", linewidth=0.8, linestyle=(0, (4, 3)))
        _name_largest(ax, shown, labelled)
        if len(shown):
            _scale(ax, shown, language)
            legend_of(
                ax,
                list(keys.values())[::-1],
                [_key(sign, style) for sign in reversed(keys)],
                title=style.said("map.grade"),
                loc="upper left",
                bbox_to_anchor=(1.0, 1.0),
            )
        else:
            style.empty(ax, "map.no_clusters")
        ax.set_title(style.said("figure.portfolio"))
        ax.set_xlabel(style.said("figure.jobs_log"))
        ax.set_ylabel(style.said("measure.lq_jobs"))
        base = style.said("figure.portfolio_base", n=len(shown), total=len(table))
        style.sign(ax, base)
    return ax


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the clusters that have a place on log axes, numbers as numbers."""
    numbers = needed_columns(table, *_NUMBERS)
    shown = pd.DataFrame({
        name: pd.to_numeric(numbers[name], errors="coerce") for name in _NUMBERS
    })
    said = needed_columns(table, "grade", "flags").fillna("").astype(str)
    shown["grade"] = said["grade"].where(said["grade"].isin(list(GRADE_SIGNS)), "")
    # what holds of every cluster where plants are not counted is no mark
    flags = said["flags"].str.replace("employment_only", "", regex=False)
    shown["flagged"] = flags.str.strip(";").ne("")
    return shown[shown["employment"].gt(0) & shown["lq_jobs"].gt(0)]


def _key(sign: GradeSign, style: Style) -> str:
    name = style.said(f"grade.{sign.grade or 'none'}")
    return plain_text(f"{sign.grade}: {name}" if sign.grade else name, width=44)


def _draw_grade(ax: Axes, part: pd.DataFrame, sign: GradeSign) -> PathCollection:
    """Draw the clusters of one grade; flagged ones are hollow."""
    colour = sign.colour
    known = part[part["lq_jobs_lower"] < part["lq_jobs_upper"]]
    if len(known):
        ax.vlines(
            known["employment"],
            known["lq_jobs_lower"].clip(lower=1e-3),
            known["lq_jobs_upper"],
            color=colour,
            linewidth=1,
            alpha=0.6,
        )
    return ax.scatter(
        part["employment"],
        part["lq_jobs"],
        s=34 if len(part) < 100 else 14,
        marker=sign.marker,
        edgecolors=colour,
        facecolors=["white" if flagged else colour for flagged in part["flagged"]],
        linewidths=1.2,
        zorder=3,
    )


def _name_largest(ax: Axes, shown: pd.DataFrame, labelled: int) -> None:
    order = shown.assign(grade=shown["grade"].where(shown["grade"].ne(""), "~"))
    ranked = order.sort_values(
        ["grade", "employment"], ascending=[True, False], kind="stable"
    ).head(labelled)
    for name, jobs, quotient in zip(
        ranked.index, ranked["employment"], ranked["lq_jobs"], strict=True
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
    low, high = shown["lq_jobs"].min(), shown["lq_jobs"].max()
    bottom, top = min(0.8, low * 0.8), max(2.0, high * 1.3)
    left, right = shown["employment"].min() * 0.6, shown["employment"].max() * 2
    ax.set_ylim(bottom, top)
    ax.set_xlim(left, right)
    plain_ticks(ax, "y", bottom, top, language=language)
    plain_ticks(ax, "x", left, right, language=language)
