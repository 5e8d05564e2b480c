"""Codes as text, and what a spreadsheet may have done to them."""

from __future__ import annotations

import datetime as dt
import numbers
import re
import unicodedata
import uuid
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "NULL_WORDS",
    "SPREADSHEET_ERRORS",
    "as_text",
    "code_text",
    "damage",
    "has_control",
    "invisible",
    "is_code",
    "null_words",
    "unusable",
]

_MONTHS = (
    "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
    "|januar|februar|märz|april|juni|juli|august|september|oktober|november|dezember"
    "|january|february|march|june|july|october|december"
)
_DATE = re.compile(
    rf"""^(?:
        \d{{1,2}}(?:\.|\.?[ -])(?:{_MONTHS})\.?(?:[ -]\d{{2,4}})?  # 12. Okt, 10-Dec
      | (?:{_MONTHS})(?:\.|\.?[ -])\d{{1,4}}                  # Oct-12 (not DEC01: NUTS)
      | \d{{4}}-\d{{2}}-\d{{2}}(?:[T ]\d{{2}}:\d{{2}}.*)?       # 2012-10-01
      | \d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}                      # 10.12.2012
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_SHORT_DATE = re.compile(r"^\d{1,2}[./]\d{1,2}[./]\d{2}$")  # 10.12.12
_SCIENTIFIC = re.compile(r"^\d+(?:[.,]\d+E[+-]?|E[+-])\d+$", re.IGNORECASE)
#: What a spreadsheet shows where a formula fails, in English, German, French, Spanish.
SPREADSHEET_ERRORS = frozenset({
    "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "#N/A", "#NUM!", "#NULL!", "#SPILL!",
    "#CALC!", "#GETTING_DATA", "#BEZUG!", "#WERT!", "#NV", "#ZAHL!", "#BLOCKIERT!",
    "#ÜBERLAUF!", "#FELD!", "#VERBINDEN!", "#UNBEKANNT!", "#VALEUR!", "#NOM?",
    "#NOMBRE!", "#NUL!", "#¡REF!", "#¡DIV/0!", "#¿NOMBRE?", "#¡VALOR!", "#¡NUM!",
    "#¡NULO!", "#FIELD!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!", "#NAME!",
})  # fmt: skip
_LONGEST = 200
#: Characters that no file of ours can hold: NUL and halves of pairs.
_NO_TEXT = re.compile("[\x00\ud800-\udfff\ufffe\uffff]")
#: Characters that no code has. A name may have them: it is shown as it is.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
NULL_WORDS = frozenset({"", "nan", "NaN", "None", "<NA>", "NaT", "null", "NULL"})


def as_text(series: pd.Series) -> pd.Series:
    """Text column of the default text type of the pandas at hand, NaN for none."""
    inferred = series.infer_objects()
    if inferred.dtype == object and pd.Series(["a"]).dtype != object:
        return inferred.astype("str")
    return inferred.where(inferred.notna(), np.nan)


#: Types of a value that a code can be made of.
_CODES = (
    str, bytes, numbers.Number, np.generic, dt.date, dt.time, pd.Period, uuid.UUID,
    type(None), type(pd.NA), type(pd.NaT),
)  # fmt: skip


def is_code(value: Any) -> bool:
    """Return whether a value is text or a number, and so can be a code."""
    return isinstance(value, _CODES)


def invisible(text: Any) -> bool:
    """Return whether a text holds a sign that nobody sees (Unicode category Cf)."""
    return (
        isinstance(text, str)
        and not text.isascii()
        and any(unicodedata.category(sign) == "Cf" for sign in text)
    )


def code_text(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (dt.date, dt.datetime, pd.Timestamp, np.datetime64)):
        return pd.Timestamp(value).strftime("%Y-%m-%d")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").strip()
    return str(value)


def null_words(text: NDArray[np.object_]) -> NDArray[np.bool_]:
    nulls = np.array([t in NULL_WORDS for t in text], dtype=bool)
    is_na = np.array([t == "NA" for t in text], dtype=bool)
    if is_na.any():  # a true code only among other codes of two capital letters
        others = list(text[~is_na & ~nulls])
        like = sum(len(t) == 2 and t.isalpha() and t.isupper() for t in others)
        if like <= len(others) / 2:
            nulls |= is_na
    return nulls


def has_control(text: Any) -> bool:
    """Return whether a text holds what no file of ours can hold."""
    return isinstance(text, str) and _NO_TEXT.search(text) is not None


def unusable(
    column: str, text: NDArray[np.object_], *, is_key: bool
) -> list[tuple[NDArray[np.bool_], str, str]]:
    """Return what no text of a table may be, as (mask, rule, mend).

    ``is_key``: the text is a code that is written beside others with a ``;`` between.
    """
    tests: list[tuple[Any, str, str]] = [
        (
            lambda t: t.upper() in SPREADSHEET_ERRORS,
            f"{column} is a spreadsheet error",
            "mend the formula in the source, or empty the cell",
        ),
        (
            (_CONTROL if is_key else _NO_TEXT).search,
            f"{column} holds characters that are no text (NUL, control signs)",
            "the file is damaged or no text: export it again",
        ),
    ]
    if is_key:
        tests.append((
            lambda t: len(t) > _LONGEST,
            f"{column} is longer than {_LONGEST} characters",
            "use a code; a quote may not be closed",
        ))
        tests.append((
            lambda t: ";" in t or "\n" in t or "\r" in t,
            f"{column} holds a semicolon or a new line",
            "use codes without them; several codes stand in one cell, or a quote is "
            "not closed",
        ))
    found = []
    for test, rule, mend in tests:
        bad = np.array([isinstance(t, str) and bool(test(t)) for t in text], dtype=bool)
        if bad.any():
            found.append((bad, rule, mend))
    return found


def damage(
    column: str,
    text: NDArray[np.object_],
    uniques: Any,
    is_null: NDArray[np.bool_],
) -> list[tuple[NDArray[np.bool_], str, str]]:
    """Return what a spreadsheet may have done to codes, as (mask, rule, mend)."""
    found = []

    def mask(test: Any) -> NDArray[np.bool_]:
        return np.array([bool(test(t)) for t in text], dtype=bool) & ~is_null

    dates = mask(_DATE.match)
    short_dates = mask(_SHORT_DATE.match)
    if short_dates.sum() <= len(text) / 2:  # else a classification written so (CPA)
        dates |= short_dates
    if dates.any():
        found.append((
            dates,
            f"{column} looks like a date: a spreadsheet turned the code into one",
            "format the column as text in the source and enter the codes again",
        ))
    scientific = mask(_SCIENTIFIC.match)
    if scientific.any():
        found.append((
            scientific,
            f"{column} is in scientific notation: a spreadsheet rounded the code",
            "format the column as text in the source and export it again",
        ))
    is_float = np.array(
        [isinstance(u, (float, np.floating)) for u in uniques], dtype=bool
    )
    pointed = [t for t in text if "." in t]
    ends_zero = bool(pointed) and all(re.fullmatch(r"\d+\.0", t) for t in pointed)
    decimals = (mask(lambda t: ends_zero and "." in t) | is_float) & ~is_null
    if decimals.any():
        found.append((
            decimals,
            f"{column} became a decimal number ({text[decimals][0]!r})",
            f'read the file with dtype=str; or pad={{"{column}": <width>}} after '
            "turning it into whole numbers",
        ))
    digits = mask(lambda t: t.isdigit())
    lengths = np.array([len(t) for t in text])
    if digits.any() and not decimals.any():
        short = _lost_zeros(text, digits, lengths, uniques)
        if short.any():
            width = int(lengths[digits].max())
            found.append((
                short,
                f"{column} has lost leading zeros",
                f'pass pad={{"{column}": {width}}}, or pad={{"{column}": 0}} if '
                "these are the codes",
            ))
    return found


def _lost_zeros(
    text: NDArray[np.object_],
    digits: NDArray[np.bool_],
    lengths: NDArray[np.intp],
    uniques: Any,
) -> NDArray[np.bool_]:
    """Codes of digits that are shorter than their kind allows."""
    nothing = np.zeros(len(text), dtype=bool)
    leading = digits & np.array([t.startswith("0") and len(t) > 1 for t in text])
    if leading.any():
        return np.asarray(digits & (lengths < lengths[leading].min()))
    sizes = sorted(set(lengths[digits].tolist()))
    if len(sizes) < 2:
        return nothing
    is_number = np.array([isinstance(u, (int, np.integer)) for u in uniques])
    if is_number.any():
        return np.asarray(digits & is_number & (lengths < sizes[-1]))
    if not (digits.all() and len(sizes) == 2 and sizes[1] - sizes[0] == 1):
        return nothing
    if sizes[1] < 4:  # one to three digits: levels of a code tree look the same
        return nothing
    first_of_short = {str(t)[0] for t in text[lengths == sizes[0]]}
    first_of_long = {str(t)[0] for t in text[lengths == sizes[1]]}
    if first_of_short <= first_of_long:  # two levels of one tree look like this
        return nothing
    return np.asarray(digits & (lengths == sizes[0]))
