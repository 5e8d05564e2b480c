"""Tables that need no special reader: own files with a column mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid.errors import check_option
from clusterid.sources._files import Paths, file_list, of_years, one_file
from clusterid.sources._reader import SourcedEmployment, names_of, no_totals
from clusterid.tables import (
    TOTAL,
    TOTALS_COLUMNS,
    Metadata,
    Wanted,
    code_notes,
    is_total,
    read_collaborations,
    read_flows,
    read_links,
    read_rows,
    read_table,
    set_apart,
)
from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    RawTable,
    Reading,
    Table,
    TableOptions,
    Year,
)

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
    totals_columns: Mapping[str, str] | None = None,
    kind: str = "industry",
    concept: str = "workplace",
    source: str = "",
    licence: str = "",
    simulated: bool = False,
    exclude: Sequence[str] = (),
    level: int | str | None = None,
    digits: int | None = None,
    levels: Mapping[str, int] | None = None,
    total_codes: Mapping[str, str] | None = None,
    outside: Sequence[str] = (),
    rounding: float | None = None,
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
    totals_columns : mapping, optional
        Our name to the name in the file of totals.
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
    level, digits, levels, total_codes, outside, rounding
        Which codes are counted where sums stand among their parts, and which stand
        for all: see :func:`clusterid.read_employment`.
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
    wanted = Wanted(
        levels=levels or {},
        digits=digits,
        level=level,
        classification=None if classification == "unknown" else classification,
        total_codes=total_codes or {},
        outside=outside,
        rounding=rounding,
    )
    parts = [read_rows(path, columns=columns, **reading) for path in files]
    table = pd.concat(parts, ignore_index=True)
    if "year" not in table.columns:
        table["year"] = 0 if year is None else int(year)
    table = of_years(table, years, f"{files[0]}:", listed=True)
    table = table[~table["industry"].isin(list(exclude))]
    if len(files) > 1:
        table = read_rows(table)
    name = f"employment ({', '.join(path.name for path in files[:3])})"
    table, found = set_apart(table.reset_index(drop=True), wanted, name)
    published = read_totals(totals, table["year"], columns=totals_columns, **reading)
    if len(found.totals):
        both = [published, found.totals] if len(published) else [found.totals]
        published = pd.concat(both, ignore_index=True)
        published = published.drop_duplicates(["year", "region", "industry"])
    metadata = Metadata(
        classification=classification,
        concept=concept,  # type: ignore[arg-type]
        kind=kind,  # type: ignore[arg-type]
        source=source,
        licence=licence,
        simulated=simulated,
        labels=names_of(classification, table["industry"]),
    )
    return SourcedEmployment(
        table=table.reset_index(drop=True),
        totals=published.reset_index(drop=True),
        hierarchies=found.hierarchies,
        metadata=metadata,
        vintages={int(y): classification for y in table["year"].unique()},
        notes=(*found.notes, *code_notes(table["industry"], classification)),
    )


_TOTALS = Table(
    "totals",
    (
        Code("region", required=True),
        Code("industry", required=True),
        Number("value", required=True, counts=True),
        Number("lower", counts=True),
        Number("upper", counts=True),
        Year(),
    ),
    key=("region", "industry", "year"),
    repeated="keep one total a region and industry",
)


def read_totals(
    path: str | Path | None, years: pd.Series, **given: Any
) -> pd.DataFrame:
    """Read published totals; without a year they hold for every year given.

    The value stands in a column ``value``, or ``employment`` as in a table of counts;
    ``given`` says how numbers are written (``decimal``, ``thousands``, marks) and how
    the file is (``encoding`` ...), as of the counts.
    """
    if path is None:
        return no_totals()
    form = {n: v for n, v in given.items() if n in Reading.__annotations__}
    form.pop("filter", None)
    table = read_table(path, name="totals", columns=given.get("columns"), **form)
    if "value" not in table.columns and "employment" in table.columns:
        table = table.rename(columns={"employment": "value"})
    check = Check(RawTable(table, f"totals ({Path(path).name})"))
    signs = ("decimal", "thousands", "nil", "withheld", "marked")
    options = TableOptions(**{n: given[n] for n in signs if n in given})
    _TOTALS.check(check, options)
    for side in ("region", "industry"):
        if check.has(side) and not check.faults:
            code = check.frame[side]
            says = {c: TOTAL for c in code.unique() if is_total(str(c))}
            check.frame[side] = code.replace(says)
    _TOTALS.unique(check)
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


def read_flows_table(
    paths: Paths, *, columns: Mapping[str, str] | None = None, **reading: Any
) -> pd.DataFrame:
    """Read flows (``seller``, ``buyer``, ``value``) from an own table.

    Options are those of :func:`clusterid.read_flows`.
    """
    return read_flows(one_file(paths), columns=columns, **reading)


def read_links_table(
    paths: Paths, *, columns: Mapping[str, str] | None = None, **reading: Any
) -> pd.DataFrame:
    """Read links (``source``, ``target``, ``value``) from an own table.

    Options are those of :func:`clusterid.read_links`.
    """
    return read_links(one_file(paths), columns=columns, **reading)


def read_collaborations_table(
    paths: Paths, *, columns: Mapping[str, str] | None = None, **reading: Any
) -> pd.DataFrame:
    """Read participations in projects from an own table.

    Options are those of :func:`clusterid.read_collaborations`.
    """
    return read_collaborations(one_file(paths), columns=columns, **reading)
