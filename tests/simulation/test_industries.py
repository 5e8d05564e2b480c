"""Industries come with a tree and templates."""

from __future__ import annotations

import pytest

from clusterid.simulation import simulate_economy


@pytest.mark.parametrize("n_industries", [6, 20, 60, 87, 88, 150, 272, 400, 700])
def test_industries_come_with_a_tree_and_disjoint_templates(n_industries):
    sim = simulate_economy(
        n_regions=20, n_industries=n_industries, n_plants=9000, planted=3, n_places=10
    )
    assert len(sim.industries) == n_industries
    assert sim.truth.templates["industry"].is_unique
    assert set(sim.truth.templates["industry"]) <= set(sim.industries.index)
    assert sim.truth.templates.groupby("template").size().min() >= 2
