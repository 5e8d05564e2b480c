"""What a study file may say: every section and option, its type and its default.

What each option is for stands in ``options.toml``.
"""

from __future__ import annotations

import re
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from clusterid.errors import nearest

__all__ = [
    "OPTIONS", "CoarserSection", "DisclosureSection", "EmploymentSection",
    "LayerSection", "MethodSection", "OutputSection", "PlantsSection", "RegionsSection",
    "ResearchSection", "StudyFile", "StudySection", "SurveySection",
    "TemplatesSection", "fault_of_preset", "is_repeated", "layer_names",
    "section_model",
]  # fmt: skip

#: What each section and option is for, in the words of `clusterid init`.
OPTIONS = Path(__file__).with_name("options.toml")
#: Fewest plants of a cell that may be published, where a study file does not say.
FEWEST_PLANTS = 3
#: Roles of the lexicon; the room of classifications owns them.
Role = Literal["core", "host", "supplier", "extended"]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


class StudySection(_Section):
    """What the study is."""

    title: str | dict[Literal["en", "de"], str] = "Industry clusters"
    year: int | None = None
    language: Literal["en", "de"] = "en"
    seed: int = Field(0, ge=0, lt=2**63)
    simulated: bool = False
    border_missing: bool = True

    def title_in(self, language: str) -> str:
        """Return the title in a language, or in the one there is."""
        if isinstance(self.title, str):
            return self.title
        titles: dict[str, str] = {str(k): v for k, v in self.title.items()}
        return titles.get(language) or next(iter(titles.values()), "")


class _Files(_Section):
    path: str | None = None
    paths: tuple[str, ...] = ()
    columns: dict[str, str] = Field(default_factory=dict)
    encoding: str | None = None
    skip_rows: int | None = Field(None, ge=0)
    options: dict[str, Any] = Field(default_factory=dict)

    @property
    def written(self) -> dict[str, Any]:
        """Options of the reader, and how the file is written where it is said."""
        said = {"encoding": self.encoding, "skip_rows": self.skip_rows}
        return {**self.options, **{k: v for k, v in said.items() if v is not None}}

    @property
    def files(self) -> tuple[str, ...]:
        """All files named, in order."""
        return ((self.path,) if self.path else ()) + self.paths


class EmploymentSection(_Files):
    """Counts by region and industry."""

    source: str = "table"
    classification: str | None = None
    filter: dict[str, Any] = Field(default_factory=dict)
    level: int | str | None = None
    digits: int | None = Field(None, ge=1, le=10)
    years: tuple[int, ...] = ()
    totals: str | None = None
    size_bands: str | None = None
    plant_herfindahl: str | None = None
    largest_plant: str | dict[str, float] | None = None
    labels: str | None = None
    concept: Literal["workplace", "residence", "unknown"] = "workplace"
    kind: Literal["industry", "occupation"] | None = None
    exclude: tuple[str, ...] | dict[Literal["region", "industry"], tuple[str, ...]] = ()
    unit: str | None = None
    columns_of: dict[str, dict[str, str]] = Field(default_factory=dict)

    @property
    def left_out(self) -> dict[str, tuple[str, ...]]:
        """Codes, or patterns of codes, that are left out by side."""
        if isinstance(self.exclude, dict):
            return {str(side): codes for side, codes in self.exclude.items()}
        return {"industry": self.exclude} if self.exclude else {}


class PlantsSection(_Files):
    """Plants instead of a table of counts."""

    crs: str | None = None
    classification: str | None = None
    labels: str | None = None


class DisclosureSection(_Section):
    """What of a study from plants may be published."""

    minimum_plants: int | None = Field(None, ge=1, le=10**6)
    dominance: float = Field(0.85, gt=0, le=1)
    dominance_plants: Literal[1, 2] = 1
    p_percent: float = Field(10.0, ge=0, lt=100)
    publish: str | None = None
    costs: str | None = None


class RegionsSection(_Files):
    """Shapes and attributes of the regions."""

    crs: str | None = None
    layer: str | None = None
    attributes: str | None = None
    attributes_columns: dict[str, str] = Field(default_factory=dict)
    bridge: str | None = None
    bridge_columns: dict[str, str] = Field(default_factory=dict)
    parent_digits: int | None = Field(None, ge=1)
    filter: dict[str, Any] = Field(default_factory=dict)
    source: str = ""


class _Network(_Files):
    source: str = "table"
    name: str | None = None


class LayerSection(_Network):
    """Links between industries: supply, or skills."""

    year: int | None = None
    correspondence: str | None = None
    correspondence_columns: dict[str, str] = Field(default_factory=dict)
    weight: Literal["profile", "input", "output", "maximum", "max", "total", "apl"] = (
        "profile"
    )
    scale: Literal["share", "quotient"] = "share"
    share: float = Field(1.0, gt=0)
    observed_in: tuple[str, ...] = ()


class ResearchSection(_Network):
    """Participations in projects: links between places."""

    years: tuple[int, ...] = ()
    cap: int | None = Field(30, ge=2)
    counting: Literal["fractional", "full"] = "fractional"
    null_model: Literal["none", "bicm", "hypergeometric"] = "none"


class SurveySection(_Section):
    """What places say of themselves."""

    places: str | None = None
    answers: str | None = None
    declared: str | None = None
    fields: str | None = None
    classification: str | None = None
    correspondence: str | None = None
    roles: tuple[Role, ...] = Field(("core",), min_length=1)
    columns: dict[str, dict[str, str]] = Field(default_factory=dict)
    filter: dict[str, dict[str, Any]] = Field(default_factory=dict)


class CoarserSection(_Section):
    """Another study with larger regions that lends its counts of plants."""

    study: str | None = None
    fields: str | None = None


class TemplatesSection(_Files):
    """Groups of industries given instead of detected."""

    name: str = "given"


class MethodSection(_Section):
    """How it is computed; values without a source are the authors' choice."""

    preset: str = "default"
    significance: float = Field(0.05, gt=0, lt=1)
    correction: Literal["bh", "by", "bonferroni"] = "bh"
    resolution: float | Literal["auto"] = "auto"
    layers: tuple[str, ...] = ()
    held_out: str | None = None
    runs: int = Field(20, ge=1, le=100_000)
    surrogates: int = Field(0, ge=0, le=100_000)
    bar: float = Field(1.5, ge=1, lt=1000)
    lower_bar: float = Field(1.25, ge=1, lt=1000)
    higher_bar: float = Field(2.0, ge=1, lt=1000)
    minimum_jobs: float = Field(500, ge=0, le=1e15)
    minimum_plants: int = Field(10, ge=0, le=10**15)
    minimum_members: int = Field(2, ge=1, le=10**6)
    standing_quotient: float = Field(2.0, ge=1, lt=1000)
    standing_jobs: float = Field(400, ge=0, le=1e15)
    tolerance: int = Field(1, ge=0, le=2)
    mappability: float = Field(0.5, ge=0, le=1)
    permutations: int = Field(4999, ge=99, le=10_000_000)
    draws: int = Field(200, ge=1, le=100_000)
    imputation_draws: int = Field(20, ge=1, le=100_000)
    publish_minimum_plants: int | None = Field(None, ge=1, le=10**6)

    @field_validator("resolution")
    @classmethod
    def _above_zero(cls, resolution: float | str) -> float | str:
        if not isinstance(resolution, str) and not 0 < resolution <= 1e300:
            raise ValueError("use 'auto' or a number above 0 that is finite")
        return resolution

    @field_validator("preset")
    @classmethod
    def _offered_preset(cls, preset: str) -> str:
        """Refuse a rule that is not known, or that ranks and cuts nothing."""
        if fault := fault_of_preset(preset):
            raise ValueError(fault)
        return preset

    @model_validator(mode="after")
    def _bars_in_order(self) -> MethodSection:
        if not self.lower_bar <= self.bar <= self.higher_bar:
            raise ValueError(
                f"bar = {self.bar:g} must lie from lower_bar = {self.lower_bar:g} to "
                f"higher_bar = {self.higher_bar:g}"
            )
        return self

    @model_validator(mode="after")
    def _held_out_detects_nothing(self) -> MethodSection:
        if self.held_out is not None and self.held_out in self.layers:
            raise ValueError(
                f"held_out = {self.held_out!r} stands among layers, too: a layer that "
                "validates must not detect; take it out of one of the two"
            )
        return self


def fault_of_preset(preset: str) -> str:
    """Return what is wrong with the name of a rule; empty if it can tell clusters."""
    from clusterid.clusters._presets import PRESETS

    offered = ["default", *(n for n, rule in PRESETS.items() if not rule.index)]
    if preset in offered:
        return ""
    why = "is not offered"
    if preset in PRESETS:
        why = "is an index without a confirmed cut, which cannot tell clusters"
    return f"{why}; use one of {', '.join(offered)}.{nearest(preset, offered)}"


class OutputSection(_Section):
    """What is written."""

    folder: str = Field("out", min_length=1)
    map: bool = True
    report: bool = True
    tables: bool = True
    graphs: bool = True


class StudyFile(_Section):
    """A whole study file."""

    study: StudySection = Field(default_factory=StudySection)
    employment: EmploymentSection | None = None
    plants: PlantsSection | None = None
    disclosure: DisclosureSection = Field(default_factory=DisclosureSection)
    regions: RegionsSection = Field(default_factory=RegionsSection)
    supply: tuple[LayerSection, ...] = ()
    skills: tuple[LayerSection, ...] = ()
    research: tuple[ResearchSection, ...] = ()
    templates: TemplatesSection | None = None
    survey: SurveySection | None = None
    coarser: CoarserSection | None = None
    method: MethodSection = Field(default_factory=MethodSection)
    output: OutputSection = Field(default_factory=OutputSection)

    @model_validator(mode="after")
    def _one_source_of_counts(self) -> StudyFile:
        if (self.employment is None) == (self.plants is None):
            raise ValueError(
                "a study needs exactly one of [employment] and [plants]; "
                "add the section, or remove one"
            )
        return self

    @model_validator(mode="after")
    def _one_minimum_of_plants(self) -> StudyFile:
        """Refuse a minimum that is given twice; [method] has the older name of it."""
        older, newer = (
            self.method.publish_minimum_plants,
            self.disclosure.minimum_plants,
        )
        if None not in {older, newer} and older != newer:
            raise ValueError(
                f"[disclosure] minimum_plants = {newer} and [method] "
                f"publish_minimum_plants = {older} are the same rule; keep the first"
            )
        return self

    @property
    def fewest_plants(self) -> int:
        """Fewest plants of a cell that may be published."""
        newer, older = (
            self.disclosure.minimum_plants,
            self.method.publish_minimum_plants,
        )
        return newer or older or FEWEST_PLANTS

    @model_validator(mode="after")
    def _names_of_networks(self) -> StudyFile:
        """Refuse names that would share a file, or leave the output folder."""
        seen = {"colocation": "the co-location layer", "stack": "the layers together"}
        kinds: dict[str, Sequence[_Network]] = {
            "supply": self.supply,
            "skills": self.skills,
            "research": self.research,
        }
        for kind, default in _UNNAMED.items():
            if any(section.name is None for section in kinds[kind]):
                seen[default] = f"a layer of [[{kind}]] without a name"
        named = (
            (f"[[{kind}]] {number}", section.name)
            for kind, sections in kinds.items()
            for number, section in enumerate(sections, start=1)
        )
        for place, name in named:
            if name is None:
                continue
            where = f"{place}: name = {name!r}"
            if not _NAME.fullmatch(name):
                raise ValueError(
                    f"{where} becomes a file; use letters, digits, spaces and - _ . "
                    "(not first), at most 60"
                )
            taken = seen.get(name.casefold())
            if taken is not None:
                raise ValueError(f"{where} is the name of {taken}, too; give another")
            seen[name.casefold()] = place
        return self


#: Names of layers that a study file does not name.
_UNNAMED = {"supply": "supply", "skills": "skill"}
#: Names that become file names.
_NAME = re.compile(r"\w[\w .-]{0,59}")


def layer_names(study: StudyFile) -> dict[str, list[str]]:
    """Return the names of the layers by kind, in the order of the sections."""
    found: dict[str, list[str]] = {}
    for kind, sections in (("supply", study.supply), ("skills", study.skills)):
        names: list[str] = []
        for number, section in enumerate(sections, start=1):
            name = section.name or _UNNAMED[kind]
            names.append(name if name not in names else f"{name}_{number}")
        found[kind] = names
    return found


def section_model(annotation: object) -> type[BaseModel] | None:
    """Return the model of a section that stands once, several times or not at all."""
    for part in (annotation, *typing.get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def is_repeated(annotation: object) -> bool:
    """Return whether a section may stand several times: ``[[supply]]``."""
    return typing.get_origin(annotation) is tuple
