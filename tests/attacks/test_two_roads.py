"""A study from plants says what the study of its published tables says, no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from tests.attacks.studies import ECONOMY, QUICK, from_plants, simulated_folder

from clusterid.simulation import simulate_economy
from clusterid.study import Result, Study, read_study
from clusterid.study.reading._guarded import published_inputs
from clusterid.study.reading._schema import StudyFile

#: Rules that hold nothing.
NO_RULES = {"minimum_plants": 1, "dominance": 1.0, "p_percent": 0.0}
#: What says where a result comes from, not what it found; totals carry bounds of
#: their own in a table that was read.
ORIGIN = ("provenance", "warnings", "metadata", "totals")


def parts(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every table, number and text of a result by name."""
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name not in ORIGIN:
                yield from parts(getattr(value, field.name), f"{name}.{field.name}")
    elif isinstance(value, nx.Graph):
        yield f"{name}.edges", sorted(map(repr, value.edges(data=True)))
        yield f"{name}.nodes", sorted(map(repr, value.nodes(data=True)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from parts(item, f"{name}[{key}]")
    else:
        yield name, value


def differing(one: Result, other: Result) -> list[str]:
    """Return the names of the parts in which two results differ."""
    left, right = dict(parts(one)), dict(parts(other))
    names = {*left, *right}
    return sorted(n for n in names if not _same(left.get(n), right.get(n)))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, pd.Series) and isinstance(other, pd.DataFrame):
        one = pd.DataFrame({end: one for end in other})  # an interval of no width
    if isinstance(one, (pd.DataFrame, pd.Series)):
        if type(one) is not type(other) or one.shape != other.shape:
            return False
        check = (
            pd.testing.assert_frame_equal
            if isinstance(one, pd.DataFrame)
            else pd.testing.assert_series_equal
        )
        try:
            check(one, other, check_dtype=False, rtol=1e-9, check_names=False)
        except AssertionError:
            return False
        return True
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=True))
    return repr(one) == repr(other)


def of_tables(study: Study, folder: Path) -> Study:
    """Return the study of the tables that a study from plants publishes."""
    inputs = published_inputs(study.inputs())
    rows, totals, sizes = [], [], []
    for year, economy in inputs.economies.items():
        jobs, plants = economy.employment, economy.establishments
        long = jobs.stack(future_stack=True).rename("employment").reset_index()
        long["establishments"] = plants.stack(future_stack=True).to_numpy()
        rows.append(long.assign(year=year))
        totals.append(economy.totals.assign(year=year))
        if year == inputs.year and economy.plant_herfindahl is not None:
            ends = economy.plant_herfindahl
            if isinstance(ends, pd.Series):
                ends = pd.DataFrame({"lower": ends, "upper": ends})
            sizes.append(ends.rename_axis("industry").dropna().reset_index())
    for name, tables in (("employment", rows), ("totals", totals), ("sizes", sizes)):
        pd.concat(tables).to_csv(folder / f"public_{name}.csv", index=False)
    content = study.config.model_dump()
    content["plants"] = None
    content["employment"] = {
        "path": "public_employment.csv", "totals": "public_totals.csv",
        "plant_herfindahl": "public_sizes.csv", "classification": "nace2",
    }  # fmt: skip
    content["disclosure"] = {}
    return replace(study, config=StudyFile.model_validate(content))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated study folder."""
    return simulated_folder(tmp_path_factory.mktemp("roads") / "study", **ECONOMY)


def test_plants_say_what_their_published_tables_say(folder: Path) -> None:
    plants = from_plants(folder, templates={"path": "wide.csv"})
    tables = of_tables(plants, folder)
    one, other = plants.run().published(), tables.run().published()
    assert one.economy.employment.isna().to_numpy().any()
    assert differing(one, other) == []


def test_where_nothing_is_held_plants_say_what_tables_say(tmp_path: Path) -> None:
    """The demonstration, from its plants and from its tables without gaps."""
    simulate_economy(
        n_regions=30, n_plants=20_000, n_projects=40, seed=1, withhold=False
    ).save(tmp_path / "study")
    plants = from_plants(tmp_path / "study", disclosure=NO_RULES)
    tables = read_study(tmp_path / "study")
    content = tables.config.model_dump()
    content["method"] |= QUICK
    content["employment"]["labels"] = None  # plants name no file of labels
    tables = replace(tables, config=StudyFile.model_validate(content))
    one, other = plants.run().published(), tables.run().published()
    assert not one.economy.employment.isna().to_numpy().any()
    assert differing(one, other) == []
