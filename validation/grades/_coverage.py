"""How often the 90 % interval of the plants' quotient holds the real one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import test_groups as cells_of
from validation.grades._calls import real_rates
from validation.grades._economies import designs, drawn

__all__ = ["SETTINGS", "coverage"]

#: Regions, plants a region, roughness.
SETTINGS = tuple(product((40, 150, 400), (500, 5_000), (0.0, 0.4)))
STRONG = 3.0
FEW = 5


def _planted(regions: int) -> int:
    """Return how many clusters are planted."""
    return max(2, regions // 4)


def coverage(
    replicates: int, seed: int, settings: Sequence[tuple[Any, ...]] = SETTINGS
) -> dict[str, pd.DataFrame]:
    """Return the share of intervals that hold the real quotient, clusters planted."""
    rows = []
    for number, (_, _, roughness), design in designs(settings, seed, planted=_planted):
        for made in drawn(design, replicates, (seed, number)):
            codes = made.economy.industries
            single = pd.DataFrame(np.eye(len(codes)), index=codes, columns=codes)
            for level, groups in (("industry", single), ("template", made.groups)):
                cells = cells_of(made.economy, groups)
                rate = made.rates_of(groups.to_numpy(dtype=float))
                real = real_rates(cells, rate, groups, made)
                low = cells["lq_plants_lower"].to_numpy(dtype=float)
                high = cells["lq_plants_upper"].to_numpy(dtype=float)
                few = cells["establishments"].to_numpy(dtype=float) < FEW
                known = np.isfinite(low) & np.isfinite(high)
                inside = (low <= real) & (real <= high)
                for kind, which in (
                    ("all cells", known),
                    ("real quotient above 3", known & (real > STRONG)),
                    ("fewer than 5 plants", known & few),
                    ("5 plants and more", known & ~few),
                ):
                    n = int(which.sum())
                    held = int((inside & which).sum())
                    rows.append((kind, level, roughness, n, held))
    table = pd.DataFrame(rows, columns=["cells", "level", "roughness", "n", "inside"])
    return {
        "grades: coverage": _shares(table, ["cells"]),
        "grades: coverage by level": _shares(table, ["cells", "level", "roughness"]),
    }


def _shares(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    sums = table.groupby(by, sort=False)[["n", "inside"]].sum()
    sums["share"] = sums["inside"] / sums["n"].where(sums["n"] > 0)
    return sums
