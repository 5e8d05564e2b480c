"""Classes follow the values; 1 stays a break for quotients."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.errors import OptionError
from clusterid.maps import class_breaks


def members(values: list[float], breaks: list[float]) -> list[int]:
    return [sum(value >= b for b in breaks) for value in values]


def test_natural_breaks_split_at_the_gaps() -> None:
    values = [1.0, 1.1, 1.2, 5.0, 5.1, 9.0]
    breaks, colours = class_breaks(values, classes=3)
    assert members(values, breaks) == [0, 0, 0, 1, 1, 2]
    assert len(colours) == 3


def test_one_is_always_a_break_when_values_lie_on_both_sides() -> None:
    breaks, colours = class_breaks([0.2, 0.8, 1.2, 1.5, 3.0], neutral=1.0)
    assert 0.5 in breaks
    assert 1.0 in breaks
    assert len(colours) == len(breaks) + 1


@pytest.mark.parametrize("values", [[], [np.nan], [2.0], [2.0, 2.0, np.nan]])
@pytest.mark.parametrize("neutral", [None, 1.0])
def test_few_values_make_few_classes(values: list[float], neutral: float) -> None:
    breaks, colours = class_breaks(values, neutral=neutral)
    assert len(colours) == len(breaks) + 1 <= 2


@pytest.mark.parametrize("method", ["jenks", "quantiles", "equal"])
def test_breaks_ascend_and_no_class_is_empty_at_the_ends(method: str) -> None:
    values = np.random.default_rng(0).lognormal(size=200).tolist()
    breaks, _ = class_breaks(values, method=method)  # type: ignore[arg-type]
    assert breaks == sorted(set(breaks))
    got = members(values, breaks)
    assert min(got) == 0
    assert max(got) == len(breaks)


def test_an_unknown_method_is_named() -> None:
    with pytest.raises(OptionError, match="Did you mean 'jenks'"):
        class_breaks([1.0], method="jenk")  # type: ignore[arg-type]
