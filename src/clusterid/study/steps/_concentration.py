"""How concentrated each industry is in each region, with what is withheld."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import DataWarning
from clusterid.tables import publishable_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.concentration import Bounds
    from clusterid.study.reading._schema import MethodSection
    from clusterid.study.steps._case import Counts
    from clusterid.tables import Economy

__all__ = ["concentration_table"]

#: What is not known of a withheld cell.
_NOT_KNOWN = [
    "lq_jobs", "lq_jobs_smoothed", "lq_plants", "lq_plants_smoothed",
    "lq_plants_lower", "lq_plants_upper", "lq_plants_rank", "p_value", "q_value",
    "p_lower", "p_upper", "stability",
]  # fmt: skip


#: A quotient against a total of which more than this is estimated is an interval only.
_MOST_ESTIMATED = 0.5
_NO_TOTAL = "reference_withheld"


def concentration_table(
    counts: Counts, method: MethodSection, seed: int
) -> pd.DataFrame:
    """Test every quotient; of a withheld cell the jobs' quotient is limits alone."""
    from clusterid.concentration import location_quotient_test

    economy = counts.economy
    with warnings.catch_warnings():
        # a study says on its first page what it lacks
        warnings.filterwarnings("ignore", "nothing is known of plants", DataWarning)
        table = location_quotient_test(
            economy.employment,
            establishments=economy.establishments,
            plant_herfindahl=economy.plant_herfindahl,
            correction=method.correction,
            totals=economy.totals,
            seed=seed,
        )
    if counts.filled is None:
        return table.assign(share_imputed=0.0)
    quotients = _quotient_bounds(counts.published, counts.filled.bounds)
    keys = pd.MultiIndex.from_frame(table[["region", "industry"]])
    table["lq_jobs_lower"] = quotients.lower.stack().reindex(keys).to_numpy()
    table["lq_jobs_upper"] = quotients.upper.stack().reindex(keys).to_numpy()
    hidden = counts.imputed.stack().reindex(keys).to_numpy(dtype=bool)
    table["share_imputed"] = np.where(hidden, 1.0, _estimated_totals(counts, keys))
    table.loc[hidden, _NOT_KNOWN] = float("nan")
    table.loc[hidden, "reason"] = "withheld"
    share = table["share_imputed"].to_numpy(dtype=float)
    mostly = ~hidden & (share > _MOST_ESTIMATED)
    table.loc[mostly, ["lq_jobs", "lq_jobs_smoothed"]] = float("nan")
    table.loc[mostly & table["reason"].eq("").to_numpy(), "reason"] = _NO_TOTAL
    return table


def _quotient_bounds(published: Economy, bounds: Bounds) -> Bounds:
    """Return between what each quotient lies, as far as it may be published."""
    from clusterid.concentration import Bounds, location_quotient_bounds

    width = None
    if published.lower is not None and published.upper is not None:
        width = published.upper - published.lower
    low, high = publishable_interval(bounds.lower, bounds.upper, keep_width=width)
    known = published.employment
    between = Bounds(known.fillna(low), known.fillna(high))
    return location_quotient_bounds(published, bounds=between)


def _estimated_totals(counts: Counts, keys: pd.MultiIndex) -> NDArray[np.float64]:
    """Share of estimates in the totals that a known cell is held against, 0 to 1."""
    source, filled = counts.published, counts.economy.employment
    known = source.margins
    part = filled.where(counts.imputed, 0.0)
    by_region = (part.sum(axis=1) / filled.sum(axis=1)).where(known.region.isna(), 0.0)
    by_industry = (part.sum() / filled.sum()).where(known.industry.isna(), 0.0)
    larger = np.fmax.outer(by_region.to_numpy(), by_industry.to_numpy())
    frame = pd.DataFrame(larger, filled.index, filled.columns).fillna(0.0)
    return frame.stack().reindex(keys).to_numpy(dtype=float)
