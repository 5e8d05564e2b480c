"""What a section of the report is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import pandas as pd

from clusterid.classifications import name_in
from clusterid.legend import Words
from clusterid.maps import SIMULATED_SOURCE

__all__ = ["Context", "Part", "Section", "mapping_of", "spoken_templates"]

Kind = Literal["text", "note", "heading", "list", "found", "table", "folded", "figure"]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, table, figure ... of a section."""

    kind: Kind
    value: Any


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its anchor, title and parts."""

    key: str
    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Context:
    """Names and settings that every section needs.

    ``spoken`` says the name of a code in the report's language.
    """

    regions: Mapping[str, str]
    industries: Mapping[str, str]
    templates: Mapping[str, str]
    source: str
    simulated: bool
    kind: str
    spoken: Callable[[object], str] = str

    @property
    def names(self) -> dict[str, Mapping[str, str]]:
        """Names put beside codes, by column."""
        return {
            "region": self.regions,
            "regions": self.regions,
            "source_region": self.regions,
            "target_region": self.regions,
            "industry": self.industries,
            "industries": self.industries,
            "template": self.templates,
        }


def context(result: Any, said: Words) -> Context:
    """Return the names and settings of a result."""
    meta = result.economy.metadata
    regions = getattr(result, "regions", None)
    names: dict[str, str] = {}
    if regions is not None and "name" in regions:
        names = {
            str(code): str(name)
            for code, name in regions["name"].items()
            if isinstance(name, str)
        }

    def spoken(name: object) -> str:
        return name_in(str(name), meta.classification, said.language)

    templates = getattr(result, "templates", None)
    labels = {} if templates is None else templates.labels
    return Context(
        regions=names,
        industries={str(k): spoken(v) for k, v in meta.labels.items()},
        templates={
            str(k): spoken(v) for k, v in labels.items() if v is not None and v == v
        },
        spoken=spoken,
        source=said("map.simulated_source")
        if meta.simulated and meta.source in ("", SIMULATED_SOURCE)
        else str(meta.source),
        simulated=bool(meta.simulated),
        kind=meta.kind,
    )


def spoken_templates(templates: Any, where: Context) -> Any:
    """Return what a figure needs of templates, labels in the report's language."""
    if templates is None:
        return None
    labels = pd.Series(dict(where.templates), dtype=object)
    return SimpleNamespace(membership=templates.membership, labels=labels)


def mapping_of(thing: Any) -> dict[str, Any]:
    """Return the fields of a mapping or a dataclass as a dict."""
    if thing is None:
        return {}
    if isinstance(thing, Mapping):
        return dict(thing)
    fields = getattr(thing, "__dataclass_fields__", None)
    return {} if fields is None else {name: getattr(thing, name) for name in fields}


def rows_of(values: Mapping[str, Any], key: str, value: str) -> pd.DataFrame:
    """Return a mapping as a table of two columns, values as text."""
    return pd.DataFrame({key: list(values), value: [str(v) for v in values.values()]})
