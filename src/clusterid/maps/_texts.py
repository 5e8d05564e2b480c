"""Texts and numbers as a page holds them: in both languages, with few digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clusterid.classifications import name_in
from clusterid.clusters import names_in
from clusterid.legend import LANGUAGES, words
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = [
    "Text", "both", "called", "in_language", "named", "number", "rounded", "text",
]  # fmt: skip

#: one text for both languages, or one a language
Text = str | Mapping[str, str]


def text(value: object) -> str:
    """Return a value as text, empty for None and NaN."""
    if value is None or value is pd.NA or value != value:
        return ""
    return str(value)


def both(key: str, *, kind: str = "industry", **values: object) -> dict[str, str]:
    """Return a text of the catalogue in both languages."""
    return {code: words(code, kind=kind)(key, **values) for code in LANGUAGES}


def in_language(value: Text, language: str) -> str:
    """Return a text in one language; in the other where there is no translation."""
    if isinstance(value, Mapping):
        return str(value.get(language) or next(iter(value.values()), ""))
    return str(value)


def named(value: object, classification: str, *, code: str = "") -> Text:
    """Return a name in both languages, after its code; one text where both are alike.

    Examples
    --------
    >>> named("Care", "toy", code="Q")
    'Q Care'
    """
    name = text(value)
    names = {
        language: name_in(name, classification, language) for language in LANGUAGES
    }
    if len(set(names.values())) == 1:
        return f"{code} {name}".strip() if code else name
    return {k: f"{code} {said}" if code else said for k, said in names.items()}


def called(result: Result, table: pd.DataFrame) -> list[Text]:
    """Return the names of clusters, or of rows of a list, in both languages."""
    meta = result.economy.metadata
    labels = [text(label) for label in needed_columns(table, "label")["label"].tolist()]
    said = {}
    for language in LANGUAGES:
        known = {
            label: name_in(label, meta.classification, language)
            for label in dict.fromkeys(labels)
        }
        named = table.assign(label=[known[label] for label in labels])
        said[language] = names_in(meta, result.regions, language).each(named)
    one, other = (said[language] for language in LANGUAGES)
    return [
        a if a == b else dict(zip(LANGUAGES, (a, b), strict=True))
        for a, b in zip(one, other, strict=True)
    ]


def number(value: float | None, digits: int = 3) -> float | int | None:
    """Return one number with few digits for a page, None where there is none."""
    return None if value is None or pd.isna(value) else rounded([value], digits)[0]


def rounded(values: ArrayLike, digits: int = 3) -> list[float | int | None]:
    """Return numbers with few significant digits; whole numbers stay whole."""
    array = np.asarray(values, dtype=float)
    # what is smaller than 1e-12 is written as 0
    size = np.where(np.isfinite(array) & (array != 0), np.abs(array), 1.0)
    size = np.maximum(size, 1e-12)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(size)))
    with np.errstate(invalid="ignore", over="ignore"):
        short = np.where(np.abs(array) >= 1000, np.rint(array), array)
        short = np.where(np.abs(array) < 1000, np.rint(array * scale) / scale, short)
    return [
        None
        if not math.isfinite(x)
        else (int(x) if x == int(x) else float(f"{x:.{digits + 3}g}"))
        for x in short.tolist()
    ]
