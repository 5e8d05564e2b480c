"""Fields on the codes of an economy: weights and mappability."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.classifications import (
    CLASSIFICATIONS,
    Correspondence,
    FieldWeights,
    fields_on,
)
from clusterid.errors import ClassificationError
from clusterid.tables import Economy

__all__ = ["field_weights"]

#: Classifications whose codes must be in their tree; those of occupations may be
#: matched letter by letter.
_TREES = frozenset(CLASSIFICATIONS) - {"kldb2010"}
#: what the lines of a lexicon are sorted by
_KEYS = ("field", "classification", "code", "role", "weight", "label_de", "label_en")


@typed
def field_weights(
    fields: pd.DataFrame,
    economy: Economy,
    *,
    roles: tuple[str, ...],
    correspondence: Correspondence | None,
) -> FieldWeights:
    """Carry the lexicon to the economy; codes of an unknown tree must be equal.

    Fields come out sorted: draws are dealt to them in their order.
    """
    fields = fields.sort_values([c for c in _KEYS if c in fields], ignore_index=True)
    size = economy.margins.industry
    known = economy.employment.sum(axis=0)
    size = size.where(size.notna(), known)
    name = economy.metadata.classification
    try:
        return fields_on(
            fields,
            economy.industries,
            name,
            roles=roles,
            sizes=size,
            correspondence=correspondence,
        )
    except ClassificationError:
        same = set(fields["classification"].astype(str)) == {name}
        if not same or name in _TREES:
            raise
    return _same_codes(fields, economy, size, roles)


def _same_codes(
    fields: pd.DataFrame, economy: Economy, size: pd.Series, roles: tuple[str, ...]
) -> FieldWeights:
    """Match codes letter by letter, for a classification without a tree."""
    names = list(dict.fromkeys(fields["field"]))
    counted = fields[fields["role"].isin(list(roles))]
    weights = pd.DataFrame(0.0, index=economy.industries, columns=names)
    weights.index.name, weights.columns.name = "industry", "field"
    coverage = pd.Series(0.0, index=weights.columns)
    for field, rows in counted.groupby("field"):
        inside = rows[rows["code"].isin(economy.industries)]
        weights.loc[inside["code"], field] = inside["weight"].to_numpy(dtype=float)
        total = float(rows["weight"].sum())
        coverage[str(field)] = (
            float(inside["weight"].sum()) / total if total > 0 else 0.0
        )
    w, n = weights.to_numpy(), size.to_numpy(dtype=float)
    jobs = n @ w
    purity = np.divide(n @ w**2, jobs, out=np.zeros(len(names)), where=jobs > 0)
    labels = fields.drop_duplicates("field").set_index("field")
    return FieldWeights(
        weights=weights,
        mappability=pd.Series(purity, index=weights.columns) * coverage,
        coverage=coverage,
        labels=labels.loc[names, ["label_de", "label_en"]],
        params={"roles": roles, "classification": economy.metadata.classification},
    )
