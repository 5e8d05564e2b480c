"""How many verdicts change under other thresholds and readings of the labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from clusterid.comparison._verdicts import (
    MOST_STEPS,
    VERDICTS,
    ComparisonRules,
    decide,
)

__all__ = ["sensitivity_table"]

#: rule -> the values that are tried, one at a time
_SETTINGS: dict[str, tuple[float, ...]] = {
    "tolerance": (0, 1, 2),
    "match": (0.1, 0.2, 0.3, 0.4, 0.5),
    "mappability": (0.5, 0.7, 0.9),
    "linked": (0.25, 0.5, 0.75),
    "rising": (0.05, 0.1, 0.2),
    "smallest_share": (0.25, 0.5, 0.75),
}
#: verdicts that a declared field cannot have
_OF_SILENCE = ("undeclared", "unknown_list_incomplete", "not_asked")


def sensitivity_table(
    evidence: pd.DataFrame, default: pd.DataFrame, rules: ComparisonRules
) -> pd.DataFrame:
    """Return the verdicts of declared fields under other settings."""
    words = [verdict for verdict in VERDICTS if verdict not in _OF_SILENCE]
    rows: list[dict[str, object]] = []

    def add(setting: str, value: float, table: pd.DataFrame, **changed: Any) -> None:
        found = decide(table, replace(rules, **changed))["verdict"]
        counts = found.value_counts()
        share = found.ne(default["verdict"]).mean() if len(found) else np.nan
        rows.append({"setting": setting, "value": value,
                     **{word: int(counts.get(word, 0)) for word in words},
                     "changed": float(share)})  # fmt: skip

    for bar, column in zip(
        (rules.lower_bar, rules.bar, rules.higher_bar),
        ("grade_at_lower_bar", "grade", "grade_at_higher_bar"),
        strict=True,
    ):
        add("bar", bar, _graded_at(evidence, column), bar=bar)
    for setting, values in _SETTINGS.items():
        for value in values:
            add(setting, value, evidence, **{setting: value})
    shares = evidence["share_concentrated"].dropna()
    if len(shares):
        # each record's draws are its own: the spread of the sum, not of a joint draw
        mean = float(shares.sum())
        spread = 1.96 * float(np.sqrt((shares * (1 - shares)).sum()))
        for value, number in (
            (0.025, mean - spread), (0.5, mean), (0.975, mean + spread)
        ):  # fmt: skip
            rows.append({"setting": "lexicon_quantile_of_concentrated", "value": value,
                         "concentrated": number})  # fmt: skip
    return pd.DataFrame(rows)


def _graded_at(evidence: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the evidence with the grades of another bar, at home and of clusters."""
    grades = {"grade": evidence[column]}
    for k in range(MOST_STEPS + 1):
        grades[f"match_grade_{k}"] = evidence[f"match_{column}_{k}"]
    table = evidence.assign(**grades)
    if column != "grade":
        # how often readings agree is known at the bar itself alone
        table["share_concentrated"] = np.nan
    return table
