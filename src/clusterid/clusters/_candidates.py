"""Candidate clusters: where kinds of cluster stand, at which grade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from clusterid._columns import (
    CELL,
    IDENTIFIER,
    MODEL,
    RATIO,
    SAFE,
    SHARE,
    SUM,
    Column,
    Declared,
    Names,
    Table,
)
from clusterid.clusters._grades import GRADES
from clusterid.communities import Templates

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["COARSER_COLUMNS", "CandidateClusters"]

#: What larger regions lend; the first two are text, the rest numbers.
COARSER_COLUMNS = (
    "coarser_region", "coarser_industries", "coarser_year", "coarser_plants",
    "coarser_lq_plants", "coarser_lq_plants_lower", "coarser_lq_plants_upper",
)  # fmt: skip

#: what is the same of a cluster, of a reported cell and of a cell of a template
_ANSWERS: dict[str, Column] = {
    "employment": SUM,
    "excess_jobs": SUM.as_fine_as("employment"),
    "lq_jobs": RATIO,
    "lq_jobs_lower": RATIO.lower,
    "lq_jobs_upper": RATIO.upper,
    "establishments": SAFE,
    **dict.fromkeys(
        ("lq_plants", "lq_plants_smoothed", "lq_plants_lower", "lq_plants_upper"),
        MODEL.counted,
    ),
    **dict.fromkeys(
        ("p_plants", "q_plants", "p_rest", "q_rest", "p_exceptional", "q_exceptional"),
        MODEL.counted.tail,
    ),
    **dict.fromkeys(("n_members", "n_linked"), SAFE),
    "largest_plant_share": RATIO.upper,
    "share_imputed": SHARE,
    "plants_needed": MODEL.counted,
    **dict.fromkeys(
        ("grade", "grade_at_lower_bar", "grade_at_higher_bar", "reason"), SAFE
    ),
}
#: what is said of a cluster and of a reported cell, not of every cell
_OF_KIND: dict[str, Column] = {
    **dict.fromkeys(
        ("name", "named_by", "kind", "level", "label", "template", "industries"),
        IDENTIFIER,
    ),
    **dict.fromkeys(("why_not_higher", "form"), SAFE),
}
_PUBLISHED: dict[str, Declared] = {
    "table": Table({
        **_ANSWERS,
        **_OF_KIND,
        "regions": IDENTIFIER,
        "town": IDENTIFIER,
        **dict.fromkeys(
            (
                "n_regions", "grades", "linked_in", "edge_region", "flags",
                "research_inside", "research_outside", "supply_density",
            ),
            SAFE,
        ),
        "employment_lower": SUM.lower,
        "employment_upper": SUM.upper,
        "employment_change": RATIO.change,
        "lq_jobs_change": RATIO.as_fine_as("lq_jobs"),
        # of other tables, and public
        **dict.fromkeys(COARSER_COLUMNS, SAFE),
        "geometry": IDENTIFIER,
    }),
    "concentrations": Table({
        **_ANSWERS,
        **_OF_KIND,
        "region": IDENTIFIER,
        "rank": SAFE,
        "cluster": IDENTIFIER,
    }),
    "members": Table({
        "cluster": IDENTIFIER,
        "region": IDENTIFIER,
        "industry": IDENTIFIER,
        "employment": CELL,
        "lq_jobs": CELL.over_totals,
    }),
    "gaps": Table({
        "cluster": IDENTIFIER,
        "industry": IDENTIFIER,
        "lq_jobs": CELL.over_totals,
        "supply_weight": SAFE,
        "state": SAFE,
    }),
    "cells": Table(
        {**_ANSWERS, "template": IDENTIFIER, "region": IDENTIFIER},
        attrs={"family": SAFE},
    ),
    "params": Names({
        "templates": Templates.kinds["params"],
        "concept_used": IDENTIFIER,
        "family": SAFE,
        "warning": IDENTIFIER,
        **dict.fromkeys(
            (
                "preset", "levels", "gap", "bar", "sensitivity", "alpha",
                "minimum_jobs", "minimum_plants", "minimum_members",
                "standing_quotient", "standing_jobs",
            ),
            IDENTIFIER,
        ),
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CandidateClusters:
    """Where kinds of cluster stand, at which grade of evidence.

    Two quotients, never mixed: ``lq_jobs`` of jobs, a fact; ``lq_plants`` of plants,
    with an interval and tests, which say what a place draws.

    Parameters
    ----------
    table : GeoDataFrame by cluster (``C001`` the strongest)
        ``grade`` (of its best cell) and ``grades`` by region; ``name``, ``named_by``
        (its strongest members: codes of industries joined by ``;``) and ``town`` (the
        region with most of its jobs); ``label`` of its ``kind``,
        ``level`` (``template``, ``field``, ``part``, ``code_group``,
        ``industry``), ``template``
        (``none`` where its industries are in none or in several), ``industries``,
        ``regions`` (codes joined by ``;``), ``n_regions``, ``form`` (``many_plants``,
        ``anchor_and_suppliers``, ``one_employer``, ``unknown``), ``employment``
        (persons), ``excess_jobs``, ``lq_jobs`` with ``lq_jobs_lower`` and
        ``lq_jobs_upper`` (what withheld cells leave open), ``establishments``,
        ``lq_plants`` with its 90 % interval, ``q_plants``, ``q_rest``,
        ``q_exceptional`` (smallest of its regions, see :func:`clusters.test_groups`),
        ``n_members`` (industries above their usual plants, or jobs
        where none are counted, in all its regions together), ``n_linked`` and
        ``linked_in`` (layers), ``largest_plant_share`` (at most; NaN where sizes are
        unknown), ``share_imputed`` (0..1), ``plants_needed`` (what would decide),
        ``why_not_higher``, ``grade_at_lower_bar``, ``grade_at_higher_bar``,
        ``edge_region``, ``flags`` (joined by ``;``), ``research_inside`` (projects with
        two partners in it), ``research_outside`` (with partners on both sides),
        ``supply_density`` (share of its supply links with both ends above 1),
        ``employment_change`` (relative), ``lq_jobs_change``; ``geometry``. NaN where
        the input was not given. A study whose regions lie in larger ones that lend
        their plants has ``coarser_region``, ``coarser_industries``, ``coarser_year``,
        ``coarser_plants``, ``coarser_lq_plants`` with its 90 % interval, too: they make
        no grade.
    concentrations : DataFrame
        Every region's list: one row a reported cell, ``rank`` by jobs above the usual;
        ``region``, ``name`` and ``named_by`` as above, ``kind`` and what it is, the
        answers of
        :func:`clusters.test_groups`, ``why_not_higher``, ``form``,
        ``cluster``. No industry of a region stands in two rows. A quotient of jobs of 3
        with 1,000 jobs above the usual is listed even where withheld cells leave no
        grade.
    members : DataFrame
        ``cluster``, ``region``, ``industry``, ``employment``, ``lq_jobs``.
    gaps : DataFrame
        ``cluster``, ``industry`` of the kind, ``lq_jobs`` over the cluster's regions,
        ``supply_weight`` to and from the members present, ``state`` (``missing``,
        ``thin``).
    cells : DataFrame
        Every template in every region (see :func:`clusters.test_groups`).
    params : mapping
        Every argument, defaults included, and what was used.
    """

    table: gpd.GeoDataFrame
    concentrations: pd.DataFrame
    members: pd.DataFrame
    gaps: pd.DataFrame
    cells: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

    @property
    def industries(self) -> dict[str, list[str]]:
        """Codes of the industries of every cluster, sorted.

        Those that the cluster is made of, whether its regions have them or not.
        """
        joined = self.table["industries"].astype(str)
        return {str(k): sorted(v.split(";")) for k, v in joined.items()}

    @property
    def by_grade(self) -> dict[str, int]:
        """How many clusters there are of each grade, A to D; empty grades included."""
        counts = self.table["grade"].value_counts()
        return {grade: int(counts.get(grade, 0)) for grade in GRADES}

    @property
    def highest_possible(self) -> str:
        """The highest grade that the data can show: C where no plants are counted."""
        return "C" if self.params.get("concept_used") == "employment" else "A"

    def __repr__(self) -> str:
        n = len(self.table)
        if not n:
            return "<CandidateClusters: none found at any grade>"
        found = ", ".join(f"{count} {grade}" for grade, count in self.by_grade.items())
        without = n - sum(self.by_grade.values())
        found += f", {without} without a grade" if without else ""
        note = (
            ""
            if self.highest_possible == "A"
            else "; no plants are counted, so C is the highest grade"
        )
        return (
            f"<CandidateClusters: {n} clusters ({found}) in "
            f"{self.concentrations['region'].nunique()} regions{note}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = pd.DataFrame(self.table.drop(columns="geometry")).head(20)
        return f"<p>{escape(repr(self))}</p>{shown.to_html(escape=True)}"
