"""Any values of regions on one map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, TableError, check_option
from clusterid.legend import HIDDEN_COLOUR, LANGUAGES, words
from clusterid.maps._breaks import Method
from clusterid.maps._geometry import Outlines, outlines
from clusterid.maps._layers import both, layer
from clusterid.maps._page import MapPage, map_page

__all__ = ["base_data", "value_map"]

Text = str | Mapping[str, str]


@typed
def value_map(
    values: pd.Series | pd.DataFrame,
    regions: gpd.GeoDataFrame,
    *,
    title: Text = "",
    language: str = "en",
    source: Text = "",
    licence: Text = "",
    geometry_source: Text = "",
    year: int | str | None = None,
    unit: Text = "",
    lower: pd.Series | pd.DataFrame | None = None,
    upper: pd.Series | pd.DataFrame | None = None,
    n_plants: pd.Series | pd.DataFrame | None = None,
    imputed: pd.Series | pd.DataFrame | None = None,
    reason: pd.Series | pd.DataFrame | None = None,
    labels: Mapping[str, Text] | None = None,
    kind: str = "industry",
    neutral: float | None = None,
    classes: int = 5,
    breaks: Sequence[float] | Method = "jenks",
    minimum_plants: int = 3,
    simulated: bool = False,
    max_points: int = 25_000,
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
    frame = values.to_frame() if isinstance(values, pd.Series) else values
    if isinstance(values, pd.Series) and values.name is None:
        frame = frame.set_axis(["value"], axis=1)
    frame = frame.set_axis(frame.index.astype(str))
    _check(frame, regions)
    shapes = outlines(regions, max_points=max_points, language=language)
    names = [str(name) for name in frame.columns]
    layers = []
    for k, name in enumerate(names):
        shown: Text = (labels or {}).get(name, name)
        if isinstance(values, pd.Series) and values.name is None and not labels:
            shown = both("map.value")
        layers.append(
            layer(
                _cells(frame, k, shapes),
                id=f"value-{k}",
                group="value",
                label=shown,
                measure=shown,
                unit=unit,
                lower=_part(lower, frame, k, shapes),
                upper=_part(upper, frame, k, shapes),
                n_plants=_part(n_plants, frame, k, shapes),
                imputed=_part(imputed, frame, k, shapes),
                reason=_part(reason, frame, k, shapes, as_text=True),
                neutral=neutral,
                classes=classes,
                breaks=breaks,
                minimum_plants=minimum_plants,
            )
        )
    heading = title or (layers[0]["label"] if len(layers) == 1 else both("map.values"))
    data = base_data(
        shapes,
        title=heading,
        language=language,
        kind=kind,
        simulated=simulated,
        source=source,
        licence=licence,
        geometry=geometry_source,
        year=year,
        unit=unit,
    )
    data["layers"] = layers
    data["meta"]["theme"] = layers[0]["id"] if layers else ""
    return map_page(data, title=_one(heading, language), language=language)


def base_data(
    shapes: Outlines,
    *,
    title: Text,
    language: str,
    kind: str,
    simulated: bool,
    source: Text,
    licence: Text,
    geometry: Text,
    year: int | str | None,
    unit: Text,
    base: Text = "",
    subtitle: Text = "",
    overview: bool = False,
) -> dict[str, Any]:
    """Return what every page needs: texts, outlines, sources; layers are added."""
    from clusterid import __version__

    texts = {}
    for code in LANGUAGES:
        said = words(code, kind=kind)
        texts[code] = {
            key: value
            for prefix in (
                "map.", "measure.", "verdict.", "verdict_says.", "reason.", "flag.",
                "state.", "language.", "declared.", "level.",
            )
            for key, value in said.under(prefix).items()
        }  # fmt: skip
    points = [
        None if np.isnan(lat) else [round(float(lat), 4), round(float(lon), 4)]
        for lat, lon in shapes.points
    ]
    return {
        "meta": {
            "title": title,
            "subtitle": subtitle,
            "language": language,
            "kind": kind,
            "simulated": bool(simulated),
            "source": source,
            "licence": licence,
            "geometry": geometry,
            "year": "" if year is None else str(year),
            "unit": unit,
            "base": base,
            "version": __version__,
            "hidden": HIDDEN_COLOUR,
            "overview": overview,
            "theme": "overview",
        },
        "texts": texts,
        "geo": {
            "origin": [round(x, 9) for x in shapes.origin],
            "step": shapes.step,
            "codes": list(shapes.codes),
            "names": list(shapes.names),
            "points": points,
            "shapes": [shapes.encoded(shape) for shape in shapes.shapes],
        },
        "layers": [],
        "templates": {},
        "clusters": [],
        "signs": [],
        "places": [],
        "links": {"total": 0, "items": []},
    }


def _one(value: Text, language: str) -> str:
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values()), ""))
    return str(value)


def _check(frame: pd.DataFrame, regions: gpd.GeoDataFrame) -> None:
    faults = []
    twice = frame.index[frame.index.duplicated()].unique()
    if len(twice):
        faults.append(
            Fault(
                "a region stands twice",
                "keep one row a region",
                len(twice),
                tuple((code, code) for code in twice[:5]),
            )
        )
    known = set(regions.index.astype(str))
    strange = [code for code in frame.index if code not in known]
    if strange:
        faults.append(
            Fault(
                "a region of the values is not among the regions",
                "use the codes of the regions table, or drop the rows",
                len(strange),
                tuple((code, code) for code in strange[:5]),
            )
        )
    if faults:
        raise TableError("values", faults)


def _cells(frame: pd.DataFrame, k: int, shapes: Outlines) -> Any:
    numbers = pd.to_numeric(frame.iloc[:, k], errors="coerce")
    return numbers.reindex(list(shapes.codes)).to_numpy(dtype=float)


def _part(
    part: pd.Series | pd.DataFrame | None,
    frame: pd.DataFrame,
    k: int,
    shapes: Outlines,
    *,
    as_text: bool = False,
) -> Any:
    if part is None:
        return None
    found = part if isinstance(part, pd.Series) else part[frame.columns[k]]
    found = found.set_axis(found.index.astype(str)).reindex(list(shapes.codes))
    if as_text:
        return found.astype(object).to_numpy()
    return pd.to_numeric(found, errors="coerce").to_numpy(dtype=float)
