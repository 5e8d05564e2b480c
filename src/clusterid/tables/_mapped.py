"""Values held against the regions they are to be drawn in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.classifications import vintage_hint
from clusterid.errors import Fault, TableError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["check_mapped"]


def check_mapped(
    codes: pd.Index, regions: gpd.GeoDataFrame, *, table: str = "values"
) -> None:
    """Raise unless every region of some values is, once, among the regions.

    Parameters
    ----------
    codes : Index
        Regions that have a value.
    regions : GeoDataFrame
        Indexed by region code.
    table : str
        What the values are called in the message.

    Raises
    ------
    TableError
        If a region stands twice or is not among the regions; it says where the codes
        are if they are a column of the regions, and names the reform if a known one
        explains the difference.

    Examples
    --------
    >>> check_mapped(pd.Index(["a"]), pd.DataFrame(index=["a", "b"]))
    """
    mine = pd.Index([str(code) for code in codes])
    theirs = pd.Index([str(code) for code in regions.index])
    faults = []
    for name, index in ((table, mine), ("regions", theirs)):
        twice = index[index.duplicated()].unique()
        if len(twice):
            what = "a region" if name == table else "a region of the shapes"
            rows = [(code, code) for code in twice]
            rule = f"{what} stands twice"
            faults.append(Fault.listing(rule, "keep one row a region", rows))
    strange = [code for code in mine.unique() if code not in set(theirs)]
    if strange:
        rows = [(code, code) for code in strange]
        rule = f"a region of the {table} is not among the regions"
        faults.append(Fault.listing(rule, _mend(strange, mine, regions), rows))
    if faults:
        raise TableError(table, faults)


def _mend(strange: list[str], codes: pd.Index, regions: gpd.GeoDataFrame) -> str:
    """Return how to bring values and regions together."""
    held = {str(column): _codes_in(regions, column) for column in regions.columns}
    mine = set(codes)
    order = sorted(held, key=lambda name: (name != "region", name == "name"))
    best = max(order, key=lambda name: len(held[name] & mine), default="")
    if best and len(held[best] & mine) > len(codes) - len(strange):
        return (
            f"the index of the regions is not their code, the column {best!r} is: "
            f"regions.set_index({best!r})"
        )
    if isinstance(regions.index, pd.RangeIndex):
        return "the index of the regions has to be their code: regions.set_index(...)"
    told = vintage_hint(strange, set(map(str, regions.index)))
    mend = "use the codes of the regions table, or drop the rows"
    return f"{told} {mend.capitalize()}" if told else mend


def _codes_in(regions: gpd.GeoDataFrame, column: object) -> set[str]:
    values = regions[column]
    if not (
        pd.api.types.is_object_dtype(values)
        or isinstance(values.dtype, (pd.StringDtype, pd.CategoricalDtype))
        or pd.api.types.is_integer_dtype(values)
    ):
        return set()
    return {str(value) for value in np.asarray(values, dtype=object)}
