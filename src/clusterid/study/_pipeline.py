"""From checked inputs to a result: one step a room, in the order data flow."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.errors import ClusteridWarning, DataWarning, TableError
from clusterid.study._provenance import Provenance, StepLog, names_only, versions
from clusterid.study._result import Result
from clusterid.tables import publishable_interval

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

    from clusterid.clusters import CandidateClusters
    from clusterid.communities import Templates
    from clusterid.comparison import Comparison
    from clusterid.concentration import FilledEconomy
    from clusterid.study._inputs import Inputs
    from clusterid.study._schema import LayerSection, MethodSection, StudyFile
    from clusterid.tables import Economy

__all__ = [
    "STEPS",
    "concentration_table",
    "fill_if_withheld",
    "industry_indices",
    "run_pipeline",
    "supply_layer",
]

STEPS = (
    "withheld cells",
    "concentration",
    "networks",
    "communities",
    "clusters",
    "comparison",
    "monitoring",
)


@dataclass(frozen=True, slots=True)
class _Working:
    """The counts as published, and as estimated where cells are withheld."""

    published: Economy
    economy: Economy
    imputed: pd.DataFrame
    filled: FilledEconomy | None


def run_pipeline(
    inputs: Inputs, config: StudyFile, *, log: StepLog, language: str, engine: str
) -> Result:
    """Compute everything a study asks for."""
    from clusterid.networks import stack_layers

    method, seed = config.method, config.study.seed
    heard: list[str] = list(inputs.warnings)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ClusteridWarning)
        with log.step("withheld cells"):
            working = fill_if_withheld(inputs.economy, method, seed)
        with log.step("concentration"):
            concentration = concentration_table(working, method=method, seed=seed)
            industries = industry_indices(working.economy, working.imputed)
        with log.step("networks"):
            layers = _layers(inputs, working.economy)
            places = _place_networks(inputs)
            detecting = _detecting(layers, method)
            shares = _shares(inputs, detecting)
            stack = stack_layers(detecting, weights=shares)
        with log.step("communities"):
            templates = _with_imputed(
                _detect(inputs, working, layers, detecting, shares, method, seed),
                working,
                from_plants=inputs.from_plants,
            )
        with log.step("clusters"):
            candidates = _clusters(inputs, working, templates, layers, method, seed)
        with log.step("comparison"):
            comparison = _compare(inputs, working, candidates, layers, method, seed)
        with log.step("monitoring"):
            monitoring = _monitor(inputs, candidates)
    heard += [
        str(w.message) for w in caught if issubclass(w.category, ClusteridWarning)
    ]
    unique = tuple(dict.fromkeys(heard))
    for w in caught:
        if not issubclass(w.category, ClusteridWarning):
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)
    return Result(
        title=config.study.title_in(language),
        language=language,
        economy=inputs.economy,
        regions=inputs.regions,
        concentration=concentration,
        industries=industries,
        layers=layers,
        place_networks=places,
        stack=stack,
        templates=templates,
        candidates=candidates,
        survey=inputs.survey,
        fields=inputs.lexicon,
        comparison=comparison,
        monitoring=monitoring,
        truth=inputs.truth,
        provenance=Provenance(
            versions=versions(),
            study=names_only(config.model_dump(mode="json")),
            inputs=inputs.digests,
            seed=seed,
            engine=engine,
            steps=log.seconds,
            warnings=unique,
        ),
        warnings=unique,
    )


def fill_if_withheld(economy: Economy, method: MethodSection, seed: int) -> _Working:
    """Estimate withheld cells inside their bounds, where there are any."""
    if not bool(economy.withheld.to_numpy().any()):
        return _Working(economy, economy, economy.withheld, None)
    from clusterid.concentration import fill_withheld

    filled = fill_withheld(economy, draws=method.imputation_draws, seed=seed)
    return _Working(economy, filled.point, filled.is_imputed, filled)


def concentration_table(
    working: _Working, *, method: MethodSection, seed: int
) -> pd.DataFrame:
    """Test every quotient; a withheld cell gets an interval instead of a value."""
    from clusterid.concentration import (
        Bounds,
        location_quotient_bounds,
        location_quotient_test,
    )

    economy = working.economy
    table = location_quotient_test(
        economy.employment,
        establishments=economy.establishments,
        plant_herfindahl=economy.plant_herfindahl,
        correction=method.correction,
        totals=economy.totals,
        seed=seed,
    )
    if working.filled is None:
        return table.assign(
            lq_lower=table["lq"], lq_upper=table["lq"], share_imputed=0.0
        )
    bounds, source = working.filled.bounds, working.published
    told = None
    if source.lower is not None and source.upper is not None:
        told = source.upper - source.lower
    low, high = publishable_interval(bounds.lower, bounds.upper, keep_width=told)
    known = source.employment
    quotients = location_quotient_bounds(
        source, bounds=Bounds(known.fillna(low), known.fillna(high))
    )
    keys = pd.MultiIndex.from_frame(table[["region", "industry"]])
    table["lq_lower"] = quotients.lower.stack().reindex(keys).to_numpy()
    table["lq_upper"] = quotients.upper.stack().reindex(keys).to_numpy()
    hidden = working.imputed.stack().reindex(keys).to_numpy(dtype=bool)
    table["share_imputed"] = np.where(hidden, 1.0, _estimated_totals(working, keys))
    hide = [
        "lq", "lq_shrunk", "lower", "upper", "p_value", "q_value", "stability", "eb05",
        "p_lower", "p_upper",
    ]  # fmt: skip
    table.loc[hidden, hide] = float("nan")
    table.loc[hidden, "reason"] = "withheld"
    return table


def _estimated_totals(working: _Working, keys: pd.MultiIndex) -> Any:
    """Share of estimates in the totals that a known cell is held against, 0 to 1."""
    source, filled = working.published, working.economy.employment
    known = source.margins
    part = filled.where(working.imputed, 0.0)
    by_region = (part.sum(axis=1) / filled.sum(axis=1)).where(known.region.isna(), 0.0)
    by_industry = (part.sum() / filled.sum()).where(known.industry.isna(), 0.0)
    larger = np.fmax.outer(by_region.to_numpy(), by_industry.to_numpy())
    frame = pd.DataFrame(larger, filled.index, filled.columns).fillna(0.0)
    return frame.stack().reindex(keys).to_numpy(dtype=float)


def industry_indices(economy: Economy, imputed: pd.DataFrame) -> pd.DataFrame:
    """Return the indices of every industry, and how much of it is estimated."""
    from clusterid.concentration import ellison_glaeser, locational_gini

    employment = economy.employment
    table = pd.DataFrame({
        "employment": economy.margins.industry,
        "locational_gini": locational_gini(employment),
    })
    if economy.plant_herfindahl is not None:
        indices = ellison_glaeser(employment, economy.plant_herfindahl)
        table = table.join(indices)
    of_industry = employment.sum()
    estimated = employment.where(imputed, 0.0).sum()
    table["share_imputed"] = (estimated / of_industry.where(of_industry > 0)).fillna(0)
    table.insert(0, "label", [economy.metadata.labels.get(c, "") for c in table.index])
    return table.rename_axis("industry").reset_index()


def supply_layer(
    flows: pd.DataFrame, section: LayerSection, name: str
) -> nx.Graph[Any]:
    """Return the layer that a section of flows asks for."""
    from clusterid.networks import profile_network, supply_network

    if section.weight == "profile":
        graph: nx.Graph[Any] = profile_network(flows, scale=section.scale, layer=name)
    else:
        graph = supply_network(flows, weight=section.weight, layer=name)
    return graph


def _layers(inputs: Inputs, economy: Economy) -> dict[str, nx.Graph[Any]]:
    from clusterid.networks import colocation_network, skill_network

    layers: dict[str, nx.Graph[Any]] = {}
    for name, (flows, section) in inputs.supply.items():
        layers[name] = supply_layer(flows, section, name)
    for name, (links, _) in inputs.skills.items():
        layers[name] = skill_network(links, layer=name)
    layers["colocation"] = colocation_network(
        economy.employment, totals=economy.totals, source=economy.metadata.source
    )
    return layers


def _place_networks(inputs: Inputs) -> dict[str, nx.Graph[Any]]:
    from clusterid.networks import collaboration_network

    return {
        name: collaboration_network(
            table,
            between="regions",
            counting=section.counting,
            cap=section.cap,
            null_model=None if section.null_model == "none" else section.null_model,
        )
        for name, (table, section) in inputs.research.items()
    }


def _detecting(
    layers: Mapping[str, nx.Graph[Any]], method: MethodSection
) -> dict[str, nx.Graph[Any]]:
    """Return the layers that detect: those named, or all but the one held out."""
    names = method.layers or tuple(n for n in layers if n != _held_out(layers, method))
    return {name: layers[name] for name in names}


def _held_out(layers: Mapping[str, nx.Graph[Any]], method: MethodSection) -> str | None:
    """Return the layer that validates: named, or co-location if another detects."""
    if method.held_out is not None:
        return method.held_out
    if method.layers:
        rest = [name for name in layers if name not in method.layers]
        return rest[0] if rest else None
    return "colocation" if len(layers) > 1 else None


def _shares(
    inputs: Inputs, detecting: Mapping[str, nx.Graph[Any]]
) -> dict[str, float] | None:
    """Return the weights of the layers where the study gives any; else None."""
    sections = {
        name: section
        for name, (_, section) in (*inputs.supply.items(), *inputs.skills.items())
    }
    given = [name for name in sections if "share" in sections[name].model_fields_set]
    if not set(given) & set(detecting):
        return None
    return {
        name: sections[name].share if name in sections else 1.0 for name in detecting
    }


def _redraw(
    economy: Economy, detecting: Mapping[str, nx.Graph[Any]]
) -> Callable[[np.random.Generator], dict[str, nx.Graph[Any]]] | None:
    """Return how co-location is drawn anew from plants, where it detects."""
    from clusterid.aggregation import redraw_plants
    from clusterid.networks import colocation_network

    knows_plants = (
        economy.establishments is not None or economy.plant_herfindahl is not None
    )
    if "colocation" not in detecting or not knows_plants:
        return None

    def redraw(rng: np.random.Generator) -> dict[str, nx.Graph[Any]]:
        drawn = redraw_plants(economy, seed=rng)
        layer = colocation_network(drawn.employment, totals=drawn.totals)
        return {"colocation": layer}

    return redraw


def _detect(
    inputs: Inputs,
    working: _Working,
    layers: Mapping[str, nx.Graph[Any]],
    detecting: Mapping[str, nx.Graph[Any]],
    shares: Mapping[str, float] | None,
    method: MethodSection,
    seed: int,
) -> Templates:
    from clusterid.communities import detect_communities

    if inputs.given is not None:
        return inputs.given
    held_out = _held_out(layers, method)
    return detect_communities(
        dict(detecting),
        resolution=method.resolution,
        runs=method.runs,
        seed=seed,
        held_out=layers[held_out] if held_out else None,
        layer_weights=shares,
        redraw=_redraw(working.economy, detecting),
        surrogates=method.surrogates,
        names=inputs.economy.metadata.labels,
    )


def _with_imputed(
    templates: Templates, working: _Working, *, from_plants: bool
) -> Templates:
    """Add how much of a template's employment is estimated, 0 to 1.

    And what share of all jobs the templates hold with withheld cells estimated; not
    where plants are known, since estimates are then sums of what must not be told.
    """
    employment = working.economy.employment
    of_industry = employment.sum()
    estimated = employment.where(working.imputed, 0.0).sum()
    group = templates.membership.reindex(employment.columns)
    share = estimated.groupby(group).sum() / of_industry.groupby(group).sum()
    table = templates.significance.assign(
        share_imputed=share.reindex(templates.significance.index).astype(float)
    )
    params = dict(templates.params)
    total = float(of_industry.sum())
    if not from_plants and total > 0:
        inside = float(of_industry[group.notna().to_numpy()].sum())
        params["share_estimated"] = round(inside / total, 4)
    return replace(templates, significance=table, params=params)


def _collaborations(inputs: Inputs) -> pd.DataFrame | None:
    tables = [table for table, _ in inputs.research.values()]
    return pd.concat(tables, ignore_index=True) if tables else None


def _clusters(
    inputs: Inputs,
    working: _Working,
    templates: Templates,
    layers: Mapping[str, nx.Graph[Any]],
    method: MethodSection,
    seed: int,
) -> CandidateClusters:
    from clusterid.clusters import identify_clusters

    found = identify_clusters(
        working.economy,
        templates,
        inputs.regions,
        layers=dict(layers),
        collaborations=_collaborations(inputs),
        earlier=inputs.earlier,
        preset=method.preset,
        alpha=method.significance,
        level=method.significance,
        minimum_jobs=method.minimum_jobs,
        minimum_plants=method.minimum_plants,
        minimum_members=method.minimum_members,
        imputed=working.imputed,
        seed=seed,
    )
    table = _with_intervals(found, working)
    if not inputs.border_missing:
        table = _without_edges(table)
    return replace(found, table=table)


def _without_edges(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the flag of the outer border away, where nothing is missing beyond it."""
    out = table.copy()
    out["edge_region"] = False
    out["flags"] = [
        ";".join(flag for flag in str(flags).split(";") if flag != "edge_region")
        for flags in out["flags"]
    ]
    return out


def _with_intervals(found: CandidateClusters, working: _Working) -> gpd.GeoDataFrame:
    """Add between what the jobs of a cluster lie, withheld cells drawn anew."""
    out = found.table.copy()
    members = found.members.groupby("cluster")["industry"].unique()
    out["employment_lower"] = out["employment_upper"] = out["employment"]
    if working.filled is None:
        return out
    employment = working.economy.employment
    for cluster, row in out.iterrows():
        rows = employment.index.get_indexer(pd.Index(row["regions"].split(";")))
        cols = employment.columns.get_indexer(pd.Index(members[cluster]))
        draws = working.filled.draws[:, rows][:, :, cols].sum(axis=(1, 2))
        low, high = np.quantile(draws, [0.05, 0.95])
        out.loc[cluster, "employment_lower"] = min(low, row["employment"])
        out.loc[cluster, "employment_upper"] = max(high, row["employment"])
    return out


def _compare(
    inputs: Inputs,
    working: _Working,
    candidates: CandidateClusters,
    layers: Mapping[str, nx.Graph[Any]],
    method: MethodSection,
    seed: int,
) -> Comparison | None:
    if inputs.survey is None or inputs.lexicon is None:
        return None
    from clusterid.comparison import compare

    return compare(
        candidates,
        inputs.survey,
        inputs.lexicon,
        economy=working.economy,
        regions=inputs.regions,
        layers=dict(layers),
        collaborations=_collaborations(inputs),
        earlier=inputs.earlier,
        tolerance=method.tolerance,
        draws=method.draws,
        significance=method.significance,
        mappability=method.mappability,
        permutations=method.permutations,
        roles=inputs.roles,
        imputed=working.imputed,
        seed=seed,
    )


def _monitor(inputs: Inputs, candidates: CandidateClusters) -> Any:
    if len(inputs.economies) < 2 or not len(candidates.table):
        return None
    from clusterid.monitoring import monitor

    try:
        return monitor(dict(sorted(inputs.economies.items())), candidates)
    except TableError as error:  # no cluster has a series; the rest of the study stands
        warnings.warn(f"nothing is monitored. {error}", DataWarning, stacklevel=2)
        return None
