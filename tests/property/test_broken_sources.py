"""Broken official files: one clear error each, with the mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.sources.small_tables import BRES

from clusterid import ClusteridError, OptionError, SourceError
from clusterid.sources import READERS

OCCUPATIONS = pd.DataFrame(
    {"ags": ["01001", "01002"], "kldb3": ["111", "112"], "year": [2020, 2020],
     "svb": pd.array([5, None], dtype="Int32")}
)  # fmt: skip
WIOD = pd.DataFrame(
    {"country": ["DEU", "FRA"], "year": [2014, 2014], "origin": ["Domestic"] * 2,
     "row_code": ["A01", "A01"], "col_code": ["A02", "A02"], "value_musd": [1.0, 2.0]}
)  # fmt: skip
LINKS = pd.DataFrame(
    {"nace_a": ["29.10", "99.99"], "nace_b": ["28.11", "28.11"],
     "skill_relatedness": [0.2, 0.3], "count": [20, 30]}
)  # fmt: skip


def without(table: pd.DataFrame, column: str) -> pd.DataFrame:
    return table.drop(columns=column)


CASES: list[tuple[str, str, pd.DataFrame, dict[str, Any], str]] = [
    ("no count", "ba_occupations", without(OCCUPATIONS, "svb"), {}, "svb are missing"),
    ("no region", "ba_occupations", without(OCCUPATIONS, "ags"), {}, "ags are missing"),
    (
        "both roads", "ba_occupations", OCCUPATIONS,
        {"territory": 2022, "bridge": "x.csv"}, "not both",
    ),
    (
        "range upside down", "ba_occupations", OCCUPATIONS,
        {"withheld_range": (3, 1)}, "no range of persons",
    ),
    (
        "range of three", "ba_occupations", OCCUPATIONS,
        {"withheld_range": (1, 2, 3)}, "2 values",
    ),
    (
        "a region missing", "ba_occupations",
        OCCUPATIONS.assign(ags=["01001", None]), {}, "1 rows have no code.*row 2",
    ),
    (
        "text for a number", "ba_occupations",
        OCCUPATIONS.assign(svb=["5", "five"]), {}, "not numbers.*row 2: 'five'",
    ),
    ("no rows", "bres", BRES.iloc[:0], {}, "no rows"),
    (
        "rows twice", "bres", pd.concat([BRES, BRES.iloc[:1]]), {},
        "2 rows stand more than once.*row 1: 2020 / UKC1 / 01110",
    ),
    (
        "flows twice", "wiod", pd.concat([WIOD, WIOD.iloc[:1]]), {"country": "DEU"},
        "2 rows stand more than once",
    ),
    (
        "negative count", "ba_occupations",
        OCCUPATIONS.assign(svb=[-5, 3]), {}, "svb|employment|negative|below",
    ),
    (
        "cell twice", "ba_occupations",
        pd.concat([OCCUPATIONS, OCCUPATIONS]), {}, "more than once|twice",
    ),
    ("unknown option", "ba_occupations", OCCUPATIONS, {"teritory": 1}, "'territory'"),
    ("no industry", "bres", without(BRES, "sic5"), {}, "sic2 are missing"),
    ("no such level", "bres", BRES, {"level": 6}, "5, 4, 3 or 2"),
    ("no such year", "bres", BRES, {"years": [1999]}, "no year 1999"),
    ("no country", "wiod", WIOD, {}, "say country="),
    ("other country", "wiod", WIOD, {"country": "USA"}, "DEU, FRA"),
    ("no such year of flows", "wiod", WIOD, {"country": "DEU", "year": 1}, "no year 1"),
    ("no such origin", "wiod", WIOD, {"origin": "domestik"}, "Did you mean"),
    ("no buyer", "wiod", without(WIOD, "col_code"), {}, "col_code are missing"),
    ("unknown class", "skill_links", LINKS, {}, "not in sic2007"),
    ("no count of moves", "skill_links", without(LINKS, "count"), {}, "are missing"),
    (
        "half a year", "ba_occupations", OCCUPATIONS.assign(year=[2020, 2020.5]), {},
        r"no whole years \(row 2: 2020.5\)",
    ),
    ("half a year of enterprises", "bres", BRES.assign(year=[2020, 2020.5]), {},
     "row 2: 2020.5"),
    ("half a year of flows", "wiod", WIOD.assign(year=2014.5), {"country": "DEU"},
     "row 1: 2014.5"),
    ("no upper bound that is a number", "ba_occupations", OCCUPATIONS,
     {"withheld_range": (1, float("nan"))}, "no range of persons"),
    ("no lower bound that is a number", "ba_occupations", OCCUPATIONS,
     {"withheld_range": (float("nan"), 5)}, "no range of persons"),
    ("a flow missing", "wiod", WIOD.assign(value_musd=[None, 2.0]), {"country": "DEU"},
     r"1 values of value_musd are missing \(row 1: A01 / A02\).*not zero"),
    ("a classification nobody knows", "wiod", WIOD,
     {"country": "DEU", "classification": "nonsense"}, "nonsense"),
    ("a classification of products", "siot", WIOD, {"classification": "nonsense"},
     "nonsense"),
    ("a product missing", "uk_io", pd.DataFrame({
        "uk_row": ["01", "02"], "uk_col": ["02", "01"], "values": [1.0, None],
        "indicator": "Input-Output table (domestic use, basic prices, product by "
        "product)",
    }), {}, r"1 values of values are missing \(row 2: 02 / 01\)"),
    ("links twice", "skill_links", pd.concat([LINKS, LINKS.iloc[:1]]), {},
     "2 rows stand more than once"),
    ("relatedness above one", "skill_links",
     LINKS.assign(skill_relatedness=[0.2, 1.3]), {}, "not between -1 and 1"),
    ("relatedness missing", "skill_links",
     LINKS.assign(skill_relatedness=[0.2, None]), {}, "are missing.*row 2"),
    ("unknown word", "skill_links", LINKS, {"keep": "some"}, "'related', 'all'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("reader", "table", "options", "words"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_one_clear_error(
    tmp_path: Path,
    reader: str,
    table: pd.DataFrame,
    options: dict[str, Any],
    words: str,
) -> None:
    path = tmp_path / "file.parquet"
    table.reset_index(drop=True).to_parquet(path)
    with pytest.raises(ClusteridError, match=words):
        READERS[reader](path, **options)


@pytest.mark.parametrize("reader", sorted(set(READERS) - {"genesis"}))
def test_missing_files_are_told(tmp_path: Path, reader: str) -> None:
    (tmp_path / "employment.parquet").touch()
    with pytest.raises(SourceError, match=r"Did you mean 'employment\.parquet'"):
        READERS[reader](tmp_path / "employmnt.parquet")


@pytest.mark.parametrize(
    "reader", ["bres", "ba_occupations", "wiod", "cbp", "svb_wz08"]
)
def test_damaged_files_are_told(tmp_path: Path, reader: str) -> None:
    path = tmp_path / "damaged.parquet"
    path.write_bytes(b"PAR1 this is no table")
    with pytest.raises(SourceError, match="cannot be read"):
        READERS[reader](path)


@pytest.mark.parametrize(
    "call",
    [
        lambda path: READERS["bea"](path, classification="naics2012"),
        lambda path: READERS["cordis_h2020"](path, weight="euros"),
        lambda path: READERS["cordis_fp7"](path, regions="gemeinde"),
        lambda path: READERS["us_benchmark"](path, traded="both"),
        lambda path: READERS["uk_io"](path, table="foreign"),
    ],
)
def test_options_are_words_that_are_offered(
    tmp_path: Path, call: Callable[[Path], Any]
) -> None:
    with pytest.raises(OptionError, match="is not offered; use one of"):
        call(tmp_path)
