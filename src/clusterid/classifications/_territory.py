"""Reforms of German Kreise, and the refusal of series that cross a break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from clusterid.classifications._correspondence import Correspondence, sorted_pairs
from clusterid.classifications._reading import embedded_table
from clusterid.errors import ClassificationError

__all__ = ["check_series", "kreis_correspondence", "kreis_reforms"]


def kreis_reforms() -> pd.DataFrame:
    """Return the embedded reforms of German Kreise.

    Returns
    -------
    DataFrame
        ``effective`` (date), ``kind`` (merger, split), ``ags_before``,
        ``name_before``, ``ags_after``, ``name_after``, ``weight`` (share of the old
        Kreis; NaN where no share is known).

    Examples
    --------
    >>> kreis_reforms()["ags_after"].tolist()
    ['03159', '03159', '16063', '16063', '06435', '06415']
    """
    table = embedded_table("territory", "kreis_reforms.csv")
    table["effective"] = pd.to_datetime(table["effective"])
    table["weight"] = pd.to_numeric(table["weight"], errors="coerce")
    return table


def kreis_correspondence(
    codes: Iterable[str], *, start: str | int, end: str | int
) -> Correspondence:
    """Return the correspondence of Kreis keys between two days.

    Parameters
    ----------
    codes : iterable of str
        Five-digit keys, as they stand on ``start``.
    start, end : str or int
        Days (``"2015-06-30"``) or years (30 June is taken). ``end`` may lie before
        ``start``: what was split is put together, what was merged cannot be divided.

    Returns
    -------
    Correspondence
        From the keys at ``start`` to those at ``end``; keys without a reform stay.

    Raises
    ------
    ClassificationError
        If a Kreis would have to be divided and no share is known.

    Examples
    --------
    >>> keys = ["03152", "03156", "09162"]
    >>> kreis_correspondence(keys, start=2015, end=2017).table["target"].tolist()
    ['03159', '03159', '09162']
    """
    first, last = _day(start), _day(end)
    backwards = last < first
    reforms = kreis_reforms()
    low, high = min(first, last), max(first, last)
    crossed = reforms[reforms["effective"].gt(low) & reforms["effective"].le(high)]
    now = {code: code for code in (str(c) for c in codes)}
    for day in sorted(crossed["effective"].unique(), reverse=backwards):
        step = crossed[crossed["effective"].eq(day)]
        before, after = ("ags_after", "ags_before") if backwards else (
            "ags_before", "ags_after",
        )  # fmt: skip
        targets = step.groupby(before)[after].unique()
        for code, current in now.items():
            if current not in targets.index:
                continue
            reached = list(targets[current])
            if len(reached) > 1:
                raise ClassificationError(
                    f"Kreis {current} was divided into {', '.join(sorted(reached))} "
                    f"between {first.date()} and {last.date()}, and no share is known. "
                    "Bring both years to the status in which they are together "
                    f"(swap start and end)."
                )
            now[code] = str(reached[0])
    table = pd.DataFrame(
        [(code, target, 1.0) for code, target in now.items()],
        columns=["source", "target", "weight"],
    )
    return Correspondence(
        f"kreise {first.date()}",
        f"kreise {last.date()}",
        sorted_pairs(table),
        "one to one",
    )


def _day(when: str | int) -> pd.Timestamp:
    if isinstance(when, int) or str(when).isdigit():
        return pd.Timestamp(int(when), 6, 30)
    try:
        return pd.Timestamp(str(when))
    except ValueError:
        raise ClassificationError(
            f"{when!r} is neither a year nor a day; write 2016 or 2016-11-01."
        ) from None


def check_series(
    vintages: Mapping[int, str],
    *,
    correspondences: Sequence[Correspondence] = (),
) -> None:
    """Refuse a series of years that crosses a break of classification or territory.

    Parameters
    ----------
    vintages : mapping of year to name
        The classification (or territorial status) each year is in.
    correspondences : sequence of Correspondence, optional
        Steps that are there to cross breaks, in either direction.

    Raises
    ------
    ClassificationError
        If two neighbouring years are in different vintages and no correspondence
        joins them, directly or in a chain; all breaks are listed.

    Examples
    --------
    >>> check_series({2008: "naics2007", 2011: "naics2007"})
    >>> check_series({2007: "naics2002", 2008: "naics2007"})
    Traceback (most recent call last):
    ...
    clusterid.errors.ClassificationError: The series crosses 1 break ...
    """
    reach: dict[str, set[str]] = {}
    for step in correspondences:
        reach.setdefault(step.source, set()).add(step.target)
        reach.setdefault(step.target, set()).add(step.source)
    years = sorted(vintages)
    breaks = [
        (a, b)
        for a, b in pairwise(years)
        if vintages[b] not in _within_reach(vintages[a], reach)
    ]
    if breaks:
        listed = "; ".join(
            f"{a} is in {vintages[a]}, {b} in {vintages[b]}" for a, b in breaks
        )
        noun = "break" if len(breaks) == 1 else "breaks"
        raise ClassificationError(
            f"The series crosses {len(breaks)} {noun} without a correspondence: "
            f"{listed}. Give one (read_correspondence), keep the years on one side, "
            "or aggregate to a level at which the vintages agree."
        )


def _within_reach(start: str, reach: Mapping[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for following in reach.get(waiting.pop(), set()) - seen:
            seen.add(following)
            waiting.append(following)
    return seen
