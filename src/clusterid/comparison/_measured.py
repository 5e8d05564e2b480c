"""What is measured of each declared field, in its own regions and beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.comparison._limits import tested_limits
from clusterid.comparison._links import (
    field_links,
    link_matrix,
    research_quotients,
    trends,
)
from clusterid.comparison._matching import match
from clusterid.comparison._readings import reading_levels
from clusterid.comparison._units import (
    Units,
    cell_tests,
    known_counts,
    make_units,
    steps_between,
)
from clusterid.comparison._verdicts import MOST_STEPS, ComparisonRules, Family

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.comparison._inputs import Chance, Inputs

__all__ = ["Measurement", "evidence_table", "measure"]

#: column of a cell test -> column of the evidence
_CELL_COLUMNS = {
    "lq": "lq", "lq_shrunk": "lq_shrunk", "p_value": "p_value",
    "employment": "employment", "establishments": "n_plants",
    "reason": "cell_reason", "share_imputed": "share_imputed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measurement:
    """Every field tested in every unit, whoever declares it.

    ``counts`` (regions x industries) plants or jobs, ``size`` their sum by region;
    ``weights`` (industries x fields); ``fields`` those that the codes separate;
    ``cells`` one row a test; ``nulls`` what was estimated of each field; ``steps`` of
    contiguity between regions.
    """

    codes: list[str]
    counts: pd.DataFrame
    size: NDArray[np.float64]
    weights: pd.DataFrame
    fields: pd.Index
    units: Units
    cells: pd.DataFrame
    nulls: Mapping[str, Mapping[str, float]]
    steps: NDArray[np.int64]

    def by_field(self, column: str) -> pd.DataFrame:
        """Return a column of the tests as units x fields."""
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
    """Test every field in every region, and in the unions where it is declared."""
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
    nulls: Mapping[str, Mapping[str, float]] = {}
    if len(fields):
        cells, nulls = cell_tests(
            economy, weights[fields], inputs.regions, unions,
            alpha=rules.significance, imputed=inputs.imputed,
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
        nulls,
        steps_between(inputs.regions, inputs.codes, MOST_STEPS),
    )


def evidence_table(
    inputs: Inputs,
    measured: Measurement,
    pairs: pd.DataFrame,
    rules: ComparisonRules,
    chance: Chance,
) -> tuple[pd.DataFrame, Family]:
    """Return all that the rules look at, a row a declared field, and their family."""
    unit = [*map(measured.unit_of, pairs["field"], pairs["positions"])]
    share = [*map(measured.share_of, pairs["positions"], pairs["shares"])]
    table = pairs.assign(
        unit=np.array(unit, dtype=np.int64),
        place_share=np.array(share, dtype=float),
        mappability=pairs["field"].map(inputs.fields.mappability).astype(float),
    )
    table = pd.concat([table, _own_cells(table, measured)], axis=1)
    table = table.assign(**_links_and_trend(table, inputs, measured))
    family = Family.of(table, rules)
    table = table.assign(
        **tested_limits(table, measured, family), **_beside(table, measured)
    )
    table = _with_matches(table, inputs, measured, rules)
    levels = reading_levels(table, measured, family.cut, rules.weak_p, chance)
    table = table.assign(**levels)
    table.attrs["most"] = MOST_STEPS
    return table, family


def _own_cells(table: pd.DataFrame, measured: Measurement) -> pd.DataFrame:
    """Return the test of each declared field in its own unit."""
    keys = [
        (field, measured.units.names[unit]) if unit >= 0 else (None, None)
        for field, unit in zip(table["field"], table["unit"], strict=True)
    ]
    names = ["template", "region"]
    cells = measured.cells.set_index(names).sort_index()
    found = cells.reindex(pd.MultiIndex.from_tuples(keys, names=names))
    found = found[list(_CELL_COLUMNS)].rename(columns=_CELL_COLUMNS)
    found = found.reset_index(drop=True)
    reason = found.pop("cell_reason").astype(object)
    return found.astype(float).assign(cell_reason=reason.where(reason.notna(), ""))


def _links_and_trend(
    table: pd.DataFrame, inputs: Inputs, measured: Measurement
) -> dict[str, NDArray[np.float64]]:
    """Return links, research and trend of each declared field in its unit."""
    economy, units, fields = inputs.economy, measured.units, measured.fields
    weights = measured.weights[fields]
    links = field_links(units, weights, link_matrix(inputs.layers, economy.industries))
    by_unit = {
        "linkage": links.linkage,
        "relatedness_density": links.density,
        "density_rank": links.density_rank,
        "trend": trends(economy, inputs.earlier, units, weights),
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


def _beside(table: pd.DataFrame, measured: Measurement) -> dict[str, list[float]]:
    """Return the smallest p-value of the field beside the place, by tolerance.

    Multiplied by the number of regions looked at (Bonferroni).
    """
    wide = measured.by_field("p_value").reindex(index=measured.codes)
    p_of = {str(f): wide[f].to_numpy(dtype=float) for f in wide.columns}

    def smallest(field: str, where: tuple[int, ...], most: int) -> float:
        if field not in p_of or not where:
            return np.nan
        near = np.asarray((measured.steps[list(where)] <= most).any(axis=0))
        near[list(where)] = False
        p = p_of[field][near]
        p = p[np.isfinite(p)]
        return min(1.0, float(p.min()) * len(p)) if len(p) else 1.0

    return {
        f"near_p_{most}": [
            smallest(field, where, most)
            for field, where in zip(table["field"], table["positions"], strict=True)
        ]
        for most in range(MOST_STEPS + 1)
    }


def _with_matches(
    table: pd.DataFrame, inputs: Inputs, measured: Measurement, rules: ComparisonRules
) -> pd.DataFrame:
    """Add the candidate that means the same, and how well it does, by tolerance."""
    found = match(
        table, measured.weights, inputs.candidates, measured.counts, measured.steps,
        MOST_STEPS,
    )  # fmt: skip
    scores = {f"match_score_{k}": found.score[k] for k in range(MOST_STEPS + 1)}
    score, best = found.score[rules.tolerance], found.candidate[rules.tolerance]
    return table.assign(
        **scores,
        match_score=score,
        candidate=pd.Series(best, table.index).where(score >= rules.match, None),
    )
