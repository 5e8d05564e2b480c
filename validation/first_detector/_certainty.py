r"""How surely a cell belongs to a cluster, once the study shows that there are any.

The gate decides whether anything is there; it does not say how far a cluster reaches,
nor which weaker cells are more likely clusters than not. Given that it opened, every
cell of every template is one of two kinds:

.. math:: n_j \mid z_j = 0 \sim f_0, \qquad
          n_j \mid z_j = 1 \sim \sum_k w_k\, f_0 \text{ with the rate times } \rho_k

with :math:`f_0` the fitted null of the template (``_roughness``) and
:math:`\rho_k` quotients on a grid. Neighbours vouch for each other:

.. math:: P(z_j = 1 \mid \text{neighbours}) = \pi_s, \quad
          s = \text{none, one, two or more neighbours in a cluster}.

The weights :math:`w_k` and the shares :math:`\pi_s` are learnt from all templates
together by EM; messages between neighbours leave out what the receiver said itself.
A template's clusters must exceed its ordinary unevenness: quotients below
:math:`e^{3\sigma}` are not clusters but roughness.

The two kinds are Efron's two groups (2008), the shares an auto-logistic model (Besag
1974). Saturating at two neighbours, the lowest quotient, and the priors are our choice,
set on simulated economies (docs/clusters/recovery.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from validation.first_detector._roughness import Null, log_mass

__all__ = ["CERTAIN", "Learnt", "certainty"]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: A cell is a member when it is more likely in a cluster than not.
CERTAIN = 0.5
#: Quotients that a cluster may have. The lowest is also what plain rules ask for.
QUOTIENTS = np.array([2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0, 15.0, 25.0])
#: A cluster exceeds its template's ordinary rate by so many of its sd. Our choice.
BEYOND_ROUGHNESS = 3.0
#: Prior mean and weight, in cells, of the share of cells in a cluster where none, one,
#: two or more neighbours are in one. Our choice; few clusters, in small groups.
PRIOR_SHARES = ((0.002, 1000.0), (0.10, 100.0), (0.25, 50.0))
#: Cells' worth of belief that all quotients are equally frequent. Our choice.
PRIOR_QUOTIENTS = 2.0
#: Cells that say next to nothing for a cluster are left out: more ordinary ones than
#: this exceed them, and a Poisson count would speak against by this log ratio. Our
#: choice.
ORDINARY = 0.8
AGAINST = -4.0
_ROUNDS = 40
#: Relative change of what is learnt at which learning ends.
_SETTLED = 3e-3
_LARGEST = 300.0


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt of clusters from all templates of a study.

    ``certainty`` by region and group; ``shares`` of cells in a cluster beside none,
    one, and two or more neighbours in one; ``quotients`` and their ``frequency``.
    """

    certainty: Floats
    shares: tuple[float, float, float]
    quotients: tuple[float, ...]
    frequency: tuple[float, ...]


def certainty(
    count: Floats, p: Floats, nulls: Sequence[Null], neighbours: csr_array
) -> Learnt:
    """Return the probability of every cell (regions x groups) to be in a cluster.

    ``p`` are the cells' p-values, NaN where a cell cannot be tested; such cells, and
    cells with less than an ordinary count, have probability 0.
    """
    n, groups = count.shape
    expected = np.array([null.mean for null in nulls]).reshape(groups, n).T
    poisson = count * np.log(QUOTIENTS[0]) - (QUOTIENTS[0] - 1) * expected
    plausible = np.isfinite(p) & ((p <= ORDINARY) | (poisson > AGAINST))
    region, group = _cells(plausible)
    ratios = _log_ratios(count, nulls, region, group)
    source, back = _links(plausible, neighbours)
    tested = np.isfinite(p)
    frequency = np.full(len(QUOTIENTS), 1 / len(QUOTIENTS))
    start = frequency
    mean, weight = np.array(PRIOR_SHARES).T
    shares = mean
    message = np.zeros(len(source))
    belief = np.zeros(len(region))
    others = tested & ~plausible
    for _ in range(_ROUNDS):
        log_ratio, part = _mixed(ratios, frequency)
        odds = shares / (1 - shares)
        none, one = _neighbours(message[back], source, len(region))
        message = _cavity(
            log_ratio[source], none[source], one[source], message[back], odds
        )
        around = _states(*_neighbours(message[back], source, len(region)))
        prior_odds = around * odds[:, None]
        belief = _logistic(log_ratio + np.log(prior_odds.sum(axis=0)))
        inside = belief * prior_odds / prior_odds.sum(axis=0)
        table = np.zeros((n, groups))
        table[region, group] = belief
        silent = _around(table, neighbours)[:, others].sum(axis=1)
        seen = (inside + (1 - belief) * around).sum(axis=1) + silent
        before = np.concatenate([shares, frequency])
        shares = (inside.sum(axis=1) + mean * weight) / (seen + weight)
        mass = part @ belief
        frequency = (mass + PRIOR_QUOTIENTS * start) / (mass.sum() + PRIOR_QUOTIENTS)
        change = np.abs(np.concatenate([shares, frequency]) - before)
        if (change <= _SETTLED * (before + _SETTLED)).all():
            break
    result = np.zeros((n, groups))
    result[region, group] = belief
    return Learnt(
        certainty=result,
        shares=(float(shares[0]), float(shares[1]), float(shares[2])),
        quotients=tuple(float(q) for q in QUOTIENTS),
        frequency=tuple(float(f) for f in frequency),
    )


def _cells(plausible: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Return region and group of the plausible cells, group by group."""
    group, region = np.nonzero(plausible.T)
    return region.astype(np.int64), group.astype(np.int64)


def _log_ratios(
    count: Floats, nulls: Sequence[Null], region: Integers, group: Integers
) -> Floats:
    """Return log f(count at each quotient) / f(count ordinary), quotients x cells.

    Quotients that a template's roughness explains have log ratio minus infinity.
    """
    ratios = np.full((len(QUOTIENTS), len(region)), -np.inf)
    for g, null in enumerate(nulls):
        here = np.flatnonzero(group == g)
        if not len(here):
            continue
        k, mean = count[region[here], g], null.mean[region[here]]
        lowest = min(np.exp(BEYOND_ROUGHNESS * null.roughness), QUOTIENTS[-2])
        ordinary = log_mass(k, mean, null.theta, null.weight)
        for r in np.flatnonzero(lowest - 1e-9 <= QUOTIENTS):
            there = log_mass(k, mean * QUOTIENTS[r], null.theta, null.weight)
            ratios[r, here] = there - ordinary
    return ratios


def _mixed(ratios: Floats, frequency: Floats) -> tuple[Floats, Floats]:
    """Return the log ratio over all quotients, and each quotient's part in it."""
    possible = np.isfinite(ratios)
    weight = frequency[:, None] * possible
    weight = weight / np.maximum(weight.sum(axis=0), 1e-300)
    if not ratios.size:
        return np.zeros(ratios.shape[1]), weight
    top = ratios.max(axis=0)
    parts = weight * np.exp(np.where(possible, ratios - top, -np.inf))
    total = parts.sum(axis=0)
    log_ratio = top + np.log(np.maximum(total, 1e-300))
    return np.minimum(log_ratio, _LARGEST), parts / np.maximum(total, 1e-300)


def _links(
    plausible: npt.NDArray[np.bool_], neighbours: csr_array
) -> tuple[Integers, Integers]:
    """Return the links between plausible cells of one group: source and way back."""
    n, groups = plausible.shape
    number = np.full((groups, n), -1)
    number[plausible.T] = np.arange(int(plausible.sum()))
    pairs = neighbours.tocoo()
    source = number[:, pairs.row].ravel()
    target = number[:, pairs.col].ravel()
    both = (source >= 0) & (target >= 0)
    source, target = source[both], target[both]
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    # links stand in the order of (source, target): the k-th by (target, source) is the
    # way back of the k-th
    back = np.empty(len(order), dtype=np.int64)
    back[np.lexsort((source, target))] = np.arange(len(order))
    return source, back


def _neighbours(incoming: Floats, cell: Integers, n: int) -> tuple[Floats, Floats]:
    """Return log P(no neighbour in a cluster), and the sum of the neighbours' odds."""
    incoming = np.minimum(incoming, 1 - 1e-9)
    none = np.bincount(cell, np.log1p(-incoming), n).astype(float)
    return none, np.bincount(cell, incoming / (1 - incoming), n).astype(float)


def _states(log_none: Floats, odds: Floats) -> Floats:
    """Return P(none), P(one), P(two or more) of independent neighbours."""
    none = np.exp(log_none)
    one = np.minimum(none * np.maximum(odds, 0.0), 1 - none)
    return np.stack([none, one, np.maximum(1 - none - one, 0.0)])


def _cavity(
    log_ratio: Floats, log_none: Floats, odds_in: Floats, own: Floats, odds: Floats
) -> Floats:
    """Return the message of each link: the sender's belief without the receiver's."""
    own = np.minimum(own, 1 - 1e-9)
    around = _states(log_none - np.log1p(-own), odds_in - own / (1 - own))
    return _logistic(log_ratio + np.log(odds @ around))


def _around(belief: Floats, neighbours: csr_array) -> Floats:
    """Return the neighbours' states of every cell, states x regions x groups."""
    belief = np.minimum(belief, 1 - 1e-9)
    return _states(neighbours @ np.log1p(-belief), neighbours @ (belief / (1 - belief)))


def _logistic(x: Floats) -> Floats:
    from scipy.special import expit

    return np.asarray(expit(x))
