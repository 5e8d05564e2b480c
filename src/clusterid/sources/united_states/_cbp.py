"""United States: County Business Patterns by state and NAICS, withheld cells kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.classifications import read_classification
from clusterid.errors import Fault, OptionError, SourceError, TableError
from clusterid.sources._files import (
    Paths,
    file_list,
    numbers_of,
    of_years,
    one_file,
    read_raw,
    require_columns,
    whole_years_of,
)
from clusterid.sources._reader import SourcedEmployment, metadata_of
from clusterid.sources.united_states._cbp_flat import SECTORS, is_flat, read_flat
from clusterid.tables import (
    TOTAL,
    TOTALS_COLUMNS,
    Tree,
    flat_tree,
    read_employment,
    separated,
)

__all__ = ["FLAG_RANGES", "complete_codes", "naics_leaves", "naics_vintage", "read_cbp"]

#: Employment of a withheld cell by its flag, persons; None is no upper bound.
FLAG_RANGES: dict[str, tuple[float, float | None]] = {
    "A": (0, 19), "B": (20, 99), "C": (100, 249), "E": (250, 499), "F": (500, 999),
    "G": (1_000, 2_499), "H": (2_500, 4_999), "I": (5_000, 9_999),
    "J": (10_000, 24_999), "K": (25_000, 49_999), "L": (50_000, 99_999),
    "M": (100_000, None),
}  # fmt: skip
_SECTORS = SECTORS
_SPANNED = {"32": "31", "33": "31", "45": "44", "49": "48"}
_REST = " (not listed)"
#: From this year on, cells of fewer than three establishments have no row.
_FEW_ARE_LEFT_OUT = 2017


def naics_vintage(year: int) -> str:
    """Return the vintage of NAICS that County Business Patterns uses in a year.

    Examples
    --------
    >>> naics_vintage(2002), naics_vintage(2007), naics_vintage(2011)
    ('naics1997', 'naics2002', 'naics2007')
    """
    starts = {1998: "1997", 2003: "2002", 2008: "2007", 2012: "2012", 2017: "2017"}
    before = [start for start in starts if start <= year]
    if not before:
        raise OptionError(f"County Business Patterns of {year} are not in NAICS.")
    return f"naics{starts[max(before)]}"


def naics_leaves(codes: Sequence[str]) -> list[str]:
    """Return the codes that no longer code extends: the finest that are published.

    An only child is not published under its own code, so the finest codes have two to
    six digits.

    Examples
    --------
    >>> naics_leaves(["61", "611", "6111", "6112", "62"])
    ['6111', '6112', '62']
    """
    ordered = sorted(set(codes) - {TOTAL})
    extended = {code[:n] for code in ordered for n in range(2, len(code))}
    return [code for code in ordered if code not in extended]


def complete_codes(leaves: Sequence[str]) -> dict[str, str]:
    """Return the six-digit code of each leaf, where there is exactly one.

    A code without published parts has one six-digit industry below it. Five digits
    are completed by a zero, as NAICS does; shorter codes by the industry that is alone
    below them in NAICS 2012 or 2017; four digits that these no longer have by ``10``,
    the number of an only child. What cannot be completed stays as it is (``99``,
    unclassified).

    Examples
    --------
    >>> complete_codes(["6111", "11331", "2379", "7221", "99"]).values()
    dict_values(['611110', '113310', '237990', '722110', '99'])
    """
    lists = [
        [str(code) for code in read_classification(name).at_level("industry")]
        for name in ("naics2012", "naics2017")
    ]
    result = {}
    for leaf in leaves:
        found = [[code for code in known if code.startswith(leaf)] for known in lists]
        full = leaf
        if len(leaf) == 5:
            full = leaf + "0"
        elif len(leaf) == 4 and not any(found):
            full = leaf + "10"
        elif len(leaf) < 5:
            full = next((below[0] for below in found if len(below) == 1), leaf)
        result[leaf] = full
    return result


def read_cbp(
    paths: Paths,
    *,
    years: Sequence[int] | None = None,
    complete: bool = True,
    labels: str | Path | None = None,
    year: int | None = None,
    digits: int | None = None,
) -> SourcedEmployment:
    """Read jobs and establishments by place and NAICS leaf, bounds where withheld.

    Parameters
    ----------
    paths : path
        The file of counties, states or areas as the Census Bureau hands it out
        (``fipstate``, ``fipscty``, ``naics``, ``emp``, ``est``); or one with ``year``,
        ``state_fips``, ``naics``, ``establishments``, ``emp``, ``empflag``.
    years : sequence of int, optional
        Years to keep; the newest by default, since each vintage of NAICS has its own
        leaves.
    complete : bool
        Write an only child, which is published under its parent's shorter code
        (``6111``), with its own six digits (``611110``).
    labels : path, optional
        Names by code (``naics``, ``description``); those of NAICS 2012 without it.
    year : int, optional
        Of a file whose name and columns do not say it.
    digits : int, optional
        Of a file as handed out: digits of the industries that are counted; the most
        there are by default. All other levels are published totals.

    Returns
    -------
    SourcedEmployment
        51 states x the leaves of the NAICS tree (1,078 in 2008 to 2011).
        ``establishments`` are always published. A withheld cell has the range of its
        flag in ``lower`` and ``upper``. Totals: every shorter code and ``"TOTAL"`` by
        state, with their own range where they are withheld themselves. A state and
        industry without a row has no establishment: 0. From 2017 on, and in files as
        handed out, it has too few to be published: it is missing, and 0 only where the
        sum above it leaves nothing.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks columns or years.
    TableError
        With every fault of the table.

    Notes
    -----
    From 2007 on, published counts carry noise of up to 5 per cent by design; it is the
    same in parts and sums, so that they add up. Where the parts of a code have fewer
    establishments than the code, a part is not in the file: the hierarchy then names
    it ``"... (not listed)"``, so that the parts bound the sum from below only.
    """
    file = one_file(paths)
    raw = read_raw(file)
    if is_flat(list(raw.columns)):
        return read_flat(
            raw,
            file,
            year=year,
            years=years,
            digits=digits,
            ranges=FLAG_RANGES,
            vintage_of=naics_vintage,
        )
    columns = ["year", "state_fips", "naics", "establishments", "emp", "empflag"]
    require_columns(raw, columns, file)
    if not len(raw):
        raise SourceError(f"{file}: the file has no rows; fetch it again.")
    raw = raw.assign(year=whole_years_of(raw, file))
    newest = [int(raw["year"].max())]
    wanted = newest if years is None or not len(years) else years
    cells = _cells(of_years(raw, wanted, f"{file}:"), file)
    tables, totals, notes = [], [], []
    parents: dict[str, str] = {}
    names: dict[str, str] = {}
    for of_year, mine in cells.groupby("year"):
        codes = sorted(set(mine["industry"]))
        leaves = naics_leaves(codes)
        full = complete_codes(leaves) if complete else {c: c for c in leaves}
        tree = _tree(codes)
        short = _incomplete(mine, tree)
        renamed = {**_SECTORS, **full}
        for child, parent in tree.items():
            parents[renamed.get(child, child)] = renamed.get(parent, parent)
        for parent in short:
            parents[parent + _REST] = renamed.get(parent, parent)
        names.update({full[leaf]: leaf for leaf in leaves})
        is_leaf = mine["industry"].isin(leaves)
        if int(str(of_year)) >= _FEW_ARE_LEFT_OUT:
            mine = _with_missing(mine, leaves)
            is_leaf = mine["industry"].isin(leaves)
        tables.append(mine[is_leaf].assign(industry=mine["industry"].map(full)))
        totals.append(
            mine[~is_leaf].assign(industry=mine["industry"].replace(_SECTORS))
        )
        reached = mine.loc[is_leaf, "establishments"].sum()
        whole = mine.loc[mine["industry"].eq(TOTAL), "establishments"].sum()
        notes.append(
            f"{of_year}: {len(leaves)} leaves hold {reached:,.0f} of {whole:,.0f} "
            f"establishments; {len(short)} codes have a part that is not in the file."
        )
    table = read_employment(pd.concat(tables, ignore_index=True))
    margins = pd.concat(totals, ignore_index=True).rename(
        columns={"employment": "value"}
    )
    vintages = {int(y): naics_vintage(int(y)) for y in table["year"].unique()}
    hierarchy = pd.Series(parents, name="parent").rename_axis("child").sort_index()
    return SourcedEmployment(
        table=table,
        totals=margins[list(TOTALS_COLUMNS)].sort_values(
            ["year", "region", "industry"], ignore_index=True
        ),
        hierarchies={"industry": hierarchy},
        metadata=metadata_of(
            "cbp",
            classification=vintages[max(vintages)],
            labels=_labels(names, labels),
        ),
        vintages=vintages,
        notes=tuple(notes),
    )


def _with_missing(cells: pd.DataFrame, leaves: Sequence[str]) -> pd.DataFrame:
    """Add the cells without a row: missing, or 0 where the sum above leaves nothing."""
    known = [code for code in cells["industry"].unique() if code != TOTAL]
    parents = {code: parent for code, parent in _tree(known).items() if code in known}
    tree = Tree(tuple(sorted(leaves)), parents)
    places = cells["region"].unique()
    year = int(cells["year"].iloc[0])
    part = separated(cells, flat_tree(places), tree, year=year, rounding=0.0)
    own = pd.MultiIndex.from_frame(cells[["region", "industry"]])
    keys = pd.MultiIndex.from_frame(part.cells[["region", "industry"]])
    return pd.concat([cells, part.cells[~keys.isin(own)]], ignore_index=True)


def _cells(raw: pd.DataFrame, file: Path) -> pd.DataFrame:
    flag = raw["empflag"].astype(object)
    flag = flag.where(flag.notna(), "").astype(str)
    unknown = sorted(set(flag) - {"", *FLAG_RANGES})
    if unknown:
        fault = Fault(
            f"size flags are not known: {', '.join(unknown)}",
            f"known are {', '.join(FLAG_RANGES)}",
            int(flag.isin(unknown).sum()),
        )
        raise TableError("County Business Patterns", [fault])
    employment = pd.Series(numbers_of(raw, "emp", file), raw.index)
    employment = employment.where(flag.eq(""))
    low = {f: r[0] for f, r in FLAG_RANGES.items()}
    high = {f: np.nan if r[1] is None else r[1] for f, r in FLAG_RANGES.items()}
    return pd.DataFrame({
        "year": raw["year"],
        "region": raw["state_fips"].astype(object).astype(str),
        "industry": raw["naics"].astype(object).astype(str),
        "employment": employment,
        "establishments": numbers_of(raw, "establishments", file),
        "lower": employment.where(flag.eq(""), flag.map(low).astype(float)),
        "upper": employment.where(flag.eq(""), flag.map(high).astype(float)),
        "flag": flag.where(flag.ne(""), None),
    })


def _tree(codes: Sequence[str]) -> dict[str, str]:
    """Parent of every code: the longest code it begins with, or its sector."""
    known = set(codes)
    tree = {}
    for code in codes:
        if code == TOTAL:
            continue
        shorter = [code[:n] for n in range(len(code) - 1, 1, -1) if code[:n] in known]
        sector = _SPANNED.get(code[:2], "")
        if not shorter and sector in known and code != sector:
            shorter = [sector]
        tree[code] = shorter[0] if shorter else TOTAL
    return tree


def _incomplete(cells: pd.DataFrame, tree: dict[str, str]) -> list[str]:
    """Codes whose parts hold fewer establishments than they do, in some state."""
    own = cells.set_index(["region", "industry"])["establishments"]
    parent = cells["industry"].map(tree)
    parts = cells["establishments"].groupby([cells["region"], parent]).sum()
    parts.index.names = ["region", "industry"]
    rest = (own.reindex(parts.index) - parts).fillna(0.0)
    wrong = rest[rest.lt(0)]
    if len(wrong):
        labels = [" / ".join(pair) for pair in wrong.index]
        fault = Fault.listing(
            "parts have more establishments than their sum",
            "fetch the file again",
            zip(labels, wrong.to_numpy(dtype=float), strict=True),
        )
        raise TableError("County Business Patterns", [fault])
    return sorted({str(k[1]) for k in rest[rest.gt(0)].index})


def _labels(names: dict[str, str], path: str | Path | None) -> dict[str, str]:
    known = read_classification("naics2012").labels("en")
    labels = {code: str(known.get(code, "")) for code in names}
    if path is not None:
        raw = read_raw(file_list(path)[0])
        require_columns(raw, ["naics", "description"], Path(path))
        text = raw["description"].str.replace(r"\s*\([\d, ]+\)\s*$", "", regex=True)
        given = dict(zip(raw["naics"], text, strict=True))
        for code, leaf in names.items():
            labels[code] = given.get(code) or given.get(leaf) or labels[code]
    labels.update({"99": labels.get("99") or "Unclassified establishments"})
    return {code: name or code for code, name in labels.items() if code in names}
