"""Published rules for "this is a cluster", versioned, with source and warning.

They are offered to compare with, not as tests: none has a distribution, and a rule made
of percentiles finds clusters in pure chance. Read them beside the tested result.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, TableError, check_option

if TYPE_CHECKING:
    from libpysal.graph import Graph

__all__ = ["PRESETS", "Preset", "apply_presets", "cluster_mapping_flags", "presets"]


@dataclass(frozen=True, slots=True)
class Preset:
    """One published rule.

    ``rule`` turns the cell table into a number by cell (1 and more is a cluster, 0 is
    none, NaN cannot be said); ``version`` tells which of the rule's published forms it
    is; ``needs`` names columns without which nothing can be said; ``index`` marks rules
    without a confirmed cut, whose number is an index to rank by and no verdict.
    """

    name: str
    title: str
    version: str
    citation: str
    text: str
    warning: str
    rule: Callable[[pd.DataFrame], pd.Series]
    needs: tuple[str, ...] = ("lq_jobs",)
    index: bool = False


def _quotient(cells: pd.DataFrame, cut: float) -> pd.Series:
    return cells["lq_jobs"].ge(cut).astype(float).where(cells["lq_jobs"].notna())


def _eco_2008(cells: pd.DataFrame) -> pd.Series:
    stars = (
        cells["employment"].gt(10_000).astype(float)
        + cells["lq_jobs"].ge(2)
        + cells["share_of_region"].gt(0.03)
    )
    return stars.where(cells["lq_jobs"].notna())


def _eco_2011(cells: pd.DataFrame) -> pd.Series:
    by = cells.groupby("template", sort=False)
    top_size = by["employment"].transform(lambda x: x.quantile(0.9))
    top_focus = by["share_of_region"].transform(lambda x: x.quantile(0.9))
    present = cells["employment"].gt(0)
    stars = (
        (cells["employment"].ge(top_size) & present).astype(float)
        + cells["lq_jobs"].ge(2)
        + (cells["share_of_region"].ge(top_focus) & present)
    )
    return stars.where(cells["lq_jobs"].notna())


def _cluster_mapping(cells: pd.DataFrame, flag: str) -> pd.Series:
    found = cluster_mapping_flags(cells)[flag]
    return found.astype(float).where(cells["lq_jobs"].notna())


def _litzenberger_sternberg(cells: pd.DataFrame) -> pd.Series:
    return cells["density"] * cells["stock"] * cells["plant_size"]


def _feser(cells: pd.DataFrame) -> pd.Series:
    z = cells["gi_employment_z"]
    return z.gt(1.96).astype(float).where(z.notna())


_RULES: dict[str, Callable[..., pd.Series]] = {
    "quotient": _quotient,
    "eco_2008": _eco_2008,
    "eco_2011": _eco_2011,
    "litzenberger_sternberg_2006": _litzenberger_sternberg,
    "feser_2005": _feser,
    "cluster_mapping": _cluster_mapping,
}


def _published() -> dict[str, Preset]:
    """Return the rules of ``presets.toml`` by name."""
    text = Path(__file__).with_name("presets.toml").read_text("utf-8")
    found = {}
    for entry in tomllib.loads(text)["preset"]:
        options = entry.pop("options", {})
        entry["rule"] = partial(_RULES[entry["rule"]], **options)
        entry["needs"] = tuple(entry.get("needs", ("lq_jobs",)))
        found[entry["name"]] = Preset(**entry)
    return found


PRESETS = _published()


@typed
def presets() -> pd.DataFrame:
    """Return the published rules on offer.

    Returns
    -------
    DataFrame by preset
        ``title``, ``version`` (which published form of the rule), ``rule``,
        ``citation``, ``warning``, ``needs`` (columns of the cell table, or what
        :func:`apply_presets` makes of ``size``, ``regions`` and ``graph``, joined by
        ``;``), ``is_index`` (ranks, has no confirmed cut).

    Examples
    --------
    >>> presets().loc["eco_2008", "citation"]
    'Soelvell, Ketels and Lindqvist (2008), EU-10'
    """
    rows = [
        {
            "preset": p.name,
            "title": p.title,
            "version": p.version,
            "rule": p.text,
            "citation": p.citation,
            "warning": p.warning,
            "needs": ";".join(p.needs),
            "is_index": p.index,
        }
        for p in PRESETS.values()
    ]
    return pd.DataFrame(rows).set_index("preset")


@typed
def cluster_mapping_flags(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the four flags of the cluster-mapping rule, exactly as published data.

    Parameters
    ----------
    cells : DataFrame
        ``template``, ``region``, ``employment`` (persons), ``establishments``,
        ``lq_jobs`` (jobs of the cluster over the region's traded jobs, against the same
        share of the nation).

    Returns
    -------
    DataFrame, rows as given
        ``qualifying``, ``significant``, ``strong``, ``strong10`` (bool). Quartiles by
        cluster over the regions with jobs, linear interpolation.

    Raises
    ------
    TableError
        If a column is missing.

    Notes
    -----
    Equal to the published flags of 917 metropolitan areas in 2016 (51 traded
    clusters, 46,767 rows). A quarter of the regions with a quotient above 1 is
    "strong" whatever the data: the rule ranks.

    Examples
    --------
    >>> cells = pd.DataFrame({"template": "T", "region": list("abcd"),
    ...     "employment": [10, 20, 30, 40], "establishments": [1, 2, 3, 4],
    ...     "lq_jobs": [0.5, 0.8, 1.1, 2.0]})
    >>> cluster_mapping_flags(cells)["strong"].tolist()
    [False, False, False, True]
    """
    needed = ["template", "employment", "establishments", "lq_jobs"]
    missing = [c for c in needed if c not in cells.columns]
    if missing:
        raise TableError(
            "cells",
            [Fault(f"no column {', '.join(missing)}", "pass the table of test_groups")],
        )
    present = cells["employment"].gt(0)
    some = cells[present]
    by = some.groupby("template", sort=False)

    def cut(column: str, q: float) -> pd.Series:
        return by[column].transform(lambda x: x.quantile(q))

    lq = some["lq_jobs"]
    qualifying = (
        some["employment"].gt(cut("employment", 0.25))
        & some["establishments"].gt(cut("establishments", 0.25))
        & lq.gt(cut("lq_jobs", 0.25))
    )
    flags = pd.DataFrame({
        "qualifying": qualifying,
        "significant": qualifying & lq.gt(cut("lq_jobs", 0.5)),
        "strong": qualifying & lq.ge(cut("lq_jobs", 0.75)) & lq.gt(1),
        "strong10": qualifying & lq.ge(cut("lq_jobs", 0.9)) & lq.gt(1),
    })
    return flags.reindex(cells.index, fill_value=False)


#: Columns that ``components=True`` adds.
COMPONENTS = [
    "lq_jobs", "share_of_region", "gi_employment_z", "density", "stock", "plant_size",
]  # fmt: skip
_MADE_FROM = {
    "share_of_region": "size=",
    "area_share": "regions= with area_km2 or settlement_km2",
    "population_share": "regions= with population",
    "gi_employment_z": "graph=",
    "establishments": "an economy with establishments",
    "lq_jobs": "a cell table with quotients",
}


@typed
def apply_presets(
    cells: pd.DataFrame,
    *,
    names: Sequence[str] | None = None,
    size: pd.Series | None = None,
    regions: pd.DataFrame | None = None,
    graph: Graph | None = None,
    components: bool = False,
) -> pd.DataFrame:
    """Lay published rules side by side, cell by cell.

    Parameters
    ----------
    cells : DataFrame
        The table of :func:`test_groups`, or ``CandidateClusters.cells``.
    names : sequence of str, optional
        Which rules; by default all (see :func:`presets`).
    size : Series by region, optional
        Jobs of all industries, for shares of the region's jobs.
    regions : GeoDataFrame or DataFrame by region, optional
        ``population`` and ``settlement_km2`` (area built upon) or, failing that,
        ``area_km2``, for the index of Litzenberger and Sternberg.
    graph : libpysal.graph.Graph, optional
        Neighbours, for the rule of Feser, Sweeney and Renski.
    components : bool
        Add what the rules are made of: ``lq_jobs``, ``share_of_region`` (0 to 1),
        ``gi_employment_z``, and the three parts of the cluster index, ``density``,
        ``stock`` and ``plant_size`` (1 = as in all regions).

    Returns
    -------
    DataFrame
        ``template``, ``region``, then one column a rule: stars or 1 and 0, or an
        index; NaN where the rule lacks something it needs. ``attrs["warnings"]`` has
        what to beware of by rule, ``attrs["missing"]`` what a rule of NaN lacks.

    Raises
    ------
    OptionError
        If a rule is not known.

    Examples
    --------
    >>> cells = pd.DataFrame({"template": "T", "region": list("abcd"),
    ...     "employment": [10, 20, 30, 40], "establishments": [1, 2, 3, 4],
    ...     "lq_jobs": [0.5, 0.8, 1.1, 2.0]})
    >>> found = apply_presets(cells, names=["lq_1.25", "eco_2008"])
    >>> found["lq_1.25"].tolist()
    [0.0, 0.0, 0.0, 1.0]
    >>> found.attrs["missing"]
    {'eco_2008': 'size='}
    """
    chosen = list(PRESETS) if names is None else list(names)
    for name in chosen:
        check_option("preset", name, tuple(PRESETS))
    table = cells.copy()
    table["share_of_region"] = _share_of_region(table, size)
    table["area_share"] = _share(table, regions, ("settlement_km2", "area_km2"))
    table["population_share"] = _share(table, regions, ("population",))
    table = table.assign(**_index_parts(table))
    table["gi_employment_z"] = np.nan
    if graph is not None and (components or "feser_2005" in chosen):
        table["gi_employment_z"] = _gi_employment(table, graph)
    result = table[["template", "region"]].copy()
    missing: dict[str, str] = {}
    for name in chosen:
        preset = PRESETS[name]
        lacks = [n for n in preset.needs if table[n].isna().all()]
        if lacks and len(table):
            missing[name] = ", ".join(_MADE_FROM[n] for n in lacks)
            result[name] = np.nan
        else:
            result[name] = preset.rule(table).astype(float)
    if components:
        result[COMPONENTS] = table[COMPONENTS].astype(float)
    result.attrs["warnings"] = {name: PRESETS[name].warning for name in chosen}
    result.attrs["missing"] = missing
    return result


def _share_of_region(cells: pd.DataFrame, size: pd.Series | None) -> pd.Series:
    """Return the group's share of the region's jobs."""
    if size is None:
        return pd.Series(np.nan, index=cells.index)
    total = cells["region"].map(size).astype(float)
    return cells["employment"] / total.where(total > 0)


def _share(
    cells: pd.DataFrame, regions: pd.DataFrame | None, columns: Sequence[str]
) -> pd.Series:
    """Return each region's share of the first of the columns that is known."""
    nothing = pd.Series(np.nan, index=cells.index)
    if regions is None:
        return nothing
    known = [c for c in columns if c in regions.columns and regions[c].notna().any()]
    if not known:
        return nothing
    values = regions[known[0]].astype(float)
    values = values.set_axis(values.index.astype(str))
    total = float(values.reindex(cells["region"].unique()).sum())
    return cells["region"].map(values / total) if total > 0 else nothing


def _index_parts(cells: pd.DataFrame) -> dict[str, pd.Series]:
    """Return density, stock and plant size relative to all regions."""
    jobs = cells["employment"].astype(float)
    plants = cells["establishments"].astype(float)
    by = cells["template"]
    s_e = jobs / jobs.groupby(by, sort=False).transform("sum")
    s_b = plants / plants.groupby(by, sort=False).transform("sum")
    area = cells["area_share"].where(cells["area_share"] > 0)
    people = cells["population_share"].where(cells["population_share"] > 0)
    # without a single job the index is 0 and the size of plants has no meaning
    size = (s_b / s_e.where(s_e > 0)).where(s_e.ne(0), 0.0)
    return {"density": s_e / area, "stock": s_e / people, "plant_size": size}


def _gi_employment(cells: pd.DataFrame, graph: Graph) -> pd.Series:
    from clusterid.concentration import local_clustering

    z = pd.Series(np.nan, index=cells.index)
    for _, part in cells.groupby("template", sort=False):
        values = part.set_index("region")["employment"]
        if values.dropna().nunique() < 2:
            continue
        found = local_clustering(values, graph, statistic="gi_star", permutations=1)
        z.loc[part.index] = found["z"].reindex(part["region"]).to_numpy()
    return z
