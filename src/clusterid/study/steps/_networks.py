"""Links between industries and between places, and which of them detect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from clusterid.study.reading._links import supply_layer

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import pandas as pd

    from clusterid.study.reading._inputs import Inputs
    from clusterid.study.reading._schema import LayerSection, MethodSection
    from clusterid.study.steps._case import Case
    from clusterid.tables import Economy

__all__ = ["Networks", "colocated", "job_density", "networks_of"]

_Graphs = Mapping[str, "nx.Graph[Any]"]


@dataclass(frozen=True, slots=True)
class Networks:
    """The layers of industries, those that detect, and the networks of places.

    ``weights`` of the detecting layers are None where the study gives none;
    ``held_out`` validates; ``stack`` is the detecting layers together.
    """

    layers: _Graphs
    detecting: _Graphs
    held_out: nx.Graph[Any] | None
    weights: Mapping[str, float] | None
    stack: nx.Graph[Any]
    places: _Graphs


def networks_of(case: Case) -> Networks:
    """Link the industries and the places of a study."""
    from clusterid.networks import stack_layers

    layers = _layers(case.inputs, case.counts.economy)
    held_out = _held_out(layers, case.method)
    names = case.method.layers or tuple(name for name in layers if name != held_out)
    detecting = {name: layers[name] for name in names}
    weights = _shares(case.inputs, detecting)
    return Networks(
        layers=layers,
        detecting=detecting,
        held_out=layers[held_out] if held_out else None,
        weights=weights,
        stack=stack_layers(detecting, weights=weights),
        places=_place_networks(case.inputs),
    )


def _layers(inputs: Inputs, economy: Economy) -> dict[str, nx.Graph[Any]]:
    from clusterid.networks import skill_network

    layers: dict[str, nx.Graph[Any]] = {}
    for name, (flows, section) in inputs.supply.items():
        layers[name] = supply_layer(flows, section, name)
    for name, (links, _) in inputs.skills.items():
        layers[name] = skill_network(links, layer=name)
    for name, (table, section) in (*inputs.supply.items(), *inputs.skills.items()):
        where = _observed_in(table, section, inputs.regions)
        if where:
            layers[name].graph["observed_in"] = ";".join(where)
    layers["colocation"] = colocated(economy, inputs.regions)
    return layers


def _observed_in(
    table: pd.DataFrame, section: LayerSection, regions: gpd.GeoDataFrame
) -> tuple[str, ...]:
    """Return where the links of a layer were observed; empty where that is everywhere.

    As the section says, else the country of the table, where the regions are those of
    several.
    """
    if section.observed_in:
        return section.observed_in
    country = str(table.attrs.get("country", ""))
    codes = regions.index.astype(str)
    parents = {code[:2] for code in codes}
    if "parent" in regions.columns and regions["parent"].notna().all():
        parents = set(regions["parent"].astype(str))
    return (country,) if country in parents and len(parents) > 1 else ()


def colocated(economy: Economy, regions: gpd.GeoDataFrame) -> nx.Graph[Any]:
    """Link industries found in the same places, net of these places' size and density.

    Where a region has no density, size alone is taken out.
    """
    from clusterid.networks import colocation_network

    density = job_density(economy, regions)
    graph: nx.Graph[Any] = colocation_network(
        economy.employment,
        totals=economy.totals,
        density=density if bool((density > 0).all()) else None,
        source=economy.metadata.source,
    )
    return graph


def job_density(economy: Economy, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return jobs per km² by region; NaN where there is no area."""
    from clusterid.tables import areas_km2, margins

    jobs = margins(economy.employment, economy.totals).region
    return jobs / areas_km2(regions).reindex(jobs.index)


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


def _held_out(layers: _Graphs, method: MethodSection) -> str | None:
    """Return the layer that validates: named, or co-location if another detects."""
    if method.held_out is not None:
        return method.held_out
    if method.layers:
        rest = [name for name in layers if name not in method.layers]
        return rest[0] if rest else None
    return "colocation" if len(layers) > 1 else None


def _shares(inputs: Inputs, detecting: _Graphs) -> dict[str, float] | None:
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
