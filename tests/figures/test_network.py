"""The network of templates."""

from __future__ import annotations

from types import ModuleType

from clusterid import figures


def test_the_network_keeps_the_strongest_links_only(fake: ModuleType) -> None:
    from matplotlib.collections import LineCollection

    result = fake.fake_result()
    ax = figures.template_network(result.stack, result.templates, links_per_node=1)
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    # A-B, B-A, C-B, D-E, E-D: three pairs
    assert len(lines.get_segments()) == 3
