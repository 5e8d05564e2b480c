"""Both pathways to clusters side by side: where they agree, and where not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.clusters._candidates import CandidateClusters
from clusterid.communities import partition_agreement
from clusterid.tables import Economy
from validation.second_pathway import cell_clusters

__all__ = ["RoadComparison", "compare_roads"]

_CELLS = ["region", "industry", "first", "second", "employment"]
_CLUSTERS = [
    "label", "regions", "n_cells", "n_shared", "second", "jaccard", "employment",
    "employment_shared",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoadComparison:
    """What two pathways to clusters say of the same economy.

    Parameters
    ----------
    agreement : Series
        ``n_first``, ``n_second``, ``n_both`` region-industry cells; ``jaccard``
        (0..1), ``kappa`` (agreement on all known cells beyond chance, 1 full, 0
        chance), ``share_first``, ``share_second`` (of a pathway's cells that the other
        has, too), ``adjusted_rand`` (of the cells both have: whether they stand in the
        same clusters; NaN below two cells), ``n_first_clusters``,
        ``n_second_clusters``, ``n_first_met`` (candidates that share a cell with the
        second pathway).
    clusters : DataFrame by candidate cluster
        ``label``, ``regions``, ``n_cells`` (industries above a quotient of 1 in its
        regions), ``n_shared``, ``second`` (the cluster of the second pathway that
        shares most cells; empty if none), ``jaccard`` with that one, ``employment``
        (persons in its cells), ``employment_shared``.
    cells : DataFrame
        Every cell of either pathway: ``region``, ``industry``, ``first``, ``second``
        (the cluster there, or empty), ``employment``.
    second_road : DataFrame
        As :func:`cell_clusters` returns it.
    params : mapping
        What the second pathway was asked.
    """

    agreement: pd.Series
    clusters: pd.DataFrame
    cells: pd.DataFrame
    second_road: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        a = self.agreement
        return (
            f"<RoadComparison: {int(a['n_first'])} and {int(a['n_second'])} cells, "
            f"{int(a['n_both'])} in both (kappa {a['kappa']:.2f}); "
            f"{int(a['n_first_met'])} of {int(a['n_first_clusters'])} candidates met>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = self.clusters.to_html(escape=True)
        return f"<p>{escape(repr(self))}</p>{table}"


@typed
def compare_roads(
    candidates: CandidateClusters,
    economy: Economy,
    relatedness: Any,
    graph: Any,
    *,
    place_links: Any = None,
    density: Any = "size",
    second: pd.DataFrame | None = None,
    seed: int = 0,
) -> RoadComparison:
    r"""Lay candidate clusters beside clusters of cells, found without templates.

    The first pathway asks where known kinds of cluster sit; the second finds kind and
    place at once (:func:`cell_clusters`). A cell of the first pathway is an industry of
    a candidate with a quotient above 1 in one of its regions.

    Parameters
    ----------
    candidates : CandidateClusters
        From :func:`identify_clusters`.
    economy : Economy
        The same year.
    relatedness : networkx graph of industries
        For the second pathway, ``result.stack`` of a study.
    graph : libpysal.graph.Graph
        Neighbouring regions.
    place_links : networkx graph of regions, optional
        Research links and the like.
    density : Series by region, "size" or "none"
        See :func:`test_groups`.
    second : DataFrame, optional
        Of :func:`cell_clusters` with options of your own, instead of its defaults.
    seed : int
        Of the communities.

    Returns
    -------
    RoadComparison

    Raises
    ------
    GraphError
        If regions are missing from the neighbourhood graph.

    Notes
    -----
    .. math:: \kappa = \frac{p_o - p_e}{1 - p_e}

    over all known region-industry cells (Cohen 1960): :math:`p_o` the share on which
    both say the same, :math:`p_e` what chance gives. Neither pathway is the truth: they
    share the counts and the null, not the templates.

    Examples
    --------
    >>> import geopandas as gpd, networkx as nx
    >>> from shapely.geometry import box
    >>> from clusterid.clusters import identify_clusters
    >>> from clusterid.communities import given_templates
    >>> from clusterid.tables import contiguity, economy
    >>> codes = [f"R{i:02d}" for i in range(16)]
    >>> squares = [box(i % 4, i // 4, i % 4 + 1, i // 4 + 1) for i in range(16)]
    >>> shapes = gpd.GeoDataFrame(index=codes, geometry=squares, crs="EPSG:3035")
    >>> rows = [(r, "X", 4000.0, 400) for r in codes]
    >>> for r in codes:
    ...     plants = 90 if r in ("R05", "R06") else 15
    ...     rows += [(r, i, plants * 10.0, plants) for i in ("A", "B")]
    >>> columns = ["region", "industry", "employment", "establishments"]
    >>> table = economy(pd.DataFrame(rows, columns=columns))
    >>> templates = given_templates({"A": "AB", "B": "AB"})
    >>> found = identify_clusters(table, templates, shapes)
    >>> related = nx.Graph()
    >>> related.add_edge("A", "B", weight=1.0)
    >>> compare_roads(found, table, related, contiguity(shapes))
    <RoadComparison: 4 and 4 cells, 4 in both (kappa 1.00); 1 of 1 candidates met>
    """
    if second is None:
        second = cell_clusters(
            economy,
            relatedness,
            graph,
            place_links=place_links,
            density=density,
            seed=seed,
        )
    keys = ["region", "industry"]
    above = candidates.members[candidates.members["lq_jobs"].gt(1).to_numpy()]
    first = above[[*keys, "cluster", "employment"]].rename(columns={"cluster": "first"})
    other = second[[*keys, "cluster", "employment"]].rename(
        columns={"cluster": "second", "employment": "other"}
    )
    both = first.astype({"region": str, "industry": str}).merge(
        other.astype({"region": str, "industry": str}), on=keys, how="outer"
    )
    both["employment"] = both["employment"].fillna(both["other"])
    both[["first", "second"]] = both[["first", "second"]].astype(object).fillna("")
    both = both.sort_values([*keys, "first"], ignore_index=True)[_CELLS]
    clusters = _by_candidate(candidates, both)
    return RoadComparison(
        agreement=_agreement(both, clusters, economy),
        clusters=clusters,
        cells=both,
        second_road=second,
        params={str(name): value for name, value in second.attrs.items()},
    )


def _by_candidate(candidates: CandidateClusters, cells: pd.DataFrame) -> pd.DataFrame:
    """Return how far each candidate is met by the cluster that shares most cells."""
    size = cells.loc[cells["second"].ne(""), "second"].value_counts()
    rows = []
    for cluster, row in candidates.table.iterrows():
        mine = cells[cells["first"].eq(cluster)]
        shared = mine[mine["second"].ne("")]
        best, n = "", 0
        if len(shared):
            counts = shared["second"].value_counts().sort_index(kind="stable")
            best, n = str(counts.idxmax()), int(counts.max())
        union = len(mine) + int(size.get(best, 0)) - n
        rows.append((
            row["label"], row["regions"], len(mine), len(shared), best,
            n / union if union else 0.0, float(mine["employment"].sum()),
            float(shared["employment"].sum()),
        ))  # fmt: skip
    return pd.DataFrame(rows, columns=_CLUSTERS, index=candidates.table.index)


def _agreement(
    cells: pd.DataFrame, clusters: pd.DataFrame, economy: Economy
) -> pd.Series:
    one = cells.drop_duplicates(["region", "industry"])
    first, second = one["first"].ne(""), one["second"].ne("")
    n_first, n_second = int(first.sum()), int(second.sum())
    shared = one[first & second]
    n_both, n_either = len(shared), len(one)
    known = max(int(economy.employment.notna().to_numpy().sum()), n_either)
    observed = (known - n_either + n_both) / known
    a, b = n_first / known, n_second / known
    chance = a * b + (1 - a) * (1 - b)
    rand = np.nan
    if n_both >= 2:
        rand = float(
            partition_agreement(shared["first"], shared["second"])["adjusted_rand"]
        )
    return pd.Series(
        {
            "n_first": n_first,
            "n_second": n_second,
            "n_both": n_both,
            "jaccard": n_both / n_either if n_either else np.nan,
            "kappa": (observed - chance) / (1 - chance) if chance < 1 else np.nan,
            "share_first": n_both / n_first if n_first else np.nan,
            "share_second": n_both / n_second if n_second else np.nan,
            "adjusted_rand": rand,
            "n_first_clusters": len(clusters),
            "n_second_clusters": cells.loc[cells["second"].ne(""), "second"].nunique(),
            "n_first_met": int(clusters["n_shared"].gt(0).sum()),
        },
        name="agreement",
        dtype=float,
    )
