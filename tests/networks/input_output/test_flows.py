"""Flows translated to other codes."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import ClassificationError


def test_translation_keeps_totals_and_refuses_gaps() -> None:
    flows = pd.DataFrame(
        [("a", "b", 10.0), ("b", "a", 4.0)], columns=["seller", "buyer", "value"]
    )
    bridge = pd.DataFrame({
        "source": ["a", "a", "b"],
        "target": ["1", "2", "3"],
        "weight": [0.25, 0.75, 1],
    })
    moved, output = nw.translate_flows(
        flows, bridge, output=pd.Series({"a": 8, "b": 4})
    )
    assert moved["value"].sum() == pytest.approx(14.0)
    assert output is not None
    assert output.to_dict() == {"1": 2.0, "2": 6.0, "3": 4.0}
    back, _ = nw.translate_flows(moved, bridge, direction="backward")
    assert back.set_index(["seller", "buyer"])["value"].to_dict() == {
        ("a", "b"): pytest.approx(10.0),
        ("b", "a"): pytest.approx(4.0),
    }
    with pytest.raises(ClassificationError, match="not in the correspondence"):
        nw.translate_flows(flows, bridge[bridge["source"] == "a"])
    with pytest.raises(ClassificationError, match="sum to one"):
        nw.translate_flows(flows, bridge.assign(weight=1.0))
