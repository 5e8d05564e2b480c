"""Templates by region: where each group of industries stands out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.figures._axes import caption, note, plain_text
from clusterid.figures._style import Style
from clusterid.legend import DIVERGING
from clusterid.results import cell_quotient, needed_columns, shown_quotients

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

__all__ = ["template_heatmap"]

#: from this quotient on a cell is so dark that its letter is white
_DARK_FROM = 4.0


@typed
def template_heatmap(
    candidates: Any,
    templates: Any = None,
    *,
    names: Mapping[str, str] | None = None,
    regions: int = 25,
    most_templates: int = 40,
    language: str = "en",
    kind: str = "industry",
    source: str = "",
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the location quotient of templates in the regions that stand out.

    That of plants, smoothed, where plants are counted; else that of jobs. Blue-green is
    above 1, brown below; a letter is the grade of a cell; withheld cells are hatched.

    Parameters
    ----------
    candidates : CandidateClusters
        ``cells`` with ``template``, ``region``, ``lq_plants_smoothed``, ``lq_jobs``,
        ``grade``, ``reason``.
    templates : Templates, optional
        For the labels of the rows.
    names : mapping of region to name, optional
        Names of the columns.
    regions : int
        Regions shown: those with most cells of a grade, then the largest quotients.
    most_templates : int
        Templates shown: those with most cells of a grade.
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
    >>> cells = pd.DataFrame({"template": ["T01", "T01"], "region": ["r", "s"],
    ...     "lq_jobs": [2.0, 0.5], "grade": ["C", ""], "reason": ""})
    >>> len(template_heatmap(SimpleNamespace(cells=cells)).get_xticks())
    2
    """
    style = Style(language=language, kind=kind, source=source, simulated=simulated)
    quotients, grades = _matrices(candidates.cells, regions, most_templates)
    _, measure = cell_quotient(candidates.cells)
    n_rows, n_columns = quotients.shape
    total = candidates.cells["template"].nunique()
    size = (2.6 + 0.26 * max(1, n_columns), 1.6 + 0.26 * max(1, n_rows))
    with style.axes(ax, size) as ax:
        if not quotients.size:
            style.empty(ax, "map.no_values")
            return ax
        mesh = _draw_quotients(ax, quotients)
        _write_grades(ax, quotients, grades)
        labels = {} if templates is None else templates.labels.to_dict()
        _name_rows_and_columns(ax, quotients, labels, names or {})
        bar = ax.figure.colorbar(mesh, ax=ax, shrink=0.8, pad=0.02)
        bar.set_ticks([-2, -1, 0, 1, 2, 3], labels=["¼", "½", "1", "2", "4", "8+"])
        bar.set_label(style.said(measure))
        bar.outline.set_visible(False)
        ax.set_title(style.said("figure.heatmap"))
        base = style.said("figure.heatmap_base", n=n_rows, total=total)
        said = (style.said("figure.heatmap_note"), base if n_rows < total else "",
                plain_text(style.source_line, width=90))  # fmt: skip
        longest = max(len(label.get_text()) for label in ax.get_xticklabels())
        caption(ax, " · ".join(filter(None, said)), below=12 + 5.2 * longest)
        note(ax, simulated=style.mark)
    return ax


def _matrices(
    cells: pd.DataFrame, most: int, most_templates: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return quotients that may be shown and grades, templates x regions."""
    column, _ = cell_quotient(cells)
    part = needed_columns(cells, "template", "region", "grade")
    drawn = shown_quotients(cells, plants="establishments", columns=(column,) * 3)
    shown = part.assign(
        value=drawn.value, grade=part["grade"].fillna("").astype(str).to_numpy()
    )
    quotients = shown.pivot_table(
        index="template", columns="region", values="value", dropna=False
    )
    grades = shown.pivot_table(
        index="template", columns="region", values="grade", aggfunc="max"
    ).reindex_like(quotients)
    graded = grades.fillna("") != ""
    kept = graded.sum(axis=1).sort_values(ascending=False, kind="stable")
    rows = sorted(kept.index[:most_templates])
    quotients, grades, graded = (t.loc[rows] for t in (quotients, grades, graded))
    order = (
        pd
        .DataFrame({
            "graded": graded.sum(), "most": quotients.max()
        })
        .reset_index()
        .sort_values(["graded", "most", "region"], ascending=[False, False, True])
    )  # fmt: skip
    chosen = sorted(order["region"].head(most))
    return quotients[chosen], grades[chosen]


def _write_grades(ax: Axes, quotients: pd.DataFrame, grades: pd.DataFrame) -> None:
    """Write the grade into each cell that has one, so that it reads on its colour."""
    values = quotients.to_numpy(dtype=float)
    letters = grades.fillna("").to_numpy(dtype=object)
    for i, j in np.argwhere(letters != ""):
        ink = "#FFFFFF" if values[i, j] >= _DARK_FROM else "#111111"
        ax.text(
            j + 0.5, i + 0.52, letters[i, j], ha="center", va="center", fontsize=6.5,
            fontweight="bold", color=ink,
        )  # fmt: skip


def _draw_quotients(ax: Axes, quotients: pd.DataFrame) -> QuadMesh:
    """Colour each cell by the logarithm of its quotient; hatch what is not shown."""
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
    from matplotlib.patches import Rectangle

    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log2(quotients.to_numpy(dtype=float))
    logs = np.clip(logs, -2, 3)
    mesh = ax.pcolormesh(
        np.ma.masked_invalid(logs),
        cmap=LinearSegmentedColormap.from_list("brown-teal", DIVERGING),
        norm=TwoSlopeNorm(0, vmin=-2, vmax=3),
        edgecolors="white",
        linewidth=0.5,
    )
    for i, j in np.argwhere(np.isnan(logs)):
        ax.add_patch(
            Rectangle((j, i), 1, 1, fill=False, hatch="////", edgecolor="#b0b6bc")
        )
    return mesh


def _name_rows_and_columns(
    ax: Axes,
    quotients: pd.DataFrame,
    labels: Mapping[str, str],
    names: Mapping[str, str],
) -> None:
    rows = [plain_text(_row_label(str(t), labels), width=38) for t in quotients.index]
    columns = [plain_text(names.get(str(c), c), width=24) for c in quotients.columns]
    ax.invert_yaxis()
    ax.set_yticks(np.arange(len(rows)) + 0.5, rows)
    ax.set_xticks(np.arange(len(columns)) + 0.5, columns, rotation=90)
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _row_label(code: str, labels: Mapping[str, str]) -> str:
    label = labels.get(code)
    return code if label is None or str(label) == code else f"{code} {label}"
