"""Who takes part in which project: rows read, checked, merged and coded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from clusterid._faults import faults_in_rows, missing_columns, refuse
from clusterid.errors import Fault, TableError
from clusterid.tables import column_numbers, seat_booked

__all__ = ["COLUMNS", "Participations", "participations"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COLUMNS = {"regions": "region", "organisations": "organisation", "fields": "field"}


@dataclass(frozen=True, slots=True)
class Participations:
    """One row a participant of a project, coded: node -1 is not located."""

    table: pd.DataFrame
    nodes: list[str]
    projects: list[str]
    node: Integers
    project: Integers
    dropped: dict[str, int]

    def counts(self, values: Floats | None = None) -> sparse.csr_array:
        """Return participants (or summed values) by node and project."""
        located = self.node >= 0
        data = np.ones(len(self.node)) if values is None else values
        at = (self.node[located], self.project[located])
        shape = (len(self.nodes), len(self.projects))
        return sparse.csr_array(sparse.coo_array((data[located], at), shape=shape))

    def spread(self, counting: str) -> sparse.dia_array:
        """Return by project what a pair of its participants counts, on a diagonal."""
        n_p = np.bincount(self.project, minlength=len(self.projects)).astype(float)
        pair = 1.0 if counting == "full" else 1 / np.maximum(n_p - 1, 1)
        return sparse.diags_array(np.where(n_p > 1, pair, 0.0))


def participations(
    collaborations: pd.DataFrame,
    between: str,
    *,
    years: tuple[int, ...] | None,
    cap: int | None,
    seat: str,
    names: pd.Series | Mapping[str, str] | None,
) -> Participations:
    """Return the participants of the projects asked for, and what was left out."""
    _check(collaborations, between)
    table = _plain(collaborations)
    chosen = _in_years(collaborations, years)
    dropped = {"outside_years": int((~chosen).sum()), "seat_booked": 0}
    table = table[chosen]
    if seat == "drop":
        labels = table["organisation"]
        if names is not None:
            labels = labels.map(pd.Series(names)).fillna(labels)
        hit = seat_booked(labels).notna().to_numpy(bool)
        dropped["seat_booked"] = int(hit.sum())
        table = table[~hit]
    table = _merged(table, between)
    if cap is not None:
        size = table.groupby("project")["organisation"].transform("nunique")
        over = (size > cap).to_numpy(bool)
        dropped["projects_over_cap"] = int(table.loc[over, "project"].nunique())
        table = table[~over].reset_index(drop=True)
    else:
        dropped["projects_over_cap"] = 0
    column, unit = (
        COLUMNS[between],
        "organisation" if between == "fields" else "project",
    )
    nodes = sorted({str(v) for v in table[column].dropna()})
    projects = sorted(set(table[unit]))
    node = pd.Index(nodes).get_indexer(pd.Index(table[column].astype(object)))
    project = pd.Index(projects).get_indexer(pd.Index(table[unit]))
    node, project = (np.asarray(at, dtype=np.int64) for at in (node, project))
    return Participations(table, nodes, projects, node, project, dropped)


def _check(collaborations: pd.DataFrame, between: str) -> None:
    column, have = COLUMNS[between], collaborations.columns
    faults = missing_columns(
        collaborations,
        sorted({"project", "organisation", column}),
        "give project, organisation and what the network is between",
    )
    for name in ("project", "organisation"):
        if name in have:
            empty = collaborations[name].isna().to_numpy(bool)
            rule, mend = f"a {name} has no code", "fill the code or drop the row"
            faults += faults_in_rows(rule, mend, empty, [None] * len(empty))
    if column in have and not len(collaborations[column].dropna()):
        mend = f"add the column, or choose another between={between!r}"
        faults.append(Fault(f"no row has a {column}", mend))
    if "weight" in have:
        numbers, unread = column_numbers(collaborations["weight"], "weight")
        faults += unread
        weight = pd.Series(numbers, index=collaborations.index)
        mend = "amounts are 0 or more; unknown is NaN"
        negative = (weight < 0).to_numpy(bool)
        faults += faults_in_rows("a weight is negative", mend, negative, weight)
    refuse("collaborations", faults)


def _plain(collaborations: pd.DataFrame) -> pd.DataFrame:
    """Return the columns needed, codes as text; None or NaN where there is none."""
    table = pd.DataFrame(index=range(len(collaborations)))
    for name in ("project", "organisation", "region", "field", "organisation_kind"):
        table[name] = None
        if name in collaborations.columns:
            table[name] = collaborations[name].astype("string").to_numpy(object)
    table["weight"] = np.nan
    if "weight" in collaborations.columns:
        table["weight"] = column_numbers(collaborations["weight"], "weight")[0]
    return table


def _in_years(
    collaborations: pd.DataFrame, years: tuple[int, ...] | None
) -> NDArray[np.bool_]:
    if years is None:
        return np.ones(len(collaborations), dtype=bool)
    if "year" not in collaborations.columns:
        fault = Fault("there is no column year", "leave years out, or add it")
        raise TableError("collaborations", [fault])
    year = pd.to_numeric(collaborations["year"], errors="coerce")
    return year.isin(years).to_numpy(bool)


def _merged(table: pd.DataFrame, between: str) -> pd.DataFrame:
    """Return one row an organisation of a project at a place (and in a field)."""
    sites, rest = ["project", "organisation", "region"], ["organisation_kind"]
    (sites if between == "fields" else rest).append("field")
    table = table.assign(hole=table["weight"].isna())
    merged = table.groupby(sites, dropna=False, sort=True).agg(
        **{name: (name, "first") for name in rest},
        weight=("weight", "sum"),
        hole=("hole", "any"),
    )
    # an amount is unknown when any part of it is
    merged["weight"] = merged["weight"].mask(merged["hole"])
    return merged.drop(columns="hole").reset_index()
