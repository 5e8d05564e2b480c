"""Tests for multiple-response questions: where chi-square on ticks is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError
from clusterid.statistics import permutation_p

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "MultipleResponseTest",
    "marginal_independence",
    "pairwise_independence",
]


@dataclass(frozen=True, slots=True)
class MultipleResponseTest:
    """A test between a multiple-response question and another variable.

    ``parts`` (by item: ``chi_square``, ``p_value``, ``p_bonferroni``), ``statistic``
    (their sum), ``rao_scott`` with ``df`` and ``p_rao_scott`` (second order),
    ``p_bonferroni`` (smallest part times the number of parts), ``p_permutation``.
    """

    parts: pd.DataFrame
    statistic: float
    rao_scott: float
    df: float
    p_rao_scott: float
    p_bonferroni: float
    p_permutation: float

    def __repr__(self) -> str:
        return (
            f"<MultipleResponseTest: {len(self.parts)} parts, sum "
            f"{self.statistic:.2f}, Rao-Scott {self.rao_scott:.2f} on {self.df:.2f} "
            f"df, p {self.p_rao_scott:.3g} (permutation {self.p_permutation:.3g})>"
        )


def marginal_chi_squares(
    yes: NDArray[np.float64], n: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Pearson's chi-square of every item; ``yes`` is items x groups."""
    total = n.sum()
    p = yes.sum(axis=1) / total
    spread = (p * (1 - p))[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = n[None] * (yes / n[None] - p[:, None]) ** 2 / spread
    return np.where((p > 0) & (p < 1), part.sum(axis=1), np.nan)


def marginal_independence(
    groups: pd.Series,
    responses: pd.DataFrame,
    *,
    permutations: int = 999,
    seed: int | np.random.Generator = 0,
) -> MultipleResponseTest:
    r"""Test whether the answers to a multiple-response question differ by group.

    One respondent ticks several options, so a chi-square test on the table of ticks
    counts people more than once. Here each option gets its own 2 x groups table; the
    chi-squares are added, and the sum is corrected for the options' correlation.

    Parameters
    ----------
    groups : Series
        Group of each respondent (one answer each).
    responses : DataFrame, respondents x options
        True where ticked; same index.
    permutations : int, default 999
        Permutations of the groups over respondents; 0 leaves the p-value NaN.
    seed : int or Generator, default 0
        Of the permutations.

    Returns
    -------
    MultipleResponseTest

    Raises
    ------
    TableError
        If there are fewer than two groups, or no option that some tick and some do
        not.

    Notes
    -----
    With R the correlation matrix of the J options, pooled over the I groups, the sum
    is distributed as :math:`\sum_k \lambda_k \chi^2_{I-1}` with the eigenvalues of R.
    The second-order correction is :math:`X^2 \sum\lambda / \sum\lambda^2` on
    :math:`(I-1) (\sum\lambda)^2/\sum\lambda^2` degrees of freedom. Bilder and Loughin
    estimate R by group; pooled it is right when the groups share one correlation.

    References
    ----------
    Bilder, C. and Loughin, T. (2004), Testing for marginal independence between two
    categorical variables with multiple responses, Biometrics 60; Thomas, D. and
    Decady, Y. (2004). Not checked against the originals [M].

    Examples
    --------
    >>> groups = pd.Series(["a"] * 20 + ["b"] * 20)
    >>> ticks = pd.DataFrame({"x": [1] * 15 + [0] * 25, "y": [1, 0] * 20})
    >>> found = marginal_independence(groups, ticks, permutations=0)
    >>> found.parts["chi_square"].round(1).to_dict()
    {'x': 24.0, 'y': 0.0}
    """
    ticks = responses.to_numpy(dtype=float)
    code, names = pd.factorize(groups.astype(str), sort=True)
    _check_ticks(ticks, len(names))
    n = np.bincount(code, minlength=len(names)).astype(float)
    # a canonical order, so that the rows' order does not change the draw
    order = np.lexsort((*ticks.T, code))
    base, onehot = ticks[order].T, np.eye(len(names))

    def chi_squares(rng: np.random.Generator) -> NDArray[np.float64]:
        return marginal_chi_squares(base @ onehot[rng.permutation(code[order])], n)

    part = marginal_chi_squares(ticks.T @ onehot[code], n)
    used = np.isfinite(part)
    eigen = _eigenvalues(ticks[:, used])
    statistic, df = float(part[used].sum()), len(names) - 1
    beaten = _permuted(chi_squares, statistic, permutations, seed)
    return _tested(responses.columns, part, statistic, df, eigen, beaten)


def pairwise_independence(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    permutations: int = 999,
    seed: int | np.random.Generator = 0,
) -> MultipleResponseTest:
    r"""Test whether two multiple-response questions go together.

    Every option of the one with every option of the other: one chi-square each, added
    and corrected for both sets of correlations.

    Parameters
    ----------
    first, second : DataFrame, respondents x options
        True where ticked; same index.
    permutations : int, default 999
        Permutations of the second table's rows.
    seed : int or Generator, default 0
        Of the permutations.

    Returns
    -------
    MultipleResponseTest
        ``parts`` indexed ``"option / option"``.

    Raises
    ------
    TableError
        If a table has no option that some tick and some do not.

    Notes
    -----
    The correction uses the eigenvalues of the Kronecker product of both correlation
    matrices, which holds when the two sets of answers are independent altogether; the
    null of Bilder and Loughin asks for independence of each pair only.

    References
    ----------
    As :func:`marginal_independence`.

    Examples
    --------
    >>> one = pd.DataFrame({"x": [1, 0] * 20})
    >>> two = pd.DataFrame({"u": [1, 0] * 20, "v": [1, 1, 0, 0] * 10})
    >>> pairwise_independence(one, two, permutations=0).statistic
    40.0
    """
    a, b = first.to_numpy(dtype=float), second.to_numpy(dtype=float)
    _check_ticks(a, 2)
    _check_ticks(b, 2)
    sums = [_eigenvalues(x[:, x.std(axis=0) > 0]) for x in (a, b)]
    eigen = (sums[0][0] * sums[1][0], sums[0][1] * sums[1][1])
    order = np.lexsort((*a.T, *b.T))

    def parts(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            zx = (x - x.mean(axis=0)) / x.std(axis=0)
            zy = (y - y.mean(axis=0)) / y.std(axis=0)
        return np.asarray(len(x) * (zx.T @ zy / len(x)) ** 2)

    def chi_squares(rng: np.random.Generator) -> NDArray[np.float64]:
        return parts(a[order], b[order][rng.permutation(len(b))])

    part = parts(a, b).ravel()
    names = pd.Index([f"{i} / {j}" for i in first.columns for j in second.columns])
    statistic = float(np.nansum(part))
    beaten = _permuted(chi_squares, statistic, permutations, seed)
    return _tested(names, part, statistic, 1, eigen, beaten)


def _eigenvalues(ticks: NDArray[np.float64]) -> tuple[float, float]:
    """Return the sum of the eigenvalues of the correlations, and of their squares."""
    correlation = np.corrcoef(ticks, rowvar=False).reshape(ticks.shape[1], -1)
    return float(ticks.shape[1]), float((correlation**2).sum())


def _permuted(
    chi_squares: Callable[[np.random.Generator], NDArray[np.float64]],
    statistic: float,
    permutations: int,
    seed: int | np.random.Generator,
) -> float:
    """Return the share of permutations with at least the statistic; NaN without any."""
    if not permutations:
        return float("nan")
    rng = np.random.default_rng(seed)
    least = statistic * (1 - 1e-12)
    beaten = sum(
        float(np.nansum(chi_squares(rng))) >= least for _ in range(permutations)
    )
    return float(permutation_p(beaten, permutations))


def _tested(
    items: pd.Index,
    part: NDArray[np.float64],
    statistic: float,
    df_each: int,
    eigen: tuple[float, float],
    p_permutation: float,
) -> MultipleResponseTest:
    """Put the test together: parts, their sum corrected, p-values in three ways."""
    from scipy.stats import chi2

    number, square = eigen
    rao_scott, df = statistic * number / square, df_each * number**2 / square
    p_each = chi2.sf(part, df_each)
    parts = pd.DataFrame(
        {
            "chi_square": part,
            "p_value": p_each,
            "p_bonferroni": np.minimum(1.0, p_each * int(number)),
            "reason": np.where(np.isfinite(part), "", "all_or_none_ticked"),
        },
        index=pd.Index(items, name="item"),
    )
    return MultipleResponseTest(
        parts=parts,
        statistic=statistic,
        rao_scott=rao_scott,
        df=df,
        p_rao_scott=float(chi2.sf(rao_scott, df)),
        p_bonferroni=min(1.0, float(np.nanmin(p_each)) * number),
        p_permutation=p_permutation,
    )


def _check_ticks(ticks: NDArray[np.float64], n_groups: int) -> None:
    faults = []
    share = ticks.mean(axis=0) if len(ticks) else np.zeros(ticks.shape[1])
    if not np.isin(ticks, (0.0, 1.0)).all():
        mend = "drop units with missing answers"
        faults.append(Fault("answers are not all ticked or not", mend))
    elif not ((share > 0) & (share < 1)).any():
        what = "no option is ticked by some and not by others"
        faults.append(Fault(what, "check the question"))
    if n_groups < 2:
        faults.append(Fault("there is only one group", "compare at least two groups"))
    if faults:
        raise TableError("multiple responses", faults)
