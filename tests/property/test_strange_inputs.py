"""What a notebook may hand over by mistake: each is told in our words, none guessed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.tables.small_tables import LONG

import clusterid as cid
from clusterid import concentration
from clusterid.errors import ClusteridError, TableError, TableTypeError
from clusterid.tables import checked_wide

WIDE = pd.DataFrame(
    {"01": [10.0, 20.0, 5.0], "02": [30.0, 5.0, 9.0]}, index=["a", "b", "c"]
)

WRONG_TABLES = {
    "nothing": None,
    "a series": WIDE["01"],
    "an array": WIDE.to_numpy(),
    "text and numbers mixed": WIDE.set_axis(["a", 1, "b"], axis=0),
    "a code missing": WIDE.set_axis(["a", None, "b"], axis=0),
    "decimal codes": WIDE.set_axis([1.0, 2.0, 3.0], axis=0),
    "several levels": WIDE.set_axis(
        pd.MultiIndex.from_tuples([("x", 1), ("x", 2), ("y", 1)]), axis=0
    ),
    "a code twice": WIDE.set_axis(["a", "a", "b"], axis=0),
    "complex": WIDE.astype(complex),
    "dates": WIDE.astype("datetime64[ns]"),
    "text": WIDE.astype(object).replace(10.0, "ten"),
    "negative": -WIDE,
    "infinite": WIDE.replace(10.0, np.inf),
    "empty": WIDE.iloc[:0],
    "long": LONG,
}
MEASURES = [
    cid.location_quotient, cid.missing_reasons, cid.location_quotient_test,
    cid.locational_gini, cid.hoover_index, cid.theil_index, cid.entropy,
    cid.krugman_specialization, cid.hachman_index, cid.coagglomeration,
    concentration.colocation_index, concentration.mix_similarity, checked_wide,
]  # fmt: skip


@pytest.mark.parametrize("name", WRONG_TABLES)
def test_every_measure_refuses_the_same_tables(name: str) -> None:
    for measure in MEASURES:
        with pytest.raises(ClusteridError):
            measure(WRONG_TABLES[name])
    if name not in {"text and numbers mixed", "long"}:
        with pytest.raises(ClusteridError):
            cid.economy(WRONG_TABLES[name])


def test_no_table_is_a_type_error_too() -> None:
    with pytest.raises(TypeError, match="must be a DataFrame"):
        cid.location_quotient([[1, 2]])
    assert issubclass(TableTypeError, TypeError)


def test_all_faults_of_a_wide_table_are_told_at_once() -> None:
    wrong = WIDE.replace(10.0, -1.0).set_axis(["01", "01"], axis=1)
    with pytest.raises(TableError) as told:
        cid.herfindahl_index(wrong)
    assert len(told.value.faults) == 2


BESIDE = {
    "ellison_glaeser": lambda s: cid.ellison_glaeser(WIDE, s / 100),
    "maurel_sedillot": lambda s: cid.maurel_sedillot(WIDE, s / 100),
    "devereux": lambda s: cid.devereux(WIDE, s * 0 + 0.5, s),
    "related_variety": lambda s: cid.related_variety(WIDE, s.astype(str)),
    "group_coagglomeration": lambda s: cid.group_coagglomeration(
        WIDE, groups=s.astype(str)
    ),
    "hoover_index": lambda s: cid.hoover_index(WIDE, axis="region", reference=s),
    "location_quotient": lambda s: cid.location_quotient(WIDE, reference=s),
    "location_quotient_test": lambda s: cid.location_quotient_test(
        WIDE, plant_herfindahl=s / 100
    ),
    "quotient_stability": lambda s: concentration.quotient_stability(WIDE, s),
}


@pytest.mark.parametrize("name", BESIDE)
def test_values_beside_a_table_carry_its_codes(name: str) -> None:
    right = pd.Series([3.0, 5.0], index=["01", "02"])
    BESIDE[name](right)
    BESIDE[name](right.iloc[::-1])
    with pytest.raises(TableError):
        BESIDE[name](right.set_axis(["1", "2"]))
    with pytest.raises(TableError, match="twice"):
        BESIDE[name](pd.concat([right, right]))


@pytest.mark.filterwarnings("ignore:nothing is known of plants")
def test_inputs_keep_their_names() -> None:
    jobs = WIDE.rename_axis(index="Kreis", columns="WZ")
    before = jobs.copy()
    concentration.overdispersion(jobs, jobs)
    cid.shift_share(jobs, jobs * 2)
    cid.economy(jobs)
    for measure in MEASURES:
        measure(jobs)
    pd.testing.assert_frame_equal(jobs, before)
    assert jobs.index.name == "Kreis"
    assert jobs.columns.name == "WZ"


def test_an_economy_does_not_follow_later_changes_of_its_table() -> None:
    jobs = WIDE.copy()
    economy = cid.economy(jobs)
    jobs.iloc[0, 0] = 99.0
    assert economy.employment.loc["a", "01"] == 10.0


def reasons_of(found: pd.DataFrame | pd.Series) -> set[str]:
    return set(found.attrs["reasons"].values())


def test_a_table_without_a_second_region_or_industry_says_so() -> None:
    alone, single = WIDE.iloc[:1], WIDE[["01"]]
    assert reasons_of(cid.coagglomeration(alone)) == {"one_region"}
    assert cid.group_coagglomeration(alone)["reason"].tolist() == ["one_region"]
    for measure in (cid.krugman_specialization, cid.krugman_concentration):
        table = alone if measure is cid.krugman_specialization else single
        assert reasons_of(measure(table, reference="rest")) == {"no_other"}
    assert reasons_of(cid.hoover_index(single, reference="rest")) == {"no_other"}
    assert reasons_of(concentration.mix_similarity(single)) == {"no_variation"}


def test_inequality_of_strange_values() -> None:
    values = pd.Series([0.0, 2.0, 4.0], list("abc"))
    weights = pd.Series([0.0, 1.0, 1.0], list("abc"))
    without = values.iloc[1:]
    for epsilon in (0.5, 1.0, 2.0):
        assert concentration.atkinson_index(
            values, epsilon=epsilon, weights=weights
        ) == pytest.approx(concentration.atkinson_index(without, epsilon=epsilon))
    with pytest.raises(TableError, match="all zero"):
        concentration.gini_coefficient(values, weights=weights * 0)
    for wrong in (values.astype(complex), values.astype(object).replace(2.0, "two")):
        with pytest.raises(TableError, match="not numbers"):
            concentration.gini_coefficient(wrong)
    with pytest.raises(TableError, match="mixed"):
        concentration.gini_coefficient(values.set_axis(["a", 1, "b"]))


def test_roughness_and_shrinkage_refuse_what_are_no_counts() -> None:
    text = WIDE.astype(object).replace(10.0, "ten")
    for measure in (concentration.overdispersion, concentration.shrink_quotients):
        with pytest.raises(TableError, match="not numbers"):
            measure(text, WIDE)
        with pytest.raises(TableError, match="negative"):
            measure(WIDE, -WIDE)
