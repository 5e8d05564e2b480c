"""`clusterid run --confidential`: two folders, nothing private in the public one."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

SRC = Path(__file__).resolve().parents[2] / "src"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(SRC), os.environ.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-m", "clusterid", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )


def from_plants(folder: Path) -> None:
    """Let the study of a folder read its plants instead of its table."""
    text = (folder / "study.toml").read_text("utf-8")
    plants = '[plants]\npath = "plants.parquet"\nclassification = "nace2"\n\n[regions]'
    text = re.sub(r"\[employment\].*?\[regions\]", plants, text, flags=re.DOTALL)
    (folder / "study.toml").write_text(text, "utf-8")


@dataclass(frozen=True)
class Both:
    folder: Path
    done: subprocess.CompletedProcess[str]

    @property
    def public(self) -> Path:
        return self.folder / "out"

    @property
    def private(self) -> Path:
        return self.folder / "out-confidential"


@pytest.fixture(scope="module")
def both(small_run: Any, tmp_path_factory: pytest.TempPathFactory) -> Both:
    folder = tmp_path_factory.mktemp("plants") / "study"
    shutil.copytree(small_run.study, folder)
    from_plants(folder)
    done = run(folder.parent, "run", "study", "--confidential", "--language", "de")
    return Both(folder, done)


def test_both_results_are_written_and_named(both: Both) -> None:
    assert both.done.returncode == 0, both.done.stderr
    for name in ("map.html", "report.html", "clusters.csv", "workbook.xlsx"):
        assert (both.public / name).is_file()
        assert (both.private / name).is_file()
    assert "out-confidential" in both.done.stdout
    left = {p.name for p in both.folder.iterdir() if p.name.startswith(("out", "."))}
    assert left == {"out", "out-confidential"}


def test_the_confidential_pages_say_so_and_the_public_ones_do_not(both: Both) -> None:
    for name in ("report.html", "log.txt"):
        assert "Vertraulich" in (both.private / name).read_text("utf-8"), name
        assert "Vertraulich" not in (both.public / name).read_text("utf-8"), name
    # the map carries all its words, and draws the mark where its imprint says so
    for folder, flag in ((both.private, "true"), (both.public, "false")):
        page = (folder / "map.html").read_text("utf-8")
        assert re.findall(r'"confidential": ?(\w+)', page) == [flag]


def test_the_house_sees_what_is_withheld_and_why(both: Both) -> None:
    held = pd.read_csv(both.private / "held.csv", dtype={"industry": str})
    assert not (both.public / "held.csv").exists()
    is_total = held["reason"].eq("total")
    assert held.loc[is_total, ["region", "industry"]].eq("TOTAL").any(axis=1).all()
    cells = held[~is_total]
    reasons = ["few_plants", "dominance", "p_percent", "secondary"]
    assert cells["reason"].isin(reasons).all()
    assert len(set(cells["reason"])) > 1
    public = pd.read_parquet(both.public / "concentration.parquet")
    public = public.set_index(["region", "industry"])
    keys = pd.MultiIndex.from_frame(cells[["region", "industry"]])
    assert public.loc[keys, "lq_jobs"].isna().all()
    assert public.loc[keys, "reason"].eq("withheld").all()
    private = pd.read_parquet(both.private / "concentration.parquet")
    private = private.set_index(["region", "industry"])
    assert private.loc[keys, "lq_jobs"].notna().sum() > 0.9 * len(keys)


def test_provenance_of_the_public_result_has_no_digest_of_plants(both: Both) -> None:
    public = json.loads((both.public / "provenance.json").read_text("utf-8"))
    private = json.loads((both.private / "provenance.json").read_text("utf-8"))
    digest = private["inputs"]["plants.parquet"]
    assert len(digest) == 64
    assert private["confidential"] is True
    assert public["confidential"] is False
    for path in both.public.rglob("*"):
        if path.suffix in {".json", ".txt", ".html", ".csv"}:
            assert digest[:12] not in path.read_text("utf-8"), path


def test_a_page_of_the_confidential_result_keeps_its_mark(both: Both) -> None:
    done = run(both.folder, "map", "out-confidential", "-o", "again.html")
    assert done.returncode == 0, done.stderr
    page = (both.folder / "again.html").read_text("utf-8")
    assert re.findall(r'"confidential": ?(\w+)', page) == ["true"]


def test_a_folder_that_holds_something_else_is_left_alone(
    both: Both, tmp_path: Path
) -> None:
    folder = tmp_path / "study"
    shutil.copytree(
        both.folder, folder, ignore=shutil.ignore_patterns("out*", "again.html")
    )
    beside = folder / "out-confidential"
    beside.mkdir()
    (beside / "letter.txt").write_text("mine", "utf-8")
    done = run(folder, "run", "study.toml", "--confidential")
    assert done.returncode == 1
    assert "out-confidential" in done.stderr
    assert not (folder / "out").exists()
    assert [p.name for p in beside.iterdir()] == ["letter.txt"]


def test_a_study_of_tables_has_no_confidential_result(
    small_run: Any, tmp_path: Path
) -> None:
    done = run(tmp_path, "run", str(small_run.study), "-o", "out", "--confidential")
    assert done.returncode == 1
    assert "Only a study from plants" in done.stderr
    assert list(tmp_path.iterdir()) == []
