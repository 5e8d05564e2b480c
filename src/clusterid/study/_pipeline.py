"""From checked inputs to a result: one step a room, in the order data flow."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.errors import ClusteridWarning
from clusterid.study._provenance import Provenance, StepLog, versions
from clusterid.study._result import Result

if TYPE_CHECKING:
    import networkx as nx

    from clusterid.study._inputs import Inputs
    from clusterid.study._schema import MethodSection, StudyFile
    from clusterid.tables import Economy

__all__ = ["STEPS", "concentration_table", "run_pipeline"]

logger = logging.getLogger(__name__)

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
    """The economy the methods compute on: withheld cells estimated and marked."""

    economy: Economy
    imputed: pd.DataFrame
    bounds: Any


def run_pipeline(
    inputs: Inputs, config: StudyFile, *, log: StepLog, language: str, engine: str
) -> Result:
    """Compute everything a study asks for."""
    method, seed = config.method, config.study.seed
    heard: list[str] = list(inputs.warnings)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ClusteridWarning)
        with log.step("withheld cells"):
            working = _fill(inputs.economy, method, seed)
        with log.step("concentration"):
            concentration = concentration_table(
                working.economy, method=method, seed=seed, withheld=working.imputed,
                bounds=working.bounds,
            )  # fmt: skip
            industries = _industry_indices(working.economy)
        with log.step("networks"):
            layers = _layers(inputs, working.economy, method)
            places = _place_networks(inputs)
            detecting = _detecting(layers, method)
            stack = _stack(detecting)
        with log.step("communities"):
            templates = inputs.given or _detect(detecting, layers, inputs, method, seed)
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
        title=config.study.title,
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
            study=config.model_dump(mode="json"),
            inputs=inputs.digests,
            seed=seed,
            engine=engine,
            steps=log.seconds,
            warnings=unique,
        ),
        warnings=unique,
    )


def _fill(economy: Economy, method: MethodSection, seed: int) -> _Working:
    if not bool(economy.withheld.to_numpy().any()):
        return _Working(economy, economy.withheld, None)
    from clusterid.concentration import fill_withheld

    filled = fill_withheld(economy, draws=method.imputation_draws, seed=seed)
    return _Working(filled.point, filled.is_imputed, filled.bounds)


def concentration_table(
    economy: Economy,
    *,
    method: MethodSection,
    seed: int,
    withheld: pd.DataFrame,
    bounds: Any,
) -> pd.DataFrame:
    """Test every quotient; withheld cells get an interval instead of a value."""
    from clusterid.concentration import location_quotient_test

    return location_quotient_test(
        economy.employment,
        establishments=economy.establishments,
        plant_herfindahl=economy.plant_herfindahl,
        correction=method.correction,
        seed=seed,
    )


def _industry_indices(economy: Economy) -> pd.DataFrame:
    from clusterid.concentration import ellison_glaeser, locational_gini

    employment = economy.employment
    table = pd.DataFrame({
        "employment": economy.margins.industry,
        "locational_gini": locational_gini(employment),
    })
    if economy.plant_herfindahl is not None:
        indices = ellison_glaeser(employment, economy.plant_herfindahl)
        table = table.join(indices)
    table.insert(0, "label", [economy.metadata.labels.get(c, "") for c in table.index])
    return table.rename_axis("industry").reset_index()


def _layers(
    inputs: Inputs, economy: Economy, method: MethodSection
) -> dict[str, nx.Graph[Any]]:
    from clusterid.networks import (
        colocation_network,
        profile_network,
        skill_network,
        supply_network,
    )

    layers: dict[str, nx.Graph[Any]] = {}
    for name, (flows, section) in inputs.supply.items():
        if section.weight == "profile":
            layers[name] = profile_network(flows)
        else:
            layers[name] = supply_network(flows, weight=section.weight)
    for name, (links, _) in inputs.skills.items():
        layers[name] = skill_network(links)
    layers["colocation"] = colocation_network(economy.employment)
    return layers


def _place_networks(inputs: Inputs) -> dict[str, nx.Graph[Any]]:
    from clusterid.networks import collaboration_network

    return {
        name: collaboration_network(
            table, between="regions", counting=section.counting, cap=section.cap
        )
        for name, (table, section) in inputs.research.items()
    }
