"""The cache of official files, against a server on this machine."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import logging
import os
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.sources.download.server import (
    CONTENT,
    SHAPES,
    SUM,
    TABLE,
    Server,
    _says,
    names,
)
from typer.testing import CliRunner

from clusterid import OptionError, SourceError
from clusterid.cli import app
from clusterid.sources import cache_folder, catalogue, fetch, path
from clusterid.sources.download import _fetch


def test_whole_file_arrives_once(server: Server, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    done = fetch(
        "a.bin", url=server.url, sha256=SUM, cache=tmp_path,
        progress=lambda n, of: seen.append((n, of)),
    )  # fmt: skip
    assert done.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert fetch("a.bin", url=server.url, cache=tmp_path) == done
    assert len(server.ranges) == 1, "the second time nothing is asked"
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]
    assert path("a.bin", cache=tmp_path) == done


def test_wrong_sum_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected 000"):
        fetch("a.bin", url=server.url, sha256="0" * 64, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_sum_of_the_first_fetch_is_kept_and_said(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "clusterid"):
        done = fetch("a.bin", url=server.url, cache=tmp_path)
    assert f"first fetch ({SUM})" in caplog.text
    caplog.clear()
    fetch("a.bin", url=server.url, cache=tmp_path, again=True)
    fetch("b.bin", url=server.url, cache=tmp_path, sha256=SUM)
    assert not caplog.text
    server.content, server.etag = CONTENT[:1000], '"two"'
    with pytest.raises(SourceError, match="publisher has changed"):
        fetch("a.bin", url=server.url, cache=tmp_path, again=True)
    assert done.read_bytes() == CONTENT, "the earlier file stays"
    done.write_bytes(b"damaged")
    with pytest.raises(SourceError, match="again=True"):
        fetch("a.bin", url=server.url, cache=tmp_path)
    (tmp_path / "a.bin.sha256").write_bytes(b"\xff\x00")
    with pytest.raises(SourceError, match="SHA-256"):
        fetch("a.bin", url=server.url, cache=tmp_path)


def test_a_known_sum_vouches_for_what_a_server_calls_a_page(
    server: Server, tmp_path: Path
) -> None:
    server.answer = _says(200, TABLE, Content_Type="text/html")
    known = hashlib.sha256(TABLE).hexdigest()
    with pytest.raises(SourceError, match="web page"):
        fetch("a.csv", url=server.url, cache=tmp_path)
    done = fetch("a.csv", url=server.url, sha256=known.upper(), cache=tmp_path)
    assert done.read_bytes() == TABLE


# ---- whose bytes they are -----------------------------------------------------------


def _by_path(handler: Any) -> None:
    """Answer with the path that was asked for."""
    body = b"region,jobs\nR1," + handler.path.encode() + b"\n"
    handler.say(200, {"Content-Length": str(len(body))}, body)


def test_a_file_of_another_address_is_not_handed_out(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.answer = _by_path
    ours, theirs = server.url + "?year=2019", server.url + "?year=2020"
    done = fetch("t.csv", url=ours, cache=tmp_path)
    earlier = done.read_bytes()
    with pytest.raises(SourceError, match="another name") as caught:
        fetch("t.csv", url=theirs, cache=tmp_path)
    assert ours in str(caught.value)
    assert theirs in str(caught.value)
    assert "again=True" in str(caught.value)
    with pytest.raises(SourceError, match="another name"):
        fetch("t.csv", url=theirs, sha256="0" * 64, cache=tmp_path)
    assert done.read_bytes() == earlier
    assert fetch("t.csv", url=ours + "#top", cache=tmp_path) == done
    same = hashlib.sha256(earlier).hexdigest()
    assert fetch("t.csv", url=theirs, sha256=same, cache=tmp_path) == done
    assert len(server.ranges) == 1
    caplog.clear()
    fetch("t.csv", url=theirs, cache=tmp_path, again=True)
    assert b"2020" in done.read_bytes()
    assert "this first fetch" in caplog.text, "the earlier sum is of another file"
    done.unlink()
    fetch("t.csv", url=ours, cache=tmp_path)
    assert done.read_bytes() == earlier
    assert names(tmp_path) == ["t.csv", "t.csv.sha256"]


def test_a_file_whose_address_is_not_known_is_taken(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_bytes(TABLE)
    assert fetch("t.csv", url=server.url, cache=tmp_path).read_bytes() == TABLE
    (tmp_path / "t.csv.sha256").write_text(hashlib.sha256(TABLE).hexdigest() + "\n")
    assert fetch("t.csv", url=server.url, cache=tmp_path).read_bytes() == TABLE
    assert server.ranges == []


def test_a_file_of_another_address_is_no_data_set_of_the_catalogue(
    server: Server, tmp_path: Path
) -> None:
    server.content = SHAPES
    file = _fetch._BY_NAME["nuts2_2021"].file
    fetch(file, url=server.url, cache=tmp_path)
    for asked in (path, fetch):
        with pytest.raises(SourceError, match="gisco"):
            asked("nuts2_2021", cache=tmp_path)
    states = catalogue(cache=tmp_path).set_index("name")["state"]
    assert "another address" in states["nuts2_2021"]


def test_passwords_are_neither_kept_nor_shown(server: Server, tmp_path: Path) -> None:
    server.answer = _by_path
    address = server.url + "?username=me&password=secret&api_key=s3cr3t&name=13111"
    fetch("t.csv", url=address, cache=tmp_path)
    kept = (tmp_path / "t.csv.sha256").read_text()
    assert "name=13111" in kept
    server.answer = _says(500, b"")
    with pytest.raises(SourceError) as caught:
        fetch("u.csv", url=address, cache=tmp_path, attempts=1)
    with pytest.raises(SourceError, match="another name") as other:
        fetch("t.csv", url=address + "2", cache=tmp_path)
    with pytest.raises(OptionError) as wrong:
        fetch("t.csv", url="ftp://me:secret@127.0.0.1/a", cache=tmp_path)
    said = f"{kept}{caught.value}{other.value}{wrong.value}"
    assert not {"secret", "s3cr3t"} & set(said.replace("=", " ").split())
    assert "secret" not in said
    assert "s3cr3t" not in said


# ---- where it is kept ----------------------------------------------------------------


def test_a_cache_that_is_a_file_is_told(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for cache in (tmp_path / "file", tmp_path / "file" / "cache"):
        with pytest.raises(SourceError, match="CLUSTERID_CACHE"):
            fetch("a.bin", url=server.url, cache=cache)
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(SourceError, match="is a folder"):
        fetch("a.bin", url=server.url, cache=tmp_path)
    assert server.ranges == []


def _file(folder: Path) -> str:
    (folder / "file").write_text("x")
    return str(folder / "file")


def _loop(folder: Path) -> str:
    (folder / "loop").symlink_to(folder / "loop")
    return str(folder / "loop")


CACHES: dict[str, Callable[[Path], str]] = {
    "300 characters": lambda folder: str(folder / ("a" * 300)),
    "300 characters in the middle": lambda folder: str(folder / ("a" * 300) / "b"),
    "too deep": lambda folder: str(folder) + "/a" * 3000,
    "a NUL": lambda folder: f"{folder}/a\x00b",
    "a file": _file,
    "below a file": lambda folder: _file(folder) + "/cache",
    "a loop": _loop,
    "below a loop": lambda folder: _loop(folder) + "/cache",
    "nobody's home": lambda _: "~nobody-of-this-name/cache",
}


@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.parametrize("case", CACHES)
def test_a_cache_that_cannot_be_is_one_error(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
    by: str,
) -> None:
    cache = CACHES[case](tmp_path)
    options: dict[str, Any] = {"cache": cache}
    if by == "environment":
        # an environment holds no NUL, a mapping that stands for it does
        monkeypatch.setattr(os, "environ", {**os.environ, "CLUSTERID_CACHE": cache})
        options = {}
    elif cache.startswith("~"):
        return
    calls: list[Callable[[], Any]] = [
        lambda: fetch("a.bin", url=server.url, **options),
        lambda: fetch("nuts2_2021", **options),
        lambda: path("nuts2_2021", **options),
        lambda: path("a.bin", **options),
        lambda: catalogue(**options),
    ]
    for call in calls:
        with pytest.raises(SourceError, match="CLUSTERID_CACHE") as caught:
            call()
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400
    assert server.ranges == []


def test_a_cache_that_may_not_be_written_to_is_told(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(SourceError, match="may not be written to"):
        fetch("a.bin", url=server.url, cache=tmp_path)


@pytest.mark.parametrize("when", ["open", "write", "close", "move"])
def test_a_full_disk_is_told_and_leaves_no_file(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    usual, moved = Path.open, Path.replace

    class Full(io.BytesIO):
        def write(self, block: Any) -> int:
            if when == "write":
                raise full
            return len(block)

        def close(self) -> None:
            if not self.closed:
                super().close()
                if when == "close":
                    raise full

    def opened(self: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        if mode not in ("wb", "ab") or when == "move":
            return usual(self, mode, *args, **options)
        if when == "open":
            raise full
        return Full()

    def replaced(self: Path, target: Any) -> Path:
        if when == "move" and Path(target).name == "a.bin":
            raise full
        return moved(self, target)

    monkeypatch.setattr(Path, "open", opened)
    monkeypatch.setattr(Path, "replace", replaced)
    with pytest.raises(SourceError, match="No space left"):
        fetch("a.bin", url=server.url, cache=tmp_path)
    monkeypatch.undo()
    assert not (tmp_path / "a.bin").exists()
    assert fetch("a.bin", url=server.url, cache=tmp_path).read_bytes() == CONTENT
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]


def test_several_fetches_at_the_same_time_do_not_mix(
    server: Server, tmp_path: Path
) -> None:
    (tmp_path / "a.bin.part").write_bytes(CONTENT[:5000])
    told = {"url": server.url, "validator": '"one"', "total": len(CONTENT)}
    (tmp_path / "a.bin.part.json").write_text(json.dumps(told))

    def slow(handler: Any) -> None:
        asked = handler.headers.get("Range")
        start = int(asked[6:-1]) if asked else 0
        whole = len(CONTENT)
        handler.send_response(206 if start else 200)
        handler.send_header("ETag", '"one"')
        handler.send_header("Content-Length", str(whole - start))
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{whole - 1}/{whole}")
        handler.end_headers()
        for at in range(start, whole, 100_000):
            handler.wfile.write(CONTENT[at : min(at + 100_000, whole)])
            time.sleep(0.005)

    server.answer = slow
    with ThreadPoolExecutor(6) as pool:
        jobs = [
            pool.submit(fetch, "a.bin", url=server.url, cache=tmp_path, again=True)
            for _ in range(6)
        ]
        assert {job.result() for job in jobs} == {tmp_path / "a.bin"}
    assert (tmp_path / "a.bin").read_bytes() == CONTENT
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]


def test_a_part_left_by_a_process_that_died_is_taken_up(
    server: Server, tmp_path: Path
) -> None:
    left = tmp_path / "a.bin.part.77-abcd1234"
    left.write_bytes(CONTENT[:5000])
    told = {"url": server.url, "validator": '"one"', "total": len(CONTENT)}
    left.with_name(left.name + ".json").write_text(json.dumps(told))
    os.utime(left, (1, 1))
    assert fetch("a.bin", url=server.url, cache=tmp_path).read_bytes() == CONTENT
    assert server.ranges == ["bytes=5000-"]
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]


@pytest.mark.parametrize(
    "url",
    ["file:///etc/hostname", "ftp://127.0.0.1/a", "http://", "http://[::1", "//a/b",
     "http://a:port/", "http://a/\nb", "javascript:1", ""],
)  # fmt: skip
def test_addresses_are_checked(tmp_path: Path, url: str) -> None:
    with pytest.raises(OptionError, match=r"no http or https|No data set"):
        fetch("a", url=url, cache=tmp_path)


@pytest.mark.parametrize("name", ["../a", "a/b", "", "..", "a\x00b", "a\nb", "a" * 300])
def test_names_are_checked(tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError, match=r"no file name|No data set"):
        fetch(name, url="http://127.0.0.1:9/a", cache=tmp_path)


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        fetch("a", url="http://me:secret@127.0.0.1:9/a", cache=tmp_path, attempts=1)
    assert "secret" not in str(caught.value)


WRONG_OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "url": ({"url": 5}, "url must be a text, not 5"),
    "name": ({"name": 5}, "name must be a text, not 5"),
    "sum": ({"sha256": 5}, "sha256 must be a text, not 5"),
    "no sum": ({"sha256": "abc"}, "'abc' is no sum"),
    "an empty sum": ({"sha256": ""}, "'' is no sum"),
    "cache": ({"cache": 5}, "cache must be"),
    "again": ({"again": "no"}, "again must be true or false"),
    "attempts": ({"attempts": 2.5}, "attempts must be a whole number"),
    "timeout": ({"timeout": "1"}, "timeout must be a number"),
    "no time": ({"timeout": 0}, "above 0"),
    "endless time": ({"timeout": float("inf")}, "at most 86400 seconds"),
    "time that is none": ({"timeout": float("nan")}, "above 0"),
    "progress": ({"progress": 5}, "progress must be"),
    "an unknown option": ({"sha265": "a"}, "Did you mean 'sha256'"),
    "half a letter in the address": ({"url": "http://a/\ud800"}, "no http or https"),
    "a file of the cache": ({"name": "a.csv.sha256"}, "keeps for itself"),
    "a part of the cache": ({"name": "a.csv.part"}, "keeps for itself"),
}


@pytest.mark.parametrize("case", WRONG_OPTIONS)
def test_options_are_checked(tmp_path: Path, case: str) -> None:
    given, words = WRONG_OPTIONS[case]
    usual = {"name": "x.csv", "url": "http://127.0.0.1:9/a", "cache": tmp_path}
    options: dict[str, Any] = {**usual, **given}
    with pytest.raises(OptionError, match=words):
        fetch(options.pop("name"), **options)
    for asked in (path, catalogue):
        with pytest.raises(OptionError, match="cache must be"):
            asked(*(["a"] if asked is path else []), cache=5)
    with pytest.raises(OptionError, match="name must be a text"):
        path(5)  # type: ignore[arg-type]


def test_what_is_left_of_a_transfer_is_told(server: Server, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/a.csv"
        with pytest.raises(SourceError, match="refused") as caught:
            fetch("a.csv", url=nobody, cache=tmp_path, attempts=1)
    assert "after 1 attempt. Nothing has arrived" in str(caught.value)
    assert "kept" not in str(caught.value)
    server.answer = _says(503, b"", Retry_After="86400")
    with pytest.raises(SourceError, match="Nothing has arrived"):
        fetch("a.csv", url=server.url, cache=tmp_path)
    server.answer = _says(200, TABLE, Content_Length="900")
    with pytest.raises(SourceError, match="begin anew"):
        fetch("a.csv", url=server.url, cache=tmp_path, attempts=1)
    server.answer = _says(200, TABLE, Content_Length="900", ETag='"one"')
    with pytest.raises(SourceError, match="What has arrived is kept"):
        fetch("a.csv", url=server.url, cache=tmp_path, attempts=1)


def test_unknown_names_are_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Did you mean 'de_kreise'"):
        fetch("de_kreis", cache=tmp_path)
    with pytest.raises(OptionError, match="No data set"):
        path("absent", cache=tmp_path)
    with pytest.raises(SourceError, match="clusterid data fetch nuts2_2021"):
        path("nuts2_2021", cache=tmp_path)


def test_the_command_says_that_only_the_first_fetch_vouches_for_a_sum(
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.content = SHAPES
    known = dict(_fetch._BY_NAME)
    known["nuts2_2021"] = replace(known["nuts2_2021"], url=server.url)
    monkeypatch.setattr(_fetch, "_BY_NAME", known)
    monkeypatch.setattr(_fetch, "_SETS", tuple(known.values()))
    monkeypatch.setenv("CLUSTERID_CACHE", str(tmp_path))
    done = CliRunner().invoke(app, ["data", "fetch", "nuts2_2021"])
    assert done.exit_code == 0
    assert "a later fetch must agree with it" in caplog.text
    listed = CliRunner().invoke(app, ["data", "list"]).output
    assert "fetched, sum of the first fetch" in listed


def test_the_list_says_whose_sum_guards_a_file(tmp_path: Path) -> None:
    (tmp_path / "NUTS_RG_03M_2021_4326_LEVL_2.geojson").write_bytes(SHAPES)
    states = catalogue(cache=tmp_path).set_index("name")["state"]
    assert states["nuts2_2021"] == "fetched, sum of the first fetch"
    assert states["nuts3_2021"] == "not fetched"


def test_embedded_sets_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLUSTERID_CACHE", str(tmp_path / "c"))
    assert cache_folder() == tmp_path / "c"
    table = catalogue()
    assert table["name"].is_unique
    assert set(table["state"]) == {"embedded", "not fetched"}
    for name in table.loc[table["state"].eq("embedded"), "name"]:
        assert path(name).is_file()
        assert fetch(name) == path(name)
