"""Verdicts on a map: what was declared, and the strongest that nobody asked about."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import pandas as pd

import clusterid as cid
from clusterid.maps._study_places import MOST_SILENT


def places(result: object) -> list[dict[str, object]]:
    return [p for p in cid.cluster_map(result).data["places"] if not p["declared"]]


def test_a_map_shows_the_strongest_clusters_of_places_that_nobody_asked(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    given = result.comparison.verdicts
    silent = given.iloc[[-1] * (MOST_SILENT + 50)].assign(
        verdict="not_asked", declared="not asked", place=None, place_name=None,
        candidate=[f"Z{i:03d}" for i in range(MOST_SILENT + 50)],
    )  # fmt: skip
    every = pd.concat([given, silent], ignore_index=True)
    many = replace(result, comparison=replace(result.comparison, verdicts=every))
    before, after = places(result), places(many)
    assert len(after) == len(before) + MOST_SILENT
    named = [str(p["name"]) for p in after[len(before) :]]
    assert named[0].startswith("Z000") and named[-1].startswith(
        f"Z{MOST_SILENT - 1:03d}"
    )
    # what a complete list leaves out is a statement, and is always there
    stated = every.assign(verdict=every["verdict"].replace("not_asked", "undeclared"))
    whole = replace(result, comparison=replace(result.comparison, verdicts=stated))
    assert len(places(whole)) == len(before) + MOST_SILENT + 50
