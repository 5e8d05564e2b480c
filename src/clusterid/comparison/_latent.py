"""The latent model of both sources on a study's places, and what it says of a field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.clusters import GRADES
from clusterid.comparison._posterior import (
    PRIORS,
    LatentFit,
    hui_walter,
    prior_draws,
)
from clusterid.comparison._verdicts import (
    CONCENTRATED,
    MOST_STEPS,
    WEAK,
    ComparisonRules,
    evidence_level,
    inseparable_reason,
    quotient_heard,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._measured import Measurement
    from clusterid.survey import Survey

__all__ = ["Latent", "PlaceCells", "Populations", "fit_latent", "with_posterior"]

#: Draws from the prior where no list is exhaustive.
PRIOR_DRAWS = 2000
#: Cells that a population needs to tell of its own share of clusters.
ENOUGH_CELLS = 20


@dataclass(frozen=True, slots=True)
class Populations:
    """Populations of the latent model, and which one a place belongs to."""

    names: list[str]
    of_place: dict[str, int]

    @classmethod
    def of(cls, places: pd.DataFrame) -> Populations:
        """Return size classes: the last part of strata, or terciles of population."""
        stratum, population = places["stratum"], places["population"].astype(float)
        if stratum.notna().all() and len(set(stratum.astype(str))) > 1:
            group = stratum.astype(str).str.split("/").str[-1]
        elif population.notna().sum() >= 9:
            rank, sizes = population.rank(method="first"), ["small", "medium", "large"]
            group = pd.qcut(rank, 3, labels=sizes).astype(str)
            group = group.where(population.notna(), "unknown")
        else:
            group = pd.Series("all", index=places.index)
        names = sorted(set(group))
        number = group.map({name: k for k, name in enumerate(names)})
        return cls(names, dict(zip(places["place"].astype(str), number, strict=True)))


@dataclass(frozen=True, slots=True)
class PlaceCells:
    """Places x fields: what is declared, and at which level it is measured.

    ``members`` (places x regions) how much of a place each region is; ``exhaustive``
    marks places that list everything, ``strata`` is their population.
    """

    fields: list[str]
    places: list[str]
    members: NDArray[np.float64]
    declared: NDArray[np.bool_]
    level: NDArray[np.int64]
    exhaustive: NDArray[np.bool_]
    strata: NDArray[np.int64]

    @property
    def measured(self) -> NDArray[np.bool_]:
        """Return where a field has a grade."""
        return np.asarray(self.level == CONCENTRATED)

    def complete(self) -> PlaceCells:
        """Return the fields measured in nine places of ten, and places with all."""
        known = self.level >= 0
        fields = known.mean(axis=0) >= 0.9 if len(known) else np.zeros(0, bool)
        kept = known[:, fields].all(axis=1)
        both = np.ix_(kept, fields)
        return PlaceCells(
            [self.fields[j] for j in np.flatnonzero(fields)],
            [self.places[i] for i in np.flatnonzero(kept)],
            self.members[kept],
            self.declared[both],
            self.level[both],
            self.exhaustive[kept],
            self.strata[kept],
        )


@dataclass(frozen=True, slots=True)
class Latent:
    """The model under each prior, its populations, and whether it is identified."""

    fits: dict[str, LatentFit]
    populations: Populations
    basis: str
    cells: PlaceCells


def fit_latent(
    evidence: pd.DataFrame,
    survey: Survey,
    measured: Measurement,
    rules: ComparisonRules,
    rng: np.random.Generator,
) -> Latent:
    """Fit the latent model on places that list everything, or say why it cannot be."""
    populations = Populations.of(survey.places)
    cells = _place_cells(evidence, survey, measured, rules, populations)
    n = len(populations.names)
    counts = np.zeros((n, 2, CONCENTRATED + 1), dtype=np.int64)
    inside = cells.exhaustive[:, None] & (cells.level >= 0)
    at, of = np.nonzero(inside)
    cell = (cells.strata[at], cells.declared[at, of].astype(int), cells.level[at, of])
    np.add.at(counts, cell, 1)
    known = counts.sum(axis=(1, 2))
    if not known.any():
        basis = "not_identified_no_exhaustive_list"
        fits = {
            name: prior_draws(prior, n, PRIOR_DRAWS, rng)
            for name, prior in PRIORS.items()
        }
    else:
        large = int((known >= ENOUGH_CELLS).sum())
        basis = "identified" if large >= 2 else "not_identified_one_population"
        fits = {
            name: hui_walter(counts, prior, rng=rng) for name, prior in PRIORS.items()
        }
    return Latent(fits, populations, basis, cells)


def _place_cells(
    evidence: pd.DataFrame,
    survey: Survey,
    measured: Measurement,
    rules: ComparisonRules,
    populations: Populations,
) -> PlaceCells:
    """Return the grid of answering places and fields that can be measured."""
    named = evidence[evidence["field"].notna()]
    declares = {
        str(place): set(rows) for place, rows in named.groupby("place")["field"]
    }
    speaks = survey.places["answered"].astype(bool)
    speaks |= survey.places["place"].isin(list(declares))
    grade = measured.by_field("grade")
    places, members, units = [], [], []
    rows: Any = survey.places[speaks.to_numpy()].itertuples()
    for place in rows:
        where = measured.positions([str(region) for region, _ in place.regions])
        unit = ";".join(measured.codes[i] for i in sorted(where))
        shares = [float(share) for _, share in place.regions]
        share = measured.share_of(where, shares)
        if unit in grade.index and share >= rules.smallest_share:
            places.append(place)
            units.append(unit)
            members.append(np.bincount(where, minlength=len(measured.codes)))
    plants, jobs = (
        measured.by_field(column).loc[units].to_numpy(dtype=float)
        for column in ("lq_plants", "lq_jobs")
    )
    graded = grade.loc[units].isin(GRADES).to_numpy(dtype=bool)
    names = [str(place.place) for place in places]
    declared = [[f in declares.get(n, ()) for f in measured.fields] for n in names]
    shape = (len(names), len(measured.codes))
    number = np.array(members, dtype=float).reshape(shape)
    return PlaceCells(
        list(measured.fields),
        names,
        number / number.sum(axis=1, keepdims=True),
        np.array(declared, dtype=bool).reshape(graded.shape),
        evidence_level(graded, quotient_heard(plants, jobs), rules),
        np.array([place.answered and place.exhaustive for place in places], dtype=bool),
        np.array([populations.of_place[name] for name in names], dtype=np.int64),
    )


def with_posterior(
    evidence: pd.DataFrame,
    fits: dict[str, LatentFit],
    populations: Populations,
    rules: ComparisonRules,
) -> pd.DataFrame:
    """Add the posterior, averaged over lexicon draws, and its range over everything.

    The range runs over priors (posterior means), over the levels that occur in at
    least 5 per cent of the lexicon draws, and counts a match within any tolerance as a
    weak sign.
    """
    chance = {
        (name, level, k): float(fit.probability(1, level, k).mean())
        for name, fit in fits.items()
        for level in range(CONCENTRATED + 1)
        for k in range(len(populations.names))
    }
    matched = evidence[f"match_score_{MOST_STEPS}"].to_numpy() >= rules.match
    measured = inseparable_reason(evidence, rules) == ""
    found = np.full((3, len(evidence)), np.nan)
    for k in np.flatnonzero(measured):
        population = populations.of_place[str(evidence["place"].iloc[k])]
        share = list(evidence["level_shares"].iloc[k])
        possible = [level for level, s in enumerate(share) if s >= 0.05]
        possible += [WEAK] * bool(matched[k])
        neutral = [chance["neutral", level, population] for level in range(len(share))]
        values = [
            chance[name, level, population] for name in fits for level in possible
        ]
        found[:, k] = (
            sum(s * p for s, p in zip(share, neutral, strict=True)),
            min(values),
            max(values),
        )
    names = ("posterior", "posterior_lower", "posterior_upper")
    return evidence.assign(**dict(zip(names, found, strict=True)))
