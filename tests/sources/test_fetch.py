"""The cache of official files, against a server on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from clusterid import OptionError, SourceError
from clusterid.sources import cache_folder, catalogue, fetch, path

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


class Handler(BaseHTTPRequestHandler):
    def __init__(self, state: Server, *args: object) -> None:
        self.state = state
        super().__init__(*args)  # type: ignore[arg-type]

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        state = self.state
        asked = self.headers.get("Range")
        state.ranges.append(asked)
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
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", state.etag)
        self.end_headers()
        if state.break_after is not None:
            body, state.break_after = body[: state.break_after], None
        self.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, state))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{http.server_address[1]}/file.bin"
    yield state
    http.shutdown()
    http.server_close()
    thread.join()


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
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.bin", "a.bin.sha256"]
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


def test_changed_file_is_not_glued_to_the_old_part(
    server: Server, tmp_path: Path
) -> None:
    server.break_after = 100_000
    with pytest.raises(SourceError):
        fetch("a.bin", url=server.url, cache=tmp_path, attempts=1)
    server.content, server.etag = CONTENT[::-1], '"two"'
    done = fetch("a.bin", url=server.url, cache=tmp_path)
    assert done.read_bytes() == CONTENT[::-1]


def test_wrong_sum_leaves_nothing_behind(server: Server, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="expected 000"):
        fetch("a.bin", url=server.url, sha256="0" * 64, cache=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_sum_of_the_first_fetch_is_kept(server: Server, tmp_path: Path) -> None:
    done = fetch("a.bin", url=server.url, cache=tmp_path)
    server.content, server.etag = CONTENT[:1000], '"two"'
    with pytest.raises(SourceError, match="publisher has changed"):
        fetch("a.bin", url=server.url, cache=tmp_path, again=True)
    assert done.read_bytes() == CONTENT, "the earlier file stays"
    done.write_bytes(b"damaged")
    with pytest.raises(SourceError, match="again=True"):
        fetch("a.bin", url=server.url, cache=tmp_path)


def test_server_errors(server: Server, tmp_path: Path) -> None:
    server.errors = [503]
    assert fetch("a.bin", url=server.url, cache=tmp_path).is_file()
    server.errors = [404]
    with pytest.raises(SourceError, match="answers 404"):
        fetch("b.bin", url=server.url, cache=tmp_path)


def test_names_and_addresses_are_checked(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no http or https"):
        fetch("a", url="file:///etc/hostname", cache=tmp_path)
    with pytest.raises(OptionError, match="no file name"):
        fetch("../a", url="http://127.0.0.1:9/a", cache=tmp_path)
    with pytest.raises(OptionError, match="Did you mean 'de_kreise'"):
        fetch("de_kreis", cache=tmp_path)
    with pytest.raises(OptionError, match="No data set"):
        path("absent", cache=tmp_path)
    with pytest.raises(SourceError, match="clusterid data fetch nuts2_2021"):
        path("nuts2_2021", cache=tmp_path)


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
