"""Economies in which nothing is planted: in how many is anything called a cluster.

Every economy has settings of its own, drawn at random, so that no setting can be
favoured: roughness 0 to .4, shared by the industries of a template or not, a density
gradient or not, roughness shared with neighbours or not, 20 to 120 industries, 300 to
5,000 plants a region. Each is asked three ways: with the templates of the design, with
templates detected from the co-location of the same counts (what a study without links
does), and by jobs alone; the first detector is asked with the templates of the design,
its cells stand under A. Rows are appended to a file, one an economy and way, so that
a long run can be made in pieces; what stands there is not computed again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd

from clusterid.aggregation import redraw_plants
from clusterid.clusters import identify_clusters
from clusterid.communities import Templates, detect_communities
from clusterid.study.steps._networks import colocated
from clusterid.tables import Economy
from validation.first_detector import detect
from validation.grades._economies import Drawn, design_of, drawn, jobs_alone
from validation.grades._found import LEVELS, NUMBERS, numbers
from validation.recovery._scores import upper_limit

__all__ = ["REGIONS", "alarms", "run_alarms", "settings"]

REGIONS = (12, 20, 40, 150, 400)
WAYS = ("given", "detected", "jobs alone", "first detector")
#: Runs of the consensus, as a study file has them.
RUNS = 20
KEY = ["seed", "regions", "number"]


def settings(regions: int, rng: np.random.Generator) -> dict[str, Any]:
    """Return the options of one economy without clusters, drawn at random."""
    return {
        "n_regions": regions,
        "roughness": round(float(rng.uniform(0.0, 0.4)), 3),
        "shared_roughness": float(rng.choice([0.0, 0.5])),
        "density_gradient": float(rng.choice([0.0, 0.25])),
        "neighbour_roughness": float(rng.choice([0.0, 0.5])),
        "n_industries": int(rng.integers(20, 121)),
        "n_plants": round(regions * float(np.exp(rng.uniform(*np.log([300, 5000]))))),
    }


def one(
    seed: int, regions: int, number: int, ways: Sequence[str]
) -> list[dict[str, Any]]:
    """Return one row a way of asking for one economy."""
    rng = np.random.default_rng((seed, regions, number))
    options = settings(regions, rng)
    made = next(drawn(design_of(rng.spawn(1)[0], **options), 1, rng.spawn(1)[0]))
    rows = []
    for way in ways:
        start = time.process_time()
        counts = _first(made) if way == "first detector" else _asked(made, way, number)
        rows.append({
            **dict(zip(KEY, (seed, regions, number), strict=True)),
            "way": way,
            **options,
            **counts,
            "seconds": round(time.process_time() - start, 2),
        })
    return rows


def _first(made: Drawn) -> dict[str, int]:
    """Return how many cells the first detector finds, under the names of the grades."""
    cells = detect(made.economy, made.groups, made.design.regions, made.graph)
    return dict.fromkeys(NUMBERS, 0) | {"A": int(cells.sum())}


def _asked(made: Drawn, way: str, seed: int) -> dict[str, int]:
    """Return what stands at each grade, asked one way, all else by default."""
    economy, layers = made.economy, None
    templates = made.templates
    if way == "jobs alone":
        economy = jobs_alone(economy)
    if way == "detected":
        templates, layers = detected(economy, made.design.regions, seed)
    found = identify_clusters(
        economy, templates, made.design.regions, layers=layers, graph=made.graph
    )
    return numbers(found)


def detected(
    economy: Economy, regions: gpd.GeoDataFrame, seed: int
) -> tuple[Templates, dict[str, nx.Graph[Any]]]:
    """Return the templates a study detects that has no links but co-location."""

    def layer(table: Economy) -> dict[str, nx.Graph[Any]]:
        return {"colocation": colocated(table, regions)}

    layers = layer(economy)
    templates = detect_communities(
        layers,
        runs=RUNS,
        seed=seed,
        redraw=lambda rng: layer(redraw_plants(economy, seed=rng)),
    )
    return templates, layers


def _one(task: tuple[int, int, int, tuple[str, ...]]) -> list[dict[str, Any]]:
    return one(*task)


def run_alarms(
    replicates: int,
    seed: int,
    *,
    regions: Iterable[int] = REGIONS,
    ways: Sequence[str] = WAYS,
    rows: Path | None = None,
    workers: int = 1,
    first: int = 0,
) -> pd.DataFrame:
    """Return one row an economy and way; what the file already has is not repeated."""
    before = pd.DataFrame(columns=[*KEY, "way"])
    if rows is not None and rows.exists():
        before = pd.read_csv(rows)
    done = set(before[[*KEY, "way"]].itertuples(index=False, name=None))
    tasks = []
    for number in range(first, first + replicates):
        for size in regions:
            left = tuple(w for w in ways if (seed, size, number, w) not in done)
            if left:
                tasks.append((seed, size, number, left))
    parts = [before] if len(before) else []
    for made in _worked(tasks, workers):
        part = pd.DataFrame(made)
        parts.append(part)
        if rows is not None:
            rows.parent.mkdir(parents=True, exist_ok=True)
            part.to_csv(rows, mode="a", header=not rows.exists(), index=False)
    return pd.concat(parts, ignore_index=True)


def _worked(
    tasks: list[tuple[int, int, int, tuple[str, ...]]], workers: int
) -> Iterator[list[dict[str, Any]]]:
    if workers < 2:
        yield from map(_one, tasks)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap_unordered(_one, tasks)


def alarms(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return in how many economies anything stands at each grade, and at A by setting.

    ``A at most``: upper 95 % limit of the share of economies with any A.
    """
    by = rows.groupby(["way", "regions"], sort=True)
    table = pd.DataFrame({"economies": by.size()})
    for grade in ("A", "B", "C", "D"):
        table[f"any {grade}"] = by[grade].agg(lambda n: int((n > 0).sum()))
    table["any A or B"] = by.apply(lambda t: int((t["A"] + t["B"] > 0).sum()))
    table["any grade"] = by.apply(
        lambda t: int((t[["A", "B", "C", "D"]].sum(axis=1) > 0).sum())
    )
    table["any exceptional"] = by["exceptional"].agg(lambda n: int((n > 0).sum()))
    for level in LEVELS:
        table[f"A at {level}"] = by[f"A_{level}"].agg(lambda n: int((n > 0).sum()))
    table["share with A"] = table["any A"] / table["economies"]
    table["A at most"] = [
        upper_limit(int(a), int(n))
        for a, n in zip(table["any A"], table["economies"], strict=True)
    ]
    for grade in ("A", "B", "C", "D"):
        table[f"{grade} an economy"] = by[grade].mean()
    return {
        "grades: alarms": table,
        "grades: alarms by setting": _by_setting(rows),
    }


def _by_setting(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the share of economies with any A by each setting, over all sizes."""
    parts = {
        "roughness": pd.cut(
            rows["roughness"], [0, 0.1, 0.2, 0.3, 0.4], include_lowest=True
        ).astype(str),
        "shared_roughness": rows["shared_roughness"].astype(str),
        "neighbour_roughness": rows["neighbour_roughness"].astype(str),
        "density_gradient": rows["density_gradient"].astype(str),
        "industries": pd.cut(rows["n_industries"], [19, 50, 85, 120]).astype(str),
        "plants a region": pd.cut(
            rows["n_plants"] / rows["regions"], [0, 800, 2000, 6000]
        ).astype(str),
    }
    any_a = rows["A"].gt(0)
    tables = []
    for name, values in parts.items():
        keys = [rows["way"], values.rename("value")]
        table = any_a.groupby(keys, sort=True).agg(["sum", "size"])
        table = table.rename(columns={"sum": "any A", "size": "economies"})
        table.insert(0, "setting", name)
        tables.append(table.reset_index())
    both = pd.concat(tables, ignore_index=True)
    both["any A"] = both["any A"].astype(int)
    both["share"] = both["any A"] / both["economies"]
    return both.set_index(["way", "setting", "value"]).sort_index(
        level="way", sort_remaining=False
    )
