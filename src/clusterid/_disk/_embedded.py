"""Data that come with the package: where they stand, and tables kept as TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

__all__ = ["embedded_path", "read_toml"]


def embedded_path(*parts: str) -> Path:
    """Return the path of an embedded file or folder, e.g. ``("studies", "demo.toml")``.

    Raises
    ------
    FileNotFoundError
        If the installation lacks the file.
    """
    package = Path(__file__).resolve().parents[1]
    for root in (package / "data", package.parents[1] / "data"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        f"The embedded file {'/'.join(parts)} is missing from this installation; "
        "install clusterid again."
    )


def read_toml(path: Path) -> dict[str, Any]:
    """Return the content of a TOML file that belongs to the package."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
