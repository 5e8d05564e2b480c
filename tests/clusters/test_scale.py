"""Larger units come from codes of Kreise or from parents."""

from __future__ import annotations

import pandas as pd

from clusterid.clusters._scale import larger_units


def test_larger_units_come_from_kreis_codes_or_parents():
    kreise = pd.DataFrame(index=["03101", "03102", "09161", "09261"])
    assert larger_units("auto", kreise).tolist() == ["031", "031", "091", "092"]
    counties = pd.DataFrame(
        {"parent": ["06", "06", "08"]}, index=["06001", "06003", "08001"]
    )
    assert larger_units("auto", counties).tolist() == ["06", "06", "08"]
    assert larger_units("auto", counties.assign(parent=None)) is None
    assert larger_units(None, kreise) is None
    given = pd.Series({"03101": "A"})
    assert larger_units(given, kreise).equals(given)
