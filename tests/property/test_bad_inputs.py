"""A bad input of any kind is one clear error: what, where and the mend, no traceback.

The table is by kinds: what is given instead of a table, where a path leads, what a file
holds, what stands in a cell, what an option is. Every kind is tried with every reader
that could meet it.
"""

from __future__ import annotations

import functools
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook
from tests.tables.one_error import READERS, ROWS, Case, _file, _gz, run, told

import clusterid as cid
from clusterid.classifications import (
    read_classification,
    read_correspondence,
    read_fields,
)
from clusterid.errors import (
    ClusteridError,
    DataWarning,
    TableTypeError,
)
from clusterid.sources import reader
from clusterid.tables import (
    check_answers,
    check_declared,
    check_places,
)

# -- what is given instead of a table ----------------------------------------------

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


# -- what a file holds -------------------------------------------------------------


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
