"""Published totals set apart from the cells they stand among, and kept beside them."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import (
    DataWarning,
    Fault,
    OptionError,
    TableError,
    check_option,
)
from clusterid.tables._levels import (
    TOTALS_COLUMNS,
    Tree,
    code_tree,
    flat_tree,
    separated,
)
from clusterid.tables._nesting import (
    TOTAL,
    Counted,
    guessed_tree,
    is_total,
    nearest_parents,
    nested_faults,
    plain_code,
    rounding_slack,
    sums_of_same_length,
    tree_named,
)

if TYPE_CHECKING:
    from clusterid.classifications import Classification

__all__ = ["Beside", "Wanted", "beside", "set_apart"]

#: Where a table of cells keeps what was published beside them (text, so that copying
#: the table costs nothing and it can be written to Parquet).
_KEPT = "published"
_SIDES = ("region", "industry")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which level of codes is counted, and what stands for all.

    Parameters
    ----------
    levels : mapping of side to int
        How many characters the counted codes have.
    digits : int, optional
        How many digits the counted industries have.
    level : str or int, optional
        Level of the classification that is counted; a number is that of digits.
    classification : str, optional
        Of the industries.
    total_codes : mapping of side to code
        The code that stands for all.
    outside : sequence of str
        Regions that are no place.
    rounding : float, optional
        How far published values may be from the truth, persons.
    """

    levels: Mapping[str, int] = field(default_factory=dict)
    digits: int | None = None
    level: str | int | None = None
    classification: str | None = None
    total_codes: Mapping[str, str] = field(default_factory=dict)
    outside: Sequence[str] = ()
    rounding: float | None = None

    def __post_init__(self) -> None:
        for given in (self.levels, self.total_codes):
            for side in given:
                check_option("side", side, _SIDES)
        several = [w for w in (self.digits, self.level) if w is not None]
        if len(several) + ("industry" in self.levels) > 1:
            raise OptionError(
                "level=, digits= and levels={'industry': ...} say the same; give one."
            )

    @property
    def asks(self) -> bool:
        """Whether a level is named."""
        return bool(self.levels) or self.digits is not None or self.level is not None

    def tree(self, side: str, codes: Sequence[str]) -> Tree:
        """Return the tree of the codes of a side at the level that is wanted."""
        if side == "industry" and side in self.levels and guessed_tree(codes):
            return _digit_tree(codes, self.levels[side], self.classification)
        if side in self.levels:
            return code_tree(codes, self.levels[side], left_out=self.outside)
        if side == "region" or (self.digits is None and self.level is None):
            return flat_tree(codes, left_out=self.outside)
        if isinstance(self.level, str) and not self.level.isdigit():
            return self._named_tree(codes, self.level)
        digits = int(self.digits if self.digits is not None else self.level or 0)
        return _digit_tree(codes, digits, self.classification)

    def _named_tree(self, codes: Sequence[str], level: str) -> Tree:
        tree = tree_named(self.classification)
        if tree is None:
            raise OptionError(
                f"level={level!r} is a level of a classification; name it with "
                "classification=, or say how many digits the codes have (digits=4)."
            )
        check_option("level", level, tree.levels)
        at = {c: tree.notation(plain_code(c)) for c in codes}
        levels = tree.codes["level"]
        counted = [c for c, known in at.items() if known and levels[known] == level]
        if not counted:
            have = sorted({str(levels[k]) for k in at.values() if k})
            raise TableError(
                "levels",
                [
                    Fault(
                        f"no code is a {level} of {self.classification}",
                        f"the table holds {', '.join(have) or 'none of its codes'}",
                    )
                ],
            )
        parents = _parents(codes, tree)
        finer = {
            c for c, k in at.items() if k and tree.levels.index(str(levels[k]))
            > tree.levels.index(level)
        }  # fmt: skip
        return _cut(codes, parents, set(counted), finer)


def _digit_tree(codes: Sequence[str], digits: int, classification: str | None) -> Tree:
    """Return the tree in which codes of so many digits are counted."""

    def count(code: str) -> int:
        return sum(sign.isdigit() for sign in plain_code(code))

    simple = [code for code in codes if "-" not in plain_code(code)]
    counted = {code for code in simple if count(code) == digits}
    if not counted:
        have = ", ".join(map(str, sorted({count(c) for c in simple} - {0})))
        fault = Fault(f"no code has {digits} digits", f"there are codes of {have}")
        raise TableError("levels", [fault])
    finer = {code for code in simple if count(code) > digits}
    parents = _parents(codes, tree_named(classification))
    return _cut(codes, parents, counted, finer)


def _parents(
    codes: Sequence[str], classification: Classification | None
) -> dict[str, str]:
    """Return what each code lies in: by the classification, else by its writing."""
    written = nearest_parents(list(codes))
    if classification is None:
        classification = guessed_tree(codes)
    if classification is None:
        return written
    return {**written, **nearest_parents(list(codes), classification)}


def _cut(
    codes: Sequence[str], parents: Mapping[str, str], counted: set[str], finer: set[str]
) -> Tree:
    """Return the tree of the counted codes and all above them.

    A coarser code that holds no counted one is counted, too: nothing finer of it is
    published. A finer one is left out where its sum is counted.
    """
    used: set[str] = set()
    for code in counted:
        at = parents.get(code)
        while at is not None:
            used.add(at)
            at = parents.get(at)
    counted = counted - used  # an only child under the same number of digits
    alone = {c for c in codes if c not in counted | used | finer}
    alone -= {c for c in alone if _above(c, parents) & (counted | alone)}
    orphans = [c for c in sorted(finer) if not _above(c, parents) & (counted | alone)]
    orphans = [c for c in orphans if _above(c, parents) & used or not parents.get(c)]
    if orphans:
        fault = Fault.listing(
            "codes below the level have no sum at the level in the table",
            "choose a finer level, or leave their rows out",
            ((code, "no sum") for code in orphans),
        )
        raise TableError("levels", [fault])
    leaves = sorted(counted | alone)
    tree = {}
    for code in [*leaves, *sorted(used)]:
        tree[code] = parents.get(code, TOTAL)
    return Tree(tuple(leaves), dict(sorted(tree.items())))


def _above(code: str, parents: Mapping[str, str]) -> set[str]:
    found, at = set(), parents.get(code)
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found


@dataclass(frozen=True, slots=True)
class Beside:
    """What was published beside the cells of a table."""

    totals: pd.DataFrame
    hierarchies: Mapping[str, pd.Series] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def kept_with(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the table with this kept in its attributes."""
        if not len(self.totals) and not self.hierarchies:
            return table
        totals = self.totals.astype(object).where(self.totals.notna(), None)
        table.attrs[_KEPT] = json.dumps({
            "totals": {str(c): totals[c].tolist() for c in totals.columns},
            "hierarchies": {
                side: [list(map(str, s.index)), list(map(str, s))]
                for side, s in self.hierarchies.items()
            },
            "notes": list(self.notes),
        })
        return table


def beside(table: pd.DataFrame) -> Beside:
    """Return what is kept with a table; an empty one where there is nothing."""
    text = getattr(table, "attrs", {}).get(_KEPT)
    if not isinstance(text, str):
        return Beside(pd.DataFrame(columns=list(TOTALS_COLUMNS)))
    kept = json.loads(text)
    totals = pd.DataFrame(kept["totals"])
    for column in ("value", "lower", "upper"):
        totals[column] = totals[column].astype(float)
    hierarchies = {
        side: pd.Series(parents, index=children, name="parent", dtype=object)
        for side, (children, parents) in kept["hierarchies"].items()
    }
    return Beside(totals, hierarchies, tuple(kept["notes"]))


def set_apart(
    table: pd.DataFrame,
    wanted: Wanted,
    name: str = "employment",
    *,
    counted: Counted | None = None,
) -> tuple[pd.DataFrame, Beside]:
    """Return cells alone, and the published totals that stood among them.

    Parameters
    ----------
    table : DataFrame
        ``region``, ``industry``, ``employment``, optionally ``year``.
    wanted : Wanted
        Which level is counted, which codes stand for all.
    name : str
        What the table is called in messages.
    counted : Counted, optional
        The same rows as numbers, where they are at hand.

    Raises
    ------
    TableError
        If sums stand among their parts and no level is named.
    """
    counted = Counted.of(table) if counted is None else counted
    table, counted = _with_total_codes(table, counted, wanted)
    notes: list[str] = []
    rows = {side: counted.total_rows(side) for side in _SIDES}
    is_sum = rows["region"] | rows["industry"]
    if wanted.asks:
        return _at_level(table, wanted, rows, counted)
    inside = counted.without(is_sum) if is_sum.any() else counted
    faults = nested_faults(inside, classification=wanted.classification)
    if faults:
        raise TableError(name, faults)
    if not is_sum.any():
        return table, Beside(pd.DataFrame(columns=list(TOTALS_COLUMNS)))
    if not len(inside.values):
        raise TableError(name, [_only_totals()])
    faults = [f for side in _SIDES for f in _too_small(table, rows, side)]
    if faults:
        raise TableError(name, faults)
    totals = _totals(table, rows, notes)
    said = sorted({code for side in _SIDES for code in counted.codes[side]
                   if is_total(code)} - {TOTAL})  # fmt: skip
    if said:
        shown = ", ".join(map(repr, said[:3]))
        text = (
            f"{name}: {int(is_sum.sum()):,} rows of {shown} are totals by their name; "
            "they are kept as published totals and counted nowhere. total_codes= says "
            "so without this warning."
        )
        warnings.warn(text, DataWarning, stacklevel=4)
    cells = table[~is_sum].reset_index(drop=True)
    return cells, Beside(totals, {}, tuple(notes))


def _too_small(
    table: pd.DataFrame, rows: Mapping[str, NDArray[np.bool_]], side: str
) -> list[Fault]:
    """Return the fault of a total by name that is less than the cells beside it.

    Such a row is the sum of some of them ("manufacturing, total"), or no total at all.
    """
    other = "industry" if side == "region" else "region"
    keys = [key for key in ("year", other) if key in table.columns]
    named = table[rows[side] & ~rows[other]]
    named = named[named[side].astype(str).ne(TOTAL)]
    if not len(named):
        return []
    code = _largest(named, side)
    mine = named[named[side].astype(str).eq(code)]
    cells = table[~rows["region"] & ~rows["industry"]]
    summed = cells.groupby(keys, observed=True)["employment"].sum(min_count=1)
    beside_it = mine[keys].merge(
        summed.rename("parts").reset_index(), on=keys, how="left"
    )
    known = beside_it["parts"].to_numpy(dtype=float)
    own = mine["employment"].to_numpy(dtype=float)
    below = own < known - rounding_slack(known)
    tested = np.isfinite(own) & np.isfinite(known)
    if not below.any() or 2 * below.sum() < tested.sum():
        return []
    first = int(np.argmax(below))
    return [
        Fault(
            f"{side} {code!r} is called a total and is less than the cells beside it",
            "it is the sum of some of them, or no total: leave its rows out (exclude, "
            "filter=), or give it a name without the word",
            int(below.sum()),
            ((code, f"{own[first]:,.0f} of {known[first]:,.0f}"),),
        )
    ]


def _largest(rows: pd.DataFrame, side: str) -> str:
    """Return the code of a side whose rows hold most."""
    value = rows["employment"].astype(float)
    return str(value.groupby(rows[side].astype(str)).sum().idxmax())


def _only_totals() -> Fault:
    return Fault(
        "every row is a total", "check which columns are named as region and industry"
    )


def _with_total_codes(
    table: pd.DataFrame, counted: Counted, wanted: Wanted
) -> tuple[pd.DataFrame, Counted]:
    """Return the table in which the codes that stand for all are ``TOTAL``."""
    codes = dict(counted.codes)
    for side, code in wanted.total_codes.items():
        if code not in codes[side]:
            known = ", ".join(sorted(codes[side])[:5])
            fault = Fault(
                f"total_codes names {code!r}, which no {side} of the table has",
                f"codes are {known}, ...",
            )
            raise TableError("total_codes", [fault])
        table = table.assign(**{side: table[side].where(table[side].ne(code), TOTAL)})
        codes[side] = [TOTAL if c == code else c for c in codes[side]]
    counted = Counted(codes, counted.place, counted.values, counted.period)
    return table, counted


def _totals(
    table: pd.DataFrame, rows: Mapping[str, NDArray[np.bool_]], notes: list[str]
) -> pd.DataFrame:
    """Return the rows of totals as a table of totals; one code a side is ``TOTAL``."""
    chosen = table[rows["region"] | rows["industry"]].copy()
    for side in _SIDES:
        said = chosen[side][rows[side][rows["region"] | rows["industry"]]]
        if not len(said):
            continue
        largest = _largest(chosen.loc[said.index], side)
        others = sorted(set(said.astype(str)) - {largest})
        if others:
            notes.append(
                f"{side}: {', '.join(others)} say that they are totals beside "
                f"{largest}; they are left out."
            )
            chosen = chosen[~chosen[side].astype(str).isin(others)]
        chosen[side] = chosen[side].where(chosen[side].astype(str).ne(largest), TOTAL)
    totals = pd.DataFrame({
        "year": chosen["year"] if "year" in chosen.columns else 0,
        "region": chosen["region"],
        "industry": chosen["industry"],
        "value": chosen["employment"].astype(float),
    })
    for edge in ("lower", "upper"):
        known = chosen[edge] if edge in chosen.columns else totals["value"]
        totals[edge] = known.astype(float)
    keep = totals["value"].notna() | totals["upper"].notna()
    return totals[keep].sort_values(["year", "region", "industry"], ignore_index=True)


def _at_level(
    table: pd.DataFrame,
    wanted: Wanted,
    rows: Mapping[str, NDArray[np.bool_]],
    counted: Counted,
) -> tuple[pd.DataFrame, Beside]:
    """Return cells, totals and hierarchies of a table with several levels."""
    table = table.copy()
    filled = {side: sums_of_same_length(counted, side) for side in _SIDES}
    for side in _SIDES:
        table[side] = table[side].mask(rows[side], TOTAL)
    has_year = "year" in table.columns
    years = sorted({int(y) for y in table["year"]}) if has_year else [0]
    parts, notes = [], []
    for year in years:
        mine = table[table["year"].eq(year)] if has_year else table
        trees = {
            side: _with_sums(wanted, side, _codes(mine[side]), filled[side])
            for side in _SIDES
        }
        part = separated(
            mine,
            trees["region"],
            trees["industry"],
            year=year,
            rounding=wanted.rounding,
        )
        parts.append(part)
        notes.append(
            f"{year or 'counts'}: {len(part.totals):,} published sums stand apart from "
            f"{len(part.cells):,} cells; {part.absent:,} cells have no row and are "
            f"missing, {part.settled:,} of them are 0 by their sum."
        )
        if part.assumed:
            notes.append(
                f"{year or 'counts'}: no published sum bounds {part.assumed:,} "
                "withheld cells; each is taken to be no larger than the largest "
                "published one of its industry (an assumption)."
            )
    cells = pd.concat([part.cells for part in parts], ignore_index=True)
    totals = pd.concat([part.totals for part in parts], ignore_index=True)
    rests = [part.hierarchies for part in parts]
    hierarchies = {
        side: pd
        .concat([one[side] for one in rests])
        .pipe(lambda s: s[~s.index.duplicated()])
        .sort_index()
        for side in _SIDES
    }
    if not has_year:
        cells = cells.drop(columns="year")
    return cells, Beside(totals, hierarchies, tuple(notes))


def _with_sums(
    wanted: Wanted, side: str, codes: Sequence[str], filled: Mapping[str, Sequence[str]]
) -> Tree:
    """Return the tree of a side, in which codes filled with zeros are sums."""
    tree = wanted.tree(side, [code for code in codes if code not in filled])
    parents = dict(tree.parents)
    for above, parts in filled.items():
        inside = [part for part in parts if part in parents]
        if above in codes and inside:
            parents[above] = parents[inside[0]]
            parents.update(dict.fromkeys(inside, above))
    return Tree(tree.leaves, dict(sorted(parents.items())))


def _codes(column: pd.Series) -> list[str]:
    return [str(code) for code in column.unique() if code != TOTAL]
