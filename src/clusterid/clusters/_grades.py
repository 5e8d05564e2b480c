"""The grade of a cell: one rule, readable in one place.

| grade | needs |
|---|---|
| A, exceptional cluster | beyond the kind's ordinary unevenness (question 2), plants at the bar and beyond chance without one of them, mass, linked industries |
| B, established concentration | plants above the bar without one of them (questions 1 and 3), or jobs above it without the largest possible plant; jobs not below average; mass |
| C, stands here; one employer may carry it | twice the usual jobs and 400 of them at the lower end of what is known, and not A or B |
| D, niche | plants above the bar without one of them, five at least, below mass; or fewer than ten plants with jobs not below average |

Question 3 is answered from ten plants on, so that A and B need as many.
"""  # noqa: E501

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from clusterid.clusters._answers import Answers, AtBar, at_most
from clusterid.clusters._rules import GradeRules
from clusterid.clusters.questions._concentrated import FEWEST_PLANTS

__all__ = ["FORMS", "GRADES", "REASONS", "Graded", "forms", "graded", "why_not_higher"]

Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

GRADES = ("A", "B", "C", "D")

#: Plants from which the test without one of them makes a niche.
FEWEST_IN_NICHE = 5
#: A plant with so much of a cell's jobs anchors it; with so much it is the cell. Ours.
ANCHOR, WHOLE = 0.3, 0.8

#: Why a grade is not higher, in the order in which they are said.
REASONS = (
    "bar_not_shown", "not_exceptional", "too_few_members", "no_links",
    "plants_not_counted", "plants_below_bar", "few_plants", "jobs_below_average",
    "below_mass", "below_standing", "withheld_range",
)  # fmt: skip

FORMS = ("many_plants", "anchor_and_suppliers", "one_employer", "unknown")


@dataclass(frozen=True, slots=True)
class _Met:
    """Which conditions every cell meets at one bar."""

    plants: Bools
    jobs: Bools
    exceptional: Bools
    linked: Bools
    mass: Bools
    average: Bools
    stands: Bools

    def grade(self, answers: Answers) -> Texts:
        n = np.nan_to_num(answers.counted.plants)
        several = n >= FEWEST_PLANTS
        grade = np.full(n.shape, "", dtype=object)
        few = self.plants & (n >= FEWEST_IN_NICHE)
        grade[few & (~self.mass | (self.average & ~several))] = "D"
        grade[self.stands] = "C"
        rate = (self.plants & several & self.average) | self.jobs
        grade[rate & self.mass] = "B"
        grade[self.exceptional & self.linked & self.mass & several] = "A"
        return grade


def _met(answers: Answers, at: AtBar, rules: GradeRules) -> _Met:
    counted, alpha = answers.counted, rules.alpha
    n, jobs = np.nan_to_num(counted.plants), np.nan_to_num(counted.jobs)
    # where no layer observes the kind, who takes part stands for who is linked
    seen = np.isfinite(answers.n_linked)
    linked = np.where(seen, answers.n_linked, answers.n_members)
    return _Met(
        plants=at_most(at.q_rest, alpha),
        jobs=at_most(at.q_jobs, alpha),
        exceptional=at.is_exceptional,
        linked=linked >= rules.minimum_members,
        mass=(jobs >= rules.minimum_jobs) | (n >= rules.minimum_plants),
        average=np.nan_to_num(counted.lq_jobs) >= 1,
        stands=answers.stands,
    )


@dataclass(frozen=True, slots=True)
class Graded:
    """Grades at the bar and at the lower and the higher one, regions x kinds."""

    grade: Texts
    lower_bar: Texts
    higher_bar: Texts


def graded(answers: Answers, rules: GradeRules) -> Graded:
    """Return the grade of every cell at the three bars; empty where there is none."""
    three = [_met(answers, at, rules).grade(answers) for at in answers.bars]
    return Graded(*three)


def why_not_higher(
    answers: Answers,
    grade: Texts,
    rules: GradeRules,
    rows: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.int64],
) -> list[str]:
    """Return what each of the cells lacks for the next grade, codes joined by ``;``."""
    met = _met(answers, answers.bars[0], rules)
    n = np.nan_to_num(answers.counted.plants)
    passed = at_most(answers.bars[0].q, rules.alpha)
    found = []
    for r, k in zip(rows, kinds, strict=True):
        lacks: list[str] = []
        has = grade[r, k]
        if has == "A":
            lacks = [] if passed[r, k] else ["bar_not_shown"]
        elif has == "B":
            if not met.exceptional[r, k]:
                lacks.append("not_exceptional")
            if answers.n_members[r, k] < rules.minimum_members:
                lacks.append("too_few_members")
            elif not met.linked[r, k]:
                lacks.append("no_links")
            if not lacks:
                lacks.append(
                    "few_plants" if n[r, k] < FEWEST_PLANTS else "bar_not_shown"
                )
        elif not np.isfinite(answers.counted.plants[r, k]):
            lacks.append("plants_not_counted")
        else:
            if not met.plants[r, k]:
                lacks.append("plants_below_bar")
            elif n[r, k] < FEWEST_PLANTS:
                lacks.append("few_plants")
            if met.plants[r, k] and not met.average[r, k]:
                lacks.append("jobs_below_average")
            if met.plants[r, k] and not met.mass[r, k]:
                lacks.append("below_mass")
        if has == "" and not met.stands[r, k]:
            is_open = answers.counted.low_jobs[r, k] < answers.counted.jobs[r, k]
            lacks.append("withheld_range" if is_open else "below_standing")
        found.append(";".join(lacks))
    return found


def forms(
    answers: Answers,
    rules: GradeRules,
    rows: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.int64],
) -> list[str]:
    """Return of what form each of the cells is, as far as plants are known."""
    met = _met(answers, answers.bars[0], rules)
    found = []
    for r, k in zip(rows, kinds, strict=True):
        n = answers.counted.plants[r, k]
        # a bound that leaves room for one large plant does not say that there is one
        share = answers.largest_share[r, k] if answers.sizes_known else np.nan
        shown = met.plants[r, k] or met.exceptional[r, k]
        many = shown and n >= FEWEST_PLANTS
        is_one = n == 1 and answers.largest_share[r, k] == 1
        if is_one or (share >= WHOLE and not many):
            found.append("one_employer")
        elif many and share >= ANCHOR:
            found.append("anchor_and_suppliers")
        elif many:
            found.append("many_plants")
        else:
            found.append("unknown")
    return found
