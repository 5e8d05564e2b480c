"""Which contiguous members are a cluster: jobs or plants, and several industries."""

from __future__ import annotations

import pandas as pd

from clusterid.clusters._area import StudyArea
from clusterid.clusters._grow import components
from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters._levels import TestedLevels, mark
from clusterid.clusters._rules import ClusterRules
from clusterid.clusters._settle import Found

__all__ = ["standing_clusters"]


def standing_clusters(
    levels: TestedLevels, area: StudyArea, shares: IndustryShares, rules: ClusterRules
) -> list[Found]:
    """Return the contiguous members that have critical mass; the others say why not.

    ``is_member`` and ``reason`` of the cells are set in place. Cells of a published
    rule are clusters whatever their mass.
    """
    chosen = {}
    for table in levels.tables:
        chosen[id(table)] = table["is_member"].to_numpy(copy=True)
        table["is_member"] = False
    found = []
    for table, group, rows in levels.groups():
        industries = levels.industries(group)
        seeds = table["is_seed"].to_numpy()[rows]
        for where in components(chosen[id(table)][rows], area.around.within):
            lacks = ""
            if not rules.is_published:
                regions = [area.codes[i] for i in where]
                cells = table.iloc[rows].iloc[where]
                quotients = shares.quotients(regions, industries)
                lacks = _what_it_lacks(cells, quotients, rules)
            if lacks:
                mark(table, rows, where, "reason", lacks)
            else:
                mark(table, rows, where, "is_member", True)
                found.append(Found(group, where, seeds[where]))
    return found


def _what_it_lacks(
    cells: pd.DataFrame, quotients: pd.Series, rules: ClusterRules
) -> str:
    """Return why a set of regions is no cluster; empty if it is one.

    Below the templates a single industry needs plants instead of members, where plants
    are counted.
    """
    single = rules.looks_below and len(quotients) == 1
    jobs, plants = cells["employment"].sum(), cells["establishments"].sum()
    if not (jobs >= rules.minimum_jobs or plants >= rules.minimum_plants):
        return "below_critical_mass"
    has_plants = cells["establishments"].notna().any()
    if single and has_plants and not plants >= rules.minimum_plants:
        return "below_critical_mass"
    expected = (cells["employment"] / cells["lq"].where(cells["lq"] > 0)).sum()
    if not jobs > expected:
        return "no_more_jobs_than_expected"
    needed = 1 if single else rules.minimum_members
    return "too_few_members" if int(quotients.gt(1).sum()) < needed else ""
