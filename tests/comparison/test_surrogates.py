"""Maps that only look alike."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.comparison._surrogates import (
    normal_scores,
    spatial_surrogates,
    spatial_vectors,
    surrogate_hits,
)

SIDE = 9


def touching(side: int = SIDE) -> np.ndarray:
    x, y = np.divmod(np.arange(side * side), side)
    near = np.abs(x[:, None] - x[None]) + np.abs(y[:, None] - y[None]) == 1
    return np.asarray(near)


def moran(values: np.ndarray, near: np.ndarray) -> float:
    """Moran's I from its definition."""
    z = values - values.mean()
    return float(len(z) / near.sum() * (z @ near @ z) / (z @ z))


def smooth(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=SIDE * SIDE)
    near = touching().astype(float)
    for _ in range(3):
        values = values + near @ values / np.maximum(near.sum(axis=1), 1)
    return np.asarray(values)


def test_surrogates_keep_mean_variance_and_autocorrelation() -> None:
    values, near = smooth(1), touching()
    drawn = spatial_surrogates(
        values, spatial_vectors(near), 50, np.random.default_rng(0)
    )
    assert drawn.shape == (50, SIDE * SIDE)
    assert drawn.mean(axis=1) == pytest.approx(values.mean(), abs=1e-9)
    assert drawn.var(axis=1) == pytest.approx(values.var(), rel=1e-9)
    # equal eigenvalues are moved apart by 1e-7, and so much is Moran's I
    for one in drawn:
        assert moran(one, near) == pytest.approx(moran(values, near), abs=1e-5)
    assert abs(np.corrcoef(values, drawn.mean(axis=0))[0, 1]) < 0.6
    assert moran(values, near) > 0.5


def test_scores_rise_with_the_quotient_and_missing_is_the_middle() -> None:
    quotients = np.array([[4.0], [1.0], [1.0], [0.2], [np.nan]])
    found = normal_scores(quotients)[:, 0]
    assert found[0] > found[1] == found[2] > found[3]
    assert found[4] == 0


def test_the_map_null_holds_its_size_where_labels_stand_together() -> None:
    # both smooth, neither knows of the other: dealing labels out alarms too often
    near, n = touching(), SIDE * SIDE
    vectors_seed = 200
    alarms = {"maps": 0, "labels": 0}
    runs = 60
    for run in range(runs):
        rng = np.random.default_rng(vectors_seed + run)
        measured = smooth(1000 + run)
        labels = smooth(5000 + run)
        hot = (measured >= np.sort(measured)[-20])[:, None]
        declared = (labels >= np.sort(labels)[-20])[:, None]
        hits = float((hot & declared).sum())
        rank = np.argsort(np.argsort(measured))[:, None] / n
        maps = surrogate_hits(
            declared, hot, np.eye(n), normal_scores(rank), near, 199, rng
        )
        alarms["maps"] += (1 + (maps >= hits).sum()) / 200 <= 0.05
        dealt = np.array([
            (hot[:, 0] & rng.permutation(declared[:, 0])).sum() for _ in range(199)
        ])
        alarms["labels"] += (1 + (dealt >= hits).sum()) / 200 <= 0.05
    assert alarms["maps"] <= 8  # 5 per cent of 60 is 3; 8 is exceeded in 0.4 per cent
    assert alarms["labels"] > alarms["maps"]
