"""Environment variables in a study file: opened when used, reported where not set."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TypeVar

__all__ = ["expanded", "expanded_all", "unset_variables"]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
Options = TypeVar("Options")


def expanded(text: str) -> str:
    """Return a text with its environment variables, as they are at this moment."""
    return _VARIABLE.sub(lambda m: os.environ.get(m.group(1), m.group(0)), text)


def expanded_all(value: Options) -> Options:
    """Return options with the environment variables in all their texts."""
    opened: object = value
    if isinstance(value, str):
        opened = expanded(value)
    elif isinstance(value, Mapping):
        opened = {key: expanded_all(item) for key, item in value.items()}
    elif isinstance(value, (list, tuple)):
        opened = type(value)(expanded_all(item) for item in value)
    return opened  # type: ignore[return-value]


def unset_variables(value: object) -> set[str]:
    """Return the environment variables that a value names and nobody has set."""
    if isinstance(value, str):
        return {name for name in _VARIABLE.findall(value) if name not in os.environ}
    items = list(value.values()) if isinstance(value, Mapping) else value
    if isinstance(items, list):
        return {name for item in items for name in unset_variables(item)}
    return set()
