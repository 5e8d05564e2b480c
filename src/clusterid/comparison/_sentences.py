"""Which sentences a verdict takes from the legend, and the numbers put into them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from clusterid._typed import typed
from clusterid.legend import LANGUAGES, Words, fixed_decimals, words

__all__ = ["coarser_sentence", "evidence", "with_sentences", "would_change"]

#: Cells of fewer plants are not described in words.
FEWEST_PLANTS = 3
#: Codes of the larger region's table that a sentence names.
_CODES_SHOWN = 4

Row = Mapping[str, Any]


@typed
def with_sentences(
    verdicts: pd.DataFrame, *, kind: str, since: int = 0
) -> pd.DataFrame:
    """Return the verdicts with their sentences said anew from the numbers in them.

    Parameters
    ----------
    verdicts : DataFrame
        Columns of :class:`clusterid.comparison.Comparison.verdicts`.
    kind : {"industry", "occupation"}
        What the sentences call the codes.
    since : int, default 0
        The earlier year that trends are counted from; 0 if it is not known.
    """
    table = verdicts.copy()
    rows: list[Any] = table.to_dict("records")
    for language in LANGUAGES:
        say = words(language, kind=kind)
        table[f"evidence_{language}"] = [evidence(r, say, since) for r in rows]
        table[f"would_change_{language}"] = [would_change(r, say) for r in rows]
    return table


def evidence(row: Row, say: Words, since: int = 0) -> str:
    """Return what was measured, in a few sentences.

    ``since`` is the earlier year that the trend is counted from, if it is known.
    """
    rule = say(f"rule.{row['reason']}")
    sentences = (
        rule[0].upper() + rule[1:] + ".",
        *_measured(row, say),
        _links(row, say),
        _trend(row, say, since),
        _match(row, say),
        coarser_sentence(row, say),
        _probability(row, say),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def would_change(row: Row, say: Words) -> str:
    """Return which observation would change the verdict."""
    numbers = {
        kind: "" if not math.isfinite(row[f"{kind}_needed"]) else say(
            f"would_change.about_{kind}",
            number=_number(_two_digits(row[f"{kind}_needed"]), say),
        )
        for kind in ("plants", "jobs")
    }  # fmt: skip
    earlier = "" if math.isfinite(row["trend"]) else say("would_change.earlier_year")
    return say(f"would_change.{row['reason']}", earlier=earlier, **numbers)


def _measured(row: Row, say: Words) -> tuple[str, ...]:
    """Say the grade, and both quotients with what stands behind them."""
    plants, jobs = row["n_plants"], row["employment"]
    if 0 < plants < FEWEST_PLANTS:
        return (say("evidence.few_plants"),)
    if not (math.isfinite(row["lq_jobs"]) or math.isfinite(row["lq_plants"])):
        return ()
    return (_grade(row["grade"], say), _jobs(row, jobs, say), _plants(row, plants, say))


def _grade(grade: object, say: Words) -> str:
    if not isinstance(grade, str) or not grade:
        return say("evidence.no_grade")
    return say("evidence.grade", grade=grade, words=say(f"grade.{grade}"))


def _jobs(row: Row, jobs: float, say: Words) -> str:
    """Say the quotient of jobs, between what it lies, and the jobs."""
    if not math.isfinite(row["lq_jobs"]):
        return ""
    ends = [row[f"lq_jobs_{end}"] for end in ("lower", "upper")]
    lq, low, high = (_number(value, say, 1) for value in (row["lq_jobs"], *ends))
    text = say("evidence.quotient_jobs", lq=lq)
    if all(math.isfinite(end) for end in ends) and low != high:
        text += say("evidence.between", low=low, high=high)
    if math.isfinite(jobs):
        text += say("evidence.jobs", jobs=_number(_two_digits(jobs), say))
    return f"{text}."


def _plants(row: Row, plants: float, say: Words) -> str:
    """Say the quotient of plants, its interval, the plants and their test."""
    if not math.isfinite(row["lq_plants"]):
        return say("evidence.no_plants")
    ends = (row["lq_plants_lower"], row["lq_plants_upper"])
    lq, low, high = (_number(value, say, 1) for value in (row["lq_plants"], *ends))
    text = say("evidence.quotient_plants", lq=lq, low=low, high=high)
    if math.isfinite(plants):
        text += say("evidence.plants", plants=_number(plants, say))
    if math.isfinite(row["q_plants"]):
        text += say("evidence.test_plants", q=_p_value(row["q_plants"], say))
    return f"{text}."


def _links(row: Row, say: Words) -> str:
    if not math.isfinite(row["linkage"]):
        return ""
    return say("evidence.links", share=_number(100 * row["linkage"], say))


def _trend(row: Row, say: Words, since: int) -> str:
    trend = row["trend"]
    if not math.isfinite(trend):
        return ""
    size = _number(abs(trend), say, 2)
    change = f"{'+' if trend > 0 else '-'}{size}"
    still = say("evidence.unchanged")
    return say(
        "evidence.trend",
        change=still if size == _number(0.0, say, 2) else change,
        year=since or say("evidence.earlier_year"),
    )


#: Verdicts that a cluster's grade can give.
_BY_GRADE = ("confirmed", "confirmed_jobs_only", "niche", "thin")


def _match(row: Row, say: Words) -> str:
    name, score = row["candidate"], row["match_score"]
    if not isinstance(name, str) or not name or not score >= 0.005:
        return ""
    decides = row.get("verdict") in _BY_GRADE or row["declared"] != "yes"
    key = "evidence.match" if decides else "evidence.match_beside"
    text = say(key, candidate=name, score=_number(score, say, 2))
    grade = row["candidate_grade"]
    if isinstance(grade, str) and grade and row["declared"] == "yes":
        text += say("evidence.match_grade", grade=grade, words=say(f"grade.{grade}"))
    return f"{text}."


def coarser_sentence(row: Row, say: Words) -> str:
    """Say what a larger region has of the field, and that it is coarser."""
    where, lq = row.get("coarser_region"), row.get("coarser_lq_plants", math.nan)
    if not isinstance(where, str) or not where or not math.isfinite(lq):
        return ""
    if 0 < row["coarser_plants"] < FEWEST_PLANTS:
        return ""
    codes = str(row["coarser_industries"]).split(";")
    shown = ", ".join(codes[:_CODES_SHOWN])
    ends = (row["coarser_lq_plants_lower"], row["coarser_lq_plants_upper"])
    quotient, low, high = (_number(value, say, 1) for value in (lq, *ends))
    return say(
        "evidence.coarser",
        region=where,
        year=int(row["coarser_year"]),
        plants=_number(row["coarser_plants"], say),
        codes=shown if len(codes) <= _CODES_SHOWN else f"{shown}, ...",
        lq=quotient,
        low=low,
        high=high,
    )


def _probability(row: Row, say: Words) -> str:
    """Say the posterior, with its range over priors and readings where it is known."""
    if not math.isfinite(row["posterior"]):
        return ""
    ends = [row.get(f"posterior_{end}", math.nan) for end in ("lower", "upper")]
    known = all(math.isfinite(end) for end in ends)
    share, low, high = (_number(100 * v, say) for v in (row["posterior"], *ends))
    key = "evidence.probability_range" if known else "evidence.probability"
    return say(key, share=share, low=low, high=high)


def _number(value: float, say: Words, decimals: int = 0) -> str:
    missing = say("evidence.no_number")
    return fixed_decimals(
        value, language=say.language, decimals=decimals, missing=missing
    )


def _two_digits(value: float) -> float:
    """Round to two significant digits, so that a sentence tells no single cell."""
    if value == 0:
        return value
    return round(value, 1 - math.floor(math.log10(abs(value))))


def _p_value(value: float, say: Words) -> str:
    text = "< 0.001" if value < 0.001 else f"= {value:.3f}"
    return text.replace(".", ",") if say.language == "de" else text
