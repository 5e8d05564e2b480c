"""What a cluster is made of: sums of its cells, members, gaps, links, flags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._area import StudyArea, edge_regions
from clusterid.clusters._grades import GRADES
from clusterid.clusters._industry_shares import IndustryShares
from clusterid.clusters._largest_plant import largest_plant_share
from clusterid.clusters._scale import CoarserUnits
from clusterid.clusters._surroundings import Surroundings
from clusterid.clusters.naming import Naming
from clusterid.clusters.questions._concentrated import deciding_plants, interval
from clusterid.clusters.questions._counted import Table
from clusterid.clusters.questions._links import FEWEST_PLANTS, Links

__all__ = ["TABLE_COLUMNS", "Background", "Description", "described"]

TABLE_COLUMNS = [
    "grade", "label", "name", "named_by", "town", "kind", "level", "template",
    "industries", "regions", "n_regions", "grades", "form", "employment",
    "excess_jobs", "lq_jobs", "lq_jobs_lower", "lq_jobs_upper", "establishments",
    "lq_plants",
    "lq_plants_lower", "lq_plants_upper", "q_plants", "q_rest", "q_exceptional",
    "n_members", "n_linked", "linked_in", "largest_plant_share", "share_imputed",
    "plants_needed", "why_not_higher", "grade_at_lower_bar", "grade_at_higher_bar",
    "edge_region", "flags", "research_inside", "research_outside", "supply_density",
    "employment_change", "lq_jobs_change",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

#: Flag a cluster when more of its jobs than this may be one plant's. Our choice.
LARGE_PLANT = 0.5
#: Flag a cluster when more of its jobs than this are imputed. Our choice.
MUCH_IMPUTED = 0.25


@dataclass(frozen=True, slots=True)
class Description:
    """One cluster: its row of the table, its members and its gaps."""

    row: dict[str, Any]
    members: dict[str, list[object]]
    gaps: dict[str, list[object]]


@dataclass(frozen=True, slots=True)
class Background:
    """Everything a cluster is described from; ``edge``: regions on the outer border.

    ``largest``: the most jobs of one plant by region and industry; ``naming``: what
    may name it.
    """

    table: Table
    largest: Floats
    shares: IndustryShares
    area: StudyArea
    surroundings: Surroundings
    coarser: CoarserUnits | None
    edge: set[str]
    links: Links
    jobs: Floats
    plants: Floats | None
    plant_shares: IndustryShares | None
    naming: Naming
    bar: float

    @classmethod
    def of(
        cls,
        table: Table,
        largest: pd.DataFrame,
        area: StudyArea,
        surroundings: Surroundings,
        coarser: CoarserUnits | None,
        links: Links,
        bar: float,
    ) -> Self:
        """Return the background, its tables as arrays."""
        plants = table.plants
        shares = IndustryShares.of(table.employment, table.size)
        of_plants = (
            None if plants is None else IndustryShares.of(plants, plants.sum(axis=1))
        )
        return cls(
            table,
            largest.to_numpy(dtype=float),
            shares,
            area,
            surroundings,
            coarser,
            edge_regions(area.shapes),
            links,
            table.employment.to_numpy(dtype=float),
            None if plants is None else plants.to_numpy(dtype=float),
            of_plants,
            Naming.of(table, shares, of_plants),
            bar,
        )


def described(
    clusters: Mapping[str, Mapping[str, npt.NDArray[Any]]], on: Background
) -> list[Description]:
    """Return what clusters are made of; each is given by the columns of its cells."""
    found = [_described(name, of, on) for name, of in clusters.items()]
    if found:
        _add_ranges([d.row for d in found], list(clusters.values()), on.bar)
    return found


def _add_ranges(
    rows: list[dict[str, Any]],
    clusters: list[Mapping[str, npt.NDArray[Any]]],
    bar: float,
) -> None:
    """Add to rows what is computed of the plants of all clusters at once."""
    plants, mean = (
        np.array([row[name] for row in rows], dtype=float)
        for name in ("establishments", "expected_plants")
    )
    total, spread, level = (
        np.array([of[name][0] for of in clusters], dtype=float)
        for name in ("total_plants", "spread", "passes_at")
    )
    lower, upper = interval(plants, mean, total, spread)
    usual = np.where(np.isfinite(plants), mean, np.nan)
    needed = deciding_plants(total, usual, spread, bar, level)
    for i, row in enumerate(rows):
        row["lq_plants_lower"], row["lq_plants_upper"] = lower[i], upper[i]
        row["plants_needed"] = needed[i]


def _described(
    cluster: str, of: Mapping[str, npt.NDArray[Any]], on: Background
) -> Description:
    """Return what a cluster is made of; ``of`` are the columns of its cells."""
    regions = [str(code) for code in of["region"]]
    industries = str(of["industries"][0]).split(";")
    columns = np.array([on.shares.industries[code] for code in industries])
    here = np.ix_(of["place"], columns)
    quotients = on.shares.quotients(regions, industries)
    strength = _strength(of)
    jobs, lq = float(strength["employment"]), float(strength["lq_jobs"])
    inside, outside = on.surroundings.research_projects(set(regions))
    change, lq_change = on.surroundings.change_since(regions, industries, jobs, lq)
    best = _strongest(of)
    present = _taking_part(regions, industries, quotients, on)
    plants = None if on.plants is None else on.plants[here]
    gaps = on.surroundings.gaps(cluster, industries, quotients)
    missing = [str(code) for code in gaps["industry"]]
    row: dict[str, Any] = {
        "cluster": cluster,
        "named_by": ";".join(on.naming.members(regions, industries, missing)),
        "town": on.naming.town(regions, industries),
        **{name: of[name][0] for name in ("label", "kind", "level", "template")},
        "industries": of["industries"][0],
        "regions": ";".join(regions),
        "n_regions": len(regions),
        "grade": of["grade"][best],
        "grades": ";".join(of["grade"]),
        "form": of["form"][best],
        **strength,
        "n_members": int(present.sum()),
        "linked_in": ";".join(on.links.among(columns[present])),
        "largest_plant_share": largest_plant_share(
            on.jobs[here], plants, on.largest[here]
        ),
        "why_not_higher": of["why_not_higher"][best],
        "edge_region": bool(on.edge.intersection(regions)),
        "research_inside": inside,
        "research_outside": outside,
        "supply_density": on.surroundings.supply_density(industries, quotients),
        "employment_change": change,
        "lq_jobs_change": lq_change,
    }
    hidden = on.coarser is not None and on.coarser.hide(str(row["kind"]), regions)
    by_jobs = on.table.plants is None
    is_part = bool(np.isnan(of["employment"].astype(float)).any())
    row["flags"] = ";".join(
        _flags(row, hidden=hidden, by_jobs=by_jobs, is_part=is_part)
    )
    return Description(
        row,
        _members(cluster, regions, industries, on.jobs[here], on.shares),
        gaps,
    )


def _taking_part(
    regions: list[str], industries: list[str], quotients: Floats, on: Background
) -> npt.NDArray[np.bool_]:
    """Return which industries take part: by plants where these are counted."""
    if on.plant_shares is None:
        return np.asarray(quotients > 1)
    observed, expected = on.plant_shares.by_industry(regions, industries)
    return np.asarray((observed > expected) & (observed >= FEWEST_PLANTS))


def _strongest(of: Mapping[str, Any]) -> int:
    """Return the cell of the highest grade and, of these, with most excess jobs."""
    order = [GRADES.index(g) if g else len(GRADES) for g in of["grade"]]
    return int(np.lexsort((-np.nan_to_num(of["excess_jobs"]), order))[0])


def _best(grades: Iterable[str]) -> str:
    return min((g for g in grades if g), default="")


def _strength(of: Mapping[str, Any]) -> dict[str, Any]:
    """Return jobs, plants and quotients of all cells together, and the best answers."""
    told = np.isfinite(of["employment"])
    jobs, usual = (
        float(of[name][told].sum()) if told.any() else float("nan")
        for name in ("employment", "expected_jobs")
    )
    low, high = (
        float((of[f"lq_jobs_{end}"] * of["expected_jobs"])[told].sum())
        for end in ("lower", "upper")
    )
    known = np.isfinite(of["establishments"]) & np.isfinite(of["expected_plants"])
    plants = float(of["establishments"][known].sum()) if known.any() else np.nan
    mean = float(of["expected_plants"][known].sum())
    filled = float((of["employment"] * of["share_imputed"])[told].sum())

    def over(value: float, base: float) -> float:
        return value / base if base > 0 else float("nan")

    def least(name: str) -> float:
        values = of[name][np.isfinite(of[name])]
        return float(values.min()) if len(values) else float("nan")

    linked = of["n_linked"][np.isfinite(of["n_linked"])]
    return {
        "employment": jobs,
        "excess_jobs": jobs - usual,
        "lq_jobs": over(jobs, usual),
        "lq_jobs_lower": over(low, usual),
        "lq_jobs_upper": over(high, usual),
        "establishments": plants,
        "lq_plants": over(plants, mean),
        "expected_plants": mean,
        **{name: least(name) for name in ("q_plants", "q_rest", "q_exceptional")},
        "n_linked": float(linked.max()) if len(linked) else float("nan"),
        "share_imputed": filled / jobs if jobs > 0 else 0.0,
        "grade_at_lower_bar": _best(of["grade_at_lower_bar"]),
        "grade_at_higher_bar": _best(of["grade_at_higher_bar"]),
    }


def _flags(
    row: Mapping[str, Any], *, hidden: bool, by_jobs: bool, is_part: bool
) -> list[str]:
    """Return what to beware of in a cluster."""
    flags = {
        "edge_region": row["edge_region"],
        "single_industry": row["level"] == "industry",
        # a bound says nothing where many plants are shown
        "largest_plant": row["largest_plant_share"] > LARGE_PLANT
        and row["form"] != "many_plants",
        "much_imputed": row["share_imputed"] > MUCH_IMPUTED,
        "employment_only": by_jobs,
        "scale_dependent": hidden,
        "withheld_part": is_part,
    }
    return [name for name, holds in flags.items() if holds]


def _members(
    cluster: str,
    regions: list[str],
    industries: list[str],
    jobs: Floats,
    shares: IndustryShares,
) -> dict[str, list[object]]:
    """Return region x industry of a cluster with employment and quotient."""
    quotients = shares.by_region(regions, industries)
    rows, columns = np.nonzero(jobs)  # NaN counts as there
    return {
        "cluster": [cluster] * len(rows),
        "region": [regions[i] for i in rows],
        "industry": [industries[k] for k in columns],
        "employment": list(jobs[rows, columns]),
        "lq_jobs": list(quotients[rows, columns]),
    }
