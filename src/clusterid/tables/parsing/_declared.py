"""Tables declared once: columns of a kind with their rules, a key and an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from clusterid._typed import check_types
from clusterid.tables.parsing._checking import Check, checked_pad, known_codes
from clusterid.tables.parsing._form import RawTable, Reading
from clusterid.tables.parsing._numerals import Numerals
from clusterid.tables.parsing._reading import load

__all__ = ["Code", "Number", "Other", "Table", "TableOptions", "Word", "Year"]

#: Arguments that readers of tables have in common.
_GIVEN = ("columns", "decimal", "thousands", "pad", "marked", "reading")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """What a reader knows of one source: its names, signs, marks, codes, form.

    ``marked``, ``bands``: what stands in a cell beside or instead of a number.
    ``known``: codes that may occur, by column (a list, or what has regions);
    ``translations``: words of the source to those of the table, by column;
    ``reading``: how the file is written.
    """

    columns: Mapping[str, str] | None = None
    decimal: str = "."
    thousands: str | None = None
    nil: Sequence[str] = ()
    withheld: Sequence[str] = ()
    marked: bool = False
    bands: Mapping[str, tuple[float, float | None]] = field(default_factory=dict)
    pad: Mapping[str, int] | None = None
    known: Mapping[str, object] = field(default_factory=dict)
    translations: Mapping[str, Mapping[str, str] | None] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    @classmethod
    def of(
        cls,
        reader: Callable[..., object],
        given: Mapping[str, Any],
        **more: Any,
    ) -> TableOptions:
        """Check the types of what a reader was given (its ``locals()``), and keep it.

        ``more``: ``known`` and ``translations``, where the reader has them.
        """
        check_types(reader, given)
        return cls(**{name: given[name] for name in _GIVEN if name in given}, **more)

    @property
    def numerals(self) -> Numerals:
        """How numbers are written."""
        return Numerals(
            self.decimal,
            self.thousands,
            self.nil,
            self.withheld,
            self.marked,
            self.bands,
        )


class Column(Protocol):
    """A column of a table: its name, whether it must be there, how it is checked."""

    @property
    def name(self) -> str:
        """Name in the checked table."""
        ...

    @property
    def required(self) -> bool:
        """Whether a table without it is at fault."""
        ...

    def check(self, check: Check, options: TableOptions) -> None:
        """Make it what it has to be, and tell what is not."""
        ...


@dataclass(frozen=True, slots=True)
class Code:
    """Codes as text. ``width``: digits that are filled up unless ``pad=`` says others.

    ``padded``: whether ``pad=`` may name the column; otherwise codes stay as they are.
    """

    name: str
    required: bool = False
    null: bool = False
    padded: bool = False
    width: int | None = 0
    known_as: str = "regions"

    def check(self, check: Check, options: TableOptions) -> None:
        """Make it text; tell nulls, damage and codes that are not known."""
        check.codes(
            self.name,
            null=self.null,
            pad=(options.pad or {}).get(self.name, self.width),
            known=known_codes(options.known.get(self.name)),
            known_as=self.known_as,
        )


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers within bounds; ``counts``: from how many values on points may group."""

    name: str
    required: bool = False
    minimum: float | None = 0.0
    maximum: float | None = None
    whole: bool = False
    null: bool = True
    positive: bool = False
    counts: int = 0

    def check(self, check: Check, options: TableOptions) -> None:
        """Make it floats; tell text, signs, ranges, missing and fractions."""
        check.numbers(
            self.name,
            options.numerals,
            minimum=self.minimum,
            maximum=self.maximum,
            whole=self.whole,
            null=self.null,
            positive=self.positive,
            counts=self.counts,
        )


@dataclass(frozen=True, slots=True)
class Year:
    """Whole years."""

    name: str = "year"
    required: bool = False
    null: bool = False

    def check(self, check: Check, _: TableOptions) -> None:
        """Make it whole years; tell dates and text."""
        check.whole_years(self.name, null=self.null)


@dataclass(frozen=True, slots=True)
class Word:
    """One of the known words, after translation."""

    name: str
    words: Sequence[str]
    mend: str
    required: bool = False
    translation: Mapping[str, str] | None = None

    def check(self, check: Check, options: TableOptions) -> None:
        """Make it one of the words; tell others."""
        check.words(
            self.name,
            self.words,
            translation=options.translations.get(self.name, self.translation),
            mend=self.mend,
        )


@dataclass(frozen=True, slots=True)
class Other:
    """A column that the reader of the table checks itself."""

    name: str
    required: bool = False

    def check(self, check: Check, options: TableOptions) -> None:
        """Leave it as it is."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that is read: columns in the order of their checks, key and order.

    ``key``: columns that name a row, with ``repeated`` as the mend where one stands
    twice; ``sort``: columns that the rows are sorted by; ``order``: columns of the
    result, where it is not that of the checks.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    repeated: str = ""
    sort: tuple[str, ...] = ()
    order: tuple[str, ...] = ()

    def load(self, source: object, options: TableOptions) -> RawTable:
        """Return the source as it stands, its columns renamed."""
        return load(source, columns=options.columns, name=self.name, **options.reading)

    def check(
        self,
        check: Check,
        options: TableOptions,
        after: Mapping[str, Callable[[Check], None]] | None = None,
    ) -> None:
        """Keep the columns declared and check each; ``after`` one, what is special."""
        padded = [c.name for c in self.columns if isinstance(c, Code) and c.padded]
        checked_pad(options.pad, padded)
        check.columns(
            [column.name for column in self.columns if column.required],
            [column.name for column in self.columns if not column.required],
        )
        for column in self.columns:
            column.check(check, options)
            if after and column.name in after:
                after[column.name](check)

    def unique(self, check: Check) -> None:
        """Tell rows whose key stands more than once."""
        check.unique(self.key, self.repeated)

    def finished(
        self, check: Check, missing: Mapping[str, Any] | None = None
    ) -> pd.DataFrame:
        """Raise all faults, or return the table in order, sorted.

        ``missing``: values of columns that the source does not have; the others are
        left out.
        """
        check.done()
        frame = check.frame
        for column, value in (missing or {}).items():
            if column not in frame.columns:
                frame[column] = value
        order = self.order or [column.name for column in self.columns]
        frame = frame[[c for c in order if c in frame.columns]]
        by = [key for key in self.sort if key in frame.columns]
        return frame.sort_values(by, kind="stable", ignore_index=True)
