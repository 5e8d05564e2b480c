"""What complexity lies near: outlook index and outlook gain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.errors import check_option
from clusterid.networks._labels import by_code
from clusterid.networks.relatedness._density import relatedness_density
from clusterid.networks.relatedness._presence import presence_table

__all__ = ["ComplexityOutlook", "complexity_outlook"]


@dataclass(frozen=True, slots=True)
class ComplexityOutlook:
    """Outlook ``index`` by region and ``gain`` by region and industry."""

    index: pd.Series
    gain: pd.DataFrame
    params: dict[str, Any]

    def __repr__(self) -> str:
        return f"ComplexityOutlook({len(self.index)} regions)"

    def _repr_html_(self) -> str:
        return shown_with(self, self.index.to_frame().head(10).to_html())


@typed
def complexity_outlook(
    employment: pd.DataFrame,
    proximity: pd.DataFrame,
    pci: pd.Series,
    *,
    own: str = "out",
    divide_by: str = "other",
    values: str = "auto",
    threshold: float = 1.0,
) -> ComplexityOutlook:
    r"""Return how much complexity lies near what a region has, and near each entry.

    .. math::
        COI_r = \sum_i d_{ri} (1 - B_{ri})\, PCI_i,\qquad
        COG_{ri} = (1 - B_{ri}) \sum_j \frac{\phi_{ij}}{\sum_k \phi_{jk}}
                   (1 - B_{rj})\, PCI_j

    Parameters
    ----------
    employment, values, threshold
        As in :func:`relatedness_density`.
    proximity : DataFrame
        From :func:`proximity`.
    pci : Series by industry
        Complexity of industries.
    own : {"out", "in"}
        Whether an industry is related to itself.
    divide_by : {"other", "target"}
        Whose proximity sum divides in the gain: that of the other industry (the
        Atlas), or of the one entered (one package).

    Returns
    -------
    ComplexityOutlook
        Not standardised.

    References
    ----------
    Hausmann, R. et al. (2014), The Atlas of Economic Complexity [not checked against
    the book].

    Examples
    --------
    >>> import pandas as pd
    >>> from clusterid.networks import proximity
    >>> table = pd.DataFrame({"a": [1, 1, 0], "b": [1, 0, 1], "c": [0, 1, 1]})
    >>> phi = proximity(table, method="conditional")
    >>> pci = pd.Series({"a": 1.0, "b": 0.0, "c": -1.0})
    >>> complexity_outlook(table, phi, pci).index.round(3).tolist()
    [-1.0, 0.0, 1.0]
    """
    check_option("divide_by", divide_by, ("other", "target"))
    density = relatedness_density(
        employment, proximity, own=own, values=values, threshold=threshold
    )
    table = presence_table(employment, values=values, threshold=threshold)
    missing = 1 - table.values
    worth = by_code(pci, table.industries)
    phi = proximity.copy()
    phi.index, phi.columns = phi.index.map(str), phi.columns.map(str)
    phi = phi.reindex(index=table.industries, columns=table.industries)
    weights = np.nan_to_num(phi.to_numpy(np.float64))
    np.fill_diagonal(weights, 0.0 if own == "out" else 1.0)
    total = weights.sum(axis=1)
    index = (density.to_numpy(np.float64) * missing) @ worth
    with np.errstate(divide="ignore", invalid="ignore"):
        if divide_by == "other":
            spread = weights / total[None, :]
        else:
            spread = weights / total[:, None]
    gain = missing * ((missing * worth[None, :]) @ np.nan_to_num(spread).T)
    return ComplexityOutlook(
        pd.Series(index, index=table.regions, name="outlook"),
        pd.DataFrame(gain, index=table.regions, columns=table.industries),
        {
            "own": own,
            "divide_by": divide_by,
            "values": values,
            "threshold": threshold,
        },
    )
