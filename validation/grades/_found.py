"""What a result says, in the forms that are counted here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters import CandidateClusters
from clusterid.tables import Economy

__all__ = ["GRADES", "claimed", "graded", "graded_cells", "numbers", "reported_cells"]

Bools = npt.NDArray[np.bool_]

GRADES = ("A", "B", "C", "D")
LEVELS = ("template", "part", "code_group", "industry")
#: What is counted of one result.
NUMBERS = (*GRADES, *(f"A_{level}" for level in LEVELS), "exceptional", "clusters")
#: Level of the false discovery rate, as the default has it.
ALPHA = 0.05


def numbers(found: CandidateClusters) -> dict[str, int]:
    """Return how much stands at each grade, A by level, and what is exceptional.

    ``exceptional``: cells of templates and reported cells of other levels that pass
    question 2, whatever their grade.
    """
    table = found.concentrations
    rows = table["grade"].value_counts()
    result = {grade: int(rows.get(grade, 0)) for grade in GRADES}
    level = table.loc[table["grade"].eq("A"), "level"].value_counts()
    result |= {f"A_{name}": int(level.get(name, 0)) for name in LEVELS}
    below = table[table["level"].ne("template")]
    result["exceptional"] = sum(
        int(cells["q_exceptional"].le(ALPHA).sum()) for cells in (found.cells, below)
    )
    result["clusters"] = len(found.table)
    return result


def graded(
    found: CandidateClusters, grades: Collection[str] | None = GRADES
) -> Iterator[Any]:
    """Yield the reported concentrations of these grades; None yields all."""
    table = found.concentrations
    if grades is not None:
        table = table[table["grade"].isin(list(grades))]
    yield from table.itertuples()


def claimed(
    found: CandidateClusters, economy: Economy, grades: Collection[str] | None = GRADES
) -> Bools:
    """Return the cells, regions x industries, that stand in such a concentration."""
    result = np.zeros((len(economy.regions), len(economy.industries)), dtype=bool)
    place = {str(code): i for i, code in enumerate(economy.regions)}
    column = {str(code): k for k, code in enumerate(economy.industries)}
    for row in graded(found, grades):
        codes = [column[code] for code in str(row.industries).split(";")]
        result[place[str(row.region)], codes] = True
    return result


def graded_cells(
    cells: pd.DataFrame, groups: pd.DataFrame, economy: Economy, grades: Collection[str]
) -> Bools:
    """Return the cells of templates that have such a grade, regions x groups."""
    wide = cells.pivot(index="region", columns="template", values="grade")
    wide = wide.reindex(index=economy.regions, columns=groups.columns)
    return wide.isin(list(grades)).to_numpy()


def reported_cells(
    found: CandidateClusters,
    groups: pd.DataFrame,
    economy: Economy,
    grades: Collection[str],
) -> Bools:
    """Return where a concentration of a template or of a part of it is reported."""
    result = np.zeros((len(economy.regions), len(groups.columns)), dtype=bool)
    place = {str(code): i for i, code in enumerate(economy.regions)}
    column = {str(name): g for g, name in enumerate(groups.columns)}
    for row in graded(found, grades):
        if str(row.template) in column:
            result[place[str(row.region)], column[str(row.template)]] = True
    return result
