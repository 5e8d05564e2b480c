"""How many declared fields got which verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clusterid._typed import typed
from clusterid.figures._style import Style
from clusterid.legend import VERDICT_SIGNS, VERDICTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["verdict_bars"]


@typed
def verdict_bars(
    comparison: Any,
    *,
    language: str = "en",
    kind: str = "industry",
    source: str = "",
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the number of verdicts of each kind, declared and undeclared apart.

    Parameters
    ----------
    comparison : Comparison
        ``verdicts`` with the column ``verdict``.
    language : {"en", "de"}
        Language of the labels.
    kind : {"industry", "occupation"}
        What is counted.
    source : str
        Written below the figure.
    simulated : bool
        Writes "simulated" across it.
    ax : Axes, optional
        Drawn on; new ones by default.

    Returns
    -------
    Axes

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> verdicts = pd.DataFrame({"verdict": ["confirmed", "thin", "confirmed"]})
    >>> axes = verdict_bars(SimpleNamespace(verdicts=verdicts))
    >>> [int(bar.get_width()) for bar in axes.patches]
    [2, 1]
    """
    from matplotlib.ticker import MaxNLocator

    style = Style(language=language, kind=kind, source=source, simulated=simulated)
    said = style.said
    counts = comparison.verdicts["verdict"].value_counts()
    there = [code for code in VERDICTS if counts.get(code, 0)]
    with style.axes(ax, (6.6, 0.9 + 0.34 * max(1, len(there)))) as ax:
        for k, code in enumerate(there):
            sign = VERDICT_SIGNS[code]
            ax.barh(k, counts[code], color=sign.colour, height=0.7)
            ax.text(counts[code], k, f" {counts[code]}", va="center", fontsize=8.5)
        ax.set_yticks(
            range(len(there)),
            [f"{said(f'verdict.{code}')} {VERDICT_SIGNS[code].sign}" for code in there],
        )
        ax.invert_yaxis()
        ax.set_ylim(len(there) - 0.4, -0.6)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_title(said("figure.verdicts"))
        ax.tick_params(axis="y", length=0)
        style.sign(ax, said("figure.verdicts_base", n=int(counts.sum())))
    return ax
