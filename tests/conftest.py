"""Fixtures that find real data and golden values, and say so where they are absent."""

from __future__ import annotations

import importlib.util
import json
import os
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
