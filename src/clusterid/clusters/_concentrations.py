"""Every region's list: what stands there at which grade, each cell once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._answers import Answers, Questioner
from clusterid.clusters._cells import ANSWERS, answer_columns, cell_table
from clusterid.clusters._grades import forms, graded, why_not_higher
from clusterid.clusters._report_once import (
    IndustryDeviance,
    fits,
    industry_deviance,
    report_once,
)
from clusterid.clusters._rules import GradeRules
from clusterid.clusters.kinds._kinds import LEVELS, Kind, Kinds

__all__ = ["COLUMNS", "Asked", "asked"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

COLUMNS = [
    "region", "rank", "name", "named_by", "kind", "level", "label", "template",
    "industries", *ANSWERS, "why_not_higher", "form", "cluster",
]  # fmt: skip
#: A cell with this quotient of jobs and so many above the usual is listed whatever its
#: grade.
STRONG_QUOTIENT, STRONG_JOBS = 3.0, 1000.0

#: In which order kinds of a region are reported: by grade, and whether they hold
#: together.
_FIRST = {
    ("A", True): 0, ("B", True): 0, ("C", True): 1, ("A", False): 2, ("B", False): 2,
    ("D", True): 3, ("D", False): 3, ("C", False): 4, ("", True): 5, ("", False): 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """All kinds asked about: ``cells`` of the templates, and what is ``reported``.

    ``reported`` has :data:`COLUMNS` without ``cluster`` and names, sums that no table
    shows, and ``place``, the position of the region; its rows are ranked within their
    region.
    """

    cells: pd.DataFrame
    reported: pd.DataFrame


def asked(
    questioner: Questioner,
    kinds: Kinds,
    regions: Sequence[str],
    rule: Callable[[pd.DataFrame], pd.Series] | None = None,
) -> Asked:
    """Return the answers on all kinds, level after level, and every cell once.

    ``rule``: a published one, which says of the cells of templates what is reported.
    """
    rules = questioner.rules
    alone = industry_deviance(questioner.table)
    listed = []
    for level in LEVELS:
        of_level = kinds.of(level)
        if not of_level and level != "template":
            continue
        answers = questioner.ask(kinds.weights(of_level), level)
        if level == "template":
            cells = cell_table(answers, graded(answers, rules), list(regions))
        called = None
        if rule is not None:
            called = rule(cells).to_numpy().reshape(-1, len(regions)).T
        listed.append(_listed(answers, of_level, alone, rules, regions, called))
    # empty tables would make objects of texts
    found = [rows for rows in listed if len(rows)] or listed[:1]
    return Asked(cells, _once(pd.concat(found, ignore_index=True), kinds))


def _listed(
    answers: Answers,
    kinds: list[Kind],
    alone: IndustryDeviance,
    rules: GradeRules,
    regions: Sequence[str],
    called: Bools | None,
) -> pd.DataFrame:
    """Return the cells of one level that have a grade, or are strong without."""
    grades, counted = graded(answers, rules), answers.counted
    excess = np.nan_to_num(counted.jobs - counted.expected_jobs)
    strong = np.nan_to_num(counted.lq_jobs) >= STRONG_QUOTIENT
    strong &= excess >= STRONG_JOBS
    rows, of = np.nonzero((grades.grade != "") | strong if called is None else called)
    by_plants = (grades.grade == "A") | (grades.grade == "B") | (grades.grade == "D")
    fit = fits(answers, alone, by_plants)
    return pd.DataFrame({
        "region": np.array(regions, dtype=object)[rows],
        "place": rows,
        "kind": [kinds[k].code for k in of],
        "level": [kinds[k].level for k in of],
        "label": [kinds[k].label for k in of],
        "template": [kinds[k].template for k in of],
        "industries": [";".join(kinds[k].industries) for k in of],
        **answer_columns(answers, grades, rows, of),
        "why_not_higher": why_not_higher(answers, grades.grade, rules, rows, of),
        "form": forms(answers, rules, rows, of),
        "expected_jobs": counted.expected_jobs[rows, of],
        "expected_plants": counted.expected[rows, of],
        "total_plants": counted.total[of],
        "spread": counted.spread[of],
        "passes_at": answers.decides_at,
        "ratio": fit.ratio[rows, of],
        "holds": fit.holds[rows, of],
    })


def _once(rows: pd.DataFrame, kinds: Kinds) -> pd.DataFrame:
    """Return the rows that are reported, ranked within their region."""
    place = {code: i for i, code in enumerate(kinds.industries)}
    masks = {
        kind.code: sum(1 << place[code] for code in kind.industries) for kind in kinds
    }
    number = {kind.code: i for i, kind in enumerate(kinds)}
    first = [
        _FIRST[grade, bool(holds)]
        for grade, holds in zip(rows["grade"], rows["holds"], strict=True)
    ]
    order = np.column_stack([
        np.array(first, dtype=float),
        -rows["ratio"].to_numpy(dtype=float),
        rows["kind"].map(number).to_numpy(dtype=float),
    ])
    chosen = report_once(
        rows["place"].to_numpy(dtype=np.int64),
        order,
        [masks[code] for code in rows["kind"]],
    )
    kept = rows[chosen].assign(number=order[chosen, 2])
    kept = kept.sort_values(
        ["place", "excess_jobs", "number"],
        ascending=[True, False, True],
        kind="stable",
        ignore_index=True,
    )
    kept["rank"] = kept.groupby("place").cumcount() + 1
    return kept.drop(columns=["number", "ratio", "holds"])
