"""Numbers written as text, and how they may be written otherwise."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import numpy as np

from clusterid._disk import read_toml
from clusterid.errors import Fault, TableError
from clusterid.tables.parsing._codes import NULL_WORDS, SPREADSHEET_ERRORS

__all__ = ["NUMBER_FAULTS", "Numerals", "is_grouped", "parse_number"]

_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_GROUPS = re.compile(
    r"^[+-]?\d{1,3}(?:([., '\u00a0\u202f’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$"
)
_MARKS = frozenset({
    ".", "..", "...", "-", "–", "/", "x", "X", "*", "•", ":", "n.a.", "c",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numerals:
    """How numbers are written: decimal sign, thousands separator, marks."""

    decimal: str = "."
    thousands: str | None = None
    nil: Sequence[str] = ()
    withheld: Sequence[str] = ()

    def __post_init__(self) -> None:
        fault = None
        if self.decimal not in {".", ","}:
            fault = Fault(f"decimal={self.decimal!r} is not offered", 'use "." or ","')
        elif self.thousands == self.decimal:
            fault = Fault("decimal= and thousands= are the same sign", "change one")
        if fault is not None:
            raise TableError("options", [fault])


#: What may be wrong with a number written as text: kind -> rule and mend.
NUMBER_FAULTS: Mapping[str, Mapping[str, str]] = read_toml(
    Path(__file__).with_name("number_faults.toml")
)


def parse_number(value: object, numerals: Numerals) -> tuple[float, str]:
    """Return the number and '' or the kind of fault."""
    if isinstance(value, str):
        return _parsed_text(value.strip(), numerals)
    is_number = isinstance(value, (int, float, np.integer, np.floating, Decimal))
    if not is_number or isinstance(value, (bool, np.bool_)):
        return math.nan, "text"
    try:
        number = float(value)  # type: ignore[arg-type]
    except (OverflowError, ValueError):  # 10**400; a signalling NaN
        return math.inf, ""
    return number, "null" if math.isnan(number) else ""


def _parsed_text(text: str, numerals: Numerals) -> tuple[float, str]:
    """Return the number of a text: what marks and empty cells mean comes first."""
    if text in numerals.withheld:
        return math.nan, ""
    if text in numerals.nil:
        return 0.0, ""
    if text in NULL_WORDS or text == "NA":
        return math.nan, "null"
    if text.upper() in SPREADSHEET_ERRORS:
        return math.nan, "error"
    plain, fault = _with_point(text.replace("−", "-"), numerals)
    if fault:
        return math.nan, fault
    if _NUMBER.match(plain):
        return float(plain), ""
    if text in _MARKS:
        return math.nan, "mark"
    if _COMMA.match(plain):
        return math.nan, "comma"
    return math.nan, "group" if _GROUPS.match(plain) else "text"


def _with_point(text: str, numerals: Numerals) -> tuple[str, str]:
    """Return a number without groups, its decimal sign a point; or the fault."""
    if numerals.thousands:
        text, is_right = _ungrouped(text, numerals)
        if not is_right:
            return text, "misgrouped"
    if numerals.decimal == ",":
        if "." in text:
            return text, "group"
        text = text.replace(",", ".")
    return text, ""


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
