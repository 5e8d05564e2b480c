"""Who supplies whom: an input-output table read as a directed network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import check_option
from clusterid.networks._graph import from_matrix
from clusterid.networks.input_output._flows import flow_table
from clusterid.networks.input_output._profiles import profile_network
from clusterid.networks.input_output._requirements import (
    input_shares,
    mean_linkage,
    need_output,
    output_shares,
)
from clusterid.networks.input_output._universal import universal as find_universal

__all__ = ["supply_network"]

_WEIGHTS = ("input", "output", "max", "maximum", "total", "apl", "profile")
_UNIVERSAL = ("keep", "downweight", "drop")


@typed
def supply_network(
    flows: pd.DataFrame,
    *,
    weight: str = "input",
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
    universal: str = "keep",
    universal_threshold: float = 0.65,
    minimum: float = 0.0,
    layer: str = "supply",
    source: str = "",
    unit: str = "million",
) -> Any:
    r"""Return the supply network of an input-output table, seller to buyer.

    A link says that the seller matters to the buyer (``input``), the buyer to the
    seller (``output``), either (``max``), or either with everything in between
    (``total``, ``apl``). It says nothing of where the trade takes place.

    ============  ==================================================================
    weight        link from i to j
    ============  ==================================================================
    ``input``     :math:`A_{ij} = Z_{ij}/X_j`
    ``output``    :math:`B_{ij} = Z_{ij}/X_i`
    ``max``       :math:`\max(A_{ij}, B_{ij})`, as in Delgado, Porter & Stern
    ``total``     :math:`[(L - I) + (G - I)]_{ij}/2`
    ``apl``       as ``total``; every link also carries ``length``, the average
                  propagation length, which orders the chain
    ``profile``   undirected, see :func:`profile_network`
    ============  ==================================================================

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value`` (million of a currency).
    weight : {"input", "output", "max", "total", "apl", "profile"}
        What a link measures; ``"maximum"`` is read as ``"max"``.
    output : Series by industry, optional
        Output. Without it (and without ``industries``) the shares are shares of
        purchases from, or sales to, the industries of the table.
    industries : list of codes, optional
        The producing industries, when the table also holds final demand.
    universal : {"keep", "downweight", "drop"}
        What to do with sellers that link everyone (:func:`universal_suppliers`):
        leave them, multiply their links by ``1 - breadth``, or drop their sales.
    universal_threshold : float
        Breadth from which a seller is universal.
    minimum : float
        Links at or below it are left out. For ``apl`` 0 means one over the number
        of industries, so that lengths are not read off links that do not matter.
    layer, source, unit : str
        Name, source and unit of the flows, kept with the graph.

    Returns
    -------
    DiGraph (Graph for ``profile``)
        Nodes: ``own_use`` (share of purchases from itself), ``is_universal``,
        ``breadth``. Links: ``weight`` (above 0), ``value`` (the flow), and
        ``length`` for ``apl``. An industry without any flow is not ``observed``.

    Raises
    ------
    TableError
        If the table has faults; all are listed. Also when ``total`` or ``apl`` is
        asked without output.

    References
    ----------
    Delgado, M., Porter, M., Stern, S. (2016), Journal of Economic Geography 16(1)
    [not checked against the original]; Dietzenbacher, E., Romero, I., Bosma, N.
    (2005), Estudios de Economia Aplicada 23(2).

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame(
    ...     [("steel", "cars", 30.0), ("tyres", "cars", 10.0), ("cars", "steel", 1.0)],
    ...     columns=["seller", "buyer", "value"])
    >>> graph = supply_network(flows, weight="input")
    >>> graph.edges["steel", "cars"]["weight"]
    0.75
    """
    check_option("weight", weight, _WEIGHTS)
    check_option("universal", universal, _UNIVERSAL)
    if weight == "profile":
        return profile_network(
            flows,
            output=output,
            industries=industries,
            minimum=minimum,
            layer=layer,
            source=source,
        )
    table = flow_table(flows, output=output, industries=industries)
    codes, Z = table.codes, table.flows
    edges = {"value": Z}
    if weight == "input":
        matrix = input_shares(table)
    elif weight == "output":
        matrix = output_shares(table)
    elif weight in {"max", "maximum"}:
        matrix = np.maximum(input_shares(table), output_shares(table))
    else:
        need_output(table, f"weight={weight!r}")
        matrix, length = mean_linkage(table)
        if weight == "apl":
            edges["length"] = length
            minimum = minimum or 1 / max(len(codes), 1)
    wide, is_universal = find_universal(Z, universal_threshold, None)
    if universal == "downweight":
        factor = np.where(is_universal, 1 - np.nan_to_num(wide), 1.0)
        matrix = matrix * factor[:, None]
    elif universal == "drop":
        matrix = np.where(is_universal[:, None], 0.0, matrix)
    matrix = np.where(matrix > minimum, matrix, 0.0)
    active = (Z.sum(axis=0) > 0) | (Z.sum(axis=1) > 0)
    bought = Z.sum(axis=0)
    own = np.divide(np.diag(Z), bought, out=np.zeros(len(codes)), where=bought > 0)
    return from_matrix(
        codes,
        matrix,
        directed=True,
        layer=layer,
        kind="industry",
        absent="zero",
        observed=[c for c, a in zip(codes, active, strict=True) if a],
        source=source,
        unit=f"share ({weight}); value in {unit}",
        edges=edges,
        nodes={"own_use": own, "breadth": wide, "is_universal": is_universal},
        params={
            "weight": weight,
            "universal": universal,
            "universal_threshold": universal_threshold,
            "minimum": minimum,
            "has_output": table.has_output,
        },
    )
