"""The four questions about any groups of industries in every region, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid._typed import typed_by
from clusterid.clusters._answers import Answers, questioner
from clusterid.clusters._counts import group_weights
from clusterid.clusters._grades import Graded, graded
from clusterid.clusters._neighbours import adjacency
from clusterid.clusters._rules import CellOptions, GradeRules
from clusterid.clusters.questions._concentrated import deciding_plants
from clusterid.clusters.questions._counted import Counted, table_of
from clusterid.clusters.questions._links import links_between
from clusterid.statistics import over_positive
from clusterid.tables import Economy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import networkx as nx
    from libpysal.graph import Graph

__all__ = ["ANSWERS", "CELL_COLUMNS", "answer_columns", "cell_table", "test_groups"]

Floats = npt.NDArray[np.float64]

ANSWERS = [
    "employment", "excess_jobs", "lq_jobs", "lq_jobs_lower", "lq_jobs_upper",
    "establishments", "lq_plants", "lq_plants_smoothed", "lq_plants_lower",
    "lq_plants_upper", "p_plants", "q_plants", "p_rest", "q_rest", "p_exceptional",
    "q_exceptional", "n_members", "n_linked", "largest_plant_share", "share_imputed",
    "plants_needed", "grade", "grade_at_lower_bar", "grade_at_higher_bar", "reason",
]  # fmt: skip

CELL_COLUMNS = ["template", "region", *ANSWERS]


@typed_by(GradeRules)
def test_groups(
    economy: Economy,
    groups: pd.DataFrame,
    graph: Graph | None = None,
    *,
    layers: Mapping[str, nx.Graph[Any]] | None = None,
    **options: Unpack[CellOptions],
) -> pd.DataFrame:
    r"""Ask four questions of every group of industries in every region; grade them.

    Two truths, never mixed. *Plants* are draws: more of them in a place than chance
    allows is evidence of what the place draws (``lq_plants`` and what follows it).
    *Jobs* are a fact: so many stand there (``lq_jobs``), uncertain only by what is
    withheld or rounded; no p-value follows from them.

    1. Concentrated: is the rate of plants above ``bar``?
    2. Exceptional: are there more than the group's ordinary unevenness explains?
    3. Without its largest plant: is question 1 answered alike with one plant fewer?
    4. Mass and links: enough jobs or plants, and industries that are linked?

    Parameters
    ----------
    economy : Economy
        One year; NaN cells are withheld and are missing on both sides of a quotient.
    groups : DataFrame, industries x groups
        Weights 0..1: how far an industry belongs to the group.
    graph : libpysal.graph.Graph, optional
        Neighbours; cells next to an exceptional one that are nearly so belong to it.
    layers : mapping of graphs, optional
        Links between industries, for ``n_linked``.
    bar : float
        The rate of plants that is still ordinary, 1 = as everywhere.
    sensitivity : (float, float)
        A lower and a higher bar at which the grade is told, too.
    alpha : float
        False discovery rate (Benjamini-Hochberg) of each question over this call.
    minimum_jobs, minimum_plants : float
        Mass: either suffices.
    minimum_members : int
        Linked industries of an exceptional cluster.
    standing_quotient, standing_jobs : float
        What "stands here" asks of the jobs.
    imputed : DataFrame of bool, regions x industries, optional
        Cells that were filled in.

    Returns
    -------
    DataFrame, one row a group and region
        ``template`` (the group), ``region``, ``employment`` (persons, weighted),
        ``excess_jobs`` (above the region's share), ``lq_jobs`` and between what it
        lies, withheld cells considered; ``establishments``, ``lq_plants``,
        ``lq_plants_smoothed`` (posterior mean, for ranking), ``lq_plants_lower``,
        ``lq_plants_upper`` (90 % interval); ``p_plants``, ``q_plants`` (question
        1), ``p_rest``, ``q_rest`` (question 3), ``p_exceptional``, ``q_exceptional``
        (question 2), ``n_members`` (industries above
        their usual plants, with three or more; above their usual jobs where none are
        counted), ``n_linked`` (of these, linked with another one; NaN where no layer is
        at hand), ``largest_plant_share`` (at most; NaN where sizes are unknown),
        ``share_imputed``, ``plants_needed`` (with which question 3 would be answered
        with yes, all else as it is), ``grade`` (A to D or empty),
        ``grade_at_lower_bar``,
        ``grade_at_higher_bar``, ``reason`` (why an answer is missing: ``withheld``,
        ``withheld_part``, ``region_empty``, ``group_absent``, ``plants_not_counted``;
        empty if none is). ``attrs["family"]``: cells of question 1.

    Raises
    ------
    TableError
        If weights are outside 0..1 or no industry matches.
    OptionError
        If an option is not offered.

    References
    ----------
    Guimaraes, Figueiredo and Woodward (2009) for plants as the unit of the test. The
    bar, the unevenness and the grades are our own.

    Examples
    --------
    >>> from clusterid.tables import economy
    >>> regions = [f"R{i:02d}" for i in range(12)]
    >>> long = pd.DataFrame(
    ...     [(r, i, 1000.0, 200) for r in regions for i in "AB"]
    ...     + [(r, "C", 2000.0 if r == "R03" else 20.0, 90 if r == "R03" else 2)
    ...        for r in regions],
    ...     columns=["region", "industry", "employment", "establishments"],
    ... )
    >>> groups = pd.DataFrame({"group": [1.0]}, index=["C"])
    >>> cells = test_groups(economy(long), groups)
    >>> cells.loc[cells["grade"].ne(""), ["region", "grade"]].values.tolist()
    [['R03', 'B']]
    """
    rules = GradeRules.of(options)
    weights = group_weights(groups, economy.industries)
    table = table_of(economy, rules.imputed)
    links = links_between(layers, economy.industries)
    near = None if graph is None else adjacency(graph, list(economy.regions))
    answers = questioner(table, rules, links, near).ask(weights, "group")
    return cell_table(answers, graded(answers, rules), list(economy.regions))


test_groups.__test__ = False  # type: ignore[attr-defined]


def cell_table(answers: Answers, grades: Graded, regions: list[str]) -> pd.DataFrame:
    """Return all cells as a tidy table, group after group."""
    names = np.array(list(answers.counted.weights.columns), dtype=object)
    n_regions, n_groups = grades.grade.shape
    cells = pd.DataFrame({
        "template": np.repeat(names, n_regions),
        "region": np.tile(np.array(regions, dtype=object), n_groups),
    })
    kinds, rows = np.divmod(np.arange(n_regions * n_groups), n_regions)
    cells = cells.assign(**answer_columns(answers, grades, rows, kinds))
    cells.attrs["family"] = int(np.isfinite(answers.bars[0].p).sum())
    return cells[CELL_COLUMNS]


def answer_columns(
    answers: Answers,
    grades: Graded,
    rows: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.int64],
) -> dict[str, npt.NDArray[np.generic]]:
    """Return the answers of some cells as columns."""
    counted, at = answers.counted, answers.bars[0]
    usual = counted.expected_jobs

    arrays: dict[str, npt.NDArray[np.generic]] = {
        "employment": counted.jobs,
        "excess_jobs": counted.jobs - usual,
        "lq_jobs": over_positive(counted.jobs, usual),
        "lq_jobs_lower": over_positive(counted.low_jobs, usual),
        "lq_jobs_upper": over_positive(counted.high_jobs, usual),
        "establishments": counted.plants,
        "lq_plants": counted.lq_plants,
        "lq_plants_smoothed": answers.smoothed,
        "lq_plants_lower": answers.lower,
        "lq_plants_upper": answers.upper,
        "p_plants": at.p,
        "q_plants": at.q,
        "p_rest": at.p_rest,
        "q_rest": at.q_rest,
        "p_exceptional": answers.p_exceptional,
        "q_exceptional": answers.q_exceptional,
        "n_members": answers.n_members,
        "n_linked": answers.n_linked,
        "largest_plant_share": answers.largest_share,
        "share_imputed": answers.imputed_share,
        "grade": grades.grade,
        "grade_at_lower_bar": grades.lower_bar,
        "grade_at_higher_bar": grades.higher_bar,
        "reason": _reasons(counted, answers.imputed_share),
    }
    columns = {name: values[rows, kinds] for name, values in arrays.items()}
    columns["n_members"] = columns["n_members"].astype(int)
    columns["plants_needed"] = deciding_plants(
        counted.total[kinds],
        counted.expected[rows, kinds],
        counted.spread[kinds],
        at.bar,
        answers.decides_at,
    )
    return columns


def _reasons(counted: Counted, imputed: Floats) -> npt.NDArray[np.object_]:
    """Return why an answer is missing, or how much of it is withheld or estimated."""
    reason = np.full(counted.jobs.shape, "", dtype=object)
    if not counted.has_plants:
        reason[:] = "plants_not_counted"
    reason[(counted.withheld > 0) | (imputed > 0)] = "withheld_part"
    reason[np.nan_to_num(counted.expected_jobs) <= 0] = "group_absent"
    reason[(counted.withheld >= 1) | (imputed >= 1 - 1e-9)] = "withheld"
    reason[counted.is_empty & (counted.withheld < 1).all(axis=1)] = "region_empty"
    return reason
