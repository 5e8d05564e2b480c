"""Participations in the EU framework programmes FP7 and Horizon 2020 (CORDIS)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterid.classifications import kreis_correspondence
from clusterid.errors import SourceError, check_option
from clusterid.sources._carry import moves
from clusterid.sources._files import (
    Paths,
    file_list,
    find_by_columns,
    opened,
    read_raw,
    require_columns,
)
from clusterid.tables import read_collaborations
from clusterid.tables import seat_booked as bodies_at_seat

__all__ = ["read_cordis_fp7", "read_cordis_h2020"]

#: Day whose Kreise the files name.
_STATUS = "2018-12-31"

_KINDS = {
    "HES": "university",
    "PRC": "firm",
    "REC": "research institute",
    "PUB": "public",
    "OTH": "other",
}


def read_cordis_fp7(
    paths: Paths,
    *,
    regions: str = "kreis",
    territory: str | int | None = None,
    located_only: bool = False,
    seat_booked: str = "keep",
) -> pd.DataFrame:
    """Read participations in FP7 projects (2007 to 2013) with their Kreis.

    Parameters
    ----------
    paths : folder, or list of two files
        ``participations`` (``project_rcn``, ``org_idx``) and ``organisations``
        (``org_idx``, ``name``, ``country``, ``kreis_ags``, ``nuts3_2016``).
    regions : {"kreis", "nuts3", "country"}
        What stands in ``region``.
    territory : str or int, optional
        Day or year whose Kreise are wanted; the files have those of 2018.
    located_only : bool
        Keep participations with a region only. By default the others stay, with an
        empty region: the size of a project, which fractional counting and a cap on
        large projects need, counts all participants wherever they are.
    seat_booked : {"keep", "drop"}
        What to do with national research societies booked at their seat
        (:func:`clusterid.networks.seat_booked` names them).

    Returns
    -------
    DataFrame
        ``project``, ``organisation``, ``organisation_kind``, ``region``, ``year``,
        ``weight``, ``field``. FP7 says neither kind nor year nor field here: NaN.

    Raises
    ------
    SourceError
        If a file is missing or lacks columns.
    """
    check_option("seat_booked", seat_booked, ("keep", "drop"))
    column = _region_column(regions)
    found = find_by_columns(
        file_list(paths),
        {
            "participations": ("project_rcn", "org_idx"),
            "organisations": ("org_idx", "name", "country"),
        },
    )
    links = read_raw(found["participations"])
    organisations = opened(found["organisations"], [column])
    joined = links.merge(
        organisations[["org_idx", "name", column]].rename(columns={column: "region"}),
        on="org_idx",
        how="left",
    )
    table = pd.DataFrame({
        "project": joined["project_rcn"].astype(str),
        "organisation": joined["org_idx"].astype(str),
        "region": joined["region"],
        "name": joined["name"],
    })
    return _finished(table, territory, located_only, seat_booked)


def read_cordis_h2020(
    paths: Paths,
    *,
    regions: str = "kreis",
    years: Sequence[int] | None = None,
    weight: str = "participation",
    field: str = "programme_part",
    territory: str | int | None = None,
    located_only: bool = False,
    seat_booked: str = "keep",
) -> pd.DataFrame:
    """Read participations in Horizon 2020 projects (2014 to 2020).

    Parameters
    ----------
    paths : folder, or list of three files
        ``participations`` (``rcn``, ``pic``, ``activity_type``, ``country``,
        ``contribution_eur``), ``organisations`` (``pic``, ``name``, ``kreis_ags``,
        ``nuts3_2016``), ``projects`` (``rcn``, ``start_date``, ``programme_part``).
    regions : {"kreis", "nuts3", "country"}
        What stands in ``region``.
    years : sequence of int, optional
        Start years of projects to keep.
    weight : {"participation", "money"}
        1 for each participation, or the contribution of the Commission in euros; one
        that the source does not say is NaN, and the participation stays.
    field : {"programme_part", "none"}
        What stands in ``field``; the parts of a project in several are joined by
        ``;``.
    territory, located_only
        As for :func:`read_cordis_fp7`.
    seat_booked : {"keep", "drop"}
        As for :func:`read_cordis_fp7`.

    Returns
    -------
    DataFrame
        ``project``, ``organisation``, ``organisation_kind``, ``region``, ``year``
        (start), ``weight``, ``field``.

    Raises
    ------
    SourceError
        If a file is missing or lacks columns, or no project starts in ``years``.
    """
    check_option("seat_booked", seat_booked, ("keep", "drop"))
    check_option("weight", weight, ("participation", "money"))
    check_option("field", field, ("programme_part", "none"))
    column = _region_column(regions)
    found = find_by_columns(
        file_list(paths),
        {
            "participations": ("rcn", "pic", "activity_type", "contribution_eur"),
            "organisations": ("pic", "name", "nuts3_2016"),
            "projects": ("rcn", "start_date", "programme_part"),
        },
    )
    links = read_raw(found["participations"])
    organisations = read_raw(found["organisations"])
    projects = _projects(read_raw(found["projects"]))
    places = organisations.assign(pic=organisations["pic"].astype(str))
    if column == "country":
        places = places[["pic", "name"]]
    else:
        require_columns(places, [column], found["organisations"])
        places = places[["pic", "name", column]].rename(columns={column: "region"})
    links = links.assign(pic=links["pic"].astype(str))
    joined = links.merge(places.drop_duplicates("pic"), on="pic", how="left")
    joined = joined.merge(projects, on="rcn", how="left")
    if column == "country":
        joined["region"] = joined["country"]
    table = pd.DataFrame({
        "project": joined["rcn"].astype(str),
        "organisation": joined["pic"],
        "organisation_kind": joined["activity_type"].map(_KINDS),
        "region": joined["region"],
        "year": joined["year"],
        "field": joined["field"] if field == "programme_part" else np.nan,
        "name": joined["name"],
        "weight": pd.to_numeric(joined["contribution_eur"])
        if weight == "money"
        else 1.0,
    })
    if years is not None and len(years):
        table = table[table["year"].isin({int(y) for y in years})]
        if not len(table):
            raise SourceError(f"No project starts in {', '.join(map(str, years))}.")
    return _finished(table, territory, located_only, seat_booked)


def _region_column(regions: str) -> str:
    columns = {"kreis": "kreis_ags", "nuts3": "nuts3_2016", "country": "country"}
    check_option("regions", regions, tuple(columns))
    return columns[regions]


def _projects(projects: pd.DataFrame) -> pd.DataFrame:
    """One row a project: start year, and its programme parts joined."""
    year = pd.to_datetime(projects["start_date"], errors="coerce").dt.year
    projects = projects.assign(year=year)
    parts = projects.dropna(subset=["programme_part"]).sort_values("programme_part")
    joined = parts.groupby("rcn")["programme_part"].agg(
        lambda p: ";".join(dict.fromkeys(p))
    )
    first = projects.groupby("rcn")["year"].min()
    return pd.DataFrame({"year": first, "field": joined}).reset_index()


def _amount(parts: pd.Series) -> float:
    """Return a sum of amounts; unknown when one of them is."""
    return float(parts.sum(skipna=False))


def _finished(
    table: pd.DataFrame,
    territory: str | int | None,
    located_only: bool,
    seat_booked: str,
) -> pd.DataFrame:
    """Drop what is not wanted, keep one row an organisation and project, check."""
    if located_only:
        table = table[table["region"].notna()]
    if seat_booked == "drop":
        table = table[bodies_at_seat(table["name"]).isna()]
    table = table.drop(columns="name")
    if territory is not None:
        codes = sorted(table["region"].dropna().unique())
        kreise = moves(kreis_correspondence(codes, start=_STATUS, end=territory))
        table["region"] = table["region"].map(kreise)
    keys = ["project", "organisation"]
    if table.duplicated(keys).any():
        rest = [c for c in table.columns if c not in (*keys, "weight")]
        how: dict[str, Any] = dict.fromkeys(rest, "first")
        if "weight" in table.columns:
            how["weight"] = "first" if table["weight"].eq(1).all() else _amount
        table = table.groupby(keys, as_index=False, sort=True).agg(how)
    return read_collaborations(table)
