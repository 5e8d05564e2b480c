"""The rules of detection: checked once, handed down whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self, TypedDict

import numpy as np

from clusterid._typed import options_of
from clusterid.communities._shaken import Redraw
from clusterid.errors import OptionError, check_option

__all__ = ["CommunityOptions", "CommunityRules"]


class CommunityOptions(TypedDict, total=False):
    """Keywords of :func:`detect_communities` that are rules."""

    method: str
    quality: str
    resolution: str | float
    runs: int
    seed: int
    resolutions: int
    prefer: str
    perturbation: float
    drop_layers: bool
    redraw: Redraw | None
    layer_weights: Mapping[str, float] | None
    contrast: float
    neighbours: int | None
    largest: int | None
    surrogates: int
    runs_at: str
    processes: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommunityRules:
    """How groups of industries are found; see :func:`detect_communities`.

    Raises
    ------
    OptionError
        If an option is not offered.
    """

    method: str = "leiden"
    quality: str = "auto"
    resolution: str | float = "auto"
    runs: int = 100
    seed: int = 0
    resolutions: int = 20
    prefer: str = "widest"
    perturbation: float = 0.3
    drop_layers: bool = True
    redraw: Redraw | None = None
    layer_weights: Mapping[str, float] | None = None
    contrast: float = 3.0
    neighbours: int | None = None
    largest: int | None = None
    surrogates: int = 0
    runs_at: str = "chosen"
    processes: int = 1

    def __post_init__(self) -> None:
        check_option("method", self.method, ("leiden", "infomap"))
        check_option("quality", self.quality, ("auto", "cpm", "modularity"))
        check_option("prefer", self.prefer, ("finest", "widest"))
        check_option("runs_at", self.runs_at, ("chosen", "every"))
        resolution = self.resolution
        if resolution != "auto" and not (
            isinstance(resolution, (int, float)) and 0 < resolution < np.inf
        ):
            raise OptionError(
                f"resolution={resolution!r}: use 'auto' or a positive number."
            )
        if self.largest is not None and self.largest < 2:
            raise OptionError(
                f"largest={self.largest}: a group has at least 2 industries."
            )
        if self.runs < 1:
            raise OptionError(f"runs={self.runs}: at least one run is needed.")
        if self.surrogates < 0:
            raise OptionError(f"surrogates={self.surrogates}: use 0 or more.")
        if not 0 <= self.perturbation < np.inf:
            raise OptionError(
                f"perturbation={self.perturbation}: use a coefficient of variation, "
                "0 for none."
            )
        if not 0 < self.contrast < np.inf:
            raise OptionError(f"contrast={self.contrast}: use a number above 0.")
        if self.resolutions < 2:
            raise OptionError(f"resolutions={self.resolutions}: use at least 2.")
        if self.neighbours is not None and self.neighbours < 1:
            raise OptionError(f"neighbours={self.neighbours}: keep at least 1 link.")
        if self.processes < 1:
            raise OptionError(f"processes={self.processes}: at least one is needed.")

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Self:
        """Return the rules among the arguments of a public function."""
        return cls(**options_of(cls, keywords))

    @property
    def given_resolution(self) -> float | None:
        """The resolution that was asked for; None where it is to be chosen."""
        return None if self.resolution == "auto" else float(self.resolution)

    def params(
        self, held_out: str | bool, layer_weights: Mapping[str, float]
    ) -> dict[str, Any]:
        """Return every option as the templates keep it, with what layers weigh."""
        used = {
            "held_out": held_out,
            "redraw": self.redraw is not None,
            "layer_weights": layer_weights,
            "layers": sorted(layer_weights),
        }
        names = (
            "method", "quality", "resolution", "runs", "seed", "held_out",
            "resolutions", "prefer", "perturbation", "drop_layers", "redraw",
            "surrogates", "runs_at", "layer_weights", "contrast", "neighbours",
            "largest", "layers",
        )  # fmt: skip
        return {
            name: used[name] if name in used else getattr(self, name) for name in names
        }
