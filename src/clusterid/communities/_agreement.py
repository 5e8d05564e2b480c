"""How alike two partitions are, raw and corrected for chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.communities._graph import Floats, Ints
from clusterid.errors import Fault, TableError

__all__ = [
    "adjusted_mutual_information",
    "adjusted_rand",
    "contingency",
    "partition_agreement",
]


def contingency(first: Ints, second: Ints) -> Floats:
    """Return the counts of items by group of the first and of the second partition."""
    _, a = np.unique(first, return_inverse=True)
    _, b = np.unique(second, return_inverse=True)
    shape = (int(a.max()) + 1, int(b.max()) + 1)
    counts = np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1])
    return counts.reshape(shape).astype(float)


def _pairs(counts: Floats) -> Floats:
    return counts * (counts - 1) / 2


def adjusted_rand(first: Ints, second: Ints) -> float:
    """Return the adjusted Rand index of two label arrays (Hubert and Arabie 1985)."""
    _, one = np.unique(first, return_inverse=True)
    _, other = np.unique(second, return_inverse=True)
    # cells that hold someone: a table of all has as many as there are items squared
    _, cells = np.unique(one * (int(other.max()) + 1) + other, return_counts=True)
    n = float(len(one))
    both = float(_pairs(cells.astype(float)).sum())
    a = float(_pairs(np.bincount(one).astype(float)).sum())
    b = float(_pairs(np.bincount(other).astype(float)).sum())
    total = n * (n - 1) / 2
    expected = a * b / total if total else 0.0
    top = (a + b) / 2
    if top == expected:
        return 1.0
    return float((both - expected) / (top - expected))


def _entropy(counts: Floats) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(-(p * np.log(p)).sum())


def _mutual_information(table: Floats) -> float:
    n = table.sum()
    i, j = np.nonzero(table)
    cell = table[i, j]
    a, b = table.sum(axis=1)[i], table.sum(axis=0)[j]
    return float((cell / n * np.log(cell * n / (a * b))).sum())


def _expected_mutual_information(a: Floats, b: Floats) -> float:
    """Return the mean information of two random partitions with these group sizes.

    Hypergeometric model of Vinh, Epps and Bailey (2010); group sizes that occur
    several times are computed once.
    """
    from scipy.special import gammaln

    n = int(a.sum())
    size_a, times_a = np.unique(a.astype(int), return_counts=True)
    size_b, times_b = np.unique(b.astype(int), return_counts=True)
    log_fact = gammaln(np.arange(n + 1) + 1.0)
    y = size_b[:, None]
    total = 0.0
    for x, times in zip(size_a, times_a, strict=True):
        k = np.arange(1, min(x, size_b[-1]) + 1)
        can = (k >= x + y - n) & (k <= y)
        most, left = np.minimum(k, y), np.maximum(n - x - y + k, 0)
        log_p = (
            log_fact[x] + log_fact[y] + log_fact[n - x] + log_fact[n - y]
            - log_fact[n] - log_fact[most] - log_fact[x - most] - log_fact[y - most]
            - log_fact[left]
        )  # fmt: skip
        information = k / n * np.log(n * k / (x * y))
        by_size = (information * np.exp(np.where(can, log_p, -np.inf))).sum(axis=1)
        total += times * float(by_size @ times_b)
    return total


def adjusted_mutual_information(first: Ints, second: Ints) -> float:
    """Return the adjusted mutual information of two label arrays (arithmetic mean).

    Labels are 0, 1, ... as the runs of a search give them.
    """
    a, b = np.bincount(first).astype(float), np.bincount(second).astype(float)
    _, cell = np.unique(first * len(b) + second, return_counts=True)
    shared = _entropy(a) + _entropy(b) - _entropy(cell.astype(float))
    expected = _expected_mutual_information(a[a > 0], b[b > 0])
    return _beyond_chance(shared, expected, a, b)


def _beyond_chance(shared: float, expected: float, a: Floats, b: Floats) -> float:
    spread = (_entropy(a) + _entropy(b)) / 2 - expected
    return float((shared - expected) / spread) if abs(spread) > 1e-15 else 1.0


def _element_centric(first: Ints, second: Ints) -> float:
    """Return the mean over items of the likeness of their two groups.

    For partitions, with the personalised PageRank of Gates et al. (2019) and
    alpha = 0.9: half the L1 distance of the two uniform affinities, weighted by alpha.
    """
    table = contingency(first, second)
    _, a = np.unique(first, return_inverse=True)
    _, b = np.unique(second, return_inverse=True)
    size_a, size_b = table.sum(axis=1)[a], table.sum(axis=0)[b]
    common = table[a, b]
    # uniform 1/size on each group; the item itself carries 1 - alpha in both
    distance = (
        common * np.abs(1 / size_a - 1 / size_b)
        + (size_a - common) / size_a
        + (size_b - common) / size_b
    )
    return float(1 - np.mean(distance) / 2)


@typed
def partition_agreement(
    first: pd.Series, second: pd.Series, *, missing: str = "drop"
) -> pd.Series:
    """Return how alike two partitions of the same items are.

    Chance-adjusted and raw scores stand side by side; never read the normalised
    mutual information alone, it rises with the number of groups.

    Parameters
    ----------
    first, second : Series, item -> group
        Matched by label; items known to one side only are left out.
    missing : {"drop", "single"}
        An item in no group is left out, or is a group of its own.

    Returns
    -------
    Series
        ``n`` items, ``adjusted_rand`` (1 equal, 0 chance), ``rand``,
        ``adjusted_mutual_information`` (1, 0), ``nmi_arithmetic``, ``nmi_geometric``,
        ``nmi_min``, ``nmi_max`` (0 to 1), ``homogeneity``, ``completeness``,
        ``fowlkes_mallows``, ``variation_of_information`` (nats, 0 equal),
        ``omega`` (for partitions the adjusted Rand index), ``element_centric``
        (0 to 1).

    Raises
    ------
    TableError
        If fewer than two items are common to both.

    References
    ----------
    Hubert and Arabie (1985); Vinh, Epps and Bailey (2010); Meila (2007); Collins and
    Dent (1988); Fowlkes and Mallows (1983); Gates, Wood, Hetrick and Ahn (2019), the
    last not checked against the original.

    Examples
    --------
    >>> import pandas as pd
    >>> one = pd.Series([1, 1, 2, 2, 3, 3])
    >>> other = pd.Series([1, 1, 2, 3, 3, 3])
    >>> float(partition_agreement(one, other)["adjusted_rand"].round(7))
    0.4444444
    """
    from clusterid.errors import check_option

    check_option("missing", missing, ("drop", "single"))
    common = first.index.intersection(second.index)
    pair = pd.DataFrame({
        "a": first.reindex(common).astype(object),
        "b": second.reindex(common).astype(object),
    }).sort_index()
    if missing == "drop":
        pair = pair.dropna()
    if len(pair) < 2:
        fault = Fault(
            f"{len(pair)} items are common to both partitions",
            "use the same codes in both, at least two of them",
        )
        raise TableError("partitions", [fault])
    a, b = _codes(pair["a"]), _codes(pair["b"])
    return pd.Series(agreement_scores(a, b), name="agreement")


def _codes(values: pd.Series) -> Ints:
    """Return integer groups; every missing value is a group of its own."""
    codes, known = pd.factorize(values.astype(str).where(values.notna()), sort=True)
    codes = codes.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(known) + np.arange(int(alone.sum()))
    return codes


def agreement_scores(a: Ints, b: Ints) -> dict[str, float]:
    """Return the scores of :func:`partition_agreement` for two label arrays."""
    table = contingency(a, b)
    n = float(table.sum())
    size_a, size_b = table.sum(axis=1), table.sum(axis=0)
    h_a, h_b = _entropy(size_a), _entropy(size_b)
    information = _mutual_information(table)
    expected = _expected_mutual_information(size_a, size_b)
    both = _pairs(table).sum()
    in_a, in_b = _pairs(size_a).sum(), _pairs(size_b).sum()
    total = n * (n - 1) / 2

    def ratio(top: float, bottom: float) -> float:
        return float(top / bottom) if bottom > 0 else 1.0

    # one group against several tells nothing of them: 0, where 0/0 of equal ones is 1
    none_shared = 0.0 if max(h_a, h_b) > 0 >= min(h_a, h_b) else 1.0

    return {
        "n": n,
        "adjusted_rand": adjusted_rand(a, b),
        "rand": float((total + 2 * both - in_a - in_b) / total),
        "adjusted_mutual_information": _beyond_chance(
            information, expected, size_a, size_b
        ),
        "nmi_arithmetic": ratio(information, (h_a + h_b) / 2),
        "nmi_geometric": none_shared * ratio(information, float(np.sqrt(h_a * h_b))),
        "nmi_min": none_shared * ratio(information, min(h_a, h_b)),
        "nmi_max": ratio(information, max(h_a, h_b)),
        "homogeneity": ratio(information, h_a),
        "completeness": ratio(information, h_b),
        "fowlkes_mallows": ratio(both, float(np.sqrt(in_a * in_b))),
        "variation_of_information": h_a + h_b - 2 * information,
        "omega": adjusted_rand(a, b),
        "element_centric": _element_centric(a, b),
    }
