"""What is measured of each declared field, in its own regions and beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.comparison._expected import expected_and_needed
from clusterid.comparison._links import research_quotients, rises, trends
from clusterid.comparison._matching import BARS, match
from clusterid.comparison._observed import observed_links
from clusterid.comparison._readings import reading_levels
from clusterid.comparison._units import (
    Units,
    cell_tests,
    known_counts,
    make_units,
    steps_between,
)
from clusterid.comparison._verdicts import MOST_STEPS, ComparisonRules
from clusterid.networks import industry_layers
from clusterid.tables import contiguity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Chance, Inputs

__all__ = ["Measurement", "evidence_table", "measure"]

#: column of a graded cell -> column of the evidence
_CELL_COLUMNS = {
    **{name: name for name in (
        "employment", "share_imputed", "lq_jobs", "lq_jobs_lower", "lq_jobs_upper",
        "lq_plants", "lq_plants_smoothed", "lq_plants_lower", "lq_plants_upper",
        "q_plants", "q_rest", "plants_needed", "n_linked",
    )},
    "establishments": "n_plants",
    "grade": "grade", "grade_at_lower_bar": "grade_at_lower_bar",
    "grade_at_higher_bar": "grade_at_higher_bar", "reason": "cell_reason",
}  # fmt: skip
#: those that are text
_WORDS = ("cell_reason", *BARS)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Every field graded in every unit, whoever declares it.

    ``counts`` (regions x industries) plants or jobs, ``size`` their sum by region;
    ``weights`` (industries x fields); ``fields`` those that the codes separate;
    ``cells`` one row a field and unit; ``steps`` of contiguity between regions.
    """

    codes: list[str]
    counts: pd.DataFrame
    size: NDArray[np.float64]
    weights: pd.DataFrame
    fields: pd.Index
    units: Units
    cells: pd.DataFrame
    steps: NDArray[np.int64]

    def by_field(self, column: str) -> pd.DataFrame:
        """Return a column of the cells as units x fields."""
        wide = self.cells.pivot(index="region", columns="template", values=column)
        return wide.reindex(columns=list(self.fields))

    def positions(self, regions: Sequence[str]) -> list[int]:
        """Return the positions of regions; none if one of them is not measured."""
        at = {code: i for i, code in enumerate(self.codes)}
        return [at[region] for region in regions] if at.keys() >= set(regions) else []

    def share_of(self, positions: Sequence[int], shares: Sequence[float]) -> float:
        """Return how much of these regions a place with such shares of them is."""
        if not positions:
            return np.nan
        size = self.size[list(positions)]
        return float(np.dot(shares, size) / max(size.sum(), 1e-300))

    def unit_of(self, field: object, positions: tuple[int, ...]) -> int:
        """Return the unit of a declared field: -1 without regions, 0 if untested."""
        if not positions:
            return -1
        tested = field in self.fields or len(positions) == 1
        return self.units.position(positions) if tested else 0


def measure(inputs: Inputs, pairs: pd.DataFrame, rules: ComparisonRules) -> Measurement:
    """Grade every field in every region, and in the unions where it is declared."""
    economy, mapped = inputs.economy, inputs.fields
    separable = mapped.mappability.ge(rules.mappability)
    separable &= mapped.weights.gt(0).any()
    fields = mapped.weights.columns[separable.to_numpy()]
    unions: dict[tuple[int, ...], list[str]] = {}
    for name, where in zip(pairs["field"], pairs["positions"], strict=True):
        if len(where) > 1 and name in fields:
            unions.setdefault(where, []).append(name)
    weights = mapped.weights.reindex(economy.industries)
    cells = pd.DataFrame(columns=["template", "region", *_CELL_COLUMNS])
    if len(fields):
        cells = cell_tests(
            economy, weights[fields], contiguity(inputs.regions), unions,
            layers=industry_layers(inputs.layers), imputed=inputs.imputed,
            **rules.of_grades(),
        )  # fmt: skip
    counts, _ = known_counts(economy)
    return Measurement(
        inputs.codes,
        counts,
        counts.sum(axis=1).to_numpy(),
        weights,
        fields,
        make_units(economy, list(unions)),
        cells,
        steps_between(inputs.regions, inputs.codes, MOST_STEPS),
    )


def evidence_table(
    inputs: Inputs,
    measured: Measurement,
    pairs: pd.DataFrame,
    rules: ComparisonRules,
    chance: Chance,
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Return all that the rules look at, a row a declared field.

    And the candidates that some declared field means, within the tolerance.
    """
    unit = [*map(measured.unit_of, pairs["field"], pairs["positions"])]
    share = [*map(measured.share_of, pairs["positions"], pairs["shares"])]
    table = pairs.assign(
        unit=np.array(unit, dtype=np.int64),
        place_share=np.array(share, dtype=float),
        mappability=pairs["field"].map(inputs.fields.mappability).astype(float),
    )
    table = pd.concat([table, _own_cells(table, measured)], axis=1)
    table = table.assign(**_links_and_trend(table, inputs, measured))
    table = table.assign(
        **expected_and_needed(
            table, measured.weights[measured.fields], measured.units, rules
        )
    )
    table, named = _with_matches(table, inputs, measured, rules)
    table = table.assign(**reading_levels(table, measured, rules, chance))
    return table, named


def _own_cells(table: pd.DataFrame, measured: Measurement) -> pd.DataFrame:
    """Return the answers on each declared field in its own unit."""
    keys = [
        (field, measured.units.names[unit]) if unit >= 0 else (None, None)
        for field, unit in zip(table["field"], table["unit"], strict=True)
    ]
    names = ["template", "region"]
    cells = measured.cells.set_index(names).sort_index()
    found = cells.reindex(pd.MultiIndex.from_tuples(keys, names=names))
    found = found[list(_CELL_COLUMNS)].rename(columns=_CELL_COLUMNS)
    found = found.reset_index(drop=True)
    said = {name: found.pop(name).astype(object) for name in _WORDS}
    said = {name: words.where(words.notna(), "") for name, words in said.items()}
    return found.astype(float).assign(**said)


def _links_and_trend(
    table: pd.DataFrame, inputs: Inputs, measured: Measurement
) -> dict[str, NDArray[np.float64]]:
    """Return links, research and trend of each declared field in its unit."""
    economy, units, fields = inputs.economy, measured.units, measured.fields
    weights = measured.weights[fields]
    links = observed_links(units, weights, inputs.layers, inputs.regions)
    by_unit = {
        "linkage": links.linkage,
        "relatedness_density": links.density,
        "trend": trends(economy, inputs.earlier, units, weights),
        "rise_p": rises(economy, inputs.earlier, units, weights),
        "research": research_quotients(
            inputs.collaborations, units, economy.regions, fields
        ),
    }
    unit = table["unit"].to_numpy()
    column = fields.get_indexer(pd.Index(table["field"]))
    known = (unit >= 0) & (column >= 0)
    picked = {}
    for name, values in by_unit.items():
        picked[name] = np.full(len(table), np.nan)
        picked[name][known] = values[unit[known], column[known]]
    return picked


def _with_matches(
    table: pd.DataFrame, inputs: Inputs, measured: Measurement, rules: ComparisonRules
) -> tuple[pd.DataFrame, frozenset[str]]:
    """Add the cluster that means the same, how well, and its grade, by tolerance."""
    found = match(
        table, measured.weights, inputs.candidates, measured.counts, measured.steps,
        MOST_STEPS,
    )  # fmt: skip
    by_step = {}
    for k in range(MOST_STEPS + 1):
        by_step[f"match_score_{k}"] = found.score[k]
        by_step[f"match_candidate_{k}"] = found.candidate[k]
        for column in BARS:
            by_step[f"match_{column}_{k}"] = found.grades(column, k, inputs.candidates)
    is_inside = found.inside_score >= rules.match
    by_step["match_grade_inside"] = np.where(
        is_inside, found.grades("grade", None, inputs.candidates), ""
    )
    score, best = found.score[rules.tolerance], found.candidate[rules.tolerance]
    is_match = score >= rules.match
    grade = pd.Series(by_step[f"match_grade_{rules.tolerance}"], table.index)
    reached = found.best_of(rules.tolerance)
    table = table.assign(
        **by_step,
        match_score=score,
        candidate=pd.Series(best, table.index).where(is_match, None),
        candidate_grade=grade.where(is_match, ""),
    )
    return table, frozenset(n for n, best in reached.items() if best >= rules.match)
