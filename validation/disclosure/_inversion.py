"""The smoothing undone: shrunk quotients back to the jobs they were made of."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, special

from clusterid.tables import contiguity
from validation.disclosure._published import Published
from validation.disclosure._statements import Book, members_of

__all__ = ["local_say", "shrunk_say"]

Floats = npt.NDArray[np.float64]

#: The wide component of the prior, as the method is published.
_WIDE = 2.0


def shrunk(n: Floats, mu: Floats, roughness: float, share: float) -> Floats:
    """Return shrunk quotients as the documentation of the method defines them."""
    narrow = 1.0 / max(float(np.expm1(roughness**2)), 1e-4)
    logs, means = [], []
    for shape, rate in ((narrow, narrow), (_WIDE, _WIDE / 2)):
        logs.append(
            special.gammaln(shape + n) - special.gammaln(shape)
            + shape * np.log(rate / (rate + mu)) + special.xlogy(n, mu / (rate + mu))
        )  # fmt: skip
        means.append((shape + n) / (rate + mu))
    ratio = np.exp(np.clip(logs[1] - logs[0], -500, 500))
    wide = share * ratio / (share * ratio + 1 - share)
    return np.asarray(wide * means[1] + (1 - wide) * means[0])


def shrunk_say(published: Published, book: Book) -> None:
    """Add what the shrunk quotients of templates say of sums of held cells.

    The unit in which jobs are counted, the share of the wide prior and, where it is not
    published, the total of the industries are fitted to the regions of which all is
    published; the rest is solved.
    """
    cells = published.tables.get("candidates.cells")
    if cells is None or "lq_shrunk" not in cells.columns:
        return
    for template, weights in members_of(published).items():
        rows = cells[cells["template"].eq(template)].set_index("region")
        values = rows["lq_shrunk"].reindex(published.jobs.index).to_numpy(dtype=float)
        entry = f".candidates.params[nulls][{template}][roughness]"
        roughness = published.params.get(entry)
        if not isinstance(roughness, float):
            continue
        block = published.jobs.to_numpy(dtype=float)[:, weights > 0]
        jobs = block.sum(axis=1)  # NaN where a cell is held
        size = published.region.to_numpy(dtype=float) / published.total
        total = float(published.industry.to_numpy(dtype=float)[weights > 0].sum())
        solved = _solved(values, jobs, size, roughness, total)
        for i in np.flatnonzero(np.isnan(jobs) & np.isfinite(solved)):
            one = np.zeros(published.jobs.shape)
            one[i] = weights
            slack = 0.02 + 1e-4 * abs(solved[i])
            book.say(one, float(solved[i]), "candidates.cells.lq_shrunk", slack=slack)


def _solved(
    values: Floats, jobs: Floats, size: Floats, roughness: float, total: float
) -> Floats:
    """Return the jobs of every region that its shrunk quotient says; NaN where none."""
    nothing = np.full(len(values), np.nan)
    known = np.isfinite(values) & np.isfinite(jobs) & (size > 0)
    if known.sum() < 4 or np.ptp(values[known]) == 0:
        return nothing
    given = np.isfinite(total) and total > 0
    if not given:
        total = float(jobs[known].sum() / size[known].sum())

    def model(theta: Floats, n: Floats, x: Floats) -> Floats:
        unit, share = np.exp(theta[0]), special.expit(theta[1])
        whole = total if given else total * np.exp(theta[2])
        return shrunk(n / unit, whole * x / unit, roughness, float(share))

    best = None
    for unit in (5.0, 30.0, 150.0):
        start = np.array([np.log(unit), -3.0, 0.0][: 2 if given else 3])
        found = optimize.least_squares(
            lambda t: model(t, jobs[known], size[known]) - values[known], start,
            xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=400,
        )  # fmt: skip
        if best is None or found.cost < best.cost:
            best = found
    if best is None or np.sqrt(2 * best.cost / known.sum()) > 1e-4:
        return nothing  # not what the method is published as, or of other numbers
    low, high = np.zeros(len(values)), np.full(len(values), 50.0 * max(total, 1.0))
    for _ in range(80):  # shrunk quotients grow with the jobs: halve
        middle = (low + high) / 2
        above = model(best.x, middle, size) > values
        high, low = np.where(above, middle, high), np.where(above, low, middle)
    usable = np.isfinite(values) & (size > 0)
    return np.where(usable, (low + high) / 2, np.nan)


def local_say(published: Published, book: Book) -> None:
    """Add what the local statistics of templates say of sums of held cells.

    Gi* is a sum over a region and its neighbours, standardised: solved for the regions
    it gives their shrunk quotients but for level and scale, which the quotients that
    are published fix. What was blanked or rounded there stands here to 12 digits.
    """
    cells = published.tables.get("candidates.cells")
    if cells is None or "gi_z" not in cells.columns:
        return
    around = _neighbours(published)
    n, degree = len(around), around.sum(axis=1)
    scale = np.sqrt(np.maximum((n * degree - degree**2) / (n - 1), 0.0))
    other = cells.copy()
    members = members_of(published)
    for template, rows in cells.groupby("template"):
        by_region = rows.set_index("region").reindex(published.jobs.index)
        z = by_region["gi_z"].to_numpy(dtype=float)
        shown = by_region["lq_shrunk"].to_numpy(dtype=float)
        inside = members.get(str(template), np.zeros(published.jobs.shape[1])) > 0
        # what follows is computed from the regions of which all is published
        known = np.isfinite(shown) & ~published.held[:, inside].any(axis=1)
        found = np.full(n, np.nan)
        if np.isfinite(z).all() and known.sum() >= 4:
            left = np.column_stack([around, -degree, -z * scale])
            fixed = np.eye(n, n + 2)[known]
            right = np.concatenate([np.zeros(n), shown[known]])
            whole = np.vstack([left, fixed])
            answer, _, rank, _ = np.linalg.lstsq(whole, right)
            found = answer[:n] if rank == n + 2 else found
        series = pd.Series(found, published.jobs.index)
        other.loc[rows.index, "lq_shrunk"] = series[rows["region"]].to_numpy()
    tables = {**published.tables, "candidates.cells": other}
    again = Book(replace(published, tables=tables))
    shrunk_say(again.published, again)
    book.rows += again.rows
    book.value += again.value
    book.slack += again.slack
    book.source += ["candidates.cells.gi_z"] * len(again.rows)


def _neighbours(published: Published) -> Floats:
    """Return which regions touch, each its own neighbour, from the published shapes."""
    path = published.folder / "clusters.gpkg"
    shapes = gpd.read_file(path, layer="regions").set_index("region")
    graph = contiguity(shapes.reindex(published.jobs.index))
    around = np.eye(len(shapes))
    place = {code: i for i, code in enumerate(published.jobs.index)}
    for focal, neighbour in graph.adjacency.index:
        if focal != neighbour and graph.adjacency[focal, neighbour] > 0:
            around[place[focal], place[neighbour]] = 1.0
    return around
