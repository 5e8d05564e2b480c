"""Same inputs and seed, same bytes: whatever the row order, hash seed or threads."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from clusterid.simulation import simulate_economy
from clusterid.study import read_result

SRC = Path(__file__).resolve().parents[2] / "src"
TABLES = ("employment", "flows", "links", "collaborations", "places", "declared")


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return one study folder, and the same with every table's rows shuffled."""
    plain = tmp_path_factory.mktemp("plain")
    simulate_economy(n_regions=40, n_plants=40_000, n_projects=80, seed=5).save(plain)
    shuffled = tmp_path_factory.mktemp("shuffled") / "study"
    shutil.copytree(plain, shuffled)
    for name in TABLES:
        path = shuffled / f"{name}.csv"
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        table.sample(frac=1, random_state=7).to_csv(path, index=False)
    return plain, shuffled


def _python(*arguments: str, hash_seed: str, threads: str) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")]),
        "PYTHONHASHSEED": hash_seed,
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
    }
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def _run(study: Path, out: Path, *, hash_seed: str, threads: str) -> dict[str, str]:
    command = ["-m", "clusterid", "run", str(study), "-o", str(out)]
    _python(*command, hash_seed=hash_seed, threads=threads)
    names = ["clusters.csv", "verdicts.csv", "templates.csv", "concentration.parquet"]
    paths = [out / name for name in names] + sorted((out / "networks").iterdir())
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def test_same_bytes_for_shuffled_rows_hash_seeds_and_threads(
    studies: tuple[Path, Path], tmp_path: Path
) -> None:
    plain, shuffled = studies
    first = _run(plain, tmp_path / "a", hash_seed="0", threads="1")
    second = _run(shuffled, tmp_path / "b", hash_seed="12345", threads="2")
    assert first == second


def test_result_read_back_saves_the_same_bytes(
    studies: tuple[Path, Path], tmp_path: Path
) -> None:
    _run(studies[0], tmp_path / "a", hash_seed="0", threads="1")
    read_result(tmp_path / "a").save(tmp_path / "c")
    for name in ("clusters.csv", "verdicts.csv", "concentration.parquet"):
        before = (tmp_path / "a" / name).read_bytes()
        assert (tmp_path / "c" / name).read_bytes() == before, name


def test_groups_and_clusters_are_the_same_bytes_for_any_order_and_threads() -> None:
    script = str(Path(__file__).with_name("detection_digests.py"))
    plain = json.loads(_python(script, "0", "1", hash_seed="0", threads="1"))
    other = json.loads(_python(script, "11", "2", hash_seed="4242", threads="2"))
    assert int(plain["n_clusters"]) >= 3
    assert int(plain["n_cells"]) >= 3
    assert plain == other
