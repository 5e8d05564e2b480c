"""Counts of larger regions, lent to the regions inside them: coarser evidence.

It stands beside a finding and is labelled so. It makes no grade and no verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from clusterid.classifications import FieldWeights
from clusterid.clusters import COARSER_COLUMNS, test_groups
from clusterid.errors import Fault, TableError
from clusterid.tables import Economy

__all__ = ["NOTHING", "CoarserEvidence", "Lent", "lend"]


class Lent(NamedTuple):
    """What a larger region says of a field: in the order of ``COARSER_COLUMNS``."""

    region: str
    industries: str
    year: float
    plants: float
    lq_plants: float
    lower: float
    upper: float


#: Nothing is lent.
NOTHING = Lent("", "", *(np.nan,) * 5)


@dataclass(frozen=True, slots=True)
class CoarserEvidence:
    """Plants of fields in larger regions, and which regions lie in them.

    Parameters
    ----------
    unit : Series, region -> larger region
        Missing where a region lies in none.
    names : Series, larger region -> name
        For the label.
    year : int
        Of the counts.
    cells : DataFrame by field and larger region
        ``plants``, ``lq_plants`` (1 = as in all larger regions that hold one of the
        study's) with its 90 % interval (``lower``, ``upper``).
    industries : Series by field
        Codes that are counted for it, joined by ``;``.
    """

    unit: pd.Series
    names: pd.Series
    year: int
    cells: pd.DataFrame
    industries: pd.Series

    def of(self, field: object, regions: Sequence[str]) -> Lent:
        """Return what is lent to regions inside one larger region, else nothing."""
        if field not in self.industries.index:
            return NOTHING
        units = set(self.unit.reindex(list(regions)))
        unit = units.pop() if len(units) == 1 else None
        if not isinstance(unit, str) or (field, unit) not in self.cells.index:
            return NOTHING
        cell = self.cells.loc[[(field, unit)]].to_numpy(dtype=float)[0]
        plants, lq, low, high = (float(value) for value in cell)
        if not np.isfinite(lq):
            return NOTHING
        name = str(self.names.get(unit, unit))
        shown = unit if name == unit else f"{name} ({unit})"
        codes = str(self.industries[str(field)])
        return Lent(shown, codes, float(self.year), plants, lq, low, high)

    def beside(
        self, fields: Sequence[object], regions: Sequence[Sequence[str]]
    ) -> dict[str, Any]:
        """Return the columns of coarser evidence of fields in their regions."""
        rows = [self.of(*row) for row in zip(fields, regions, strict=True)]
        columns = dict(zip(COARSER_COLUMNS, zip(*rows, strict=True), strict=False))
        found: dict[str, Any] = {}
        for position, name in enumerate(COARSER_COLUMNS):
            values = list(columns.get(name, ()))
            kind = object if position < 2 else float
            found[name] = np.array(values, dtype=kind)
        return found


def lend(
    economy: Economy,
    unit: pd.Series,
    names: pd.Series,
    fields: FieldWeights,
    *,
    mappability: float = 0.5,
) -> CoarserEvidence:
    """Measure fields in the larger regions that hold regions of a study.

    Against these larger regions alone, which is the study's own area: what counts as a
    plant differs between countries.

    Parameters
    ----------
    economy : Economy
        One year of the larger regions, with plants.
    unit : Series, region -> larger region
    names : Series, larger region -> name
    fields : FieldWeights
        On the economy's industries; a field that these do not separate is not lent.
    mappability : float
        From which a field counts as separated.

    Raises
    ------
    TableError
        If no plants are counted, or no larger region that holds one of the study's is.
    """
    plants = economy.establishments
    if plants is None:
        rule = "no plants are counted in the larger regions"
        raise TableError("coarser", [Fault(rule, "name their column: establishments")])
    held = sorted({str(u) for u in unit.dropna()} & set(economy.regions.astype(str)))
    if not held:
        rule = "no region of the study lies in a larger region that is counted"
        raise TableError("coarser", [Fault(rule, "check the shapes of both")])
    local = Economy(
        employment=economy.employment.loc[held],
        establishments=plants.loc[held],
        metadata=economy.metadata,
    )
    weights = fields.weights
    clear = fields.mappability.ge(mappability) & weights.gt(0).any()
    weights = weights.loc[:, clear.to_numpy()].reindex(economy.industries).fillna(0.0)
    if not len(weights.columns):
        empty = pd.MultiIndex.from_arrays([[], []], names=["field", "unit"])
        cells = pd.DataFrame(index=empty)
    else:
        cells = _cells(local, plants.loc[held], weights)
    codes = {
        name: ";".join(weights.index[weights[name].gt(0)].astype(str))
        for name in weights.columns
    }
    return CoarserEvidence(
        unit=unit.where(unit.isin(held)),
        names=names,
        year=int(economy.metadata.year or 0),
        cells=cells,
        industries=pd.Series(codes, dtype=object),
    )


def _cells(local: Economy, plants: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Return plants and their quotient by field and region, where none is hidden."""
    tested = test_groups(local, weights)
    tested = tested.rename(columns={"template": "field", "region": "unit"})
    cells = tested.set_index(["field", "unit"]).sort_index()
    cells = cells[["establishments", "lq_plants", "lq_plants_lower", "lq_plants_upper"]]
    hidden = plants.isna().to_numpy().astype(float)
    whole = hidden @ weights.gt(0).to_numpy(dtype=float) == 0
    known = pd.DataFrame(whole, plants.index.astype(str), weights.columns)
    is_known = [bool(known.loc[unit, field]) for field, unit in cells.index]
    return cells.astype(float)[is_known]
