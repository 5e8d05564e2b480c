"""Industries and regions left out of a study, without a contradiction to totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError, nearest
from clusterid.study.reading._collecting import first_of, noted
from clusterid.tables import TOTAL

if TYPE_CHECKING:
    from clusterid.sources import SourcedEmployment

__all__ = ["without_codes"]


def without_codes(
    sourced: SourcedEmployment, side: str, given: Sequence[str]
) -> SourcedEmployment:
    """Leave industries or regions out; totals that hold them keep their value.

    A published total stays what the economy is, those left out included. The range in
    which the sum of its parts lies (``lower``, ``upper`` of a total) loses what is
    left out, so that bounds of withheld cells stay right. ``given`` are codes,
    patterns (``84*``) and ranges (``84-88``).
    """
    table = sourced.table
    known = set(table[side].unique())
    for parents in sourced.hierarchies.values():
        known |= {str(code) for code in parents.index}
    codes, unknown = _meant(given, known)
    is_out = table[side].isin(codes)
    if unknown:
        hint = nearest(unknown[0], sorted(known))
        what = "industry" if side == "industry" else "region"
        noted(
            f"exclude names {len(unknown)} of {len(given)} codes that no {what} of "
            f"the counts has ({first_of(unknown)}).{hint}"
        )
    if is_out.all():
        rule = f"exclude leaves no {side}"
        many = "industries" if side == "industry" else "regions"
        raise TableError("employment", [Fault(rule, f"leave fewer {many} out")])
    hierarchies = {
        name: parents.drop(index=[c for c in codes if c in parents.index])
        if name == side
        else parents
        for name, parents in sourced.hierarchies.items()
    }
    totals = sourced.totals
    if len(totals):
        totals = _loosened(totals, table[is_out], codes, sourced.hierarchies, side)
    return replace(
        sourced,
        table=table[~is_out].reset_index(drop=True),
        totals=totals,
        hierarchies=hierarchies,
    )


def _meant(given: Sequence[str], known: set[str]) -> tuple[list[str], list[str]]:
    """Return the codes that are meant, and what means none."""
    codes: list[str] = []
    unknown = []
    for word in given:
        found = [word] if word in known else _by_pattern(word, known)
        codes += found
        if not found:
            unknown.append(word)
            codes.append(word)
    return list(dict.fromkeys(codes)), unknown


def _by_pattern(word: str, known: set[str]) -> list[str]:
    if set("*?[") & set(word):
        return sorted(code for code in known if fnmatchcase(code, word))
    ends = word.split("-")
    if len(ends) != 2 or len(ends[0]) != len(ends[1]) or not ends[0]:
        return []
    n = len(ends[0])
    return sorted(c for c in known if len(c) >= n and ends[0] <= c[:n] <= ends[1])


def _loosened(
    totals: pd.DataFrame,
    left_out: pd.DataFrame,
    codes: Sequence[str],
    hierarchies: Mapping[str, pd.Series],
    side: str,
) -> pd.DataFrame:
    totals = totals.copy()
    for edge in ("lower", "upper"):
        if edge not in totals.columns:
            totals[edge] = totals["value"]
    keys = ["year", "region" if side == "industry" else "industry"]
    for code in codes:
        cells = left_out[left_out[side].eq(code)]
        own = totals[totals[side].eq(code)]
        low, high = _ranges(cells, keys), _ranges(own, keys)
        known = pd.concat([low, high])
        known = known[~known.index.duplicated()]
        for parent in _ancestors(code, hierarchies.get(side)):
            rows = totals[side].eq(parent)
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
    return totals[~totals[side].isin(codes)].reset_index(drop=True)


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
