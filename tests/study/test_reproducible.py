"""Same inputs and seed, same bytes: whatever the row order, hash seed or threads."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clusterid.study import read_result

SRC = Path(__file__).resolve().parents[2] / "src"
TABLES = ("employment", "flows", "links", "collaborations", "places", "declared")


@pytest.fixture
def shuffled(small_run: Any, tmp_path: Path) -> Path:
    """The small study with the rows of every table in another order."""
    folder = tmp_path / "study"
    shutil.copytree(small_run.study, folder)
    for name in TABLES:
        path = folder / f"{name}.csv"
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        table.sample(frac=1, random_state=7).to_csv(path, index=False)
    return folder


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


def _digests(out: Path) -> dict[str, str]:
    names = ["clusters.csv", "verdicts.csv", "templates.csv", "concentration.parquet"]
    paths = [out / name for name in names] + sorted((out / "networks").iterdir())
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


def test_same_bytes_for_shuffled_rows_hash_seeds_and_threads(
    small_run: Any, shuffled: Path, tmp_path: Path
) -> None:
    command = ["-m", "clusterid", "run", str(shuffled), "-o", str(tmp_path / "b")]
    _python(*command, hash_seed="12345", threads="2")
    assert _digests(tmp_path / "b") == _digests(small_run.out)


def test_result_read_back_saves_the_same_bytes(small_run: Any, tmp_path: Path) -> None:
    read_result(small_run.out).save(tmp_path / "c")
    for name in ("clusters.csv", "verdicts.csv", "concentration.parquet"):
        before = (small_run.out / name).read_bytes()
        assert (tmp_path / "c" / name).read_bytes() == before, name


def test_groups_and_clusters_are_the_same_bytes_for_any_order_and_threads() -> None:
    script = str(Path(__file__).with_name("detection_digests.py"))
    plain = json.loads(_python(script, "0", "1", hash_seed="0", threads="1"))
    other = json.loads(_python(script, "11", "2", hash_seed="4242", threads="2"))
    assert int(plain["n_clusters"]) >= 3
    assert int(plain["n_cells"]) >= 3
    assert plain == other
