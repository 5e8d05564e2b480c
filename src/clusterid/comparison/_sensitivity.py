"""How many verdicts change under other thresholds and readings of the labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from clusterid.comparison._verdicts import VERDICTS, ComparisonRules, decide

__all__ = ["sensitivity_table"]

#: rule -> the values that are tried, one at a time
_SETTINGS: dict[str, tuple[float, ...]] = {
    "tolerance": (0, 1, 2),
    "match": (0.1, 0.2, 0.3, 0.4, 0.5),
    "significance": (0.01, 0.05, 0.1),
    "mappability": (0.5, 0.7, 0.9),
    "linked": (0.25, 0.5, 0.75),
    "rising": (0.05, 0.1, 0.2),
    "smallest_share": (0.25, 0.5, 0.75),
}
#: verdicts that a declared field cannot have
_OF_SILENCE = ("undeclared", "undeclared_concentration", "unknown_list_incomplete")


def sensitivity_table(
    evidence: pd.DataFrame, default: pd.DataFrame, rules: ComparisonRules
) -> pd.DataFrame:
    """Return the verdicts of declared fields under other settings."""
    words = [verdict for verdict in VERDICTS if verdict not in _OF_SILENCE]
    rows: list[dict[str, object]] = []
    for setting, values in _SETTINGS.items():
        for value in values:
            changed: dict[str, Any] = {setting: value}
            found = decide(evidence, replace(rules, **changed))["verdict"]
            counts = found.value_counts()
            share = found.ne(default["verdict"]).mean() if len(found) else np.nan
            rows.append({"setting": setting, "value": value,
                         **{word: int(counts.get(word, 0)) for word in words},
                         "changed": float(share)})  # fmt: skip
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
