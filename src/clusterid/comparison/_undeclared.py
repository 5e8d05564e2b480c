"""Candidates that nobody declared, and what the silence of their places says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from clusterid.comparison._matching import BARS, candidate_sets
from clusterid.comparison._observed import observed_where
from clusterid.comparison._verdicts import ComparisonRules
from clusterid.statistics import over_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Inputs
    from clusterid.comparison._measured import Measurement
    from clusterid.survey import Survey

__all__ = ["undeclared_rows"]

#: column of the candidates -> column of the verdicts
_NUMBERS = {
    **{name: name for name in (
        "employment", "lq_jobs", "lq_jobs_lower", "lq_jobs_upper", "lq_plants",
        "lq_plants_lower", "lq_plants_upper", "q_plants", "q_rest", "plants_needed",
        "share_imputed",
    )},
    "establishments": "n_plants",
    "supply_density": "linkage",
    "lq_jobs_change": "trend",
}  # fmt: skip


#: Candidates that are compared with all fields in one product: bounds the memory.
_AT_ONCE = 2000


class _Place(NamedTuple):
    """A place of the survey, and how much of a region it is."""

    place: str
    name: str
    asked: bool
    answered: bool
    exhaustive: bool
    share: float


def undeclared_rows(
    inputs: Inputs,
    measured: Measurement,
    named: frozenset[str],
    rules: ComparisonRules,
) -> pd.DataFrame:
    """Return one row a cluster that no declared field means; ``named`` are the rest."""
    candidates = inputs.candidates
    if candidates is None or not len(candidates.table):
        return pd.DataFrame()
    where, members = candidate_sets(candidates, measured.counts)
    every = candidates.table
    names = every.index.astype(str)
    rest = pd.DataFrame(every[~names.isin(sorted(named)) & names.isin(list(where))])
    numbers = rest.reindex(columns=list(_NUMBERS)).astype(float)
    table = rest[["label", "regions", *BARS]].join(numbers.rename(columns=_NUMBERS))
    table["linkage"] = table["linkage"].where(_links_observed(inputs, table["regions"]))
    places = _places_by_region(inputs.survey)
    silences = [
        _silence([p for code in str(regions).split(";") for p in places.get(code, [])],
                 linkage, rules)
        for regions, linkage in zip(table["regions"], table["linkage"], strict=True)
    ]  # fmt: skip
    likely = _likeliest_fields(measured, [members[str(name)] for name in table.index])
    fields = [field if score >= rules.match else None for field, score in likely]
    result: pd.DataFrame = table.assign(
        candidate=table.index,
        candidate_grade=table["grade"],
        field=pd.Series(fields, table.index, dtype=object),
        match_score=[score for _, score in likely],
        mappability=pd.Series(fields, table.index, dtype=object).map(
            inputs.fields.mappability
        ),
        **pd.DataFrame(silences, table.index, _Silence._fields),
    )
    return result


def _links_observed(inputs: Inputs, regions: pd.Series) -> NDArray[np.bool_]:
    """Return whether the links of any layer were observed where a cluster lies."""
    where = observed_where(inputs.layers, inputs.regions, inputs.codes)
    if not where:
        return np.ones(len(regions), dtype=bool)
    position = {code: i for i, code in enumerate(inputs.codes)}
    at = [
        [position[code] for code in text.split(";") if code in position]
        for text in regions.astype(str)
    ]
    return np.array([any(seen[a].all() for seen in where.values()) for a in at])


def _places_by_region(survey: Survey) -> dict[str, list[_Place]]:
    """Return the places that lie in each region."""
    columns = ["place", "name", "asked", "answered", "exhaustive", "regions"]
    found: dict[str, list[_Place]] = {}
    rows = survey.places[columns].itertuples(index=False, name=None)
    for place, name, asked, answered, exhaustive, regions in rows:
        for region, share in regions:
            part = _Place(place, name, asked, answered, exhaustive, float(share))
            found.setdefault(str(region), []).append(part)
    return found


def _likeliest_fields(
    measured: Measurement, members: list[NDArray[np.float64]]
) -> list[tuple[str | None, float]]:
    """Return by candidate the field whose industries are most like its, and how much.

    The fuzzy Jaccard similarity of :func:`fuzzy_jaccard` of all of them at once: an
    industry is of a candidate or is not.
    """
    fields = sorted(measured.fields)
    if not fields or not members:
        return [(None, float("nan"))] * len(members)
    national = measured.counts.sum(axis=0).to_numpy(dtype=float)
    weighed = measured.weights[fields].to_numpy(dtype=float) * national[:, None]
    found: list[tuple[str | None, float]] = []
    for start in range(0, len(members), _AT_ONCE):
        inside = np.array(members[start : start + _AT_ONCE])
        below = inside @ weighed
        above = (inside @ national)[:, None] + weighed.sum(axis=0)[None] - below
        score = over_positive(below, above)
        ranked = np.where(np.isnan(score), -1.0, score)
        best = ranked.argmax(axis=1)
        reached = score[np.arange(len(score)), best]
        found += [(fields[k], float(s)) for k, s in zip(best, reached, strict=True)]
    return found


class _Silence(NamedTuple):
    """What follows for a candidate from what its places say, and which they are."""

    declared: str
    verdict: str
    reason: str
    place: str | None
    place_name: str | None


def _silence(places: list[_Place], linkage: float, rules: ComparisonRules) -> _Silence:
    """Return declared status, verdict and reason of a candidate nobody declared."""
    if any(
        p.answered and p.exhaustive and p.share >= rules.smallest_share for p in places
    ):
        said = ("no", "undeclared", "not_declared")
        if linkage >= rules.linked:
            said = ("no", "undeclared", "not_declared_linked")
    elif any(p.answered for p in places):
        said = ("unknown", "unknown_list_incomplete", "list_incomplete")
    elif any(p.asked for p in places):
        said = ("not asked", "not_asked", "no_answer")
    else:
        said = ("not asked", "not_asked", "not_asked")
    codes = dict.fromkeys(str(p.place) for p in places)
    names = dict.fromkeys(str(p.name) for p in places)
    return _Silence(*said, ";".join(codes) or None, "; ".join(names) or None)
