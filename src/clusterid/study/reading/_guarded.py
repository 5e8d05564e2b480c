"""What of a study from plants may be published: its rules, and what they leave."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.study.reading._collecting import Collected
from clusterid.study.reading._studied import can_be_studied, years_with_counts
from clusterid.tables import TOTAL, Economy, read_table
from clusterid.tables.parsing import Check, Code, Number, RawTable, Table, TableOptions

if TYPE_CHECKING:
    from clusterid.disclosure import Guard
    from clusterid.study.reading._inputs import Inputs
    from clusterid.study.reading._schema import StudyFile

__all__ = [
    "guards_of",
    "held_cells",
    "held_in_words",
    "published_inputs",
    "published_of",
]

_CELLS = (Code("region", required=True), Code("industry", required=True))
_KEY = ("region", "industry")
_REPEATED = "keep one row a cell"
#: Cells that must be published.
_PUBLISH = Table("publish", _CELLS, key=_KEY, repeated=_REPEATED)
#: What it costs to withhold a cell.
_COSTS = Table(
    "costs",
    (*_CELLS, Number("cost", required=True, counts=True)),
    key=_KEY,
    repeated=_REPEATED,
)


def guards_of(
    config: StudyFile, economies: Mapping[int, Economy], reading: Collected
) -> Mapping[int, Guard]:
    """Return by year what of an economy from plants may not be published."""
    section = config.disclosure
    files = {
        name: reading.path("disclosure", given)
        for name, given in (("publish", section.publish), ("costs", section.costs))
        if given is not None
    }
    if config.plants is None:
        if section.model_fields_set:
            reading.notes.append(
                "[disclosure]: of no effect on a table; its source has decided what "
                "is published."
            )
        return {}
    if not economies or None in files.values():
        return {}
    guard = partial(_guards, config, economies, files)
    return reading.attempt("disclosure", guard) or {}


def _guards(
    config: StudyFile,
    economies: Mapping[int, Economy],
    files: Mapping[str, Path | None],
) -> dict[int, Guard]:
    from clusterid.disclosure import guard_years

    section = config.disclosure
    any_year = next(iter(economies.values()))
    publish = costs = None
    if (path := files.get("publish")) is not None:
        publish = _cells(path, _PUBLISH, any_year)
    if (path := files.get("costs")) is not None:
        given = _cells(path, _COSTS, any_year)
        wide = given.pivot_table(index="region", columns="industry", values="cost")
        jobs = any_year.employment
        costs = wide.reindex(index=jobs.index, columns=jobs.columns).fillna(jobs)
    return guard_years(
        economies,
        minimum_plants=config.fewest_plants,
        dominance=(section.dominance_plants, section.dominance),
        p_percent=section.p_percent,
        publish=publish,
        costs=costs,
    )


def _cells(path: Path, table: Table, economy: Economy) -> pd.DataFrame:
    """Read a table of cells, each of a region and an industry that are counted."""
    check = Check(RawTable(read_table(path, name=table.name), table.name))
    table.check(check, TableOptions())
    table.unique(check)
    for column, known in (
        ("region", economy.regions), ("industry", economy.industries),
    ):  # fmt: skip
        if check.has(column):
            also = [TOTAL] if table is _PUBLISH else []
            check.fault(
                ~check.frame[column].isin([*known, *also]).to_numpy(),
                f"{column} has no plant in this study",
                "correct the code, or drop the row",
                [column],
            )
    return table.finished(check)


def published_of(
    economies: Mapping[int, Economy],
    guards: Mapping[int, Guard],
    year: int,
    reading: Collected,
) -> tuple[dict[int, Economy], list[str]]:
    """Return what may be published by year, and notes on it; tell where it is nothing.

    The notes are those of any table with withheld cells, made from what is published.
    """
    from clusterid.disclosure import published_economy

    if year not in guards or reading.sentences:
        return {}, []
    public = {
        at: published_economy(one, guards[at])
        for at, one in economies.items()
        if at in guards
    }
    n_notes = len(reading.notes)
    can_be_studied("disclosure", public[year], reading)
    public = years_with_counts(public, year, reading)
    notes = reading.notes[n_notes:]
    del reading.notes[n_notes:]
    held = guards[year].held
    n_held = int(held.to_numpy().sum())
    if n_held:
        notes.append(
            f"{n_held:,} of {held.size:,} cells are withheld, so that no plant can be "
            "read or computed from what is published."
        )
    return public, notes


def published_inputs(inputs: Inputs) -> Inputs:
    """Return the inputs of the public result: what plants say only as published.

    Digests of the files of plants stay behind, too: who guesses a withheld value could
    prove the guess with them. The digest of the published tables stands instead.
    """
    if not inputs.from_plants:
        return inputs
    digests = {
        name: "confidential" if name in inputs.confidential_files else digest
        for name, digest in inputs.digests.items()
    }
    digests["tables published from plants"] = _digest(inputs.public)
    return replace(
        inputs,
        economies=inputs.public,
        guards={},
        public={},
        private_notes=(),
        digests=digests,
        warnings=tuple(dict.fromkeys([*inputs.warnings, *inputs.public_notes])),
    )


def _digest(economies: Mapping[int, Economy]) -> str:
    """Return the SHA-256 of the tables that are published of all years."""
    digest = hashlib.sha256()
    for year, one in sorted(economies.items()):
        herfindahl = one.plant_herfindahl
        for name, table in (
            ("employment", one.employment),
            ("establishments", one.establishments),
            ("totals", one.totals),
            ("plant_herfindahl", herfindahl),
        ):
            text = "" if table is None else table.to_csv(float_format="%.12g")
            digest.update(f"{year} {name}\n{text}".encode())
    return digest.hexdigest()


def held_cells(inputs: Inputs) -> pd.DataFrame:
    """Return what the public result withholds: cells, totals; jobs, plants, reason."""
    parts = []
    for year, guard in sorted(inputs.guards.items()):
        one = inputs.economies[year]
        at = guard.held.to_numpy()
        row, column = at.nonzero()
        parts.append(
            pd.DataFrame({
                "year": year,
                "region": one.regions.to_numpy()[row],
                "industry": one.industries.to_numpy()[column],
                "employment": one.employment.to_numpy(dtype=float)[at],
                "establishments": _counted(one)[at],
                "reason": guard.reasons.to_numpy()[at],
            })
        )
        parts += _held_totals(year, one, guard)
    return pd.concat(parts, ignore_index=True)


def _held_totals(year: int, one: Economy, guard: Guard) -> list[pd.DataFrame]:
    """Return the totals that the public result withholds, as cells are returned."""
    parts = []
    for side, other, hidden in (
        ("region", "industry", guard.region_totals),
        ("industry", "region", guard.industry_totals),
    ):
        codes = hidden.index[hidden.to_numpy(dtype=bool)]
        jobs = getattr(one.margins, side).reindex(codes).to_numpy(dtype=float)
        parts.append(
            pd.DataFrame({
                "year": year, side: codes, other: TOTAL, "employment": jobs,
                "reason": "total",
            })
        )  # fmt: skip
    if guard.total:
        whole = {"year": year, "region": TOTAL, "industry": TOTAL, "reason": "total"}
        parts.append(pd.DataFrame([{**whole, "employment": one.margins.total}]))
    return [part for part in parts if len(part)]


def _counted(economy: Economy) -> NDArray[np.float64]:
    plants = economy.establishments
    if plants is None:
        return np.full(economy.employment.shape, np.nan)
    return plants.reindex_like(economy.employment).to_numpy(dtype=float)


def held_in_words(inputs: Inputs) -> dict[int, str]:
    """Return by year how many cells the public result withholds, and why."""
    found = {}
    for year, guard in sorted(inputs.guards.items()):
        reasons = guard.reasons.to_numpy().ravel()
        counts = pd.Series(reasons[reasons != ""]).value_counts().sort_index()
        why = ", ".join(f"{n:,} {_REASONS[str(r)]}" for r, n in counts.items())
        total = f"{len(reasons[reasons != '']):,} of {len(reasons):,} cells"
        found[year] = f"{total} ({why})" if why else total
        n_totals = int(guard.params["totals_held"])
        if n_totals:
            found[year] += f", and {n_totals:,} totals"
    return found


#: Reasons of a guard in words.
_REASONS = {
    "few_plants": "of few plants",
    "dominance": "with dominant plants",
    "p_percent": "by the p % rule",
    "secondary": "to protect others",
    "other_year": "withheld in another year",
    "withheld": "with a plant of unknown size",
}
