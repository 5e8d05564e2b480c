"""How the answer changes with the reading of a label: draws of the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.comparison._verdicts import (
    CONCENTRATED,
    ComparisonRules,
    evidence_level,
    quotient_heard,
)
from clusterid.statistics import over_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Chance
    from clusterid.comparison._measured import Measurement

__all__ = ["lexicon_draws", "reading_levels"]

#: Concentration of the Dirichlet draws around the lexicon (authors' choice): with 20 a
#: code that holds half of a field varies between about 0.29 and 0.71.
LEXICON_PRECISION = 20.0


def reading_levels(
    table: pd.DataFrame, measured: Measurement, rules: ComparisonRules, chance: Chance
) -> dict[str, Any]:
    """Return the share of lexicon draws at each level, and of those with a grade.

    A draw moves both quotients. It has a grade where that of plants passes what the
    test asks of this cell, or that of jobs what grade C asks.
    """
    units, fields = measured.units, measured.fields
    drawn = {
        field: lexicon_draws(
            measured.weights[field].to_numpy(dtype=float),
            units.national,
            chance.draws,
            rng,
        )
        for field, rng in zip(fields, chance.lexicon.spawn(len(fields)), strict=True)
    }
    levels = np.full((len(table), chance.draws), -1, dtype=np.int64)
    rows: Any = table.itertuples(index=False)
    for k, row in enumerate(rows):
        if (
            row.field not in drawn
            or not np.isfinite([row.lq_plants, row.lq_jobs]).any()
        ):
            continue
        point = measured.weights[row.field].to_numpy(dtype=float)
        every = np.vstack([point[None], drawn[row.field]])
        jobs = _moved(every, units.jobs, row.unit, units.n_regions)
        moved = jobs
        if units.is_plants:
            moved = _moved(every, units.counts, row.unit, units.n_regions)
        plants = row.lq_plants * moved
        asked = rules.standing_jobs / max(row.expected_jobs, 1e-9)
        graded = plants >= _asked_of_plants(row, rules)
        graded |= row.lq_jobs_lower * jobs >= max(rules.standing_quotient, asked)
        heard = quotient_heard(plants, row.lq_jobs * jobs)
        levels[k] = evidence_level(graded, heard, rules)
    known = levels[:, 0] >= 0
    share = np.full(len(table), np.nan)
    share[known] = (levels[known] == CONCENTRATED).mean(axis=1)
    return {
        "share_concentrated": share,
        "level_shares": [
            tuple(float((row == m).mean()) for m in range(CONCENTRATED + 1))
            for row in levels
        ],
    }


def _moved(
    weights: NDArray[np.float64],
    counts: NDArray[np.float64],
    unit: int,
    n_regions: int,
) -> NDArray[np.float64]:
    """Return by draw how many times the quotient is that of the first row."""
    national = counts[:n_regions].sum(axis=0)
    quotient = over_positive(weights @ counts[unit], weights @ national, otherwise=0.0)
    first = quotient[0]
    return np.asarray(quotient[1:] / first if first > 0 else np.ones(len(weights) - 1))


def _asked_of_plants(row: Any, rules: ComparisonRules) -> float:
    """Return the quotient of plants from which a reading of this cell has a grade.

    What passes the test; the bar for a cell whose grade rests on more than the test;
    nothing where the cell passes and something else is missing.
    """
    needed = row.plants_needed / max(row.expected_plants, 1e-9)
    if row.lq_plants < needed:
        return rules.bar if row.grade in ("A", "B") else float(needed)
    return float(needed) if row.grade in ("A", "B", "D") else np.inf


def lexicon_draws(
    weights: NDArray[np.float64],
    size: NDArray[np.float64],
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return draws x industries of a field's weights, Dirichlet around the lexicon.

    The shares of the field's codes in its national size are drawn anew; a weight moves
    with its share and never above 1. A field of one code does not vary.
    """
    mass = weights * np.nan_to_num(size)
    codes = np.flatnonzero(mass > 0)
    result = np.repeat(weights[None], draws, axis=0)
    if len(codes) < 2:
        return result
    share = mass[codes] / mass[codes].sum()
    drawn = rng.dirichlet(LEXICON_PRECISION * share, size=draws)
    result[:, codes] = np.minimum(1.0, weights[codes] * drawn / share)
    return result
