"""Only a file that is what its name says is kept."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.sources.download.server import (
    CONTENT,
    FEATURE,
    SHAPES,
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

# ---- what servers say and send -------------------------------------------------------

LOGIN = b"<!DOCTYPE html><html><body>Please log in</body></html>"


def _parquet(rows: int = 9) -> bytes:
    out = io.BytesIO()
    pd.DataFrame({"a": range(rows)}).to_parquet(out)
    return out.getvalue()


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
