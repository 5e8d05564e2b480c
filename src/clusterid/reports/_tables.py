"""Tables of a report: which columns, how they are headed, how cells are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from clusterid.legend import Words, format_number

__all__ = ["Cell", "Table", "frame_table", "is_number"]

#: columns whose codes are put into words: column -> prefix of the catalogue
_CODED = {
    "verdict": "verdict.",
    "reason": "reason.",
    "status": "confidence.",
    "declared": "declared.",
    "state": "gap.",
    "statistic": "statistic.",
    "setting": "setting.",
    "method": "method.",
    "layer": "layer.",
    "flag": "flag.",
    "level": "level.",
    "part_state": "part_state.",
}
_YEARS = {"year", "year_founded", "start", "end", "from_year", "to_year"}
_SMALL = {"p_value", "q_value", "gi_q", "p"}
_SHARES = {
    "share_imputed", "largest_plant_share", "posterior", "confidence", "share_of_pairs",
    "share_withheld", "coverage", "certainty",
}  # fmt: skip
#: percentages and rates, with one decimal in every row
_PERCENTAGES = {
    "percent_of_cases", "percent_of_responses", "worst_lower", "worst_upper",
}  # fmt: skip
_RATES = {"growth_per_year", "growth_national_per_year"}
#: text longer than this needs room
_LONG = 40


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, whether it is a number (set to the right), and a bar.

    ``bar`` is (value, lower, upper) in per cent: the page draws it beside the number;
    ``wide`` is text that needs room.
    """

    text: str
    numeric: bool = False
    bar: tuple[float, float, float] | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the page draws it."""

    caption: str
    headers: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    total: int = field(default=0)


def is_number(value: object) -> bool:
    """Return whether a value is written as a number."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
        value, (bool, np.bool_)
    )


def frame_table(
    frame: pd.DataFrame,
    said: Words,
    *,
    caption: str = "",
    columns: Sequence[str] | None = None,
    names: Mapping[str, Mapping[str, str]] | None = None,
    limit: int | None = None,
    note: str = "",
) -> Table:
    """Return a frame as a table with headings and codes in words.

    Parameters
    ----------
    frame : DataFrame
        Any table; a named index becomes the first column.
    said : Words
        Language.
    caption, note : str
        Above and below the table.
    columns : sequence of str, optional
        Columns shown, in order; those the frame lacks are left out.
    names : mapping of column to mapping of code to name, optional
        Names put beside codes.
    limit : int, optional
        Rows shown; the note then says how many there are.
    """
    if frame.index.name is not None and frame.index.name not in frame.columns:
        frame = frame.reset_index()
    chosen = [
        c
        for k, c in enumerate(columns or list(frame.columns))
        if c in frame.columns and (k == 0 or _says_something(frame[c]))
    ]
    shown = frame if limit is None else frame.head(limit)
    numeric = {c: _numeric(shown[c]) for c in chosen}
    whole = {c: not numeric[c] or _whole(shown[c]) for c in chosen}
    percent = "percent_of_cases" in chosen
    texts = [
        [
            _text(value, column, said, names or {}, whole[column], percent)
            for column, value in zip(chosen, values, strict=True)
        ]
        for values in shown[chosen].itertuples(index=False, name=None)
    ]
    wide = [
        not numeric[c] and max((len(row[k]) for row in texts), default=0) > _LONG
        for k, c in enumerate(chosen)
    ]
    rows = tuple(
        tuple(
            Cell(text, numeric[column], wide=room)
            for column, text, room in zip(chosen, row, wide, strict=True)
        )
        for row in texts
    )
    if limit is not None and len(frame) > limit:
        more = said(
            "report.more_rows",
            n=limit,
            total=format_number(len(frame), language=said.language),
        )
        note = f"{note} {more}".strip()
    headers = tuple(Cell(_heading(str(c), said), numeric[c]) for c in chosen)
    return Table(caption, headers, rows, note, len(frame))


def _says_something(values: pd.Series) -> bool:
    said = values.notna() & values.astype(str).ne("")
    if str(values.name) == "share_imputed":  # nothing estimated is nothing to say
        said &= pd.to_numeric(values, errors="coerce").ge(0.005)
    return bool(said.any())


def _whole(values: pd.Series) -> bool:
    """Return whether all numbers of a column are whole."""
    known = pd.to_numeric(values, errors="coerce").dropna()
    return bool((known == known.round()).all())


def _heading(column: str, said: Words) -> str:
    known = said.get(f"column.{column}", said.get(f"verdict.{column}", ""))
    return known or column.replace("_", " ")


def _numeric(values: pd.Series) -> bool:
    known = [v for v in values.tolist() if v is not None and v is not pd.NA]
    return bool(known) and all(is_number(v) for v in known)


def _text(
    value: Any,
    column: str,
    said: Words,
    names: Mapping[str, Mapping[str, str]],
    whole: bool = True,
    percent: bool = False,
) -> str:
    language = said.language
    if isinstance(value, (list, tuple)) and not isinstance(value, str):
        return ", ".join(_text(v, column, said, names) for v in value)
    if value is None or value is pd.NA or value is pd.NaT:
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return said("report.yes") if value else said("report.no")
    if is_number(value):
        number = float(value)
        if np.isnan(number):
            return "–"
        if column in _YEARS:
            return f"{number:.0f}"
        if column in _SMALL:
            small = "< 0.001" if number < 0.001 else f"{number:.2g}"
            return small.replace(".", ",") if language == "de" else small
        if column in _SHARES:
            return f"{round(100 * number)} %"
        if column in _PERCENTAGES or (percent and column in ("lower", "upper")):
            return _fixed(number, language)
        if column in _RATES:
            sign = "+" if number > 0 else ""
            return f"{sign}{_fixed(100 * number, language)} %"
        return format_number(number, language=language, whole=whole)
    text = str(value)
    if column in _CODED:
        return said.get(_CODED[column] + text, text.replace("_", " "))
    if column in names:
        known = names[column]
        codes = text.split(";")
        if column == "regions":
            return "; ".join(known.get(code, code) for code in codes)
        return "; ".join(_named(code, known) for code in codes)
    if column == "flags":
        return "; ".join(_flag(part, said) for part in text.split(";") if part.strip())
    return text


def _fixed(number: float, language: str) -> str:
    text = f"{number:.1f}"
    return text.replace(".", ",") if language == "de" else text


def _flag(part: str, said: Words) -> str:
    code = part.strip()
    return said.get(f"flag.{code}", code.replace("_", " "))


def _named(code: str, known: Mapping[str, str]) -> str:
    name = known.get(code, "")
    if not name:
        return code
    return name if code in name.split() else f"{name} ({code})"


def joined(parts: Iterable[object]) -> str:
    """Return the parts that say something, joined by commas."""
    return ", ".join(str(part) for part in parts if str(part))
