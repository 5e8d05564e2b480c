"""The plants table: one row a plant and year, at a region or a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from clusterid._typed import check_types
from clusterid.tables._checking import Check, checked_crs, checked_pad, known_codes
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import Reading, load

__all__ = ["read_plants"]


def read_plants(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    regions: Any = None,
    industries: Sequence[str] | None = None,
    crs: Any = None,
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
    check_types(read_plants, locals())
    raw = load(source, columns=columns, name="plants", **reading)
    check = Check(raw)
    if crs is not None:
        crs = checked_crs(crs, check.say)
        check.done()
    numerals = Numerals(decimal, thousands)
    pad = checked_pad(pad, ["plant", "industry", "region"])
    check.columns(["plant", "industry", "employment"], ["year", "region", "x", "y"])
    check.codes("plant", pad=pad.get("plant", 0))
    check.codes(
        "industry", pad=pad.get("industry"), known=industries, known_as="industries"
    )
    check.codes("region", pad=pad.get("region"), known=known_codes(regions))
    check.whole_years()
    check.numbers("employment", numerals, counts=True)
    _points(check, Numerals(decimal, ""), crs)
    check.unique(
        ["plant", "year"],
        "one row a plant and year: name the year column, or add up its rows",
    )
    check.done()
    order = ["plant", "industry", "employment", "year", "region", "x", "y"]
    frame = check.frame[[c for c in order if c in check.frame.columns]]
    keys = [k for k in ("year", "plant") if k in frame.columns]
    frame = frame.sort_values(keys, kind="stable", ignore_index=True)
    if crs is not None:
        frame.attrs["crs"] = crs.to_string()
    return frame


def _points(check: Check, numerals: Numerals, crs: Any) -> None:
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
