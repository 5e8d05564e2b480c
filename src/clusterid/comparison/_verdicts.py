"""The rules: from evidence to verdict, each with a reason that can be looked up."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.errors import OptionError
from clusterid.legend import words
from clusterid.statistics import benjamini_hochberg_cut

__all__ = [
    "MOST_STEPS", "REASONS", "VERDICTS", "ComparisonRules", "Family", "Rules",
    "concentration_level", "decide",
]  # fmt: skip

#: levels of concentration, besides 0 (no sign) and -1 (not measured)
FAINT, WEAK, CONCENTRATED = 1, 2, 3

VERDICTS = (
    "confirmed",
    "thin",
    "emerging",
    "no_footprint",
    "undeclared",
    "undeclared_concentration",
    "unverifiable",
    "unknown",
    "unknown_list_incomplete",
)

#: reason code -> the rule, English and German
REASONS: dict[str, tuple[str, str]] = {
    key.removeprefix("rule."): (rule, words("de")(key))
    for key, rule in words("en").under("rule.").items()
}


#: Rules that are quotients or rates; all others but the tolerance are shares.
_QUOTIENTS = frozenset({"research", "rising", "cluster", "material"})
#: Largest tolerance that is always looked at.
MOST_STEPS = 2


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """Thresholds of the verdicts; numbers without literature are the authors' choice.

    Parameters
    ----------
    significance : float
        False discovery rate over all declared fields tested (convention).
    weak_p : float
        A quotient above 1 with a p-value up to this is a weak sign (authors' choice).
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
    related : float
        Rank of relatedness density from which it counts as high (authors'
        choice: top quarter).
    rising : float
        Relative rise of the quotient since the earlier year that counts (authors'
        choice: 0.1).
    high, low : float
        Posterior above which a cluster is taken for there, below for not (authors'
        choice).
    cluster : float
        Location quotient that a cluster would have at least; *no footprint* is said
        only where the upper 95 % limit of the tested quotient stays below (authors'
        choice: 2).
    material : float
        Quotient of jobs that a confirmed concentration has at least (authors' choice:
        1.1). The test is conditional on density, so that it can be passed without it.
    possible : float
        Posterior that no prior and no reading may exceed for *no footprint* (authors'
        choice).

    Raises
    ------
    OptionError
        If the tolerance is out of range.
    """

    significance: float = 0.05
    weak_p: float = 0.25
    mappability: float = 0.5
    smallest_share: float = 0.5
    match: float = 0.3
    tolerance: int = 1
    linked: float = 0.5
    research: float = 1.5
    related: float = 0.75
    rising: float = 0.1
    high: float = 0.8
    low: float = 0.2
    cluster: float = 2.0
    material: float = 1.1
    possible: float = 0.5

    def __post_init__(self) -> None:
        if self.tolerance not in range(MOST_STEPS + 1):
            raise OptionError(
                f"tolerance={self.tolerance!r}; give steps of contiguity from 0 to "
                f"{MOST_STEPS}."
            )
        for rule in fields(self):
            value = getattr(self, rule.name)
            most = np.inf if rule.name in _QUOTIENTS else 1.0
            is_number = isinstance(value, int | float | np.number)
            if rule.name != "tolerance" and not (is_number and 0 <= value <= most):
                wanted = "from 0 on" if most == np.inf else "between 0 and 1"
                raise OptionError(f"{rule.name}={value!r}: use a number {wanted}.")


#: the name of before
Rules = ComparisonRules


@dataclass(frozen=True, slots=True)
class Family:
    """The declared fields tested together, and the cut of Benjamini and Hochberg."""

    p_values: NDArray[np.float64]
    cut: float

    @classmethod
    def of(cls, evidence: pd.DataFrame, rules: ComparisonRules) -> Family:
        """Return the family: one p-value for each place and field that is testable."""
        fine = unverifiable_reason(evidence, rules) == ""
        once = ~evidence.duplicated(["unit", "field"]).to_numpy()
        p_values = evidence.loc[fine & once, "p_value"].to_numpy(dtype=float)
        return cls(p_values, benjamini_hochberg_cut(p_values, rules.significance))

    @property
    def size(self) -> int:
        """Return the number of tests."""
        return int(np.isfinite(self.p_values).sum())


def concentration_level(
    p_value: NDArray[np.float64], cut: float, weak_p: float
) -> NDArray[np.int64]:
    """Return 0 (no sign), 1 (faint), 2 (weak), 3 (concentrated); -1 where p is missing.

    Faint is a one-sided p-value up to 0.5, weak up to ``weak_p``, concentrated up to
    ``cut``.
    """
    level = np.where(p_value <= 0.5, FAINT, 0)
    level = np.where(p_value <= weak_p, WEAK, level)
    level = np.where(p_value <= cut, CONCENTRATED, level)
    return np.where(np.isnan(p_value), -1, level).astype(np.int64)


def is_material(
    lq: NDArray[np.float64], shrunk: NDArray[np.float64], rules: ComparisonRules
) -> NDArray[np.bool_]:
    """Return where jobs, too, are clearly above average; not where unknown."""
    return np.asarray((lq >= rules.material) & (shrunk > 1))


def measured_level(
    level: NDArray[np.int64], material: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Return the level that counts as a measurement of a cluster.

    More plants than such a region should have, but hardly more jobs than elsewhere,
    is a weak sign and not a concentration: no verdict, and no probability, takes it
    for one.
    """
    return np.where((level == CONCENTRATED) & ~material, WEAK, level).astype(np.int64)


@typed
def decide(evidence: pd.DataFrame, rules: ComparisonRules) -> pd.DataFrame:
    """Return ``verdict`` and ``reason`` of every declared field, rules in order.

    1. No field, codes that do not separate it, no region, a place smaller than the
       region measured, withheld counts: *unverifiable*.
    2. Concentrated at home, but in most readings of the label not, or with hardly more
       jobs than elsewhere: *unknown*.
    3. Concentrated and linked, or links unknown: *confirmed*; few links: *thin*. Weak
       at home and part of a matching cluster within the tolerance: *confirmed*.
    4. A weak sign, rising, and linked or related: *emerging*. Carried by one industry
       alone, in jobs: *unknown*.
    5. *no_footprint*, the last resort, asks for everything at once: quotients of jobs,
       raw and shrunk, not above 1; no weak sign with links or a rise; no
       match at any tolerance and no concentration within it; a measurement that rules
       out a quotient of ``cluster``; a posterior below ``low`` under all readings of
       the label, and under no prior above ``possible``.
    6. Everything else: *unknown*, with the reason.
    """

    def column(name: str) -> NDArray[np.float64]:
        return np.asarray(evidence[name], dtype=np.float64)

    cut = Family.of(evidence, rules).cut
    level = concentration_level(column("p_value"), cut, rules.weak_p)
    most = evidence.attrs.get("most", rules.tolerance)
    steps = min(rules.tolerance, most)
    near = column(f"match_score_{steps}") >= rules.match
    everywhere = column(f"match_score_{most}")
    linkage, research = column("linkage"), column("research")
    linked = (linkage >= rules.linked) | (research >= rules.research)
    links_known = np.isfinite(linkage) | np.isfinite(research)
    related = column("density_rank") >= rules.related
    # a rise of what is below average is no sign of a cluster
    rising = (column("trend") > rules.rising) & (level >= FAINT)
    stable = column("share_concentrated") >= 0.5
    unlikely = column("posterior_readings") < rules.low
    unlikely &= column("posterior_upper") < rules.possible
    excluded = column("lq_limit") < rules.cluster
    lq, shrunk = column("lq"), column("lq_shrunk")
    material = is_material(lq, shrunk, rules)
    absent = (lq <= 1) & (shrunk <= 1)
    beside_it = column(f"near_p_{steps}") <= cut

    unmeasured = unverifiable_reason(evidence, rules)
    home = level == CONCENTRATED
    beside = (level == WEAK) & near & (shrunk > 1)
    verdict = np.full(len(evidence), "unknown", dtype=object)
    reason = np.full(len(evidence), "inconclusive", dtype=object)

    def say(where: NDArray[np.bool_], word: str, why: str) -> None:
        open_ = where & (reason == "inconclusive") & (verdict == "unknown")
        verdict[open_] = word
        reason[open_] = why

    for code in REASONS:
        say(unmeasured == code, "unverifiable", code)
    say(home & ~stable, "unknown", "depends_on_lexicon")
    say(home & ~material, "unknown", "no_excess_jobs")
    say(home & linked, "confirmed", "concentrated_and_linked")
    say(home & ~links_known, "confirmed", "concentrated_links_unknown")
    say(home, "thin", "concentrated_few_links")
    say(beside & (linked | ~links_known), "confirmed", "cluster_nearby")
    say((level == WEAK) & rising & (linked | related), "emerging", "weak_rising_linked")
    say(carried_by_one(evidence), "unknown", "one_industry")
    empty = (level < WEAK) | ((level == WEAK) & ~linked)
    empty &= (level >= 0) & ~rising
    empty &= everywhere < rules.match
    empty &= absent
    say(empty & beside_it, "unknown", "concentrated_nearby")
    say(empty & ~excluded, "unknown", "low_power")
    say(empty & unlikely, "no_footprint", "no_sign")
    return pd.DataFrame({"verdict": verdict, "reason": reason}, index=evidence.index)


def carried_by_one(evidence: pd.DataFrame) -> NDArray[np.bool_]:
    """Return where jobs alone cannot tell a cluster from one large plant."""
    return evidence["cell_reason"].eq("one_industry").to_numpy(dtype=bool)


def unverifiable_reason(
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
        "withheld": evidence["p_value"].isna(),
    }
    why = np.full(len(evidence), "", dtype=object)
    for code, where in tests.items():
        why[where.to_numpy(dtype=bool) & (why == "")] = code
    return why
