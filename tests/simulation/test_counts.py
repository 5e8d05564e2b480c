"""Simulated counts: planted strength, no strength, and roughness are found in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.simulation import PlantedCluster, simulate_counts


def test_planted_cells_have_the_planted_location_quotient():
    planted = [
        PlantedCluster("automotive", ("R010", "R011"), 3.0),
        PlantedCluster("finance", ("R100",), 5.0),
    ]
    design, tables = simulate_counts(replicates=200, planted=planted, dartboard=True)
    mean = sum(t.to_numpy() for t in tables) / 200
    mean = pd.DataFrame(mean, index=design.regions.index, columns=design.codes)
    weights = pd.Series(design.weights, index=design.regions.index)
    for cell in design.cells.itertuples():
        total = mean[cell.industry].sum()
        lq = mean.loc[cell.region, cell.industry] / total / weights[cell.region]
        expected = total * weights[cell.region] * cell.lq * 200
        assert lq == pytest.approx(cell.lq, rel=4.5 / np.sqrt(expected))
    other = mean["01"] / mean["01"].sum() / weights
    assert other.mean() == pytest.approx(1.0, abs=0.02)


def test_a_null_economy_has_no_planted_cell():
    design, tables = simulate_counts(replicates=3, planted=0)
    assert design.cells.empty and (design.planted == 1).all()
    totals = [int(t.to_numpy().sum()) for t in tables]
    assert totals == [int(design.n_plants.sum())] * 3


def test_roughness_spreads_the_true_location_quotient():
    sds = {}
    for roughness in (0.0, 0.4):
        design, tables = simulate_counts(
            replicates=1,
            roughness=roughness,
            density_gradient=0.0,
            n_plants=4_000_000,
        )
        counts = next(tables)
        expected = np.outer(design.weights, design.n_plants)
        big = expected > 200
        log = np.log(counts.to_numpy()[big] / expected[big])
        sds[roughness] = np.sqrt(log.var() - (1 / expected[big]).mean())
    assert sds[0.0] == pytest.approx(0.0, abs=0.02)
    assert sds[0.4] == pytest.approx(0.4, abs=0.02)


def test_neighbours_share_roughness_whose_variance_stays():
    spread, together = {}, {}
    for share in (0.0, 0.5):
        design, tables = simulate_counts(
            replicates=1, n_plants=60_000_000, roughness=0.4, density_gradient=0.0,
            neighbour_roughness=share, seed=3,
        )  # fmt: skip
        counts = next(tables).to_numpy()
        log = np.log(counts / counts.sum(axis=0) / design.weights[:, None])
        log -= log.mean(axis=0)
        near = [log[n].mean(axis=0) for n in design.adjacent if len(n)]
        mine = log[[bool(len(n)) for n in design.adjacent]]
        spread[share] = log.std()
        together[share] = np.corrcoef(mine.ravel(), np.array(near).ravel())[0, 1]
    assert spread[0.0] == pytest.approx(0.4, abs=0.02)
    assert spread[0.5] == pytest.approx(0.4, abs=0.02)
    assert abs(together[0.0]) < 0.03
    assert together[0.5] > 0.4
