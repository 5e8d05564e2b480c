"""Every region's list: what stands there, at which grade, and what would decide."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.errors import OptionError
from clusterid.legend import format_number
from clusterid.reports._clusters import MOST_ROWS, jobs_only
from clusterid.reports._parts import Context, Part, Section
from clusterid.reports._quotient_ranges import with_ranges

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = ["code_of_region", "one_region", "regions"]

_COLUMNS = (
    "rank", "grade", "name", "kind_label", "level", "employment", "excess_jobs",
    "quotient_jobs", "quotient_plants", "establishments", "form", "why_not_higher",
    "would_decide", "cluster",
)  # fmt: skip
#: Rows of each region in the report of a whole study. Our choice.
_FIRST_ROWS = 10


def code_of_region(result: Result, wanted: str) -> str:
    """Return the code of a region that is named by its code or its name.

    Raises
    ------
    OptionError
        If no region, or more than one, is called so.
    """
    names = {str(code): str(code) for code in result.economy.regions}
    if "name" in result.regions:
        spoken = result.regions["name"].astype(str)
        names |= {str(code): name for code, name in spoken.items()}
    if wanted in names:
        return wanted
    said = wanted.strip().casefold()
    hits = sorted(code for code, name in names.items() if name.casefold() == said)
    if len(hits) == 1:
        return hits[0]
    if hits:
        raise OptionError(
            f"region={wanted!r}: {len(hits)} regions have this name; give one of the "
            f"codes {', '.join(hits[:5])}."
        )
    near = get_close_matches(said, [n.casefold() for n in names.values()], 3, 0.5)
    like = [n for n in names.values() if n.casefold() in near][:3]
    hint = f" Like it: {', '.join(like)}." if like else ""
    raise OptionError(
        f"region={wanted!r}: is no region of this study; use a code or a name.{hint}"
    )


def regions(result: Result, page: Context) -> Section | None:
    """Return the first rows of every region's list, most excess jobs first."""
    found = result.candidates
    if found is None or not len(found.concentrations):
        return None
    table = found.concentrations
    most = table.groupby("region")["excess_jobs"].max()
    order = most.sort_values(ascending=False, kind="stable").index[:MOST_ROWS]
    rows = format_number(len(table), language=page.language)
    written = _written(table[table["region"].isin(order)], page)
    return page.section(
        "regions",
        [
            page.text("report.regions_text", rows=rows),
            *(
                _list(written[written["region"].eq(region)], region, page, folded=True)
                for region in order
            ),
        ],
    )


def one_region(result: Result, page: Context, region: str) -> Section | None:
    """Return the whole list of one region."""
    found = result.candidates
    if found is None:
        return None
    title = page.said("report.region_title", region=page.regions.get(region, region))
    table = found.concentrations[found.concentrations["region"].eq(region)]
    parts = [*jobs_only(found, page)]
    if len(table):
        parts.append(_list(_written(table, page), region, page, folded=False))
        parts.append(page.note("report.quotients_note"))
    else:
        parts.append(page.text("report.region_nothing"))
    return Section("regions", title, tuple(parts))


def _written(table: pd.DataFrame, page: Context) -> pd.DataFrame:
    """Return rows of lists with their names, quotients and what would decide."""
    named = with_ranges(page.named(table), page)
    return named.assign(would_decide=_would_decide(table, page))


def _list(table: pd.DataFrame, region: object, page: Context, *, folded: bool) -> Part:
    name = page.regions.get(str(region), str(region))
    return page.table(
        table.sort_values("rank", kind="stable"),
        caption=page.said("report.region_list", region=name) if folded else "",
        columns=_COLUMNS,
        limit=_FIRST_ROWS if folded else None,
        more="report.more_concentrations",
        folded=folded,
    )


def _would_decide(table: pd.DataFrame, page: Context) -> list[str]:
    """Return what would decide on a higher grade, in words."""
    found = []
    for grade, why, needed, plants in zip(
        table["grade"],
        table["why_not_higher"],
        table["plants_needed"],
        table["establishments"].fillna(0),
        strict=True,
    ):
        said = ""
        if grade in ("A", "B"):
            pass
        elif "plants_not_counted" in str(why):
            said = page.said("map.count_plants")
        elif needed == needed and needed > plants:
            n = format_number(needed, language=page.language)
            said = page.said("map.plants_needed", n=n)
        found.append(said)
    return found
