"""Files in the layout in which offices hand them out, on made-up numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import Workbook

import clusterid as cid
from clusterid.errors import ClusteridError, OptionError, SourceError, TableError
from clusterid.sources import READERS, reader

FLAT = """"fipstate","fipscty","naics","emp_nf","emp","qp1_nf","qp1","ap_nf","ap","est"
"61","001","------","G",100,"G",1,"G",4,14
"61","001","31----","G",60,"G",1,"G",4,8
"61","001","311///","H",40,"G",1,"G",4,5
"61","001","312///","D",0,"G",1,"G",4,3
"61","001","44----","J",40,"G",1,"G",4,6
"61","001","445///","J",30,"G",1,"G",4,4
"61","003","------","G",70,"G",1,"G",4,9
"61","003","31----","G",70,"G",1,"G",4,9
"61","003","311///","G",70,"G",1,"G",4,9
"""


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    path = tmp_path / "cbp19co.txt"
    path.write_text(FLAT)
    return path


def test_counties_of_the_census_are_read_at_one_level(flat):
    one = READERS["cbp"](flat).economy()
    assert one.metadata.year == 2019
    assert list(one.regions) == ["61001", "61003"]
    assert list(one.industries) == ["311", "312", "445"]
    assert one.margins.total == 170
    assert np.isnan(one.employment.loc["61001", "312"])  # D beside a 0
    # 31-33 leaves nothing in the second county; 44-45 has no row there at all
    assert one.employment.loc["61003", "312"] == 0
    bounds = cid.withheld_bounds(one)
    assert bounds.lower.loc["61001", "312"] == bounds.upper.loc["61001", "312"] == 20
    quotients = cid.location_quotient(one.employment, totals=one.totals)
    assert quotients.loc["61001", "311"] == pytest.approx((40 / 100) / (110 / 170))


def test_other_files_of_the_census(tmp_path):
    state = FLAT.replace('"fipscty"', '"lfo"').replace('"001"', '"-"')
    state = state.replace('"003"', '"C"')
    path = tmp_path / "cbp18st.txt"
    path.write_text(state)
    one = READERS["cbp"](path).economy()
    assert list(one.regions) == ["61"]
    assert one.margins.total == 100
    old = FLAT.replace('"emp_nf"', '"empflag"').replace('"D",0', '"B",0')
    for letter in "GHJ":
        old = old.replace(f'"{letter}"', '""')
    path = tmp_path / "table.csv"
    path.write_text(old)
    with pytest.raises(SourceError, match="year"):
        READERS["cbp"](path)
    table = READERS["cbp"](path, year=2011).table.set_index(["region", "industry"])
    row = table.loc[("61001", "312")]
    assert np.isnan(row["employment"])
    assert (row["lower"], row["upper"]) == (20, 99)
    path.write_text(old.replace('"B",0', '"B",S'))
    with pytest.raises(ClusteridError, match="not numbers"):
        READERS["cbp"](path, year=2011)
    path.write_text(old.replace('"B"', '"Y"'))
    with pytest.raises(TableError, match="not known"):
        READERS["cbp"](path, year=2011)


TSV = "freq,nace_r2,indic_sb,geo\\TIME_PERIOD\t2013 \t2014 \n" + "".join(
    f"A,{nace},{what},{geo}\t{old}\t{new}\n"
    for nace, what, geo, old, new in [
        ("C", "V16110", "QQ", "100 ", "120 b"), ("C", "V16110", "QQ1", "100 ", "120 "),
        ("C", "V16110", "QQ11", "60 ", "70 "), ("C", "V16110", "QQ12", "40 ", "50 "),
        ("C10", "V16110", "QQ11", "20 ", ": c"),
        ("C10", "V16110", "QQ12", "15 ", "20 "),
        ("C10", "V16110", "QQ1", "35 ", "55 "),
        ("C29", "V16110", "QQ11", "40 ", ": cd"),
        ("C29", "V16110", "QQ12", "25 ", "30 "), ("C29", "V16110", "QQZZ", ": ", "9 "),
        ("C10", "V11210", "QQ11", "3 ", "4 "), ("C10", "V11210", "QQ12", "2 ", "2 "),
        ("C29", "V11210", "QQ11", "5 ", "5 "), ("C29", "V11210", "QQ12", "1 ", ": "),
    ]
)  # fmt: skip


def test_eurostat_is_read_as_downloaded(tmp_path):
    path = tmp_path / "sbs.tsv"
    path.write_text(TSV)
    sourced = READERS["eurostat"](path)
    one = sourced.economy(2014)
    assert list(one.regions) == ["QQ11", "QQ12"]
    assert list(one.industries) == ["C10", "C29"]
    assert np.isnan(one.employment.loc["QQ11", "C10"])
    assert one.establishments.loc["QQ11", "C10"] == 4
    assert one.margins.region.tolist() == [70, 50]
    assert cid.withheld_bounds(one).upper.loc["QQ11", "C10"] == 35
    assert sourced.economy(2013).employment.loc["QQ11", "C10"] == 20
    with pytest.raises(OptionError, match="V99"):
        READERS["eurostat"](path, employment="V99")
    path.write_text(TSV.replace("\t40 \t: cd", "\t4x \t: cd"))
    with pytest.raises(SourceError, match="4x"):
        READERS["eurostat"](path)


def test_sdmx_csv_gives_the_same(tmp_path):
    path, other = tmp_path / "sbs.tsv", tmp_path / "sbs.csv"
    path.write_text(TSV)
    rows = []
    for line in TSV.splitlines()[1:]:
        key, *cells = line.split("\t")
        for year, cell in zip((2013, 2014), cells, strict=True):
            number, _, flag = cell.strip().partition(" ")
            value = "" if number == ":" else number
            rows.append(["X:Y(1.0)", *key.split(","), year, value, flag])
    names = ["DATAFLOW", "freq", "nace_r2", "indic_sb", "geo", "TIME_PERIOD",
             "OBS_VALUE", "OBS_FLAG"]  # fmt: skip
    pd.DataFrame(rows, columns=names).to_csv(other, index=False)
    pd.testing.assert_frame_equal(
        READERS["eurostat"](path).table, READERS["eurostat"](other).table
    )
    frame = pd.DataFrame(rows, columns=names).assign(unit=["NR", "PC"] * len(TSV[:14]))
    frame.to_csv(other, index=False)
    with pytest.raises(SourceError, match="'unit' has 2 values"):
        READERS["eurostat"](other)


def _io_book(path: Path) -> Path:
    book = Workbook()
    book.active.append(["Contents"])
    page = book.create_sheet("1.1")
    for row in [
        ["Input-output table"], [None],
        ["No", "Code", "Products", "CPA 10", "CPA 29", "CPA 62", "Zusammen", "Exports"],
        [None, None, "Title", 1, 2, 3, 4, 5],
        [1, "CPA 10", "food", 5, "–", 2, 7, 30],
        [2, "CPA 29", "cars", 1, 20, "–", 21, 60],
        [3, "CPA 62", "software", 2, 4, 9, 15, 10],
        [4, None, "Zusammen", 8, 24, 11, 43, 100], [5, None, "Value added", 29, 57, 14],
        [6, None, "Produktionswert", 37, 81, 25], ["Source: invented"],
    ]:  # fmt: skip
        page.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("how", ["reader", "function"])
def test_the_square_of_an_input_output_workbook(how, tmp_path):
    path = _io_book(tmp_path / "io.xlsx")
    if how == "reader":
        pytest.importorskip("openpyxl")
        flows = READERS["io_workbook"](path)
    else:
        flows = cid.read_flows(path, layout="matrix")
    assert len(flows) == 9
    assert flows["value"].sum() == 43
    assert flows.attrs["output"] == {"CPA 10": 37, "CPA 29": 81, "CPA 62": 25}
    found = cid.networks.multipliers(flows)["backward"]
    square = flows.pivot(index="seller", columns="buyer", values="value").to_numpy()
    inverse = np.linalg.inv(np.eye(3) - square / np.array([37.0, 81.0, 25.0]))
    np.testing.assert_allclose(found.to_numpy(), inverse.sum(axis=0))


def test_a_workbook_without_a_square_is_told(tmp_path):
    book = Workbook()
    book.active.append(["a", "b"])
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(SourceError, match="no sheet has codes"):
        READERS["io_workbook"](tmp_path / "a.xlsx")


def test_links_between_regions_are_a_network(tmp_path):
    path = tmp_path / "edges.csv"
    path.write_text("from,to,year,count\n01,02,2020,3\n02,01,2021,2\n03,03,2020,4\n"
                    "02,03,2020,1\n")  # fmt: skip
    table = READERS["edges"](path)
    graph = cid.collaboration_network(table, null_model=None)
    assert graph["01"]["02"]["weight"] == 5
    assert dict(graph.degree(weight="weight")) == {"01": 5, "02": 6, "03": 1}
    later = READERS["edges"](path, years=[2021])
    assert set(later["region"]) == {"01", "02"}
    path.write_text("from,to,count\n01,02,0.5\n")
    with pytest.raises(TableError, match="whole number"):
        READERS["edges"](path)
    path.write_text("von,nach\n01,02\n")
    assert len(READERS["edges"](path)) == 2


def test_codes_are_held_against_the_classification_named(tmp_path):
    path = tmp_path / "a.csv"
    rows = "region,industry,employment\na,26.11,1\nb,26.12,4\na,99.98,2\n"
    path.write_text(rows)
    sourced = reader("table", "employment")(path, classification="nace2", year=2020)
    assert any("99.98" in note for note in sourced.notes)
    path.write_text(rows.replace("26.1", "QX").replace("99.98", "QY"))
    with pytest.raises(TableError, match="no codes of nace2"):
        reader("table", "employment")(path, classification="nace2", year=2020)
    path.write_text("region,industry,employment\na,NACE 26,1\nb,NACE 27,4\n")
    with pytest.raises(TableError, match="prefix 'NACE '"):
        reader("table", "employment")(path, classification="nace2", year=2020)


def test_absent_rows_of_small_cells_are_not_zero(tmp_path):
    path = tmp_path / "states.csv"
    rows = [("01", "TOTAL", 14, 230), ("01", "31", 14, 230), ("01", "311", 14, 230),
            ("01", "3111", 9, 150), ("01", "3112", 5, 80), ("02", "TOTAL", 8, 130),
            ("02", "31", 8, 130), ("02", "311", 8, 130),
            ("02", "3111", 6, 80)]  # fmt: skip
    names = ["state_fips", "naics", "establishments", "emp"]
    table = pd.DataFrame(rows, columns=names).assign(year=2019, empflag="")
    for year, is_zero in ((2019, False), (2011, True)):
        table.assign(year=year).to_csv(path, index=False)
        cell = READERS["cbp"](path).economy().employment.loc["02"].filter(like="3112")
        assert bool((cell == 0).all()) == is_zero
        assert bool(cell.isna().all()) != is_zero
