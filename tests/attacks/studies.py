"""A small study from plants with clusters at every level, and what is made of it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tests.attacks.worlds import exchanged

from clusterid.aggregation import economies_from_plants
from clusterid.disclosure import guard_years
from clusterid.simulation import simulate_economy
from clusterid.study import Result, Study, read_result, read_study
from clusterid.study.reading._schema import StudyFile

__all__ = [
    "ECONOMY", "QUICK", "Worlds", "from_plants", "pattern", "simulated_folder",
    "two_worlds", "with_plants",
]  # fmt: skip

#: Few runs and draws: what leaks shows as well in a few as in many.
QUICK = {"runs": 3, "draws": 20, "permutations": 99, "imputation_draws": 3}
#: An economy whose public result has clusters at every level of kind.
ECONOMY = {"n_regions": 25, "n_industries": 130, "n_plants": 26_000, "n_projects": 30,
           "seed": 6, "planted": 5, "roughness": 0.1, "strength": (3, 5)}  # fmt: skip
#: Columns of codes, in all tables of a simulated study.
_CODES = ("industry", "industries", "code", "seller", "buyer", "source", "target")


def simulated_folder(folder: Path, *, years: int = 1, **options: Any) -> Path:
    """Simulate an economy into a study folder whose codes are numbers alone.

    Without points in the codes, their beginnings are groups of their own. Three
    planted templates are one here, so that a planted cluster is a part of it. Earlier
    years have other sizes of most of the same plants.
    """
    simulate_economy(**options).save(folder)
    for path in [*folder.glob("*.csv"), *folder.glob("truth/*.csv")]:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for column in set(_CODES) & set(table.columns):
            table[column] = table[column].str.replace(".", "", regex=False)
        table.to_csv(path, index=False)
    plants = pd.read_parquet(folder / "plants.parquet")
    plants["industry"] = plants["industry"].str.replace(".", "", regex=False)
    rng = np.random.default_rng(0)
    parts = [plants]
    for back in range(1, years):
        part = plants[rng.random(len(plants)) < 0.97].copy()
        grown = part["employment"] * rng.lognormal(0.0, 0.1, len(part))
        part["employment"] = np.maximum(np.rint(grown), 1.0)
        part["year"] = plants["year"] - back
        parts.append(part)
    plants = pd.concat(parts, ignore_index=True)
    plants.to_parquet(folder / "plants.parquet", index=False)
    home = pd.read_csv(folder / "truth" / "templates.csv", dtype=str)
    home = home.drop_duplicates("industry")
    home["template"] = "W" + home["template"].str[1:].astype(int).floordiv(3).astype(
        str
    )
    home[["industry", "template"]].to_csv(folder / "wide.csv", index=False)
    return folder


def from_plants(folder: Path, **sections: Mapping[str, Any]) -> Study:
    """Return a simulated study folder as a study from its plants."""
    study = read_study(folder)
    content = study.config.model_dump()
    content["employment"] = None
    content["plants"] = {"path": "plants.parquet", "classification": "nace2"}
    content["method"] |= QUICK
    for section, options in sections.items():
        content[section] = {**(content.get(section) or {}), **options}
    return replace(study, config=StudyFile.model_validate(content))


def with_plants(folder: Path, plants: pd.DataFrame, target: Path) -> Path:
    """Return a copy of a study folder with other plants."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("out*"))
    plants.to_parquet(target / "plants.parquet", index=False)
    return target


def pattern(plants: pd.DataFrame) -> pd.DataFrame:
    """Return what is held of plants, in all years, totals included."""
    guards = guard_years(economies_from_plants(plants, engine="pandas"))
    last = max(guards)
    parts = []
    for year, guarded in sorted(guards.items()):
        part = guarded.held.copy()
        part["TOTAL"] = guarded.region_totals
        part.loc["TOTAL"] = [*guarded.industry_totals, guarded.total]
        parts.append(part if year == last else part.add_prefix(f"{year} ", axis=0))
    return pd.concat(parts).astype(bool)


@dataclass(frozen=True)
class Worlds:
    """Two study folders and results, and in how many plants the worlds differ."""

    one: Path
    other: Path
    n_moved: int

    @property
    def result(self) -> Result:
        """The result of the first world as it was saved."""
        return read_result(self.one / "out")


def two_worlds(
    folder: Path, options: Mapping[str, Any], *, years: int, most: int
) -> Worlds:
    """Make two worlds that differ in held cells, run and save both."""
    one = simulated_folder(folder / "one", years=years, **options)
    plants = pd.read_parquet(one / "plants.parquet")
    changed, n_moved = exchanged(plants, pattern, most=most)
    other = with_plants(one, changed, folder / "other")
    for home in (one, other):
        study = from_plants(home, templates={"path": "wide.csv"})
        study.save(study.run(), home / "out")
    return Worlds(one, other, n_moved)
