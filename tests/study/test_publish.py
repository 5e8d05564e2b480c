"""What leaves the machine gives no plant and no withheld cell away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid.simulation import simulate_economy
from clusterid.study import Result, read_study
from clusterid.study._publish import _on_grid, publishable
from clusterid.study._schema import StudyFile


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Result]:
    """Return a result from plants, and one from a table with withheld cells."""
    folder: Path = tmp_path_factory.mktemp("study")
    simulate_economy(n_regions=40, n_plants=30_000, n_projects=40, seed=2).save(folder)
    study = read_study(folder)
    content = study.config.model_dump()
    content["employment"] = None
    content["survey"] = None
    content["plants"] = {"path": "plants.parquet", "classification": "nace2"}
    plants = replace(study, config=StudyFile.model_validate(content))
    return plants.run(), study.run()


def test_cells_of_few_plants_are_not_published(results: tuple[Result, Result]) -> None:
    full = results[0]
    public = publishable(full)
    plants = full.economy.establishments
    few = plants.gt(0) & plants.lt(3)
    assert few.to_numpy().any()
    assert public.economy.employment.where(few).isna().to_numpy().all()
    keys = pd.MultiIndex.from_frame(public.concentration[["region", "industry"]])
    hidden = few.stack().reindex(keys).to_numpy(dtype=bool)
    telling = ["lq", "lq_shrunk", "lower", "upper", "lq_lower", "lq_upper"]
    assert public.concentration.loc[hidden, telling].isna().to_numpy().all()
    assert public.concentration.loc[hidden, "reason"].eq("held_back").all()


def test_a_held_cell_cannot_be_computed_from_the_margins(
    results: tuple[Result, Result],
) -> None:
    public = publishable(results[0]).economy
    whole = public.margins
    for total, frame in (
        (whole.region, public.employment),
        (whole.industry, public.employment.T),
    ):
        alone = frame.isna().sum(axis=1).eq(1)
        assert total[alone.index[alone]].isna().all()


def test_withheld_cells_have_an_interval_and_no_value(
    results: tuple[Result, Result],
) -> None:
    result = results[1]
    withheld = result.economy.withheld.stack()
    keys = pd.MultiIndex.from_frame(result.concentration[["region", "industry"]])
    rows = result.concentration[withheld.reindex(keys).to_numpy(dtype=bool)]
    assert len(rows)
    assert rows["lq"].isna().all()
    assert rows["reason"].eq("withheld").all()
    assert (rows["lq_upper"] > rows["lq_lower"]).all()


def test_the_interval_of_a_pinned_cell_keeps_a_width(
    results: tuple[Result, Result],
) -> None:
    rows = results[1].concentration.query("reason == 'withheld'")
    width = rows["lq_upper"] - rows["lq_lower"]
    assert (width / rows["lq_upper"]).min() > 0.05


def test_sums_with_an_estimate_are_told_on_a_grid() -> None:
    values = np.array([7505.3, 7505.3, 43085.0, 430.0, np.nan])
    part = np.array([0.2, 0.002, 10 / 43085, 2.0, 0.1])
    rounded = _on_grid(values, part, np.rint)
    np.testing.assert_allclose(rounded, [8_000, 7_500, 43_080, 400, np.nan], rtol=3e-4)
    assert (_on_grid(values, part, np.floor)[:4] <= values[:4]).all()
    assert (_on_grid(values, part, np.ceil)[:4] >= values[:4]).all()
