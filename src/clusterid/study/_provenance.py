"""What a run leaves of itself: versions, digests of inputs, time of each step."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

# results pickled before results/ had a room look for it here
from clusterid.results import Provenance

__all__ = [
    "Listener", "Provenance", "StepLog", "file_digest", "names_only", "versions",
]  # fmt: skip

#: Hears (step, steps done, steps in all).
Listener = Callable[[str, int, int], None]
Content = TypeVar("Content")

_PACKAGES = (
    "clusterid", "numpy", "pandas", "scipy", "geopandas", "shapely", "networkx",
    "igraph", "libpysal", "esda", "duckdb", "narwhals", "folium", "matplotlib",
)  # fmt: skip


def names_only(study: Content) -> Content:
    """Return a study file's content with names for places of this machine.

    What is written relative to the study file, or with a variable, stays as it is.
    """
    named: object = study
    if isinstance(study, Mapping):
        named = {k: v if k == "title" else names_only(v) for k, v in study.items()}
    elif isinstance(study, (list, tuple)):
        named = [names_only(item) for item in study]
    elif isinstance(study, str) and Path(study).is_absolute():
        named = Path(study).name
    return named  # type: ignore[return-value]


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

    listener: Listener | None = None
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
