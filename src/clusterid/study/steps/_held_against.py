"""Clusters held against what places declare, and against other years."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from clusterid.errors import DataWarning, TableError
from clusterid.study.steps._coarser import lent_fields

if TYPE_CHECKING:
    from clusterid.clusters import CandidateClusters
    from clusterid.comparison import Comparison
    from clusterid.monitoring import Monitoring
    from clusterid.study.steps._case import Case, Counts
    from clusterid.study.steps._networks import Networks
    from clusterid.tables import Economy

__all__ = ["comparison_of", "monitoring_of"]


def comparison_of(
    case: Case, networks: Networks, candidates: CandidateClusters
) -> Comparison | None:
    """Hold the clusters against what places declare; None without a survey."""
    inputs, method = case.inputs, case.method
    if inputs.survey is None or inputs.lexicon is None:
        return None
    from clusterid.comparison import compare

    return compare(
        candidates,
        inputs.survey,
        inputs.lexicon,
        economy=_bounded(case.counts),
        regions=inputs.regions,
        layers=dict(networks.layers),
        collaborations=case.collaborations,
        earlier=inputs.earlier,
        tolerance=method.tolerance,
        draws=method.draws,
        significance=method.significance,
        mappability=method.mappability,
        permutations=method.permutations,
        roles=inputs.roles,
        imputed=case.counts.imputed,
        coarser=lent_fields(case),
        seed=case.seed,
    )


def _bounded(counts: Counts) -> Economy:
    """Return the estimated counts with the bounds of what was withheld."""
    if counts.filled is None:
        return counts.economy
    bounds = counts.filled.bounds
    return replace(counts.economy, lower=bounds.lower, upper=bounds.upper)


def monitoring_of(case: Case, candidates: CandidateClusters) -> Monitoring | None:
    """Follow the clusters over the years; None where there is one year alone."""
    if len(case.inputs.economies) < 2 or not len(candidates.table):
        return None
    from clusterid.monitoring import monitor

    try:
        return monitor(dict(sorted(case.inputs.economies.items())), candidates)
    except TableError as error:  # no cluster has a series; the rest of the study stands
        warnings.warn(f"nothing is monitored. {error}", DataWarning, stacklevel=2)
        return None
