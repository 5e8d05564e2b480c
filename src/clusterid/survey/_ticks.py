"""Exports that list ticks alone: what options without a row mean."""

from __future__ import annotations

import pandas as pd

from clusterid.errors import Fault, TableError

__all__ = ["with_unticked"]

#: Kinds of questions of which several options may be ticked.
_SEVERAL = ("multiple", "ranked")


def with_unticked(
    answers: pd.DataFrame, book: pd.DataFrame, unticked: str | None
) -> pd.DataFrame:
    """Return answers in which options without a row are told, or as they were.

    Parameters
    ----------
    answers : DataFrame
        Checked: ``place``, ``question``, ``option``, ``value``.
    book : DataFrame
        The codebook.
    unticked : {"no", "missing"}, optional
        What an option without a row means, for a place that ticked another of the
        same question.

    Raises
    ------
    TableError
        If a question holds ticks alone and nobody says what that means.
    """
    if not len(answers) or unticked == "missing":
        return answers
    asked = _ticked_only(answers, book)
    if not asked:
        return answers
    if unticked is None:
        rows = ((question, "only yes") for question in sorted(asked))
        rule = "a question holds ticks alone: no row says no"
        mend = (
            'pass unticked="no" if an option without a row was not ticked, '
            'unticked="missing" if it is unknown'
        )
        raise TableError("answers", [Fault.listing(rule, mend, rows)])
    parts = [answers]
    for question, options in sorted(asked.items()):
        mine = answers[answers["question"].eq(question)]
        grid = pd.MultiIndex.from_product(
            [sorted(mine["place"].unique()), options], names=["place", "option"]
        )
        have = pd.MultiIndex.from_frame(mine[["place", "option"]])
        absent = grid.difference(have).to_frame(index=False)
        parts.append(absent.assign(question=question, value="no"))
    joined = pd.concat(parts, ignore_index=True)
    keys = ["place", "question", "option"]
    return joined[list(answers.columns)].sort_values(keys, ignore_index=True)


def _ticked_only(answers: pd.DataFrame, book: pd.DataFrame) -> dict[str, list[str]]:
    """Return the questions of which rows are ticks alone, and their options."""
    several = book
    if "type" in book.columns:
        several = book[book["type"].isin(_SEVERAL)]
    options = several.groupby("question")["option"].agg(list)
    found = {}
    for question, mine in answers.groupby("question"):
        listed = [str(o) for o in options.get(question, [])]
        if (
            len(listed) < 2
            or mine["place"].nunique() < 2
            or not mine["value"].eq("yes").all()
        ):
            continue
        if len(mine) < mine["place"].nunique() * len(listed):
            found[str(question)] = listed
    return found
