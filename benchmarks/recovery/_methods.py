"""The roads and rules that are judged, each from a cell table to members."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.clusters import apply_presets, test_groups
from clusterid.clusters._grow import adjacency, grow

LEVEL = 0.1


def f1(found: np.ndarray, truth: np.ndarray) -> tuple[float, float, float]:
    """Return precision, recall and F1 of cells (precision 1 when nothing is found)."""
    hit = float((found & truth).sum())
    precision = hit / found.sum() if found.any() else 1.0
    recall = hit / truth.sum() if truth.any() else 1.0
    total = found.sum() + truth.sum()
    return precision, recall, 2 * hit / total if total else 1.0


def tuned(score: np.ndarray, truth: np.ndarray) -> float:
    """Return the best F1 any cut of a score can reach, knowing the truth."""
    order = np.argsort(-np.nan_to_num(score, nan=-np.inf).ravel(), kind="stable")
    hits = np.cumsum(truth.ravel()[order])
    return float((2 * hits / (np.arange(1, len(hits) + 1) + truth.sum())).max())


def wide(cells: pd.DataFrame, column: str) -> np.ndarray:
    """Return one column of the cell table as regions x groups."""
    return cells.pivot(index="region", columns="template", values=column).to_numpy()


def default(economy, groups, graph, *, roughness="estimate", concept="auto"):
    """Return the cell table and the members of the default road."""
    cells = test_groups(
        economy, groups, roughness=roughness, concept=concept, local_statistics=False
    )
    near = adjacency(graph, list(economy.regions))
    p, lq, seeds = (wide(cells, c) for c in ("p_value", "lq_shrunk", "is_seed"))
    members = np.column_stack([
        grow(
            p[:, g], lq[:, g].astype(float), seeds[:, g].astype(bool), near, level=LEVEL
        )
        for g in range(p.shape[1])
    ])
    return cells, members


def oracle(economy, groups, graph, truth, lq: float) -> float:
    """Return the F1 of the likelihood ratio with neighbours, cut tuned on the truth."""
    n = economy.establishments[groups.index].to_numpy()
    share = economy.establishments.sum(axis=1).to_numpy()
    mu = np.outer(share / share.sum(), n.sum(axis=0))
    ratio = n * np.log(lq) - (lq - 1) * mu
    near = adjacency(graph, list(economy.regions))
    return max(
        tuned(ratio + w * (near @ ratio), truth) for w in (0, 0.1, 0.2, 0.3, 0.5)
    )


def rules(cells, economy, truth) -> dict[str, float]:
    """Return the F1 of published rules: as published, and with the cut tuned."""
    table = apply_presets(cells, size=economy.employment.sum(axis=1))
    table[["employment", "lq"]] = cells[["employment", "lq"]]
    found = {}
    for name in ("lq_2", "eco_2008", "eco_2011", "cluster_mapping_strong10"):
        found[name] = f1(wide(table, name) >= 1, truth)[2]
    found["best cut of LQ"] = tuned(wide(table, "lq"), truth)
    for name in ("eco_2008", "eco_2011"):
        found[f"best cut of {name}"] = max(
            f1(wide(table, name) >= stars, truth)[2] for stars in (1, 2, 3)
        )
    return found
