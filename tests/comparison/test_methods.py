"""Differences between methods, and between Laender."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.comparison._methods import by_method, ridge_logit


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
        "verdict": np.where(y, "confirmed", "undecided"),
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
