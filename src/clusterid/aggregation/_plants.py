"""Plants to an Economy, one year or all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.aggregation._cells import PlantRules, cells_of
from clusterid.errors import Fault, TableError
from clusterid.tables import Economy, Metadata, economy
from clusterid.tables.parsing import known_codes

__all__ = ["economies_from_plants", "economy_from_plants"]


@typed
def economy_from_plants(
    plants: object,
    *,
    regions: object = None,
    engine: str = "duckdb",
    year: int | None = None,
    columns: Mapping[str, str] | None = None,
    crs: object = None,
    outside: str = "fault",
    unique: bool = True,
    codes: str = "check",
    metadata: Metadata | Mapping[str, Any] | None = None,
) -> Economy:
    r"""Return the Economy that plants add up to.

    Employment, establishments, the two largest plants and the sum of squared plant
    sizes by region and industry, and the plant Herfindahl of each industry,

    .. math:: H_i = \sum_k e_k^2 \Big/ \Big(\sum_k e_k\Big)^2 ,

    between 1/N (N equal plants) and 1 (one plant). Plants are taken to be all there
    are: a cell without a plant is 0. A cell with a plant of unknown size is NaN, with
    the sum of the known sizes as its lower bound.

    Parameters
    ----------
    plants : path, DataFrame, Arrow table, DuckDB relation or Spark DataFrame
        See :func:`aggregate_plants`.
    regions : regions table, Index or list of codes, optional
        Regions of the result, also those without a plant; with points, polygons.
    engine : {"duckdb", "pandas", "spark"}
        What adds the plants up; the numbers are the same.
    year : int, optional
        Which year, where the plants are of several.
    columns, crs, outside, unique, codes
        See :func:`aggregate_plants`.
    metadata : Metadata or mapping, optional
        What the counts are.

    Returns
    -------
    Economy
        With ``establishments``, ``plant_herfindahl`` and ``largest_plant``.

    Raises
    ------
    TableError, GeometryError, MissingExtraError
        See :func:`aggregate_plants`; also if a year must be chosen.

    References
    ----------
    Ellison, G. and Glaeser, E. L. (1997), Geographic concentration in U.S.
    manufacturing industries: a dartboard approach, Journal of Political Economy 105,
    889-927: the plant Herfindahl H.

    Examples
    --------
    >>> import pandas as pd
    >>> plants = pd.DataFrame({"region": ["r", "r", "s"], "industry": ["A", "A", "A"],
    ...                        "employment": [1, 2, 1]})
    >>> economy_from_plants(plants).plant_herfindahl.to_dict()
    {'A': 0.375}
    """
    rules = replace(PlantRules.of(economy_from_plants, locals()), second=True)
    cells = cells_of(plants, rules)
    if "year" in cells.columns:
        years = sorted({int(y) for y in cells["year"]})
        if year is None and len(years) > 1:
            rule = f"the plants are of {len(years)} years ({years[0]} to {years[-1]})"
            mend = "choose one with year=, or use economies_from_plants()"
            raise TableError("plants", [Fault(rule, mend)])
        year = years[0] if year is None else year
        if year not in years:
            mend = f"choose one of {', '.join(map(str, years))}"
            fault = Fault(f"there are no plants of year {year}", mend)
            raise TableError("plants", [fault])
        cells = cells[cells["year"].eq(year)]
    return _economy(cells, year, regions, metadata)


@typed
def economies_from_plants(
    plants: object,
    *,
    regions: object = None,
    engine: str = "duckdb",
    columns: Mapping[str, str] | None = None,
    crs: object = None,
    outside: str = "fault",
    unique: bool = True,
    codes: str = "check",
    metadata: Metadata | Mapping[str, Any] | None = None,
) -> dict[int, Economy]:
    """Return one Economy a year, all with the same regions and industries.

    Parameters
    ----------
    plants, regions, engine, columns, crs, outside, unique, codes, metadata
        See :func:`economy_from_plants`; ``plants`` needs a ``year``.

    Returns
    -------
    dict of year to Economy
        In order of the years; one pass over the plants serves all of them.

    Raises
    ------
    TableError
        See :func:`aggregate_plants`; also if the plants have no year.

    Examples
    --------
    >>> import pandas as pd
    >>> plants = pd.DataFrame({"region": ["r", "r"], "industry": ["A", "B"],
    ...                        "employment": [1, 2], "year": [2019, 2020]})
    >>> {year: e.employment.loc["r"].tolist()
    ...  for year, e in economies_from_plants(plants).items()}
    {2019: [1.0, 0.0], 2020: [0.0, 2.0]}
    """
    rules = replace(PlantRules.of(economies_from_plants, locals()), second=True)
    cells = cells_of(plants, rules)
    if "year" not in cells.columns:
        fault = Fault("the plants have no year", 'pass columns={"year": ...}')
        raise TableError("plants", [fault])
    everywhere = sorted({*cells["region"], *(known_codes(regions) or [])})
    industries = sorted(set(cells["industry"]))
    return {
        int(str(year)): _economy(
            part, int(str(year)), everywhere, metadata, industries=industries
        )
        for year, part in cells.groupby("year", sort=True)
    }


#: What an Economy made from plants says of each cell.
_FRAMES = (
    "employment", "establishments", "lower", "upper", "largest_plant", "second_plant",
    "plant_squares",
)  # fmt: skip


def _economy(
    cells: pd.DataFrame,
    year: int | None,
    regions: object,
    metadata: Metadata | Mapping[str, Any] | None,
    industries: list[str] | None = None,
) -> Economy:
    cells = cells.assign(
        upper=cells["employment"].where(cells["n_unknown"].eq(0)),
        lower=cells["lower"],
    )
    result = economy(
        cells.drop(columns=[c for c in ("year",) if c in cells.columns]),
        year=year,
        plant_herfindahl=_herfindahl(cells),
        metadata=metadata,
    )
    result = replace(result, plant_squares=_squares(cells, result))
    rows = result.regions if regions is None else pd.Index(known_codes(regions) or [])
    columns = result.industries if industries is None else pd.Index(industries)
    rows, columns = rows.rename("region"), columns.rename("industry")
    frames = {
        name: getattr(result, name).reindex(index=rows, columns=columns, fill_value=0.0)
        for name in _FRAMES
    }
    herfindahl = result.plant_herfindahl
    if herfindahl is not None:
        herfindahl = herfindahl.reindex(columns)
    return replace(result, plant_herfindahl=herfindahl, **frames)


def _squares(cells: pd.DataFrame, like: Economy) -> pd.DataFrame:
    """Return the squares by region and industry; squares may pass what counts may."""
    made = pd.DataFrame(0.0, index=like.regions, columns=like.industries)
    row = made.index.get_indexer(pd.Index(cells["region"]))
    column = made.columns.get_indexer(pd.Index(cells["industry"]))
    values = made.to_numpy().copy()
    values[row, column] = cells["sum_squares"].to_numpy(dtype=float)
    return pd.DataFrame(values, index=made.index, columns=made.columns)


def _herfindahl(cells: pd.DataFrame) -> pd.Series:
    """By industry; NaN where a plant's size is unknown or nobody works."""
    grouped = cells.groupby("industry", sort=True)
    squares = grouped["sum_squares"].agg(lambda s: s.sum(skipna=False))
    total = grouped["employment"].agg(lambda s: s.sum(skipna=False))
    values = np.asarray(squares, dtype=float) / np.square(
        np.asarray(total.where(total > 0), dtype=float)
    )
    return pd.Series(values, index=squares.index, name="plant_herfindahl").clip(0, 1)
