"""The regions table: shapes by code, with area and population from statistics."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._columns import IDENTIFIER
from clusterid._columns import Table as Columns
from clusterid.errors import DataWarning, Fault
from clusterid.tables.parsing import (
    LARGEST_NUMBER,
    Check,
    Code,
    Number,
    RawTable,
    Reading,
    Table,
    TableOptions,
    checked_crs,
)

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

__all__ = ["REGION_KINDS", "read_regions"]

#: Regions are published with the attributes that their owner gives them.
REGION_KINDS = Columns({}, others=IDENTIFIER, attrs={"repaired": IDENTIFIER})

#: Degrees of longitude, with what rounding may add.
_FURTHEST = 180.0 + 1e-6
_ATTRIBUTES = ("name", "parent", "area_km2", "population")
_REGIONS = Table(
    "regions",
    (
        Code("region", required=True, padded=True, width=None),
        Code("name", null=True),
        Code("parent", null=True, padded=True),
        Number("area_km2", positive=True),
        Number("population", counts=True),
    ),
    key=("region",),
    repeated="one row a region: dissolve its parts, gdf.dissolve(by='region')",
)


def read_regions(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    attributes: object = None,
    attribute_columns: Mapping[str, str] | None = None,
    crs: object = None,
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
    options = TableOptions.of(read_regions, locals())
    import geopandas as gpd

    raw = _REGIONS.load(source, options)
    file_crs, shapes = _shapes_of(raw)
    check = Check(raw)
    check.frame = pd.DataFrame(check.frame)
    _REGIONS.check(check, options)
    _REGIONS.unique(check)
    final_crs: CRS | None = None
    repaired: list[str] = []
    if not geometry:
        shapes = None
    elif shapes is None:
        check.say(
            "there are no polygons",
            "give a GeoPackage, GeoJSON or GeoDataFrame; or geometry=False to do "
            "without maps and neighbours",
        )
    else:
        polygons = _Polygons(check, shapes)
        repaired = polygons.check(repair=repair)
        final_crs = polygons.checked_crs(file_crs, crs)
        shapes = pd.Series(polygons.values, index=check.frame.index)
    second = None
    if attributes is not None:
        beside = replace(
            options, columns=attribute_columns, reading=attribute_reading or Reading()
        )
        second = _attributes(attributes, beside, check)
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
        crs=final_crs,
    )
    result = table.set_index("region").sort_index()
    result.attrs["repaired"] = repaired
    return result


def _shapes_of(raw: RawTable) -> tuple[CRS | None, pd.Series | None]:
    """Return the coordinate system that a table names, and its shapes."""
    import geopandas as gpd

    frame = raw.frame
    if isinstance(frame, gpd.GeoDataFrame) and frame._geometry_column_name in frame:
        return frame.crs, frame.geometry
    return None, None


class _Polygons:
    """The shapes of a table of regions, checked one rule after the other.

    A shape that breaks one rule is left out of those that follow.
    """

    def __init__(self, table: Check, shapes: pd.Series) -> None:
        self.table = table
        self.values = np.array(shapes.to_numpy(), dtype=object)
        self.labels = table.frame["region"] if table.has("region") else None
        self.sound = np.ones(len(self.values), dtype=bool)

    def _leave_out(self, wrong: NDArray[np.bool_], rule: str, mend: str) -> None:
        self.table.fault(wrong, rule, mend, self.labels)
        self.sound &= ~wrong

    def check(self, *, repair: bool) -> list[str]:
        """Tell what is no sound polygon; return the codes of those repaired."""
        import shapely

        mend = "add it, or drop the region"
        missing = shapely.is_missing(self.values)
        empty = shapely.is_empty(self.values)
        self._leave_out(missing, "the polygon is missing", mend)
        self._leave_out(empty, "the polygon is empty", mend)
        mixed = self._collections() if repair else np.zeros(len(self.values), bool)
        self._leave_out(
            self.sound & ~np.isin(shapely.get_type_id(self.values), [3, 6]),
            "the shape is not a polygon",
            "use polygons; points do not touch. repair=True keeps the polygons of a "
            "collection",
        )
        self._leave_out(
            self.sound & _wild(self.values),
            f"a coordinate is no finite number, or beyond {LARGEST_NUMBER:.0e}",
            "correct the shape in the source",
        )
        repaired = sorted({*self._valid(repair=repair), *self._codes(mixed)})
        keys = pd.Series(shapely.to_wkb(shapely.normalize(self.values[self.sound])))
        twice = np.zeros(len(self.values), dtype=bool)
        twice[self.sound] = keys.duplicated(keep=False).to_numpy()
        rule = "two regions have the same polygon"
        self.table.fault(twice, rule, "correct one of the two", self.labels)
        return repaired

    def _collections(self) -> NDArray[np.bool_]:
        """Keep the polygons of collections, as ``make_valid`` leaves them behind."""
        import shapely

        mixed: NDArray[np.bool_] = shapely.get_type_id(self.values) == 7
        for i in np.flatnonzero(mixed):
            areas = _areas(self.values[i])
            mixed[i] = not shapely.is_empty(areas)
            self.values[i] = areas if mixed[i] else self.values[i]
        return mixed

    def _codes(self, chosen: NDArray[np.bool_]) -> list[str]:
        codes = self.labels
        if codes is None:
            codes = pd.Series(self.table.numbers_of.astype(str))
        return sorted(str(code) for code in codes[chosen])

    def _valid(self, *, repair: bool) -> list[str]:
        """Repair polygons that are invalid, or tell why they are."""
        import shapely

        invalid = self.sound.copy()
        invalid[invalid] = ~shapely.is_valid(self.values[invalid])
        if not invalid.any():
            return []
        if repair:
            made = shapely.make_valid(self.values[invalid])
            self.values[invalid] = [_areas(shape) for shape in made]
            hollow = invalid & shapely.is_empty(self.values)
            self._leave_out(
                hollow, "the polygon has no area", "correct it, or drop the region"
            )
            return self._codes(invalid & ~hollow)
        why = pd.Series("", index=self.table.frame.index, dtype=object)
        why[invalid] = shapely.is_valid_reason(self.values[invalid])
        self.table.fault(
            invalid,
            "the polygon is invalid",
            "pass repair=True, or mend it in the source",
            why if self.labels is None else self.labels.astype(str) + ": " + why,
        )
        return []

    def checked_crs(self, file_crs: CRS | None, named: object) -> CRS | None:
        """Return the coordinate system of the shapes; tell one that cannot be."""
        check = self.table
        crs = None
        if named is not None:
            crs = checked_crs(named, check.say)
            if crs is None:
                return file_crs
        final = crs if file_crs is None else file_crs
        if final is None:
            check.say(
                "the polygons have no coordinate system",
                'pass crs=, e.g. crs="EPSG:4326" for longitude and latitude',
            )
            return None
        if crs is not None and not crs.equals(final, ignore_axis_order=True):
            check.say(
                f"the polygons say {final.to_string()}, crs= says {crs.to_string()}",
                "leave crs= out, or change the shapes with gdf.to_crs()",
            )
        self._check_degrees(final)
        return final

    def _check_degrees(self, crs: CRS) -> None:
        """Tell shapes beyond the globe where coordinates are degrees."""
        import shapely

        shapes = self.values[self.sound]
        if not len(shapes) or not crs.is_geographic:
            return
        west, south, east, north = shapely.bounds(shapes).T
        outside = (west < -_FURTHEST) | (east > _FURTHEST)
        outside |= (south < -_FURTHEST / 2) | (north > _FURTHEST / 2)
        wrong = np.zeros(len(self.values), dtype=bool)
        wrong[np.flatnonzero(self.sound)[outside]] = True
        self.table.fault(
            wrong,
            "coordinates are not degrees (longitude -180 to 180, latitude -90 to 90), "
            f"though the coordinate system ({crs.to_string()}) is",
            "name the projected coordinate system of the shapes with crs=, or correct "
            "the coordinates",
            self.labels,
        )


def _wild(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which shapes have a coordinate that is no number, or no place at all."""
    import shapely

    bounds = shapely.bounds(values)  # NaN where there is no shape
    points, owner = shapely.get_coordinates(values, return_index=True)
    wrong = ~np.isfinite(points).all(axis=1) | (np.abs(points) > LARGEST_NUMBER).any(1)
    wild = np.zeros(len(values), dtype=bool)
    wild[owner[wrong]] = True
    with np.errstate(invalid="ignore"):
        wild |= (np.abs(bounds) > LARGEST_NUMBER).any(axis=1)
    return wild


def _attributes(source: object, options: TableOptions, parent: Check) -> pd.DataFrame:
    """Read a second table of attributes; its faults are reported with the first's."""
    table = replace(
        _REGIONS,
        name="attributes of regions",
        repeated="one row a region: filter to one year",
    )
    raw = table.load(source, options)
    check = Check(raw)
    check.frame = pd.DataFrame(check.frame)
    table.check(check, options)
    table.unique(check)
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
    """Return the regions with the second table's attributes, which win."""
    given = second.set_index("region")
    lacking = sorted(set(frame["region"]) - set(given.index))
    if lacking:
        shown = ", ".join(lacking[:5]) + (" ..." if len(lacking) > 5 else "")
        warnings.warn(
            f"{name}: {len(lacking)} of {len(frame)} regions have no attributes "
            f"({shown}); area and population are unknown there.",
            DataWarning,
            stacklevel=3,
        )
    frame = frame.copy()
    for column in given.columns:
        values = given[column].reindex(frame["region"]).to_numpy()
        if column in ("name", "parent") and column in frame.columns:
            values = np.where(pd.isna(values), frame[column].to_numpy(), values)
        frame[column] = values
    return frame


def _areas(shape: object) -> object:
    """Return the polygons of a mended shape; lines and points have no area."""
    import shapely

    parts = shapely.get_parts(shape)
    parts = np.concatenate([shapely.get_parts(part) for part in parts])
    return shapely.union_all(parts[shapely.get_type_id(parts) == 3])
