"""How a result came about: versions, inputs, seed, time of each step, warnings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from clusterid._columns import IDENTIFIER, SAFE, TEXT, Declared, Each, Names

__all__ = ["Provenance"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """What a result was made from and with.

    Parameters
    ----------
    versions : mapping of package to version
    study : mapping
        The study file with every default filled in.
    inputs : mapping of file name to SHA-256
    seed : int
    engine : str
        Engine that aggregated the plants, or ``"none"``.
    steps : mapping of step to seconds
    warnings : tuple of str
    methods : tuple of str
        Keys of the papers behind the result, for :func:`clusterid.cite`.
    published : bool
        True once what may not leave the machine has been held back.
    confidential : bool
        True if it was computed from plants that may not be published.
    """

    versions: Mapping[str, str] = field(default_factory=dict)
    study: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    engine: str = "none"
    steps: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    published: bool = False
    confidential: bool = False

    kinds: ClassVar[Mapping[str, Declared]] = {
        "versions": Each(IDENTIFIER),
        "study": Names(
            dict.fromkeys(
                (
                    "study", "employment", "plants", "regions", "supply", "skills",
                    "research", "templates", "survey", "coarser", "method",
                    "disclosure", "output",
                ),
                IDENTIFIER,
            )
        ),
        "inputs": Each(IDENTIFIER),
        "seed": IDENTIFIER,
        "engine": IDENTIFIER,
        "steps": Each(SAFE),
        "warnings": TEXT,
        "methods": IDENTIFIER,
        "published": SAFE,
        "confidential": SAFE,
    }  # fmt: skip

    def to_json(self) -> str:
        """Return the whole as JSON text."""
        content = {one.name: getattr(self, one.name) for one in fields(self)}
        return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"

    def __repr__(self) -> str:
        seconds = sum(self.steps.values())
        return (
            f"<Provenance: {len(self.inputs)} inputs, seed {self.seed}, "
            f"{len(self.steps)} steps in {seconds:.1f} s, "
            f"{len(self.warnings)} warnings>"
        )
