"""Transfers: cut, continued, packed, redirected, and strange answers."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from tests.sources.download.server import (
    CONTENT,
    SHAPES,
    SUM,
    TABLE,
    WIDE,
    Server,
    _archive,
    _geopackage,
    _says,
    names,
)

from clusterid import SourceError
from clusterid.sources import fetch


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


def test_server_errors(server: Server, tmp_path: Path) -> None:
    server.errors = [503]
    assert fetch("a.bin", url=server.url, cache=tmp_path).is_file()
    server.errors = [404]
    with pytest.raises(SourceError, match="answers 404"):
        fetch("b.bin", url=server.url, cache=tmp_path)


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
