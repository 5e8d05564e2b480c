"""Checks that collect every fault of a table before they raise once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._opening import twice_in_header
from clusterid.errors import (
    Fault,
    OptionError,
    TableError,
    TableTypeError,
    check_option,
    nearest,
)
from clusterid.tables._codes import (
    NULL_WORDS,
    as_text,
    code_text,
    damage,
    has_control,
    invisible,
    is_code,
    null_words,
    unusable,
)
from clusterid.tables._numerals import (
    NUMBER_FAULTS,
    Numerals,
    is_grouped,
    parse_number,
)
from clusterid.tables._reading import RawTable

__all__ = ["LARGEST_NUMBER", "Check", "checked_crs", "checked_pad", "known_codes"]

#: Beyond this no number of a table is a count, an amount or a coordinate.
LARGEST_NUMBER = 1e15
_KEYS = frozenset({
    "region",
    "industry",
    "seller",
    "buyer",
    "source",
    "target",
    "place",
})
#: Columns whose codes are compared with others: what nobody sees would tell them apart.
_COMPARED = _KEYS | {"code", "parent"}
_KEPT = 1000  # rows kept with a fault; the message shows the first five


def known_codes(known: Any) -> list[str] | None:
    """Codes of a GeoDataFrame, table, Economy, Index or list; None stays None."""
    if known is None:
        return None
    if isinstance(known, pd.DataFrame):
        if "region" in known.columns:
            return sorted({str(c) for c in known["region"]})
        return sorted({str(c) for c in known.index})
    if hasattr(known, "employment"):
        return sorted({str(c) for c in known.employment.index})
    if isinstance(known, (str, bytes)) or not isinstance(known, Iterable):
        raise TableTypeError(
            "known regions are a regions table, an Index or a list of codes, not "
            f"{type(known).__name__}"
        )
    return sorted({str(c) for c in known})


def checked_crs(crs: Any, say: Callable[[str, str], None]) -> Any:
    """Return the coordinate system that is named, or None after saying it is none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs)
    except (CRSError, TypeError, ValueError, AttributeError, OverflowError) as error:
        told = str(error).splitlines() or [""]
        shown = repr(crs) if isinstance(crs, (str, int)) else type(crs).__name__
        why = (
            f" ({told[0][:150]})"
            if isinstance(crs, (str, int)) and isinstance(error, CRSError)
            else ""
        )
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

    # -- collecting ---------------------------------------------------------------

    def fault(
        self,
        wrong: NDArray[np.bool_],
        rule: str,
        mend: str,
        values: Any = None,
    ) -> None:
        """Add a fault for the rows where ``wrong`` is true."""
        where = np.flatnonzero(wrong)
        if not len(where):
            return
        shown = where[:_KEPT]
        if isinstance(values, str):
            values = self.frame[values]
        if isinstance(values, (list, tuple)):
            told: list[Any] = [
                " / ".join(str(self.frame[c].iloc[i]) for c in values) for i in shown
            ]
        elif values is None:
            told = ["" for _ in shown]
        else:
            told = [_plain(values.iloc[i]) for i in shown]
        rows = tuple(
            (int(self.numbers_of[i]), value)
            for i, value in zip(shown, told, strict=True)
        )
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
        """Keep the named columns; a missing one is told with the nearest name."""
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

    def _factorized(self, column: str) -> tuple[NDArray[np.intp], Any]:
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
        return np.asarray(place), uniques

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
        if not self.has(column) or not len(self.frame):
            return
        values = self.frame[column]
        place, uniques = self._factorized(column)
        text = np.array([code_text(u) for u in uniques], dtype=object)
        is_null = null_words(text)
        is_odd = np.array([not is_code(u) for u in uniques], dtype=bool)
        self.fault(
            np.concatenate([is_odd, [False]])[place],
            f"{column} is no text or number",
            "give the code itself: one text or number a cell",
            values.map(_shown) if is_odd.any() else None,
        )
        if pad:
            text = np.array(
                [t.zfill(pad) if t.isdigit() else t for t in text], dtype=object
            )
        missing = np.concatenate([is_null, [True]])[place]
        if not null:
            self.fault(
                missing,
                f"{column} is missing",
                "fill in the code or drop the row",
                values,
            )
        found = unusable(column, text, is_key=column in _KEYS and not null)
        hides = np.array([column in _COMPARED and invisible(t) for t in text])
        if hides.any():
            mend = "delete it in the source: the code looks like another and is not it"
            found.append((hides, f"{column} holds a sign that nobody sees", mend))
        if pad is None and not found:
            found = damage(column, text, uniques, is_null)
        for bad, rule, mend in found:
            self.fault(np.concatenate([bad, [False]])[place], rule, mend, values)
            is_null = is_null | (bad & np.array([has_control(t) for t in text]))
        text[is_null] = None
        series = pd.Series(text, dtype=object).reindex(place)
        series.index = self.frame.index
        self.frame[column] = as_text(series)
        if known is not None:
            self._unknown(column, place, text, sorted(set(known)), known_as)

    def _unknown(
        self,
        column: str,
        place: NDArray[np.intp],
        text: NDArray[np.object_],
        known: list[str],
        known_as: str,
    ) -> None:
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
        self.fault(
            np.concatenate([bad, [False]])[place],
            f"{column} is not one of the {len(known)} known {known_as}",
            mend,
            column,
        )

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
        counts: bool = False,
    ) -> None:
        """Make a column numbers; tell text, signs, ranges, missing and fractions."""
        if not self.has(column) or not len(self.frame):
            return
        original = self.frame[column]
        values, was_null = self._parsed(column, original, numerals, counts or whole)
        if not null:
            self.fault(
                was_null,
                f"{column} is missing",
                "fill in the number or drop the row",
                original,
            )
        self.fault(np.isinf(values), f"{column} is infinite", "correct it", original)
        values = np.where(np.isinf(values), np.nan, values)
        beyond = np.abs(values) > LARGEST_NUMBER
        self.fault(
            beyond,
            f"{column} is larger than {LARGEST_NUMBER:.0e}",
            "correct the source: no count, amount or coordinate is so large",
            original,
        )
        values = np.where(beyond, np.nan, values)
        with np.errstate(invalid="ignore"):
            if positive:
                self.fault(
                    values <= 0,
                    f"{column} is not above 0",
                    "correct it, or leave it empty if unknown",
                    original,
                )
            elif minimum is not None:
                what = "negative" if minimum == 0 else f"below {minimum:g}"
                self.fault(
                    values < minimum,
                    f"{column} is {what}",
                    "correct the source; leave withheld values empty",
                    original,
                )
            if maximum is not None:
                self.fault(
                    values > maximum,
                    f"{column} is above {maximum:g}",
                    "correct the source",
                    original,
                )
            if whole:
                self.fault(
                    np.isfinite(values) & (values != np.floor(values)),
                    f"{column} is not a whole number",
                    "a count has no fractions: check the column and the decimal sign",
                    original,
                )
        self.frame[column] = values

    def _parsed(
        self, column: str, original: pd.Series, numerals: Numerals, counts: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        if pd.api.types.is_bool_dtype(original.dtype):
            self.say(f"{column} holds yes and no, not numbers", "check the column")
            return np.full(len(original), np.nan), np.zeros(len(original), dtype=bool)
        if pd.api.types.is_complex_dtype(original.dtype):
            self.say(f"{column} holds complex numbers", "check the column")
            return np.full(len(original), np.nan), np.zeros(len(original), dtype=bool)
        if pd.api.types.is_numeric_dtype(original.dtype):
            array = original.to_numpy(dtype=np.float64, na_value=np.nan)
            return array, np.isnan(array)
        place, uniques = self._factorized(column)
        parsed = np.full(len(uniques) + 1, np.nan)
        kinds = np.full(len(uniques) + 1, "", dtype=object)
        kinds[-1] = "null"
        dotted = []
        for i, unique in enumerate(uniques):
            parsed[i], kinds[i] = parse_number(unique, numerals)
            text = str(unique).strip()
            if isinstance(unique, str) and "." in text and not kinds[i]:
                dotted.append((i, is_grouped(text)))
        if (
            counts
            and numerals.decimal == "."
            and numerals.thousands is None
            and dotted
            and all(is_group for _, is_group in dotted)
        ):
            for i, _ in dotted:
                kinds[i], parsed[i] = "points", np.nan
        kind = kinds[place]
        for key, rule, mend in NUMBER_FAULTS:
            self.fault(kind == key, f"{column} {rule}", mend, original)
        return parsed[place], kind == "null"

    def whole_years(self, column: str = "year", *, null: bool = False) -> None:
        """Make a column whole years; a date or text is told."""
        if not self.has(column) or not len(self.frame):
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
        if not self.has(column) or not len(self.frame):
            return
        original = self.frame[column]
        translation = translation or {}
        place, uniques = self._factorized(column)
        words: list[str | None] = []
        for unique in uniques:
            word = str(unique).strip()
            word = translation.get(word, translation.get(word.casefold(), word))
            words.append(None if word in NULL_WORDS or word == "NA" else word)
        bad = np.array([w is not None and w not in known for w in words], dtype=bool)
        empty = np.array([w is None for w in words], dtype=bool)
        if not null:
            self.fault(
                np.concatenate([empty, [True]])[place],
                f"{column} is missing",
                f"use one of {', '.join(known)}",
                original,
            )
        hint = ""
        if bad.any():
            first = next(str(w) for w, b in zip(words, bad, strict=True) if b)
            hint = nearest(first, known)
        self.fault(
            np.concatenate([bad, [False]])[place],
            f"{column} is not one of {', '.join(known)}",
            (mend or "correct the word") + (f".{hint}" if hint else ""),
            original,
        )
        kept = [None if has_control(word) else word for word in words]
        series = pd.Series(kept, dtype=object).reindex(place)
        series.index = self.frame.index
        self.frame[column] = as_text(series)


def _shown(value: Any) -> str:
    """Return what stands in a cell, short enough for a message."""
    text = str(value)
    return text if len(text) <= 60 else f"{text[:60]}..."


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
