"""The first detector answers as it did when it was the library's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from validation.first_detector import detect
from validation.grades._economies import design_of, drawn
from validation.recovery._scenarios import SCENARIOS, draws, neighbours, shapes


def test_it_finds_the_cells_it_found_in_the_library():
    # counted before its modules left src: cells, planted ones among them
    was = {0: (76, 75), 3: (39, 31), 15: (0, 0)}
    for number, counts in was.items():
        scenario = replace(SCENARIOS[number], industries=3)
        economy, truth, groups = next(draws(scenario, 1, 700 + number))
        found = detect(economy, groups, shapes(), neighbours())
        assert (int(found.sum()), int((found & truth).sum())) == counts


def test_it_needs_every_cell():
    made = next(drawn(design_of(1, n_regions=20, n_plants=20_000), 1, 1))
    graph = made.graph
    for lacking in (
        replace(made.economy, establishments=None),
        replace(made.economy, employment=made.economy.employment.mask(made.rate > 2)),
    ):
        with pytest.raises(ValueError, match="every cell"):
            detect(lacking, made.groups, made.design.regions, graph)


def test_a_graph_without_the_regions_is_refused():
    from clusterid.errors import GraphError

    scenario = replace(SCENARIOS[0], industries=3)
    economy, _, groups = next(draws(scenario, 1, 700))
    made = next(drawn(design_of(1, n_regions=20, n_plants=20_000), 1, 1))
    with pytest.raises(GraphError, match="not in the neighbourhood"):
        detect(economy, groups, shapes(), made.graph)


def test_nothing_is_found_where_all_is_alike():
    made = next(
        drawn(design_of(2, n_regions=20, n_plants=20_000, dartboard=True), 1, 2)
    )
    found = detect(made.economy, made.groups, made.design.regions, made.graph)
    assert found.shape == (20, made.groups.shape[1])
    assert not found.any()
    assert found.dtype == np.bool_
