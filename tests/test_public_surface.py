"""Every public name is there, documented, and its example runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
import warnings

import pytest

import clusterid as cid

NAMES = sorted(set(cid.__all__) - {"__version__"})
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(cid.__path__, "clusterid.")
    if not module.name.endswith("__main__")
)


@pytest.mark.parametrize("name", NAMES)
def test_public_name_is_there_and_documented(name: str) -> None:
    value = getattr(cid, name)
    doc = inspect.getdoc(value)
    assert doc, f"{name} has no docstring"
    if inspect.isfunction(value):
        assert "Parameters" in doc or not inspect.signature(value).parameters, name
        assert "Returns" in doc, f"{name} does not say what it returns"
        assert ">>>" in doc, f"{name} has no example"


@pytest.mark.parametrize("name", NAMES)
def test_data_are_positional_and_options_keyword_only(name: str) -> None:
    value = getattr(cid, name)
    if not inspect.isfunction(value):
        assert inspect.isclass(value)
        return
    for parameter in list(inspect.signature(value).parameters.values())[1:]:
        if parameter.default not in {inspect.Parameter.empty, None}:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY, parameter


@pytest.mark.parametrize("module", MODULES)
def test_examples_run(module: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = doctest.testmod(
            importlib.import_module(module),
            optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS,
        )
    assert result.failed == 0


def test_import_stays_light() -> None:
    code = (
        "import sys, clusterid; "
        "print([m for m in ('numpy', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_help_needs_no_heavy_library() -> None:
    code = (
        "import sys\nfrom clusterid.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = ('numpy', 'pandas', 'scipy', 'matplotlib', 'geopandas')\n"
        "sys.stderr.write(str([m for m in heavy if m in sys.modules]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
    assert "demo" in done.stdout
