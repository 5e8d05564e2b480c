"""Any values of regions on one map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypedDict, Unpack

import geopandas as gpd
import pandas as pd

from clusterid._typed import options_of, typed_by
from clusterid.errors import check_option
from clusterid.legend import LANGUAGES
from clusterid.maps._breaks import Method
from clusterid.maps._geometry import Outlines, outlines
from clusterid.maps._imprint import Imprint, base_data
from clusterid.maps._layers import Cells, Classing, Heading, layer
from clusterid.maps._page import MapPage, map_page
from clusterid.maps._texts import Text, both, in_language
from clusterid.tables import check_mapped

__all__ = ["value_map"]


class MapOptions(TypedDict, total=False):
    """Keywords of :func:`value_map` that are facts on the page, or make classes."""

    title: Text
    source: Text
    licence: Text
    geometry_source: Text
    year: int | str | None
    unit: Text
    kind: str
    simulated: bool
    neutral: float | None
    classes: int
    breaks: Sequence[float] | Method
    minimum_plants: int


@typed_by(Imprint, Classing)
def value_map(
    values: pd.Series | pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    language: str = "en",
    lower: pd.Series | pd.DataFrame | None = None,
    upper: pd.Series | pd.DataFrame | None = None,
    n_plants: pd.Series | pd.DataFrame | None = None,
    imputed: pd.Series | pd.DataFrame | None = None,
    reason: pd.Series | pd.DataFrame | None = None,
    labels: Mapping[str, Text] | None = None,
    max_points: int = 25_000,
    **options: Unpack[MapOptions],
) -> MapPage:
    """Return a map of values by region, one layer a column; one file, no network.

    Outlines are stored once whatever the number of layers. NaN is hatched and says
    why; it is never drawn as zero.

    Parameters
    ----------
    values : Series by region, or DataFrame regions x layers
        Numbers to show; NaN is withheld or not computable.
    regions : GeoDataFrame
        Indexed by region code, with ``name``, ``geometry`` and a CRS.
    title, source, licence, geometry_source, unit : str or mapping
        Shown on the page; a mapping ``{"en": ..., "de": ...}`` gives both languages.
    language : {"en", "de"}
        Language the page opens in; the reader can switch.
    year : int or str, optional
        Vintage of the values.
    lower, upper, n_plants, imputed, reason : same shape as values, optional
        Interval, number of plants, estimated share (0 to 1), why a cell is NaN.
    labels : mapping of column to text, optional
        Names of the layers.
    kind : {"industry", "occupation"}
        What is counted.
    neutral : float, optional
        A value kept as a class break (1 for quotients).
    classes : int
        Classes at most, 2 to 5.
    breaks : {"jenks", "quantiles", "equal"} or sequence of float
        Natural breaks, or inner breaks given.
    minimum_plants : int
        Cells with fewer plants show only a rounded interval.
    simulated : bool
        Puts the word "simulated" across the page.
    max_points : int
        Points of all outlines together; shared borders stay shared.

    Returns
    -------
    MapPage
        ``.save(path)`` writes it.

    Raises
    ------
    TableError
        If a region of ``values`` stands twice or is not among ``regions``.
    GeometryError
        If the regions have no CRS or no outlines.
    OptionError
        If an option is not offered.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["West", "East"]}, index=["R1", "R2"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> page = value_map(pd.Series({"R1": 0.5, "R2": 2.0}, name="LQ"), regions)
    >>> page.data["layers"][0]["v"]
    [0.5, 2]
    """
    check_option("language", language, LANGUAGES)
    unnamed = isinstance(values, pd.Series) and values.name is None
    frame = values.to_frame() if isinstance(values, pd.Series) else values
    if unnamed:
        frame = frame.set_axis(["value"], axis=1)
    frame = frame.set_axis(frame.index.astype(str))
    check_mapped(frame.index, regions)
    shapes = outlines(regions, max_points=max_points, language=language)
    classing = Classing(**options_of(Classing, options))
    imprint = Imprint(**options_of(Imprint, options))
    parts = {
        "lower": lower,
        "upper": upper,
        "n_plants": n_plants,
        "imputed": imputed,
        "reason": reason,
    }
    layers = []
    for k, column in enumerate(frame.columns):
        shown: Text = (labels or {}).get(str(column), str(column))
        if unnamed and not labels:
            shown = both("map.value")
        heading = Heading(
            id=f"value-{k}",
            group="value",
            label=shown,
            measure=shown,
            unit=imprint.unit,
        )
        known = {"value": frame.iloc[:, k]} | {
            name: part if isinstance(part, pd.Series) else part[column]
            for name, part in parts.items()
            if part is not None
        }
        layers.append(layer(heading, _cells(known, shapes), classing))
    if not imprint.title:
        of_all = layers[0]["label"] if len(layers) == 1 else both("map.values")
        imprint = replace(imprint, title=of_all)
    data = base_data(shapes, imprint, language=language)
    data["layers"] = layers
    data["meta"]["theme"] = layers[0]["id"] if layers else ""
    return map_page(data, title=in_language(imprint.title, language), language=language)


def _cells(known: Mapping[str, pd.Series], shapes: Outlines) -> Cells:
    """Return the cells of one layer from what is known, each Series by region."""
    table = pd.DataFrame({
        name: part.set_axis(part.index.astype(str)).reindex(list(shapes.codes))
        for name, part in known.items()
    })
    return Cells.of(table, shapes.codes, {name: name for name in known})
