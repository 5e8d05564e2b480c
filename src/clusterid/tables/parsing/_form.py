"""How a file is written, and the table that was read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import pandas as pd

from clusterid.errors import Fault, OptionError

__all__ = ["Form", "RawTable", "Reading", "nothing"]


class Reading(TypedDict, total=False):
    """Options of every reader that say how the file is written.

    ``encoding``: of a text file; default UTF-8, anything else must be named.
    ``separator``: of a text file; default found from its first lines.
    ``sheet``: of a workbook; default the first that holds a table. ``layer``: of a
    GeoPackage. ``skip_rows``: lines above the header, ``skip_footer``: lines below the
    table; of a workbook both are found and said where not given. ``header_rows``: how
    many rows the header of a workbook has.
    ``filter``: ``{column: value or list of values}``, rows to keep.
    """

    encoding: str | None
    separator: str | None
    sheet: str | int | None
    layer: str | None
    skip_rows: int | None
    skip_footer: int
    header_rows: int | None
    filter: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Form:
    """How one file is written: the options of :class:`Reading`, checked."""

    encoding: str | None = None
    separator: str | None = None
    sheet: str | int | None = None
    layer: str | None = None
    skip_rows: int | None = None
    skip_footer: int = 0
    header_rows: int | None = None
    filter: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        sign = self.separator
        if sign is not None and (len(sign) != 1 or sign in '\r\n"\x00'):
            raise OptionError(f"separator={sign!r} must be one sign, such as ';'.")
        for name, least in (("skip_rows", 0), ("skip_footer", 0), ("header_rows", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise OptionError(
                    f"{name}={value!r} must be a whole number from {least}."
                )
        if isinstance(self.sheet, int) and self.sheet < 0:
            raise OptionError(
                f"sheet={self.sheet!r} must be a name, or a number from 0."
            )


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as read: index = position in the source; faults and notes of reading."""

    frame: pd.DataFrame
    name: str
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


def nothing(*faults: Fault) -> RawTable:
    """Return a table without columns, and why nothing could be read."""
    return RawTable(pd.DataFrame(), "", faults)
