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
        "reason": reason, "grade": "B", "lq_jobs": 1.5, "lq_jobs_lower": 1.4,
        "lq_jobs_upper": 1.7, "lq_plants": 2.5, "lq_plants_lower": 1.9,
        "lq_plants_upper": 3.3, "q_plants": 0.0001, "employment": 12345.0,
        "n_plants": 12.0, "linkage": 0.5, "trend": -6.64, "declared": "yes",
        "candidate": "C001", "candidate_grade": "C", "match_score": 0.4,
        "posterior": 0.3, "plants_needed": 17.0, "jobs_needed": 900.0,
    }  # fmt: skip
    say = words(language)
    text = evidence(row, say) + would_change(row, say)
    assert "wish" not in text.lower() and "wunsch" not in text.lower()
    assert ("12.000" in text) == (language == "de")
    assert "345" not in text
    # a difference of quotients is no per cent
    assert "664" not in text
    assert f"-6{'.' if language == 'en' else ','}64" in text
    assert say("grade.B") in text and say("grade.C") in text
    held = evidence(row | {"n_plants": 2.0}, say)
    assert "12" not in held and "2.5" not in held and "2,5" not in held


def test_all_sentences_are_in_the_legend_in_both_languages():
    for kind, noun in (("industry", "industries"), ("occupation", "occupations")):
        row = {"reason": "group_absent", "plants_needed": np.nan,
               "jobs_needed": np.nan, "trend": 0.1}  # fmt: skip
        assert would_change(row, words("en", kind=kind)).startswith(
            f"Counts for the {noun}"
        )
    row = {"reason": "plants_decide", "plants_needed": 34.0, "jobs_needed": np.nan,
           "trend": np.nan}  # fmt: skip
    text = would_change(row, words("de"))
    assert "etwa 34" in text and "früheres Jahr" in text
