"""What can be wrong, in one place: exceptions and warnings of the package."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ClassificationError", "ClusteridError", "ClusteridWarning", "CountConceptError",
    "DataWarning", "Fault", "FileWarning", "GeometryError", "GraphError",
    "MissingExtraError", "NotConvergedError", "OptionError", "SourceError",
    "StudyError", "TableError", "TableTypeError", "check_option", "nearest",
]  # fmt: skip

_SHOWN_ROWS = 5


class ClusteridError(Exception):
    """Root of every error that clusterid raises on purpose.

    Attributes
    ----------
    faults : tuple of Fault
        Everything found wrong, one by one; empty where the message is one sentence.
    """

    faults: tuple[Fault, ...] = ()


class ClusteridWarning(UserWarning):
    """Root of every warning that clusterid issues."""


class DataWarning(ClusteridWarning):
    """Something in the data changes what a result means."""


class FileWarning(ClusteridWarning):
    """A file that the user changed, or another run wrote, was met while writing."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a table: the rule, where, and the mend.

    Parameters
    ----------
    rule : str
        What is wrong, as a statement about the table.
    mend : str
        What to do about it.
    count : int
        Number of rows at fault; 0 when the fault concerns the whole table.
    rows : tuple of (row number or label, value)
        The first offending rows. Row numbers count from 1, header not counted.
    where : str
        Section of a study file, table or file at fault, where several are checked.
    """

    rule: str
    mend: str
    count: int = 0
    rows: tuple[tuple[Any, Any], ...] = field(default=())
    where: str = ""

    @classmethod
    def listing(cls, rule: str, mend: str, rows: Iterable[tuple[Any, Any]]) -> Fault:
        """Return the fault of these rows, of which the first five are kept.

        Examples
        --------
        >>> Fault.listing("a code stands twice", "keep one", [(1, "A"), (4, "A")]).count
        2
        """
        every = list(rows)
        return cls(rule, mend, len(every), tuple(every[:_SHOWN_ROWS]))

    def __str__(self) -> str:
        text = f"{self.where}: {self.rule}" if self.where else self.rule
        if self.count:
            shown = ", ".join(
                f"row {number}: {value!r}" for number, value in self.rows[:_SHOWN_ROWS]
            )
            noun = "row" if self.count == 1 else "rows"
            text += f"\n    {self.count} {noun}" + (f" ({shown}" if shown else "")
            if shown:
                text += ", ...)" if self.count > _SHOWN_ROWS else ")"
        return f"{text}\n    Mend: {self.mend}" if self.mend else text


class TableError(ClusteridError, ValueError):
    """A table breaks rules; all of them are listed, with rows and mend.

    Attributes
    ----------
    table : str
        Name of the table (and file) that was checked.
    faults : tuple of Fault
        Every rule that was broken.
    """

    def __init__(self, table: str, faults: Sequence[Fault]) -> None:
        self.table = table
        self.faults = tuple(faults)
        noun = "fault" if len(self.faults) == 1 else "faults"
        lines = [f"{table}: {len(self.faults)} {noun}"]
        lines += [f"{i}. {fault}" for i, fault in enumerate(self.faults, start=1)]
        super().__init__("\n".join(lines))

    @property
    def rows(self) -> pd.DataFrame:
        """The offending rows kept with the faults: columns rule, row, value."""
        import pandas as pd

        records = [
            {"rule": fault.rule, "row": number, "value": value}
            for fault in self.faults
            for number, value in fault.rows
        ]
        return pd.DataFrame(records, columns=["rule", "row", "value"])


class TableTypeError(ClusteridError, TypeError):
    """Something that is not a table was given where a table belongs."""


class CountConceptError(ClusteridError, ValueError):
    """Counts of different concepts (workplace, residence ...) were mixed."""


class ClassificationError(ClusteridError, ValueError):
    """Codes do not belong to the classification, or a break is not bridged."""


class GeometryError(ClusteridError, ValueError):
    """Shapes or coordinate systems cannot be used as they are."""


class GraphError(ClusteridError, ValueError):
    """A graph breaks a rule (kind, weights, nodes)."""


class SourceError(ClusteridError, OSError):
    """A file or service cannot be read as the named source."""


class StudyError(ClusteridError, ValueError):
    """A study file, or a folder of results, cannot be used as it is."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message)


class OptionError(ClusteridError, ValueError):
    """An option has a value that is not offered."""


class NotConvergedError(ClusteridError, RuntimeError):
    """An iteration ended without reaching its tolerance."""


class MissingExtraError(ClusteridError, ImportError):
    """An optional dependency is not installed."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package {package!r}, which is not installed. "
            f'Install it with: pip install "clusterid[{extra}]"'
        )


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest known word, or nothing."""
    match = get_close_matches(str(word), [str(k) for k in known], n=1, cutoff=0.5)
    return f" Did you mean {match[0]!r}?" if match else ""


def check_option(name: str, value: object, known: Sequence[str]) -> None:
    """Raise OptionError unless ``value`` is one of ``known``, naming the nearest."""
    if not isinstance(value, str) or value not in known:
        offered = ", ".join(repr(k) for k in known)
        raise OptionError(
            f"{name}={value!r} is not offered; use one of {offered}."
            f"{nearest(str(value), known)}"
        )
