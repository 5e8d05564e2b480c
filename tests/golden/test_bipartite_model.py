"""The bipartite configuration model against its peer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid import networks as nw

# The peer's own probabilities miss the degrees by 2.7e-7 (its solver stops there);
# ours by 1e-13. Agreement cannot be better than that.
PEER = {"rtol": 1e-5, "atol": 5e-7}


def test_bicm_equals_the_peer_and_meets_degrees_more_closely(golden: Any) -> None:
    content = golden("bicm")
    inputs, cases = content["inputs"], content["by_id"]
    table = pd.DataFrame(
        inputs["binary"], index=inputs["regions"], columns=inputs["industries"]
    )
    model = nw.bicm(table)
    theirs = np.array(cases["bicm_probability"]["output"], float)
    np.testing.assert_allclose(model.probability, theirs, **PEER)
    for case, ours in (
        ("expected_cooccurrence_reference", model.expected),
        ("zscore_reference", model.z_score),
    ):
        output = np.array(cases[case]["output"], float)
        different = ~np.eye(len(output), dtype=bool)
        np.testing.assert_allclose(
            ours.to_numpy()[different], output[different], **PEER
        )
    counts = table.to_numpy(float)
    own = np.abs(model.probability.to_numpy().sum(axis=0) - counts.sum(axis=0)).max()
    peer = np.abs(theirs.sum(axis=0) - counts.sum(axis=0)).max()
    assert own < 1e-10 < peer
