"""Great Britain: employment by NUTS 2 region and SIC 2007, enterprises by size."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.errors import OptionError, SourceError
from clusterid.sources._files import (
    Paths,
    file_list,
    numbers_of,
    of_years,
    one_file,
    opened,
    read_raw,
    require_columns,
    require_keys,
    whole_years_of,
)
from clusterid.sources._reader import SourcedEmployment, metadata_of, names_of
from clusterid.tables import read_employment, size_class_reasons, square_bounds

__all__ = ["ENTERPRISE_BANDS", "enterprise_herfindahl", "industry_prefix", "read_bres"]

#: Employment of an enterprise in each band of the UK Business Counts, persons.
ENTERPRISE_BANDS: dict[str, tuple[float, float]] = {
    "0 to 4": (0, 4), "5 to 9": (5, 9), "10 to 19": (10, 19), "20 to 49": (20, 49),
    "50 to 99": (50, 99), "100 to 249": (100, 249), "250 to 499": (250, 499),
    "500 to 999": (500, 999), "1000+": (1000, np.inf),
}  # fmt: skip
_LEVELS = {5: "sic5", 4: "sic4", 3: "sic3", 2: "sic2"}


def industry_prefix(codes: pd.Series, level: int) -> pd.Series:
    """Cut SIC codes to their first digits."""
    return codes.astype(object).astype(str).str[:level]


def read_bres(
    paths: Paths,
    *,
    years: Sequence[int] | None = None,
    level: int = 4,
    size_bands: str | Path | None = None,
    labels: str | Path | None = None,
) -> SourcedEmployment:
    """Read employment of Great Britain by NUTS 2 region and industry.

    Parameters
    ----------
    paths : path
        A file with ``year``, ``nuts2``, ``sic5`` (or ``sic2``), ``emp``.
    years : sequence of int, optional
        Years to keep; all by default.
    level : {5, 4, 3, 2}
        Digits of SIC 2007. Four are those of NACE Rev. 2; coarser counts are sums of
        the five-digit ones, NaN where one of them is missing.
    size_bands : path, optional
        Enterprises of Great Britain by size band (``year``, ``sic5``, ``sizeband``,
        ``enterprises``): gives bounds of the plant Herfindahl.
    labels : path, optional
        Names by code (``SIC_5DIGIT_CODE``, ``SIC_5DIGIT_NAME``), for five digits.

    Returns
    -------
    SourcedEmployment
        40 regions x up to 729 industries. ``plant_herfindahl`` has ``lower``,
        ``upper``, ``year``; NaN where the bands cannot give the employment counted.

    Raises
    ------
    SourceError
        If a file cannot be read or lacks columns or years.
    OptionError
        If the level is not offered, or finer than the file.

    Notes
    -----
    Counts are rounded to 5 and come from a survey: small cells have sampling errors
    that are not published here. Nothing is withheld beyond rounding; 15 cells of
    Scottish agriculture (2015 to 2017) are missing. Enterprises are not local units:
    an enterprise with plants in several industries stands in one of them. The
    feasibility of the bands is therefore a check, and the bounds are those of the
    concentration over enterprises.
    """
    if level not in _LEVELS:
        raise OptionError(f"level={level!r} is not offered; use 5, 4, 3 or 2.")
    file = one_file(paths)
    raw = read_raw(file)
    code = "sic5" if "sic5" in raw.columns else "sic2"
    keys = ["year", "nuts2", code]
    require_columns(raw, [*keys, "emp"], file)
    require_keys(raw, keys, file)
    if code == "sic2" and level > 2:
        raise OptionError(f"level={level}: {file.name} has two digits only.")
    raw = of_years(raw.assign(year=whole_years_of(raw, file)), years, f"{file}:")
    fine = pd.DataFrame({
        "region": raw["nuts2"].astype(object).astype(str),
        "industry": industry_prefix(raw[code], level),
        "year": raw["year"],
        "employment": numbers_of(raw, "emp", file),
    })
    keys = ["region", "industry", "year"]
    missing = fine["employment"].isna()
    sums = fine.fillna({"employment": 0.0}).groupby(keys)["employment"].sum()
    holes = missing.groupby([fine[k] for k in keys]).any()
    table = sums.where(~holes).reset_index()
    notes = ["Counts are rounded to 5 persons and come from a survey."]
    if missing.any():
        notes.append(f"{int(missing.sum())} cells of the file are missing.")
    checked = read_employment(table)
    bounds = None
    if size_bands is not None:
        bounds, note = _bounds(Path(size_bands), checked, level)
        notes.append(note)
    return SourcedEmployment(
        table=checked,
        plant_herfindahl=bounds,
        metadata=metadata_of("bres", labels=_labels(checked, labels)),
        vintages={int(y): "sic2007, NUTS 2021" for y in checked["year"].unique()},
        notes=tuple(notes),
    )


def _bounds(
    path: Path, employment: pd.DataFrame, level: int
) -> tuple[pd.DataFrame, str]:
    file = file_list(path)[0]
    keys = ["year", "sic5", "sizeband"]
    raw = opened(file, [*keys, "enterprises"], keys=keys)
    unknown = sorted(set(raw["sizeband"].astype(str)) - set(ENTERPRISE_BANDS))
    if unknown:
        raise SourceError(
            f"{file}: size bands {', '.join(unknown)} are not known; known are "
            f"{', '.join(ENTERPRISE_BANDS)}."
        )
    raw = raw.assign(
        year=raw["year"].astype(int),
        industry=industry_prefix(raw["sic5"], level),
        enterprises=numbers_of(raw, "enterprises", file),
    )
    counts = raw.pivot_table(
        index=["year", "industry"], columns="sizeband", values="enterprises",
        aggfunc="sum", fill_value=0,
    )  # fmt: skip
    jobs = employment.groupby(["year", "industry"])["employment"].sum(min_count=1)
    known = sorted({int(y) for y in raw["year"]})
    parts, fit, all_of = [], 0, 0
    for year in sorted({int(y) for y in employment["year"]}):
        nearest = min(known, key=lambda y: (abs(y - year), y))
        mine = counts.xs(nearest, level="year")
        found = enterprise_herfindahl(
            pd.DataFrame(mine).reindex(jobs.loc[year].index, fill_value=0),
            jobs.loc[year],
        )
        fit += int(found["reason"].eq("").sum())
        all_of += len(found)
        parts.append(found[["lower", "upper", "reason"]].assign(year=year))
    note = (
        "Plant Herfindahl: bounds from enterprises by size band; they fit the "
        f"employment counted in {fit} of {all_of} industries and years."
    )
    return pd.concat(parts), note


def enterprise_herfindahl(counts: pd.DataFrame, totals: pd.Series) -> pd.DataFrame:
    """Return the bounds of the Herfindahl that enterprises by size band allow.

    Enterprises stand for plants and the jobs are those of local units, which need not
    fit: an industry whose enterprises have their jobs elsewhere has a reason
    (``total_below_classes``) and no bounds.
    """
    low, high = np.array([ENTERPRISE_BANDS[band] for band in counts.columns]).T
    n = counts.to_numpy(dtype=float)
    total = totals.reindex(counts.index).to_numpy(dtype=float)
    reason = size_class_reasons(n, low, high, total)
    fits = reason == ""
    bounds = np.full((2, len(n)), np.nan)
    bounds[:, fits] = square_bounds(n[fits], low, high, total[fits]) / total[fits] ** 2
    upper = np.minimum(np.fmax(*bounds), 1.0)  # rounding may cross the two
    return pd.DataFrame(
        {"lower": bounds[0], "upper": upper, "reason": reason},
        index=counts.index.rename("industry"),
    )


def _labels(table: pd.DataFrame, path: str | Path | None) -> dict[str, str]:
    labels: dict[str, str] = {}
    if "0100" in set(table["industry"]):
        labels["0100"] = "Agriculture as surveyed by DEFRA and Scotland"
    labels |= names_of("sic2007", table["industry"])
    if path is None:
        return labels
    raw = read_raw(file_list(path)[0])
    require_columns(raw, ["SIC_5DIGIT_CODE", "SIC_5DIGIT_NAME"], Path(path))
    text = raw["SIC_5DIGIT_NAME"].str.replace(r"^\d+\s*:\s*", "", regex=True)
    given = dict(zip(raw["SIC_5DIGIT_CODE"], text, strict=True))
    return {**labels, **{c: given[c] for c in table["industry"].unique() if c in given}}
