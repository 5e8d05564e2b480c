"""What a study says of itself: title, sources, unit, number of regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clusterid.legend import LANGUAGES, words
from clusterid.maps._texts import Text, both, in_language, text

if TYPE_CHECKING:
    from clusterid.results import Result
    from clusterid.tables import Economy, Metadata

__all__ = [
    "SIMULATED_SOURCE",
    "base_of",
    "outline_source",
    "source_of",
    "study_title",
    "unit_of",
]

#: what studies call the source of invented counts; pages say it in words
SIMULATED_SOURCE = "simulated economy"


def study_title(result: Result) -> Text:
    """Return the title of a result, in both languages where the study has both."""
    said = _section(result, "study").get("title")
    if isinstance(said, Mapping) and said:
        return {
            code: text(said.get(code)) or in_language(said, code) for code in LANGUAGES
        }
    return text(result.title)


def outline_source(result: Result) -> str:
    """Return the source line of the outlines, which their licence may demand."""
    own = text(result.regions.attrs.get("source", ""))
    return own or text(_section(result, "regions").get("source", ""))


def _section(result: Result, name: str) -> Mapping[str, Any]:
    section = result.provenance.study.get(name)
    return section if isinstance(section, Mapping) else {}


def source_of(meta: Metadata) -> Text:
    """Return the source of the counts; of invented ones, that they are simulated."""
    if meta.simulated and meta.source in ("", SIMULATED_SOURCE):
        return both("map.simulated_source")
    return text(meta.source)


def unit_of(meta: Metadata) -> Text:
    """Return what is counted, in both languages."""
    unit = text(meta.unit)
    return {code: words(code).get(f"unit_name.{unit}", unit) for code in LANGUAGES}


def base_of(economy: Economy) -> dict[str, str]:
    """Return how many regions and industries there are, of which classification."""
    n_regions, n_industries = economy.employment.shape
    noun = both("noun.industries", kind=economy.metadata.kind)
    return {
        code: f"{n_regions} {regions}, {n_industries} {noun[code]} "
        f"({economy.metadata.classification})"
        for code, regions in (("en", "regions"), ("de", "Regionen"))
    }
