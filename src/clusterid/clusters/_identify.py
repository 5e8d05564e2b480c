"""Where templates really sit: gate, grow, weigh, describe."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._cells import test_groups
from clusterid.clusters._counts import group_weights, point_employment
from clusterid.clusters._describe import (
    change_since,
    edge_regions,
    gap_table,
    industry_quotients,
    largest_plant_share,
    research_projects,
    supply_weights,
)
from clusterid.clusters._grow import adjacency, components, grow, reach
from clusterid.clusters._presets import PRESETS, apply_presets
from clusterid.communities import Templates
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.tables import Economy, contiguity

__all__ = ["identify_clusters"]

_TABLE = [
    "template", "label", "regions", "n_regions", "employment", "establishments", "lq",
    "lq_shrunk", "excess_jobs", "p_value", "q_value", "n_members", "share_imputed",
    "largest_plant_share", "edge_region", "flags", "n_seeds", "research_inside",
    "research_outside", "supply_density", "employment_change", "lq_change",
]  # fmt: skip

#: A cluster should stand out at this level in some coarser unit, too.
SCALE_LEVEL = 0.05
#: Flag a cluster when more of its jobs than this may be one plant's. Ours.
LARGE_PLANT = 0.5
#: Flag a cluster when more of its jobs than this are imputed. Ours.
MUCH_IMPUTED = 0.25


def identify_clusters(
    economy: Economy,
    templates: Templates,
    regions: Any,
    *,
    layers: Any = None,
    collaborations: pd.DataFrame | None = None,
    earlier: Economy | None = None,
    preset: str = "default",
    graph: Any = None,
    concept: str = "auto",
    roughness: str | float = "estimate",
    gate: Literal["bh", "bonferroni"] = "bh",
    alpha: float = 0.03,
    level: float = 0.1,
    jobs_per_effective_plant: float = 100.0,
    gap: int = 0,
    minimum_jobs: float = 1_000,
    minimum_plants: float = 10,
    minimum_members: int = 2,
    coarser: pd.Series | None = None,
    imputed: pd.DataFrame | None = None,
    local_statistics: bool = True,
    seed: int = 0,
) -> CandidateClusters:
    """Find the contiguous regions in which templates are really concentrated.

    A cell (template x region) whose test passes the gate over the whole study opens a
    cluster; it grows over neighbours that are concentrated, too, under
    Benjamini-Hochberg inside. What is left must have a critical mass and at least two
    industries above their usual share, so that one big plant is no cluster.

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
    graph : libpysal.graph.Graph, optional
        Neighbours, when contiguity is not meant (travel time).
    concept, roughness, gate, jobs_per_effective_plant
        See :func:`clusters.test_groups`.
    alpha : float
        Level of the gate, over all templates and regions of the study.
    level : float
        False discovery rate among the neighbours that join.
    gap : int
        Regions that may lie between two parts of one cluster.
    minimum_jobs, minimum_plants : float
        Critical mass: either suffices.
    minimum_members : int
        Industries of the template above a quotient of 1 in the cluster.
    coarser : Series, region -> larger unit, optional
        Labour markets or the like: a cluster that does not stand out at 5 % in any of
        the units it lies in is flagged ``scale_dependent``.
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
    check_option("preset", preset, ("default", *PRESETS))
    if gap < 0:
        raise OptionError(f"gap={gap}: use 0 or more regions.")
    codes = [str(code) for code in economy.regions]
    shapes = _aligned(regions, codes)
    neighbours = graph if graph is not None else contiguity(shapes, islands="keep")
    matrix = adjacency(neighbours, codes)
    within = reach(matrix, gap)
    groups = templates.groups
    params: dict[str, Any] = {
        "preset": preset,
        "concept": concept,
        "roughness": roughness,
        "gate": gate,
        "alpha": alpha,
        "level": level,
        "jobs_per_effective_plant": jobs_per_effective_plant,
        "gap": gap,
        "minimum_jobs": minimum_jobs,
        "minimum_plants": minimum_plants,
        "minimum_members": minimum_members,
        "seed": seed,
        "templates": dict(templates.params),
    }
    cells = test_groups(
        economy,
        groups,
        neighbours,
        concept=concept,  # type: ignore[arg-type]
        roughness=roughness,
        density=_density(economy, shapes),
        gate=gate,
        alpha=alpha,
        jobs_per_effective_plant=jobs_per_effective_plant,
        imputed=imputed,
        local_statistics=local_statistics,
        seed=seed,
    )
    params["concept_used"] = cells.attrs["concept"]
    params["family"] = cells.attrs["family"]
    params["nulls"] = cells.attrs["nulls"]
    weights = group_weights(groups, economy.industries)
    employment, marks = point_employment(economy, imputed)
    size = economy.margins.region
    size = size.where(size.notna(), employment.sum(axis=1))
    edge = edge_regions(shapes)

    ruled = None
    if preset != "default":
        cells, ruled = _by_rule(cells, preset, size, shapes, neighbours)
        params["warning"] = PRESETS[preset].warning
    n = len(codes)
    order = list(groups.columns)
    is_member = np.zeros(len(cells), dtype=bool)
    is_seed = cells["is_seed"].to_numpy().copy()
    reason = cells["reason"].to_numpy(dtype=object).copy()
    found: list[tuple[str, np.ndarray[Any, Any], np.ndarray[Any, Any]]] = []
    for g, template in enumerate(order):
        part = slice(g * n, (g + 1) * n)
        p = cells["p_value"].to_numpy()[part]
        shrunk = cells["lq_shrunk"].to_numpy()[part]
        if ruled is None:
            members = grow(p, shrunk, is_seed[part], within, level=level)
        else:
            members = ruled[part]
        for where in components(members, within):
            verdict = ruled is None and _too_small(
                cells.iloc[part].iloc[where],
                employment,
                size,
                [codes[i] for i in where],
                list(weights.index[weights[template].to_numpy() > 0]),
                minimum_jobs=minimum_jobs,
                minimum_plants=minimum_plants,
                minimum_members=minimum_members,
            )
            if verdict:
                reason[part][where] = verdict
                continue
            is_member[part][where] = True
            found.append((template, where, is_seed[part][where]))
    cells["is_member"] = is_member
    cells["reason"] = reason

    context = _Context(
        economy, templates, cells, employment, marks, size, weights, codes, edge,
        supply_weights(layers, list(weights.index)) if layers is not None else None,
        earlier, collaborations,
        coarse_p_values(economy, groups, coarser, concept, jobs_per_effective_plant),
        coarser,
    )  # fmt: skip
    rows, member_rows, gap_rows, geometries = [], [], [], []
    width = max(3, len(str(len(found))))
    for k, (template, where, seeds) in enumerate(found, start=1):
        cluster = f"C{k:0{width}d}"
        row, members_here, gaps_here = context.describe(cluster, template, where, seeds)
        rows.append(row)
        member_rows.append(members_here)
        gap_rows.append(gaps_here)
        geometries.append(shapes.geometry.iloc[where].union_all())
    return CandidateClusters(
        table=_geo(rows, geometries, shapes.crs),
        members=_stack(
            member_rows, ["cluster", "region", "industry", "employment", "lq"]
        ),
        gaps=_stack(gap_rows, ["cluster", "industry", "lq", "supply_weight", "state"]),
        cells=cells,
        params=params,
    )


def coarse_p_values(
    economy: Economy,
    groups: pd.DataFrame,
    coarser: pd.Series | None,
    concept: str,
    jobs_each: float,
) -> pd.DataFrame | None:
    """Return p of every group in coarser units (units x groups), or None without any.

    A unit with a withheld cell is withheld itself.
    """
    if coarser is None:
        return None
    unit = coarser.reindex(economy.regions)
    known = unit.notna().to_numpy()
    names = unit[known].astype(str).to_numpy()

    def summed(table: pd.DataFrame) -> pd.DataFrame:
        part = table.loc[known]
        total = part.fillna(0.0).groupby(names).sum()
        hidden = part.isna().groupby(names).any()
        total.index.name = "region"
        return total.where(~hidden)

    plants = economy.establishments
    coarse = Economy(
        employment=summed(economy.employment),
        establishments=None if plants is None else summed(plants),
        plant_herfindahl=economy.plant_herfindahl,
        metadata=economy.metadata,
    )
    cells = test_groups(
        coarse,
        groups,
        concept=concept,  # type: ignore[arg-type]
        jobs_per_effective_plant=jobs_each,
        local_statistics=False,
    )
    return cells.pivot(index="region", columns="template", values="p_value")


def _by_rule(
    cells: pd.DataFrame, preset: str, size: pd.Series, shapes: Any, graph: Any
) -> tuple[pd.DataFrame, Any]:
    """Return the cells and which of them a published rule calls a cluster."""
    if PRESETS[preset].index:
        raise OptionError(
            f"preset={preset!r} is an index without a confirmed cut; rank cells with "
            "clusters.apply_presets and choose the cut yourself."
        )
    flags = apply_presets(
        cells, names=[preset], size=size, regions=shapes, graph=graph
    )[preset]
    cells = cells.assign(is_seed=flags.ge(1).to_numpy())
    return cells, flags.ge(1).to_numpy()


def _stack(parts: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=columns)
    return pd.concat(parts, ignore_index=True)[columns]


def _geo(rows: list[dict[str, Any]], geometries: list[Any], crs: Any) -> Any:
    import geopandas as gpd

    table = pd.DataFrame(rows, columns=["cluster", *_TABLE]).set_index("cluster")
    return gpd.GeoDataFrame(
        table, geometry=gpd.GeoSeries(geometries, table.index), crs=crs
    )


def _aligned(regions: Any, codes: list[str]) -> Any:
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
    return shapes.loc[codes]


def _density(economy: Economy, shapes: Any) -> Any:
    """Return jobs per km2, or "size" where no area is known."""
    if "area_km2" not in shapes.columns or shapes["area_km2"].isna().all():
        return "size"
    jobs = economy.margins.region
    jobs = jobs.where(jobs.notna(), economy.employment.sum(axis=1))
    area = shapes["area_km2"].astype(float)
    return jobs / area.where(area > 0)


def _too_small(
    cells: pd.DataFrame,
    employment: pd.DataFrame,
    size: pd.Series,
    regions: list[str],
    industries: list[str],
    *,
    minimum_jobs: float,
    minimum_plants: float,
    minimum_members: int,
) -> str:
    jobs, plants = cells["employment"].sum(), cells["establishments"].sum()
    if not (jobs >= minimum_jobs or plants >= minimum_plants):
        return "below_critical_mass"
    quotients = industry_quotients(employment, size, [regions])[industries].iloc[0]
    expected = (cells["employment"] / cells["lq"].where(cells["lq"] > 0)).sum()
    if not jobs > expected:
        return "no_more_jobs_than_expected"
    if int(quotients.gt(1).sum()) < minimum_members:
        return "too_few_members"
    return ""


class _Context:
    """What is needed to describe one cluster after the other."""

    def __init__(
        self,
        economy: Economy,
        templates: Templates,
        cells: pd.DataFrame,
        employment: pd.DataFrame,
        marks: pd.DataFrame,
        size: pd.Series,
        weights: pd.DataFrame,
        codes: list[str],
        edge: set[str],
        supply: pd.DataFrame | None,
        earlier: Economy | None,
        collaborations: pd.DataFrame | None,
        coarse: pd.DataFrame | None,
        coarser: pd.Series | None,
    ) -> None:
        self.economy, self.templates, self.cells = economy, templates, cells
        self.employment, self.marks, self.size = employment, marks, size
        self.weights, self.codes, self.edge = weights, codes, edge
        self.supply, self.earlier = supply, earlier
        self.collaborations = collaborations
        self.coarse, self.coarser = coarse, coarser
        self.by_template = {
            name: part.reset_index(drop=True)
            for name, part in cells.groupby("template", sort=False)
        }
        self.total = float(size.sum())

    def describe(
        self, cluster: str, template: str, where: Any, seeds: Any
    ) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
        """Return the cluster's row, its members and its gaps."""
        part = self.by_template[template].iloc[where]
        regions = [self.codes[i] for i in where]
        mine = self.weights[template]
        industries = list(mine.index[mine.to_numpy() > 0])
        found = industry_quotients(self.employment, self.size, [regions])
        quotients: pd.Series = found[industries].iloc[0]
        jobs = float(part["employment"].sum())
        share = float(self.size.loc[regions].sum()) / self.total
        block = self.employment.loc[regions, industries]
        weighted = block * mine[industries]
        national = float((self.employment[industries] * mine[industries]).sum().sum())
        lq = jobs / (national * share) if national * share > 0 else float("nan")
        filled = float((weighted * self.marks.loc[regions, industries]).sum().sum())
        weight = part["employment"] / part["lq"].where(part["lq"] > 0)
        known = (weight > 0) & part["lq_shrunk"].notna()
        shrunk = (
            float(np.average(part["lq_shrunk"][known], weights=weight[known]))
            if known.any()
            else float("nan")
        )
        p = float(part["p_value"].min())
        largest = largest_plant_share(
            self.economy, self.employment, industries, regions
        )
        inside, outside = research_projects(self.collaborations, set(regions))
        change, lq_change = change_since(self.earlier, regions, mine, jobs, lq)
        on_edge = bool(self.edge.intersection(regions))
        plants = part["establishments"]
        row = {
            "cluster": cluster,
            "template": template,
            "label": self.templates.labels[template],
            "regions": ";".join(regions),
            "n_regions": len(regions),
            "employment": jobs,
            "establishments": float(plants.sum(min_count=1)),
            "lq": lq,
            "lq_shrunk": shrunk,
            "excess_jobs": jobs - national * share,
            "p_value": p,
            "q_value": float(part["q_value"].min()),
            "n_members": int(quotients.gt(1).sum()),
            "share_imputed": filled / jobs if jobs > 0 else 0.0,
            "largest_plant_share": largest,
            "edge_region": on_edge,
            "n_seeds": int(seeds.sum()),
            "research_inside": inside,
            "research_outside": outside,
            "supply_density": self._supply_density(quotients),
            "employment_change": change,
            "lq_change": lq_change,
        }
        row["flags"] = ";".join(self._flags(row) + self._scale(template, regions))
        members = _member_rows(cluster, block, self.size, quotients, self.employment)
        return row, members, gap_table(cluster, quotients, self.supply)

    def _supply_density(self, quotients: pd.Series) -> float:
        """Return the share of the template's supply links with both ends above 1."""
        if self.supply is None:
            return float("nan")
        inside = self.supply.loc[quotients.index, quotients.index]
        present = quotients.index[quotients.gt(1).to_numpy()]
        total = float(inside.to_numpy().sum())
        both = float(inside.loc[present, present].to_numpy().sum())
        return both / total if total > 0 else float("nan")

    def _scale(self, template: str, regions: list[str]) -> list[str]:
        """Return the flag of a cluster that vanishes in coarser units."""
        if self.coarse is None or self.coarser is None:
            return []
        units = self.coarser.reindex(regions).dropna().astype(str).unique()
        p = self.coarse[template].reindex(units)
        return ["scale_dependent"] if p.notna().any() and p.min() > SCALE_LEVEL else []

    def _flags(self, row: dict[str, Any]) -> list[str]:
        flags = []
        if row["edge_region"]:
            flags.append("edge_region")
        if row["largest_plant_share"] > LARGE_PLANT:
            flags.append("largest_plant")
        if row["share_imputed"] > MUCH_IMPUTED:
            flags.append("much_imputed")
        if self.cells.attrs["concept"] == "employment":
            flags.append("employment_only")
        return flags


def _member_rows(
    cluster: str,
    block: pd.DataFrame,
    size: pd.Series,
    quotients: pd.Series,
    employment: pd.DataFrame,
) -> pd.DataFrame:
    """Return region x industry of a cluster with employment and quotient."""
    own = industry_quotients(
        employment[block.columns], size, [[r] for r in block.index]
    ).set_axis(block.index)
    long = pd.DataFrame({
        "cluster": cluster,
        "region": np.repeat(block.index.to_numpy(dtype=object), block.shape[1]),
        "industry": np.tile(block.columns.to_numpy(dtype=object), block.shape[0]),
        "employment": block.to_numpy(dtype=float).ravel(),
        "lq": own.to_numpy(dtype=float).ravel(),
    })
    return long[long["employment"].ne(0)]
