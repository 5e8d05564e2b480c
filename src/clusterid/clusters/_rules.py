"""The rules of the questions and of clusters: checked once, handed down whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, Self, TypedDict

import pandas as pd

from clusterid._typed import options_of
from clusterid.clusters._presets import PRESETS
from clusterid.errors import OptionError, check_option

__all__ = ["CellOptions", "ClusterOptions", "ClusterRules", "GradeRules"]


class CellOptions(TypedDict, total=False):
    """Keywords of :func:`clusters.test_groups`."""

    bar: float
    sensitivity: tuple[float, float]
    alpha: float
    minimum_jobs: float
    minimum_plants: float
    minimum_members: int
    standing_quotient: float
    standing_jobs: float
    imputed: pd.DataFrame | None


class ClusterOptions(CellOptions, total=False):
    """Keywords of :func:`identify_clusters` that are rules."""

    preset: str
    levels: Literal["all", "templates"]
    gap: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GradeRules:
    """Bars, masses and bounds of the four questions; see :func:`clusters.test_groups`.

    Raises
    ------
    OptionError
        If a number lies outside its range.
    """

    bar: float = 1.5
    sensitivity: tuple[float, float] = (1.25, 2.0)
    alpha: float = 0.05
    minimum_jobs: float = 500
    minimum_plants: float = 10
    minimum_members: int = 2
    standing_quotient: float = 2.0
    standing_jobs: float = 400
    imputed: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise OptionError(f"alpha={self.alpha}: use a number between 0 and 1.")
        bars = {"bar": self.bar, "standing_quotient": self.standing_quotient}
        for number, bar in enumerate(self.sensitivity):
            bars[f"sensitivity[{number}]"] = bar
        for name, value in bars.items():
            if not 1 <= value < 1000:
                raise OptionError(f"{name}={value}: use a quotient from 1 to 1,000.")
        if len(self.sensitivity) != 2 or not (
            self.sensitivity[0] <= self.bar <= self.sensitivity[1]
        ):
            raise OptionError(
                f"sensitivity={self.sensitivity}: use two bars, one not above and one "
                f"not below bar={self.bar:g}."
            )
        least = ("minimum_jobs", "minimum_plants", "minimum_members", "standing_jobs")
        for name in least:
            value = getattr(self, name)
            if not 0 <= value < float("inf"):
                raise OptionError(f"{name}={value}: use a number from 0 on.")

    @property
    def bars(self) -> tuple[float, float, float]:
        """The bar, then the lower and the higher one of the sensitivity."""
        return (self.bar, *self.sensitivity)

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Self:
        """Return the rules among the arguments of a public function."""
        return cls(**options_of(cls, keywords))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClusterRules:
    """What is reported as a cluster; see :func:`identify_clusters`.

    Raises
    ------
    OptionError
        If an option is not offered.
    """

    grades: GradeRules
    preset: str = "default"
    levels: str = "all"
    gap: int = 0

    def __post_init__(self) -> None:
        check_option("preset", self.preset, ("default", *PRESETS))
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
        return cls(grades=GradeRules.of(keywords), **options_of(cls, keywords))

    @property
    def is_published(self) -> bool:
        """Whether a published rule chooses what is reported."""
        return self.preset != "default"

    @property
    def looks_below(self) -> bool:
        """Whether clusters are looked for below the templates, too."""
        return self.levels == "all" and not self.is_published

    def params(self) -> dict[str, Any]:
        """Return every option of :func:`identify_clusters` as its result keeps it."""
        both = _values(self.grades) | _values(self)
        return {k: v for k, v in both.items() if k not in ("imputed", "grades")}


def _values(rules: GradeRules | ClusterRules) -> dict[str, Any]:
    return {f.name: getattr(rules, f.name) for f in fields(rules)}
