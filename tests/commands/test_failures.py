"""Every way a command can fail: a status and words, no traceback, nothing half."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import clusterid
from clusterid import cli
from clusterid._console import as_json
from clusterid._disk._whole_folder import MANIFEST
from clusterid.study import read_study

SRC = Path(clusterid.__file__).resolve().parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(SRC)}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of eight square regions and six industries, and its result."""
    folder = tmp_path_factory.mktemp("tiny")
    rows = [
        (f"R{r}", str(10 + i), 10 + (37 * r * r + 91 * i * r + 13 * i) % 400)
        for r in range(8)
        for i in range(6)
    ]
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    table.to_csv(folder / "employment.csv", index=False)
    features = []
    for r in range(8):
        x, y = 8 + r % 4, 50 + r // 4
        ring = [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]
        features.append({
            "type": "Feature",
            "properties": {"region": f"R{r}", "name": f"Place {r}"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        })
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "regions.geojson").write_text(json.dumps(collection), "utf-8")
    (folder / "study.toml").write_text(
        '[study]\ntitle = "Squares"\n[employment]\npath = "employment.csv"\n'
        '[regions]\npath = "regions.geojson"\n',
        "utf-8",
    )
    study = read_study(folder)
    study.save(study.run())
    return folder


@pytest.fixture
def here(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the study, and the folder the command is called in."""
    shutil.copytree(tiny, tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    return tmp_path / "study"


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Call]:
    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["clusterid", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    yield run


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# -- names of outputs ------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("map", "out", "-o", "x.xlsx"),
        ("map", "out", "-o", "x.pdf"),
        ("map", "out", "-o", "x.png"),
        ("map", "out", "-o", "study.toml"),
        ("report", "out", "-o", "x.pdf"),
        ("report", "out", "-o", "x.docx"),
        ("concentration", "employment.csv", "-o", "x.xlsx"),
        ("concentration", "employment.csv", "-o", "x.html"),
        ("concentration", "employment.csv", "-o", "employment.csv"),
        ("concentration", "employment.csv", "-o", "nowhere/x.csv"),
        ("map", "out", "-o", "loop/x.html"),
        ("map", "out", "-o", "x" * 300 + ".html"),
        ("map", "out", "-o", "out"),
        ("run", ".", "-o", "employment.csv"),
        ("run", ".", "-o", "."),
        ("run", ".", "-o", "employment.csv/out"),
        ("run", ".", "-o", "x" * 300),
        ("run", ".", "-o", "/dev/null"),
        ("run", ".", "-o", "loop"),
        ("simulate", "-o", "."),
        ("simulate", "-o", "employment.csv"),
        ("init", "."),
        ("init", "employment.csv"),
    ],
)
def test_an_output_that_cannot_be_is_told_before_anything_is_done(
    words: tuple[str, ...], here: Path, call: Call
) -> None:
    (here / "loop").symlink_to(here / "loop")
    before = digests(here)
    status, said, told = call(*words)
    assert status == 1, (said, told)
    assert told.startswith("clusterid: ")
    assert len(told.strip().splitlines()) == 1
    assert "Traceback" not in told
    assert digests(here) == before


def test_init_overwrites_no_file(here: Path, call: Call) -> None:
    (here / "mine" / "data").mkdir(parents=True)
    (here / "mine" / "data" / "README.txt").write_text("mine", "utf-8")
    status, _, told = call("init", "mine")
    assert status == 1
    assert "stands there already" in told
    assert digests(here / "mine") == {
        "data/README.txt": digests(here / "mine").popitem()[1]
    }
    assert (here / "mine" / "data" / "README.txt").read_text("utf-8") == "mine"


def test_a_link_is_written_through(here: Path, call: Call) -> None:
    (here / "pages").mkdir()
    (here / "map.html").symlink_to(here / "pages" / "real.html")
    assert call("map", "out")[0] == 0
    assert (here / "map.html").is_symlink()
    assert "Squares" in (here / "pages" / "real.html").read_text("utf-8")


def test_a_device_and_a_pipe_are_written_through(here: Path, call: Call) -> None:
    assert call("map", "out", "-o", os.devnull)[0] == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)
    os.mkfifo(here / "pipe.html")
    with (here / "read").open("wb") as copy:
        reader = subprocess.Popen(["cat", here / "pipe.html"], stdout=copy)
        assert call("map", "out", "-o", "pipe.html") == (0, "", "")
        reader.wait(timeout=20)
    assert (here / "read").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert stat.S_ISFIFO((here / "pipe.html").stat().st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_device_is_told(here: Path, call: Call) -> None:
    status, _, told = call("map", "out", "-o", "/dev/full")
    assert status == 1
    assert "No space left on device" in told


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_the_umask_decides_who_may_read(
    mask: int, mode: int, here: Path, call: Call
) -> None:
    before = os.umask(mask)
    try:
        assert call("map", "out")[0] == 0
        assert call("concentration", "employment.csv", "-o", "lq.csv")[0] == 0
        assert call("init", "new")[0] == 0
    finally:
        os.umask(before)
    for name in ("map.html", "lq.csv", "new/study.toml"):
        assert stat.S_IMODE((here / name).stat().st_mode) == mode
    (here / "map.html").chmod(0o604)
    assert call("map", "out")[0] == 0
    assert stat.S_IMODE((here / "map.html").stat().st_mode) == 0o604


# -- the disk --------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [3_000, 60_000, 150_000])
def test_a_disk_that_is_full_half_way_leaves_the_earlier_result(
    limit: int, here: Path
) -> None:
    """A limit on the size of files fails as a full disk does, in every writer."""
    before = digests(here)
    script = (
        "import resource, sys\n"
        "from clusterid import cli\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "sys.argv = ['clusterid', 'run', '.']\n"
        "cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
        cwd=here,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert digests(here) == before


# -- stopping --------------------------------------------------------------------------


def _hears() -> None:
    """Hear signals that a job in the background, or under nohup, would ignore."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def _started(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "clusterid", *words],
        preexec_fn=_hears,
        cwd=folder,
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_run_in_words_and_leaves_all_as_it_was(
    name: str, here: Path
) -> None:
    number = getattr(signal, name)
    before = digests(here)
    with _started(here, "run", ".") as running:
        time.sleep(2.0)
        running.send_signal(number)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 128 + number
    assert told == "clusterid: stopped; nothing was written.\n"
    assert digests(here) == before


def test_a_signal_while_the_result_is_placed_is_not_heeded(
    here: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    from clusterid._disk import _whole_folder

    carried = _whole_folder._carried

    def interrupted(commit: Path, target: Path) -> list[str]:
        os.kill(os.getpid(), signal.SIGTERM)
        return carried(commit, target)

    monkeypatch.setattr(_whole_folder, "_carried", interrupted)
    before = (here / "out" / "provenance.json").read_bytes()
    status, said, told = call("run", ".")
    # what is said of the result itself is no word of the signal
    assert status == 0
    assert all(line.startswith("note: ") for line in told.splitlines())
    assert "map.html" in said
    assert (here / "out" / "provenance.json").read_bytes() != before


def _whole(out: Path) -> bool:
    """Whether all files are those that the manifest lists, byte for byte."""
    listed = json.loads((out / MANIFEST).read_text("utf-8"))["files"]
    found = digests(out)
    del found[MANIFEST]
    return bool(found == listed)


def _kills(here: Path, moments: list[float]) -> None:
    for moment in moments:
        with _started(here, "run", ".") as running:
            time.sleep(moment)
            running.kill()
            running.communicate(timeout=60)
        done = subprocess.run(
            [sys.executable, "-m", "clusterid", "map", "out", "-o", "m.html"],
            cwd=here, env=ENVIRONMENT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert _whole(here / "out")
    assert read_study(here) is not None
    study = read_study(here)
    study.save(study.run())
    assert {p.name for p in here.iterdir()} == {
        "study.toml", "employment.csv", "regions.geojson", "out", "m.html",
    }  # fmt: skip


def _doubles(here: Path, rounds: int) -> None:
    for number in range(rounds):
        if number % 2:
            shutil.rmtree(here / "out")
        for word in ("a", "b"):
            text = (here / "study.toml").read_text("utf-8")
            (here / f"{word}.toml").write_text(text.replace("Squares", word), "utf-8")
        runs = [_started(here, "run", f"{word}.toml") for word in ("a", "b")]
        ended = [run.communicate(timeout=120) for run in runs]
        assert [run.returncode for run in runs] == [0, 0], ended
        assert _whole(here / "out")
        assert "took its place" in ended[0][1] + ended[1][1]


@pytest.mark.slow
def test_runs_that_are_killed_leave_one_whole_result(here: Path) -> None:
    _kills(here, [1.0, 2.5])


@pytest.mark.slow
def test_two_runs_at_once_leave_one_whole_result_and_say_so(here: Path) -> None:
    _doubles(here, 2)


@pytest.mark.slow
def test_25_kills_and_10_double_runs_mix_nothing(here: Path) -> None:
    _kills(here, [0.4 + 0.2 * n for n in range(25)])
    _doubles(here, 10)


# -- the last line of defence ----------------------------------------------------------


@pytest.mark.parametrize(
    "error",
    [KeyError("x"), RecursionError("deep"), MemoryError(), ZeroDivisionError(),
     UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"), AssertionError("a\nb")],
)  # fmt: skip
def test_what_nobody_expected_is_one_sentence(
    error: Exception, here: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr("clusterid.study.read_study", fails)
    status, said, told = call("run", ".")
    assert status == 1
    assert len(told.splitlines()) == 1
    assert type(error).__name__ in told
    assert "please report it" in told
    assert not said
    status, said, _ = call("run", ".", "--json")
    assert json.loads(said)["faults"][0]["rule"]
    _, _, told = call("run", ".", "--debug")
    assert "Traceback" in told


def test_names_in_a_message_are_no_commands_of_the_terminal(
    here: Path, call: Call
) -> None:
    (here / "x.toml").write_text(
        '[study]\ntitle = "a"\n"\\u001b[31mred\\u0007" = 1\n', "utf-8"
    )
    _, _, told = call("run", "x.toml")
    assert "\x1b" not in told
    assert "\x07" not in told
    assert "\\x1b[31mred" in told


def test_a_reader_that_has_gone_ends_quietly(here: Path) -> None:
    with _started(here, "--json", "data", "list") as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert "Traceback" not in running.stderr.read()


def test_faults_come_as_a_list_of_objects(here: Path, call: Call) -> None:
    table = pd.read_csv(here / "employment.csv", dtype=str)
    table.loc[3, "employment"] = "many"
    table.loc[5, "region"] = None
    table.to_csv(here / "employment.csv", index=False)
    status, said, told = call("check", ".", "--json")
    assert status == 1
    content = json.loads(said)
    assert content["error"] in told
    assert {"where", "rule", "mend", "count", "rows"} == set(content["faults"][0])


def test_json_holds_no_number_that_is_none() -> None:
    assert json.loads(as_json({"a": float("nan"), "b": [float("inf"), 1.5]})) == {
        "a": None,
        "b": [None, 1.5],
    }
