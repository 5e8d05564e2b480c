"""The rules: from evidence to verdict, each with a reason that can be looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.legend import words

__all__ = [
    "CONFIRMED", "MOST_STEPS", "REASONS", "VERDICTS", "ComparisonRules", "Rules",
    "decide", "evidence_level", "inseparable_reason",
]  # fmt: skip

#: levels of concentration, besides 0 (not above average) and -1 (not measured)
FAINT, WEAK, CONCENTRATED = 1, 2, 3

VERDICTS = (
    "confirmed",
    "confirmed_jobs_only",
    "niche",
    "thin",
    "emerging",
    "no_footprint",
    "undecided",
    "not_separable",
    "undeclared",
    "unknown_list_incomplete",
    "not_asked",
)
#: verdicts on a field that has a grade
CONFIRMED = ("confirmed", "confirmed_jobs_only", "niche", "thin")

#: reason code -> the rule, English and German
REASONS: dict[str, tuple[str, str]] = {
    key.removeprefix("rule."): (rule, words("de")(key))
    for key, rule in words("en").under("rule.").items()
}

#: Rules that are shares; the others, but the tolerance, are numbers from 0 on.
_SHARES = frozenset({
    "significance",
    "mappability",
    "smallest_share",
    "match",
    "linked",
})
#: Largest tolerance that is always looked at.
MOST_STEPS = 2
#: Share of the jobs that may be estimated where a trend of jobs, or the lack of linked
#: partners, decides (authors' choice).
MOST_IMPUTED = 0.5
#: grades from best to worst; none is the last
_ORDER = {"A": 0, "B": 1, "C": 2, "D": 3, "": 4}


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """Thresholds of the verdicts; numbers without literature are the authors' choice.

    Parameters
    ----------
    significance : float
        False discovery rate of grades over all fields and regions (convention).
    mappability : float
        Least share of a field that the codes must separate (authors' choice).
    smallest_share : float
        Least share of the measured regions that the place must be (authors'
        choice).
    match : float
        Least fuzzy Jaccard of a match (METHODS: 0.3, report 0.1 to 0.5).
    tolerance : int
        Steps of contiguity a match may reach.
    linked : float
        Linkage from which a field counts as linked (authors' choice: half of
        its links).
    research : float
        Research quotient of the field from which it counts as linked (authors'
        choice: 1.5).
    rising : float
        Rise of the quotient of jobs since the earlier year that counts where no
        plants are counted: a difference of quotients (authors' choice: 0.1).
    bar, lower_bar, higher_bar : float
        Rate of plants that is still ordinary; see :func:`clusterid.clusters.
        test_groups`. *No footprint* is said where the upper limit stays below ``bar``;
        a quotient from ``lower_bar`` on is a weak sign.
    standing_quotient, standing_jobs : float
        What grade C asks of the jobs.
    minimum_jobs, minimum_plants, minimum_members : float
        Mass and linked industries; see :func:`clusterid.clusters.test_groups`.

    Raises
    ------
    OptionError
        If a number is out of range.
    """

    significance: float = 0.05
    mappability: float = 0.5
    smallest_share: float = 0.5
    match: float = 0.3
    tolerance: int = 1
    linked: float = 0.5
    research: float = 1.5
    rising: float = 0.1
    bar: float = 1.5
    lower_bar: float = 1.25
    higher_bar: float = 2.0
    standing_quotient: float = 2.0
    standing_jobs: float = 400
    minimum_jobs: float = 500
    minimum_plants: float = 10
    minimum_members: int = 2

    def __post_init__(self) -> None:
        if self.tolerance not in range(MOST_STEPS + 1):
            raise OptionError(
                f"tolerance={self.tolerance!r}; give steps of contiguity from 0 to "
                f"{MOST_STEPS}."
            )
        for rule in fields(self):
            value = getattr(self, rule.name)
            most = 1.0 if rule.name in _SHARES else np.inf
            is_number = isinstance(value, int | float | np.number)
            if rule.name != "tolerance" and not (is_number and 0 <= value <= most):
                wanted = "from 0 on" if most == np.inf else "between 0 and 1"
                raise OptionError(f"{rule.name}={value!r}: use a number {wanted}.")

    @classmethod
    def like(cls, params: Mapping[str, Any]) -> Self:
        """Return the rules by which candidates were graded, as far as they are known.

        ``params`` are those of :class:`clusterid.clusters.CandidateClusters`.
        """
        same = {rule.name for rule in fields(cls)} - {"tolerance", "match"}
        given = {name: params[name] for name in sorted(same & set(params))}
        if "sensitivity" in params:
            given["lower_bar"], given["higher_bar"] = params["sensitivity"]
        return cls(**given)

    def of_grades(self) -> dict[str, Any]:
        """Return the options of :func:`clusterid.clusters.test_groups`."""
        names = (
            "bar", "standing_quotient", "standing_jobs", "minimum_jobs",
            "minimum_plants", "minimum_members",
        )  # fmt: skip
        return {
            **{name: getattr(self, name) for name in names},
            "alpha": self.significance,
            "sensitivity": (self.lower_bar, self.higher_bar),
        }


#: the name of before
Rules = ComparisonRules


def quotient_heard(
    lq_plants: NDArray[np.float64], lq_jobs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the quotient of plants where they are counted, else that of jobs."""
    return np.where(np.isfinite(lq_plants), lq_plants, lq_jobs)


def evidence_level(
    graded: NDArray[np.bool_], quotient: NDArray[np.float64], rules: ComparisonRules
) -> NDArray[np.int64]:
    """Return 0 (not above average), 1 (faint), 2 (weak), 3 (graded); -1 if unknown.

    Faint is a quotient above 1, weak one from the lower bar on.
    """
    level = np.where(quotient > 1, FAINT, 0)
    level = np.where(quotient >= rules.lower_bar, WEAK, level)
    level = np.where(np.isnan(quotient), -1, level)
    return np.where(graded, CONCENTRATED, level).astype(np.int64)


@typed
def decide(evidence: pd.DataFrame, rules: ComparisonRules) -> pd.DataFrame:
    """Return ``verdict`` and ``reason`` of every declared field, rules in order.

    1. No field, codes that do not separate it, no region, a place smaller than the
       region measured, withheld counts: *not_separable*.
    2. The grade of the field in its own regions, unless most readings of the label
       have none; or that of a cluster that means the same and covers the place, where
       the field's own quotient is above 1. The better one counts; a cluster beside the
       place is told, and decides nothing.
       A or B: *confirmed*, or *thin* where links are observed and few: neither half of
       them nor as many linked industries of the field as grade A asks for, and no joint
       research. C: *confirmed_jobs_only*. D: *niche*.
    3. Graded in the lexicon's reading, but not in most: *undecided*.
    4. Above average and rising beyond what two Poisson counts allow (in jobs alone:
       above it whatever the withheld counts are, most of the jobs known, and rising by
       more than ``rising``): *emerging*.
    5. The upper limit of the quotient lies below the bar: *no_footprint*. That is the
       quotient of plants where they are counted (and that of jobs below what grade C
       asks), else that of jobs with nothing of it unknown. Not so where a cluster of
       grade A or B that means the same holds a part of the place and the field is
       above average in the whole: *undecided*.
    6. Everything else: *undecided*, with the number that would decide.
    """

    def column(name: str, *, optional: bool = False) -> NDArray[np.float64]:
        if optional and name not in evidence.columns:
            return np.full(len(evidence), np.nan)
        return np.asarray(evidence[name], dtype=np.float64)

    lq_plants, lq_jobs = column("lq_plants"), column("lq_jobs")
    own = evidence["grade"].fillna("").to_numpy(dtype=object)
    unsure = (own != "") & (column("share_concentrated") < 0.5)
    # of what is below average here, a cluster that means something alike is no proof
    heard = quotient_heard(lq_plants, lq_jobs)
    covers = (column("match_score_0") >= rules.match) & (heard > 1)
    of_cluster = np.where(covers, evidence["match_grade_0"], "")
    grade = np.where(unsure, "", own)
    by_home = _rank(grade)
    by_cluster = _rank(of_cluster)
    best = np.minimum(by_home, by_cluster)
    linkage, research = column("linkage"), column("research")
    # where most of the counts are estimated, which partners are there is a guess
    counted = np.isfinite(linkage) & ~(column("share_imputed") > MOST_IMPUTED)
    links_known = counted | np.isfinite(research)
    linked = (linkage >= rules.linked) | (research >= rules.research)
    # what grade A calls linked no verdict calls thin
    linked |= np.isfinite(linkage) & (
        column("n_linked", optional=True) >= rules.minimum_members
    )
    has_plants, trend = np.isfinite(lq_plants), column("trend")
    more_plants = (column("rise_p") <= rules.significance) & ~(trend <= 0)
    more_jobs = ~has_plants & (trend > rules.rising)
    # two guesses at what is withheld are no trend
    more_jobs &= ~(column("lq_jobs_lower", optional=True) <= 1)
    more_jobs &= ~(column("share_imputed") > MOST_IMPUTED)
    below, hidden = _below_bar(evidence, has_plants, rules)

    unmeasured = inseparable_reason(evidence, rules)
    verdict = np.full(len(evidence), "", dtype=object)
    reason = np.full(len(evidence), "", dtype=object)

    def say(where: NDArray[np.bool_], word: str, why: str) -> None:
        open_ = where & (verdict == "")
        verdict[open_] = word
        reason[open_] = why

    for code in REASONS:
        say(unmeasured == code, "not_separable", code)
    strong, here = best <= _ORDER["B"], by_home <= by_cluster
    say(strong & links_known & ~linked, "thin", "concentrated_few_links")
    linked &= links_known
    for where, words_of in (
        (here, ("concentrated_and_linked", "concentrated_links_unknown")),
        (~here, ("cluster_covers",) * 2),
    ):
        say(strong & where & linked, "confirmed", words_of[0])
        say(strong & where, "confirmed", words_of[1])
    for letter, word, why in (
        ("C", "confirmed_jobs_only", "stands_here"), ("D", "niche", "niche_here")
    ):  # fmt: skip
        of_grade = best == _ORDER[letter]
        say(of_grade & here, word, why)
        say(of_grade, word, "cluster_covers")
    say(unsure, "undecided", "depends_on_lexicon")
    say(more_plants & (lq_plants > 1), "emerging", "plants_rising")
    say(more_jobs & (lq_jobs > 1), "emerging", "jobs_rising")
    say(below & (heard > 1) & _graded_in_part(evidence), "undecided", "cluster_in_part")
    say(below & has_plants & ~hidden, "no_footprint", "plants_below_bar")
    say(below & ~has_plants & ~hidden, "no_footprint", "jobs_below_bar")
    say(below & has_plants, "undecided", "jobs_say_otherwise")
    say(has_plants, "undecided", "plants_decide")
    say(hidden, "undecided", "withheld_decides")
    say(~has_plants, "undecided", "jobs_decide")
    return pd.DataFrame({"verdict": verdict, "reason": reason}, index=evidence.index)


def _graded_in_part(evidence: pd.DataFrame) -> NDArray[np.bool_]:
    """Return where a cluster proven in plants means the same in a part of the place."""
    if "match_grade_inside" not in evidence.columns:
        return np.zeros(len(evidence), dtype=bool)
    return evidence["match_grade_inside"].isin(["A", "B"]).to_numpy(dtype=bool)


def _rank(grades: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return grades as numbers, A the smallest; 4 where there is none."""
    return np.array([_ORDER[grade] for grade in grades], dtype=np.int64)


def _below_bar(
    evidence: pd.DataFrame, has_plants: NDArray[np.bool_], rules: ComparisonRules
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where the upper limit is below the bar, and where jobs speak against it.

    With plants: a quotient of jobs that grade C could have. Without: withheld cells.
    """
    plants, jobs, known = (
        evidence[name].to_numpy(dtype=float)
        for name in ("lq_plants_upper", "lq_jobs_upper", "lq_jobs")
    )
    below = np.where(has_plants, plants, jobs) < rules.bar
    part = evidence["cell_reason"].eq("withheld_part").to_numpy(dtype=bool)
    # what is estimated has its limit; what is not could be anything
    part = part & ~(evidence["share_imputed"].to_numpy(dtype=float) > 0)
    # what is hidden could be more, or decides whether the limit passes the bar
    lower = evidence.get("lq_jobs_lower", evidence["lq_jobs"])
    least = np.fmin(known, lower.to_numpy(dtype=float))
    open_ = part | ((jobs >= rules.bar) & (least < rules.bar))
    return below, np.where(has_plants, jobs >= rules.standing_quotient, open_)


def inseparable_reason(
    evidence: pd.DataFrame, rules: ComparisonRules
) -> NDArray[np.object_]:
    """Return why a declared field cannot be measured; empty where it can."""
    cell = evidence["cell_reason"].astype(object)
    tests = {
        "label_without_field": evidence["field"].isna(),
        "field_not_separable": ~(evidence["mappability"] >= rules.mappability),
        "place_without_region": evidence["unit"] < 0,
        "place_smaller_than_region": evidence["place_share"] < rules.smallest_share,
        "region_empty": cell.eq("region_empty"),
        "group_absent": cell.eq("group_absent"),
        "withheld": evidence["lq_plants"].isna() & evidence["lq_jobs"].isna(),
    }
    why = np.full(len(evidence), "", dtype=object)
    for code, where in tests.items():
        why[where.to_numpy(dtype=bool) & (why == "")] = code
    return why
