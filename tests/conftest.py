"""Fixtures that find real data and golden values, and say so where they are absent."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import settings

# a busy machine is no fault: speed is measured in benchmarks/, never by a test
settings.register_profile("clusterid", deadline=None)
settings.load_profile("clusterid")


def _folder(variable: str) -> Path:
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set: real data or golden values are not here")
    path = Path(value)
    if not path.is_dir():
        pytest.skip(f"{variable} points to {path}, which is not a folder")
    return path.resolve()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data sets (``CLUSTERID_DATA``)."""
    return _folder("CLUSTERID_DATA")


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Any]]:
    """Return a reader of golden files (``CLUSTERID_GOLDEN``) with cases by id."""
    folder = _folder("CLUSTERID_GOLDEN")

    def read(name: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(
            (folder / f"{name}.json").read_text("utf-8")
        )
        content["by_id"] = {case["id"]: case for case in content["cases"]}
        return content

    return read


def _beside(name: str) -> ModuleType:
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The module that builds the small results pictures and pages are tested on."""
    return _beside("fake_result")


@dataclass(frozen=True)
class HostileRun:
    """A study whose every text is hostile, its result, and what was written."""

    texts: ModuleType
    folder: Path
    result: Any

    @property
    def out(self) -> Path:
        """The folder of the results."""
        return self.folder / "out"


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> HostileRun:
    """One run of the study in which every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    texts = _beside("hostile_study")
    return HostileRun(texts, folder, texts.run(folder))


@dataclass(frozen=True)
class SmallRun:
    """A small simulated study, and what ``clusterid run`` said and wrote for it."""

    study: Path
    out: Path
    done: subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def small_run(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """Thirty regions, run once by the command with one hash seed; tests read it."""
    from clusterid.simulation import simulate_economy

    folder = tmp_path_factory.mktemp("small")
    study, out = folder / "study", folder / "out"
    simulate_economy(n_regions=30, n_plants=20_000, n_projects=40, seed=1).save(study)
    source = str(Path(__file__).resolve().parents[1] / "src")
    done = subprocess.run(
        [sys.executable, "-m", "clusterid", "run", str(study), "-o", str(out)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([source, os.environ.get("PYTHONPATH", "")]),
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
        },
    )
    assert done.returncode == 0, done.stderr
    return SmallRun(study, out, done)
