"""Industry by industry out of use and make tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from clusterid._faults import faults_in_rows, missing_columns, refuse
from clusterid._typed import typed
from clusterid.errors import Fault, check_option
from clusterid.tables import column_numbers

__all__ = ["industry_by_industry"]


@typed
def industry_by_industry(
    use: pd.DataFrame,
    make: pd.DataFrame,
    *,
    industries: pd.Index | list[str] | None = None,
    technology: str = "industry",
) -> tuple[pd.DataFrame, pd.Series]:
    r"""Return flows between industries, and their output, from use and make tables.

    What an industry uses of a commodity is bought from the industries that make it,
    in proportion to their share of its supply (fixed product sales structure, the
    market-share form of the industry-technology assumption):

    .. math:: D_{jc} = \frac{V_{jc}}{\sum_k V_{kc}},\qquad Z = D\,U,\qquad
              X_j = \sum_c V_{jc}

    Parameters
    ----------
    use : DataFrame
        Columns ``commodity``, ``industry``, ``value``: commodities used by industries.
        Rows of final demand or value added are left out where ``industries`` is
        given, or where the code makes nothing.
    make : DataFrame
        Columns ``industry``, ``commodity``, ``value``: commodities made by industries.
    industries : list of codes, optional
        Industries kept; those of the make table by default.
    technology : {"industry"}
        The assumption; the commodity technology gives negative flows and is not
        offered.

    Returns
    -------
    (DataFrame, Series)
        Flows (``seller``, ``buyer``, ``value``; zeros left out), and output by
        industry, for :func:`supply_network`. ``flows.attrs["not_made"]`` is the value
        of used commodities that no industry makes (imports of goods not made at
        home, scrap): it is lost, and should be small.

    Raises
    ------
    TableError
        If columns are missing, values are not numbers, or rows stand twice.

    References
    ----------
    Eurostat (2008), Manual of Supply, Use and Input-Output Tables, model D [not
    checked against the manual].

    Examples
    --------
    >>> import pandas as pd
    >>> make = pd.DataFrame({"industry": ["a", "b", "b"], "commodity": ["x", "x", "y"],
    ...                      "value": [30.0, 10.0, 20.0]})
    >>> use = pd.DataFrame({"commodity": ["x", "y"], "industry": ["b", "a"],
    ...                     "value": [8.0, 5.0]})
    >>> flows, output = industry_by_industry(use, make)
    >>> flows.values.tolist(), output.to_dict()
    ([['a', 'b', 6.0], ['b', 'a', 5.0], ['b', 'b', 2.0]], {'a': 30.0, 'b': 30.0})
    """
    check_option("technology", technology, ("industry",))
    _check(use, make)
    made_by, used_by = _codes(make, "industry"), _codes(use, "industry")
    wanted = set(made_by) if industries is None else {str(c) for c in industries}
    place, good = pd.Index(sorted(wanted)), pd.Index(sorted(set(_codes(make))))
    shape = (len(place), len(good))
    made, used = (column_numbers(table["value"])[0] for table in (make, use))
    V = _placed(made, place.get_indexer(made_by), _at(good, make), shape)
    buyer, bought = place.get_indexer(used_by), _at(good, use)
    U = _placed(used, bought, buyer, shape[::-1])
    supply = np.asarray(V.sum(axis=0)).ravel()
    share = np.where(supply > 0, 1 / np.where(supply > 0, supply, 1), 0)
    Z = (V @ sparse.diags_array(share) @ U).tocoo()
    flows = pd.DataFrame({
        "seller": place.to_numpy(object)[Z.row],
        "buyer": place.to_numpy(object)[Z.col],
        "value": Z.data,
    })
    flows = flows[flows["value"] != 0].sort_values(
        ["seller", "buyer"], ignore_index=True
    )
    flows.attrs["not_made"] = float(used[(buyer >= 0) & (bought < 0)].sum())
    made_in_all = np.asarray(V.sum(axis=1)).ravel()
    index = place.rename("industry")
    return flows, pd.Series(made_in_all, index=index, name="output")


def _check(use: pd.DataFrame, make: pd.DataFrame) -> None:
    """Raise TableError with all faults of both tables."""
    wanted = ("commodity", "industry", "value")
    faults: list[Fault] = []
    for name, table in (("use", use), ("make", make)):
        lacking = missing_columns(
            table, wanted, "give commodity, industry, value", where=f"{name}: "
        )
        faults += lacking
        if lacking:
            continue
        value, doubtful = column_numbers(table["value"], only_doubtful=True)
        faults += [replace(fault, where=name) for fault in doubtful]
        twice = table.duplicated(["commodity", "industry"]).to_numpy()
        for wrong, rule, mend in (
            (~np.isfinite(value), "the value is missing or not a number",
             "drop or fill it"),
            (twice, "commodity and industry stand twice", "add up the rows"),
        ):  # fmt: skip
            faults += faults_in_rows(f"{name}: {rule}", mend, wrong, table["value"])
    refuse("use and make", faults)


def _codes(table: pd.DataFrame, column: str = "commodity") -> pd.Index:
    codes: pd.Index = pd.Index(table[column].astype("string").astype(object))
    return codes


def _at(goods: pd.Index, table: pd.DataFrame) -> NDArray[np.intp]:
    """Return the position of the commodity of each row; -1 where nobody makes it."""
    return goods.get_indexer(_codes(table))


def _placed(
    value: NDArray[np.float64],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    shape: tuple[int, ...],
) -> sparse.csr_array:
    """Return the sparse matrix of the values whose row and column are known."""
    known = (rows >= 0) & (columns >= 0)
    at = (rows[known], columns[known])
    return sparse.csr_array(sparse.coo_array((value[known], at), shape=shape))
