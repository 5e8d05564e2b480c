"""Fixtures that find real data and golden values, and say so where they are absent."""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


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


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The module that builds the small results pictures and pages are tested on."""
    path = Path(__file__).parent / "fake_result.py"
    spec = importlib.util.spec_from_file_location("fake_result", path)
    if spec is None or spec.loader is None:
        raise ImportError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
