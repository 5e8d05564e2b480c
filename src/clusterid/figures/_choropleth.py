"""A small printed map of one value."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import GeometryError
from clusterid.figures._axes import figure_style, plain_text
from clusterid.figures._style import Style
from clusterid.legend import LOW_COLOURS, SEQUENTIAL, Words, words
from clusterid.tables import beside_date_line, check_mapped, cut_at_date_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from shapely.geometry.base import BaseGeometry

__all__ = ["choropleth", "choropleths"]

#: Fill of a region for which no value is given, which is not a withheld one.
_NOT_GIVEN = "#eef0f2"
_HALF_GLOBE = 180.0


@typed
def choropleth(
    values: pd.Series,
    regions: gpd.GeoDataFrame,
    *,
    breaks: list[float] | None = None,
    outlined: pd.Series | None = None,
    title: str = "",
    label: str = "",
    language: str = "en",
    source: str = "",
    simulated: bool = False,
    legend: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Draw a value by region, withheld regions hatched.

    Parameters
    ----------
    values : Series by region
        Numbers; NaN is withheld or not computable.
    regions : GeoDataFrame
        Indexed by region code, with a CRS; drawn in an equal-area projection of
        Europe (EPSG:3035) or, outside it, in the UTM zone of its middle.
    breaks : list of float, optional
        Inner class breaks; by default 0.5, 1, 1.5, 2, 3, those of a quotient.
    outlined : Series by region, optional
        True where a region gets a dark outline (part of a cluster).
    title, label, source : str
        Written on the figure.
    language : {"en", "de"}
        Language of the legend.
    simulated : bool
        Writes "simulated" across it.
    legend : bool
        Draws the classes beside the map.
    ax : Axes, optional
        Drawn on; new ones by default.

    Returns
    -------
    Axes

    Raises
    ------
    TableError
        If a region of the values is not among the regions.
    GeometryError
        If the regions have no CRS or no polygons.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame({"name": ["r"]}, index=["r"], crs=4326,
    ...                            geometry=[box(8, 50, 9, 51)])
    >>> choropleth(pd.Series({"r": 1.2}), regions, title="LQ").get_title(loc="left")
    'LQ'
    """
    if regions.crs is None:
        raise GeometryError(
            "The regions have no CRS. Mend: regions.set_crs('EPSG:...')."
        )
    check_mapped(values.index, regions)
    style = Style(language=language, source=source, simulated=simulated)
    ramp, inner = _classes(breaks)
    shapes = _projected(regions)
    numbers = _numbers(values).reindex(shapes.index)
    given = shapes.index.isin([str(code) for code in values.index])
    hidden = numbers.isna().to_numpy() & given
    marked = np.zeros(len(shapes), dtype=bool)
    if outlined is not None:
        marks = outlined.set_axis(outlined.index.astype(str))
        marked = marks.reindex(shapes.index).eq(True).to_numpy(dtype=bool)
    at = np.searchsorted(inner, numbers.to_numpy(dtype=float), side="right")
    with style.axes(ax, (4.6, 5.2)) as ax:
        ax.set_axis_off()
        ax.set_aspect("equal")
        paths = np.array([_path(shape) for shape in shapes], dtype=object)
        drawn = np.array([path is not None for path in paths])
        if not drawn.any():
            raise GeometryError(
                "No region has a polygon; nothing can be drawn. Mend: join the values "
                "to outlines, not to points or lines."
            )
        shown = drawn & ~hidden & given
        _draw(ax, paths[drawn & ~given], _NOT_GIVEN, "white")
        _draw(ax, paths[shown], [ramp[k] for k in at[shown]], "white")
        _draw(ax, paths[drawn & hidden], "white", "#a3a9b0", hatch="/////")
        _draw(ax, paths[drawn & marked], "none", "#111111", width=0.8)
        ax.autoscale_view()
        if legend:
            _legend(
                ax,
                ramp,
                inner,
                style.said,
                label=label,
                hidden=bool(hidden.any()),
                absent=not given.all(),
            )
        style.title(ax, title, width=70)
        style.sign(ax)
    return ax


def _draw(
    ax: Axes,
    paths: NDArray[np.object_],
    colours: str | list[str],
    border: str,
    *,
    width: float = 0.25,
    hatch: str | None = None,
) -> None:
    from matplotlib.collections import PathCollection

    ax.add_collection(
        PathCollection(
            list(paths),
            facecolors=colours,
            edgecolors=border,
            hatch=hatch,
            linewidths=width,
        )
    )


def _projected(regions: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return outlines by region code, in a projection that fits where they lie."""
    shapes = regions.geometry.set_axis(regions.index.astype(str)).sort_index()
    degrees = shapes.to_crs(4326)
    west, south, east, north = degrees.total_bounds
    european = west > -25 and east < 45 and south > 33 and north < 72
    if east - west > _HALF_GLOBE:  # both sides of the 180th meridian, or all the world
        values, _ = beside_date_line(cut_at_date_line(degrees.to_numpy()))
        shapes = gpd.GeoSeries(values, index=shapes.index, crs=4326)
        west, south, east, north = shapes.total_bounds
    return shapes.to_crs(3035 if european else _utm((west + east) / 2, north + south))


def _numbers(values: pd.Series) -> pd.Series:
    """Return values as numbers by code as text; NaN where they are none."""
    return pd.to_numeric(values.set_axis(values.index.astype(str)), errors="coerce")


@typed
def choropleths(
    values: Mapping[str, pd.Series],
    regions: gpd.GeoDataFrame,
    *,
    outlined: Mapping[str, pd.Series] | None = None,
    label: str = "",
    language: str = "en",
    source: str = "",
    simulated: bool = False,
) -> Axes:
    """Draw several values as small maps of one size with one legend.

    Parameters
    ----------
    values : mapping of title to Series by region
        Numbers of each map; NaN is withheld or not computable.
    regions : GeoDataFrame
        Indexed by region code, with a CRS.
    outlined : mapping of title to Series by region, optional
        True where a region gets a dark outline.
    label, source : str
        Written on the figure.
    language : {"en", "de"}
        Language of the legend.
    simulated : bool
        Writes "simulated" across each map.

    Returns
    -------
    Axes
        The last map; ``.figure`` holds all.

    Raises
    ------
    GeometryError
        If the regions have no CRS.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame({"name": ["r"]}, index=["r"], crs=4326,
    ...                            geometry=[box(8, 50, 9, 51)])
    >>> one = pd.Series({"r": 1.2})
    >>> len(choropleths({"A": one, "B": one}, regions).figure.axes)
    2
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    said = words(language)
    columns = min(3, max(1, len(values)))
    rows = -(-len(values) // columns)
    with figure_style():
        figure = Figure(figsize=(2.9 * columns, 3.7 * rows))
        FigureCanvasAgg(figure)
        figure.subplots_adjust(0.02, 0.06, 0.98, 0.92, wspace=0.08, hspace=0.22)
        hidden = absent = False
        for k, (title, part) in enumerate(values.items()):
            ax = figure.add_subplot(rows, columns, k + 1)
            choropleth(
                part,
                regions,
                outlined=(outlined or {}).get(title),
                language=language,
                source=source if k == len(values) - columns else "",
                simulated=simulated,
                legend=False,
                ax=ax,
            )
            ax.set_title("\n".join(wrap(plain_text(title, width=62), 32)), fontsize=8.5)
            hidden |= bool(_numbers(part).isna().any())
            absent |= len(part) < len(regions)
        ramp, inner = _classes(None)
        _legend(ax, ramp, inner, said, label=label, hidden=hidden, absent=absent)
    return ax


def _utm(longitude: float, northward: float) -> int:
    """Return the EPSG code of the UTM zone of a longitude, on WGS 84.

    geopandas looks the same zone up in a database, which takes as long as the drawing.
    """
    zone = int((longitude + 180) // 6) % 60 + 1
    return (32600 if northward >= 0 else 32700) + zone


def _path(shape: BaseGeometry | None) -> Path | None:
    """Return the rings of a shape as one path, None for an empty shape."""
    from matplotlib.path import Path

    if shape is None or shapely.is_empty(shape):
        return None
    rings = [
        shapely.get_coordinates(ring)
        for polygon in shapely.get_parts(shape)
        if shapely.get_type_id(polygon) == 3
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    if not rings:
        return None
    codes = [
        np.r_[Path.MOVETO, np.full(len(ring) - 2, Path.LINETO), Path.CLOSEPOLY]
        for ring in rings
    ]
    return Path(np.concatenate(rings), np.concatenate(codes).astype(np.uint8))


def _classes(breaks: list[float] | None) -> tuple[list[str], list[float]]:
    inner = breaks or [0.5, 1.0, 1.5, 2.0, 3.0]
    n_low = sum(b <= 1 for b in inner) if breaks is None else 0
    return [*LOW_COLOURS[:n_low][::-1], *_spread(len(inner) + 1 - n_low)], inner


def _legend(
    ax: Axes,
    ramp: list[str],
    inner: list[float],
    said: Words,
    *,
    label: str,
    hidden: bool,
    absent: bool,
) -> None:
    from matplotlib.patches import Patch

    keys = [
        Patch(facecolor=colour, edgecolor="#8a94a0", label=text)
        for colour, text in zip(ramp, _class_names(inner, said), strict=True)
    ]
    if hidden:
        keys.append(
            Patch(
                facecolor="white",
                edgecolor="#a3a9b0",
                hatch="/////",
                label=said("map.hatched_hidden"),
            )
        )
    if absent:
        text = said("map.not_given")
        keys.append(Patch(facecolor=_NOT_GIVEN, edgecolor="#8a94a0", label=text))
    ax.legend(
        handles=keys,
        title=plain_text(label) if label else None,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        fontsize=7.5,
    )


def _spread(n: int) -> list[str]:
    picks = np.linspace(0, len(SEQUENTIAL) - 1, n).round().astype(int)
    return [SEQUENTIAL[i] for i in picks]


def _class_names(inner: list[float], said: Words) -> list[str]:
    comma = "," if said.language == "de" else "."
    number = [f"{b:g}".replace(".", comma) for b in inner]
    between = [f"{a} – {b}" for a, b in pairwise(number)]
    return [said("map.below", value=number[0]), *between, f"≥ {number[-1]}"]
