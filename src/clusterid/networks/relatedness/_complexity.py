"""Economic complexity: one sign, one scale, for regions and industries alike."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from clusterid._faults import faults_of, refuse
from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.errors import DataWarning, Fault, TableError
from clusterid.networks.relatedness._presence import Presence, presence_table

__all__ = ["EconomicComplexity", "economic_complexity", "reflections"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Singular values (0 to 1) nearer than this are one; rounding is about 1e-15.
_SAME = 1e-10
#: Relative spread of reflections below which rounding, not the data, orders them.
_LOST = 1e-10


@dataclass(frozen=True, slots=True)
class EconomicComplexity:
    """Complexity of regions and industries.

    ``eci`` has mean 0 and standard deviation 1 over regions; ``pci`` is on the same
    scale, so that a region's ECI is the mean PCI of what it has. ``eigenvalue`` is
    the second one: near 1 the order is clear, near 0 it is noise. ``reason`` tells
    why a region or industry has no value: ``region_has_no_industry``,
    ``industry_absent``, ``all_alike`` (every region has the same industries: nothing
    orders them) or ``no_single_order`` (the second eigenvalue stands more than once:
    any mixture of its directions would be as good).
    """

    eci: pd.Series
    pci: pd.Series
    diversity: pd.Series
    ubiquity: pd.Series
    eigenvalue: float
    reason: pd.Series
    params: dict[str, Any]

    def __repr__(self) -> str:
        return (
            f"EconomicComplexity({self.eci.notna().sum()} regions, "
            f"{self.pci.notna().sum()} industries, second eigenvalue "
            f"{self.eigenvalue:.3f})"
        )

    def _repr_html_(self) -> str:
        top = self.eci.sort_values(ascending=False).head(10).to_frame("eci")
        return shown_with(self, top.round(3).to_html())


def known_block(table: Presence) -> tuple[Floats, Mask, Mask, pd.Series]:
    """Return the presences with empty regions and industries left out, and why.

    A table with unknown presences is refused: an eigenvector needs all cells.
    """
    rule = "a presence is unknown (withheld)"
    mend = (
        "fill_withheld() first and pass a draw, or leave out the industries with holes"
    )
    holes = [
        f"{table.regions[i]}/{table.industries[j]}"
        for i, j in np.argwhere(np.isnan(table.values)).tolist()
    ]
    refuse("matrix", faults_of(rule, mend, holes, None))
    B = table.values
    rows, columns = B.sum(axis=1) > 0, B.sum(axis=0) > 0
    reason = pd.concat([
        pd.Series("region_has_no_industry", index=table.regions[~rows]),
        pd.Series("industry_absent", index=table.industries[~columns]),
    ]).rename("reason")
    return B[np.ix_(rows, columns)], rows, columns, reason


def _check_connected(B: Floats) -> None:
    r, c = np.nonzero(B)
    n = sum(B.shape)
    graph = coo_array((np.ones(len(r)), (r, c + len(B))), shape=(n, n))
    parts, _ = connected_components(graph, directed=False)
    if parts > 1:
        rule = (
            f"regions and industries fall into {parts} parts that share nothing: the "
            "second eigenvector only tells the parts apart"
        )
        mend = "compute each part alone, or lower the threshold"
        raise TableError("matrix", [Fault(rule, mend)])


@typed
def economic_complexity(
    employment: pd.DataFrame, *, values: str = "auto", threshold: float = 1.0
) -> EconomicComplexity:
    r"""Return the economic complexity of regions and of industries.

    Regions are alike when they have the same rare industries; the index orders
    regions along the main direction of that likeness. It is an order, not an amount.

    .. math:: \tilde M_{rr'} = \frac{1}{k_r}\sum_i \frac{B_{ri} B_{r'i}}{u_i},\qquad
              ECI = \frac{v_2 - \bar v_2}{\mathrm{sd}(v_2)},\qquad
              ECI_r = \frac{1}{k_r} \sum_i B_{ri}\, PCI_i

    Rules that packages set differently: the sign makes ECI rise with diversity, and
    PCI takes the same sign, so that complex regions hold complex industries; the
    scale is that of ECI (standard deviation over n), for both.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Employment, quotients or presences (see ``values``), without holes.
    values : {"auto", "employment", "quotient", "presence"}
        What the table holds.
    threshold : float
        LQ from which an industry is present.

    Returns
    -------
    EconomicComplexity

    Raises
    ------
    TableError
        If a presence is unknown, or the table falls into parts that share nothing.

    References
    ----------
    Hidalgo, C., Hausmann, R. (2009), PNAS 106(26); Hausmann, R. et al. (2014), The
    Atlas of Economic Complexity [eigenvector form; not checked against the book].

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 1, 1], "b": [1, 1, 0, 0], "c": [1, 0, 0, 0],
    ...                       "d": [0, 0, 1, 1]}, index=list("wxyz"))
    >>> result = economic_complexity(table)
    >>> result.eci.idxmax(), result.pci.idxmax()
    ('w', 'c')
    """
    table = presence_table(employment, values=values, threshold=threshold)
    B, rows, columns, reason = known_block(table)
    if min(B.shape) < 2:
        rule = "fewer than two regions or industries are present"
        mend = "complexity compares; give a larger table"
        raise TableError("matrix", [Fault(rule, mend)])
    _check_connected(B)
    k, u = B.sum(axis=1), B.sum(axis=0)
    scaled = B / np.sqrt(np.outer(k, u))
    left, singular, right = np.linalg.svd(scaled, full_matrices=False)
    region = left[:, 1] / np.sqrt(k)
    industry = right[1] / np.sqrt(u) * singular[1]
    # the mean of industry over what a region has is then region * eigenvalue
    region = region * singular[1] ** 2
    untold = _no_order(singular)
    spread = k - k.mean()
    sign = np.sign(spread @ (region - region.mean()))
    if sign == 0:
        sign = 1.0 if region[np.argmax(np.abs(region))] > 0 else -1.0
    region, industry = sign * region, sign * industry
    centre, scale = region.mean(), 1.0 if untold else region.std()
    if untold:
        region, industry = np.full_like(region, np.nan), np.full_like(industry, np.nan)
        labels = [*table.regions[rows], *table.industries[columns]]
        reason = pd.concat([reason, pd.Series(untold, index=labels, name="reason")])
    eci = np.full(len(rows), np.nan)
    eci[rows] = (region - centre) / scale
    pci = np.full(len(columns), np.nan)
    pci[columns] = (industry - centre) / scale
    whole = table.values
    return EconomicComplexity(
        pd.Series(eci, index=table.regions, name="eci"),
        pd.Series(pci, index=table.industries, name="pci"),
        pd.Series(whole.sum(axis=1), index=table.regions, name="diversity"),
        pd.Series(whole.sum(axis=0), index=table.industries, name="ubiquity"),
        float(singular[1] ** 2),
        reason,
        {"values": values, "threshold": threshold},
    )


def _limits(
    region: Floats, industry: Floats, k: Floats, u: Floats, step: int, steps: int
) -> tuple[Floats, Floats]:
    """Return what reflections are after all steps, once nothing but rounding differs.

    Every further step exchanges the two limits.
    """
    if max(_spread(k), _spread(u)) > _LOST:
        warnings.warn(
            f"reflections have converged after {step} steps: what differs is rounding. "
            "All are given one value; use fewer steps, or economic_complexity() for "
            "the order they tend to.",
            DataWarning,
            stacklevel=4,
        )
    first, second = float(region.mean()), float(industry.mean())
    if (steps - step) % 2:
        first, second = second, first
    return np.full(len(k), first), np.full(len(u), second)


def _spread(values: Floats) -> float:
    """Return the range of values over their mean."""
    return float(np.ptp(values) / values.mean())


def _no_order(singular: Floats) -> str:
    """Return why the second singular vectors order nothing, "" where they do."""
    if singular[1] <= _SAME:
        return "all_alike"
    if len(singular) > 2 and singular[1] - singular[2] <= _SAME:
        return "no_single_order"
    return ""


@typed
def reflections(
    employment: pd.DataFrame,
    *,
    steps: int = 18,
    values: str = "auto",
    threshold: float = 1.0,
) -> tuple[pd.Series, pd.Series]:
    r"""Return the method of reflections after some steps, unscaled.

    .. math:: k_{r,N} = \frac{1}{k_r}\sum_i B_{ri} u_{i,N-1},\qquad
              u_{i,N} = \frac{1}{u_i}\sum_r B_{ri} k_{r,N-1}

    Even steps order regions as ECI does, ever closer, while the differences shrink
    towards nothing; kept for comparison with older work.

    Parameters
    ----------
    employment, values, threshold
        As in :func:`economic_complexity`.
    steps : int
        0 gives diversity and ubiquity.

    Returns
    -------
    (Series by region, Series by industry)
        NaN where empty.

    Warns
    -----
    DataWarning
        If the differences have shrunk to rounding: all then get one value.

    References
    ----------
    Hidalgo, C., Hausmann, R. (2009), PNAS 106(26).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1], "b": [1, 0]}, index=["x", "y"])
    >>> reflections(table, steps=1)[0].tolist()
    [1.5, 2.0]
    """
    table = presence_table(employment, values=values, threshold=threshold)
    B, rows, columns, _ = known_block(table)
    k, u = B.sum(axis=1), B.sum(axis=0)
    region, industry = k.copy(), u.copy()
    for step in range(1, steps + 1):
        region, industry = (B @ industry) / k, (B.T @ region) / u
        if max(_spread(region), _spread(industry)) <= _LOST:
            region, industry = _limits(region, industry, k, u, step, steps)
            break
    out_r, out_i = np.full(len(rows), np.nan), np.full(len(columns), np.nan)
    out_r[rows], out_i[columns] = region, industry
    return (
        pd.Series(out_r, index=table.regions, name="reflection"),
        pd.Series(out_i, index=table.industries, name="reflection"),
    )
