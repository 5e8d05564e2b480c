"""The indices of every industry of an economy in one table."""

from __future__ import annotations

import pandas as pd

from clusterid._columns import IDENTIFIER, MODEL, SAFE, SHARE, SUM, Table
from clusterid.concentration.agglomeration._ellison_glaeser import ellison_glaeser
from clusterid.concentration.indices._gini import locational_gini
from clusterid.tables import Economy

__all__ = ["INDEX_KINDS", "indices_by_industry"]

#: The plant Herfindahl is as its owner publishes it; indices follow from sums.
INDEX_KINDS = Table({
    "industry": IDENTIFIER,
    "label": IDENTIFIER,
    "employment": SUM,
    "share_imputed": SHARE,
    "reason": SAFE,
    **dict.fromkeys(("herfindahl", "herfindahl_lower", "herfindahl_upper"), SAFE),
    **dict.fromkeys(
        (
            "locational_gini", "gamma", "gamma_lower", "gamma_upper",
            "raw_concentration", "variance", "z", "z_lower", "z_upper",
        ),
        MODEL,
    ),
    "p_value": MODEL.tail,
})  # fmt: skip


def indices_by_industry(economy: Economy, imputed: pd.DataFrame) -> pd.DataFrame:
    """Return the indices of every industry, and how much of it is estimated."""
    employment = economy.employment
    table = pd.DataFrame({
        "employment": economy.margins.industry,
        "locational_gini": locational_gini(employment),
    })
    if economy.plant_herfindahl is not None:
        indices = ellison_glaeser(employment, economy.plant_herfindahl)
        table = table.join(indices)
    of_industry = employment.sum()
    estimated = employment.where(imputed, 0.0).sum()
    table["share_imputed"] = (estimated / of_industry.where(of_industry > 0)).fillna(0)
    table.insert(0, "label", [economy.metadata.labels.get(c, "") for c in table.index])
    return table.rename_axis("industry").reset_index()
