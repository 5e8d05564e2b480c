"""How clusters moved over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from clusterid.reports._parts import Context, Section
    from clusterid.results import Result

__all__ = ["monitoring"]

_YEAR_BY_YEAR = (
    "cluster", "label", "year", "employment", "establishments", "lq", "growth",
    "growth_national", "p_value", "q_value", "flag", "reason",
)  # fmt: skip
_IN_ALL = (
    "cluster", "label", "employment_start", "employment_end", "growth_per_year",
    "growth_national_per_year", "lq_start", "lq_end", "z", "p_value", "reason",
    "q_value", "flag",
)  # fmt: skip


def monitoring(result: Result, page: Context) -> Section | None:
    """Return what happened to each cluster in all, then year by year."""
    found = result.monitoring
    if found is None:
        return None
    tables = []
    names = _names(result)
    if len(found.changes):
        changes = _spoken(
            found.changes.sort_values("p_value", kind="stable"), names, page
        )
        caption = page.said.get("column.changes", "changes")
        tables.append(page.table(changes, caption=caption, columns=_IN_ALL, limit=30))
    if len(found.panel):
        tables.append(
            page.table(
                _spoken(found.panel, names, page),
                caption=page.said.get("column.panel", "panel"),
                columns=_YEAR_BY_YEAR,
                limit=120,
                folded=True,
            )
        )
    if not tables:
        return None
    return page.section("monitoring", [page.text("report.monitoring_text"), *tables])


def _names(result: Result) -> dict[str, str]:
    """Return what every cluster is called, as everywhere else in the report."""
    if result.candidates is None or "name" not in result.candidates.table:
        return {}
    table = result.candidates.table
    return dict(zip(table.index.astype(str), table["name"].astype(str), strict=True))


def _spoken(table: pd.DataFrame, names: dict[str, str], page: Context) -> pd.DataFrame:
    flat = table if "cluster" in table.columns else table.reset_index()
    pairs = zip(flat["cluster"].astype(str), flat["label"], strict=True)
    return flat.assign(label=[names.get(c) or page.spoken(v) for c, v in pairs])
