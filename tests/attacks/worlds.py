"""Worlds that differ only in held cells, and what a reader finds different."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import openpyxl
import pandas as pd

__all__ = ["content_of", "differences", "exchanged", "rectangles", "sums_of"]

#: What may differ between two runs: the seconds of each step, and sums of those files.
CLOCKS = ("provenance.json: steps", "state/index.json: provenance.steps")

#: Files that hold a clock, or sums of files that do: compared by content.
_WITH_CLOCKS = (".xlsx", ".gpkg", "manifest.json", "provenance.json", "index.json")
#: Plant -> change of its jobs.
Move = dict[Any, float]
#: What is held of plants, as a reader sees it.
Pattern = Callable[[pd.DataFrame], pd.DataFrame]


def sums_of(plants: pd.DataFrame, year: int | None = None) -> pd.DataFrame:
    """Return jobs by region and industry."""
    if year is not None:
        plants = plants[plants["year"].eq(year)]
    return plants.pivot_table(
        index="region", columns="industry", values="employment", aggfunc="sum"
    ).fillna(0.0)


def rectangles(held: pd.DataFrame) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Yield (region, region, industry, industry) whose four cells are held."""
    at = held.to_numpy(dtype=bool)
    for i, k in itertools.combinations(range(len(at)), 2):
        both = np.flatnonzero(at[i] & at[k])
        for j, m in itertools.combinations(both, 2):
            yield held.index[i], held.index[k], held.columns[j], held.columns[m]


def exchanged(
    plants: pd.DataFrame,
    pattern: Pattern,
    *,
    jobs: float = 1.0,
    most: int = 30,
) -> tuple[pd.DataFrame, int]:
    """Return plants of another world, and how many held cells have other jobs there.

    Along rectangles of held cells ``jobs`` move: more in the largest plant of two
    cells, fewer in that of the other two, in every year. Inside held cells of several
    plants they move from the largest to the smallest. Every published cell, every total
    and every count of plants stays. ``pattern`` says what is held of plants: moves that
    would change it are left out, since a reader may see it.
    """
    before = pattern(plants)
    moves: list[Move] = []
    for year in sorted(set(plants["year"])):
        moves += itertools.islice(_moves(plants, before, jobs, int(year)), most)
        moves += itertools.islice(_inside(plants, before, jobs, int(year)), most)

    def applied(moves: list[Move]) -> pd.DataFrame:
        out = plants.copy()
        change = pd.Series(0.0, index=out.index)
        for move in moves:
            change = change.add(pd.Series(move), fill_value=0.0)
        out["employment"] += change
        return out

    def grown(chosen: list[Move], block: list[Move]) -> list[Move]:
        """Return what was chosen with those moves that keep the pattern."""
        if not block or pattern(applied(chosen + block)).equals(before):
            return chosen + block
        if len(block) <= 2:  # few are lost, and much time is saved
            return chosen
        half = len(block) // 2
        return grown(grown(chosen, block[:half]), block[half:])

    chosen = grown([], moves)
    return applied(chosen), sum(map(len, chosen))


def _moves(
    plants: pd.DataFrame, held: pd.DataFrame, jobs: float, year: int
) -> Iterator[Move]:
    """Yield what changes in which plant, a rectangle at a time."""
    of_year = plants[plants["year"].eq(year)].dropna(subset=["employment"])
    cells = of_year.groupby(["region", "industry"])["employment"]
    largest = cells.idxmax().to_dict()
    size = cells.max().to_dict()
    used: set[tuple[Any, Any]] = set()
    for r, s, a, b in rectangles(held):
        gain, loss = [(r, a), (s, b)], [(r, b), (s, a)]
        corners = {*gain, *loss}
        if used & corners or not corners <= set(largest):
            continue
        if min(size[corner] for corner in loss) <= jobs + 1:
            continue
        used |= corners
        yield {largest[c]: jobs if c in gain else -jobs for c in corners}


def _inside(
    plants: pd.DataFrame, held: pd.DataFrame, jobs: float, year: int
) -> Iterator[Move]:
    """Yield what changes in which plant of one held cell, its jobs kept."""
    of_year = plants[plants["year"].eq(year)].dropna(subset=["employment"])
    at = held.to_numpy(dtype=bool)
    cells = {(held.index[i], held.columns[j]) for i, j in np.argwhere(at)}
    for cell, rows in of_year.groupby(["region", "industry"])["employment"]:
        if cell in cells and len(rows) > 1 and rows.max() > rows.min() + 2 * jobs:
            yield {rows.idxmax(): -jobs, rows.idxmin(): jobs}


@cache
def content_of(folder: Path) -> dict[str, Any]:
    """Return every file's content, tables by column, clocks left out."""
    found: dict[str, Any] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix not in _WITH_CLOCKS and path.name not in _WITH_CLOCKS:
            found[f"{name}:bytes"] = hashlib.sha256(path.read_bytes()).hexdigest()
        if name == "manifest.json":  # the sums of all other files
            names = json.loads(path.read_text("utf-8"))
            found[name] = sorted(map(str, names.get("files", names)))
        elif path.suffix == ".parquet":
            frame = pd.read_parquet(path)
            found |= {f"{name}:{c}": _digest(frame[c]) for c in frame.columns}
        elif path.suffix == ".csv":
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            found |= {f"{name}:{c}": _digest(frame[c]) for c in frame.columns}
        elif path.suffix == ".xlsx":
            for sheet in openpyxl.load_workbook(path):
                for i, column in enumerate(sheet.iter_cols(values_only=True)):
                    found[f"{name}:{sheet.title}:{i}"] = repr(column)
        elif path.suffix == ".gpkg":
            for layer in sorted(gpd.list_layers(path)["name"]):
                frame = gpd.read_file(path, layer=layer).to_wkb()
                found |= {
                    f"{name}:{layer}:{c}": _digest(frame[c]) for c in frame.columns
                }
        elif path.suffix == ".graphml":
            graph = nx.read_graphml(path)
            found[f"{name}:graph"] = repr(sorted(graph.graph.items()))
            found[f"{name}:nodes"] = repr(sorted(graph.nodes(data=True)))
            for key in sorted({k for *_, d in graph.edges(data=True) for k in d}):
                pairs = sorted((*sorted(e[:2]), e[2]) for e in graph.edges(data=key))
                found[f"{name}:{key}"] = repr(pairs)
        elif name in ("provenance.json", "state/index.json"):
            found |= _leaves(name, _without_clocks(json.loads(path.read_text("utf-8"))))
        else:
            found[name] = path.read_text("utf-8")
    return found


def differences(one: Path, other: Path) -> list[str]:
    """Return what differs between two folders: files, columns, entries."""
    left, right = content_of(one), content_of(other)
    return sorted(
        k for k in {*left, *right} if left.get(k) != right.get(k) or k not in left
    )


def _digest(column: pd.Series) -> str:
    return hashlib.sha256(column.to_csv().encode()).hexdigest()


def _without_clocks(content: Any) -> Any:
    """Take the seconds of the steps out of a provenance."""
    if isinstance(content, dict):
        return {
            k: sorted(_names(v)) if k == "steps" else _without_clocks(v)
            for k, v in content.items()
        }
    if isinstance(content, list):
        return [_without_clocks(v) for v in content]
    return content


def _names(steps: Any) -> list[str]:
    """Return the names of the steps, as they stand in JSON or in the state."""
    return [k for k, _ in steps["map"]] if "map" in steps else list(steps)


def _leaves(name: str, content: Any, path: str = "") -> dict[str, str]:
    """Return every entry of a JSON file by its path."""
    found: dict[str, str] = {}
    if isinstance(content, dict) and isinstance(content.get("map"), list):
        for key, value in content["map"]:
            found |= _leaves(name, value, f"{path}[{key}]")
        return found
    if isinstance(content, dict) and content:
        for key, value in content.items():
            found |= _leaves(name, value, f"{path}.{key}")
        return found
    return {f"{name}:{path}": json.dumps(content)}
