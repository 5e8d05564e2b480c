"""What the survey said: each item with its base, and how ranks move."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.reports._parts import Context, Part, Section

if TYPE_CHECKING:
    from clusterid.reports._tables import Table
    from clusterid.results import Result
    from clusterid.survey import Survey

__all__ = ["survey"]

_COLUMNS = (
    "option", "percent_of_cases", "lower", "upper", "worst_lower", "worst_upper",
    "count", "missing", "percent_of_responses",
)  # fmt: skip
#: what is asked of each declared cluster
_OF_CLUSTERS = ("identified_by", "initiated_by", "funded_by")


def survey(result: Result, page: Context) -> Section | None:
    """Return the survey's tables with their bases, and how ranks move."""
    found = result.survey
    if found is None:
        return None
    parts = [
        page.text(
            "report.survey_text",
            asked=int(found.places["asked"].eq(True).sum()),
            answered=int(found.places["answered"].eq(True).sum()),
            n=len(found.declared),
        )
    ]
    if len(found.answers):
        questions = found.codebook.drop_duplicates("question").set_index("question")
        asked = set(found.answers["question"])
        items = [item for item in questions.index if item in asked]
        if len(found.declared):
            items += _OF_CLUSTERS
        for item in items:
            title = item.replace("_", " ")
            if item in questions.index:
                title = str(questions.loc[item, f"question_{page.said.language}"])
            parts += _item(found, item, title, page)
    return page.section("survey", parts)


def _item(found: Survey, item: str, title: str, page: Context) -> list[Part]:
    """Return one item's shares and, where places ranked options, how ranks move."""
    from clusterid.figures import rank_slope

    table = found.table(item)
    if not table["base"].gt(0).any():
        return []
    base = _base(table, page)
    parts = [Part("heading", title), _shares(table, base, page)]
    answers = found.answers
    if answers.loc[answers["question"].eq(item), "rank"].notna().any():
        shift = found.rank_shift(item)
        names = shift[f"label_{page.said.language}"]
        ax = rank_slope(
            shift,
            labels={str(k): str(v) for k, v in names.items()},
            title=page.said("report.rank_shift", q=title),
            base=base,
            language=page.said.language,
            simulated=page.simulated,
        )
        parts.append(page.figure(ax, "report.alt_ranks", q=title))
    return parts


def _shares(table: pd.DataFrame, base: str, page: Context) -> Part:
    """Return an item of the survey, each share with a bar and its interval."""
    shown = (
        table
        .drop(columns="option")
        .rename(columns={f"label_{page.said.language}": "option"})
        .sort_values(["percent_of_cases", "option"], ascending=[False, True])
    )
    plain: Table = page.table(shown, columns=_COLUMNS, note=base).value
    rows = []
    for row, record in zip(plain.rows, shown.to_dict("records"), strict=True):
        value = record["percent_of_cases"]
        ends = [record["lower"], record["upper"]]
        if value == value:
            low, high = (v if v == v else value for v in ends)
            drawn = (round(value, 1), round(low, 1), round(high, 1))
            row = (row[0], replace(row[1], bar=drawn), *row[2:])
        rows.append(row)
    return Part("table", replace(plain, rows=tuple(rows)))


def _base(table: pd.DataFrame, page: Context) -> str:
    n = int(table["base"].max())
    population = table["population"].max()
    name = str(table["base_name"].iloc[0])
    if population == population and name == "responding":
        return page.said("report.base_of", n=n, total=int(population))
    unit = page.said.get(f"base.{name}", name.replace("_", " "))
    return page.said("report.base_n", n=n, unit=unit)
