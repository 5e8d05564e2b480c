"""The groups of industries of German regional tables, and how they add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clusterid._disk import read_toml
from clusterid.classifications import kreis_correspondence, kreis_reforms
from clusterid.errors import SourceError
from clusterid.sources._carry import moves
from clusterid.tables import TOTAL

__all__ = ["GERMAN_TABLES", "LABELS", "TableLayout", "assemble"]

#: The part that the tables leave out because it follows: mining, energy, water.
DERIVED = "B+D+E"
_DERIVED_FROM = ("B-E", "C")


@dataclass(frozen=True, slots=True)
class TableLayout:
    """What the groups of a GENESIS table are called, and how they add up.

    ``groups``: label -> code; ``parents``: child -> parent; ``leaves``: the groups that
    partition the economy; ``unit``: persons in 1; ``rounding``: persons by which a
    total may be away from its parts; ``source``: who publishes it.
    """

    groups: Mapping[str, str]
    parents: Mapping[str, str]
    leaves: Sequence[str]
    unit: float
    rounding: float
    source: str


_DECLARED = read_toml(Path(__file__).with_name("tables.toml"))
#: Short names of the groups, German.
LABELS: Mapping[str, str] = _DECLARED["labels"]
#: The tables by number.
GERMAN_TABLES: Mapping[str, TableLayout] = {
    number: TableLayout(**declared) for number, declared in _DECLARED["tables"].items()
}

#: Kreise that hold less of the nation are not all of them (in truth 0.99 and more).
_LEAST_PLACED = 0.9
#: Kreisfreie Länder that the tables list as Länder only.
_CITY_STATES = {"02": "02000", "11": "11000"}


@dataclass(frozen=True, slots=True)
class Assembled:
    """What :func:`assemble` makes: cells of Kreise, totals, hierarchies, names."""

    table: pd.DataFrame
    totals: pd.DataFrame
    hierarchies: dict[str, pd.Series]
    names: pd.Series
    notes: tuple[str, ...]


def assemble(
    published: pd.DataFrame,
    layout: TableLayout,
    *,
    territory: str | int | None = None,
) -> Assembled:
    """Return the partition of Germany into Kreise and leaf groups, and all totals.

    ``published`` are the cells before anything is derived: ``year``, ``code`` (region
    as published), ``name``, ``industry``, ``value`` (persons; NaN unless published),
    ``flag`` ("" published, "." withheld, "-" none, "/", "x" or "..." not available).

    Kreise are the five-digit codes that have a total in the year, and the two city
    states. ``B+D+E`` is derived as (B-E) - C. Totals get the range in which the sum
    of their parts lies: persons without an industry or without a Kreis are in the
    totals and in no part, and how many they are follows from totals that are never
    withheld.
    """
    cells = published.copy()
    cells["value"] = cells["value"].where(cells["flag"].ne("-"), 0.0)
    exists = _existing(cells)
    cells = cells.merge(exists, on=["year", "code"])
    is_kreis = cells["code"].str.len().eq(5) | cells["code"].isin(list(_CITY_STATES))
    kreise = cells[is_kreis].assign(region=lambda t: t["code"].replace(_CITY_STATES))
    _check_complete(cells, kreise)
    if territory is not None:
        kreise = _on_territory(kreise, territory)
    table = _leaves(kreise, layout)
    names = (
        kreise.sort_values("year").drop_duplicates("region", keep="last")
        .set_index("region")["name"].sort_index()
    )  # fmt: skip
    totals = _totals(cells, kreise, layout)
    industry = pd.Series(layout.parents, name="parent").rename_axis("child")
    region = pd.Series(
        {kreis: kreis[:2] for kreis in names.index}, name="parent"
    ).rename_axis("child")
    lands = pd.Series(TOTAL, index=sorted(region.unique()), name="parent")
    notes = (
        f"{DERIVED} is derived as (B-E) - C; withheld where one of them is.",
        "Persons without a Kreis or without an industry are in the totals only.",
    )
    hierarchies = {
        "industry": industry,
        "region": pd.concat([region, lands]).rename_axis("child"),
    }
    return Assembled(table, totals, hierarchies, names, notes)


def _check_complete(cells: pd.DataFrame, kreise: pd.DataFrame) -> None:
    """Raise where the Kreise of a year do not make up Germany: a file cut short."""
    everything = cells[cells["industry"].eq(TOTAL)]
    if not len(kreise):
        raise SourceError(
            "The file has no Kreise; it may be cut short. Fetch it again."
        )
    nation = everything[everything["code"].eq("DG")].groupby("year")["value"].sum()
    placed = kreise[kreise["industry"].eq(TOTAL)].groupby("year")["value"].sum()
    lost = placed.index.difference(nation.index)
    if len(lost):
        raise SourceError(
            f"The file has no row of Germany (DG) in {', '.join(map(str, lost))}: "
            "fetch it again, all of it."
        )
    share = placed.reindex(nation.index).fillna(0.0) / nation
    short = share[share < _LEAST_PLACED]
    if len(short):
        parts = ", ".join(f"{part:.0%} in {year}" for year, part in short.items())
        raise SourceError(
            f"The Kreise hold {parts} of the persons of Germany: rows are missing, the "
            "file may be cut short. Fetch it again."
        )


def _on_territory(kreise: pd.DataFrame, territory: str | int) -> pd.DataFrame:
    """Add up Kreise that are one at the day wanted; a withheld part withholds it."""
    parts = []
    for year in sorted({int(y) for y in kreise["year"]}):
        mine = kreise[kreise["year"].eq(year)]
        codes = sorted(mine["region"].unique())
        becomes = moves(kreis_correspondence(codes, start=year, end=territory))
        parts.append(mine.assign(region=mine["region"].map(becomes)))
    moved = pd.concat(parts, ignore_index=True)
    keys = ["year", "region", "industry"]
    several = moved.duplicated(keys, keep=False)
    if not several.any():
        return moved
    official = kreis_reforms().set_index("ags_after")["name_after"].to_dict()
    merged = (
        moved[several]
        .groupby(keys, as_index=False)
        .agg(
            value=("value", lambda v: v.sum(skipna=False)),
            flag=("flag", lambda f: "" if f.isin(["", "-"]).all() else "."),
        )
    )
    merged["name"] = merged["region"].map(official)
    merged["code"] = merged["region"]
    return pd.concat([moved[~several], merged], ignore_index=True)


def _existing(cells: pd.DataFrame) -> pd.DataFrame:
    total = cells[cells["industry"].eq(TOTAL)]
    there = total[total["flag"].eq("") & total["value"].gt(0)]
    return there[["year", "code"]].drop_duplicates()


def _leaves(kreise: pd.DataFrame, layout: TableLayout) -> pd.DataFrame:
    keys = ["year", "region"]
    wide: Any = kreise.pivot(index=keys, columns="industry", values="value")
    flags: Any = kreise.pivot(index=keys, columns="industry", values="flag")
    whole, part = wide[_DERIVED_FROM[0]], wide[_DERIVED_FROM[1]]
    wide[DERIVED] = (whole - part).round(6)
    flags[DERIVED] = np.where(wide[DERIVED].isna(), ".", "")
    leaves = list(layout.leaves)
    upper = wide[leaves].fillna(_ceilings(wide, layout))
    lower = wide[leaves].fillna(0.0)
    least = (whole - upper[_DERIVED_FROM[1]]).fillna(0.0).clip(lower=0.0)
    lower[DERIVED] = wide[DERIVED].where(wide[DERIVED].notna(), least)
    columns = {
        "employment": wide[leaves],
        "lower": lower,
        "upper": upper,
        "flag": flags[leaves],
    }
    stacked = {name: frame.stack(future_stack=True) for name, frame in columns.items()}
    return pd.DataFrame(stacked).reset_index()


def _ceilings(wide: pd.DataFrame, layout: TableLayout) -> pd.DataFrame:
    """Upper bound of a cell: the nearest published total above, less its siblings."""
    result = {}
    for leaf in layout.leaves:
        bound = pd.Series(np.nan, index=wide.index)
        node = leaf
        while node != TOTAL:
            parent = layout.parents[node]
            siblings = [c for c, p in layout.parents.items() if p == parent]
            rest = wide.reindex(columns=[s for s in siblings if s != node])
            room = wide[parent] - rest.fillna(0.0).sum(axis=1)
            bound = bound.where(bound.notna(), room)
            node = parent
        result[leaf] = bound
    return pd.DataFrame(result)


def _totals(
    cells: pd.DataFrame,
    kreise: pd.DataFrame,
    layout: TableLayout,
) -> pd.DataFrame:
    """Totals of Kreise by group, of Länder and of Germany by every industry."""
    above = [g for g in set(layout.parents.values())]
    own = kreise[kreise["industry"].isin(above)].rename(columns={"region": "where"})
    wider = cells[cells["code"].isin(["DG"]) | cells["code"].str.len().eq(2)]
    wider = wider.assign(where=wider["code"].replace({"DG": TOTAL}))
    columns = ["year", "where", "industry", "value"]
    totals = pd.concat([own[columns], wider[columns]], ignore_index=True)
    totals = totals[totals["value"].notna()]
    keys = ["year", "region", "industry"]
    totals = totals.rename(columns={"where": "region"})
    no_place = _without_kreis(cells, kreise)
    no_trade = _without_industry(
        kreise, wider.rename(columns={"where": "region"}), layout
    )
    slack = totals.merge(no_place, on=["year", "region"], how="left")
    slack = slack.merge(no_trade, on=keys, how="left")
    missing = slack[["no_place", "no_trade"]].fillna(0.0).sum(axis=1).to_numpy()
    totals["lower"] = (totals["value"] - missing - layout.rounding).clip(lower=0.0)
    totals["upper"] = totals["value"] + layout.rounding
    return totals[[*keys, "value", "lower", "upper"]].sort_values(
        keys, ignore_index=True
    )


def _without_kreis(cells: pd.DataFrame, kreise: pd.DataFrame) -> pd.DataFrame:
    """Persons in a Land, or in Germany, and in none of its Kreise."""
    everything = cells[cells["industry"].eq(TOTAL)]
    wider = everything[everything["code"].str.len().eq(2)]
    placed = kreise[kreise["industry"].eq(TOTAL)]
    placed = placed.assign(land=placed["region"].str[:2])
    by_land = placed.groupby(["year", "land"])["value"].sum().rename("placed")
    germany = placed.groupby("year")["value"].sum()
    wider = wider.merge(
        by_land.reset_index(), left_on=["year", "code"], right_on=["year", "land"],
        how="left",
    )  # fmt: skip
    inside = wider["placed"].where(wider["code"].ne("DG"), wider["year"].map(germany))
    return pd.DataFrame({
        "year": wider["year"],
        "region": wider["code"].replace({"DG": TOTAL}),
        "no_place": (wider["value"] - inside).clip(lower=0.0),
    })


def _without_industry(
    kreise: pd.DataFrame, wider: pd.DataFrame, layout: TableLayout
) -> pd.DataFrame:
    """Persons in a group and in none of its parts, by year, region and group.

    Exact where all parts are published. Of a Kreis with a withheld part it is at most
    what the other Kreise leave of the German number.
    """
    columns = ["year", "region", "industry", "value"]
    cells = pd.concat([kreise[columns], wider[columns]], ignore_index=True)
    wide: Any = cells.pivot(
        index=["year", "region"], columns="industry", values="value"
    )
    wide[DERIVED] = wide[_DERIVED_FROM[0]] - wide[_DERIVED_FROM[1]]
    is_kreis = wide.index.get_level_values("region").str.fullmatch(r"\d{5}")
    parts = []
    for parent in dict.fromkeys(layout.parents.values()):
        below = [c for c, p in layout.parents.items() if p == parent]
        rest = (wide[parent] - wide[below].sum(axis=1, skipna=False)).clip(lower=0.0)
        germany = rest.xs(TOTAL, level="region")
        known = rest[is_kreis].groupby(level="year").sum()
        left = (germany - known).clip(lower=0.0)
        years = rest.index.get_level_values("year")
        most = pd.Series(years.map(left), index=rest.index).where(is_kreis)
        most = most.fillna(pd.Series(years.map(germany), index=rest.index))
        filled = rest.fillna(most).rename("no_trade").reset_index()
        parts.append(filled.assign(industry=parent))
    return pd.DataFrame(pd.concat(parts, ignore_index=True))
