"""Plants of larger regions, lent to the regions inside: told, and deciding nothing."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from clusterid import TableError
from clusterid.classifications import FieldWeights
from clusterid.clusters import COARSER_COLUMNS
from clusterid.comparison import NOTHING, compare, lend
from clusterid.comparison._sentences import coarser_sentence
from clusterid.legend import words
from clusterid.survey import read_survey
from clusterid.tables import economy

INSIDE = pd.Series({"a": "N1", "b": "N1", "c": "N2", "d": None}, dtype=object)
NAMES = pd.Series({"N1": "North", "N2": "N2"})


def larger(**plants: list[float]):
    table = pd.DataFrame(plants, index=["N1", "N2", "N3"])
    one = economy(table * 10)
    meta = dataclasses.replace(one.metadata, year=2014)
    return dataclasses.replace(one, establishments=table, metadata=meta)


def fields(industries=("X", "Y"), clear=1.0, **held: dict[str, float]) -> FieldWeights:
    weights = pd.DataFrame(held).reindex(list(industries)).fillna(0.0)
    of = weights.columns
    return FieldWeights(
        weights, pd.Series(clear, of), pd.Series(1.0, of),
        pd.DataFrame({"label_de": of, "label_en": of}, of), {},
    )  # fmt: skip


CARS = fields(cars={"X": 1.0})
LENT = lend(larger(X=[60.0, 40.0, 9e3], Y=[40.0, 160.0, 9e3]), INSIDE, NAMES, CARS)


def test_a_region_is_lent_what_its_larger_region_has_among_those_of_the_study() -> None:
    found = LENT.of("cars", ["a"])
    assert found[:4] == ("North (N1)", "X", 2014.0, 60.0)
    # N3 holds no region of the study: 100 of 300 plants are in N1, and 60 of 100 cars
    assert found.lq_plants == pytest.approx(60 / (100 * 100 / 300))
    assert found.lower < found.lq_plants < found.upper
    assert LENT.of("cars", ["c"]).region == "N2"


@pytest.mark.parametrize(
    ("field", "where"),
    [("cars", ["a", "c"]), ("cars", ["d"]), ("cars", ["z"]), ("cars", []),
     ("ships", ["a"]), (None, ["a"])],
)  # fmt: skip
def test_nothing_is_lent_across_larger_regions_or_of_other_fields(field, where) -> None:
    assert LENT.of(field, where) is NOTHING


def test_a_withheld_part_of_a_field_lends_nothing() -> None:
    both = fields(cars={"X": 1.0, "Y": 0.5})
    hidden = larger(X=[60.0, 40.0, 1.0], Y=[np.nan, 160.0, 1.0])
    found = lend(hidden, INSIDE, NAMES, both)
    assert found.of("cars", ["a"]) is NOTHING
    assert found.of("cars", ["c"]).plants == 120.0


def test_codes_that_do_not_separate_a_field_do_not_lend_it() -> None:
    vague = fields(clear=0.4, cars={"X": 1.0})
    found = lend(larger(X=[6.0, 4.0, 1.0], Y=[4.0, 6.0, 1.0]), INSIDE, NAMES, vague)
    assert found.of("cars", ["a"]) is NOTHING


def test_what_cannot_be_lent_is_named() -> None:
    counted = larger(X=[6.0, 4.0, 1.0], Y=[4.0, 6.0, 1.0])
    without = dataclasses.replace(counted, establishments=None)
    with pytest.raises(TableError, match="no plants are counted"):
        lend(without, INSIDE, NAMES, CARS)
    with pytest.raises(TableError, match="no region of the study lies"):
        lend(counted, INSIDE.where(INSIDE.isna(), "Q"), NAMES, CARS)


def test_the_order_of_regions_says_nothing() -> None:
    counted = larger(X=[60.0, 40.0, 9e3], Y=[40.0, 160.0, 9e3])
    turned = dataclasses.replace(
        counted,
        employment=counted.employment.iloc[::-1],
        establishments=counted.establishments.iloc[::-1],
    )
    assert lend(turned, INSIDE.iloc[::-1], NAMES, CARS).of("cars", ["b"]) == LENT.of(
        "cars", ["b"]
    )


def test_the_label_says_region_year_unit_and_that_it_is_coarser() -> None:
    row = dict(zip(COARSER_COLUMNS, LENT.of("cars", ["a"]), strict=True))
    english = coarser_sentence(row, words("en", kind="occupation"))
    german = coarser_sentence(row, words("de", kind="occupation"))
    for part in ("Coarser", "decides nothing", "North (N1)", "2014", "60 local units"):
        assert part in english
    for part in ("Gröber", "entscheidet nichts", "North (N1)", "60 örtliche Einheiten"):
        assert part in german.replace("der nichts entscheidet", "entscheidet nichts")
    assert "(X)" in english and "(X)" in german
    few = row | {"coarser_plants": 2.0}
    assert coarser_sentence(few, words("en")) == ""
    assert coarser_sentence({}, words("en")) == ""


def study(**options):
    codes = [f"{name}{i}" for i in range(5) for name in "abc"]
    jobs = pd.DataFrame({"P": 100.0, "Q": 900.0}, index=codes)
    jobs.loc["a0", "P"] = 700.0
    outlines = [box(i, 0, i + 1, 1) for i in range(len(codes))]
    places = pd.DataFrame({"place": ["A"], "regions": ["a0"]})
    declared = pd.DataFrame({
        "record": ["r"],
        "place": ["A"],
        "label": ["cars"],
        "fields": ["cars"],
    })
    return compare(
        None,
        read_survey(places, declared=declared),
        fields(("P", "Q"), cars={"P": 1.0}),
        economy=economy(jobs),
        regions=gpd.GeoDataFrame(index=codes, geometry=outlines, crs=4326),
        draws=5,
        permutations=99,
        **options,
    )


def test_it_stands_beside_a_verdict_and_changes_none() -> None:
    unit = pd.Series({"a0": "N1", "b0": "N2"}, dtype=object)
    counted = larger(X=[60.0, 40.0, 1.0], Y=[40.0, 160.0, 1.0])
    beside = study(coarser=lend(counted, unit, NAMES, CARS)).verdicts
    alone = study().verdicts
    assert not set(COARSER_COLUMNS) & set(alone.columns)
    assert beside["coarser_region"].tolist() == ["North (N1)"]
    assert "Coarser evidence" in beside["evidence_en"].iloc[0]
    said = ["evidence_en", "evidence_de", *COARSER_COLUMNS]
    pd.testing.assert_frame_equal(
        beside.drop(columns=said), alone.drop(columns=said[:2])
    )
