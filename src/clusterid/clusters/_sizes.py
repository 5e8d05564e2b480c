"""Jobs of all industries by region: what jobs are expected by."""

from __future__ import annotations

import pandas as pd

from clusterid.tables import Economy

__all__ = ["region_sizes"]


def region_sizes(economy: Economy, employment: pd.DataFrame) -> pd.Series:
    """Return jobs by region: the published total, else the sum of what is known."""
    published = economy.margins.region
    return published.where(published.notna(), employment.sum(axis=1))
