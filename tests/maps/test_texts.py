"""Numbers and texts of a map."""

from __future__ import annotations


def test_tiny_probabilities_are_written_without_overflow() -> None:
    from clusterid.maps._texts import rounded

    assert rounded([1e-300, 0.0, 0.0123456, -5e-320]) == [0, 0, 0.0123, 0]
