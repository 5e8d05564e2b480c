"""Indices of region x industry tables against what other programs give.

Tolerance 1e-9 relative: both sides compute in double precision from the same numbers.
Every case of a file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.concentration import (
    duranton_puga_diversity,
    ellison_glaeser,
    entropy,
    hachman_index,
    herfindahl_index,
    hoover_index,
    krugman_concentration,
    krugman_specialization,
    local_clustering,
    locational_gini,
    specialization_gini,
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
