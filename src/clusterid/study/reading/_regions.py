"""Shapes brought to the territorial status of the counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError, check_option
from clusterid.study.reading._collecting import Collected, first_of, noted
from clusterid.study.reading._variables import expanded_all
from clusterid.tables import read_regions, read_table
from clusterid.tables.parsing._checking import Check
from clusterid.tables.parsing._form import RawTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from clusterid.study.reading._schema import RegionsSection
    from clusterid.tables import Economy

__all__ = ["aligned", "read_shapes", "shapeless", "without_shapes"]

#: What [regions] options may say.
_OPTIONS = (
    "repair", "encoding", "separator", "decimal", "thousands", "pad", "skip_rows",
)  # fmt: skip


def read_shapes(
    section: RegionsSection, path: Path, attributes: Path | None, bridge: Path | None
) -> gpd.GeoDataFrame:
    """Read the regions of a study, bridged to another status where it says so."""
    options: dict[str, Any] = {"columns": section.columns or None}
    if section.layer:
        options["layer"] = section.layer
    if section.filter:
        options["filter"] = section.filter
    if attributes is not None:
        options["attributes"] = attributes
        options["attribute_columns"] = section.attributes_columns or None
    for name, value in section.written.items():
        check_option("regions option", name, _OPTIONS)
        options[name] = expanded_all(value)
    source: object = path
    if bridge is not None and section.layer:
        source = _with_shapes(path, options.pop("layer"))
    regions = read_regions(source, crs=section.crs, **options)
    if bridge is not None:
        regions = _bridged(regions, bridge, section.bridge_columns)
    if section.parent_digits is not None:
        regions = regions.assign(
            parent=[code[: section.parent_digits] for code in regions.index]
        )
    return regions


def without_shapes(
    economies: Mapping[int, Economy], reading: Collected
) -> gpd.GeoDataFrame:
    """Return the counted regions of a study that names no shapes.

    Each stands alone: what a step needs of an outline are squares that touch no other.
    They are taken out of the result (:func:`shapeless`).
    """
    import geopandas as gpd
    from shapely import box

    codes = sorted({str(code) for one in economies.values() for code in one.regions})
    reading.notes.append(
        "no shapes are named ([regions]): every region stands alone, clusters reach no "
        "neighbours, and there is no map."
    )
    frame = pd.DataFrame(
        {
            "name": codes,
            "parent": None,
            "area_km2": np.nan,
            "population": np.nan,
        },
        index=pd.Index(codes, name="region"),
    )
    squares = [box(10_000 * k, 0, 10_000 * k + 1000, 1000) for k in range(len(codes))]
    return gpd.GeoDataFrame(frame, geometry=squares, crs="EPSG:3035")


def shapeless(regions: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the same rows without outlines."""
    import geopandas as gpd

    nothing = gpd.GeoSeries([None] * len(regions), index=regions.index, crs=4326)
    bare = regions.drop(columns="geometry")
    return gpd.GeoDataFrame(bare, geometry=nothing, crs=4326)


def _with_shapes(path: Path, layer: str) -> gpd.GeoDataFrame:
    """Return the parts of larger regions that have a shape.

    A town that is smaller than the outlines are fine has none; the region it belongs
    to has the shapes of its other parts.
    """
    import geopandas as gpd

    parts = gpd.read_file(path, layer=layer)
    empty = parts.geometry.is_empty | parts.geometry.isna()
    if empty.any():
        noted(
            f"{int(empty.sum())} of {len(parts)} shapes of {path.name} are empty; the "
            "regions they belong to are drawn without them."
        )
    return parts[~empty].reset_index(drop=True)


def _bridged(
    regions: gpd.GeoDataFrame, path: Path, columns: dict[str, str]
) -> gpd.GeoDataFrame:
    table = read_table(path, columns=columns or None, name="bridge")
    missing = [c for c in ("source", "target") if c not in table.columns]
    if missing:
        have = ", ".join(map(str, table.columns))
        mend = f"name it in [regions] bridge_columns; the file has {have}"
        faults = [Fault(f"there is no column {name!r}", mend) for name in missing]
        raise TableError(f"bridge ({path.name})", faults)
    check = Check(RawTable(table, f"bridge ({path.name})"))
    check.columns(["source", "target"], ["name"])
    for column in ("source", "target"):
        check.codes(column, pad=0)
    if "name" in check.frame.columns:
        check.codes("name", null=True, pad=0)
    check.unique(["source"], "keep the region that each code becomes")
    check.done()
    table = check.frame
    target = dict(zip(table["source"], table["target"], strict=True))
    goes_to = pd.Index([target.get(code, code) for code in regions.index])
    if not set(target) & set(regions.index):
        noted(
            f"bridge ({path.name}): none of its {len(target)} codes is a region of the "
            "shapes; it changes nothing."
        )
    if goes_to.is_unique and (goes_to == regions.index).all():
        return regions
    keep = regions.assign(_target=goes_to, _own=goes_to == regions.index)
    keep = keep.sort_values("_own", ascending=False, kind="stable")
    keep.attrs = {}  # would be copied for every region, and dissolving drops them
    # the shape that keeps its code gives its name and parent; sums need every part
    merged = keep.dissolve(
        "_target",
        aggfunc={
            "name": "first",
            "parent": "first",
            "area_km2": lambda x: x.sum(skipna=False),
            "population": lambda x: x.sum(skipna=False),
        },
    )
    merged.index.name = "region"
    if "name" in table.columns:
        names = dict(zip(check.frame["target"], check.frame["name"], strict=True))
        own = merged.index.map(names.get)
        merged["name"] = merged["name"].where(own.isna(), own)
    return merged.sort_index()[[c for c in regions.columns if c in merged.columns]]


def aligned(
    regions: gpd.GeoDataFrame, codes: pd.Index, where: str
) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the shapes of the counted regions, and what was left out.

    Raises
    ------
    TableError
        If a counted region has no shape.
    """
    lacking = codes.difference(regions.index)
    if len(lacking):
        nearby = np.setdiff1d(regions.index, codes)[:5]
        fault = Fault(
            f"{len(lacking)} counted regions have no shape: {', '.join(lacking[:5])}",
            "use shapes of the same territorial status, or a bridge ([regions] bridge)"
            f"; shapes without counts: {', '.join(nearby) or 'none'}",
        )
        raise TableError(where, [fault])
    extra = regions.index.difference(codes)
    notes = []
    if len(extra):
        notes.append(
            f"{len(extra)} shapes have no counts and are left out ({first_of(extra)})."
        )
    return regions.loc[codes], notes
