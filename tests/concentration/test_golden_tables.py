"""Indices of region x industry tables against what other programs give.

Tolerance 1e-9 relative: both sides compute in double precision from the same numbers.
Every case of a file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    atkinson_index,
    coagglomeration,
    coefficient_of_variation,
    colocation_index,
    coulter_index,
    dalton_index,
    duranton_puga_diversity,
    ellison_glaeser,
    entropy,
    gini_coefficient,
    group_coagglomeration,
    growth,
    hachman_index,
    herfindahl_index,
    hoover_index,
    join_counts,
    krugman_concentration,
    krugman_specialization,
    litzenberger_sternberg,
    local_clustering,
    localisation_indices,
    location_quotient,
    locational_gini,
    maurel_sedillot,
    mix_similarity,
    overall_localisation,
    product_gini,
    prody,
    regional_inequality,
    related_variety,
    shift_share,
    spatial_autocorrelation,
    spatial_gini,
    specialization_change,
    specialization_gini,
    theil_decomposition,
    theil_inequality,
    unrelated_variety,
    williamson_index,
)

RTOL = 1e-9

Golden = dict[str, Any]


def numbers(value: Any) -> np.ndarray:
    """Turn lists with null and "inf" into an array of floats."""
    if isinstance(value, (list, np.ndarray)):
        return np.array([numbers(v) for v in value], dtype=float)
    if value is None:
        return np.array(np.nan)
    return np.array(float(value))


def table(content: Golden, key: str) -> pd.DataFrame:
    inputs = content["inputs"]
    return pd.DataFrame(
        numbers(inputs[key]), index=inputs["regions"], columns=inputs["industries"]
    )


def same(ours: Any, theirs: Any, rtol: float = RTOL, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), numbers(theirs), rtol=rtol, atol=atol
    )


def differs(ours: Any, theirs: Any) -> None:
    assert not np.allclose(np.asarray(ours, dtype=float), numbers(theirs), rtol=1e-3)


def every_case(content: Golden, matrix: dict[str, Any], elsewhere: set[str]) -> None:
    """No case may be forgotten: here, or said to be elsewhere."""
    listed = set(matrix) | elsewhere
    assert {case["id"] for case in content["cases"]} == listed


# --- REAT: concentration and specialisation ---------------------------------------

SPECIALISATION: dict[str, Callable[[pd.DataFrame], Any]] = {
    "gini_conc": locational_gini,
    "gini_spec": specialization_gini,
    "hoover_conc": hoover_index,
    "hoover_spec": lambda e: hoover_index(e, axis="region"),
    "hoover_noref": lambda e: hoover_index(e, reference="uniform"),
    "krugman_conc_pair": lambda e: krugman_concentration(e, reference="pairwise").iloc[
        0
    ],
    "krugman_spec_pair": lambda e: krugman_specialization(e, reference="pairwise").iloc[
        0
    ],
    "krugman_conc_others": lambda e: krugman_concentration(e, reference="others_mean"),
    "krugman_spec_others": lambda e: krugman_specialization(e, reference="others_mean"),
    "krugman_spec_vs_total": krugman_specialization,
    "reciprocal_diversity_durpug": duranton_puga_diversity,
    "hhi_regions": lambda e: herfindahl_index(e, axis="region"),
    "hhi_regions_normalised": lambda e: herfindahl_index(
        e, axis="region", variant="normalised"
    ),
    "hhi_equivalent_number": lambda e: herfindahl_index(
        e, axis="region", variant="equivalent_number"
    ),
    "hhi_industries": herfindahl_index,
}


@pytest.mark.parametrize("case", SPECIALISATION)
def test_reat_concentration_and_specialisation(
    golden: Callable[[str], Golden], case: str
) -> None:
    content = golden("reat_concentration_specialization")
    every_case(content, SPECIALISATION, set())
    employment = table(content, "employment")
    same(SPECIALISATION[case](employment), content["by_id"][case]["output"])


def test_four_ginis_of_one_industry_are_four_numbers(
    golden: Callable[[str], Golden],
) -> None:
    employment = table(golden("reat_concentration_specialization"), "employment")
    found = [
        locational_gini(employment, variant=variant)["WZ08-C"]
        for variant in ("unweighted", "weighted", "krugman", "plain")
    ]
    np.testing.assert_allclose(found, [0.1705, 0.1395, 0.0697, 0.5410], atol=6e-5)


# --- EconGeo and econcomplex ------------------------------------------------------

BASIC: dict[str, Callable[[pd.DataFrame], Any]] = {
    "lq_avg": lambda e: 1.0 / hachman_index(e),
    "hachman": hachman_index,
    "specialisation_coefficient": lambda e: hoover_index(e, axis="region"),
    "krugman": krugman_specialization,
    "hhi": lambda e: herfindahl_index(e, axis="region"),
    "entropy_rounded": lambda e: entropy(e).round(3),
    "entropy_reference": entropy,
    "gini_rounded": lambda e: locational_gini(e, variant="plain").round(3),
    "gini_reference": lambda e: locational_gini(e, variant="plain"),
    "locational_gini": lambda e: locational_gini(e, variant="krugman"),
    "hoover_gini_rounded": lambda e: locational_gini(e, variant="weighted").round(3),
    "hoover_gini_reference": lambda e: locational_gini(e, variant="weighted"),
    "hoover_index_rounded": lambda e: (100 * hoover_index(e)).round(2),
    "hoover_index_reference": hoover_index,
    "hoover_index_nopop": lambda e: (100 * hoover_index(e, reference="uniform")).round(
        2
    ),
    "hoover_index_nopop_reference": lambda e: hoover_index(e, reference="uniform"),
}


@pytest.mark.parametrize("case", BASIC)
def test_econgeo_basic(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("econgeo_basic")
    every_case(content, BASIC, {"lq", "lq_rounded"})
    known = content["by_id"][case]
    # a rounded peer is a sanity check: within one unit of its last digit
    atol = {"entropy_rounded": 2e-3, "hoover_index_rounded": 2e-2}.get(case, 2e-3)
    rounded = known["status"] == "rounded"
    same(BASIC[case](table(content, "values")), known["output"], atol=atol * rounded)


# --- REAT: Ellison-Glaeser --------------------------------------------------------


def plants_of(content: Golden) -> pd.DataFrame:
    names = ("plant", "industry", "region", "employment")
    return pd.DataFrame({name: content["inputs"][name] for name in names})


def plant_tables(plants: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Employment, plant Herfindahl and sum of fourth powers."""
    jobs = plants.pivot_table(
        index="region", columns="industry", values="employment", aggfunc="sum"
    ).fillna(0.0)
    share = plants["employment"] / plants.groupby("industry")["employment"].transform(
        "sum"
    )
    by = plants["industry"]
    return jobs, (share**2).groupby(by).sum(), (share**4).groupby(by).sum()


def given_totals(content: Golden) -> pd.Series:
    return pd.Series(
        content["inputs"]["regional_total"],
        index=content["inputs"]["regions_sorted"],
        dtype=float,
    )


@pytest.mark.parametrize("case", ["eg_given_totals", "eg_own_totals"])
def test_reat_ellison_glaeser(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_ellison_glaeser")
    jobs, H, fourth = plant_tables(plants_of(content))
    reference = given_totals(content) if case == "eg_given_totals" else None
    found = ellison_glaeser(jobs, H, reference=reference, plant_fourth_powers=fourth)
    known = content["by_id"][case]["output"]
    assert found.index.tolist() == known["industries"]
    same(found["gamma"], known["gamma"])
    same(found["raw_concentration"], known["G"])
    same(found["herfindahl"], known["H"])
    same(found["z"], known["z"])


def test_raw_concentration_overstates_gamma(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_ellison_glaeser")
    jobs, H, _ = plant_tables(plants_of(content))
    totals = given_totals(content)
    found = ellison_glaeser(jobs, H, reference=totals)
    X = ((totals / totals.sum()) ** 2).sum()
    simple = found["raw_concentration"] / (1 - X)
    same(simple, content["by_id"]["gamma_simple_eg_reference"]["output"])
    assert (simple > found["gamma"]).all()


def test_published_totals_give_the_same_as_a_reference(
    golden: Callable[[str], Golden],
) -> None:
    content = golden("reat_ellison_glaeser")
    jobs, H, _ = plant_tables(plants_of(content))
    regional = given_totals(content)
    totals = pd.DataFrame({
        "region": regional.index,
        "industry": "TOTAL",
        "value": regional.to_numpy(),
    })
    found = ellison_glaeser(jobs, H, totals=totals)
    same(found["gamma"], content["by_id"]["eg_given_totals"]["output"]["gamma"])


# --- esda -------------------------------------------------------------------------


def columbus(content: Golden) -> tuple[pd.Series, pd.Series, Any]:
    from libpysal.graph import Graph

    inputs = content["inputs"]
    names = [f"{i:02d}" for i in range(len(inputs["y"]))]
    links = [
        (names[i], names[j])
        for i, near in enumerate(inputs["neighbours"])
        for j in near
    ]
    graph = Graph.from_arrays(
        [a for a, _ in links], [b for _, b in links], [1.0] * len(links)
    )
    return pd.Series(inputs["y"], names), pd.Series(inputs["x"], names), graph


@pytest.mark.parametrize(
    ("case", "statistic"),
    [
        ("getis_ord_local_g", "gi"),
        ("getis_ord_local_gstar", "gi_star"),
        ("local_moran", "moran"),
    ],
)
def test_esda_local_statistics(
    golden: Callable[[str], Golden], case: str, statistic: Any
) -> None:
    content = golden("esda_spatial_autocorrelation")
    y, _, graph = columbus(content)
    found = local_clustering(y, graph, statistic=statistic, permutations=99)
    known = content["by_id"][case]["output"]
    if statistic == "moran":
        same(found["statistic"], known["Is"])
        quadrant = {"high-high": 1, "low-high": 2, "low-low": 3, "high-low": 4}
        assert found["kind"].map(quadrant).tolist() == known["q"]
    else:
        same(found["statistic"], known["Gs"])
        same(found["z"], known["Zs"])


def test_esda_permutation_p_values(golden: Callable[[str], Golden]) -> None:
    content = golden("esda_spatial_autocorrelation")
    y, _, graph = columbus(content)
    found = local_clustering(y, graph, statistic="moran", permutations=9999)
    theirs = numbers(content["by_id"]["local_moran_p"]["output"])
    # esda folds to the smaller tail; ours is twice that, at most one
    same(found["p_value"], np.minimum(1.0, 2 * theirs), rtol=0, atol=0.04)


def _global(content: Golden, **options: Any) -> pd.Series:
    y, _, graph = columbus(content)
    return spatial_autocorrelation(y, graph, permutations=9, **options)


@pytest.mark.parametrize("statistic", ["moran", "geary"])
@pytest.mark.parametrize("weights", ["row", "binary"])
@pytest.mark.parametrize("assumption", ["randomisation", "normality"])
def test_esda_global_statistics(
    golden: Callable[[str], Golden], statistic: Any, weights: Any, assumption: Any
) -> None:
    content = golden("esda_spatial_autocorrelation")
    found = _global(
        content, statistic=statistic, weights=weights, assumption=assumption
    )
    known = content["by_id"][f"{statistic}_{weights[0]}"]["output"]
    letter = statistic[0].upper().replace("M", "I").replace("G", "C")
    kind = "rand" if assumption == "randomisation" else "norm"
    same(found["statistic"], known[letter])
    same(found["expected"], known[f"E{letter}"])
    same(found["variance"], known[f"V{letter}_{kind}"])
    same(found["z"], known[f"z_{kind}"])
    if f"p_{kind}" in known:
        same(found["p_analytical"], known[f"p_{kind}"])


def test_esda_general_g(golden: Callable[[str], Golden]) -> None:
    content = golden("esda_spatial_autocorrelation")
    found = _global(content, statistic="getis_ord")
    known = content["by_id"]["getis_ord_general_g"]["output"]
    same(found["statistic"], known["G"])
    same(found["expected"], known["EG"])
    same(found["variance"], known["VG"])
    same(found["z"], known["z_norm"])
    # esda prints one tail here, two for Moran; ours is always two-sided
    same(found["p_analytical"], 2 * known["p_norm"])


def test_esda_bivariate_and_joins(golden: Callable[[str], Golden]) -> None:
    content = golden("esda_spatial_autocorrelation")
    y, x, graph = columbus(content)
    known = content["by_id"]
    every = {f"{s}_{w}" for s in ("moran", "geary") for w in "rb"}
    every |= {"getis_ord_general_g", "getis_ord_local_g", "getis_ord_local_gstar"}
    every |= {"local_moran", "local_moran_p", "moran_bivariate", "join_counts"}
    assert set(known) == every | {"local_moran_bivariate"}
    found = spatial_autocorrelation(x, graph, other=y, permutations=99)
    same(found["statistic"], known["moran_bivariate"]["output"])
    local = local_clustering(x, graph, statistic="moran", other=y, permutations=99)
    same(local["statistic"], known["local_moran_bivariate"]["output"])
    joins = join_counts(y > y.median(), graph)
    theirs = known["join_counts"]["output"]
    assert joins.tolist() == [theirs[k] for k in ("bb", "ww", "bw", "J")]


# --- co-agglomeration and colocation ----------------------------------------------


def test_reat_coagglomeration(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_ellison_glaeser")
    known = content["by_id"]
    elsewhere = {"eg_given_totals", "eg_own_totals", "gamma_simple_eg_reference"}
    here = {"maurel_sedillot_reference", "coagglomeration_reat_defective"}
    for name in ("pair", "group", "all", "pair_own_totals"):
        here.add(f"coagglomeration_{name}_reference")
    every_case(content, dict.fromkeys(here), elsewhere)
    jobs, H, _ = plant_tables(plants_of(content))
    reference = given_totals(content)
    pairs = coagglomeration(jobs, reference=reference)
    same(pairs, known["coagglomeration_pair_reference"]["output"])
    own = known["coagglomeration_pair_own_totals_reference"]["output"]
    same(coagglomeration(jobs), own)
    whole = group_coagglomeration(jobs, H, reference=reference)
    same(whole.loc["all", "gamma_c"], known["coagglomeration_all_reference"]["output"])
    two = known["coagglomeration_group_reference"]["output"]
    defective = known["coagglomeration_reat_defective"]["output"]
    assert two["pairs"] == defective["pairs"]
    for k, label in enumerate(two["pairs"]):
        first, second = label.split(" | ")
        groups = pd.Series("pair", [first, second])
        found = group_coagglomeration(jobs, H, groups=groups, reference=reference)
        same(found.loc["pair", "gamma_c"], two["gamma_c"][k])
        # EG (1997): [G/(1-X) - H - sum gamma_r w_r^2 (1-H_r)] / (1 - sum w_r^2)
        differs(found.loc["pair", "gamma_c"], defective["gamma_c"][k])
    found = maurel_sedillot(jobs, H, reference=reference)
    same(found["gamma"], known["maurel_sedillot_reference"]["output"])


def test_reat_howard_colocation(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_howard")
    plants = plants_of({**content, "inputs": {**content["inputs"], "employment": 1}})
    table = pd.crosstab(plants["region"], plants["industry"])
    found = colocation_index(table).set_index(["industry", "other"])
    seen = set()
    for case in content["cases"]:
        row = found.loc[tuple(case["args"]["pair"])]
        kind = case["id"].rsplit("_", 1)[0]
        seen.add(kind)
        if kind == "cl":
            same(row["cl"], case["output"])
        elif kind == "xcl_exact":
            same(row["expected"], case["args"]["expected_cl"])
            same(row["xcl"], case["output"])
        else:
            # 2,000 shuffles: within four standard errors of their mean
            error = 4 * np.sqrt(row["variance"] / 2000)
            assert abs(row["xcl"] - case["output"]) < error
    assert seen == {"cl", "xcl_exact", "xcl_sampled"}


# --- Litzenberger-Sternberg -------------------------------------------------------


def test_reat_litzenberger(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_litzenberger")
    every_case(content, {}, {"cluster_index", "cluster_index_table"})
    regions = content["inputs"]["regions"]
    area = pd.Series(content["inputs"]["area"], regions)
    people = pd.Series(content["inputs"]["population"], regions)
    found = litzenberger_sternberg(
        table(content, "employment"), table(content, "establishments"), area, people
    )
    wide = found.pivot(index="region", columns="industry", values="cluster_index")
    wide = wide.loc[regions, content["inputs"]["industries"]]
    for case in ("cluster_index", "cluster_index_table"):
        same(wide, content["by_id"][case]["output"])
    product = found["density"] * found["stock"] / found["plant_size"]
    same(product, found["cluster_index"].to_numpy())
    # three plants without a job (both counts are rounded): no index, and said so
    assert found.loc[found["cluster_index"].isna(), "reason"].tolist() == [
        "jobs_absent"
    ]
    # METHODS A10: area in the denominator puts the city-states on top
    best = found.loc[found["cluster_index"].idxmax()]
    assert (best["region"], best["industry"]) == ("BE", "WZ08-R")
    assert best["cluster_index"] == pytest.approx(104.735657, abs=1e-6)


# --- inequality -------------------------------------------------------------------


def _vector(content: Golden) -> tuple[pd.Series, pd.Series]:
    x = pd.Series(content["inputs"]["x"], dtype=float)
    return x, pd.Series(content["inputs"]["w"], dtype=float)


INEQUALITY: dict[str, Callable[[pd.Series, pd.Series], Any]] = {
    "gini": lambda x, _: gini_coefficient(x),
    "gini_normalised": lambda x, _: gini_coefficient(x, normalised=True),
    "gini_weighted": lambda x, w: gini_coefficient(x, weights=w),
    "gini_weighted_sorted": lambda x, w: gini_coefficient(x, weights=w),
    "mean_log_deviation": lambda x, _: theil_inequality(x, variant="L"),
    "theil_t_reference": lambda x, _: theil_inequality(x),
    "mld_weighted_reference": lambda x, w: theil_inequality(x, weights=w, variant="L"),
    "theil_t_weighted_reference": lambda x, w: theil_inequality(x, weights=w),
    "hoover_vs_population": lambda x, w: hoover_index(x.to_frame(), reference=w)[0],
    "coulter": lambda x, w: coulter_index(x, reference=w),
    "coulter_unweighted": lambda x, _: coulter_index(x),
    "atkinson": lambda x, _: [atkinson_index(x, epsilon=e) for e in (0.5, 1, 2)],
    "dalton": lambda x, _: dalton_index(x),
    "cv_sample": lambda x, _: coefficient_of_variation(x),
    "cv_population": lambda x, _: coefficient_of_variation(x, sample=False),
    "williamson": lambda x, w: williamson_index(x, w, centre="unweighted"),
    "williamson_reference": williamson_index,
    "hhi": lambda x, _: herfindahl_index(x.to_frame())[0],
}
#: the peer is wrong; the case with the right value
INEQUALITY_DEFECTS = {
    "gini_weighted_defective": "gini_weighted",
    "theil_weighted_defective": "mld_weighted_reference",
}


@pytest.mark.parametrize("case", INEQUALITY)
def test_reat_inequality(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_inequality")
    every_case(content, INEQUALITY, set(INEQUALITY_DEFECTS))
    same(INEQUALITY[case](*_vector(content)), content["by_id"][case]["output"])


@pytest.mark.parametrize("case", INEQUALITY_DEFECTS)
def test_reat_inequality_defects(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_inequality")
    right = INEQUALITY[INEQUALITY_DEFECTS[case]](*_vector(content))
    # G_w = sum_ij w_i w_j |x_i - x_j| / (2 xbar_w); L_w = sum w ln(xbar_w / x)
    differs(right, content["by_id"][case]["output"])


def test_pysal_inequality(golden: Callable[[str], Golden]) -> None:
    content = golden("inequality")
    every_case(content, {}, {"theil_t", "theil_decomposition", "gini", "gini_spatial"})
    known = content["by_id"]
    y = pd.Series(content["inputs"]["y"], dtype=float)
    groups = pd.Series(content["inputs"]["groups"])
    found = regional_inequality(y, groups=groups)
    same(found.loc["theil_t", "value"], known["theil_t"]["output"])
    same(found.loc["gini", "value"], known["gini"]["output"])
    parts = known["theil_decomposition"]["output"]
    same(found.loc["theil_t", "between"], parts["between"])
    same(found.loc["theil_t", "within"], parts["within"])
    table_form = theil_decomposition(y.to_frame("y"), groups, reference="uniform")
    same(
        table_form.loc["y", ["total", "between", "within"]].to_numpy(dtype=float),
        [parts["T"], parts["between"], parts["within"]],
    )
    near = known["gini_spatial"]["args"]["neighbours"]
    split = spatial_gini(y, _neighbour_graph(near))
    theirs = known["gini_spatial"]["output"]
    same(split["gini"], theirs["g"])
    same(split["distant"], theirs["wcg_share"])
    same(
        split["distant"] / split["gini"], theirs["wcg"] / (theirs["wg"] + theirs["wcg"])
    )


def _neighbour_graph(near: list[list[int]]) -> Any:
    from libpysal.graph import Graph

    pairs = [(i, j) for i, row in enumerate(near) for j in row]
    return Graph.from_arrays(
        [i for i, _ in pairs], [j for _, j in pairs], [1.0] * len(pairs)
    )


# --- econcomplex ------------------------------------------------------------------


def _series(content: Golden, case: str, argument: str) -> pd.Series:
    values = content["by_id"][case]["args"][argument]
    return pd.Series(values, content["inputs"]["regions"], dtype=float)


def _with_reference(
    measure: Callable[..., Any], case: str, argument: str
) -> Callable[[pd.DataFrame, Golden], Any]:
    return lambda e, content: measure(e, _series(content, case, argument))


def _population_totals(
    e: pd.DataFrame, content: Golden, case: str = "hoover_gini"
) -> pd.DataFrame:
    """Population in place of total employment, as region totals."""
    people = _series(content, case, "pop")
    return pd.DataFrame({
        "region": [*e.index, "TOTAL"],
        "industry": "TOTAL",
        "value": [*people, people.sum()],
    })


ECONCOMPLEX: dict[str, Callable[[pd.DataFrame, Golden], Any]] = {
    "lq_avg": lambda e, _: 1.0 / hachman_index(e),
    "hachman": lambda e, _: hachman_index(e),
    "krugman": lambda e, _: krugman_specialization(e),
    "specialization_coefficient": lambda e, _: hoover_index(e, axis="region"),
    "gini": lambda e, _: locational_gini(e, variant="plain"),
    "locational_gini": lambda e, _: locational_gini(e, variant="krugman"),
    "hoover_gini": lambda e, c: locational_gini(
        e, variant="weighted", totals=_population_totals(e, c)
    ),
    "hoover_index": lambda e, c: (
        100 * hoover_index(e, reference=_series(c, "hoover_index", "pop"))
    ),
    "hhi": lambda e, _: herfindahl_index(e, axis="region"),
    "hhi_normalised": lambda e, _: herfindahl_index(
        e, axis="region", variant="normalised"
    ),
    "entropy_bits": lambda e, _: entropy(e),
    "entropy_nats": lambda e, _: entropy(e, base=math.e),
    "export_similarity": lambda e, _: mix_similarity(e),
    "prody": _with_reference(prody, "prody", "income"),
    "pgi": _with_reference(product_gini, "pgi", "gini"),
}


@pytest.mark.parametrize("case", ECONCOMPLEX)
def test_econcomplex_basic(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("econcomplex_basic")
    every_case(content, ECONCOMPLEX, {"lq", "rpop"})  # location quotients: their tests
    found = ECONCOMPLEX[case](table(content, "values"), content)
    same(found, content["by_id"][case]["output"], atol=1e-11)


def test_quotients_by_head_of_population(golden: Callable[[str], Golden]) -> None:
    content = golden("econcomplex_basic")
    e = table(content, "values")
    found = location_quotient(e, totals=_population_totals(e, content, "rpop"))
    same(found, content["by_id"]["rpop"]["output"])


def test_likeness_of_mixes_equals_datawheel(golden: Callable[[str], Golden]) -> None:
    content = golden("economic_complexity_datawheel")
    found = mix_similarity(table(content, "values"))
    same(found, content["by_id"]["similarity"]["output"], atol=1e-11)


def test_income_behind_industries_equals_the_exact_reference(
    golden: Callable[[str], Golden],
) -> None:
    content = golden("econgeo_complexity")
    inputs, cases = content["inputs"], content["by_id"]
    e = pd.DataFrame(
        inputs["values"],
        index=inputs["value_regions"],
        columns=inputs["value_industries"],
    ).astype(float)
    income = pd.Series(cases["prody_reference"]["args"]["vec"], e.index, dtype=float)
    found = prody(e, income)
    same(found, cases["prody_reference"]["output"])
    # the peer rounds the quotients inside to two digits
    rounded = pd.Series(cases["prody_rounded_input"]["output"], e.columns)
    assert 0 < (found / rounded - 1).abs().max() < 0.02


# --- variety ----------------------------------------------------------------------


def _by_class(e: pd.DataFrame, content: Golden, case: str) -> pd.Series:
    args = content["by_id"][case]["args"]
    return pd.Series(args["class_size"], e.columns, dtype=float)


VARIETY: dict[str, Callable[[pd.DataFrame, pd.Series, Golden], Any]] = {
    "entropy": lambda e, _, __: entropy(e, base=math.e),
    "unrelated_variety": lambda e, g, _: unrelated_variety(e, g, base=math.e),
    "related_variety": lambda e, g, _: related_variety(e, g, base=math.e),
    "total_entropy_bits_reference": lambda e, _, __: entropy(e),
    "unrelated_variety_bits_reference": lambda e, g, _: unrelated_variety(e, g),
    "related_variety_bits_reference": lambda e, g, _: related_variety(e, g),
    "gini": lambda e, _, __: specialization_gini(e, variant="plain"),
    "herfindahl": lambda e, _, __: herfindahl_index(e, axis="region"),
    "robin_hood": lambda e, _, __: hoover_index(e, axis="region", reference="uniform"),
    # the values are means of classes of the given sizes
    "robin_hood_by_class": lambda e, _, c: hoover_index(
        e * _by_class(e, c, "robin_hood_by_class"),
        axis="region",
        reference=_by_class(e, c, "robin_hood_by_class"),
    ),
    "gini_by_class": lambda e, _, c: [
        gini_coefficient(
            e.loc[region],
            weights=_by_class(e, c, "gini_by_class"),
        )
        for region in e.index
    ],
}


@pytest.mark.parametrize("case", VARIETY)
def test_econgeopy_variety(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("econgeopy_variety")
    every_case(content, VARIETY, set())
    inputs = content["inputs"]
    jobs = pd.DataFrame(
        numbers(inputs["values_industries_by_regions"]).T,
        index=inputs["regions"],
        columns=inputs["industries"],
    )
    groups = pd.Series(inputs["group"], inputs["industries"])
    found = VARIETY[case](jobs, groups, content)
    same(found, content["by_id"][case]["output"])


# --- segregation ------------------------------------------------------------------

SEGREGATION: dict[str, Callable[[pd.DataFrame], Any]] = {
    "dissimilarity": lambda e: localisation_indices(e)["dissimilarity"],
    "isolation": lambda e: localisation_indices(e)["isolation"],
    "gini_seg": lambda e: localisation_indices(e)["gini"],
    "entropy_seg": lambda e: localisation_indices(e)["entropy"],
    "multi_dissimilarity": lambda e: overall_localisation(e)["dissimilarity"],
    "multi_information_theory": lambda e: overall_localisation(e)["information"],
    "multi_divergence": lambda e: overall_localisation(e)["divergence"],
    "multi_gini": lambda e: overall_localisation(e)["gini"],
}


@pytest.mark.parametrize("case", SEGREGATION)
def test_segregation_as_localisation(
    golden: Callable[[str], Golden], case: str
) -> None:
    content = golden("segregation")
    every_case(content, SEGREGATION, set())
    same(SEGREGATION[case](table(content, "values")), content["by_id"][case]["output"])


# --- change -----------------------------------------------------------------------


def test_econgeo_dynamics(golden: Callable[[str], Golden]) -> None:
    content = golden("econgeo_dynamics")
    known = content["by_id"]
    every_case(
        content,
        {},
        {"entry", "exit", "growth_industries_rounded", "growth_regions_rounded"},
    )
    shape = table(content, "values_1").shape
    found = specialization_change(
        table(content, "binary_1"), table(content, "binary_2")
    )
    for name in ("entry", "exit"):
        same(found[name].to_numpy().reshape(shape), known[name]["output"])
    first, second = table(content, "values_1"), table(content, "values_2")
    for axis, name in ((0, "industries"), (1, "regions")):
        rate = growth(first.sum(axis=axis), second.sum(axis=axis))
        # the peer rounds per cent to two decimals
        same(100 * rate, known[f"growth_{name}_rounded"]["output"], atol=0.0051)


def _freiburg(content: Golden) -> tuple[list[pd.DataFrame], list[pd.Series]]:
    inputs = content["inputs"]
    industries = [f"i{k}" for k in range(len(inputs["industries"]))]
    tables = [
        pd.DataFrame([inputs[f"region_{t}"]], ["Freiburg"], industries, dtype=float)
        for t in ("t1", "t2")
    ]
    nation = [
        pd.Series(inputs[f"nation_{t}"], industries, dtype=float) for t in ("t1", "t2")
    ]
    return tables, nation


SHIFT_SHARE: dict[str, tuple[Any, dict[str, str]]] = {
    "dunn": (
        "dunn",
        {
            "Growth (t1-t)": "change",
            "National share": "national_share",
            "Industrial mix": "industrial_mix",
            "Regional share": "regional_share",
        },
    ),
    "esteban_marquillas": (
        "esteban_marquillas",
        {
            "Growth (t1-t)": "change",
            "National share": "national_share",
            "Industrial mix": "industrial_mix",
            "Regional share": "competitive",
            "Allocation effect": "allocation",
        },
    ),
    "gerfin": (
        "gerfin",
        {
            "Industrial mix": "industrial_mix",
            "Regional share": "regional_share",
            "Net total shift": "net_shift",
        },
    ),
}


@pytest.mark.parametrize("case", SHIFT_SHARE)
def test_reat_shift_share(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_shift_share")
    by_industry = {"by_industry_reat_defective", "by_industry_reference"}
    every_case(content, SHIFT_SHARE, by_industry | {"dynamic_dunn"})
    variant, names = SHIFT_SHARE[case]
    (start, end), (nation, nation_end) = _freiburg(content)
    found = shift_share(
        start,
        end,
        variant=variant,
        reference_start=nation,
        reference_end=nation_end,
    ).regions.loc["Freiburg"]
    known = dict(content["by_id"][case]["output"])
    net = known.pop("Net total shift", None)
    if variant == "dunn":
        same(found["industrial_mix"] + found["regional_share"], net)
    elif variant == "gerfin":
        known["Net total shift"] = net
    for theirs, ours in names.items():
        same(found[ours], known.pop(theirs))
    assert not known


def test_reat_shift_share_by_industry(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_shift_share")
    (start, end), (nation, nation_end) = _freiburg(content)
    options = {"reference_start": nation, "reference_end": nation_end}
    dunn = shift_share(start, end, **options).industries
    homothetic = shift_share(start, end, variant="esteban_marquillas", **options)
    known = content["by_id"]["by_industry_reference"]["output"]
    for name in ("national_share", "industrial_mix", "regional_share"):
        same(dunn[name], known[name])
    for name in ("competitive", "allocation"):
        same(homothetic.industries[name], known[name])
    defective = content["by_id"]["by_industry_reat_defective"]["output"]
    # Dunn: NS_i = e_i1 (E2/E1 - 1); REAT prints e_i1 (E_i2/E_i1 - 1) and drops IM
    differs(dunn["national_share"], defective["National share"])
    same(dunn["national_share"] + dunn["industrial_mix"], defective["National share"])


def test_reat_dynamic_shift_share(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_shift_share")
    case = content["by_id"]["dynamic_dunn"]
    args, known = case["args"], case["output"]
    region, nation = numbers(args["region"]), numbers(args["nation"])
    industries = args["industries"]
    years = range(len(args["years"]))
    tables = [pd.DataFrame([region[:, t]], ["G"], industries) for t in years]
    nations = [pd.Series(nation[:, t], industries) for t in years]
    found = shift_share(
        tables[0],
        tables[-1],
        variant="dynamic",
        between=tables[1:-1],
        reference_start=nations[0],
        reference_end=nations[-1],
        reference_between=nations[1:-1],
    )
    names = ("change", "national_share", "industrial_mix", "regional_share")
    both = [found.regions, found.periods]
    for frame in both:
        frame["net"] = frame["industrial_mix"] + frame["regional_share"]
    row = found.regions.loc["G"]
    for ours, theirs in zip((*names, "net"), known["by_year_rows"], strict=True):
        same(row[ours], known[theirs])
    same(found.periods[[*names, "net"]].T, known["by_year"])


# --- METHODS, section 6: check values on data that only the golden files hold -----


def test_a8_maurel_sedillot_with_own_totals(golden: Callable[[str], Golden]) -> None:
    jobs, H, _ = plant_tables(plants_of(golden("reat_ellison_glaeser")))
    found = maurel_sedillot(jobs, H)["gamma"]
    known = [0.1862477, -0.5980208, 0.4538845, -0.0044226]
    np.testing.assert_allclose(found, known, atol=5e-8)


def test_a9_goettingen_against_germany(golden: Callable[[str], Golden]) -> None:
    args = golden("reat_shift_share")["by_id"]["dynamic_dunn"]["args"]
    region, nation = numbers(args["region"])[:, -1], numbers(args["nation"])[:, -1]
    rest = nation - region
    jobs = pd.DataFrame([region, rest], ["G", "rest"], args["industries"])
    assert specialization_gini(jobs)["G"] == pytest.approx(0.3598520295, abs=1e-10)
    assert krugman_specialization(jobs)["G"] == pytest.approx(0.4508468784, abs=1e-10)
