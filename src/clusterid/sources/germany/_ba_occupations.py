"""Employees by occupation group and Kreis (Statistik der Bundesagentur für Arbeit)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.classifications import (
    kreis_correspondence,
    read_classification,
    read_correspondence,
)
from clusterid.errors import OptionError
from clusterid.sources._carry import moves
from clusterid.sources._files import (
    Paths,
    numbers_of,
    of_years,
    one_file,
    opened,
    require_keys,
    whole_years_of,
)
from clusterid.sources._reader import SourcedEmployment, metadata_of
from clusterid.tables import read_employment

__all__ = ["read_ba_occupations"]

_MILITARY = "01"
_STATUS = "2026-06-30"


def read_ba_occupations(
    paths: Paths,
    *,
    years: Sequence[int] | None = None,
    territory: str | int | None = None,
    bridge: str | Path | None = None,
    military: bool = False,
    withheld_range: tuple[float, float | None] = (1, 13),
) -> SourcedEmployment:
    """Read employees subject to social insurance by occupation group and Kreis.

    These are occupations at the workplace, not industries: an electrician in a car
    plant is an electrician. ``metadata.kind`` is ``"occupation"``, and every output
    says so.

    Parameters
    ----------
    paths : path
        A file with ``ags``, ``kldb3``, ``year``, ``svb``.
    years : sequence of int, optional
        Years to keep; all by default.
    territory : str or int, optional
        Day or year whose Kreise are wanted. The file has those of 2026 (Hanau is a
        Kreis, Eisenach is in the Wartburgkreis); ``2022`` gives 400 Kreise.
    bridge : path, optional
        File Kreis -> Kreis (``ags``, ``ags_common``) instead of ``territory``; codes
        it does not name stay.
    military : bool
        Keep the groups 011 to 014. Soldiers are not subject to social insurance, and
        only a few civilian cases stand there.
    withheld_range : (float, float or None)
        Between how many persons a withheld cell is taken to hold; None is no upper
        bound. An assumption: counts below 3 are withheld, and further cells so that
        these cannot be computed. In 15,632 cells of 2013 to 2025 that are withheld in
        one year and published in the next or the one before, the published count is
        at most 13 in 99 of 100 cases (median 3).

    Returns
    -------
    SourcedEmployment
        Kreise x 140 groups of KldB 2010. No totals are published in the file.

    Raises
    ------
    SourceError
        If the file cannot be read, lacks columns or years.
    ClassificationError
        If a territory is asked for that would divide a Kreis.
    OptionError
        If ``territory`` and ``bridge`` are both given, or the range is no range.
    TableError
        With every fault of the table.
    """
    low, high = _checked_range(withheld_range)
    if territory is not None and bridge is not None:
        raise OptionError("Give territory= or bridge=, not both.")
    file = one_file(paths, endings=(".parquet",))
    raw = opened(file, ["ags", "kldb3", "year", "svb"])
    raw = of_years(raw.assign(year=whole_years_of(raw, file)), years, f"{file}:")
    uncoded = raw["kldb3"].isna() | raw["kldb3"].astype(object).eq("")
    require_keys(raw[~uncoded], ["ags", "kldb3", "year"], file)
    table = pd.DataFrame({
        "region": raw["ags"].astype(object),
        "industry": raw["kldb3"].astype(object),
        "year": raw["year"],
        "employment": numbers_of(raw, "svb", file),
    })
    unclassified = float(table.loc[uncoded, "employment"].sum())
    notes = [
        f"{int(uncoded.sum())} rows without an occupation code are left out "
        f"({unclassified:,.0f} persons in all years)."
    ]
    table = table[~uncoded]
    if not military:
        soldiers = table["industry"].str.startswith(_MILITARY)
        if soldiers.any():
            notes.append("The military groups 011 to 014 are left out.")
        table = table[~soldiers]
    withheld = table["employment"].isna()
    table["lower"] = table["employment"].where(~withheld, low)
    table["upper"] = table["employment"].where(~withheld, high)
    notes.append(
        f"A withheld cell is taken to hold {low:g} to "
        f"{'any number of' if high is None else f'{high:g}'} persons (an assumption)."
    )
    table = _on_territory(table, territory, bridge)
    status = "as in the file (2026)" if territory is None else str(territory)
    if bridge is not None:
        status = f"bridged by {Path(bridge).name}"
    labels = read_classification("kldb2010").labels("de")
    codes = sorted(table["industry"].unique())
    names = {code: str(labels.get(code, code)) for code in codes}
    checked = read_employment(table)
    return SourcedEmployment(
        table=checked,
        hierarchies={
            "region": pd.Series(
                {code: code[:2] for code in sorted(checked["region"].unique())},
                name="parent",
            ).rename_axis("child")
        },
        metadata=metadata_of("ba_occupations", labels=names),
        vintages={
            int(y): f"kldb2010, Kreise {status}" for y in checked["year"].unique()
        },
        notes=tuple(notes),
    )


def _checked_range(
    withheld_range: tuple[float, float | None],
) -> tuple[float, float | None]:
    pair = tuple(withheld_range)
    if len(pair) != 2:
        raise OptionError("withheld_range needs two numbers, (lower, upper).")
    low, high = pair
    if low is None or not 0 <= low < np.inf or (high is not None and not low <= high):
        raise OptionError(
            f"withheld_range={withheld_range!r} is no range of persons; "
            "give 0 <= lower <= upper, or None for no upper bound."
        )
    return float(low), None if high is None else float(high)


def _on_territory(
    table: pd.DataFrame, territory: str | int | None, bridge: str | Path | None
) -> pd.DataFrame:
    """Add up cells of Kreise that are one at the status wanted."""
    if territory is None and bridge is None:
        return table
    codes = sorted(table["region"].unique())
    if bridge is not None:
        names = {"source": "ags", "target": "ags_common"}
        move = moves(read_correspondence(bridge, columns=names))
    else:
        end = _STATUS if territory is None else territory
        move = moves(kreis_correspondence(codes, start=_STATUS, end=end))
    target = table["region"].map(lambda code: move.get(code, code))
    merged = target.isin(target[target.ne(table["region"])].unique())
    if not merged.any():
        return table
    parts = table[merged].assign(region=target[merged])
    keys = ["region", "industry", "year"]
    added = parts.groupby(keys, as_index=False).agg(
        employment=("employment", lambda v: v.sum(skipna=False)),
        lower=("lower", "sum"),
        upper=("upper", lambda v: v.sum(skipna=False)),
    )
    return pd.concat([table[~merged], added], ignore_index=True)
