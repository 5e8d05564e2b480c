"""The cache of official files, against a server on this machine."""

from __future__ import annotations

import bz2
import errno
import gzip
import hashlib
import io
import json
import logging
import lzma
import os
import socket
import sqlite3
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
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


def _archive(*files: str, content: bytes = TABLE * 50) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in files or ("a.csv",):
            archive.writestr(name, content)
    return out.getvalue()


def _parquet(rows: int = 9) -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"a": range(rows)}).to_parquet(out)
    return out.getvalue()


def _geopackage(layers: int = 1, rows: int = 9) -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        for layer in range(layers):
            name = f'layer "{layer}'
            database.execute("INSERT INTO gpkg_contents VALUES (?)", (name,))
            quoted = name.replace('"', '""')
            database.execute(f'CREATE TABLE "{quoted}" (region TEXT)')
            database.executemany(
                f'INSERT INTO "{quoted}" VALUES (?)', [("R" * 2000,)] * rows
            )
        database.commit()
        return database.serialize()


def _features(geometry: Any) -> bytes:
    features = [{**FEATURE, "geometry": geometry}] * 9
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def _other_database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE anything (a)")
        return database.serialize()


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
    "a.gpkg": _geopackage(2),
    "a.shp.zip": _archive("k/A.SHP", "k/A.shx", "k/A.dbf", "k/A.prj", "k/note.htm"),
    "tables.zip": _archive("a.dbf", "b.dbf"),
    "some.geojson": json.dumps({
        "type": "FeatureCollection",
        "features": [{**FEATURE, "geometry": None}, FEATURE],
    }).encode(),
    "a.geojson.gz": gzip.compress(SHAPES),
    "a.csv.bz2": bz2.compress(TABLE),
    "a.csv.xz": lzma.compress(TABLE),
    "answer.json": b'{"error": null, "message": "ok", "data": [1]}',
    "word.json": b'{"status": 404, "jobs": 3}',
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
    "its first words": ("a.gpkg", b"SQLite format 3\x00", "no GeoPackage"),
    "half a GeoPackage": ("a.gpkg", _geopackage()[:-5000], "broken off"),
    "another database": ("a.gpkg", _other_database(), "no GeoPackage"),
    "a GeoPackage without layers": ("a.gpkg", _geopackage(0), "without layers"),
    "a GeoPackage without rows": ("a.gpkg", _geopackage(rows=0), "layers are empty"),
    "no geometry": ("a.geojson", _features(None), "no geometry"),
    "empty geometry": ("a.geojson", _features({"type": "Polygon", "coordinates": []}),
                       "no geometry"),
    "pages in an archive": ("a.zip", _archive("a.html", "b/C.HTM"), "but web pages"),
    "a page as a table in an archive": (
        "a.zip", _archive("a.csv", content=LOGIN), "but web pages"),
    "an archive without files": ("a.zip", _archive("folder/"), "without files"),
    "an archive of nothing": ("a.zip", b"PK\x05\x06" + bytes(18), "without files"),
    "an archive of empty files": ("a.zip", _archive(content=b""), "all empty"),
    "tables for shapes": ("a.shp.zip", _archive("a.dbf"), r"without a \.shp"),
    "shapes without .shp": ("a.zip", _archive("k/a.dbf", "k/a.shx"), r"its \.shp"),
    "shapes elsewhere": ("a.zip", _archive("k/a.shp", "a.shx"), r"its \.sh"),
    "a projection and a table": ("a.zip", _archive("a.dbf", "a.prj"), r"its \.shp"),
    "shapes without .shx": ("a.shp.zip", _archive("a.shp", "a.dbf"), r"its \.shx"),
    "a head without shapes": (
        "a.shp.zip", _archive("a.shp", "a.shx", content=b"x" * 100), "no shapes"),
    "an archive with types for a workbook": (
        "a.xlsx", _archive("[Content_Types].xml", "word/document.xml"), "no workbook"),
    "no rows in Parquet": ("a.parquet", _parquet(0), "without rows"),
    "half a Parquet file, its head": ("a.parquet", _parquet()[:200], "no Parquet"),
    "half a packed JSON": ("a.geojson.gz", gzip.compress(SHAPES[:-20]), "broken off"),
    "a page in another gzip": ("a.gz", gzip.compress(LOGIN), "web page inside"),
    "half a bzip2": ("a.csv.bz2", bz2.compress(TABLE)[:-9], "cannot be opened"),
    "half an xz": ("a.csv.xz", lzma.compress(TABLE)[:-9], "cannot be opened"),
    "text for an xz": ("a.csv.xz", TABLE, "cannot be opened"),
    "a refusal": ("a.json", b'{"error": {"code": 403, "message": "quota"}}', "quota"),
    "a message": ("a.json", b'{"Message": "no such table", "status": 404}', "no such"),
    "errors": ("a.json", b'{"data": null, "errors": ["too  many\\ncells"]}', "too"),
    "a problem": ("a.json", b'{"title": "Not found", "status": 404}', "Not found"),
    "nothing in JSON": ("a.json", b"{}", "nothing in it"),
    "the beginning of an old workbook": (
        "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "beginning of an Excel"),
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
    whole = b"\xd0\xcf\x11\xe0" + bytes(4096)
    server.content, server.etag = GOOD.get(name, gzip.compress(whole)), '"two"'
    if name == "a.xls":
        server.content = whole
    assert fetch(name, url=server.url, cache=tmp_path).is_file()


WIDE = "region;jobs;plants\nR1;5;1\nR2;7;2\n"
#: how a table without a length ends: the words it is refused with, or "kept", or "told"
ENDINGS = {
    "in the first cell": (WIDE + "R", "1 of 3 cells"),
    "behind the first cell": (WIDE + "R3;", "2 of 3 cells"),
    "in the second cell": (WIDE + "R3;1", "2 of 3 cells"),
    "with commas": ("region,jobs\nR1,5\nR2", "1 of 2 cells"),
    "with tabs": ("region\tjobs\nR1\t5\nR2", "1 of 2 cells"),
    "with bare returns": (WIDE.replace("\n", "\r") + "R3;1", "2 of 3 cells"),
    "with a sign in quotes": (WIDE + 'R3;"5;6"', "2 of 3 cells"),
    "in a quoted cell": (WIDE + 'R3;5;"Town, ', "within a quoted cell"),
    "in the first, quoted cell": (WIDE + '"Town; cou', "within a quoted cell"),
    "far into a long table": (WIDE + "R3;5;1\n" * 90_000 + "R3;5", "2 of 3 cells"),
    "in the last cell": (WIDE + "R3;1;1", "told"),
    "with quotes in quotes": (WIDE + 'R3;"a "";"" b";1', "told"),
    "with an inch": (WIDE + 'R3;5";1', "told"),
    "behind a line": (WIDE + "R3;1;1\n", "kept"),
    "with a note": (WIDE + "\nSource: a publisher", "told"),
    "with notes": (WIDE + "__________\nSource: a publisher", "told"),
    "with a note and a line end": (WIDE + "Source: a publisher\n", "kept"),
    "with more cells": (WIDE + "R3;5;1;;", "told"),
    "below a title": ("Jobs in 2020\n" + WIDE + "R3;1;1", "told"),
    "with one column": ("region\nR1\nR2", "told"),
    "with a separator in a cell": ("a,b\nR1; R2,5\nR3,7", "told"),
}  # fmt: skip


@pytest.mark.parametrize("coding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("case", ENDINGS)
def test_a_table_that_ends_within_a_row(
    server: Server,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    case: str,
    coding: str,
) -> None:
    text, words = ENDINGS[case]
    body = text.encode(coding)
    server.answer = _says(200, body)
    if words in {"kept", "told"}:
        fetch("a.csv", url=server.url, cache=tmp_path)
        assert ("says no length" in caplog.text) is (words == "told")
        return
    with pytest.raises(SourceError, match=words):
        fetch("a.csv", url=server.url, cache=tmp_path)
    assert names(tmp_path) == []
    server.answer = _says(200, body, Content_Length=str(len(body)))
    assert fetch("a.csv", url=server.url, cache=tmp_path).read_bytes() == body
    server.answer = _says(200, body)
    known = hashlib.sha256(body).hexdigest()
    assert fetch("b.csv", url=server.url, sha256=known, cache=tmp_path).is_file()
    assert "says no length" not in caplog.text


LENGTHLESS = {
    "half a letter": ("a.csv", TABLE.decode().encode("utf-16")[:-1], "within a letter"),
    "half a PDF": ("a.pdf", b"%PDF-1.4\n", "end of a PDF"),
    "half an archive": ("a.zip", _archive()[:-30], "broken off"),
    "half a GeoPackage": ("a.gpkg", _geopackage()[:-5000], "broken off"),
}


@pytest.mark.parametrize("case", LENGTHLESS)
def test_a_file_without_a_length_that_is_cut(
    server: Server, tmp_path: Path, case: str
) -> None:
    name, body, words = LENGTHLESS[case]
    server.answer = _says(200, body)
    with pytest.raises(SourceError, match=words):
        fetch(name, url=server.url, cache=tmp_path)
    assert names(tmp_path) == []


def test_pieces_tell_their_end(server: Server, tmp_path: Path) -> None:
    body = (WIDE + "R3;5").encode()
    server.answer = lambda h: h.wfile.write(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
    )  # fmt: skip
    assert fetch("a.csv", url=server.url, cache=tmp_path).read_bytes() == body


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
