"""What a run promises about files: whole or not at all, and the user's stay."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from clusterid._disk import _whole_folder
from clusterid._disk._whole_folder import (
    MANIFEST,
    claim_folder,
    finish,
    new_folder,
    whole_folder,
)
from clusterid.errors import FileWarning, StudyError

FILES = ("map.html", "report.html", "state/index.json", "state/a.parquet", "log.txt")
FORK = multiprocessing.get_context("fork")


def fill(folder: Path, word: str, names: tuple[str, ...] = FILES) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{word} {name}", "utf-8")


def write(target: Path, word: str, names: tuple[str, ...] = FILES) -> None:
    with whole_folder(target) as part:
        fill(part, word, names)


def contents(target: Path) -> dict[str, str]:
    return {
        path.relative_to(target).as_posix(): path.read_text("utf-8")
        for path in sorted(target.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def result(word: str, names: tuple[str, ...] = FILES) -> dict[str, str]:
    return {name: f"{word} {name}" for name in sorted(names)}


def test_only_files_that_a_result_made_are_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one", (*FILES, "verdicts.csv", "networks/supply.graphml"))
    (out / "notes.docx").write_text("mine", "utf-8")
    (out / "networks" / "my.graphml").write_text("mine", "utf-8")
    (out / "pictures").mkdir()
    before = (out / "notes.docx").stat()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write(out, "two")
    mine = {"notes.docx": "mine", "networks/my.graphml": "mine"}
    assert contents(out) == dict(sorted({**result("two"), **mine}.items()))
    assert (out / "pictures").is_dir()
    assert (out / "notes.docx").stat().st_mtime_ns == before.st_mtime_ns
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_result_file_that_was_changed_is_kept_with_a_word(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one", (*FILES, "verdicts.csv"))
    (out / "log.txt").write_text("with my remarks", "utf-8")
    (out / "verdicts.csv").write_text("with my remarks", "utf-8")
    with pytest.warns(FileWarning) as heard:
        write(out, "two")
    words = " ".join(str(w.message) for w in heard)
    assert "log.txt was not as a run had left it; it is kept as log.kept.txt" in words
    assert "verdicts.csv had been changed" in words
    assert contents(out)["log.kept.txt"] == "with my remarks"
    assert contents(out)["verdicts.csv"] == "with my remarks"
    (out / "log.txt").write_text("again", "utf-8")
    with pytest.warns(FileWarning, match="log.kept-2.txt"):
        write(out, "three")
    assert contents(out)["log.kept.txt"] == "with my remarks"


def test_what_stands_in_the_way_of_a_file_is_set_aside(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "index.json").write_text("mine", "utf-8")
    write(out, "one", ("log.txt",))
    (out / "map.html").mkdir()
    (out / "map.html" / "inside.txt").write_text("mine", "utf-8")
    (out / "state").symlink_to(elsewhere)
    (out / "report.html").symlink_to(elsewhere / "index.json")
    with pytest.warns(FileWarning):
        write(out, "two")
    assert (elsewhere / "index.json").read_text("utf-8") == "mine"
    assert (out / "map.kept.html" / "inside.txt").read_text("utf-8") == "mine"
    assert not (out / "state").is_symlink()
    assert (out / "report.html").read_text("utf-8") == "two report.html"


def test_a_folder_of_other_files_is_not_claimed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", "utf-8")
    (tmp_path / "provenance.json").write_text("{}", "utf-8")
    with pytest.raises(StudyError, match="holds other files"):
        claim_folder(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[1]", "{}", "[" * 100_000,
        json.dumps({"format": 1, "made_by": "clusterid", "files": {"../x": "0"}}),
        json.dumps({"format": 1, "made_by": "clusterid", "files": {"/etc/x": "0"}}),
        json.dumps({"format": 1, "made_by": "clusterid", "files": {"a": 1}}),
        json.dumps({"format": 2, "made_by": "clusterid", "files": {}}),
        json.dumps({"name": "a web application", "icons": []}),
    ],
)  # fmt: skip
def test_a_foreign_or_damaged_manifest_claims_nothing(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / "x").write_text("mine", "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / MANIFEST).write_text(text, "utf-8")
    with pytest.raises(StudyError, match=r"holds other files|not what a run wrote"):
        claim_folder(out)
    assert (tmp_path / "x").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "loop/out", "file/out", "file"])
def test_impossible_folders_are_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", "utf-8")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(StudyError, match="folder"):
        claim_folder(tmp_path / name)


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "real")
    write(tmp_path / "out", "one")
    assert (tmp_path / "out").is_symlink()
    assert contents(tmp_path / "real") == result("one")


def test_folders_made_for_a_run_that_fails_go_again(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "a/b/out"):
        _ = 1 / 0
    assert not list(tmp_path.iterdir())


def test_the_umask_is_honoured(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "out", "one")
    finally:
        os.umask(before)
    modes = {
        stat.S_IMODE(path.stat().st_mode)
        for path in [tmp_path / "out", *(tmp_path / "out").rglob("*")]
    }
    assert modes == {0o750, 0o640}


# -- kills -----------------------------------------------------------------------------


def _dies_at(number: int) -> Callable[[str, object], None]:
    """Return an audit hook that ends the process at its n-th change of the disk."""
    left = [number]

    def hook(event: str, _: object) -> None:
        if event in {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)

    return hook


def _killed(target: Path, number: int) -> None:
    sys.addaudithook(_dies_at(number))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(target, "two", (*FILES, "new.csv"))
    os._exit(0)


@pytest.mark.parametrize("stands", ["nothing", "a result", "a result and notes"])
def test_a_kill_at_any_change_of_the_disk_leaves_one_whole_result(
    stands: str, tmp_path: Path
) -> None:
    old, new = (*FILES, "verdicts.csv"), (*FILES, "new.csv")
    seen = set()
    for number in range(1, 200):
        case = tmp_path / str(number)
        case.mkdir()
        out = case / "out"
        mine = {}
        if stands != "nothing":
            write(out, "one", old)
        if "notes" in stands:
            (out / "notes.docx").write_text("mine", "utf-8")
            (out / "log.txt").write_text("changed by me", "utf-8")
            mine = {"notes.docx": "mine"}
        run = FORK.Process(target=_killed, args=(out, number))
        run.start()
        run.join()
        finish(out)
        found = contents(out) if out.exists() else {}
        kept = found.pop("log.kept.txt", None)
        assert {k: found.pop(k) for k in mine} == mine
        is_new = found == result("two", new)
        if "notes" in stands:
            assert "changed by me" in {kept, found.get("log.txt")}
            found["log.txt"] = "one log.txt"
        whole = result("one", old) if stands != "nothing" else {}
        assert is_new or found == whole, f"mixed at change {number}"
        seen.add(is_new)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            write(out, "three", old)  # the next run sweeps what the kill left
        assert {p.name for p in case.iterdir()} == {"out"}
        if run.exitcode == 0:
            break
    assert run.exitcode == 0
    assert seen == {True, False}


def _writes(target: Path, word: str, go: object) -> None:
    go.wait()  # type: ignore[attr-defined]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(target, word, (*FILES, f"{word}.csv"))
    os._exit(0)


def test_two_runs_into_one_folder_never_mix(tmp_path: Path) -> None:
    for number in range(20):
        out = tmp_path / f"out{number}"
        if number % 2:
            write(out, "earlier")
        go = FORK.Event()
        runs = [FORK.Process(target=_writes, args=(out, w, go)) for w in "abc"]
        for run in runs:
            run.start()
        go.set()
        for run in runs:
            run.join()
        assert [run.exitcode for run in runs] == [0, 0, 0]
        assert contents(out) in [result(w, (*FILES, f"{w}.csv")) for w in "abc"]
    assert all(p.name.startswith("out") for p in tmp_path.iterdir())


def test_the_later_of_two_runs_wins_with_a_word(tmp_path: Path) -> None:
    out = tmp_path / "out"
    claim = claim_folder(out)
    write(out, "other")
    heard = pytest.warns(FileWarning, match="another run wrote a result here")
    with heard, whole_folder(out, claim) as part:
        fill(part, "mine")
    assert contents(out) == result("mine")


def test_a_live_run_is_not_swept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.warns(FileWarning, match="another run"), whole_folder(out) as first:
        fill(first, "first")
        write(out, "second")
        assert first.is_dir()
        (first / "log.txt").unlink()
    assert contents(out) == result("first", FILES[:-1])


def test_a_folder_without_locks_is_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_whole_folder, "fcntl", None)
    write(tmp_path / "out", "one")
    write(tmp_path / "out", "two")
    assert contents(tmp_path / "out") == result("two")


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, "one")
    told = pytest.raises(StudyError, match=r"No space left.*unchanged")
    with told, whole_folder(out) as part:
        fill(part, "two")
        raise OSError(28, "No space left on device")
    assert contents(out) == result("one")
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_new_folder_takes_nothing_that_stands_there(tmp_path: Path) -> None:
    with new_folder(tmp_path / "a") as part:
        fill(part, "one")
    assert contents(tmp_path / "a") == result("one")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "log.txt").write_text("mine", "utf-8")
    told = pytest.raises(StudyError, match=r"log\.txt stands there already")
    with told, new_folder(tmp_path / "b") as part:
        fill(part, "one")
    assert contents(tmp_path / "b") == {"log.txt": "mine"}


def test_what_version_0_1_0_left_between_two_renames_comes_back(tmp_path: Path) -> None:
    fill(tmp_path / ".out.earlier", "one")
    finish(tmp_path / "out")
    assert contents(tmp_path / "out") == result("one")


def test_a_folder_one_may_not_write_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StudyError, match="cannot be written to"):
        claim_folder(tmp_path / "out")
