"""Small studies whose results the tests of publishing share."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from clusterid.simulation import simulate_economy
from clusterid.study import Result, read_study
from clusterid.study.reading._schema import StudyFile

#: what a study leaves out of the simulated folder, by name
WITHOUT: dict[str, dict[str, Any]] = {
    "tables": {},
    "years": {},
    "jobs alone": {"survey": None, "employment": {"plant_herfindahl": None}},
    "no survey, no links": {"survey": None, "supply": [], "skills": [], "research": []},
}


@cache
def result_of(name: str) -> Result:
    """Return the result of a simulated study of tables with withheld cells."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "study"
        n_years = 3 if name == "years" else 1
        simulate_economy(
            n_regions=40, n_plants=30_000, n_projects=40, n_years=n_years, seed=2
        ).save(path)
        if name == "jobs alone":
            _drop_plants(path)
        study = read_study(path)
        content = study.config.model_dump()
        for section, changed in WITHOUT[name].items():
            if isinstance(changed, dict):
                content[section] |= changed
            else:
                content[section] = changed
        return replace(study, config=StudyFile.model_validate(content)).run()


def _drop_plants(folder: Path) -> None:
    import pandas as pd

    path = folder / "employment.csv"
    table = pd.read_csv(path, dtype={"region": str, "industry": str})
    table.drop(columns="establishments").to_csv(path, index=False)
