"""Names of codes in the reader's language, where the classification has both."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from clusterid.classifications._catalogue import CLASSIFICATIONS, canonical_name
from clusterid.classifications._trees import read_classification
from clusterid.errors import ClassificationError

__all__ = ["name_in"]

_LANGUAGES = ("en", "de")
#: between the names that a group of industries is called by
_JOINT = " / "


def name_in(name: str, classification: str, language: str) -> str:
    """Return the name of a code, or of a group of codes, in another language.

    Names that the classification does not have, and those of a classification that
    is not embedded, stay as they are.

    Examples
    --------
    >>> name_in("Manufacture of textiles", "nace2", "de")
    'Herstellung von Textilien'
    >>> name_in("Our own group / Manufacture of textiles", "nace2", "de")
    'Our own group / Herstellung von Textilien'
    """
    table = _translations(classification, language)
    if not table or name in table:
        return table.get(name, name)
    return _JOINT.join(table.get(part, part) for part in name.split(_JOINT))


@cache
def _translations(classification: str, language: str) -> Mapping[str, str]:
    try:
        known = canonical_name(classification)
    except ClassificationError:
        return {}
    if known not in CLASSIFICATIONS:
        return {}
    tree = read_classification(known)
    wanted = tree.labels(language)
    found: dict[str, str] = {}
    for other in _LANGUAGES:
        if other == language:
            continue
        pairs = zip(tree.labels(other), wanted, strict=True)
        found |= {
            str(a): str(b) for a, b in pairs if isinstance(b, str) and b and a != b
        }
    return found
