"""Tests for multiple-response questions: where chi-square on ticks is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError

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
    from scipy.stats import chi2

    ticks = responses.to_numpy(dtype=float)
    code, names = pd.factorize(groups.astype(str), sort=True)
    _check_ticks(ticks, responses, len(names))
    n = np.bincount(code, minlength=len(names)).astype(float)
    onehot = np.eye(len(names))[code]
    part = marginal_chi_squares(ticks.T @ onehot, n)
    used = np.isfinite(part)
    correlation = np.corrcoef(ticks[:, used], rowvar=False).reshape(used.sum(), -1)
    df_each = len(names) - 1
    trace, square = float(used.sum()), float((correlation**2).sum())
    statistic = float(part[used].sum())
    rao_scott, df = statistic * trace / square, df_each * trace**2 / square
    p_each = chi2.sf(part, df_each)
    permuted = np.nan
    if permutations:
        rng = np.random.default_rng(seed)
        # a canonical order, so that the rows' order does not change the draw
        order = np.lexsort((*ticks.T, code))
        base, shuffled = ticks[order], code[order]
        beaten = 0
        for _ in range(permutations):
            hot = np.eye(len(names))[rng.permutation(shuffled)]
            draw = marginal_chi_squares(base.T @ hot, n)
            beaten += float(np.nansum(draw)) >= statistic * (1 - 1e-12)
        permuted = (1 + beaten) / (permutations + 1)
    return MultipleResponseTest(
        parts=_parts(responses.columns, part, p_each, int(used.sum())),
        statistic=statistic,
        rao_scott=rao_scott,
        df=df,
        p_rao_scott=float(chi2.sf(rao_scott, df)),
        p_bonferroni=min(1.0, float(np.nanmin(p_each)) * int(used.sum())),
        p_permutation=permuted,
    )


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
    from scipy.stats import chi2

    a, b = first.to_numpy(dtype=float), second.to_numpy(dtype=float)
    _check_ticks(a, first, 2)
    _check_ticks(b, second, 2)
    keep_a, keep_b = a.std(axis=0) > 0, b.std(axis=0) > 0
    r_a = np.corrcoef(a[:, keep_a], rowvar=False).reshape(keep_a.sum(), -1)
    r_b = np.corrcoef(b[:, keep_b], rowvar=False).reshape(keep_b.sum(), -1)

    def parts(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore", divide="ignore"):
            zx = (x - x.mean(axis=0)) / x.std(axis=0)
            zy = (y - y.mean(axis=0)) / y.std(axis=0)
        return np.asarray(len(x) * (zx.T @ zy / len(x)) ** 2)

    part = parts(a, b).ravel()
    names = pd.Index([f"{i} / {j}" for i in first.columns for j in second.columns])
    statistic = float(np.nansum(part))
    trace = float(keep_a.sum() * keep_b.sum())
    square = float((r_a**2).sum() * (r_b**2).sum())
    rao_scott, df = statistic * trace / square, trace**2 / square
    p_each = chi2.sf(part, 1)
    permuted = np.nan
    if permutations:
        rng = np.random.default_rng(seed)
        order = np.lexsort((*a.T, *b.T))
        a, b = a[order], b[order]
        beaten = sum(
            float(np.nansum(parts(a, b[rng.permutation(len(b))])))
            >= statistic * (1 - 1e-12)
            for _ in range(permutations)
        )
        permuted = (1 + beaten) / (permutations + 1)
    return MultipleResponseTest(
        parts=_parts(names, part, p_each, int(trace)),
        statistic=statistic,
        rao_scott=rao_scott,
        df=df,
        p_rao_scott=float(chi2.sf(rao_scott, df)),
        p_bonferroni=min(1.0, float(np.nanmin(p_each)) * trace),
        p_permutation=permuted,
    )


def _parts(
    items: pd.Index,
    part: NDArray[np.float64],
    p_each: NDArray[np.float64],
    number: int,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "chi_square": part,
            "p_value": p_each,
            "p_bonferroni": np.minimum(1.0, p_each * number),
            "reason": np.where(np.isfinite(part), "", "all_or_none_ticked"),
        },
        index=pd.Index(items, name="item"),
    )


def _check_ticks(
    ticks: NDArray[np.float64], table: pd.DataFrame, n_groups: int
) -> None:
    faults = []
    if not np.isin(ticks, (0.0, 1.0)).all():
        faults.append(
            Fault(
                "answers are not all ticked or not", "drop units with missing answers"
            )
        )
    elif (
        not len(ticks)
        or not ((ticks.mean(axis=0) > 0) & (ticks.mean(axis=0) < 1)).any()
    ):
        faults.append(
            Fault("no option is ticked by some and not by others", "check the question")
        )
    if n_groups < 2:
        faults.append(Fault("there is only one group", "compare at least two groups"))
    if faults:
        raise TableError("multiple responses", faults)
