"""What a section of the report is made of, and the words and names it is written in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import pandas as pd

from clusterid.classifications import name_in
from clusterid.clusters import Names, names_in
from clusterid.legend import Words
from clusterid.maps import SIMULATED_SOURCE
from clusterid.reports._figures import picture
from clusterid.reports._tables import Table, frame_table
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from clusterid.communities import Templates
    from clusterid.results import Result

__all__ = [
    "Context", "FigureWords", "Opened", "Part", "Section", "context_of", "rows_of",
]  # fmt: skip

Kind = Literal[
    "text", "note", "heading", "list", "found", "table", "folded", "opened", "figure"
]


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, table, figure ... of a section."""

    kind: Kind
    value: Any


@dataclass(frozen=True, slots=True)
class Opened:
    """What opens at a click: a sentence and tables under a caption."""

    caption: str
    text: str
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section with its anchor, title and parts."""

    key: str
    title: str
    parts: tuple[Part, ...]


class FigureWords(TypedDict):
    """What every figure of the report is drawn with."""

    language: str
    source: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Context:
    """Words, names and settings of one report; writes the parts of its sections."""

    said: Words
    regions: Mapping[str, str]
    industries: Mapping[str, str]
    templates: Mapping[str, str]
    clusters: Names
    source: str
    simulated: bool
    kind: str
    classification: str

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

    @property
    def language(self) -> str:
        """Language of the report."""
        return self.said.language

    @property
    def figure_words(self) -> FigureWords:
        """Language, source and whether simulated, as figures take them."""
        return {
            "language": self.said.language,
            "source": self.source,
            "simulated": self.simulated,
        }

    def spoken(self, name: object) -> str:
        """Return the name of a code in the report's language."""
        return name_in(str(name), self.classification, self.said.language)

    def named(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return clusters, or rows of a list, with their ``name`` and ``kind_label``.

        The kind of a single industry is what its name says already.
        """
        labels = ["" if v != v else v for v in table["label"].tolist()]
        known = {label: self.spoken(label) for label in dict.fromkeys(labels)}
        kinds = [known[label] for label in labels]
        names = self.clusters.each(table.assign(label=kinds))
        level = needed_columns(table, "level")["level"]
        said = [
            "" if of == "industry" else kind
            for kind, of in zip(kinds, level, strict=True)
        ]
        return table.assign(name=names, kind_label=said)

    def spoken_templates(self, templates: Templates) -> Templates:
        """Return templates with their labels in the report's language."""
        return replace(templates, labels=pd.Series(dict(self.templates), dtype=object))

    def text(self, key: str, **values: object) -> Part:
        """Return a paragraph of the catalogue."""
        return Part("text", self.said(key, **values))

    def note(self, key: str, **values: object) -> Part:
        """Return a small remark of the catalogue."""
        return Part("note", self.said(key, **values))

    def heading(self, key: str) -> Part:
        """Return a heading inside a section."""
        return Part("heading", self.said(key))

    def table(
        self,
        frame: pd.DataFrame,
        *,
        caption: str = "",
        columns: Sequence[str] | None = None,
        names: Mapping[str, Mapping[str, str]] | None = None,
        limit: int | None = None,
        note: str = "",
        more: str = "report.more_rows",
        folded: bool = False,
    ) -> Part:
        """Return a table, shown or folded away; see :func:`frame_table`."""
        table = frame_table(
            frame,
            self.said,
            caption=caption,
            columns=columns,
            names={**self.names, **(names or {})},
            limit=limit,
            note=note,
            more=more,
        )
        return Part("folded" if folded else "table", table)

    def figure(self, ax: Axes, key: str, **values: object) -> Part:
        """Return a figure with a text for those who do not see it."""
        return Part("figure", picture(ax, alternative=self.said(key, **values)))

    def section(self, key: str, parts: Sequence[Part]) -> Section | None:
        """Return a section, or None where it would say nothing."""
        if not parts:
            return None
        return Section(key, self.said(f"report.{key}"), tuple(parts))


def context_of(result: Result, said: Words) -> Context:
    """Return words, names and settings of a result."""
    meta = result.economy.metadata
    language, classification = said.language, meta.classification
    names = result.regions["name"].items() if "name" in result.regions else ()
    templates = result.templates
    labels = [] if templates is None else list(templates.labels.items())
    invented = meta.simulated and meta.source in ("", SIMULATED_SOURCE)
    return Context(
        said=said,
        regions={str(code): name for code, name in names if isinstance(name, str)},
        industries={
            str(k): name_in(str(v), classification, language)
            for k, v in meta.labels.items()
        },
        templates={
            str(k): name_in(str(v), classification, language)
            for k, v in labels
            if v is not None and v == v
        },
        clusters=names_in(meta, result.regions, language),
        source=said("map.simulated_source") if invented else str(meta.source),
        simulated=bool(meta.simulated),
        kind=meta.kind,
        classification=classification,
    )


def rows_of(values: Mapping[str, object], key: str, value: str) -> pd.DataFrame:
    """Return a mapping as a table of two columns, values as text."""
    return pd.DataFrame({key: list(values), value: [str(v) for v in values.values()]})
