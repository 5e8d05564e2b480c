"""Clusters in coarser units: what stands out in regions alone depends on the scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from clusterid.clusters.questions._concentrated import plants_test
from clusterid.clusters.questions._counted import counted_kinds, table_of
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["CoarserUnits", "coarser_units", "larger_units"]

#: First two digits of German Kreise.
_LAENDER = {f"{number:02d}" for number in range(1, 17)}
#: A cluster should stand out at this level in some coarser unit, too.
SCALE_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class CoarserUnits:
    """The larger unit of every region, and in which ones a kind stands out.

    ``stands`` by kind and unit; where it is not known the unit is left out.
    """

    unit: Mapping[str, str]
    stands: Mapping[str, Mapping[str, bool]]

    def hide(self, group: str, regions: list[str]) -> bool:
        """Return whether a cluster vanishes in every unit it lies in."""
        known = self.stands.get(group, {})
        units = {self.unit[code] for code in regions if code in self.unit}
        found = [known[unit] for unit in units if unit in known]
        return bool(found) and not any(found)


def larger_units(
    coarser: pd.Series | Literal["auto"] | None, shapes: gpd.GeoDataFrame
) -> pd.Series | None:
    """Return the larger unit of every region: given, from its code, or ``parent``."""
    if not isinstance(coarser, str):
        return None if coarser is None else pd.Series(coarser)
    codes = shapes.index.to_series().astype(str)
    lands = set(codes.str[:2])
    # five digits are Kreise, or American counties or areas: the Laender 03, 07, 14 are
    # no states, and areas go beyond 16
    kreise = codes.str.fullmatch(r"\d{5}").all() and lands <= _LAENDER
    if kreise and lands & {"03", "07", "14"}:
        return pd.Series(codes.str[:3])
    if "parent" not in shapes.columns:
        return None
    parent = shapes["parent"]
    units = parent.nunique()
    joins = 1 < units < len(shapes) and parent.notna().all()
    return pd.Series(parent) if joins else None


def coarser_units(
    economy: Economy, groups: pd.DataFrame, unit: pd.Series | None
) -> CoarserUnits | None:
    """Return where the groups stand out in coarser units, or None without any.

    By plants above chance at 5 %; with jobs alone, by a quotient above 1. A unit with a
    withheld cell is withheld itself.
    """
    if unit is None or not len(groups.columns):
        return None
    of_region = unit.reindex(economy.regions)
    known = of_region.notna().to_numpy()
    names = of_region[known].astype(str).to_numpy()

    def summed(table: pd.DataFrame) -> pd.DataFrame:
        part = table.loc[known]
        total = part.fillna(0.0).groupby(names).sum()
        hidden = part.isna().groupby(names).any()
        total.index.name = "region"
        return total.where(~hidden)

    plants = economy.establishments
    coarse = Economy(
        employment=summed(economy.employment),
        establishments=None if plants is None else summed(plants),
        plant_herfindahl=economy.plant_herfindahl,
        metadata=economy.metadata,
    )
    counted = counted_kinds(table_of(coarse), groups)
    names_of = [str(name) for name in coarse.regions]
    if counted.has_plants:
        p = plants_test(counted, 1.0)
        known, above = np.isfinite(p), p <= SCALE_LEVEL
    else:
        known, above = np.isfinite(counted.lq_jobs), counted.lq_jobs > 1
    stands = {
        str(group): {
            name: bool(above[i, k]) for i, name in enumerate(names_of) if known[i, k]
        }
        for k, group in enumerate(groups.columns)
    }
    larger = {str(code): str(name) for code, name in unit.dropna().items()}
    return CoarserUnits(larger, stands)
