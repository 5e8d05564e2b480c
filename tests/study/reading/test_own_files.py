"""What a study can say of own files: levels, what is left out, columns, no shapes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid.errors import StudyError
from clusterid.study import read_result, read_study
from clusterid.study.reading._excluding import _meant

REGIONS = [f"{k:02d}" for k in range(1, 13)]
INDUSTRIES = ["10", "13", "24", "25", "26", "27", "28", "29", "62", "72"]


def _table(*, sums: bool = False) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    rows = [
        (region, code, int(rng.integers(40, 900)), int(rng.integers(4, 40)), "x")
        for region in REGIONS
        for code in INDUSTRIES
    ]
    columns = ["region", "industry", "jobs", "local_units", "remark"]
    table = pd.DataFrame(rows, columns=columns)
    if sums:
        total = table.groupby("region")["jobs"].sum().reset_index()
        total = total.assign(industry="2", local_units=0, remark="")
        made = table[table["industry"].str.startswith("2")].groupby("region")
        total["jobs"] = made["jobs"].sum().to_numpy()
        table = pd.concat([table, total], ignore_index=True)
    return table


def _study(folder: Path, *lines: str, table: pd.DataFrame | None = None) -> Path:
    (_table() if table is None else table).to_csv(folder / "jobs.csv", index=False)
    text = f"""
[study]
title = "own"
[employment]
path = "jobs.csv"
classification = "nace2"
columns = {{ employment = "jobs", establishments = "local_units" }}
{chr(10).join(lines)}
[method]
runs = 2
permutations = 99
draws = 5
"""
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _notes(path: Path) -> str:
    return "\n".join(line for line, _ in read_study(path).check())


def test_a_study_refuses_sums_until_a_level_is_named(tmp_path):
    path = _study(tmp_path, table=_table(sums=True))
    for call in ("check", "run"):
        with pytest.raises(StudyError, match="holds sums beside their parts") as error:
            getattr(read_study(path), call)()
        assert "options = { levels = { industry = 2 } }" in str(error.value)
    for lines in (
        ["level = 2"],
        ["digits = 2"],
        ["options = { levels = { industry = 2 } }"],
    ):
        one = read_study(_study(tmp_path, *lines, table=_table(sums=True))).economy
        assert list(one.industries) == INDUSTRIES
        assert "2" in set(one.totals["industry"])


def test_codes_are_left_out_by_rule(tmp_path):
    rule = 'exclude = { region = ["1*"], industry = ["26-29", "72"] }'
    one = read_study(_study(tmp_path, rule)).economy
    assert list(one.regions) == REGIONS[:9]
    assert list(one.industries) == ["10", "13", "24", "25", "62"]
    one = read_study(_study(tmp_path, 'exclude = ["2?"]')).economy
    assert list(one.industries) == ["10", "13", "62", "72"]
    assert "exclude names 1 of 1" in _notes(_study(tmp_path, 'exclude = ["99"]'))
    with pytest.raises(StudyError, match="leaves no region"):
        read_study(_study(tmp_path, 'exclude = { region = ["*"] }')).check()


def test_a_code_that_looks_like_a_range_is_the_code():
    assert _meant(["31-33"], {"31-33", "31", "32"}) == (["31-33"], [])
    assert _meant(["31-32"], {"31-33", "311", "321", "33"})[0] == [
        "31-33",
        "311",
        "321",
    ]
    assert _meant(["a?"], {"ab", "b"}) == (["ab"], [])
    assert _meant(["zz"], {"ab"}) == (["zz"], ["zz"])


def test_what_is_counted_and_columns_beside_the_counts(tmp_path):
    totals = _table().groupby("region")["jobs"].sum().reset_index()
    totals = totals.assign(wz="Insgesamt").rename(columns={"jobs": "fte"})
    totals.to_csv(tmp_path / "totals.csv", index=False)
    pd.DataFrame({"wz": ["10"], "text": ["Food"]}).to_csv(
        tmp_path / "labels.csv", index=False
    )
    path = _study(
        tmp_path,
        'unit = "full-time equivalents"', 'totals = "totals.csv"',
        'labels = "labels.csv"',
        'columns_of = { totals = { industry = "wz", value = "fte" }, '
        'labels = { code = "wz", label = "text" } }',
    )  # fmt: skip
    one = read_study(path).economy
    assert one.metadata.unit == "full-time equivalents"
    assert one.metadata.labels == {"10": "Food"}
    assert len(one.totals) == len(REGIONS)
    with pytest.raises(StudyError, match="columns_of"):
        read_study(_study(tmp_path, "columns_of = { shapes = {} }")).check()


def test_check_names_columns_that_are_not_used(tmp_path):
    path = _study(tmp_path)
    assert "jobs.csv: columns not used: remark." in _notes(path)
    text = path.read_text().replace(', establishments = "local_units"', "")
    path.write_text(text)
    notes = _notes(path)
    assert "columns not used: local_units, remark" in notes
    assert 'establishments = "local_units"' in notes


def test_check_says_on_standard_output_how_many_faults_there_are(tmp_path):
    path = _study(tmp_path, table=_table(sums=True))
    call = [sys.executable, "-m", "clusterid", "check", str(path)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == "check: 1 fault, nothing changed\n"
    assert "holds sums" in done.stderr


def test_a_study_without_shapes_gives_tables_and_report_and_no_map(tmp_path):
    path = _study(tmp_path)
    assert "no shapes are named" in _notes(path)
    study = read_study(path)
    folder = study.save(study.run())
    names = {p.name for p in folder.iterdir()}
    assert {"report.html", "clusters.csv", "clusters.gpkg", "workbook.xlsx"} <= names
    assert "map.html" not in names
    again = read_result(folder)
    assert again.regions.geometry.isna().all()
    assert again.candidates.table.geometry.isna().all()
    assert (again.candidates.table["regions"].str.count(";") == 0).all()


def test_a_section_of_regions_without_a_file_is_still_a_fault(tmp_path):
    path = _study(tmp_path)
    path.write_text(path.read_text() + '\n[regions]\ncrs = "EPSG:4326"\n')
    with pytest.raises(StudyError, match="regions"):
        read_study(path).check()
