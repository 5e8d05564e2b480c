"""An economy of one year: counts by region and industry, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from clusterid.errors import CountConceptError, Fault, TableError, check_option

__all__ = ["TOTAL", "Economy", "Margins", "Metadata", "economy", "margins"]

#: The code that stands for "all regions" or "all industries" in a table of totals.
TOTAL = "TOTAL"

CountConcept = Literal["workplace", "residence", "unknown"]
Kind = Literal["industry", "occupation"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the counts are: classification, year, concept, source, licence.

    Parameters
    ----------
    classification : str
        Name of the classification, e.g. ``"nace2"``, ``"naics2007"``, ``"kldb2010"``.
    year : int, optional
        Year of the counts.
    concept : {"workplace", "residence", "unknown"}
        Where a job is counted.
    unit : str
        Unit of employment, e.g. ``"persons"``.
    kind : {"industry", "occupation"}
        What the columns are; occupations are labelled so in every output.
    source, licence : str
        Shown on every map, figure and report.
    simulated : bool
        True for simulated data; every page then says so.
    labels : mapping of code to name
        Names of the industries.
    """

    classification: str = "unknown"
    year: int | None = None
    concept: CountConcept = "workplace"
    unit: str = "persons"
    kind: Kind = "industry"
    source: str = ""
    licence: str = ""
    simulated: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Margins:
    """Totals that never take a withheld cell for nothing.

    ``region`` (by region), ``industry`` (by industry) and ``total`` are in the unit
    of the employment table; NaN where a withheld cell enters and no total was
    published.
    """

    region: pd.Series
    industry: pd.Series
    total: float


def margins(employment: pd.DataFrame, totals: pd.DataFrame | None = None) -> Margins:
    """Return region, industry and grand totals of an employment table.

    A published total wins. Without one, the total is the sum of its cells, or NaN
    when one of them is withheld (NaN).

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Persons; NaN is withheld, 0 is none.
    totals : DataFrame, optional
        Published totals, columns ``region``, ``industry``, ``value``; the code
        ``"TOTAL"`` stands for all regions or all industries.

    Returns
    -------
    Margins

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"A": [1.0, None], "B": [2.0, 3.0]}, index=["r", "s"])
    >>> margins(table).region.to_dict()
    {'r': 3.0, 's': nan}
    """
    region = employment.sum(axis=1, skipna=False).astype(float)
    industry = employment.sum(axis=0, skipna=False).astype(float)
    grand = float("nan")
    if totals is not None and len(totals):
        is_region = totals["industry"].eq(TOTAL) & totals["region"].ne(TOTAL)
        is_industry = totals["region"].eq(TOTAL) & totals["industry"].ne(TOTAL)
        is_grand = totals["region"].eq(TOTAL) & totals["industry"].eq(TOTAL)
        known = totals[is_region].set_index("region")["value"].astype(float)
        known = known.reindex(region.index)
        region = known.where(known.notna(), region)
        known = totals[is_industry].set_index("industry")["value"].astype(float)
        known = known.reindex(industry.index)
        industry = known.where(known.notna(), industry)
        if is_grand.any():
            grand = float(totals.loc[is_grand, "value"].iloc[0])
    if np.isnan(grand):
        grand = float(region.sum(skipna=False))
    if np.isnan(grand):
        grand = float(industry.sum(skipna=False))
    region.index.name, industry.index.name = "region", "industry"
    return Margins(region.rename("total"), industry.rename("total"), grand)


@dataclass(frozen=True, slots=True)
class Economy:
    """What is known of one year: counts by region and industry, totals, plant sizes.

    Parameters
    ----------
    employment : DataFrame, regions x industries
        Persons; NaN is withheld or unknown, 0 is a true zero.
    establishments : DataFrame, regions x industries, optional
        Local units (count).
    lower, upper : DataFrame, regions x industries, optional
        Known bounds of each cell (persons); equal to employment where published.
    plant_herfindahl : Series by industry, or DataFrame with lower and upper, optional
        Sum of squared plant shares of the industry's employment, 0 to 1.
    totals : DataFrame, optional
        Published totals: ``region`` (or group), ``industry`` (or group), ``value``.
    hierarchies : mapping
        ``{"industry": Series child -> parent, "region": Series child -> parent}``.
    metadata : Metadata
        Classification, year, count concept, source.
    """

    employment: pd.DataFrame
    establishments: pd.DataFrame | None = None
    lower: pd.DataFrame | None = None
    upper: pd.DataFrame | None = None
    plant_herfindahl: pd.Series | pd.DataFrame | None = None
    totals: pd.DataFrame | None = None
    hierarchies: Mapping[str, pd.Series] = field(default_factory=dict)
    metadata: Metadata = field(default_factory=Metadata)

    @property
    def regions(self) -> pd.Index:
        """Codes of the regions."""
        return self.employment.index

    @property
    def industries(self) -> pd.Index:
        """Codes of the industries."""
        return self.employment.columns

    @property
    def withheld(self) -> pd.DataFrame:
        """True where a cell is withheld or unknown."""
        return self.employment.isna()

    @property
    def margins(self) -> Margins:
        """Region, industry and grand totals; see :func:`margins`."""
        return margins(self.employment, self.totals)

    def with_employment(self, employment: pd.DataFrame) -> Economy:
        """Return the same economy with another employment table of the same shape."""
        return replace(self, employment=employment)

    def __repr__(self) -> str:
        n_regions, n_industries = self.employment.shape
        withheld = int(self.withheld.to_numpy().sum())
        share = withheld / max(1, n_regions * n_industries)
        meta = self.metadata
        noun = "occupations" if meta.kind == "occupation" else "industries"
        simulated = ", simulated" if meta.simulated else ""
        return (
            f"<Economy {meta.year or 'year unknown'}: {n_regions} regions x "
            f"{n_industries} {noun} ({meta.classification}), "
            f"{withheld} cells withheld ({share:.1%}){simulated}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.employment.head().to_html()}"


def economy(
    employment: pd.DataFrame,
    *,
    year: int | None = None,
    plant_herfindahl: pd.Series | pd.DataFrame | None = None,
    totals: pd.DataFrame | None = None,
    hierarchies: Mapping[str, pd.Series] | None = None,
    metadata: Metadata | Mapping[str, Any] | None = None,
) -> Economy:
    """Return an Economy from a long (checked) or wide employment table.

    Parameters
    ----------
    employment : DataFrame
        Long, as :func:`read_employment` returns it (``region``, ``industry``,
        ``employment`` and optionally ``year``, ``establishments``, ``lower``,
        ``upper``), or wide: regions x industries, persons. A cell absent from a long
        table that has at least one row for its region and industry is 0.
    year : int, optional
        Which year to take from a long table with several years.
    plant_herfindahl : Series by industry, or DataFrame (lower, upper), optional
        Sum of squared plant shares, 0 to 1.
    totals : DataFrame, optional
        Published totals: ``region``, ``industry``, ``value``; ``"TOTAL"`` is all.
    hierarchies : mapping, optional
        ``{"industry": Series child -> parent, "region": Series child -> parent}``.
    metadata : Metadata or mapping, optional
        What the counts are.

    Returns
    -------
    Economy
        Regions and industries sorted by code.

    Raises
    ------
    TableError
        If a cell stands twice, a count is negative, or a year must be chosen.
    CountConceptError
        If workplace and residence counts are mixed.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("01", "A", 5.0), ("01", "B", 3.0), ("02", "A", 2.0)]
    >>> long = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    >>> economy(long, metadata={"year": 2020})
    <Economy 2020: 2 regions x 2 industries (unknown), 0 cells withheld (0.0%)>
    """
    meta = _as_metadata(metadata)
    if {"region", "industry", "employment"} <= set(employment.columns):
        parts, year = _from_long(employment, year)
    else:
        parts = {"employment": _check_wide(employment)}
    if "concept" in employment.columns:
        concepts = sorted({str(c) for c in employment["concept"].dropna()})
        if len(concepts) > 1:
            raise CountConceptError(
                f"The table mixes count concepts ({', '.join(concepts)}); keep one, "
                "workplace counts for clusters."
            )
    if year is not None:
        meta = replace(meta, year=int(year))
    index, columns = parts["employment"].index, parts["employment"].columns
    if isinstance(plant_herfindahl, (pd.Series, pd.DataFrame)):
        plant_herfindahl = plant_herfindahl.reindex(columns)
    return Economy(
        employment=parts["employment"],
        establishments=_like(parts.get("establishments"), index, columns),
        lower=_like(parts.get("lower"), index, columns),
        upper=_like(parts.get("upper"), index, columns),
        plant_herfindahl=plant_herfindahl,
        totals=None if totals is None else totals.reset_index(drop=True),
        hierarchies=dict(hierarchies or {}),
        metadata=meta,
    )


def _as_metadata(metadata: Metadata | Mapping[str, Any] | None) -> Metadata:
    if metadata is None:
        return Metadata()
    if isinstance(metadata, Metadata):
        return metadata
    known = list(Metadata.__dataclass_fields__)
    for key in metadata:
        check_option("metadata key", key, known)
    return Metadata(**metadata)


def _like(
    frame: pd.DataFrame | None, index: pd.Index, columns: pd.Index
) -> pd.DataFrame | None:
    return None if frame is None else frame.reindex(index=index, columns=columns)


def _from_long(
    table: pd.DataFrame, year: int | None
) -> tuple[dict[str, pd.DataFrame], int | None]:
    if "year" in table.columns:
        years = sorted({int(y) for y in table["year"].dropna()})
        if year is None and len(years) > 1:
            fault = Fault(
                f"the table holds {len(years)} years ({years[0]} to {years[-1]})",
                "choose one with year=",
            )
            raise TableError("employment", [fault])
        if year is not None and int(year) not in years:
            fault = Fault(
                f"the table has no rows of year {year}",
                f"choose one of {', '.join(map(str, years))}",
            )
            raise TableError("employment", [fault])
        if year is None and years:
            year = years[0]
        if year is not None:
            table = table[table["year"].eq(year)]
    keys = ["region", "industry"]
    twice = table.duplicated(keys, keep=False).to_numpy()
    if twice.any():
        where = np.flatnonzero(twice)
        rows = tuple(
            (int(i) + 1, " / ".join(table.iloc[i][keys].astype(str))) for i in where[:5]
        )
        raise TableError(
            "employment",
            [
                Fault(
                    "a region and industry stand more than once",
                    "aggregate the rows, or filter the table to one kind of count",
                    len(where),
                    rows,
                )
            ],
        )
    indexed = table.set_index(keys)
    parts = {}
    for name in ("employment", "establishments", "lower", "upper"):
        if name in table.columns:
            wide = indexed[name].astype(float).unstack("industry")
            present = pd.Series(True, index=indexed.index).unstack("industry").notna()
            wide = wide.where(present, 0.0)
            parts[name] = wide.sort_index().sort_index(axis=1)
    for frame in parts.values():
        frame.index.name, frame.columns.name = "region", "industry"
    parts["employment"] = _check_wide(parts["employment"])
    return parts, year


def _check_wide(employment: pd.DataFrame) -> pd.DataFrame:
    faults = []
    wide = employment.copy()
    wide.index = wide.index.astype(str)
    wide.columns = wide.columns.astype(str)
    for axis, labels in (("region", wide.index), ("industry", wide.columns)):
        twice = labels[labels.duplicated()].unique()
        if len(twice):
            rows = tuple((code, code) for code in twice[:5])
            faults.append(
                Fault(
                    f"a {axis} stands twice",
                    "aggregate or rename",
                    len(twice),
                    rows,
                )
            )
    try:
        wide = wide.astype(float)
    except (TypeError, ValueError):
        text = [
            (str(column), str(value))
            for column in wide.columns
            for value in wide[column]
            if isinstance(value, str)
        ]
        faults.append(
            Fault(
                "counts are not numbers",
                "convert to numbers",
                len(text),
                tuple(text[:5]),
            )
        )
    else:
        negative = np.argwhere(wide.to_numpy() < 0)
        if len(negative):
            rows = tuple(
                (f"{wide.index[i]} / {wide.columns[j]}", wide.iloc[i, j])
                for i, j in negative[:5]
            )
            faults.append(
                Fault("a count is negative", "correct the source", len(negative), rows)
            )
    if not wide.size:
        faults.append(Fault("the table is empty", "check path, filter and year"))
    if faults:
        raise TableError("employment", faults)
    wide = wide.sort_index().sort_index(axis=1)
    wide.index.name, wide.columns.name = "region", "industry"
    return wide
