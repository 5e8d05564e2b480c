"""The commands as a user calls them: exit status, words, files, no traceback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

SRC = Path(__file__).resolve().parents[2] / "src"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def study(small_run: Any) -> Path:
    """The folder of the small simulated study; tests read it and copy it."""
    folder: Path = small_run.study
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")])
        return subprocess.run(
            [sys.executable, "-m", "clusterid", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            check=False,
        )

    return call


def test_run_writes_everything_and_says_so(small_run: Any) -> None:
    out = small_run.out
    for name in (
        "map.html", "report.html", "clusters.gpkg", "clusters.csv", "verdicts.csv",
        "concentrations.csv", "concentration.parquet", "templates.csv",
        "template_coverage.csv",
        "workbook.xlsx", "provenance.json", "log.txt", "networks/supply.graphml",
    ):  # fmt: skip
        assert (out / name).is_file(), name
    assert "map.html" in small_run.done.stdout
    assert re.search(r"^[\d,]+ clusters: .*\d [A-D] \(", small_run.done.stdout, re.M)
    assert "<CandidateClusters: " in (out / "log.txt").read_text("utf-8")
    provenance = json.loads((out / "provenance.json").read_text("utf-8"))
    assert set(provenance["inputs"]) >= {"employment.csv", "regions.geojson"}
    assert all(len(digest) == 64 for digest in provenance["inputs"].values())
    left = {p.name for p in out.parent.iterdir()}
    assert left == {"study", "out"}, "a temporary folder was left behind"


def test_map_and_report_come_again_from_a_result(
    small_run: Any, run: Run, tmp_path: Path
) -> None:
    out = small_run.out
    assert run("map", out, "-o", "m.html", "--language", "de").returncode == 0
    assert run("report", out, "-o", "r.html").returncode == 0
    assert 'lang="de"' in (tmp_path / "m.html").read_text("utf-8")
    assert 'lang="en"' in (tmp_path / "r.html").read_text("utf-8")
    regions = pd.read_csv(out / "concentrations.csv", dtype=str)["region"]
    one = run("report", out, "-o", "one.html", "--region", regions[0])
    assert one.returncode == 0, one.stderr
    assert 'id="regions"' in (tmp_path / "one.html").read_text("utf-8")
    none = run("report", out, "-o", "none.html", "--region", "nowhere")
    assert none.returncode != 0
    assert "is no region of this study" in none.stderr
    assert not (tmp_path / "none.html").exists()


def test_check_changes_nothing(study: Path, run: Run) -> None:
    before = sorted(p.name for p in study.rglob("*"))
    done = run("check", study / "study.toml")
    assert done.returncode == 0, done.stderr
    assert "no faults" in done.stdout
    assert "MiB" in done.stdout
    assert sorted(p.name for p in study.rglob("*")) == before


def test_json_lines(study: Path, run: Run) -> None:
    done = run("--json", "check", study)
    facts = [json.loads(line) for line in done.stdout.splitlines()]
    assert facts[-1]["faults"] == 0


def test_init_writes_a_study_that_says_what_is_missing(
    run: Run, tmp_path: Path
) -> None:
    assert run("init", "mine").returncode == 0
    done = run("check", "mine/study.toml")
    assert done.returncode == 1
    assert "employment.csv: there is no such file" in done.stderr
    assert "Traceback" not in done.stderr
    again = run("init", "mine")
    assert again.returncode == 1
    assert "stands there already" in again.stderr


def test_init_germany_copies_what_is_embedded(run: Run, tmp_path: Path) -> None:
    done = run("init", "de", "--template", "germany")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "de" / "data" / "kreise_vg250_401.geojson").is_file()
    text = (tmp_path / "de" / "study.toml").read_text("utf-8")
    assert "../geo_de_kreise_vg250" not in text


def test_simulate_refuses_a_full_folder(run: Run, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine", encoding="utf-8")
    done = run("simulate", "-o", "full")
    assert done.returncode == 1
    assert "not an empty folder" in done.stderr


def test_concentration_of_one_table(study: Path, run: Run, tmp_path: Path) -> None:
    done = run("concentration", study / "employment.csv", "-o", "lq.csv")
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "lq.csv", dtype={"region": str, "industry": str})
    wanted = {"lq_jobs", "lq_plants", "lq_plants_smoothed", "p_value", "q_value"}
    assert wanted | {"reason"} <= set(table.columns)
    missing = table["lq_jobs"].isna() | table["lq_plants"].isna()
    assert table.loc[missing, "reason"].notna().all()


def test_survey_tables(study: Path, run: Run) -> None:
    done = run("survey", study / "places.csv", study / "answers.csv")
    assert done.returncode == 0, done.stderr
    assert "percent" in done.stdout or "share" in done.stdout


@pytest.mark.parametrize("command", [["frobnicate"], ["run"], ["run", "x", "--no"]])
def test_wrong_usage_is_status_two(run: Run, command: list[str]) -> None:
    done = run(*command)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_fault_is_status_one_and_debug_shows_the_traceback(run: Run) -> None:
    done = run("run", "nowhere.toml")
    assert done.returncode == 1
    assert "there is no such file" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in run("--debug", "run", "nowhere.toml").stderr


def test_foreign_folder_is_not_replaced(study: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.txt").write_text("mine", encoding="utf-8")
    done = run("run", study, "-o", "thesis")
    assert done.returncode == 1
    assert "holds other files" in done.stderr
    assert [p.name for p in (tmp_path / "thesis").iterdir()] == ["chapter1.txt"]


def test_options_of_every_command_may_stand_behind_it(study: Path, run: Run) -> None:
    done = run("check", study / "study.toml", "--json", "--quiet")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[0])


def test_the_published_rules_are_listed_with_source_and_warning(run: Run) -> None:
    done = run("presets")
    assert done.returncode == 0, done.stderr
    for word in (
        "eco_2008: one star each",
        "EU-10",
        "beware: the size star",
        "[an index",
    ):
        assert word in done.stdout
    rows = [json.loads(line) for line in run("presets", "--json").stdout.splitlines()]
    assert {row["preset"] for row in rows} > {"lq_1", "cluster_mapping_strong"}
    assert all(row["rule"] and row["citation"] and row["warning"] for row in rows)


def test_a_rule_that_is_not_offered_ends_a_run_before_it_starts(
    study: Path, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run("run", study, "--preset", "eco_2009", "-o", out)
    assert done.returncode == 1
    assert "Did you mean 'eco_2008'?" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not out.exists()


def test_a_run_by_a_published_rule_says_so(
    study: Path, run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = run("run", study, "--preset", "eco_2008", "-o", out)
    assert done.returncode == 0, done.stderr
    told = json.loads((out / "provenance.json").read_text("utf-8"))
    assert told["study"]["method"]["preset"] == "eco_2008"
    table = pd.read_csv(out / "clusters.csv", keep_default_na=False)
    assert set(table["level"]) <= {"template"}
    assert "eco_2008" in (out / "log.txt").read_text("utf-8")
