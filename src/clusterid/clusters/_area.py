"""The study area: the shapes of its regions, and who neighbours whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from clusterid.clusters._neighbours import Neighbourhood, neighbourhood
from clusterid.errors import Fault, TableError
from clusterid.tables import Economy, contiguity

if TYPE_CHECKING:
    import geopandas as gpd
    from libpysal.graph import Graph

__all__ = ["StudyArea", "edge_regions", "study_area"]


@dataclass(frozen=True, slots=True)
class StudyArea:
    """The regions of an economy in its order, with shapes and neighbours."""

    codes: list[str]
    shapes: gpd.GeoDataFrame
    graph: Graph
    around: Neighbourhood


def study_area(
    economy: Economy, regions: gpd.GeoDataFrame, graph: Graph | None, gap: int
) -> StudyArea:
    """Return the study area; neighbours are contiguous unless a graph says more.

    Raises
    ------
    TableError, GraphError
        If regions of the economy have no shape, or are not in the graph.
    """
    codes = [str(code) for code in economy.regions]
    shapes = regions.set_axis(regions.index.astype(str))
    missing = [code for code in codes if code not in shapes.index]
    if missing:
        raise TableError(
            "regions",
            [
                Fault(
                    f"{len(missing)} of {len(codes)} regions of the economy have no "
                    "shape",
                    "use shapes of the same vintage, or drop these regions",
                    len(missing),
                    tuple((code, code) for code in missing[:5]),
                )
            ],
        )
    shapes = shapes.loc[codes]
    used = graph if graph is not None else contiguity(shapes, islands="keep")
    return StudyArea(codes, shapes, used, neighbourhood(used, codes, gap))


def edge_regions(regions: gpd.GeoDataFrame) -> set[str]:
    """Return the regions on the outer boundary of the study area.

    Their neighbours outside are missing: a cluster there may go on beyond.
    """
    shapes = regions.geometry
    has_shape = shapes.notna() & ~shapes.is_empty
    if not has_shape.any():
        return set()
    outline = shapes[has_shape].union_all().boundary
    touching = shapes[has_shape].intersects(outline)
    return {str(code) for code in touching.index[touching.to_numpy()]}
