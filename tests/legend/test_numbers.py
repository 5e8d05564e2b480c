"""Numbers are written for the reader; cells that give a plant away are held back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterid.legend import fixed_decimals, format_number, round_outward, shown_cells


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (12345.6, "12,346", "12.346"),
        (1.2345, "1.23", "1,23"),
        (0, "0", "0"),
        (0.00012345, "0.000123", "0,000123"),
        (None, "–", "–"),
        (float("inf"), "∞", "∞"),
        (999.4, "999", "999"),
    ],
)
def test_numbers_are_written_in_both_languages(
    value: float, english: str, german: str
) -> None:
    assert format_number(value) == english
    assert format_number(value, language="de") == german


@given(st.floats(0, 1e9), st.floats(0, 1e6))
def test_rounding_outward_never_narrows_and_never_pins(
    low: float, width: float
) -> None:
    down, up = round_outward([low], [low + width])
    assert down[0] <= low * (1 + 1e-8)
    assert up[0] >= (low + width) * (1 - 1e-8)
    assert up[0] > down[0]


def test_one_or_two_plants_are_held_back_and_none_is_a_true_zero() -> None:
    cells = shown_cells([2.0, 3.0, 0.0, 4.0], n_plants=[1, 3, 0, np.nan])
    assert list(cells.state) == ["withheld", "shown", "shown", "shown"]
    assert np.isnan(cells.value[0])
    assert cells.value[2] == 0


def test_a_dominant_plant_and_a_withheld_source_hold_a_cell_back() -> None:
    cells = shown_cells(
        [2.0, 3.0, np.nan],
        largest_plant_share=[0.9, 0.2, np.nan],
        reason=["", "withheld_by_source", "region_empty"],
    )
    assert list(cells.state) == ["withheld", "withheld", "missing"]


def test_a_sum_of_which_a_part_is_withheld_is_a_number_of_the_rest() -> None:
    cells = shown_cells([2.0, 3.0], reason=["withheld_part", "one_industry"])
    assert list(cells.state) == ["shown", "shown"]


def test_fixed_decimals_stay_and_follow_the_language() -> None:
    assert fixed_decimals(1234.5, decimals=2) == "1,234.50"
    assert fixed_decimals(1234.5, language="de", decimals=2) == "1.234,50"
    assert fixed_decimals(float("nan"), missing="n/a") == "n/a"
