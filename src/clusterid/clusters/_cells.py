"""The cell test: a group in a region against its own ordinary ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed
from clusterid.clusters._counts import (
    Shares,
    group_shares,
    group_weights,
    point_employment,
)
from clusterid.clusters._roughness import Null, fit_null, industry_roughness
from clusterid.errors import OptionError, check_option
from clusterid.statistics import q_values
from clusterid.tables import Economy

__all__ = ["CELL_COLUMNS", "test_groups"]

Floats = npt.NDArray[np.float64]

CELL_COLUMNS = [
    "template", "region", "employment", "establishments", "lq", "lq_shrunk",
    "p_value", "q_value", "gi_z", "gi_q", "n_members", "is_seed", "is_member",
    "certainty", "power_lq", "share_imputed", "reason",
]  # fmt: skip

#: Plants that a plant's worth of jobs is spread over: 1 + CV^2 of plant sizes,
#: measured between 4.2 and 9.5 on log-normal sizes; used where no Herfindahl is known.
SIZE_SPREAD = 5.0
#: With jobs alone a cell must stand out at this level without its largest possible
#: plant, too. Ours.
REST_LEVEL = 0.05
#: Power at which ``power_lq`` is stated.
POWER = 0.9
#: Shape of the extraordinary quotients in the prior of ``lq_shrunk``. Ours.
WIDE = 2.0


@typed
def test_groups(
    economy: Economy,
    groups: pd.DataFrame,
    graph: Any = None,
    *,
    concept: Literal["auto", "establishments", "employment"] = "auto",
    roughness: str | float = "estimate",
    density: pd.Series | Literal["size", "none"] = "size",
    gate: Literal["bh", "bonferroni"] = "bh",
    alpha: float = 0.03,
    jobs_per_effective_plant: float = 100.0,
    imputed: pd.DataFrame | None = None,
    check_single: bool = False,
    local_statistics: bool = True,
    permutations: int = 999,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Test every group of industries in every region.

    Plants choose places, so the test counts plants; employment gives size and
    strength. The null is not a dartboard but the group's own ordinary unevenness,
    estimated over all regions with the upper tail left out: a Poisson count with
    log-normal rates and a density gradient. Where no establishments are known, jobs
    are turned into effective plants and tested alike; that is weaker evidence, because
    one large plant counts as many, and every cell says ``employment_only``. A cell
    must then stand out without its largest possible plant, too: the one that plant
    sizes allow (:attr:`Economy.plant_herfindahl`), or all of its largest industry
    where sizes are unknown. If it does not, it says ``one_industry``: not decided, one
    large plant would look the same.

    Parameters
    ----------
    economy : Economy
        One year; NaN cells are withheld and are missing on both sides of a quotient.
    groups : DataFrame, industries x groups
        Weights 0..1: how far an industry belongs to the group.
    graph : libpysal.graph.Graph, optional
        Neighbours, for the Getis-Ord columns.
    concept : {"auto", "establishments", "employment"}
        What the test counts; ``auto`` takes establishments where they are known.
    roughness : "estimate", "none" or float
        ``none`` tests against the dartboard, a number fixes the sd of the log rate.
    density : Series by region, "size" or "none"
        Jobs per km2 (any unit) for the gradient; ``"size"`` takes the region's size.
    gate : {"bh", "bonferroni"}
        How a cell becomes a seed: Benjamini-Hochberg or Bonferroni over the family.
    alpha : float
        Level over the whole family (all groups x all regions of this call). Where
        nothing is clustered anywhere, either gate opens with at most this chance;
        where something is, Bonferroni keeps to it cell by cell, Benjamini-Hochberg
        lets that share of the seeds be false and finds more.
    jobs_per_effective_plant : float
        Where neither establishments nor a plant Herfindahl are known, so many jobs
        count as one plant: mean plant size times 1 + CV^2 of plant sizes. About 14
        jobs a plant in Germany times 4.2 to 9.5; 100 is ours.
    imputed : DataFrame of bool, regions x industries, optional
        Cells that were filled in, for ``share_imputed``.
    check_single : bool
        With jobs alone, a group of one industry must stand without its largest
        possible plant, too, and does not where plant sizes are unknown; else such a
        group is taken as given.
    local_statistics : bool
        Compute the Getis-Ord columns.
    permutations : int
        Of the Getis-Ord test.
    seed : int
        Of the permutations.

    Returns
    -------
    DataFrame, one row a group and region
        ``template`` (the group), ``region``, ``employment`` (persons, weighted),
        ``establishments``, ``lq`` (employment quotient, 1 = as everywhere),
        ``lq_shrunk``, ``p_value`` (one-sided; with jobs
        alone, where a cell does not stand out without its largest possible plant, the
        p of what is left), ``q_value`` (Benjamini-Hochberg over
        the whole call), ``gi_z``, ``gi_q``, ``n_members`` (industries of the group
        present with a quotient above 1), ``is_seed`` (passed the gate),
        ``is_member`` (False) and ``certainty`` (NaN; both are filled by
        :func:`member_cells`), ``power_lq`` (the quotient a lone cell must really
        have to be a seed nine times in ten), ``share_imputed``,
        ``reason`` (why p is missing: ``withheld``, ``region_empty``,
        ``group_absent``; or ``withheld_part``, ``employment_only``,
        ``one_industry``; empty if nothing is to be said).
        ``attrs["nulls"]`` has roughness and gradient by group.

    Raises
    ------
    TableError
        If weights are outside 0..1 or no industry matches.
    OptionError
        If an option is not offered.

    References
    ----------
    Guimaraes, Figueiredo and Woodward (2009) for plants as the unit of the test;
    Getis and Ord (1992) for the local statistic. The null with roughness is ours.

    Examples
    --------
    >>> import pandas as pd
    >>> from clusterid.tables import economy
    >>> regions = [f"R{i:02d}" for i in range(12)]
    >>> long = pd.DataFrame(
    ...     [(r, i, 100.0, 20) for r in regions for i in "AB"]
    ...     + [(r, "C", 5000.0 if r == "R03" else 50.0, 90 if r == "R03" else 2)
    ...        for r in regions],
    ...     columns=["region", "industry", "employment", "establishments"],
    ... )
    >>> groups = pd.DataFrame({"group": [1.0]}, index=["C"])
    >>> cells = test_groups(economy(long), groups, roughness="none")
    >>> cells.loc[cells["is_seed"], "region"].tolist()
    ['R03']
    """
    found = tested_cells(
        economy,
        groups,
        graph,
        concept=concept,
        roughness=roughness,
        density=density,
        gate=gate,
        alpha=alpha,
        jobs_per_effective_plant=jobs_per_effective_plant,
        imputed=imputed,
        check_single=check_single,
        local_statistics=local_statistics,
        permutations=permutations,
        seed=seed,
    )
    return found.cells[CELL_COLUMNS]


test_groups.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class CellTest:
    """A cell table with what it was made from.

    ``cells`` as :func:`test_groups`, ``p_unchecked``, p before the largest plant, and
    ``p_rest``, p without it (0 where plants are counted); ``count``
    (regions x groups, in plants or effective plants); the groups' ``nulls``.
    """

    cells: pd.DataFrame
    count: Floats
    nulls: tuple[Null, ...]


def tested_cells(
    economy: Economy,
    groups: pd.DataFrame,
    graph: Any = None,
    *,
    concept: str,
    roughness: str | float,
    density: pd.Series | str,
    gate: str,
    alpha: float,
    jobs_per_effective_plant: float,
    imputed: pd.DataFrame | None,
    check_single: bool,
    local_statistics: bool,
    power: bool = True,
    permutations: int = 999,
    seed: int,
) -> CellTest:
    """Return what :func:`test_groups` does with its counts and nulls.

    Without ``power``, ``power_lq`` is not computed.
    """
    check_option("concept", concept, ("auto", "establishments", "employment"))
    if isinstance(roughness, str):
        check_option("roughness", roughness, ("estimate", "none"))
    elif not 0 <= roughness < 5:
        raise OptionError(f"roughness={roughness}: use a number from 0 to 5.")
    if isinstance(density, str):
        check_option("density", density, ("size", "none"))
    check_option("gate", gate, ("bh", "bonferroni"))
    if not 0 < alpha < 1:
        raise OptionError(f"alpha={alpha}: use a number between 0 and 1.")
    weights = group_weights(groups, economy.industries)
    employment, marks = point_employment(economy, imputed)
    by_plants = economy.establishments is not None and concept != "employment"
    if concept == "establishments" and not by_plants:
        raise OptionError(
            "concept='establishments', but the economy has no establishments; use "
            "'employment', or read a table that counts local units."
        )
    jobs = group_shares(employment, weights, _sizes(economy, employment))
    counted, lumps = counted_plants(
        economy, employment, by_plants, jobs_per_effective_plant
    )
    plants = group_shares(counted, weights) if by_plants else None
    tested = jobs if plants is None else plants
    effective = _effective(economy, weights, jobs, plants, lumps)
    # all industries of a group are counted in the same unit: a group's count is its
    # quotient on another scale, whatever the sizes of its industries' plants
    unit = tested.scale if plants is not None else effective
    count, mean = tested.observed / unit, tested.expected / unit
    known = np.where(tested.withheld < 1, count, np.nan)
    covariate = log_density(density, economy, employment)
    shares, taus = _industries(counted, weights, covariate)
    nulls = fit_null(
        known,
        mean,
        shares=shares,
        taus=taus,
        density=covariate,
        roughness=roughness,
        plants=plants is not None,
    )
    # what does not stand above the dartboard is no concentration; not computed
    p = np.ones(count.shape)
    for g, null in enumerate(nulls):
        above = count[:, g] > mean[:, g]
        p[above, g] = null.p_values(count[:, g], where=above)
    p[mean <= 0] = np.nan
    level = alpha / max(1, int(np.isfinite(p).sum()))
    needed = np.full(p.shape, np.nan)
    for g, null in enumerate(nulls) if power else ():
        needed[:, g] = null.detectable(mean[:, g], level, POWER)
    unchecked = p
    rest, lone = None, np.zeros(p.shape, dtype=bool)
    if plants is None:
        rest = _without_largest(
            economy,
            employment,
            weights,
            jobs,
            effective,
            nulls,
            singles=check_single,
        )
        lone = (rest > REST_LEVEL) & (p <= REST_LEVEL)
        p = np.where(rest > REST_LEVEL, np.maximum(p, rest), p)
    lq = np.divide(
        jobs.observed,
        jobs.expected,
        out=np.full(count.shape, np.nan),
        where=jobs.expected > 0,
    )
    shrunk = _shrunk(jobs, effective, nulls)
    cells = _tidy(
        economy,
        weights,
        employment=employment,
        marks=marks,
        jobs=jobs,
        plants=plants,
        lq=lq,
        shrunk=shrunk,
        p=p,
        power=needed,
        nulls=nulls,
        rest=rest,
        lone=lone,
        gate=gate,
        alpha=alpha,
        graph=graph if local_statistics else None,
        permutations=permutations,
        seed=seed,
    )
    cells["p_unchecked"] = unchecked.T.ravel()
    cells["p_rest"] = 0.0 if rest is None else rest.T.ravel()
    return CellTest(cells, count, tuple(nulls))


def _sizes(economy: Economy, employment: pd.DataFrame) -> pd.Series:
    """Return jobs by region: the published total, else the sum of what is known."""
    published = economy.margins.region
    return published.where(published.notna(), employment.sum(axis=1))


def log_density(
    density: pd.Series | str, economy: Economy, employment: pd.DataFrame
) -> Floats | None:
    if isinstance(density, str) and density == "none":
        return None
    if isinstance(density, str):
        values = _sizes(economy, employment)
    else:
        values = density.reindex(economy.regions).astype(float)
        if values.isna().all():
            values = _sizes(economy, employment)
    array = values.to_numpy(dtype=float)
    logs: Floats = np.log(array, out=np.full(len(array), np.nan), where=array > 0)
    return logs


def _industries(
    plants: pd.DataFrame, weights: pd.DataFrame, covariate: Floats | None
) -> tuple[Floats, Floats]:
    """Return the industries' share of each group's plants, and their own roughness."""
    w = weights.to_numpy(dtype=float)
    used = w.any(axis=1)
    eye = np.eye(len(w))[:, used]
    alone = group_shares(plants, pd.DataFrame(eye, index=weights.index))
    taus = np.zeros(len(w))
    known = plants.notna().to_numpy()[:, used]
    taus[used] = industry_roughness(
        np.where(known, alone.observed, np.nan), alone.expected, covariate
    )
    total = plants.sum(axis=0).to_numpy(dtype=float)
    return w * total[:, None], taus


def _without_largest(
    economy: Economy,
    employment: pd.DataFrame,
    weights: pd.DataFrame,
    jobs: Shares,
    effective: Floats,
    nulls: Sequence[Null],
    *,
    singles: bool,
) -> Floats:
    """Return p of each cell without what one plant may have added most to it.

    Where plant sizes are known, that is the largest plant they allow; else all the
    jobs of the industry that adds most. Groups of one industry whose plant sizes are
    unknown cannot be checked: 0, or with ``singles`` 1.
    """
    p = np.full(jobs.observed.shape, 1.0 if singles else 0.0)
    w = weights.to_numpy(dtype=float)
    used = np.flatnonzero(w.any(axis=1))
    eye = pd.DataFrame(np.eye(len(w))[:, used], index=weights.index)
    alone = group_shares(employment, eye)
    plant = largest_possible_plants(economy, employment).to_numpy()[:, used]
    # a plant that may be the whole cell goes with all that is expected of its industry
    bounded = plant < alone.observed
    rows = np.arange(len(p))
    for g, null in enumerate(nulls):
        mine = np.flatnonzero(w[used, g] > 0)
        if len(mine) < 2 and not singles:
            continue
        own = w[used[mine], g]
        here = bounded[:, mine]
        removed = np.where(here, plant[:, mine], alone.observed[:, mine]) * own
        expected = np.where(here, 0.0, alone.expected[:, mine]) * own
        largest = np.argmax(removed - expected, axis=1)
        left = jobs.observed[:, g] - removed[rows, largest]
        mean = jobs.expected[:, g] - expected[rows, largest]
        part = np.divide(
            mean, jobs.expected[:, g], out=np.zeros(len(mean)), where=mean > 1e-12
        )
        smaller = Null(null.mean * part, null.theta, null.weight, null.gradient)
        p[:, g] = np.nan_to_num(
            smaller.p_values(np.maximum(left, 0.0) / effective[g]), nan=1.0
        )
    return p


def largest_possible_plants(economy: Economy, employment: pd.DataFrame) -> pd.DataFrame:
    """Return the most jobs one plant can have in each cell; infinite where unknown.

    The squared share of the largest plant is no more than the plant Herfindahl (its
    upper end), so that no plant is above its root times the industry's jobs. Size
    classes of enterprises bound plants, too: no plant is larger than its enterprise,
    as long as both carry the same code.
    """
    most = pd.DataFrame(np.inf, index=employment.index, columns=employment.columns)
    herfindahl = economy.plant_herfindahl
    if isinstance(herfindahl, pd.DataFrame):
        herfindahl = herfindahl["upper"]
    if herfindahl is not None:
        share = np.sqrt(herfindahl.reindex(employment.columns).astype(float))
        bound = share * employment.sum(axis=0)
        most = most.clip(upper=bound.fillna(np.inf), axis=1)
    if economy.largest_plant is not None:
        known = economy.largest_plant.reindex_like(employment).fillna(np.inf)
        most = most.where(most <= known, known)
    return most


def _ratio(top: Floats, bottom: Floats) -> Floats:
    result: Floats = np.divide(top, bottom, out=np.ones_like(top), where=bottom > 0)
    return result


def counted_plants(
    economy: Economy, employment: pd.DataFrame, by_plants: bool, jobs_each: float
) -> tuple[pd.DataFrame, Floats]:
    """Return the table the test counts, and the jobs of one effective plant.

    Establishments where they are known; else jobs over jobs per effective plant: the
    plant Herfindahl times the industry's jobs where it is known (the lower end of an
    interval: size bands of enterprises overstate plants), ``jobs_each`` elsewhere.
    """
    total = employment.sum(axis=0).to_numpy(dtype=float)
    lump: Floats = np.full(len(total), float(jobs_each))
    if economy.plant_herfindahl is not None:
        herfindahl = economy.plant_herfindahl.reindex(employment.columns)
        values = herfindahl.to_numpy(dtype=float)
        if values.ndim == 2:
            values = values[:, 0]
        known = np.isfinite(values * total) & (values * total > 0)
        lump = np.where(known, values * total, lump)
    if by_plants and economy.establishments is not None:
        return economy.establishments, lump
    return employment.div(lump, axis=1), lump


def _effective(
    economy: Economy,
    weights: pd.DataFrame,
    jobs: Shares,
    plants: Shares | None,
    lumps: Floats,
) -> Floats:
    """Return jobs per effective plant of every group: the noise in its employment."""
    if plants is not None and economy.plant_herfindahl is None:
        total = jobs.observed.sum(axis=0)
        return _ratio(total, plants.observed.sum(axis=0)) * SIZE_SPREAD
    e_i = economy.employment.sum(axis=0).to_numpy(dtype=float)
    w = weights.to_numpy(dtype=float)
    return _ratio((w**2).T @ (lumps * e_i), w.T @ e_i)


def _shrunk(jobs: Shares, effective: Floats, nulls: Sequence[Null]) -> Floats:
    r"""Return quotients shrunk towards 1 by what chance alone would do to them.

    The true quotient of a cell is either ordinary, with mean 1 and the group's
    roughness, or extraordinary, with mean 2 and a wide spread; both gamma, the share
    of the second estimated by EM over the regions (the two-component prior of
    DuMouchel 1999). A single gamma would pull a real cluster among many ordinary
    regions to nearly 1. Counts are jobs over jobs per effective plant.
    """
    from scipy.special import gammaln

    unit = np.where(effective > 0, effective, 1.0)
    n, mu = jobs.observed / unit, jobs.expected / unit
    ok = mu > 0
    safe = np.where(ok, mu, 1.0)
    ordinary = 1 / np.maximum([np.expm1(null.roughness**2) for null in nulls], 1e-4)
    shapes = [(ordinary, ordinary), (np.full(len(nulls), WIDE), WIDE / 2)]
    logs, means = [], []
    for shape, rate in shapes:
        logs.append(
            gammaln(shape + n) - gammaln(shape)
            + shape * np.log(rate / (rate + safe))
            + n * np.log(safe / (rate + safe))
        )  # fmt: skip
        means.append((shape + n) / (rate + safe))
    ratio = np.exp(np.clip(logs[1] - logs[0], -500, 500))
    share = np.full(len(nulls), 0.05)
    for _ in range(50):
        wide = share * ratio / (share * ratio + 1 - share)
        average = np.where(ok, wide, 0.0).sum(axis=0) / np.maximum(1, ok.sum(axis=0))
        share = np.clip(average, 1e-4, 0.5)
    wide = share * ratio / (share * ratio + 1 - share)
    return np.asarray(np.where(ok, wide * means[1] + (1 - wide) * means[0], np.nan))


def _members(table: pd.DataFrame, weights: pd.DataFrame, size: pd.Series) -> Floats:
    """Return how many industries of each group stand above 1 in each region."""
    values = table.to_numpy(dtype=float)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    total = np.nan_to_num(size.to_numpy(dtype=float))
    reach = known.T @ total
    rate = np.divide(
        filled.sum(axis=0), reach, out=np.zeros_like(reach), where=reach > 0
    )
    above = (filled > 0) & (filled > total[:, None] * rate[None, :])
    belongs = (weights.to_numpy(dtype=float) > 0).astype(float)
    return np.asarray(above.astype(float) @ belongs)


def _imputed_share(
    employment: pd.DataFrame, marks: pd.DataFrame, weights: pd.DataFrame
) -> Floats:
    values = np.nan_to_num(employment.to_numpy(dtype=float))
    w = weights.to_numpy(dtype=float)
    total, filled = values @ w, (values * marks.to_numpy()) @ w
    share: Floats = np.divide(filled, total, out=np.zeros_like(total), where=total > 0)
    return share


def _tidy(
    economy: Economy,
    weights: pd.DataFrame,
    *,
    employment: pd.DataFrame,
    marks: pd.DataFrame,
    jobs: Shares,
    plants: Shares | None,
    lq: Floats,
    shrunk: Floats,
    p: Floats,
    power: Floats,
    nulls: Sequence[Null],
    rest: Floats | None,
    lone: npt.NDArray[np.bool_],
    gate: str,
    alpha: float,
    graph: Any,
    permutations: int,
    seed: int,
) -> pd.DataFrame:
    n_regions, n_groups = p.shape
    names, regions = list(weights.columns), list(economy.regions)
    counted = economy.establishments if plants is not None else employment
    if counted is None:
        counted = employment
    size = counted.sum(axis=1)
    members = _members(counted, weights, size)
    family = max(1, int(np.isfinite(p).sum()))
    gi_z, gi_q = _getis_ord(shrunk, regions, graph, permutations, seed)
    tested = plants if plants is not None else jobs
    reason = np.full(p.shape, "" if plants is not None else "employment_only", object)
    reason[lone] = "one_industry"
    reason[tested.withheld > 0] = "withheld_part"
    reason[np.isnan(p)] = "group_absent"
    reason[np.isnan(p) & (tested.withheld >= 1)] = "withheld"
    empty = np.nan_to_num(size.to_numpy(dtype=float)) <= 0
    reason[empty] = "region_empty"
    q = q_values(p.T.ravel())
    gated = q if gate == "bh" else p.T.ravel() * family
    supported: Any = True
    if rest is not None:
        supported = rest.T.ravel() <= REST_LEVEL
    column = {
        "template": np.repeat(np.array(names, dtype=object), n_regions),
        "region": np.tile(np.array(regions, dtype=object), n_groups),
        "employment": np.where(jobs.withheld < 1, jobs.observed, np.nan).T.ravel(),
        "establishments": (
            np.where(plants.withheld < 1, plants.observed, np.nan).T.ravel()
            if plants is not None
            else np.full(p.size, np.nan)
        ),
        "lq": lq.T.ravel(),
        "lq_shrunk": shrunk.T.ravel(),
        "p_value": p.T.ravel(),
        "q_value": q,
        "gi_z": gi_z.T.ravel(),
        "gi_q": gi_q.T.ravel(),
        "n_members": members.T.ravel().astype(int),
        "is_seed": (np.nan_to_num(gated, nan=1.0) <= alpha) & supported,
        "is_member": np.zeros(p.size, dtype=bool),
        "certainty": np.full(p.size, np.nan),
        "power_lq": power.T.ravel(),
        "share_imputed": _imputed_share(employment, marks, weights).T.ravel(),
        "reason": reason.T.ravel(),
    }
    cells = pd.DataFrame(column)[CELL_COLUMNS]
    cells.attrs["family"] = family
    cells.attrs["concept"] = "establishments" if plants is not None else "employment"
    cells.attrs["nulls"] = {
        name: {
            "roughness": null.roughness,
            "density_gradient": null.gradient,
        }
        for name, null in zip(names, nulls, strict=True)
    }
    return cells


def _getis_ord(
    values: Floats, regions: list[str], graph: Any, permutations: int, seed: int
) -> tuple[Floats, Floats]:
    """Return Gi* z and q of the shrunk quotients; NaN without a graph."""
    z, q = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    if graph is None:
        return z, q
    from clusterid.concentration import local_clustering

    frame = pd.DataFrame(values, index=pd.Index(regions, name="region"))
    for g in range(values.shape[1]):
        column = frame[g]
        if column.notna().sum() < 3 or column.dropna().nunique() < 2:
            continue
        found = local_clustering(
            column, graph, statistic="gi_star", permutations=permutations, seed=seed
        ).reindex(frame.index)
        z[:, g] = found["z"].to_numpy(dtype=float)
        q[:, g] = found["q_value"].to_numpy(dtype=float)
    return z, q
