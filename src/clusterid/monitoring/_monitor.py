"""How clusters move: a panel by cluster and year, and changes beyond noise."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.comparison import filled_employment
from clusterid.errors import (
    ClassificationError,
    CountConceptError,
    DataWarning,
    Fault,
    OptionError,
    TableError,
)
from clusterid.statistics import q_values
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.clusters import CandidateClusters

__all__ = ["Monitoring", "monitor"]

_PANEL = [
    "cluster", "label", "year", "employment", "establishments", "lq", "lq_shrunk",
    "share", "share_withheld", "growth", "growth_national", "noise_sd", "z", "p_value",
    "q_value", "flag", "reason",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How clusters moved over the years.

    Parameters
    ----------
    panel : DataFrame
        One row a cluster and year; see :func:`monitor`.
    changes : DataFrame by cluster
        First and last year: ``label``, ``employment_start``, ``employment_end``,
        ``growth_per_year``, ``growth_national_per_year``, ``lq_start``, ``lq_end``,
        ``z``, ``p_value``, ``q_value``, ``flag`` (``rising``, ``falling`` or empty).
    params : mapping
        Every argument, and the noise per plant that was estimated.
    """

    panel: pd.DataFrame
    changes: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)

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
        Placebos by cluster and step.
    seed : int, default 0
        Of the placebos.

    Returns
    -------
    Monitoring
        ``panel``: ``cluster``, ``label``, ``year``, ``employment`` (persons),
        ``establishments``, ``lq``, ``lq_shrunk`` (1 = as everywhere), ``share`` (of the
        industries' jobs in the study area), ``share_withheld`` (of its cells),
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
        If no region or industry of the clusters is in a year's table.

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
    squared shares. Without counts of plants the square root of jobs serves.

    Plants differ so much in size that z has longer tails than a normal variate. The
    p-value is therefore the share of placebos with a larger z: random sets of as
    many regions, outside the cluster, with the same industries, pooled over clusters.
    Slow common shocks to a region are part of what is flagged. The rule is ours.

    Examples
    --------
    >>> monitor({2020: None}, None)
    Traceback (most recent call last):
    ...
    clusterid.errors.OptionError: economies= holds 1 year; give at least two.
    """
    years = sorted(economies)
    _check(economies, years, significance)
    if draws < 1:
        raise OptionError(f"draws={draws!r}; give at least 1.")
    first = economies[years[0]]
    codes = first.regions
    industries = first.industries
    for year in years[1:]:
        codes = codes.intersection(economies[year].regions)
        industries = industries.intersection(economies[year].industries)
    sets = _cluster_sets(candidates, codes, industries)
    jobs = {
        y: filled_employment(economies[y]).loc[codes, industries].to_numpy(dtype=float)
        for y in years
    }
    plants = {
        y: None
        if (e := economies[y].establishments) is None
        else e.loc[codes, industries].to_numpy(dtype=float)
        for y in years
    }
    hidden = {y: economies[y].employment.loc[codes, industries].isna() for y in years}
    steps = list(pairwise(years))
    noise = {
        pair: _noise(jobs[pair[0]], jobs[pair[1]], plants[pair[0]]) for pair in steps
    }
    rows = []
    placebo = {
        (a, b): _placebos(
            sets, jobs[a], jobs[b], plants[a], noise[a, b], draws, _stream(seed, a, b)
        )
        for a, b in steps
    }
    for name, (label, where, which, missing) in sets.items():
        for k, year in enumerate(years):
            row = _state(jobs[year], plants[year], where, which)
            block = hidden[year].to_numpy()[np.ix_(where, which)]
            row.update(
                cluster=name,
                label=label,
                year=year,
                share_withheld=float(block.mean()) if block.size else np.nan,
            )
            row.update(
                _nothing("first_year")
                if k == 0
                else _change(
                    jobs[years[k - 1]], jobs[year], plants[years[k - 1]], where, which,
                    noise[years[k - 1], year], placebo[years[k - 1], year],
                )
            )  # fmt: skip
            if missing:
                row["reason"] = row["reason"] or "not_in_table"
            rows.append(row)
    panel = pd.DataFrame(rows, columns=_PANEL)
    panel["q_value"] = q_values(panel["p_value"].to_numpy(dtype=float))
    panel["flag"] = _flags(panel, significance)
    whole = _noise(jobs[years[0]], jobs[years[-1]], plants[years[0]])
    return Monitoring(
        panel=panel,
        changes=_overall(
            sets,
            jobs,
            plants,
            years,
            whole,
            significance,
            draws,
            _stream(seed, years[0], years[-1]),
        ),
        params={
            "significance": significance,
            "draws": draws,
            "seed": seed,
            "years": tuple(years),
            "noise_unit": "plants" if plants[years[0]] is not None else "jobs",
            "noise": {
                f"{a}-{b}": float(np.nanmedian(noise[a, b]))
                for a, b in steps
                if np.isfinite(noise[a, b]).any()
            },
        },
    )


def _check(
    economies: Mapping[int, Economy], years: list[int], significance: float
) -> None:
    if len(years) < 2:
        noun = "year" if len(years) == 1 else "years"
        raise OptionError(f"economies= holds {len(years)} {noun}; give at least two.")
    if not 0 < significance < 1:
        raise OptionError(f"significance={significance!r}; give a number from 0 to 1.")
    names = {economies[y].metadata.classification for y in years}
    if len(names) > 1:
        raise ClassificationError(
            f"The years are in different classifications ({', '.join(sorted(names))}); "
            "carry them to one with a correspondence first."
        )
    concepts = {economies[y].metadata.concept for y in years}
    if len(concepts) > 1:
        raise CountConceptError(
            f"The years mix count concepts ({', '.join(sorted(concepts))}); keep one."
        )


def _cluster_sets(
    candidates: CandidateClusters, codes: pd.Index, industries: pd.Index
) -> dict[str, tuple[str, NDArray[np.int64], NDArray[np.int64], bool]]:
    """Return by cluster its label, positions of regions and industries, any missing."""
    known = set(codes)
    by_cluster = candidates.members.groupby("cluster")["industry"]
    members = {str(name): sorted(set(c.astype(str))) for name, c in by_cluster}
    sets = {}
    lost = []
    for name, row in candidates.table.sort_index().iterrows():
        listed = str(row["regions"]).split(";")
        here = [r for r in listed if r in known]
        wanted = members.get(str(name), [])
        which = [i for i in wanted if i in industries]
        if not here or not which:
            lost.append((str(name), row["regions"]))
            continue
        missing = len(here) < len(listed) or len(which) < len(wanted)
        sets[str(name)] = (
            str(row["label"]),
            np.sort(codes.get_indexer(pd.Index(here))),
            np.sort(industries.get_indexer(pd.Index(which))),
            missing,
        )
    if lost:
        fault = Fault(
            "a cluster has no region or no industry that all years know",
            "use years of one vintage of regions and one classification",
            len(lost),
            tuple(lost[:5]),
        )
        if not sets:
            raise TableError("years to monitor", [fault])
        warnings.warn(
            f"years to monitor: {fault}\n    They are left out.",
            DataWarning,
            stacklevel=3,
        )
    return sets


def _noise(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    plants: NDArray[np.float64] | None,
) -> NDArray[np.float64]:
    """Return by industry the spread of growth times the square root of plants.

    Root mean square over the upper half of the regions by plants, which are most like
    clusters, without the largest 2 per cent.
    """
    unit = before if plants is None else plants
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


def _state(
    jobs: NDArray[np.float64],
    plants: NDArray[np.float64] | None,
    where: NDArray[np.int64],
    which: NDArray[np.int64],
) -> dict[str, Any]:
    mine = float(jobs[np.ix_(where, which)].sum())
    national = float(jobs[:, which].sum())
    size = float(jobs[where].sum()) / float(jobs.sum())
    count = np.nan if plants is None else float(plants[np.ix_(where, which)].sum())
    expected = national * size
    return {
        "employment": mine,
        "establishments": count,
        "lq": mine / expected if expected > 0 else np.nan,
        "lq_shrunk": _shrunk(jobs, plants, where, which),
        "share": mine / national if national > 0 else np.nan,
    }


def _shrunk(
    jobs: NDArray[np.float64],
    plants: NDArray[np.float64] | None,
    where: NDArray[np.int64],
    which: NDArray[np.int64],
) -> float:
    """Return the quotient shrunk towards 1, effective plants as the count (moments)."""
    field_jobs = jobs[:, which].sum(axis=1)
    total = field_jobs.sum()
    if not total > 0:
        return float("nan")
    known = np.nan if plants is None else float(plants[:, which].sum())
    lump = total / max(known, 1.0) if np.isfinite(known) else 1.0
    lump *= 5.0  # plants differ in size: 1 + CV^2 of 4 to 10 (METHODS 10)
    size = jobs.sum(axis=1) / jobs.sum()
    n, mu = field_jobs / lump, total * size / lump
    ok = mu > 0
    if not mu[ok].sum() > 0:
        return float("nan")
    spread = float((mu[ok] * (n[ok] / mu[ok] - 1) ** 2).sum() / mu[ok].sum())
    variance = max(spread - ok.sum() / float(mu[ok].sum()), 1e-6)
    a = 1 / variance
    return float((a + n[where].sum()) / (a + mu[where].sum()))


def _nothing(reason: str) -> dict[str, Any]:
    return {
        "growth": np.nan,
        "growth_national": np.nan,
        "noise_sd": np.nan,
        "z": np.nan,
        "p_value": np.nan,
        "reason": reason,
    }


def _stream(seed: int, start: int, end: int) -> np.random.Generator:
    return np.random.default_rng([seed, start, end])


def _placebos(
    sets: Mapping[str, tuple[str, NDArray[np.int64], NDArray[np.int64], bool]],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    plants: NDArray[np.float64] | None,
    noise: NDArray[np.float64],
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return sorted absolute z of random sets of regions with the same industries."""
    found: list[float] = []
    for _, where, which, _ in sets.values():
        free = np.setdiff1d(np.arange(len(before)), where)
        if len(free) < len(where):
            continue
        for _ in range(draws):
            pick = rng.choice(free, size=len(where), replace=False)
            z = _change(before, after, plants, pick, which, noise)["z"]
            if np.isfinite(z):
                found.append(abs(float(z)))
    return np.sort(np.array(found))


def _change(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    plants: NDArray[np.float64] | None,
    where: NDArray[np.int64],
    which: NDArray[np.int64],
    noise: NDArray[np.float64],
    placebo: NDArray[np.float64] | None = None,
) -> dict[str, Any]:
    """Return growth, the growth of its industries everywhere, and the noise."""
    old = before[np.ix_(where, which)].sum(axis=0)
    new = float(after[np.ix_(where, which)].sum())
    if not old.sum() > 0 or not new > 0:
        return _nothing("nothing_there")
    national = before[:, which].sum(axis=0)
    rate = np.divide(
        after[:, which].sum(axis=0),
        national,
        out=np.ones_like(national),
        where=national > 0,
    )
    if not (old * rate).sum() > 0:  # its industries are gone everywhere
        return _nothing("nothing_there")
    growth = float(np.log(new / old.sum()))
    common = float(np.log((old * rate).sum() / old.sum()))
    unit = (before if plants is None else plants)[np.ix_(where, which)].sum(axis=0)
    share = old / old.sum()
    variance = np.divide(
        share**2 * noise[which] ** 2,
        unit,
        out=np.zeros_like(share),
        where=unit > 0,
    )
    sd = float(np.sqrt(np.nansum(variance)))
    if not sd > 0:
        return {**_nothing("no_noise_estimate"), "growth": growth,
                "growth_national": common}  # fmt: skip
    z = (growth - common) / sd
    p_value = np.nan
    if placebo is not None:
        larger = len(placebo) - np.searchsorted(placebo, abs(z) * (1 - 1e-12))
        p_value = float((1 + larger) / (1 + len(placebo)))
    return {
        "growth": growth,
        "growth_national": common,
        "noise_sd": sd,
        "z": z,
        "p_value": p_value,
        "reason": "",
    }


def _overall(
    sets: Mapping[str, tuple[str, NDArray[np.int64], NDArray[np.int64], bool]],
    jobs: Mapping[int, NDArray[np.float64]],
    plants: Mapping[int, NDArray[np.float64] | None],
    years: list[int],
    noise: NDArray[np.float64],
    significance: float,
    draws: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    start, end = years[0], years[-1]
    placebo = _placebos(sets, jobs[start], jobs[end], plants[start], noise, draws, rng)
    rows = []
    for name, (label, where, which, _) in sets.items():
        one = _state(jobs[start], plants[start], where, which)
        two = _state(jobs[end], plants[end], where, which)
        change = _change(
            jobs[start], jobs[end], plants[start], where, which, noise, placebo
        )
        rows.append({
            "cluster": name,
            "label": label,
            "employment_start": one["employment"],
            "employment_end": two["employment"],
            "growth_per_year": change["growth"] / (end - start),
            "growth_national_per_year": change["growth_national"] / (end - start),
            "lq_start": one["lq"],
            "lq_end": two["lq"],
            "z": change["z"],
            "p_value": change["p_value"],
            "reason": change["reason"],
        })
    columns = ["cluster", "label", "employment_start", "employment_end",
               "growth_per_year", "growth_national_per_year", "lq_start", "lq_end",
               "z", "p_value", "reason"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["q_value"] = q_values(table["p_value"].to_numpy(dtype=float))
    table["flag"] = _flags(table, significance)
    return table.set_index("cluster")


def _flags(table: pd.DataFrame, significance: float) -> pd.Series:
    q, z = table["q_value"].astype(float), table["z"].astype(float)
    flag = np.where(q <= significance, np.where(z > 0, "rising", "falling"), "")
    return pd.Series(flag, index=table.index, dtype="str")
