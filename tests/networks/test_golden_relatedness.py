"""Relatedness, density and complexity against other programs on real data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.concentration import location_quotient
from clusterid.errors import TableError

# The peers' values are stored in full double precision; the same sums in another
# order differ in the last digits.
EXACT = {"rtol": 1e-9, "atol": 1e-12}
# Eigenvectors come out of different routines.
EIGEN = {"rtol": 1e-7, "atol": 1e-8}


def read(golden: Any, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    content = golden(name)
    inputs = content["inputs"]
    table = pd.DataFrame(
        inputs["binary"] if "binary" in inputs else inputs["values"],
        index=inputs["regions"],
        columns=inputs["industries"],
    )
    return table, content["by_id"]


def array(case: dict[str, Any]) -> np.ndarray:
    return np.array(case["output"], dtype=float)


def off(frame: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Bring a result to the peer's order."""
    rows = table.columns if len(frame) == table.shape[1] else table.index
    values = frame.loc[rows, table.columns].to_numpy(float, copy=True)
    return values


PROXIMITIES = [
    ("econgeo_relatedness", "relatedness_probability", "probability", "cooccurrence"),
    ("econgeo_relatedness", "relatedness_association", "association", "cooccurrence"),
    ("econgeo_relatedness", "relatedness_cosine", "cosine", "cooccurrence"),
    ("econgeo_relatedness", "relatedness_jaccard", "jaccard", "cooccurrence"),
    ("econgeo_relatedness", "proximity_hidalgo_reference", "conditional", None),
    ("econgeo_relatedness", "lift_reference", "association", "ubiquity"),
    ("econgeo_relatedness", "cosine_ubiquity_reference", "cosine", "ubiquity"),
    ("econgeo_relatedness", "jaccard_ubiquity_reference", "jaccard", "ubiquity"),
    ("econgeo_relatedness", "zscore_teece", "z_score", None),
    ("econcomplex_relatedness", "proximity_max", "conditional", None),
    ("econcomplex_relatedness", "proximity_sqrt", "cosine", "ubiquity"),
    ("econcomplex_relatedness", "proximity_min", "overlap", None),
    ("econcomplex_relatedness", "relatedness_association_uT", "association", None),
    ("econcomplex_relatedness", "relatedness_cosine_u", "cosine", None),
    ("econcomplex_relatedness", "relatedness_jaccard_u", "jaccard", None),
    ("econcomplex_relatedness", "relatedness_probability_u", "probability", "ubiquity"),
    ("econcomplex_relatedness", "zscore", "z_score", None),
    ("fermi", "proximity", "conditional", None),
    ("fermi", "taxonomy", "taxonomy", None),
    ("ecomplexity", "proximity", "conditional", None),
]


@pytest.mark.parametrize(("file", "case", "method", "base"), PROXIMITIES)
def test_proximity_equals_the_peer_off_the_diagonal(
    golden: Any, file: str, case: str, method: str, base: str | None
) -> None:
    table, cases = read(golden, file)
    ours = off(nw.proximity(table, method=method, base=base), table)
    theirs = array(cases[case])
    different = ~np.eye(len(theirs), dtype=bool)
    np.testing.assert_allclose(ours[different], theirs[different], **EXACT)


def test_the_same_name_on_two_bases_is_two_numbers(golden: Any) -> None:
    table, cases = read(golden, "econgeo_relatedness")
    by_rows = off(nw.proximity(table, method="cosine", base="cooccurrence"), table)
    by_ubiquity = off(nw.proximity(table, method="cosine", base="ubiquity"), table)
    upper = np.triu_indices(len(by_rows), 1)
    assert by_ubiquity[upper].mean() > 5 * by_rows[upper].mean()
    np.testing.assert_allclose(by_rows, array(cases["relatedness_cosine"]), **EXACT)


def test_cooccurrence_counts_regions(golden: Any) -> None:
    table, cases = read(golden, "fermi")
    ours = off(nw.cooccurrence(table), table)
    np.testing.assert_array_equal(ours, array(cases["cooccurrence"]))
    table, cases = read(golden, "econgeo_relatedness")
    ours = off(nw.cooccurrence(table), table)
    diagonal = array(cases["cooccurrence_diagonal"])
    np.testing.assert_array_equal(np.diag(ours), diagonal)


def test_regions_are_compared_by_the_transposed_table(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_relatedness")
    ours = nw.proximity(table.T, method="conditional", values="presence")
    ours = ours.loc[table.index, table.index]
    np.testing.assert_allclose(ours, array(cases["proximity_regions"]), **EXACT)


@pytest.mark.parametrize(
    ("case", "method", "base"),
    [
        ("density_prob_reference", "probability", "cooccurrence"),
        ("density_hidalgo_reference", "conditional", None),
    ],
)
def test_density_without_the_industry_itself(
    golden: Any, case: str, method: str, base: str | None
) -> None:
    table, cases = read(golden, "econgeo_relatedness")
    phi = nw.proximity(table, method=method, base=base)
    ours = off(nw.relatedness_density(table, phi), table)
    np.testing.assert_allclose(ours, array(cases[case]), **EXACT)


def test_rounded_densities_of_the_peer_lie_around_ours(golden: Any) -> None:
    table, cases = read(golden, "econgeo_relatedness")
    phi = nw.proximity(table, method="probability")
    ours = 100 * off(nw.relatedness_density(table, phi), table)
    np.testing.assert_allclose(ours, array(cases["density_rounded"]), atol=0.0051)
    held = table.to_numpy() == 1
    inside, outside = (
        array(cases["density_internal_rounded"]),
        array(cases["density_external_rounded"]),
    )
    np.testing.assert_allclose(ours[held], inside[held], atol=0.501)
    np.testing.assert_allclose(ours[~held], outside[~held], atol=0.501)


def test_density_of_econcomplex_is_in_per_cent(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_relatedness")
    phi = nw.proximity(table, method="conditional")
    ours = off(nw.relatedness_density(table, phi), table)
    np.testing.assert_allclose(100 * ours, array(cases["density"]), **EXACT)
    np.testing.assert_allclose(1 - ours, array(cases["distance"]), **EXACT)


def test_density_with_the_industry_itself(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional", diagonal="keep")
    ours = off(nw.relatedness_density(table, phi, own="in"), table)
    np.testing.assert_allclose(ours, array(cases["density"]), **EXACT)
    again = nw.proximity(table, method="conditional")
    ours = off(nw.relatedness_density(table, again, own="in"), table)
    np.testing.assert_allclose(ours, array(cases["density"]), **EXACT)


def test_density_moves_with_the_industry_itself_as_the_peers_disagree(
    golden: Any,
) -> None:
    table, _ = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional")
    held = table.to_numpy() == 1
    without = off(nw.relatedness_density(table, phi), table)
    with_own = off(nw.relatedness_density(table, phi, own="in"), table)
    assert with_own[held].mean() == pytest.approx(0.510, abs=5e-4)
    assert without[held].mean() == pytest.approx(0.475, abs=5e-4)
    assert with_own[~held].mean() == pytest.approx(0.280, abs=5e-4)
    assert without[~held].mean() == pytest.approx(0.303, abs=5e-4)


def test_datawheel_proximity_and_relatedness_from_values(golden: Any) -> None:
    table, cases = read(golden, "economic_complexity_datawheel")
    phi = nw.proximity(table, method="conditional", values="employment")
    np.testing.assert_allclose(off(phi, table), array(cases["proximity"]), **EXACT)
    ours = nw.relatedness_density(table, phi, values="employment")
    ours = off(ours, table)
    np.testing.assert_allclose(ours, array(cases["relatedness"]), **EXACT)
    np.testing.assert_allclose(1 - ours, array(cases["distance"]), **EXACT)
    # their relative relatedness: over the region's absent industries, divided by n-1
    held = location_quotient(table).to_numpy() >= 1
    absent = np.where(held, np.nan, ours)
    z = (ours - np.nanmean(absent, axis=1, keepdims=True)) / np.nanstd(
        absent, axis=1, ddof=1, keepdims=True
    )
    theirs = array(cases["relative_relatedness"])
    np.testing.assert_allclose(z[~held], theirs[~held], rtol=1e-9, atol=1e-11)


def as_pair(case: dict[str, Any], one: str, two: str) -> tuple[np.ndarray, np.ndarray]:
    output = case["output"]
    return np.array(output[one], float), np.array(output[two], float)


def test_eci_and_pci_equal_the_scaled_eigenvectors(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    np.testing.assert_allclose(ours, array(cases["eci"]), **EIGEN)
    ours = result.pci[table.columns].to_numpy()
    np.testing.assert_allclose(ours, array(cases["pci"]), **EIGEN)


def test_eci_equals_the_reference_and_its_eigenvalue(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    np.testing.assert_allclose(ours, array(cases["eci_popsd_reference"]), **EIGEN)
    sample = ours * np.sqrt((len(ours) - 1) / len(ours))
    np.testing.assert_allclose(sample, array(cases["eci_reference"]), **EIGEN)
    pci = result.pci[table.columns].to_numpy()
    own = (pci - pci.mean()) / pci.std()
    np.testing.assert_allclose(own, array(cases["pci_popsd_reference"]), **EIGEN)
    own = (pci - pci.mean()) / pci.std(ddof=1)
    np.testing.assert_allclose(own, array(cases["pci_reference"]), **EIGEN)
    expected = cases["second_eigenvalue_reference"]["output"]
    assert result.eigenvalue == pytest.approx(expected, rel=1e-10)
    np.testing.assert_array_equal(
        result.diversity[table.index], array(cases["diversity"])
    )
    np.testing.assert_array_equal(
        result.ubiquity[table.columns], array(cases["ubiquity"])
    )


def test_one_sign_for_both_where_a_peer_sets_two(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    result = nw.economic_complexity(table)
    eci, pci = as_pair(cases["eci_pci"], "eci", "pci")
    ours = result.eci[table.index].to_numpy()
    np.testing.assert_allclose(ours, eci, **EIGEN)
    own = result.pci[table.columns].to_numpy()
    z = (own - own.mean()) / own.std()
    # the same vector up to sign, and theirs points the other way
    assert abs(np.corrcoef(z, pci)[0, 1]) == pytest.approx(1.0, abs=1e-9)
    held = table.to_numpy(float)
    means = held @ pci / held.sum(axis=1)
    assert np.corrcoef(means, eci)[0, 1] == pytest.approx(-1.0, abs=1e-9)
    mean_of_ours = held @ own / held.sum(axis=1)
    np.testing.assert_allclose(mean_of_ours, ours, **EIGEN)


def test_eci_of_fermi_and_the_iterated_one_of_datawheel(golden: Any) -> None:
    table, cases = read(golden, "fermi")
    eci, pci = as_pair(cases["eci_pci"], "eci", "pci")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    assert abs(np.corrcoef(ours, eci)[0, 1]) == pytest.approx(1.0, abs=1e-9)
    own = result.pci[table.columns].to_numpy()
    assert abs(np.corrcoef(own, pci)[0, 1]) == pytest.approx(1.0, abs=1e-9)
    table, cases = read(golden, "economic_complexity_datawheel")
    eci, pci = as_pair(cases["complexity"], "eci", "pci")
    result = nw.economic_complexity(table, values="employment")
    assert np.corrcoef(result.eci[table.index], eci)[0, 1] > 0.999
    assert np.corrcoef(result.pci[table.columns], pci)[0, 1] > 0.999


def test_rounded_kci_orders_regions_as_eci(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    result = nw.economic_complexity(table)
    ours = result.eci[table.index].to_numpy()
    assert abs(np.corrcoef(ours, array(cases["kci_rounded"]))[0, 1]) > 0.9999
    own = result.pci[table.columns].to_numpy()
    assert abs(np.corrcoef(own, array(cases["tci_rounded"]))[0, 1]) > 0.999


def test_reflections_equal_the_peer_up_to_its_rescaling(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    case = cases["mor_regions"]
    for step, theirs in zip(case["args"]["steps"], case["output"], strict=True):
        ours = nw.reflections(table, steps=step)[0][table.index].to_numpy()
        theirs = np.array(theirs, float)
        if step <= 2:
            np.testing.assert_allclose(ours, theirs, **EXACT)
        else:
            assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("steps", [2, 20, 500])
def test_fitness_equals_the_reference_and_fermi(golden: Any, steps: int) -> None:
    table, cases = read(golden, "econgeo_complexity")
    result = nw.fitness_complexity(table, iterations=steps, tolerance=0)
    fitness, complexity = as_pair(
        cases[f"fitness_{steps}_reference"], "fitness", "complexity"
    )
    np.testing.assert_allclose(result.fitness[table.index], fitness, rtol=1e-9)
    np.testing.assert_allclose(
        result.complexity[table.columns], complexity, rtol=1e-9, atol=1e-300
    )
    if steps > 2:
        other, theirs = read(golden, "fermi")
        result = nw.fitness_complexity(other, iterations=steps, tolerance=0)
        fitness, complexity = as_pair(
            theirs[f"fitness_{steps}"], "fitness", "complexity"
        )
        np.testing.assert_allclose(result.fitness[other.index], fitness, rtol=1e-8)


@pytest.mark.parametrize("steps", [1, 2, 20])
def test_sequential_fitness_equals_the_peer_that_updates_so(
    golden: Any, steps: int
) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    result = nw.fitness_complexity(
        table, iterations=steps, tolerance=0, update="sequential"
    )
    fitness, complexity = as_pair(cases[f"fitness_{steps}"], "fitness", "complexity")
    np.testing.assert_allclose(result.fitness[table.index], fitness, rtol=1e-9)
    np.testing.assert_allclose(
        result.complexity[table.columns], complexity, rtol=1e-9, atol=1e-300
    )


def test_the_peer_at_500_steps_has_stopped_before(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    result = nw.fitness_complexity(
        table, iterations=500, tolerance=0, update="sequential"
    )
    fitness, _ = as_pair(cases["fitness_500"], "fitness", "complexity")
    ours = result.fitness[table.index].to_numpy()
    np.testing.assert_allclose(ours, fitness, atol=1e-8)
    assert ours.min() < 1e-6 * fitness.min()


def test_twenty_steps_are_not_enough_and_the_report_says_so(golden: Any) -> None:
    table, _ = read(golden, "econgeo_complexity")
    short = nw.fitness_complexity(table, iterations=20)
    assert not short.converged
    assert short.convergence["largest_change"].iloc[-1] > 1e-3
    long = nw.fitness_complexity(table, iterations=500, tolerance=0)
    assert long.fitness.min() < 1e-3 * short.fitness.min()


def test_outlook_of_econcomplex_and_its_divisor(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    phi = nw.proximity(table, method="conditional")
    pci = pd.Series(cases["coi"]["args"]["pci"], index=table.columns)
    ours = nw.complexity_outlook(table, phi, pci, divide_by="target")
    theirs = array(cases["coi"])
    index = ours.index[table.index].to_numpy()
    scale = theirs / index
    np.testing.assert_allclose(scale, np.full(len(scale), scale[0]), rtol=1e-9)
    assert scale[0] == pytest.approx(1.0) or scale[0] == pytest.approx(100.0)
    gain = ours.gain.loc[table.index, table.columns]
    np.testing.assert_allclose(gain, array(cases["cog"]), **EXACT)
    atlas = nw.complexity_outlook(table, phi, pci)
    assert not np.allclose(atlas.gain.loc[table.index, table.columns], gain)


def test_reflections_of_industries(golden: Any) -> None:
    table, cases = read(golden, "econgeo_complexity")
    case = cases["mor_industries"]
    for step, theirs in zip(case["args"]["steps"], case["output"], strict=True):
        ours = nw.reflections(table, steps=step)[1][table.columns].to_numpy()
        theirs = np.array(theirs, float)
        if step <= 2:
            np.testing.assert_allclose(ours, theirs, **EXACT)
        else:
            assert np.corrcoef(ours, theirs)[0, 1] == pytest.approx(1, abs=1e-6)


def test_nearest_neighbours_of_the_peer_are_counted_not_weighted(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    theirs = array(cases["density_knn"])
    phi = nw.proximity(table, method="conditional").loc[table.columns, table.columns]
    ordered = -np.sort(-phi.to_numpy(), axis=0)
    clear = ordered[4] > ordered[5]  # no tie at the fifth neighbour
    assert clear.sum() > 20
    ours = off(nw.relatedness_density(table, phi, neighbours=5), table)
    for j in np.flatnonzero(clear):
        column = phi.iloc[:, j].to_numpy()
        nearest = np.argsort(-column, kind="stable")[:5]
        held = table.to_numpy(float)[:, nearest]
        np.testing.assert_array_equal(held.sum(axis=1), theirs[:, j])
        np.testing.assert_allclose(
            held @ column[nearest] / column[nearest].sum(), ours[:, j], **EXACT
        )
    assert ours.max() <= 1 + 1e-12 < theirs.max()


def test_outlook_of_ecomplexity_uses_pci_before_it_is_scaled(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional")
    result = nw.economic_complexity(table)
    ours = nw.complexity_outlook(table, phi, result.pci, own="in")
    density = nw.relatedness_density(table, phi, own="in")
    missing = (density * (1 - table)).sum(axis=1)
    design = np.column_stack([
        ours.index[table.index],
        missing[table.index],
        np.ones(len(table)),
    ])
    theirs = array(cases["coi"])
    weights, *_ = np.linalg.lstsq(design, theirs, rcond=None)
    np.testing.assert_allclose(design @ weights, theirs, atol=1e-9)
    # a constant left in every PCI: the index then also rewards having little
    assert abs(weights[1]) > 0.1


def test_densities_of_held_and_of_absent_industries(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_relatedness")
    phi = nw.proximity(table, method="conditional")
    ours = 100 * off(nw.relatedness_density(table, phi), table)
    held = table.to_numpy() == 1
    inside, outside = (
        array(cases["density_internal"]),
        array(cases["density_external"]),
    )
    np.testing.assert_allclose(ours[held], inside[held], **EXACT)
    np.testing.assert_allclose(ours[~held], outside[~held], **EXACT)
    assert np.isnan(inside[~held]).all()
    absent = np.where(held, np.nan, ours)
    z = (absent - np.nanmean(absent, axis=1, keepdims=True)) / np.nanstd(
        absent, axis=1, keepdims=True
    )
    theirs = array(cases["relative_relatedness"])
    np.testing.assert_allclose(z, theirs, rtol=1e-9, atol=1e-12)


def test_unknown_presences_are_left_out_pair_by_pair() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        (rng.random((30, 6)) < 0.5).astype(float), columns=list("abcdef")
    )
    table = table.mask(rng.random(table.shape) < 0.2)
    whole = nw.proximity(table, method="association")
    for one, two in (("a", "b"), ("c", "f"), ("d", "e")):
        both = table[[one, two]].dropna()
        shared = (both[one] * both[two]).sum()
        lift = shared * len(both) / (both[one].sum() * both[two].sum())
        assert whole.loc[one, two] == pytest.approx(lift)
    density = nw.relatedness_density(table, whole)
    row = table.iloc[3]
    known = row.notna() & (row.index != "a")
    by_hand = (row * whole["a"])[known].sum() / whole["a"][known].sum()
    assert density.loc["3", "a"] == pytest.approx(by_hand)
    with pytest.raises(TableError, match="unknown"):
        nw.economic_complexity(table)


def test_parts_that_share_nothing_have_no_common_complexity() -> None:
    table = pd.DataFrame(np.kron(np.eye(2), np.ones((3, 2))))
    with pytest.raises(TableError, match="2 parts"):
        nw.economic_complexity(table)


def test_empty_regions_and_industries_get_a_reason() -> None:
    table = pd.DataFrame(
        [[1, 1, 0], [1, 0, 0], [0, 0, 0]], index=list("xyz"), columns=list("abc")
    )
    result = nw.fitness_complexity(table)
    assert result.reason.to_dict() == {
        "z": "region_has_no_industry",
        "c": "industry_absent",
    }
    assert np.isnan(result.fitness["z"])
    assert np.isnan(nw.proximity(table).loc["a", "c"])


def test_twenty_reflections_of_econcomplex_standardised(golden: Any) -> None:
    table, cases = read(golden, "econcomplex_complexity")
    regions, industries = as_pair(cases["reflections"], "regions", "industries")
    ours, own = nw.reflections(table, steps=20)

    def z(values: pd.Series, order: pd.Index) -> np.ndarray:
        values = values[order].to_numpy()
        return (values - values.mean()) / values.std()

    # differences have shrunk to a millionth of the level: fewer digits are left
    np.testing.assert_allclose(z(ours, table.index), regions, atol=1e-9)
    # theirs are turned round: ubiquitous industries are the least complex
    np.testing.assert_allclose(-z(own, table.columns), industries, atol=1e-9)


def test_gain_of_ecomplexity_uses_pci_before_it_is_scaled(golden: Any) -> None:
    table, cases = read(golden, "ecomplexity")
    phi = nw.proximity(table, method="conditional")
    pci = nw.economic_complexity(table).pci
    gains = [
        nw.complexity_outlook(table, phi, worth, own="in").gain.loc[
            table.index, table.columns
        ]
        for worth in (pci, pci * 0 + 1)
    ]
    design = np.column_stack([gain.to_numpy().ravel() for gain in gains])
    theirs = array(cases["cog"]).ravel()
    weights, *_ = np.linalg.lstsq(design, theirs, rcond=None)
    np.testing.assert_allclose(design @ weights, theirs, atol=1e-9)
    # our gain and a constant in every PCI, as in their outlook index
    assert weights[0] == pytest.approx(1.0, rel=1e-7)
    assert abs(weights[1]) > 0.1


def test_nestedness_counts_pairs_where_the_peer_takes_the_mean_of_two(
    golden: Any,
) -> None:
    table, cases = read(golden, "fermi")
    ours = nw.nestedness(table)
    both = ours[["regions", "industries"]].mean()
    assert both == pytest.approx(cases["nodf"]["output"], rel=1e-9)
    n_regions, n = table.shape
    pairs = n_regions * (n_regions - 1), n * (n - 1)
    weighted = np.average(ours[["regions", "industries"]], weights=pairs)
    assert ours["nestedness"] == pytest.approx(weighted)
    assert ours["nestedness"] != pytest.approx(both, rel=1e-4)


def test_nestedness_by_hand() -> None:
    table = pd.DataFrame(
        [[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]],
        index=list("wxyz"),
        columns=list("abcd"),
    )
    # regions: w over x 2/2, w over y 1/2, x and y are as large: nothing
    # industries: a, b, c in two regions, d in one, that of c: only c over d
    ours = nw.nestedness(table)
    assert ours.to_dict() == pytest.approx({
        "regions": 1.5 / 3,
        "industries": 1 / 6,
        "nestedness": 2.5 / 9,
    })
    with pytest.raises(TableError, match="unknown"):
        nw.nestedness(table.where(table > 0))
