"""The cell test: a group in a region against its own ordinary ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed_by
from clusterid.clusters._counts import Dartboard, Shares
from clusterid.clusters._evidence import Evidence, evidence_of, fitted_nulls
from clusterid.clusters._gate import REST_LEVEL, gated
from clusterid.clusters._largest_plant import without_largest
from clusterid.clusters._roughness import Null
from clusterid.clusters._rules import CellOptions, CellRules
from clusterid.clusters._shrinkage import shrunk_quotients
from clusterid.statistics import over_positive, q_values
from clusterid.tables import Economy

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["CELL_COLUMNS", "CellTest", "by_group", "test_groups", "tested_cells"]

Floats = npt.NDArray[np.float64]

CELL_COLUMNS = [
    "template", "region", "employment", "establishments", "lq", "lq_shrunk",
    "p_value", "q_value", "gi_z", "gi_q", "n_members", "is_seed", "is_member",
    "certainty", "power_lq", "share_imputed", "reason",
]  # fmt: skip

#: Power at which ``power_lq`` is stated.
POWER = 0.9


@typed_by(CellRules)
def test_groups(
    economy: Economy,
    groups: pd.DataFrame,
    graph: Graph | None = None,
    **options: Unpack[CellOptions],
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
        jobs a plant in Germany times 4.2 to 9.5; 100 is our choice.
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
    Getis and Ord (1992) for the local statistic. The null with roughness is our own.

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
    found = tested_cells(economy, groups, CellRules.of(options), graph)
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


@dataclass(frozen=True, slots=True)
class _Tails:
    """What the null says of every cell, regions x groups.

    ``unchecked`` p of the count; ``rest`` p without the largest possible plant (None
    where plants are counted); ``p`` the one that decides.
    """

    unchecked: Floats
    rest: Floats | None
    p: Floats

    @property
    def stands(self) -> npt.NDArray[np.bool_]:
        """Whether a cell stands out without its largest possible plant, too."""
        if self.rest is None:
            return np.ones(self.p.shape, dtype=bool)
        return np.asarray(self.rest <= REST_LEVEL)

    @property
    def is_lone(self) -> npt.NDArray[np.bool_]:
        """Whether one large plant may be all that stands out."""
        return np.asarray(~self.stands & (self.unchecked <= REST_LEVEL))


def tested_cells(
    economy: Economy,
    groups: pd.DataFrame,
    rules: CellRules,
    graph: Graph | None = None,
) -> CellTest:
    """Return what :func:`test_groups` does with its counts and nulls."""
    evidence = evidence_of(economy, groups, rules)
    nulls = fitted_nulls(evidence, rules)
    tails = _tails(evidence, nulls, rules)
    shrunk = shrunk_quotients(evidence, nulls)
    cells = _cell_table(evidence, tails, shrunk, rules)
    if rules.power:
        cells["power_lq"] = _detectable(evidence, tails, nulls, rules).T.ravel()
    if rules.local_statistics and graph is not None:
        z, q = _getis_ord(shrunk, list(economy.regions), graph, rules)
        cells["gi_z"], cells["gi_q"] = z.T.ravel(), q.T.ravel()
    cells.attrs["family"] = _family(tails.p)
    cells.attrs["concept"] = (
        "establishments" if evidence.plants is not None else "employment"
    )
    cells.attrs["nulls"] = {
        name: {"roughness": null.roughness, "density_gradient": null.gradient}
        for name, null in zip(evidence.weights.columns, nulls, strict=True)
    }
    cells["p_unchecked"] = tails.unchecked.T.ravel()
    cells["p_rest"] = 0.0 if tails.rest is None else tails.rest.T.ravel()
    return CellTest(cells, evidence.count, tuple(nulls))


def by_group(cells: pd.DataFrame, n: int) -> list[tuple[str, slice]]:
    """Return the groups of a cell table over n regions, and where their rows are."""
    names = cells["template"].to_numpy(dtype=object)[::n]
    return [(str(name), slice(g * n, (g + 1) * n)) for g, name in enumerate(names)]


def _family(p: Floats) -> int:
    """Return the number of cells that can be tested."""
    return max(1, int(np.isfinite(p).sum()))


def _tails(evidence: Evidence, nulls: Sequence[Null], rules: CellRules) -> _Tails:
    """Return the one-sided p of every cell, before and after the largest plant."""
    count, mean = evidence.count, evidence.mean
    # what does not stand above the dartboard is no concentration; not computed
    p = np.ones(count.shape)
    for g, null in enumerate(nulls):
        above = count[:, g] > mean[:, g]
        p[above, g] = null.p_values(count[:, g], where=above)
    p[mean <= 0] = np.nan
    if evidence.plants is not None:
        return _Tails(p, None, p)
    rest = without_largest(evidence, nulls, singles=rules.check_single)
    return _Tails(p, rest, np.where(rest > REST_LEVEL, np.maximum(p, rest), p))


def _detectable(
    evidence: Evidence, tails: _Tails, nulls: Sequence[Null], rules: CellRules
) -> Floats:
    """Return the quotient a lone cell must really have to be found, regions x groups.

    A cell alone in its family is compared with alpha over the number of cells.
    """
    level = rules.alpha / _family(tails.unchecked)
    mean = evidence.mean
    needed = np.full(mean.shape, np.nan)
    for g, null in enumerate(nulls):
        needed[:, g] = null.detectable(mean[:, g], level, POWER)
    return needed


def _members(table: pd.DataFrame, weights: pd.DataFrame, size: pd.Series) -> Floats:
    """Return how many industries of each group stand above 1 in each region."""
    board = Dartboard.of(table, size)
    above = (board.filled > 0) & (board.filled > board.size[:, None] * board.rate)
    belongs = (weights.to_numpy(dtype=float) > 0).astype(float)
    return np.asarray(above.astype(float) @ belongs)


def _imputed_share(evidence: Evidence) -> Floats:
    """Return the share of every cell's jobs that was filled in."""
    values = np.nan_to_num(evidence.employment.to_numpy(dtype=float))
    w = evidence.weights.to_numpy(dtype=float)
    total, filled = values @ w, (values * evidence.imputed.to_numpy()) @ w
    return over_positive(filled, total, otherwise=0.0)


def _reasons(
    evidence: Evidence, tails: _Tails, size: pd.Series
) -> npt.NDArray[np.object_]:
    """Return why a cell could not be tested, or what is to be said of its test."""
    p, withheld = tails.p, evidence.tested.withheld
    usual = "employment_only" if evidence.plants is None else ""
    reason = np.full(p.shape, usual, dtype=object)
    reason[tails.is_lone] = "one_industry"
    reason[withheld > 0] = "withheld_part"
    reason[np.isnan(p)] = "group_absent"
    reason[np.isnan(p) & (withheld >= 1)] = "withheld"
    reason[np.nan_to_num(size.to_numpy(dtype=float)) <= 0] = "region_empty"
    return reason


def _cell_table(
    evidence: Evidence, tails: _Tails, shrunk: Floats, rules: CellRules
) -> pd.DataFrame:
    """Return one row a group and region; power and local statistics still missing."""
    jobs, plants, p = evidence.jobs, evidence.plants, tails.p.T.ravel()
    n_regions, n_groups = tails.p.shape
    counted = evidence.employment if plants is None else evidence.counted
    size = counted.sum(axis=1)
    nothing = np.full(p.size, np.nan)
    names = np.array(list(evidence.weights.columns), dtype=object)
    regions = np.array(list(evidence.economy.regions), dtype=object)
    is_seed = gated(p, rules.gate) <= rules.alpha
    columns = {
        "template": np.repeat(names, n_regions),
        "region": np.tile(regions, n_groups),
        "employment": _where_known(jobs),
        "establishments": nothing if plants is None else _where_known(plants),
        "lq": over_positive(jobs.observed, jobs.expected).T.ravel(),
        "lq_shrunk": shrunk.T.ravel(),
        "p_value": p,
        "q_value": q_values(p),
        "gi_z": nothing,
        "gi_q": nothing,
        "n_members": _members(counted, evidence.weights, size).T.ravel().astype(int),
        "is_seed": is_seed & tails.stands.T.ravel(),
        "is_member": np.zeros(p.size, dtype=bool),
        "certainty": nothing,
        "power_lq": nothing,
        "share_imputed": _imputed_share(evidence).T.ravel(),
        "reason": _reasons(evidence, tails, size).T.ravel(),
    }
    return pd.DataFrame(columns)[CELL_COLUMNS]


def _where_known(shares: Shares) -> Floats:
    """Return what is observed, group after group; NaN where all of it is withheld."""
    return np.where(shares.withheld < 1, shares.observed, np.nan).T.ravel()


def _getis_ord(
    values: Floats, regions: list[str], graph: Graph, rules: CellRules
) -> tuple[Floats, Floats]:
    """Return Gi* z and q of the shrunk quotients; NaN where all are alike."""
    z, q = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    from clusterid.concentration import local_clustering

    frame = pd.DataFrame(values, index=pd.Index(regions, name="region"))
    for g in range(values.shape[1]):
        column = frame[g]
        if column.notna().sum() < 3 or column.dropna().nunique() < 2:
            continue
        found = local_clustering(
            column,
            graph,
            statistic="gi_star",
            permutations=rules.permutations,
            seed=rules.seed,
        ).reindex(frame.index)
        z[:, g] = found["z"].to_numpy(dtype=float)
        q[:, g] = found["q_value"].to_numpy(dtype=float)
    return z, q
