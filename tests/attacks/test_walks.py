"""Studies from plants as houses hand them in: odd plants, rules and folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.attacks.studies import from_plants, simulated_folder, with_plants
from typer.testing import CliRunner

from clusterid.aggregation import economies_from_plants
from clusterid.cli import app
from clusterid.errors import StudyError
from clusterid.study import read_result, read_study

_FILE = """
[study]
title = "Plants"
year = 2008
simulated = true

[plants]
path = "plants.parquet"
classification = "nace2"

[regions]
path = "regions.geojson"

[[supply]]
source = "table"
name = "supply"
path = "flows.csv"

[method]
runs = 2
draws = 20
permutations = 99
imputation_draws = 3
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study folder; its study file names plants and no survey."""
    home = tmp_path_factory.mktemp("walks") / "study"
    simulated_folder(home, years=2, n_regions=10, n_industries=40, n_plants=3_000,
                     n_projects=20, seed=1)  # fmt: skip
    (home / "study.toml").write_text(_FILE, encoding="utf-8")
    return home


def odd(plants: pd.DataFrame) -> pd.DataFrame:
    """Return plants of one year with all that is odd about plants."""
    out = plants[plants["year"].eq(plants["year"].max())].reset_index(drop=True)
    region, industry = sorted(set(out["region"])), sorted(set(out["industry"]))
    # a region with one industry, an industry with one plant
    out = out[out["region"].ne(region[0]) | out["industry"].eq(industry[3])]
    of_last = out["industry"].eq(industry[-1])
    out = out[~of_last | (of_last.cumsum() == 1)].reset_index(drop=True)
    unknown = np.random.default_rng(0).random(len(out)) < 0.01
    out.loc[unknown, "employment"] = np.nan
    out.loc[out.index[~unknown][:40], "employment"] = 0.0
    return out


def test_odd_plants_become_a_public_result_in_german(
    folder: Path, tmp_path: Path
) -> None:
    plants = odd(pd.read_parquet(folder / "plants.parquet"))
    home = with_plants(folder, plants, tmp_path / "odd")
    study = read_study(home)
    study.save(study.run(language="de"))
    result = read_result(home / "out")
    private = economies_from_plants(plants, engine="pandas")[2008]
    jobs = result.economy.employment
    unknown = private.employment.isna()
    assert unknown.to_numpy().any()
    assert jobs.where(unknown).isna().to_numpy().all()
    few = private.establishments.gt(0) & private.establishments.lt(3)
    assert jobs.where(few).isna().to_numpy().all()
    shown = jobs.notna()
    assert (jobs[shown] == private.employment[shown]).sum().sum() == shown.sum().sum()
    one_plant = private.establishments.sum().eq(1)
    assert one_plant.any()
    assert result.economy.margins.industry[one_plant].isna().all()
    assert result.language == "de"
    assert "Vertraulich" not in (home / "out" / "report.html").read_text("utf-8")


def _run(*words: str) -> tuple[int, str]:
    """Run the command; return its status and all that it says."""
    done = CliRunner().invoke(app, ["run", *words])
    return done.exit_code, f"{done.output}{done.exception or ''}"


def test_the_confidential_result_has_a_folder_and_a_mark(
    folder: Path, tmp_path: Path
) -> None:
    home = with_plants(folder, pd.read_parquet(folder / "plants.parquet"),
                       tmp_path / "house")  # fmt: skip
    status, said = _run(str(home), "--confidential")
    assert status == 0, said
    beside = home / "out-confidential"
    for page in ("map.html", "report.html", "log.txt"):
        marked = "Confidential: not for publication"
        assert marked in (beside / page).read_text("utf-8"), page
        assert marked not in (home / "out" / page).read_text("utf-8").replace(
            f'"{marked}"',
            "",  # a page may carry the words it does not show
        ), page
    assert not any("confidential" in p.name for p in (home / "out").rglob("*"))
    result = read_result(beside)
    assert result.provenance.confidential
    with pytest.raises(StudyError, match="confidential=True"):
        result.published()
    assert not read_result(home / "out").provenance.confidential


@pytest.mark.parametrize("name", ["out", "out-confidential"])
def test_a_folder_that_holds_something_else_stays(
    folder: Path, tmp_path: Path, name: str
) -> None:
    home = with_plants(folder, pd.read_parquet(folder / "plants.parquet"),
                       tmp_path / "full")  # fmt: skip
    (home / name).mkdir()
    (home / name / "letters.txt").write_text("dear", encoding="utf-8")
    status, said = _run(str(home), "--confidential")
    assert status != 0
    assert name in said
    assert (home / name / "letters.txt").read_text("utf-8") == "dear"
    others = {"out", "out-confidential"} - {name}
    assert not any((home / other).exists() for other in others)


@pytest.mark.slow
def test_cells_that_must_be_published_are_and_costs_choose(
    folder: Path, tmp_path: Path
) -> None:
    plants = pd.read_parquet(folder / "plants.parquet")
    plants = plants[plants["year"].eq(2008)]
    home = with_plants(folder, plants, tmp_path / "must")
    plain = from_plants(home).run().economy.employment
    private = economies_from_plants(plants, engine="pandas")[2008]
    chosen = plain.isna() & private.establishments.gt(20)  # held as companions
    cells = chosen.stack()
    cells = (
        cells[cells]
        .index.to_frame(index=False)
        .set_axis(["region", "industry"], axis=1)
    )
    assert len(cells)
    cells.head(1).to_csv(home / "must.csv", index=False)
    cells.assign(cost=1e6).to_csv(home / "costs.csv", index=False)
    said = from_plants(home, disclosure={"publish": "must.csv", "costs": "costs.csv"})
    jobs = said.run().economy.employment
    assert np.isfinite(jobs.loc[cells["region"][0], cells["industry"][0]])
    few = private.establishments.eq(1).stack()
    sensitive = few[few].index.to_frame(index=False).head(1)
    sensitive.set_axis(["region", "industry"], axis=1).to_csv(
        home / "must.csv", index=False
    )
    with pytest.raises(StudyError, match="publish"):
        said.run()


@pytest.mark.parametrize(
    "rules",
    [
        {"minimum_plants": 0},
        {"dominance": 1.5},
        {"dominance_plants": 3},
        {"p_percent": 100.0},
        {"p_percent": -1.0},
        {"publish": "nowhere.csv"},
        {"costs": "nowhere.csv"},
        {"unknown": 1},
    ],
)
def test_bad_rules_are_refused_in_words(
    folder: Path, tmp_path: Path, rules: Mapping[str, Any]
) -> None:
    text = (folder / "study.toml").read_text("utf-8")
    home = with_plants(folder, pd.read_parquet(folder / "plants.parquet"),
                       tmp_path / "bad")  # fmt: skip
    key, value = next(iter(rules.items()))
    shown = f'"{value}"' if isinstance(value, str) else value
    (home / "study.toml").write_text(
        f"{text}\n[disclosure]\n{key} = {shown}\n", encoding="utf-8"
    )
    status, said = _run(str(home))
    assert status != 0
    assert key in said or "nowhere.csv" in said
    assert "Traceback" not in said
    assert not (home / "out").exists()


def test_a_study_of_tables_has_no_confidential_result(tmp_path: Path) -> None:
    home = simulated_folder(tmp_path / "tables", n_regions=10, n_industries=40,
                            n_plants=3_000, n_projects=20, seed=1)  # fmt: skip
    status, said = _run(str(home), "--confidential")
    assert status != 0
    assert "from plants" in said
    assert not (home / "out").exists()
