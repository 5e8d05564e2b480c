"""Sums that stand among their parts: found by words, codes, a classification, sums."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._disk import read_toml
from clusterid.errors import ClassificationError, Fault, SourceError

if TYPE_CHECKING:
    from clusterid.classifications import Classification

__all__ = [
    "TOTAL", "Counted", "all_by_sum", "guessed_tree", "is_total", "nearest_parents",
    "nested_faults", "plain_code", "rounding_slack",
]  # fmt: skip

#: The code that stands for "all regions" or "all industries" in a table of totals.
TOTAL = "TOTAL"

_WORDS = read_toml(Path(__file__).with_name("total_words.toml"))
_WHOLE, _PART = frozenset(_WORDS["whole"]), frozenset(_WORDS["part"])
#: What fills a code up to the width of its column (31----, 311///), or stands for none.
_FILLED = re.compile(r"^[0-9A-Za-z]*[-/]{2,}$|^-{3,}$|^/{3,}$")
_RANGE = re.compile(r"(\d+)-(\d+)|([A-Z])-([A-Z])")
#: Where every cell has a withheld part, a sum is one if its known parts make so much
#: of it in so many cells. Our choice.
_KNOWN_PARTS, _CELLS_TESTED = 0.5, 2
#: How much a sum may miss its parts together: a share of it, and persons (of small
#: sums ten times the share); published values carry rounding. Tried: 0 to 1 per cent;
#: above .5 chance matches come in.
_SHARE, _PERSONS = 0.002, 1.0
#: A sum by numbers alone must be one in so many cells, whose digits together are at
#: least so many: small numbers add up by chance. Tried 3 to 12 digits on random tables.
_CELLS, _DIGITS = 3, 8.0
#: Classifications tried where none is named and sections (letters) stand among digits.
_GUESSED = "nace2"

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@lru_cache(maxsize=100_000)
def is_total(code: str) -> bool:
    """Return whether a code or name says "all of them" in a language of the sources.

    Examples
    --------
    >>> [is_total(t) for t in ("Insgesamt", "Total - All Industries", "------", "C10")]
    [True, True, True, False]
    """
    if code == TOTAL or (len(code) > 2 and not code.strip("-/ ")):
        return True
    text = unicodedata.normalize("NFKD", code).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c)).replace("ł", "l")
    text = re.sub(r"[\s.,:;()\[\]*\u2013\u2014-]+", " ", text).strip()
    if text in _WHOLE:
        return True
    words = re.sub(r"\d+ ?$", "", text).split()
    return len(words) > 1 and (words[0] in _PART or words[-1] in _PART)


def plain_code(code: str) -> str:
    """Return a code without what only fills its width: ``311///`` is ``311``."""
    return code.rstrip("-/ ") if _FILLED.match(code) else code


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts in rows: the distinct codes of both sides, and which stands in each row.

    ``period`` tells years apart (all 0 where there is one); ``values`` are persons,
    NaN where withheld.
    """

    codes: Mapping[str, Sequence[str]]
    place: Mapping[str, Places]
    values: Numbers
    period: Places

    @classmethod
    def of(cls, table: pd.DataFrame, value: str = "employment") -> Counted:
        """Take the columns of a long table."""
        codes, place = {}, {}
        for side in ("region", "industry"):
            at, known = pd.factorize(table[side], use_na_sentinel=True)
            codes[side], place[side] = [str(code) for code in known], at
        period = np.zeros(len(table), dtype=np.intp)
        if "year" in table.columns:
            period = pd.factorize(table["year"])[0]
        return cls(codes, place, table[value].to_numpy(dtype=float), period)

    @classmethod
    def of_wide(cls, table: pd.DataFrame) -> Counted:
        """Take a table of regions x industries."""
        n, m = table.shape
        places = {
            "region": np.repeat(np.arange(n), m),
            "industry": np.tile(np.arange(m), n),
        }
        codes = {"region": list(table.index), "industry": list(table.columns)}
        values = table.to_numpy(dtype=float).ravel()
        return cls(codes, places, values, np.zeros(n * m, dtype=np.intp))

    def without(self, rows: NDArray[np.bool_]) -> Counted:
        """Leave rows out."""
        kept = ~rows
        return Counted(
            self.codes,
            {side: at[kept] for side, at in self.place.items()},
            self.values[kept],
            self.period[kept],
        )

    def total_rows(self, side: str) -> NDArray[np.bool_]:
        """Return the rows whose code says that it is a total."""
        says = np.array([is_total(code) for code in self.codes[side]] + [False])
        return says[self.place[side]]

    def keys(self, other: str) -> tuple[Places, int]:
        """Return a number for every code of a side and year, and how many there are."""
        years = int(self.period.max(initial=0)) + 1
        at = np.maximum(self.place[other], 0)
        return at * years + self.period, len(self.codes[other]) * years


@dataclass(frozen=True, slots=True)
class _Sums:
    """What codes and their parts hold: one row a parent, one column a cell."""

    own: Numbers
    parts: Numbers
    has_part: NDArray[np.bool_]
    all_known: NDArray[np.bool_]

    def verdict(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which parents are sums by their numbers, and which cannot be.

        A sum is never below its parts, and is their sum where all of them are known.
        """
        slack = rounding_slack(self.parts)
        with np.errstate(invalid="ignore"):
            tested = self.has_part & np.isfinite(self.own) & (self.parts > 0)
            below = tested & (self.own < self.parts - slack)
            equal = tested & self.all_known & (np.abs(self.own - self.parts) <= slack)
        known = (tested & self.all_known).sum(axis=1)
        n_tested, n_equal = tested.sum(axis=1), equal.sum(axis=1)
        weight = np.where(equal, np.log10(1 + np.abs(self.own)), 0.0).sum(axis=1)
        is_sum = ~below.any(axis=1) & (n_equal >= 1) & (2 * n_equal >= known)
        # one cell alone adds up by chance where its number is small
        is_sum &= (n_equal >= 2) | (weight >= 3)
        # a part is withheld in every cell: sums are published for that very reason
        held = np.where(tested, self.parts, 0.0).sum(axis=1)
        whole = np.where(tested, np.nan_to_num(self.own), 0.0).sum(axis=1)
        is_sum |= (
            (known == 0)
            & ~below.any(axis=1)
            & (n_tested >= _CELLS_TESTED)
            & (held >= _KNOWN_PARTS * whole)
        )
        refuted = (n_tested > 0) & (2 * below.sum(axis=1) > n_tested)
        return is_sum, refuted


def rounding_slack(parts: Numbers) -> Numbers:
    """Return how far a sum may be from its parts together, persons."""
    size = np.abs(parts)
    return np.maximum(_SHARE * size, np.minimum(_PERSONS, 10 * _SHARE * size))


def _sums(counted: Counted, side: str, parent: Places, wanted: Places) -> _Sums:
    """Add the parts of each wanted parent up, cell by cell; ``parent`` by code."""
    other = "industry" if side == "region" else "region"
    key, n_keys = counted.keys(other)
    at = counted.place[side]
    row_of = np.full(len(counted.codes[side]) + 1, -1)
    row_of[wanted] = np.arange(len(wanted))
    shape = (len(wanted), n_keys)
    own = np.full(shape, np.nan)
    mine = row_of[at]
    here = mine >= 0
    own[mine[here], key[here]] = counted.values[here]
    group = np.append(row_of[parent], -1)[at]
    inside = group >= 0
    flat = group[inside] * n_keys + key[inside]
    values = counted.values[inside]
    size = shape[0] * n_keys
    hidden = np.isnan(values)
    summed = np.bincount(flat, np.where(hidden, 0.0, values), minlength=size)
    n_parts = np.bincount(flat, minlength=size)
    n_hidden = np.bincount(flat, hidden, minlength=size)
    return _Sums(
        own,
        np.asarray(summed.reshape(shape), dtype=np.float64),
        (n_parts > 0).reshape(shape),
        (n_hidden == 0).reshape(shape),
    )


def all_by_sum(counted: Counted, side: str) -> str | None:
    """Return the code of a side that is the sum of all others, by its numbers alone."""
    codes = counted.codes[side]
    at = counted.place[side]
    if len(codes) < 3:
        return None
    known = np.where(np.isnan(counted.values), 0.0, counted.values)
    here = at >= 0
    held = np.bincount(at[here], known[here], minlength=len(codes))
    grand = held.sum()
    largest = int(np.argmax(held))
    # a sum of all others holds half of everything, or more where parts are withheld
    if grand <= 0 or held[largest] < grand / 2 * (1 - _SHARE) - _PERSONS:
        return None
    parent = np.full(len(codes), largest)
    parent[largest] = -1
    sums = _sums(counted, side, parent, np.array([largest]))
    is_sum, _ = sums.verdict()
    with np.errstate(invalid="ignore"):
        slack = rounding_slack(sums.parts)
        equal = sums.all_known & (np.abs(sums.own - sums.parts) <= slack)
    equal &= sums.parts > 0
    digits = np.log10(1 + sums.own[equal]).sum()
    if is_sum[0] and equal.sum() >= _CELLS and digits >= _DIGITS:
        return codes[largest]
    return None


def nearest_parents(
    codes: Sequence[str], classification: Classification | None = None
) -> dict[str, str]:
    """Return which code of a table each other one lies in, by how they are written.

    A shorter code that begins a longer one, a range (``31-33``), a code that is filled
    with zeros or other signs (``01000``, ``311///``), or as a classification says.

    Examples
    --------
    >>> nearest_parents(["311", "3111", "31-33", "42"])
    {'311': '31-33', '3111': '311'}
    """
    if classification is not None:
        return _by_tree(codes, classification)
    return _by_writing(codes)


def _by_writing(codes: Sequence[str]) -> dict[str, str]:
    exact = {plain_code(code): code for code in codes}
    stems: dict[str, str] = {}
    for code in sorted(codes):
        for stem in _stems(code):
            stems.setdefault(stem, code)
    found = {}
    for code in codes:
        first, *rest = plain_code(code).split("-")
        for n in range(len(first) - len(rest[:1]), 0, -1):
            above = [exact.get(first[:n]), stems.get(first[:n])]
            nearest = next((a for a in above if a not in (None, code)), None)
            if nearest is not None:
                found[code] = nearest
                break
    return _without_circles(found)


def _stems(code: str) -> list[str]:
    """Return how the codes begin that lie in a range or in a code filled with zeros."""
    pair = _RANGE.fullmatch(code)
    if pair:
        first, last, begin, end = pair.groups()
        if begin:
            return [chr(n) for n in range(ord(begin), ord(end) + 1)]
        if len(first) == len(last) < 5:
            return [str(n).zfill(len(first)) for n in range(int(first), int(last) + 1)]
        return []
    zeros = len(code) - len(code.rstrip("0"))
    return [code[:-k] for k in range(2, zeros + 1) if len(code) - k >= 2]


def _by_tree(codes: Sequence[str], tree: Classification) -> dict[str, str]:
    """Return the smallest code of the table that holds each other one."""
    inside = {code: frozenset(tree.leaves(plain_code(code))) for code in codes}
    inside = {code: leaves for code, leaves in inside.items() if leaves}
    holding: dict[str, list[str]] = {}
    order = sorted(inside, key=lambda c: (len(inside[c]), -len(plain_code(c)), c))
    for code in order:
        for leaf in inside[code]:
            holding.setdefault(leaf, []).append(code)
    found = {}
    for code in order:
        mine = inside[code]
        for other in holding[next(iter(sorted(mine)))]:
            if other == code or not mine <= inside[other]:
                continue
            if mine == inside[other] and len(plain_code(other)) >= len(
                plain_code(code)
            ):
                continue
            found[code] = other
            break
    return found


def _without_circles(parents: dict[str, str]) -> dict[str, str]:
    for code in list(parents):
        seen, at = {code}, parents.get(code)
        while at is not None and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if at is not None:
            del parents[code]
    return parents


def tree_named(name: str | None) -> Classification | None:
    """Return the classification of a name, or None where it is not an embedded one."""
    if name is None or name == "unknown":
        return None
    from clusterid.classifications import read_classification

    try:
        return read_classification(name)
    except (ClassificationError, SourceError):
        return None


def nested_faults(
    counted: Counted, *, classification: str | None = None
) -> list[Fault]:
    """Return a fault for each side on which sums stand among their parts.

    Parameters
    ----------
    counted : Counted
        Rows whose code says that it is a total are left out before.
    classification : str, optional
        Of the industries. Codes that it nests are sums; without it, numbers decide.
    """
    faults = []
    for side in ("region", "industry"):
        found, whole = _sums_among(counted, side, classification)
        if found:
            faults.append(_fault(side, found, whole))
    return faults


def _sums_among(
    counted: Counted, side: str, classification: str | None
) -> tuple[dict[str, list[str]], str | None]:
    """Return the sums of a side with their parts, and the one that holds all others."""
    codes = [c for c in counted.codes[side] if not is_total(c)]
    if len(codes) < 2:
        return {}, None
    tree = tree_named(classification) if side == "industry" else None
    found = _confirmed(counted, side, nearest_parents(codes, tree), tree)
    if not found and tree is not None:  # a group of its own, or another notation
        found = _confirmed(counted, side, nearest_parents(codes), None)
    if not found and tree is None and side == "industry":
        found = _guessed(counted, codes)
    whole = None if found else all_by_sum(counted, side)
    if whole is not None:
        found = {whole: [code for code in codes if code != whole]}
    return found, whole


def flow_faults(seller: pd.Series, buyer: pd.Series, values: Numbers) -> list[Fault]:
    """Return faults of flows in which totals stand among sellers or buyers.

    Parameters
    ----------
    seller, buyer : Series of str
        One a flow.
    values : array
        Flows.
    """
    codes, place = {}, {}
    for side, column in (("region", seller), ("industry", buyer)):
        place[side], known = pd.factorize(column, use_na_sentinel=True)
        codes[side] = [str(code) for code in known]
    counted = Counted(codes, place, values, np.zeros(len(values), dtype=np.intp))
    faults = []
    mend = "leave totals out: every flow would be counted twice"
    for side, end in (("region", "seller"), ("industry", "buyer")):
        says = [code for code in codes[side] if is_total(code)]
        if says:
            rows = ((code, "total") for code in says)
            faults.append(Fault.listing(f"a {end} is a total by its name", mend, rows))
            counted = counted.without(counted.total_rows(side))
    for side, end in (("region", "seller"), ("industry", "buyer")):
        found, _ = _sums_among(counted, side, None)
        if found:
            rows = ((a, f"holds {_few(parts)}") for a, parts in found.items())
            rule = f"a {end} is the sum of others"
            faults.append(Fault.listing(rule, mend, rows))
    return faults


def guessed_tree(codes: Sequence[str]) -> Classification | None:
    """Return the classification of sections (letters) among divisions, else None."""
    letters = [code for code in codes if len(code) == 1 and code.isalpha()]
    digits = [code for code in codes if code[:2].isdigit()]
    if not letters or not digits or len(letters) + len(digits) < 0.9 * len(codes):
        return None
    return tree_named(_GUESSED)


def _guessed(counted: Counted, codes: list[str]) -> dict[str, list[str]]:
    """Return sections beside divisions where no classification is named."""
    tree = guessed_tree(codes)
    if tree is None:
        return {}
    return _confirmed(counted, "industry", nearest_parents(codes, tree), None)


def _confirmed(
    counted: Counted,
    side: str,
    parents: Mapping[str, str],
    tree: Classification | None,
) -> dict[str, list[str]]:
    """Return the parents that are sums: their numbers say so, or do not deny it."""
    if not parents:
        return {}
    codes = list(counted.codes[side])
    number = {code: k for k, code in enumerate(codes)}
    parent = np.full(len(codes), -1)
    for child, above in parents.items():
        parent[number[child]] = number[above]
    wanted = np.unique(parent[parent >= 0])
    is_sum, refuted = _by_chunks(counted, side, parent, wanted)
    taken = is_sum if tree is None else ~refuted
    if 2 * taken.sum() <= refuted.sum():  # codes are written alike, and nest nothing
        return {}
    named = {codes[k] for k in wanted[taken]}
    found: dict[str, list[str]] = {}
    for child, above in parents.items():
        if above in named:
            found.setdefault(above, []).append(child)
    return {above: sorted(found[above]) for above in sorted(found)}


#: Cells of one step of adding up: bounds the memory of long tables.
_STEP = 20_000_000


def _by_chunks(
    counted: Counted, side: str, parent: Places, wanted: Places
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    _, n_keys = counted.keys("industry" if side == "region" else "region")
    step = max(1, _STEP // max(1, n_keys))
    verdicts = [
        _sums(counted, side, parent, wanted[i : i + step]).verdict()
        for i in range(0, len(wanted), step)
    ]
    sums, refuted = zip(*verdicts, strict=True)
    return np.concatenate(sums), np.concatenate(refuted)


def _fault(side: str, found: Mapping[str, Sequence[str]], whole: str | None) -> Fault:
    what = f"{side} holds sums beside their parts, which would be counted twice"
    if whole is not None:
        mend = (
            f'say that it is the total: total_codes={{"{side}": "{whole}"}}, or leave '
            "its rows out"
        )
        return Fault(
            f"{side} holds the sum of all others, which would be counted twice",
            mend,
            1,
            ((whole, f"sum of {_few(found[whole])}"),),
        )
    counts = _levels_mend(side, found)
    rows = [(above, f"contains {_few(parts)}") for above, parts in found.items()]
    return Fault.listing(what, counts, rows)


def _levels_mend(side: str, found: Mapping[str, Sequence[str]]) -> str:
    """Return how to say which level of a side is counted."""
    lengths = {len(plain_code(c)) for parts in found.values() for c in parts}
    given = (
        f'levels={{"{side}": {max(lengths)}}} (how many characters the counted codes '
        "have)"
    )
    if side == "industry":
        given += ", digits= or level="
    return (
        f"say which level is counted: {given}; the sums are then published totals. Or "
        "keep one level with filter="
    )


def sums_of_same_length(counted: Counted, side: str) -> dict[str, list[str]]:
    """Return codes filled with zeros that are the sums of others as long (01000)."""
    codes = [code for code in counted.codes[side] if not is_total(code)]
    parents = {
        child: above
        for child, above in _by_writing(codes).items()
        if len(child) == len(above) and above.endswith("00")
    }
    return _confirmed(counted, side, parents, None)


def _few(codes: Sequence[str]) -> str:
    return ", ".join(codes[:3]) + (", ..." if len(codes) > 3 else "")


def rows_of_total(
    frame: pd.DataFrame, side: str, names: Iterable[str], fits: Callable[[str], bool]
) -> NDArray[np.bool_]:
    """Return the rows without a code of which another column says that they are all."""
    empty = frame[side].isna().to_numpy()
    if not empty.any():
        return empty
    at = np.flatnonzero(empty)
    says = np.zeros(len(at), dtype=bool)
    for name in names:
        texts = frame[name].iloc[at]
        says |= np.array([isinstance(t, str) and fits(t.strip()) for t in texts])
    empty[at] = says
    return empty
