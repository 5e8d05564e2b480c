"""Every verdict has words in both languages, and tells no single plant."""

from __future__ import annotations

import numpy as np
import pytest

from clusterid.comparison import REASONS
from clusterid.comparison._sentences import evidence, would_change
from clusterid.legend import words


@pytest.mark.parametrize("reason", sorted(REASONS))
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_reason_has_words_and_no_verdict_is_an_insult(reason, language):
    row = {
        "reason": reason, "lq": 1.5, "lq_shrunk": 1.2, "employment": 12345.0,
        "n_plants": 12.0, "p_value": 0.0001, "linkage": 0.5, "trend": -0.1,
        "candidate": "C001", "match_score": 0.4, "posterior": 0.3, "needed_lq": 1.7,
    }  # fmt: skip
    say = words(language)
    text = evidence(row, say) + would_change(row, say)
    assert "wish" not in text.lower() and "wunsch" not in text.lower()
    assert ("12.000" in text) == (language == "de")
    assert "345" not in text
    held = evidence(row | {"n_plants": 2.0}, say)
    assert "12" not in held and "1.5" not in held and "1,5" not in held


def test_all_sentences_are_in_the_legend_in_both_languages():
    for kind, noun in (("industry", "industries"), ("occupation", "occupations")):
        row = {"reason": "group_absent", "needed_lq": np.nan, "trend": 0.1}
        assert would_change(row, words("en", kind=kind)).startswith(
            f"Counts for the {noun}"
        )
    row = {"reason": "inconclusive", "needed_lq": np.nan, "trend": np.nan}
    text = would_change(row, words("de"))
    assert "k. A." in text and "früheres Jahr" in text
