"""Numbers that decide, rises beyond chance, and rules taken over from candidates."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from clusterid.comparison import ComparisonRules
from clusterid.comparison._links import rises, trends
from clusterid.comparison._needed import deciding_numbers
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
    cells = pd.DataFrame({"p_rest": [0.001, 0.5], "q_rest": [0.01, 0.6]})
    units = make_units(table, [])
    return deciding_numbers(rows, cells, FIELD, units, ComparisonRules())


def test_the_plants_that_decide_are_the_fewest_that_pass_without_one():
    found = needed(year(20.0))
    plants = found["plants_needed"][0]
    share = 1.5 * found["expected_plants"][0] / 200

    def p(n):
        return binom.sf(n - 2, 199, share)

    # a family of two: the first one passes at half of 5 per cent
    assert p(plants) <= 0.025 < p(plants - 1)
    assert found["jobs_needed"][0] == pytest.approx(2 * 200)


def test_without_plants_or_a_unit_no_plants_decide():
    assert np.isnan(needed(year(20.0, with_plants=False))["plants_needed"][0])
    nowhere = needed(year(20.0), unit=-1)
    assert np.isnan([nowhere["plants_needed"][0], nowhere["jobs_needed"][0]]).all()


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
