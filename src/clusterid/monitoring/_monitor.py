"""How clusters move: a panel by cluster and year, and changes beyond noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from clusterid._columns import (
    IDENTIFIER,
    MODEL,
    RATIO,
    SAFE,
    SHARE,
    SUM,
    Declared,
    Each,
    Names,
    Table,
)
from clusterid._typed import typed
from clusterid.classifications import mixed_vintages
from clusterid.errors import (
    ClassificationError,
    CountConceptError,
    OptionError,
    TableError,
)
from clusterid.monitoring._followed import Followed, Year, followed, state, years_of
from clusterid.statistics import permutation_p, q_values
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.clusters import CandidateClusters

__all__ = ["Monitoring", "monitor"]

_PANEL = [
    "cluster", "label", "year", "employment", "establishments", "lq_jobs", "lq_plants",
    "share", "share_withheld", "share_imputed", "share_imputed_before", "growth",
    "growth_national", "noise_sd", "z", "p_value",
    "q_value", "flag", "reason",
]  # fmt: skip
_CHANGES = [
    "cluster", "label", "employment_start", "employment_end", "growth_per_year",
    "growth_national_per_year", "lq_jobs_start", "lq_jobs_end", "share_imputed_start",
    "share_imputed_end", "z", "p_value", "reason",
]  # fmt: skip

#: shares that say how much of the jobs of a year, and of the year before, is estimated
_BEFORE, _START, _END = (
    "share_imputed_before",
    "share_imputed_start",
    "share_imputed_end",
)
_PUBLISHED: dict[str, Declared] = {
    "panel": Table({
        "cluster": IDENTIFIER,
        "label": IDENTIFIER,
        "year": IDENTIFIER,
        "employment": SUM,
        "establishments": SAFE,
        "lq_jobs": RATIO,
        "lq_plants": MODEL.counted,
        "share": RATIO,
        "share_withheld": SAFE,
        "share_imputed": SHARE,
        _BEFORE: SHARE,
        "growth": RATIO.change.by("share_imputed", _BEFORE),
        "growth_national": MODEL.by(_BEFORE),
        "noise_sd": MODEL.of_all,
        "z": MODEL.by("share_imputed", _BEFORE).as_fine_as("growth", "growth_national"),
        "p_value": MODEL.tail.by("share_imputed", _BEFORE),
        "q_value": MODEL.tail.by("share_imputed", _BEFORE),
        "flag": SAFE,
        "reason": SAFE,
    }),
    "changes": Table({
        "label": IDENTIFIER,
        "employment_start": SUM.by(_START),
        "employment_end": SUM.by(_END),
        "growth_per_year": RATIO.change.by(_START, _END),
        "growth_national_per_year": MODEL.by(_START),
        "lq_jobs_start": RATIO.by(_START),
        "lq_jobs_end": RATIO.by(_END),
        _START: SHARE,
        _END: SHARE,
        "z": MODEL.by(_START, _END).as_fine_as(
            "growth_per_year", "growth_national_per_year"
        ),
        "p_value": MODEL.tail.by(_START, _END),
        "q_value": MODEL.tail.by(_START, _END),
        "flag": SAFE,
        "reason": SAFE,
    }),
    "params": Names({
        **dict.fromkeys(
            ("significance", "draws", "seed", "years", "noise_unit"), IDENTIFIER
        ),
        "noise": Each(MODEL.of_all),
    }),
}


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How clusters moved over the years.

    Parameters
    ----------
    panel : DataFrame
        One row a cluster and year; see :func:`monitor`.
    changes : DataFrame by cluster
        First and last year: ``label``, ``employment_start``, ``employment_end``,
        ``growth_per_year``, ``growth_national_per_year``, ``lq_jobs_start``,
        ``lq_jobs_end``,
        ``share_imputed_start``, ``share_imputed_end`` (of the jobs, estimated),
        ``z``, ``p_value``, ``q_value``, ``flag`` (``rising``, ``falling`` or empty).
    params : mapping
        Every argument, and the noise per plant that was estimated.
    """

    panel: pd.DataFrame
    changes: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

    def __repr__(self) -> str:
        flags = self.changes["flag"].value_counts()
        return (
            f"<Monitoring: {len(self.changes)} clusters, "
            f"{self.panel['year'].nunique()} years; {int(flags.get('rising', 0))} "
            f"rising and {int(flags.get('falling', 0))} falling beyond noise>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = self.changes.head(20).to_html(escape=True)
        return f"<p>{escape(repr(self))}</p>{shown}"


@typed
def monitor(
    economies: Mapping[int, Economy],
    candidates: CandidateClusters,
    *,
    significance: float = 0.05,
    draws: int = 200,
    seed: int = 0,
) -> Monitoring:
    r"""Follow candidate clusters through the years and flag what exceeds noise.

    A cluster keeps its regions and its industries. Its growth is held against the
    growth of the same industries everywhere; what is left is flagged only where it is
    more than plants that open, close, grow and shrink by themselves would explain.

    Parameters
    ----------
    economies : mapping of year to Economy
        At least two years of one classification and one count concept.
    candidates : CandidateClusters
        From :func:`clusterid.identify_clusters`.
    significance : float, default 0.05
        False discovery rate of the flags (Benjamini-Hochberg over clusters, and
        separately over the year-to-year changes of the panel).
    draws : int, default 200
        Placebos by cluster and step; fewer where there are more than 2,000 clusters.
    seed : int, default 0
        Of the placebos.

    Returns
    -------
    Monitoring
        ``panel``: ``cluster``, ``label``, ``year``, ``employment`` (persons),
        ``establishments``, ``lq_jobs``, ``lq_plants`` (1 = as everywhere; NaN where
        plants are not counted), ``share`` (of the
        industries' jobs in the study area), ``share_withheld`` (of its cells),
        ``share_imputed`` (of its jobs, estimated; ``share_imputed_before`` in the year
        before),
        ``growth``, ``growth_national`` (log change since the year before),
        ``noise_sd`` (of the growth), ``z``, ``p_value`` (two-sided), ``q_value``,
        ``flag``, ``reason`` (why a change is missing: ``first_year``,
        ``not_in_table``, ``nothing_there``).

    Raises
    ------
    OptionError
        If there are fewer than two years.
    ClassificationError
        If the years are in different classifications: no growth across a break
        without a concordance.
    CountConceptError
        If workplace and residence counts are mixed.
    TableError
        If no region or industry of the clusters is in a year's table, or a known
        reform sets the regions of two years apart.

    Warns
    -----
    DataWarning
        If some clusters have no region or industry that all years know.

    Notes
    -----
    Noise: over all regions, the growth of an industry less its national growth, times
    the square root of its plants, has a spread that is estimated industry by industry
    (root mean square over the larger half of the regions, largest 2 per cent left
    out); a cluster's noise is that spread over
    the square root of its plants, added over its industries in proportion to their
    squared shares. Without counts of plants nothing tells noise from a change, and no
    flag is set (``plants_not_counted``).

    Plants differ so much in size that z has longer tails than a normal variate. The
    p-value is therefore the share of placebos with a larger z: random sets of as
    many regions, outside the cluster, with the same industries, pooled over clusters.
    Slow common shocks to a region are part of what is flagged. The rule is the
    authors' choice.

    Examples
    --------
    >>> monitor({2020: None}, None)
    Traceback (most recent call last):
    ...
    clusterid.errors.OptionError: economies= holds 1 year; give at least two.
    """
    _check(economies, significance)
    if draws < 1:
        raise OptionError(f"draws={draws!r}; give at least 1.")
    years, codes, industries = years_of(economies)
    clusters = followed(candidates, codes, industries)
    states = [[state(year, cluster) for cluster in clusters] for year in years]
    steps = [_step(start, end) for start, end in pairwise(years)]
    moves = [_moves(clusters, step, draws, seed) for step in steps]
    whole, over_all = steps[0], moves[0]
    if len(steps) > 1:
        whole = _step(years[0], years[-1])
        over_all = _moves(clusters, whole, draws, seed)
    panel = _panel(clusters, states, moves)
    changes = _changes(clusters, whole, states[0], states[-1], over_all)
    noise = {
        f"{step.start.year}-{step.end.year}": float(np.nanmedian(step.noise))
        for step in steps
        if np.isfinite(step.noise).any()
    }
    return Monitoring(
        panel=_flagged(panel, significance),
        changes=_flagged(changes, significance).set_index("cluster"),
        params={
            "significance": significance,
            "draws": draws,
            "seed": seed,
            "years": tuple(year.year for year in years),
            "noise_unit": None if years[0].plants is None else "plants",
            "noise": noise,
        },
    )


def _check(economies: Mapping[int, Economy], significance: float) -> None:
    if len(economies) < 2:
        noun = "year" if len(economies) == 1 else "years"
        raise OptionError(
            f"economies= holds {len(economies)} {noun}; give at least two."
        )
    if not 0 < significance < 1:
        raise OptionError(f"significance={significance!r}; give a number from 0 to 1.")
    described = [economy.metadata for economy in economies.values()]
    names = {metadata.classification for metadata in described}
    if len(names) > 1:
        raise ClassificationError(
            f"The years are in different classifications ({', '.join(sorted(names))}); "
            "carry them to one with a correspondence first."
        )
    for first, last in pairwise(sorted(economies)):
        faults = mixed_vintages(
            economies[first].regions,
            economies[last].regions,
            names=(str(first), str(last)),
        )
        if faults:
            raise TableError("years to monitor", faults)
    concepts = {metadata.concept for metadata in described}
    if len(concepts) > 1:
        raise CountConceptError(
            f"The years mix count concepts ({', '.join(sorted(concepts))}); keep one."
        )


@dataclass(frozen=True, slots=True)
class _Step:
    """From one year to another, with the noise of each industry between them."""

    start: Year
    end: Year
    noise: NDArray[np.float64]


def _step(start: Year, end: Year) -> _Step:
    return _Step(start, end, _noise(start.jobs, end.jobs, start.unit))


def _noise(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    unit: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return by industry the spread of growth times the square root of plants.

    Root mean square over the upper half of the regions by plants, which are most like
    clusters, without the largest 2 per cent.
    """
    ok = (before > 0) & (after > 0) & (unit > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = np.log(after) - np.log(before)
        common = np.log(after.sum(axis=0)) - np.log(before.sum(axis=0))
        scaled = np.where(ok, (growth - common) * np.sqrt(unit), np.nan)
    result = np.full(before.shape[1], np.nan)
    for i in range(before.shape[1]):
        values, size = scaled[ok[:, i], i], unit[ok[:, i], i]
        if len(values) >= 10:
            values = np.sort(values[size >= np.median(size)] ** 2)
            result[i] = np.sqrt(values[: max(1, int(0.98 * len(values)))].mean())
    # an industry in too few regions takes the usual noise of all
    usual = float(np.nanmedian(result)) if np.isfinite(result).any() else np.nan
    return np.where(np.isfinite(result) & (result > 0), result, usual)


def _missing(reason: str) -> dict[str, Any]:
    numbers = ("growth", "growth_national", "noise_sd", "z", "p_value")
    return {**dict.fromkeys(numbers, np.nan), "reason": reason}


#: Most placebos of a step, those of all clusters together; the smallest p-value is
#: their inverse.
_PLACEBOS = 400_000


def _placebos(
    clusters: list[Followed], step: _Step, draws: int, seed: int
) -> NDArray[np.float64]:
    """Return sorted absolute z of random sets of regions with the same industries."""
    rng = np.random.default_rng([seed, step.start.year, step.end.year])
    n_regions = len(step.start.jobs)
    # all are pooled: with thousands of clusters fewer of each are enough
    draws = max(1, min(draws, _PLACEBOS // max(len(clusters), 1)))
    sets: dict[tuple[bytes, int], list[NDArray[np.int64]]] = {}
    for cluster in clusters:
        size = len(cluster.regions)
        free = np.delete(np.arange(n_regions), cluster.regions)
        if len(free) < size:
            continue
        if size == 1:  # all draws at once
            elsewhere = free[rng.integers(len(free), size=(draws, 1))]
        else:
            chosen = [rng.choice(free, size, replace=False) for _ in range(draws)]
            elsewhere = np.array(chosen)
        sets.setdefault((cluster.industries.tobytes(), size), []).append(elsewhere)
    found = [
        _moved_by(step, np.concatenate(drawn), np.frombuffer(which, dtype=np.int64))
        for (which, _), drawn in sets.items()
    ]
    z = np.abs(np.concatenate([np.zeros(0), *found]))
    return np.sort(z[np.isfinite(z)])


def _moved_by(
    step: _Step, sets: NDArray[np.int64], which: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the z of :func:`_move` for many sets of regions, one a row."""
    if step.start.plants is None:
        return np.zeros(0)
    before, after = step.start.jobs[:, which], step.end.jobs[:, which]
    rate = _national(step, which)
    old, new = before[sets].sum(axis=1), after[sets].sum(axis=(1, 2))
    unit = step.start.unit[:, which][sets].sum(axis=1)
    total = old.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = np.log(new / total) - np.log(old @ rate / total)
        share = old / total[:, None]
        variance = np.where(unit > 0, share**2 * step.noise[which] ** 2 / unit, 0.0)
        z = growth / np.sqrt(np.nansum(variance, axis=1))
    z[~np.isfinite(z)] = np.nan
    return np.asarray(z)


def _moves(
    clusters: list[Followed], step: _Step, draws: int, seed: int
) -> list[dict[str, Any]]:
    """Return how every cluster moved, held against placebos."""
    placebo = _placebos(clusters, step, draws, seed)
    everywhere: dict[bytes, NDArray[np.float64]] = {}
    moves = []
    for cluster in clusters:
        key = cluster.industries.tobytes()
        if key not in everywhere:
            everywhere[key] = _national(step, cluster.industries)
        moves.append(_move(step, cluster, everywhere[key]))
    z = np.abs(np.array([move["z"] for move in moves], dtype=float))
    larger = len(placebo) - np.searchsorted(placebo, z * (1 - 1e-12))
    for move, count in zip(moves, larger.tolist(), strict=True):
        if not np.isnan(move["z"]):
            move["p_value"] = float(permutation_p(count, len(placebo)))
    return moves


def _national(step: _Step, which: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return by what each industry grew everywhere, 1 where it was nowhere."""
    before = step.start.jobs[:, which].sum(axis=0)
    rate: NDArray[np.float64] = np.ones_like(before)
    after = step.end.jobs[:, which].sum(axis=0)
    np.divide(after, before, out=rate, where=before > 0)
    return rate


def _move(step: _Step, cluster: Followed, rate: NDArray[np.float64]) -> dict[str, Any]:
    """Return growth, the growth of its industries everywhere, and the noise."""
    inside = cluster.inside
    old = step.start.jobs[inside].sum(axis=0)
    new, total = float(step.end.jobs[inside].sum()), old.sum()
    if not total > 0 or not new > 0:
        return _missing("nothing_there")
    usual = (old * rate).sum()
    if not usual > 0:  # its industries are gone everywhere
        return _missing("nothing_there")
    growth, common = float(np.log(new / total)), float(np.log(usual / total))
    unit, share = step.start.unit[inside].sum(axis=0), old / total
    variance = np.zeros_like(share)
    np.divide(
        share**2 * step.noise[cluster.industries] ** 2,
        unit,
        out=variance,
        where=unit > 0,
    )
    sd = float(np.sqrt(np.nansum(variance)))
    known = {"growth": growth, "growth_national": common}
    if step.start.plants is None:
        return _missing("plants_not_counted") | known
    if not sd > 0:
        return _missing("no_noise_estimate") | known
    z = (growth - common) / sd
    return known | {"noise_sd": sd, "z": z, "p_value": np.nan, "reason": ""}


def _panel(
    clusters: list[Followed],
    states: list[list[dict[str, float]]],
    moves: list[list[dict[str, Any]]],
) -> pd.DataFrame:
    """Return one row a cluster and year: where it stands, and how it moved."""
    rows = []
    for i, cluster in enumerate(clusters):
        of_cluster = {"cluster": cluster.name, "label": cluster.label}
        before = 0.0
        for k, of_year in enumerate(states):
            move = moves[k - 1][i] if k else _missing("first_year")
            why = move["reason"] or ("not_in_table" if cluster.incomplete else "")
            estimated = {_BEFORE: before}
            rows.append(of_cluster | of_year[i] | move | {"reason": why} | estimated)
            before = of_year[i]["share_imputed"]
    return pd.DataFrame(rows, columns=_PANEL)


def _changes(
    clusters: list[Followed],
    step: _Step,
    first: list[dict[str, float]],
    last: list[dict[str, float]],
    moves: list[dict[str, Any]],
) -> pd.DataFrame:
    """Return one row a cluster: how it moved from the first year to the last."""
    years = step.end.year - step.start.year
    rows = [
        {
            "cluster": cluster.name,
            "label": cluster.label,
            "employment_start": start["employment"],
            "employment_end": end["employment"],
            "growth_per_year": move["growth"] / years,
            "growth_national_per_year": move["growth_national"] / years,
            "lq_jobs_start": start["lq_jobs"],
            "lq_jobs_end": end["lq_jobs"],
            _START: start["share_imputed"],
            _END: end["share_imputed"],
            **{name: move[name] for name in ("z", "p_value", "reason")},
        }
        for cluster, start, end, move in zip(clusters, first, last, moves, strict=True)
    ]
    return pd.DataFrame(rows, columns=_CHANGES)


def _flagged(table: pd.DataFrame, significance: float) -> pd.DataFrame:
    """Add q-values of Benjamini and Hochberg, and what rises or falls beyond noise."""
    q, z = q_values(table["p_value"].to_numpy(dtype=float)), table["z"].astype(float)
    flag = np.where(q <= significance, np.where(z > 0, "rising", "falling"), "")
    return table.assign(q_value=q, flag=pd.Series(flag, table.index, dtype="str"))
