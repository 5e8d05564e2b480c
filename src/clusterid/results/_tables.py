"""Columns that a page needs of a result's tables; one that a table lacks is empty."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clusterid.legend import Shown, shown_cells

__all__ = ["cell_quotient", "needed_columns", "ranked_clusters", "shown_quotients"]


def needed_columns(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return columns of a table in this order; one that it lacks is NaN throughout.

    Tables of older results, and tables of the user, may lack what later methods add.

    Examples
    --------
    >>> needed_columns(pd.DataFrame({"lq": [2.0], "x": 1}), "lq", "q_value")
        lq  q_value
    0  2.0      NaN
    """
    return pd.DataFrame(table).reindex(columns=list(columns))


def shown_quotients(
    table: pd.DataFrame,
    *,
    plants: str,
    columns: Sequence[str],
) -> Shown:
    """Return what may be shown of the quotients of a table.

    Parameters
    ----------
    table : DataFrame
        One row a cell: the columns, and ``reason``.
    plants : str
        The column that counts the plants of a cell.
    columns : sequence of str
        The quotient and the two ends of its interval.

    Examples
    --------
    >>> cells = pd.DataFrame({"lq_plants": [2.0, 3.0], "n_plants": [9, 1]})
    >>> shown_quotients(cells, plants="n_plants", columns=["lq_plants"] * 3).value
    array([ 2., nan])
    """
    value, lower, upper = columns
    needed = dict.fromkeys((value, lower, upper, plants, "reason"))
    part = needed_columns(table, *needed)
    return shown_cells(
        part[value],
        lower=part[lower],
        upper=part[upper],
        n_plants=part[plants],
        reason=part["reason"],
    )


def ranked_clusters(table: pd.DataFrame) -> pd.DataFrame:
    """Return clusters by grade, then by jobs above the usual, then by code.

    Examples
    --------
    >>> found = pd.DataFrame(
    ...     {"grade": ["C", "A"], "excess_jobs": [9.0, 1.0]}, index=["C001", "C002"])
    >>> list(ranked_clusters(found).index)
    ['C002', 'C001']
    """
    part = needed_columns(table, "grade", "excess_jobs")
    grade = part["grade"].astype(object).where(part["grade"].ne(""), "~").fillna("~")
    keys = pd.DataFrame({
        "grade": grade.to_numpy(),
        "excess": -pd.to_numeric(part["excess_jobs"], errors="coerce").to_numpy(),
        "code": table.index.astype(str),
    })
    return table.iloc[keys.sort_values(["grade", "excess", "code"]).index]


def cell_quotient(cells: pd.DataFrame) -> tuple[str, str]:
    """Return which quotient of cells is drawn, and the key of its name.

    That of plants, smoothed, where plants are counted; else that of jobs.

    Examples
    --------
    >>> cell_quotient(pd.DataFrame({"lq_jobs": [2.0]}))
    ('lq_jobs', 'measure.lq_jobs')
    """
    smoothed = needed_columns(cells, "lq_plants_smoothed")["lq_plants_smoothed"]
    column = "lq_plants_smoothed" if smoothed.notna().any() else "lq_jobs"
    return column, f"measure.{column}"
