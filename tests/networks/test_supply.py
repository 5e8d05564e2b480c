"""Supply networks, coefficients and inverses: published tables and hand sums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import ClassificationError, GraphError, OptionError, TableError

# Published inverses are stored in full double precision.
PUBLISHED = {"rtol": 1e-9, "atol": 1e-12}


@pytest.fixture
def three() -> tuple[pd.DataFrame, pd.Series]:
    flows = pd.DataFrame(
        [("a", "a", 10.0), ("a", "b", 20.0), ("b", "c", 30.0), ("c", "a", 5.0)],
        columns=["seller", "buyer", "value"],
    )
    return flows, pd.Series({"a": 100.0, "b": 80.0, "c": 60.0})


def test_weights_by_hand(three: tuple[pd.DataFrame, pd.Series]) -> None:
    flows, x = three
    assert nw.supply_network(flows, output=x).edges["a", "b"]["weight"] == 20 / 80
    out = nw.supply_network(flows, output=x, weight="output")
    assert out.edges["a", "b"]["weight"] == 20 / 100
    best = nw.supply_network(flows, output=x, weight="max")
    assert best.edges["a", "b"]["weight"] == 20 / 80
    same = nw.supply_network(flows, output=x, weight="maximum")
    assert list(same.edges(data=True)) == list(best.edges(data=True))
    # without output: shares of purchases among the industries of the table
    bare = nw.supply_network(flows)
    assert bare.edges["c", "a"]["weight"] == pytest.approx(5 / 15)
    assert bare.nodes["a"]["own_use"] == pytest.approx(10 / 15)
    assert not bare.has_edge("a", "a")


def test_total_requirements_and_lengths_equal_the_power_series(
    three: tuple[pd.DataFrame, pd.Series],
) -> None:
    flows, x = three
    codes = ["a", "b", "c"]
    Z = flows.pivot(index="seller", columns="buyer", values="value")
    Z = Z.reindex(index=codes, columns=codes).fillna(0).to_numpy()
    A, B = Z / x.to_numpy(), Z / x.to_numpy()[:, None]
    power_a, power_b = np.eye(3), np.eye(3)
    total_a, total_b, steps = np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3))
    for r in range(1, 200):
        power_a, power_b = power_a @ A, power_b @ B
        total_a += power_a
        total_b += power_b
        steps += r * power_a
    graph = nw.supply_network(flows, output=x, weight="total")
    expected = (total_a + total_b) / 2
    assert graph.edges["a", "c"]["weight"] == pytest.approx(expected[0, 2], rel=1e-12)
    length = nw.average_propagation_lengths(flows, output=x)
    ratio = steps / total_a
    np.fill_diagonal(ratio, np.nan)
    np.testing.assert_allclose(length, ratio, rtol=1e-10)
    apl = nw.supply_network(flows, output=x, weight="apl", minimum=1e-9)
    assert apl.edges["a", "c"]["length"] == pytest.approx(ratio[0, 2], rel=1e-10)


def test_published_leontief_inverse_of_the_united_kingdom(data_dir: Path) -> None:
    table = pd.read_parquet(
        data_dir / "iotables_examples/uk_2010_ixi_analytical_long.parquet"
    )
    names = sorted(table["indicator"].unique())
    inverse_name = next(n for n in names if "inverse" in n.lower())
    coefficient_name = next(n for n in names if "coefficient" in n.lower())

    def square(name: str) -> pd.DataFrame:
        part = table[table["indicator"] == name]
        return part.pivot_table(index="uk_row", columns="uk_col", values="values")

    published, coefficients = square(inverse_name), square(coefficient_name)
    codes = sorted(set(published.index) & set(published.columns))
    codes = [c for c in codes if c in coefficients.index and c in coefficients.columns]
    assert len(codes) > 100
    A = coefficients.loc[codes, codes].fillna(0.0)
    # a table of flows with output 1 everywhere has these coefficients
    flows = A.stack().rename_axis(["seller", "buyer"]).rename("value").reset_index()
    ones = pd.Series(1.0, index=codes)
    ours = nw.leontief_inverse(flows, output=ones)
    np.testing.assert_allclose(
        ours.loc[codes, codes], published.loc[codes, codes], rtol=1e-9, atol=1e-12
    )
    multipliers = nw.multipliers(flows, output=ones)
    np.testing.assert_allclose(
        multipliers.loc[codes, "backward"],
        published.loc[codes, codes].sum(axis=0),
        rtol=1e-9,
    )


def germany_1995(folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    table = pd.read_csv(folder / "iotables_examples/germany_1995_siot_6x6_long.csv")
    flows = table.rename(
        columns={"iotables_row": "seller", "iotables_col": "buyer", "values": "value"}
    )[["seller", "buyer", "value"]]
    groups = [c for c in flows["seller"].unique() if c.endswith("_group")]
    groups.append("construction")
    inside = flows[flows["seller"].isin(groups) & flows["buyer"].isin(groups)]
    output = flows[(flows["seller"] == "output") & flows["buyer"].isin(groups)]
    return inside.reset_index(drop=True), output.set_index("buyer")["value"].astype(
        float
    )


def test_germany_1995_balances_through_the_inverse(data_dir: Path) -> None:
    flows, output = germany_1995(data_dir)
    codes = sorted(output.index)
    assert len(codes) == 6
    inverse = nw.leontief_inverse(flows, output=output).loc[codes, codes]
    Z = flows.pivot(index="seller", columns="buyer", values="value").loc[codes, codes]
    demand = output[codes] - Z.sum(axis=1)
    np.testing.assert_allclose(inverse @ demand, output[codes], rtol=1e-12)
    jobs = pd.Series(1.0, index=codes)
    table = nw.multipliers(flows, output=output, satellite=jobs)
    expected = (jobs / output[codes]).to_numpy() @ inverse.to_numpy()
    np.testing.assert_allclose(table.loc[codes, "satellite_multiplier"], expected)


def test_all_faults_are_told_at_once() -> None:
    flows = pd.DataFrame(
        [("a", "b", -1.0), ("a", "c", None), ("b", "c", 2.0), ("b", "c", 3.0)],
        columns=["seller", "buyer", "value"],
    )
    with pytest.raises(TableError) as caught:
        nw.supply_network(flows)
    assert len(caught.value.faults) == 3
    assert set(caught.value.rows["row"]) == {1, 2, 4}
    with pytest.raises(OptionError, match="input"):
        nw.supply_network(flows, weight="inputs")


def test_falling_inventories_may_be_negative_final_demand() -> None:
    flows = pd.DataFrame(
        [("a", "b", 5.0), ("a", "stocks", -2.0), ("a", "use", 10.0), ("b", "use", 9.0)],
        columns=["seller", "buyer", "value"],
    )
    graph = nw.supply_network(flows, industries=["a", "b"], weight="output")
    assert graph.edges["a", "b"]["weight"] == pytest.approx(5 / 13)


def test_an_economy_that_uses_up_its_output_has_no_inverse() -> None:
    flows = pd.DataFrame(
        [("a", "b", 10.0), ("b", "a", 10.0)], columns=["seller", "buyer", "value"]
    )
    x = pd.Series({"a": 10.0, "b": 10.0})
    with pytest.raises(TableError, match="spectral radius"):
        nw.leontief_inverse(flows, output=x)
    with pytest.raises(TableError, match="output"):
        nw.supply_network(flows, weight="total")


def test_universal_suppliers_are_found_weakened_and_dropped() -> None:
    rng = np.random.default_rng(0)
    size = rng.lognormal(3, 1, 12)
    rows = []
    for j in range(12):
        rows.append(("wholesale", f"i{j:02d}", rng.uniform(0.1, 0.3) * size[j]))
        rows.append((f"i{(j + 1) % 12:02d}", f"i{j:02d}", 0.3 * size[j]))
    flows = pd.DataFrame(rows, columns=["seller", "buyer", "value"])
    table = nw.universal_suppliers(flows)
    assert table.index[table["is_universal"]].tolist() == ["wholesale"]
    kept = nw.supply_network(flows)
    weaker = nw.supply_network(flows, universal="downweight")
    gone = nw.supply_network(flows, universal="drop")
    assert kept.nodes["wholesale"]["is_universal"]
    factor = 1 - table.loc["wholesale", "breadth"]
    for _, buyer in kept.out_edges("wholesale"):
        before = kept.edges["wholesale", buyer]["weight"]
        assert weaker.edges["wholesale", buyer]["weight"] == pytest.approx(
            before * factor
        )
    assert gone.out_degree("wholesale") == 0
    assert gone.number_of_edges() == 12


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


def test_carried_links_are_those_of_the_home() -> None:
    layer = nw.from_matrix(
        ["x", "y", "z"],
        np.array([[0, 0.5, 0.2], [0.5, 0, 0], [0.2, 0, 0]]),
        directed=False, layer="supply", kind="industry", absent="zero",
        observed=["x", "y"],
    )  # fmt: skip
    home = {"3": "y", "1": "x", "2": "x", "4": "nowhere", "5": None, "6": "z"}
    fine = nw.carry_network(layer, home)
    assert dict(((u, v), w) for u, v, w in fine.edges(data="weight")) == {
        ("1", "2"): 1.0,
        ("1", "3"): 0.5,
        ("2", "3"): 0.5,
    }
    assert list(fine.nodes) == ["1", "2", "3", "4", "5", "6"]
    # z is in the table, but the layer does not observe it
    assert fine.graph["observed"] == ["1", "2", "3"]
    assert fine.graph["layer"] == "supply"
    assert nw.carry_network(layer, home, own=0.7).edges["1", "2"]["weight"] == 0.7
    with pytest.raises(OptionError, match="no industry"):
        nw.carry_network(layer, {"1": "q"})
    with pytest.raises(GraphError, match="directed"):
        nw.carry_network(layer.to_directed(), home)


def test_translation_keeps_totals_and_refuses_gaps() -> None:
    flows = pd.DataFrame(
        [("a", "b", 10.0), ("b", "a", 4.0)], columns=["seller", "buyer", "value"]
    )
    bridge = pd.DataFrame({
        "source": ["a", "a", "b"],
        "target": ["1", "2", "3"],
        "weight": [0.25, 0.75, 1],
    })
    moved, output = nw.translate_flows(
        flows, bridge, output=pd.Series({"a": 8, "b": 4})
    )
    assert moved["value"].sum() == pytest.approx(14.0)
    assert output is not None
    assert output.to_dict() == {"1": 2.0, "2": 6.0, "3": 4.0}
    back, _ = nw.translate_flows(moved, bridge, direction="backward")
    assert back.set_index(["seller", "buyer"])["value"].to_dict() == {
        ("a", "b"): pytest.approx(10.0),
        ("b", "a"): pytest.approx(4.0),
    }
    with pytest.raises(ClassificationError, match="not in the correspondence"):
        nw.translate_flows(flows, bridge[bridge["source"] == "a"])
    with pytest.raises(ClassificationError, match="sum to one"):
        nw.translate_flows(flows, bridge.assign(weight=1.0))


def test_industry_by_industry_of_the_united_states(data_dir: Path) -> None:
    folder = data_dir / "bea_io_detail_us"
    names = {"row_code": "commodity", "col_code": "industry", "value_musd": "value"}
    use = pd.read_parquet(
        folder / "use_2017_producer_prices_after_redef_long.parquet"
    ).rename(columns=names)
    make = pd.read_parquet(
        folder / "make_2017_producer_prices_after_redef_long.parquet"
    ).rename(columns={**names, "row_code": "industry", "col_code": "commodity"})
    kinds = pd.read_csv(folder / "codes_2017.csv", dtype=str).drop_duplicates()
    goods = set(kinds.loc[kinds["kind"] == "commodity", "code"])
    use = use[use["commodity"].isin(goods)].reset_index(drop=True)
    codes = sorted(
        set(kinds.loc[kinds["kind"] == "industry", "code"]) & set(make["industry"])
    )
    codes = [c for c in codes if not c.startswith("T00")]
    make = make[make["industry"].isin(codes) & ~make["commodity"].str.startswith("T00")]
    flows, output = nw.industry_by_industry(use, make, industries=codes)
    assert len(codes) == 402
    used = use[use["industry"].isin(codes) & use["commodity"].isin(make["commodity"])]
    assert flows["value"].sum() == pytest.approx(used["value"].sum(), rel=1e-10)
    assert output.sum() == pytest.approx(make["value"].sum(), rel=1e-12)
    total = use.loc[use["industry"].isin(codes), "value"].sum()
    # what no industry at home makes is lost: noncomparable imports, used goods
    lost = use[use["industry"].isin(codes) & ~use["commodity"].isin(make["commodity"])]
    assert flows.attrs["not_made"] == pytest.approx(lost["value"].sum())
    assert flows.attrs["not_made"] < 0.012 * total
    # market shares by hand for one industry
    car = "336111" if "336111" in codes else codes[0]
    need = use[(use["industry"] == car)].set_index("commodity")["value"]
    share = make.set_index(["industry", "commodity"])["value"]
    share = (
        share
        / make
        .groupby("commodity")["value"]
        .sum()
        .reindex(share.index.get_level_values(1))
        .to_numpy()
    )
    seller = flows.loc[flows["buyer"] == car].set_index("seller")["value"]
    one = seller.idxmax()
    by_hand = sum(share.get((one, c), 0.0) * v for c, v in need.items())
    assert seller[one] == pytest.approx(by_hand, rel=1e-10)


@pytest.fixture
def jobs() -> pd.DataFrame:
    return pd.DataFrame(
        {"a": [10.0, 30.0], "b": [30.0, 10.0], "c": [20.0, 20.0]}, index=["R", "S"]
    )


@pytest.mark.parametrize("method", ["slq", "cilq", "flegg", "augmented_flegg"])
def test_regional_coefficients_by_hand(
    three: tuple[pd.DataFrame, pd.Series], jobs: pd.DataFrame, method: str
) -> None:
    flows, x = three
    estimate = nw.regionalize(flows, jobs, output=x, method=method, delta=0.3)
    total = jobs.to_numpy().sum()
    for r, region in enumerate(jobs.index):
        share = jobs.loc[region].sum() / total
        slq = (jobs.loc[region] / jobs.loc[region].sum()) / (jobs.sum() / total)
        for row in flows.itertuples():
            i, j = row.seller, row.buyer
            q = slq[i] if i == j or method == "slq" else slq[i] / slq[j]
            if "flegg" in method:
                q *= np.log2(1 + share) ** 0.3
            if method == "augmented_flegg" and slq[j] > 1:
                q *= np.log2(1 + slq[j])
            expected = row.value / x[j] * min(1.0, q)
            at = estimate.coefficients[r, "abc".index(i), "abc".index(j)]
            assert at == pytest.approx(expected, rel=1e-12)
    assert estimate.label == f"estimate ({method}), not observed"
    assert estimate.network("R").graph["label"] == estimate.label
    assert estimate.flows("R").attrs["label"] == estimate.label


def test_the_sweep_is_always_there_and_withheld_stays_unknown(
    three: tuple[pd.DataFrame, pd.Series], jobs: pd.DataFrame
) -> None:
    flows, x = three
    estimate = nw.regionalize(flows, jobs, output=x)
    assert estimate.sweep["delta"].tolist() == [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]
    bought = estimate.sweep["share_bought_in_region"]
    assert (bought.diff().dropna() < 0).all()
    same = estimate.sweep.loc[estimate.sweep["delta"] == 0.25, "rank_correlation"]
    assert same.iloc[0] == pytest.approx(1.0)
    by_industry = nw.regionalize(
        flows, jobs, output=x, method="sector_flegg",
        delta=pd.Series({"a": 0.25, "b": 0.25, "c": 0.25}),
    )  # fmt: skip
    np.testing.assert_allclose(by_industry.coefficients, estimate.coefficients)
    hidden = jobs.astype(float).copy()
    hidden.loc["R", "a"] = np.nan
    totals = pd.DataFrame(
        [("R", "TOTAL", 60.0), ("TOTAL", "a", 40.0), ("TOTAL", "TOTAL", 120.0)],
        columns=["region", "industry", "value"],
    )
    partly = nw.regionalize(flows, hidden, output=x, totals=totals)
    assert np.isnan(partly.coefficients[0, 0, 1])
    np.testing.assert_allclose(partly.coefficients[1], estimate.coefficients[1])


def test_minimal_flow_reports_every_filter(
    three: tuple[pd.DataFrame, pd.Series],
) -> None:
    flows, x = three
    result = nw.minimal_flow_analysis(flows, output=x, filters=8)
    assert len(result.profile) == 8
    states = result.profile[["n_none", "n_weak", "n_one_way", "n_two_way"]]
    assert (states.sum(axis=1) == 3).all()
    direct = result.profile["n_direct"].to_numpy()
    assert (np.diff(direct) <= 0).all()
    best = result.profile["entropy"].idxmax()
    assert result.filter == result.profile["filter"].iloc[best]
    low = nw.minimal_flow_analysis(flows, output=x, filters=[1e-9])
    # every industry reaches every other round the circle
    assert (low.structure.to_numpy()[~np.eye(3, dtype=bool)] == 3).all()


def test_layers_of_demand_add_up_to_the_flows(
    three: tuple[pd.DataFrame, pd.Series],
) -> None:
    from clusterid.networks._flows import flow_table
    from clusterid.networks._minimal_flow import layers_of_demand
    from clusterid.networks._requirements import input_shares

    flows, x = three
    table = flow_table(flows, output=x)
    A, y = input_shares(table), table.output - table.flows.sum(axis=1)
    layers = layers_of_demand(A, y, 1e-16)
    np.testing.assert_allclose(sum(layers), table.flows, atol=1e-12)


def test_industries_without_flows_are_not_observed(data_dir: Path) -> None:
    wide = pd.read_csv(data_dir / "wiod_niot_deu/z_domestic_deu_2014.csv", index_col=0)
    flows = wide.stack().rename_axis(["seller", "buyer"]).rename("value").reset_index()
    graph: Any = nw.supply_network(flows, source="WIOD 2016")
    assert len(graph) == 56
    assert set(graph) - set(graph.graph["observed"]) == {"T", "U"}
    universal = {n for n, u in graph.nodes(data="is_universal") if u}
    assert {"G46", "L68", "N"} <= universal


def test_an_economy_with_its_own_totals_is_taken_as_it_is(
    three: tuple[pd.DataFrame, pd.Series], jobs: pd.DataFrame
) -> None:
    import clusterid as cid

    flows, x = three
    long = jobs.rename_axis(index="region", columns="industry").stack()
    economy = cid.economy(long.rename("employment").reset_index())
    one = nw.regionalize(flows, economy, output=x)
    two = nw.regionalize(flows, jobs, output=x)
    np.testing.assert_allclose(one.coefficients, two.coefficients)
    assert one.params["method"] == "flegg"
    with pytest.raises(TableError, match="no employment"):
        nw.regionalize(flows, jobs[["a", "b"]], output=x)
    with pytest.raises(OptionError, match="Did you mean"):
        one.network("R ")
