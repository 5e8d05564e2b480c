"""What is expected, rises beyond chance, and rules taken over from candidates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from clusterid.comparison import ComparisonRules
from clusterid.comparison._expected import expected_and_needed
from clusterid.comparison._links import rises, trends
from clusterid.comparison._units import make_units
from clusterid.errors import OptionError
from clusterid.tables import economy

CODES = [f"r{i}" for i in range(10)]
FIELD = pd.DataFrame({"f": [1.0, 0.0]}, index=["A", "B"])


def year(plants_of_a, with_plants=True):
    plants = pd.DataFrame({"A": 20.0, "B": 180.0}, index=CODES)
    plants.loc["r0", "A"] = plants_of_a
    table = economy(plants * 10)
    return dataclasses.replace(table, establishments=plants) if with_plants else table


def needed(table, unit=0):
    rows = pd.DataFrame({"unit": [unit], "field": ["f"]})
    units = make_units(table, [])
    return expected_and_needed(rows, FIELD, units, ComparisonRules())


def test_what_is_expected_and_the_jobs_that_grade_c_asks():
    found = needed(year(20.0))
    assert found["expected_plants"][0] == pytest.approx(20.0)
    assert found["expected_jobs"][0] == pytest.approx(200.0)
    assert found["jobs_needed"][0] == pytest.approx(2 * 200)
    few = expected_and_needed(
        pd.DataFrame({"unit": [0], "field": ["f"]}),
        FIELD,
        make_units(year(20.0), []),
        ComparisonRules(standing_jobs=5000),
    )
    assert few["jobs_needed"][0] == 5000


def test_where_plants_are_withheld_what_the_test_expected_is_expected():
    table = year(20.0)
    table.establishments.loc["r5", "A"] = np.nan
    rows = pd.DataFrame({"unit": [0], "field": ["f"]})
    units = make_units(table, [])
    assert not units.is_plants
    tested = rows.assign(n_plants=30.0, lq_plants=1.5)
    found = expected_and_needed(tested, FIELD, units, ComparisonRules())
    assert found["expected_plants"][0] == 20.0
    without = expected_and_needed(rows, FIELD, units, ComparisonRules())
    assert np.isnan(without["expected_plants"][0])


def test_without_plants_or_a_unit_nothing_is_expected():
    assert np.isnan(needed(year(20.0, with_plants=False))["expected_plants"][0])
    nowhere = needed(year(20.0), unit=-1)
    assert np.isnan(np.concatenate(list(nowhere.values()))).all()


def test_a_rise_is_one_that_two_counts_hardly_allow():
    now, before = year(60.0), year(20.0)
    units = make_units(now, [])
    p = rises(now, before, units, FIELD)[:, 0]
    assert p[0] < 0.05 < p[1]
    alike = rises(before, before, make_units(before, []), FIELD)
    assert (alike > 0.4).all()
    jobs = year(20.0, with_plants=False)
    assert np.isnan(rises(now, jobs, units, FIELD)).all()
    assert np.isnan(rises(now, None, units, FIELD)).all()


def test_a_trend_is_a_difference_of_quotients():
    now, before = year(60.0), year(20.0)
    found = trends(now, before, make_units(now, []), FIELD)[0, 0]
    assert found == pytest.approx(60 / 240 / (240 / 2040) - 1.0)


def test_bars_and_masses_are_those_of_the_candidates():
    rules = ComparisonRules.like({"bar": 2.0, "sensitivity": (1.4, 3.0), "gap": 1})
    assert (rules.bar, rules.lower_bar, rules.higher_bar) == (2.0, 1.4, 3.0)
    assert rules.of_grades()["sensitivity"] == (1.4, 3.0)
    with pytest.raises(OptionError, match="linked"):
        ComparisonRules(linked=2.0)
