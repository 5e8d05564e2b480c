"""Tables of employment: codes, marks, bands, real files, and every fault told."""

from __future__ import annotations

import gzip
import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from openpyxl import Workbook
from tests.tables.one_error import ROWS, _gz, told
from tests.tables.small_tables import CSV, LONG, employment, written

import clusterid as cid
from clusterid import tables
from clusterid.errors import (
    ClusteridError,
    DataWarning,
    OptionError,
    TableError,
)
from clusterid.tables import (
    checked_wide,
    economy,
    read_employment,
    read_regions,
)

NAN, INF = float("nan"), float("inf")

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


def test_a_path_that_leads_nowhere_names_the_nearest(tmp_path):
    written(tmp_path, "employment_2020.csv", CSV)
    with pytest.raises(TableError, match=r"Did you mean 'employment_2020\.csv'"):
        tables.read_employment(tmp_path / "employment_2021.csv")
    with pytest.raises(TableError, match="is a folder"):
        tables.read_employment(tmp_path)


def test_a_sheet_that_is_not_there_is_told(tmp_path):
    path = tmp_path / "book.xlsx"
    employment().to_excel(path, sheet_name="counts", index=False)
    with pytest.raises(TableError, match="Did you mean 'counts'"):
        tables.read_employment(path, sheet="count")


def test_a_workbook_that_lost_zeros_is_told(tmp_path):
    path = tmp_path / "book.xlsx"
    employment(region=[1001, 9162, 11000]).to_excel(path, index=False)
    with pytest.raises(TableError, match="lost leading zeros"):
        tables.read_employment(path)
    padded = tables.read_employment(path, pad={"region": 5})
    assert padded["region"].tolist() == ["01001", "09162", "11000"]


def test_all_faults_are_told_at_once():
    table = employment(
        region=["01001", "zz", None],
        industry=["26", "12. Okt", "26"],
        employment=["-1", "x", "1,5"],
    )
    with pytest.raises(TableError) as caught:
        tables.read_employment(table, regions=["01001"])
    rules = [f.rule for f in caught.value.faults]
    for words in ("missing", "known regions", "date", "negative", "number", "comma"):
        assert any(words in rule for rule in rules), (words, rules)
    assert set(caught.value.rows.columns) == {"rule", "row", "value"}


def test_the_error_keeps_the_rows_and_shows_the_first_five():
    n = 40
    table = pd.DataFrame({
        "region": [f"r{i:02d}" for i in range(n)],
        "industry": "A",
        "employment": -1,
    })
    with pytest.raises(TableError) as caught:
        tables.read_employment(table)
    assert len(caught.value.rows) == n
    assert "40 rows" in str(caught.value)
    assert str(caught.value).count("row ") == 5


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"layot": "wide"}, "Did you mean 'layout'"),
        ({"separator": ";;"}, "one sign"),
        ({"skip_rows": -1}, "whole number"),
        ({"pad": {"regio": 5}}, "Did you mean 'region'"),
        ({"pad": {"region": "5"}}, "whole numbers"),
        ({"bands": {"a": 5}}, "2 values"),
    ],
)
def test_an_option_that_is_not_offered_is_told(options: dict, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        cid.read_employment(LONG.assign(flag="a"), **options)


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("employment", [[1], [2]], "holds lists"),
        ("region", [["a"], ["b"]], "holds lists"),
        ("employment", [1 + 2j, 3 + 0j], "complex numbers"),
    ],
)
def test_a_cell_that_is_no_value_is_told(column: str, value: list, says: str) -> None:
    with pytest.raises(TableError, match=says):
        cid.read_employment(LONG.assign(**{column: value}))


def test_one_thousand_written_with_a_point_is_not_read_as_one(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text("region;industry;employment\n01001;26;1.234\n01002;26;7\n")
    with pytest.raises(TableError, match="thousands written with points"):
        cid.read_employment(path)
    german = cid.read_employment(path, thousands=".", decimal=",")
    assert german["employment"].tolist() == [1234.0, 7.0]
    fractions = cid.read_employment(path, thousands="")
    assert fractions["employment"].tolist() == [1.234, 7.0]


def test_a_mark_may_be_given_as_one_word() -> None:
    told = cid.read_employment(LONG.assign(employment=["..", "1"]), withheld="..")
    assert told["employment"].isna().tolist() == [True, False]


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(b"region;industry;employment\n01001;26;5\n" * 99))
    content[40] ^= 255
    path = tmp_path / "jobs.csv.gz"
    path.write_bytes(bytes(content))
    with pytest.raises(TableError, match="cannot be read"):
        cid.read_employment(path)


def test_an_address_and_a_text_are_no_files() -> None:
    with pytest.raises(TableError, match="fetch the file first"):
        cid.read_employment("https://example.org/jobs.csv")
    with pytest.raises(TableError, match="there is no file"):
        cid.read_employment("region;industry\n" * 2000)


def test_codes_stay_text_in_every_form(tmp_path):
    frame = pd.DataFrame({"region": ["01"], "industry": ["01.1"], "employment": [3]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    arrow = pa.Table.from_pandas(frame)
    sources = [frame, arrow, *(tmp_path / f"t.{e}" for e in ("csv", "parquet", "xlsx"))]
    for source in [*sources, str(tmp_path / "t.csv"), frame.astype("category")]:
        table = read_employment(source)
        assert table["region"].tolist() == ["01"]
        assert table["industry"].tolist() == ["01.1"]
        assert table["employment"].tolist() == [3.0]


def test_an_official_file_in_latin_with_lines_above_the_header(tmp_path):
    text = "Tabelle 1\nStand 30.06.\nregion;industry;employment\n01001;Bäcker;1.234,5\n"
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode("latin-1"))
    table = read_employment(
        path, encoding="latin-1", skip_rows=2, decimal=",", thousands="."
    )
    assert table["industry"].tolist() == ["Bäcker"]
    assert table["employment"].tolist() == [1234.5]


def test_fractions_with_three_digits_are_told_apart_from_thousands():
    table = pd.DataFrame({
        "region": ["a", "b"],
        "industry": "x",
        "employment": ["1.234", "2.500"],
    })
    assert read_employment(table, thousands="")["employment"].sum() == 3.734
    dotted = read_employment(table, thousands=".", decimal=",")
    assert dotted["employment"].sum() == 3734


def test_marks_flags_and_bands():
    table = pd.DataFrame({
        "region": list("abcde"),
        "industry": "x",
        "employment": ["5", ".", "-", "0", "7"],
        "flag": [None, None, None, "A", "B"],
    })
    result = read_employment(
        table, withheld=["."], nil=["-"], bands={"A": (0, 19), "B": (20, None)}
    )
    np.testing.assert_array_equal(result["employment"], [5, np.nan, 0, np.nan, np.nan])
    np.testing.assert_array_equal(result["lower"], [5, 0, 0, 0, 20])
    np.testing.assert_array_equal(result["upper"], [5, np.nan, 0, 19, np.nan])
    ours = economy(result)
    assert ours.upper.loc["d", "x"] == 19
    assert np.isnan(ours.employment.loc["b", "x"])


def test_flags_that_do_not_mean_withheld():
    table = pd.DataFrame({
        "region": ["a"],
        "industry": ["x"],
        "employment": [0],
        "flag": ["r"],
    })
    assert read_employment(table, withheld_flags=[])["employment"].tolist() == [0.0]


def test_a_wide_table_and_a_year_for_it():
    wide = pd.DataFrame({"region": ["01", "02"], "A": [1, 2], "B": [3, None]})
    table = read_employment(wide, layout="wide", year=2020)
    assert table["year"].unique().tolist() == [2020]
    assert economy(table).employment.loc["01"].tolist() == [1.0, 3.0]
    assert np.isnan(economy(table).employment.loc["02", "B"])


def test_german_industries_as_published(data_dir):
    table = read_employment(
        data_dir / "de_svb_wz08_kreise" / "svb_wz08_2015_2020.parquet",
        columns={"region": "ags", "industry": "wz", "employment": "emp"},
        filter={"is_kreis": True, "leaf": 1},
        nil_flags=["-"],
    )
    assert len(table) == 24_080
    assert table["employment"].isna().sum() == 296
    ours = economy(table, year=2020)
    assert ours.employment.shape == (401, 10)
    assert ours.employment.loc["09662", "A"] == 0  # published as nil


def test_states_with_size_bands_as_published(data_dir):
    path = data_dir / "us_cbp_states" / "cbp_state_naics_2000_2011.parquet"
    frame = pd.read_parquet(path, filters=[("year", "==", 2011), ("digits", "==", 3)])
    bands = {"A": (0, 19), "B": (20, 99), "C": (100, 249), "E": (250, 499),
             "F": (500, 999), "G": (1000, 2499), "H": (2500, 4999), "I": (5000, 9999),
             "J": (10_000, 24_999), "K": (25_000, 49_999), "L": (50_000, 99_999),
             "M": (100_000, None)}  # fmt: skip
    table = read_employment(
        frame,
        columns={
            "region": "state_fips",
            "industry": "naics",
            "employment": "emp",
            "flag": "empflag",
        },
        bands=bands,
    )
    withheld = table["employment"].isna()
    assert withheld.sum() == frame["empflag"].notna().sum() > 0
    assert (table["upper"] >= table["lower"])[withheld].all()
    assert table["region"].nunique() == 51


TRUE_CODES = {
    "NUTS of the Saarland": ["DEC01", "DEC02", "DEC0", "DE111"],
    "NACE with and without zeros": ["01.1", "01.11", "10", "10.1", "A", "C10-C12"],
    "CPA by activity": ["01.11.12", "01.13.41", "10.20.11"],
    "NAICS leaves": ["11331", "113110", "92", "921110", "813910", "31-33"],
    "levels of a tree": ["2361", "23611", "23622", "3111", "31111"],
    "AGS of Länder and Kreise": ["02", "11", "01001", "16077"],
    "occupations": ["011", "012", "111", "945"],
    "countries": ["NA", "DE", "NO", "FR"],
}


@pytest.mark.parametrize("kind", TRUE_CODES)
def test_true_codes_are_not_taken_for_damaged_ones(kind):
    codes = TRUE_CODES[kind]
    table = pd.DataFrame({"region": "r", "industry": codes, "employment": 1})
    assert sorted(read_employment(table)["industry"]) == sorted(codes)


def test_codes_of_real_files_are_not_taken_for_damaged_ones(data_dir):
    leaves = pd.read_parquet(
        data_dir / "us_cbp_states" / "cbp_state_naics_2000_2011.parquet",
        columns=["year", "naics", "state_fips"],
    )
    of_year = leaves[leaves["year"].eq(2011)].assign(employment=1)
    table = of_year.rename(columns={"state_fips": "region", "naics": "industry"})
    assert read_employment(table)["industry"].nunique() > 1000
    nuts = read_regions(
        data_dir / "geo_nuts" / "NUTS_RG_60M_2024_4326_LEVL_3.geojson",
        columns={"region": "NUTS_ID", "name": "NAME_LATN"},
        repair=True,
    )
    assert {"DEC01", "DEC02"} <= set(nuts.index)


def test_flags_that_nothing_explains_are_noted() -> None:
    table = pd.DataFrame({
        "region": ["R1", "R2", "R3"],
        "industry": "A",
        "employment": [5, 6, 7],
        "flag": ["p", "odd", None],
    })
    with pytest.warns(DataWarning, match="'odd' beside 1 numbers"):
        read_employment(table)
    assert read_employment(table, withheld_flags=["odd"])["employment"].isna()[1]
    assert len(read_employment(table.assign(flag=["p", "e", "b"]))) == 3
