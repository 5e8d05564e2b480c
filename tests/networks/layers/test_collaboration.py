"""Research networks: counting, null models, slices, on FP7 and H2020."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import DataWarning, OptionError, TableError


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        ("p", "a", "R1", "firm", 2000, 10.0),
        ("p", "b", "R2", "university", 2000, 20.0),
        ("p", "c", "R2", "firm", 2000, np.nan),
        ("q", "a", "R1", "firm", 2001, 5.0),
        ("q", "d", None, "firm", 2001, 7.0),
        ("q", "b", "R2", "university", 2001, 3.0),
        ("s", "e", "R3", "firm", 2001, 9.0),
    ]
    return pd.DataFrame(
        rows,
        columns=[
            "project", "organisation", "region", "organisation_kind", "year", "weight",
        ],
    )  # fmt: skip


def test_three_ways_of_counting_by_hand(table: pd.DataFrame) -> None:
    full = nw.collaboration_network(table, counting="full", null_model=None)
    assert full.edges["R1", "R2"]["weight"] == 3.0
    assert full.edges["R1", "R2"]["n_projects"] == 2
    assert full.nodes["R2"]["within"] == 1.0
    part = nw.collaboration_network(table, null_model=None)
    # p: a-b and a-c at 1/2; q: a-b at 1/2 (d counts in n, has no place)
    assert part.edges["R1", "R2"]["weight"] == pytest.approx(1.5)
    assert part.nodes["R2"]["within"] == pytest.approx(0.5)
    money = nw.collaboration_network(table, counting="money", null_model=None)
    # p: (10+20)/2 + 10/2 with c unknown; q: (5+3)/2
    assert money.edges["R1", "R2"]["weight"] == pytest.approx(15 + 5 + 4)
    assert money.edges["R1", "R2"]["n_unknown"] == 1
    assert money.graph["dropped"]["unknown_amounts"] == 1
    assert money.graph["dropped"]["links_without_amount"] == 0
    unsaid = table.assign(weight=np.nan)
    nothing = nw.collaboration_network(unsaid, counting="money", null_model=None)
    assert nothing.number_of_edges() == 0
    assert nothing.graph["dropped"]["links_without_amount"] == 1
    assert part.graph["dropped"]["not_located"] == 1
    assert set(part.nodes) == {"R1", "R2", "R3"}
    # R1-R2 through p: a firm with a university (1/2) and a firm (1/2); q: 1/2
    assert part.edges["R1", "R2"]["science_business"] == pytest.approx(2 / 3)


def test_every_participant_hands_out_one_or_its_amount() -> None:
    rng = np.random.default_rng(2)
    rows = [
        (f"p{p:02d}", f"o{o:02d}", f"R{o:02d}", float(rng.integers(1, 50)))
        for p in range(25)
        for o in rng.choice(12, rng.integers(2, 7), replace=False)
    ]
    table = pd.DataFrame(rows, columns=["project", "organisation", "region", "weight"])
    graph = nw.collaboration_network(table, null_model=None)
    strength = dict(graph.degree(weight="weight"))
    counts = table.groupby("region").size()
    for region, value in counts.items():
        assert strength[region] == pytest.approx(value)
    money = nw.collaboration_network(table, counting="money", null_model=None)
    assert money.size(weight="weight") == pytest.approx(table["weight"].sum())


def test_cap_years_and_slices(table: pd.DataFrame) -> None:
    small = nw.collaboration_network(table, cap=2, null_model=None)
    assert small.number_of_edges() == 0
    assert small.graph["dropped"]["projects_over_cap"] == 2
    late = nw.collaboration_network(table, years=[2001], null_model=None)
    assert late.edges["R1", "R2"]["weight"] == pytest.approx(0.5)
    slices = nw.collaboration_slices(table, null_model=None)
    assert sorted(slices) == [2000, 2001]
    assert slices[2000].edges["R1", "R2"]["weight"] == pytest.approx(1.0)
    both = nw.collaboration_slices(table, width=2, null_model=None)
    assert both[2001].edges["R1", "R2"]["weight"] == pytest.approx(1.5)


def test_organisations_and_fields(table: pd.DataFrame) -> None:
    bodies = nw.collaboration_network(table, between="organisations", null_model=None)
    assert bodies.edges["a", "b"]["n_projects"] == 2
    assert bodies.edges["a", "b"]["weight"] == pytest.approx(1.0)
    assert bodies.graph["kind"] == "organisation"
    fields = table.assign(field=["x", "x", "x", "y", "y", "y", "z"])
    graph = nw.collaboration_network(fields, between="fields", null_model=None)
    # a and b work in both x and y, each once
    assert graph.edges["x", "y"]["n_projects"] == 2
    assert not graph.has_edge("x", "z")


def test_faults_and_options_are_told(table: pd.DataFrame) -> None:
    bad = table.assign(weight=-1.0, project=[None, *table["project"][1:]])
    with pytest.raises(TableError) as caught:
        nw.collaboration_network(bad.drop(columns="region"))
    assert len(caught.value.faults) == 3
    with pytest.raises(OptionError, match="regions"):
        nw.collaboration_network(table, between="region")
    with pytest.raises(OptionError, match="cap"):
        nw.collaboration_network(table, cap=1)


def planted(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for p in range(400):
        members = set(rng.choice(40, 3, replace=False).tolist())
        if p % 8 == 0:
            members |= {0, 1}
        rows += [(f"p{p:03d}", f"o{o:02d}", f"R{o % 20:02d}") for o in sorted(members)]
    return pd.DataFrame(rows, columns=["project", "organisation", "region"])


@pytest.mark.parametrize("null_model", ["bicm", "hypergeometric"])
def test_a_planted_partnership_is_found_and_little_else(null_model: str) -> None:
    table = planted()
    graph = nw.collaboration_network(
        table, between="organisations", null_model=null_model
    )
    assert graph.has_edge("o00", "o01")
    assert graph.number_of_edges() <= 3
    places = nw.collaboration_network(table, null_model=null_model)
    assert places.edges["R00", "R01"]["n_validated"] == 1
    nodes = nw.collaboration_network(table, null_model=null_model, tested_at="nodes")
    assert nodes.edges["R00", "R01"]["q_value"] < 0.05


def test_simulated_tables_find_the_planted_partnership_too() -> None:
    graph = nw.collaboration_network(
        planted(),
        between="organisations",
        null_model="curveball",
        draws=99,
        correction="none",
        alpha=0.01,
        seed=1,
    )
    assert graph.edges["o00", "o01"]["p_value"] == 0.01
    assert graph.number_of_edges() < 0.05 * 40 * 39 / 2


def test_row_order_and_labels_do_not_matter() -> None:
    table = planted(3)
    graph = nw.collaboration_network(table)
    mixed = nw.collaboration_network(table.sample(frac=1, random_state=1))
    # repr: an unknown share is NaN, which equals nothing
    assert repr(list(graph.edges(data=True))) == repr(list(mixed.edges(data=True)))
    assert repr(list(graph.nodes(data=True))) == repr(list(mixed.nodes(data=True)))


def read_fp7(folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    joins = pd.read_parquet(folder / "fp7_research_network/participations.parquet")
    bodies = pd.read_parquet(folder / "fp7_research_network/organisations.parquet")
    table = joins.merge(bodies, on="org_idx").astype({"project_rcn": str})
    table["organisation"] = table["org_idx"].astype(str)
    table["organisation_kind"] = nw.organisation_kinds(table["name"])
    table = table.rename(columns={"project_rcn": "project", "kreis_ags": "region"})
    names = bodies.set_index(bodies["org_idx"].astype(str))["name"]
    return table, names


def test_seats_of_research_societies_in_the_seventh_framework(data_dir: Path) -> None:
    table, names = read_fp7(data_dir)
    german = table[table["country"] == "DE"]
    is_seat = nw.seat_booked(german["name"]).notna()
    assert 0.10 < is_seat.mean() < 0.20
    for kreis in ("09162", "05315"):  # München, Köln
        assert is_seat[german["region"] == kreis].mean() > 0.5
    whole = nw.collaboration_network(table, null_model=None)
    without = nw.collaboration_network(table, null_model=None, seat="drop", names=names)
    drop = 1 - (
        without.degree("09162", weight="weight")
        / whole.degree("09162", weight="weight")
    )
    assert drop > 0.4
    assert without.graph["dropped"]["seat_booked"] > 2000
    assert len(whole) == 352
    # within-place pairs stand apart and are not links
    assert whole.nodes["09162"]["within"] > 0
    assert not any(a == b for a, b in whole.edges)


def test_science_business_share_in_the_seventh_framework(data_dir: Path) -> None:
    table, _ = read_fp7(data_dir)
    graph = nw.collaboration_network(table, null_model=None)
    shares = np.array([d for *_, d in graph.edges(data="science_business")])
    known = shares[np.isfinite(shares)]
    assert len(known) > 0.8 * len(shares)
    assert ((known >= 0) & (known <= 1)).all()
    assert 0.2 < known.mean() < 0.8


def test_horizon_2020_to_validated_places_in_seconds(data_dir: Path) -> None:
    import time

    folder = data_dir / "h2020_research_network"
    joins = pd.read_parquet(folder / "participations.parquet")
    bodies = pd.read_parquet(folder / "organisations.parquet")
    table = joins.assign(pic=joins["pic"].astype(str)).merge(
        bodies[["pic", "kreis_ags"]].astype({"pic": str}), on="pic", how="left"
    )
    table = table.rename(
        columns={"rcn": "project", "pic": "organisation", "kreis_ags": "region"}
    )
    started = time.process_time()
    graph: Any = nw.collaboration_network(table)
    assert time.process_time() - started < 20
    assert len(graph) == 289
    assert 0 < graph.number_of_edges() < 1000


def test_counts_equal_a_loop_over_projects() -> None:
    table = planted(7).head(300)
    graph = nw.collaboration_network(table, null_model=None, counting="full")
    weight: dict[tuple[str, str], float] = {}
    within: dict[str, float] = {}
    for _, members in table.groupby("project"):
        for one, two in itertools.combinations(members["region"], 2):
            if one == two:
                within[one] = within.get(one, 0) + 1
            else:
                key = (min(one, two), max(one, two))
                weight[key] = weight.get(key, 0) + 1
    assert {e: graph.edges[e]["weight"] for e in graph.edges} == weight
    for node, data in graph.nodes(data=True):
        assert data["within"] == within.get(node, 0.0)


@pytest.mark.parametrize("tested_at", ["organisations", "nodes"])
def test_a_network_that_loses_every_link_says_so(tested_at: str) -> None:
    table = pd.DataFrame({
        "project": ["p", "p", "p", "q", "q"],
        "organisation": ["a", "b", "c", "a", "b"],
        "region": ["R1", "R2", "R2", "R1", "R2"],
    })
    with pytest.warns(DataWarning, match="exceeds chance"):
        graph = nw.collaboration_network(table, tested_at=tested_at)
    assert graph.number_of_edges() == 0
    assert nw.collaboration_network(table, null_model=None).number_of_edges() == 1
