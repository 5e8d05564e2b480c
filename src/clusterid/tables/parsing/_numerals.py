"""Numbers written as text, and how they may be written otherwise."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import numpy as np

from clusterid._disk import read_toml
from clusterid.errors import Fault, TableError
from clusterid.tables.parsing._codes import NULL_WORDS, SPREADSHEET_ERRORS

__all__ = [
    "NUMBER_FAULTS", "Inside", "Numerals", "inside_of", "is_grouped", "parse_number",
]  # fmt: skip

_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_COMMA = re.compile(r"^[+-]?\d+,\d+$")
_GROUPS = re.compile(
    r"^[+-]?[1-9]\d{0,2}(?:([., '\u00a0\u202f’])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$"
)
#: A range that says between what a withheld number lies: 1-4, 5 to 9, <10, 250+.
_BETWEEN = re.compile(r"^(\d+)\s*(?:-|–|—|to|bis|à)\s*(\d+)$")
_BELOW = re.compile(
    r"^(<=?|≤|under|unter|less than|weniger als)\s*(\d+)$", re.IGNORECASE
)
_ABOVE = re.compile(r"^(?:(>=?|≥)\s*(\d+)|(\d+)\s*(?:\+|and more|und mehr))$")
#: A number with a footnote, a flag or brackets in its cell: 45p, 12 b, (34), 120*.
_MARKED = re.compile(
    r"^(?P<open>[\[(]?)\s*(?P<number>[+-]?[\d.,'’\u00a0\u202f ]*\d)\s*"
    r"(?P<close>[\])]?)"
    r"\s*(?P<mark>[A-Za-z*†‡¹²³⁴⁵⁶⁷⁸⁹⁰]{0,3}\)?|\(\w{1,3}\)|\[\w{1,3}\])$"
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
    marked: bool = False
    bands: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)

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
    if text in numerals.withheld or text in numerals.bands:
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
    if _GROUPS.match(plain):
        return math.nan, "group"
    inside = inside_of(text, numerals)
    if inside is None:
        return math.nan, "text"
    if not numerals.marked:
        return math.nan, "range" if math.isnan(inside.number) else "marked"
    return inside.number, ""


@dataclass(frozen=True, slots=True)
class Inside:
    """What stands in a cell beside a number: its mark, and between what it lies."""

    number: float
    mark: str = ""
    lower: float = math.nan
    upper: float = math.nan


def inside_of(text: str, numerals: Numerals) -> Inside | None:
    """Return what a cell holds that is a range or a number with a mark, else None.

    Examples
    --------
    >>> inside_of("5-9", Numerals()), inside_of("45p", Numerals()).mark
    (Inside(number=nan, mark='', lower=5.0, upper=9.0), 'p')
    """
    text = text.strip()
    if found := _BETWEEN.match(text):
        low, high = (float(edge) for edge in found.groups())
        return Inside(math.nan, "", low, high) if low <= high else None
    if found := _BELOW.match(text):
        closed = found[1] in {"<=", "≤"}
        return Inside(math.nan, "", 0.0, float(found[2]) - (0.0 if closed else 1.0))
    if found := _ABOVE.match(text):
        open_end = found[1] == ">"
        return Inside(math.nan, "", float(found[2] or found[3]) + float(open_end))
    found = _MARKED.match(text)
    if found is None or bool(found["open"]) != bool(found["close"]):
        return None
    if not (found["open"] or found["mark"]):
        return None
    number, fault = _parsed_text(found["number"].strip(), numerals)
    mark = found["mark"].strip("()[] ") or found["open"] + found["close"]
    return None if fault or math.isnan(number) else Inside(number, mark)


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
