"""Whatever hangs on a result is declared: a new column cannot leave unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from tests.disclosure.studies import WITHOUT, result_of

from clusterid.clusters import CandidateClusters
from clusterid.communities import Templates
from clusterid.comparison import Comparison
from clusterid.disclosure import publishable
from clusterid.errors import DataWarning
from clusterid.monitoring import Monitoring
from clusterid.results import Provenance, Result, declared_parts
from clusterid.study import read_study
from clusterid.survey import Survey
from clusterid.tables import Economy, Metadata

PARTS = (
    CandidateClusters, Comparison, Economy, Metadata, Monitoring, Provenance, Survey,
    Templates,
)  # fmt: skip


def names(value: Any, path: str) -> Iterator[str]:
    """Yield the name of everything that hangs on a value, in whatever depth."""
    if isinstance(value, pd.DataFrame):
        yield from (f"{path}.{column}" for column in value.columns)
        for key, item in value.attrs.items():
            yield from names(item, f"{path}.attrs[{key}]")
    elif isinstance(value, pd.Series):
        yield from (f"{path}[{key}]" for key in value.index)
    elif isinstance(value, nx.Graph):
        found = {f"{path}.node.{k}" for _, data in value.nodes(data=True) for k in data}
        found |= {
            f"{path}.link.{k}" for *_, data in value.edges(data=True) for k in data
        }
        yield from sorted(found)
        yield from names(value.graph, f"{path}.graph")
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from names(getattr(value, each.name), f"{path}.{each.name}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from names(item, f"{path}[{key}]")
    elif value is not None:
        yield path


def lost(result: Result) -> set[str]:
    public = publishable(result)
    return set(names(result, "result")) - set(names(public, "result"))


def test_the_walk_sees_every_kind_of_thing() -> None:
    found = set(names(result_of("tables"), "result"))
    for name in (
        "result.candidates.table.lq_jobs",
        "result.candidates.concentrations.why_not_higher",
        "result.candidates.cells.attrs[family]",
        "result.candidates.params[templates][layer_weights][skill]",
        "result.layers[colocation].link.weight",
        "result.place_networks[research].node.within",
        "result.stack.graph[coverage].agreement",
        "result.templates.stability[runs_agree]",
        "result.truth[clusters].lq",
        "result.provenance.study[method][preset]",
        "result.economy.metadata.labels[01]",
        "result.comparison.by_method.attrs[land_sd]",
        "result.title",
    ):
        assert name in found


@pytest.mark.parametrize("study", WITHOUT)
def test_everything_that_hangs_on_a_result_is_declared(study: str) -> None:
    result = result_of(study)
    assert (result.monitoring is not None) == (study == "years")
    assert (result.comparison is None) == (study not in {"tables", "years"})
    # filterwarnings = error: whatever is dropped would raise here
    assert not lost(result)


@pytest.mark.slow
@pytest.mark.parametrize(
    "study",
    ["germany_industries", "germany_occupations", "great_britain", "united_states"],
)
def test_everything_in_a_real_study_is_declared(study: str, data_dir: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    assert not lost(read_study(root / "data" / "studies" / f"{study}.toml").run())


def test_every_field_of_every_part_is_declared() -> None:
    assert set(declared_parts()) == {each.name for each in fields(Result)}
    for part in PARTS:
        missing = {each.name for each in fields(part)} - set(part.kinds)
        assert not missing, f"{part.__name__}: {missing}"


def changed(result: Result, where: str) -> Result:
    """Return the result with one thing more than is declared."""
    candidates, economy = result.candidates, result.economy
    graph = result.layers["supply"].copy()
    if where == "column of a part":
        table = candidates.table.assign(jobs_exactly=candidates.table["employment"])
        return replace(result, candidates=replace(candidates, table=table))
    if where == "column of a table":
        return replace(
            result, concentration=result.concentration.assign(jobs_exactly=1.0)
        )
    if where == "attribute of a table":
        cells = candidates.cells.copy()
        cells.attrs["jobs_exactly"] = economy.employment.sum().to_dict()
        return replace(result, candidates=replace(candidates, cells=cells))
    if where == "option":
        params = {**candidates.params, "jobs_exactly": np.ones(3)}
        return replace(result, candidates=replace(candidates, params=params))
    if where == "array under a declared option":
        params = {**candidates.params, "preset": np.ones(3)}
        return replace(result, candidates=replace(candidates, params=params))
    if where == "link":
        nx.set_edge_attributes(graph, 1.0, "jobs_exactly")
    elif where == "node":
        nx.set_node_attributes(graph, 1.0, "jobs_exactly")
    elif where == "graph":
        graph.graph["jobs_exactly"] = 1.0
    if where in {"link", "node", "graph"}:
        return replace(result, layers={**result.layers, "supply": graph})
    if where == "section of the study file":
        study = {**result.provenance.study, "jobs_exactly": {"a": 1}}
        return replace(result, provenance=replace(result.provenance, study=study))
    stability = pd.concat([
        result.templates.stability,
        pd.Series({"jobs_exactly": 1.0}),
    ])
    return replace(result, templates=replace(result.templates, stability=stability))


@pytest.mark.parametrize(
    "where",
    [
        "column of a part", "column of a table", "attribute of a table", "option",
        "array under a declared option", "link", "node", "graph",
        "section of the study file", "entry of a series",
    ],
)  # fmt: skip
def test_what_nothing_declares_does_not_leave(where: str) -> None:
    result = result_of("tables")
    more = changed(result, where)
    with pytest.warns(DataWarning, match="not declared") as seen:
        public = publishable(more)
    assert len(seen) == 1
    found = list(names(public, "result"))
    assert not any("jobs_exactly" in name for name in found)
    if where == "array under a declared option":
        assert public.candidates.params["preset"] is None
    else:
        assert found == list(names(publishable(result), "result"))


def test_what_is_of_single_plants_does_not_leave() -> None:
    result = result_of("tables")
    assert {"second_plant", "plant_squares"} <= set(Economy.kinds)
    largest = result.economy.employment.fillna(9.0)
    economy = replace(result.economy, largest_plant=largest)
    public = publishable(replace(result, economy=economy)).economy
    assert public.largest_plant.isna().equals(result.economy.withheld)


def test_attributes_that_the_owner_of_regions_adds_leave_with_them() -> None:
    result = result_of("tables")
    regions = result.regions.assign(mayor="somebody")
    public = publishable(replace(result, regions=regions))
    assert public.regions["mayor"].eq("somebody").all()
