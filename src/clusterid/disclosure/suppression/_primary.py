"""Which figures are sensitive by themselves, and what they need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Nodes
from clusterid.disclosure.suppression._rules import SuppressionRules

__all__ = ["capacities", "needs", "primary_reasons", "protection_needed"]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]


def protection_needed(
    value: Matrix | float,
    largest: Matrix | float,
    second: Matrix | float,
    *,
    p_percent: float,
) -> Matrix:
    r"""Return by how much a cell must stay open upwards under the p % rule.

    The owner of the second largest plant knows ``value - second`` and so the largest
    plant to within what the others have. Where that is less than p % of the largest,
    the difference is the protection needed.

    .. math:: U = \frac{p}{100} x_1 - (T - x_1 - x_2)

    Parameters
    ----------
    value, largest, second : float or array
        The cell T and its two largest plants; NaN where unknown (``second`` unknown
        counts as 0).
    p_percent : float
        The p of the rule.

    Returns
    -------
    array
        In the unit of ``value``; 0 where the rule is kept or cannot be applied.

    References
    ----------
    Hundepool et al. (2012), Statistical Disclosure Control, Wiley, section 4.2.
    [M]: not checked.

    Examples
    --------
    >>> float(protection_needed(11_968, 11_401, 145, p_percent=15).round(2))
    1288.15
    """
    x_1, x_2 = np.asarray(largest, dtype=float), np.nan_to_num(second)
    rest = np.asarray(value, dtype=float) - x_1 - x_2
    needed = p_percent / 100.0 * x_1 - rest
    return np.where(needed > 0, needed, 0.0)  # NaN is not above 0


def primary_reasons(
    rules: SuppressionRules,
    value: Matrix,
    plants: Matrix,
    largest: Matrix,
    second: Matrix,
) -> NDArray[np.object_]:
    """Return the first rule that a figure breaks, ``""`` where it breaks none."""
    reasons = np.full(value.shape, "", dtype=object)
    with np.errstate(invalid="ignore"):
        slack = 1e-9 * np.maximum(np.nan_to_num(value), 1.0)
        p = protection_needed(value, largest, second, p_percent=100 * rules.p_share)
        if rules.p_share:
            reasons[(p > slack) & (value > 0)] = "p_percent"
        if rules.largest_share is not None:
            n, share = rules.largest_share
            top = largest if n == 1 else largest + np.nan_to_num(second)
            reasons[top > share * value + slack] = "dominance"
        reasons[(plants > 0) & (plants < rules.minimum_plants)] = "few_plants"
    reasons[np.isnan(value)] = "withheld"
    return reasons


def needs(nodes: Nodes, primary: Mask, rules: SuppressionRules) -> Matrix:
    """Return by how much each figure must stay open to either side if it is held.

    Every cell needs p % of its value, and at least a job where all counts are whole:
    5 jobs between 4.5 and 5.5 are 5. So does a sum that breaks a rule itself.
    A sum that is held for the sake of a cell needs nothing of its own. Unknown cells
    of the source need nothing.
    """
    needed = rules.open_share * nodes.value
    if rules.p_share:
        up = protection_needed(
            nodes.value, nodes.largest, nodes.second, p_percent=100 * rules.p_share
        )
        needed = np.fmax(needed, up)
    counts = nodes.value[~np.isnan(nodes.value)]
    if (counts == np.floor(counts)).all():
        needed = np.where(nodes.value > 0, np.maximum(needed, 1.0), needed)
    wanted = nodes.bottom | primary
    return np.where(wanted & ~np.isnan(needed), needed, 0.0)


def capacities(nodes: Nodes, *, owners: bool = True) -> Matrix:
    """Return how far each figure can move as another one's companion.

    Everyone knows that a cell has a job for each of its plants, and the owner of its
    largest plant that it has at least that plant beside the others; a cell of one
    plant does not move for its owner. Sums move as their cells let them. What is
    empty, or unknown at the source, does not move.
    """
    value, plants = nodes.value, nodes.plants
    floor = nodes.least
    if owners:
        others = np.nan_to_num(np.maximum(plants - 1.0, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = np.where(plants > 1, value / plants, 0.0)
        largest = np.where(np.isnan(nodes.largest), mean, nodes.largest)
        floor = np.where(plants == 1, value, np.maximum(floor, largest + others))
    free = np.maximum(value - floor, 0.0)
    free = np.where(nodes.bottom, free, np.inf)
    free[nodes.empty] = 0.0
    free[nodes.bottom & np.isnan(value)] = 0.0
    return free
