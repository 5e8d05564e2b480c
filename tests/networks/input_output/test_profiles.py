"""Networks of who buys alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import OptionError


def test_profiles_see_who_buys_alike(three: tuple[pd.DataFrame, pd.Series]) -> None:
    flows = pd.DataFrame(
        [
            ("m", "a", 8.0), ("m", "b", 40.0), ("e", "a", 2.0), ("e", "b", 10.0),
            ("a", "z", 3.0), ("b", "y", 3.0), ("m", "z", 1.0), ("e", "y", 9.0),
        ],
        columns=["seller", "buyer", "value"],
    )  # fmt: skip
    codes = sorted({*flows["seller"], *flows["buyer"]})
    Z = flows.pivot(index="seller", columns="buyer", values="value")
    Z = Z.reindex(index=codes, columns=codes).fillna(0.0)
    bought = (Z / Z.sum()).fillna(0.0)
    sold = Z.div(Z.sum(axis=1).where(Z.sum(axis=1) > 0), axis=0).fillna(0.0)
    graph = nw.profile_network(flows)
    for one, two in graph.edges:
        options = [bought[one].corr(bought[two]), sold.loc[one].corr(sold.loc[two])]
        assert graph.edges[one, two]["weight"] == pytest.approx(np.nanmax(options))
    assert graph.edges["a", "b"]["weight"] == pytest.approx(1.0)
    four = nw.profile_network(flows, measure="largest_of_four")
    assert set(graph.edges) <= set(four.edges)
    assert nw.supply_network(flows, weight="profile").edges == graph.edges


def test_quotient_profiles_by_hand() -> None:
    # output is known, so A = Z / X of the buyer and B = Z / X of the seller
    flows = pd.DataFrame(
        [("e", "a", 4.0), ("e", "b", 4.0), ("e", "e", 2.0), ("a", "b", 2.0)],
        columns=["seller", "buyer", "value"],
    )
    output = pd.Series({"a": 10.0, "b": 20.0, "e": 20.0})
    # purchases: A[e] = (.4, .2, .1), mean 7/30; A[a] = (0, .1, 0), mean 1/30;
    # nobody buys of b
    q = np.log1p(np.array([[0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [12 / 7, 6 / 7, 3 / 7]]))
    # sales: B[a] = (0, .2, 0), B[b] = 0, B[e] = (.2, .2, .1); column means over the
    # three sellers: a 1/15, b 2/15, e 1/30
    s = np.log1p(np.array([[0.0, 1.5, 0.0], [0.0, 0.0, 0.0], [3.0, 1.5, 3.0]]))
    expected = {}
    for one, two in ((0, 1), (0, 2), (1, 2)):
        found = [np.corrcoef(q[:, one], q[:, two])[0, 1]]
        if one != 1 and two != 1:
            found.append(np.corrcoef(s[one], s[two])[0, 1])
        expected["abe"[one], "abe"[two]] = max(found)
    graph = nw.profile_network(flows, output=output, scale="quotient", minimum=-1.0)
    for pair, value in expected.items():
        found = graph.edges[pair]["weight"] if graph.has_edge(*pair) else 0.0
        assert found == pytest.approx(max(value, 0.0), abs=1e-12)
    assert expected["a", "e"] > 0.9
    assert graph.graph["params"]["scale"] == "quotient"
    with pytest.raises(OptionError, match="scale"):
        nw.profile_network(flows, scale="log")


def test_quotients_take_down_what_everybody_buys() -> None:
    # all buy mostly energy; a and b share a special input, c has another one
    flows = pd.DataFrame(
        [
            (seller, buyer, value)
            for buyer, special in (("a", "s"), ("b", "s"), ("c", "t"))
            for seller, value in (("energy", 90.0), (special, 10.0))
        ],
        columns=["seller", "buyer", "value"],
    )
    plain = nw.profile_network(flows, measure="purchases")
    quotient = nw.profile_network(flows, measure="purchases", scale="quotient")
    assert plain.edges["a", "c"]["weight"] > 0.95
    assert quotient.edges["a", "b"]["weight"] == pytest.approx(1.0)
    assert not quotient.has_edge("a", "c")
