"""Which cells are members of clusters: a gate for the study, then one of two rules."""

from __future__ import annotations

from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed_by
from clusterid.clusters._area import StudyArea
from clusterid.clusters._cells import CELL_COLUMNS, CellTest, tested_cells
from clusterid.clusters._certainty import CERTAIN, Learnt, certainty
from clusterid.clusters._grow import Neighbourhood, grow, neighbourhood
from clusterid.clusters._levels import TestedLevels
from clusterid.clusters._presets import apply_presets
from clusterid.clusters._rules import CellRules, ClusterRules, MemberOptions
from clusterid.tables import Economy

__all__ = ["member_cells", "members_of_levels"]

Floats = npt.NDArray[np.float64]


@typed_by(CellRules, ClusterRules)
def member_cells(
    economy: Economy,
    groups: pd.DataFrame,
    graph: Any,
    **options: Unpack[MemberOptions],
) -> pd.DataFrame:
    r"""Test every group in every region and say which cells belong to clusters.

    First the gate: unless some cell of the study passes it, nothing is a member,
    whatever the rule. Then

    * ``"posterior"``: members are the cells that are in a cluster more likely than
      not, and above the dartboard. Every cell is ordinary or clustered, its rate then
      a multiple :math:`\rho \ge 2` of the ordinary one; a share :math:`\pi_s` of the
      cells with none, one, two or more clustered neighbours is clustered; shares and
      the frequency of multiples are learnt from all groups together, and

      .. math:: \frac{c_j}{1 - c_j} = \frac{f_1(n_j)}{f_0(n_j)}
                \sum_{s=0}^{2} P_j(s)\, \frac{\pi_s}{1 - \pi_s}

      with :math:`P_j(s)` from the neighbours' own certainty. Seeds are members.
    * ``"gate"``: members are the seeds, and neighbours that pass Benjamini-Hochberg
      at ``level`` step by step. It finds less and errs less. Where jobs alone are
      known this rule is used, whatever was asked for: one large plant would look like
      many.

    Parameters
    ----------
    economy : Economy
        One year.
    groups : DataFrame, industries x groups
        Weights 0..1.
    graph : libpysal.graph.Graph
        Neighbours.
    rule : {"posterior", "gate"}
        See above.
    level : float
        False discovery rate among the neighbours that join under ``"gate"``.
    gap : int
        Regions that growth under ``"gate"`` may step over.
    concept, roughness, density, gate, alpha, jobs_per_effective_plant, imputed, \
check_single, local_statistics, permutations, seed
        See :func:`test_groups`.

    Returns
    -------
    DataFrame
        The table of :func:`test_groups` with ``is_member`` and ``certainty`` (0..1,
        the probability of being in a cluster given the model and that the study shows
        any; with either rule; NaN where no cell passed the gate, where jobs alone are
        known, and where a cell could not be tested). ``attrs["members"]`` has the
        rule used, what was learnt, and the number of members expected to be none.

    Raises
    ------
    TableError, GraphError, OptionError
        As :func:`test_groups`; if the graph lacks regions; if an option is not offered.

    References
    ----------
    Efron (2008) for two groups, Besag (1974) for neighbours in the prior; their
    combination, the saturation at two neighbours and the priors are our choices,
    measured in docs/clusters/recovery.md.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely.geometry import box
    >>> from clusterid.tables import contiguity, economy
    >>> codes = [f"R{i:02d}" for i in range(25)]
    >>> squares = [box(i % 5, i // 5, i % 5 + 1, i // 5 + 1) for i in range(25)]
    >>> shapes = gpd.GeoDataFrame(index=codes, geometry=squares, crs="EPSG:3035")
    >>> plants = {"R06": 60, "R07": 34}
    >>> rows = [(r, "X", 4000.0, 400) for r in codes]
    >>> rows += [(r, "A", 100.0, plants.get(r, 12)) for r in codes]
    >>> columns = ["region", "industry", "employment", "establishments"]
    >>> table = economy(pd.DataFrame(rows, columns=columns))
    >>> group = pd.DataFrame({"A": [1.0]}, index=["A"])
    >>> cells = member_cells(table, group, contiguity(shapes), local_statistics=False)
    >>> cells.loc[cells["is_member"], "region"].tolist()
    ['R06', 'R07']
    """
    rules = ClusterRules.of(options)
    test = tested_cells(economy, groups, rules.cells, graph)
    cells = test.cells[CELL_COLUMNS]
    around = neighbourhood(graph, [str(code) for code in economy.regions], rules.gap)
    is_open = bool(cells["is_seed"].any())
    cells.attrs["members"] = choose_members(cells, test, around, rules, is_open)
    return cells


def members_of_levels(
    levels: TestedLevels, area: StudyArea, rules: ClusterRules, size: pd.Series
) -> dict[str, Any]:
    """Fill in the members at every level in place; return the account of it."""
    account = choose_members(
        levels.cells, levels.templates, area.around, rules, levels.is_open
    )
    if rules.is_published:
        stars = apply_presets(
            levels.cells,
            names=[rules.preset],
            size=size,
            regions=area.shapes,
            graph=area.graph,
        )
        is_cluster = stars[rules.preset].ge(1).to_numpy()
        levels.cells["is_seed"] = is_cluster
        levels.cells["is_member"] = is_cluster
    if levels.parts is not None:
        members = _grown(levels.fine, levels.parts, area.around, rules.level)
        levels.fine["is_member"] = members.T.ravel()
    return account


def choose_members(
    cells: pd.DataFrame,
    test: CellTest,
    around: Neighbourhood,
    rules: ClusterRules,
    is_open: bool,
) -> dict[str, Any]:
    """Fill ``is_member`` and ``certainty`` in place; return the account of it.

    ``is_open``: some cell of the study, here or below the templates, passed the gate.
    """
    learnt = None
    by_plants = test.cells.attrs["concept"] == "establishments"
    p = _wide(cells, "p_value", test).astype(float)
    if is_open and by_plants:
        learnt = certainty(test.count, p, test.nulls, around.neighbours)
        sure = np.where(np.isfinite(p), learnt.certainty, np.nan)
        cells["certainty"] = sure.T.ravel()
    if rules.rule == "posterior" and learnt is not None:
        # certain or not, what is not above the dartboard is no concentration
        seeds = _wide(cells, "is_seed", test).astype(bool)
        members = seeds | ((learnt.certainty > CERTAIN) & (p < 1))
    else:
        members = _grown(cells, test, around, rules.level)
    cells["is_member"] = members.T.ravel()
    return _account(cells, rules.rule if by_plants else "gate", learnt)


def _grown(
    cells: pd.DataFrame, test: CellTest, around: Neighbourhood, level: float
) -> npt.NDArray[np.bool_]:
    """Return the seeds and what grows from them under control, regions x groups."""
    p = _wide(cells, "p_value", test).astype(float)
    shrunk = _wide(cells, "lq_shrunk", test).astype(float)
    seeds = _wide(cells, "is_seed", test).astype(bool)
    members = np.zeros(p.shape, dtype=bool)
    for g in range(p.shape[1]):
        members[:, g] = grow(
            p[:, g], shrunk[:, g], seeds[:, g], around.within, level=level
        )
    return members


def _account(cells: pd.DataFrame, rule: str, learnt: Learnt | None) -> dict[str, Any]:
    """Return the rule used, what was learnt, and how many members are expected none."""
    account: dict[str, Any] = {"rule": rule}
    if learnt is not None:
        members = cells.loc[cells["is_member"], "certainty"]
        account |= {
            "expected_false": float((1 - members).sum()),
            "shares": learnt.shares,
            "quotients": learnt.quotients,
            "frequency": learnt.frequency,
        }
    return account


def _wide(cells: pd.DataFrame, column: str, test: CellTest) -> npt.NDArray[Any]:
    """Return a column of the cell table as regions x groups."""
    return cells[column].to_numpy().reshape(test.count.T.shape).T
