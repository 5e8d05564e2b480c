"""The squares of plant sizes are published where no plant learns of another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.aggregation import economy_from_plants
from clusterid.disclosure._plant_squares import published_squares


def squares(cells: dict[str, list[float]], p_percent: float = 10.0) -> float:
    rows = [(region, "x", size) for region, sizes in cells.items() for size in sizes]
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    one = economy_from_plants(table, codes="as_is")
    return float(published_squares(one, one, p_percent=p_percent)[0])


def test_three_plants_are_three_equations() -> None:
    # the owner of 30 knows 70 and 50^2 + 20^2 of the other two: both follow
    assert np.isnan(squares({"r": [50, 30, 20]}))
    assert squares({"r": [50, 30, 20]}, p_percent=0) == 50**2 + 30**2 + 20**2


def test_many_plants_of_one_size_say_little() -> None:
    sizes = [10.0 + i % 3 for i in range(60)]
    assert squares({"r": sizes, "s": sizes}) == pytest.approx(
        2 * sum(x * x for x in sizes)
    )


def test_a_large_plant_among_small_ones_is_not_told() -> None:
    assert np.isnan(squares({"r": [300.0] + [2.0] * 200, "s": [5.0] * 40}))


def test_who_owns_the_second_plant_cannot_place_the_first_within_ten_per_cent():
    """Search plants that fit all that is published, far from the true largest."""
    n_published = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        cells = {f"r{i}": list(np.ceil(rng.pareto(1.5, 12) * 9 + 1)) for i in range(4)}
        published = squares(cells)
        if np.isnan(published):
            continue
        n_published += 1
        for sizes in cells.values():
            first, second, *rest = sorted(sizes, reverse=True)
            aim = np.ceil(first * 1.1)
            left = sum(sizes) - second - aim
            # the rest as even as can be leaves room in the industry's squares
            used = aim**2 + second**2 + left**2 / len(rest)
            others = sum(sum(o) ** 2 / len(o) for o in cells.values() if o is not sizes)
            assert used + others <= published + 1e-6
    assert 2 <= n_published < 12


def test_a_cell_without_jobs_or_plants_is_no_obstacle() -> None:
    sizes = [10.0 + i % 3 for i in range(60)]
    with_nothing = squares({"r": sizes, "s": [0.0], "t": [0.0, 0.0, 0.0]})
    assert with_nothing == pytest.approx(sum(x * x for x in sizes))


def test_whole_numbers_need_a_whole_job_of_room() -> None:
    # below ten jobs ten per cent are less than one job, and a plant has whole ones
    assert np.isnan(squares({"r": [9.0, 8.0, *[1.0] * 2]}))
