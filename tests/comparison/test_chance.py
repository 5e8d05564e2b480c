"""What chance would do: labels dealt out anew, maps that only look alike, Laender."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.comparison._agreement import agreement_table, deal, label_table
from clusterid.comparison._methods import by_method, ridge_logit
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


def test_scores_rise_where_p_falls_and_missing_is_the_middle() -> None:
    p = np.array([[0.001], [0.5], [0.5], [1.0], [np.nan]])
    found = normal_scores(p)[:, 0]
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
        p = np.argsort(np.argsort(-measured))[:, None] / n
        maps = surrogate_hits(
            declared, hot, np.eye(n), normal_scores(p), near, 199, rng
        )
        alarms["maps"] += (1 + (maps >= hits).sum()) / 200 <= 0.05
        dealt = np.array([
            (hot[:, 0] & rng.permutation(declared[:, 0])).sum() for _ in range(199)
        ])
        alarms["labels"] += (1 + (dealt >= hits).sum()) / 200 <= 0.05
    assert alarms["maps"] <= 8  # 5 per cent of 60 is 3; 8 is exceeded in 0.4 per cent
    assert alarms["labels"] > alarms["maps"]


def test_intervals_and_ranges_of_chance_stand_in_columns_of_their_own() -> None:
    rng = np.random.default_rng(3)
    measured = rng.random((60, 8)) < 0.2
    declared = measured & (rng.random((60, 8)) < 0.8)
    table = agreement_table(
        declared,
        measured,
        np.ones(60, dtype=bool),
        np.zeros(60, dtype=np.int64),
        draws=199,
        rng=rng,
    )
    row = table.loc["declared_measured_within_margins"]
    assert row["lower"] < row["value"] == 1.0
    assert row["expected_lower"] < row["expected"] < row["expected_upper"] < 1
    lift = table.loc["lift_within_margins"]
    assert lift["expected_lower"] < 1 < lift["expected_upper"]
    assert np.isnan(lift["lower"])
    for name in ("observed", "precision", "recall", "jaccard", "kappa", "ac1"):
        one = table.loc[name]
        assert one["lower"] <= one["value"] <= one["upper"]
        assert np.isnan(one["expected_lower"])
    assert table.loc["lift_spatial", "reason"] == "no_shapes"


def test_every_label_is_held_against_labels_dealt_out_anew() -> None:
    rng = np.random.default_rng(4)
    measured = np.zeros((50, 4), dtype=bool)
    measured[:10] = True
    declared = rng.random((50, 4)) < 0.3
    declared[:, 0] = measured[:, 0]
    declared[:, 3] = False
    dealt = deal(declared, measured.astype(float), None, 499, rng)
    table = label_table(declared, measured, ["a", "b", "c", "d"], dealt.by_field)
    assert list(table.index) == ["a", "b", "c"]
    assert table.loc["a", "places"] == table.loc["a", "concentrated"] == 10
    assert table.loc["a", "p_value"] == 1 / 500
    assert (table["q_value"] >= table["p_value"]).all()
    assert table.loc["a", "lift"] > 2
    # every place keeps its number of labels, so the sums agree
    assert dealt.by_place.sum() == pytest.approx(dealt.by_field.sum(axis=1).mean())


def _records(
    effect: float, seed: int
) -> tuple[pd.DataFrame, dict[str, list[str]], pd.Series]:
    rng = np.random.default_rng(seed)
    n = 400
    land = rng.integers(0, 8, n)
    of_land = np.linspace(-effect, effect, 8)
    uses = rng.random(n) < 1 / (1 + np.exp(-2 * of_land[land]))
    y = rng.random(n) < 1 / (1 + np.exp(-of_land[land]))
    names = [f"D{k:03d}" for k in range(n)]
    rows = pd.DataFrame({
        "record": names,
        "place": names,
        "field": "f",
        "verdict": np.where(y, "confirmed", "unknown"),
    })
    ticks = {
        r: (["measured", "own"] if u else ["own"])
        for r, u in zip(names, uses, strict=True)
    }
    return rows, ticks, pd.Series(land, index=names).map("L{}".format)


def test_a_land_that_does_both_is_not_taken_for_the_method() -> None:
    # the Land decides who measures and who has clusters; the method does nothing
    rows, ticks, land = _records(2.0, 1)
    size = pd.Series(1e5, index=rows["record"])
    naive = by_method(rows, ticks, size)
    fair = by_method(rows, ticks, size, land=land)
    assert naive.loc["measured", "odds_lower"] > 1
    assert fair.loc["measured", "odds_lower"] < 1.1
    assert (
        fair.loc["measured", "odds_ratio"] < 0.6 * naive.loc["measured", "odds_ratio"]
    )
    assert fair.attrs["lands"] == 8
    assert fair.attrs["land_sd"] >= 0.75


def test_without_a_difference_between_laender_none_is_found() -> None:
    rows, ticks, land = _records(0.0, 2)
    size = pd.Series(1e5, index=rows["record"])
    assert by_method(rows, ticks, size, land=land).attrs["land_sd"] <= 0.25


def test_the_logit_is_at_the_mode_of_its_posterior() -> None:
    rng = np.random.default_rng(5)
    x = np.column_stack((np.ones(80), rng.normal(size=(80, 2))))
    y = (rng.random(80) < 0.4).astype(float)
    found = ridge_logit(x, y, prior_sd=1.5)
    p = 1 / (1 + np.exp(-x @ found.beta))
    prior = found.beta / np.array([100.0, 2.25, 2.25])
    assert x.T @ (y - p) - prior == pytest.approx(np.zeros(3), abs=1e-8)
