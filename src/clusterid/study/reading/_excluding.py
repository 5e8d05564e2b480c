"""Industries left out of a study, without a contradiction to the published totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError, nearest
from clusterid.study.reading._collecting import first_of, noted
from clusterid.tables import TOTAL

if TYPE_CHECKING:
    from clusterid.sources import SourcedEmployment

__all__ = ["without_industries"]


def without_industries(
    sourced: SourcedEmployment, codes: Sequence[str]
) -> SourcedEmployment:
    """Leave industries out; totals that hold them keep their value as a total.

    A published total stays what the region's economy is, those left out included.
    The range in which the sum of its parts lies (``lower``, ``upper`` of a total)
    loses what is left out, so that bounds of withheld cells stay right.
    """
    table = sourced.table
    is_out = table["industry"].isin(codes)
    known = set(table["industry"].unique())
    for parents in sourced.hierarchies.values():
        known |= {str(code) for code in parents.index}
    unknown = [code for code in codes if code not in known]
    if unknown:
        hint = nearest(unknown[0], sorted(known))
        noted(
            f"exclude names {len(unknown)} of {len(codes)} codes that no industry of "
            f"the counts has ({first_of(unknown)}).{hint}"
        )
    if is_out.all():
        rule = "exclude leaves no industry"
        raise TableError("employment", [Fault(rule, "leave fewer industries out")])
    hierarchies = {
        name: parents.drop(index=[c for c in codes if c in parents.index])
        if name == "industry"
        else parents
        for name, parents in sourced.hierarchies.items()
    }
    totals = sourced.totals
    if len(totals):
        totals = _loosened(totals, table[is_out], codes, sourced.hierarchies)
    return replace(
        sourced,
        table=table[~is_out].reset_index(drop=True),
        totals=totals,
        hierarchies=hierarchies,
    )


def _loosened(
    totals: pd.DataFrame,
    left_out: pd.DataFrame,
    codes: Sequence[str],
    hierarchies: Mapping[str, pd.Series],
) -> pd.DataFrame:
    totals = totals.copy()
    for edge in ("lower", "upper"):
        if edge not in totals.columns:
            totals[edge] = totals["value"]
    keys = ["year", "region"]
    for code in codes:
        cells = left_out[left_out["industry"].eq(code)]
        own = totals[totals["industry"].eq(code)]
        low, high = _ranges(cells, keys), _ranges(own, keys)
        known = pd.concat([low, high])
        known = known[~known.index.duplicated()]
        for parent in _ancestors(code, hierarchies.get("industry")):
            rows = totals["industry"].eq(parent)
            place = pd.MultiIndex.from_frame(totals.loc[rows, keys])
            amount = known.reindex(place)
            totals.loc[rows, "lower"] = np.maximum(
                totals.loc[rows, "lower"].to_numpy()
                - amount["upper"].fillna(np.inf).to_numpy(),
                0.0,
            )
            totals.loc[rows, "upper"] = (
                totals.loc[rows, "upper"].to_numpy()
                - amount["lower"].fillna(0.0).to_numpy()
            )
    return totals[~totals["industry"].isin(codes)].reset_index(drop=True)


def _ranges(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return what is known of each cell: columns lower and upper."""
    value = rows["employment"] if "employment" in rows.columns else rows["value"]
    unknown = pd.Series(np.nan, index=rows.index)
    frame = pd.DataFrame(
        {
            edge: value.fillna(rows.get(edge, unknown)).to_numpy(dtype=float)
            for edge in ("lower", "upper")
        },
        index=pd.MultiIndex.from_frame(rows[keys]),
    )
    return frame


def _ancestors(code: str, parents: pd.Series | None) -> list[str]:
    found = []
    at = code
    while parents is not None and at in parents.index:
        at = str(parents[at])
        if at in found:
            break
        found.append(at)
    return found if TOTAL in found else [*found, TOTAL]
