"""Codes as text, and what a spreadsheet may have done to them."""

from __future__ import annotations

import datetime as dt
import numbers
import re
import unicodedata
import uuid
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = [
    "NULL_WORDS", "SPREADSHEET_ERRORS", "Finding", "as_text", "code_text", "damage",
    "has_control", "invisible", "is_code", "null_words", "unusable",
]  # fmt: skip

#: Months as spreadsheets shorten them: English, German, French, Spanish, Italian,
#: Portuguese, Dutch, Polish, Nordic, Hungarian, Turkish.
_MONTHS = (
    "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|sept|oct|okt|nov|dec|dez"
    "|januar|februar|märz|april|juni|juli|august|september|oktober|november|dezember"
    "|january|february|march|june|july|october|december"
    "|janv|févr|fevr|mars|avr|avril|juin|juil|août|aout|déc|ene|abr|ago|set|dic"
    "|gen|mag|giu|lug|ott|fev|out|mrt|mei|maj|des|sty|lut|kwi|cze|lip|sie|wrz|paź|lis"
    "|gru|febr|márc|ápr|máj|jún|júl|szept|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara"
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
#: Characters that no file written here can hold: NUL and halves of pairs.
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


def is_code(value: object) -> bool:
    """Return whether a value is text or a number, and so can be a code."""
    return isinstance(value, _CODES)


#: Signs that show nothing though they are no format signs: fillers, joiners, blanks.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\ufe0e\ufe0f\uffa0")


def invisible(text: object) -> bool:
    """Return whether a text holds a sign that nobody sees ."""
    return (
        isinstance(text, str)
        and not text.isascii()
        and any(unicodedata.category(s) == "Cf" or s in _BLANK for s in text)
    )


def code_text(value: object) -> str:
    """Return a value as the code it stands for; a date as 2012-10-01."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, (dt.date, dt.datetime, pd.Timestamp, np.datetime64)):
        return pd.Timestamp(value).strftime("%Y-%m-%d")
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace").strip()
    return str(value)


def null_words(text: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which texts say that there is no code; ``NA`` may be one."""
    nulls = np.array([t in NULL_WORDS for t in text], dtype=bool)
    is_na = np.array([t == "NA" for t in text], dtype=bool)
    if is_na.any():  # a true code only among other codes of two capital letters
        others = list(text[~is_na & ~nulls])
        like = sum(len(t) == 2 and t.isalpha() and t.isupper() for t in others)
        if like <= len(others) / 2:
            nulls |= is_na
    return nulls


def has_control(text: object) -> bool:
    """Return whether a text holds what no file written here can hold."""
    return isinstance(text, str) and _NO_TEXT.search(text) is not None


#: Which texts are at fault, the rule they break, and the mend.
Finding = tuple[NDArray[np.bool_], str, str]


def unusable(column: str, text: NDArray[np.object_], *, is_key: bool) -> list[Finding]:
    """Return what no text of a table may be.

    ``is_key``: the text is a code that is written beside others with a ``;`` between.
    """
    tests: list[tuple[Callable[[str], object], str, str]] = [
        (
            lambda t: t.upper() in SPREADSHEET_ERRORS,
            "is a spreadsheet error",
            "mend the formula in the source, or empty the cell",
        ),
        (
            (_CONTROL if is_key else _NO_TEXT).search,
            "holds characters that are no text (NUL, control signs)",
            "the file is damaged or no text: export it again",
        ),
        (
            lambda t: is_key and len(t) > _LONGEST,
            f"is longer than {_LONGEST} characters",
            "use a code; a quote may not be closed",
        ),
        (
            lambda t: is_key and (";" in t or "\n" in t or "\r" in t),
            "holds a semicolon or a new line",
            "use codes without them; several codes stand in one cell, or a quote is "
            "not closed",
        ),
    ]
    masks = (
        np.array([isinstance(t, str) and bool(test(t)) for t in text], dtype=bool)
        for test, _, _ in tests
    )
    return [
        (bad, f"{column} {rule}", mend)
        for bad, (_, rule, mend) in zip(masks, tests, strict=True)
        if bad.any()
    ]


def damage(
    column: str,
    text: NDArray[np.object_],
    given: Sequence[object],
    is_null: NDArray[np.bool_],
    *,
    padded: bool = False,
) -> list[Finding]:
    """Return what a spreadsheet may have done to codes; ``given`` as they came.

    ``padded``: short codes are filled up, so that only other damage counts.
    """
    decimals = _decimals(text, given, is_null)
    digits = _which(str.isdigit, text, is_null)
    short = np.zeros(len(text), dtype=bool)
    width = 0
    if digits.any() and not decimals.any() and not padded:
        lengths = np.array([len(t) for t in text])
        short = _lost_zeros(text, digits, lengths, given)
        if not short.any() and column in _PLACES:
            short = _shorter_than_their_kind(text, digits, lengths)
        width = int(lengths[digits].max())
    shown = repr(text[decimals][0]) if decimals.any() else ""
    found = (
        (
            _dates(text, is_null),
            "looks like a date: a spreadsheet turned the code into one",
            "format the column as text in the source and enter the codes again",
        ),
        (
            _which(_SCIENTIFIC.match, text, is_null),
            "is in scientific notation: a spreadsheet rounded the code",
            "format the column as text in the source and export it again",
        ),
        (
            decimals,
            f"became a decimal number ({shown})",
            f'read the file with dtype=str; or pad={{"{column}": <width>}} after '
            "turning it into whole numbers",
        ),
        (
            short,
            "has lost leading zeros",
            f'pass pad={{"{column}": {width}}}, or pad={{"{column}": 0}} if '
            "these are the codes",
        ),
    )
    return [(bad, f"{column} {rule}", mend) for bad, rule, mend in found if bad.any()]


def _which(
    test: Callable[[str], object],
    text: NDArray[np.object_],
    is_null: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    return np.array([bool(test(t)) for t in text], dtype=bool) & ~is_null


def _dates(text: NDArray[np.object_], is_null: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Codes that look like a date, unless a classification is written so (CPA)."""
    short = _which(_SHORT_DATE.match, text, is_null)
    dates = _which(_DATE.match, text, is_null)
    return dates | short if short.sum() <= len(text) / 2 else dates


def _decimals(
    text: NDArray[np.object_], given: Sequence[object], is_null: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Codes that came as decimal numbers, or all end in ``.0`` where they have one."""
    is_float = np.array([isinstance(g, (float, np.floating)) for g in given], bool)
    pointed = [t for t in text if "." in t]
    if pointed and all(re.fullmatch(r"\d+\.0", t) for t in pointed):
        is_float |= np.array(["." in t for t in text], dtype=bool)
    return is_float & ~is_null


#: Columns of places: their codes have one width, or letters in it (2A).
_PLACES = frozenset({"region", "place", "parent"})
_WITH_LETTER = re.compile(r"^\d+[A-Z]\w*$")


def _shorter_than_their_kind(
    text: NDArray[np.object_], digits: NDArray[np.bool_], lengths: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Codes of places that lost a zero where other codes hide it.

    Codes with a letter show the width (2A beside 1 and 13). Without them, codes of two
    widths, none of which begins another, are no two levels (1001 beside 13001).
    """
    nothing = np.zeros(len(text), dtype=bool)
    mixed = np.array([bool(_WITH_LETTER.match(t)) for t in text])
    if mixed.any():
        width = lengths[mixed].min()
        short = digits & (lengths == width - 1)
        return short if (digits & (lengths >= width)).any() else nothing
    sizes = sorted(set(lengths[digits].tolist()))
    if not (digits.all() and len(sizes) == 2 and sizes[1] - sizes[0] == 1):
        return nothing
    if sizes[1] < 5:  # states, counties of one state: levels look the same
        return nothing
    short = digits & (lengths == sizes[0])
    starts = {str(t)[: sizes[0]] for t in text[lengths == sizes[1]]}
    nested = sum(str(t) in starts for t in text[short])
    return short if 10 * nested <= short.sum() else nothing


def _lost_zeros(
    text: NDArray[np.object_],
    digits: NDArray[np.bool_],
    lengths: NDArray[np.intp],
    given: Sequence[object],
) -> NDArray[np.bool_]:
    """Codes of digits that are shorter than their kind allows."""
    nothing = np.zeros(len(text), dtype=bool)
    leading = digits & np.array([t.startswith("0") and len(t) > 1 for t in text])
    if leading.any():
        return np.asarray(digits & (lengths < lengths[leading].min()))
    sizes = sorted(set(lengths[digits].tolist()))
    if len(sizes) < 2:
        return nothing
    is_number = np.array([isinstance(u, (int, np.integer)) for u in given])
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
