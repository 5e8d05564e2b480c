"""Templates by region: where each group of industries stands out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.figures._axes import (
    figure_style,
    new_axes,
    note,
    plain_text,
)
from clusterid.figures._portfolio import _empty, _source
from clusterid.legend import DIVERGING, shown_cells, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
    from matplotlib.patches import Rectangle

    said = words(language, kind=kind)
    cells = candidates.cells
    shown = cells.assign(
        value=shown_cells(
            cells["lq_shrunk"],
            n_plants=cells.get("establishments"),
            reason=cells.get("reason"),
        ).value,
        seed=cells["is_seed"].eq(True) if "is_seed" in cells else False,
    )
    table = shown.pivot_table(
        index="template", columns="region", values="value", dropna=False
    )
    seeds = shown.pivot_table(
        index="template", columns="region", values="seed", aggfunc="max"
    ).reindex_like(table)
    order = (
        pd
        .DataFrame({"seeds": seeds.sum(), "most": table.max()})
        .reset_index()
        .sort_values(["seeds", "most", "region"], ascending=[False, False, True])
    )
    chosen = sorted(order["region"].head(regions))
    table, seeds = table[chosen], seeds[chosen]
    labels = {} if templates is None else templates.labels.to_dict()
    with figure_style():
        ax = new_axes(
            ax, (2.6 + 0.26 * max(1, len(chosen)), 1.6 + 0.26 * max(1, len(table)))
        )
        if not table.size:
            _empty(ax, said("map.no_values"))
            return ax
        colours = LinearSegmentedColormap.from_list("brown-teal", DIVERGING)
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log2(table.to_numpy(dtype=float))
        logs = np.clip(logs, -2, 3)
        mesh = ax.pcolormesh(
            np.ma.masked_invalid(logs),
            cmap=colours,
            norm=TwoSlopeNorm(0, vmin=-2, vmax=3),
            edgecolors="white",
            linewidth=0.5,
        )
        for i, j in np.argwhere(np.isnan(logs)):
            ax.add_patch(
                Rectangle((j, i), 1, 1, fill=False, hatch="////", edgecolor="#b0b6bc")
            )
        rows, columns = np.nonzero(seeds.fillna(0).to_numpy(dtype=float) > 0)
        ax.plot(columns + 0.5, rows + 0.5, "o", color="#111111", markersize=2.6)
        ax.invert_yaxis()
        ax.set_yticks(
            np.arange(len(table)) + 0.5,
            [
                plain_text(_row_label(str(code), labels), width=38)
                for code in table.index
            ],
        )
        known = names or {}
        ax.set_xticks(
            np.arange(len(chosen)) + 0.5,
            [plain_text(known.get(str(c), c), width=24) for c in chosen],
            rotation=90,
        )
        ax.tick_params(length=0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        bar = ax.figure.colorbar(mesh, ax=ax, shrink=0.8, pad=0.02)
        bar.set_ticks([-2, -1, 0, 1, 2, 3], labels=["¼", "½", "1", "2", "4", "8+"])
        bar.set_label(said("measure.lq_shrunk"))
        bar.outline.set_visible(False)
        ax.set_title(said("figure.heatmap"))
        longest = max(len(label.get_text()) for label in ax.get_xticklabels())
        ax.annotate(
            " · ".join(
                part
                for part in (
                    said("figure.heatmap_note"),
                    plain_text(_source(said, source), width=90),
                )
                if part
            ),
            xy=(0, 0),
            xycoords="axes fraction",
            xytext=(0, -12 - 5.2 * longest),
            textcoords="offset points",
            va="top",
            fontsize=7.2,
            color="#5a6472",
            annotation_clip=False,
        )
        note(ax, simulated=said("map.simulated") if simulated else "")
    return ax


def _row_label(code: str, labels: Mapping[str, Any]) -> str:
    label = labels.get(code)
    return code if label is None or str(label) == code else f"{code} {label}"
