"""Where kinds of cluster stand: ask, grade, report once, describe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed_by
from clusterid.classifications import FieldWeights
from clusterid.clusters._answers import questioner
from clusterid.clusters._area import StudyArea, study_area
from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._concentrations import COLUMNS, asked
from clusterid.clusters._describe import (
    TABLE_COLUMNS,
    Background,
    Description,
    described,
)
from clusterid.clusters._hanging_together import with_clusters
from clusterid.clusters._presets import PRESETS, apply_presets
from clusterid.clusters._rules import ClusterOptions, ClusterRules, GradeRules
from clusterid.clusters._scale import coarser_units, larger_units
from clusterid.clusters._surroundings import Surroundings
from clusterid.clusters.kinds._kinds import kinds_of
from clusterid.clusters.naming import Names, Naming, names_in
from clusterid.clusters.questions._counted import Table, table_of
from clusterid.clusters.questions._links import links_between
from clusterid.communities import Templates
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    from libpysal.graph import Graph

__all__ = ["identify_clusters"]

_MEMBERS = ["cluster", "region", "industry", "employment", "lq_jobs"]
_GAPS = ["cluster", "industry", "lq_jobs", "supply_weight", "state"]


@typed_by(GradeRules, ClusterRules)
def identify_clusters(
    economy: Economy,
    templates: Templates,
    regions: Any,
    *,
    layers: Mapping[str, nx.Graph[Any]] | nx.Graph[Any] | None = None,
    fields: FieldWeights | None = None,
    collaborations: pd.DataFrame | None = None,
    earlier: Economy | None = None,
    graph: Graph | None = None,
    coarser: pd.Series | Literal["auto"] | None = "auto",
    draws: npt.NDArray[np.float64] | None = None,
    **options: Unpack[ClusterOptions],
) -> CandidateClusters:
    """Find where kinds of cluster stand, each at the grade its evidence allows.

    Four questions are asked of every kind in every region (:func:`clusters.test_groups`
    has them): concentrated, exceptional, without its largest plant, mass and links.
    Kinds are templates, their parts, groups of codes and single industries. A cell is
    reported once, at the level that describes it best; neighbouring cells of one kind
    are a cluster, whose grade is that of its best cell.

    ======  =============================================  =============================
    grade   words                                          rests on
    ======  =============================================  =============================
    A       exceptional cluster                            plants beyond the ordinary
    B       established concentration                      plants above the bar
    C       stands here; one employer may carry it         jobs alone
    D       niche                                          plants above the bar, few
    ======  =============================================  =============================

    Where no plants are counted C is the highest grade.

    Parameters
    ----------
    economy : Economy
        One year.
    templates : Templates
        From :func:`detect_communities` or :func:`given_templates`.
    regions : GeoDataFrame by region
        Shapes, for contiguity across all borders inside the study area.
    layers : mapping or graph, optional
        Links between industries, for grade A; ``supply`` for the weight of gaps.
    fields : FieldWeights, optional
        Fields of a lexicon on the industries
        (:func:`clusterid.classifications.fields_on`): those that the industries
        separate are kinds beside the templates.
    collaborations : DataFrame, optional
        ``project``, ``region`` ... : research links inside and outside.
    earlier : Economy, optional
        The same table some years before, for changes.
    draws : array, draws x regions x industries, optional
        Employment with withheld cells drawn anew, as ``FilledEconomy.draws``: between
        their 5 % and 95 % quantiles lie the jobs of a cell.
    preset : str
        ``"default"``, or a published rule of :func:`clusters.presets`: its cells of
        templates then are the clusters; grades stand beside them.
    levels : {"all", "templates"}
        Which kinds are looked at.
    graph : libpysal.graph.Graph, optional
        Neighbours, when contiguity is not meant (travel time).
    bar, sensitivity, alpha, minimum_jobs, minimum_plants, minimum_members
        See :func:`clusters.test_groups`; each level of kinds is one family.
    standing_quotient, standing_jobs, imputed
        See :func:`clusters.test_groups`.
    gap : int
        Regions that may lie between two parts of one cluster.
    coarser : Series, region -> larger unit, "auto" or None
        Labour markets or the like: a cluster that does not stand out in any of the
        units it lies in is flagged ``scale_dependent``. ``"auto"`` takes
        the Regierungsbezirke of Kreis codes, else ``parent`` of the regions where it
        joins them to fewer units; None makes no check.

    Returns
    -------
    CandidateClusters

    Raises
    ------
    TableError, GraphError, OptionError
        If regions are missing, codes do not match, or an option is not offered.

    Notes
    -----
    The bar of 1.5, 500 jobs or 10 plants, two linked industries and what "stands here"
    asks are our choices; docs/clusters/grades.md has what each grade gets wrong.

    References
    ----------
    Guimaraes, Figueiredo and Woodward (2009) for plants as the unit of the test;
    Kulldorff (1997) for reporting each cell once [M].

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
    >>> found = identify_clusters(economy(table), templates, shapes)
    >>> found.table[["grade", "kind", "regions", "n_members"]].values.tolist()
    [['A', 'AB', 'R05;R06', 2]]
    """
    rules = ClusterRules.of(options)
    area = study_area(economy, regions, graph, rules.gap)
    table = table_of(economy, rules.grades.imputed, draws)
    named = layers
    if layers is not None and not isinstance(layers, Mapping):
        named = {"supply": layers}
    links = links_between(named, economy.industries)
    kinds = kinds_of(
        templates,
        table.employment,
        economy.metadata.labels,
        below=rules.looks_below,
        fields=fields if rules.looks_below else None,
    )
    ready = questioner(table, rules.grades, links, area.around.neighbours)
    rule = _called_by(rules.preset, table, area) if rules.is_published else None
    found = asked(ready, kinds, area.codes, rule)
    reported = with_clusters(found.reported, area, ungraded=rules.is_published)

    there = set(reported["kind"])
    used = [kind for kind in kinds if kind.code in there]
    units = larger_units(coarser, area.shapes)
    surroundings = Surroundings.of(
        [str(code) for code in economy.industries], layers, collaborations, earlier
    )
    background = Background.of(
        table,
        ready.largest,
        area,
        surroundings,
        coarser_units(economy, kinds.weights(used), units),
        links,
        rules.grades.bar,
    )
    in_clusters = reported[reported["cluster"].ne("")]
    by_cluster = in_clusters.groupby("cluster", sort=True)
    columns = {str(name): c.to_numpy() for name, c in in_clusters.items()}
    rows = {str(k): np.asarray(of) for k, of in sorted(by_cluster.indices.items())}
    cells = {k: {key: c[of] for key, c in columns.items()} for k, of in rows.items()}
    descriptions = described(cells, background)
    outlines = _outlines(list(rows.values()), columns["place"], area)
    params = rules.params() | {"templates": dict(templates.params)}
    params["concept_used"] = "employment" if table.plants is None else "establishments"
    params["family"] = int(found.cells.attrs["family"])
    if rules.is_published:
        params["warning"] = PRESETS[rules.preset].warning
    said = names_in(economy.metadata, area.shapes)
    return CandidateClusters(
        table=_geo(descriptions, outlines, area.shapes.crs, said),
        concentrations=_named(reported, background.naming, said)[COLUMNS],
        members=_stacked([d.members for d in descriptions], _MEMBERS),
        gaps=_stacked([d.gaps for d in descriptions], _GAPS),
        cells=found.cells,
        params=params,
    )


def _named(reported: pd.DataFrame, naming: Naming, said: Names) -> pd.DataFrame:
    """Return the reported cells with what each is called by in its region."""
    rows = zip(reported["region"], reported["industries"], strict=True)
    by = [
        ";".join(naming.members([str(region)], str(industries).split(";")))
        for region, industries in rows
    ]
    called = reported.assign(named_by=by)
    return called.assign(name=said.each(called))


def _outlines(
    rows: list[npt.NDArray[np.int64]],
    place: npt.NDArray[np.int64],
    area: StudyArea,
) -> list[object]:
    """Return the shape of every cluster from the rows of its cells.

    Many clusters stand in the same regions; each union is made once.
    """
    made: dict[tuple[int, ...], object] = {}
    shapes = []
    for of in rows:
        places = tuple(place[of].tolist())
        if places not in made:
            made[places] = area.shapes.geometry.iloc[list(places)].union_all()
        shapes.append(made[places])
    return shapes


def _called_by(
    preset: str, table: Table, area: StudyArea
) -> Callable[[pd.DataFrame], pd.Series]:
    """Return what says of a table of cells which of them the rule calls clusters."""

    def called(cells: pd.DataFrame) -> pd.Series:
        stars = apply_presets(
            cells,
            names=[preset],
            size=table.size,
            regions=area.shapes,
            graph=area.graph,
        )
        return stars[preset].ge(1)

    return called


def _stacked(parts: list[dict[str, list[object]]], columns: list[str]) -> pd.DataFrame:
    """Return the rows of all clusters as one table."""
    return pd.DataFrame({c: [v for part in parts for v in part[c]] for c in columns})


def _geo(
    descriptions: list[Description], shapes: list[object], crs: object, said: Names
) -> gpd.GeoDataFrame:
    """Return one row a cluster, with its shape."""
    import geopandas as gpd

    rows = [d.row for d in descriptions]
    table = pd.DataFrame(rows, columns=["cluster", *TABLE_COLUMNS]).set_index("cluster")
    table["name"] = said.each(table)
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, table.index), crs=crs)
