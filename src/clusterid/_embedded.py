"""Where the embedded data stand: beside the package in a wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

__all__ = ["embedded_path"]


def embedded_path(*parts: str) -> Path:
    """Return the path of an embedded file or folder, e.g. ``("studies", "demo.toml")``.

    Raises
    ------
    FileNotFoundError
        If the installation lacks the file.
    """
    here = Path(__file__).resolve().parent
    for root in (here / "data", here.parents[1] / "data"):
        path = root.joinpath(*parts)
        if path.exists():
            return path
    raise FileNotFoundError(
        f"The embedded file {'/'.join(parts)} is missing from this installation; "
        "install clusterid again."
    )
