"""Flows and links carried from one set of codes to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from clusterid.classifications import Correspondence, read_correspondence
from clusterid.errors import OptionError

__all__ = [
    "among", "carried", "carry_flows", "employment_carrier", "moves", "without_small",
]  # fmt: skip


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


def among(flows: pd.DataFrame, codes: Iterable[str]) -> pd.DataFrame:
    """Return the flows whose seller and buyer are both among the codes."""
    known = set(codes)
    return flows[flows["seller"].isin(known) & flows["buyer"].isin(known)]


def carried(flows: pd.DataFrame, carrier: Correspondence) -> pd.DataFrame:
    """Carry the flows between codes that a correspondence knows; leave out others."""
    return carry_flows(among(flows, carrier.table["source"]), carrier)


def moves(correspondence: Correspondence) -> dict[str, str]:
    """Return what every code becomes, where none is divided."""
    pairs = correspondence.table
    return dict(zip(pairs["source"], pairs["target"], strict=True))


def employment_carrier(
    members: Mapping[str, Sequence[str]],
    employment: pd.Series,
    names: tuple[str, str],
) -> Correspondence:
    """Return a correspondence that divides each code by its members' employment.

    Parameters
    ----------
    members : mapping of code to list of codes
        What each old code holds; one that holds nothing is left out.
    employment : Series by new code
        Persons; where all members have none, the parts are equal.
    names : (str, str)
        Names of the classifications before and after.
    """
    pairs = pd.DataFrame(
        [(code, str(m)) for code, inside in members.items() for m in inside],
        columns=["source", "target"],
    )
    return read_correspondence(
        pairs, names=names, basis="employment", employment=employment
    )


def without_small(flows: pd.DataFrame, minimum_share: float) -> pd.DataFrame:
    """Leave out flows that are small for the buyer and for the seller alike.

    Parameters
    ----------
    flows : DataFrame
        ``seller``, ``buyer``, ``value``.
    minimum_share : float
        A flow stays if it is at least this share of the buyer's purchases or of the
        seller's sales; 0 keeps all.

    Raises
    ------
    OptionError
        If the share is not from 0 to 1.
    """
    if not 0 <= minimum_share < 1:
        raise OptionError(
            f"minimum_share={minimum_share!r} is no share; give 0 to less than 1."
        )
    value = flows["value"]
    bought = value / value.groupby(flows["buyer"]).transform("sum")
    sold = value / value.groupby(flows["seller"]).transform("sum")
    large = bought.ge(minimum_share) | sold.ge(minimum_share)
    return flows[large].reset_index(drop=True)
