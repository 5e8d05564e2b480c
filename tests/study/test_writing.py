"""Whole or not at all, inside the folder that was named, and nothing that runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import clusterid
from clusterid.cli import main

COUNTS = "region,industry,employment\na,x,5\nb,x,3\na,y,1\nb,y,9\n"


def _heeds_interrupts() -> None:
    """Hear SIGINT, whatever the shell that started the tests has ignored."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _environment() -> dict[str, str]:
    source = str(Path(clusterid.__file__).parents[1])
    return {**os.environ, "PYTHONPATH": source}


@pytest.mark.parametrize(
    "words",
    [
        ("concentration", "e.csv", "-o", "nowhere/x.csv"),
        ("concentration", "e.csv", "-o", "."),
        ("concentration", "e.csv", "-o", "e.csv/x.csv"),
        ("init", "e.csv"),
        ("simulate", "-o", "e.csv/x"),
        ("demo", "-o", "e.csv/x"),
        ("map", "nowhere", "-o", "."),
    ],
)
def test_what_cannot_be_written_is_told_in_words(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "e.csv").write_text(COUNTS, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["clusterid", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("clusterid: ")
    assert "Traceback" not in said
    assert [p.name for p in tmp_path.iterdir()] == ["e.csv"]


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "clusterid", "demo", "-o", "out"],
        cwd=tmp_path,
        env=_environment(),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=_heeds_interrupts,
    ) as running:
        time.sleep(4)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode not in (0, None)
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())
