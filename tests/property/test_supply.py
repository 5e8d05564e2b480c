"""What must hold for every supply network."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.property.simulated_data import QUICK, flows_of, links, seeds

from clusterid import networks as nw


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
