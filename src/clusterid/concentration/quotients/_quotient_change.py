"""How location quotients change between two years."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration._territory import same_territory
from clusterid.concentration.quotients._location_quotient import (
    checked_employment,
    quotient_parts,
    reason_codes,
)
from clusterid.errors import OptionError, check_option
from clusterid.tables import Margins, margins

__all__ = ["dynamic_location_quotient", "dynamic_missing_reasons"]

Variant = Literal["ratio", "log"]


@typed
def dynamic_location_quotient(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    variant: Variant = "ratio",
    years: float = 1.0,
    horizon: float | None = None,
    totals_start: pd.DataFrame | Margins | None = None,
    totals_end: pd.DataFrame | Margins | None = None,
) -> pd.DataFrame:
    r"""Return how the location quotient grew between two years.

    .. math:: DLQ_{ij} = \left[\frac{(1+g_{ij})/(1+g_j)}{(1+g_i)/(1+g)}\right]^{t}

    with growth rates per year, compounded over the period; over the period itself
    this is exactly :math:`LQ_{ij}(end)/LQ_{ij}(start)`.

    Parameters
    ----------
    start, end : DataFrame, n_regions x n_industries
        Jobs of the two years; codes of either are kept, a code absent from one table
        is unknown there, not zero.
    variant : {"ratio", "log"}
        ``"ratio"``: 0 to infinity, neutral 1. ``"log"``: its logarithm, which is the
        sum of log growth of cell, region, industry and all; neutral 0.
    years : float
        Years between the tables.
    horizon : float, optional
        ``t``, years over which the growth is stated; by default ``years``, hence
        the change between the tables; 1 gives the change per year.
    totals_start, totals_end : DataFrame or Margins, optional
        Published totals of each year.

    Returns
    -------
    DataFrame, n_regions x n_industries
        Sorted union of the codes. NaN where the quotient of either year does not
        exist, or the first is 0 (entry): :func:`dynamic_missing_reasons`.

    Raises
    ------
    TableError
        If a table is faulty, or a known reform sets the regions of the years apart.
    OptionError
        If ``years`` or ``horizon`` is not positive.

    References
    ----------
    Blair (1995), Local Economic Development, Sage; not checked against the original,
    which uses mean annual rates.

    Examples
    --------
    >>> start = pd.DataFrame({"A": [10.0, 10.0], "B": [10.0, 10.0]}, index=["r", "s"])
    >>> end = pd.DataFrame({"A": [20.0, 10.0], "B": [10.0, 20.0]}, index=["r", "s"])
    >>> dynamic_location_quotient(start, end).loc["r", "A"].round(3).item()
    1.333
    """
    check_option("variant", variant, get_args(Variant))
    power = years if horizon is None else horizon
    if not (years > 0 and power > 0):
        raise OptionError(f"years={years!r} and horizon={horizon!r} must be positive")
    first, second, totals = _aligned(start, end, totals_start, totals_end)
    with np.errstate(invalid="ignore", divide="ignore"):
        before = quotient_parts(first, None, totals[0]).ratio()
        after = quotient_parts(second, None, totals[1]).ratio()
        values = (after / before) ** (power / years)
        values = np.log(values) if variant == "log" else values
    values[~np.isfinite(values)] = np.nan
    return pd.DataFrame(values, index=first.index, columns=first.columns)


@typed
def dynamic_missing_reasons(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    variant: Variant = "ratio",
    totals_start: pd.DataFrame | Margins | None = None,
    totals_end: pd.DataFrame | Margins | None = None,
) -> pd.DataFrame:
    """Return why a cell of :func:`dynamic_location_quotient` is NaN.

    Parameters
    ----------
    start, end, variant, totals_start, totals_end
        As in :func:`dynamic_location_quotient`.

    Returns
    -------
    DataFrame, n_regions x n_industries
        ``""`` where there is a value; ``"entry"`` (0 to more), ``"exit"`` (to 0, of
        the logarithm), ``"absent"`` (0 in both), else the reason of the year that
        lacks its quotient as in :func:`missing_reasons`, ``"start:withheld"`` or
        ``"end:region_empty"`` for example.

    Examples
    --------
    >>> start = pd.DataFrame({"A": [0.0, 10.0], "B": [10.0, 10.0]}, index=["r", "s"])
    >>> end = pd.DataFrame({"A": [5.0, 10.0], "B": [10.0, None]}, index=["r", "s"])
    >>> totals = pd.DataFrame({"region": ["s"], "industry": "TOTAL", "value": 20.0})
    >>> dynamic_missing_reasons(start, end, totals_end=totals).loc["r", "A"]
    'entry'
    """
    check_option("variant", variant, get_args(Variant))
    first, second, totals = _aligned(start, end, totals_start, totals_end)
    reasons = np.full(first.shape, "", dtype=object)
    quotients = []
    for name, table, known in zip(
        ("start", "end"), (first, second), totals, strict=True
    ):
        parts = quotient_parts(table, None, known)
        quotient = parts.ratio()
        quotients.append(quotient)
        codes = reason_codes(parts, quotient)
        fresh = (reasons == "") & (codes != "")
        reasons[fresh] = [f"{name}:{code}" for code in codes[fresh]]
    before, after = quotients
    reasons[(before == 0) & (after > 0)] = "entry"
    reasons[(before == 0) & (after == 0)] = "absent"
    if variant == "log":
        reasons[(before > 0) & (after == 0)] = "exit"
    return pd.DataFrame(reasons, index=first.index, columns=first.columns)


def _aligned(
    start: pd.DataFrame,
    end: pd.DataFrame,
    totals_start: pd.DataFrame | Margins | None,
    totals_end: pd.DataFrame | Margins | None,
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Margins, Margins]]:
    """Bring both tables to the same codes; each keeps its own totals."""
    first, second = checked_employment(start), checked_employment(end)
    same_territory(first.index, second.index, taken="")
    rows = first.index.union(second.index).rename("region")
    columns = first.columns.union(second.columns).rename("industry")
    known = []
    for table, totals in ((first, totals_start), (second, totals_end)):
        given = totals if isinstance(totals, Margins) else margins(table, totals)
        region, industry = given.region.reindex(rows), given.industry.reindex(columns)
        known.append(Margins(region, industry, given.total))
    tables = [t.reindex(index=rows, columns=columns) for t in (first, second)]
    return tables[0], tables[1], (known[0], known[1])
