"""A server on this machine that says what a test tells it to."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

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


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


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


WIDE = "region;jobs;plants\nR1;5;1\nR2;7;2\n"


def _says(status: int, body: bytes, **headers: str) -> Callable[[Any], None]:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.say(status, told, body)
