"""County Business Patterns as the Census Bureau hands them out: every level, padded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.errors import Fault, SourceError, TableError
from clusterid.sources._files import numbers_of, of_years
from clusterid.sources._reader import SourcedEmployment, metadata_of, names_of
from clusterid.tables import TOTAL, code_tree, flat_tree, separated

__all__ = ["SECTORS", "is_flat", "read_flat"]

#: Sectors that span several two-digit codes stand under the first of them.
SECTORS = {"31": "31-33", "44": "44-45", "48": "48-49"}
#: Noise flags that withhold: disclosure, quality. Their numbers are written as 0.
_WITHHELD = frozenset({"D", "S"})
#: Legal forms together; the rows of single forms are parts of it.
_ALL_FORMS = "-"
#: County number of jobs that lie in no county of their state.
_STATEWIDE = "999"
_YEAR = re.compile(r"cbp(\d{2})", re.IGNORECASE)


def is_flat(columns: Sequence[str]) -> bool:
    """Return whether a file has the layout of the Census Bureau."""
    have = {str(c).lower() for c in columns}
    return {"naics", "emp", "est"} <= have and bool(have & {"fipstate", "msa"})


def read_flat(
    raw: pd.DataFrame,
    file: Path,
    *,
    year: int | None = None,
    years: Sequence[int] | None = None,
    digits: int | None = None,
    ranges: dict[str, tuple[float, float | None]],
    vintage_of: object = None,
) -> SourcedEmployment:
    """Return counties, states or areas x industries of the file as handed out.

    Parameters
    ----------
    raw : DataFrame
        All values text.
    file : Path
        Its name says the year (``cbp19co.txt``) where no column does.
    year, years : optional
        Year of the file; years to keep.
    digits : int, optional
        Digits of the industries that are counted; the most there are by default.
    ranges : mapping
        Persons by size flag, of files up to 2016.
    vintage_of : callable
        Vintage of NAICS by year.
    """
    raw = raw.rename(columns=lambda name: str(name).lower().strip())
    if "lfo" in raw.columns:
        raw = raw[raw["lfo"].eq(_ALL_FORMS)]
    if not len(raw):
        raise SourceError(f"{file}: the file has no rows; fetch it again.")
    table = pd.DataFrame({
        "year": _years(raw, file, year),
        "region": _regions(raw),
        "industry": raw["naics"].astype(str).str.strip().map(_plain),
        "establishments": numbers_of(raw, "est", file),
    })
    table = table.join(_jobs(raw, file, ranges))
    table = of_years(table, years, f"{file}:")
    twice = table.duplicated(["year", "region", "industry"], keep=False).to_numpy()
    if twice.any():
        rows = [(int(i) + 1, raw["naics"].iloc[i]) for i in np.flatnonzero(twice)[:5]]
        fault = Fault.listing(
            "a place and industry stand twice", "fetch it again", rows
        )
        raise TableError(f"County Business Patterns ({file.name})", [fault])
    parts, notes = [], []
    for one, mine in table.groupby("year"):
        known = [c for c in mine["industry"].unique() if c != TOTAL]
        counted = digits or max(len(c) for c in known if "-" not in c)
        outside = [c for c in mine["region"].unique() if c.endswith(_STATEWIDE)]
        part = separated(
            mine,
            flat_tree(mine["region"].unique(), left_out=outside),
            code_tree(known, counted),
            year=int(str(one)),
            rounding=0.0,
        )
        parts.append(part)
        notes.append(
            f"{one}: {part.absent:,} of {len(part.cells):,} cells have no row; the "
            f"sums above leave nothing for {part.settled:,} of them, which are 0; the "
            "others hold too few establishments to be published and are missing."
        )
    cells = pd.concat([part.cells for part in parts], ignore_index=True)
    hierarchy = pd.concat([part.hierarchies["industry"] for part in parts])
    vintages = {int(y): str(vintage_of(int(y))) for y in cells["year"].unique()}  # type: ignore[operator]
    newest = vintages[max(vintages)]
    tree = newest if newest in {"naics2012", "naics2017", "naics2022"} else "naics2012"
    return SourcedEmployment(
        table=cells,
        totals=pd.concat([part.totals for part in parts], ignore_index=True),
        hierarchies={
            "industry": hierarchy[~hierarchy.index.duplicated()].sort_index(),
        },
        metadata=metadata_of(
            "cbp",
            classification=newest,
            labels=names_of(tree, cells["industry"].drop_duplicates()),
        ),
        vintages=vintages,
        notes=tuple(notes),
    )


def _years(raw: pd.DataFrame, file: Path, year: int | None) -> object:
    if "year" in raw.columns:
        return numbers_of(raw, "year", file).astype(np.int64)
    if year is not None:
        return int(year)
    found = _YEAR.search(file.name)
    if found is None:
        raise SourceError(
            f"{file}: neither a column nor the name (cbp19co.txt) says the year; give "
            "it as option year."
        )
    short = int(found[1])
    return 1900 + short if short > 80 else 2000 + short


def _regions(raw: pd.DataFrame) -> pd.Series:
    """Return the code of the place: county, state, or area."""
    if "msa" in raw.columns:
        return raw["msa"].astype(str).str.strip()
    state = raw["fipstate"].astype(str).str.strip().str.zfill(2)
    if "fipscty" not in raw.columns:
        return state
    return state + raw["fipscty"].astype(str).str.strip().str.zfill(3)


def _plain(code: str) -> str:
    """Return a code without what fills it up; all industries are ``TOTAL``."""
    plain = code.rstrip("-/")
    return SECTORS.get(plain, plain) or TOTAL


def _jobs(
    raw: pd.DataFrame, file: Path, ranges: dict[str, tuple[float, float | None]]
) -> pd.DataFrame:
    """Return jobs with bounds; the 0 beside a flag that withholds is no number."""
    jobs = numbers_of(raw, "emp", file)
    hidden = np.zeros(len(raw), dtype=bool)
    lower, upper = np.full(len(raw), np.nan), np.full(len(raw), np.nan)
    if "emp_nf" in raw.columns:
        hidden |= raw["emp_nf"].astype(str).str.strip().isin(_WITHHELD).to_numpy()
    if "empflag" in raw.columns:
        flag = raw["empflag"].fillna("").astype(str).str.strip()
        unknown = sorted(set(flag) - {"", *ranges, *_WITHHELD})
        if unknown:
            rule = f"size flags are not known: {', '.join(unknown)}"
            fault = Fault(rule, f"known are {', '.join(ranges)}")
            raise TableError(f"County Business Patterns ({file.name})", [fault])
        hidden |= flag.ne("").to_numpy()
        lower = flag.map({f: edge[0] for f, edge in ranges.items()}).to_numpy(float)
        edges = {f: np.nan if e[1] is None else e[1] for f, e in ranges.items()}
        upper = flag.map(edges).to_numpy(float)
    return pd.DataFrame(
        {
            "employment": np.where(hidden, np.nan, jobs),
            "lower": np.where(hidden, lower, jobs),
            "upper": np.where(hidden, upper, jobs),
        },
        index=raw.index,
    )
