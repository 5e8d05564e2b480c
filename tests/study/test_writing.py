"""Whole or not at all, inside the folder that was named, and nothing that runs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

import clusterid
from clusterid._whole_folder import whole_folder
from clusterid._writing import whole_file
from clusterid.cli import main
from clusterid.errors import SourceError, StudyError
from clusterid.study._outputs import write_csv
from clusterid.study._schema import read_study_file
from clusterid.study._store import store, unstore

COUNTS = "region,industry,employment\na,x,5\nb,x,3\na,y,1\nb,y,9\n"
STUDY = """
[employment]
path = "e.csv"
[regions]
path = "r.geojson"
"""


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
    ) as running:
        time.sleep(4)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert running.returncode not in (0, None)
    assert "Traceback" not in said
    assert not list(tmp_path.iterdir())


def test_a_failure_half_way_leaves_the_earlier_file_and_folder(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("earlier", "utf-8")
    with pytest.raises(ZeroDivisionError), whole_file(target) as part:
        part.write_text("half", "utf-8")
        _ = 1 / 0
    assert target.read_text("utf-8") == "earlier"
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "kept.txt").write_text("earlier", "utf-8")
    with pytest.raises(ZeroDivisionError), whole_folder(folder) as partial:
        (partial / "new.txt").write_text("half", "utf-8")
        _ = 1 / 0
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a.txt", "kept.txt", "out"]
    with pytest.raises(SourceError, match="is a folder"), whole_file(folder):
        pass


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ('[[supply]]\npath = "s.csv"\nname = "../../x"', "becomes a file"),
        ('[[skills]]\npath = "s.csv"\nname = "a/b"', "becomes a file"),
        ('[[research]]\npath = "s.csv"\nname = ".hidden"', "becomes a file"),
        ('[[skills]]\npath = "s.csv"\nname = "colocation"', "co-location layer"),
        ('[[skills]]\npath = "s.csv"\nname = "Stack"', "the layers together"),
        (
            '[[supply]]\npath = "s.csv"\nname = "x"\n'
            '[[skills]]\npath = "s.csv"\nname = "x"',
            "the name of",
        ),
        (
            '[[supply]]\npath = "s.csv"\n[[skills]]\npath = "s.csv"\nname = "supply"',
            "without a name",
        ),
        ("[method]\ntolerance = 3", "tolerance"),
    ],
)
def test_names_of_networks_stay_inside_and_apart(
    sections: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "study.toml"
    path.write_text(STUDY + sections, "utf-8")
    with pytest.raises(StudyError, match=told):
        read_study_file(path)


def test_names_may_have_umlauts(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(
        STUDY + '[[supply]]\npath = "s.csv"\nname = "Zulieferer Süd"', "utf-8"
    )
    assert read_study_file(path).supply[0].name == "Zulieferer Süd"


def test_a_table_for_spreadsheets_runs_nothing_and_keeps_numbers(
    tmp_path: Path,
) -> None:
    hostile = ["=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("x")', "Ulm", "ÄÖ"]
    frame = pd.DataFrame({"name": hostile, "lq": [-1.5, *[1.0] * 7]})
    write_csv(frame, tmp_path / "t.csv")
    back = pd.read_csv(tmp_path / "t.csv", encoding="utf-8-sig")
    assert back["name"].str[0].isin(list("=+-@\t")).sum() == 0
    assert back["name"].tolist()[-2:] == ["Ulm", "ÄÖ"]
    assert back.loc[0, "lq"] == -1.5


def test_keys_that_look_alike_are_stored_apart(tmp_path: Path) -> None:
    one, two = nx.Graph(), nx.Graph()
    one.add_edge("a", "b", weight=1.0)
    two.add_edge("c", "d", weight=2.0)
    store({"x y": one, "x_y": two, "../x": one}, tmp_path / "state")
    back = unstore(tmp_path / "state")
    assert set(back["x y"]) == set(back["../x"]) == {"a", "b"}
    assert set(back["x_y"]) == {"c", "d"}
    assert {p.parent for p in tmp_path.rglob("*.parquet")} == {tmp_path / "state"}


def test_a_stored_result_cannot_choose_what_is_called(tmp_path: Path) -> None:
    stolen = tmp_path / "stolen.html"
    content = {
        "class": "clusterid.maps._page:write_page",
        "fields": {"html": "x", "path": str(stolen)},
    }
    folder = tmp_path / "state"
    folder.mkdir()
    text = json.dumps({"format": 1, "content": content})
    (folder / "index.json").write_text(text, "utf-8")
    with pytest.raises(StudyError, match="no part of a result"):
        unstore(folder)
    assert not stolen.exists()
