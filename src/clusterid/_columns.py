"""What may leave of a table: each column declared once, by kind, beside its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Literal, TypeAlias

__all__ = [
    "CELL", "IDENTIFIER", "MODEL", "PART", "PRIVATE", "RATIO", "SAFE", "SHARE", "SUM",
    "TEXT", "Column", "Declared", "Each", "Kind", "Names", "Network", "Part", "Table",
    "Values",
]  # fmt: skip

End = Literal["", "lower", "upper"]


class Kind(Enum):
    """What a number or a text of a result is, and so how it is published."""

    #: codes, names, options, shapes: as they were given
    IDENTIFIER = "identifier"
    #: counts of plants and of places, decisions, what is made of these alone
    SAFE = "safe"
    #: one region and one industry: nothing where that cell is withheld
    CELL = "cell"
    #: added over cells: on a grid where a cell of it is estimated
    SUM = "sum"
    #: a quotient of sums: on a grid where a cell of them is estimated
    RATIO = "ratio"
    #: what a model makes of sums: about as precise as they are
    MODEL = "model output"
    #: a sentence made of the row's other columns: said anew from what is published
    TEXT = "text"
    #: of single plants: does not leave the house that owns them
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its kind, and how it is rounded where it holds an estimate.

    Parameters
    ----------
    kind : Kind
    end : {"", "lower", "upper"}
        A bound is rounded outwards: a lower one down, an upper one up.
    is_counted : bool
        Made of counts of plants where these are known; then it holds no estimate.
    is_of_all : bool
        Made of the whole table: estimates anywhere are in it.
    is_over_totals : bool
        A cell against its totals, which may hold estimates where the cell does not.
    is_change : bool
        A change relative to an earlier figure: the grid is absolute, because with the
        earlier figure the later one follows.
    is_tail : bool
        A p- or q-value: a small part of the jobs moves it by far more, so that it is
        rounded up, on a grid of its logarithm.
    is_or_plants : bool
        Of jobs, or of plants where these are counted: then it is rounded alike, and
        there where all of a row is one estimate, too.
    is_share : bool
        The estimated share itself: one digit, since with the sum it is the estimate.
    shares : tuple of str
        The columns that say how much of a row is estimated; added up.
    like : tuple of str
        Rounded to the step of that column of the row; of two columns, to the step of
        the first over what lies between them.

    Examples
    --------
    >>> SUM.lower.end, MODEL.counted.is_counted
    ('lower', True)
    """

    kind: Kind
    end: End = ""
    is_counted: bool = False
    is_of_all: bool = False
    is_over_totals: bool = False
    is_change: bool = False
    is_tail: bool = False
    is_or_plants: bool = False
    is_share: bool = False
    shares: tuple[str, ...] = ("share_imputed",)
    like: tuple[str, ...] = ()

    @property
    def lower(self) -> Column:
        """The same as a lower bound."""
        return replace(self, end="lower")

    @property
    def upper(self) -> Column:
        """The same as an upper bound."""
        return replace(self, end="upper")

    @property
    def counted(self) -> Column:
        """The same, made of counts of plants where they are known."""
        return replace(self, is_counted=True)

    @property
    def of_all(self) -> Column:
        """The same, made of the whole table."""
        return replace(self, is_of_all=True)

    @property
    def over_totals(self) -> Column:
        """The same, held against totals."""
        return replace(self, is_over_totals=True)

    @property
    def tail(self) -> Column:
        """The same, as a p- or q-value."""
        return replace(self, is_tail=True)

    @property
    def or_plants(self) -> Column:
        """The same, made of plants instead of jobs where they are counted."""
        return replace(self, is_or_plants=True)

    @property
    def change(self) -> Column:
        """The same, as a relative change."""
        return replace(self, is_change=True)

    def by(self, *shares: str) -> Column:
        """Return the same, of which other columns say how much is estimated."""
        return replace(self, shares=shares)

    def as_fine_as(self, *columns: str) -> Column:
        """Return the same, rounded to the step of other columns of the row."""
        return replace(self, like=columns)


IDENTIFIER = Column(Kind.IDENTIFIER)
SAFE = Column(Kind.SAFE)
CELL = Column(Kind.CELL)
SUM = Column(Kind.SUM)
RATIO = Column(Kind.RATIO)
MODEL = Column(Kind.MODEL)
TEXT = Column(Kind.TEXT)
PRIVATE = Column(Kind.PRIVATE)
#: the estimated share of a row, 0 to 1
SHARE = replace(RATIO, is_share=True)


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns by name.

    Parameters
    ----------
    columns : mapping of name to Column
    others : Column, optional
        What a column is that the mapping does not name (a user's own attributes);
        without it such a column does not leave.
    attrs : mapping of name to Declared
        What hangs on the table's ``attrs``.
    counted_by : (str, str), optional
        A column, and its value in rows that are made of counts of plants.
    interval : (str, str, str), optional
        A quotient and the columns between which it lies; their width says how precise
        the cells' columns may be.

    Examples
    --------
    >>> Table({"region": IDENTIFIER, "employment": SUM}).of("lq") is None
    True
    """

    columns: Mapping[str, Column]
    others: Column | None = None
    attrs: Mapping[str, Declared] = field(default_factory=dict)
    counted_by: tuple[str, str] | None = None
    interval: tuple[str, str, str] | None = None

    def of(self, column: object) -> Column | None:
        """Return what a column is, None where nothing declares it."""
        return self.columns.get(str(column), self.others)

    def with_columns(self, **columns: Column) -> Table:
        """Return the table with further columns."""
        return replace(self, columns={**self.columns, **columns})


@dataclass(frozen=True, slots=True)
class Values:
    """A Series, array or table regions x industries in which all is of one kind."""

    column: Column


@dataclass(frozen=True, slots=True)
class Names:
    """A mapping, or a Series by name: what each entry is.

    ``others`` is what an entry is that is not named; without it such an entry does
    not leave.
    """

    entries: Mapping[str, Declared]
    others: Declared | None = None

    def of(self, name: object) -> Declared | None:
        """Return what an entry is, None where nothing declares it."""
        return self.entries.get(str(name), self.others)


@dataclass(frozen=True, slots=True)
class Each:
    """A mapping whose keys are free (names of layers, of industries), all of one kind.

    ``named`` are those that are of another.
    """

    declared: Declared
    named: Mapping[str, Declared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Network:
    """A graph: attributes of its nodes, of its links, and of itself."""

    links: Mapping[str, Column]
    nodes: Mapping[str, Column] = field(default_factory=dict)
    attributes: Mapping[str, Declared] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A dataclass whose class says in ``kinds`` what each of its fields is."""


PART = Part()

Declared: TypeAlias = Column | Table | Values | Names | Each | Network | Part
