"""The catalogue of words, English and German, with industries or occupations."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clusterid.errors import check_option

__all__ = ["LANGUAGES", "Words", "words"]

LANGUAGES = ("en", "de")

#: placeholders that name what the columns of an economy are
_NOUNS = (
    "industry", "industries", "Industry", "Industries", "plain", "plain_dative",
    "partners",
)  # fmt: skip

_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language; call it with a key to get a text.

    Parameters
    ----------
    language : {"en", "de"}
        Which catalogue.
    kind : {"industry", "occupation"}
        What the columns of the economy are; ``{industries}`` in a text becomes
        "industries" or "occupations".
    texts : mapping of key to text
        Flat catalogue, keys such as ``"verdict.confirmed"``.

    Examples
    --------
    >>> words("en", kind="occupation")("noun.industries")
    'occupations'
    >>> words("de")("verdict.no_footprint")
    'erklärt, kein statistischer Niederschlag'
    """

    language: str
    kind: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of a key with ``{name}`` replaced by the values given."""
        # in one pass: a value that looks like a place is a value
        return _PLACE.sub(
            lambda place: str(values.get(place[1], place[0])), self.texts[key]
        )

    def get(self, key: str, default: str) -> str:
        """Return the text of a key, or the default where the catalogue lacks it."""
        return self.texts.get(key, default)

    def under(self, prefix: str) -> dict[str, str]:
        """Return the texts whose keys begin with ``prefix``, keys kept whole."""
        return {k: v for k, v in self.texts.items() if k.startswith(prefix)}


def words(language: str = "en", *, kind: str = "industry") -> Words:
    """Return the words of a language, naming industries or occupations.

    Parameters
    ----------
    language : {"en", "de"}
        Language of every text.
    kind : {"industry", "occupation"}
        What the columns of the economy are.

    Returns
    -------
    Words

    Raises
    ------
    OptionError
        If the language or the kind is not offered.

    Examples
    --------
    >>> words("en")("verdict.no_footprint")
    'declared, no statistical footprint'
    """
    check_option("language", language, LANGUAGES)
    check_option("kind", kind, ("industry", "occupation"))
    return Words(language, kind, _texts(language, kind))


@cache
def _catalogue(language: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"{language}.toml")
    flat: dict[str, str] = {}
    _flatten(tomllib.loads(path.read_text("utf-8")), "", flat)
    return flat


@cache
def _texts(language: str, kind: str) -> Mapping[str, str]:
    catalogue = _catalogue(language)
    nouns = {name: catalogue[f"{kind}.{name}"] for name in _NOUNS}
    texts = {f"noun.{name}": noun for name, noun in nouns.items()}
    for key, text in catalogue.items():
        for name, noun in nouns.items():
            text = text.replace("{" + name + "}", noun)
        texts[key] = text
    return texts


def _flatten(table: Mapping[str, Any], prefix: str, flat: dict[str, str]) -> None:
    for key, value in table.items():
        if isinstance(value, Mapping):
            _flatten(value, f"{prefix}{key}.", flat)
        else:
            flat[f"{prefix}{key}"] = str(value)
