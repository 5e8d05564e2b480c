"""Where the links of each layer were observed: elsewhere they are unknown, not thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from clusterid.comparison._links import Links, field_links, link_matrix
from clusterid.networks import industry_layers

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Layers
    from clusterid.comparison._units import Units

__all__ = ["observed_links", "observed_where"]


def observed_where(
    layers: Layers, regions: gpd.GeoDataFrame, codes: list[str]
) -> dict[str, NDArray[np.bool_]]:
    """Return by layer the regions in which its links were observed.

    A layer says so itself: ``graph.graph["observed_in"]`` holds parents of regions, or
    the first letters of their codes, joined by ``;``. A layer that says nothing was
    observed everywhere.
    """
    parents = dict.fromkeys(codes, "")
    if "parent" in regions.columns:
        parents |= regions["parent"].dropna().astype(str).to_dict()
    found = {}
    for name, graph in industry_layers(layers).items():
        said = str(graph.graph.get("observed_in", "") or "")
        places = tuple(place for part in said.split(";") if (place := part.strip()))
        found[name] = np.array(
            [
                not places or code.startswith(places) or parents[code] in places
                for code in codes
            ],
            dtype=bool,
        )
    return found


def observed_links(
    units: Units, weights: pd.DataFrame, layers: Layers, regions: gpd.GeoDataFrame
) -> Links:
    """Return the links of each field, by the layers observed in the whole of a unit.

    NaN where no layer was: one country's table says nothing of the links of another.
    """
    codes = units.names[: units.n_regions]
    graphs = industry_layers(layers)
    where = observed_where(layers, regions, codes)
    seen = np.array(
        [[where[name][list(s)].all() for name in graphs] for s in units.sets],
        dtype=bool,
    ).reshape(len(units.sets), len(graphs))
    shape = (len(units.sets), weights.shape[1])
    linkage, density = np.full(shape, np.nan), np.full(shape, np.nan)
    for pattern in np.unique(seen, axis=0):
        used = {n: g for (n, g), on in zip(graphs.items(), pattern, strict=True) if on}
        found = field_links(units, weights, link_matrix(used, weights.index))
        rows = (seen == pattern).all(axis=1)
        linkage[rows], density[rows] = found.linkage[rows], found.density[rows]
    return Links(linkage, density)
