"""A simulated economy is saved as a study folder."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid.errors import OptionError
from clusterid.simulation import simulate_economy


@pytest.mark.parametrize("n_industries", [20, 88, 150])
def test_every_saved_study_can_be_checked(tmp_path, n_industries):
    from clusterid.study import read_study

    sim = simulate_economy(
        n_regions=15, n_industries=n_industries, n_plants=6000, planted=2, n_years=2
    )
    checked = read_study(sim.save(tmp_path / "study")).check()
    assert checked is not None


def test_an_invented_tree_is_not_saved_as_a_study(tmp_path):
    sim = simulate_economy(n_regions=15, n_industries=620, n_plants=6000, planted=0)
    with pytest.raises(OptionError, match="at most 615"):
        sim.save(tmp_path / "study")


def test_save_writes_a_study_folder(tmp_path):
    import tomllib

    import geopandas as gpd

    sim = simulate_economy(n_regions=12, n_plants=4000, planted=2, seed=2)
    path = sim.save(tmp_path / "study")
    content = tomllib.loads(path.read_text("utf-8"))
    assert content["study"]["simulated"] is True
    named = [
        content["employment"]["path"],
        content["employment"]["totals"],
        content["regions"]["path"],
        *[layer["path"] for kind in ("supply", "skills", "research")
          for layer in content[kind]],
        *content["survey"].values(),
    ]  # fmt: skip
    assert all((path.parent / name).is_file() for name in named)
    back = pd.read_csv(path.parent / "employment.csv", dtype={"industry": "str"})
    assert back["employment"].isna().sum() == sim.employment["employment"].isna().sum()
    shapes = gpd.read_file(path.parent / "regions.geojson").set_index("region")
    assert shapes.geometry.geom_equals(sim.regions.geometry).all()
    first = (path.parent / "regions.geojson").read_bytes()
    sim.save(tmp_path / "again")
    assert (tmp_path / "again" / "regions.geojson").read_bytes() == first
