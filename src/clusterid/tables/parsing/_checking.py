"""Checks that collect every fault of a table before they raise once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._disk import twice_in_header
from clusterid.classifications import vintage_hint
from clusterid.errors import (
    Fault,
    OptionError,
    TableError,
    TableTypeError,
    check_option,
    nearest,
)
from clusterid.tables.parsing._codes import (
    NULL_WORDS,
    Finding,
    as_text,
    code_text,
    damage,
    has_control,
    invisible,
    is_code,
    null_words,
    unusable,
)
from clusterid.tables.parsing._form import RawTable
from clusterid.tables.parsing._numerals import (
    NUMBER_FAULTS,
    Numerals,
    inside_of,
    is_grouped,
    parse_number,
)

if TYPE_CHECKING:
    from pyproj import CRS

__all__ = [
    "LARGEST_NUMBER", "Check", "checked_crs", "checked_pad", "column_numbers",
    "known_codes",
]  # fmt: skip

#: Beyond this no number of a table is a count, an amount or a coordinate.
LARGEST_NUMBER = 1e15
_KEYS = frozenset({
    "region", "industry", "seller", "buyer", "source", "target", "place",
})  # fmt: skip
#: Columns whose codes are compared with others: what nobody sees would tell them apart.
_COMPARED = _KEYS | {"code", "parent"}
_KEPT = 1000  # rows kept with a fault; the message shows the first five


def known_codes(known: object) -> list[str] | None:
    """Codes of a GeoDataFrame, table, Economy, Index or list; None stays None."""
    if known is None:
        return None
    codes: object = known
    if isinstance(known, pd.DataFrame):
        codes = known["region"] if "region" in known.columns else known.index
    elif hasattr(known, "employment"):
        codes = known.employment.index
    if isinstance(codes, (str, bytes)) or not isinstance(codes, Iterable):
        raise TableTypeError(
            "known regions are a regions table, an Index or a list of codes, not "
            f"{type(known).__name__}"
        )
    return sorted({str(code) for code in codes})


def checked_crs(crs: object, say: Callable[[str, str], None]) -> CRS | None:
    """Return the coordinate system that is named, or None after saying it is none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs)
    except (CRSError, TypeError, ValueError, AttributeError, OverflowError) as error:
        why = ""
        shown = type(crs).__name__
        if isinstance(crs, (str, int)):
            shown = repr(crs)
            if isinstance(error, CRSError):
                why = f" ({(str(error).splitlines() or [''])[0][:150]})"
        say(
            f"crs={shown[:80]} is not a coordinate system{why}",
            'use e.g. crs="EPSG:4326" or crs="EPSG:25832"',
        )
        return None


def checked_pad(
    pad: Mapping[str, int] | None, columns: Sequence[str]
) -> dict[str, int]:
    """Return the widths of codes by column, or raise OptionError."""
    for column, width in (pad or {}).items():
        check_option("a column of pad=", column, columns)
        if isinstance(width, bool) or not isinstance(width, int) or width < 0:
            raise OptionError(
                f"pad={{{column!r}: {width!r}}} is not a width; give a whole number, "
                "0 if the codes are right as they are."
            )
    return dict(pad or {})


class Check:
    """Collect the faults of one table; ``done`` raises them together."""

    def __init__(self, raw: RawTable) -> None:
        self.name = raw.name
        self.frame = raw.frame
        self.faults: list[Fault] = list(raw.faults)
        self.numbers_of = raw.frame.index.to_numpy() + 1
        #: what stood in cells beside a number, by column: a text and its meaning by row
        self.inside: dict[str, pd.DataFrame] = {}

    # -- collecting ---------------------------------------------------------------

    def fault(
        self,
        wrong: NDArray[np.bool_],
        rule: str,
        mend: str,
        values: str | Sequence[str] | pd.Series | None = None,
    ) -> None:
        """Add a fault for the rows where ``wrong`` is true.

        ``values`` are shown beside the rows: a column, several joined, or a Series.
        """
        where = np.flatnonzero(wrong)
        if not len(where):
            return
        kept = where[:_KEPT]
        if isinstance(values, str):
            values = self.frame[values]
        if values is None:
            shown: list[object] = [""] * len(kept)
        elif isinstance(values, pd.Series):
            shown = [_plain(values.iloc[i]) for i in kept]
        else:
            cells = self.frame[list(values)].iloc[kept]
            shown = [
                " / ".join(str(cells[c].iloc[i]) for c in values)
                for i in range(len(kept))
            ]
        numbers = (int(self.numbers_of[i]) for i in kept)
        rows = tuple(zip(numbers, shown, strict=True))
        self.faults.append(Fault(rule, mend, len(where), rows))

    def say(self, rule: str, mend: str) -> None:
        """Add a fault of the table as a whole."""
        self.faults.append(Fault(rule, mend))

    def done(self) -> None:
        """Raise one TableError with every fault found, if any."""
        if self.faults:
            raise TableError(self.name, self.faults)

    # -- columns ------------------------------------------------------------------

    def columns(self, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        """Keep the named columns; a missing one is reported with the nearest name."""
        twice = twice_in_header(self.frame.columns)
        if twice is not None:
            self.faults.append(twice)
            self.frame = self.frame.loc[:, ~self.frame.columns.duplicated()]
        have = [str(c) for c in self.frame.columns]
        for column in required:
            if column not in have:
                hint = nearest(column, [c for c in have if c not in required])
                shown = ", ".join(have[:12]) + (" ..." if len(have) > 12 else "")
                self.say(
                    f"the column {column!r} is missing",
                    f'pass columns={{"{column}": "<its name in the file>"}}; '
                    f"the table has: {shown or 'no column'}.{hint}",
                )
        wanted = [c for c in (*required, *optional) if c in have]
        self.frame = self.frame[wanted].copy()

    def has(self, column: str) -> bool:
        """Return whether the table has the column."""
        return column in self.frame.columns

    def _is_filled(self, column: str) -> bool:
        """Return whether the table has the column and rows."""
        return self.has(column) and bool(len(self.frame))

    def _distinct(self, column: str) -> _Distinct:
        """Return the distinct values of a column; a list in a cell is a fault."""
        values = self.frame[column]
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(object)
        try:
            place, uniques = pd.factorize(values, use_na_sentinel=True)
        except (TypeError, NotImplementedError):
            values = values.astype(object)
            single = np.array([pd.api.types.is_hashable(v) for v in values], dtype=bool)
            listed = np.array([isinstance(v, (list, np.ndarray)) for v in values])
            self.fault(
                listed, f"{column} holds lists", "one value a cell: explode it", column
            )
            self.fault(
                ~single & ~listed,
                f"{column} is no text or number",
                "one text or number a cell",
                values.map(_shown),
            )
            place, uniques = pd.factorize(values.where(single), use_na_sentinel=True)
        return _Distinct(list(uniques), np.asarray(place), self.frame.index)

    # -- codes --------------------------------------------------------------------

    def codes(
        self,
        column: str,
        *,
        null: bool = False,
        pad: int | None = None,
        known: Iterable[str] | None = None,
        known_as: str = "regions",
    ) -> None:
        """Make a column text; tell nulls, spreadsheet damage and unknown codes."""
        if not self._is_filled(column):
            return
        given = self.frame[column]
        distinct = self._distinct(column)
        text = distinct.each(code_text)
        is_null = null_words(text)
        odd = distinct.each(lambda value: not is_code(value), dtype=bool)
        self.fault(
            distinct.rows(odd),
            f"{column} is no text or number",
            "give the code itself: one text or number a cell",
            given.map(_shown) if odd.any() else None,
        )
        if pad:
            text = distinct.each(_zeros_filled(pad), of=text)
        if not null:
            missing = distinct.rows(is_null, missing=True)
            mend = "fill in the code or drop the row"
            self.fault(missing, f"{column} is missing", mend, given)
        found = self._unsound(column, text, is_key=column in _KEYS and not null)
        if (pad is None or pad > 0) and not found:
            found = damage(column, text, distinct.values, is_null, padded=bool(pad))
        for bad, rule, mend in found:
            self.fault(distinct.rows(bad), rule, mend, given)
            is_null = is_null | (bad & distinct.each(has_control, of=text, dtype=bool))
        text[is_null] = None
        self.frame[column] = distinct.column(text)
        if known is not None:
            self._unknown(column, distinct, text, sorted(set(known)), known_as)

    def _unsound(
        self, column: str, text: NDArray[np.object_], *, is_key: bool
    ) -> list[Finding]:
        """Return which codes no table may hold: control signs, what nobody sees."""
        found = unusable(column, text, is_key=is_key)
        hides = np.array([column in _COMPARED and invisible(t) for t in text])
        if hides.any():
            mend = "delete it in the source: the code looks like another and is not it"
            found.append((hides, f"{column} holds a sign that nobody sees", mend))
        return found

    def _unknown(
        self,
        column: str,
        distinct: _Distinct,
        text: NDArray[np.object_],
        known: list[str],
        known_as: str,
    ) -> None:
        """Tell codes that are not among the known, and lost zeros as the reason."""
        have = set(known)
        bad = np.array([t is not None and t not in have for t in text], dtype=bool)
        if not bad.any():
            return
        first = str(text[bad][0])
        width = max((len(c) for c in known), default=0)
        padded = [str(t).zfill(width) for t in text[bad]]
        if any(p in have for p in padded) and width > len(first):
            mend = f'leading zeros were lost: pass pad={{"{column}": {width}}}'
        else:
            mend = f"add them to {known_as}, or drop the rows.{nearest(first, known)}"
            if prefix := _common_prefix([str(t) for t in text[bad]], have):
                mend = (
                    f"the codes carry a prefix ({prefix!r}): take it off, then "
                    f"{first.removeprefix(prefix)!r} is known"
                )
            if known_as == "regions":
                told = vintage_hint({str(t) for t in text[bad]}, have)
                mend = f"{told} {mend}" if told else mend
        rule = f"{column} is not one of the {len(known)} known {known_as}"
        self.fault(distinct.rows(bad), rule, mend, column)

    # -- numbers ------------------------------------------------------------------

    def numbers(
        self,
        column: str,
        numerals: Numerals,
        *,
        minimum: float | None = 0.0,
        maximum: float | None = None,
        whole: bool = False,
        null: bool = True,
        positive: bool = False,
        counts: int = 0,
    ) -> None:
        """Make a column numbers; tell text, signs, ranges, missing and fractions.

        ``counts``: from so many values on, points that all stand every three digits
        may group thousands (0: never).
        """
        if not self._is_filled(column):
            return
        original = self.frame[column]
        values, was_null = self._parsed(
            column, original, numerals, int(counts or whole)
        )
        if not null:
            mend = "fill in the number or drop the row"
            self.fault(was_null, f"{column} is missing", mend, original)
        for wrong, rule, mend in _UNBOUNDED:
            beyond = wrong(values)
            self.fault(beyond, f"{column} {rule}", mend, original)
            values = np.where(beyond, np.nan, values)
        with np.errstate(invalid="ignore"):
            for bad, rule, mend in _out_of_range(
                values, minimum, maximum, whole=whole, positive=positive
            ):
                self.fault(bad, f"{column} {rule}", mend, original)
        self.frame[column] = values

    def _parsed(
        self, column: str, original: pd.Series, numerals: Numerals, counts: int
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return a column as floats, and where it was empty."""
        for is_other, what in _NO_NUMBERS:
            if is_other(original.dtype):
                self.say(f"{column} holds {what}", "check the column")
                n = len(original)
                return np.full(n, np.nan), np.zeros(n, dtype=bool)
        if pd.api.types.is_numeric_dtype(original.dtype):
            array = original.to_numpy(dtype=np.float64, na_value=np.nan)
            return array, np.isnan(array)
        distinct = self._distinct(column)
        parsed = [parse_number(value, numerals) for value in distinct.values]
        numbers = np.array([*(number for number, _ in parsed), np.nan])
        kinds = np.array([*(kind for _, kind in parsed), "null"], dtype=object)
        if counts and numerals.decimal == "." and numerals.thousands is None:
            grouped = _points_group(distinct.values, kinds)
            grouped = grouped if len(grouped) >= counts else []
            kinds[grouped], numbers[grouped] = "points", np.nan
        if numerals.marked or numerals.bands:
            self._keep_inside(column, distinct, numerals)
        kind = kinds[distinct.place]
        for key, fault in NUMBER_FAULTS.items():
            rule, mend = f"{column} {fault['rule']}", fault["mend"]
            self.fault(kind == key, rule, mend, original)
        return numbers[distinct.place], kind == "null"

    def _keep_inside(
        self, column: str, distinct: _Distinct, numerals: Numerals
    ) -> None:
        """Keep the marks of cells and the bounds that they carry."""
        found = [_meaning(value, numerals) for value in distinct.values]
        columns = ["mark", "lower", "upper"]
        each = pd.DataFrame([*found, ("", np.nan, np.nan)], columns=columns)
        if each["mark"].ne("").any() or each[["lower", "upper"]].notna().any(axis=None):
            rows = each.iloc[distinct.place]
            self.inside[column] = rows.set_axis(distinct.index, axis=0)

    def whole_years(self, column: str = "year", *, null: bool = False) -> None:
        """Make a column whole years; a date or text is reported."""
        if not self._is_filled(column):
            return
        original = self.frame[column]
        if pd.api.types.is_datetime64_any_dtype(original.dtype):
            self.say(
                f"{column} holds dates", f"take the year: table['{column}'].dt.year"
            )
            self.frame[column] = original.dt.year
            return
        before = len(self.faults)
        self.numbers(
            column, Numerals(), minimum=1500, maximum=2200, whole=True, null=null
        )
        years = self.frame[column]
        if len(self.faults) == before and not null:
            self.frame[column] = years.astype(np.int64)

    # -- keys, words, rules -------------------------------------------------------

    def unique(self, keys: Sequence[str], mend: str) -> None:
        """Tell rows whose keys stand more than once."""
        keys = [k for k in keys if self.has(k)]
        if not keys or not len(self.frame):
            return
        complete = self.frame[list(keys)].notna().all(axis=1).to_numpy()
        twice = self.frame.duplicated(list(keys), keep=False).to_numpy() & complete
        noun = " and ".join(keys) if len(keys) < 3 else ", ".join(keys)
        verb = "stands" if len(keys) == 1 else "stand"
        self.fault(twice, f"{noun} {verb} more than once", mend, list(keys))

    def words(
        self,
        column: str,
        known: Sequence[str],
        *,
        translation: Mapping[str, str] | None = None,
        null: bool = True,
        mend: str = "",
    ) -> None:
        """Make a column one of the known words (after translation); tell others."""
        if not self._is_filled(column):
            return
        original = self.frame[column]
        distinct = self._distinct(column)
        words = [_translated(value, translation or {}) for value in distinct.values]
        bad = np.array([w is not None and w not in known for w in words], dtype=bool)
        empty = np.array([w is None for w in words], dtype=bool)
        offered = ", ".join(known)
        if not null:
            missing = distinct.rows(empty, missing=True)
            mend_null = f"use one of {offered}"
            self.fault(missing, f"{column} is missing", mend_null, original)
        hint = ""
        if bad.any():
            hint = nearest(str(words[int(np.argmax(bad))]), known)
        mend = (mend or "correct the word") + (f".{hint}" if hint else "")
        rule = f"{column} is not one of {offered}"
        self.fault(distinct.rows(bad), rule, mend, original)
        kept = [None if has_control(word) else word for word in words]
        self.frame[column] = distinct.column(kept)


#: Values from which on points may group thousands where fractions are usual, too.
_FEWEST_IN_DOUBT = 2


def column_numbers(
    values: pd.Series,
    name: str = "value",
    numerals: Numerals | None = None,
    *,
    only_doubtful: bool = False,
) -> tuple[NDArray[np.float64], list[Fault]]:
    """Return a column as floats by the one parser of numbers, and what is no number.

    Parameters
    ----------
    values : Series
        Numbers, or text that may be numbers.
    name : str
        What the column is called in messages.
    numerals : Numerals, optional
        How numbers are written; with a decimal point and no thousands by default.
    only_doubtful : bool
        Return only the faults of what could be read as a number in two ways; what is
        no number is NaN, for a caller that says so itself.

    Returns
    -------
    (array, list of Fault)
        NaN where a cell is empty or at fault.
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan), []
    frame = pd.DataFrame({name: values.to_numpy(dtype=object)})
    check = Check(RawTable(frame, name))
    check.numbers(name, numerals or Numerals(), minimum=None, counts=_FEWEST_IN_DOUBT)
    faults = check.faults
    if only_doubtful:
        doubt = NUMBER_FAULTS["points"]["rule"]
        faults = [fault for fault in faults if fault.rule.endswith(doubt)]
    return check.frame[name].to_numpy(dtype=np.float64), faults


@dataclass(frozen=True, slots=True)
class _Distinct:
    """The distinct values of a column, and which of them stands in each row."""

    values: list[Any]
    place: NDArray[np.intp]
    index: pd.Index

    def each(
        self,
        function: Callable[[Any], object],
        *,
        of: Iterable[object] | None = None,
        dtype: type = object,
    ) -> NDArray[Any]:
        """Return what a function says of every distinct value."""
        return np.array(
            [function(v) for v in (self.values if of is None else of)], dtype=dtype
        )

    def rows(
        self, which: NDArray[np.bool_], *, missing: bool = False
    ) -> NDArray[np.bool_]:
        """Return the rows that hold these values; ``missing``: and the empty ones."""
        return np.concatenate([which, [missing]])[self.place]

    def column(self, texts: Iterable[Any]) -> pd.Series:
        """Return a column of text, one text or None for each distinct value."""
        series = pd.Series(list(texts), dtype=object).reindex(self.place)
        series.index = self.index
        return as_text(series)


#: What no number may be, whatever its column: test, rule, mend.
_UNBOUNDED: tuple[tuple[Callable[[Any], Any], str, str], ...] = (
    (np.isinf, "is infinite", "correct it"),
    (
        lambda values: np.abs(values) > LARGEST_NUMBER,
        f"is larger than {LARGEST_NUMBER:.0e}",
        "correct the source: no count, amount or coordinate is so large",
    ),
)
#: Types of a column that are no numbers, though they look like it.
_NO_NUMBERS: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (pd.api.types.is_bool_dtype, "yes and no, not numbers"),
    (pd.api.types.is_complex_dtype, "complex numbers"),
)


def _out_of_range(
    values: NDArray[np.float64],
    minimum: float | None,
    maximum: float | None,
    *,
    whole: bool,
    positive: bool,
) -> list[Finding]:
    """Return which numbers break the rules of their column."""
    found: list[Finding] = []
    if positive:
        mend = "correct it, or leave it empty if unknown"
        found.append((values <= 0, "is not above 0", mend))
    elif minimum is not None:
        what = "is negative" if minimum == 0 else f"is below {minimum:g}"
        mend = "correct the source; leave withheld values empty"
        found.append((values < minimum, what, mend))
    if maximum is not None:
        rule = f"is above {maximum:g}"
        found.append((values > maximum, rule, "correct the source"))
    if whole:
        fractions = np.isfinite(values) & (values != np.floor(values))
        mend = "a count has no fractions: check the column and the decimal sign"
        found.append((fractions, "is not a whole number", mend))
    return found


def _meaning(value: object, numerals: Numerals) -> tuple[str, float, float]:
    """Return the mark of a cell and the bounds that it carries."""
    if not isinstance(value, str):
        return "", np.nan, np.nan
    text = value.strip()
    if text in numerals.bands:
        low, high = numerals.bands[text]
        return text, float(low), np.nan if high is None else float(high)
    if not numerals.marked or parse_number(text, replace(numerals, marked=False))[
        1
    ] not in {"range", "marked"}:
        return "", np.nan, np.nan
    inside = inside_of(text, numerals)
    return (
        ("", np.nan, np.nan)
        if inside is None
        else (inside.mark, inside.lower, inside.upper)
    )


def _points_group(values: Sequence[object], kinds: NDArray[np.object_]) -> list[int]:
    """Return numbers whose points may group thousands: if all points stand so."""
    dotted = [
        i
        for i, value in enumerate(values)
        if isinstance(value, str) and "." in value and not kinds[i]
    ]
    is_grouping = all(is_grouped(str(values[i]).strip()) for i in dotted)
    return dotted if is_grouping else []


def _common_prefix(codes: Sequence[str], known: Container[str]) -> str:
    """Return what all codes begin with, if the known ones are what is left."""
    first = codes[0]
    for n in range(1, len(first)):
        prefix = first[:n]
        if not all(code.startswith(prefix) for code in codes):
            return ""
        if sum(code[n:] in known for code in codes) * 2 > len(codes):
            return prefix
    return ""


def _zeros_filled(width: int) -> Callable[[str], str]:
    return lambda text: text.zfill(width) if text.isdigit() else text


def _translated(value: object, translation: Mapping[str, str]) -> str | None:
    """Return a word of the table in the words known; None where it says nothing."""
    word = str(value).strip()
    word = translation.get(word, translation.get(word.casefold(), word))
    return None if word in NULL_WORDS or word == "NA" else word


def _shown(value: object) -> str:
    """Return what stands in a cell, short enough for a message."""
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _plain(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else value
