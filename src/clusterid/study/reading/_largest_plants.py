"""The most jobs that one plant has, by industry or cell, as a study file tells them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.tables import Economy, read_table
from clusterid.tables.parsing._checking import Check
from clusterid.tables.parsing._form import RawTable
from clusterid.tables.parsing._numerals import Numerals

__all__ = ["largest_plants"]

_COLUMN = "largest_plant"


def largest_plants(
    given: Path | Mapping[str, float],
    economy: Economy,
    left_out: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Return the most jobs of one plant in each cell; NaN where nothing is known.

    Parameters
    ----------
    given : path or mapping
        A table ``industry``, ``largest_plant`` (persons) and optionally ``region``, or
        jobs by industry. Without a region the number is the largest plant of the
        industry anywhere: it holds for every region, and so does the smaller of two.
    economy : Economy
        The counts of the same year.
    left_out : frozenset of str
        Industries that may stand in the table and are not counted.

    Returns
    -------
    DataFrame, regions x industries
        Persons.

    Raises
    ------
    TableError
        If a column is missing, a code is not counted or stands twice, a number is
        missing, infinite or below 0, or a cell is known to have fewer jobs than its
        largest plant.
    """
    check = Check(_raw(given))
    check.columns(["industry", _COLUMN], ["region"])
    check.codes(
        "industry",
        pad=0,
        known=set(economy.industries) | left_out,
        known_as="industries",
    )
    keys = ["industry"]
    if check.has("region"):
        check.codes("region", null=True, pad=0, known=set(economy.regions))
        keys = ["region", "industry"]
    check.numbers(_COLUMN, Numerals(), null=False, counts=True)
    if not check.faults:
        if check.has("region"):
            # an empty region is the whole country, and a key as any other
            of_all = check.frame["region"].isna()
            check.frame["region"] = check.frame["region"].astype(object)
            check.frame.loc[of_all, "region"] = ""
        check.unique(keys, "keep one number each")
        _within_its_cell(check, economy)
    check.done()
    rows = check.frame[check.frame["industry"].isin(economy.industries)]
    return _spread(rows, economy)


def _raw(given: Path | Mapping[str, float]) -> RawTable:
    """Return the table that is named, or that stands in the study file itself."""
    if isinstance(given, Path):
        table = read_table(given, name=_COLUMN)
        return RawTable(table, f"{_COLUMN} ({given.name})")
    table = pd.DataFrame({
        "industry": pd.Series(list(given), dtype=object),
        _COLUMN: pd.Series(list(given.values()), dtype=float),
    })
    return RawTable(table, _COLUMN)


def _within_its_cell(check: Check, economy: Economy) -> None:
    """Tell plants of one cell that are larger than what the cell may have."""
    if not check.has("region") or not len(check.frame):
        return
    row = economy.regions.get_indexer(pd.Index(check.frame["region"]))
    column = economy.industries.get_indexer(pd.Index(check.frame["industry"]))
    jobs = economy.employment.to_numpy(dtype=float)
    if economy.upper is not None:  # counts that are rounded or blurred
        upper = economy.upper.reindex_like(economy.employment).to_numpy(dtype=float)
        jobs = np.where(np.isnan(jobs), np.nan, np.fmax(jobs, upper))
    cell = np.where((row >= 0) & (column >= 0), jobs[row, column], np.nan)
    check.fault(
        check.frame[_COLUMN].to_numpy(dtype=float) > cell,
        "the largest plant has more jobs than its cell",
        "correct the number, or leave the region empty if it is the largest of the "
        "whole country",
        ["region", "industry", _COLUMN],
    )


def _spread(rows: pd.DataFrame, economy: Economy) -> pd.DataFrame:
    """Return the rows as regions x industries; of two numbers the smaller."""
    country = np.ones(len(rows), dtype=bool)
    if "region" in rows.columns:
        country = rows["region"].eq("").to_numpy()
    most = np.full(economy.employment.shape, np.nan)
    column = economy.industries.get_indexer(pd.Index(rows["industry"]))
    value = rows[_COLUMN].to_numpy(dtype=float)
    most[:, column[country]] = value[country]
    if not country.all():
        own = rows[~country]
        at = economy.regions.get_indexer(pd.Index(own["region"])), column[~country]
        most[at] = np.fmin(most[at], value[~country])
    return pd.DataFrame(most, index=economy.regions, columns=economy.industries)
