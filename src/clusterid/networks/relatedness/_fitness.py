"""Fitness and complexity, with a report of whether the iteration settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.errors import OptionError, check_option
from clusterid.networks.relatedness._complexity import known_block
from clusterid.networks.relatedness._presence import presence_table

__all__ = ["FitnessComplexity", "fitness_complexity"]


@dataclass(frozen=True, slots=True)
class FitnessComplexity:
    """Fitness of regions and complexity of industries, both with mean 1.

    ``convergence`` has one row a step: ``largest_change`` (relative, of any fitness
    above 1e-9), ``rank_changes`` (regions that changed places), ``smallest_fitness``.
    ``converged`` says whether the tolerance was met. Fitness of regions with nothing
    but ubiquitous industries goes to 0 and keeps falling: then ranks settle and
    values do not, and that is what the report shows.
    """

    fitness: pd.Series
    complexity: pd.Series
    convergence: pd.DataFrame
    converged: bool
    reason: pd.Series
    params: dict[str, Any]

    def __repr__(self) -> str:
        state = "converged" if self.converged else "not converged"
        return (
            f"FitnessComplexity({self.fitness.notna().sum()} regions, "
            f"{state} after {len(self.convergence)} steps)"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.convergence.tail(5).to_html())


@typed
def fitness_complexity(
    employment: pd.DataFrame,
    *,
    iterations: int = 1000,
    tolerance: float = 1e-9,
    update: str = "simultaneous",
    values: str = "auto",
    threshold: float = 1.0,
) -> FitnessComplexity:
    r"""Return fitness of regions and complexity of industries.

    A region is fit when it has many and complex industries; an industry is complex
    when no unfit region has it.

    .. math::
        \tilde F_r^{(n)} = \sum_i B_{ri} Q_i^{(n-1)},\qquad
        \tilde Q_i^{(n)} = \frac{1}{\sum_r B_{ri} / F_r^{(n-1)}}

    each divided by its mean; start 1. With ``update="sequential"`` Q uses the new F,
    as one package does against its own description: the same end, other numbers on
    the way.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Employment, quotients or presences (see ``values``), without holes.
    iterations : int
        Most steps.
    tolerance : float
        Stop when no fitness above 1e-9 changes by more, relatively; 0 runs all steps.
    update : {"simultaneous", "sequential"}
        Which fitness Q is computed from.
    values : {"auto", "employment", "quotient", "presence"}
        What the table holds.
    threshold : float
        LQ from which an industry is present.

    Returns
    -------
    FitnessComplexity

    Raises
    ------
    TableError
        If a presence is unknown.

    References
    ----------
    Tacchella, A. et al. (2012), Scientific Reports 2, 723.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 1, 1], "b": [1, 1, 0], "c": [1, 0, 0]},
    ...                      index=["x", "y", "z"])
    >>> result = fitness_complexity(table, iterations=2, tolerance=0)
    >>> result.fitness.round(3).tolist()
    [1.833, 0.833, 0.333]
    """
    check_option("update", update, ("simultaneous", "sequential"))
    if iterations < 1:
        raise OptionError(f"iterations={iterations!r} must be 1 or more")
    table = presence_table(employment, values=values, threshold=threshold)
    B, rows, columns, reason = known_block(table)
    F, Q = np.ones(len(B)), np.ones(B.shape[1])
    report = []
    converged = False
    order = np.argsort(-F, kind="stable")
    for _ in range(iterations):
        new = B @ Q
        new = new / new.mean()
        base = F if update == "simultaneous" else new
        floor = np.maximum(base, np.finfo(float).tiny)
        Q = 1 / (B.T @ (1 / floor))
        Q = Q / Q.mean()
        alive = new > 1e-9
        change = float((np.abs(new - F) / new)[alive].max(initial=0.0))
        ranked = np.argsort(-new, kind="stable")
        report.append({
            "largest_change": change,
            "rank_changes": int((ranked != order).sum()),
            "smallest_fitness": float(new.min()),
        })
        F, order = new, ranked
        if tolerance > 0 and change < tolerance:
            converged = True
            break
    fitness, complexity = np.full(len(rows), np.nan), np.full(len(columns), np.nan)
    fitness[rows], complexity[columns] = F, Q
    return FitnessComplexity(
        pd.Series(fitness, index=table.regions, name="fitness"),
        pd.Series(complexity, index=table.industries, name="complexity"),
        pd.DataFrame(report, index=pd.RangeIndex(1, len(report) + 1, name="step")),
        converged,
        reason,
        {
            "iterations": iterations,
            "tolerance": tolerance,
            "update": update,
            "values": values,
            "threshold": threshold,
        },
    )
