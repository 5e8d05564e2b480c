"""Regions carried across changes of territory, and series that cross a break."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import pandas as pd

from clusterid.classifications._changes import (
    TERRITORIES,
    Step,
    Territory,
    exists_on,
    steps_of,
)
from clusterid.classifications._correspondence import Correspondence, sorted_pairs
from clusterid.classifications._reading import listed
from clusterid.errors import ClassificationError, check_option

__all__ = ["check_series", "kreis_correspondence", "territory_correspondence"]

_WORDS = {"kreise": "Kreis", "us_counties": "County", "nuts": "NUTS region"}
#: From when the changes of a kind are known, and a version of NUTS applies.
_SINCE = {
    "kreise": pd.Timestamp(1998, 1, 1),
    "us_counties": pd.Timestamp(2001, 1, 1),
    "nuts": pd.Timestamp(2008, 1, 1),
}
_VERSIONS = {
    "2006": pd.Timestamp(2008, 1, 1),
    "2010": pd.Timestamp(2012, 1, 1),
    "2013": pd.Timestamp(2015, 1, 1),
    "2016": pd.Timestamp(2018, 1, 1),
    "2021": pd.Timestamp(2021, 1, 1),
    "2024": pd.Timestamp(2024, 1, 1),
}


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
        If a Kreis would have to be divided and no share is known, or a key is of
        another status than that of ``start``.

    See Also
    --------
    territory_correspondence : adds up what was divided (``divided="join"``).

    Examples
    --------
    >>> keys = ["03152", "03156", "09162"]
    >>> kreis_correspondence(keys, start=2015, end=2017).table["target"].tolist()
    ['03159', '03159', '09162']
    """
    return territory_correspondence(codes, kind="kreise", start=start, end=end)


def territory_correspondence(
    codes: Iterable[str],
    *,
    kind: Territory,
    start: str | int,
    end: str | int,
    divided: Literal["refuse", "join"] = "refuse",
) -> Correspondence:
    """Return the correspondence of regions between two days.

    Parameters
    ----------
    codes : iterable of str
        Codes as they stand on ``start``.
    kind : {"kreise", "us_counties", "nuts"}
        German Kreise since 1998, American counties since 2001, NUTS regions of levels
        1 and 2.
    start, end : str or int
        Days (``"2015-06-30"``) or years (30 June is taken); of NUTS, versions (2006,
        2010, 2013, 2016, 2021, 2024). ``end`` may lie before ``start``.
    divided : {"refuse", "join"}
        What to do where a region was divided and no share is known. ``"refuse"``: an
        error. ``"join"``: the regions between which borders moved are added up, for
        both days alike, to the smallest territory that is the same on both; its code
        joins the codes of the later day by ``+``.

    Returns
    -------
    Correspondence
        From the codes at ``start`` to those at ``end`` (with ``"join"``, to common
        territories); codes that no change touched stay. Its ``convert`` carries a
        table of regions in columns: ``step.convert(employment.T).T``.

    Raises
    ------
    ClassificationError
        If a region would have to be divided, or a code is of another status than that
        of ``start``.

    Examples
    --------
    >>> step = territory_correspondence(
    ...     ["13052", "13055"], kind="kreise", start=2010, end=2012, divided="join")
    >>> step.table["target"].unique().tolist()
    ['13071+13075']
    """
    check_option("kind", kind, TERRITORIES)
    check_option("divided", divided, ("refuse", "join"))
    first, last = (_day(when, kind) for when in (start, end))
    given = list(dict.fromkeys(str(code) for code in codes))
    _check_status(given, first, last, kind)
    if divided == "join":
        now = _common(given, first, last, kind)
    else:
        now = _carried(given, first, last, kind)
    table = pd.DataFrame(
        [(code, target, 1.0) for code, target in now.items()],
        columns=["source", "target", "weight"],
    )
    return Correspondence(
        f"{kind} {first.date()}",
        f"{kind} {last.date()}",
        sorted_pairs(table),
        "one to one",
    )


def _crossed(first: pd.Timestamp, last: pd.Timestamp, kind: Territory) -> list[Step]:
    low, high = min(first, last), max(first, last)
    return [step for step in steps_of(kind) if low < step.effective <= high]


def _carried(
    codes: list[str], first: pd.Timestamp, last: pd.Timestamp, kind: Territory
) -> dict[str, str]:
    """Return the one region that each code is on the last day."""
    backwards = last < first
    steps = _crossed(first, last, kind)
    now = {code: code for code in codes}
    for day in sorted({step.effective for step in steps}, reverse=backwards):
        targets: dict[str, set[str]] = {}
        reforms: dict[str, str] = {}
        for step in (step for step in steps if step.effective == day):
            for after in step.after:
                old, new = (after, step.before) if backwards else (step.before, after)
                targets.setdefault(old, set()).add(new)
                reforms[old] = step.reform
        for code, current in now.items():
            reached = sorted(targets.get(current, {current}))
            if len(reached) > 1:
                raise ClassificationError(
                    f"{_WORDS[kind]} {current} was divided into {', '.join(reached)} "
                    f"between {first.date()} and {last.date()} ({reforms[current]}), "
                    "and no share is known. Bring both years to territories that are "
                    f'the same: territory_correspondence(..., kind="{kind}", '
                    'divided="join").'
                )
            now[code] = reached[0]
    return now


def _common(
    codes: list[str], first: pd.Timestamp, last: pd.Timestamp, kind: Territory
) -> dict[str, str]:
    """Return the smallest territory, the same on both days, that holds each code."""
    home: dict[str, set[str]] = {}
    for step in _crossed(first, last, kind):
        joined = {step.before, *step.after}
        for code in tuple(joined):
            joined |= home.get(code, set())
        for code in joined:
            home[code] = joined
    later = max(first, last)
    names = {
        code: "+".join(sorted(c for c in joined if exists_on(c, later, kind)))
        for code, joined in home.items()
    }
    return {code: names.get(code, code) for code in codes}


def _check_status(
    codes: list[str], first: pd.Timestamp, last: pd.Timestamp, kind: Territory
) -> None:
    """Raise ClassificationError for codes that do not exist on the first day."""
    since = _SINCE[kind]
    early = [code for code in codes if _early(code, kind)]
    if early and min(first, last) < since:
        raise ClassificationError(
            f"Changes of {kind} are known since {since.date()} only, and "
            f"{min(first, last).date()} lies before it ({listed(early)})."
        )
    if kind == "nuts" and max(first, last) >= _VERSIONS["2024"]:
        british = [code for code in codes if code.startswith("UK")]
        if british:
            raise ClassificationError(
                f"The United Kingdom is not in NUTS 2024 ({listed(british)}); leave it "
                "out, or stay at NUTS 2021."
            )
    wrong = [code for code in codes if exists_on(code, first, kind) is False]
    if not wrong:
        return
    steps = [
        f"{step.before} became {', '.join(step.after)} on {step.effective.date()} "
        f"({step.reform})"
        for step in steps_of(kind)
        if step.before == wrong[0] or wrong[0] in step.after
    ]
    noun = "code does" if len(wrong) == 1 else "codes do"
    raise ClassificationError(
        f"{len(wrong)} {noun} not exist on {first.date()} ({listed(wrong)}): "
        f"{'; '.join(steps)}. Give start= as the status that the table has."
    )


def _early(code: str, kind: Territory) -> bool:
    """Tell whether changes before those that are known may touch a code.

    In western Germany no Kreis changed its key between 1981 and 2001.
    """
    return kind != "kreise" or code[:2] in {"11", "12", "13", "14", "15", "16"}


def _day(when: str | int, kind: Territory) -> pd.Timestamp:
    if isinstance(when, int) or str(when).isdigit():
        if kind != "nuts":
            return pd.Timestamp(int(when), 6, 30)
        if str(when) not in _VERSIONS:
            raise ClassificationError(
                f"{when} is no version of NUTS; there are {', '.join(_VERSIONS)}. A "
                "day works, too: 2019-06-30."
            )
        return _VERSIONS[str(when)]
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
