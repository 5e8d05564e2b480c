"""Tables 13111 and 13312 of the Regionaldatenbank, kept as Parquet."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from clusterid.errors import check_option
from clusterid.sources._files import (
    Paths,
    numbers_of,
    one_file,
    opened,
    whole_years_of,
)
from clusterid.sources._reader import SourcedEmployment
from clusterid.sources.germany._genesis import sourced

__all__ = ["read_erwerbstaetige", "read_svb_wz08"]

_COLUMNS = {"all": "emp", "men": "emp_m", "women": "emp_f"}


def read_svb_wz08(
    paths: Paths,
    *,
    years: Sequence[int] | None = None,
    persons: str = "all",
    territory: str | int | None = None,
) -> SourcedEmployment:
    """Read table 13111-07-05-4 from its Parquet form: the same result as from CSV.

    Parameters
    ----------
    paths : path
        A file with ``year``, ``region``, ``name``, ``wz``, ``emp``, ``flag``.
    years : sequence of int, optional
        Years to keep; all by default.
    persons : {"all", "men", "women"}
        Which count.
    territory : str or int, optional
        As for :func:`read_genesis`.

    Returns
    -------
    SourcedEmployment
        As :func:`read_genesis`.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks columns.

    Notes
    -----
    The file flags withheld totals only; the counts of men and women of a published
    cell may be withheld on their own and are NaN then.
    """
    check_option("persons", persons, tuple(_COLUMNS))
    return sourced(
        _cells(paths, _COLUMNS[persons], 1.0), "13111-07-05-4", years, territory
    )


def read_erwerbstaetige(
    paths: Paths,
    *,
    years: Sequence[int] | None = None,
    territory: str | int | None = None,
) -> SourcedEmployment:
    """Read table 13312-01-05-4 from its Parquet form: the same result as from CSV.

    Parameters
    ----------
    paths : path
        A file with ``year``, ``region``, ``name``, ``wz``, ``emp_1000``, ``flag``.
    years : sequence of int, optional
        Years to keep; all by default.
    territory : str or int, optional
        As for :func:`read_genesis`.

    Returns
    -------
    SourcedEmployment
        As :func:`read_genesis`.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks columns.
    """
    return sourced(_cells(paths, "emp_1000", 1000.0), "13312-01-05-4", years, territory)


def _cells(paths: Paths, count: str, unit: float) -> pd.DataFrame:
    file = one_file(paths, endings=(".parquet",), what="Parquet file")
    columns = ["year", "region", "name", "wz", count, "flag"]
    raw = opened(file, columns, keys=["year", "region", "wz"])
    flag = raw["flag"].astype(object).where(raw["flag"].notna(), "").astype(str)
    value = numbers_of(raw, count, file)
    value = (value * unit).round(6)
    flag = flag.where(flag.ne("") | pd.notna(value), ".")
    return pd.DataFrame({
        "year": whole_years_of(raw, file),
        "code": raw["region"].astype(str),
        "name": raw["name"].astype(str).str.strip(),
        "industry": raw["wz"].astype(str),
        "value": pd.Series(value).where(flag.to_numpy() == ""),
        "flag": flag.to_numpy(),
    })
