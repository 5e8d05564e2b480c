"""The error of a gate is divided between templates and their parts."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.clusters._gate import gate_together


def test_three_quarters_of_the_error_stay_with_the_templates():
    """By hand: 4 tests of templates, 12 of parts; weights 3 and 1/3."""
    own = pd.DataFrame({"template": "T", "p_value": [0.006, 0.2, 0.5, 1.0]})
    below = pd.DataFrame({"template": "P", "p_value": [0.0003] + [0.8] * 11})
    first, second = (
        t.assign(p_unchecked=t["p_value"], p_rest=0.0) for t in (own, below)
    )
    first, second = gate_together(first, second, gate="bh", alpha=0.03)
    assert first["weighted"].to_numpy() == pytest.approx(own["p_value"] / 3)
    assert second["weighted"].to_numpy() == pytest.approx(below["p_value"] * 3)
    # ranks 1 and 2 of 16: 0.0009 * 16 = 0.0144, 0.002 * 16 / 2 = 0.016
    assert second["q_value"].iloc[0] == pytest.approx(0.0144)
    assert first["q_value"].iloc[0] == pytest.approx(0.016)
    assert first["is_seed"].tolist() == [True, False, False, False]
    # a part that hangs on one large plant: 0.04 of one tried passes, of none the other
    second["p_rest"] = 0.06
    _, second = gate_together(
        first[["template", "p_value", "p_unchecked", "p_rest"]],
        second[["template", "p_value", "p_unchecked", "p_rest"]],
        gate="bh",
        alpha=0.03,
    )
    assert not second["is_seed"].any()
    assert second["is_open"].tolist() == [True] + [False] * 11
