"""Clusters of whole studies are called by what stands there."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tests.study.named import check_names

import clusterid as cid
from clusterid.clusters import names_in
from clusterid.errors import OptionError, StudyError
from clusterid.simulation import simulate_economy
from clusterid.study import Result, read_result, read_study


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The study of the demonstration, in a folder that pytest takes away."""
    return read_study(simulate_economy().save(tmp_path_factory.mktemp("demo"))).run()


def test_clusters_of_the_demonstration_are_named(demo: Result) -> None:
    check_names(demo)


def test_names_survive_being_saved_and_are_in_the_tables(small_run: Any) -> None:
    result = read_result(small_run.out)
    check_names(result)
    written = pd.read_csv(small_run.out / "clusters.csv", dtype=str)
    said = names_in(result.economy.metadata, result.regions, result.language)
    assert written["name"].tolist() == said.each(result.candidates.table)
    lists = pd.read_csv(small_run.out / "concentrations.csv", dtype=str)
    assert lists["named_by"].notna().all()


def test_names_of_hostile_texts_stay_texts(hostile: Any) -> None:
    result = hostile.result
    said = names_in(result.economy.metadata, result.regions, "en")
    names = " ".join(said.each(result.candidates.table))
    assert "{{ 7*7 }} North" in names
    assert "49 North" not in names
    page = cid.report(result).html
    assert "<b>aerospace" not in page


def test_a_result_explains_its_templates(demo: Result) -> None:
    why = demo.explain("T01")
    assert set(why.links["layer"]) == {"colocation", "skill", "supply"}
    # the layer that was held out is shown and marked
    assert set(why.links.loc[~why.links["took_part"], "layer"]) == {"colocation"}
    assert why.members["inside"].gt(why.members["next_inside"]).all()
    assert why.members["name"].ne(why.members["industry"]).all()
    with pytest.raises(OptionError, match="template='T0'"):
        demo.explain("T0")


def test_a_result_without_templates_explains_none() -> None:
    jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    with pytest.raises(StudyError, match="no templates"):
        Result("x", "en", cid.economy(jobs), pd.DataFrame()).explain("T01")
