"""Numbers written as text, and how they may be written otherwise."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from clusterid.errors import Fault, TableError
from clusterid.tables._codes import NULL_WORDS, SPREADSHEET_ERRORS

__all__ = ["NUMBER_FAULTS", "Numerals", "is_grouped", "parse_number"]

_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_GROUPS = re.compile(
    r"^[+-]?\d{1,3}(?:([., '\u00a0\u202f’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$"
)
_MARKS = frozenset({
    ".",
    "..",
    "...",
    "-",
    "–",
    "/",
    "x",
    "X",
    "*",
    "•",
    ":",
    "n.a.",
    "c",
})


@dataclass(frozen=True, slots=True)
class Numerals:
    """How numbers are written: decimal sign, thousands separator, marks."""

    decimal: str = "."
    thousands: str | None = None
    nil: Sequence[str] = ()
    withheld: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.decimal not in {".", ","}:
            raise TableError(
                "options",
                [Fault(f"decimal={self.decimal!r} is not offered", 'use "." or ","')],
            )
        if self.thousands == self.decimal:
            raise TableError(
                "options",
                [Fault("decimal= and thousands= are the same sign", "change one")],
            )


NUMBER_FAULTS = (
    (
        "comma",
        "has a comma in its numbers",
        'pass decimal="," if it is a decimal comma, thousands="," if it groups digits',
    ),
    (
        "group",
        "has separated thousands",
        "pass thousands= with the sign that groups digits",
    ),
    (
        "misgrouped",
        "has thousands separators that do not stand every three digits",
        "check whether thousands= and decimal= name the right signs",
    ),
    (
        "points",
        "looks like thousands written with points (always three digits behind)",
        'pass thousands="." and decimal=",", or thousands="" if these are fractions',
    ),
    (
        "mark",
        "holds a mark instead of a number",
        'say what it means: withheld=(".",) for withheld, nil=("-",) for a true zero',
    ),
    (
        "error",
        "is a spreadsheet error",
        "mend the formula in the source, or leave the cell empty if withheld",
    ),
    ("text", "is not a number", "write a number, or leave the cell empty if withheld"),
)


def parse_number(value: Any, numerals: Numerals) -> tuple[float, str]:
    """Return the number and '' or the kind of fault."""
    if isinstance(value, (bool, np.bool_)):
        return math.nan, "text"
    if isinstance(value, (int, float, np.integer, np.floating, Decimal)):
        try:
            number = float(value)
        except (OverflowError, ValueError):  # 10**400; a signalling NaN
            return math.inf, ""
        return number, "null" if math.isnan(number) else ""
    if not isinstance(value, str):
        return math.nan, "text"
    text = value.strip()
    if text in numerals.withheld:
        return math.nan, ""
    if text in numerals.nil:
        return 0.0, ""
    if text in NULL_WORDS or text == "NA":
        return math.nan, "null"
    if text.upper() in SPREADSHEET_ERRORS:
        return math.nan, "error"
    plain = text.replace("−", "-")
    if numerals.thousands:
        plain, is_right = _ungrouped(plain, numerals)
        if not is_right:
            return math.nan, "misgrouped"
    if numerals.decimal == ",":
        if "." in plain:
            return math.nan, "group"
        plain = plain.replace(",", ".")
    if _NUMBER.match(plain):
        return float(plain), ""
    if text in _MARKS:
        return math.nan, "mark"
    if _COMMA.match(plain):
        return math.nan, "comma"
    if _GROUPS.match(plain):
        return math.nan, "group"
    return math.nan, "text"


def _ungrouped(text: str, numerals: Numerals) -> tuple[str, bool]:
    """Take the thousands separators out; False unless they stand every three digits."""
    sign = str(numerals.thousands)
    if sign.isspace():  # a space may be a plain, a protected or a narrow one
        text, sign = re.sub(r"[\s\u00a0\u202f]", " ", text), " "
    whole, point, fraction = text.partition(numerals.decimal)
    if sign not in text:
        return text, True
    head, *groups = whole.lstrip("+-").split(sign)
    is_right = (
        sign not in fraction
        and 1 <= len(head) <= 3
        and all(len(group) == 3 for group in groups)
    )
    return whole.replace(sign, "") + point + fraction, is_right


def is_grouped(text: str) -> bool:
    """Return whether digits stand in groups of three, as in 1.234.567."""
    return bool(_GROUPS.match(text))
