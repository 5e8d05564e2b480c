"""All published figures of an economy: sums of cells, groups and totals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.disclosure.suppression.attacks import members, simulated, table

from clusterid.disclosure.suppression._nodes import nodes_of
from clusterid.errors import TableError
from clusterid.tables import Economy


@pytest.mark.parametrize("seed", range(3))
def test_every_sum_is_the_sum_of_its_cells(seed):
    economy = simulated(seed, groups=True)
    nodes = nodes_of(economy)
    jobs = economy.employment.to_numpy()
    for region, inside in members(economy, "region").items():
        for industry, below in members(economy, "industry").items():
            at = (
                nodes.regions.codes.get_loc(region),
                nodes.industries.codes.get_loc(industry),
            )
            cells = np.ix_(inside, below)
            assert nodes.value[at] == jobs[cells].sum()
            assert nodes.plants[at] == economy.establishments.to_numpy()[cells].sum()
            assert nodes.largest[at] == economy.largest_plant.to_numpy()[cells].max()
            assert nodes.labels(at) == (region, industry)
            rows, columns = nodes.below(at)
            assert nodes.regions.codes[rows].tolist() == [
                economy.regions[i] for i in inside
            ]
            assert len(columns) == len(below)


def test_a_sum_with_an_unknown_cell_is_unknown_whatever_is_said_of_it():
    jobs = table([[5, np.nan], [3, 4]])
    totals = pd.DataFrame(
        [("r0", "TOTAL", 9.0), ("r1", "TOTAL", 8.0)],
        columns=["region", "industry", "value"],
    )
    nodes = nodes_of(Economy(jobs, totals=totals))
    assert np.isnan(nodes.value[0, 2])
    assert np.isnan(nodes.value[2, 2])
    assert nodes.value[1, 2] == 8  # as published: a job has no industry
    assert nodes.value[2, 0] == 8


def test_a_circle_of_groups_is_refused():
    tree = {"industry": pd.Series({"c0": "A", "A": "B", "B": "A"})}
    with pytest.raises(TableError, match="circle"):
        nodes_of(Economy(table([[1.0]]), hierarchies=tree))
