"""The wheel carries everything: built, installed elsewhere, it runs the demo."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_wheel_holds_code_data_and_vendored_scripts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert "clusterid/py.typed" in names
    assert "clusterid/data/geo_de_kreise_vg250/kreise_vg250_401.geojson" in names
    assert any(name.endswith("leaflet.js") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any("shared" in name for name in names)


@pytest.mark.slow
def test_installed_elsewhere_the_demo_runs(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*install, "--target", target, wheel], check=True)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    environment["PYTHONPATH"] = str(target)
    done = subprocess.run(
        [sys.executable, "-m", "clusterid", "demo", "-o", "out"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "map.html" in done.stdout
    page = (tmp_path / "out" / "map.html").read_text("utf-8")
    assert "simulated" in page
