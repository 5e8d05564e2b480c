"""What a candidate cluster is made of: size, strength, members, gaps, flags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterid.clusters._area import StudyArea
from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters._largest_plant import largest_plant_share
from clusterid.clusters._levels import TestedLevels
from clusterid.clusters._scale import CoarserUnits
from clusterid.clusters._settle import Found
from clusterid.clusters._surroundings import Surroundings

__all__ = ["TABLE_COLUMNS", "Background", "Description", "Jobs", "describe"]

TABLE_COLUMNS = [
    "template", "label", "regions", "n_regions", "industries", "employment",
    "establishments", "lq",
    "lq_shrunk", "excess_jobs", "p_value", "q_value", "n_members", "share_imputed",
    "largest_plant_share", "edge_region", "flags", "certainty", "n_seeds",
    "research_inside", "research_outside", "supply_density", "employment_change",
    "lq_change", "level", "part", "sharpest_part",
]  # fmt: skip

#: Flag a cluster when more of its jobs than this may be one plant's. Our choice.
LARGE_PLANT = 0.5
#: Flag a cluster when more of its jobs than this are imputed. Our choice.
MUCH_IMPUTED = 0.25


@dataclass(frozen=True, slots=True)
class Jobs:
    """Employment by region and industry, what of it is imputed, the regions' size."""

    employment: pd.DataFrame
    imputed: pd.DataFrame
    size: pd.Series
    shares: IndustryShares


@dataclass(frozen=True, slots=True)
class Description:
    """One cluster: its row of the table, its members and its gaps."""

    row: dict[str, object]
    members: pd.DataFrame
    gaps: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Background:
    """Everything a cluster is described from; ``edge``: regions on the outer border."""

    levels: TestedLevels
    area: StudyArea
    jobs: Jobs
    surroundings: Surroundings
    coarser: CoarserUnits | None
    edge: set[str]


def describe(
    cluster: str, found: Found, cells: pd.DataFrame, on: Background
) -> Description:
    """Return what a cluster is made of; ``cells`` are its group's in its regions."""
    regions = list(cells["region"])
    industries = on.levels.industries(found.group)
    quotients = on.jobs.shares.quotients(regions, industries)
    kind = on.levels.kinds[found.group]
    strength = _strength(found.group, cells, on.jobs, on.levels)
    jobs, lq = float(strength["employment"]), float(strength["lq"])
    inside, outside = on.surroundings.research_projects(set(regions))
    change, lq_change = on.surroundings.change_since(
        regions, on.levels.weights[found.group], jobs, lq
    )
    row: dict[str, object] = {
        "cluster": cluster,
        "template": kind.template,
        "label": kind.label,
        "regions": ";".join(regions),
        "n_regions": len(regions),
        "industries": ";".join(industries),
        **strength,
        "p_value": float(cells["p_value"].min()),
        "q_value": float(cells["q_value"].min()),
        "n_members": int(quotients.gt(1).sum()),
        "largest_plant_share": largest_plant_share(
            on.levels.economy, on.jobs.employment, industries, regions
        ),
        "edge_region": bool(on.edge.intersection(regions)),
        "certainty": float(cells["certainty"].max()),
        "n_seeds": int(found.seeds.sum()),
        "research_inside": inside,
        "research_outside": outside,
        "supply_density": on.surroundings.supply_density(quotients),
        "employment_change": change,
        "lq_change": lq_change,
        "level": kind.level,
        "part": kind.part,
        "sharpest_part": found.sharpest,
    }
    hidden = on.coarser is not None and on.coarser.hide(found.group, regions)
    by_jobs = on.levels.account["concept"] == "employment"
    row["flags"] = ";".join(_flags(row, found, hidden=hidden, by_jobs=by_jobs))
    return Description(
        row,
        _members(cluster, regions, industries, on.jobs),
        on.surroundings.gaps(cluster, quotients),
    )


def _strength(
    group: str, cells: pd.DataFrame, jobs: Jobs, levels: TestedLevels
) -> dict[str, float]:
    """Return jobs, plants, quotients and excess of a group in its regions."""
    regions, industries = list(cells["region"]), levels.industries(group)
    mine = levels.weights[group][industries]
    observed = float(cells["employment"].sum())
    share = float(jobs.size.loc[regions].sum()) / float(jobs.size.sum())
    national = float((jobs.employment[industries] * mine).sum().sum())
    block = jobs.employment.loc[regions, industries] * mine
    filled = float((block * jobs.imputed.loc[regions, industries]).sum().sum())
    expected = cells["employment"] / cells["lq"].where(cells["lq"] > 0)
    known = (expected > 0) & cells["lq_shrunk"].notna()
    shrunk = float("nan")
    if known.any():
        shrunk = float(np.average(cells["lq_shrunk"][known], weights=expected[known]))
    usual = national * share
    return {
        "employment": observed,
        "establishments": float(cells["establishments"].sum(min_count=1)),
        "lq": observed / usual if usual > 0 else float("nan"),
        "lq_shrunk": shrunk,
        "excess_jobs": observed - usual,
        "share_imputed": filled / observed if observed > 0 else 0.0,
    }


def _flags(
    row: Mapping[str, Any], found: Found, *, hidden: bool, by_jobs: bool
) -> list[str]:
    """Return what to beware of in a cluster."""
    flags = {
        "model_only": not found.firm,
        "edge_region": row["edge_region"],
        "single_industry": row["level"] == "industry",
        "largest_plant": row["largest_plant_share"] > LARGE_PLANT,
        "much_imputed": row["share_imputed"] > MUCH_IMPUTED,
        "employment_only": by_jobs,
        "scale_dependent": hidden,
    }
    return [name for name, holds in flags.items() if holds]


def _members(
    cluster: str, regions: list[str], industries: list[str], jobs: Jobs
) -> pd.DataFrame:
    """Return region x industry of a cluster with employment and quotient."""
    block = jobs.employment.loc[regions, industries]
    long = pd.DataFrame({
        "cluster": cluster,
        "region": np.repeat(block.index.to_numpy(dtype=object), block.shape[1]),
        "industry": np.tile(block.columns.to_numpy(dtype=object), block.shape[0]),
        "employment": block.to_numpy(dtype=float).ravel(),
        "lq": jobs.shares.by_region(regions, industries).ravel(),
    })
    return long[long["employment"].ne(0)]
