"""The portfolio of candidates."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
from tests.figures.drawn import texts

from clusterid import figures


def test_no_candidates_are_said_in_words() -> None:
    table = pd.DataFrame(columns=["template", "employment", "lq_shrunk", "flags"])
    ax = figures.portfolio(SimpleNamespace(table=table))
    assert "No candidate cluster found." in texts(ax)
