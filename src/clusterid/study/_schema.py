"""What a study file may say: every section and option, its default, and why."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from clusterid.errors import StudyError, nearest

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
    "read_study_file",
]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


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
    seed: int = Field(0, ge=0, description="same seed and inputs give the same bytes")
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
        None, description="leading digits of a code that name its parent (Land)"
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
    weight: str = Field(
        "profile",
        description="supply: profile (similar buyers and sellers), input, output, "
        "maximum, total",
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
        30, description="projects with more partners are left out; they link everyone"
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
    roles: tuple[str, ...] = Field(
        ("core",), description="roles of the lexicon that count as the field"
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
    runs: int = Field(20, ge=1, description="starts of Leiden for the consensus")
    surrogates: int = Field(
        0,
        ge=0,
        description="random networks of the same strengths that templates are tested "
        "against; 0 leaves the test out, 100 are usual",
    )
    minimum_jobs: float = Field(
        1000, ge=0, description="critical mass of a cluster, persons (ours)"
    )
    minimum_plants: int = Field(
        10, ge=0, description="critical mass of a cluster, plants (ours)"
    )
    minimum_members: int = Field(
        2, ge=1, description="industries present, so that one plant is no cluster"
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
        4999, ge=99, description="random label tables that agreement is held against"
    )
    draws: int = Field(
        200, ge=1, description="draws of the lexicon and of the posterior"
    )
    imputation_draws: int = Field(
        20, ge=1, description="draws inside the bounds of withheld cells"
    )
    publish_minimum_plants: int = Field(
        3, ge=1, description="cells with fewer plants are not published"
    )


class OutputSection(_Section):
    """What is written."""

    folder: str = Field("out", description="folder of the results")
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


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for fault in error.errors():
        location = fault["loc"]
        where = ".".join(
            str(part + 1) if isinstance(part, int) else part for part in location
        )
        if fault["type"] == "extra_forbidden":
            known = _known_keys(location)
            lines.append(
                f"{where}: unknown key.{nearest(str(location[-1]), known)} "
                f"Known here: {', '.join(known)}."
            )
        else:
            message = fault["msg"].removeprefix("Value error, ")
            given = fault.get("input")
            shown = "" if isinstance(given, (dict, type(None))) else f" (got {given!r})"
            lines.append(f"{where or 'study file'}: {message}{shown}.")
    return lines


_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def _expand(value: Any, missing: set[str]) -> Any:
    if isinstance(value, str):

        def replace(match: re.Match[str]) -> str:
            name = match.group(1)
            if name not in os.environ:
                missing.add(name)
            return os.environ.get(name, match.group(0))

        return _VARIABLE.sub(replace, value)
    if isinstance(value, dict):
        return {key: _expand(item, missing) for key, item in value.items()}
    if isinstance(value, list):
        return [_expand(item, missing) for item in value]
    return value


def read_study_file(path: Path) -> StudyFile:
    """Read and check a study file.

    Raises
    ------
    StudyError
        With every fault of the file: unreadable, not TOML, unknown keys (the nearest
        known one is named), values out of range, environment variables not set.
    """
    if path.is_dir():
        path = path / "study.toml"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StudyError(
            f"{path}: there is no such file. `clusterid init DIR` writes one."
        ) from None
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8."
        ) from None
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}).") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not valid TOML: {error}.") from None
    missing: set[str] = set()
    content = _expand(content, missing)
    lines = [
        f"environment variable {name} is not set; set it to the folder of the data."
        for name in sorted(missing)
    ]
    study = None
    try:
        study = StudyFile.model_validate(content)
    except ValidationError as error:
        lines += _explain(error)
    if lines or study is None:
        listed = "\n".join(f"{i}. {line}" for i, line in enumerate(lines, start=1))
        raise StudyError(
            f"{path}: {len(lines)} {'fault' if len(lines) == 1 else 'faults'}\n{listed}"
        )
    return study
