"""What stands out below the templates, and what could not be decided there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from clusterid.clusters._levels import TestedLevels
from clusterid.clusters._settle import Found

__all__ = ["PARTS_COLUMNS", "parts_table"]

PARTS_COLUMNS = [
    "part", "template", "level", "label", "industries", "regions", "employment",
    "establishments", "lq", "share_imputed", "p_value", "q_value", "state", "cluster",
]  # fmt: skip


def parts_table(
    found: list[Found],
    names: Mapping[int, str],
    levels: TestedLevels,
    minimum_jobs: float,
) -> pd.DataFrame:
    """Return the parts found, each in the cluster named, and those not decided.

    ``names`` of the clusters by ``id`` of what was found.
    """
    cells_of = {group: table.iloc[rows] for table, group, rows in levels.groups()}
    rows = []
    for f in found:
        if levels.kinds[f.group].level == "template":
            continue
        holder = f if f.state == "candidate" else found[f.other]
        cells = cells_of[f.group].iloc[f.where]
        rows.append(
            _kind(f.group, levels)
            | _strength(cells)
            | {"state": f.state, "cluster": names.get(id(holder), "")}
        )
    decided = pd.DataFrame(rows, columns=PARTS_COLUMNS)
    if levels.parts is None:
        return decided
    both = [t for t in (decided, _undecided(levels, minimum_jobs)) if len(t)]
    if not both:
        return decided
    return pd.concat(both, ignore_index=True).sort_values(
        ["p_value", "part", "regions"], kind="stable", ignore_index=True
    )


def _kind(group: str, levels: TestedLevels) -> dict[str, object]:
    """Return what a part is."""
    kind = levels.kinds[group]
    return {
        "part": kind.part,
        "template": kind.template,
        "level": kind.level,
        "label": kind.label,
        "industries": ";".join(levels.industries(group)),
    }


def _strength(cells: pd.DataFrame) -> dict[str, object]:
    """Return size and strength of a part in its regions."""
    jobs = cells["employment"]
    total = jobs.sum()
    expected = (jobs / cells["lq"].where(cells["lq"] > 0)).sum()
    filled = (jobs * cells["share_imputed"]).sum()
    return {
        "regions": ";".join(cells["region"]),
        "employment": float(total),
        "establishments": float(cells["establishments"].sum(min_count=1)),
        "lq": float(total / expected) if expected > 0 else float("nan"),
        "share_imputed": float(filled / total) if total > 0 else 0.0,
        "p_value": float(cells["p_value"].min()),
        "q_value": float(cells["q_value"].min()),
    }


def _undecided(levels: TestedLevels, minimum_jobs: float) -> pd.DataFrame:
    """Return single industries that stand out unless it is by one large plant."""
    cells = levels.fine
    alone = np.array([levels.kinds[g].level == "industry" for g in cells["template"]])
    left = cells[cells["is_open"] & alone & cells["employment"].ge(minimum_jobs)]
    kinds = pd.DataFrame(
        [_kind(group, levels) for group in left["template"]], index=left.index
    )
    left = left.drop(columns="template").assign(
        regions=left["region"],
        p_value=left["p_unchecked"],
        state="one_industry",
        cluster="",
    )
    return pd.concat([kinds, left], axis=1).reindex(columns=PARTS_COLUMNS)
