"""The table: the library's groups beside the best that peers reach on the answer."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from clusterid.communities import detect_communities
from validation.partitions._designs import DESIGNS, known_graphs
from validation.partitions._peers import METHODS, agreement, grid_of

__all__ = ["AIM", "known", "partitions"]

#: How far below the best of a fixed resolution a design may end.
AIM = 0.03


def partitions(
    draws: int, seed: int, *, names: Iterable[str] = (), small: int = 1
) -> dict[str, pd.DataFrame]:
    """Return the mean agreement by design, ours with the defaults and the peers'.

    ``draws`` of each design from ``seed`` on, ``small`` times as many of designs of
    at most 100 nodes.
    """
    rows = {name: _row(name, draws, seed, small) for name in names or DESIGNS}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("design")
    return {"planted": table}


def _row(name: str, draws: int, seed: int, small: int) -> dict[str, object]:
    ours, grids, groups = [], [], []
    first = DESIGNS[name](seed)
    count = draws * small if len(first.truth) <= 100 else draws
    for one in range(seed, seed + count):
        planted = DESIGNS[name](one)
        found = detect_communities(planted.graph)
        ours.append(agreement(found.membership, planted))
        grids.append(grid_of(planted, one))
        groups.append(len(found.labels))
    every = pd.concat(grids, axis=1)
    fixed = every.mean(axis=1)
    best = float(fixed.max())
    mean = sum(ours) / count
    each = every.max().to_numpy() - ours
    return {
        "draws": count,
        "detection": round(mean, 3),
        **{name: round(float(fixed[name].max()), 3) for name in METHODS},
        "best fixed": round(best, 3),
        "gap": round(mean - best, 3),
        "reached": "yes" if mean >= best - AIM else "no",
        "best of each draw": round(float(every.max().mean()), 3),
        "se": round(float(pd.Series(each).std(ddof=1) / count**0.5), 3)
        if count > 1
        else float("nan"),
        "templates": round(sum(groups) / count, 1),
    }


def known(seed: int) -> dict[str, pd.DataFrame]:
    """Return the same for graphs that others know, and modularity's own best."""
    from clusterid.communities._graph import from_graph
    from clusterid.communities._partition import leiden

    rows = {}
    for name, planted in known_graphs().items():
        found = detect_communities(planted.graph, seed=seed)
        best = grid_of(planted, seed).groupby("method").max()
        edges = from_graph(planted.graph)
        labels, _ = leiden(
            edges, quality="modularity", resolution=1.0, seed=seed, starts=50
        )
        at_one = pd.Series(labels, list(edges.nodes)).astype(str)
        rows[name] = {
            "groups known": len(set(planted.truth.values())),
            "templates": len(found.labels),
            "in none": int(found.membership.isna().sum()),
            "detection": round(agreement(found.membership, planted), 3),
            **{method: round(float(best[method]), 3) for method in METHODS},
            "groups of best modularity": int(at_one.nunique()),
            "its agreement": round(agreement(at_one, planted), 3),
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("graph")
    return {"known": table}
