"""Candidate clusters: where templates sit, with their uncertainty."""

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
    Declared,
    Each,
    Names,
    Table,
)
from clusterid.communities import Templates

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["CandidateClusters"]

_NULLS = Each(
    Names({
        "roughness": MODEL.counted.of_all,
        "density_gradient": MODEL.counted.of_all,
    })
)
_MEMBERS_RULE = Names({
    "rule": IDENTIFIER,
    "expected_false": MODEL.counted.of_all,
    "shares": MODEL.counted.of_all,
    "quotients": IDENTIFIER,
    "frequency": MODEL.counted.of_all,
})
#: what is the same of a cluster, of a part and of a cell; of each what it is
_STRENGTH = {
    "employment": SUM,
    "establishments": SAFE,
    "lq": RATIO,
    "lq_shrunk": RATIO.or_plants,
    "p_value": MODEL.counted.tail,
    "q_value": MODEL.counted.tail,
    "n_members": SAFE,
    "share_imputed": SHARE,
    "certainty": MODEL.counted.of_all,
}
_PUBLISHED: dict[str, Declared] = {
    "table": Table({
        **_STRENGTH,
        "template": IDENTIFIER,
        "label": IDENTIFIER,
        "industries": IDENTIFIER,
        "regions": IDENTIFIER,
        "n_regions": SAFE,
        "employment_lower": SUM.lower,
        "employment_upper": SUM.upper,
        "excess_jobs": SUM.as_fine_as("employment"),
        "largest_plant_share": RATIO.upper,
        "edge_region": SAFE,
        "flags": SAFE,
        "n_seeds": SAFE,
        "research_inside": SAFE,
        "research_outside": SAFE,
        "supply_density": SAFE,
        "employment_change": RATIO.change,
        "lq_change": RATIO.as_fine_as("lq"),
        "level": IDENTIFIER,
        "part": IDENTIFIER,
        "sharpest_part": IDENTIFIER,
        "geometry": IDENTIFIER,
    }),
    "members": Table({
        "cluster": IDENTIFIER,
        "region": IDENTIFIER,
        "industry": IDENTIFIER,
        "employment": CELL,
        "lq": CELL.over_totals,
    }),
    "gaps": Table({
        "cluster": IDENTIFIER,
        "industry": IDENTIFIER,
        "lq": CELL.over_totals,
        "supply_weight": SAFE,
        "state": SAFE,
    }),
    "cells": Table(
        {
            **_STRENGTH,
            "template": IDENTIFIER,
            "region": IDENTIFIER,
            "gi_z": MODEL.counted.of_all,
            "gi_q": MODEL.counted.of_all,
            "is_seed": SAFE,
            "is_member": SAFE,
            "power_lq": MODEL.counted,
            "reason": SAFE,
        },
        attrs={
            "family": SAFE,
            "concept": IDENTIFIER,
            "nulls": _NULLS,
            "members": _MEMBERS_RULE,
        },
    ),
    "parts": Table({
        **_STRENGTH,
        "part": IDENTIFIER,
        "template": IDENTIFIER,
        "level": IDENTIFIER,
        "label": IDENTIFIER,
        "industries": IDENTIFIER,
        "regions": IDENTIFIER,
        "state": SAFE,
        "cluster": IDENTIFIER,
    }),
    "params": Names({
        "templates": Templates.kinds["params"],
        "concept_used": IDENTIFIER,
        "family": SAFE,
        "nulls": _NULLS,
        "members": _MEMBERS_RULE,
        "warning": IDENTIFIER,
        **dict.fromkeys(
            (
                "preset", "rule", "concept", "roughness", "gate", "alpha", "level",
                "jobs_per_effective_plant", "gap", "minimum_jobs", "minimum_plants",
                "minimum_members", "levels", "seed",
            ),
            IDENTIFIER,
        ),
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CandidateClusters:
    """Where templates sit: one row a cluster, with its uncertainty.

    Parameters
    ----------
    table : GeoDataFrame by cluster (``C001`` ...)
        ``template``, ``label``, ``regions`` (codes joined by ``;``), ``n_regions``,
        ``industries`` (codes joined by ``;``: the template's, or those of the part or
        the single industry that it is),
        ``employment`` (persons), ``establishments``, ``lq``, ``lq_shrunk`` (1 = as
        everywhere), ``excess_jobs``, ``p_value`` (smallest of its regions),
        ``q_value`` (smallest of its regions after Benjamini-Hochberg over all
        templates and regions of the study, the rule that admitted it), ``n_members``
        (industries above a quotient of 1), ``share_imputed`` (0..1),
        ``largest_plant_share`` (at most this much is one plant; NaN where plant sizes
        are unknown), ``edge_region``, ``flags`` (joined by ``;``), ``geometry``, and
        beyond these ``certainty`` (0..1, of its surest region: the probability of
        being in a cluster given the model, see :func:`clusters.member_cells`; NaN with
        jobs alone and below the templates), ``n_seeds`` (regions that passed the gate;
        a cluster without any, and without a part that has one, is flagged
        ``model_only``), ``research_inside`` (projects with two partners in it),
        ``research_outside`` (with partners on both sides), ``supply_density``
        (share of the template's supply links with both ends above 1),
        ``employment_change`` (relative) and ``lq_change`` since the earlier economy;
        NaN where the input was not given. ``level`` (``template``, ``part``,
        ``industry``) and ``part`` say at which level of kind it was found, ``label``
        names that level (``template`` is ``none`` for an industry that is in no
        template); ``sharpest_part`` names the part of a template in which the
        cluster stands out most, where that is more than the whole.
    members : DataFrame
        ``cluster``, ``region``, ``industry``, ``employment``, ``lq``.
    gaps : DataFrame
        ``cluster``, ``industry`` of the template, ``lq`` over the cluster's regions,
        ``supply_weight`` to and from the members present, ``state`` (``missing``,
        ``thin``).
    cells : DataFrame
        Every template in every region, tested (see :func:`test_groups`).
    params : mapping
        Every argument, defaults included, and what was estimated.
    parts : DataFrame
        What stands out below the level of the templates: ``part``, ``template``,
        ``level``, ``label``, ``industries``, ``regions`` (codes joined by ``;``),
        ``employment``, ``establishments``, ``lq``, ``share_imputed``, ``p_value``,
        ``q_value``, ``state`` and ``cluster``. States: ``candidate`` (it is the
        cluster named), ``inside`` (it lies in the cluster named), ``one_industry`` (not
        decided: one large plant would look the same).
    """

    table: gpd.GeoDataFrame
    members: pd.DataFrame
    gaps: pd.DataFrame
    cells: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)
    parts: pd.DataFrame = field(default_factory=pd.DataFrame)

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

    @property
    def industries(self) -> dict[str, list[str]]:
        """Codes of the industries of every cluster, sorted.

        Those that the cluster is made of, whether its regions have them or not; where
        the table does not say (older results), those that its regions have.
        """
        if "industries" in self.table:
            joined = self.table["industries"].astype(str)
            return {str(k): sorted(v.split(";")) for k, v in joined.items()}
        by = self.members.groupby("cluster")["industry"]
        present = {str(k): sorted(set(v.astype(str))) for k, v in by}
        return {str(k): present.get(str(k), []) for k in self.table.index}

    def power(self, template: str | None = None) -> pd.DataFrame:
        """Return what could have been found: the quotient needed, by template.

        Read it beside every empty answer: a cluster weaker than ``power_lq`` in a
        region would have been missed more often than one time in ten.

        Returns
        -------
        DataFrame by template
            ``n_clusters``, and of ``power_lq`` over regions the ``median`` and the
            ``lowest`` (largest region).
        """
        cells = self.cells
        if template is not None:
            cells = cells[cells["template"].eq(template)]
        by = cells.groupby("template", sort=True)["power_lq"]
        counts = self.table["template"].value_counts()
        result = pd.DataFrame({"median": by.median(), "lowest": by.min()})
        result.insert(
            0, "n_clusters", counts.reindex(result.index).fillna(0).astype(int)
        )
        return result

    def expected_false(self) -> float:
        """Return how many member cells of templates are none, as far as is known.

        The sum of 1 less ``certainty`` over the members; NaN where none is known (jobs
        alone).
        """
        if "certainty" not in self.cells.columns:
            return float("nan")
        members = self.cells.loc[self.cells["is_member"].eq(True), "certainty"]
        return float((1 - members).sum(min_count=1))

    def __repr__(self) -> str:
        n = len(self.table)
        if not n:
            median = self.cells["power_lq"].median()
            return (
                "<CandidateClusters: none found; half of the cells would have shown a "
                f"cluster only from a quotient of {median:.1f} up>"
            )
        seeds = int(self.cells["is_seed"].sum())
        weaker = sum("model_only" in str(f).split(";") for f in self.table["flags"])
        doubts = f", {weaker} of them by the model only" if weaker else ""
        doubt = self.expected_false()
        doubts += f"; about {doubt:.0f} of the regions are none" if doubt >= 0.5 else ""
        return (
            f"<CandidateClusters: {n} clusters of {self.table['template'].nunique()} "
            f"templates in {int(self.table['n_regions'].sum())} regions, "
            f"{seeds} seed cells{doubts}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = pd.DataFrame(self.table.drop(columns="geometry")).head(20)
        return f"<p>{escape(repr(self))}</p>{shown.to_html(escape=True)}"
