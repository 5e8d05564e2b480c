"""Where industries concentrate: tested quotients, and indices by industry."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from clusterid.legend import format_number
from clusterid.results import needed_columns, shown_quotients

if TYPE_CHECKING:
    from clusterid.reports._parts import Context, Part, Section
    from clusterid.results import Result

__all__ = ["concentration"]

#: what a quotient may be tested against; see the column null of the test
_NULLS = ("dartboard", "bar", "roughness", "rough_bar")


def concentration(result: Result, page: Context) -> Section | None:
    """Return the strongest concentrations with intervals, and indices by industry."""
    parts: list[Part] = []
    if len(result.concentration):
        parts += _quotients(result, page)
    if len(result.industries):
        parts.append(_indices(result.industries, page))
    return page.section("concentration", parts)


def _quotients(result: Result, page: Context) -> list[Part]:
    table, language = result.concentration, page.said.language
    cells = shown_quotients(
        table,
        plants="n_plants",
        columns=("lq_plants", "lq_plants_lower", "lq_plants_upper"),
    )
    strong = table[cells.state == "shown"]
    held = int((cells.state == "withheld").sum())
    return [
        page.text("report.concentration_text"),
        *_tested_against(table, page),
        _by_rank(strong, page) if len(strong) else _by_excess(result, page),
        page.note(
            "report.held_back",
            n=format_number(held, language=language),
            total=format_number(len(table), language=language),
        ),
    ]


def _tested_against(table: pd.DataFrame, page: Context) -> list[Part]:
    """Return which null the quotients were tested against, and what that means."""
    found = set(needed_columns(table, "null")["null"].unique())
    return [page.text(f"null.{null}") for null in _NULLS if null in found]


def _by_rank(strong: pd.DataFrame, page: Context) -> Part:
    """Return cells with counted plants, those first that surely have many."""
    rank = needed_columns(strong, "lq_plants_rank")["lq_plants_rank"]
    ranked = strong.assign(lq_plants_rank=rank)
    order = ["lq_plants_rank", "lq_plants_lower", "region", "industry"]
    return page.table(
        ranked.sort_values(order, ascending=[False, False, True, True]),
        caption=page.said("report.strongest"),
        columns=("region", "industry", "n_plants", "lq_plants", "lq_plants_lower",
                 "lq_plants_upper", "lq_plants_smoothed", "q_value", "lq_jobs"),
        limit=30,
        note=page.said("report.strongest_note"),
    )  # fmt: skip


def _by_excess(result: Result, page: Context) -> Part:
    """Return cells without counted plants by jobs above the expected number."""
    table = result.concentration
    keys = pd.MultiIndex.from_frame(table[["region", "industry"]].astype(str))
    cells = result.economy.employment.stack(future_stack=True)
    jobs = cells.reindex(keys).to_numpy(dtype=float)
    quotient = table["lq_jobs"].where(table["lq_jobs"] > 0)
    frame = table.assign(employment=jobs, excess_jobs=jobs * (1 - 1 / quotient))
    columns = ["region", "industry", "employment", "lq_jobs", "excess_jobs"]
    if needed_columns(table, "q_value")["q_value"].notna().any():
        columns.append("q_value")
    return page.table(
        frame[frame["excess_jobs"].gt(0)].sort_values(
            ["excess_jobs", "region", "industry"], ascending=[False, True, True]
        ),
        caption=page.said("report.largest_excess"),
        columns=tuple(columns),
        limit=30,
        note=page.said("report.largest_excess_note"),
    )


def _indices(indices: pd.DataFrame, page: Context) -> Part:
    """Return indices by industry, the most concentrated first."""
    frame = indices
    if "industry" not in frame:
        frame = frame.rename_axis("industry").reset_index()
    by = next((c for c in ("gamma", "locational_gini") if c in frame), None)
    if by is not None:
        frame = frame.sort_values([by, "industry"], ascending=[False, True])
    return page.table(
        frame,
        caption=page.said("report.indices"),
        columns=("industry", "employment", "locational_gini", "gamma",
                 "raw_concentration", "herfindahl", "z", "p_value", "reason"),
        limit=20,
    )  # fmt: skip
