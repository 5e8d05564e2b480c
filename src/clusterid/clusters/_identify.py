"""Where templates really sit: test, gate, choose members, settle, describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Unpack

import pandas as pd

from clusterid._typed import typed_by
from clusterid.clusters._area import edge_regions, study_area
from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._cells import CELL_COLUMNS
from clusterid.clusters._counts import point_employment
from clusterid.clusters._critical_mass import standing_clusters
from clusterid.clusters._density import region_sizes
from clusterid.clusters._describe import (
    TABLE_COLUMNS,
    Background,
    Description,
    Jobs,
    describe,
)
from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters._levels import TestedLevels, tested_levels
from clusterid.clusters._members import members_of_levels
from clusterid.clusters._parts import IN_NONE
from clusterid.clusters._parts_table import parts_table
from clusterid.clusters._presets import PRESETS
from clusterid.clusters._rules import CellRules, ClusterOptions, ClusterRules
from clusterid.clusters._scale import coarser_units, larger_units
from clusterid.clusters._settle import Found, settle
from clusterid.clusters._surroundings import Surroundings
from clusterid.communities import Templates
from clusterid.tables import Economy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import networkx as nx
    from libpysal.graph import Graph

__all__ = ["identify_clusters"]

_MEMBERS = ["cluster", "region", "industry", "employment", "lq"]
_GAPS = ["cluster", "industry", "lq", "supply_weight", "state"]


@typed_by(CellRules, ClusterRules)
def identify_clusters(
    economy: Economy,
    templates: Templates,
    regions: Any,
    *,
    layers: Mapping[str, nx.Graph[Any]] | nx.Graph[Any] | None = None,
    collaborations: pd.DataFrame | None = None,
    earlier: Economy | None = None,
    graph: Graph | None = None,
    coarser: pd.Series | Literal["auto"] | None = "auto",
    **options: Unpack[ClusterOptions],
) -> CandidateClusters:
    """Find the contiguous regions in which templates are really concentrated.

    Unless the test of some cell (template x region) passes the gate over the whole
    study, there is no cluster. If one does, the cells that are then more likely in a
    cluster than not, neighbours considered, are members
    (:func:`clusters.member_cells`); what hangs together must have a critical mass and
    at least two industries above their usual share, so that one big plant is no
    cluster. A cluster in which no cell passed the gate itself is flagged
    ``model_only``.

    Parameters
    ----------
    economy : Economy
        One year.
    templates : Templates
        From :func:`detect_communities` or :func:`given_templates`.
    regions : GeoDataFrame by region
        Shapes, for contiguity across all borders inside the study area; ``area_km2``
        gives the density gradient (without it the region's size does).
    layers : mapping or graph, optional
        ``supply`` for the links inside and the weight of gaps.
    collaborations : DataFrame, optional
        ``project``, ``region`` ... : research links inside and outside.
    earlier : Economy, optional
        The same table some years before, for changes.
    preset : str
        ``"default"``, or a published rule of :func:`clusters.presets`: its cells then
        are the members, contiguous ones one cluster; tests stand beside them.
    rule : {"posterior", "gate"}
        How members are chosen once the gate is open: by ``certainty``, or step by step
        from the seeds under control, which finds less and errs less. Below the
        templates and with jobs alone always the latter. See
        :func:`clusters.member_cells`.
    graph : libpysal.graph.Graph, optional
        Neighbours, when contiguity is not meant (travel time).
    concept, roughness, gate, jobs_per_effective_plant
        See :func:`clusters.test_groups`.
    alpha : float
        Level of the gate, over all templates and regions of the study.
    level : float
        False discovery rate among the neighbours that join under ``rule="gate"``.
    gap : int
        Regions that may lie between two parts of one cluster.
    minimum_jobs, minimum_plants : float
        Critical mass: either suffices.
    minimum_members : int
        Industries of the template above a quotient of 1 in the cluster.
    levels : {"all", "templates"}
        ``"all"`` looks below the templates, too: their sub-clusters
        (:attr:`Templates.hierarchy`), industries with the same beginning of the code,
        and single industries, all in one family in which the templates keep three
        quarters of the error. A cluster is reported at the level where it lives, once.
    coarser : Series, region -> larger unit, "auto" or None
        Labour markets or the like: a cluster that does not stand out at 5 % in any of
        the units it lies in is flagged ``scale_dependent``. ``"auto"`` takes
        the Regierungsbezirke of Kreis codes, else ``parent`` of the regions where it
        joins them to fewer units; None makes no check.
    imputed : DataFrame of bool, optional
        Cells of the economy that were filled in.
    local_statistics : bool
        Compute Getis-Ord columns in ``cells``.
    seed : int
        Of permutations.

    Returns
    -------
    CandidateClusters

    Raises
    ------
    TableError, GraphError, OptionError
        If regions are missing, codes do not match, or an option is not offered.

    Notes
    -----
    Numbers without literature, tuned here: 1,000 jobs or 10 plants, two members.

    References
    ----------
    Feser, Sweeney and Renski (2005) for templates in contiguous significant regions;
    Guimaraes, Figueiredo and Woodward (2009) for the test.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> from clusterid.communities import given_templates
    >>> from clusterid.tables import economy
    >>> codes = [f"R{i:02d}" for i in range(16)]
    >>> squares = [box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(16)]
    >>> shapes = gpd.GeoDataFrame(index=codes, geometry=squares, crs="EPSG:3035")
    >>> rows = [(r, "X", 4000.0, 400) for r in codes]
    >>> for r in codes:
    ...     plants = 90 if r in ("R05", "R06") else 15
    ...     rows += [(r, i, plants * 10.0, plants) for i in ("A", "B")]
    >>> table = pd.DataFrame(
    ...     rows, columns=["region", "industry", "employment", "establishments"]
    ... )
    >>> templates = given_templates({"A": "AB", "B": "AB"})
    >>> found = identify_clusters(
    ...     economy(table), templates, shapes, local_statistics=False
    ... )
    >>> found.table[["template", "regions", "n_members"]].values.tolist()
    [['AB', 'R05;R06', 2]]
    """
    rules = ClusterRules.of(options)
    area = study_area(economy, regions, graph, rules.gap)
    tested = tested_levels(economy, templates, area, rules)
    params = rules.params() | {"templates": dict(templates.params)}
    params["concept_used"] = tested.account["concept"]
    params["family"] = tested.account["family"]
    params["nulls"] = tested.account["nulls"]

    employment, marks = point_employment(economy, rules.cells.imputed)
    size = region_sizes(economy, employment)
    jobs = Jobs(employment, marks, size, IndustryShares.of(employment, size))
    tested.account["members"] = members_of_levels(tested, area, rules, size)
    params["members"] = tested.account["members"]
    if rules.is_published:
        params["warning"] = PRESETS[rules.preset].warning
    found = standing_clusters(tested, area, jobs.shares, rules)
    settle(found, tested)

    kept = _in_order(found, tested, templates)
    reported = tested.weights[sorted({f.group for f in kept})]
    units = larger_units(coarser, area.shapes)
    background = Background(
        tested,
        area,
        jobs,
        Surroundings.of(list(tested.weights.index), layers, collaborations, earlier),
        coarser_units(economy, reported, units, rules.cells),
        edge_regions(area.shapes),
    )
    width = max(3, len(str(len(kept))))
    names = {id(f): f"C{k:0{width}d}" for k, f in enumerate(kept, start=1)}
    cells_of = {group: table.iloc[rows] for table, group, rows in tested.groups()}
    descriptions = [
        describe(names[id(f)], f, cells_of[f.group].iloc[f.where], background)
        for f in kept
    ]
    shown = tested.cells[CELL_COLUMNS]
    shown.attrs.update(tested.account)
    shapes = [area.shapes.geometry.iloc[f.where].union_all() for f in kept]
    return CandidateClusters(
        table=_geo(descriptions, shapes, area.shapes.crs),
        members=_stacked([d.members for d in descriptions], _MEMBERS),
        gaps=_stacked([d.gaps for d in descriptions], _GAPS),
        cells=shown,
        parts=parts_table(found, names, tested, rules.minimum_jobs),
        params=params,
    )


def _in_order(
    found: list[Found], levels: TestedLevels, templates: Templates
) -> list[Found]:
    """Return the clusters that are reported, template after template."""
    names = [*templates.groups.columns, IN_NONE]
    position = {name: i for i, name in enumerate(names)}
    return sorted(
        (f for f in found if f.state == "candidate"),
        key=lambda f: (position[levels.kinds[f.group].template], f.where[0], f.group),
    )


def _stacked(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]


def _geo(
    descriptions: list[Description], shapes: list[object], crs: object
) -> gpd.GeoDataFrame:
    """Return one row a cluster, with its shape."""
    import geopandas as gpd

    rows = [d.row for d in descriptions]
    table = pd.DataFrame(rows, columns=["cluster", *TABLE_COLUMNS]).set_index("cluster")
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, table.index), crs=crs)
