"""The map of a whole study: templates, clusters, verdicts, research links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from clusterid._typed import typed
from clusterid.disclosure import shown
from clusterid.errors import StudyError, check_option
from clusterid.legend import LANGUAGES, VERDICT_SIGNS
from clusterid.maps._geometry import outlines
from clusterid.maps._imprint import Imprint, base_data
from clusterid.maps._page import MapPage, map_page
from clusterid.maps._study_clusters import clusters, concentrations, graded, kinds
from clusterid.maps._study_facts import (
    base_of,
    outline_source,
    source_of,
    study_title,
    unit_of,
)
from clusterid.maps._study_layers import (
    industry_layers,
    template_layers,
    template_legend,
)
from clusterid.maps._study_places import place_links, verdict_places
from clusterid.maps._texts import Text, both, in_language, named

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = ["cluster_map"]


@typed
def cluster_map(
    result: Result,
    *,
    language: str = "en",
    title: Text = "",
    source: Text = "",
    licence: Text = "",
    geometry_source: Text = "",
    industries: int | Sequence[str] = 12,
    links: int = 150,
    minimum_plants: int = 3,
    max_points: int = 25_000,
) -> MapPage:
    """Return the map of a study's result: one file that opens without a network.

    Layers: clusters by grade (one colour and dash a grade; the first 60 of the highest
    grades, the rest by a filter), the location quotient of every template and of some
    industries, verdicts of declared clusters as symbols (shape and colour), the
    strongest research links between places. Every region has its ranked list. Withheld
    cells are hatched, estimated ones hatched in their colour.

    Parameters
    ----------
    result : Result
        As a study returns it; ``candidates``, ``templates``, ``comparison``,
        ``concentration``, ``place_networks`` are drawn where there.
    language : {"en", "de"}
        Language the page opens in; the reader can switch.
    title, source, licence, geometry_source : str or mapping, optional
        By default what the result and its economy say.
    industries : int or sequence of codes
        Single industries offered as layers: so many with the most uneven quotient
        over regions, or those named.
    links : int
        Research links drawn, strongest first.
    minimum_plants : int
        Cells with fewer plants show only a rounded interval.
    max_points : int
        Points of all outlines together; shared borders stay shared.

    Returns
    -------
    MapPage
        ``.save("map.html")`` writes it.

    Raises
    ------
    TableTypeError
        If it is not the result of a study.
    StudyError
        If the result has no regions.
    GeometryError
        If the regions have no CRS or no outlines.
    OptionError
        If the language is not offered.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> import clusterid as cid
    >>> from clusterid.results import Result
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> result = Result("Two regions", "en", cid.economy(jobs), regions)
    >>> cluster_map(result).data["geo"]["codes"]
    ['r', 's']
    """
    check_option("language", language, LANGUAGES)
    result = shown(result)
    if not len(result.regions):
        raise StudyError(
            "The result has no regions, so there is nothing to map. "
            "Give the study a [regions] table with outlines."
        )
    meta, base = result.economy.metadata, base_of(result.economy)
    year = "" if meta.year is None else f"{meta.year} · "
    imprint = Imprint(
        title=title or study_title(result) or both("map.title", kind=meta.kind),
        subtitle={code: year + said for code, said in base.items()},
        kind=meta.kind,
        simulated=meta.simulated,
        confidential=result.provenance.confidential,
        source=source or source_of(meta),
        licence=licence or meta.licence,
        geometry_source=geometry_source or outline_source(result),
        year=meta.year,
        unit=unit_of(meta),
        base=base,
    )
    shapes = outlines(result.regions, max_points=max_points, language=language)
    data = base_data(shapes, imprint, language=language)
    data["meta"]["overview"] = True
    legend = data["templates"] = template_legend(result)
    data["layers"] = [
        *template_layers(result, shapes, legend),
        *industry_layers(result, shapes, industries, minimum_plants),
    ]
    data["industries"] = [
        named(meta.labels.get(str(code), str(code)), meta.classification)
        for code in result.economy.industries
    ]
    data["grades"] = graded(result)
    data["kinds"] = kinds(result)
    data["clusters"] = clusters(result, shapes)
    data["concentrations"] = concentrations(result, shapes)
    data["places"] = verdict_places(result, shapes, data["clusters"])
    data["signs"] = [
        {"code": s.verdict, "colour": s.colour, "shape": s.shape}
        for s in VERDICT_SIGNS.values()
    ]
    data["links"] = place_links(result, shapes, links)
    if data["layers"] and not data["clusters"] and not data["places"]:
        data["meta"]["theme"] = data["layers"][0]["id"]
    return map_page(data, title=in_language(imprint.title, language), language=language)
