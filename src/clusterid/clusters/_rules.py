"""The rules of the test and of clusters: checked once, handed down whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, TypedDict

import pandas as pd

from clusterid._typed import options_of
from clusterid.clusters._presets import PRESETS
from clusterid.errors import OptionError, check_option

__all__ = [
    "CellOptions", "CellRules", "ClusterOptions", "ClusterRules", "MemberOptions",
]  # fmt: skip


class _TestOptions(TypedDict, total=False):
    concept: Literal["auto", "establishments", "employment"]
    roughness: str | float
    gate: Literal["bh", "bonferroni"]
    alpha: float
    jobs_per_effective_plant: float
    imputed: pd.DataFrame | None
    local_statistics: bool
    seed: int


class CellOptions(_TestOptions, total=False):
    """Keywords of :func:`clusters.test_groups`."""

    density: pd.Series | Literal["size", "none"]
    check_single: bool
    permutations: int


class MemberOptions(CellOptions, total=False):
    """Keywords of :func:`clusters.member_cells`."""

    rule: Literal["posterior", "gate"]
    level: float
    gap: int


class ClusterOptions(_TestOptions, total=False):
    """Keywords of :func:`identify_clusters` that are rules."""

    preset: str
    rule: Literal["posterior", "gate"]
    level: float
    gap: int
    minimum_jobs: float
    minimum_plants: float
    minimum_members: int
    levels: Literal["all", "templates"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellRules:
    """How every group is tested in every region; see :func:`clusters.test_groups`.

    Without ``power``, ``power_lq`` is not computed.

    Raises
    ------
    OptionError
        If an option is not offered.
    """

    concept: str = "auto"
    roughness: str | float = "estimate"
    density: pd.Series | str = "size"
    gate: str = "bh"
    alpha: float = 0.03
    jobs_per_effective_plant: float = 100.0
    imputed: pd.DataFrame | None = None
    check_single: bool = False
    local_statistics: bool = True
    permutations: int = 999
    seed: int = 0
    power: bool = True

    def __post_init__(self) -> None:
        check_option("concept", self.concept, ("auto", "establishments", "employment"))
        if isinstance(self.roughness, str):
            check_option("roughness", self.roughness, ("estimate", "none"))
        elif not 0 <= self.roughness < 5:
            raise OptionError(f"roughness={self.roughness}: use a number from 0 to 5.")
        if isinstance(self.density, str):
            check_option("density", self.density, ("size", "none"))
        check_option("gate", self.gate, ("bh", "bonferroni"))
        if not 0 < self.alpha < 1:
            raise OptionError(f"alpha={self.alpha}: use a number between 0 and 1.")
        if self.seed < 0:
            raise OptionError(f"seed={self.seed}: use a whole number from 0 on.")

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Self:
        """Return the rules among the arguments of a public function."""
        return cls(**options_of(cls, keywords))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterRules:
    """What makes a cluster; see :func:`identify_clusters`. ``cells``: how it is tested.

    Raises
    ------
    OptionError
        If an option is not offered.
    """

    cells: CellRules
    preset: str = "default"
    rule: str = "posterior"
    level: float = 0.1
    gap: int = 0
    minimum_jobs: float = 1_000
    minimum_plants: float = 10
    minimum_members: int = 2
    levels: str = "all"

    def __post_init__(self) -> None:
        check_option("preset", self.preset, ("default", *PRESETS))
        check_option("rule", self.rule, ("posterior", "gate"))
        check_option("levels", self.levels, ("all", "templates"))
        if self.gap < 0:
            raise OptionError(f"gap={self.gap}: use 0 or more regions.")
        if self.preset != "default" and PRESETS[self.preset].index:
            raise OptionError(
                f"preset={self.preset!r} is an index without a confirmed cut; rank "
                "cells with clusters.apply_presets and choose the cut yourself."
            )

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Self:
        """Return the rules among the arguments of a public function."""
        return cls(cells=CellRules.of(keywords), **options_of(cls, keywords))

    @property
    def is_published(self) -> bool:
        """Whether a published rule chooses the members."""
        return self.preset != "default"

    @property
    def looks_below(self) -> bool:
        """Whether clusters are looked for below the templates, too."""
        return self.levels == "all" and not self.is_published

    def params(self) -> dict[str, Any]:
        """Return every option of :func:`identify_clusters` as its result keeps it."""
        names = (
            "preset", "rule", "concept", "roughness", "gate", "alpha", "level",
            "jobs_per_effective_plant", "gap", "minimum_jobs", "minimum_plants",
            "minimum_members", "levels", "seed",
        )  # fmt: skip
        both = _values(self.cells) | _values(self)
        return {name: both[name] for name in names}


def _values(rules: CellRules | ClusterRules) -> dict[str, Any]:
    return {f.name: getattr(rules, f.name) for f in fields(rules)}
