"""The small result that pictures and pages are tested on."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def fake() -> ModuleType:
    """The module that builds fake results."""
    path = Path(__file__).parents[1] / "fake_result.py"
    spec = importlib.util.spec_from_file_location("fake_result", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
