"""Links of a simulated economy: supply, skills, research collaborations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.simulation._design import Design
    from clusterid.simulation._industries import Industries

__all__ = ["collaborations", "flows", "skill_links"]

_KINDS = ("firm", "university", "research institute", "public", "association")
_KIND_ODDS = (0.45, 0.25, 0.20, 0.05, 0.05)


def _same(industries: Industries) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return whether two industries share a template, and whether a parent."""
    codes = industries.table.index
    owner = pd.Series(-1, index=codes)
    rows = industries.templates.drop_duplicates("industry").set_index("industry")
    number = pd.factorize(rows["template"], sort=True)[0]
    owner.loc[rows.index] = number
    template = owner.to_numpy()
    together = (template[:, None] == template[None]) & (template[:, None] >= 0)
    parent = pd.factorize(industries.table["parent"])[0]
    return together, parent[:, None] == parent[None]


def _recipes(
    industries: Industries, sd: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return a log taste of every industry for all others, shared inside a template.

    Industries of one template draw on (or sell to) the same partners; the others share
    half of their taste inside a code's own group.
    """
    codes = industries.table.index
    n = len(codes)
    rows = industries.templates.drop_duplicates("industry").set_index("industry")
    branch = industries.table["parent"].astype(str).copy()
    branch.loc[rows.index] = rows["template"]
    number, names = pd.factorize(branch, sort=True)
    share = np.where(codes.isin(rows.index), 0.9, 0.5)[:, None]
    common = rng.normal(0.0, sd, (len(names), n))[number]
    own = rng.normal(0.0, sd, (n, n))
    return np.asarray(np.sqrt(share) * common + np.sqrt(1 - share) * own)


def flows(
    industries: Industries, employment: NDArray[np.float64], rng: np.random.Generator
) -> pd.DataFrame:
    """Return an input-output table with a chain planted in every template.

    Sales follow the sizes of both industries (gravity) and the recipes: log-normal
    tastes (sd 1) for suppliers and for customers, which industries of one template
    share to nine tenths. They are 1.5 times larger inside a code's own group, 6 times
    inside a template, 15 times along its chain (each industry sells to the next);
    universal suppliers sell 3 times more to everyone. Million of an invented currency.
    """
    codes = industries.table.index
    n = len(codes)
    together, sibling = _same(industries)
    size = np.maximum(employment, 1.0)
    buys = _recipes(industries, 1.0, rng)  # buyer x supplier
    sells = _recipes(industries, 1.0, rng)  # seller x customer
    noise = rng.normal(0.0, 0.4, (n, n))
    value = np.outer(size, size) / size.sum() * np.exp(buys.T + sells + noise)
    boost = np.where(sibling, 1.5, 1.0)
    boost = np.where(together, 6.0, boost)
    for _, members in industries.templates.groupby("template", sort=True):
        i = codes.get_indexer(pd.Index(members["industry"]))
        boost[i[:-1], i[1:]] = 15.0
    boost[industries.table["universal"].to_numpy()] *= 3.0
    value = np.round(value * boost * 0.05, 3)
    seller, buyer = np.nonzero(value >= 0.05)
    return pd.DataFrame({
        "seller": codes[seller],
        "buyer": codes[buyer],
        "value": value[seller, buyer],
    })


def skill_links(
    industries: Industries, employment: NDArray[np.float64], rng: np.random.Generator
) -> pd.DataFrame:
    """Return skill relatedness of pairs from simulated job moves.

    Moves are Poisson with the product of both sizes, 1.5 times more inside a code's
    group, 8 times inside a template, times log-normal noise (sd 0.5). Relatedness is
    ``(SR - 1) / (SR + 1)`` with SR observed over expected moves; pairs with fewer than
    10 moves are left out: unknown, not zero.
    """
    codes = industries.table.index
    n = len(codes)
    together, sibling = _same(industries)
    size = np.sqrt(np.maximum(employment, 1.0))
    base = np.outer(size, size)
    base *= 40.0 * n * n / base.sum()
    noise = rng.normal(0.0, 0.5, (n, n))
    noise = (noise + noise.T) / np.sqrt(2.0)
    boost = np.where(together, 8.0, np.where(sibling, 1.5, 1.0))
    upper_i, upper_j = np.triu_indices(n, k=1)
    moves = np.zeros((n, n))
    drawn = rng.poisson((base * boost * np.exp(noise))[upper_i, upper_j])
    moves[upper_i, upper_j] = drawn
    moves += moves.T
    strength = moves.sum(axis=1)
    expected = np.outer(strength, strength) / moves.sum()
    kept = drawn >= 10
    i, j = upper_i[kept], upper_j[kept]
    ratio = moves[i, j] / expected[i, j]
    return pd.DataFrame({
        "source": codes[i],
        "target": codes[j],
        "value": np.round((ratio - 1.0) / (ratio + 1.0), 6),
    })


def collaborations(
    design: Design, n_projects: int, year: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, list[str]]:
    """Return project participations, and the organisations booked at a seat.

    Three of five projects belong to a template with planted clusters; their partners
    sit in one of its planted regions with odds 0.7. Consortia are 2 to 40 partners,
    log-normal. One research institute in twenty is a large body whose participations
    are all booked at its seat in the largest region, whoever did the work.
    """
    codes = design.regions.index
    n_organisations = max(4 * len(codes), 40)
    home = np.sort(rng.choice(len(codes), size=n_organisations, p=design.weights))
    kind = rng.choice(len(_KINDS), size=n_organisations, p=_KIND_ODDS)
    names = np.array([f"O{i:05d}" for i in range(1, n_organisations + 1)])
    activity = np.exp(rng.normal(0.0, 1.0, n_organisations)) * np.where(
        np.isin(kind, (1, 2)), 3.0, 1.0
    )
    institutes = np.flatnonzero(kind == 2)
    seat = institutes[:: 20 if len(institutes) > 20 else max(len(institutes), 1)]
    home[seat] = int(np.argmax(design.weights))
    activity[seat] *= 5.0

    size = np.exp(rng.normal(1.5, 0.7, n_projects)).round().clip(2, 40).astype(int)
    project = np.repeat(np.arange(n_projects), size)
    who = rng.choice(n_organisations, size=len(project), p=activity / activity.sum())
    field = np.full(n_projects, None, dtype=object)
    clusters = design.clusters
    if len(clusters):
        templates = np.sort(clusters["template"].unique())
        of_template = rng.integers(0, len(templates), n_projects)
        in_cluster = rng.random(n_projects) < 0.6
        local = rng.random(len(project)) < 0.7
        for k, template in enumerate(templates):
            rows = clusters[clusters["template"] == template]
            places = codes.get_indexer(";".join(rows["regions"]).split(";"))
            here = np.flatnonzero(np.isin(home, places))
            chosen = in_cluster & (of_template == k)
            field[chosen] = rows["field"].iloc[0]
            moved = np.flatnonzero(chosen[project] & local)
            if len(here) and len(moved):
                odds = activity[here] / activity[here].sum()
                who[moved] = rng.choice(here, size=len(moved), p=odds)
    table = pd.DataFrame({
        "project": [f"J{p + 1:05d}" for p in project],
        "organisation": names[who],
        "organisation_kind": np.array(_KINDS)[kind[who]],
        "region": codes.to_numpy()[home[who]],
        "year": year - rng.integers(0, 5, n_projects)[project],
        "weight": 1.0,
        "field": pd.array(field[project], dtype="str"),
    }).drop_duplicates(["project", "organisation"])
    partners = table.groupby("project")["organisation"].transform("size")
    table = table[partners >= 2].sort_values(["project", "organisation"])
    return table.reset_index(drop=True), sorted(names[seat].tolist())
