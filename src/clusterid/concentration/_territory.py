"""Two tables of one territory: a reform is no region that enters or leaves."""

from __future__ import annotations

import warnings

import pandas as pd

from clusterid._faults import refuse
from clusterid.classifications import mixed_vintages
from clusterid.errors import DataWarning

__all__ = ["same_territory"]

_SHOWN = 5


def same_territory(
    start: pd.Index,
    end: pd.Index,
    *,
    taken: str = "they are taken as regions that entered or left",
) -> None:
    """Refuse regions that a known reform sets apart, and warn of others in one only.

    Parameters
    ----------
    start, end : Index
        Regions of two dates.
    taken : str
        What the caller makes of a region in one table only; "" for no warning, where
        the result says it.

    Raises
    ------
    TableError
        If a known reform merged, divided or renamed a region between the dates.

    Warns
    -----
    DataWarning
        If other regions are in one table only.

    Examples
    --------
    >>> same_territory(pd.Index(["16063", "09162"]), pd.Index(["09162", "16063"]))
    """
    if start.equals(end):
        return
    names = ("start", "end")
    refuse("start and end", mixed_vintages(start, end, names=names))
    alone = start.symmetric_difference(end)
    if taken and len(alone):
        shown = ", ".join(map(str, alone[:_SHOWN])) + (
            ", ..." if len(alone) > _SHOWN else ""
        )
        verb = "region is" if len(alone) == 1 else "regions are"
        warnings.warn(
            f"{len(alone)} {verb} in one table only ({shown}); {taken}.",
            DataWarning,
            stacklevel=4,
        )
