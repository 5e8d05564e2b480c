"""Clusters held against what places declare, and against other years."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from clusterid.errors import DataWarning, TableError

if TYPE_CHECKING:
    from clusterid.clusters import CandidateClusters
    from clusterid.comparison import Comparison
    from clusterid.monitoring import Monitoring
    from clusterid.study.steps._case import Case
    from clusterid.study.steps._networks import Networks

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
        economy=case.counts.economy,
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
        seed=case.seed,
    )


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
