"""Eurostat by region, as downloaded: TSV or SDMX-CSV, every level in one column."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.errors import OptionError, SourceError, nearest
from clusterid.sources._files import Paths, of_years, one_file
from clusterid.sources._reader import SourcedEmployment, metadata_of, names_of
from clusterid.tables import Wanted, read_table, set_apart
from clusterid.tables.parsing import Numerals, column_numbers

__all__ = ["read_eurostat"]

#: What a dimension is called; the region and the industry of a table.
_REGION, _INDUSTRY = ("geo",), ("nace_r2", "nace_r1", "nace")
#: Indicators: persons employed, local units or enterprises; the first that is there.
_JOBS = ("V16110", "EMP_NR", "EMP_LOC_NR", "EMP", "PERS", "SAL_NR", "V16130")
_PLANTS = ("V11210", "LU_NR", "LOC_UNIT_NR", "V11110", "ENT_NR")
_BESIDE = frozenset({
    "dataflow", "last update", "obs_flag", "conf_status", "structure", "structure_id",
    "structure_name", "freq", "observation value", "time",
})  # fmt: skip
#: A cell: a number, or a colon for none, with flags behind it.
_CELL = re.compile(
    r"^\s*(?P<number>:|[-+]?[\d.]+(?:[eE][-+]?\d+)?)?\s*(?P<flag>[bcdefimnprsuz]*)\s*$"
)


def read_eurostat(
    paths: Paths,
    *,
    employment: str | None = None,
    establishments: str | None = None,
    levels: Mapping[str, int] | None = None,
    years: Sequence[int] | None = None,
    filter: Mapping[str, str] | None = None,
    rounding: float | None = None,
) -> SourcedEmployment:
    r"""Read jobs, and local units where they are there, by NUTS region and industry.

    Parameters
    ----------
    paths : path
        The TSV (first column ``freq,nace_r2,indic_sb,geo\TIME_PERIOD``) or the
        SDMX-CSV (``nace_r2``, ``geo``, ``TIME_PERIOD``, ``OBS_VALUE``, ``OBS_FLAG``).
    employment, establishments : str, optional
        Codes of the indicators that count jobs and local units (``"V16110"``,
        ``"V11210"``); known ones are found.
    levels : mapping, optional
        How many characters the counted codes have: ``{"region": 4, "industry": 3}``
        is NUTS 2 and divisions. The finest there are by default; all coarser ones are
        published totals.
    years : sequence of int, optional
        Years to keep; all by default.
    filter : mapping, optional
        One value for each further dimension (``{"unit": "NR"}``).
    rounding : float, optional
        See :func:`clusterid.read_employment`.

    Returns
    -------
    SourcedEmployment
        ``: c`` is withheld (NaN); other flags change no number. Regions whose code is
        a country and ``Z`` (not regionalised) are no places.

    Raises
    ------
    SourceError
        If the file is not laid out so, or a further dimension has several values.
    """
    file = one_file(paths)
    table = _long(read_table(file, name="Eurostat"), file)
    region = _named(table, _REGION, file)
    industry = _named(table, _INDUSTRY, file)
    measure, jobs, plants = _indicators(table, employment, establishments, file)
    table = _filtered(table, dict(filter or {}), {region, industry, measure}, file)
    keys = {"region": table[region], "industry": table[industry], "year": table["year"]}
    wide = pd.DataFrame({
        **keys,
        "what": table[measure] if measure else jobs,
        "value": table["value"],
    })
    wide = of_years(wide, years, f"{file}:")
    cells = _columns(wide, {"employment": jobs, "establishments": plants}, file)
    outside = sorted({c for c in cells["region"] if re.fullmatch(r"[A-Z]{2}Z+", c)})
    most = {
        "region": max(len(c) for c in cells["region"] if c not in outside),
        "industry": max(len(c) for c in cells["industry"] if c.isalnum()),
    }
    wanted = Wanted(levels={**most, **(levels or {})}, outside=outside,
                    rounding=rounding)  # fmt: skip
    cells, found = set_apart(cells, wanted, f"Eurostat ({file.name})")
    counted = cells["industry"].drop_duplicates()
    notes = list(found.notes)
    if outside:
        notes.append(f"not regionalised and left out: {', '.join(outside[:5])}.")
    return SourcedEmployment(
        table=cells,
        totals=found.totals,
        hierarchies=found.hierarchies,
        metadata=metadata_of("eurostat", labels=names_of("nace2", counted)),
        vintages=dict.fromkeys(sorted({int(y) for y in cells["year"]}), "nace2"),
        notes=tuple(notes),
    )


def _long(raw: pd.DataFrame, file: Path) -> pd.DataFrame:
    """Return one row a cell, with the numbers and flags of cells apart."""
    first = str(raw.columns[0])
    if "\\" in first:
        names = first.split("\\")[0].split(",")
        parts = raw[first].astype(str).str.split(",", expand=True)
        if parts.shape[1] != len(names):
            raise SourceError(f"{file}: the first column does not hold {first!r}.")
        parts.columns = pd.Index([name.strip().lower() for name in names])
        periods = [str(c).strip() for c in raw.columns[1:]]
        wide = raw.iloc[:, 1:].set_axis(periods, axis=1)
        long = pd.concat([parts, wide], axis=1).melt(
            list(parts.columns), periods, "year", "cell"
        )
    else:
        long = raw.rename(columns=lambda c: str(c).lower())
        needed = {"time_period": "year", "obs_value": "cell"}
        lacking = [c for c in needed if c not in long.columns]
        if lacking:
            have = ", ".join(map(str, raw.columns[:12]))
            raise SourceError(
                f"{file}: neither a TSV nor an SDMX-CSV of Eurostat; "
                f"{', '.join(lacking).upper()} is missing. The file has {have}."
            )
        long = long.rename(columns=needed)
    cell = long["cell"].astype(object).where(long["cell"].notna(), ":")
    split = cell.astype(str).str.extract(_CELL)
    broken = split["number"].isna() & cell.astype(str).str.strip().ne("")
    text = split["number"].where(~broken, cell)
    text = text.where(text.ne(":"), None)
    values, faults = column_numbers(text, "value", Numerals(thousands=""))
    if faults:
        raise SourceError(f"{file}: {faults[0]}")
    year = pd.to_numeric(long["year"].astype(str).str.strip(), errors="coerce")
    if year.isna().any():
        odd = long.loc[year.isna(), "year"].iloc[0]
        raise SourceError(f"{file}: {odd!r} is no year; yearly data are read.")
    return long.assign(value=values, year=year.astype(np.int64))


def _named(table: pd.DataFrame, names: Sequence[str], file: Path) -> str:
    found = next((name for name in names if name in table.columns), None)
    if found is None:
        have = ", ".join(str(c) for c in table.columns[:12])
        raise SourceError(f"{file}: no dimension {names[0]!r}; it has {have}.")
    return found


def _indicators(
    table: pd.DataFrame, employment: str | None, establishments: str | None, file: Path
) -> tuple[str, str, str]:
    """Return the dimension of indicators, and those of jobs and local units."""
    measure = next((c for c in table.columns if str(c).startswith("indic")), "")
    if not measure:
        return "", employment or "employment", establishments or ""
    have = sorted(set(table[measure].astype(str)))
    chosen = []
    for given, known, what in (
        (employment, _JOBS, "employment"),
        (establishments, _PLANTS, "establishments"),
    ):
        if given is not None and given not in have:
            raise OptionError(
                f"{what}={given!r} is no indicator of the file; it has "
                f"{', '.join(have[:12])}.{nearest(given, have)}"
            )
        chosen.append(given or next((code for code in known if code in have), ""))
    if not chosen[0]:
        raise SourceError(
            f"{file}: no indicator is known to count jobs; name it with employment=, "
            f"one of {', '.join(have[:12])}."
        )
    return str(measure), chosen[0], chosen[1]


def _filtered(
    table: pd.DataFrame, wanted: dict[str, str], used: set[str], file: Path
) -> pd.DataFrame:
    """Return the rows of one value of every further dimension."""
    for name, value in wanted.items():
        key = name.lower()
        if key not in table.columns or not table[key].astype(str).eq(str(value)).any():
            raise SourceError(f"{file}: the filter {name} = {value!r} leaves no row.")
        table = table[table[key].astype(str).eq(str(value))]
    known = {*used, "year", "cell", "value", *_BESIDE}
    for name in [str(c) for c in table.columns if str(c) not in known]:
        values = sorted(set(table[name].dropna().astype(str)))
        if len(values) > 1:
            raise SourceError(
                f"{file}: the dimension {name!r} has {len(values)} values "
                f"({', '.join(values[:6])}); keep one with filter="
                f'{{"{name}": "{values[0]}"}}.'
            )
    return table


def _columns(
    long: pd.DataFrame, indicators: Mapping[str, str], file: Path
) -> pd.DataFrame:
    """Return one row a region, industry and year, one column an indicator."""
    keys = ["region", "industry", "year"]
    long = long.assign(**{k: long[k].astype(str) for k in keys[:2]})
    parts = []
    for name, code in indicators.items():
        mine = long[long["what"].eq(code)] if code else long.iloc[:0]
        if mine.duplicated(keys).any():
            raise SourceError(f"{file}: a region, industry and year stand twice.")
        if len(mine):
            parts.append(mine.set_index(keys)["value"].rename(name))
    if not parts:
        raise SourceError(f"{file}: the indicator of jobs has no row.")
    joined: pd.DataFrame = pd.concat(parts, axis=1).reset_index()
    return joined
