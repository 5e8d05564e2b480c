"""What a study file may say: every section and option, its default, and why."""

from __future__ import annotations

import math
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from clusterid._opening import path_fault, sentence
from clusterid._typed import fault_of_type
from clusterid.errors import Fault, StudyError, nearest

__all__ = [
    "EmploymentSection",
    "LayerSection",
    "MethodSection",
    "OutputSection",
    "PlantsSection",
    "RegionsSection",
    "ResearchSection",
    "StudyFile",
    "StudySection",
    "SurveySection",
    "TemplatesSection",
    "expanded",
    "expanded_all",
    "layer_names",
    "read_study_file",
]


#: Roles of the lexicon; the room of classifications owns them.
Role = Literal["core", "host", "supplier", "extended"]


class _Section(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )


class StudySection(_Section):
    """What the study is."""

    title: str | dict[Literal["en", "de"], str] = Field(
        "Industry clusters",
        description='stands on every page; in two languages { en = "...", de = "..." }',
    )
    year: int | None = Field(
        None, description="year of the counts; the newest in the table when left out"
    )
    language: Literal["en", "de"] = Field(
        "en", description="language of map and report"
    )
    seed: int = Field(
        0, ge=0, lt=2**63, description="same seed and inputs give the same bytes"
    )
    simulated: bool = Field(
        False,
        description="true puts a watermark and the word 'simulated' on every page",
    )

    def title_in(self, language: str) -> str:
        """Return the title in a language, or in the one there is."""
        if isinstance(self.title, str):
            return self.title
        titles: dict[str, str] = {str(k): v for k, v in self.title.items()}
        return titles.get(language) or next(iter(titles.values()), "")

    border_missing: bool = Field(
        True,
        description="counts beyond the outer border are missing: clusters there are "
        "flagged; false for an island",
    )


class _Files(_Section):
    path: str | None = Field(None, description="one file, relative to the study file")
    paths: tuple[str, ...] = Field((), description="several files")
    columns: dict[str, str] = Field(
        default_factory=dict, description="our column name = the file's column name"
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="options of the named reader"
    )

    @property
    def files(self) -> tuple[str, ...]:
        """All files named, in order."""
        return ((self.path,) if self.path else ()) + self.paths


class EmploymentSection(_Files):
    """Counts by region and industry."""

    source: str = Field(
        "table",
        description="named reader: table, genesis, ba_occupations, bres, cbp ...",
    )
    classification: str | None = Field(
        None, description="name of the classification the codes belong to"
    )
    filter: dict[str, Any] = Field(
        default_factory=dict, description="keep rows where column = value"
    )
    level: int | str | None = Field(
        None, description="level of the code tree to aggregate to"
    )
    years: tuple[int, ...] = Field(
        (), description="years to read; the others serve change over time"
    )
    totals: str | None = Field(
        None, description="file of published totals (region, industry, value)"
    )
    size_bands: str | None = Field(
        None, description="file of establishments by size band and industry"
    )
    plant_herfindahl: str | None = Field(
        None,
        description="file of the plant Herfindahl (industry, plant_herfindahl, or "
        "industry, lower, upper)",
    )
    labels: str | None = Field(
        None, description="file of names (code, label), when the reader has none"
    )
    concept: Literal["workplace", "residence", "unknown"] = Field(
        "workplace", description="where a job is counted; never mixed"
    )
    kind: Literal["industry", "occupation"] | None = Field(
        None, description="occupations are labelled so everywhere"
    )
    exclude: tuple[str, ...] = Field(
        (), description="industry codes left out, e.g. the military"
    )


class PlantsSection(_Files):
    """Plants instead of a table of counts."""

    crs: str | None = Field(None, description="coordinate system of x and y")
    classification: str | None = Field(None, description="classification of the codes")


class RegionsSection(_Files):
    """Shapes and attributes of the regions."""

    crs: str | None = Field(
        None, description="coordinate system, when the file does not say it"
    )
    layer: str | None = Field(None, description="layer of a file with several")
    attributes: str | None = Field(
        None, description="second file with area and population by region"
    )
    attributes_columns: dict[str, str] = Field(
        default_factory=dict, description="column names of that second file"
    )
    bridge: str | None = Field(
        None, description="file region -> region that brings codes to one status"
    )
    bridge_columns: dict[str, str] = Field(
        default_factory=dict, description="source and target column of the bridge"
    )
    parent_digits: int | None = Field(
        None, ge=1, description="leading digits of a code that name its parent (Land)"
    )
    filter: dict[str, Any] = Field(
        default_factory=dict, description="keep shapes where column = value"
    )
    source: str = Field("", description="source line of the shapes, shown on the map")


class LayerSection(_Files):
    """Links between industries: supply, or skills."""

    source: str = Field("table", description="named reader of the links")
    name: str | None = Field(None, description="name of the layer")
    year: int | None = Field(None, description="year of the table")
    correspondence: str | None = Field(
        None, description="file that carries the table's industries to those counted"
    )
    correspondence_columns: dict[str, str] = Field(
        default_factory=dict, description="source, target and weight column"
    )
    weight: Literal["profile", "input", "output", "maximum", "max", "total", "apl"] = (
        Field(
            "profile",
            description="supply: profile (similar buyers and sellers), input, output, "
            "maximum, total",
        )
    )
    scale: Literal["share", "quotient"] = Field(
        "share",
        description="profiles of shares, or of quotients: what everybody buys then "
        "says little, and templates come out broader",
    )
    share: float = Field(1.0, gt=0, description="weight of the layer in the stack")


class ResearchSection(_Files):
    """Participations in projects: links between places."""

    source: str = Field("table", description="named reader of the participations")
    name: str | None = Field(None, description="name of the network")
    years: tuple[int, ...] = Field((), description="years to keep")
    cap: int | None = Field(
        30,
        ge=2,
        description="projects with more partners are left out; they link everyone",
    )
    counting: Literal["fractional", "full"] = Field(
        "fractional", description="fractional: a project counts once, however large"
    )
    null_model: Literal["none", "bicm", "hypergeometric"] = Field(
        "none",
        description="none shows who meets whom; bicm keeps links beyond chance alone, "
        "which are few between regions",
    )


class SurveySection(_Section):
    """What places say of themselves."""

    places: str | None = Field(None, description="places asked")
    answers: str | None = Field(None, description="answers of the places")
    declared: str | None = Field(None, description="declared clusters")
    fields: str | None = Field(None, description="lexicon: field -> industry codes")
    roles: tuple[Role, ...] = Field(
        ("core",),
        min_length=1,
        description="roles of the lexicon that count as the field",
    )
    columns: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="column names by table (places, declared ...)"
    )


class TemplatesSection(_Files):
    """Groups of industries given instead of detected."""

    name: str = Field("given", description="name of the definitions")


class MethodSection(_Section):
    """How it is computed. Values without a source in the literature are ours."""

    preset: str = Field("default", description="rule for candidate clusters")
    significance: float = Field(
        0.05, gt=0, lt=1, description="false discovery rate of every test (convention)"
    )
    correction: Literal["bh", "by", "bonferroni"] = Field(
        "bh", description="Benjamini-Hochberg; by is stricter under dependence"
    )
    resolution: float | Literal["auto"] = Field(
        "auto",
        description="resolution of CPM; auto takes the widest plateau within a "
        "standard error of the best held-out score",
    )
    layers: tuple[str, ...] = Field(
        (),
        description="layers that detect; all that are given, and co-location, if empty",
    )
    held_out: str | None = Field(
        None, description="layer kept for validation; never used for detection"
    )
    runs: int = Field(
        20, ge=1, le=100_000, description="starts of Leiden for the consensus"
    )
    surrogates: int = Field(
        0,
        ge=0,
        le=100_000,
        description="random networks of the same strengths that templates are tested "
        "against; 0 leaves the test out, 100 are usual",
    )
    minimum_jobs: float = Field(
        1000, ge=0, le=1e15, description="critical mass of a cluster, persons (ours)"
    )
    minimum_plants: int = Field(
        10, ge=0, le=10**15, description="critical mass of a cluster, plants (ours)"
    )
    minimum_members: int = Field(
        2,
        ge=1,
        le=10**6,
        description="industries present, so that one plant is no cluster",
    )
    tolerance: int = Field(
        1, ge=0, le=2, description="steps of neighbourhood a match may reach"
    )
    mappability: float = Field(
        0.5,
        ge=0,
        le=1,
        description="share of a field the codes must separate, or unverifiable (ours)",
    )
    permutations: int = Field(
        4999,
        ge=99,
        le=10_000_000,
        description="random label tables that agreement is held against",
    )
    draws: int = Field(
        200, ge=1, le=100_000, description="draws of the lexicon and of the posterior"
    )
    imputation_draws: int = Field(
        20, ge=1, le=100_000, description="draws inside the bounds of withheld cells"
    )
    publish_minimum_plants: int = Field(
        3, ge=1, le=10**6, description="cells with fewer plants are not published"
    )

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
        from clusterid.clusters._presets import PRESETS

        offered = ["default", *(n for n, rule in PRESETS.items() if not rule.index)]
        if preset not in offered:
            why = "is not offered"
            if preset in PRESETS:
                why = "is an index without a confirmed cut, which cannot tell clusters"
            raise ValueError(
                f"{why}; use one of {', '.join(offered)}.{nearest(preset, offered)}"
            )
        return preset

    @model_validator(mode="after")
    def _held_out_detects_nothing(self) -> MethodSection:
        if self.held_out is not None and self.held_out in self.layers:
            raise ValueError(
                f"held_out = {self.held_out!r} stands among layers, too: a layer that "
                "validates must not detect; take it out of one of the two"
            )
        return self


class OutputSection(_Section):
    """What is written."""

    folder: str = Field("out", min_length=1, description="folder of the results")
    map: bool = Field(True, description="map.html, one file that needs no network")
    report: bool = Field(True, description="report.html, one file")
    tables: bool = Field(True, description="CSV, Parquet, GeoPackage, workbook")
    graphs: bool = Field(True, description="networks as GraphML")


class StudyFile(_Section):
    """A whole study file."""

    study: StudySection = Field(default_factory=StudySection)
    employment: EmploymentSection | None = None
    plants: PlantsSection | None = None
    regions: RegionsSection = Field(default_factory=RegionsSection)
    supply: tuple[LayerSection, ...] = ()
    skills: tuple[LayerSection, ...] = ()
    research: tuple[ResearchSection, ...] = ()
    templates: TemplatesSection | None = None
    survey: SurveySection | None = None
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
    def _names_of_networks(self) -> StudyFile:
        """Refuse names that would share a file, or leave the output folder."""
        seen = {"colocation": "the co-location layer", "stack": "the layers together"}
        for kind, default in (("supply", "supply"), ("skills", "skill")):
            if any(section.name is None for section in getattr(self, kind)):
                seen[default] = f"a layer of [[{kind}]] without a name"
        for kind in ("supply", "skills", "research"):
            for number, section in enumerate(getattr(self, kind), start=1):
                if section.name is None:
                    continue
                where = f"[[{kind}]] {number}: name = {section.name!r}"
                if not _NAME.fullmatch(section.name):
                    raise ValueError(
                        f"{where} becomes a file; use letters, digits, spaces and "
                        "- _ . (not first), at most 60"
                    )
                name = section.name.casefold()
                if name in seen:
                    raise ValueError(
                        f"{where} is the name of {seen[name]}, too; give another"
                    )
                seen[name] = f"[[{kind}]] {number}"
        return self


#: names that become file names
_NAME = re.compile(r"\w[\w .-]{0,59}")


def layer_names(study: StudyFile) -> dict[str, list[str]]:
    """Return the names of the layers by kind, in the order of the sections."""
    found: dict[str, list[str]] = {}
    for kind, default in (("supply", "supply"), ("skills", "skill")):
        names: list[str] = []
        for number, section in enumerate(getattr(study, kind), start=1):
            name = section.name or default
            names.append(name if name not in names else f"{name}_{number}")
        found[kind] = names
    return found


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys allowed where ``location`` (of an unknown key) points to."""
    model: Any = StudyFile
    for part in location[:-1]:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        model = next(
            c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)
        )
    return list(model.model_fields)


def _where(location: Sequence[int | str]) -> str:
    """Return the place of a value as a study file writes it: ``[method] preset``."""
    parts = [str(p + 1) if isinstance(p, int) else str(p) for p in location]
    if not parts:
        return "study file"
    several = parts[0] in {"supply", "skills", "research"}
    section = f"[[{parts[0]}]]" if several else f"[{parts[0]}]"
    return " ".join([section, *parts[1:]])


def _explain(error: ValidationError) -> list[tuple[str, Fault]]:
    found = []
    for fault in error.errors():
        location = tuple(
            p for p in fault["loc"] if not str(p).startswith(("float", "literal["))
        )
        dotted = ".".join(
            str(part + 1) if isinstance(part, int) else part for part in location
        )
        if fault["type"] == "extra_forbidden":
            known = _known_keys(location)
            rule = "unknown key"
            mend = f"Known here: {', '.join(known)}"
            hint = nearest(str(location[-1]), known)
            text = f"{dotted}: {rule}.{hint} {mend}."
            found.append((text, Fault(f"{rule}.{hint}", mend, where=_where(location))))
        else:
            message = fault["msg"].removeprefix("Value error, ")
            given = fault.get("input")
            shown = "" if isinstance(given, (dict, type(None))) else f" (got {given!r})"
            text = f"{dotted or 'study file'}: {message}{shown}."
            rule = message + shown
            found.append((text, Fault(rule, "correct it", where=_where(location))))
    return list(dict(found).items())


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
#: What no text of a study file may hold: no path has it, and no page can show it.
#: Other signs, however odd, are text.
_CONTROL = re.compile("\x00")


def expanded(text: str) -> str:
    """Return a text with its environment variables, as they are at this moment."""
    return _VARIABLE.sub(lambda m: os.environ.get(m.group(1), m.group(0)), text)


def expanded_all(value: Any) -> Any:
    """Return options with the environment variables in all their texts."""
    if isinstance(value, str):
        return expanded(value)
    if isinstance(value, Mapping):
        return {key: expanded_all(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(expanded_all(item) for item in value)
    return value


def _missing(value: Any) -> set[str]:
    """Return the environment variables that a value names and nobody has set."""
    if isinstance(value, str):
        return {name for name in _VARIABLE.findall(value) if name not in os.environ}
    items = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, (Mapping, list)):
        return {name for item in items for name in _missing(item)}
    return set()


def _of_wrong_type(content: Any, model: Any = None) -> list[tuple[Any, ...]]:
    """Return (location, rule) of values that are not of the type of their key.

    They are taken out of ``content``, so that the rest can be checked further.
    """
    model = model or StudyFile
    found: list[tuple[Any, ...]] = []
    for key in list(content):
        known = model.model_fields.get(key)
        if known is None:
            continue
        value = content[key]
        inner = _model_of(known.annotation)
        if inner is not None:
            several = not _is_single(known.annotation)
            parts = value if several else [value]
            if not isinstance(parts, list) or not all(
                isinstance(part, dict) for part in parts
            ):
                kind = f"[[{key}]] stands" if several else f"[{key}] stands"
                found.append(((key,), f"must be a table: {kind} above its lines"))
                del content[key]
                continue
            for number, part in enumerate(parts):
                here = (key, number) if several else (key,)
                below = _of_wrong_type(part, inner)
                found += [((*here, *place), rule) for place, rule in below]
            continue
        rule = fault_of_type(value, known.annotation) or _unusable(value)
        if not rule and isinstance(value, float) and math.isinf(value):
            rule = "is not a finite number (inf)"
        if rule:
            found.append(((key,), rule))
            del content[key]
    return found


def _unusable(value: Any) -> str:
    """Return what is wrong with a value of the right type; empty if nothing is."""
    if isinstance(value, str) and _CONTROL.search(value):
        return "holds a control character (NUL), which no name or path has"
    if isinstance(value, float) and value != value:
        return "is not a number (nan)"
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return "is a whole number beyond 64 bits"
    items: Any = ()
    if isinstance(value, dict):
        items = [*value, *value.values()]
    elif isinstance(value, list):
        items = value
    return next((rule for item in items if (rule := _unusable(item))), "")


def _model_of(annotation: Any) -> type[BaseModel] | None:
    for part in (annotation, *getattr(annotation, "__args__", ())):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _is_single(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is not tuple


def _content(path: Path) -> dict[str, Any]:
    """Return what stands in a study file, before anything of it is checked."""
    fault = path_fault(path)
    if fault is not None and fault.rule.startswith("there is no file"):
        raise StudyError(
            f"{path}: there is no such file. `clusterid init DIR` writes one.",
            [fault],
        )
    if fault is not None:
        raise StudyError(sentence(fault), [fault])
    try:
        if path.stat().st_size > _LARGEST_STUDY:
            raise StudyError(
                f"{path}: larger than {_LARGEST_STUDY >> 20} MiB; this is no study "
                "file. Name the study file; it names the tables."
            )
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8."
        ) from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not valid TOML: {error}.") from None
    except RecursionError:
        raise StudyError(
            f"{path}: not valid TOML: lists or tables stand too deeply in each other."
        ) from None
    except (ValueError, OverflowError):
        raise StudyError(
            f"{path}: not valid TOML: a number has more digits than any number needs, "
            "or a date is none."
        ) from None


_LARGEST_STUDY = 16 << 20


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study file.

    Environment variables stay as the file writes them, so that nothing that comes out
    of a study names a place of this machine; :func:`expanded` opens them.

    Raises
    ------
    StudyError
        With every fault of the file: unreadable, not TOML, unknown keys (the nearest
        known one is named), values out of range, environment variables not set.
    """
    if "\x00" not in str(path) and path_fault(path, folder=True) is None:
        path = path / "study.toml" if path.is_dir() else path
    content = _content(path)
    told = [
        (
            f"environment variable {name} is not set; set it to the folder of the "
            "data.",
            Fault(
                f"environment variable {name} is not set",
                "set it to the folder of the data",
            ),
        )
        for name in sorted(_missing(content))
    ]
    for location, rule in _of_wrong_type(content):
        dotted = ".".join(
            str(p + 1) if isinstance(p, int) else str(p) for p in location
        )
        fault = Fault(rule, "correct it", where=_where(location))
        told.append((f"{dotted}: {rule}.", fault))
    wrong = {fault.where.split(" ")[0] for _, fault in told}
    study = None
    try:
        study = StudyFile.model_validate(content)
    except ValidationError as error:
        told += [
            (text, fault)
            for text, fault in _explain(error)
            # a section that was taken out is not missing, too
            if not (wrong and "exactly one of" in text)
        ]
    if told or study is None:
        noun = "fault" if len(told) == 1 else "faults"
        listed = "\n".join(f"{i}. {text}" for i, (text, _) in enumerate(told, start=1))
        raise StudyError(
            f"{path}: {len(told)} {noun}\n{listed}", [fault for _, fault in told]
        )
    return study
