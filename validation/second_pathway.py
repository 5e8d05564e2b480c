"""The second pathway: clusters among specialised cells, kind and place at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed
from clusterid.communities import partition_of_links
from clusterid.errors import OptionError
from clusterid.statistics import over_positive, q_values
from clusterid.tables import Economy
from validation.first_detector._counts import log_density, whole
from validation.first_detector._detect import fitted_nulls
from validation.first_detector._neighbours import adjacency

__all__ = ["cell_clusters"]

Floats = npt.NDArray[np.float64]

_COLUMNS = [
    "cluster",
    "region",
    "industry",
    "employment",
    "lq",
    "p_value",
    "q_value",
    "is_seed",
]


@typed
def cell_clusters(
    economy: Economy,
    relatedness: Any,
    graph: Any,
    *,
    place_links: Any = None,
    density: Any = "size",
    specialised_at: float = 0.05,
    neighbour_weight: float = 0.5,
    resolution: float = 0.25,
    alpha: float = 0.03,
    minimum_members: int = 2,
    neighbours: int = 20,
    seed: int = 0,
) -> pd.DataFrame:
    """Find clusters as communities among specialised cells, place and kind at once.

    Every cell (region x industry) in which the industry stands above its own ordinary
    roughness is a node; two nodes are linked as strongly as their industries are
    related and their regions near. Communities of that graph are clusters if they
    hold a cell that is beyond doubt in the whole study and at least two industries.
    No template is needed, so this pathway checks the first one.

    Parameters
    ----------
    economy : Economy
        One year, the plants of every cell known.
    relatedness : networkx graph of industries
        Weights are scaled by their 95th percentile to at most 1; an industry is
        related to itself by 1.
    graph : libpysal.graph.Graph
        Neighbouring regions.
    place_links : networkx graph of regions, optional
        Research links and the like; the strongest counts as much as a neighbour.
    density : Series by region, "size" or "none"
        What an industry may follow without being clustered: jobs per km2 (any unit),
        the region's size, or nothing.
    specialised_at : float
        A cell is a node at this p-value (one-sided, not corrected).
    neighbour_weight : float
        Nearness of neighbouring regions; the same region is 1.
    resolution : float
        Least mean link inside a cluster (CPM).
    alpha : float
        Benjamini-Hochberg level over all cells for the cell beyond doubt.
    minimum_members : int
        Industries a cluster needs.
    neighbours : int
        Strongest links kept of each industry, and of each region among ``place_links``;
        more are noise, time and memory.
    seed : int
        Of the communities.

    Returns
    -------
    DataFrame
        ``cluster`` (``P001`` ...), ``region``, ``industry``, ``employment`` (persons),
        ``lq``, ``p_value``, ``q_value``, ``is_seed``; one row a cell. ``attrs`` hold
        ``n_nodes``, ``n_links`` and the options.

    Raises
    ------
    OptionError
        If an option is out of range.
    GraphError
        If regions are missing from the neighbourhood graph.

    Notes
    -----
    All numbers are our choice. The method is our own; compare
    :func:`identify_clusters`.
    """
    if not 0 < specialised_at < 1 or not 0 <= neighbour_weight <= 1:
        raise OptionError("specialised_at and neighbour_weight lie between 0 and 1.")
    if neighbours < 1:
        raise OptionError(f"neighbours={neighbours}: use at least 1.")
    plants = whole(economy.establishments, "plants")
    p = _cell_p_values(plants, _covariate(density, economy))
    q = q_values(p.ravel()).reshape(p.shape)
    regions, industries = list(economy.regions), list(economy.industries)
    rows, columns = np.nonzero(np.nan_to_num(p, nan=1.0) <= specialised_at)
    params = {
        "specialised_at": specialised_at,
        "neighbour_weight": neighbour_weight,
        "resolution": resolution,
        "alpha": alpha,
        "minimum_members": minimum_members,
        "neighbours": neighbours,
        "seed": seed,
    }
    near = _nearness(regions, graph, place_links, neighbour_weight, neighbours)
    links = _links(rows, columns, near, _related(relatedness, industries, neighbours))
    if not len(links[2]):
        empty = pd.DataFrame(columns=_COLUMNS)
        empty.attrs.update(params, n_nodes=len(rows), n_links=0)
        return empty
    labels = partition_of_links(len(rows), *links, resolution=resolution, seed=seed)
    employment = economy.employment.to_numpy(dtype=float)
    size = np.nansum(employment, axis=1)
    usual = np.outer(size / size.sum(), np.nansum(employment, axis=0))
    lq = over_positive(employment, usual)
    table = pd.DataFrame({
        "template": labels,
        "region": np.array(regions, dtype=object)[rows],
        "industry": np.array(industries, dtype=object)[columns],
        "employment": employment[rows, columns],
        "lq": lq[rows, columns],
        "p_value": p[rows, columns],
        "q_value": q[rows, columns],
        "is_seed": q[rows, columns] <= alpha,
    })
    by = table.groupby("template", sort=False)
    sound = by["is_seed"].transform("any") & by["industry"].transform("nunique").ge(
        minimum_members
    )
    table = table[sound].sort_values(["region", "industry"], kind="stable")
    order = {t: k for k, t in enumerate(dict.fromkeys(table["template"]), start=1)}
    width = max(3, len(str(len(order))))
    table["cluster"] = [f"P{order[t]:0{width}d}" for t in table["template"]]
    table = table.sort_values(["cluster", "region", "industry"], ignore_index=True)
    table = table[_COLUMNS]
    table.attrs.update(params, n_nodes=len(rows), n_links=len(links[2]))
    return table


def _covariate(density: Any, economy: Economy) -> Floats | None:
    """Return the log density of every region; None where none is asked for."""
    if isinstance(density, str):
        if density == "none":
            return None
        return log_density(economy, pd.DataFrame(index=economy.regions))
    values = density.reindex(economy.regions).to_numpy(dtype=float)
    return np.log(values, out=np.full(len(values), np.nan), where=values > 0)


def _cell_p_values(plants: Floats, density: Floats | None) -> Floats:
    """Return P(at least this many plants) of every cell under its own roughness."""
    nulls = fitted_nulls(plants, np.eye(plants.shape[1]), density)
    p = [null.p_values(plants[:, i]) for i, null in enumerate(nulls)]
    return np.column_stack(p)


def _related(graph: Any, industries: list[str], most: int) -> Floats:
    """Return how related industries are, 0 to 1; 1 to themselves."""
    place = {code: i for i, code in enumerate(industries)}
    matrix = np.zeros((len(industries), len(industries)))
    for a, b, weight in graph.edges(data="weight", default=0.0):
        i, j = place.get(str(a)), place.get(str(b))
        if i is not None and j is not None and i != j:
            matrix[i, j] = matrix[j, i] = max(matrix[i, j], float(weight))
    matrix = _strongest(matrix, most)
    positive = matrix[matrix > 0]
    if len(positive):
        matrix = np.minimum(1.0, matrix / float(np.quantile(positive, 0.95)))
    np.fill_diagonal(matrix, 1.0)
    return matrix


def _strongest(matrix: Floats, most: int) -> Floats:
    """Return the links that are among the strongest of either end, ties included."""
    if len(matrix) <= most:
        return matrix
    cut = np.partition(matrix, -most, axis=1)[:, -most]
    keep = matrix >= np.maximum(cut, np.nextafter(0, 1))[:, None]
    kept: Floats = np.where(keep | keep.T, matrix, 0.0)
    return kept


def _nearness(
    regions: list[str],
    graph: Any,
    place_links: Any,
    neighbour_weight: float,
    most: int,
) -> dict[int, list[tuple[int, float]]]:
    """Return, by region, the regions that are near and how near; itself first."""
    matrix = adjacency(graph, regions).tocoo()
    near: dict[int, dict[int, float]] = {i: {i: 1.0} for i in range(len(regions))}
    for i, j in zip(matrix.row.tolist(), matrix.col.tolist(), strict=True):
        near[i][j] = neighbour_weight
    if place_links is not None:
        place = {code: i for i, code in enumerate(regions)}
        linked = np.zeros((len(regions), len(regions)))
        for a, b, w in place_links.edges(data="weight", default=0.0):
            i, j = place.get(str(a)), place.get(str(b))
            if i is not None and j is not None and i != j:
                linked[i, j] = linked[j, i] = float(w)
        linked = _strongest(linked, most)
        top = linked.max(initial=0.0)
        for i, j in np.argwhere(linked > 0).tolist():
            close = neighbour_weight * float(linked[i, j]) / top
            near[i][j] = max(near[i].get(j, 0.0), close)
    return {i: sorted(others.items()) for i, others in near.items()}


def _links(
    rows: Any,
    columns: Any,
    near: Mapping[int, list[tuple[int, float]]],
    related: Floats,
) -> tuple[Any, Any, Floats]:
    """Return source, target and weight of the links between specialised cells."""
    here: dict[int, list[int]] = {}
    for k, r in enumerate(rows.tolist()):
        here.setdefault(r, []).append(k)
    source, target, weight = [], [], []
    for r, nodes in sorted(here.items()):
        mine = np.array(nodes)
        for s, closeness in near[r]:
            if s < r or s not in here or closeness <= 0:
                continue
            other = np.array(here[s])
            block = closeness * related[np.ix_(columns[mine], columns[other])]
            a, b = np.nonzero(np.triu(block, 1) if s == r else block)
            source.append(mine[a])
            target.append(other[b])
            weight.append(block[a, b])
    if not source:
        return np.empty(0, int), np.empty(0, int), np.empty(0)
    return np.concatenate(source), np.concatenate(target), np.concatenate(weight)
