"""Published rules for "this is a cluster", versioned, with source and warning.

They are offered to compare with, not as tests: none has a distribution, and a rule made
of percentiles finds clusters in pure chance. Read them beside the tested result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import Fault, TableError, check_option

__all__ = ["PRESETS", "Preset", "apply_presets", "cluster_mapping_flags", "presets"]

_ALWAYS = "a percentile rule always fires: it finds clusters in pure chance, too"
_BARE = "a bare quotient has no distribution: small regions exceed it by chance"


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
    needs: tuple[str, ...] = ("lq",)
    index: bool = False


def _quotient(cut: float) -> Callable[[pd.DataFrame], pd.Series]:
    def rule(cells: pd.DataFrame) -> pd.Series:
        flag = cells["lq"].ge(cut).astype(float)
        return flag.where(cells["lq"].notna())

    return rule


def _eco_2008(cells: pd.DataFrame) -> pd.Series:
    stars = (
        cells["employment"].gt(10_000).astype(float)
        + cells["lq"].ge(2)
        + cells["share_of_region"].gt(0.03)
    )
    return stars.where(cells["lq"].notna())


def _eco_2011(cells: pd.DataFrame) -> pd.Series:
    by = cells.groupby("template", sort=False)
    top_size = by["employment"].transform(lambda x: x.quantile(0.9))
    top_focus = by["share_of_region"].transform(lambda x: x.quantile(0.9))
    present = cells["employment"].gt(0)
    stars = (
        (cells["employment"].ge(top_size) & present).astype(float)
        + cells["lq"].ge(2)
        + (cells["share_of_region"].ge(top_focus) & present)
    )
    return stars.where(cells["lq"].notna())


def _cluster_mapping(flag: str) -> Callable[[pd.DataFrame], pd.Series]:
    def rule(cells: pd.DataFrame) -> pd.Series:
        flags = cluster_mapping_flags(cells)
        return flags[flag].astype(float).where(cells["lq"].notna())

    return rule


def _litzenberger_sternberg(cells: pd.DataFrame) -> pd.Series:
    return cells["density"] * cells["stock"] * cells["plant_size"]


def _feser(cells: pd.DataFrame) -> pd.Series:
    return (
        cells["gi_employment_z"]
        .gt(1.96)
        .astype(float)
        .where(cells["gi_employment_z"].notna())
    )


def _titled() -> list[Preset]:
    mapping = "Delgado, Porter and Stern (2014, 2016); U.S. Cluster Mapping Project"
    found = [
        Preset(
            f"lq_{cut:g}",
            f"Location quotient of at least {cut:g}",
            f"cut {cut:g}",
            "in common use; no source for the cut (Crawley, Gabe and Pominova 2021)",
            f"LQ >= {cut:g}",
            _BARE,
            _quotient(cut),
        )
        for cut in (1.0, 1.25, 1.5, 2.0, 3.0)
    ]
    found += [
        Preset(
            "eco_2008",
            "European Cluster Observatory stars, 2008",
            "EU-10, 2008",
            "Soelvell, Ketels and Lindqvist (2008), EU-10",
            "one star each: more than 10,000 jobs; LQ >= 2; more than 3 % of the "
            "region's jobs",
            "the size star follows the size of the region",
            _eco_2008,
            ("lq", "share_of_region"),
        ),
        Preset(
            "eco_2011",
            "European Cluster Observatory stars, 2011",
            "2011",
            "European Cluster Observatory (2011); the cut of the third star is as "
            "remembered, not checked against the original",
            "one star each: jobs in the top 10 % of the category; LQ >= 2; share of "
            "the region's jobs in the top 10 %",
            _ALWAYS,
            _eco_2011,
            ("lq", "share_of_region"),
        ),
        Preset(
            "litzenberger_sternberg_2006",
            "Cluster index of Litzenberger and Sternberg",
            "2006",
            "Litzenberger and Sternberg (2006); formula as in REAT 3.0.3, not checked "
            "against the original",
            "share of jobs x share of plants / (share of area x share of population); "
            "no cut could be confirmed, so it ranks and does not decide",
            "area stands in the denominator: with total area city states come first, "
            "so give settlement area",
            _litzenberger_sternberg,
            ("area_share", "population_share", "establishments"),
            index=True,
        ),
        Preset(
            "feser_2005",
            "Local sums of value-chain employment",
            "2005",
            "Feser, Sweeney and Renski (2005), as remembered, not checked",
            "Getis-Ord Gi* of the group's jobs above 1.96",
            "follows the size of regions; 2.5 % of cells by chance",
            _feser,
            ("gi_employment_z",),
        ),
    ]
    for flag, text in (
        ("qualifying", "jobs, plants and LQ each above the lower quartile"),
        ("significant", "qualifying and LQ above the median"),
        ("strong", "qualifying, LQ in the top quartile and above 1"),
        ("strong10", "qualifying, LQ in the top tenth and above 1"),
    ):
        found.append(
            Preset(
                f"cluster_mapping_{flag}",
                f"Cluster mapping: {flag}",
                "flags as published for 2016",
                mapping,
                text + "; quartiles by cluster over regions with jobs",
                _ALWAYS,
                _cluster_mapping(flag),
                ("lq", "establishments"),
            )
        )
    return found


PRESETS = {preset.name: preset for preset in _titled()}


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
        ``lq`` (jobs of the cluster over the region's traded jobs, against the same
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
    ...     "lq": [0.5, 0.8, 1.1, 2.0]})
    >>> cluster_mapping_flags(cells)["strong"].tolist()
    [False, False, False, True]
    """
    needed = ["template", "employment", "establishments", "lq"]
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

    lq = some["lq"]
    qualifying = (
        some["employment"].gt(cut("employment", 0.25))
        & some["establishments"].gt(cut("establishments", 0.25))
        & lq.gt(cut("lq", 0.25))
    )
    flags = pd.DataFrame({
        "qualifying": qualifying,
        "significant": qualifying & lq.gt(cut("lq", 0.5)),
        "strong": qualifying & lq.ge(cut("lq", 0.75)) & lq.gt(1),
        "strong10": qualifying & lq.ge(cut("lq", 0.9)) & lq.gt(1),
    })
    return flags.reindex(cells.index, fill_value=False)


#: Columns that ``components=True`` adds.
COMPONENTS = [
    "lq", "share_of_region", "gi_employment_z", "density", "stock", "plant_size",
]  # fmt: skip
_MADE_FROM = {
    "share_of_region": "size=",
    "area_share": "regions= with area_km2 or settlement_km2",
    "population_share": "regions= with population",
    "gi_employment_z": "graph=",
    "establishments": "an economy with establishments",
    "lq": "a cell table with quotients",
}


@typed
def apply_presets(
    cells: pd.DataFrame,
    *,
    names: Sequence[str] | None = None,
    size: pd.Series | None = None,
    regions: Any = None,
    graph: Any = None,
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
        Add what the rules are made of: ``lq``, ``share_of_region`` (0 to 1),
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
    ...     "lq": [0.5, 0.8, 1.1, 2.0]})
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


def _share(cells: pd.DataFrame, regions: Any, columns: Sequence[str]) -> pd.Series:
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


def _gi_employment(cells: pd.DataFrame, graph: Any) -> pd.Series:
    from clusterid.concentration import local_clustering

    z = pd.Series(np.nan, index=cells.index)
    for _, part in cells.groupby("template", sort=False):
        values = part.set_index("region")["employment"]
        if values.dropna().nunique() < 2:
            continue
        found = local_clustering(values, graph, statistic="gi_star", permutations=1)
        z.loc[part.index] = found["z"].reindex(part["region"]).to_numpy()
    return z
