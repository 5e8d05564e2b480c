"""The plants table: one row a plant and year, at a region or a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd

from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    Numerals,
    Other,
    Reading,
    Table,
    TableOptions,
    Year,
    checked_crs,
)

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = ["read_plants"]

_PLANTS = Table(
    "plants",
    (
        Code("plant", required=True, padded=True),
        Code("industry", required=True, padded=True, width=None, known_as="industries"),
        Code("region", padded=True, width=None),
        Year(),
        Number("employment", required=True, counts=True),
        Other("x"),
        Other("y"),
    ),
    key=("plant", "year"),
    repeated="one row a plant and year: name the year column, or add up its rows",
    sort=("year", "plant"),
    order=("plant", "industry", "employment", "year", "region", "x", "y"),
)


def read_plants(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    regions: object = None,
    industries: Sequence[str] | None = None,
    crs: object = None,
    decimal: str = ".",
    thousands: str | None = None,
    pad: Mapping[str, int] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check plants (local units).

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``plant``, ``industry``, ``employment`` (persons; empty is unknown),
        optional ``year``, and ``region`` or the point ``x``, ``y``.
    columns : mapping, optional
        Our name to the name in the source.
    regions : regions table, Index or list of codes, optional
        A region that is not among them is a fault.
    industries : list of codes, optional
        An industry that is not among them is a fault.
    crs : anything pyproj reads, optional
        Coordinate system of ``x`` and ``y``; needed where there is no region. Kept
        as text in ``result.attrs["crs"]``.
    decimal, thousands, pad, **reading
        See :func:`read_employment`.

    Returns
    -------
    DataFrame
        ``plant``, ``industry``, ``employment``, ``year``, ``region`` and/or ``x``,
        ``y``; sorted by year and plant.

    Raises
    ------
    TableError
        With every fault of the table: missing codes, a plant twice in a year,
        negative sizes, no place, a point outside its coordinate system ...

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"plant": ["p2", "p1"], "industry": ["26", "26"],
    ...         "region": ["01001", "01002"], "employment": [4, 9]}
    >>> read_plants(pd.DataFrame(rows))["plant"].tolist()
    ['p1', 'p2']
    """
    known = {"region": regions, "industry": industries}
    options = TableOptions.of(read_plants, locals(), known=known)
    check = Check(_PLANTS.load(source, options))
    system = None
    if crs is not None:
        system = checked_crs(crs, check.say)
        check.done()
    _PLANTS.check(check, options)
    _points(check, Numerals(decimal, ""), system)
    _PLANTS.unique(check)
    frame = _PLANTS.finished(check)
    if system is not None:
        frame.attrs["crs"] = system.to_string()
    return frame


def _points(check: Check, numerals: Numerals, crs: CRS | None) -> None:
    """Check the points of plants; without a region they need a coordinate system."""
    has_point = check.has("x") and check.has("y")
    if not check.has("region") and not has_point:
        check.say(
            "plants have no place: neither a column 'region' nor 'x' and 'y'",
            'pass columns={"region": ...} or columns={"x": ..., "y": ...} with crs=',
        )
        return
    if not has_point:
        return
    need = not check.has("region")
    if crs is None and need:
        check.say(
            "x and y have no coordinate system",
            'pass crs=, e.g. crs="EPSG:4326" for longitude and latitude',
        )
    check.numbers("x", numerals, minimum=None, null=not need)
    check.numbers("y", numerals, minimum=None, null=not need)
    if crs is None or not len(check.frame):
        return
    if crs.is_geographic:
        x = check.frame["x"].to_numpy(dtype=float)
        y = check.frame["y"].to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            check.fault(
                (np.abs(x) > 180) | (np.abs(y) > 90),
                "x and y are not degrees, though the coordinate system is",
                "name the projected system of the points, or exchange x and y",
                ["x", "y"],
            )
