"""Tables of a report: which columns, how they are headed, how cells are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from clusterid.legend import Words, format_number

__all__ = ["Cell", "Table", "frame_table", "is_number"]

#: columns of several codes, joined by ";" -> prefix of the catalogue
_JOINED = {
    "flags": "flag.",
    "why_not_higher": "why.",
    "linked_in": "layer.",
    "coherent_in": "layer.",
}
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
    "form": "form.",
}


def _small(number: float) -> str:
    return "< 0.001" if number < 0.001 else f"{number:.2g}"


def _part(rank: float) -> str:
    # rounded down: no link is stronger than all pairs
    return f"{math.floor(1000 * rank + 1e-9) / 10:.1f} %"


def _percent(number: float) -> str:
    return f"{number:.1f}"


#: columns whose numbers are written in their own way
_WRITTEN: dict[str, Callable[[float], str]] = {
    **dict.fromkeys(
        ("year", "year_founded", "start", "end", "from_year", "to_year"),
        "{:.0f}".format,
    ),
    **dict.fromkeys(
        ("p_value", "q_value", "p", "p_plants", "q_plants", "p_rest", "q_rest",
         "p_exceptional", "q_exceptional"), _small,
    ),
    **dict.fromkeys(
        ("share_imputed", "largest_plant_share", "posterior", "confidence",
         "share_of_pairs", "share_withheld", "coverage"),
        lambda number: f"{round(100 * number)} %",
    ),
    # shares of pairs that are weaker: the best ones differ in the last digit
    **dict.fromkeys(("link_rank", "mean_rank"), _part),
    # percentages and rates: one decimal in every row
    **dict.fromkeys(
        ("percent_of_cases", "percent_of_responses", "worst_lower", "worst_upper"),
        _percent,
    ),
    **dict.fromkeys(
        ("growth_per_year", "growth_national_per_year"),
        lambda rate: f"{'+' if rate > 0 else ''}{100 * rate:.1f} %",
    ),
}  # fmt: skip
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
    more: str = "report.more_rows",
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
    more : str
        Key of that text, which may hold ``{n}``, ``{total}`` and ``{left}``.
    """
    if frame.index.name is not None and frame.index.name not in frame.columns:
        frame = frame.reset_index()
    chosen = [
        c
        for k, c in enumerate(columns or list(frame.columns))
        if c in frame.columns and (k == 0 or _says_something(frame[c]))
    ]
    shown = frame if limit is None else frame.head(limit)
    percent = "percent_of_cases" in chosen
    written = [_column(shown[c], said, names or {}, percent) for c in chosen]
    if limit is not None and len(frame) > limit:
        total = format_number(len(frame), language=said.language)
        left = format_number(len(frame) - limit, language=said.language)
        note = f"{note} {said(more, n=limit, total=total, left=left)}".strip()
    headers = tuple(
        Cell(_heading(str(name), said), _numeric(shown[name])) for name in chosen
    )
    return Table(caption, headers, tuple(zip(*written, strict=True)), note, len(frame))


def _column(
    values: pd.Series,
    said: Words,
    names: Mapping[str, Mapping[str, str]],
    percent: bool,
) -> list[Cell]:
    """Return the cells of one column, written and set alike."""
    name = str(values.name)
    numeric = _numeric(values)
    whole = not numeric or _whole(values)
    texts = [
        _text(value, name, said, names, whole=whole, percent=percent)
        for value in values.tolist()
    ]
    wide = not numeric and max(map(len, texts), default=0) > _LONG
    return [Cell(text, numeric, wide=wide) for text in texts]


def _says_something(values: pd.Series) -> bool:
    said = values.notna()
    if not pd.api.types.is_numeric_dtype(values.dtype):  # a number is never empty
        said &= values.astype(str).ne("")
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
    value: object,
    column: str,
    said: Words,
    names: Mapping[str, Mapping[str, str]],
    *,
    whole: bool = True,
    percent: bool = False,
) -> str:
    """Return a value as it is written in a column."""
    if isinstance(value, (list, tuple)):
        return ", ".join(_text(v, column, said, names) for v in value)
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return "–"
    if isinstance(value, (bool, np.bool_)):
        return said("report.yes") if value else said("report.no")
    if isinstance(value, (int, float, np.integer, np.floating)):
        write = _WRITTEN.get(column)
        if percent and column in ("lower", "upper"):
            write = _percent
        if write is None:
            return format_number(float(value), language=said.language, whole=whole)
        text = write(float(value))
        return text.replace(".", ",") if said.language == "de" else text
    return _words(str(value), column, said, names)


def _words(
    text: str, column: str, said: Words, names: Mapping[str, Mapping[str, str]]
) -> str:
    """Return a code in words, with its name beside it; other texts as they are."""
    if column in _CODED:
        return said.get(_CODED[column] + text, text.replace("_", " "))
    if column == "regions" and column in names:
        return "; ".join(names[column].get(code, code) for code in text.split(";"))
    if column in names:
        return "; ".join(_named(code, names[column]) for code in text.split(";"))
    if column in _JOINED:
        codes = [part.strip() for part in text.split(";") if part.strip()]
        prefix = _JOINED[column]
        return "; ".join(said.get(prefix + c, c.replace("_", " ")) for c in codes)
    return text


def _named(code: str, known: Mapping[str, str]) -> str:
    name = known.get(code, "")
    if not name:
        return code
    return name if code in name.split() else f"{name} ({code})"
