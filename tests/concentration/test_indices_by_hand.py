"""Check values of textbooks and of hand calculations, and what missing data do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    coagglomeration,
    colocation_index,
    devereux,
    ellison_glaeser,
    entropy,
    group_coagglomeration,
    herfindahl_index,
    hoover_index,
    krugman_specialization,
    litzenberger_sternberg,
    local_clustering,
    locational_gini,
    maurel_sedillot,
    related_variety,
    shift_share,
    spatial_autocorrelation,
    specialization_change,
    specialization_gini,
    theil_index,
    unrelated_variety,
)
from clusterid.errors import GraphError, OptionError, TableError


def test_a2_locational_gini() -> None:
    jobs = pd.DataFrame({"A": [500, 500, 1000, 7000, 1000]})
    jobs["rest"] = [20000, 15000, 20000, 40000, 5000] - jobs["A"]
    assert locational_gini(jobs)["A"] == pytest.approx(0.4068965517, abs=1e-10)
    scaled = locational_gini(jobs, normalised=True)["A"]
    assert scaled == pytest.approx(0.5086, abs=5e-5)
    weighted = locational_gini(jobs, variant="weighted")["A"]
    assert weighted == pytest.approx(0.3725)
    assert locational_gini(jobs, variant="krugman")["A"] == weighted / 2


def test_a3_specialisation_gini() -> None:
    region = np.array([700, 600, 500, 10000, 40000])
    nation = np.array([30000, 15000, 10000, 60000, 50000])
    jobs = pd.DataFrame([region, nation - region], index=["region", "rest"])
    found = specialization_gini(jobs)["region"]
    assert found == pytest.approx(0.6222222222, abs=1e-10)


def test_a4_cluster_index() -> None:
    names = ["region", "rest"]
    jobs = pd.DataFrame({"A": [1743, 5740 - 1743]}, index=names)
    plants = pd.DataFrame({"A": [35, 53 - 35]}, index=names)
    area = pd.Series([50, 576 - 50], names)
    people = pd.Series([488, 4621 - 488], names)
    found = litzenberger_sternberg(jobs, plants, area, people)
    assert found["cluster_index"][0] == pytest.approx(21.8749110167, abs=1e-9)


def linz() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    plants = {
        "Wien": [200, 650, 12000, 100, 50],
        "Linz": [16000, 13000, 1500, 1500],
        "Graz": [25000],
    }
    sizes = np.concatenate(list(plants.values())) / 70000
    totals = {"Wien": 500000, "Linz": 400000, "Graz": 100000}
    jobs = pd.DataFrame({"A": {region: sum(k) for region, k in plants.items()}})
    jobs["rest"] = pd.Series(totals) - jobs["A"]
    H = pd.Series({"A": (sizes**2).sum(), "rest": 1e-6})
    fourth = pd.Series({"A": (sizes**4).sum(), "rest": 1e-12})
    return jobs, H, fourth


def test_a5_ellison_glaeser() -> None:
    jobs, H, fourth = linz()
    found = ellison_glaeser(jobs, H, plant_fourth_powers=fourth).loc["A"]
    assert found["gamma"] == pytest.approx(0.0599062841, abs=1e-10)
    assert found["raw_concentration"] == pytest.approx(0.1681632653, abs=1e-10)
    assert found["herfindahl"] == pytest.approx(0.2446887755, abs=1e-10)
    assert found["z"] == pytest.approx(0.1959001970, abs=1e-9)
    assert found["reason"] == "few_plants"  # 1/H is about four


def test_a11_herfindahl_and_theil() -> None:
    jobs = pd.DataFrame({"A": [20, 50, 20, 10]})
    assert herfindahl_index(jobs)["A"] == pytest.approx(0.34)
    jobs = pd.DataFrame({"A": [10, 10, 10, 20, 50]})
    found = theil_index(jobs, variant="L", reference="uniform")["A"]
    assert found == pytest.approx(0.2326302, abs=5e-8)


def test_a12_colocation() -> None:
    firms = pd.DataFrame({"industry": list("ABABAB"), "region": list("XXXYYX")})
    table = pd.crosstab(firms["region"], firms["industry"])
    assert colocation_index(table)["cl"].item() == pytest.approx(0.5555556, abs=1e-7)


def test_b1_getis_ord_against_spdep() -> None:
    from libpysal.graph import Graph

    xy = np.array([(10, 10), (20, 10), (40, 10), (15, 20), (30, 20), (30, 30)])
    far = np.sqrt(((xy[:, None] - xy) ** 2).sum(axis=2))
    i, j = np.nonzero((far <= 15) & (far > 0))
    names = np.array(list("abcdef"))
    graph = Graph.from_arrays(names[i], names[j], np.ones(len(i)))
    y = pd.Series([2, 3, 3.2, 5, 8, 7], names)
    gi = local_clustering(y, graph, statistic="gi", permutations=19)["z"]
    star = local_clustering(y, graph, permutations=19)["z"]
    known = [-1.0136729, -0.0436159, 1.3155870, -0.3141268, 1.1537399, 1.7783394]
    np.testing.assert_allclose(gi, known, atol=5e-8)
    known = [-1.3972763, -0.2891776, 0.6506496, -0.2891776, 1.2345208, 2.0242433]
    np.testing.assert_allclose(star, known, atol=5e-8)


# --- missing data -----------------------------------------------------------------


def hidden() -> pd.DataFrame:
    jobs = pd.DataFrame(
        {"A": [10.0, 20, 30], "B": [5.0, np.nan, 5], "C": [0.0, 0, 0]},
        index=["r1", "r2", "r3"],
    )
    return jobs


MEASURES: list[Any] = [
    locational_gini,
    hoover_index,
    theil_index,
    lambda e, **o: herfindahl_index(e, **o),
    lambda e, **o: entropy(e, axis="industry", **o),
]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_withheld_cell_gives_nan_with_a_reason(measure: Any) -> None:
    totals = pd.DataFrame(
        [("r2", "TOTAL", 25.0), ("TOTAL", "B", 15.0)],
        columns=["region", "industry", "value"],
    )
    found = measure(hidden(), totals=totals)
    assert np.isnan(found["B"])
    assert found.attrs["reasons"]["B"] == "withheld"
    assert np.isnan(found["C"])
    assert found.attrs["reasons"]["C"] == "industry_absent"
    # with published totals the other industry keeps its value
    assert np.isfinite(found["A"])
    assert "A" not in found.attrs["reasons"]


@pytest.mark.parametrize("measure", [locational_gini, hoover_index, theil_index])
def test_an_unknown_reference_is_no_reference(measure: Any) -> None:
    found = measure(hidden())
    assert np.isnan(found["A"])
    assert found.attrs["reasons"]["A"] == "reference_withheld"


def test_plant_herfindahl_that_is_missing_or_one_has_a_reason() -> None:
    jobs, H, _ = linz()
    jobs["one"], jobs["no_h"] = [5, 0, 0], [5, 5, 5]
    H["one"] = 1.0
    found = ellison_glaeser(jobs, H)
    assert found.loc["one", "reason"] == "single_plant"
    assert found.loc["no_h", "reason"] == "plant_herfindahl_unknown"
    assert found.loc[["one", "no_h"], ["gamma", "z", "p_value"]].isna().all(axis=None)
    other = maurel_sedillot(jobs, H)
    assert other.loc["one", "reason"] == "single_plant"


def test_bounds_of_the_plant_herfindahl_give_an_interval() -> None:
    jobs, H, _ = linz()
    bounds = pd.DataFrame({"lower": [0.1, 1e-6], "upper": [0.2, 1e-6]}, H.index)
    found = ellison_glaeser(jobs, bounds)
    ends = [
        ellison_glaeser(jobs, pd.Series({"A": h, "rest": 1e-6})).loc["A"]
        for h in (0.2, 0.1)
    ]
    row = found.loc["A"]
    assert row["gamma_lower"] == pytest.approx(ends[0]["gamma"])
    assert row["gamma_upper"] == pytest.approx(ends[1]["gamma"])
    assert row["p_value"] == pytest.approx(max(end["p_value"] for end in ends))
    assert np.isnan(row["gamma"])
    assert row["reason"] == "plant_herfindahl_interval"
    assert found.loc["rest", "gamma"] == found.loc["rest", "gamma_lower"]


def test_islands_and_unknown_regions_are_told_apart() -> None:
    from libpysal.graph import Graph

    graph = Graph.from_arrays(list("abbccde"), list("babcbde"), [1.0, 1, 0, 1, 1, 0, 0])
    y = pd.Series([5.0, 4, 1, 7, np.nan], list("abcde"))
    found = local_clustering(y, graph, permutations=19)
    assert found["reason"].tolist() == ["", "", "", "island", "withheld"]
    assert found.loc[["d", "e"], ["z", "p_value", "q_value"]].isna().all(axis=None)
    with pytest.raises(GraphError, match="not in the graph"):
        local_clustering(pd.Series([1.0], ["z"]), graph)


def test_edge_regions_are_flagged_when_told() -> None:
    from libpysal.graph import Graph

    graph = Graph.from_arrays(list("abbc"), list("bacb"), [1.0] * 4)
    y = pd.Series([1.0, 2, 4], list("abc"))
    found = local_clustering(y, graph, permutations=9, edge_regions=["a", "c"])
    assert found["at_edge"].tolist() == [True, False, True]
    assert local_clustering(y, graph, permutations=9)["at_edge"].isna().all()


def test_two_sided_p_values_never_pass_one() -> None:
    """Esda's can, where many values are equal (METHODS, trap 12)."""
    from libpysal.graph import Graph

    n = 30
    left = np.arange(n - 1)
    graph = Graph.from_arrays(
        np.concatenate([left, left + 1]),
        np.concatenate([left + 1, left]),
        np.ones(2 * n - 2),
    )
    y = pd.Series(0.0, range(n))
    y[5] = 100.0
    found = local_clustering(y, graph, permutations=199)
    assert found["p_value"].max() == 1.0
    assert found["p_value"].min() > 0


def test_numpy_global_state_is_left_alone() -> None:
    from libpysal.graph import Graph

    graph = Graph.from_arrays(list("abbc"), list("bacb"), [1.0] * 4)
    y = pd.Series([1.0, 2, 4], list("abc"))
    np.random.seed(3)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    local_clustering(y, graph, permutations=9)
    local_clustering(y, graph, statistic="moran", permutations=9)
    spatial_autocorrelation(y, graph, permutations=9)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


# --- change -----------------------------------------------------------------------


def test_industries_that_enter_and_leave_keep_the_sum() -> None:
    start = pd.DataFrame({"A": [10, 5], "B": [0, 5], "C": [4, 0]}, index=["r", "s"])
    end = pd.DataFrame({"A": [12, 5], "B": [3, 4], "D": [2, 0]}, index=["r", "s"])
    for variant in ("dunn", "esteban_marquillas", "arcelus"):
        found = shift_share(start, end, variant=variant)  # type: ignore[arg-type]
        parts = list(found.components)
        for table in (found.cells, found.regions, found.industries):
            np.testing.assert_allclose(
                table[parts].sum(axis=1), table["change"], atol=1e-12
            )
        assert found.total["change"] == end.sum().sum() - start.sum().sum()
    status = found.cells.set_index(["region", "industry"])["status"]
    assert status["r", "B"] == "entered"
    assert status["r", "C"] == "left"
    assert status["r", "D"] == "entered"


def test_withheld_start_is_unknown_change() -> None:
    start = pd.DataFrame({"A": [np.nan, 5.0], "B": [1.0, 2]}, index=["r", "s"])
    end = pd.DataFrame({"A": [1.0, 5.0], "B": [1.0, 2]}, index=["r", "s"])
    found = shift_share(start, end)
    cells = found.cells.set_index(["region", "industry"])
    assert cells.loc[("r", "A"), "reason"] == "withheld"
    assert np.isnan(cells.loc[("r", "A"), "regional_share"])
    change = specialization_change(start, end)
    assert change.loc[0, "reason"] == "withheld"


def test_faults_are_told_together() -> None:
    jobs = pd.DataFrame([[1, -2], [3, 4]], index=["r", "r"], columns=["A", "B"])
    with pytest.raises(TableError) as error:
        hoover_index(jobs)
    assert len(error.value.faults) == 2
    with pytest.raises(OptionError, match="weighted"):
        locational_gini(jobs.abs().reset_index(drop=True), variant="weihgted")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="outside 0 to 1"):
        ellison_glaeser(pd.DataFrame({"A": [1, 2]}), pd.Series({"A": 1.5}))


def test_columns_keep_the_order_that_was_given() -> None:
    jobs = pd.DataFrame({"B": [1.0, 3], "A": [2.0, 2]}, index=["s", "r"])
    assert locational_gini(jobs).index.tolist() == ["B", "A"]
    assert krugman_specialization(jobs).index.tolist() == ["s", "r"]
    assert coagglomeration(jobs).columns.tolist() == ["B", "A"]


def test_devereux_is_zero_for_an_even_spread() -> None:
    jobs = pd.DataFrame({"A": [5.0] * 4})
    found = devereux(jobs, pd.Series({"A": 0.05}), pd.Series({"A": 20}))
    assert found.loc["A", "alpha"] == pytest.approx(0.0)


def test_a7_pairs_and_groups_agree() -> None:
    rng = np.random.default_rng(5)
    jobs = pd.DataFrame(rng.integers(1, 50, (6, 3)), columns=list("ABC"))
    pair = coagglomeration(jobs)
    groups = pd.Series({"A": "x", "C": "x"})
    found = group_coagglomeration(jobs, groups=groups)
    assert found.loc["x", "gamma_c"] == pytest.approx(pair.loc["A", "C"], abs=1e-15)


def test_variety_parts_add_up_to_entropy() -> None:
    rng = np.random.default_rng(6)
    jobs = pd.DataFrame(rng.integers(0, 9, (5, 8)) + np.eye(5, 8))
    groups = pd.Series(list("aabbbccc"), jobs.columns)
    whole = related_variety(jobs, groups) + unrelated_variety(jobs, groups)
    np.testing.assert_allclose(whole, entropy(jobs), rtol=0, atol=1e-13)
