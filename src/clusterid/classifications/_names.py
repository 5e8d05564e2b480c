"""Names of codes in the reader's language, where the classification has both."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from clusterid.classifications._catalogue import CLASSIFICATIONS, canonical_name
from clusterid.classifications._fields import read_fields
from clusterid.classifications._trees import read_classification
from clusterid.errors import ClassificationError

__all__ = ["name_in", "written_out"]

_LANGUAGES = ("en", "de")
#: between the names that a group of industries is called by
_JOINT = " / "
#: code -> German title without abbreviations, by classification; "titles" by title
_LONG: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("long_titles.toml").read_text("utf-8")
)


def name_in(name: str, classification: str, language: str) -> str:
    """Return the name of a code, or of a group of codes, in another language.

    What official titles abbreviate is written out (``long_titles.toml``). Names that
    the classification does not have, and those of a classification that is not
    embedded, stay as they are.

    Examples
    --------
    >>> name_in("Manufacture of textiles", "nace2", "de")
    'Herstellung von Textilien'
    >>> name_in("Our own group / Manufacture of textiles", "nace2", "de")
    'Our own group / Herstellung von Textilien'
    >>> name_in("Fahrzeug-Luft-Raumfahrt-,Schiffbautechn.", "kldb2010", "de")
    'Fahrzeug-, Luft-, Raumfahrt- und Schiffbautechnik'
    """
    return _each(name, _translations(classification, language))


def written_out(name: str, classification: str) -> str:
    """Return a name in its own language, official abbreviations written out.

    Examples
    --------
    >>> written_out("Veranstaltungs-, Kamera-, Tontechnik", "kldb2010")
    'Veranstaltungs-, Kamera- und Tontechnik'
    """
    return _each(name, _long_forms(classification))


def _each(name: str, table: Mapping[str, str]) -> str:
    if not table or name in table:
        return table.get(name, name)
    return _JOINT.join(table.get(part, part) for part in name.split(_JOINT))


def _known(classification: str) -> str | None:
    """Return the name of an embedded classification, None for any other."""
    try:
        known = canonical_name(classification)
    except ClassificationError:
        return None
    return known if known in CLASSIFICATIONS else None


@cache
def _translations(classification: str, language: str) -> Mapping[str, str]:
    known, long = _known(classification), _long_forms(classification)
    long = {**_fields(language), **long}
    if known is None:
        return long
    tree = read_classification(known)
    wanted = tree.labels(language)
    found: dict[str, str] = {}
    for other in _LANGUAGES:
        if other == language:
            continue
        for a, b in zip(tree.labels(other), wanted, strict=True):
            if isinstance(b, str) and b and a != b:
                told = str(a)
                found[told] = long.get(b, b)
                found[long.get(told, told)] = long.get(b, b)
    # an abbreviated title of the other language has been translated
    return {**long, **found}


@cache
def _fields(language: str) -> Mapping[str, str]:
    """Return the labels of the embedded fields by those of the other language."""
    fields = read_fields().drop_duplicates("field")
    other = "en" if language == "de" else "de"
    pairs = zip(fields[f"label_{other}"], fields[f"label_{language}"], strict=True)
    return {str(a): str(b) for a, b in pairs if a != b}


@cache
def _long_forms(classification: str) -> Mapping[str, str]:
    """Return by abbreviated title the title written out."""
    known, found = _known(classification), dict(_LONG["titles"])
    if known is not None and known in _LONG:
        titles = read_classification(known).codes["label_de"]
        found |= {str(titles[code]): long for code, long in _LONG[known].items()}
    return found
