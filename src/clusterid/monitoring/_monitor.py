"""How clusters move: a panel by cluster and year, and changes beyond noise."""

from __future__ import annotations

import warnings
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
from clusterid.comparison import filled_employment
from clusterid.errors import (
    ClassificationError,
    CountConceptError,
    DataWarning,
    Fault,
    OptionError,
    TableError,
)
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
    years = _years(economies)
    clusters = _clusters(candidates, years[0].employment)
    steps = [_step(start, end) for start, end in pairwise(years)]
    placebos = [_placebos(clusters, step, draws, seed) for step in steps]
    rows = []
    for cluster in clusters:
        before = 0.0
        moves = [_missing("first_year")]
        moves += [
            _move(step, cluster, placebo)
            for step, placebo in zip(steps, placebos, strict=True)
        ]
        for year, move in zip(years, moves, strict=True):
            why = move["reason"] or ("not_in_table" if cluster.incomplete else "")
            of_cluster = {"cluster": cluster.name, "label": cluster.label}
            state = _state(year, cluster)
            rows.append(
                of_cluster
                | state
                | move
                | {"reason": why, "share_imputed_before": before}
            )
            before = state["share_imputed"]
    whole, placebo = steps[0], placebos[0]
    if len(steps) > 1:
        whole = _step(years[0], years[-1])
        placebo = _placebos(clusters, whole, draws, seed)
    changes = _changes(clusters, whole, placebo)
    noise = {
        f"{step.start.year}-{step.end.year}": float(np.nanmedian(step.noise))
        for step in steps
        if np.isfinite(step.noise).any()
    }
    return Monitoring(
        panel=_flagged(pd.DataFrame(rows, columns=_PANEL), significance),
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
class _Year:
    """One year's table on the regions and industries that all years know.

    ``employment`` as published, ``jobs`` with withheld cells filled.
    """

    year: int
    employment: pd.DataFrame
    jobs: NDArray[np.float64]
    plants: NDArray[np.float64] | None

    @property
    def unit(self) -> NDArray[np.float64]:
        """Return what noise is counted in: plants, or jobs without them."""
        return self.jobs if self.plants is None else self.plants


def _years(economies: Mapping[int, Economy]) -> list[_Year]:
    """Return the years in order, each on the regions and industries of all."""
    names = sorted(economies)
    codes, industries = economies[names[0]].regions, economies[names[0]].industries
    for name in names[1:]:
        codes = codes.intersection(economies[name].regions)
        industries = industries.intersection(economies[name].industries)
    years = []
    for name in names:
        economy = economies[name]
        jobs = filled_employment(economy).loc[codes, industries].to_numpy(dtype=float)
        plants = economy.establishments
        years.append(_Year(
            name,
            economy.employment.loc[codes, industries],
            jobs,
            None
            if plants is None
            else plants.loc[codes, industries].to_numpy(dtype=float),
        ))  # fmt: skip
    return years


@dataclass(frozen=True, slots=True)
class _Step:
    """From one year to another, with the noise of each industry between them."""

    start: _Year
    end: _Year
    noise: NDArray[np.float64]


def _step(start: _Year, end: _Year) -> _Step:
    return _Step(start, end, _noise(start.jobs, end.jobs, start.unit))


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Positions of a cluster's regions and industries in the tables of the years.

    ``incomplete`` where some of them are not in all years.
    """

    name: str
    label: str
    regions: NDArray[np.int64]
    industries: NDArray[np.int64]
    incomplete: bool


def _clusters(candidates: CandidateClusters, table: pd.DataFrame) -> list[_Cluster]:
    """Return the clusters of which something is in the table."""
    members = candidates.industries
    clusters, lost = [], []
    for name, row in candidates.table.sort_index().iterrows():
        regions = str(row["regions"]).split(";")
        industries = members[str(name)]
        where = table.index.get_indexer(pd.Index(regions))
        which = table.columns.get_indexer(pd.Index(sorted(industries), dtype=object))
        incomplete = bool((where < 0).any() or (which < 0).any())
        where, which = np.sort(where[where >= 0]), np.sort(which[which >= 0])
        if len(where) and len(which):
            clusters.append(
                _Cluster(str(name), str(row["label"]), where, which, incomplete)
            )
        else:
            lost.append((str(name), row["regions"]))
    if lost:
        fault = Fault(
            "a cluster has no region or no industry that all years know",
            "use years of one vintage of regions and one classification",
            len(lost),
            tuple(lost[:5]),
        )
        if not clusters:
            raise TableError("years to monitor", [fault])
        warnings.warn(
            f"years to monitor: {fault}\n    They are left out.",
            DataWarning,
            stacklevel=3,
        )
    return clusters


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


def _state(year: _Year, cluster: _Cluster) -> dict[str, float]:
    """Return where a cluster stands in a year."""
    jobs, plants = year.jobs, year.plants
    where, which = cluster.regions, cluster.industries
    inside = np.ix_(where, which)
    own, national = float(jobs[inside].sum()), float(jobs[:, which].sum())
    expected = national * (float(jobs[where].sum()) / float(jobs.sum()))
    hidden = year.employment.isna().to_numpy()[inside]
    return {
        "year": year.year,
        "employment": own,
        "establishments": np.nan if plants is None else float(plants[inside].sum()),
        "lq_jobs": own / expected if expected > 0 else np.nan,
        "lq_plants": np.nan if plants is None else _quotient(plants, cluster),
        "share": own / national if national > 0 else np.nan,
        "share_withheld": float(hidden.mean()),
        "share_imputed": float(jobs[inside][hidden].sum()) / own if own > 0 else 0.0,
    }


def _quotient(counts: NDArray[np.float64], cluster: _Cluster) -> float:
    """Return what is counted in a cluster over what its size lets expect."""
    where, which = cluster.regions, cluster.industries
    national, whole = float(counts[:, which].sum()), float(counts.sum())
    expected = national * float(counts[where].sum()) / whole if whole > 0 else 0.0
    own = float(counts[np.ix_(where, which)].sum())
    return own / expected if expected > 0 else float("nan")


def _missing(reason: str) -> dict[str, Any]:
    numbers = ("growth", "growth_national", "noise_sd", "z", "p_value")
    return {**dict.fromkeys(numbers, np.nan), "reason": reason}


#: Most placebos of a step, those of all clusters together; the smallest p-value is
#: their inverse.
_PLACEBOS = 400_000


def _placebos(
    clusters: list[_Cluster], step: _Step, draws: int, seed: int
) -> NDArray[np.float64]:
    """Return sorted absolute z of random sets of regions with the same industries."""
    rng = np.random.default_rng([seed, step.start.year, step.end.year])
    found = [np.zeros(0)]
    # all are pooled: with thousands of clusters fewer of each are enough
    draws = max(1, min(draws, _PLACEBOS // max(len(clusters), 1)))
    for cluster in clusters:
        size = len(cluster.regions)
        free = np.setdiff1d(np.arange(len(step.start.jobs)), cluster.regions)
        if len(free) < size:
            continue
        elsewhere = [rng.choice(free, size=size, replace=False) for _ in range(draws)]
        found.append(_moved_by(step, np.array(elsewhere), cluster.industries))
    z = np.abs(np.concatenate(found))
    return np.sort(z[np.isfinite(z)])


def _moved_by(
    step: _Step, sets: NDArray[np.int64], which: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the z of :func:`_move` for many sets of regions, one a row."""
    if step.start.plants is None:
        return np.zeros(0)
    before, after = step.start.jobs[:, which], step.end.jobs[:, which]
    national = before.sum(axis=0)
    rate = np.ones_like(national)
    np.divide(after.sum(axis=0), national, out=rate, where=national > 0)
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


def _move(
    step: _Step, cluster: _Cluster, placebo: NDArray[np.float64] | None = None
) -> dict[str, Any]:
    """Return growth, the growth of its industries everywhere, and the noise."""
    before, after, which = step.start.jobs, step.end.jobs, cluster.industries
    inside = np.ix_(cluster.regions, which)
    old, new = before[inside].sum(axis=0), float(after[inside].sum())
    if not old.sum() > 0 or not new > 0:
        return _missing("nothing_there")
    national = before[:, which].sum(axis=0)
    rate = np.ones_like(national)
    np.divide(after[:, which].sum(axis=0), national, out=rate, where=national > 0)
    if not (old * rate).sum() > 0:  # its industries are gone everywhere
        return _missing("nothing_there")
    growth = float(np.log(new / old.sum()))
    common = float(np.log((old * rate).sum() / old.sum()))
    unit, share = step.start.unit[inside].sum(axis=0), old / old.sum()
    variance = np.zeros_like(share)
    np.divide(share**2 * step.noise[which] ** 2, unit, out=variance, where=unit > 0)
    sd = float(np.sqrt(np.nansum(variance)))
    known = {"growth": growth, "growth_national": common}
    if step.start.plants is None:
        return _missing("plants_not_counted") | known
    if not sd > 0:
        return _missing("no_noise_estimate") | known
    z = (growth - common) / sd
    p_value = np.nan
    if placebo is not None:
        larger = len(placebo) - np.searchsorted(placebo, abs(z) * (1 - 1e-12))
        p_value = float(permutation_p(larger, len(placebo)))
    return known | {"noise_sd": sd, "z": z, "p_value": p_value, "reason": ""}


def _changes(
    clusters: list[_Cluster], step: _Step, placebo: NDArray[np.float64]
) -> pd.DataFrame:
    """Return one row a cluster: how it moved from the first year to the last."""
    years = step.end.year - step.start.year
    rows = []
    for cluster in clusters:
        start, end = _state(step.start, cluster), _state(step.end, cluster)
        move = _move(step, cluster, placebo)
        rows.append({
            "cluster": cluster.name,
            "label": cluster.label,
            "employment_start": start["employment"],
            "employment_end": end["employment"],
            "growth_per_year": move["growth"] / years,
            "growth_national_per_year": move["growth_national"] / years,
            "lq_jobs_start": start["lq_jobs"],
            "lq_jobs_end": end["lq_jobs"],
            "share_imputed_start": start["share_imputed"],
            "share_imputed_end": end["share_imputed"],
            **{name: move[name] for name in ("z", "p_value", "reason")},
        })
    return pd.DataFrame(rows, columns=_CHANGES)


def _flagged(table: pd.DataFrame, significance: float) -> pd.DataFrame:
    """Add q-values of Benjamini and Hochberg, and what rises or falls beyond noise."""
    q, z = q_values(table["p_value"].to_numpy(dtype=float)), table["z"].astype(float)
    flag = np.where(q <= significance, np.where(z > 0, "rising", "falling"), "")
    return table.assign(q_value=q, flag=pd.Series(flag, table.index, dtype="str"))
