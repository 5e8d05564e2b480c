"""A name in words: titles of the naming members after the main town."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from clusterid.classifications import (
    joined_titles,
    name_in,
    short_title,
    written_out,
)
from clusterid.tables import Metadata

__all__ = ["Names", "names_in"]

#: What follows the comma of a region's name and says what it is in law.
_IN_LAW = re.compile(r"stadt|kreis", re.IGNORECASE)
#: A third title is said where all three fit into so many characters. Our choice.
_ROOM = 110


@dataclass(frozen=True, slots=True)
class Names:
    """Names of clusters in one language; call it with the codes.

    Parameters
    ----------
    titles : mapping of industry to text
        Short titles.
    towns : mapping of region to text
        Names of regions, without what they are in law where they stay different.

    Examples
    --------
    >>> said = Names({"59": "Film", "60": "Broadcasting"}, {"k": "Köln"})
    >>> said("59;60", "k")
    'Köln: Film; Broadcasting'
    >>> said("59")
    'Film'
    """

    titles: Mapping[str, str]
    towns: Mapping[str, str]
    _joined: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __call__(self, named_by: object, town: object = "", *, label: str = "") -> str:
        """Return the name of a cluster; ``label`` where no member names it."""
        codes = named_by if isinstance(named_by, str) else ""
        if codes not in self._joined:
            parts = [self.titles.get(c, c) for c in codes.split(";") if c]
            joined = joined_titles(parts)
            self._joined[codes] = (
                joined if len(joined) <= _ROOM else joined_titles(parts[:2])
            )
        titles = self._joined[codes] or label
        place = self.towns.get(town, town) if isinstance(town, str) else ""
        return f"{place}: {titles}" if place and titles else titles or place

    def each(self, table: pd.DataFrame) -> list[str]:
        """Return the name of every row; equal ones of a region with their codes.

        ``table`` has ``named_by``, ``label``, and ``town`` or ``region``. A row that
        no member names, and those of older tables, keep the label of their kind.
        """
        by, town, region, label = (
            _texts(table, column) for column in ("named_by", "town", "region", "label")
        )
        names = [
            self(codes, place, label=told)
            for codes, place, told in zip(by, town, label, strict=True)
        ]
        where = list(zip(region, town, names, strict=True))
        often = Counter(where)
        return [
            f"{name} ({codes.replace(';', ', ')})" if codes and often[key] > 1 else name
            for name, codes, key in zip(names, by, where, strict=True)
        ]


def names_in(
    metadata: Metadata, regions: pd.DataFrame | None = None, language: str | None = None
) -> Names:
    """Return how clusters of a study are called in a language.

    Parameters
    ----------
    metadata : Metadata
        Of the economy: titles and their classification.
    regions : DataFrame by region, optional
        Its column ``name``; without it towns are called by their codes.
    language : {"en", "de"}, optional
        By default the titles' own.

    Examples
    --------
    >>> from clusterid.tables import Metadata
    >>> labels = {"13": "Manufacture of textiles", "14": "Manufacture of shoes"}
    >>> meta = Metadata(labels=labels, classification="nace2")
    >>> names_in(meta, language="de")("13")
    'Herstellung von Textilien'
    """
    known = metadata.classification

    whole = {
        str(code): written_out(str(label), known)
        if language is None
        else name_in(str(label), known, language)
        for code, label in metadata.labels.items()
    }
    titles = {code: short_title(said) for code, said in whole.items()}
    often = Counter(titles.values())
    return Names(
        {
            code: (title if often[title] == 1 else whole[code]) or code
            for code, title in titles.items()
        },
        _towns(regions),
    )


def _towns(regions: pd.DataFrame | None) -> dict[str, str]:
    """Return the names of regions: plain where two are not alike, else with codes."""
    if regions is None or "name" not in regions:
        return {}
    whole = {
        str(code): name
        for code, name in regions["name"].items()
        if isinstance(name, str) and name.strip()
    }
    plain = {code: _plain(name) for code, name in whole.items()}
    often_plain, often = Counter(plain.values()), Counter(whole.values())
    return {
        code: plain[code]
        if often_plain[plain[code]] == 1
        else name
        if often[name] == 1
        else f"{name} ({code})"
        for code, name in whole.items()
    }


def _plain(name: str) -> str:
    """Return a region's name without what it is in law."""
    town, comma, rest = name.partition(", ")
    return town if comma and town and _IN_LAW.search(rest) else name


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    if column not in table:
        return [""] * len(table)
    return [v if isinstance(v, str) else "" for v in table[column].tolist()]
