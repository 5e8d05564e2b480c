"""What a reader has: every table and every number of a saved folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Published", "read_published"]

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])")


@dataclass(frozen=True, slots=True)
class Published:
    """A saved folder as its reader sees it.

    ``jobs`` and ``plants`` are regions x industries (NaN: not published), ``region``,
    ``industry`` and ``total`` the published margins, ``tables`` every Parquet table by
    name, ``params`` every entry of the state by path, ``numbers`` every number that
    stands in any file.
    """

    folder: Path
    jobs: pd.DataFrame
    plants: pd.DataFrame | None
    region: pd.Series
    industry: pd.Series
    total: float
    tables: dict[str, pd.DataFrame]
    params: dict[str, Any]
    numbers: npt.NDArray[np.float64]

    @property
    def held(self) -> npt.NDArray[np.bool_]:
        """True where no value is published."""
        return self.jobs.isna().to_numpy()


def read_published(folder: Path) -> Published:
    """Read everything that stands in a saved folder."""
    tables = {
        path.stem.removeprefix("result."): pd.read_parquet(path)
        for path in sorted((folder / "state").glob("*.parquet"))
    }
    jobs = tables["economy.employment"]
    totals = tables.get("economy.totals", pd.DataFrame())
    summed = {
        "region": jobs.sum(axis=1, skipna=False),
        "industry": jobs.sum(skipna=False),
    }
    grand = np.nan
    if len(totals):
        for axis, other in (("region", "industry"), ("industry", "region")):
            alone = totals[totals[other].eq("TOTAL") & totals[axis].ne("TOTAL")]
            known = alone.set_index(axis)["value"].reindex(summed[axis].index)
            summed[axis] = known.fillna(summed[axis])
        both = totals[totals["region"].eq("TOTAL") & totals["industry"].eq("TOTAL")]
        grand = float(both["value"].iloc[0]) if len(both) else np.nan
    for series in summed.values():
        grand = float(series.sum(skipna=False)) if np.isnan(grand) else grand
    index = json.loads((folder / "state" / "index.json").read_text("utf-8"))
    return Published(
        folder=folder,
        jobs=jobs,
        plants=tables.get("economy.establishments"),
        region=summed["region"],
        industry=summed["industry"],
        total=grand,
        tables=tables,
        params=dict(_entries(index["content"])),
        numbers=np.unique(np.concatenate(list(_numbers(folder, tables)))),
    )


def _entries(content: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every plain entry of the state by its path."""
    if isinstance(content, dict) and isinstance(content.get("map"), list):
        for key, value in content["map"]:
            yield from _entries(value, f"{path}[{key}]")
    elif isinstance(content, dict) and "fields" in content:
        for key, value in content["fields"].items():
            yield from _entries(value, f"{path}.{key}")
    else:
        yield path, content


def _numbers(
    folder: Path, tables: dict[str, pd.DataFrame]
) -> Iterator[npt.NDArray[np.float64]]:
    """Yield the numbers of every file: of tables by column, of texts by sight."""
    for name, table in tables.items():
        if name not in ("economy.employment", "economy.establishments"):
            values = table.select_dtypes("number").to_numpy(dtype=float).ravel()
            yield values[np.isfinite(values)]
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix in (".csv", ".json", ".txt", ".html", ".graphml"):
            found = _NUMBER.findall(path.read_text("utf-8", errors="replace"))
            yield np.array(found, dtype=float)
        elif path.suffix == ".xlsx":
            for sheet in pd.read_excel(path, sheet_name=None, header=None).values():
                values = pd.to_numeric(pd.Series(sheet.to_numpy().ravel()), "coerce")
                yield values.dropna().to_numpy(dtype=float)
