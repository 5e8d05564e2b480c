"""Economies in which nothing is planted: who finds clusters all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters import presets
from clusterid.simulation import Design, simulate_counts
from clusterid.tables import Economy, contiguity
from validation.first_detector import detect
from validation.first_detector._neighbours import adjacency
from validation.recovery import _methods as methods
from validation.recovery._scenarios import JUDGING_SEED
from validation.recovery._scores import clusters_of, upper_limit
from validation.second_pathway import cell_clusters

#: Name, options of ``simulate_counts``. Roughness and gradient are never given.
KINDS: dict[str, dict[str, Any]] = {
    "dartboard": {"dartboard": True},
    "roughness 0.2, gradient": {"roughness": 0.2, "density_gradient": 0.25},
    "roughness 0.4, gradient": {"roughness": 0.4, "density_gradient": 0.25},
    "roughness 0.4, gradient, half shared in a template": {
        "roughness": 0.4,
        "density_gradient": 0.25,
        "shared_roughness": 0.5,
    },
    "roughness 0.2, gradient, half shared with neighbours": {
        "roughness": 0.2,
        "density_gradient": 0.25,
        "neighbour_roughness": 0.5,
    },
}


#: A whole country, and a part of it for many economies: as many plants in a cell.
SIZES: dict[str, dict[str, int]] = {
    "country": {"n_regions": 401, "n_industries": 88, "n_plants": 720_000},
    "part": {"n_regions": 200, "n_industries": 44, "n_plants": 180_000},
}


def template_groups(design: Design) -> pd.DataFrame:
    """Return the true templates as industries x groups of 0 and 1."""
    rows = design.industries.templates.drop_duplicates("industry")
    return pd.crosstab(rows["industry"], rows["template"]).astype(float)


def with_jobs(
    design: Design, counts: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.Series]:
    """Return jobs and plant Herfindahl, sizes as in ``simulate_economy``."""
    number = counts.to_numpy().T
    mean = np.repeat(design.size_log_mean, number.sum(axis=1))
    size = np.minimum(np.ceil(np.exp(rng.normal(mean, design.size_log_sd))), 60_000.0)
    cell = np.repeat(np.arange(number.size), number.ravel())
    jobs = np.bincount(cell, size, number.size).reshape(number.shape).T
    industry = cell // len(counts)
    total = np.bincount(industry, size, len(number))
    squares = np.bincount(industry, size**2, len(number))
    return (
        pd.DataFrame(jobs, index=counts.index, columns=counts.columns),
        pd.Series(squares / total**2, index=counts.columns),
    )


def economies(
    replicates: int, seed: int, **options: Any
) -> tuple[Design, Iterator[tuple[Economy, pd.Series]]]:
    """Return a design without clusters, and economies with their plant Herfindahl."""
    design, tables = simulate_counts(replicates=replicates, seed=seed, **options)

    def made() -> Iterator[tuple[Economy, pd.Series]]:
        for number, counts in enumerate(tables):
            rng = np.random.default_rng((seed, number))
            jobs, herfindahl = with_jobs(design, counts, rng)
            yield Economy(jobs, counts.astype(float)), herfindahl

    return design, made()


def nulls(
    replicates: int,
    kinds: Sequence[str] = tuple(KINDS),
    *,
    size: str = "country",
    beside: int | None = None,
    first_seed: int = JUDGING_SEED + 100,
) -> dict[str, pd.DataFrame]:
    """Return false alarms of the grades, and of all others in the first ``beside``.

    Each kind has a seed of its own, ``first_seed`` and those that follow it. Settings
    drawn at random, few regions and detected templates: ``validation.grades``.
    """
    beside = min(replicates, 20) if beside is None else beside
    alarms, others, rules = [], [], []
    for name in kinds:
        seed = first_seed + list(KINDS).index(name)
        alarms.append(_alarms(name, size, replicates, seed))
        if beside:
            counted = _beside(name, size, beside, seed)
            names = [name for name in presets().index if name in counted.columns]
            others.append(counted.drop(columns=names))
            rules.append(counted[names])
    table = pd.DataFrame(alarms).set_index("economy")
    result = {f"nulls: false alarms of the grades, {size}": table}
    if beside:
        by_rule = pd.concat(rules).T.rename_axis("rule")
        result[f"nulls: other pathways, {size}"] = pd.concat(others)
        result[f"nulls: published rules, {size}"] = by_rule
    return result


def _alarms(name: str, size: str, replicates: int, seed: int) -> dict[str, Any]:
    """Return how many economies show each grade."""
    design, made = economies(replicates, seed, **KINDS[name], **SIZES[size])
    groups = template_groups(design)
    graph = contiguity(design.regions, islands="keep")
    shown = dict.fromkeys(("A", "AB", "ABCD"), 0)
    first = 0
    busy = time.process_time()
    for economy, _ in made:
        found = methods.candidates(economy, groups, design.regions, graph)
        grades = set(found.concentrations["grade"])
        for which in shown:
            shown[which] += bool(grades & set(which))
        first += bool(detect(economy, groups, design.regions, graph).any())
    return {
        "economy": name,
        "economies": replicates,
        "with an A": shown["A"],
        "share with an A": shown["A"] / replicates,
        "A at most (95 %)": upper_limit(shown["A"], replicates),
        "with an A or B": shown["AB"],
        "with any grade": shown["ABCD"],
        "first detector": first,
        "seconds of processor": time.process_time() - busy,
    }


def _beside(name: str, size: str, replicates: int, seed: int) -> pd.DataFrame:
    """Return the mean number of clusters an economy by the other pathways and rules."""
    design, made = economies(replicates, seed, **KINDS[name], **SIZES[size])
    groups = template_groups(design)
    graph = contiguity(design.regions, islands="keep")
    near = adjacency(graph, list(design.regions.index))
    related = methods.related_within(groups)
    density = design.regions["population"] / design.regions["area_km2"]
    rows = []
    for economy, _ in made:
        default = methods.candidates(economy, groups, design.regions, graph)
        table = methods.jobs_alone(economy)
        alone = methods.candidates(table, groups, design.regions, graph)
        counts = {"grades": len(default.table), "jobs alone": len(alone.table)}
        second = cell_clusters(economy, related, graph, density=density)
        counts["second pathway"] = second["cluster"].nunique()
        row = {pathway: float(n) for pathway, n in counts.items()}
        row |= {f"{name}, share with any": float(n > 0) for name, n in counts.items()}
        table = methods.side_by_side(default.cells, economy, design.regions, graph)
        for rule, members in methods.published(table).items():
            row[rule] = float(len(clusters_of(members, near)))
        rows.append(row)
    mean = pd.DataFrame(rows).mean()
    return mean.to_frame(name).T.rename_axis("economy")
