"""The rules: from evidence to verdict, each with a reason that can be looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

from clusterid._typed import typed
from clusterid.statistics import benjamini_hochberg_cut

__all__ = ["REASONS", "VERDICTS", "Rules", "concentration_level", "decide"]

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
    "concentrated_and_linked": (
        "concentrated in its own regions, and its links are there",
        "in den eigenen Regionen konzentriert, die Verflechtungen sind vorhanden",
    ),
    "concentrated_links_unknown": (
        "concentrated in its own regions; no layer tells of links",
        "in den eigenen Regionen konzentriert; über Verflechtungen liegt nichts vor",
    ),
    "concentrated_few_links": (
        "concentrated in its own regions, but few of its links are there",
        "in den eigenen Regionen konzentriert, aber wenig verflochten",
    ),
    "cluster_nearby": (
        "above average at home and part of a cluster found beside it",
        "vor Ort überdurchschnittlich und Teil eines Clusters nebenan",
    ),
    "weak_rising_linked": (
        "above average without being distinct from chance, rising, and linked",
        "überdurchschnittlich, vom Zufall nicht zu trennen, steigend, verflochten",
    ),
    "no_sign": (
        "no more than elsewhere, at home or beside it, in any reading of the label",
        "nicht mehr als anderswo, weder vor Ort noch nebenan, in jeder Lesart",
    ),
    "concentrated_nearby": (
        "not concentrated at home, but in a region within the tolerance",
        "vor Ort nicht konzentriert, aber in einer Region innerhalb der Toleranz",
    ),
    "label_without_field": (
        "the label names no field of the lexicon",
        "die Bezeichnung entspricht keinem Feld des Lexikons",
    ),
    "field_not_separable": (
        "the codes at hand do not separate the field from others",
        "die vorliegenden Codes trennen das Feld nicht von anderen",
    ),
    "place_without_region": (
        "the place lies in no region of the table",
        "der Ort liegt in keiner Region der Tabelle",
    ),
    "place_smaller_than_region": (
        "the place is only a small part of the region that was measured",
        "der Ort ist nur ein kleiner Teil der gemessenen Region",
    ),
    "withheld": (
        "the counts of the field are withheld here",
        "die Zahlen des Feldes sind hier geheim gehalten",
    ),
    "region_empty": (
        "the table has no counts for the region",
        "die Tabelle enthält für die Region keine Zahlen",
    ),
    "group_absent": (
        "the table has no counts for the field anywhere",
        "die Tabelle enthält für das Feld nirgends Zahlen",
    ),
    "no_excess_jobs": (
        "more than expected of such a region, but hardly more jobs than elsewhere",
        "mehr als in einer solchen Region erwartet, kaum mehr Beschäftigte als sonst",
    ),
    "one_industry": (
        "one industry alone carries it; in jobs, one large plant looks the same",
        "von einer einzigen Branche getragen; in Beschäftigten sähe ein Großbetrieb "
        "ebenso aus",
    ),
    "low_power": (
        "too few plants or jobs to tell a cluster from chance either way",
        "zu wenige Betriebe oder Beschäftigte für eine Entscheidung",
    ),
    "inconclusive": (
        "some signs, not enough for either answer",
        "einzelne Anzeichen, für keine Antwort ausreichend",
    ),
    "depends_on_lexicon": (
        "the answer changes with the reading of the label",
        "die Antwort hängt davon ab, wie die Bezeichnung gelesen wird",
    ),
    "not_declared_linked": (
        "found, linked, and in no list of a place that lists everything",
        "gefunden, verflochten und in keiner vollständigen Liste genannt",
    ),
    "not_declared_few_links": (
        "found, few links or none known, and in no list that is complete",
        "gefunden, wenig oder nichts über Verflechtung, in keiner vollständigen Liste",
    ),
    "list_incomplete": (
        "found; the place answered, but its list does not claim to be complete",
        "gefunden; der Ort hat geantwortet, seine Liste ist nicht vollständig",
    ),
    "not_asked": (
        "found; no place there was asked",
        "gefunden; kein Ort dort wurde befragt",
    ),
    "no_answer": (
        "found; the place there was asked and did not answer",
        "gefunden; der Ort dort hat auf die Befragung nicht geantwortet",
    ),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds of the verdicts; numbers without literature are ours.

    Parameters
    ----------
    significance : float
        False discovery rate over all declared fields tested (convention).
    weak_p : float
        A quotient above 1 with a p-value up to this is a weak sign (ours).
    mappability : float
        Least share of a field that the codes must separate (ours).
    smallest_share : float
        Least share of the measured regions that the place must be (ours).
    match : float
        Least fuzzy Jaccard of a match (METHODS: 0.3, report 0.1 to 0.5).
    tolerance : int
        Steps of contiguity a match may reach.
    linked : float
        Linkage from which a field counts as linked (ours: half of its links).
    research : float
        Research quotient of the field from which it counts as linked (ours: 1.5).
    related : float
        Rank of relatedness density from which it counts as high (ours: top quarter).
    rising : float
        Relative rise of the quotient since the earlier year that counts (ours: 0.1).
    high, low : float
        Posterior above which a cluster is taken for there, below for not (ours).
    cluster : float
        Location quotient that a cluster would have at least; *no footprint* is said
        only where the upper 95 % limit of the tested quotient stays below (ours: 2).
    material : float
        Quotient of jobs that a confirmed concentration has at least (ours: 1.1). The
        test is conditional on density, so that it can be passed without it.
    possible : float
        Posterior that no prior and no reading may exceed for *no footprint* (ours).
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
    lq: NDArray[np.float64], shrunk: NDArray[np.float64], rules: Rules
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
def decide(evidence: pd.DataFrame, rules: Rules) -> pd.DataFrame:
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
    e = evidence
    n = len(e)
    cut = benjamini_hochberg_cut(tested_once(e, rules), rules.significance)
    level = concentration_level(
        e["p_value"].to_numpy(dtype=float),
        cut,
        rules.weak_p,
    )
    steps = min(rules.tolerance, e.attrs.get("most", rules.tolerance))
    near = e[f"match_score_{steps}"].to_numpy(dtype=float) >= rules.match
    everywhere = e[f"match_score_{e.attrs.get('most', steps)}"].to_numpy(dtype=float)
    linkage = e["linkage"].to_numpy(dtype=float)
    research = e["research"].to_numpy(dtype=float)
    linked = (linkage >= rules.linked) | (research >= rules.research)
    links_known = np.isfinite(linkage) | np.isfinite(research)
    related = e["density_rank"].to_numpy(dtype=float) >= rules.related
    # a rise of what is below average is no sign of a cluster
    rising = (e["trend"].to_numpy(dtype=float) > rules.rising) & (level >= FAINT)
    stable = e["share_concentrated"].to_numpy(dtype=float) >= 0.5
    unlikely = e["posterior_readings"].to_numpy(dtype=float) < rules.low
    unlikely &= e["posterior_upper"].to_numpy(dtype=float) < rules.possible
    excluded = e["lq_limit"].to_numpy(dtype=float) < rules.cluster
    lq, shrunk = e["lq"].to_numpy(dtype=float), e["lq_shrunk"].to_numpy(dtype=float)
    material = is_material(lq, shrunk, rules)
    absent = (lq <= 1) & (shrunk <= 1)
    beside_it = e[f"near_p_{steps}"].to_numpy(dtype=float) <= cut

    unmeasured = unverifiable_reason(e, rules)
    home = level == CONCENTRATED
    beside = (level == WEAK) & near & (shrunk > 1)
    verdict = np.full(n, "unknown", dtype=object)
    reason = np.full(n, "inconclusive", dtype=object)

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
    say(carried_by_one(e), "unknown", "one_industry")
    empty = (level < WEAK) | ((level == WEAK) & ~linked)
    empty &= (level >= 0) & ~rising
    empty &= everywhere < rules.match
    empty &= absent
    say(empty & beside_it, "unknown", "concentrated_nearby")
    say(empty & ~excluded, "unknown", "low_power")
    say(empty & unlikely, "no_footprint", "no_sign")
    return pd.DataFrame({"verdict": verdict, "reason": reason}, index=e.index)


def carried_by_one(evidence: pd.DataFrame) -> NDArray[np.bool_]:
    """Return where jobs alone cannot tell a cluster from one large plant."""
    return evidence["cell_reason"].eq("one_industry").to_numpy(dtype=bool)


def tested_once(evidence: pd.DataFrame, rules: Rules) -> Any:
    """Return one p-value for each place and field that can be tested."""
    fine = unverifiable_reason(evidence, rules) == ""
    once = ~evidence.duplicated(["unit", "field"]).to_numpy()
    return evidence.loc[fine & once, "p_value"].to_numpy(dtype=float)


def unverifiable_reason(evidence: pd.DataFrame, rules: Rules) -> NDArray[np.object_]:
    """Return why a declared field cannot be measured; empty where it can."""
    e = evidence
    why = np.full(len(e), "", dtype=object)
    cell = e["cell_reason"].astype(object).to_numpy()
    tests = (
        (e["field"].isna().to_numpy(), "label_without_field"),
        (
            ~(e["mappability"].to_numpy(dtype=float) >= rules.mappability),
            "field_not_separable",
        ),
        (e["unit"].to_numpy() < 0, "place_without_region"),
        (
            e["place_share"].to_numpy(dtype=float) < rules.smallest_share,
            "place_smaller_than_region",
        ),
        (cell == "region_empty", "region_empty"),
        (cell == "group_absent", "group_absent"),
        (np.isnan(e["p_value"].to_numpy(dtype=float)), "withheld"),
    )
    for where, code in tests:
        why[where & (why == "")] = code
    return why
