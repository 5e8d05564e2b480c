"""How a result came about: versions, inputs, seed, time of each step, warnings."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Provenance", "StepLog", "file_digest", "names_only", "versions"]

_PACKAGES = (
    "clusterid", "numpy", "pandas", "scipy", "geopandas", "shapely", "networkx",
    "igraph", "libpysal", "esda", "duckdb", "narwhals", "folium", "matplotlib",
)  # fmt: skip


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

    def to_json(self) -> str:
        """Return the whole as JSON text."""
        content = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return json.dumps(content, ensure_ascii=False, indent=1, default=str) + "\n"

    def __repr__(self) -> str:
        seconds = sum(self.steps.values())
        return (
            f"<Provenance: {len(self.inputs)} inputs, seed {self.seed}, "
            f"{len(self.steps)} steps in {seconds:.1f} s, "
            f"{len(self.warnings)} warnings>"
        )


def names_only(study: Any) -> Any:
    """Return a study file's content with names for places of this machine.

    What is written relative to the study file, or with a variable, stays as it is.
    """
    if isinstance(study, Mapping):
        return {
            key: item if key == "title" else names_only(item)
            for key, item in study.items()
        }
    if isinstance(study, (list, tuple)):
        return [names_only(item) for item in study]
    if isinstance(study, str) and Path(study).is_absolute():
        return Path(study).name
    return study


def versions() -> dict[str, str]:
    """Return the versions of the packages that decide the numbers."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed as a package"
    return found


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@dataclass(slots=True)
class StepLog:
    """Times the steps of a run and tells a listener about them."""

    listener: Any = None
    total: int = 0
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step; the listener hears (name, steps done, steps in all)."""
        if self.listener is not None:
            self.listener(name, len(self.seconds), self.total)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)
