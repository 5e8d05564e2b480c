"""Two worlds that differ only in held cells give the same bytes of everything."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.attacks.studies import Worlds
from tests.attacks.worlds import CLOCKS, content_of, differences

from clusterid.aggregation import economies_from_plants
from clusterid.study import read_result


def test_the_worlds_differ_in_held_cells_alone(worlds: Worlds) -> None:
    assert worlds.n_moved >= 30
    tables = []
    for home in (worlds.one, worlds.other):
        plants = pd.read_parquet(home / "plants.parquet")
        tables.append(economies_from_plants(plants, engine="pandas"))
    held = read_result(worlds.one / "out").economy.employment.isna()
    for year, one in tables[0].items():
        other = tables[1][year]
        moved = one.employment.ne(other.employment)
        assert moved.to_numpy().sum() > 10
        assert not (moved & ~held).to_numpy().any()
        assert (one.establishments == other.establishments).to_numpy().all()
        for axis in (0, 1):
            a, b = (e.employment.sum(axis=axis) for e in (one, other))
            assert (a == b).all()


def test_two_worlds_from_plants_give_the_same_bytes(worlds: Worlds) -> None:
    assert differences(worlds.one / "out", worlds.other / "out") == []


@pytest.mark.slow
def test_two_small_worlds_give_the_same_bytes(small_worlds: Worlds) -> None:
    """Guarded by linear programmes: what they choose depends on nothing more."""
    assert small_worlds.n_moved >= 20
    assert differences(small_worlds.one / "out", small_worlds.other / "out") == []


def test_what_may_differ_is_named_and_is_a_clock(worlds: Worlds) -> None:
    """The comparison leaves out nothing but the seconds of the steps."""
    assert len(CLOCKS) == 2
    names = set(content_of(worlds.one / "out"))
    files = {p.relative_to(worlds.one / "out").as_posix()
             for p in (worlds.one / "out").rglob("*") if p.is_file()}  # fmt: skip
    assert {name.partition(":")[0] for name in names} == files


def test_a_difference_would_be_seen(worlds: Worlds, tmp_path: Path) -> None:
    """One more digit in one cell of one file is a difference."""
    copy = tmp_path / "out"
    shutil.copytree(worlds.one / "out", copy)
    path = copy / "concentration.parquet"
    table = pd.read_parquet(path)
    at = table["lq_jobs"].notna().to_numpy().argmax()
    table.loc[table.index[at], "lq_jobs"] += 1e-9
    table.to_parquet(path, index=False)
    assert differences(worlds.one / "out", copy) == [
        "concentration.parquet:bytes", "concentration.parquet:lq_jobs",
    ]  # fmt: skip


def test_the_study_has_clusters_at_every_level(worlds: Worlds) -> None:
    result = worlds.result
    # parts are rare beside groups of codes; their rows are declared alike
    assert set(result.candidates.concentrations["level"]) >= {
        "template", "code_group", "industry",
    }  # fmt: skip
    assert result.monitoring is not None
    assert result.comparison is not None
    assert result.place_networks
    assert result.candidates.table["share_imputed"].gt(0).any()


def test_no_file_holds_a_digest_of_the_plants(worlds: Worlds) -> None:
    plants = worlds.one / "plants.parquet"
    digest = hashlib.sha256(plants.read_bytes()).hexdigest()
    for path in (worlds.one / "out").rglob("*"):
        if path.is_file():
            assert digest[:10].encode() not in path.read_bytes(), path.name


@cache
def _private(home: Path) -> pd.DataFrame:
    plants = pd.read_parquet(home / "plants.parquet")
    return economies_from_plants(plants, engine="pandas")[int(plants["year"].max())]


def test_no_table_of_the_state_knows_a_held_cell(worlds: Worlds) -> None:
    """A held cell stands nowhere with a value of its own."""
    result = worlds.result
    private = _private(worlds.one)
    held = result.economy.employment.isna()
    assert held.to_numpy().sum() > 100
    for part in ("largest_plant", "second_plant", "plant_squares"):
        assert getattr(result.economy, part) is None
    for name, table in (
        ("concentration", result.concentration),
        ("members", result.candidates.members),
    ):
        keys = pd.MultiIndex.from_frame(table[["region", "industry"]])
        hidden = held.stack().reindex(keys).to_numpy(dtype=bool)
        assert hidden.any(), name
        for column in {"employment", "lq", "lq_jobs", "lq_jobs_smoothed"} & set(
            table.columns
        ):
            assert table.loc[hidden, column].isna().all(), (name, column)
    herfindahl = result.economy.plant_herfindahl
    if isinstance(herfindahl, pd.Series):
        shown = herfindahl.dropna().index
        assert not held[shown].to_numpy().any()
        np.testing.assert_allclose(
            herfindahl.dropna(), private.plant_herfindahl[shown], rtol=0.06
        )
