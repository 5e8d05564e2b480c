"""Weights that bring respondents to the composition of the population."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
import pandas as pd

from clusterid.errors import (
    DataWarning,
    Fault,
    NotConvergedError,
    OptionError,
    TableError,
)

__all__ = ["design_effect", "rake", "raking_weights"]


def rake(
    sample: pd.DataFrame,
    margins: Mapping[str, pd.Series],
    *,
    minimum: int = 5,
    cap: float = 3.0,
    tolerance: float = 1e-10,
    iterations: int = 1000,
) -> pd.Series:
    r"""Return weights so that the sample meets the population's margins.

    Iterative proportional fitting: weights are scaled to one margin after the other
    until all hold. Categories with few respondents are joined first, largest weights
    are capped and the excess is spread again.

    Parameters
    ----------
    sample : DataFrame
        One row a respondent, one column a margin, values are categories.
    margins : mapping of column to Series
        Population count by category.
    minimum : int, default 5
        Categories with fewer respondents are joined with the next smallest one.
    cap : float, default 3.0
        Largest weight, in units of the mean weight (authors' choice).
    tolerance : float, default 1e-10
        Largest relative gap to a margin before capping.
    iterations : int, default 1000
        At most so many rounds.

    Returns
    -------
    Series
        Weights with mean 1, index of ``sample``.

    Raises
    ------
    TableError
        If a category of the sample has no population count, or a count is smaller
        than the respondents in it.
    NotConvergedError
        If the margins cannot be met together.

    Warns
    -----
    DataWarning
        If a category of the population has no respondents: it is named, with the one
        it is joined with.

    References
    ----------
    Deming, W. and Stephan, F. (1940), On a least squares adjustment of a sampled
    frequency table, Annals of Mathematical Statistics 11. Not checked against the
    original [M].

    Examples
    --------
    >>> sample = pd.DataFrame({"size": ["large"] * 6 + ["small"] * 6})
    >>> rake(sample, {"size": pd.Series({"large": 10, "small": 30})}).round(2).tolist()
    [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]
    """
    if cap < 1:
        raise OptionError(f"cap={cap!r}; give at least 1.")
    columns = sorted(margins)
    _check_margins(sample, margins)
    groups, targets = [], []
    told: list[str] = []
    for column in columns:
        code, target, empty = _joined(
            sample[column].astype(str), margins[column], minimum
        )
        told += [f"{name!r} of {column} with {other!r}" for name, other in empty]
        groups.append(code)
        targets.append(target * len(sample) / target.sum())
    if told:
        noun = "category has" if len(told) == 1 else "categories have"
        warnings.warn(
            f"raking: {len(told)} {noun} no respondents; the units are joined: "
            f"{', '.join(told)}. Their own composition stays unknown.",
            DataWarning,
            stacklevel=2,
        )
    weight = np.ones(len(sample))
    for _ in range(iterations):
        gap = 0.0
        for code, target in zip(groups, targets, strict=True):
            reached = np.bincount(code, weights=weight, minlength=len(target))
            factor = target / reached
            gap = max(gap, float(np.abs(factor - 1.0).max()))
            weight = weight * factor[code]
        if gap < tolerance:
            break
    else:
        raise NotConvergedError(
            f"Raking did not meet the margins {', '.join(columns)} within "
            f"{iterations} rounds (largest gap {gap:.2g}); join categories."
        )
    return pd.Series(_capped(weight, cap), index=sample.index, name="weight")


def _check_margins(sample: pd.DataFrame, margins: Mapping[str, pd.Series]) -> None:
    faults = []
    for column, population in sorted(margins.items()):
        if column not in sample:
            have = ", ".join(map(str, sample.columns))
            faults.append(Fault(f"there is no column {column!r}", f"use one of {have}"))
            continue
        count = sample[column].astype(str).value_counts()
        known = population.copy()
        known.index = known.index.astype(str)
        short = count[count > known.reindex(count.index).fillna(0)]
        if len(short):
            rows = tuple((c, int(n)) for c, n in short.sort_index().items())
            faults.append(
                Fault(
                    f"a category of {column!r} has more respondents than units in the "
                    "population",
                    "correct the population counts",
                    len(short),
                    rows[:5],
                )
            )
    if faults:
        raise TableError("raking margins", faults)


def _joined(
    values: pd.Series, population: pd.Series, minimum: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[str, str]]]:
    """Return category numbers and population counts, small categories joined.

    And which categories were empty, each with the one it was joined with.
    """
    known = population.copy().astype(float)
    known.index = known.index.astype(str)
    known = known[known > 0].sort_index()
    count = values.value_counts().reindex(known.index, fill_value=0)
    names = {c: c for c in known.index}
    size = {c: (int(count[c]), float(known[c])) for c in known.index}
    while len(size) > 1:
        smallest = min(size, key=lambda c: (size[c][0], c))
        if size[smallest][0] >= minimum:
            break
        rest = [c for c in size if c != smallest]
        other = min(rest, key=lambda c: (size[c][0], c))
        n, total = size.pop(smallest)
        size[other] = (size[other][0] + n, size[other][1] + total)
        names = {c: other if to == smallest else to for c, to in names.items()}
    order = {c: k for k, c in enumerate(sorted(size))}
    code = np.array([order[names[v]] for v in values], dtype=np.int64)
    empty = [(str(c), str(names[c])) for c in known.index if count[c] == 0]
    return code, np.array([size[c][1] for c in sorted(size)]), empty


def _capped(weight: np.ndarray, cap: float) -> np.ndarray:
    weight = weight / weight.mean()
    for _ in range(100):
        high = weight > cap * (1 + 1e-12)
        if not high.any():
            break
        excess = (weight[high] - cap).sum()
        weight = np.where(high, cap, weight)
        room = weight < cap
        if not room.any():
            break
        weight[room] += excess * weight[room] / weight[room].sum()
    return np.asarray(weight / weight.mean())


def design_effect(weights: pd.Series) -> float:
    """Return Kish's design effect of weights, ``1 + CV^2``; 1 for equal weights.

    Examples
    --------
    >>> design_effect(pd.Series([1.0, 1.0, 2.0]))
    1.125
    """
    w = np.asarray(weights, dtype=float)
    return float(len(w) * (w**2).sum() / w.sum() ** 2)


def raking_weights(places: pd.DataFrame, minimum: int, cap: float) -> pd.Series:
    """Return raking weights of the places that answered, over the parts of strata."""
    asked = places[places["asked"].astype(bool)]
    strata = asked["stratum"].astype("str").fillna("unknown")
    parts = strata.str.split("/", expand=True).fillna("unknown")
    parts.columns = [f"margin {k + 1}" for k in range(parts.shape[1])]
    parts.index = pd.Index(asked["place"])
    answered = asked["answered"].astype(bool).to_numpy()
    margins = {column: parts[column].value_counts() for column in parts.columns}
    return rake(parts[answered], margins, minimum=minimum, cap=cap)
