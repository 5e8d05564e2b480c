"""Colocation of two industries: check values by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.concentration import colocation_index


def test_a12_colocation() -> None:
    firms = pd.DataFrame({"industry": list("ABABAB"), "region": list("XXXYYX")})
    table = pd.crosstab(firms["region"], firms["industry"])
    assert colocation_index(table)["cl"].item() == pytest.approx(0.5555556, abs=1e-7)
