"""What every regional economist expects of real countries, and at which grade it is.

The list has one row a kind and place: regions, beginnings of codes, and whether the
study's own table shows it. It is a sample, not a truth: it measures what is missed.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import clusterid as cid
from clusterid.clusters import CandidateClusters
from clusterid.concentration import fill_withheld
from clusterid.tables import Economy
from validation.grades._found import GRADES, LEVELS, claimed

__all__ = ["STUDIES", "Shown", "shown", "textbook"]

STUDIES = (
    "united_states", "great_britain", "germany_occupations", "us_metros", "europe",
)  # fmt: skip
_FOLDER = Path(__file__).parents[2] / "data" / "studies"
#: At or below this quotient nothing should be reported; from the next on a cell with
#: this many jobs above expectation is strong.
CONTROL, STRONG, STRONG_JOBS = 1.2, 3.0, 1_000.0
CONTROLS = 200
#: A row stands where this share of its jobs does.
HALF = 0.5
FIRST_TEN = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A study's counts with withheld cells filled, and what it found."""

    economy: Economy
    found: CandidateClusters
    jobs: np.ndarray
    expected: np.ndarray

    @property
    def quotient(self) -> np.ndarray:
        """Quotient of jobs, regions x industries; NaN where nothing is expected."""
        some = self.expected > 0
        safe = np.where(some, self.expected, 1.0)
        return np.where(some, self.jobs / safe, np.nan)


def shown(economy: Economy, found: CandidateClusters) -> Shown:
    """Return a result with its withheld cells filled, as the study does it."""
    filled = economy
    if bool(economy.withheld.to_numpy().any()):
        filled = fill_withheld(economy, draws=0).point
    jobs = np.nan_to_num(filled.employment.to_numpy(dtype=float))
    region = economy.margins.region.to_numpy(dtype=float)
    region = np.where(np.isfinite(region), region, jobs.sum(axis=1))
    expected = np.outer(region / region.sum(), jobs.sum(axis=0))
    return Shown(filled, found, jobs, expected)


def textbook(
    names: Sequence[str] = STUDIES,
    *,
    listed: Path | None = None,
    results: Path | None = None,
    seed: int = 0,
) -> dict[str, pd.DataFrame]:
    """Return the share of rows at each grade, the controls, and the rows themselves.

    ``listed``: the list as CSV; by default beside the folder of data. ``results``: a
    folder with a saved result by the name of each study, instead of running it.
    """
    if listed is None:
        listed = Path(os.environ["CLUSTERID_DATA"]).parent / "textbook"
        listed /= "textbook_clusters.csv"
    table = pd.read_csv(listed, dtype={"regions": str, "codes": str})
    summary, rows = [], []
    for name in names:
        if results is None:
            result: Any = cid.read_study(_FOLDER / f"{name}.toml").run()
        else:
            result = cid.read_result(results / name)
        study = shown(result.economy, result.candidates)
        mine = judged(study, table[table["study"].eq(name)])
        rows.append(mine.assign(study=name))
        summary.append({"study": name, **_summary(study, mine, seed)})
    every = pd.concat(rows, ignore_index=True)
    listing = [
        "study",
        "name",
        "quotient",
        "jobs",
        "at A or B",
        "at any",
        "by itself at any",
        "rank",
        "what",
    ]
    missed = every[every["data_show_it"] & ~every["by itself at any"].ge(HALF)]
    return {
        "grades: textbook": pd
        .DataFrame(summary)
        .set_index("study")
        .T.rename_axis("share"),
        "grades: textbook, rows not found by themselves": missed[listing].set_index(
            "study"
        ),
        "grades: textbook, every row": every[["data_show_it", *listing]].set_index(
            "study"
        ),
    }


def judged(study: Shown, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the share of their jobs at each grade, and their rank.

    ``rank`` is the first place in a region's list, the region being that with most of
    the row's jobs, of what holds any of the row's codes; ``half`` by which place half
    of its jobs there stand.
    """
    strict = claimed(study.found, study.economy, "AB")
    loose = claimed(study.found, study.economy, GRADES)
    every = claimed(study.found, study.economy, None)
    held = _jobs_of_its_concentration(study)
    regions = [str(code) for code in study.economy.regions]
    codes = np.array([str(code) for code in study.economy.industries])
    out = []
    for row in table.itertuples():
        named = str(row.regions).split(";")
        i = [regions.index(code) for code in named if code in regions]
        starts = tuple(str(row.codes).split(";"))
        k = np.flatnonzero([code.startswith(starts) for code in codes])
        here = np.ix_(i, k)
        jobs = study.jobs[here]
        total = float(jobs.sum())
        expected = float(study.expected[here].sum())
        first, half, what = np.nan, np.nan, ""
        if total > 0:
            top = i[int(jobs.sum(axis=1).argmax())]
            first, half, what = _ranks(study, top, k)
        # of what is reported there, half or more is what the row is about
        about = _about(study, held, here)
        out.append({
            "name": row.name,
            "data_show_it": bool(row.data_show_it),
            "jobs": total,
            "quotient": total / expected if expected > 0 else np.nan,
            "listed quotient": float(row.lq),
            "at A or B": _share(jobs, strict[here]),
            "at any": _share(jobs, loose[here]),
            "listed at all": _share(jobs, every[here]),
            "by itself at A or B": _share(jobs, strict[here] & about),
            "by itself at any": _share(jobs, loose[here] & about),
            "rank": first,
            "half": half,
            "what": what,
        })
    return pd.DataFrame(out)


def _jobs_of_its_concentration(study: Shown) -> np.ndarray:
    """Return the number of the concentration each cell stands in; -1 for none."""
    number = np.full(study.jobs.shape, -1)
    place = {str(code): i for i, code in enumerate(study.economy.regions)}
    column = {str(code): k for k, code in enumerate(study.economy.industries)}
    for n, row in enumerate(study.found.concentrations.itertuples()):
        codes = [column[code] for code in str(row.industries).split(";")]
        number[place[str(row.region)], codes] = n
    return number


def _about(study: Shown, number: np.ndarray, here: Any) -> np.ndarray:
    """Return the cells whose concentration consists of such cells by half or more."""
    jobs = np.bincount(number[number >= 0], study.jobs[number >= 0])
    mine = number[here]
    inside = mine >= 0
    own = np.bincount(mine[inside], study.jobs[here][inside], len(jobs))
    is_about = own >= HALF * jobs
    return np.where(inside, is_about[mine], False)


def _share(jobs: np.ndarray, inside: np.ndarray) -> float:
    total = float(jobs.sum())
    return float(jobs[inside].sum()) / total if total > 0 else 0.0


def _level(study: Shown, level: str) -> np.ndarray:
    """Return the cells that stand in a concentration of one level."""
    table = study.found.concentrations
    level_only = replace(study.found, concentrations=table[table["level"].eq(level)])
    return claimed(level_only, study.economy, None)


def _ranks(study: Shown, i: int, k: np.ndarray) -> tuple[float, float, str]:
    """Return the first rank, the rank by which half stands, and the first row."""
    codes = [str(code) for code in study.economy.industries]
    place = {codes[int(j)]: float(study.jobs[i, j]) for j in k}
    total = sum(place.values())
    table = study.found.concentrations
    table = table[table["region"].astype(str).eq(str(study.economy.regions[i]))]
    first, half, what, held = np.nan, np.nan, "", 0.0
    for row in table.sort_values("rank").itertuples():
        inside = [code for code in str(row.industries).split(";") if code in place]
        if not inside:
            continue
        held += sum(place[code] for code in inside)
        if np.isnan(first):
            first = float(row.rank)
            what = f"{row.grade or '-'}, {row.level}: {row.label}"
        if np.isnan(half) and held >= HALF * total:
            half = float(row.rank)
    return first, half, what


def _summary(study: Shown, rows: pd.DataFrame, seed: int) -> dict[str, float]:
    """Return what is asked of one study."""
    wanted = rows[rows["data_show_it"]]
    counts = study.economy.establishments is not None
    # the list has 0 where its author saw a withheld cell: both must be low
    low = rows[rows["listed quotient"].lt(CONTROL) & rows["quotient"].lt(CONTROL)]
    strict = claimed(study.found, study.economy, "AB")
    loose = claimed(study.found, study.economy, GRADES)
    every = claimed(study.found, study.economy, None)
    extra = np.where(study.expected > 0, study.jobs - study.expected, 0.0)
    strong = (np.nan_to_num(study.quotient) >= STRONG) & (extra >= STRONG_JOBS)
    weak = (np.nan_to_num(study.quotient, nan=np.inf) < CONTROL) & (study.jobs > 0)
    place = np.argwhere(weak)
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(place), min(CONTROLS, len(place)), replace=False)
    control = every[tuple(place[np.sort(chosen)].T)]
    reported = int(low["listed at all"].ge(HALF).sum())
    excess = float(extra[strong].sum())
    grades = study.found.concentrations["grade"].value_counts()
    return {
        "rows the table shows": len(wanted),
        "at A or B": float(wanted["at A or B"].ge(HALF).mean()) if counts else np.nan,
        "at any grade": float(wanted["at any"].ge(HALF).mean()),
        "listed at all": float(wanted["listed at all"].ge(HALF).mean()),
        "by itself at A or B": float(wanted["by itself at A or B"].ge(HALF).mean())
        if counts
        else np.nan,
        "by itself at any grade": float(wanted["by itself at any"].ge(HALF).mean()),
        "among the first ten": float(wanted["rank"].le(FIRST_TEN).mean()),
        "half of it among the first ten": float(wanted["half"].le(FIRST_TEN).mean()),
        "control rows": len(low),
        "control rows reported": reported,
        "control cells": len(control),
        "control cells reported": int(control.sum()),
        **{
            f"control cells reported as {level}": int(
                _level(study, level)[tuple(place[np.sort(chosen)].T)].sum()
            )
            for level in LEVELS
        },
        "controls reported": (reported + int(control.sum()))
        / (len(low) + len(control)),
        "strong cells": int(strong.sum()),
        "excess jobs reported": float(extra[strong & loose].sum()) / excess,
        "excess jobs listed at all": float(extra[strong & every].sum()) / excess,
        "excess jobs at A or B": float(extra[strong & strict].sum()) / excess
        if counts
        else np.nan,
        "clusters": len(study.found.table),
        **{f"concentrations {g}": int(grades.get(g, 0)) for g in (*GRADES, "")},
    }
