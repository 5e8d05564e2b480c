"""Speed and memory of networks: proximity, research networks, layers, backbones.

Aims: proximity of 5,000 industries within 0.3 s and 1 GiB, with econcomplex beside it
where it installs; Horizon 2020 to a validated network of Kreise within 20 s. Best of
several runs; data are simulated unless a folder of real ones is named.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw

pytestmark = pytest.mark.benchmark


def presences(regions: int, industries: int) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = (rng.random((regions, industries)) < 0.25).astype(float)
    return pd.DataFrame(
        table,
        index=[f"R{i:04d}" for i in range(regions)],
        columns=[f"{i:05d}" for i in range(industries)],
    )


@pytest.mark.parametrize("method", ["association", "conditional", "jaccard"])
def test_proximity_of_5000_industries(benchmark: Any, method: str) -> None:
    table = presences(400, 5000)
    benchmark.pedantic(
        lambda: nw.proximity(table, method=method), rounds=7, warmup_rounds=1
    )
    benchmark.extra_info["aim_seconds"] = 0.3


def test_product_of_matrices_alone(benchmark: Any) -> None:
    """What the machine needs for the counts: the floor of the above."""
    single = presences(400, 5000).to_numpy(np.float32)
    benchmark.pedantic(lambda: single.T @ single, rounds=7, warmup_rounds=1)


def test_econcomplex_proximity_of_5000_industries(benchmark: Any) -> None:
    peer = pytest.importorskip("econcomplex")
    table = presences(400, 5000).to_numpy()
    benchmark.pedantic(
        lambda: peer.proximity(table, use_rca=False, threshold=0.5, method="max"),
        rounds=2,
    )


@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell memory"
)
def test_memory_of_5000_industries_stays_below_1_gib() -> None:
    script = (
        "import numpy as np, pandas as pd\n"
        "from clusterid import networks as nw\n"
        "t = (np.random.default_rng(0).random((400, 5000)) < 0.25).astype(float)\n"
        "nw.proximity(pd.DataFrame(t))\n"
        "status = open('/proc/self/status').read().split('VmHWM:')[1]\n"
        "print(status.split()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert int(done.stdout) * 1024 < 1 << 30


@pytest.fixture(scope="module")
def horizon() -> pd.DataFrame:
    folder = os.environ.get("CLUSTERID_DATA")
    if not folder:
        pytest.skip("CLUSTERID_DATA is not set: Horizon 2020 is not here")
    root = Path(folder) / "h2020_research_network"
    joins = pd.read_parquet(root / "participations.parquet").astype({"pic": str})
    bodies = pd.read_parquet(root / "organisations.parquet").astype({"pic": str})
    table = joins.merge(bodies[["pic", "kreis_ags"]], on="pic", how="left")
    return table.rename(
        columns={"rcn": "project", "pic": "organisation", "kreis_ags": "region"}
    )


@pytest.mark.parametrize("tested_at", ["organisations", "nodes"])
def test_horizon_2020_to_validated_kreise(
    benchmark: Any, horizon: pd.DataFrame, tested_at: str
) -> None:
    benchmark.pedantic(
        lambda: nw.collaboration_network(horizon, tested_at=tested_at), rounds=3
    )
    assert benchmark.stats.stats.min < 20


def test_horizon_2020_all_35871_organisations_validated(
    benchmark: Any, horizon: pd.DataFrame
) -> None:
    benchmark.pedantic(
        lambda: nw.collaboration_network(horizon, between="organisations"), rounds=2
    )


def test_colocation_of_1000_industries_in_400_regions(benchmark: Any) -> None:
    rng = np.random.default_rng(0)
    jobs = pd.DataFrame(rng.lognormal(3, 2, (400, 1000)))
    benchmark.pedantic(lambda: nw.colocation_network(jobs), rounds=3, warmup_rounds=1)


def test_stack_of_three_layers_of_1000_industries(benchmark: Any) -> None:
    rng = np.random.default_rng(0)
    jobs = pd.DataFrame(
        rng.lognormal(3, 2, (100, 1000)), columns=[f"{i:04d}" for i in range(1000)]
    )
    layers = {
        "colocation": nw.colocation_network(jobs),
        "coagglomeration": nw.colocation_network(jobs, method="coagglomeration"),
        "code": nw.code_network(jobs.columns),
    }
    benchmark.pedantic(lambda: nw.stack_layers(layers), rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("method", ["noise_corrected", "disparity"])
def test_backbone_of_250000_links(benchmark: Any, method: str) -> None:
    rng = np.random.default_rng(0)
    counts = np.triu(rng.poisson(rng.lognormal(0, 1, (1000, 1000))), 1).astype(float)
    codes = [f"{i:04d}" for i in range(1000)]
    graph = nw.from_matrix(
        codes, counts, directed=False, layer="moves", kind="industry", absent="zero"
    )
    benchmark.pedantic(lambda: nw.backbone(graph, method=method), rounds=2)
