"""Changes of territories: German Kreise, American counties, NUTS regions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

import pandas as pd

from clusterid.classifications._reading import embedded_table
from clusterid.errors import check_option

__all__ = ["TERRITORIES", "Step", "exists_on", "kreis_reforms", "steps_of",
           "territory_changes"]  # fmt: skip

Territory = Literal["kreise", "us_counties", "nuts"]
TERRITORIES: tuple[str, ...] = get_args(Territory)
_FILES = {
    "kreise": "kreis_reforms.csv",
    "us_counties": "us_county_changes.csv",
    "nuts": "nuts_changes.csv",
}
#: Länder in which Kreise were reformed since 1998, by the first two digits of the key.
_LAENDER = {
    "03": "Niedersachsen", "05": "Nordrhein-Westfalen", "06": "Hessen",
    "13": "Mecklenburg-Vorpommern", "14": "Sachsen", "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}  # fmt: skip


def kreis_reforms() -> pd.DataFrame:
    """Return the embedded reforms of German Kreise since 1998.

    Returns
    -------
    DataFrame
        ``effective`` (date), ``kind`` (merger, split), ``ags_before``,
        ``name_before``, ``ags_after``, ``name_after``, ``weight`` (share of the old
        Kreis; NaN where no share is known).

    Examples
    --------
    >>> reforms = kreis_reforms()
    >>> reforms.loc[reforms["effective"].dt.year.eq(2016), "ags_after"].tolist()
    ['03159', '03159']
    """
    table = embedded_table("territory", _FILES["kreise"])
    table["effective"] = pd.to_datetime(table["effective"])
    table["weight"] = pd.to_numeric(table["weight"], errors="coerce")
    return table


def territory_changes(kind: Territory) -> pd.DataFrame:
    """Return the embedded changes of one kind of territory.

    Parameters
    ----------
    kind : {"kreise", "us_counties", "nuts"}
        German Kreise since 1998; American counties and their equivalents since 2001;
        NUTS regions of levels 1 and 2, versions 2006 to 2024.

    Returns
    -------
    DataFrame
        ``effective`` (date; of NUTS, from when a version applies), ``before``,
        ``after``, ``reform`` (what happened, in words), ``weight`` (1 where all of
        the old region went there, NaN where it was divided and no share is known).

    Examples
    --------
    >>> changes = territory_changes("us_counties")
    >>> changes.loc[changes["before"].eq("46113"), "after"].tolist()
    ['46102']
    """
    check_option("kind", kind, TERRITORIES)
    columns = ["effective", "before", "after", "reform", "weight"]
    if kind == "kreise":
        names = {"ags_before": "before", "ags_after": "after"}
        table = kreis_reforms().rename(columns=names)
        land = table["before"].str[:2].map(_LAENDER)
        table["reform"] = "reform of Kreise in " + land
        return table.loc[:, columns]
    table = embedded_table("territory", _FILES[kind])
    if kind == "nuts":
        table["reform"] = "NUTS " + table["version"]
    table["effective"] = pd.to_datetime(table["effective"])
    table["weight"] = pd.to_numeric(table["weight"], errors="coerce")
    return table.loc[:, columns]


@dataclass(frozen=True, slots=True)
class Step:
    """What one region became on one day: all the regions it went to."""

    effective: pd.Timestamp
    before: str
    after: tuple[str, ...]
    reform: str


@lru_cache(maxsize=len(TERRITORIES))
def steps_of(kind: Territory) -> tuple[Step, ...]:
    """Return the changes of one kind, one step a region and day, by day and code."""
    rows = territory_changes(kind).itertuples(index=False, name=None)
    found: dict[tuple[pd.Timestamp, str, str], set[str]] = {}
    for day, before, after, reform, _ in rows:
        found.setdefault((day, before, reform), set()).add(after)
    return tuple(
        Step(day, before, tuple(sorted(after)), reform)
        for (day, before, reform), after in sorted(found.items())
    )


def exists_on(code: str, day: pd.Timestamp, kind: Territory) -> bool | None:
    """Tell whether a code exists on a day; None where no change ever touched it."""
    state: bool | None = None
    for effective in sorted({step.effective for step in steps_of(kind)}):
        today = [s for s in steps_of(kind) if s.effective == effective]
        ends = any(step.before == code for step in today)
        begins = any(code in step.after for step in today)
        if not (ends or begins):
            continue
        if effective > day:
            return ends if state is None else state
        state = begins
    return state
