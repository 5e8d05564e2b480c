"""What is measured of each declared field in its own regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.comparison._units import Units, filled_employment
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Links", "field_links", "link_matrix", "quotients", "research_quotients"]


def link_matrix(layers: Any, industries: pd.Index) -> NDArray[np.float64] | None:
    """Return the mean symmetric link weight between industries; None without layers.

    Each layer is scaled to a mean of 1 over its own links; co-location is left out,
    because it would confirm concentration by concentration. Layers between places
    are not used.
    """
    if layers is None:
        return None
    graphs = layers if isinstance(layers, Mapping) else {"stack": layers}
    position = {str(code): i for i, code in enumerate(industries)}
    total = np.zeros((len(position), len(position)))
    used = 0
    for name in sorted(graphs):
        graph = graphs[name]
        kind = graph.graph.get("kind", "industry")
        layer = str(graph.graph.get("layer", name))
        if kind != "industry" or "coloc" in (name + layer).replace("-", "").lower():
            continue
        matrix = np.zeros_like(total)
        for source, target, weight in graph.edges(data="weight", default=1.0):
            i, j = position.get(str(source)), position.get(str(target))
            if i is None or j is None or i == j or not weight > 0:
                continue
            matrix[i, j] += weight
            matrix[j, i] += weight
        positive = matrix[matrix > 0]
        if len(positive):
            total += matrix / positive.mean()
            used += 1
    return total / used if used else None


def quotients(units: Units) -> NDArray[np.float64]:
    """Return location quotients, units x industries; NaN where an industry is absent.

    The reference is the sum over single regions.
    """
    n_regions = sum(len(s) == 1 for s in units.sets)
    national = units.counts[:n_regions].sum(axis=0)
    expected = units.size[:, None] * national[None] / (national.sum() or 1.0)
    result = np.full_like(units.counts, np.nan)
    np.divide(units.counts, expected, out=result, where=expected > 0)
    return result


@dataclass(frozen=True, slots=True)
class Links:
    """Links of fields by unit (units x fields): ``linkage`` and ``density``, 0 to 1.

    ``density_rank`` is the share of single regions with a lower relatedness density.
    """

    linkage: NDArray[np.float64]
    density: NDArray[np.float64]
    density_rank: NDArray[np.float64]


def field_links(
    units: Units, weights: pd.DataFrame, links: NDArray[np.float64] | None
) -> Links:
    r"""Return how far the links of each field have both ends in the unit.

    Linkage: of the link weight among the field's industries (for a field of one
    industry: between it and its partners), the part whose two ends both have a
    quotient above 1. Relatedness density: of the link weight from the field to other
    industries, the part that leads to industries with a quotient above 1 (Hidalgo et
    al. 2007, on these layers).
    """
    n_fields = weights.shape[1]
    shape = (len(units.sets), n_fields)
    linkage, density = np.full(shape, np.nan), np.full(shape, np.nan)
    if links is None:
        return Links(linkage, density, density.copy())
    special = np.nan_to_num(quotients(units)) > 1.0
    w = weights.to_numpy(dtype=float)
    present = special.astype(float)
    for f in range(n_fields):
        mine = np.flatnonzero(w[:, f] > 0)
        if not len(mine):
            continue
        rest = np.setdiff1d(np.arange(len(w)), mine)
        outward = (w[mine, f][:, None] * links[np.ix_(mine, rest)]).sum(axis=0)
        if outward.sum() > 0:
            density[:, f] = present[:, rest] @ outward / outward.sum()
        if len(mine) > 1:
            inner = links[np.ix_(mine, mine)] * np.sqrt(
                np.outer(w[mine, f], w[mine, f])
            )
            both = np.einsum("ui,ij,uj->u", present[:, mine], inner, present[:, mine])
            whole = inner.sum()
        else:
            both = present[:, mine[0]] * (present[:, rest] @ outward)
            whole = outward.sum()
        if whole > 0:
            linkage[:, f] = both / whole
    n_regions = sum(len(s) == 1 for s in units.sets)
    rank = np.full(shape, np.nan)
    for f in range(n_fields):
        base = np.sort(density[:n_regions, f])
        if np.isfinite(base).all():
            rank[:, f] = np.searchsorted(base, density[:, f], side="left") / n_regions
    return Links(linkage, density, rank)


def research_quotients(
    collaborations: pd.DataFrame | None,
    units: Units,
    codes: pd.Index,
    fields: pd.Index,
) -> NDArray[np.float64]:
    """Return units x fields: share of a field's participations over share of size.

    NaN for a field that no project names: participations link places, not industries,
    and say something of a field only where one is given.
    """
    result = np.full((len(units.sets), len(fields)), np.nan)
    if collaborations is None or "field" not in collaborations.columns:
        return result
    rows = collaborations[collaborations["field"].notna()]
    if rows.empty:
        return result
    table = rows.groupby(["region", "field"]).size().astype(float)
    wide = table.unstack("field").reindex(index=codes).fillna(0.0)
    n_regions = len(codes)
    share = units.size / units.size[:n_regions].sum()
    for f, field in enumerate(fields):
        if field not in wide.columns:
            continue
        values = wide[field].to_numpy(dtype=float)
        total = values.sum()
        mine = np.array([values[list(s)].sum() for s in units.sets])
        if total > 0:
            result[:, f] = np.divide(
                mine / total, share, out=np.full(len(share), np.nan), where=share > 0
            )
    return result


def trends(
    economy: Economy,
    earlier: Economy | None,
    units: Units,
    weights: pd.DataFrame,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the relative change of the employment quotient, and the quotient before.

    Units x fields; NaN without an earlier year, or where the codes do not agree.
    """
    nothing = np.full((len(units.sets), weights.shape[1]), np.nan)
    if earlier is None:
        return nothing, nothing
    shared = economy.industries.intersection(earlier.industries)
    if set(weights.index[weights.gt(0).any(axis=1)]) - set(shared):
        return nothing, nothing
    now = _field_quotient(economy, units, weights)
    before = _field_quotient(earlier, units, weights, like=economy)
    with np.errstate(invalid="ignore", divide="ignore"):
        change = now / before - 1.0
    return np.where(before > 0, change, np.nan), before


def _field_quotient(
    economy: Economy,
    units: Units,
    weights: pd.DataFrame,
    like: Economy | None = None,
) -> NDArray[np.float64]:
    index = (like or economy).regions
    jobs = filled_employment(economy).reindex(index=index, columns=weights.index)
    values: Any = jobs.to_numpy(dtype=float)
    field = np.nan_to_num(values) @ weights.to_numpy(dtype=float)
    size = np.nan_to_num(filled_employment(economy).reindex(index).sum(axis=1))
    missing = np.isnan(values).all(axis=1)
    mine = np.array([field[list(s)].sum(axis=0) for s in units.sets])
    own = np.array([size[list(s)].sum() for s in units.sets])
    gone = np.array([missing[list(s)].any() for s in units.sets])
    expected = own[:, None] * field.sum(axis=0)[None] / (size.sum() or 1.0)
    quotient = np.divide(
        mine, expected, out=np.full_like(mine, np.nan), where=expected > 0
    )
    quotient[gone] = np.nan
    return np.asarray(quotient)
