"""Reforms of Kreise, and series across a break."""

from __future__ import annotations

import pytest
from tests.classifications.rows import table

from clusterid import ClassificationError
from clusterid.classifications import (
    check_series,
    kreis_correspondence,
    kreis_reforms,
    read_correspondence,
)


def test_kreis_reforms_forwards_and_backwards() -> None:
    forwards = kreis_correspondence(["03152", "03156", "16056"], start=2015, end=2022)
    assert forwards.table["target"].tolist() == ["03159", "03159", "16063"]
    together = kreis_correspondence(["06415", "06435"], start="2026-06-30", end=2020)
    assert set(together.table["target"]) == {"06435"}
    with pytest.raises(ClassificationError, match="Kreis 06435 was divided"):
        kreis_correspondence(["06435"], start=2020, end="2026-06-30")
    with pytest.raises(ClassificationError, match="Kreis 03159 was divided"):
        kreis_correspondence(["03159"], start=2020, end=2015)
    assert kreis_reforms()["kind"].isin(["merger", "split"]).all()


def test_series_across_a_break_is_refused() -> None:
    vintages = {2002: "naics1997", 2003: "naics2002", 2007: "naics2002"}
    with pytest.raises(ClassificationError, match="2002 is in naics1997, 2003"):
        check_series(vintages)
    bridge = read_correspondence(
        table(("a", "x", 1.0)), names=("naics1997", "naics2002")
    )
    check_series(vintages, correspondences=[bridge])
    check_series({2003: "naics2002", 2007: "naics2002"})
