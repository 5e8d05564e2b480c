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
from clusterid.results import needed_columns, shown_quotients

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh

__all__ = ["template_heatmap"]


@typed
def template_heatmap(
    candidates: Any,
    templates: Any = None,
    *,
    names: Mapping[str, str] | None = None,
    regions: int = 25,
    language: str = "en",
    kind: str = "industry",
    source: str = "",
    simulated: bool = False,
    ax: Axes | None = None,
) -> Axes:
    """Draw the shrunk location quotient of templates in the regions that stand out.

    Blue-green is above 1, brown below; a dot marks cells tested beyond chance;
    withheld cells are hatched.

    Parameters
    ----------
    candidates : CandidateClusters
        ``cells`` with ``template``, ``region``, ``lq_shrunk``, ``is_seed``, ``reason``.
    templates : Templates, optional
        For the labels of the rows.
    names : mapping of region to name, optional
        Names of the columns.
    regions : int
        Regions shown: those with most tested cells, then the largest quotients.
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
    ...     "lq_shrunk": [2.0, 0.5], "is_seed": [True, False], "reason": ""})
    >>> len(template_heatmap(SimpleNamespace(cells=cells)).get_xticks())
    2
    """
    style = Style(language=language, kind=kind, source=source, simulated=simulated)
    quotients, seeds = _matrices(candidates.cells, regions)
    n_rows, n_columns = quotients.shape
    size = (2.6 + 0.26 * max(1, n_columns), 1.6 + 0.26 * max(1, n_rows))
    with style.axes(ax, size) as ax:
        if not quotients.size:
            style.empty(ax, "map.no_values")
            return ax
        mesh = _draw_quotients(ax, quotients)
        rows, columns = np.nonzero(seeds.fillna(0).to_numpy(dtype=float) > 0)
        ax.plot(columns + 0.5, rows + 0.5, "o", color="#111111", markersize=2.6)
        labels = {} if templates is None else templates.labels.to_dict()
        _name_rows_and_columns(ax, quotients, labels, names or {})
        bar = ax.figure.colorbar(mesh, ax=ax, shrink=0.8, pad=0.02)
        bar.set_ticks([-2, -1, 0, 1, 2, 3], labels=["¼", "½", "1", "2", "4", "8+"])
        bar.set_label(style.said("measure.lq_shrunk"))
        bar.outline.set_visible(False)
        ax.set_title(style.said("figure.heatmap"))
        said = (style.said("figure.heatmap_note"),
                plain_text(style.source_line, width=90))  # fmt: skip
        longest = max(len(label.get_text()) for label in ax.get_xticklabels())
        caption(ax, " · ".join(filter(None, said)), below=12 + 5.2 * longest)
        note(ax, simulated=style.mark)
    return ax


def _matrices(cells: pd.DataFrame, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return quotients that may be shown and tested cells, templates x regions."""
    shown = cells.assign(
        value=shown_quotients(cells, plants="establishments").value,
        seed=needed_columns(cells, "is_seed")["is_seed"].eq(True),
    )
    quotients = shown.pivot_table(
        index="template", columns="region", values="value", dropna=False
    )
    seeds = shown.pivot_table(
        index="template", columns="region", values="seed", aggfunc="max"
    ).reindex_like(quotients)
    order = (
        pd
        .DataFrame({"seeds": seeds.sum(), "most": quotients.max()})
        .reset_index()
        .sort_values(["seeds", "most", "region"], ascending=[False, False, True])
    )
    chosen = sorted(order["region"].head(most))
    return quotients[chosen], seeds[chosen]


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
