"""Columns that a page needs of a result's tables; one that a table lacks is empty."""

from __future__ import annotations

import pandas as pd

from clusterid.legend import Shown, shown_cells

__all__ = ["needed_columns", "shown_quotients"]


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


def shown_quotients(table: pd.DataFrame, *, plants: str) -> Shown:
    """Return what may be shown of the shrunk quotients of a table.

    Parameters
    ----------
    table : DataFrame
        One row a cell: ``lq_shrunk``, its interval (``lower``, ``upper``), ``reason``.
    plants : str
        The column that counts the plants of a cell.

    Examples
    --------
    >>> cells = pd.DataFrame({"lq_shrunk": [2.0, 3.0], "n_plants": [9, 1]})
    >>> shown_quotients(cells, plants="n_plants").value
    array([ 2., nan])
    """
    part = needed_columns(table, "lq_shrunk", "lower", "upper", plants, "reason")
    return shown_cells(
        part["lq_shrunk"],
        lower=part["lower"],
        upper=part["upper"],
        n_plants=part[plants],
        reason=part["reason"],
    )
