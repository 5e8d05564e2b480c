"""A bad study is one clear error with its faults as data; what passes its check runs.

The study is small: twelve regions, eight industries, every kind of table. Bad ones
change its text or a file; legal ones do, too, and must run.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clusterid.cli import main
from clusterid.errors import ClusteridError, StudyError
from clusterid.study import read_study

REGIONS = [f"R{k:02d}" for k in range(1, 13)]
INDUSTRIES = ["10", "11", "20", "21", "25", "26", "62", "63"]

STUDY = """\
[study]
title = "A small study"

[employment]
path = "employment.csv"
classification = "nace2"

[regions]
path = "regions.geojson"

[[supply]]
path = "flows.csv"

[[skills]]
path = "links.csv"

[[research]]
path = "projects.csv"

[survey]
places = "places.csv"
answers = "answers.csv"
declared = "declared.csv"
fields = "fields.csv"

[method]
draws = 5
runs = 2
permutations = 99
imputation_draws = 2
minimum_jobs = 100
"""

#: Counts and shapes alone.
PLAIN = STUDY[: STUDY.index("[[supply]]")] + STUDY[STUDY.index("[method]") :]


def counts(seed: int = 0) -> pd.DataFrame:
    """Two groups of industries, each strong in a corner of the country."""
    rng = np.random.default_rng(seed)
    rows = []
    for r, region in enumerate(REGIONS):
        for i, industry in enumerate(INDUSTRIES):
            plants = int(rng.integers(15, 25))
            if ((r in {0, 1, 4}) and i < 3) or ((r in {10, 11}) and i >= 5):
                plants *= 8
            rows.append((region, industry, plants * int(rng.integers(9, 12)), plants))
    columns = ["region", "industry", "employment", "establishments"]
    return pd.DataFrame(rows, columns=columns)


def shapes(n: int = 12) -> dict[str, Any]:
    """Squares of one degree, four in a row."""

    def ring(k: int) -> list[list[float]]:
        x, y = 8 + k % 4, 50 + k // 4
        return [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]

    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"region": REGIONS[k], "name": f"Place {k + 1}"},
                "geometry": {"type": "Polygon", "coordinates": [ring(k)]},
            }
            for k in range(n)
        ],
    }


def links() -> pd.DataFrame:
    """Skill links inside the two groups."""
    rng = np.random.default_rng(1)
    rows = [
        (a, b, round(float(rng.random()) + ((a < "25") == (b < "25")), 3))
        for i, a in enumerate(INDUSTRIES)
        for b in INDUSTRIES[i + 1 :]
    ]
    return pd.DataFrame(rows, columns=["source", "target", "value"])


def flows() -> pd.DataFrame:
    """Flows between all industries."""
    rng = np.random.default_rng(2)
    rows = [
        (a, b, round(float(rng.random()) * 100, 1))
        for a in INDUSTRIES
        for b in INDUSTRIES
    ]
    return pd.DataFrame(rows, columns=["seller", "buyer", "value"])


def projects() -> pd.DataFrame:
    """Twenty projects of three organisations."""
    rows = [
        (f"p{p}", f"o{p % 5}{o}", REGIONS[(p * 3 + o * 5) % 12], 2010 + p % 4)
        for p in range(20)
        for o in range(3)
    ]
    return pd.DataFrame(rows, columns=["project", "organisation", "region", "year"])


def survey() -> dict[str, pd.DataFrame]:
    """Four places, what they answered and declare, and the lexicon of two fields."""
    places = pd.DataFrame({
        "place": ["Alt", "Bad", "Cham", "Dorn"],
        "regions": ["R01", "R02; R03:0.5", "R11", "R07"],
        "asked": "yes",
        "answered": ["yes", "yes", "yes", "no"],
    })
    answers = pd.DataFrame({
        "place": ["Alt", "Bad", "Cham"],
        "question": "strategy",
        "option": "yes",
        "value": ["yes", "no", "yes"],
    })
    declared = pd.DataFrame({
        "record": ["D1", "D2", "D3"],
        "place": ["Alt", "Bad", "Cham"],
        "label": ["Food", "Software", "Software"],
        "fields": ["food", "ict", "ict"],
    })
    fields = pd.DataFrame({
        "field": ["food", "food", "ict", "ict"],
        "classification": "nace2",
        "code": ["10", "11", "62", "63"],
        "role": "core",
        "weight": 1.0,
    })
    return {
        "places.csv": places,
        "answers.csv": answers,
        "declared.csv": declared,
        "fields.csv": fields,
    }


def write_study(
    folder: Path, text: str = STUDY, files: Mapping[str, Any] | None = None
) -> Path:
    """Write the study with some of its files instead; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Any] = {
        "employment.csv": counts(),
        "regions.geojson": shapes(),
        "links.csv": links(),
        "flows.csv": flows(),
        "projects.csv": projects(),
        **survey(),
        **(files or {}),
    }
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, pd.DataFrame):
            content.to_csv(path, index=False)
        elif isinstance(content, dict):
            path.write_text(json.dumps(content), encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


FOREIGN = re.compile(
    r"Traceback|object at 0x|site-packages|pydantic|validation error|"
    r"\b(pyogrio|pyarrow|openpyxl|numpy|pandas|shapely|duckdb|zipfile)\.|"
    r"\b(?!TableType|Clusterid)[A-Z]\w*(Error|Exception)\b|BadZipFile|ArrowInvalid"
)

#: Text of the study file, files instead of its own, words of the message.
Bad = tuple[str, Mapping[str, Any], str]


def put(old: str, new: str, text: str = STUDY) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def after(section: str, line: str, text: str = STUDY) -> str:
    """Add a line to a section."""
    return put(f"{section}\n", f"{section}\n{line}\n", text)


def method(line: str) -> str:
    key = line.split(" ")[0]
    text = "\n".join(t for t in STUDY.splitlines() if not t.startswith(f"{key} ="))
    return after("[method]", line, text + "\n")


def options(line: str, section: str = "[employment]") -> str:
    return after(section, f"options = {{ {line} }}")


def jobs(
    change: Callable[[pd.DataFrame], Any], base: pd.DataFrame | None = None
) -> Any:
    table = (counts() if base is None else base).astype({"employment": float})
    made = change(table)
    return {"employment.csv": table if made is None else made}


def hide(
    where: Callable[[pd.DataFrame], Any], value: float = np.nan
) -> Callable[[pd.DataFrame], None]:
    def change(table: pd.DataFrame) -> None:
        table.loc[where(table), "employment"] = value

    return change


def beside(name: str, content: Any) -> tuple[str, dict[str, Any]]:
    """Name a file beside the counts: totals, labels ..."""
    return after("[employment]", f'{name} = "extra.csv"'), {"extra.csv": content}


def lexicon(**columns: Any) -> dict[str, Any]:
    return {"fields.csv": survey()["fields.csv"].assign(**columns)}


def places(**columns: Any) -> dict[str, Any]:
    return {"places.csv": survey()["places.csv"].assign(**columns)}


def declared(**columns: Any) -> dict[str, Any]:
    return {"declared.csv": survey()["declared.csv"].assign(**columns)}


def feature(geometry: Any) -> dict[str, Any]:
    made = shapes()
    made["features"][0]["geometry"] = geometry
    return {"regions.geojson": made}


def ring(*points: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[list(p) for p in points]]}


SIMULATED = put("title =", "simulated = true\ntitle =")
GIVEN = STUDY + '\n[templates]\npath = "given.csv"\n'
ONE = "region,industry,employment\nR01,10,5\n"
PLANTS = put(
    '[employment]\npath = "employment.csv"', '[plants]\npath = "plants.csv"', STUDY
)
PLANT_TABLE = pd.DataFrame({
    "plant": [f"p{i}" for i in range(96)], "industry": INDUSTRIES * 12,
    "region": sorted(REGIONS * 8), "employment": range(5, 101), "year": 2020,
})  # fmt: skip
#: Five plants a cell, so that some cells may be published.
MANY_PLANTS = pd.concat(
    [PLANT_TABLE.assign(plant=PLANT_TABLE["plant"] + f".{i}") for i in range(5)],
    ignore_index=True,
)

TEXTS: dict[str, Bad] = {
    "empty": ("", {}, "exactly one of"),
    "only a comment": ("# nothing\n", {}, "exactly one of"),
    "not TOML": ("[employment\n", {}, "not valid TOML"),
    "JSON": ('{"employment": 1}', {}, "not valid TOML"),
    "deep lists": ("a = " + "[" * 5000, {}, "not valid TOML|deeply"),
    "a number of 5000 digits": ("a = " + "9" * 5000, {}, "not valid TOML|digits"),
    "a date that is none": ("a = 2020-13-45\n", {}, "not valid TOML"),
    "a key twice": (STUDY + "\n[method]\n", {}, "not valid TOML"),
    "a table where a text belongs": (
        put('title = "A small study"', "title = { fr = 'Une étude' }"), {}, "title",
    ),
    "a number where a text belongs": (
        put('title = "A small study"', "title = 5"), {}, "study.title|text",
    ),
    "a date where a text belongs": (
        put('"employment.csv"', "2020-01-01"), {}, "employment.path|text",
    ),
    "a list where a text belongs": (
        put('"employment.csv"', '["a", "b"]'), {}, "employment.path|text",
    ),
    "a text where a list belongs": (
        after("[employment]", 'exclude = "10"'), {}, "employment.exclude|list",
    ),
    "a mixed list": (
        after("[employment]", 'exclude = ["10", 11]'), {}, "employment.exclude",
    ),
    "a text where a number belongs": (method('runs = "20"'), {}, "method.runs|whole"),
    "yes where a number belongs": (method("runs = true"), {}, "method.runs"),
    "a fraction of a run": (method("runs = 2.5"), {}, "method.runs"),
    "a number where yes belongs": (
        put("title =", "simulated = 1\ntitle ="), {}, "study.simulated",
    ),
    "a section that is a text": ('employment = "a.csv"\n', {}, "must be a table"),
    "a section that is a list": ("[[employment]]\npath = 'a'\n", {}, "must be a table"),
    "a layer that is a table": (
        put("[[supply]]", "[supply]"), {}, "supply|[[supply]]",
    ),
    "layers that are texts": ('supply = ["a"]\n' + STUDY.replace("[[supply]]", "[x]"),
                              {}, "supply"),
    "unknown section": (STUDY + "\n[metod]\n", {}, "metod|method"),
    "unknown key": (method("resolutoin = 1"), {}, "resolutoin|resolution"),
    "a NUL in a path": (put('"employment.csv"', '"a\\u0000b"'), {}, "control|NUL"),
    "NUL in a title": (put("A small study", "A\\u0000"), {}, "control"),
    "a variable nobody set": (
        put('"employment.csv"', '"${NOT_SET_ANYWHERE}/a"'), {}, "NOT_SET_ANYWHERE",
    ),
    "two sources of counts": (STUDY + "\n[plants]\npath = 'a'\n", {}, "exactly one of"),
    "a seed below zero": (put("title =", "seed = -1\ntitle ="), {}, "study.seed"),
    "a seed beyond 64 bits": (
        put("title =", f"seed = {10**30}\ntitle ="), {}, "study.seed|64 bits",
    ),
    "a year beyond 64 bits": (
        put("title =", f"year = {10**400}\ntitle ="), {}, "study.year|64 bits",
    ),
    "a language": (put("title =", 'language = "fr"\ntitle ='), {}, "study.language"),
    "a name that is a path": (
        after("[[supply]]", 'name = "../up"'), {}, "becomes a file",
    ),
    "a name twice": (
        after("[[supply]]", 'name = "a"', after("[[skills]]", 'name = "a"')),
        {}, "name",
    ),
    "an output without a folder": (STUDY + '\n[output]\nfolder = ""\n', {}, "folder"),
}  # fmt: skip

METHOD: dict[str, Bad] = {
    line: (method(line), {}, "method." + line.split(" ")[0])
    for line in (
        'preset = "defualt"', 'preset = "litzenberger_sternberg_2006"', "preset = 1",
        'correction = "bhh"', "significance = 0", "significance = 1",
        "significance = nan", "significance = inf", 'significance = "0.05"',
        "resolution = -1", "resolution = 0", "resolution = nan", "resolution = inf",
        'resolution = "autoo"', "runs = 0", "runs = 10000000000", "surrogates = -1",
        "minimum_jobs = -1", "minimum_jobs = inf", "minimum_jobs = nan",
        "minimum_plants = 2.5", "minimum_members = 0", "tolerance = 3",
        "tolerance = -1", "mappability = 1.5", "mappability = nan", "permutations = 5",
        "permutations = 100000000000", "draws = 0", "imputation_draws = 0",
        "publish_minimum_plants = 0", "layers = 'skill'", "layers = [1]",
        "held_out = ['skill']",
    )
}  # fmt: skip

REFERENCES: dict[str, Bad] = {
    "unknown layer": (method('layers = ["skil"]'), {}, "skil|skill|[method]"),
    "unknown layer held out": (method('held_out = "suply"'), {}, "suply|supply"),
    "the only layer held out": (
        PLAIN.replace("[method]", '[method]\nheld_out = "colocation"'), {},
        "only layer",
    ),
    "weight": (after("[[supply]]", 'weight = "inptu"'), {}, "supply.1.weight|input"),
    "weight without outputs": (after("[[supply]]", 'weight = "total"'), {}, "output"),
    "scale": (after("[[supply]]", 'scale = "log"'), {}, "supply.1.scale"),
    "share of nothing": (after("[[supply]]", "share = 0"), {}, "supply.1.share"),
    "share that is no number": (after("[[supply]]", "share = nan"), {}, "share"),
    "cap of nothing": (after("[[research]]", "cap = 0"), {}, "research.1.cap"),
    "cap of one": (after("[[research]]", "cap = 1"), {}, "research.1.cap"),
    "counting": (after("[[research]]", 'counting = "ful"'), {}, "counting|full"),
    "null model": (after("[[research]]", 'null_model = "bcm"'), {}, "null_model"),
    "years without projects": (
        after("[[research]]", "years = [1999]"), {}, "1999|2010",
    ),
    "roles": (after("[survey]", 'roles = ["coer"]'), {}, "survey.roles|core"),
    "no role": (after("[survey]", "roles = []"), {}, "survey.roles"),
    "columns of a table nobody has": (
        after("[survey]", 'columns = { palces = { place = "x" } }'), {}, "palces",
    ),
    "survey without places": (put('places = "places.csv"\n', ""), {}, "places"),
    "year nobody counted": (
        put("title =", "year = 1999\ntitle ="),
        {"employment.csv": counts().assign(year=2020)}, "1999|2020",
    ),
    "years nobody counted": (after("[employment]", "years = [1999]"), {}, "1999"),
    "reader": (after("[employment]", 'source = "tabel"'), {}, "tabel|table"),
    "reader of another kind": (after("[employment]", 'source = "wiod"'), {}, "wiod"),
    "level that no code has": (after("[employment]", "level = 9"), {}, "level"),
    "level that is no word": (after("[employment]", 'level = "group9"'), {}, "level"),
    "two levels": (after("[employment]", "level = 2\ndigits = 2"), {}, "digits"),
    "concept": (after("[employment]", 'concept = "job"'), {}, "concept"),
    "classification": (
        put('"nace2"', '"nace22"'), {}, "nace22|nace2",
    ),
    "classification of other codes": (put('"nace2"', '"naics2017"'), {}, "naics2017"),
    "no classification for a lexicon": (
        put('classification = "nace2"\n', ""), {}, "classification",
    ),
    "lexicon of another classification": (
        STUDY, lexicon(classification="kldb2010", code=["721", "722", "431", "432"]),
        "kldb2010",
    ),
    "all left out": (
        after("[employment]", f"exclude = {json.dumps(INDUSTRIES)}"), {}, "exclude",
    ),
    "two files for one": (
        put('path = "regions.geojson"', 'paths = ["regions.geojson", "links.csv"]'), {},
        "one file",
    ),
    "no file": (put('path = "regions.geojson"', ""), {}, "names no file"),
    "parents of no digits": (after("[regions]", "parent_digits = 0"), {}, "digits"),
    "correspondence of links": (
        after("[[skills]]", 'correspondence = "c.csv"'),
        {"c.csv": "source,target\na,b\n"},
        "correspondence",
    ),
    "correspondence that meets nothing": (
        after("[[supply]]", 'correspondence = "c.csv"'),
        {"c.csv": "source,target\na,b\n"},
        "not in the correspondence",
    ),
    "correspondence to codes nobody counts": (
        after("[[supply]]", 'correspondence = "c.csv"'),
        {"c.csv": pd.DataFrame({"source": INDUSTRIES, "target": list("abcdefgh")})},
        "none of the",
    ),
    "correspondence without columns": (
        after("[[supply]]", 'correspondence = "c.csv"'), {"c.csv": "a,b,c\n1,2,3\n"},
        "column",
    ),
    "bridge without columns": (
        after("[regions]", 'bridge = "b.csv"'), {"b.csv": "a,b\nR01,R02\n"}, "source",
    ),
    "bridge of a code twice": (
        after("[regions]", 'bridge = "b.csv"'),
        {"b.csv": "source,target\nR01,R02\nR01,R03\n"}, "source",
    ),
}  # fmt: skip

OPTIONS: dict[str, Bad] = {
    line: (options(line), {}, word)
    for line, word in (
        ('decimals = ","', "decimals"), ("decimal = 5", "decimal"),
        ('decimal = ";"', "decimal"), ("encoding = 5", "encoding"),
        ('encoding = "utf-9"', "encoding"), ("separator = [',']", "separator"),
        ('separator = ";;"', "separator"), ("skip_rows = '1'", "skip_rows"),
        ("skip_rows = -1", "skip_rows"), ("skip_rows = 1e9", "skip_rows"),
        ("skip_rows = 1000", "text"), ("withheld = 5", "withheld"),
        ("withheld = { a = 1 }", "withheld"), ("nil = true", "nil"),
        ("nil_flags = 2", "nil_flags"), ("bands = 5", "bands"),
        ("bands = { a = 5 }", "bands"), ("bands = { a = [5, 1] }", "bands"),
        ("bands = { a = [-5, 1] }", "bands"), ("bands = { a = ['x', 1] }", "bands"),
        ("bands = { a = [1, 2] }", "flag"), ("pad = 5", "pad"),
        ("pad = { region = '5' }", "pad"), ("pad = { regoin = 5 }", "pad"),
        ("pad = { region = -5 }", "pad"), ("layout = 'wid'", "layout"),
        ("layout = 5", "layout"), ("columns = ['a']", "columns"),
        ("columns = { region = 5 }", "columns"), ("filter = 'a'", "filter"),
        ("filter = { nothing = 1 }", "nothing"), ("filter = { region = 1 }", "filter"),
        ("year = '2020'", "year"), ("year = 2020-01-01", "year"),
        ("industries = '10'", "industries"), ("regions = 5", "regions"),
        ("sheet = 1.5", "sheet"), ("thousands = 1", "thousands"),
        ("thousands = '.', decimal = '.'", "thousands"), ("simulated = 1", "simulated"),
        ("exclude = '10'", "exclude"), ("kind = 'sector'", "sector"),
        ("withheld_flags = nan", "nan"),
    )
} | {
    f"{section} {line}": (options(line, section), {}, word)
    for section, line, word in (
        ("[regions]", "repair = 'yes'", "repair"), ("[regions]", "crs = 'a'", "crs"),
        ("[regions]", "pad = 5", "pad"), ("[regions]", "decimal = 5", "decimal"),
        ("[[supply]]", "layout = 5", "layout"),
        ("[[supply]]", "negative = 1", "negative"),
        ("[[supply]]", "year = 2020", "year"), ("[[skills]]", "pad = 'a'", "pad"),
        ("[[research]]", "kinds = ['a']", "kinds"),
        ("[[research]]", "kind = 'a'", "kinds"),
    )
}  # fmt: skip

TABLES: dict[str, Bad] = {
    "nobody works": (STUDY, jobs(hide(lambda t: t.index >= 0, 0)), "nothing can be"),
    "all withheld": (STUDY, jobs(hide(lambda t: t.index >= 0)), "nothing can be"),
    "1e308 jobs": (STUDY, jobs(hide(lambda t: t.index == 3, 1e308)), "row 4"),
    "negative jobs": (STUDY, jobs(hide(lambda t: t.index == 3, -1)), "row 4"),
    "infinite jobs": (STUDY, jobs(hide(lambda t: t.index == 3, np.inf)), "row 4"),
    "no rows": (STUDY, {"employment.csv": "region,industry,employment\n"}, "no rows"),
    "no text": (STUDY, {"employment.csv": "\n"}, "no text"),
    "a long cell": (STUDY, {"employment.csv": ONE + "R01," + "x" * 140_000}, "131,072"),
    "bytes": (STUDY, {"employment.csv": b"\x00\xff\xfe" * 99}, "employment.csv"),
    "a file that is not there": (STUDY, {"employment.csv": None}, "no such file"),
    "a region without a shape": (
        STUDY, jobs(lambda t: t.replace({"region": {"R01": "Q1"}})), "no shape",
    ),
    "a column twice": (
        STUDY,
        {"employment.csv": "region,industry,employment,employment\nR01,10,5,6\n"},
        "twice",
    ),
    "totals that are none": (*beside("totals", "a,b\n1,2\n"), "totals"),
    "totals of text": (
        *beside("totals", "region,industry,value\nTOTAL,10,many\n"), "many",
    ),
    "totals of another year": (
        *beside("totals", "region,industry,value,year\nTOTAL,10,5,1999\n"), "1999",
    ),
    "totals below their parts": (
        beside("totals", "")[0],
        {"extra.csv": "region,industry,value\nTOTAL,10,1\n",
         **jobs(hide(lambda t: t.index % 7 == 0))},
        "cannot hold",
    ),
    "labels without columns": (*beside("labels", "a,b\n1,2\n"), "code"),
    "labels without names": (*beside("labels", "code,nmae\n10,x\n"), "label"),
    "labels of other codes": (*beside("labels", "code,label\n99,x\n"), "counted"),
    "labels twice": (*beside("labels", "code,label\n10,x\n10,y\n"), "code"),
    "labels in German only": (*beside("labels", "code,label_fr\n10,x\n"), "label"),
    "labels that are empty": (*beside("labels", ""), "empty"),
    "labels that are bytes": (*beside("labels", b"\x00\x01\x02"), "extra.csv"),
    "herfindahl of text": (
        *beside("plant_herfindahl", "industry,plant_herfindahl\n10,low\n"), "low",
    ),
    "herfindahl above one": (
        *beside("plant_herfindahl", "industry,plant_herfindahl\n10,7\n"), "above 1",
    ),
    "herfindahl of zero": (
        *beside("plant_herfindahl", "industry,plant_herfindahl\n10,0\n"), "above 0",
    ),
    "herfindahl exchanged": (
        *beside("plant_herfindahl", "industry,lower,upper\n10,0.5,0.1\n"), "lower",
    ),
    "herfindahl twice": (
        *beside("plant_herfindahl", "industry,lower,upper\n10,0.1,0.2\n10,0.1,0.2\n"),
        "more than once",
    ),
    "herfindahl of other industries": (
        *beside("plant_herfindahl", "industry,plant_herfindahl\n99,0.1\n"), "99",
    ),
    "herfindahl without columns": (*beside("plant_herfindahl", "a,b\n1,2\n"), "column"),
    "size bands of a plain table": (*beside("size_bands", "a,b\n1,2\n"), "size_bands"),
    "flows that are none": (STUDY, {"flows.csv": "a,b\n1,2\n"}, "seller"),
    "flows of text": (STUDY, {"flows.csv": "seller,buyer,value\n10,11,x\n"}, "value"),
    "flows without end": (
        STUDY, {"flows.csv": "seller,buyer,value\n10,11,1e999\n"}, "infinite",
    ),
    "flows of other industries": (
        STUDY, {"flows.csv": "seller,buyer,value\n98,99,1\n"}, "counted",
    ),
    "links both ways": (
        STUDY, {"links.csv": "source,target,value\n10,11,1\n11,10,2\n"}, "direction",
    ),
    "links of other industries": (
        STUDY, {"links.csv": "source,target,value\n98,99,1\n"}, "counted",
    ),
    "projects nowhere": (STUDY, {"projects.csv": projects().drop(columns="region")},
                         "has a region"),
    "projects elsewhere": (STUDY, {"projects.csv": projects().assign(region="Q1")},
                           "Q1|counted"),
    "projects of no time": (STUDY, {"projects.csv": projects().assign(year="soon")},
                            "year"),
    "kinds of organisations": (
        STUDY, {"projects.csv": projects().assign(organisation_kind="frim")}, "firm",
    ),
    "places elsewhere": (STUDY, places(regions="Q1"), "Q1"),
    "places in no region": (STUDY, places(regions=""), "no region"),
    "places that perhaps answered": (STUDY, places(answered="perhaps"), "perhaps"),
    "places that were perhaps asked": (STUDY, places(asked="2"), "asked"),
    "places twice": (STUDY, places(place="Alt"), "more than once"),
    "answers to other questions": (
        STUDY, {"answers.csv": survey()["answers.csv"].assign(question="weather")},
        "codebook",
    ),
    "records of other fields": (STUDY, declared(fields="aerospcae"), "lexicon"),
    "records of other places": (STUDY, declared(place="Atlantis"), "Atlantis"),
    "a lexicon of other codes": (STUDY, lexicon(code="ZZ"), "ZZ"),
    "a lexicon of other roles": (STUDY, lexicon(role="hero"), "role"),
    "a lexicon with heavy weights": (STUDY, lexicon(weight=7), "weight"),
    "a lexicon without weight": (
        STUDY, lexicon(weight=0), "every weight is 0|fields.csv",
    ),
    "a lexicon without rows": (
        STUDY, {"fields.csv": "field,code\n"}, "fields.csv|no rows",
    ),
    "a code with a sign nobody sees": (
        STUDY, jobs(lambda t: t.replace({"industry": {"10": "10\u200b"}})),
        "\\u200b|nobody sees",
    ),
    "a region with a mark of order": (
        STUDY, jobs(lambda t: t.replace({"region": {"R01": "\ufeffR01"}})),
        "\\ufeff|nobody sees",
    ),
    "flows of a classification nobody knows": (
        after(
            "[[supply]]",
            'source = "wiod"\noptions = { classification = "nonsense" }',
        ),
        {}, "nonsense",
    ),
    "labels in latin-1": (
        *beside("labels", "code,label\n10,Käse\n".encode("latin-1")),
        "Mend: save it as UTF-8",
    ),
    "counts in latin-1": (
        STUDY,
        {"employment.csv": (ONE + "Köln,10,5\n").encode("latin-1")},
        'options = { encoding = "latin-1" }',
    ),
    "counts with a decimal comma": (
        STUDY, {"employment.csv": ONE + 'R02,10,"5,5"\n'},
        'options = { decimal = "," }',
    ),
    "counts without a region": (
        STUDY, {"employment.csv": ONE.replace("region", "regon")},
        'set columns = { region = "<its name',
    ),
    "codes without zeros": (
        STUDY, {"employment.csv": ONE + "R01,01,5\nR01,2,5\n"},
        "options = { pad = { industry = 2 } }",
    ),
    "places with another name": (
        STUDY, {"places.csv": "plce,regions\nAlt,R01\n"},
        'columns = { places = { place = "<its name',
    ),
    "totals with another name": (
        *beside("totals", "regin,industry,value\nTOTAL,10,5\n"),
        "call a column region in the file",
    ),
    "a lexicon of another tree": (STUDY, lexicon(classification="isco"), "isco"),
    "a lexicon without codes": (STUDY, {"fields.csv": "field\nf\n"}, "code"),
    "templates of other industries": (
        GIVEN, {"given.csv": "industry,template\n98,a\n99,a\n"}, "counted",
    ),
    "templates without a column": (GIVEN, {"given.csv": "a,b\n10,a\n"}, "industry"),
    "templates without templates": (
        GIVEN, {"given.csv": "industry,template\n10,\n11,\n"}, "template",
    ),
    "templates that overlap": (
        GIVEN, {"given.csv": "industry,template\n10,a\n10,b\n"}, "more than one",
    ),
    "truth that is ragged": (SIMULATED, {"truth/a.csv": "a,b\n1,2,3\n"}, "truth"),
    "truth that is empty": (SIMULATED, {"truth/a.csv": ""}, "truth"),
    "truth of bytes": (SIMULATED, {"truth/a.csv": b"\x00\xff\x01"}, "truth"),
    "truth with a long cell": (SIMULATED, {"truth/a.csv": "a\n" + "x" * 140_000},
                               "131,072"),
    "truth with a column twice": (SIMULATED, {"truth/a.csv": "a,a\n1,2\n"}, "twice"),
    "plants without a year": (
        PLANTS, {"plants.csv": PLANT_TABLE.drop(columns="year")}, "year",
    ),
    "plants of nobody": (PLANTS, {"plants.csv": PLANT_TABLE.assign(employment=0)},
                         "nothing can be"),
    "plants of 1e308": (PLANTS, {"plants.csv": PLANT_TABLE.assign(employment=1e308)},
                        "larger than"),
    "plants of which none may be published": (
        PLANTS, {"plants.csv": PLANT_TABLE}, "[disclosure]|larger regions",
    ),
    "plants elsewhere": (PLANTS, {"plants.csv": PLANT_TABLE.assign(region="Q1")}, "Q1"),
    "plants with a column twice": (
        PLANTS, {"plants.csv": "region,industry,employment,employment\nR01,10,5,6\n"},
        "twice",
    ),
    "plants of an error": (PLANTS, {"plants.csv": PLANT_TABLE.assign(industry="#REF!")},
                           "spreadsheet error"),
    "plants that are bytes": (PLANTS, {"plants.csv": b"\x00\xff" * 99}, "plants"),
    "plants with an option nobody has": (
        after("[plants]", "options = { uniqe = false }", PLANTS),
        {"plants.csv": PLANT_TABLE}, "unique",
    ),
    "no shapes": (STUDY, {"regions.geojson": {"type": "FeatureCollection",
                                              "features": []}}, "regions"),
    "shapes cut": (STUDY, {"regions.geojson": '{"type": "Fea'}, "cannot be read"),
    "a shape of nothing": (STUDY, feature(None), "missing"),
    "a point": (STUDY, feature({"type": "Point", "coordinates": [8, 50]}), "polygon"),
    "a collection": (
        STUDY, feature({"type": "GeometryCollection", "geometries": []}), "regions",
    ),
    "a bow tie": (
        STUDY, feature(ring((8, 50), (9, 51), (9, 50), (8, 51), (8, 50))), "invalid",
    ),
    "latitude 91": (
        STUDY, feature(ring((8, 50), (9, 50), (9, 91), (8, 50))), "degrees|R01",
    ),
    "longitude 181": (
        STUDY, feature(ring((8, 50), (181, 50), (9, 51), (8, 50))), "degrees|R01",
    ),
    "a system nobody knows": (after("[regions]", 'crs = "EPSG:99"'), {}, "crs"),
    "another system": (after("[regions]", 'crs = "EPSG:25832"'), {}, "crs="),
}  # fmt: skip

BAD = {
    f"{kind}: {name}": case
    for kind, cases in (
        ("text", TEXTS), ("method", METHOD), ("reference", REFERENCES),
        ("option", OPTIONS), ("table", TABLES),
    )
    for name, case in cases.items()
}  # fmt: skip


def _told(error: ClusteridError, folder: Path) -> str:
    text = str(error)
    assert not FOREIGN.search(text), text
    assert len(text) > 25, text
    assert len(text) < 6000, f"{len(text)} characters: {text[:300]}"
    return text


@pytest.mark.parametrize("name", BAD)
def test_a_bad_study_is_one_clear_error_before_it_runs(
    name: str, tmp_path: Path
) -> None:
    text, files, words = BAD[name]
    path = write_study(tmp_path / "study", text, files)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StudyError) as error:
        read_study(path).check()
    told = _told(error.value, tmp_path)
    for word in words.split("|"):
        assert word.casefold() in told.casefold(), told
    if not told.startswith(str(path)) or "fault" in told:
        assert error.value.faults, told
    for fault in error.value.faults:
        assert fault.rule, told
        assert not FOREIGN.search(str(fault))
        assert str(tmp_path) not in str(fault), fault
    assert sorted(tmp_path.rglob("*")) == before


def test_there_are_as_many_bad_studies_as_were_asked_for() -> None:
    assert len(BAD) >= 200


def test_faults_of_a_section_say_where_they_are(tmp_path: Path) -> None:
    text = method('preset = "defualt"').replace('"bh"', "")
    with pytest.raises(StudyError) as error:
        read_study(write_study(tmp_path / "a", text))
    assert [fault.where for fault in error.value.faults] == ["[method] preset"]
    files = jobs(hide(lambda t: t.index == 3, -1)) | {"flows.csv": "a,b\n1,2\n"}
    with pytest.raises(StudyError) as error:
        read_study(write_study(tmp_path / "b", STUDY, files)).check()
    places_told = {fault.where for fault in error.value.faults}
    assert "[employment] employment (employment.csv)" in places_told
    assert "[[supply]] flows (flows.csv)" in places_told
    negative = next(f for f in error.value.faults if "negative" in f.rule)
    assert negative.count == 1
    assert negative.rows == ((4, "-1.0"),)


# -- a study file that is no file ----------------------------------------------------


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.toml")
    return folder / "pipe.toml"


def _loop(folder: Path) -> Path:
    (folder / "a.toml").symlink_to(folder / "b.toml")
    (folder / "b.toml").symlink_to(folder / "a.toml")
    return folder / "a.toml"


def _bytes(folder: Path) -> Path:
    (folder / "a.toml").write_bytes(b"title = '\xff\xfe'")
    return folder / "a.toml"


def _large(folder: Path) -> Path:
    with (folder / "a.toml").open("wb") as stream:
        stream.truncate(1 << 30)
    return folder / "a.toml"


def _no_study(folder: Path) -> Path:
    (folder / "empty").mkdir()
    return folder / "empty"


NO_FILES: dict[str, Callable[[Path], Any]] = {
    "pipe": _pipe, "loop": _loop, "bytes": _bytes, "large": _large,
    "device": lambda folder: "/dev/zero", "standard input": lambda folder: "/dev/stdin",
    "folder": _no_study, "missing": lambda folder: folder / "no.toml",
    "too long": lambda folder: folder / ("x" * 400),
    "NUL": lambda folder: "a\x00b.toml",
    "inside a file": lambda folder: _bytes(folder) / "study.toml",
}  # fmt: skip


@pytest.mark.parametrize("name", NO_FILES)
def test_a_study_file_that_is_no_file_is_told(name: str, tmp_path: Path) -> None:
    path = NO_FILES[name](tmp_path)
    if name == "standard input" and not Path(path).is_char_device():
        read, _ = os.pipe()
        path = f"/dev/fd/{read}"
    with pytest.raises(StudyError) as error:
        read_study(path)
    _told(error.value, tmp_path)


@pytest.mark.parametrize("given", [None, 5, [], {}, b"study.toml", object()])
def test_a_study_is_named_by_a_path(given: Any) -> None:
    with pytest.raises(StudyError, match="by a path"):
        read_study(given)


INPUTS = ("employment.csv", "regions.geojson", "flows.csv", "places.csv", "fields.csv")


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("kind", ["pipe", "device", "loop", "NUL", "too long"])
def test_an_input_that_is_no_file_is_told(name: str, kind: str, tmp_path: Path) -> None:
    path = write_study(tmp_path, STUDY, {name: None})
    if kind == "pipe":
        os.mkfifo(tmp_path / name)
    elif kind == "loop":
        (tmp_path / name).symlink_to(tmp_path / name)
    else:
        other = {"device": "/dev/zero", "NUL": "a\\u0000b", "too long": "x" * 300}[kind]
        path.write_text(path.read_text().replace(f'"{name}"', f'"{other}"'))
    with pytest.raises(StudyError) as error:
        read_study(path).check()
    _told(error.value, tmp_path)
    assert error.value.faults


COMMANDS = (
    "text: empty", "text: deep lists", "text: a mixed list",
    'method: preset = "defualt"', "method: resolution = nan",
    "reference: unknown layer",
    "option: withheld = 5", "table: nobody works", "table: a long cell",
    "table: labels without columns", "table: herfindahl of text",
    "table: truth of bytes",
    "table: latitude 91", "table: plants of 1e308",
)  # fmt: skip


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_ends_with_status_one_and_words(
    name: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text, files, _ = BAD[name]
    path = write_study(tmp_path / "study", text, files)
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.setattr(sys, "argv", ["clusterid", command, str(path)])
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 1
    shown = capsys.readouterr()
    assert not FOREIGN.search(shown.err + shown.out)
    assert "clusterid: " in shown.err
    assert sorted(tmp_path.rglob("*")) == before


# -- what is odd and legal -----------------------------------------------------------


def years(
    first: Callable[[pd.DataFrame], pd.DataFrame] = lambda t: t,
    last: Callable[[pd.DataFrame], pd.DataFrame] = lambda t: t,
) -> dict[str, pd.DataFrame]:
    both = [first(counts()).assign(year=2019), last(counts(3)).assign(year=2020)]
    return {"employment.csv": pd.concat(both)}


def only(regions: int = 12, industries: int = 8) -> dict[str, pd.DataFrame]:
    table = counts()
    kept = table["region"].isin(REGIONS[:regions])
    kept &= table["industry"].isin(INDUSTRIES[:industries])
    return {"employment.csv": table[kept]}


QUOTIENT = method('preset = "lq_1"')

LEGAL: dict[str, tuple[str, Mapping[str, Any]]] = {
    "as it is": (STUDY, {}),
    "counts alone": (PLAIN, {}),
    "with a mark of order": ("\ufeff" + STUDY, {}),
    **{f"{n} regions": (PLAIN, only(regions=n)) for n in (1, 2, 3, 5)},
    **{f"{n} industries": (PLAIN, only(industries=n)) for n in (1, 2, 3, 4, 5)},
    "one cell": (PLAIN, only(1, 1)),
    "two industries with links": (STUDY, only(industries=2)),
    "an industry withheld": (STUDY, jobs(hide(lambda t: t["industry"].eq("10")))),
    "a region withheld": (STUDY, jobs(hide(lambda t: t["region"].eq("R01")))),
    "half withheld": (STUDY, jobs(hide(lambda t: t.index % 2 == 0))),
    "all but one withheld": (PLAIN, jobs(hide(lambda t: t.index > 0))),
    "an industry of nobody": (STUDY, jobs(hide(lambda t: t["industry"].eq("10"), 0))),
    "a region of nobody": (STUDY, jobs(hide(lambda t: t["region"].eq("R01"), 0))),
    "one cell that works": (PLAIN, jobs(hide(lambda t: t.index > 0, 0))),
    "all alike": (STUDY, jobs(hide(lambda t: t.index >= 0, 7))),
    "no plants": (STUDY, {"employment.csv": counts().drop(columns="establishments")}),
    "plants of nothing": (STUDY, {"employment.csv": counts().assign(establishments=0)}),
    "links of nothing": (STUDY, {"links.csv": links().assign(value=0)}),
    "one link": (STUDY, {"links.csv": links().head(1)}),
    "flows of nothing": (STUDY, {"flows.csv": flows().assign(value=0)}),
    "flows to itself": (
        STUDY, {"flows.csv": flows()[lambda t: t["seller"].eq(t["buyer"])]},
    ),
    "one layer": (method('layers = ["colocation"]'), {}),
    "a layer of its own": (method('layers = ["skill"]\nheld_out = "supply"'), {}),
    "weights of inputs": (after("[[supply]]", 'weight = "input"'), {}),
    "weights of the larger": (after("[[supply]]", 'weight = "maximum"'), {}),
    "a fine resolution": (method("resolution = 100.0"), {}),
    "a coarse resolution": (method("resolution = 1e-9"), {}),
    "strict tests": (method("significance = 1e-300"), {}),
    "generous tests": (method("significance = 0.999"), {}),
    "a rule of quotients": (QUOTIENT, {}),
    "two years": (QUOTIENT, years()),
    "an empty year": (QUOTIENT, years(lambda t: t.assign(employment=0))),
    "a withheld year": (QUOTIENT, years(lambda t: t.assign(employment=np.nan))),
    "fewer regions before": (QUOTIENT, years(lambda t: t[t["region"] < "R06"])),
    "fewer industries before": (QUOTIENT, years(lambda t: t[t["industry"] < "25"])),
    "other industries before": (
        QUOTIENT,
        years(lambda t: t[t["industry"] < "25"], lambda t: t[t["industry"] >= "25"]),
    ),
    "one cell before": (QUOTIENT, years(lambda t: t.head(1))),
    "withheld in turns": (
        QUOTIENT,
        years(
            lambda t: t.assign(employment=t["employment"].where(t.index % 2 == 0)),
            lambda t: t.assign(employment=t["employment"].where(t.index % 2 == 1)),
        ),
    ),
    "plants unknown before": (
        QUOTIENT, years(lambda t: t.assign(establishments=np.nan)),
    ),
    "projects of two": (after("[[research]]", "cap = 2"), {}),
    "projects against chance": (after("[[research]]", 'null_model = "bicm"'), {}),
    "projects of two against chance": (
        after("[[research]]", 'cap = 2\nnull_model = "bicm"'), {},
    ),
    "one participation": (STUDY, {"projects.csv": projects().head(1)}),
    "participations without amounts": (
        STUDY, {"projects.csv": projects().assign(weight=np.nan)},
    ),
    "participations that cost nothing": (
        STUDY, {"projects.csv": projects().assign(weight=0)},
    ),
    "participations in one place": (
        STUDY, {"projects.csv": projects().assign(region="R01")},
    ),
    "half the flows of others": (
        STUDY,
        {"flows.csv": pd.concat(
            [flows(), flows().assign(seller=lambda t: "9" + t["seller"])]
        )},
    ),
    "links below chance": (STUDY, {"links.csv": links().assign(value=-0.5)}),
    "a field of two names": (STUDY, lexicon(label_en=["Food", "Meals", "ICT", ""])),
    "beside what is left out": (
        after(
            "[employment]",
            'exclude = ["10"]\ntotals = "t.csv"\nlabels = "l.csv"\n'
            'plant_herfindahl = "h.csv"',
        ),
        {
            "t.csv": "region,industry,value\nTOTAL,10,99999\nTOTAL,10.1,9\n",
            "l.csv": "code,label\n10,Food\n",
            "h.csv": "industry,plant_herfindahl\n10,0.1\n10.1,0.1\n11,0.2\n",
        },
    ),
    "some participations elsewhere": (
        STUDY,
        {"projects.csv": projects().assign(region=["Q1"] * 6 + ["R01"] * 54)},
    ),
    "nobody answered": (
        put('answers = "answers.csv"\ndeclared = "declared.csv"\n', ""),
        places(answered="no"),
    ),
    "places alone": (
        put(
            'answers = "answers.csv"\ndeclared = "declared.csv"\n'
            'fields = "fields.csv"\n', "",
        ),
        {},
    ),
    "records without a field": (STUDY, declared(fields="")),
    "a lexicon of nobody's industries": (
        STUDY, lexicon(code=["01", "02", "03", "05"]),
    ),
    "a lexicon of hosts": (STUDY, lexicon(role="host")),
    "templates given": (GIVEN, {"given.csv": "industry,template\n10,a\n11,a\n62,b\n"}),
    "one template of one": (GIVEN, {"given.csv": "industry,template\n10,a\n"}),
    "templates with others": (GIVEN, {"given.csv": "industry,template\n10,a\n99,a\n"}),
    "an industry left out that nobody has": (
        after("[employment]", 'exclude = ["1O"]'), {},
    ),
    "names in another language": beside("labels", "code,label_de\n10,Essen\n"),
    "herfindahl of one industry": beside(
        "plant_herfindahl", "industry,plant_herfindahl\n10,0.1\n"
    ),
    "a bridge that changes nothing": (
        after("[regions]", 'bridge = "b.csv"'), {"b.csv": "source,target\nQ1,Q2\n"},
    ),
    "a truth of other tables": (SIMULATED, {"truth/a.csv": "region,x\nR01,5\n"}),
    "plants": (PLANTS, {"plants.csv": MANY_PLANTS}),
    "plants of unknown size": (
        PLANTS,
        {"plants.csv": MANY_PLANTS.assign(
            employment=MANY_PLANTS["employment"].where(MANY_PLANTS.index % 7 > 0)
        )},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LEGAL)
def test_what_passes_the_check_also_runs(name: str, tmp_path: Path) -> None:
    text, files = LEGAL[name]
    study = read_study(write_study(tmp_path, text, files))
    lines = study.check()
    assert lines[-1][0].startswith("no faults")
    result = study.run()
    told = result.provenance.to_json()
    assert str(tmp_path) not in told
    assert len(result.concentration) == result.economy.employment.size


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("one cell", "nothing to compare"),
        ("an industry withheld", "1 industry has no count"),
        ("a region of nobody", "1 region has no jobs"),
        ("an empty year", "the year is left out"),
        ("an industry left out that nobody has", "exclude names 1 of 1"),
        ("some participations elsewhere", "6 of 60 participations"),
        ("templates with others", "1 industries of the templates"),
        ("a bridge that changes nothing", "changes nothing"),
        ("places alone", "names no fields"),
        ("half the flows of others", "supply: 64 of 128 flows begin or end in 8"),
        ("flows to itself", "supply: every flow goes from an industry to itself"),
        ("flows of nothing", "supply: every flow is 0"),
        ("links of nothing", "skill: every link is 0"),
        ("links below chance", "skill: every link is negative"),
        ("participations that cost nothing", "every weight of the 60"),
        ("participations without amounts", "every weight of the 60"),
        ("participations in one place", "are in R01; the network has no link"),
        ("a field of two names", "1 field has several labels in label_en (food"),
    ],
)
def test_what_changes_the_meaning_is_noted_by_the_check(
    name: str, note: str, tmp_path: Path
) -> None:
    text, files = LEGAL[name]
    lines = read_study(write_study(tmp_path, text, files)).check()
    assert any(note in line for line, _ in lines), lines


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("flows to itself", "supply"),
        ("flows of nothing", "supply"),
        ("links of nothing", "skill"),
        ("links below chance", "skill"),
        ("participations in one place", "research_1"),
    ],
)
def test_a_layer_that_is_said_to_have_no_link_has_none(
    name: str, layer: str, tmp_path: Path
) -> None:
    text, files = LEGAL[name]
    result = read_study(write_study(tmp_path, text, files)).run()
    networks = {**result.layers, **result.place_networks}
    assert networks[layer].number_of_edges() == 0


def test_what_is_left_out_is_no_fault_beside_the_counts(tmp_path: Path) -> None:
    text, files = LEGAL["beside what is left out"]
    inputs = read_study(write_study(tmp_path, text, files)).inputs()
    known = inputs.economy.plant_herfindahl
    assert isinstance(known, pd.DataFrame)
    assert known["lower"].dropna().to_dict() == {"11": 0.2}
    assert "10" not in inputs.economy.industries
    assert not any("totals are of" in note for note in inputs.warnings)


@pytest.mark.parametrize("ending", ["xlsx", "parquet"])
def test_a_lexicon_may_be_a_workbook_or_parquet(ending: str, tmp_path: Path) -> None:
    path = write_study(tmp_path, put('"fields.csv"', f'"fields.{ending}"'))
    table = survey()["fields.csv"]
    if ending == "xlsx":
        table.to_excel(tmp_path / "fields.xlsx", index=False)
    else:
        table.to_parquet(tmp_path / "fields.parquet")
    lexicon_read = read_study(path).inputs().lexicon
    assert lexicon_read is not None
    assert lexicon_read["code"].tolist() == ["10", "11", "62", "63"]


def test_mends_speak_of_keys_of_the_study_file() -> None:
    from clusterid.study.reading._mends import mend_of_a_study

    for mend, table, section, told in (
        (
            'pass pad={"region": 5}, or pad={"region": 0} if these are the codes',
            "flows (a.csv)",
            "supply",
            "set options = { pad = { region = 5 } }, "
            "or options = { pad = { region = 0 } } if these are the codes",
        ),
        (
            'pass nil_flags=("-",) if the dash means none, nil_flags=() if unknown',
            "employment (a.csv)",
            "employment",
            'set options = { nil_flags = ["-"] } if the dash means none, '
            "options = { nil_flags = [] } if unknown",
        ),
        (
            "pass repair=True, or mend it in the source",
            "regions (a.json)",
            "regions",
            "set options = { repair = true }, or mend it in the source",
        ),
        (
            'pass crs=, e.g. crs="EPSG:4326" for longitude and latitude',
            "regions (a.json)",
            "regions",
            'set crs, e.g. crs = "EPSG:4326" for longitude and latitude',
        ),
        (
            'pass encoding="latin-1" (or "cp1252"), or save it as UTF-8',
            "places (a.csv)",
            "survey",
            "save it as UTF-8",
        ),
        (
            "pass thousands= with the sign that groups digits",
            "totals (a.csv)",
            "employment",
            "write numbers with a point and no other sign",
        ),
    ):
        assert mend_of_a_study(mend, table, section) == told


def test_without_templates_the_result_says_so(tmp_path: Path) -> None:
    result = read_study(write_study(tmp_path, PLAIN, only(industries=2))).run()
    assert len(result.templates.labels) == 0
    assert result.templates.status.eq("none").all()
    assert any("no templates" in warning for warning in result.warnings)


def test_names_of_a_result_are_those_of_the_study_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_DATA", str(tmp_path / "elsewhere"))
    text = put('"flows.csv"', '"${SOME_DATA}/flows.csv"')
    text = put('"links.csv"', f'"{tmp_path / "elsewhere" / "links.csv"}"', text)
    write_study(tmp_path / "elsewhere")
    path = write_study(tmp_path / "study", text, {"flows.csv": None, "links.csv": None})
    result = read_study(path).run()
    names = set(result.provenance.inputs)
    assert {"employment.csv", "${SOME_DATA}/flows.csv", "links.csv"} <= names
    assert str(tmp_path) not in result.provenance.to_json()
    supply = result.provenance.study["supply"][0]
    assert supply["path"] == "${SOME_DATA}/flows.csv"
    (tmp_path / "elsewhere" / "flows.csv").write_text("a,b\n1,2\n")
    with pytest.raises(StudyError) as error:
        read_study(path).check()
    assert str(tmp_path) not in str(error.value)
