"""An economy of one year: counts by region and industry, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd

from clusterid._columns import (
    CELL,
    IDENTIFIER,
    PART,
    PRIVATE,
    SAFE,
    Declared,
    Each,
    Values,
)
from clusterid._columns import (
    Table as Columns,
)
from clusterid._disk import twice_in_header
from clusterid._faults import refuse
from clusterid._typed import check_types
from clusterid.classifications import mixed_in_one, mixed_vintages
from clusterid.errors import (
    ClassificationError,
    CountConceptError,
    Fault,
    TableError,
    TableTypeError,
    check_option,
)
from clusterid.tables._apart import Beside, Wanted, beside, set_apart
from clusterid.tables._nesting import TOTAL, Counted, nested_faults
from clusterid.tables._wide import checked_wide
from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    Numerals,
    RawTable,
    Table,
    TableOptions,
    parse_number,
)

__all__ = [
    "TOTAL",
    "Economy",
    "Margins",
    "Metadata",
    "check_comparable",
    "economy",
    "margins",
]

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

    kinds: ClassVar[Mapping[str, Declared]] = dict.fromkeys(
        (
            "classification", "year", "concept", "unit", "kind", "source", "licence",
            "simulated", "labels",
        ),
        IDENTIFIER,
    )  # fmt: skip


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

    Raises
    ------
    TableTypeError
        If ``totals`` is something else than a table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"A": [1.0, None], "B": [2.0, 3.0]}, index=["r", "s"])
    >>> margins(table).region.to_dict()
    {'r': 3.0, 's': nan}
    """
    if totals is not None and not isinstance(totals, pd.DataFrame):
        raise TableTypeError(
            "totals must be a DataFrame (region, industry, value) or None, not "
            f"{type(totals).__name__}"
        )
    region = employment.sum(axis=1, skipna=False).astype(float)
    industry = employment.sum(axis=0, skipna=False).astype(float)
    grand = float("nan")
    if totals is not None and len(totals):
        region = _published(totals, "region", "industry", region)
        industry = _published(totals, "industry", "region", industry)
        is_grand = totals["region"].eq(TOTAL) & totals["industry"].eq(TOTAL)
        if is_grand.any():
            grand = float(totals.loc[is_grand, "value"].iloc[0])
    if np.isnan(grand):
        grand = float(region.sum(skipna=False))
    if np.isnan(grand):
        grand = float(industry.sum(skipna=False))
    region.index.name, industry.index.name = "region", "industry"
    return Margins(region.rename("total"), industry.rename("total"), grand)


def _published(
    totals: pd.DataFrame, axis: str, other: str, summed: pd.Series
) -> pd.Series:
    """Return the totals of one axis as published, as summed where none is."""
    of_axis = totals[totals[other].eq(TOTAL) & totals[axis].ne(TOTAL)]
    known = of_axis.set_index(axis)["value"].astype(float).reindex(summed.index)
    return known.where(known.notna(), summed)


#: What of an economy may be published. Counts of plants may, for every cell (the
#: convention of County Business Patterns); sizes of single plants may not.
_PUBLISHED: dict[str, Declared] = {
    "employment": Values(CELL),
    "establishments": Values(SAFE),
    "lower": Values(CELL.lower),
    "upper": Values(CELL.upper),
    "plant_herfindahl": Values(SAFE),
    "totals": Columns(
        {
            "region": IDENTIFIER,
            "industry": IDENTIFIER,
            "year": IDENTIFIER,
            "value": SAFE,
            "lower": SAFE,
            "upper": SAFE,
        },
        others=SAFE,
    ),
    "hierarchies": Each(Values(IDENTIFIER)),
    "metadata": PART,
    "largest_plant": Values(CELL),
    "second_plant": Values(PRIVATE),
    "plant_squares": Values(PRIVATE),
}


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
    largest_plant : DataFrame, regions x industries, optional
        Persons in the largest plant of each cell, or the most that it can have (the
        largest of the country); NaN where nothing is known.
    second_plant : DataFrame, regions x industries, optional
        Persons in the second largest plant of each cell; 0 where there is one plant.
    plant_squares : DataFrame, regions x industries, optional
        Sum of the squared plant sizes of each cell, persons squared.
    """

    employment: pd.DataFrame
    establishments: pd.DataFrame | None = None
    lower: pd.DataFrame | None = None
    upper: pd.DataFrame | None = None
    plant_herfindahl: pd.Series | pd.DataFrame | None = None
    totals: pd.DataFrame | None = None
    hierarchies: Mapping[str, pd.Series] = field(default_factory=dict)
    metadata: Metadata = field(default_factory=Metadata)
    largest_plant: pd.DataFrame | None = None
    second_plant: pd.DataFrame | None = None
    plant_squares: pd.DataFrame | None = None

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

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

    @property
    def largest_plant_share(self) -> pd.DataFrame | None:
        """Most that one plant has of its cell's employment, 0 to 1; NaN if unknown."""
        if self.largest_plant is None:
            return None
        share = self.largest_plant / self.employment.where(self.employment > 0)
        return share.clip(upper=1.0)

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
        ``upper``, ``largest_plant``, ``second_plant``, ``concept``,
        ``classification``), or wide:
        regions x industries, persons. A cell absent from a long table whose region
        and industry both occur is 0; a cell present without a number is withheld.
    year : int, optional
        Which year to take from a long table with several years.
    plant_herfindahl : Series by industry, or DataFrame (lower, upper), optional
        Sum of squared plant shares, 0 to 1; NaN for industries it does not name.
    totals : DataFrame, optional
        Published totals: ``region``, ``industry``, ``value`` (persons) and optionally
        ``year``; ``"TOTAL"`` stands for all.
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
        If a cell stands twice, a count is negative, a year must be chosen, or regions
        of before and after a known reform both have jobs.
    CountConceptError
        If workplace and residence counts are mixed.
    ClassificationError
        If the rows of one year follow several classifications.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("01", "A", 5.0), ("01", "B", 3.0), ("02", "A", 2.0)]
    >>> long = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    >>> economy(long, metadata={"year": 2020})
    <Economy 2020: 2 regions x 2 industries (unknown), 0 cells withheld (0.0%)>
    """
    check_types(economy, locals())
    meta = _as_metadata(metadata)
    _single_columns(employment, "employment")
    columns = getattr(employment, "columns", ())
    if {"region", "industry", "employment"} <= set(columns):
        table, year = _one_year(employment.reset_index(drop=True), year, "employment")
        meta = _stated(table, meta)
        parts, found = _from_long(table, meta.classification)
        kept = beside(employment)
        published = kept if len(kept.totals) else found
    else:
        wide = checked_wide(employment, text=True, totals="kept")
        parts, published = _from_wide(wide, meta.classification)
    if year is not None:
        meta = replace(meta, year=int(year))
    columns = parts["employment"].columns
    there = parts["employment"].fillna(0.0).gt(0).any(axis=1)
    refuse("employment", mixed_in_one(there.index[there.to_numpy()]))
    if totals is None and len(published.totals):
        mine = published.totals["year"].isin([0] if year is None else [0, int(year)])
        totals = published.totals[mine].drop(columns="year")
    return Economy(
        **parts,
        plant_herfindahl=_check_herfindahl(plant_herfindahl, columns),
        totals=_check_totals(totals, year),
        hierarchies=_check_hierarchies(hierarchies or published.hierarchies),
        metadata=meta,
    )


def _single_columns(table: object, name: str) -> None:
    """Raise where a column of a table stands twice."""
    if isinstance(table, pd.DataFrame) and table.columns.nlevels == 1:
        twice = twice_in_header(table.columns)
        if twice is not None:
            raise TableError(name, [twice])


def check_comparable(economies: Mapping[Any, Economy]) -> None:
    """Raise unless economies of several years count the same things alike.

    Parameters
    ----------
    economies : mapping of year to Economy
        Two or more.

    Raises
    ------
    ClassificationError
        If their classifications differ, or industries are set against occupations.
    CountConceptError
        If workplace counts are set against residence counts, or units differ.
    TableError
        If a known reform sets the regions of two years apart.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"A": [1.0]}, index=["r"])
    >>> check_comparable({2019: economy(table), 2020: economy(table)})
    """
    known = {year: e.metadata for year, e in sorted(economies.items())}
    for attribute, error, mend in (
        ("classification", ClassificationError, "convert one with a Correspondence"),
        ("kind", ClassificationError, "compare industries with industries"),
        ("concept", CountConceptError, "compare counts of one concept"),
        ("unit", CountConceptError, "compare counts of one unit"),
    ):
        values = {year: getattr(meta, attribute) for year, meta in known.items()}
        if len(set(values.values())) > 1:
            shown = ", ".join(f"{year}: {value}" for year, value in values.items())
            raise error(f"Years differ in {attribute} ({shown}); {mend}.")
    for first, last in pairwise(sorted(economies)):
        names = (str(first), str(last))
        regions = (economies[year].regions for year in (first, last))
        refuse("years", mixed_vintages(*regions, names=names))


def _as_metadata(metadata: Metadata | Mapping[str, Any] | None) -> Metadata:
    if metadata is None:
        return Metadata()
    if isinstance(metadata, Metadata):
        return metadata
    known = list(Metadata.__dataclass_fields__)
    for key in metadata:
        check_option("metadata key", key, known)
    made = Metadata(**metadata)
    check_types(Metadata, metadata, who="metadata: ")
    check_option("concept", made.concept, get_args(CountConcept))
    check_option("kind", made.kind, get_args(Kind))
    return made


def _one_year(
    table: pd.DataFrame, year: int | None, name: str
) -> tuple[pd.DataFrame, int | None]:
    """Rows of one year, their positions in the table kept as index."""
    if "year" not in table.columns:
        return table, year
    check = Check(RawTable(table[["year"]], name))
    if pd.api.types.is_datetime64_any_dtype(table["year"].dtype):
        check.whole_years(null=True)
    else:  # 0 stands for a table that names no year
        check.numbers("year", Numerals(), minimum=None, whole=True)
    check.done()
    table = table.assign(year=check.frame["year"].to_numpy())
    fault = None
    years = sorted({int(y) for y in table["year"].dropna().unique()})
    if table["year"].isna().any():
        where = np.flatnonzero(table["year"].isna())
        fault = Fault.listing(
            "year is missing",
            "fill in the year or drop the row",
            ((int(i) + 1, None) for i in where),
        )
    elif year is None and len(years) > 1:
        fault = Fault(
            f"the table holds {len(years)} years ({years[0]} to {years[-1]})",
            "choose one with year=",
        )
    elif year is not None and int(year) not in years:
        fault = Fault(
            f"the table has no rows of year {year}",
            f"choose one of {', '.join(map(str, years))}",
        )
    if fault:
        raise TableError(name, [fault])
    if year is None and years:
        year = years[0]
    return (table if year is None else table[table["year"].eq(year)]), year


def _stated(table: pd.DataFrame, meta: Metadata) -> Metadata:
    """Concept and classification that the rows state, or raise where they are mixed."""
    for column, error, mend in (
        ("concept", CountConceptError, "keep one, workplace counts for clusters"),
        ("classification", ClassificationError, "convert the rows to one of them"),
    ):
        if column not in table.columns:
            continue
        stated = sorted({str(value) for value in table[column].dropna()})
        if len(stated) > 1:
            raise error(f"The table mixes {column}s ({', '.join(stated)}); {mend}.")
        if not stated:
            continue
        before = getattr(meta, column)
        if column == "classification" and before not in {"unknown", stated[0]}:
            raise error(
                f"The rows follow {stated[0]}, the metadata say {before}; correct one."
            )
        changes: dict[str, Any] = {column: stated[0]}
        meta = replace(meta, **changes)
    return meta


_CELLS = Table(
    "employment",
    (
        Code("region", required=True),
        Code("industry", required=True),
        Number("employment", required=True),
        Number("establishments", whole=True),
        Number("lower", counts=True),
        Number("upper", counts=True),
        Number("largest_plant", counts=True),
        Number("second_plant", counts=True),
    ),
    key=("region", "industry"),
    repeated="aggregate the rows, or filter the table to one kind of count",
)
_TOTALS = Table(
    "totals",
    (
        Code("region", required=True),
        Code("industry", required=True),
        Number("value", required=True, counts=True),
    ),
    key=("region", "industry"),
    repeated="keep one total a region and industry",
    sort=("region", "industry"),
)


def _from_wide(
    wide: pd.DataFrame, classification: str
) -> tuple[dict[str, pd.DataFrame], Beside]:
    """Return the table without its totals, and these; nested codes are a fault."""
    counted = Counted.of_wide(wide)
    if any(counted.total_rows(side).any() for side in ("region", "industry")):
        n, m = wide.shape
        long = pd.DataFrame({
            "region": np.repeat(wide.index.to_numpy(dtype=object), m),
            "industry": np.tile(wide.columns.to_numpy(dtype=object), n),
            "employment": wide.to_numpy(dtype=float).ravel(),
        })
        parts, found = _from_long(long, classification)
        return {"employment": parts["employment"]}, found
    faults = nested_faults(counted, classification=classification)
    if faults:
        raise TableError("employment", faults)
    return {"employment": wide.copy()}, beside(pd.DataFrame())


def _from_long(
    table: pd.DataFrame, classification: str
) -> tuple[dict[str, pd.DataFrame], Beside]:
    """Return checked tables regions x industries, and the totals among the rows."""
    check = Check(RawTable(table, "employment"))
    _CELLS.check(check, TableOptions())
    if not len(table):
        check.say("the table is empty", "check path, filter and year")
    _CELLS.unique(check)
    if check.has("lower") and check.has("upper") and not check.faults:
        check.fault(
            (check.frame["lower"] > check.frame["upper"]).to_numpy(),
            "lower is above upper",
            "exchange or correct the bounds",
            ["lower", "upper"],
        )
    check.done()
    row, regions = pd.factorize(check.frame["region"], sort=True)
    column, industries = pd.factorize(check.frame["industry"], sort=True)
    counted = Counted(
        {"region": list(regions), "industry": list(industries)},
        {"region": row, "industry": column},
        check.frame["employment"].to_numpy(dtype=float),
        np.zeros(len(row), dtype=np.intp),
    )
    wanted = Wanted(classification=classification)
    cells, published = set_apart(check.frame, wanted, counted=counted)
    if len(cells) < len(check.frame):
        check.frame = cells
        row, regions = pd.factorize(cells["region"], sort=True)
        column, industries = pd.factorize(cells["industry"], sort=True)
    index = pd.Index(regions, name="region")
    columns = pd.Index(industries, name="industry")
    parts = {}
    for name in check.frame.columns.drop(["region", "industry"]):
        wide = np.zeros((len(regions), len(industries)))
        wide[row, column] = check.frame[name].to_numpy(dtype=float)
        parts[name] = pd.DataFrame(wide, index=index, columns=columns)
    return parts, published


def _check_totals(totals: pd.DataFrame | None, year: int | None) -> pd.DataFrame | None:
    if totals is None:
        return None
    _single_columns(totals, "totals")
    table = totals.reset_index(drop=True)
    if "year" in table.columns and len(table):
        # with a year asked for, another year's totals are a fault, not nothing
        table, _ = _one_year(table, year, "totals")
    check = Check(RawTable(table, "totals"))
    _TOTALS.check(check, TableOptions())
    _TOTALS.unique(check)
    return _TOTALS.finished(check)


def _check_herfindahl(
    herfindahl: pd.Series | pd.DataFrame | None, industries: pd.Index
) -> pd.Series | pd.DataFrame | None:
    if herfindahl is None:
        return None
    _single_columns(herfindahl, "plant Herfindahl")
    faults = []
    frame = herfindahl
    if not isinstance(herfindahl, pd.DataFrame):
        frame = pd.DataFrame({"lower": herfindahl, "upper": herfindahl})
    if not {"lower", "upper"} <= set(frame.columns):
        rule, mend = "lower or upper is missing", "name the columns lower and upper"
        raise TableError("plant Herfindahl", [Fault(rule, mend)])
    frame = frame[["lower", "upper"]]
    index = pd.Index([str(code) for code in frame.index])
    if index.has_duplicates:
        twice = sorted(set(index[index.duplicated()]))
        rows = ((code, code) for code in twice)
        faults.append(Fault.listing("an industry stands twice", "keep one", rows))
    numbers = frame.apply(_as_numbers)
    text = (numbers.isna() & frame.notna()).any(axis=1).to_numpy()
    values = numbers.to_numpy(dtype=float)
    with np.errstate(invalid="ignore"):
        outside = ((values < 0) | (values > 1)).any(axis=1)
        crossed = values[:, 0] > values[:, 1]
    for wrong, rule, mend in (
        (text, "a plant Herfindahl is not a number", "correct it, or leave it empty"),
        (
            outside,
            "a plant Herfindahl is not between 0 and 1",
            "give the sum of squared plant shares",
        ),
        (crossed, "lower is above upper", "exchange them"),
    ):
        if wrong.any():
            at = np.flatnonzero(wrong)
            pairs = [(index[int(i)], frame.iloc[int(i)].tolist()) for i in at]
            faults.append(Fault.listing(rule, mend, pairs))
    if faults:
        raise TableError("plant Herfindahl", faults)
    result: pd.DataFrame = (
        numbers.set_axis(index, axis=0).reindex(industries).astype(float)
    )
    result = result.rename_axis(index="industry")
    if isinstance(herfindahl, pd.DataFrame):
        return result
    return result["lower"].set_axis(industries).rename_axis("industry")


def _as_numbers(values: pd.Series) -> pd.Series:
    """Return a column as floats, NaN where it is no number."""
    parsed = [parse_number(value, Numerals())[0] for value in values]
    return pd.Series(parsed, index=values.index, dtype=float)


def _check_hierarchies(
    hierarchies: Mapping[str, pd.Series] | None,
) -> dict[str, pd.Series]:
    result, faults = {}, []
    for axis, parents in (hierarchies or {}).items():
        check_option("hierarchy", axis, ["industry", "region"])
        parents = parents[parents.notna().to_numpy(dtype=bool)]
        index = pd.Index([str(code) for code in parents.index])
        twice = sorted(set(index[index.duplicated()]))
        own = [c for c, p in zip(index, parents, strict=True) if c == str(p)]
        for codes, rule, mend in (
            (twice, f"a child ({axis}) has two parents", "keep one"),
            (
                own,
                f"a code ({axis}) is its own parent",
                "leave the top of the tree without a parent",
            ),
        ):
            if codes:
                rows = ((code, code) for code in codes)
                faults.append(Fault.listing(rule, mend, rows))
        result[axis] = parents.set_axis(index)
    if faults:
        raise TableError("hierarchies", faults)
    return result
