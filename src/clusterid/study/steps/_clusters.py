"""Where a group of industries sits, and between what its jobs lie."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from clusterid.errors import DataWarning
from clusterid.study.steps._coarser import with_coarser

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.classifications import FieldWeights
    from clusterid.clusters import CandidateClusters
    from clusterid.communities import Templates
    from clusterid.study.steps._case import Case, Counts
    from clusterid.study.steps._networks import Networks

__all__ = ["clusters_of"]


def clusters_of(
    case: Case, networks: Networks, templates: Templates
) -> CandidateClusters:
    """Return where templates sit, with what withheld cells leave open."""
    from clusterid.clusters import identify_clusters

    found = identify_clusters(
        case.counts.economy,
        templates,
        case.inputs.regions,
        layers=dict(networks.layers),
        fields=_fields(case),
        collaborations=case.collaborations,
        earlier=case.inputs.earlier,
        draws=None if case.counts.filled is None else case.counts.filled.draws,
        preset=case.method.preset,
        bar=case.method.bar,
        sensitivity=(case.method.lower_bar, case.method.higher_bar),
        alpha=case.method.significance,
        minimum_jobs=case.method.minimum_jobs,
        minimum_plants=case.method.minimum_plants,
        minimum_members=case.method.minimum_members,
        standing_quotient=case.method.standing_quotient,
        standing_jobs=case.method.standing_jobs,
        imputed=case.counts.imputed,
    )
    table = _with_intervals(found, case.counts)
    if not case.inputs.border_missing:
        table = _without_edges(table)
    return replace(found, table=with_coarser(table, case))


def _fields(case: Case) -> FieldWeights | None:
    """Return the fields of the lexicon on the industries; None where they do not meet.

    The study's own lexicon, else the embedded one of its classification. That they do
    not meet becomes a note.
    """
    from clusterid.classifications import read_fields
    from clusterid.comparison import field_weights
    from clusterid.errors import ClassificationError, TableError

    economy = case.counts.economy
    embedded = "kldb2010" if economy.metadata.kind == "occupation" else "nace2"
    lexicon = case.inputs.lexicon
    try:
        found = field_weights(
            read_fields(embedded) if lexicon is None else lexicon,
            economy,
            roles=case.inputs.roles,
            correspondence=None,
        )
    except (ClassificationError, TableError):  # it does not lead to these codes
        found = None
    if found is not None and bool((found.weights > 0).any(axis=None)):
        return found
    counted = economy.metadata.classification
    codes = "codes of no named classification" if counted == "unknown" else counted
    which = f"the embedded lexicon ({embedded})" if lexicon is None else "the lexicon"
    warnings.warn(
        f"{which} does not meet the industries that are counted ({codes}): no field of "
        "a lexicon stands beside the templates; [survey] fields names one.",
        DataWarning,
        stacklevel=2,
    )
    return None


def _without_edges(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Take the flag of the outer border away, where nothing is missing beyond it."""
    out = table.copy()
    out["edge_region"] = False
    out["flags"] = [
        ";".join(flag for flag in str(flags).split(";") if flag != "edge_region")
        for flags in out["flags"]
    ]
    return out


def _with_intervals(found: CandidateClusters, counts: Counts) -> gpd.GeoDataFrame:
    """Add between what the jobs of a cluster lie, withheld cells drawn anew."""
    out = found.table.copy()
    out["employment_lower"] = out["employment_upper"] = out["employment"]
    if counts.filled is None:
        return out
    employment = counts.economy.employment
    place = {code: i for i, code in enumerate(employment.index)}
    column = {code: i for i, code in enumerate(employment.columns)}
    drawn = np.empty((len(out), len(counts.filled.draws)))
    both = zip(out["regions"].tolist(), out["industries"].tolist(), strict=True)
    for i, (regions, industries) in enumerate(both):
        rows = [place[code] for code in regions.split(";")]
        cols = [column[code] for code in industries.split(";")]
        drawn[i] = counts.filled.draws[:, rows][:, :, cols].sum(axis=(1, 2))
    if len(out):
        low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
        jobs = out["employment"].to_numpy(dtype=float)
        # jobs that are not told are between what was drawn
        out["employment_lower"] = np.where(jobs < low, jobs, low)
        out["employment_upper"] = np.where(jobs > high, jobs, high)
    return out
