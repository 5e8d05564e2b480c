"""Bars of a survey."""

from __future__ import annotations

import pytest
from tests.figures.drawn import SHARES

from clusterid import figures
from clusterid.errors import TableError


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match="percent_of_cases"):
        figures.share_bars(SHARES.drop(columns="percent_of_cases"))
