"""Names that left a room for ``validation/``: still found in a checkout."""

from __future__ import annotations

from importlib import import_module

__all__ = ["from_validation"]


def from_validation(room: str, name: str, homes: dict[str, str]) -> object:
    """Return what a room no longer holds, from its home in the checkout.

    Raises
    ------
    AttributeError
        If the room never held it, or the package is installed without a checkout.

    Examples
    --------
    >>> from_validation("clusterid.clusters", "rank", {})
    Traceback (most recent call last):
    AttributeError: module 'clusterid.clusters' has no attribute 'rank'
    """
    if name not in homes:
        raise AttributeError(f"module {room!r} has no attribute {name!r}")
    try:
        return getattr(import_module(homes[name]), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise AttributeError(
            f"{name} stands in {homes[name]}, which a checkout of clusterid has and an "
            "installed package has not; run Python in the folder of the checkout."
        ) from error
