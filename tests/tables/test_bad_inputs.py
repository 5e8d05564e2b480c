"""A bad input of any kind is one clear error: what, where and the mend, no traceback.

The table is by kinds: what is given instead of a table, where a path leads, what a file
holds, what stands in a cell, what an option is. Every kind is tried with every reader
that could meet it.
"""

from __future__ import annotations

import functools
import gzip
import json
import os
import re
import socket
import warnings
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook
from shapely.geometry import GeometryCollection, LineString, Point, Polygon, box

import clusterid as cid
from clusterid.classifications import (
    read_classification,
    read_correspondence,
    read_fields,
)
from clusterid.concentration import location_quotient
from clusterid.errors import (
    ClusteridError,
    DataWarning,
    OptionError,
    TableTypeError,
)
from clusterid.sources import reader
from clusterid.tables import (
    check_answers,
    check_declared,
    check_places,
    checked_wide,
    margins,
    read_table,
)

Case = tuple[Callable[[Path], Any], str]

#: What no message may show: classes and places of other libraries, addresses in memory.
FOREIGN = re.compile(
    r"Traceback|object at 0x|site-packages|"
    r"\b(pyogrio|pyarrow|openpyxl|numpy|pandas|shapely|pydantic|duckdb|zipfile)\.|"
    r"\b(?!TableType|Clusterid)[A-Z]\w*(Error|Exception)\b|BadZipFile|ArrowInvalid"
)


def told(error: ClusteridError) -> str:
    """Return the message after checking that it is ours alone, and says something."""
    text = str(error)
    assert not FOREIGN.search(text), text
    assert len(text) > 25, text
    assert len(text) < 4000, f"{len(text)} characters: {text[:200]}"
    return text


def run(name: str, cases: dict[str, Case], folder: Path) -> None:
    make, words = cases[name]
    before = sorted(p for p in folder.rglob("*"))
    with warnings.catch_warnings(), pytest.raises(ClusteridError) as error:
        warnings.simplefilter("ignore", DataWarning)  # the error says it, too
        make(folder)
    text = told(error.value)
    for word in words.split("|"):
        assert word.casefold() in text.casefold(), text
    made = sorted(p for p in folder.rglob("*"))
    assert [p for p in made if p not in before and not p.name.startswith("in")] == []


# -- what is given instead of a table ------------------------------------------------

READERS: dict[str, Callable[..., Any]] = {
    "table": read_table,
    "employment": cid.read_employment,
    "regions": cid.read_regions,
    "plants": cid.read_plants,
    "flows": cid.read_flows,
    "links": cid.read_links,
    "collaborations": cid.read_collaborations,
    "places": check_places,
    "answers": check_answers,
    "declared": check_declared,
    "survey": cid.read_survey,
    "fields": read_fields,
    "classification": read_classification,
    "correspondence": read_correspondence,
    "economy": cid.economy,
    "plants to economy": cid.economy_from_plants,
    "contiguity": cid.contiguity,
}

NO_TABLES: dict[str, Any] = {
    "None": None,
    "a whole number": 5,
    "a list": [1, 2],
    "a mapping": {"region": ["r"]},
    "an array": np.zeros((2, 2)),
    "a Series": pd.Series([1.0], name="employment"),
    "bytes": b"region,industry",
    "an object": object(),
}


@pytest.mark.parametrize("given", NO_TABLES)
@pytest.mark.parametrize("reads", READERS)
def test_what_is_no_table_is_told(reads: str, given: str) -> None:
    with pytest.raises(ClusteridError) as error:
        READERS[reads](NO_TABLES[given])
    told(error.value)
    if reads != "contiguity":  # what has no polygons may have any type
        assert isinstance(error.value, TableTypeError)


# -- where a path leads ------------------------------------------------------------


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / "in.csv")
    return folder / "in.csv"


def _socket(folder: Path) -> Path:
    path = folder / "in.csv"
    here = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(f"/proc/self/fd/{here}/in.csv")
    os.close(here)
    return path


def _loop(folder: Path) -> Path:
    (folder / "in.csv").symlink_to(folder / "in_b.csv")
    (folder / "in_b.csv").symlink_to(folder / "in.csv")
    return folder / "in.csv"


def _dangling(folder: Path) -> Path:
    (folder / "in.csv").symlink_to(folder / "nowhere.csv")
    return folder / "in.csv"


def _beside(folder: Path) -> Path:
    (folder / "in_jobs.csv").write_text("a,b\n1,2\n")
    return folder / "in_job.csv"


def _inside_a_file(folder: Path) -> Path:
    (folder / "in").write_text("a")
    return folder / "in" / "b.csv"


PATHS: dict[str, tuple[Callable[[Path], Any], str]] = {
    "pipe": (_fifo, "pipe"),
    "device": (lambda folder: "/dev/zero", "device"),
    "socket": (_socket, "socket"),
    "loop": (_loop, "circle"),
    "too long": (lambda folder: folder / ("x" * 300 + ".csv"), "too long"),
    "too deep": (lambda folder: Path("/".join(["x" * 200] * 30) + ".csv"), "too long"),
    "NUL": (lambda folder: f"{folder}/in\x00.csv", "NUL"),
    "link to nothing": (_dangling, "link"),
    "not there": (_beside, "in_jobs.csv"),
    "no such folder": (lambda folder: folder / "no" / "a.csv", "there is no"),
    "inside a file": (_inside_a_file, "there is no"),
    "folder": (lambda folder: folder, "folder"),
}

OPENERS: dict[str, Callable[..., Any]] = {
    "employment": cid.read_employment,
    "regions": cid.read_regions,
    "survey": cid.read_survey,
    "fields": read_fields,
    "classification": read_classification,
    "correspondence": read_correspondence,
    "plants to economy": cid.economy_from_plants,
    "flat files": reader("genesis", "employment"),
    "own table": reader("table", "employment"),
}


@pytest.mark.parametrize("leads", PATHS)
@pytest.mark.parametrize("opens", OPENERS)
def test_a_path_to_no_regular_file_is_told(
    opens: str, leads: str, tmp_path: Path
) -> None:
    make, word = PATHS[leads]
    path = make(tmp_path)
    with pytest.raises(ClusteridError) as error:
        OPENERS[opens](path)
    text = told(error.value)
    if not (leads == "folder" and opens in {"flat files", "plants to economy"}):
        word = "no table" if (leads, opens) == ("folder", "own table") else word
        assert word in text, text


# -- what a file holds ------------------------------------------------------------

ROWS = "region,industry,employment\n"


def _file(
    name: str, content: bytes | str, read: Callable[..., Any], **options: Any
) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        raw = content.encode() if isinstance(content, str) else content
        (folder / f"in{name}").write_bytes(raw)
        return read(folder / f"in{name}", **options)

    return make


def _gz(content: bytes) -> bytes:
    return gzip.compress(content, 1)


def _zip(members: dict[str, bytes]) -> bytes:
    import io

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _small(read: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """Read with a bound of 1 MiB on what is read whole."""

    def make(folder: Path) -> Any:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CLUSTERID_LARGEST_MIB", "1")
            return read(folder)

    return make


@functools.cache
def _bomb() -> bytes:
    return b"0" * (8 << 20)


def _book(
    fill: Callable[[Any], None], read: Callable[..., Any] = cid.read_employment
) -> Callable[[Path], Any]:
    def make(folder: Path) -> Any:
        book = Workbook()
        sheet = book.active
        sheet.append(["region", "industry", "employment"])
        sheet.append(["01", "A", 5])
        sheet.append(["02", "A", 6])
        fill(sheet)
        book.save(folder / "in.xlsx")
        return read(folder / "in.xlsx")

    return make


def _cell(address: str, value: Any) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        sheet[address] = value
        if isinstance(value, str) and value.startswith("#"):
            sheet[address].data_type = "e"

    return fill


JOBS = cid.read_employment
FILES: dict[str, Case] = {
    "empty csv": (_file(".csv", "", JOBS), "empty"),
    "blank csv": (_file(".csv", "\n\n \n", JOBS), "no text"),
    "header only": (_file(".csv", ROWS, JOBS), "no rows"),
    "a long cell": (_file(".csv", ROWS + f"01,A,{'1' * 200_000}\n", JOBS), "131,072"),
    "a long cell with semicolons": (
        _file(".csv", f"region;industry;employment\n01;{'x' * 140_000};5\n", JOBS),
        "131,072",
    ),
    "a quote that is not closed": (
        _file(".csv", ROWS + '01,"A,5\n' + "02,B,6\n" * 30_000, JOBS),
        "quote",
    ),
    "a column twice": (
        _file(".csv", "region,industry,employment,employment\n1,A,2,3\n", JOBS),
        "twice|employment",
    ),
    "a column twice with a space": (
        _file(".csv", "region,industry,employment, employment\n1,A,2,3\n", JOBS),
        "twice",
    ),
    "a column twice in a lexicon": (
        _file(".csv", "field,code,code\nf,10,11\n", read_fields),
        "twice",
    ),
    "a column twice in a correspondence": (
        _file(".csv", "source,target,target\na,b,c\n", read_correspondence),
        "twice",
    ),
    "NUL in a code": (_file(".csv", ROWS + "0\x001,A,5\n", JOBS), "NUL|row 1"),
    "NUL far down": (
        _file(".csv", ROWS + "01,A,5\n" * 500 + "0\x002,A,5\n", JOBS),
        "NUL",
    ),
    "NUL in a lexicon": (_file(".csv", "field,code\nf,1\x000\n", read_fields), "NUL"),
    "bell in a code": (_file(".csv", ROWS + "0\x071,A,5\n", JOBS), "control|row 1"),
    "semicolon in a region": (_file(".csv", ROWS + "R1;R2,A,5\n", JOBS), "semicolon"),
    "ragged": (_file(".csv", ROWS + "01,A\n", JOBS), "cells than the header"),
    "latin-1": (_file(".csv", ROWS.encode() + b"K\xf6ln,A,5\n", JOBS), "UTF-8"),
    "utf-16": (_file(".csv", (ROWS + "01,A,5\n").encode("utf-16"), JOBS), "UTF-16"),
    "random bytes": (
        _file(".csv", np.random.default_rng(0).bytes(4000), JOBS),
        "in.csv",
    ),
    "random bytes as a lexicon": (
        _file(".csv", np.random.default_rng(0).bytes(4000), read_fields),
        "UTF-8",
    ),
    "a workbook that is none as a lexicon": (
        _file(".xlsx", ROWS, read_fields), "in.xlsx|cannot be read",
    ),
    "a workbook with a column twice as a lexicon": (
        _book(_cell("D1", "employment"), read_fields), "twice|employment",
    ),
    "parquet that is none as a lexicon": (
        _file(".parquet", ROWS, read_fields), "in.parquet|cannot be read",
    ),
    "an empty lexicon": (_file(".csv", "", read_fields), "empty"),
    "gzip that is none": (_file(".csv.gz", ROWS, JOBS), "cannot be read"),
    "gzip cut": (_file(".csv.gz", _gz(_bomb())[:-20], JOBS), "cannot be read"),
    "gzip with a wrong sum": (
        _file(".csv.gz", _gz(ROWS.encode())[:-8] + b"12345678", JOBS),
        "cannot be read",
    ),
    "gzip bomb": (
        _small(_file(".csv.gz", _gz(_bomb()), JOBS)),
        "unpacks to more than 1 MiB|CLUSTERID_LARGEST_MIB|by hand",
    ),
    "gzip bomb of shapes": (
        _small(_file(".geojson.gz", _gz(_bomb()), cid.read_regions)),
        "unpacks to more",
    ),
    "gzip bomb as a lexicon": (
        _small(_file(".csv.gz", _gz(_bomb()), read_fields)),
        "unpacks to more",
    ),
    "zip bomb": (
        _small(_file(".zip", _zip({"a.shp": _bomb()}), cid.read_regions)),
        "unpacks to more",
    ),
    "workbook bomb": (
        _small(
            _file(".xlsx", _zip({"xl/worksheets/sheet1.xml": _bomb()}), JOBS),
        ),
        "unpacks to more",
    ),
    "large text": (_small(_file(".csv", _bomb(), JOBS)), "more than 1 MiB"),
    "large lexicon": (_small(_file(".csv", _bomb(), read_fields)), "more than 1 MiB"),
    "zip that is none": (_file(".zip", ROWS, cid.read_regions), "cannot be read"),
    "zip of nothing": (_file(".zip", _zip({}), cid.read_regions), "in.zip"),
    "zip of text": (
        _file(".zip", _zip({"a.txt": b"hello"}), cid.read_regions),
        "in.zip",
    ),
    "workbook that is none": (_file(".xlsx", ROWS, JOBS), "cannot be read"),
    "workbook of nothing": (_file(".xlsx", _zip({}), JOBS), "cannot be read"),
    "workbook without sheets": (
        _file(".xlsx", _zip({"xl/workbook.xml": b"<workbook/>"}), JOBS),
        "cannot be read",
    ),
    "workbook of broken XML": (
        _file(".xlsx", _zip({"[Content_Types].xml": b"<a><b>"}), JOBS),
        "cannot be read",
    ),
    "old workbook": (_file(".xls", b"\xd0\xcf\x11\xe0", JOBS), "ending"),
    "workbook with #REF!": (_book(_cell("C3", "#REF!")), "C3: #REF!"),
    "workbook with #DIV/0!": (_book(_cell("C2", "#DIV/0!")), "C2: #DIV/0!"),
    "workbook with #NAME? in a code": (_book(_cell("A2", "#NAME?")), "A2: #NAME?"),
    "formula never calculated": (_book(_cell("C3", "=C2+1")), "never calculated (C3)"),
    "formula never calculated in a code": (
        _book(_cell("A3", '=TEXT(1,"00")')),
        "never calculated (A3)",
    ),
    "workbook with a column twice": (
        _book(_cell("D1", "employment")),
        "twice|employment",
    ),
    "workbook without rows": (
        _book(lambda sheet: sheet.delete_rows(2, 9)),
        "no rows",
    ),
    "parquet that is none": (_file(".parquet", ROWS, JOBS), "cannot be read"),
    "parquet of its marks": (_file(".parquet", b"PAR1PAR1", JOBS), "cannot be read"),
    "parquet with a wild footer": (
        _file(".parquet", b"PAR1" + b"\xff" * 40 + b"PAR1", JOBS),
        "cannot be read",
    ),
    "parquet as regions": (
        _file(".parquet", b"PAR1" + b"\x00" * 40 + b"PAR1", cid.read_regions),
        "cannot be read",
    ),
    "parquet as plants": (
        _file(".parquet", b"PAR1" + b"\x00" * 40 + b"PAR1", cid.economy_from_plants),
        "cannot be read",
    ),
    "csv of plants that is none": (
        _file(".csv", np.random.default_rng(1).bytes(999), cid.economy_from_plants),
        "plants",
    ),
    "gpkg that is none": (_file(".gpkg", ROWS, cid.read_regions), "cannot be read"),
    "gpkg of its name": (
        _file(".gpkg", b"SQLite format 3\x00" + b"\x00" * 99, cid.read_regions),
        "cannot be read",
    ),
    "shapefile alone": (_file(".shp", b"\x00\x27\x0a" * 40, cid.read_regions), "in"),
    "fgb that is none": (_file(".fgb", b"fgb\x03" * 9, cid.read_regions), "cannot be"),
    "an ending nobody knows": (_file(".dbf", b"\x03" * 99, JOBS), "ending"),
    "a page of the web": (
        _file(".csv", "<!DOCTYPE html>\n<html><body>404</body></html>\n", JOBS),
        "column",
    ),
    "flat file of another kind": (
        _file(".csv", ROWS, reader("genesis", "employment")),
        "GENESIS",
    ),
    "flat file cut in its head": (
        _file(
            ".csv", "GENESIS-Tabelle: 13111-07-05-4\n", reader("genesis", "employment")
        ),
        "no rows",
    ),
    "parquet for a named reader": (
        _file(".parquet", b"PAR1PAR1", reader("svb_wz08", "employment")),
        "cannot be read",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_one_clear_error(name: str, tmp_path: Path) -> None:
    run(name, FILES, tmp_path)


@pytest.mark.parametrize(
    "named",
    [
        "bres", "cbp", "erwerbstaetige", "svb_wz08", "ba_occupations", "genesis",
        "siot", "uk_io", "bea", "wiod", "cordis_fp7", "cordis_h2020", "skill_links",
        "us_benchmark", "us_declared",
    ],
)  # fmt: skip
def test_a_named_reader_says_that_a_file_is_not_its(named: str, tmp_path: Path) -> None:
    from clusterid.sources import READERS

    for name, content in (
        ("a.csv", b"a,b\n1,2\n"), ("b.csv", b"\xff\xfe\x00"),
        ("c.parquet", b"PAR1PAR1"),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ClusteridError) as error:
            READERS[named](tmp_path / name)
        told(error.value)


# -- shapes ------------------------------------------------------------


def _geojson(geometry: Any, **more: Any) -> Callable[[Path], Any]:
    feature = {"type": "Feature", "properties": {"region": "R1"}, "geometry": geometry}
    content = {"type": "FeatureCollection", "features": [feature], **more}
    return _file(".geojson", json.dumps(content), cid.read_regions)


def _ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(p) for p in points]]}


def _shape(geometry: Any, has: Any = "EPSG:4326", **options: Any) -> Any:
    def make(folder: Path) -> Any:
        with np.errstate(all="ignore"):
            one = geometry() if callable(geometry) else geometry
        table = gpd.GeoDataFrame({"region": ["R1"]}, geometry=[one], crs=has)
        return cid.read_regions(table, **options)

    return make


def _square(x: float, y: float) -> dict[str, Any]:
    return _ring((8, 50), (x, 50), (x, y), (8, y), (8, 50))


NAN, INF = float("nan"), float("inf")
SHAPES: dict[str, Case] = {
    "NaN in a file": (_geojson(_square(NAN, 51)), "R1"),
    "infinity in a file": (_geojson(_square(INF, 51)), "in.geojson"),
    "1e308 in a file": (_geojson(_square(9, 1e308)), "R1"),
    "latitude 91": (_geojson(_square(9, 91)), "are not degrees|R1"),
    "latitude -91": (
        _geojson(_ring((8, -91), (9, -91), (9, -80), (8, -91))), "degrees",
    ),
    "longitude 181": (_geojson(_square(181, 51)), "are not degrees|R1"),
    "no geometry": (_geojson(None), "missing|R1"),
    "an empty polygon": (_geojson({"type": "Polygon", "coordinates": []}), "R1"),
    "a point": (_geojson({"type": "Point", "coordinates": [8, 50]}), "not a polygon"),
    "a line": (
        _geojson({"type": "LineString", "coordinates": [[8, 50], [9, 51]]}),
        "not a polygon",
    ),
    "a collection": (
        _geojson({"type": "GeometryCollection", "geometries": [_square(9, 51)]}),
        "not a polygon",
    ),
    "a bow tie": (
        _geojson(_ring((8, 50), (9, 51), (9, 50), (8, 51), (8, 50))),
        "invalid|repair",
    ),
    "two corners": (_geojson(_ring((8, 50), (9, 51), (8, 50))), "in.geojson"),
    "an open ring": (_geojson(_ring((8, 50), (9, 50), (9, 51))), "in.geojson"),
    "a text as a corner": (
        _geojson({"type": "Polygon", "coordinates": [[["a", "b"]]]}),
        "in.geojson",
    ),
    "a geometry of no kind": (_geojson({"type": "Polyhedron"}), "in.geojson"),
    "features that are none": (
        _file(
            ".geojson", '{"type": "FeatureCollection", "features": 5}', cid.read_regions
        ),
        "in.geojson",
    ),
    "JSON of another kind": (_file(".geojson", '{"a": 1}', cid.read_regions), "cannot"),
    "JSON cut": (_file(".geojson", '{"type": "Feat', cid.read_regions), "cannot"),
    "JSON that is a list": (_file(".json", "[1, 2, 3]", cid.read_regions), "cannot"),
    "JSON of deep lists": (
        _file(".geojson", "[" * 100_000, cid.read_regions),
        "cannot be read",
    ),
    "an unknown system in the file": (
        _geojson(
            _square(9, 51), crs={"type": "name", "properties": {"name": "EPSG:999999"}}
        ),
        "in.geojson",
    ),
    "no system": (_shape(box(8, 50, 9, 51), None), "no coordinate system"),
    "a system nobody knows": (_shape(box(0, 0, 1, 1), None, crs="EPSG:99"), "crs="),
    "a system that is a list": (_shape(box(0, 0, 1, 1), None, crs=[1]), "crs="),
    "a system that is an object": (_shape(box(0, 0, 1, 1), None, crs=object()), "crs="),
    "a system that is too large": (_shape(box(0, 0, 1, 1), None, crs=10**30), "crs="),
    "another system": (_shape(box(8, 50, 9, 51), crs="EPSG:25832"), "say"),
    "metres called degrees": (_shape(box(4e5, 5e6, 5e5, 6e6)), "degrees"),
    "NaN in memory": (
        _shape(lambda: Polygon([(0, 0), (1, 0), (NAN, 1)]), "EPSG:3035"), "finite",
    ),
    "infinity in memory": (
        _shape(lambda: Polygon([(0, 0), (1, 0), (INF, 1)]), "EPSG:3035"),
        "finite",
    ),
    "1e308 in memory": (
        _shape(lambda: Polygon([(0, 0), (1e308, 0), (1, 1e308)]), "EPSG:3035"),
        "beyond",
    ),
    "a point in memory": (_shape(Point(8, 50)), "not a polygon"),
    "lines in memory": (_shape(LineString([(8, 50), (9, 51)])), "not a polygon"),
    "a collection in memory": (_shape(GeometryCollection([Point(8, 50)])), "polygon"),
    "an empty collection": (_shape(GeometryCollection()), "empty"),
    "no polygons at all": (
        lambda folder: cid.read_regions(pd.DataFrame({"region": ["R1"]})),
        "no polygons",
    ),
    "an area of nothing": (
        lambda folder: cid.read_regions(
            pd.DataFrame({"region": ["R1"], "area_km2": [0]}), geometry=False
        ),
        "area_km2",
    ),
    "an area without end": (
        lambda folder: cid.read_regions(
            pd.DataFrame({"region": ["R1"], "area_km2": [INF]}), geometry=False
        ),
        "infinite",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_bad_shapes_are_one_clear_error(name: str, tmp_path: Path) -> None:
    run(name, SHAPES, tmp_path)


# -- what stands in a cell -----------------------------------------------------------

COUNTS: dict[str, Any] = {
    "text": "many", "comma": "12,5", "two commas": "1,234,5", "mark": "x",
    "negative": -1, "negative text": "-1", "infinite": INF, "infinite text": "inf",
    "beyond a float": 10**400, "beyond 64 bits": 10**30, "1e308": 1e308,
    "text of 1e400": "1e400", "digits without end": "9" * 5000, "list": [1, 2],
    "mapping": {"a": 1}, "complex": 1 + 2j, "yes": True, "date": pd.Timestamp("2020"),
    "decimal": Decimal("1e400"), "no decimal": Decimal("sNaN"), "#REF!": "#REF!",
    "#WERT!": "#WERT!", "#DIV/0!": "#DIV/0!", "hexadecimal": "0x10",
    "underscore": "1_0",
    "object": object(), "bytes": b"12", "spaces": "1 000",
}  # fmt: skip


@pytest.mark.parametrize("name", COUNTS)
def test_a_bad_count_is_told_with_its_row(name: str) -> None:
    values = pd.Series(["4", COUNTS[name]], dtype=object)
    table = pd.DataFrame({
        "region": ["R1", "R2"],
        "industry": "A",
        "employment": values,
    })
    for read in (cid.read_employment, cid.economy):
        with pytest.raises(ClusteridError) as error:
            read(table)
        assert "row 2" in re.sub(r"object at 0x\w+", "", str(error.value))
    wide = pd.DataFrame({"A": values.to_numpy(dtype=object)}, index=["R1", "R2"])
    with pytest.raises(ClusteridError):
        checked_wide(wide)


YEARS: dict[str, Any] = {
    "a date": "2020-01-01", "a comma": "2020,5", "a fraction": 2020.5, "none": None,
    "text": "recently", "far": 20200, "negative": -2020, "beyond": 10**400,
    "infinite": INF, "error": "#REF!", "list": [2020], "short": "20", "yes": True,
}  # fmt: skip


@pytest.mark.parametrize("name", YEARS)
def test_a_bad_year_is_told(name: str) -> None:
    years = pd.Series([2020, YEARS[name]], dtype=object)
    table = pd.DataFrame({
        "region": ["R1", "R2"],
        "industry": "A",
        "employment": 5,
        "year": years,
    })
    with pytest.raises(ClusteridError) as error:
        cid.read_employment(table)
    assert "year" in told(error.value)


CODES: dict[str, Any] = {
    "NUL": "R\x001", "a bell": "R\x07", "half a pair": "R\ud800", "#REF!": "#REF!",
    "#BEZUG!": "#BEZUG!", "#NAME?": "#NAME?", "#N/A": "#N/A", "none": None,
    "blank": " ", "a list": ["R1"], "a date": "12. Okt", "scientific": "1,2E+05",
    "a float": 1.5,
    "a semicolon": "R1;R2", "a new line": "R1\nR2", "a mapping": {"R": 1},
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("column", ["region", "industry"])
def test_a_bad_code_is_told_with_its_row(name: str, column: str) -> None:
    codes = pd.Series(["X1", CODES[name]], dtype=object)
    table = pd.DataFrame({
        "region": ["X1", "X2"],
        "industry": ["A", "B"],
        "employment": 1,
    })
    table[column] = codes
    with pytest.raises(ClusteridError) as error:
        cid.read_employment(table)
    text = told(error.value)
    assert column in text
    assert "row 2" in text


POINTS: dict[str, tuple[Any, Any]] = {
    "NaN": (NAN, 50), "infinite": (8, INF), "1e308": (1e308, 50),
    "latitude 91": (8, 91),
    "longitude 181": (181, 50), "text": ("east", 50), "beyond": (10**400, 50),
    "none": (None, 50), "comma": ("8,5", 50),
}  # fmt: skip


@pytest.mark.parametrize("name", POINTS)
def test_a_bad_point_is_told(name: str) -> None:
    x, y = POINTS[name]
    plants = pd.DataFrame({
        "plant": ["p", "q"], "industry": "A", "employment": 5,
        "x": pd.Series([8, x], dtype=object), "y": pd.Series([50, y], dtype=object),
    })  # fmt: skip
    with pytest.raises(ClusteridError) as error:
        cid.read_plants(plants, crs="EPSG:4326")
    told(error.value)


NO_CODES: dict[str, Any] = {
    "a tuple": ("a", 1), "an interval": pd.Interval(0, 1), "a mapping": {"a": 1},
    "a set": frozenset({1}), "a class": int,
}  # fmt: skip


@pytest.mark.parametrize("name", NO_CODES)
@pytest.mark.parametrize("axis", ["region", "industry"])
def test_what_is_no_text_or_number_is_no_code(name: str, axis: str) -> None:
    table = pd.DataFrame({"region": ["R1", "R2"], "industry": "A", "employment": 5})
    table[axis] = pd.Series(["R1", NO_CODES[name]], dtype=object)
    for read in (cid.read_employment, cid.economy):
        with pytest.raises(ClusteridError, match="no text or number") as error:
            read(table)
        assert "row 2" in str(error.value)
    links = pd.DataFrame({"source": table[axis], "target": "B", "value": 1.0})
    with pytest.raises(ClusteridError, match="no text or number"):
        cid.read_links(links)


def test_a_wide_table_named_by_intervals_is_told() -> None:
    wide = pd.DataFrame({"A": [1.0, 2.0]}, index=pd.interval_range(0, 2))
    with pytest.raises(ClusteridError, match="no text or number"):
        cid.economy(wide)


INVISIBLE = {
    "zero width": "R\u200b1", "mark of order": "\ufeffR1", "soft hyphen": "R\u00ad1",
    "left to right": "R1\u200e", "joiner": "R\u20601",
}  # fmt: skip


@pytest.mark.parametrize("name", INVISIBLE)
def test_a_sign_that_nobody_sees_is_told_escaped(name: str) -> None:
    code = INVISIBLE[name]
    table = pd.DataFrame({"region": ["R2", code], "industry": "A", "employment": 5})
    wide = pd.DataFrame({"A": [1.0, 2.0]}, index=["R2", code])
    for read, given in (
        (cid.read_employment, table),
        (cid.economy, table),
        (cid.economy, wide),
    ):
        with pytest.raises(ClusteridError, match="nobody sees") as error:
            read(given)
        assert repr(code)[1:-1] in str(error.value)
        assert code not in str(error.value)


def test_spaces_around_a_code_are_taken_off() -> None:
    table = pd.DataFrame({"region": ["\u00a0R1 "], "industry": "A", "employment": 5})
    assert cid.read_employment(table)["region"].tolist() == ["R1"]


@pytest.mark.parametrize(
    "reads", sorted(set(READERS) - {"contiguity", "plants to economy"})
)
def test_a_column_that_stands_twice_is_told(reads: str) -> None:
    columns = [
        "region", "industry", "employment", "field", "code", "source", "target",
        "place", "regions", "record", "label", "project", "organisation", "seller",
        "buyer", "value", "question", "option", "year",
    ]  # fmt: skip
    for twice in columns:
        table = pd.DataFrame([["a"] * 20], columns=[*columns, twice])
        with pytest.raises(ClusteridError, match="stands twice") as error:
            READERS[reads](table)
        assert twice in told(error.value)


def test_totals_with_a_column_twice_are_told() -> None:
    totals = pd.DataFrame(
        [["r", "A", 1, 1]], columns=["region", "industry", "value", "value"]
    )
    wide = pd.DataFrame({"A": [1.0]}, index=["r"])
    with pytest.raises(ClusteridError, match="a column stands twice: value"):
        cid.economy(wide, totals=totals)
    bounds = pd.DataFrame([[0.1, 0.2, 0.3]], ["A"], ["lower", "upper", "upper"])
    with pytest.raises(ClusteridError, match="a column stands twice: upper"):
        cid.economy(wide, plant_herfindahl=bounds)


@pytest.mark.parametrize("totals", ["x", 5, [], {}, pd.Series([1.0])])
def test_totals_that_are_no_table_are_told(totals: Any) -> None:
    wide = pd.DataFrame({"A": [1.0, 2.0], "B": [3.0, 1.0]}, index=["r", "s"])
    with pytest.raises(TableTypeError, match="totals"):
        margins(wide, totals)
    with pytest.raises(TableTypeError, match="totals"):
        location_quotient(wide, totals=totals)


WORDS: dict[str, Case] = {
    "kind of an organisation": (
        lambda folder: cid.read_collaborations(
            pd.DataFrame({
                "project": ["p"], "organisation": ["o"], "organisation_kind": ["frim"]
            })
        ),
        "organisation_kind|Did you mean 'firm'",
    ),
    "concept": (
        lambda folder: cid.read_employment(
            pd.DataFrame({
                "region": ["r"], "industry": ["A"], "employment": [1],
                "concept": ["job"],
            })
        ),
        "concept",
    ),
    "asked": (
        lambda folder: check_places(
            pd.DataFrame({"place": ["p"], "regions": ["r"], "asked": ["perhaps"]})
        ),
        "asked|perhaps",
    ),
    "answered": (
        lambda folder: check_places(
            pd.DataFrame({"place": ["p"], "regions": ["r"], "answered": ["2"]})
        ),
        "answered",
    ),
    "exhaustive": (
        lambda folder: check_places(
            pd.DataFrame({"place": ["p"], "regions": ["r"], "exhaustive": ["mostly"]})
        ),
        "exhaustive",
    ),
    "value of an answer": (
        lambda folder: check_answers(
            pd.DataFrame({
                "place": ["p"], "question": ["q"], "option": ["o"],
                "value": ["vielleicht"],
            })
        ),
        "value|vielleicht",
    ),
    "share of a region": (
        lambda folder: check_places(
            pd.DataFrame({"place": ["p"], "regions": ["r:40%"]})
        ),
        "share",
    ),
    "share above one": (
        lambda folder: check_places(pd.DataFrame({"place": ["p"], "regions": ["r:4"]})),
        "share",
    ),
    "regions in triples": (
        lambda folder: check_places(
            pd.DataFrame({"place": ["p"], "regions": [[("r", 1, 2)]]}), regions=["r"]
        ),
        "region",
    ),
    "regions of numbers": (
        lambda folder: check_places(
            pd.DataFrame({"place": ["p"], "regions": [[5, 6]]}), regions=["r"]
        ),
        "region",
    ),
    "year of founding": (
        lambda folder: check_declared(
            pd.DataFrame({
                "record": ["d"], "place": ["p"], "label": ["l"], "year_founded": [20150]
            })
        ),
        "year_founded",
    ),
    "role": (
        lambda folder: read_fields(
            pd.DataFrame({"field": ["f"], "code": ["10"], "role": ["hero"]})
        ),
        "role",
    ),
    "weight of a field": (
        lambda folder: read_fields(
            pd.DataFrame({"field": ["f"], "code": ["10"], "weight": [10**400]})
        ),
        "weight",
    ),
    "a lexicon without weight": (
        lambda folder: read_fields(
            pd.DataFrame({"field": ["f"], "code": ["10"], "weight": [0]})
        ),
        "every weight is 0",
    ),
    "a lexicon without rows": (
        lambda folder: read_fields(pd.DataFrame({"field": [], "code": []})),
        "no rows",
    ),
    "code of no classification": (
        lambda folder: read_fields(pd.DataFrame({"field": ["f"], "code": ["ZZ"]})),
        "ZZ",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WORDS)
def test_a_word_that_is_not_known_is_told(name: str, tmp_path: Path) -> None:
    run(name, WORDS, tmp_path)


def test_a_word_that_the_codebook_does_not_know_is_a_warning() -> None:
    places = pd.DataFrame({"place": ["p"], "regions": ["r"]})
    declared = pd.DataFrame({
        "record": ["d"], "place": ["p"], "label": ["l"], "identified_by": ["somebody"]
    })  # fmt: skip
    with pytest.warns(DataWarning, match="identified_by"):
        cid.read_survey(places, declared=declared)


# -- options ------------------------------------------------------------

TABLE = pd.DataFrame({"region": ["R1"], "industry": ["A"], "employment": [5]})
OPTIONS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    f"{name} of {read.__name__}": (read, {name: value})
    for read, options in (
        (
            cid.read_employment,
            {
                "columns": "region", "industries": "A", "year": "2020", "layout": "wid",
                "decimal": 5, "thousands": ["."], "withheld": 5, "nil": {"a": 1},
                "withheld_flags": 5, "nil_flags": 2.5, "bands": ["a"], "pad": 5,
                "encoding": 5, "separator": 1, "sheet": 1.5, "layer": 5,
                "skip_rows": "2", "filter": "a", "regions": 5,
            },
        ),
        (
            cid.read_regions,
            {"columns": ["region"], "attribute_columns": "a", "repair": "yes",
             "geometry": "no", "attribute_reading": "utf-8", "pad": {"region": "5"},
             "attributes": 5},
        ),
        (cid.read_plants, {"columns": 5, "industries": 5, "crs": object(), "pad": 5}),
        (cid.read_flows, {"industries": "A", "layout": 5, "negative": 1, "pad": [1]}),
        (cid.read_links, {"columns": {"source": 5}, "pad": "5"}),
        (cid.read_collaborations, {"kinds": ["a"], "regions": 5}),
        (cid.read_survey, {"columns": {"places": "a"}, "regions": 5}),
        (check_answers, {"ranks": "3", "columns": 5}),
        (check_declared, {"fields": 5, "columns": "a"}),
        (cid.economy_from_plants,
         {"columns": "a", "unique": "no", "engine": "dukdb", "year": "x", "codes": 5}),
        (cid.economy,
         {"year": "x", "metadata": {"klassification": 1}, "totals": 5,
          "plant_herfindahl": 5, "hierarchies": 5}),
    )
    for name, value in options.items()
}  # fmt: skip


@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_a_wrong_type_is_told(name: str) -> None:
    read, options = OPTIONS[name]
    with pytest.raises(ClusteridError) as error:
        read(TABLE, **options)
    text = told(error.value)
    (option,) = options
    assert option in text or option == "regions", text


NAMED_OPTIONS: dict[str, tuple[str, str, dict[str, Any]]] = {
    f"{option} of {named}": (named, kind, {option: value})
    for named, kind, option, value in (
        ("genesis", "employment", "years", "2020"),
        ("genesis", "employment", "years", ["2020"]),
        ("genesis", "employment", "territory", [1]),
        ("genesis", "employment", "encoding", 5),
        ("genesis", "employment", "year", 2020),
        ("cbp", "employment", "years", 5),
        ("bres", "employment", "level", [1]),
        ("ba_occupations", "employment", "withheld_range", "1"),
        ("table", "employment", "exclude", "10"),
        ("table", "employment", "decimals", ","),
        ("table", "employment", "columns", ["a"]),
        ("table", "employment", "simulated", "no"),
        ("wiod", "flows", "year", "x"),
        ("skill_links", "links", "industries", 5),
        ("cordis_h2020", "collaborations", "years", "2020"),
    )
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED_OPTIONS)
def test_an_option_of_a_named_reader_is_told(name: str, tmp_path: Path) -> None:
    named, kind, options = NAMED_OPTIONS[name]
    (tmp_path / "a.csv").write_text(ROWS + "R1,A,5\n")
    with pytest.raises(OptionError) as error:
        reader(named, kind)(tmp_path / "a.csv", **options)  # type: ignore[arg-type]
    (option,) = options
    assert option in told(error.value)


# -- what stands beside the counts ---------------------------------------------------

WIDE = pd.DataFrame({"A": [3.0, 4.0], "B": [1.0, 2.0]}, index=["r", "s"])
BESIDE: dict[str, dict[str, Any]] = {
    "herfindahl of text": {"plant_herfindahl": pd.Series({"A": "low"})},
    "herfindahl above one": {"plant_herfindahl": pd.Series({"A": 1.5})},
    "herfindahl below zero": {"plant_herfindahl": pd.Series({"A": -0.1})},
    "herfindahl without end": {"plant_herfindahl": pd.Series({"A": INF})},
    "herfindahl beyond": {"plant_herfindahl": pd.Series({"A": 10**400}, dtype=object)},
    "herfindahl twice": {"plant_herfindahl": pd.Series([0.1, 0.2], index=["A", "A"])},
    "herfindahl exchanged": {
        "plant_herfindahl": pd.DataFrame({"lower": [0.5], "upper": [0.1]}, index=["A"])
    },
    "herfindahl without upper": {
        "plant_herfindahl": pd.DataFrame({"lower": [0.5]}, index=["A"])
    },
    "totals without a value": {
        "totals": pd.DataFrame({"region": ["r"], "industry": "A"})
    },
    "totals of text": {
        "totals": pd.DataFrame({"region": ["r"], "industry": "A", "value": ["lots"]})
    },
    "totals twice": {
        "totals": pd.DataFrame({"region": ["r", "r"], "industry": "A", "value": [1, 1]})
    },
    "totals of another year": {
        "year": 2020,
        "totals": pd.DataFrame(
            {"region": ["r"], "industry": "A", "value": [1], "year": [1999]}
        ),
    },
    "a hierarchy of another axis": {"hierarchies": {"area": pd.Series({"a": "b"})}},
    "a code that is its parent": {"hierarchies": {"region": pd.Series({"r": "r"})}},
    "a child of two": {
        "hierarchies": {"region": pd.Series(["x", "y"], index=["r", "r"])}
    },
    "a concept nobody counts": {"metadata": {"concept": "job"}},
    "a kind nobody counts": {"metadata": {"kind": "sector"}},
    "a year of the metadata": {"metadata": {"year": "2020"}},
    "labels that are a list": {"metadata": {"labels": ["a"]}},
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_what_stands_beside_the_counts_is_checked(name: str) -> None:
    with pytest.raises(ClusteridError) as error:
        cid.economy(WIDE, **BESIDE[name])
    told(error.value)


def test_a_hierarchy_may_end_with_missing_parents() -> None:
    for dtype in ("string", "str", object):
        parents = pd.Series({"r": "DE", "s": None, "DE": None}, dtype=dtype)
        made = cid.economy(WIDE, hierarchies={"region": parents})
        assert made.hierarchies["region"].to_dict() == {"r": "DE"}


def test_an_archive_of_ordinary_size_is_read(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv.gz"
    path.write_bytes(_gz((ROWS + "R1,A,5\n").encode()))
    assert cid.read_employment(path)["employment"].tolist() == [5.0]


def test_a_formula_with_its_value_is_read(tmp_path: Path) -> None:
    """A spreadsheet program keeps the value beside the formula."""
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row r="1"><c r="A1" t="str"><v>region</v></c>'
        '<c r="B1" t="str"><v>industry</v></c><c r="C1" t="str"><v>employment</v></c>'
        '</row><row r="2"><c r="A2" t="str"><v>R1</v></c><c r="B2" t="str"><v>A</v></c>'
        '<c r="C2"><f>2+3</f><v>5</v></c></row></sheetData></worksheet>'
    )
    book = Workbook()
    book.save(tmp_path / "plain.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "plain.xlsx") as plain,
        zipfile.ZipFile(tmp_path / "jobs.xlsx", "w") as made,
    ):
        for name in plain.namelist():
            content = plain.read(name)
            made.writestr(name, sheet if name.endswith("sheet1.xml") else content)
    assert cid.read_employment(tmp_path / "jobs.xlsx")["employment"].tolist() == [5.0]
