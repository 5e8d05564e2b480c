"""Which industries belong together, and how much of them is estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid.study.steps._networks import colocated, job_density

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from clusterid.clusters import CandidateClusters
    from clusterid.communities import Templates
    from clusterid.study.steps._case import Case
    from clusterid.study.steps._networks import Networks

__all__ = ["templates_of", "with_standing"]


def templates_of(case: Case, networks: Networks) -> Templates:
    """Return the groups of linked industries: given, or detected."""
    from clusterid.clusters import standing
    from clusterid.communities import detect_communities

    templates = case.inputs.given
    if templates is None:
        templates = detect_communities(
            dict(networks.detecting),
            resolution=case.method.resolution,
            runs=case.method.runs,
            seed=case.seed,
            held_out=networks.held_out,
            layer_weights=networks.weights,
            redraw=_redraw(case, networks.detecting),
            surrogates=case.method.surrogates,
            names=case.inputs.economy.metadata.labels,
            stands=standing(
                case.counts.economy,
                bar=case.method.bar,
                standing_quotient=case.method.standing_quotient,
                standing_jobs=case.method.standing_jobs,
                imputed=case.counts.imputed,
            ),
        )
    templates = replace(templates, coherence=_coherence(templates, case, networks))
    return _with_imputed(templates, case)


def _coherence(templates: Templates, case: Case, networks: Networks) -> pd.DataFrame:
    """Return how closely members are linked in every layer, and by their codes.

    Random groups are as urban: their industries stand at as dense places.
    """
    from clusterid.communities import CODES, coherence
    from clusterid.networks import code_network

    economy = case.counts.economy
    codes = code_network(map(str, economy.industries))
    density = job_density(economy, case.inputs.regions)
    alike = None
    if bool((density > 0).all()):
        jobs = economy.employment.fillna(0.0)
        alike = jobs.mul(np.log(density), axis=0).sum() / jobs.sum().where(
            lambda s: s > 0
        )
    return coherence(
        templates, {**networks.layers, CODES: codes}, alike=alike, seed=case.seed
    )


def _redraw(
    case: Case, detecting: Iterable[str]
) -> Callable[[np.random.Generator], dict[str, nx.Graph[Any]]] | None:
    """Return how co-location is drawn anew from plants, where it detects."""
    from clusterid.aggregation import redraw_plants

    economy = case.counts.economy
    knows_plants = (
        economy.establishments is not None or economy.plant_herfindahl is not None
    )
    if "colocation" not in detecting or not knows_plants:
        return None

    def redraw(rng: np.random.Generator) -> dict[str, nx.Graph[Any]]:
        drawn = redraw_plants(economy, seed=rng)
        return {"colocation": colocated(drawn, case.inputs.regions)}

    return redraw


def with_standing(templates: Templates, candidates: CandidateClusters) -> Templates:
    """Add in how many regions a template stands as a whole, at any grade.

    One too wide to stand anywhere is reported by its parts.
    """
    rows = candidates.concentrations
    whole = rows.loc[rows["level"].eq("template"), ["kind", "region"]]
    count = whole.drop_duplicates().groupby("kind").size()
    found = count.reindex(templates.significance.index, fill_value=0)
    table = templates.significance.assign(n_standing=found.astype(int))
    return replace(templates, significance=table)


def _with_imputed(templates: Templates, case: Case) -> Templates:
    """Add how much of a template's employment is estimated, 0 to 1.

    And what share of all jobs the templates hold with withheld cells estimated.
    """
    employment = case.counts.economy.employment
    of_industry = employment.sum()
    estimated = employment.where(case.counts.imputed, 0.0).sum()
    group = templates.membership.reindex(employment.columns)
    share = estimated.groupby(group).sum() / of_industry.groupby(group).sum()
    table = templates.significance.assign(
        share_imputed=share.reindex(templates.significance.index).astype(float)
    )
    params = dict(templates.params)
    total = float(of_industry.sum())
    if total > 0:
        inside = float(of_industry[group.notna().to_numpy()].sum())
        params["share_estimated"] = round(inside / total, 4)
    return replace(templates, significance=table, params=params)
