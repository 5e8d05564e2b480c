"""A small printed map of one value."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from clusterid._typed import typed
from clusterid.errors import GeometryError
from clusterid.figures._axes import (
    figure_style,
    new_axes,
    note,
    plain_text,
)
from clusterid.figures._portfolio import _source
from clusterid.legend import LOW_COLOURS, SEQUENTIAL, Words, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["choropleth"]


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
    GeometryError
        If the regions have no CRS.

    Examples
    --------
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame({"name": ["r"]}, index=["r"], crs=4326,
    ...                            geometry=[box(8, 50, 9, 51)])
    >>> choropleth(pd.Series({"r": 1.2}), regions, title="LQ").get_title(loc="left")
    'LQ'
    """
    from matplotlib.collections import PathCollection

    if regions.crs is None:
        raise GeometryError(
            "The regions have no CRS. Mend: regions.set_crs('EPSG:...')."
        )
    said = words(language)
    ramp, inner = _classes(breaks)
    frame = gpd.GeoDataFrame(geometry=regions.geometry).sort_index()
    west, south, east, north = frame.to_crs(4326).total_bounds
    european = west > -25 and east < 45 and south > 33 and north < 72
    frame = frame.to_crs(3035 if european else _utm((west + east) / 2, north + south))
    numbers = pd.to_numeric(values, errors="coerce").reindex(frame.index)
    at = np.searchsorted(inner, numbers.to_numpy(dtype=float), side="right")
    with figure_style():
        ax = new_axes(ax, (4.6, 5.2))
        ax.set_axis_off()
        ax.set_aspect("equal")
        hidden = numbers.isna().to_numpy()
        paths = np.array([_path(shape) for shape in frame.geometry], dtype=object)
        drawn = np.array([path is not None for path in paths])
        marked = np.zeros(len(frame), dtype=bool)
        if outlined is not None:
            marked = outlined.reindex(frame.index).eq(True).to_numpy(dtype=bool)
        shown, held = drawn & ~hidden, drawn & hidden
        ax.add_collection(
            PathCollection(
                list(paths[shown]),
                facecolors=[ramp[k] for k in at[shown]],
                edgecolors="white",
                linewidths=0.25,
            )
        )
        ax.add_collection(
            PathCollection(
                list(paths[held]),
                facecolors="white",
                edgecolors="#a3a9b0",
                hatch="/////",
                linewidths=0.25,
            )
        )
        ax.add_collection(
            PathCollection(
                list(paths[drawn & marked]),
                facecolors="none",
                edgecolors="#111111",
                linewidths=0.8,
            )
        )
        ax.autoscale_view()
        if legend:
            _legend(ax, ramp, inner, said, label=label, hidden=bool(hidden.any()))
        if title:
            ax.set_title(plain_text(title, width=70))
        note(
            ax,
            _source(said, source),
            simulated=said("map.simulated") if simulated else "",
        )
    return ax


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
        hidden = False
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
            hidden |= bool(part.reindex(regions.index).isna().any())
        ramp, inner = _classes(None)
        _legend(ax, ramp, inner, said, label=label, hidden=hidden)
    return ax


def _utm(longitude: float, northward: float) -> int:
    """Return the EPSG code of the UTM zone of a longitude, on WGS 84.

    geopandas looks the same zone up in a database, which takes as long as the drawing.
    """
    zone = int((longitude + 180) // 6) % 60 + 1
    return (32600 if northward >= 0 else 32700) + zone


def _path(shape: Any) -> Any:
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
    ax.legend(
        handles=keys,
        title=plain_text(label) if label else None,
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        fontsize=7.5,
    )


def _spread(n: int) -> list[str]:
    if n <= 1:
        return [SEQUENTIAL[2]] * max(n, 0)
    picks = np.linspace(0, len(SEQUENTIAL) - 1, n).round().astype(int)
    return [SEQUENTIAL[i] for i in picks]


def _class_names(inner: list[float], said: Words) -> list[str]:
    comma = "," if said.language == "de" else "."
    number = [f"{b:g}".replace(".", comma) for b in inner]
    between = [f"{a} – {b}" for a, b in pairwise(number)]
    return [said("map.below", value=number[0]), *between, f"≥ {number[-1]}"]
