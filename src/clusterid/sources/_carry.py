"""Flows and links carried from one set of codes to another."""

from __future__ import annotations

import pandas as pd

from clusterid.classifications import Correspondence

__all__ = ["carry_flows"]


def carry_flows(flows: pd.DataFrame, carrier: Correspondence) -> pd.DataFrame:
    """Divide and add up flows onto other codes: W' Z W with the weights W.

    Every flow keeps its value; both ends are divided by the same shares, which takes
    the parts of a divided industry for alike in what they buy and sell.

    Parameters
    ----------
    flows : DataFrame
        ``seller``, ``buyer``, ``value``.
    carrier : Correspondence
        From the flows' codes to the new ones.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value``, in the new codes; the total is unchanged.
    """
    wide = flows.pivot_table(
        index="seller", columns="buyer", values="value", aggfunc="sum", fill_value=0.0
    )
    both = carrier.convert(carrier.convert(wide).T).T.sort_index().sort_index(axis=1)
    n_sellers, n_buyers = both.shape
    table = pd.DataFrame({
        "seller": both.index.to_numpy().repeat(n_buyers),
        "buyer": list(both.columns) * n_sellers,
        "value": both.to_numpy().ravel(),
    })
    return table[table["value"].ne(0)].reset_index(drop=True)
