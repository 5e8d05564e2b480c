"""Planted partitions are what they say, and detection finds a fixed sample of them."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
#: One design of each kind: tiny, unequal, isolates, degrees that differ.
SAMPLE = [
    "11 nodes, 6 + 5, complete",
    "60 nodes, 24 to 5, complete",
    "100 nodes, 4 x 20, 20 isolates",
    "200 nodes, 2 x 100, degrees differ",
    "500 nodes, 5 x 100, sparse",
]


@pytest.fixture(autouse=True)
def _on_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))


def test_designs_reach_from_five_to_two_thousand_nodes():
    from validation.partitions._designs import DESIGNS

    assert len(DESIGNS) >= 20
    sizes = [int(name.split()[0].replace(",", "")) for name in DESIGNS]
    assert (min(sizes), max(sizes)) == (5, 2000)
    for name, size in zip(DESIGNS, sizes, strict=True):
        if size <= 200:
            drawn = DESIGNS[name](3)
            assert drawn.graph.number_of_nodes() == len(drawn.truth) == size
            assert all(w > 0 for _, _, w in drawn.graph.edges(data="weight"))


def test_isolates_and_nodes_outside_are_groups_of_their_own():
    from validation.partitions._designs import DESIGNS

    drawn = DESIGNS["100 nodes, 4 x 20, 20 isolates"](3)
    alone = list(nx.isolates(drawn.graph))
    groups = [drawn.truth[node] for node in alone]
    assert len(alone) >= 20
    assert len(set(groups)) == len(groups)
    counts = np.unique(list(drawn.truth.values()), return_counts=True)[1]
    assert sorted(counts)[-4:][0] > 10


def test_agreement_is_one_for_the_groups_planted():
    import pandas as pd
    from validation.partitions._designs import DESIGNS
    from validation.partitions._peers import agreement

    drawn = DESIGNS["8 nodes, 4 + 4, complete"](3)
    truth = pd.Series(drawn.truth).astype(str)
    assert agreement(truth, drawn) == pytest.approx(1)
    assert agreement(pd.Series("one", index=truth.index), drawn) == pytest.approx(0)


def test_a_row_of_the_table():
    from validation.partitions._table import partitions

    made = partitions(1, 5, names=["5 nodes, 3 + 2, complete"])["planted"]
    row = made.iloc[0]
    assert row["best fixed"] <= row["best of each draw"] + 1e-3
    assert row["gap"] == pytest.approx(row["detection"] - row["best fixed"], abs=2e-3)
    assert row["reached"] == ("yes" if row["gap"] >= -0.03 else "no")


@pytest.mark.slow
def test_detection_stays_within_reach_of_the_best_fixed_resolution():
    from validation.partitions._table import partitions

    made = partitions(2, 40, names=SAMPLE)["planted"]
    assert made["gap"].ge(-0.03).all(), made[["detection", "best fixed"]]


@pytest.mark.slow
def test_graphs_that_others_know():
    from validation.partitions._table import known

    made = known(1)["known"]
    assert made.loc["ring of 30 cliques of 5", "detection"] == pytest.approx(1)
    assert made.loc["11 nodes in two blocks", "detection"] == pytest.approx(1)
    assert made.loc["karate club, links 1", "templates"] == 2
    assert made["in none"].eq(0).all()
