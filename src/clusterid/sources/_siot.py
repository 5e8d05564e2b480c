"""Symmetric input-output tables as Eurostat lays them out: one square with margins."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clusterid.classifications import read_classification, roll_up
from clusterid.errors import SourceError
from clusterid.sources._carry import carry_flows, without_small
from clusterid.sources._files import file_list, read_raw
from clusterid.sources._reader import Paths
from clusterid.tables import read_flows

__all__ = ["read_siot"]

#: Totals that stand among the products in rows and columns alike.
_MARGINS = {"TOTAL", "TU", "TFU", "TS", "TS_BP", "IMP", "P1", "GVA", "total_use"}
#: Imputed rents of owners have no jobs and no NACE class of their own.
_NO_INDUSTRY = {"L68A"}


def read_siot(
    paths: Paths,
    *,
    industries: Sequence[str] | None = None,
    classification: str = "nace2",
    minimum_share: float = 0.0,
) -> pd.DataFrame:
    """Read the intermediate part of a symmetric table with its margins beside it.

    What stands in the first column and in the header alike is a product or industry;
    everything else (final uses, value added, totals) is left out.

    Parameters
    ----------
    paths : path
        A CSV whose first column names the sellers and whose header the buyers; a
        prefix ``CPA_`` is taken off.
    industries : sequence of str, optional
        Codes of an economy: the flows are added up onto them, a product that lies in
        several divided by the number of its classes; flows of others are left out.
    classification : str
        In which ``industries`` are to be read.
    minimum_share : float
        Leaves out flows below this share of both the buyer's purchases and the
        seller's sales; 0 keeps all.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value`` (unit of the table, usually millions). Negative
        entries, which the construction of product tables makes, are left out.

    Raises
    ------
    SourceError
        If the file cannot be read, or rows and columns share no code.
    ClassificationError
        If the classification is not known, or ``industries`` overlap or hold
        none of the table's.
    """
    tree = read_classification(classification)
    files = file_list(paths)
    if len(files) != 1:
        raise SourceError(f"One file is read, {len(files)} were named.")
    raw = read_raw(files[0])
    first = str(raw.columns[0])
    table = raw.set_index(first)
    table.index = table.index.astype(str).str.removeprefix("CPA_")
    table.columns = pd.Index([str(c).removeprefix("CPA_") for c in table.columns])
    if table.index.has_duplicates or table.columns.has_duplicates:
        raise SourceError(f"{files[0]}: a code stands twice in the rows or columns.")
    shared = [
        code for code in table.index if code in table.columns and code not in _MARGINS
    ]
    if len(shared) < 2:
        raise SourceError(
            f"{files[0]}: not symmetric; the first column ({first}) and the header "
            f"share {len(shared)} codes."
        )
    square = table.loc[shared, shared].apply(pd.to_numeric, errors="coerce")
    broken = square.isna().to_numpy()
    if broken.any():
        i, j = (int(k[0]) for k in broken.nonzero())
        raise SourceError(
            f"{files[0]}: {int(broken.sum())} flows are no numbers (first: row "
            f"{shared[i]}, column {shared[j]})."
        )
    n = len(shared)
    flows = pd.DataFrame({
        "seller": pd.Index(shared).repeat(n),
        "buyer": shared * n,
        "value": square.to_numpy(dtype=float).ravel(),
    })
    flows = flows[flows["value"].gt(0)]
    if industries is not None:
        codes = [code for code in shared if code not in _NO_INDUSTRY]
        inside = flows["seller"].isin(codes) & flows["buyer"].isin(codes)
        plain = {code: code.replace("L68B", "L68") for code in codes}
        flows = flows[inside].replace({"seller": plain, "buyer": plain})
        wanted = [str(code) for code in industries]
        carrier = roll_up(sorted(set(plain.values())), wanted, tree, outside="drop")
        known = set(carrier.table["source"])
        inside = flows["seller"].isin(known) & flows["buyer"].isin(known)
        flows = carry_flows(flows[inside], carrier)
    return read_flows(without_small(flows, minimum_share))
