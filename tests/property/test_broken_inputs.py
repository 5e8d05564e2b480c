"""Broken inputs: each is one clear error that names the rule, the rows and the mend."""

from __future__ import annotations

import gzip

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point, Polygon, box
from tests.tables.small_tables import CSV, employment, long, regions, written

from clusterid import tables
from clusterid.errors import (
    ClassificationError,
    CountConceptError,
    OptionError,
    TableError,
)

# case: reader, table, options, words of the rule, words of the mend, row numbers
FRAMES = {
    "missing column": (
        "read_employment",
        employment().rename(columns={"employment": "employmnt"}),
        {},
        "column 'employment' is missing",
        "Did you mean 'employmnt'",
        [],
    ),
    "two missing columns at once": (
        "read_employment",
        pd.DataFrame({"ags": ["1"], "employment": [1]}),
        {},
        "'region' is missing",
        "columns=",
        [],
    ),
    "mapped column that is not there": (
        "read_employment",
        employment().rename(columns={"region": "ags"}),
        {"columns": {"region": "agss"}},
        "takes 'region' from column 'agss', which is not there",
        "Did you mean 'ags'",
        [],
    ),
    "column twice": (
        "read_employment",
        pd.DataFrame([["a", "b", 1, 2]], columns=["region", "industry", *"ee"]).rename(
            columns={"e": "employment"}
        ),
        {},
        "a column stands twice: employment",
        "rename or drop",
        [],
    ),
    "region and industry twice": (
        "read_employment",
        employment(region=["01001", "01001", "11000"]),
        {},
        "stand more than once",
        "add the rows up",
        [1, 2],
    ),
    "negative employment": (
        "read_employment",
        employment(employment=["10", "-20", "30"]),
        {},
        "employment is negative",
        "withheld",
        [2],
    ),
    "text instead of a number": (
        "read_employment",
        employment(employment=["10", "many", "30"]),
        {},
        "employment is not a number",
        "leave the cell empty",
        [2],
    ),
    "decimal comma": (
        "read_employment",
        employment(employment=["10,5", "20", "30,25"]),
        {},
        "comma in its numbers",
        'decimal=","',
        [1, 3],
    ),
    "thousands with points and comma": (
        "read_employment",
        employment(employment=["1.234,5", "20", "30"]),
        {},
        "separated thousands",
        "thousands=",
        [1],
    ),
    "thousands with points": (
        "read_employment",
        employment(employment=["1.234", "20", "12.500"]),
        {},
        "thousands written with points",
        'thousands="."',
        [1, 3],
    ),
    "thousands with spaces": (
        "read_employment",
        employment(employment=["1 234", "20", "30"]),
        {},
        "separated thousands",
        "thousands=",
        [1],
    ),
    "points although the decimal sign is a comma": (
        "read_employment",
        employment(employment=["1.234", "20,5", "30"]),
        {"decimal": ","},
        "separated thousands",
        "thousands=",
        [1],
    ),
    "decimals read as thousands": (
        "read_employment",
        employment(employment=["1.23", "1.234,5", "30"]),
        {"decimal": ",", "thousands": "."},
        "do not stand every three digits",
        "right signs",
        [1],
    ),
    "mark for withheld": (
        "read_employment",
        employment(employment=["10", ".", "-"]),
        {},
        "mark instead of a number",
        'withheld=(".",)',
        [2, 3],
    ),
    "yes and no instead of numbers": (
        "read_employment",
        employment(employment=[True, False, True]),
        {},
        "holds yes and no",
        "check the column",
        [],
    ),
    "infinite": (
        "read_employment",
        employment(employment=[1.0, np.inf, 3.0]),
        {},
        "is infinite",
        "correct it",
        [2],
    ),
    "zero with a flag": (
        "read_employment",
        employment(employment=[0, 20, 30], flag=["D", None, None]),
        {},
        "0 and carries a flag",
        "withheld_flags=",
        [1],
    ),
    "missing with a dash": (
        "read_employment",
        employment(employment=[None, 20, 30], flag=["-", None, None]),
        {},
        "its flag is a dash",
        "nil_flags=",
        [1],
    ),
    "bands without flags": (
        "read_employment",
        employment(),
        {"bands": {"A": (0, 19)}},
        "need a column 'flag'",
        "columns=",
        [],
    ),
    "code became a date (German)": (
        "read_employment",
        employment(industry=["26", "12. Okt", "26"]),
        {},
        "industry looks like a date",
        "as text",
        [2],
    ),
    "code became a date (English)": (
        "read_employment",
        employment(industry=["26", "26", "Oct-12"]),
        {},
        "industry looks like a date",
        "as text",
        [3],
    ),
    "code became a date (ISO)": (
        "read_employment",
        employment(industry=["2012-10-01", "26", "26"]),
        {},
        "industry looks like a date",
        "as text",
        [1],
    ),
    "code became a date (datetime)": (
        "read_employment",
        employment(industry=pd.to_datetime(["2012-10-01"] * 3)),
        {},
        "industry looks like a date",
        "as text",
        [1, 2, 3],
    ),
    "leading zeros lost beside good codes": (
        "read_employment",
        employment(region=["01001", "1002", "11000"]),
        {},
        "region has lost leading zeros",
        'pad={"region": 5}',
        [2],
    ),
    "leading zeros lost everywhere": (
        "read_employment",
        employment(region=["1001", "9162", "11000"]),
        {},
        "region has lost leading zeros",
        'pad={"region": 5}',
        [1, 2],
    ),
    "codes are numbers": (
        "read_employment",
        employment(region=[1001, 1002, 11000]),
        {},
        "region has lost leading zeros",
        'pad={"region": 5}',
        [1, 2],
    ),
    "codes are decimal numbers": (
        "read_employment",
        employment(region=[1001.0, 1002.0, 11000.0]),
        {},
        "became a decimal number",
        "dtype=str",
        [1, 2, 3],
    ),
    "codes are decimal numbers as text": (
        "read_employment",
        employment(industry=["26.0", "27.0", "28.0"]),
        {},
        "became a decimal number",
        "dtype=str",
        [1, 2, 3],
    ),
    "codes in scientific notation": (
        "read_employment",
        employment(region=["1,1E+09", "01002", "11000"]),
        {},
        "scientific notation",
        "as text",
        [1],
    ),
    "unknown region": (
        "read_employment",
        employment(),
        {"regions": ["01001", "01002", "11001"]},
        "region is not one of the 3 known regions",
        "Did you mean '11001'",
        [3],
    ),
    "unknown region for want of a zero": (
        "read_employment",
        employment(region=["01001", "1002", "11000"]),
        {"regions": ["01001", "01002", "11000"]},
        "leading zeros",
        'pad={"region": 5}',
        [2],
    ),
    "unknown industry": (
        "read_employment",
        employment(industry=["26", "26", "2Z"]),
        {"industries": ["26", "27"]},
        "industry is not one of the 2 known industries",
        "drop the rows",
        [3],
    ),
    "missing key": (
        "read_employment",
        employment(region=["01001", None, ""]),
        {},
        "region is missing",
        "drop the row",
        [2, 3],
    ),
    "key that became the word nan": (
        "read_employment",
        employment(industry=["26", "nan", "26"]),
        {},
        "industry is missing",
        "drop the row",
        [2],
    ),
    "missing year": (
        "read_employment",
        employment(year=[2020, None, 2020]),
        {},
        "year is missing",
        "fill in",
        [2],
    ),
    "year is text": (
        "read_employment",
        employment(year=["2020", "2020/21", "2020"]),
        {},
        "year is not a number",
        "write a number",
        [2],
    ),
    "year is not whole": (
        "read_employment",
        employment(year=[2020, 2020.5, 2020]),
        {},
        "year is not a whole number",
        "fractions",
        [2],
    ),
    "year is a date": (
        "read_employment",
        employment(year=pd.to_datetime(["2020-06-30"] * 3)),
        {},
        "year holds dates",
        "dt.year",
        [],
    ),
    "no rows of the year": (
        "read_employment",
        employment(year=[2020] * 3),
        {"year": 2019},
        "no rows of year 2019",
        "it has 2020",
        [],
    ),
    "no rows": (
        "read_employment",
        employment()[:0],
        {},
        "no rows",
        "check the file",
        [],
    ),
    "filter on no column": (
        "read_employment",
        employment(),
        {"filter": {"levl": "Kreis"}},
        "filter names column 'levl'",
        "the table has",
        [],
    ),
    "filter that leaves nothing": (
        "read_employment",
        employment(),
        {"filter": {"industry": "62"}},
        "leaves no row",
        "'26'",
        [],
    ),
    "establishments with fractions": (
        "read_employment",
        employment(establishments=["1", "2.5", "3"]),
        {},
        "establishments is not a whole number",
        "fractions",
        [2],
    ),
    "lower above upper": (
        "read_employment",
        employment(employment=[None, 20, 30], lower=[9, 20, 30], upper=[5, 20, 30]),
        {},
        "lower is above upper",
        "exchange",
        [1],
    ),
    "employment outside its bounds": (
        "read_employment",
        employment(lower=[0, 25, 30], upper=[19, 49, 30]),
        {},
        "outside its bounds",
        "leave employment empty",
        [2],
    ),
    "unknown count concept": (
        "read_employment",
        employment(concept=["workplace", "home", "workplace"]),
        {},
        "concept is not one of",
        "where a job is counted",
        [2],
    ),
    "region twice": (
        "read_regions",
        regions(region=["01", "01"]),
        {},
        "region stands more than once",
        "dissolve",
        [1, 2],
    ),
    "no polygons": (
        "read_regions",
        pd.DataFrame({"region": ["01"]}),
        {},
        "no polygons",
        "geometry=False",
        [],
    ),
    "no coordinate system": (
        "read_regions",
        regions().set_crs(None, allow_override=True),
        {},
        "no coordinate system",
        "EPSG:4326",
        [],
    ),
    "another coordinate system": (
        "read_regions",
        regions(),
        {"crs": "EPSG:4326"},
        "the polygons say EPSG:3035, crs= says EPSG:4326",
        "to_crs",
        [],
    ),
    "no such coordinate system": (
        "read_regions",
        regions(),
        {"crs": "EPSG:0"},
        "is not a coordinate system",
        "EPSG:25832",
        [],
    ),
    "metres called degrees": (
        "read_regions",
        gpd.GeoDataFrame(
            {"region": ["01"]}, geometry=[box(4e6, 3e6, 4.1e6, 3.1e6)], crs=4326
        ),
        {},
        "are not degrees",
        "projected",
        [1],
    ),
    "invalid polygon": (
        "read_regions",
        regions(
            geometry=[
                box(0, 0, 1, 1),
                Polygon([(2, 0), (4, 2), (4, 0), (2, 2), (2, 0)]),
            ]
        ),
        {},
        "the polygon is invalid",
        "repair=True",
        [2],
    ),
    "empty polygon": (
        "read_regions",
        regions(geometry=[box(0, 0, 1, 1), Polygon()]),
        {},
        "the polygon is empty",
        "drop the region",
        [2],
    ),
    "missing polygon": (
        "read_regions",
        regions(geometry=[box(0, 0, 1, 1), None]),
        {},
        "the polygon is missing",
        "drop the region",
        [2],
    ),
    "polygon twice": (
        "read_regions",
        regions(geometry=[box(0, 0, 1, 1), box(0, 0, 1, 1)]),
        {},
        "same polygon",
        "correct one",
        [1, 2],
    ),
    "points instead of polygons": (
        "read_regions",
        regions(geometry=[box(0, 0, 1, 1), Point(3, 3)]),
        {},
        "not a polygon",
        "use polygons",
        [2],
    ),
    "area of zero": (
        "read_regions",
        regions(area_km2=[0, 3]),
        {},
        "area_km2 is not above 0",
        "leave it empty",
        [1],
    ),
    "attributes of other regions": (
        "read_regions",
        regions(),
        {"attributes": pd.DataFrame({"region": ["DE1"], "population": [5]})},
        "no region of the shapes has attributes",
        "code columns",
        [],
    ),
    "attributes of several years": (
        "read_regions",
        regions(),
        {"attributes": pd.DataFrame({"region": ["01", "01"], "population": [5, 6]})},
        "attributes of regions: region stands more than once",
        "one year",
        [1, 2],
    ),
    "plants without a place": (
        "read_plants",
        pd.DataFrame({"plant": ["p"], "industry": ["26"], "employment": [3]}),
        {},
        "no place",
        "columns=",
        [],
    ),
    "points without a coordinate system": (
        "read_plants",
        pd.DataFrame({
            "plant": ["p"],
            "industry": ["26"],
            "employment": [3],
            "x": [1],
            "y": [1],
        }),
        {},
        "no coordinate system",
        "crs=",
        [],
    ),
    "points that are not degrees": (
        "read_plants",
        pd.DataFrame({
            "plant": ["p"],
            "industry": ["26"],
            "employment": [3],
            "x": [4e6],
            "y": [1],
        }),
        {"crs": "EPSG:4326"},
        "not degrees",
        "projected",
        [1],
    ),
    "plant twice": (
        "read_plants",
        pd.DataFrame({
            "plant": ["p", "p"],
            "industry": ["26", "26"],
            "employment": [3, 4],
            "region": ["a", "a"],
        }),
        {},
        "plant stands more than once",
        "one row a plant",
        [1, 2],
    ),
    "negative flow": (
        "read_flows",
        pd.DataFrame({"seller": ["A"], "buyer": ["B"], "value": [-3]}),
        {},
        "value is negative",
        "correct the source",
        [1],
    ),
    "flow twice": (
        "read_flows",
        pd.DataFrame(
            {"seller": "AA", "buyer": "BB", "value": [1, 2]}, index=[0, 1]
        ).assign(seller="A", buyer="B"),
        {},
        "seller and buyer stand more than once",
        "add the rows up",
        [1, 2],
    ),
    "flow without a value": (
        "read_flows",
        pd.DataFrame({"seller": ["A"], "buyer": ["B"], "value": [None]}),
        {},
        "value is missing",
        "drop the row",
        [1],
    ),
    "link with two values": (
        "read_links",
        pd.DataFrame({"source": ["A", "B"], "target": ["B", "A"], "value": [1, 2]}),
        {},
        "two values",
        "directed=True",
        [1, 2],
    ),
    "link of an unknown code": (
        "read_links",
        pd.DataFrame({"source": ["A"], "target": ["B"], "value": [1]}),
        {"codes": ["A", "C"]},
        "target is not one of the 2 known codes",
        "drop the rows",
        [1],
    ),
    "participation twice": (
        "read_collaborations",
        pd.DataFrame({"project": ["p", "p"], "organisation": ["o", "o"]}),
        {},
        "more than once in a project",
        "drop_duplicates",
        [1, 2],
    ),
    "unknown kind of organisation": (
        "read_collaborations",
        pd.DataFrame({
            "project": ["p"],
            "organisation": ["o"],
            "organisation_kind": ["HES"],
        }),
        {},
        "organisation_kind is not one of",
        "kinds=",
        [1],
    ),
    "weight below zero": (
        "read_collaborations",
        pd.DataFrame({"project": ["p"], "organisation": ["o"], "weight": [-1]}),
        {},
        "weight is negative",
        "leave withheld values empty",
        [1],
    ),
    "place in no region": (
        "check_places",
        pd.DataFrame({"place": ["Z", "Y"], "regions": [None, "r1"]}),
        {},
        "a place lies in no region",
        "name its regions",
        [1],
    ),
    "place in an unknown region": (
        "check_places",
        pd.DataFrame({"place": ["Z"], "regions": ["r9"]}),
        {"regions": ["r1", "r2"]},
        "region that is not one of the 2 known",
        "correct the code",
        [1],
    ),
    "share in per cent": (
        "check_places",
        pd.DataFrame({"place": ["Z"], "regions": ["r1:40"]}),
        {},
        "not above 0 and at most 1",
        "not per cent",
        [1],
    ),
    "share with a comma": (
        "check_places",
        pd.DataFrame({"place": ["Z"], "regions": ["r1:0,4"]}),
        {},
        "not above 0 and at most 1",
        "decimal point",
        [1],
    ),
    "region twice in a place": (
        "check_places",
        pd.DataFrame({"place": ["Z"], "regions": ["r1; r1:0.5"]}),
        {},
        "names a region twice",
        "name it once",
        [1],
    ),
    "answered but not asked": (
        "check_places",
        pd.DataFrame({
            "place": ["Z"],
            "regions": ["r1"],
            "asked": ["no"],
            "answered": ["yes"],
        }),
        {},
        "answered but was not asked",
        "correct asked",
        [1],
    ),
    "neither yes nor no": (
        "check_places",
        pd.DataFrame({"place": ["Z"], "regions": ["r1"], "asked": ["perhaps"]}),
        {},
        "asked is not one of yes, no",
        "leave it empty",
        [1],
    ),
    "answer of an unknown place": (
        "check_answers",
        pd.DataFrame({
            "place": ["Q"],
            "question": ["q"],
            "option": ["a"],
            "value": ["yes"],
        }),
        {"places": pd.DataFrame({"place": ["Z"]})},
        "place is not one of the 1 known places",
        "drop the rows",
        [1],
    ),
    "answer of a place that did not answer": (
        "check_answers",
        pd.DataFrame({
            "place": ["Z"],
            "question": ["q"],
            "option": ["a"],
            "value": ["yes"],
        }),
        {"places": pd.DataFrame({"place": ["Z"], "answered": [False]})},
        "did not answer",
        "correct answered",
        [1],
    ),
    "option that is not in the codebook": (
        "check_answers",
        pd.DataFrame({
            "place": ["Z"],
            "question": ["q"],
            "option": ["blu"],
            "value": ["yes"],
        }),
        {"codebook": pd.DataFrame({"question": ["q"], "option": ["blue"]})},
        "not in the codebook",
        "Did you mean 'blue'",
        [1],
    ),
    "rank of an option that was denied": (
        "check_answers",
        pd.DataFrame({
            "place": ["Z"],
            "question": ["q"],
            "option": ["a"],
            "value": ["no"],
            "rank": [1],
        }),
        {},
        "ranked but was answered no",
        "correct value or rank",
        [1],
    ),
    "rank twice": (
        "check_answers",
        pd.DataFrame({
            "place": ["Z", "Z"],
            "question": ["q", "q"],
            "option": ["a", "b"],
            "value": ["yes", "yes"],
            "rank": [1, 1],
        }),
        {},
        "one rank twice",
        "correct the ranks",
        [1, 2],
    ),
    "record of an unknown place": (
        "check_declared",
        pd.DataFrame({"record": ["D1"], "place": ["Q"], "label": ["Bio"]}),
        {"places": pd.DataFrame({"place": ["Z"]})},
        "place is not one of the 1 known places",
        "drop the rows",
        [1],
    ),
    "record twice": (
        "check_declared",
        pd.DataFrame({"record": ["D", "D"], "place": ["Z", "Z"], "label": ["a", "b"]}),
        {},
        "record stands more than once",
        "own key",
        [1, 2],
    ),
    "field that the lexicon does not know": (
        "check_declared",
        pd.DataFrame({
            "record": ["D"],
            "place": ["Z"],
            "label": ["a"],
            "fields": ["bio; photonic"],
        }),
        {"fields": ["bio", "photonics"]},
        "not one of the 2 in the lexicon",
        "Did you mean 'photonics'",
        [1],
    ),
    "founded in the far future": (
        "check_declared",
        pd.DataFrame({
            "record": ["D"],
            "place": ["Z"],
            "label": ["a"],
            "year_founded": [20011],
        }),
        {},
        "year_founded is above 2100",
        "correct the source",
        [1],
    ),
}


@pytest.mark.parametrize("case", FRAMES)
def test_a_broken_table_is_one_clear_error(case):
    reader, table, options, rule, mend, rows = FRAMES[case]
    before = table.copy()
    with pytest.raises(TableError) as caught:
        getattr(tables, reader)(table, **options)
    faults = [f for f in caught.value.faults if rule in f.rule]
    if not faults and "leading zeros" in rule:
        faults = [f for f in caught.value.faults if "leading zeros" in f.rule]
    assert faults, str(caught.value)
    fault = faults[0]
    assert mend in fault.mend
    assert [number for number, _ in fault.rows] == rows
    assert fault.count == len(rows)
    assert str(caught.value).count("Mend: ") == len(caught.value.faults)
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def wide(**columns):
    return pd.DataFrame(columns, index=["r", "s"])


TOTALS = pd.DataFrame({"region": ["r"], "industry": ["TOTAL"], "value": [5.0]})

ECONOMIES = {
    "several years": (long(year=[2019, 2020]), {}, TableError, "holds 2 years"),
    "year not there": (
        long(year=[2020, 2020]),
        {"year": 2001},
        TableError,
        "no rows of year 2001",
    ),
    "cell twice": (long(region=["r", "r"]), {}, TableError, "more than once"),
    "negative cell": (wide(A=[1, -2]), {}, TableError, "a count is negative"),
    "text cell": (wide(A=["1", "x"]), {}, TableError, "counts are not numbers"),
    "region twice": (
        pd.DataFrame({"A": [1, 2]}, index=["r", "r"]),
        {},
        TableError,
        "a region stands twice",
    ),
    "empty table": (pd.DataFrame(), {}, TableError, "the table is empty"),
    "mixed concepts": (
        long(concept=["workplace", "residence"]),
        {},
        CountConceptError,
        "mixes concepts",
    ),
    "mixed classifications": (
        long(classification=["nace1", "nace2"]),
        {},
        ClassificationError,
        "mixes classifications",
    ),
    "classification against metadata": (
        long(classification=["nace2", "nace2"]),
        {"metadata": {"classification": "naics2012"}},
        ClassificationError,
        "the metadata say naics2012",
    ),
    "unknown metadata": (
        long(),
        {"metadata": {"sorce": "x"}},
        OptionError,
        "Did you mean 'source'",
    ),
    "total twice": (
        long(),
        {"totals": pd.concat([TOTALS, TOTALS])},
        TableError,
        "more than once",
    ),
    "totals of another year": (
        long(year=[2020, 2020]),
        {"totals": TOTALS.assign(year=2019), "year": 2020},
        TableError,
        "no rows of year 2020",
    ),
    "negative total": (
        long(),
        {"totals": TOTALS.assign(value=-1)},
        TableError,
        "value is negative",
    ),
    "Herfindahl above one": (
        long(),
        {"plant_herfindahl": pd.Series({"A": 1.2})},
        TableError,
        "not between 0 and 1",
    ),
    "Herfindahl bounds exchanged": (
        long(),
        {"plant_herfindahl": pd.DataFrame({"lower": [0.4], "upper": [0.2]}, ["A"])},
        TableError,
        "lower is above upper",
    ),
    "own parent": (
        long(),
        {"hierarchies": {"industry": pd.Series({"A": "A"})}},
        TableError,
        "its own parent",
    ),
    "unknown hierarchy": (
        long(),
        {"hierarchies": {"industri": pd.Series({"A": "B"})}},
        OptionError,
        "Did you mean 'industry'",
    ),
}


@pytest.mark.parametrize("case", ECONOMIES)
def test_a_broken_economy_is_one_clear_error(case):
    table, options, error, message = ECONOMIES[case]
    with pytest.raises(error, match=message):
        tables.economy(table, **options)


FILES = {
    "empty file": ("a.csv", b"", {}, "the file is empty", "fetch"),
    "blank file": ("a.csv", "\n\n \n", {}, "no text", "fetch"),
    "header alone": ("a.csv", CSV, {}, "no rows", "check the file"),
    "wrong encoding": (
        "a.csv",
        "region,industry,employment\nLübeck,26,3\n".encode("latin-1"),
        {},
        "not UTF-8",
        'encoding="latin-1"',
    ),
    "UTF-8 read as Latin": (
        "a.csv",
        "region,industry,employment\nLübeck,26,3\n",
        {"encoding": "latin-1"},
        "is UTF-8, but is read as latin-1",
        "leave encoding= out",
    ),
    "no such encoding": (
        "a.csv",
        "region,industry,employment\na,26,3\n",
        {"encoding": "latin-99"},
        "no encoding 'latin-99'",
        "latin-1",
    ),
    "UTF-16": (
        "a.csv",
        "region,industry,employment\na,26,3\n".encode("utf-16"),
        {},
        "UTF-16",
        "utf-16",
    ),
    "ragged rows": (
        "a.csv",
        "region,industry,employment\na,26,3\nb,26,3,4\n",
        {},
        "more or fewer cells",
        "quotes",
    ),
    "footnotes": (
        "a.csv",
        "region;industry;employment\na;26;3\n___\nFootnote\n",
        {},
        "more or fewer cells",
        "footnotes",
    ),
    "no Parquet": ("a.parquet", b"PAR?", {}, "cannot be read as .parquet", "ending"),
    "no workbook": ("a.xlsx", b"text", {}, "cannot be read as .xlsx", "ending"),
    "no shapes": ("a.gpkg", b"text", {}, "cannot be read as .gpkg", "ending"),
    "cut archive": (
        "a.csv.gz",
        gzip.compress(bytes(range(256)))[:100],
        {},
        "read as",
        "comp",
    ),
    "unknown ending": ("a.cvs", "a,b\n", {}, "'.cvs' is not known", "'.csv'"),
}


@pytest.mark.parametrize("case", FILES)
def test_a_broken_file_is_one_clear_error(case, tmp_path):
    name, content, options, rule, mend = FILES[case]
    path = written(tmp_path, name, content)
    with pytest.raises(TableError) as caught:
        tables.read_employment(path, **options)
    assert name in str(caught.value)
    faults = [f for f in caught.value.faults if rule in f.rule]
    assert faults, str(caught.value)
    assert mend in faults[0].mend


def test_there_are_at_least_forty_broken_inputs():
    assert len(FRAMES) + len(ECONOMIES) + len(FILES) >= 40
