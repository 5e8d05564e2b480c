"""Where templates really sit: gate, grow, weigh, describe."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._cells import (
    CELL_COLUMNS,
    largest_possible_plants,
    test_groups,
    tested_cells,
)
from clusterid.clusters._counts import group_weights, point_employment
from clusterid.clusters._describe import (
    IndustryShares,
    change_since,
    coded_participations,
    edge_regions,
    gap_table,
    largest_plant_share,
    research_projects,
    supply_weights,
)
from clusterid.clusters._grow import adjacency, components, reach
from clusterid.clusters._levels import (
    IN_NONE,
    PARTS_COLUMNS,
    TEMPLATES_SHARE,
    Found,
    Kind,
    complements,
    gate_together,
    kinds_of,
    parts_of,
    settle,
    undecided,
    without_undecidable,
)
from clusterid.clusters._members import choose_members, grown
from clusterid.clusters._presets import PRESETS, apply_presets
from clusterid.communities import Templates
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.tables import Economy, contiguity

__all__ = ["identify_clusters"]

_TABLE = [
    "template", "label", "regions", "n_regions", "employment", "establishments", "lq",
    "lq_shrunk", "excess_jobs", "p_value", "q_value", "n_members", "share_imputed",
    "largest_plant_share", "edge_region", "flags", "certainty", "n_seeds",
    "research_inside", "research_outside", "supply_density", "employment_change",
    "lq_change", "level", "part", "sharpest_part",
]  # fmt: skip

#: A cluster should stand out at this level in some coarser unit, too.
SCALE_LEVEL = 0.05
#: Flag a cluster when more of its jobs than this may be one plant's. Ours.
LARGE_PLANT = 0.5
#: Flag a cluster when more of its jobs than this are imputed. Ours.
MUCH_IMPUTED = 0.25


@typed
def identify_clusters(
    economy: Economy,
    templates: Templates,
    regions: Any,
    *,
    layers: Any = None,
    collaborations: pd.DataFrame | None = None,
    earlier: Economy | None = None,
    preset: str = "default",
    rule: Literal["posterior", "gate"] = "posterior",
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
    levels: Literal["all", "templates"] = "all",
    coarser: pd.Series | Literal["auto"] | None = "auto",
    imputed: pd.DataFrame | None = None,
    local_statistics: bool = True,
    seed: int = 0,
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
    check_option("preset", preset, ("default", *PRESETS))
    check_option("rule", rule, ("posterior", "gate"))
    check_option("levels", levels, ("all", "templates"))
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
        "rule": rule,
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
        "levels": levels,
        "seed": seed,
        "templates": dict(templates.params),
    }
    employment, marks = point_employment(economy, imputed)
    below = levels == "all" and preset == "default"
    parts = parts_of(templates, employment, economy.metadata.labels) if below else None
    shared = parts is not None and len(parts.table) > 0
    options: dict[str, Any] = {
        "concept": concept,
        "roughness": roughness,
        "density": _density(economy, shapes),
        "gate": gate,
        "alpha": alpha * TEMPLATES_SHARE if shared else alpha,
        "jobs_per_effective_plant": jobs_per_effective_plant,
        "imputed": imputed,
        "seed": seed,
    }
    test = tested_cells(
        economy,
        groups,
        neighbours,
        check_single=False,
        local_statistics=local_statistics,
        **options,
    )
    cells = test.cells
    params["concept_used"] = cells.attrs["concept"]
    params["family"] = cells.attrs["family"]
    params["nulls"] = cells.attrs["nulls"]
    told = dict(cells.attrs)
    cells = cells.copy()
    cells.attrs.clear()  # pandas copies them with every column that is taken
    weights = group_weights(groups, economy.industries)
    kinds = kinds_of(templates, parts)
    fine = cells.iloc[:0]
    below_test = None
    if parts is not None and len(parts.table):
        below_test = tested_cells(
            economy,
            parts.weights,
            check_single=True,
            local_statistics=False,
            power=False,
            **options,
        )
        fine = below_test.cells
        told["family"] = params["family"] = told["family"] + fine.attrs["family"]
        fine.attrs.clear()
        if told["concept"] == "employment":
            sizes = largest_possible_plants(economy, employment)
            fine = without_undecidable(
                fine, kinds, parts, pd.Series(np.isfinite(sizes).any(axis=0))
            )
        cells, fine = gate_together(cells, fine, gate=gate, alpha=alpha)
        weights = pd.concat([weights, parts.weights], axis=1)
    size = economy.margins.region
    size = size.where(size.notna(), employment.sum(axis=1))
    edge = edge_regions(shapes)
    shares = IndustryShares.of(employment, size)

    is_open = bool(cells["is_seed"].any() or fine["is_seed"].any())
    params["members"] = told["members"] = choose_members(
        cells, test, matrix, rule=rule, level=level, within=within, is_open=is_open
    )
    ruled = None
    if preset != "default":
        cells, ruled = _by_rule(cells, preset, size, shapes, neighbours)
        params["warning"] = PRESETS[preset].warning
        cells["is_member"] = ruled
    if below_test is not None:
        fine["is_member"] = grown(fine, below_test, within, level).T.ravel()
    found = []
    for table in (cells, fine) if parts is not None else (cells,):
        chosen = table["is_member"].to_numpy(copy=True)
        table["is_member"] = False
        for group, part in _by_group(table, len(codes)):
            industries = list(weights.index[weights[group].to_numpy() > 0])
            seeds = table["is_seed"].to_numpy()[part]
            for where in components(chosen[part], within):
                verdict = ruled is None and _too_small(
                    table.iloc[part].iloc[where],
                    shares,
                    [codes[i] for i in where],
                    industries,
                    minimum_jobs=minimum_jobs,
                    minimum_plants=minimum_plants,
                    minimum_members=minimum_members,
                    single=below and len(industries) == 1,
                )
                if verdict:
                    _mark(table, part, where, "reason", verdict)
                    continue
                _mark(table, part, where, "is_member", True)
                found.append(Found(group, where, seeds[where]))
    if parts is not None:
        _settle(found, economy, cells, fine, kinds, weights, options)
        places = dict(_by_group(cells, len(codes)))
        for f in found:
            if f.state == "only_part":
                part = places[f.group]
                _mark(cells, part, f.where, "is_member", False)
                _mark(cells, part, f.where, "reason", "only_part")
    supported = {f.other for f in found if f.state == "inside"}
    for k, f in enumerate(found):
        f.firm = bool(f.seeds.any()) or k in supported
    position = {name: i for i, name in enumerate([*groups.columns, IN_NONE])}
    kept = sorted(
        (f for f in found if f.state == "candidate"),
        key=lambda f: (position[kinds[f.group].template], f.where[0], f.group),
    )
    named = sorted({f.group for f in kept})
    larger = _larger_units(coarser, shapes)
    context = _Context(
        economy, kinds, pd.concat([cells, fine], ignore_index=True), employment, marks,
        size, shares, weights, codes, edge,
        supply_weights(layers, list(weights.index)) if layers is not None else None,
        earlier, coded_participations(collaborations),
        coarse_p_values(
            economy, weights[named], larger, concept, jobs_per_effective_plant
        ),
        larger,
        str(params["concept_used"]),
    )  # fmt: skip
    rows, member_rows, gap_rows, geometries = [], [], [], []
    width = max(3, len(str(len(kept))))
    numbers = {id(f): f"C{k:0{width}d}" for k, f in enumerate(kept, start=1)}
    for f in kept:
        row, members_here, gaps_here = context.describe(numbers[id(f)], f)
        rows.append(row)
        member_rows.append(members_here)
        gap_rows.append(gaps_here)
        geometries.append(shapes.geometry.iloc[f.where].union_all())
    shown = cells[CELL_COLUMNS]
    shown.attrs.update(told)
    return CandidateClusters(
        table=_geo(rows, geometries, shapes.crs),
        members=_stack(
            member_rows, ["cluster", "region", "industry", "employment", "lq"]
        ),
        gaps=_stack(gap_rows, ["cluster", "industry", "lq", "supply_weight", "state"]),
        cells=shown,
        parts=_parts_table(context, found, numbers, fine, kinds, minimum_jobs),
        params=params,
    )


def _by_group(table: pd.DataFrame, n: int) -> list[tuple[str, slice]]:
    """Return the groups of a cell table in its order, and where their rows are."""
    names = table["template"].to_numpy(dtype=object)[::n]
    return [(str(name), slice(g * n, (g + 1) * n)) for g, name in enumerate(names)]


def _mark(
    table: pd.DataFrame, part: slice, where: Any, column: str, value: Any
) -> None:
    """Set one column of a group's regions in place."""
    values = table[column].to_numpy(copy=True)
    values[part.start + where] = value
    table[column] = values


def _settle(
    found: list[Found],
    economy: Economy,
    cells: pd.DataFrame,
    fine: pd.DataFrame,
    kinds: dict[str, Kind],
    weights: pd.DataFrame,
    options: dict[str, Any],
) -> None:
    """Choose for each cluster the level at which it is reported."""
    n = len(economy.regions)
    strength = {
        group: table["weighted"].to_numpy(dtype=float)[part]
        for table in (cells, fine)
        if "weighted" in table.columns
        for group, part in _by_group(table, n)
    }
    for f in found:
        f.regions = frozenset(f.where.tolist())
        if f.group in strength:
            f.strength = float(np.nanmin(strength[f.group][f.where]))
    rest = complements(found, kinds, weights)
    p: dict[int, Any] = {}
    if len(rest.columns):
        tested = tested_cells(
            economy,
            rest,
            check_single=False,
            local_statistics=False,
            power=False,
            **options,
        ).cells
        tested.attrs.clear()
        values = tested["p_value"].to_numpy(dtype=float)
        p = {int(k): values[part] for k, part in _by_group(tested, n)}
    settle(found, kinds, weights, p)


def _larger_units(coarser: Any, shapes: Any) -> pd.Series | None:
    """Return the larger unit of every region: given, from its code, or ``parent``."""
    if not isinstance(coarser, str):
        return None if coarser is None else pd.Series(coarser)
    codes = shapes.index.to_series().astype(str)
    lands = set(codes.str[:2])
    # five digits are Kreise or American counties; the Laender 03, 07, 14 are no states
    if codes.str.fullmatch(r"\d{5}").all() and lands & {"03", "07", "14"}:
        return pd.Series(codes.str[:3])
    if "parent" not in shapes.columns:
        return None
    parent = shapes["parent"]
    units = parent.nunique()
    joins = 1 < units < len(shapes) and parent.notna().all()
    return pd.Series(parent) if joins else None


def _parts_table(
    context: _Context,
    found: list[Found],
    numbers: dict[int, str],
    fine: pd.DataFrame,
    kinds: dict[str, Kind],
    minimum_jobs: float,
) -> pd.DataFrame:
    """Return what was found below the templates, and what could not be decided."""
    rows = []
    for f in found:
        if kinds[f.group].level == "template":
            continue
        kind = kinds[f.group]
        other = f if f.state == "candidate" else found[f.other]
        part = context.by_template[f.group].iloc[f.where]
        jobs = part["employment"]
        expected = (jobs / part["lq"].where(part["lq"] > 0)).sum()
        filled = (jobs * part["share_imputed"]).sum()
        rows.append({
            "part": kind.part,
            "template": kind.template,
            "level": kind.level,
            "label": kind.label,
            "industries": ";".join(context.industries(f.group)),
            "regions": ";".join(part["region"]),
            "employment": float(jobs.sum()),
            "establishments": float(part["establishments"].sum(min_count=1)),
            "lq": float(jobs.sum() / expected) if expected > 0 else float("nan"),
            "share_imputed": float(filled / jobs.sum()) if jobs.sum() > 0 else 0.0,
            "p_value": float(part["p_value"].min()),
            "q_value": float(part["q_value"].min()),
            "state": f.state,
            "cluster": numbers.get(id(other), ""),
        })
    table = pd.DataFrame(rows, columns=PARTS_COLUMNS)
    if "is_open" not in fine.columns:
        return table
    left = undecided(fine, kinds, minimum_jobs)
    open_cells = pd.DataFrame({
        **{c: left[c] for c in PARTS_COLUMNS if c in left.columns},
        "part": left["template"],
        "template": [kinds[g].template for g in left["template"]],
        "level": [kinds[g].level for g in left["template"]],
        "label": [kinds[g].label for g in left["template"]],
        "industries": [";".join(context.industries(g)) for g in left["template"]],
        "regions": left["region"],
    })[PARTS_COLUMNS]
    both = [t for t in (table, open_cells) if len(t)]
    if not both:
        return table
    together = pd.concat(both, ignore_index=True)
    return together.sort_values(
        ["p_value", "part", "regions"], kind="stable", ignore_index=True
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
    if not len(groups.columns):
        return None

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
    shares: IndustryShares,
    regions: list[str],
    industries: list[str],
    *,
    minimum_jobs: float,
    minimum_plants: float,
    minimum_members: int,
    single: bool = False,
) -> str:
    """Return why a set of regions is no cluster; empty if it is one.

    A ``single`` industry needs plants instead of members, where plants are counted.
    """
    jobs, plants = cells["employment"].sum(), cells["establishments"].sum()
    if not (jobs >= minimum_jobs or plants >= minimum_plants):
        return "below_critical_mass"
    if single:
        minimum_members = 1
        if cells["establishments"].notna().any() and not plants >= minimum_plants:
            return "below_critical_mass"
    quotients = shares.quotients(regions, industries)
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
        kinds: dict[str, Kind],
        cells: pd.DataFrame,
        employment: pd.DataFrame,
        marks: pd.DataFrame,
        size: pd.Series,
        shares: IndustryShares,
        weights: pd.DataFrame,
        codes: list[str],
        edge: set[str],
        supply: pd.DataFrame | None,
        earlier: Economy | None,
        collaborations: Any,
        coarse: pd.DataFrame | None,
        coarser: pd.Series | None,
        concept: str,
    ) -> None:
        self.economy, self.kinds, self.concept = economy, kinds, concept
        self.employment, self.marks, self.size = employment, marks, size
        self.shares = shares
        self.weights, self.codes, self.edge = weights, codes, edge
        self.supply, self.earlier = supply, earlier
        self.collaborations = collaborations
        self.coarse, self.coarser = coarse, coarser
        self.by_template = {
            name: part.reset_index(drop=True)
            for name, part in cells.groupby("template", sort=False)
        }
        self.total = float(size.sum())

    def industries(self, group: str) -> list[str]:
        """Return the codes of a group's industries."""
        mine = self.weights[group]
        return list(mine.index[mine.to_numpy() > 0])

    def describe(
        self, cluster: str, found: Found
    ) -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
        """Return the cluster's row, its members and its gaps."""
        group = found.group
        part = self.by_template[group].iloc[found.where]
        regions = [self.codes[i] for i in found.where]
        mine = self.weights[group]
        industries = self.industries(group)
        quotients = self.shares.quotients(regions, industries)
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
            "template": self.kinds[group].template,
            "label": self.kinds[group].label,
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
            "certainty": float(part["certainty"].max()),
            "n_seeds": int(found.seeds.sum()),
            "research_inside": inside,
            "research_outside": outside,
            "supply_density": self._supply_density(quotients),
            "employment_change": change,
            "lq_change": lq_change,
            "level": self.kinds[group].level,
            "part": self.kinds[group].part,
            "sharpest_part": found.sharpest,
        }
        told = [] if found.firm else ["model_only"]
        row["flags"] = ";".join(told + self._flags(row) + self._scale(group, regions))
        members = _member_rows(cluster, block, self.shares)
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
        if template not in self.coarse.columns:
            return []
        units = self.coarser.reindex(regions).dropna().astype(str).unique()
        p = self.coarse[template].reindex(units)
        return ["scale_dependent"] if p.notna().any() and p.min() > SCALE_LEVEL else []

    def _flags(self, row: dict[str, Any]) -> list[str]:
        flags = []
        if row["edge_region"]:
            flags.append("edge_region")
        if row["level"] == "industry":
            flags.append("single_industry")
        if row["largest_plant_share"] > LARGE_PLANT:
            flags.append("largest_plant")
        if row["share_imputed"] > MUCH_IMPUTED:
            flags.append("much_imputed")
        if self.concept == "employment":
            flags.append("employment_only")
        return flags


def _member_rows(
    cluster: str, block: pd.DataFrame, shares: IndustryShares
) -> pd.DataFrame:
    """Return region x industry of a cluster with employment and quotient."""
    own = shares.by_region(list(block.index), list(block.columns))
    long = pd.DataFrame({
        "cluster": cluster,
        "region": np.repeat(block.index.to_numpy(dtype=object), block.shape[1]),
        "industry": np.tile(block.columns.to_numpy(dtype=object), block.shape[0]),
        "employment": block.to_numpy(dtype=float).ravel(),
        "lq": own.ravel(),
    })
    return long[long["employment"].ne(0)]
