"""An economy whose plants are drawn anew: what chance alone could have shown."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import Fault, TableError
from clusterid.tables import Economy

__all__ = ["redraw_plants"]

Floats = NDArray[np.float64]


@typed
def redraw_plants(economy: Economy, *, seed: int | np.random.Generator = 0) -> Economy:
    r"""Return the economy with the plants of every industry drawn with replacement.

    A bootstrap of plants that needs no list of them: each industry keeps its number of
    plants, and where they stand is drawn from the regions' shares; the jobs of a cell
    are those of its drawn plants, whose sizes scatter as the industry's plant
    Herfindahl says. What is found in most redrawn economies does not hang on a few
    plants.

    .. math::
        (n^*_{i1}, \dots, n^*_{iJ}) \sim \text{Multinomial}(n_i;\ n_{ij}/n_i), \qquad
        e^*_{ij} \sim \text{Gamma}\left(\text{mean } n^*_{ij}\frac{e_{ij}}{n_{ij}},\
        \text{variance } n^*_{ij}\, c_i^2 \frac{e_{ij}^2}{n_{ij}^2}\right)

    with :math:`c_i^2 = n_i H_i - 1`, the squared coefficient of variation of plant
    sizes. Our choice; the Gamma stands for the sum of the drawn plants' jobs.

    Parameters
    ----------
    economy : Economy
        With establishments or plant Herfindahls. Without establishments an industry
        has the effective number of plants 1/H; without Herfindahls all plants of a
        cell are of one size. Of an interval of H the middle is taken.
    seed : int or Generator
        The same seed draws the same economy.

    Returns
    -------
    Economy
        Drawn ``employment`` (and ``establishments``, if it had them). A withheld cell
        stays withheld; an industry without known plants stays as it is. Bounds and
        largest plants belong to the plants that were, and are left out, as are
        published totals unless cells are withheld: they then size the regions.

    Raises
    ------
    TableError
        If neither establishments nor plant Herfindahls are known.

    References
    ----------
    Efron (1979), Bootstrap methods: another look at the jackknife.

    Examples
    --------
    >>> from clusterid.simulation import simulate_economy
    >>> economy = simulate_economy(seed=1, n_plants=20_000).economy()
    >>> drawn = redraw_plants(economy, seed=7)
    >>> same = drawn.establishments.sum() == economy.establishments.sum()
    >>> bool(same.all())
    True
    """
    rng = np.random.default_rng(seed)
    # drawn in sorted order, so that the order of rows and columns changes nothing
    table = economy.employment.sort_index(axis=0).sort_index(axis=1)
    jobs = table.to_numpy(dtype=float)
    herfindahl = _herfindahl(economy, table.columns)
    if economy.establishments is not None:
        plants = economy.establishments.reindex_like(table).to_numpy(dtype=float)
    elif np.isfinite(herfindahl).any():
        share = jobs / np.nansum(jobs, axis=0)
        plants = share / herfindahl
    else:
        fault = Fault(
            "neither establishments nor plant Herfindahls are known",
            "give establishments or plant_herfindahl to economy(...), or start from "
            "plants with economy_from_plants(...)",
        )
        raise TableError("economy", [fault])
    drawn, counts = _drawn(jobs, plants, herfindahl, rng)
    original = economy.employment
    fresh = table.copy()
    fresh.iloc[:, :] = drawn
    number = None
    if economy.establishments is not None:
        number = table.copy()
        number.iloc[:, :] = counts
        number = number.reindex_like(original)
    is_withheld = bool(original.isna().to_numpy().any())
    return replace(
        economy,
        employment=fresh.reindex_like(original),
        establishments=number,
        lower=None,
        upper=None,
        largest_plant=None,
        totals=economy.totals if is_withheld else None,
    )


def _herfindahl(economy: Economy, industries: pd.Index) -> Floats:
    known = economy.plant_herfindahl
    if known is None:
        return np.full(len(industries), np.nan)
    if isinstance(known, pd.DataFrame):
        known = known[["lower", "upper"]].mean(axis=1)
    return np.asarray(known.reindex(industries).to_numpy(dtype=float))


def _drawn(
    jobs: Floats, plants: Floats, herfindahl: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return drawn jobs and plants, regions x industries."""
    new_jobs, new_plants = jobs.copy(), plants.copy()
    for i in range(jobs.shape[1]):
        known = np.isfinite(plants[:, i])
        weight = np.where(known, plants[:, i], 0.0)
        total = round(float(weight.sum()))
        if total == 0:
            continue
        n = rng.multinomial(total, weight / weight.sum()).astype(float)
        size = np.divide(
            jobs[:, i], weight, out=np.zeros_like(weight), where=weight > 0
        )
        spread = total * herfindahl[i] - 1 if np.isfinite(herfindahl[i]) else 0.0
        mean = n * size
        drawn = mean
        if spread > 1e-9:
            positive = (mean > 0) & np.isfinite(mean)
            drawn = mean.copy()
            drawn[positive] = rng.gamma(n[positive] / spread) * (
                spread * size[positive]
            )
        seen = known & np.isfinite(jobs[:, i])
        # jobs without a plant in the same cell (two sources) stay where they are
        seen &= (weight > 0) | (jobs[:, i] == 0)
        new_jobs[seen, i] = drawn[seen]
        new_plants[known, i] = n[known]
    return new_jobs, new_plants
