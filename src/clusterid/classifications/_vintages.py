"""Tables of different territorial status, known by the changes that explain them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import cast

import pandas as pd

from clusterid._disk._embedded import embedded_path
from clusterid.classifications._changes import (
    TERRITORIES,
    Step,
    Territory,
    exists_on,
    steps_of,
)
from clusterid.errors import Fault

__all__ = ["mixed_in_one", "mixed_vintages", "vintage_hint"]

#: Share of the codes that have to be keys of Kreise before a German reform is named:
#: American counties share some of the keys (13001 is a county of Georgia, too).
_KREISE = 0.9
_SHOWN = 5
_LAST = pd.Timestamp(2100, 1, 1)


def vintage_hint(unknown: Iterable[str], known: Iterable[str]) -> str:
    """Return a sentence that names the change between codes and those known, or "".

    Parameters
    ----------
    unknown : iterable of str
        Codes of a table that are not among ``known``.
    known : iterable of str
        Codes of the regions they are held against.

    Examples
    --------
    >>> vintage_hint(["09110"], ["09003", "25001"])
    'Connecticut: planning regions replaced the counties (1 June 2022).'
    >>> vintage_hint(["TLC1"], ["UKC1"])
    'ITL codes begin with TL where NUTS has UK.'
    """
    mine, theirs = {str(c) for c in unknown}, {str(c) for c in known}
    for ours, others in (("TL", "UK"), ("UK", "TL")):
        if any(c[:2] == ours and others + c[2:] in theirs for c in mine):
            return "ITL codes begin with TL where NUTS has UK."
    steps = _between(mine, theirs) or _between(theirs, mine)
    return f"{_named(steps)}." if steps else ""


def mixed_vintages(
    first: Iterable[str], second: Iterable[str], *, names: tuple[str, str]
) -> list[Fault]:
    """Return the fault of two tables whose regions a known change sets apart.

    A region that is in one table only has not vanished, and none has entered, where a
    reform merged, divided or renamed it.

    Parameters
    ----------
    first, second : iterable of str
        Regions of two tables, in either order of time.
    names : (str, str)
        What the tables are called in the message.

    Examples
    --------
    >>> print(*mixed_vintages(["46113", "46099"], ["46102", "46099"],
    ...                       names=("start", "end")))
    start and end have different territorial status: Shannon County, South Dakota, ...
        1 row (row 46113: '46102')
        Mend: bring both to one status: territory_correspondence(codes, ...
    """
    one, two = {str(c) for c in first}, {str(c) for c in second}
    if one == two:
        return []
    steps = _between(one, two, both=True) or _between(two, one, both=True)
    if not steps:
        return []
    rows = [(step.before, ", ".join(step.after)) for _, step in steps]
    kind = steps[0][0]
    return [
        Fault.listing(
            f"{names[0]} and {names[1]} have different territorial status: "
            f"{_named(steps)}",
            f'bring both to one status: territory_correspondence(codes, kind="{kind}", '
            'start=..., end=..., divided="join") of clusterid.classifications',
            rows,
        )
    ]


def mixed_in_one(codes: Iterable[str]) -> list[Fault]:
    """Return the fault of one table that holds regions of before and after a change.

    Parameters
    ----------
    codes : iterable of str
        Regions of one table and year that have jobs.

    Examples
    --------
    >>> print(*mixed_in_one(["03152", "03159", "03241"]))
    the regions are of several territorial statuses: reform of Kreise ...
        1 row (row 03152: '03159')
        Mend: bring them to one: territory_correspondence(codes, kind="kreise", ...
    """
    mine = {str(code) for code in codes}
    found: list[tuple[Territory, Step]] = []
    for kind in (cast("Territory", name) for name in TERRITORIES):
        if kind == "kreise" and not _are_kreise(mine):
            continue
        for step in steps_of(kind):
            if step.before not in mine or step.before in step.after:
                continue
            born = [c for c in step.after if c in mine and _born(c, step, kind)]
            # a code that a later change made again may stand beside its successors
            if born and exists_on(step.before, _LAST, kind) is False:
                found.append((kind, step))
    if not found:
        return []
    rows = [(step.before, ", ".join(step.after)) for _, step in found]
    return [
        Fault.listing(
            f"the regions are of several territorial statuses: {_named(found)}",
            "bring them to one: territory_correspondence(codes, "
            f'kind="{found[0][0]}", start=..., end=...) of clusterid.classifications, '
            "or leave out the ones that the table repeats",
            rows,
        )
    ]


def _born(code: str, step: Step, kind: Territory) -> bool:
    return exists_on(code, step.effective - pd.Timedelta(days=1), kind) is False


def _between(
    older: set[str], newer: set[str], *, both: bool = False
) -> list[tuple[Territory, Step]]:
    """Return the steps that lead from codes of one set to codes of the other.

    With ``both``, one end of a step has to be missing in the other set; without, the
    sets have nothing in common anyway.
    """
    found = []
    for kind in (cast("Territory", name) for name in TERRITORIES):
        if kind == "kreise" and not _are_kreise(older | newer):
            continue
        later = _reached(kind)
        for step in steps_of(kind):
            if step.before not in older:
                continue
            targets = (later[step.before] & newer) - {step.before}
            gone = step.before not in newer
            if targets and (not both or gone or targets - older):
                found.append((kind, step))
    return found


@lru_cache(maxsize=len(TERRITORIES))
def _reached(kind: Territory) -> dict[str, set[str]]:
    """Return by code all that its territory, or a part of it, became later."""
    reached: dict[str, set[str]] = {}
    for step in reversed(steps_of(kind)):
        mine = set(step.after)
        for code in step.after:
            if code != step.before:
                mine |= reached.get(code, set())
        reached[step.before] = mine | reached.get(step.before, set())
    return reached


def _are_kreise(codes: set[str]) -> bool:
    kreise = _kreise()
    return sum(code in kreise for code in codes) >= _KREISE * len(codes)


@lru_cache(maxsize=1)
def _kreise() -> frozenset[str]:
    """Return all keys of Kreise since 1998."""
    path = embedded_path("de_kreise_attributes", "districts_2018.csv")
    frame = pd.read_csv(path, sep=";", dtype=str, usecols=["AGS"])
    steps = steps_of("kreise")
    touched = {code for step in steps for code in (step.before, *step.after)}
    return frozenset(frame["AGS"]) | touched


def _named(steps: list[tuple[Territory, Step]]) -> str:
    """Return the reforms behind some steps, each with its day, once."""
    told = {
        f"{step.reform} ({step.effective.day} {step.effective:%B %Y})": None
        for _, step in sorted(steps, key=lambda one: one[1].effective)
    }
    listed = list(told)
    tail = f" and {len(listed) - _SHOWN} more" if len(listed) > _SHOWN else ""
    return "; ".join(listed[:_SHOWN]) + tail
