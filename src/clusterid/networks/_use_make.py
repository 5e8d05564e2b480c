"""Industry by industry out of use and make tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from clusterid._typed import typed
from clusterid.errors import Fault, TableError, check_option

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
    faults: list[Fault] = []
    for name, table in (("use", use), ("make", make)):
        missing = [
            c for c in ("commodity", "industry", "value") if c not in table.columns
        ]
        if missing:
            faults.append(
                Fault(
                    f"{name}: columns are missing: {', '.join(missing)}",
                    "give commodity, industry, value",
                )
            )
            continue
        value = pd.to_numeric(table["value"], errors="coerce").to_numpy(float)
        rules: tuple[tuple[Any, str, str], ...] = (
            (
                ~np.isfinite(value),
                "the value is missing or not a number",
                "drop or fill it",
            ),
            (
                table.duplicated(["commodity", "industry"]).to_numpy(),
                "commodity and industry stand twice",
                "add up the rows",
            ),
        )
        for wrong, rule, mend in rules:
            if wrong.any():
                shown = tuple(
                    (int(i) + 1, table["value"].iloc[int(i)])
                    for i in np.flatnonzero(wrong)[:5]
                )
                faults.append(Fault(f"{name}: {rule}", mend, int(wrong.sum()), shown))
    if faults:
        raise TableError("use and make", faults)
    made_by = make["industry"].astype("string").astype(object)
    wanted = set(made_by) if industries is None else {str(c) for c in industries}
    codes = sorted(wanted)
    place = pd.Index(codes)
    commodity_use = use["commodity"].astype("string").astype(object)
    commodity_make = make["commodity"].astype("string").astype(object)
    goods = sorted(set(commodity_make))
    good = pd.Index(goods)
    rows = place.get_indexer(pd.Index(made_by))
    inside = rows >= 0
    shape = (len(codes), len(goods))
    V = sparse.csr_array(
        sparse.coo_array(
            (
                make["value"].to_numpy(float)[inside],
                (rows[inside], good.get_indexer(pd.Index(commodity_make))[inside]),
            ),
            shape=shape,
        )
    )
    c = good.get_indexer(pd.Index(commodity_use))
    b = place.get_indexer(pd.Index(use["industry"].astype("string").astype(object)))
    value = use["value"].to_numpy(float)
    used = (b >= 0) & (c >= 0)
    U = sparse.csr_array(
        sparse.coo_array((value[used], (c[used], b[used])), shape=shape[::-1])
    )
    supply = np.asarray(V.sum(axis=0)).ravel()
    share = sparse.diags_array(
        np.where(supply > 0, 1 / np.where(supply > 0, supply, 1), 0)
    )
    Z = (V @ share @ U).tocoo()
    flows = pd.DataFrame({
        "seller": np.array(codes, dtype=object)[Z.row],
        "buyer": np.array(codes, dtype=object)[Z.col],
        "value": Z.data,
    })
    flows = flows[flows["value"] != 0].sort_values(
        ["seller", "buyer"], ignore_index=True
    )
    flows.attrs["not_made"] = float(value[(b >= 0) & (c < 0)].sum())
    output = pd.Series(
        np.asarray(V.sum(axis=1)).ravel(),
        index=pd.Index(codes, name="industry"),
        name="output",
    )
    return flows, output
