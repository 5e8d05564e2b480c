"""Links, research and trend of every field in the regions of a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.comparison._units import Units, filled_employment
from clusterid.networks import industry_layers
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Layers

__all__ = [
    "Links", "field_links", "link_matrix", "quotients", "research_quotients", "rises",
    "trends",
]  # fmt: skip


def link_matrix(layers: Layers, industries: pd.Index) -> NDArray[np.float64] | None:
    """Return the mean symmetric link weight between industries; None without layers.

    Each layer is scaled to a mean of 1 over its own links; layers between places are
    not used.
    """
    position = {str(code): i for i, code in enumerate(industries)}
    matrices = []
    for graph in industry_layers(layers).values():
        matrix = np.zeros((len(position), len(position)))
        for source, target, weight in graph.edges(data="weight", default=1.0):
            i, j = position.get(str(source), -1), position.get(str(target), -1)
            if i >= 0 and j >= 0 and i != j and weight > 0:
                matrix[i, j] += weight
                matrix[j, i] += weight
        if matrix.any():
            matrices.append(matrix / matrix[matrix > 0].mean())
    return sum(matrices) / len(matrices) if matrices else None


def quotients(units: Units) -> NDArray[np.float64]:
    """Return location quotients, units x industries; NaN where an industry is absent.

    The reference is the sum over single regions.
    """
    national = units.national
    expected = units.size[:, None] * national[None] / (national.sum() or 1.0)
    result = np.full_like(units.counts, np.nan)
    np.divide(units.counts, expected, out=result, where=expected > 0)
    return result


@dataclass(frozen=True, slots=True)
class Links:
    """Links of fields by unit (units x fields): ``linkage`` and ``density``, 0 to 1."""

    linkage: NDArray[np.float64]
    density: NDArray[np.float64]


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
    shape = (len(units.sets), weights.shape[1])
    linkage, density = np.full(shape, np.nan), np.full(shape, np.nan)
    if links is None:
        return Links(linkage, density)
    present = (np.nan_to_num(quotients(units)) > 1.0).astype(float)
    for f, weight in enumerate(weights.to_numpy(dtype=float).T):
        inside = np.flatnonzero(weight > 0)
        rest = np.setdiff1d(np.arange(len(weight)), inside)
        own, w = present[:, inside], weight[inside]
        outward = (w[:, None] * links[np.ix_(inside, rest)]).sum(axis=0)
        reached = present[:, rest] @ outward
        whole = outward.sum()
        if whole > 0:
            density[:, f] = reached / whole
        if len(inside) > 1:
            inner = links[np.ix_(inside, inside)] * np.sqrt(np.outer(w, w))
            reached, whole = np.einsum("ui,ij,uj->u", own, inner, own), inner.sum()
        elif len(inside):
            reached = own[:, 0] * reached
        if whole > 0:
            linkage[:, f] = reached / whole
    return Links(linkage, density)


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
    share = units.share
    for f, field in enumerate(fields):
        total = wide[field].sum() if field in wide.columns else 0.0
        if total > 0:
            part = units.sums(wide[field].to_numpy(dtype=float)) / total
            np.divide(part, share, out=result[:, f], where=share > 0)
    return result


def trends(
    economy: Economy,
    earlier: Economy | None,
    units: Units,
    weights: pd.DataFrame,
) -> NDArray[np.float64]:
    """Return the change of the quotient of jobs since the earlier year, a difference.

    Units x fields; NaN without an earlier year, or where the codes do not agree.
    """
    if earlier is None or not _same_codes(earlier, weights):
        return np.full((len(units.sets), weights.shape[1]), np.nan)
    now = _field_quotient(economy, units, weights)
    return now - _field_quotient(earlier, units, weights, like=economy)


def _same_codes(earlier: Economy, weights: pd.DataFrame) -> bool:
    used = weights.index[weights.gt(0).any(axis=1)]
    return bool(used.isin(earlier.industries).all())


def rises(
    economy: Economy,
    earlier: Economy | None,
    units: Units,
    weights: pd.DataFrame,
) -> NDArray[np.float64]:
    r"""Return p of so many more plants than in the earlier year, units x fields.

    Two Poisson counts with what either year expects of the region: of
    :math:`n_0 + n_1` plants so many fall in the later year with chance
    :math:`\mu_1 / (\mu_0 + \mu_1)`. Most plants stand in both years, so that the counts
    differ by less than chance allows: the p-value is too large rather than too small.
    NaN where plants are not counted in both years.
    """
    from scipy.stats import binom

    nothing = np.full((len(units.sets), weights.shape[1]), np.nan)
    years = [earlier, economy]
    tables = [None if year is None else year.establishments for year in years]
    if earlier is None or not _same_codes(earlier, weights):
        return nothing
    w, counts, expected = weights.to_numpy(dtype=float), [], []
    for table in tables:
        if table is None:
            return nothing
        wide = table.reindex(index=economy.regions)
        values = wide.reindex(columns=weights.index).to_numpy(dtype=float) @ w
        size = np.nansum(wide.to_numpy(dtype=float), axis=1)
        own = units.sums(values)
        share = units.sums(size) / max(float(size.sum()), 1.0)
        counts.append(own)
        expected.append(share[:, None] * np.nansum(values, axis=0)[None])
    both, usual = counts[0] + counts[1], expected[0] + expected[1]
    known = np.isfinite(both) & (usual > 0)
    chance = np.where(known, expected[1] / np.where(usual > 0, usual, 1.0), 0.5)
    n, k = np.round(np.nan_to_num(both)), np.round(np.nan_to_num(counts[1]))
    return np.where(known, binom.sf(k - 1, n, chance), np.nan)


def _field_quotient(
    economy: Economy,
    units: Units,
    weights: pd.DataFrame,
    like: Economy | None = None,
) -> NDArray[np.float64]:
    index = (like or economy).regions
    jobs = filled_employment(economy).reindex(index=index)
    values = np.asarray(jobs.reindex(columns=weights.index), dtype=np.float64)
    field = np.nan_to_num(values) @ weights.to_numpy(dtype=float)
    size = np.nan_to_num(jobs.sum(axis=1))
    own = units.sums(field)
    national = field.sum(axis=0)[None]
    expected = units.sums(size)[:, None] * national / (size.sum() or 1.0)
    quotient = np.full_like(own, np.nan)
    np.divide(own, expected, out=quotient, where=expected > 0)
    withheld = np.asarray(np.isnan(values).all(axis=1))
    quotient[units.sums(withheld) > 0] = np.nan
    return quotient
