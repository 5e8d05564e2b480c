"""What must hold for every network, whatever the numbers."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusterid import networks as nw

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
seeds = st.integers(0, 10_000)


def flows_of(seed: int, n: int = 6) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    codes = [f"i{i}" for i in range(n)]
    Z = rng.gamma(1.0, 10.0, (n, n)) * (rng.random((n, n)) < 0.7)
    output = pd.Series(np.maximum(Z.sum(axis=0), Z.sum(axis=1)) * 1.5 + 1, index=codes)
    table = pd.DataFrame(Z, index=codes, columns=codes).stack()
    return table.rename_axis(["seller", "buyer"]).rename("value").reset_index(), output


def presences(seed: int, regions: int = 12, industries: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = (rng.random((regions, industries)) < 0.5).astype(int)
    table[0], table[1:3, :] = 1, table[1:3, :]
    return pd.DataFrame(
        table,
        index=[f"R{i:02d}" for i in range(regions)],
        columns=[f"i{i}" for i in range(industries)],
    )


def links(graph: Any) -> dict[frozenset[str], float]:
    return {frozenset(e[:2]): e[2] for e in graph.edges(data="weight")}


@QUICK
@given(seeds, st.floats(1e-3, 1e3))
def test_the_unit_of_money_changes_no_share(seed: int, factor: float) -> None:
    flows, output = flows_of(seed)
    scaled = flows.assign(value=flows["value"] * factor)
    for weight in ("input", "output", "max", "total", "profile"):
        one = nw.supply_network(flows, output=output, weight=weight, minimum=1e-9)
        two = nw.supply_network(
            scaled, output=output * factor, weight=weight, minimum=1e-9
        )
        # links at the very edge of the minimum may go either way
        for pair, value in links(one).items():
            other = links(two).get(pair, 0.0)
            assert abs(value - other) < 1e-8


@QUICK
@given(seeds)
def test_renamed_industries_have_the_same_links(seed: int) -> None:
    flows, output = flows_of(seed)
    order = np.random.default_rng(seed).permutation(len(output))
    names = dict(zip(output.index, [f"x{k}" for k in order], strict=True))
    renamed = flows.replace({"seller": names, "buyer": names}).sample(
        frac=1, random_state=seed
    )
    one = nw.supply_network(flows, output=output, weight="total")
    two = nw.supply_network(renamed, output=output.rename(names), weight="total")
    moved = {(names[a], names[b]): w for a, b, w in one.edges(data="weight")}
    other = {(a, b): w for a, b, w in two.edges(data="weight")}
    assert moved.keys() == other.keys()
    for pair, value in moved.items():
        assert abs(value - other[pair]) < 1e-10


@QUICK
@given(seeds)
def test_the_inverse_undoes_the_coefficients(seed: int) -> None:
    flows, output = flows_of(seed)
    A = nw.technical_coefficients(flows, output=output).to_numpy()
    L = nw.leontief_inverse(flows, output=output).to_numpy()
    np.testing.assert_allclose((np.eye(len(A)) - A) @ L, np.eye(len(A)), atol=1e-10)
    lengths = nw.average_propagation_lengths(flows, output=output).to_numpy()
    assert (lengths[np.isfinite(lengths)] >= 1 - 1e-12).all()


@QUICK
@given(seeds, st.sampled_from(["slq", "cilq", "flegg", "augmented_flegg"]))
def test_a_region_never_buys_more_at_home_than_the_nation(
    seed: int, method: str
) -> None:
    flows, output = flows_of(seed)
    rng = np.random.default_rng(seed)
    jobs = pd.DataFrame(rng.gamma(1, 50, (4, 6)), columns=output.index)
    estimate = nw.regionalize(flows, jobs, output=output, method=method)
    A = nw.technical_coefficients(flows, output=output).to_numpy()
    assert (estimate.coefficients <= A[None] + 1e-12).all()
    produced = estimate.output.sum()
    np.testing.assert_allclose(produced, output[produced.index], rtol=1e-10)


@QUICK
@given(seeds, st.floats(0.0, 0.85))
def test_larger_delta_buys_less_at_home(seed: int, delta: float) -> None:
    flows, output = flows_of(seed)
    rng = np.random.default_rng(seed)
    jobs = pd.DataFrame(rng.gamma(1, 50, (4, 6)), columns=output.index)
    low = nw.regionalize(flows, jobs, output=output, delta=delta, sweep=(0.1,))
    high = nw.regionalize(flows, jobs, output=output, delta=delta + 0.1, sweep=(0.1,))
    assert (high.coefficients <= low.coefficients + 1e-12).all()


@QUICK
@given(seeds)
def test_proximities_are_symmetric_and_in_their_range(seed: int) -> None:
    table = presences(seed)
    for method in ("conditional", "cosine", "jaccard", "overlap"):
        phi = nw.proximity(table, method=method).to_numpy()
        np.testing.assert_allclose(phi, phi.T, rtol=1e-12)
        assert (phi >= 0).all()
        assert (phi <= 1 + 1e-12).all()
    least = nw.proximity(table, method="conditional").to_numpy()
    middle = nw.proximity(table, method="cosine").to_numpy()
    most = nw.proximity(table, method="overlap").to_numpy()
    assert (least <= middle + 1e-12).all()
    assert (middle <= most + 1e-12).all()


@QUICK
@given(seeds)
def test_tables_without_holes_take_either_road_to_the_same_proximity(seed: int) -> None:
    from clusterid.networks._presence import presence_table
    from clusterid.networks._proximity import _blocked, _pairwise

    table = presence_table(presences(seed))
    different = ~np.eye(table.values.shape[1], dtype=bool)
    for method in ("association", "probability", "z_score", "jaccard", "cosine"):
        with np.errstate(divide="ignore", invalid="ignore"):
            one = _blocked(table.values, method, "ubiquity")[different]
        two = _pairwise(table, method, "ubiquity")[different]
        known = np.isfinite(one) & np.isfinite(two)
        np.testing.assert_allclose(one[known], two[known], rtol=1e-9, atol=1e-12)


@QUICK
@given(seeds)
def test_density_is_a_share_and_regions_in_any_order_get_it(seed: int) -> None:
    table = presences(seed)
    phi = nw.proximity(table, method="conditional")
    density = nw.relatedness_density(table, phi)
    values = density.to_numpy()[np.isfinite(density)]
    assert ((values >= 0) & (values <= 1 + 1e-12)).all()
    turned = nw.relatedness_density(table.iloc[::-1, ::-1], phi.iloc[::-1, ::-1])
    pd.testing.assert_frame_equal(density, turned)
    # a region with everything has density 1
    np.testing.assert_allclose(density.loc["R00"].dropna(), 1.0)


@QUICK
@given(seeds)
def test_complexity_of_a_region_is_the_mean_of_what_it_has(seed: int) -> None:
    table = presences(seed)
    result = nw.economic_complexity(table)
    held = table.loc[:, result.pci.notna()]
    present = held.sum(axis=1) > 0
    mean = (held @ result.pci[held.columns]) / held.sum(axis=1)
    np.testing.assert_allclose(mean[present], result.eci[present], atol=1e-9)
    assert abs(result.eci.mean()) < 1e-9
    assert abs(result.eci.std(ddof=0) - 1) < 1e-9


@QUICK
@given(seeds)
def test_the_model_meets_every_degree(seed: int) -> None:
    table = presences(seed)
    model = nw.bicm(table)
    np.testing.assert_allclose(
        model.probability.sum(axis=1), table.sum(axis=1), atol=1e-8
    )
    np.testing.assert_allclose(model.probability.sum(), table.sum(), atol=1e-8)
    p = model.p_value.to_numpy()
    p = p[np.isfinite(p)]
    assert ((p >= 0) & (p <= 1)).all()


def weighted(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    graph: Any = nx.Graph(absent="zero", kind="industry")
    for i in range(8):
        for j in range(i):
            if rng.random() < 0.6:
                graph.add_edge(f"i{i}", f"i{j}", weight=float(rng.integers(1, 40)))
    return graph


@QUICK
@given(seeds)
def test_a_backbone_is_part_of_its_network_and_knows_no_names(seed: int) -> None:
    graph = weighted(seed)
    names = {n: f"x{k}" for k, n in enumerate(sorted(graph, reverse=True))}
    other = nx.relabel_nodes(graph, names)
    for method in ("noise_corrected", "disparity"):
        kept = nw.backbone(graph, method=method, alpha=0.3, delta=0.5)
        assert set(kept.nodes) == set(graph.nodes)
        assert links(kept).items() <= links(graph).items()
        again = nw.backbone(other, method=method, alpha=0.3, delta=0.5)
        assert {frozenset(names[n] for n in e) for e in kept.edges} == {
            frozenset(e) for e in again.edges
        }


@QUICK
@given(seeds, st.floats(0.1, 100.0))
def test_stacking_sees_ranks_only(seed: int, factor: float) -> None:
    one, two = weighted(seed), weighted(seed + 1)
    scaled = one.copy()
    for a, b in scaled.edges:
        scaled.edges[a, b]["weight"] = factor * scaled.edges[a, b]["weight"] ** 2
    first = nw.stack_layers({"one": one, "two": two})
    second = nw.stack_layers({"two": two, "one": scaled})
    assert list(first.edges(data=True)) == list(second.edges(data=True))
    for *_, weight in first.edges(data="weight"):
        assert 0 < weight <= 1


@QUICK
@given(seeds)
def test_a_layer_that_sees_nothing_changes_nothing(seed: int) -> None:
    one = weighted(seed)
    blind: Any = nx.Graph(absent="unknown", kind="industry", observed=[])
    alone = nw.stack_layers({"one": one})
    both = nw.stack_layers({"one": one, "blind": blind})
    assert list(alone.edges(data=True)) == list(both.edges(data=True))


@QUICK
@given(seeds)
def test_fractional_counting_never_depends_on_how_large_a_project_is(
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    rows = [
        (f"p{p}", f"o{o}", f"R{o % 5}")
        for p in range(15)
        for o in rng.choice(12, rng.integers(2, 8), replace=False)
    ]
    table = pd.DataFrame(rows, columns=["project", "organisation", "region"])
    graph = nw.collaboration_network(table, null_model=None)
    total = graph.size(weight="weight") + sum(w for _, w in graph.nodes(data="within"))
    # a project of n hands out n times 1, and every pair holds two of them
    assert abs(total - len(table) / 2) < 1e-9
