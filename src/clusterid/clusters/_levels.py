"""Templates and what lies below them, tested and gated in one family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._area import StudyArea
from clusterid.clusters._cells import CellTest, by_group, tested_cells
from clusterid.clusters._counts import group_weights, point_employment
from clusterid.clusters._density import region_density
from clusterid.clusters._gate import (
    TEMPLATES_SHARE,
    gate_together,
    without_undecidable,
)
from clusterid.clusters._largest_plant import largest_possible_plants
from clusterid.clusters._parts import Kind, Parts, kinds_of, parts_of
from clusterid.clusters._rules import CellRules, ClusterRules
from clusterid.communities import Templates
from clusterid.tables import Economy

__all__ = ["TestedLevels", "mark", "tested_levels"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TestedLevels:
    """Every kind of cluster in every region, tested.

    ``kinds`` and ``weights`` (industries x groups) say what was tested under which
    ``rules``; ``templates`` and ``parts`` (None where nothing below them is looked at)
    are their tests, ``cells`` and ``fine`` their tables, in which members and reasons
    are filled in later; ``account`` tells family, concept and nulls.
    """

    __test__ = False

    economy: Economy
    kinds: Mapping[str, Kind]
    weights: pd.DataFrame
    rules: CellRules
    templates: CellTest
    parts: CellTest | None
    cells: pd.DataFrame
    fine: pd.DataFrame
    account: dict[str, Any]

    @property
    def tables(self) -> tuple[pd.DataFrame, ...]:
        """The cells of templates and, where they were tested, of parts."""
        return (self.cells,) if self.parts is None else (self.cells, self.fine)

    @property
    def is_open(self) -> bool:
        """Whether some cell of the study passed the gate."""
        return any(bool(table["is_seed"].any()) for table in self.tables)

    def industries(self, group: str) -> list[str]:
        """Return the codes of a group's industries."""
        column = self.weights[group]
        return list(column.index[column.to_numpy() > 0])

    def groups(self) -> Iterator[tuple[pd.DataFrame, str, slice]]:
        """Yield every group with its table, and where its rows are in it."""
        for table in self.tables:
            for group, rows in by_group(table, len(self.economy.regions)):
                yield table, group, rows


def tested_levels(
    economy: Economy, templates: Templates, area: StudyArea, rules: ClusterRules
) -> TestedLevels:
    """Return all templates tested in all regions and, if asked for, all their parts."""
    employment, _ = point_employment(economy, rules.cells.imputed)
    parts = None
    if rules.looks_below:
        found = parts_of(templates, employment, economy.metadata.labels)
        parts = found if len(found.table) else None
    share = 1.0 if parts is None else TEMPLATES_SHARE
    cell_rules = replace(
        rules.cells,
        density=region_density(economy, area.shapes),
        alpha=rules.cells.alpha * share,
    )
    groups = templates.groups
    test = tested_cells(economy, groups, cell_rules, area.graph)
    account = {str(name): value for name, value in test.cells.attrs.items()}
    cells = test.cells.copy()
    cells.attrs.clear()  # pandas copies them with every column that is taken
    weights = group_weights(groups, economy.industries)
    kinds = kinds_of(templates, parts)
    below, fine = None, cells.iloc[:0]
    if parts is not None:
        below = tested_cells(
            economy,
            parts.weights,
            replace(cell_rules, check_single=True, local_statistics=False, power=False),
        )
        fine = below.cells
        account["family"] += fine.attrs["family"]
        fine.attrs.clear()
        if account["concept"] == "employment":
            fine = _without_unknown_sizes(economy, employment, fine, kinds, parts)
        cells, fine = gate_together(
            cells, fine, gate=cell_rules.gate, alpha=rules.cells.alpha
        )
        weights = pd.concat([weights, parts.weights], axis=1)
    return TestedLevels(
        economy, kinds, weights, cell_rules, test, below, cells, fine, account
    )


def _without_unknown_sizes(
    economy: Economy,
    employment: pd.DataFrame,
    cells: pd.DataFrame,
    kinds: Mapping[str, Kind],
    parts: Parts,
) -> pd.DataFrame:
    """Return the cells of parts; industries of unknown plant sizes are no tests."""
    sizes = largest_possible_plants(economy, employment)
    known = pd.Series(np.isfinite(sizes).any(axis=0))
    return without_undecidable(cells, kinds, parts, known)


def mark(
    table: pd.DataFrame,
    rows: slice,
    where: npt.NDArray[np.int64],
    column: str,
    value: object,
) -> None:
    """Set one column of some of a group's regions in place."""
    values = table[column].to_numpy(copy=True)
    values[rows.start + where] = value
    table[column] = values
