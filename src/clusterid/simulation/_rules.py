"""The options of a simulated economy, checked once and handed down whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Self, TypedDict

import numpy as np

from clusterid._typed import options_of
from clusterid.errors import OptionError

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = [
    "DesignRules", "EconomyOptions", "PlantedCluster", "RecordRules", "generator",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlantedCluster:
    """One cluster to plant.

    Parameters
    ----------
    template : str
        Template (``"S01"`` ...) or field (``"automotive"``) of the simulated tree.
    regions : tuple of str
        Region codes it extends over.
    lq : float
        Location quotient of plants in each planted cell, before roughness; above 1.
    """

    template: str
    regions: tuple[str, ...]
    lq: float


class EconomyOptions(TypedDict, total=False):
    """Keywords of :func:`simulate_economy` that are rules."""

    n_regions: int | None
    n_industries: int
    n_plants: int
    size_log_mean: float
    size_log_sd: float
    roughness: float
    shared_roughness: float
    neighbour_roughness: float
    density_gradient: float
    planted: int | Sequence[PlantedCluster] | None
    strength: Sequence[float]
    extent: Sequence[int]
    withhold: bool
    dominance: float
    secondary: bool
    withhold_plants: bool
    n_projects: int
    n_places: int | None
    hit_rate: float
    false_labels: float
    year: int
    n_years: int


@dataclass(frozen=True, slots=True)
class _Rules:
    """Options taken by name from the keywords of a public function."""

    @classmethod
    def taken(cls, options: Mapping[str, Any]) -> Self:
        """Return the rules with those options of a call that are theirs."""
        return cls(**options_of(cls, options))

    def params(self) -> dict[str, Any]:
        """Return every option but the regions, as the economy keeps it."""
        names = (rule.name for rule in fields(self))
        return {name: getattr(self, name) for name in names if name != "regions"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignRules(_Rules):
    """What a design is drawn from; see :func:`simulate_economy` for each option.

    Raises
    ------
    OptionError
        If one is out of range.
    """

    regions: gpd.GeoDataFrame | None = None
    n_regions: int | None = None
    n_industries: int = 88
    n_plants: int = 720_000
    size_log_mean: float = 1.0
    size_log_sd: float = 1.6
    roughness: float = 0.2
    shared_roughness: float = 0.5
    neighbour_roughness: float = 0.0
    density_gradient: float = 0.25
    planted: int | Sequence[PlantedCluster] | None = None
    strength: Sequence[float] = (2.0, 3.0, 5.0)
    extent: Sequence[int] = (1, 2, 4)

    def __post_init__(self) -> None:
        for name, low in (("n_plants", 1), ("size_log_sd", 0), ("roughness", 0)):
            value = getattr(self, name)
            is_fine = low <= value < np.inf
            _require(self, name, is_fine, f"a number of at least {low}")
        strong = bool(len(self.strength)) and all(
            1 <= s < np.inf for s in self.strength
        )
        _require(self, "strength", strong, "location quotients above 1")
        wide = bool(len(self.extent)) and all(int(e) >= 1 for e in self.extent)
        _require(self, "extent", wide, "numbers of regions, at least 1")
        for name in ("size_log_mean", "density_gradient"):
            is_finite = bool(np.isfinite(getattr(self, name)))
            _require(self, name, is_finite, "a finite number")
        whole = self.n_regions is None or int(self.n_regions) == self.n_regions
        _require(self, "n_regions", whole, "a whole number")
        is_number = not isinstance(self.planted, int) or self.planted >= 0
        _require(self, "planted", is_number, "a number of clusters, or 0")
        _require_shares(self, "shared_roughness", "neighbour_roughness")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRules(_Rules):
    """What is recorded of the economy, and what the simulated office holds back.

    Raises
    ------
    OptionError
        If one is out of range.
    """

    withhold: bool = True
    dominance: float = 0.85
    secondary: bool = False
    withhold_plants: bool = False
    n_projects: int = 600
    n_places: int | None = None
    hit_rate: float = 0.85
    false_labels: float = 0.6
    year: int = 2008
    n_years: int = 1

    def __post_init__(self) -> None:
        _require_shares(self, "hit_rate", "false_labels", "dominance")
        for name in ("n_projects", "n_years", "year"):
            number = getattr(self, name)
            is_whole = isinstance(number, int | np.integer)
            _require(self, name, is_whole, "a whole number")
            _require(self, name, number >= 1, "at least 1")


def _require_shares(rules: _Rules, *names: str) -> None:
    for name in names:
        is_share = 0 <= getattr(rules, name) <= 1
        _require(rules, name, is_share, "a share between 0 and 1")


def _require(rules: _Rules, name: str, is_met: bool, wanted: str) -> None:
    if not is_met:
        raise OptionError(f"{name}={getattr(rules, name)!r}; give {wanted}.")


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Return the generator of a seed, or the one given.

    Raises
    ------
    OptionError
        If the seed is neither a whole number from 0 on nor a generator.
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if not isinstance(seed, np.random.Generator) and not (whole and seed >= 0):
        raise OptionError(
            f"seed={seed!r}; give a whole number from 0 on, or a numpy Generator."
        )
    return np.random.default_rng(seed)
