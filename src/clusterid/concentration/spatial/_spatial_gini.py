"""Rey & Smith's split of the Gini coefficient into near and distant pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.concentration.spatial._linked import linked_values

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["spatial_gini"]


@typed
def spatial_gini(values: pd.Series, graph: Graph) -> pd.Series:
    r"""Split the Gini coefficient into pairs of neighbours and pairs that are not.

    .. math:: G = \frac{\sum_{jk} w_{jk} |y_j - y_k|}{2 n^2 \bar y}
                + \frac{\sum_{jk} (1 - w_{jk}) |y_j - y_k|}{2 n^2 \bar y}

    Parameters
    ----------
    values : Series by region
        Not negative, such as income a head; NaN is left out.
    graph : libpysal.graph.Graph
        Who is whose neighbour; links count as 0 and 1.

    Returns
    -------
    Series
        ``gini``, ``near``, ``distant`` (near + distant = gini), ``n_regions``. NaN,
        with ``attrs["reasons"]``, when all values are zero. Near is small where like
        regions adjoin.

    Raises
    ------
    GraphError
        If the graph lacks regions of the values.

    References
    ----------
    Rey, S. J. and Smith, R. J. (2013), A spatial decomposition of the Gini
    coefficient, Letters in Spatial and Resource Sciences 6 (formula as in the Python
    package inequality 1.2.0, not checked against the original).

    Examples
    --------
    >>> import pandas as pd
    >>> from libpysal.graph import Graph
    >>> line = Graph.from_arrays(list("abbc"), list("bacb"), [1.0] * 4)
    >>> found = spatial_gini(pd.Series([1.0, 1.0, 4.0], list("abc")), line)
    >>> found.round(3).to_dict()
    {'gini': 0.333, 'near': 0.167, 'distant': 0.167, 'n_regions': 3.0}
    """
    data = linked_values(values, graph)
    y, n = data.y, len(data.y)
    names = ["gini", "near", "distant", "n_regions"]
    result = pd.Series(np.nan, index=names, name="spatial_gini", dtype=float)
    result["n_regions"] = n
    if not (n and y.sum() > 0):
        result.attrs["reasons"] = dict.fromkeys(names[:3], "all_zero")
        return result
    scale = 2.0 * n * y.sum()
    ordered = np.sort(y)
    ranks = 2.0 * np.arange(1, n + 1) - n - 1.0
    gini = 2.0 * float(ranks @ ordered) / scale
    near = float(np.abs(y[data.focal] - y[data.neighbours]).sum()) / scale
    result["gini"], result["near"], result["distant"] = gini, near, gini - near
    return result
