"""The regions table: shapes by code, with area and population from statistics."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from clusterid._typed import check_types
from clusterid.errors import DataWarning, Fault
from clusterid.tables._checking import LARGEST_NUMBER, Check, checked_crs, checked_pad
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import RawTable, Reading, load

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_regions"]

#: Degrees of longitude, with what rounding may add.
_FURTHEST = 180.0 + 1e-6
_ATTRIBUTES = ("name", "parent", "area_km2", "population")


def read_regions(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    attributes: Any = None,
    attribute_columns: Mapping[str, str] | None = None,
    crs: Any = None,
    geometry: bool = True,
    repair: bool = False,
    decimal: str = ".",
    thousands: str | None = None,
    pad: Mapping[str, int] | None = None,
    attribute_reading: Reading | None = None,
    **reading: Unpack[Reading],
) -> gpd.GeoDataFrame:
    """Read and check regions: codes, names, polygons, area and population.

    Area and population are numbers of the statistics, never measured from polygons:
    generalised outlines can be wrong by a third. Where a second table of attributes
    is given, what it holds wins over what stands beside the shapes.

    Parameters
    ----------
    source : path, GeoDataFrame, DataFrame or Arrow table
        Column ``region``; optional ``name``, ``parent`` (code of the unit above),
        ``area_km2``, ``population`` (persons); polygons.
    columns : mapping, optional
        Our name to the name in the source.
    attributes : path, DataFrame or Arrow table, optional
        A second table: ``region`` and any of name, parent, area_km2, population.
    attribute_columns : mapping, optional
        Our name to the name in the table of attributes.
    crs : anything pyproj reads, optional
        Coordinate system of polygons that do not name theirs.
    geometry : bool
        False: read a table without polygons (no maps, no neighbours).
    repair : bool
        True: make invalid polygons valid; the codes are kept in
        ``result.attrs["repaired"]``.
    decimal, thousands, pad, **reading
        See :func:`read_employment`; also used for the attributes.
    attribute_reading : dict, optional
        ``encoding``, ``separator`` ... of the file of attributes.

    Returns
    -------
    GeoDataFrame
        Index ``region`` (sorted), columns ``name``, ``parent``, ``area_km2``,
        ``population``, ``geometry``; what is not known is NaN.

    Raises
    ------
    TableError
        With every fault: a region twice, polygons missing, empty, invalid, twice or
        without a coordinate system, an area of 0 ...

    Warns
    -----
    DataWarning
        If the table of attributes lacks some of the regions.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> shapes = gpd.GeoDataFrame({"ags": ["02", "01"]}, crs="EPSG:3035",
    ...                           geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)])
    >>> read_regions(shapes, columns={"region": "ags"}).index.tolist()
    ['01', '02']
    """
    check_types(read_regions, locals())
    import geopandas as gpd

    raw = load(source, columns=columns, name="regions", **reading)
    file_crs, shapes = _shapes_of(raw)
    check = Check(raw)
    numerals = Numerals(decimal, thousands)
    pad = checked_pad(pad, ["region", "parent"])
    check.columns(["region"], _ATTRIBUTES)
    _check_attributes(check, numerals, pad)
    check.unique(
        ["region"], "one row a region: dissolve its parts, gdf.dissolve(by='region')"
    )
    repaired: list[str] = []
    if geometry:
        shapes, crs, repaired = _check_shapes(check, shapes, file_crs, crs, repair)
    else:
        shapes, crs = None, None
    second = None
    if attributes is not None:
        second = _attributes(
            attributes, attribute_columns, numerals, pad, attribute_reading, check
        )
    check.done()
    frame = check.frame
    if second is not None:
        frame = _with_attributes(frame, second, raw.name)
    for column in _ATTRIBUTES:
        if column not in frame.columns:
            frame[column] = np.nan
    table = gpd.GeoDataFrame(
        frame[["region", *_ATTRIBUTES]],
        geometry=[None] * len(frame) if shapes is None else shapes.to_numpy(),
        crs=crs,
    )
    result = table.set_index("region").sort_index()
    result.attrs["repaired"] = repaired
    return result


def _shapes_of(raw: RawTable) -> tuple[Any, Any]:
    import geopandas as gpd

    if isinstance(raw.frame, gpd.GeoDataFrame) and raw.frame._geometry_column_name in (
        raw.frame.columns
    ):
        return raw.frame.crs, raw.frame.geometry
    return None, None


def _check_attributes(check: Check, numerals: Numerals, pad: Mapping[str, int]) -> None:
    check.frame = pd.DataFrame(check.frame)
    check.codes("region", pad=pad.get("region"))
    check.codes("name", null=True, pad=0)
    check.codes("parent", null=True, pad=pad.get("parent", 0))
    check.numbers("area_km2", numerals, positive=True)
    check.numbers("population", numerals, counts=True)


def _check_shapes(
    check: Check, shapes: Any, file_crs: Any, crs: Any, repair: bool
) -> tuple[Any, Any, list[str]]:
    import shapely

    if shapes is None:
        check.say(
            "there are no polygons",
            "give a GeoPackage, GeoJSON or GeoDataFrame; or geometry=False to do "
            "without maps and neighbours",
        )
        return None, None, []
    values = np.array(shapes.to_numpy(), dtype=object)
    labels = check.frame["region"] if check.has("region") else None
    missing = shapely.is_missing(values)
    empty = shapely.is_empty(values)
    check.fault(missing, "the polygon is missing", "add it, or drop the region", labels)
    check.fault(empty, "the polygon is empty", "add it, or drop the region", labels)
    usable = ~missing & ~empty
    other = usable & ~np.isin(shapely.get_type_id(values), [3, 6])
    check.fault(
        other, "the shape is not a polygon", "use polygons; points do not touch", labels
    )
    bounds = shapely.bounds(values)  # NaN where there is no shape
    with np.errstate(invalid="ignore"):
        wild = usable & ~other & _wild(values, bounds)
    check.fault(
        wild,
        f"a coordinate is no finite number, or beyond {LARGEST_NUMBER:.0e}",
        "correct the shape in the source",
        labels,
    )
    usable &= ~wild
    invalid = usable & ~other
    invalid[invalid] = ~shapely.is_valid(values[invalid])
    repaired: list[str] = []
    if invalid.any() and repair:
        values[invalid] = [_areas(g) for g in shapely.make_valid(values[invalid])]
        codes = (
            labels if labels is not None else pd.Series(check.numbers_of.astype(str))
        )
        repaired = sorted(str(c) for c in codes[invalid])
    elif invalid.any():
        told = np.full(len(values), "", dtype=object)
        told[invalid] = shapely.is_valid_reason(values[invalid])
        why = pd.Series(told, index=check.frame.index)
        named = why if labels is None else labels.astype(str) + ": " + why
        check.fault(
            invalid,
            "the polygon is invalid",
            "pass repair=True, or mend it in the source",
            named,
        )
    good = usable & ~other
    keys = pd.Series(shapely.to_wkb(shapely.normalize(values[good])))
    twice = np.zeros(len(values), dtype=bool)
    twice[good] = keys.duplicated(keep=False).to_numpy()
    check.fault(
        twice, "two regions have the same polygon", "correct one of the two", labels
    )
    return (
        pd.Series(values, index=check.frame.index),
        _check_crs(check, values[good], good, file_crs, crs),
        repaired,
    )


def _wild(values: Any, bounds: Any) -> Any:
    """Return which shapes have a coordinate that is no number, or no place at all."""
    import shapely

    points, owner = shapely.get_coordinates(values, return_index=True)
    wrong = ~np.isfinite(points).all(axis=1) | (np.abs(points) > LARGEST_NUMBER).any(1)
    wild = np.zeros(len(values), dtype=bool)
    wild[owner[wrong]] = True
    return wild | (np.abs(bounds) > LARGEST_NUMBER).any(axis=1)


def _check_crs(check: Check, shapes: Any, good: Any, file_crs: Any, crs: Any) -> Any:
    import shapely

    if crs is not None:
        crs = checked_crs(crs, check.say)
        if crs is None:
            return file_crs
    if file_crs is None and crs is None:
        check.say(
            "the polygons have no coordinate system",
            'pass crs=, e.g. crs="EPSG:4326" for longitude and latitude',
        )
        return None
    if (
        file_crs is not None
        and crs is not None
        and not crs.equals(file_crs, ignore_axis_order=True)
    ):
        check.say(
            f"the polygons say {file_crs.to_string()}, crs= says {crs.to_string()}",
            "leave crs= out, or change the shapes with gdf.to_crs()",
        )
    final = crs if file_crs is None else file_crs
    if len(shapes) and final.is_geographic:
        west, south, east, north = shapely.bounds(shapes).T
        outside = (west < -_FURTHEST) | (east > _FURTHEST)
        outside |= (south < -_FURTHEST / 2) | (north > _FURTHEST / 2)
        wrong = np.zeros(len(check.frame), dtype=bool)
        wrong[np.flatnonzero(good)[outside]] = True
        check.fault(
            wrong,
            "coordinates are not degrees (longitude -180 to 180, latitude -90 to 90), "
            f"though the coordinate system ({final.to_string()}) is",
            "name the projected coordinate system of the shapes with crs=, or correct "
            "the coordinates",
            "region" if check.has("region") else None,
        )
    return final


def _attributes(
    source: Any,
    columns: Mapping[str, str] | None,
    numerals: Numerals,
    pad: Mapping[str, int],
    reading: Reading | None,
    parent: Check,
) -> pd.DataFrame:
    raw = load(source, columns=columns, name="attributes of regions", **(reading or {}))
    check = Check(raw)
    check.columns(["region"], _ATTRIBUTES)
    _check_attributes(check, numerals, pad)
    check.unique(["region"], "one row a region: filter to one year")
    if not check.faults and parent.has("region"):
        regions = set(parent.frame["region"].dropna())
        if not regions & set(check.frame["region"]):
            check.say(
                "no region of the shapes has attributes "
                f"({min(regions, default='')!r} there, {check.frame['region'].min()!r} "
                "here)",
                "check the code columns of both files",
            )
    parent.faults += [
        Fault(f"{raw.name}: {f.rule}", f.mend, f.count, f.rows) for f in check.faults
    ]
    return check.frame


def _with_attributes(
    frame: pd.DataFrame, second: pd.DataFrame, name: str
) -> pd.DataFrame:
    told = second.set_index("region")
    lacking = sorted(set(frame["region"]) - set(told.index))
    if lacking:
        shown = ", ".join(lacking[:5]) + (" ..." if len(lacking) > 5 else "")
        warnings.warn(
            f"{name}: {len(lacking)} of {len(frame)} regions have no attributes "
            f"({shown}); area and population are unknown there.",
            DataWarning,
            stacklevel=3,
        )
    frame = frame.copy()
    for column in told.columns:
        values = told[column].reindex(frame["region"]).to_numpy()
        if column in ("name", "parent") and column in frame.columns:
            values = np.where(pd.isna(values), frame[column].to_numpy(), values)
        frame[column] = values
    return frame


def _areas(shape: Any) -> Any:
    """Return the polygons of a mended shape; lines and points have no area."""
    import shapely

    parts = shapely.get_parts(shape)
    parts = np.concatenate([shapely.get_parts(part) for part in parts])
    return shapely.union_all(parts[shapely.get_type_id(parts) == 3])
