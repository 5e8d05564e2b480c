"""Which classifications and correspondences are embedded, and what their files say."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ALIASES",
    "CLASSIFICATIONS",
    "CORRESPONDENCES",
    "SAME_CODES",
    "ClassificationFile",
    "canonical_name",
]


@dataclass(frozen=True, slots=True)
class ClassificationFile:
    """One embedded classification: its file, levels from the root, and notation."""

    file: str
    title: str
    levels: tuple[str, ...]
    source: str
    #: how a code's parent is found where the file does not say: "prefix" or "order"
    parents: str = "prefix"


_CATALOGUE = tomllib.loads(
    Path(__file__).with_name("catalogue.toml").read_text("utf-8")
)

CLASSIFICATIONS: dict[str, ClassificationFile] = {
    name: ClassificationFile(**{**entry, "levels": tuple(entry["levels"])})
    for name, entry in _CATALOGUE["classifications"].items()
}
#: Other names of the same thing, as people and files write them.
ALIASES: dict[str, str] = _CATALOGUE["aliases"]
#: name -> (file, source column, target column)
CORRESPONDENCES: dict[str, tuple[str, str, str]] = {
    name: (file, source, target)
    for name, (file, source, target) in _CATALOGUE["correspondences"].items()
}
#: Classifications that are the same up to notation, as far as both go.
SAME_CODES: dict[str, tuple[str, str]] = {
    name: (source, target)
    for name, (source, target) in _CATALOGUE["same_codes"].items()
}


def canonical_name(name: str) -> str:
    """Return the name under which an embedded classification is kept."""
    key = name.strip().lower().replace(" ", "").replace("-", "_")
    return ALIASES.get(key, key)
