"""Skill relatedness by hand and on the real table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import TableError


def test_skill_relatedness_by_hand() -> None:
    moves = pd.DataFrame(
        [("a", "b", 6.0), ("b", "a", 2.0), ("a", "c", 1.0), ("c", "b", 3.0)],
        columns=["source", "target", "value"],
    )
    F = np.array([[0.0, 6, 1], [2, 0, 0], [0, 3, 0]])
    expected = np.outer(F.sum(axis=1), F.sum(axis=0)) / F.sum()
    with np.errstate(invalid="ignore"):
        sr = F / expected
    result = nw.skill_relatedness(moves)
    mean = (sr[0, 1] + sr[1, 0]) / 2
    assert result.loc["a", "b"] == pytest.approx((mean - 1) / (mean + 1))
    assert np.isnan(result.loc["a", "a"])
    # normalising before averaging is another number
    early = np.mean([(s - 1) / (s + 1) for s in (sr[0, 1], sr[1, 0])])
    assert result.loc["a", "b"] != pytest.approx(early)
    graph = nw.skill_network(moves, given="moves")
    assert graph.edges["a", "b"]["weight"] == pytest.approx(result.loc["a", "b"])


def test_real_skill_table_every_pair_twice_and_absent_is_unknown(
    data_dir: Path,
) -> None:
    table = pd.read_csv(
        data_dir / "uk_skill_relatedness/connections_2009_2018.csv", dtype=str
    ).rename(
        columns={"nace_a": "source", "nace_b": "target", "skill_relatedness": "value"}
    )
    table["value"] = table["value"].astype(float)
    graph = nw.skill_network(table)
    assert len(graph) == 445
    assert sum(1 for n in graph if graph.degree(n)) <= 369
    seen = graph.number_of_edges() + len(graph.graph["observed_without_link"])
    pairs = {
        frozenset(p)
        for p in zip(table["source"], table["target"], strict=True)
        if p[0] != p[1]
    }
    assert seen == len(pairs)
    assert all(0 < w <= 1 for *_, w in graph.edges(data="weight"))


def test_skill_faults_are_told_together() -> None:
    links = pd.DataFrame(
        [("a", "b", "x"), ("a", None, 1.0), ("c", "d", 1.0), ("c", "d", 2.0)],
        columns=["source", "target", "value"],
    )
    with pytest.raises(TableError) as caught:
        nw.skill_network(links)
    assert len(caught.value.faults) == 3
