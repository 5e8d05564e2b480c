"""The study files that ship: every key known, every reader and option there."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterid._disk._embedded import embedded_path
from clusterid.sources import reader
from clusterid.study import read_study

STUDIES = [
    "germany_industries",
    "germany_occupations",
    "great_britain",
    "united_states",
]
#: Keys of [employment] that study hands to the reader as options.
HANDED_ON = ("level", "size_bands", "totals")


@pytest.mark.parametrize("name", STUDIES)
def test_readers_and_options_exist(name: str, data_dir: Path) -> None:
    study = read_study(embedded_path("studies", f"{name}.toml"))
    config = study.config
    assert config.employment is not None
    used = [(config.employment.source, "employment", config.employment.options)]
    used += [(s.source, "flows", s.options) for s in config.supply]
    used += [(s.source, "links", s.options) for s in config.skills]
    used += [(s.source, "collaborations", s.options) for s in config.research]
    for source, kind, options in used:
        known = reader(source, kind).known_options  # type: ignore[arg-type]
        assert set(options) <= set(known), source
    known = reader(config.employment.source, "employment").known_options
    for key in HANDED_ON:
        if getattr(config.employment, key) is not None:
            assert key in known


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("germany_industries", (401, 11)),
        ("germany_occupations", (400, 140)),
        ("great_britain", (40, 616)),
        ("united_states", (51, 1077)),
    ],
)
def test_inputs_are_whole(name: str, shape: tuple[int, int], data_dir: Path) -> None:
    inputs = read_study(embedded_path("studies", f"{name}.toml")).inputs()
    assert inputs.economy.employment.shape == shape
    assert len(inputs.regions) == shape[0]
    assert list(inputs.regions.index) == list(inputs.economy.regions)
    for flows, _ in inputs.supply.values():
        covered = set(flows["seller"]) | set(flows["buyer"])
        assert len(covered & set(inputs.economy.industries)) > 0.85 * shape[1]
