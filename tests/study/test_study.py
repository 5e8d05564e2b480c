"""A stored result that is damaged, foreign or tampered with: one sentence, no more."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clusterid.errors import ClusteridError, FileWarning, StudyError
from clusterid.simulation import simulate_economy
from clusterid.study import read_result, read_study

Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    simulate_economy(n_regions=24, n_plants=8_000, n_projects=20, seed=2).save(folder)
    study = read_study(folder)
    result = study.run()
    return result.save(folder / "out", map=False, report=False, tables=False)


def _index(change: Callable[[dict[str, Any]], Any]) -> Change:
    """Change the parsed index; what the function returns replaces it, unless None."""

    def apply(state: Path) -> None:
        path = state / "index.json"
        index = json.loads(path.read_text("utf-8"))
        changed = change(index)
        path.write_text(json.dumps(index if changed is None else changed), "utf-8")

    return apply


def _text(content: str | bytes) -> Change:
    def apply(state: Path) -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        (state / "index.json").write_bytes(raw)

    return apply


def _fields(index: dict[str, Any], *path: str) -> dict[str, Any]:
    node = index["content"]["fields"]
    for name in path:
        node = node[name]["fields"]
    return node


def _set(name: str, value: Any, *path: str) -> Change:
    return _index(lambda index: _fields(index, *path).update({name: value}))


def _drop(name: str, *path: str) -> Change:
    return _index(lambda index: _fields(index, *path).pop(name) and None)


def _frame(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Change:
    def apply(state: Path) -> None:
        path = state / f"{name}.parquet"
        change(pd.read_parquet(path)).to_parquet(path)

    return apply


def _file(name: str, content: bytes) -> Change:
    return lambda state: (state / name).write_bytes(content) and None


def _deep(state: Path) -> None:
    path = state / "index.json"
    index = json.loads(path.read_text("utf-8"))
    _fields(index)["warnings"] = "DEEP"
    deep = '{"tuple":[' * 5_000 + "1" + "]}" * 5_000
    path.write_text(json.dumps(index).replace('"DEEP"', deep), "utf-8")


CASES: dict[str, Change] = {
    "index null": _text("null"),
    "index a number": _text("17"),
    "index a list": _text("[]"),
    "index a text": _text('"x"'),
    "index empty": _text(""),
    "index cut off": _text('{"format": 3, "content": {'),
    "index not UTF-8": _text(b"\xff\xfe\x00"),
    "index deep lists": _text("[" * 100_000),
    "index deep objects": _text('{"a":' * 100_000),
    "index a folder": lambda state: (
        (state / "index.json").unlink(),
        (state / "index.json").mkdir(),
        None,
    )[-1],
    "index gone": lambda state: (state / "index.json").unlink(),
    "no format": _index(lambda i: {"content": i["content"]}),
    "no content": _index(lambda i: {"format": i["format"]}),
    "format of another kind": _index(lambda i: {**i, "format": [1]}),
    "a later format": _index(lambda i: {**i, "format": 99}),
    "content null": _index(lambda i: {**i, "content": None}),
    "content a number": _index(lambda i: {**i, "content": 3}),
    "content a list": _index(lambda i: {**i, "content": []}),
    "content an empty object": _index(lambda i: {**i, "content": {}}),
    "content deep": _deep,
    "content another part": _index(
        lambda i: {**i, "content": _fields(i)["provenance"]}
    ),
    "class unknown": _index(lambda i: i["content"].update({"class": "Nothing"})),
    "class a function": _index(lambda i: i["content"].update({"class": "os:system"})),
    "class a number": _index(lambda i: i["content"].update({"class": 3})),
    "class a list": _index(lambda i: i["content"].update({"class": ["Result"]})),
    "fields null": _index(lambda i: i["content"].update({"fields": None})),
    "fields a list": _index(lambda i: i["content"].update({"fields": []})),
    "fields gone": _index(lambda i: i["content"].pop("fields") and None),
    "title gone": _drop("title"),
    "title a number": _set("title", 5),
    "title a list": _set("title", {"list": ["a"]}),
    "unknown field": _set("colour", "red"),
    "economy null": _set("economy", None),
    "economy a text": _set("economy", "x"),
    "economy's year gone": _drop("metadata", "economy"),
    "metadata null": _set("metadata", None, "economy"),
    "templates a text": _set("templates", "x"),
    "membership null": _set("membership", None, "templates"),
    "regions a text": _set("regions", "x"),
    "layers a list": _set("layers", {"list": []}),
    "layers of numbers": _set("layers", {"map": [["a"]]}),
    "warnings a number": _set("warnings", 3),
    "float of words": _set("title", {"float": "many"}),
    "array of nothing": _set("title", {"array": {}}),
    "graph of nothing": _set("stack", {"graph": "undirected"}),
    "frame of nothing": _set("concentration", {"frame": "no.parquet"}),
    "frame that leads outside": _index(
        lambda i: _fields(i)["concentration"].update({"frame": "../../../etc/passwd"})
    ),
    "frame named dots": _index(
        lambda i: _fields(i)["concentration"].update({"frame": ".."})
    ),
    "frame a number": _index(
        lambda i: _fields(i)["concentration"].update({"frame": 3})
    ),
    "nested column unknown": _index(
        lambda i: _fields(i)["concentration"].update({"nested": ["nothing"]})
    ),
    "columns null": _index(
        lambda i: _fields(i)["concentration"].update({"columns": None})
    ),
    "table gone": lambda state: (state / "result.concentration.parquet").unlink(),
    "table empty": _file("result.concentration.parquet", b""),
    "table of words": _file("result.concentration.parquet", b"region,lq\na,1\n"),
    "table cut off": lambda state: (
        (state / "result.concentration.parquet").write_bytes(
            (state / "result.concentration.parquet").read_bytes()[:-200]
        )
        and None
    ),
    "table that begins well": _file("result.concentration.parquet", b"PAR1" * 9),
    "column missing": _frame(
        "result.concentration", lambda t: t.drop(columns="lq_jobs")
    ),
    "column added": _frame("result.concentration", lambda t: t.assign(more=1)),
    "column renamed": _frame(
        "result.concentration", lambda t: t.rename(columns={"lq_jobs": "q"})
    ),
    "rows missing": _frame("result.concentration", lambda t: t.iloc[:5]),
    "words where numbers were": _frame(
        "result.concentration", lambda t: t.assign(lq_jobs="many")
    ),
    "numbers where words were": _frame(
        "result.concentration", lambda t: t.assign(region=1.5)
    ),
    "no regions' shapes": _frame(
        "result.regions", lambda t: t.drop(columns="geometry")
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_is_not_as_it_was_written_is_one_sentence(
    name: str, sound: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(sound, out)
    CASES[name](out / "state")
    with pytest.raises(StudyError) as told:
        read_result(out)
    text = str(told.value)
    assert "run" in text
    assert len(text.splitlines()) == 1
    assert len(text) < 500


def test_a_sound_result_comes_back(sound: Path) -> None:
    assert read_result(sound).templates is not None


def test_a_folder_without_a_manifest_is_no_result(sound: Path, tmp_path: Path) -> None:
    shutil.copytree(sound, tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    with pytest.raises(StudyError, match="no saved result"):
        read_result(tmp_path / "out")
    shutil.copytree(sound / "state", tmp_path / "only" / "state")
    with pytest.raises(StudyError, match="no saved result"):
        read_result(tmp_path / "only")


def test_what_was_changed_by_hand_is_shown_with_a_word(
    sound: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(sound, out)
    path = out / "state" / "result.comparison.verdicts.parquet"
    pd.read_parquet(path).assign(verdict="confirmed").to_parquet(path)
    with pytest.warns(FileWarning, match="1 files of this result were changed"):
        result = read_result(out)
    assert "is not what the run found" in result.warnings[-1]
    (out / "manifest.json").write_text("x", "utf-8")
    with pytest.raises(StudyError, match="not what a run wrote"):
        read_result(out)


@pytest.mark.parametrize("odd", [None, 5, b"x", ["out"], pd.DataFrame()])
def test_a_result_is_named_and_saved_by_a_path(odd: Any, sound: Path) -> None:
    with pytest.raises(ClusteridError, match="path"):
        read_result(odd)
    result = read_result(sound)
    with pytest.raises(ClusteridError, match="path"):
        result.save(odd)


def test_the_confidential_folder_stands_beside_any_folder(tmp_path, monkeypatch):
    from clusterid.study import confidential_folder

    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert confidential_folder(Path()) == tmp_path / "here-confidential"
    assert confidential_folder(Path("out")) == Path("out-confidential")
