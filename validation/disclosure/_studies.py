"""Studies from plants to be attacked: run, saved, and what is held of them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid.simulation import simulate_economy
from clusterid.study import Study, read_study
from clusterid.study.reading._schema import StudyFile

__all__ = ["ATTACKED", "Attacked", "from_plants", "made"]

#: What does not change what is published, and takes time.
_QUICK = {"runs": 4, "draws": 40, "permutations": 99, "imputation_draws": 4}

#: Study -> options of the economy, and whether every industry is a template.
ATTACKED: dict[str, tuple[dict[str, Any], bool]] = {
    "detected": ({"n_industries": 88, "n_plants": 30_000, "seed": 2}, False),
    "every industry a template": (
        {"n_industries": 88, "n_plants": 30_000, "seed": 2},
        True,
    ),
    "sub-clusters, two years": (
        {"n_industries": 130, "n_plants": 40_000, "seed": 5, "planted": 6,
         "roughness": 0.1, "n_years": 2},
        False,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attacked:
    """A saved folder, and the plants that nobody but the house may know."""

    folder: Path
    plants: pd.DataFrame
    source: Path


def from_plants(folder: Path, changed: Mapping[str, Any] | None = None) -> Study:
    """Return a simulated study folder as a study from its plants."""
    study = read_study(folder)
    content = study.config.model_dump()
    content["employment"] = None
    content["plants"] = {"path": "plants.parquet", "classification": "nace2"}
    content["method"] |= _QUICK
    content |= dict(changed or {})
    return replace(study, config=StudyFile.model_validate(content))


def made(name: str, folder: Path, *, n_regions: int = 40) -> Attacked:
    """Simulate an economy, run the study from its plants and save the result."""
    options, alone = ATTACKED[name]
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    home = folder / "study"
    simulate_economy(n_regions=n_regions, n_projects=40, **options).save(home)
    plants = pd.read_parquet(home / "plants.parquet")
    changed = {}
    if alone:
        codes = sorted(set(plants["industry"]))
        given = pd.DataFrame({"industry": codes, "template": [f"T{c}" for c in codes]})
        given.to_csv(home / "alone.csv", index=False)
        changed["templates"] = {"path": "alone.csv"}
    study = from_plants(home, changed)
    study.save(study.run(), folder / "out")
    return Attacked(folder / "out", plants, home / "plants.parquet")
