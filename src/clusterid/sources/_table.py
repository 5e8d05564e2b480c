"""Tables that need no special reader: own files with a column mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid.classifications import Classification, read_classification
from clusterid.errors import SourceError, check_option
from clusterid.sources._files import file_list
from clusterid.sources._reader import TOTALS_COLUMNS, Paths, SourcedEmployment
from clusterid.tables import (
    Metadata,
    read_collaborations,
    read_employment,
    read_flows,
    read_links,
    read_table,
)
from clusterid.tables._checking import Check
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import RawTable

__all__ = [
    "read_collaborations_table",
    "read_employment_table",
    "read_flows_table",
    "read_links_table",
    "read_totals",
]


def read_employment_table(
    paths: Paths,
    *,
    columns: Mapping[str, str] | None = None,
    classification: str = "unknown",
    years: Sequence[int] | None = None,
    year: int | None = None,
    totals: str | Path | None = None,
    kind: str = "industry",
    concept: str = "workplace",
    source: str = "",
    licence: str = "",
    simulated: bool = False,
    exclude: Sequence[str] = (),
    **reading: Any,
) -> SourcedEmployment:
    """Read employment from own tables, with a column mapping.

    Parameters
    ----------
    paths : path or list of paths
        CSV, Parquet or Excel; several files are put one below the other.
    columns : mapping of our name to the file's name, optional
        For ``region``, ``industry``, ``employment``, and optionally ``year``,
        ``establishments``, ``lower``, ``upper``, ``flag``.
    classification : str
        Name of the classification the codes belong to.
    years : sequence of int, optional
        Years to keep.
    year : int, optional
        Year of a table without such a column.
    totals : path, optional
        Published totals: ``region``, ``industry``, ``value``, optionally ``year``.
    kind : {"industry", "occupation"}
        What the columns are.
    concept : {"workplace", "residence", "unknown"}
        Where a job is counted.
    source, licence : str
        Shown in every output.
    simulated : bool
        Shown in every output.
    exclude : sequence of str
        Industry codes left out.
    **reading
        Further options of :func:`clusterid.read_employment` (``withheld=``,
        ``bands=``, ``decimal=``, ``encoding=``, ``filter=`` ...).

    Returns
    -------
    SourcedEmployment
    """
    check_option("kind", kind, ("industry", "occupation"))
    check_option("concept", concept, ("workplace", "residence", "unknown"))
    files = file_list(paths)
    parts = [read_employment(path, columns=columns, **reading) for path in files]
    table = pd.concat(parts, ignore_index=True)
    if "year" not in table.columns:
        table["year"] = 0 if year is None else int(year)
    if years is not None and len(years):
        wanted = {int(y) for y in years}
        missing = sorted(wanted - set(table["year"].astype(int)))
        if missing:
            have = ", ".join(str(y) for y in sorted(table["year"].unique()))
            raise SourceError(
                f"{files[0]}: no year {', '.join(map(str, missing))}; it has {have}."
            )
        table = table[table["year"].isin(wanted)]
    table = table[~table["industry"].isin(list(exclude))]
    if len(files) > 1:
        table = read_employment(table)
    metadata = Metadata(
        classification=classification,
        concept=concept,  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
        source=source,
        licence=licence,
        simulated=simulated,
        labels=_labels(classification, table),
    )
    return SourcedEmployment(
        table=table.reset_index(drop=True),
        totals=read_totals(totals, table["year"]),
        hierarchies={},
        plant_herfindahl=None,
        metadata=metadata,
        vintages={int(y): classification for y in table["year"].unique()},
    )


def _labels(classification: str, table: pd.DataFrame) -> dict[str, str]:
    if classification == "unknown":
        return {}
    tree: Classification = read_classification(classification)
    names = tree.labels("en")
    found = {}
    for code in table["industry"].unique():
        known = tree.notation(str(code))
        if known is not None:
            found[str(code)] = str(names[known])
    return found


def read_totals(path: str | Path | None, years: pd.Series) -> pd.DataFrame:
    """Read published totals; without a year they hold for every year given."""
    if path is None:
        return pd.DataFrame(columns=list(TOTALS_COLUMNS))
    table = read_table(path, name="totals")
    check = Check(RawTable(table, f"totals ({Path(path).name})"))
    check.columns(["region", "industry", "value"], ["lower", "upper", "year"])
    for key in ("region", "industry"):
        check.codes(key, pad=0)
    for column in ("value", "lower", "upper"):
        check.numbers(column, Numerals())
    check.whole_years()
    check.unique(["region", "industry", "year"], "keep one total a region and industry")
    wanted = sorted({int(year) for year in years})
    if check.has("year") and not check.faults:
        known = sorted({int(year) for year in check.frame["year"]})
        if not set(known) & set(wanted):
            check.say(
                f"no total is of {', '.join(map(str, wanted[:5]))}",
                f"the totals are of {', '.join(map(str, known[:12]))}",
            )
    check.done()
    totals = check.frame
    for edge in ("lower", "upper"):
        if edge not in totals.columns:
            totals[edge] = totals["value"]
    if "year" not in totals.columns:
        totals = totals.merge(pd.DataFrame({"year": wanted}), how="cross")
    return totals[list(TOTALS_COLUMNS)]


def _one(paths: Paths) -> Path:
    files = file_list(paths)
    if len(files) != 1:
        raise SourceError(f"One file is read, {len(files)} were named.")
    return files[0]


def read_flows_table(
    paths: Paths, *, columns: Mapping[str, str] | None = None, **reading: Any
) -> pd.DataFrame:
    """Read flows (``seller``, ``buyer``, ``value``) from an own table.

    Options are those of :func:`clusterid.read_flows`.
    """
    return read_flows(_one(paths), columns=columns, **reading)


def read_links_table(
    paths: Paths, *, columns: Mapping[str, str] | None = None, **reading: Any
) -> pd.DataFrame:
    """Read links (``source``, ``target``, ``value``) from an own table.

    Options are those of :func:`clusterid.read_links`.
    """
    return read_links(_one(paths), columns=columns, **reading)


def read_collaborations_table(
    paths: Paths, *, columns: Mapping[str, str] | None = None, **reading: Any
) -> pd.DataFrame:
    """Read participations in projects from an own table.

    Options are those of :func:`clusterid.read_collaborations`.
    """
    return read_collaborations(_one(paths), columns=columns, **reading)
