"""The cache of official files, against a server on this machine."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import json
import logging
import os
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from clusterid import OptionError, SourceError
from clusterid.cli import app
from clusterid.sources import _fetch, cache_folder, catalogue, fetch, path

CONTENT = bytes(range(256)) * 2000
SUM = hashlib.sha256(CONTENT).hexdigest()


class Server:
    """What the server does, and what it was asked."""

    def __init__(self) -> None:
        self.content = CONTENT
        self.etag = '"one"'
        self.break_after: int | None = None
        self.errors: list[int] = []
        self.ranges: list[str | None] = []
        self.url = ""
        #: an answer of its own: it writes what it likes
        self.answer: Callable[[Any], None] | None = None


class Handler(BaseHTTPRequestHandler):
    def __init__(self, state: Server, *args: object) -> None:
        self.state = state
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        state = self.state
        asked = self.headers.get("Range")
        state.ranges.append(asked)
        if state.answer is not None:
            state.answer(self)
            return
        if state.errors:
            self.send_error(state.errors.pop(0))
            return
        start = 0
        if asked and self.headers.get("If-Range") == state.etag:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(state.content):
                self.send_error(416)
                return
        body = state.content[start:]
        headers = {"Content-Length": str(len(body)), "ETag": state.etag}
        if start:
            whole = len(state.content)
            headers["Content-Range"] = f"bytes {start}-{whole - 1}/{whole}"
        if state.break_after is not None:
            body, state.break_after = body[: state.break_after], None
        self.say(206 if start else 200, headers, body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    state = Server()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, state))
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_address[1]}/file.bin"
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


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


def test_broken_transfer_is_continued(server: Server, tmp_path: Path) -> None:
    server.break_after = 100_000
    done = fetch("a.bin", url=server.url, sha256=SUM, cache=tmp_path)
    assert done.read_bytes() == CONTENT
    assert server.ranges == [None, "bytes=100000-"]


def test_broken_transfer_is_continued_by_a_later_call(
    server: Server, tmp_path: Path
) -> None:
    server.break_after = 100_000
    with pytest.raises(SourceError, match="What has arrived is kept"):
        fetch("a.bin", url=server.url, cache=tmp_path, attempts=1)
    assert not (tmp_path / "a.bin").exists()
    assert (tmp_path / "a.bin.part").stat().st_size == 100_000
    assert fetch("a.bin", url=server.url, cache=tmp_path).read_bytes() == CONTENT
    assert server.ranges[-1] == "bytes=100000-"
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]


def test_changed_file_is_not_glued_to_the_old_part(
    server: Server, tmp_path: Path
) -> None:
    server.break_after = 100_000
    with pytest.raises(SourceError):
        fetch("a.bin", url=server.url, cache=tmp_path, attempts=1)
    server.content, server.etag = CONTENT[::-1], '"two"'
    done = fetch("a.bin", url=server.url, cache=tmp_path)
    assert done.read_bytes() == CONTENT[::-1]


@pytest.mark.parametrize(
    ("part", "state"),
    [
        (CONTENT + b"more", {"validator": '"one"', "total": len(CONTENT)}),
        (CONTENT + b"more", {"validator": '"one"', "total": None}),
        (b"x" * 5000, {"validator": '"other"', "total": len(CONTENT)}),
        (b"x" * 5000, {"validator": None, "total": len(CONTENT)}),
        (b"x" * 5000, {"validator": 7, "total": "many"}),
        (b"x" * 5000, {"url": "http://127.0.0.1/other", "validator": '"one"'}),
        (b"x" * 5000, None),
    ],
    ids=["longer", "longer_of_unknown_length", "older", "unnamed", "damaged",
         "of_another_address", "alone"],
)  # fmt: skip
def test_a_part_of_another_file_is_left_out(
    server: Server, tmp_path: Path, part: bytes, state: dict[str, Any] | None
) -> None:
    (tmp_path / "a.bin.part").write_bytes(part)
    if state is not None:
        told = json.dumps({"url": server.url, **state})
        (tmp_path / "a.bin.part.json").write_text(told)
    done = fetch("a.bin", url=server.url, cache=tmp_path)
    assert done.read_bytes() == CONTENT
    assert names(tmp_path) == ["a.bin", "a.bin.sha256"]


def test_a_whole_part_is_not_fetched_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.bin.part").write_bytes(CONTENT)
    told = {"url": server.url, "validator": '"one"', "total": len(CONTENT)}
    (tmp_path / "a.bin.part.json").write_text(json.dumps(told))
    assert fetch("a.bin", url=server.url, cache=tmp_path).read_bytes() == CONTENT
    assert server.ranges == [f"bytes={len(CONTENT)}-"]


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


def test_server_errors(server: Server, tmp_path: Path) -> None:
    server.errors = [503]
    assert fetch("a.bin", url=server.url, cache=tmp_path).is_file()
    server.errors = [404]
    with pytest.raises(SourceError, match="answers 404"):
        fetch("b.bin", url=server.url, cache=tmp_path)


# ---- what servers say and send -------------------------------------------------------

LOGIN = b"<!DOCTYPE html><html><body>Please log in</body></html>"
FEATURE = {
    "type": "Feature",
    "properties": {"NUTS_ID": "DE1"},
    "geometry": {"type": "Point", "coordinates": [9, 48]},
}
SHAPES = json.dumps({"type": "FeatureCollection", "features": [FEATURE] * 9}).encode()
TABLE = b"region,jobs\nR1,5\nR2,7\n"


def _archive(name: str = "a.csv") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, TABLE * 50)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"a": range(9)}).to_parquet(out)
    return out.getvalue()


def _workbook() -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"a": range(9)}).to_excel(out)
    return out.getvalue()


GOOD = {
    "a.geojson": SHAPES,
    "a.json": b"[1, 2]",
    "a.csv": TABLE,
    "a.tsv": TABLE.replace(b",", b"\t"),
    "a.csv.gz": gzip.compress(TABLE),
    "a.zip": _archive(),
    "a.xlsx": _workbook(),
    "a.parquet": _parquet(),
    "a.html": LOGIN,
    "a.bin": CONTENT,
    "utf16.csv": TABLE.decode().encode("utf-16"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_kept(server: Server, tmp_path: Path, name: str) -> None:
    server.content = GOOD[name]
    done = fetch(name, url=server.url, cache=tmp_path)
    assert done.read_bytes() == GOOD[name]


BAD_CONTENT = {
    "a login page": ("a.geojson", LOGIN, "web page"),
    "a login page as CSV": ("a.csv", b"\xef\xbb\xbf\n <html><a>", "web page"),
    "a login page as anything": ("a.bin", b"\n<!doctype HTML>", "web page"),
    "nothing": ("a.bin", b"", "is empty"),
    "an error in JSON": ("a.geojson", b'{"error": "quota"}', "no collection"),
    "no features": ("a.geojson", b'{"type":"FeatureCollection","features":[]}',
                    "without features"),
    "strange features": ("a.geojson", b'{"type":"FeatureCollection","features":[1]}',
                         "features are none"),
    "half a GeoJSON": ("a.geojson", SHAPES[:-20], "broken off"),
    "deep JSON": ("a.json", b"[" * 100_000, "no JSON"),
    "no UTF-8": ("a.json", b'{"a": "\xff"}', "no JSON"),
    "JSON for a table": ("a.csv", b'{"error": "quota"}', "no table"),
    "bytes for a table": ("a.csv", CONTENT, "no text"),
    "a header alone": ("a.csv", b"region,jobs\n", "without rows"),
    "half an archive": ("a.zip", _archive()[:-30], "broken off"),
    "a damaged archive": ("a.zip", _archive().replace(b"R1", b"R3", 1), "damaged"),
    "an archive for a workbook": ("a.xlsx", _archive(), "no workbook"),
    "text for a workbook": ("a.xlsx", TABLE, "no archive"),
    "half a Parquet file": ("a.parquet", _parquet()[:-9], "no Parquet"),
    "half a gzip": ("a.csv.gz", gzip.compress(TABLE)[:-9], "cannot be opened"),
    "text for a gzip": ("a.csv.gz", TABLE, "cannot be opened"),
    "a page in a gzip": ("a.csv.gz", gzip.compress(b"<html>"), "no table"),
    "text for a GeoPackage": ("a.gpkg", TABLE, "no GeoPackage"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_CONTENT)
def test_what_is_not_the_file_is_not_kept(
    server: Server, tmp_path: Path, case: str
) -> None:
    name, content, words = BAD_CONTENT[case]
    server.content = content
    with pytest.raises(SourceError, match=words):
        fetch(name, url=server.url, cache=tmp_path)
    assert names(tmp_path) == []
    server.content, server.etag = GOOD.get(name, b"SQLite format 3\x00."), '"two"'
    assert fetch(name, url=server.url, cache=tmp_path).is_file()


def _says(status: int, body: bytes, **headers: str) -> Callable[[Any], None]:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.say(status, told, body)


def _on_and_on(handler: Any) -> None:
    handler.say(302, {"Location": handler.path + "x"})


BAD_ANSWERS = {
    "a page by its type": (_says(200, b"hello", Content_Type="text/html"), "web page"),
    "a page of XHTML": (
        _says(200, b"x", Content_Type="application/xhtml+xml; charset=utf-8"),
        "web page",
    ),
    "a length in letters": (_says(200, SHAPES, Content_Length="abc"), "'abc'"),
    "a negative length": (_says(200, SHAPES, Content_Length="-5"), "'-5'"),
    "two lengths": (_says(200, SHAPES, Content_Length="5, 6"), "'5, 6'"),
    "a length in other digits": (_says(200, SHAPES, Content_Length="²"), "no number"),
    "a length too small": (_says(200, SHAPES, Content_Length="200"), "more comes|off"),
    "a length too large": (_says(200, SHAPES, Content_Length="90000"), "ended after"),
    "a part nobody asked for": (
        _says(206, SHAPES, Content_Range=f"bytes 0-{len(SHAPES) - 1}/{len(SHAPES)}"),
        "another part",
    ),
    "a part without a range": (_says(206, SHAPES), "names none"),
    "a part of letters": (_says(206, SHAPES, Content_Range="bytes x-y/z"), "x-y/z"),
    "later, in words": (_says(503, b"", Retry_After="soon"), "'soon'"),
    "much later": (_says(503, b"", Retry_After="86400"), "86400 seconds"),
    "next year": (
        _says(429, b"", Retry_After="Wed, 21 Oct 2065 07:28:00 GMT"), "come again"
    ),
    "a redirect to itself": (_says(302, b"", Location="/file.bin"), "leads on"),
    "a redirect on and on": (_on_and_on, "leads on"),
    "a redirect nowhere": (_says(302, b""), "leads on"),
    "a redirect to a file": (_says(302, b"", Location="file:///etc/hosts"), "leads on"),
    "a redirect to ftp": (_says(301, b"", Location="ftp://127.0.0.1/a"), "leads on"),
    "a redirect to data": (_says(307, b"", Location="data:text/plain,a"), "leads on"),
    "packed in a way not asked for": (_says(200, SHAPES, Content_Encoding="br"), "br"),
    "packed, and cut": (
        _says(200, gzip.compress(SHAPES)[:-12], Content_Encoding="gzip"), "unpacked"
    ),
    "packed, and not": (_says(200, SHAPES, Content_Encoding="gzip"), "unpacked"),
    "no content": (_says(204, b""), "empty"),
    "no file": (_says(404, b"no"), "404"),
    "not allowed": (_says(403, b"no"), "403"),
    "no HTTP": (lambda h: h.wfile.write(b"hello\r\n\r\n"), "hello"),
    "nothing at all": (lambda h: None, "without response"),
    "broken pieces": (
        lambda h: h.wfile.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc"
        ),
        "attempts",
    ),
    "half of the pieces": (
        lambda h: h.wfile.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"
        ),
        "attempts",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ANSWERS)
def test_a_strange_answer_is_one_clear_error(
    server: Server, tmp_path: Path, case: str
) -> None:
    server.answer, words = BAD_ANSWERS[case]
    with pytest.raises(SourceError, match=words) as caught:
        fetch("a.geojson", url=server.url, cache=tmp_path, attempts=2, timeout=5)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "a.geojson").exists()
    server.answer, server.content = None, SHAPES
    assert fetch("a.geojson", url=server.url, cache=tmp_path).read_bytes() == SHAPES
    assert names(tmp_path) == ["a.geojson", "a.geojson.sha256"]


WRONG_PARTS = {
    "another place": {"Content-Range": "bytes 0-{last}/{whole}"},
    "another whole": {"Content-Range": "bytes {have}-{last}/{more}"},
    "past its end": {"Content-Range": "bytes {have}-{more}/{whole}"},
    "backwards": {"Content-Range": "bytes {have}-3/{whole}"},
    "another length": {"Content-Range": "bytes {have}-{last}/{whole}",
                       "Content-Length": "7"},
    "another version": {"Content-Range": "bytes {have}-{last}/{whole}",
                        "ETag": '"two"'},
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG_PARTS)
def test_a_wrong_part_is_never_glued_on(
    server: Server, tmp_path: Path, case: str
) -> None:
    server.break_after = 100_000
    with pytest.raises(SourceError):
        fetch("a.bin", url=server.url, cache=tmp_path, attempts=1)

    def answer(handler: Any) -> None:
        if not handler.headers.get("Range"):
            handler.say(200, {"ETag": '"one"'}, CONTENT)
            return
        numbers = {"have": 100_000, "whole": len(CONTENT), "last": len(CONTENT) - 1,
                   "more": len(CONTENT) + 5}  # fmt: skip
        told = {k: v.format(**numbers) for k, v in WRONG_PARTS[case].items()}
        handler.say(206, {"ETag": '"one"', **told}, CONTENT[100_000:])

    server.answer = answer
    done = fetch("a.bin", url=server.url, cache=tmp_path)
    assert done.read_bytes() == CONTENT
    assert server.ranges[-2:] == ["bytes=100000-", None]


def test_parts_in_small_pieces_are_put_together(server: Server, tmp_path: Path) -> None:
    def answer(handler: Any) -> None:
        start = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
        end = min(start + 200_000, len(CONTENT)) - 1
        told = {"ETag": '"one"', "Content-Range": f"bytes {start}-{end}/{len(CONTENT)}"}
        if start:
            handler.say(206, told, CONTENT[start : end + 1])
        else:
            handler.say(200, {"ETag": '"one"', "Content-Length": str(len(CONTENT))},
                        CONTENT[:200_000])  # fmt: skip

    server.answer = answer
    done = fetch("a.bin", url=server.url, sha256=SUM, cache=tmp_path, attempts=4)
    assert done.read_bytes() == CONTENT


def test_a_known_sum_vouches_for_what_a_server_calls_a_page(
    server: Server, tmp_path: Path
) -> None:
    server.answer = _says(200, TABLE, Content_Type="text/html")
    known = hashlib.sha256(TABLE).hexdigest()
    with pytest.raises(SourceError, match="web page"):
        fetch("a.csv", url=server.url, cache=tmp_path)
    done = fetch("a.csv", url=server.url, sha256=known.upper(), cache=tmp_path)
    assert done.read_bytes() == TABLE


def test_a_packed_transfer_is_unpacked(server: Server, tmp_path: Path) -> None:
    packed = gzip.compress(SHAPES)
    server.answer = _says(200, packed, Content_Encoding="gzip",
                          Content_Length=str(len(packed)))  # fmt: skip
    assert fetch("a.geojson", url=server.url, cache=tmp_path).read_bytes() == SHAPES


def test_redirects_within_the_web_are_followed(server: Server, tmp_path: Path) -> None:
    def answer(handler: Any) -> None:
        if handler.path.endswith("/file.bin"):
            handler.say(302, {"Location": "/n\u00e4chste Datei.csv"})
        else:
            handler.say(200, {"Content-Length": str(len(TABLE))}, TABLE)

    server.answer = answer
    assert fetch("a.csv", url=server.url, cache=tmp_path).read_bytes() == TABLE


def test_a_server_may_ask_to_wait(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(time, "sleep", waited.append)
    answers = [
        _says(503, b"", Retry_After="7"),
        _says(429, b"", Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
        _says(200, TABLE),
    ]
    server.answer = lambda handler: answers.pop(0)(handler)
    assert fetch("a.csv", url=server.url, cache=tmp_path).read_bytes() == TABLE
    assert waited == [7.0, 0.0]


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
