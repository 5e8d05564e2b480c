"""How the answer changes with the reading of a label: draws of the lexicon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.comparison._limits import normal_score, null_of
from clusterid.comparison._verdicts import CONCENTRATED, concentration_level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Chance
    from clusterid.comparison._measured import Measurement

__all__ = ["lexicon_draws", "reading_levels"]

#: Concentration of the Dirichlet draws around the lexicon (authors' choice): with 20 a
#: code that holds half of a field varies between about 0.29 and 0.71.
LEXICON_PRECISION = 20.0


def reading_levels(
    table: pd.DataFrame,
    measured: Measurement,
    cut: float,
    weak_p: float,
    chance: Chance,
) -> dict[str, Any]:
    """Return the share of lexicon draws at each level, and of those concentrated.

    A draw moves the test's z by what it moves the standardised log quotient.
    """
    from scipy.stats import norm

    units, national = measured.units, measured.units.national
    fields = measured.fields
    drawn = {
        field: lexicon_draws(
            measured.weights[field].to_numpy(dtype=float), national, chance.draws, rng
        )
        for field, rng in zip(fields, chance.lexicon.spawn(len(fields)), strict=True)
    }
    levels = np.full((len(table), chance.draws), -1, dtype=np.int64)
    tested = zip(table["field"], table["unit"], table["p_value"], strict=True)
    for k, (field, unit, p) in enumerate(tested):
        if not np.isfinite(p):
            continue
        point = measured.weights[field].to_numpy(dtype=float)
        rows = np.vstack([point[None], drawn[field]])
        count = rows @ units.counts[unit]
        expected = rows @ national * units.share[unit]
        ratio = np.log(np.maximum(count, 0.5) / np.maximum(expected, 1e-9))
        lump, roughness = null_of(measured, field)
        z = ratio / np.sqrt(lump / np.maximum(expected, 1e-9) + roughness**2)
        moved = norm.sf(normal_score(p) + z[1:] - z[0])
        levels[k] = concentration_level(moved, cut, weak_p)
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
