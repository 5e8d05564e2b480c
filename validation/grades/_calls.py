"""Of what is called concentrated in plants: how much has a real rate below the bar."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import identify_clusters
from clusterid.clusters import test_groups as cells_of
from validation.grades._economies import Drawn, Floats, design_of, drawn
from validation.grades._found import ALPHA, graded

__all__ = ["BAR", "SETTINGS", "calls"]

BAR = 1.5
#: Regions, plants a region, roughness, shared by a template, planted or not.
SETTINGS = tuple(
    product(
        (12, 40, 150, 400), (500, 5_000), (0.0, 0.2, 0.4), (0.0, 0.5), (False, True)
    )
)
_NAMES = ["regions", "plants a region", "roughness", "shared", "planted"]


def calls(
    replicates: int, seed: int, settings: Sequence[tuple[Any, ...]] = SETTINGS
) -> dict[str, pd.DataFrame]:
    """Return how many calls there are and how many are false, pooled and by setting.

    ``plants`` is question 1 as asked (the rate is above the bar), ``without one plant``
    the same without the largest plant; each is a family of its own over single
    industries and over templates. Grades are those of what is reported, all levels
    together.
    """
    rows: list[dict[str, Any]] = []
    for number, setting in enumerate(settings):
        regions, plants, roughness, shared, planted = setting
        design = design_of(
            seed + number,
            n_regions=regions,
            n_plants=regions * plants,
            roughness=roughness,
            shared_roughness=shared,
            planted=max(2, regions // 10) if planted else 0,
        )
        named = dict(zip(_NAMES, setting, strict=True))
        for made in drawn(design, replicates, (seed, number)):
            rows += [named | row for row in _of_cells(made)]
            rows += [named | row for row in _of_grades(made)]
    table = pd.DataFrame(rows)
    result = {"grades: calls": _pooled(table, ["what", "level"])}
    asked = table[table["what"].eq("plants, without one plant")]
    for name in ("regions", "roughness"):
        result[f"grades: calls by {name}"] = _pooled(asked, [name, "level"])
    worst = _pooled(asked, [*_NAMES, "level"]).query("calls >= 50")
    result["grades: calls, worst settings"] = worst.nlargest(8, "share false")
    return result


def _of_cells(made: Drawn) -> list[dict[str, Any]]:
    """Return calls and false calls of question 1, by level."""
    codes = made.economy.industries
    single = pd.DataFrame(np.eye(len(codes)), index=codes, columns=codes)
    rows = []
    for level, groups in (("industry", single), ("template", made.groups)):
        cells = cells_of(made.economy, groups)
        rate = made.rates_of(groups.to_numpy(dtype=float))
        real = real_rates(cells, rate, groups, made)
        for what, column in (
            ("plants", "q_plants"),
            ("plants, without one plant", "q_rest"),
        ):
            called = cells[column].le(ALPHA).to_numpy()
            rows.append({
                "what": what,
                "level": level,
                "calls": int(called.sum()),
                "false": int((called & (real <= BAR)).sum()),
            })
    return rows


def real_rates(
    cells: pd.DataFrame, rate: Floats, groups: pd.DataFrame, made: Drawn
) -> Floats:
    """Return the real rate of every row of a cell table."""
    i = made.economy.regions.get_indexer(pd.Index(cells["region"]))
    g = groups.columns.get_indexer(pd.Index(cells["template"]))
    return np.asarray(rate[i, g])


def _of_grades(made: Drawn) -> list[dict[str, Any]]:
    """Return calls and false calls of every grade that speaks of plants."""
    found = identify_clusters(
        made.economy, made.templates, made.design.regions, graph=made.graph
    )
    rows = []
    for row in graded(found, ("A", "B", "D")):
        real = made.rate_of(str(row.region), str(row.industries).split(";"))
        rows.append({
            "what": f"grade {row.grade}",
            "level": "reported",
            "calls": 1,
            "false": int(real <= BAR),
        })
    return rows


def _pooled(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    sums = table.groupby(by, sort=False)[["calls", "false"]].sum()
    sums["share false"] = sums["false"] / sums["calls"].where(sums["calls"] > 0)
    return sums
