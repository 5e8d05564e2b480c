"""Colours and signs can be told apart."""

from __future__ import annotations

from clusterid.legend import template_signs


def test_twenty_eight_templates_can_be_told_apart() -> None:
    signs = template_signs(f"T{i:02d}" for i in range(28))
    assert len({(s.colour, s.dash) for s in signs.values()}) == 28
