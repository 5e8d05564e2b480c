"""Which sentences a verdict takes from the legend, and the numbers put into them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from clusterid._typed import typed
from clusterid.legend import LANGUAGES, Words, fixed_decimals, words

__all__ = ["evidence", "with_sentences", "would_change"]

#: Cells of fewer plants are not described in words.
FEWEST_PLANTS = 3

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
        _quotient(row, say),
        _links(row, say),
        _trend(row, say, since),
        _match(row, say),
        _probability(row, say),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def would_change(row: Row, say: Words) -> str:
    """Return which observation would change the verdict."""
    return say(
        f"would_change.{row['reason']}",
        needed=_number(row["needed_lq"], say, 2),
        earlier="" if math.isfinite(row["trend"]) else say("would_change.earlier_year"),
    )


def _quotient(row: Row, say: Words) -> str:
    """Say the quotient, the jobs and plants behind it, and its test."""
    plants, jobs, p_value = row["n_plants"], row["employment"], row["p_value"]
    if 0 < plants < FEWEST_PLANTS:
        return say("evidence.few_plants")
    if not math.isfinite(row["lq"]):
        return ""
    lq, shrunk = (_number(row[name], say, 1) for name in ("lq", "lq_shrunk"))
    text = say("evidence.quotient", lq=lq, shrunk=shrunk)
    if math.isfinite(jobs):
        text += say("evidence.jobs", jobs=_number(_two_digits(jobs), say))
    if math.isfinite(plants):
        text += say("evidence.plants", plants=_number(plants, say))
    if math.isfinite(p_value):
        # the test counts plants where the table has them: jobs may say otherwise
        test = "test_plants" if math.isfinite(plants) else "test"
        if row["reason"] == "one_industry":
            test = "test_rest"  # the p-value is that of what is left
        text += say(f"evidence.{test}", p=_p_value(p_value, say))
    return f"{text}."


def _links(row: Row, say: Words) -> str:
    if not math.isfinite(row["linkage"]):
        return ""
    return say("evidence.links", share=_number(100 * row["linkage"], say))


def _trend(row: Row, say: Words, since: int) -> str:
    trend = row["trend"]
    if not math.isfinite(trend):
        return ""
    size = _number(100 * abs(trend), say)
    change = f"{'+' if trend > 0 else '-'}{size} %"
    return say(
        "evidence.trend",
        change=say("evidence.unchanged") if size == "0" else change,
        year=since or say("evidence.earlier_year"),
    )


def _match(row: Row, say: Words) -> str:
    name, score = row["candidate"], row["match_score"]
    if not isinstance(name, str) or not name or not score >= 0.005:
        return ""
    return say("evidence.match", candidate=name, score=_number(score, say, 2))


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
