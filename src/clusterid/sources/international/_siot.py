"""Symmetric input-output tables as Eurostat lays them out: one square with margins."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from clusterid.classifications import read_classification, roll_up
from clusterid.errors import SourceError
from clusterid.sources._carry import among, carried, without_small
from clusterid.sources._files import Paths, one_file, read_raw
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
    file = one_file(paths)
    square = _square(read_raw(file), file)
    codes = list(square.index)
    flows = pd.DataFrame({
        "seller": square.index.repeat(len(codes)),
        "buyer": codes * len(codes),
        "value": square.to_numpy(dtype=float).ravel(),
    })
    flows = flows[flows["value"].gt(0)]
    if industries is not None:
        own = {c: c.replace("L68B", "L68") for c in codes if c not in _NO_INDUSTRY}
        flows = among(flows, own).replace({"seller": own, "buyer": own})
        wanted = [str(code) for code in industries]
        carrier = roll_up(sorted(set(own.values())), wanted, tree, outside="drop")
        flows = carried(flows, carrier)
    return read_flows(without_small(flows, minimum_share))


def _square(raw: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return the part whose codes stand in the first column and the header alike."""
    first = str(raw.columns[0])
    table = raw.set_index(first)
    table.index = table.index.astype(str).str.removeprefix("CPA_")
    table.columns = pd.Index([str(c).removeprefix("CPA_") for c in table.columns])
    if table.index.has_duplicates or table.columns.has_duplicates:
        raise SourceError(f"{file}: a code stands twice in the rows or columns.")
    shared = [
        code for code in table.index if code in table.columns and code not in _MARGINS
    ]
    if len(shared) < 2:
        raise SourceError(
            f"{file}: not symmetric; the first column ({first}) and the header "
            f"share {len(shared)} codes."
        )
    square: pd.DataFrame = table.loc[shared, shared].apply(
        pd.to_numeric, errors="coerce"
    )
    broken = square.isna().to_numpy()
    if broken.any():
        i, j = (int(k[0]) for k in broken.nonzero())
        raise SourceError(
            f"{file}: {int(broken.sum())} flows are no numbers (first: row "
            f"{shared[i]}, column {shared[j]})."
        )
    return square
