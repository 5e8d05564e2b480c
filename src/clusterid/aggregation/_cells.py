"""Plants to cells: everything later steps need of them, in one pass."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import check_types, typed
from clusterid.aggregation._engines import Engine, collected, open_plants
from clusterid.aggregation._locating import located
from clusterid.errors import DataWarning, Fault, TableError, check_option, nearest
from clusterid.tables.parsing import LARGEST_NUMBER, known_codes
from clusterid.tables.parsing._codes import as_text, damage, unusable

if TYPE_CHECKING:
    import narwhals as nw

__all__ = ["ENGINES", "PlantRules", "aggregate_plants", "cells_of"]

#: Engines that aggregate plants.
ENGINES = ("duckdb", "pandas", "spark")

_SUMS = ("employment", "sum_squares")


@typed
def aggregate_plants(
    plants: object,
    *,
    regions: object = None,
    engine: str = "duckdb",
    columns: Mapping[str, str] | None = None,
    crs: object = None,
    outside: str = "fault",
    unique: bool = True,
    codes: str = "check",
) -> pd.DataFrame:
    r"""Sum plants by region, industry and year.

    Everything that later steps need of plants is in these cells: employment
    :math:`\sum_k e_k`, the number of plants, :math:`\sum_k e_k^2` and
    :math:`\max_k e_k`. One expression computes them on every engine.

    Parameters
    ----------
    plants : path, DataFrame, Arrow table, DuckDB relation or Spark DataFrame
        ``industry``, ``employment`` (persons; missing is unknown), ``region`` or
        ``x``, ``y``; optional ``year``, ``plant``. A path may be a pattern or a folder
        of Parquet files (not with ``engine="pandas"``).
    regions : regions table, Index or list of codes, optional
        Regions that may occur; with points, the polygons that receive them.
    engine : {"duckdb", "pandas", "spark"}
        DuckDB runs in process and streams files; Spark is for those who have one.
    columns : mapping, optional
        Our name to the name in the source.
    crs : anything pyproj reads, optional
        Coordinate system of ``x`` and ``y``; needed where there is no region.
    outside : {"fault", "drop"}
        Points in no region: a fault, or left out with a DataWarning that counts them.
    unique : bool
        Check that no plant stands twice in a year (where ``plant`` is known); this
        costs as much as the sums.
    codes : {"check", "as_is"}
        Look for codes that a spreadsheet has damaged (lost zeros, dates), or take
        them as they are.

    Returns
    -------
    DataFrame
        ``region``, ``industry``, ``year`` (if known), ``employment`` (persons; NaN
        where a plant's size is unknown), ``establishments``, ``sum_squares``,
        ``largest_plant``, ``lower`` (sum of the known sizes), ``n_unknown``; sorted.

    Raises
    ------
    TableError
        With every fault: missing codes or years, negative sizes, unknown regions,
        plants outside all regions, plants twice ...
    GeometryError
        If points come without a coordinate system or without polygons.
    MissingExtraError
        If Spark is asked for and not installed.

    Notes
    -----
    Sums of whole numbers are exact and the same on every engine; sums of fractions
    are rounded to 12 significant digits, so that the order in which threads meet
    does not show.

    Examples
    --------
    >>> import pandas as pd
    >>> plants = pd.DataFrame({"region": ["r", "r"], "industry": ["A", "A"],
    ...                        "employment": [3, 4]})
    >>> aggregate_plants(plants)["sum_squares"].tolist()
    [25.0]
    """
    return cells_of(plants, PlantRules.of(aggregate_plants, locals()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantRules:
    """How plants are added up; the options of :func:`aggregate_plants`, checked."""

    regions: object = None
    engine: str = "duckdb"
    columns: Mapping[str, str] | None = None
    crs: object = None
    outside: str = "fault"
    unique: bool = True
    codes: str = "check"
    second: bool = False

    @classmethod
    def of(cls, function: Callable[..., Any], given: Mapping[str, Any]) -> PlantRules:
        """Check the types of what a function was given, and keep what are rules.

        ``second``, whether the second largest plant of a cell is looked for, is no
        option of a function: it costs another pass.
        """
        check_types(function, given)
        known = [one.name for one in fields(cls) if one.name in given]
        return cls(**{name: given[name] for name in known})

    def __post_init__(self) -> None:
        check_option("engine", self.engine, list(ENGINES))
        check_option("outside", self.outside, ["fault", "drop"])
        check_option("codes", self.codes, ["check", "as_is"])


def cells_of(plants: object, rules: PlantRules) -> pd.DataFrame:
    """Return the cells of :func:`aggregate_plants`, added up as the rules say."""
    with open_plants(plants, rules.engine, rules.columns) as opened:
        names = opened.frame.collect_schema().names()
        by_point = "region" not in names
        if by_point:
            crs = rules.crs
            if crs is None and isinstance(plants, pd.DataFrame):
                crs = plants.attrs.get("crs")  # as read_plants keeps it
            opened.frame = located(opened, rules.regions, crs)
        keys = ["region", "industry"] + (["year"] if "year" in names else [])
        cells = _summed(opened.frame, keys, second=rules.second)
        faults = _missing_keys(opened, cells, keys, by_point, rules.outside == "drop")
        faults += _impossible_sizes(opened, cells)
        if rules.unique and "plant" in names:
            faults += _twice(opened.frame, "year" in names)
    faults += _unknown_regions(cells, rules.regions)
    faults += _unusable(cells)
    if rules.codes == "check":
        also = [] if rules.regions is not None else ["region"]
        faults += _damaged(cells, also, opened.whole)
    if not len(cells):
        faults.append(Fault("the table has no rows", "check the file"))
    if faults:
        raise TableError("plants", faults)
    if by_point:
        cells = _outside(cells)
    return _tidy(cells, keys)


def _summed(
    frame: nw.LazyFrame[Any], keys: list[str], *, second: bool = False
) -> pd.DataFrame:
    """Sum; where an engine added NaN that is not null, once more without it."""
    import narwhals as nw

    size = nw.col("employment")
    table = _sums(frame, keys, size)
    if (table["n_known"].gt(0) & table["employment"].isna()).any():
        size = nw.when(~size.is_nan()).then(size)
        table = _sums(frame, keys, size)
    if second:
        table = table.merge(_second(frame, keys, size), on=keys, how="left")
        table["second_plant"] = table["second_plant"].astype(float).fillna(0.0)
    for column in (*_SUMS, "largest_plant", "smallest_plant"):
        table[column] = table[column].astype(float)
    table[[*_SUMS]] = table[[*_SUMS]].fillna(0.0)  # an engine's sum over nothing known
    return _stripped(table, keys)


def _sums(frame: nw.LazyFrame[Any], keys: list[str], size: nw.Expr) -> pd.DataFrame:
    """Sum in one expression, its columns computed before grouping."""
    import narwhals as nw

    cells = (
        frame
        .select(*keys, size=size)
        .with_columns(square=nw.col("size") * nw.col("size"))
        .group_by(*keys)
        .agg(
            employment=nw.col("size").sum(),
            establishments=nw.len(),
            n_known=nw.col("size").count(),
            sum_squares=nw.col("square").sum(),
            largest_plant=nw.col("size").max(),
            smallest_plant=nw.col("size").min(),
        )
    )
    return collected(cells)


def _second(frame: nw.LazyFrame[Any], keys: list[str], size: nw.Expr) -> pd.DataFrame:
    """Return the second largest plant of each cell: the largest, if it stands twice."""
    import narwhals as nw

    sizes = frame.select(*keys, size=size)
    largest = sizes.group_by(*keys).agg(largest=nw.col("size").max())
    is_top = nw.col("size") == nw.col("largest")
    cells = (
        sizes
        .join(largest, on=keys, how="inner")
        .with_columns(
            is_top=nw.when(is_top).then(nw.lit(1)).otherwise(nw.lit(0)),
            below=nw.when(~is_top).then(nw.col("size")),
            top=nw.col("largest"),
        )
        .group_by(*keys)
        .agg(
            n_top=nw.col("is_top").sum(),
            below=nw.col("below").max(),
            top=nw.col("top").max(),
        )
    )
    table = collected(cells)
    twice = table["n_top"].gt(1)
    table["second_plant"] = table["below"].astype(float).mask(twice, table["top"])
    return table[[*keys, "second_plant"]]


def _stripped(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Take spaces off the codes and join cells that become one; empty is missing."""
    is_changed = False
    for column in ("region", "industry"):
        codes = [str(code) for code in table[column].dropna().unique()]
        stripped = {c: c.strip() or None for c in codes if c != c.strip() or not c}
        if stripped:
            is_changed = True
            text = table[column].astype(object)
            text = text.map(lambda code, to=stripped: to.get(code, code))
            table[column] = text.where(text.notna(), None)
        table[column] = as_text(table[column])
    if not is_changed:
        return table
    rules = dict.fromkeys(table.columns.drop(keys), "sum")
    rules |= {"largest_plant": "max", "smallest_plant": "min"}
    if "second_plant" in table.columns:
        table["second_plant"] = _second_of_joined(table, keys)
        rules["second_plant"] = "max"
    return table.groupby(keys, dropna=False, as_index=False).agg(rules)


def _second_of_joined(table: pd.DataFrame, keys: list[str]) -> pd.Series:
    """Return, by row, the second largest plant of the cell that rows become."""
    names = ["largest_plant", "second_plant"]
    long = pd.concat([
        table[[*keys, n]].set_axis([*keys, "size"], axis=1) for n in names
    ])
    long["size"] = long["size"].astype(float).fillna(0.0)
    long = long.sort_values("size", ascending=False, kind="stable")
    ranked = long.groupby(keys, dropna=False).cumcount()
    second = long[ranked.eq(1)].drop_duplicates(keys)
    found = table[keys].merge(second, on=keys, how="left")["size"]
    return pd.Series(found.to_numpy(), index=table.index)


def _missing_keys(
    engine: Engine,
    cells: pd.DataFrame,
    keys: list[str],
    by_point: bool,
    may_be_outside: bool,
) -> list[Fault]:
    """Tell codes and years that are missing; examples are fetched only then."""
    import narwhals as nw

    faults = []
    for key in keys:
        bad = cells[cells[key].isna()]
        is_place = by_point and key == "region"
        if not len(bad) or (is_place and may_be_outside):
            continue
        empty = nw.col(key).is_null()
        if key != "year":
            empty |= nw.col(key).str.strip_chars() == ""
        rule, mend = f"{key} is missing", "fill it in, or drop these plants"
        if is_place:
            rule = "a plant lies in no region"
            mend = 'correct the points or crs=, or pass outside="drop"'
        rows = _examples(engine.frame.filter(empty))
        faults.append(Fault(rule, mend, int(bad["establishments"].sum()), rows))
    return faults


def _impossible_sizes(engine: Engine, cells: pd.DataFrame) -> list[Fault]:
    """Tell sizes below 0, infinite or beyond all bounds."""
    import narwhals as nw

    faults = []
    size = nw.col("employment")
    if (cells["smallest_plant"] < 0).any():
        found = engine.frame.filter(size < 0)
        n = int(collected(found.select(n=nw.len()))["n"].sum())
        mend = "correct the source; leave unknown sizes empty"
        faults.append(Fault("employment is negative", mend, n, _examples(found)))
    largest = np.maximum(cells["largest_plant"], -cells["smallest_plant"])
    infinite = largest > LARGEST_NUMBER
    if infinite.any():
        rows = _examples(engine.frame.filter(size.abs() > LARGEST_NUMBER))
        rule = f"employment is infinite, or larger than {LARGEST_NUMBER:.0e}"
        faults.append(Fault(rule, "correct it", int(infinite.sum()), rows))
    return faults


def _examples(frame: nw.LazyFrame[Any]) -> tuple[tuple[Any, Any], ...]:
    names = frame.collect_schema().names()
    label = "plant" if "plant" in names else "industry"
    rows = collected(frame.sort(names).head(5))
    return tuple(
        (
            row[label],
            " / ".join(f"{c}={row[c]}" for c in names if c != label),
        )
        for row in rows.to_dict("records")
    )


def _twice(frame: nw.LazyFrame[Any], has_year: bool) -> list[Fault]:
    import narwhals as nw

    keys = ["plant", "year"] if has_year else ["plant"]
    counted = (
        frame.select(*keys).group_by(*keys).agg(n=nw.len()).filter(nw.col("n") > 1)
    )
    totals = counted.select(rows=nw.col("n").sum(), keys=nw.len())
    number = collected(totals).fillna(0)
    if not int(number["keys"].iloc[0]):
        return []
    rows = collected(counted.sort(keys).head(5))
    shown = tuple(
        (row["plant"], f"{row['n']} rows" + (f" in {row['year']}" if has_year else ""))
        for row in rows.to_dict("records")
    )
    return [
        Fault(
            "a plant stands more than once in a year",
            "one row a plant and year; pass unique=False if rows are parts of a plant",
            int(number["rows"].iloc[0]),
            shown,
        )
    ]


def _outside(cells: pd.DataFrame) -> pd.DataFrame:
    lost = cells["region"].isna()
    if lost.any():
        n = int(cells.loc[lost, "establishments"].sum())
        jobs = float(cells.loc[lost, "employment"].sum())
        total = float(cells["employment"].sum())
        warnings.warn(
            f"{n} plants with {jobs:.0f} of {total:.0f} jobs lie in no region and are "
            "left out.",
            DataWarning,
            stacklevel=5,
        )
    return cells[~lost]


def _unknown_regions(cells: pd.DataFrame, regions: object) -> list[Fault]:
    known = known_codes(regions)
    if known is None:
        return []
    is_unknown = cells["region"].notna() & ~cells["region"].isin(set(known))
    unknown = sorted(set(cells.loc[is_unknown, "region"]))
    if not unknown:
        return []
    rule = f"region is not one of the {len(known)} known regions"
    hint = nearest(str(unknown[0]), known)
    mend = f"add them to regions, or drop these plants.{hint}"
    return [_of_codes(cells, "region", unknown, rule, mend)]


def _of_codes(
    cells: pd.DataFrame, column: str, codes: Iterable[str], rule: str, mend: str
) -> Fault:
    """Return the fault of codes, with the number of plants that have each."""
    counts = cells.groupby(column)["establishments"].sum().loc[list(codes)]
    few = counts.sort_index().head()
    rows = tuple((str(code)[:60], f"{n} plants") for code, n in few.items())
    return Fault(rule, mend, int(counts.sum()), rows)


def _damaged(
    cells: pd.DataFrame, also: list[str], whole: frozenset[str]
) -> list[Fault]:
    """Codes that look as if a spreadsheet had changed them."""
    faults = []
    for column in ("industry", *also):
        text = cells[column].dropna().unique().astype(object)
        given = [int(t) if column in whole else t for t in text]
        nothing = np.zeros(len(text), dtype=bool)
        mend = (
            f'read_plants(pad={{"{column}": <width>}}) fills zeros up; pass '
            'codes="as_is" if these are the codes'
        )
        for bad, rule, _ in damage(column, np.array(text), given, nothing):
            faults.append(_of_codes(cells, column, text[bad], rule, mend))
    return faults


def _unusable(cells: pd.DataFrame) -> list[Fault]:
    """Codes that no table may hold: errors of a spreadsheet, control signs ..."""
    faults = []
    for column in ("industry", "region"):
        text = cells[column].dropna().unique().astype(object)
        for bad, rule, mend in unusable(column, text, is_key=True):
            faults.append(_of_codes(cells, column, text[bad], rule, mend))
    return faults


def _tidy(cells: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    by = [k for k in ("industry", "region", "year") if k in keys]
    order = np.lexsort([pd.factorize(cells[k], sort=True)[0] for k in by])
    parts: dict[str, Any] = {k: cells[k].array.take(order) for k in keys}
    if "year" in parts:
        parts["year"] = np.asarray(parts["year"], dtype=np.int64)
    names = ["employment", "sum_squares", "largest_plant"]
    names += ["second_plant"] if "second_plant" in cells.columns else []
    values = {name: cells[name].to_numpy(dtype=float)[order] for name in names}
    plants = cells["establishments"].to_numpy(dtype=np.int64)[order]
    unknown = plants - cells["n_known"].to_numpy(dtype=np.int64)[order]
    values |= {name: _rounded(values[name]) for name in _SUMS}
    lower = values["employment"].copy()
    for array in values.values():
        array[unknown > 0] = np.nan
    return pd.DataFrame(
        {
            **parts,
            "employment": values["employment"],
            "establishments": plants,
            "sum_squares": values["sum_squares"],
            "largest_plant": values["largest_plant"],
            "lower": lower,
            "n_unknown": unknown,
            **{name: values[name] for name in names if name == "second_plant"},
        },
        copy=False,
    )


def _rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Whole sums as they are, fractions to 12 significant digits."""
    fraction = values != np.floor(values)
    if not fraction.any():
        return values
    some = values[fraction]
    scale = np.power(10.0, 11 - np.floor(np.log10(np.abs(some))))
    result = values.copy()
    result[fraction] = np.round(some * scale) / scale
    return result
