"""Everything a study reads, checked together, so that all faults are told at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import pandas as pd

from clusterid.errors import (
    ClusteridError,
    ClusteridWarning,
    DataWarning,
    StudyError,
    nearest,
)
from clusterid.study._excluding import without_industries
from clusterid.study._provenance import file_digest
from clusterid.study._regions import aligned, read_shapes
from clusterid.study._schema import (
    EmploymentSection,
    LayerSection,
    PlantsSection,
    ResearchSection,
    StudyFile,
)
from clusterid.tables import Economy, Metadata, read_table

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.communities import Templates
    from clusterid.survey import Survey

__all__ = ["Inputs", "read_inputs"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Checked tables of a study; a part that the study does not have is None or empty.

    ``economies`` holds one Economy a year, ``year`` names the one the study is about.
    """

    economies: Mapping[int, Economy]
    year: int
    regions: gpd.GeoDataFrame
    supply: Mapping[str, tuple[pd.DataFrame, LayerSection]]
    skills: Mapping[str, tuple[pd.DataFrame, LayerSection]]
    research: Mapping[str, tuple[pd.DataFrame, ResearchSection]]
    lexicon: pd.DataFrame | None = None
    roles: tuple[str, ...] = ("core",)
    survey: Survey | None = None
    given: Templates | None = None
    truth: Mapping[str, pd.DataFrame] | None = None
    from_plants: bool = False
    border_missing: bool = True
    digests: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def economy(self) -> Economy:
        """The economy of the year the study is about."""
        return self.economies[self.year]

    @property
    def earlier(self) -> Economy | None:
        """The economy of the first year, when there are several."""
        first = min(self.economies)
        return self.economies[first] if first < self.year else None


@dataclass(slots=True)
class _Reading:
    """Collects faults, notes and the files read."""

    root: Path
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)

    def path(self, section: str, text: str | None) -> Path | None:
        """Resolve a path of the study file; tell when there is no such file."""
        if text is None:
            return None
        found = (self.root / text).resolve()
        if not found.exists():
            siblings = (
                sorted(p.name for p in found.parent.glob("*"))
                if (found.parent.is_dir())
                else []
            )
            hint = nearest(found.name, siblings) or (
                "" if found.parent.is_dir() else f" There is no folder {found.parent}."
            )
            self.faults.append(f"[{section}] {text}: there is no such file.{hint}")
            return None
        if found.is_file():
            self.files[text] = found
        elif found.is_dir():
            for part in sorted(p for p in found.iterdir() if p.is_file()):
                self.files[f"{text}/{part.name}"] = part
        return found

    def paths(self, section: str, texts: tuple[str, ...]) -> list[Path]:
        """Resolve several paths; an empty list means that something is missing."""
        if not texts:
            self.faults.append(f"[{section}] names no file; set path or paths.")
            return []
        found = [self.path(section, text) for text in texts]
        return [p for p in found if p is not None] if None not in found else []

    def attempt(self, section: str, read: Callable[[], T]) -> T | None:
        """Read one part; keep its faults and its warnings for the end."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ClusteridWarning)
            try:
                return read()
            except ClusteridError as error:
                self.faults.append(f"[{section}] {error}")
                return None
            finally:
                self.notes += [
                    str(w.message)
                    for w in caught
                    if issubclass(w.category, ClusteridWarning)
                ]


def read_inputs(config: StudyFile, root: Path, *, engine: str = "duckdb") -> Inputs:
    """Read and check every file a study names.

    Raises
    ------
    StudyError
        With the faults of all files.
    """
    reading = _Reading(root)
    regions = _regions(config, reading)
    economies = _economies(config, reading, regions, engine)
    newest = economies[max(economies)] if economies else None
    supply = _layers("supply", config.supply, newest, reading)
    skills = _layers("skills", config.skills, newest, reading)
    research = _research(config, reading, regions)
    year = config.study.year
    if economies and year is not None and year not in economies:
        known = ", ".join(map(str, sorted(economies)))
        reading.faults.append(f"[study] year = {year}: the counts are of {known}.")
    year = year if year is not None else max(economies, default=0)
    if economies and regions is not None and year in economies:
        counted = economies[year].regions
        kept = reading.attempt("regions", lambda: aligned(regions, counted, "regions"))
        if kept is not None:
            regions = kept[0]
            reading.notes += kept[1]
    main = economies.get(year)
    lexicon, survey = _survey(config, reading, regions)
    given = _given(config, reading, main)
    truth = _truth(config, reading)
    if reading.faults or regions is None or not economies:
        faults = [f"{i}. {text}" for i, text in enumerate(reading.faults, start=1)]
        noun = "fault" if len(faults) == 1 else "faults"
        raise StudyError(f"the study has {len(faults)} {noun}\n" + "\n".join(faults))
    return Inputs(
        economies=economies,
        year=year,
        regions=regions,
        supply=supply,
        skills=skills,
        research=research,
        lexicon=lexicon,
        roles=("core",) if config.survey is None else config.survey.roles,
        survey=survey,
        given=given,
        truth=truth,
        from_plants=config.plants is not None,
        border_missing=config.study.border_missing,
        digests={name: file_digest(p) for name, p in sorted(reading.files.items())},
        warnings=tuple(dict.fromkeys(reading.notes)),
    )


def _regions(config: StudyFile, reading: _Reading) -> gpd.GeoDataFrame | None:
    section = config.regions
    paths = reading.paths("regions", section.files)
    attributes = reading.path("regions", section.attributes)
    bridge = reading.path("regions", section.bridge)
    if not paths:
        return None
    return reading.attempt(
        "regions", lambda: read_shapes(section, paths[0], attributes, bridge)
    )


def _economies(
    config: StudyFile,
    reading: _Reading,
    regions: gpd.GeoDataFrame | None,
    engine: str,
) -> dict[int, Economy]:
    if config.plants is not None:
        plants = config.plants
        paths = reading.paths("plants", plants.files)
        if not paths:
            return {}
        made = reading.attempt(
            "plants",
            lambda: _from_plants(config, plants, paths[0], regions, engine),
        )
    else:
        section = config.employment
        if section is None:
            return {}
        paths = reading.paths("employment", section.files)
        extras = {
            name: reading.path("employment", getattr(section, name))
            for name in ("totals", "size_bands", "plant_herfindahl", "labels")
        }
        if not paths:
            return {}
        made = reading.attempt(
            "employment", lambda: _from_counts(config, section, paths, extras)
        )
    return made or {}


def _from_plants(
    config: StudyFile,
    section: PlantsSection,
    path: Path,
    regions: gpd.GeoDataFrame | None,
    engine: str,
) -> dict[int, Economy]:
    from clusterid.aggregation import economies_from_plants

    metadata = Metadata(
        classification=section.classification or "unknown",
        source="simulated economy" if config.study.simulated else path.name,
        simulated=config.study.simulated,
    )
    return economies_from_plants(
        path,
        regions=regions,
        engine=engine,
        columns=section.columns or None,
        crs=section.crs,
        metadata=metadata,
    )


def _from_counts(
    config: StudyFile,
    section: EmploymentSection,
    paths: list[Path],
    extras: Mapping[str, Path | None],
) -> dict[int, Economy]:
    from clusterid.sources import reader as named_reader

    reader = named_reader(section.source, "employment")
    options: dict[str, Any] = dict(section.options)
    for name in ("columns", "filter", "level", "years", "classification", "concept"):
        value = getattr(section, name)
        if value not in (None, (), {}) and not (
            name == "concept" and value == "workplace"
        ):
            options[name] = value
    for name in ("totals", "size_bands"):
        if extras[name] is not None:
            options[name] = extras[name]
    sourced = reader(paths, **options)
    if section.exclude:
        sourced = without_industries(sourced, section.exclude)
    herfindahl = sourced.plant_herfindahl
    if extras["plant_herfindahl"] is not None:
        herfindahl = _herfindahl(extras["plant_herfindahl"])
    metadata = replace(
        sourced.metadata,
        simulated=config.study.simulated,
        kind=section.kind or sourced.metadata.kind,
        source=sourced.metadata.source
        or ("simulated economy" if config.study.simulated else paths[0].name),
    )
    if extras["labels"] is not None:
        names = read_table(extras["labels"], name="labels")
        label = (
            "label" if "label" in names.columns else f"label_{config.study.language}"
        )
        metadata = replace(
            metadata, labels=dict(sorted(zip(names["code"], names[label], strict=True)))
        )
    for note in sourced.notes:
        warnings.warn(DataWarning(note), stacklevel=2)
    sourced = replace(sourced, plant_herfindahl=herfindahl, metadata=metadata)
    made: dict[int, Economy] = sourced.economies(section.years or None)
    return made


def _herfindahl(path: Path) -> pd.DataFrame:
    """Read the plant Herfindahl; a known value is an interval of no width."""
    table = read_table(path, name="plant_herfindahl")
    known = {"industry", "plant_herfindahl"} <= set(table.columns)
    if not known and not {"industry", "lower", "upper"} <= set(table.columns):
        have = ", ".join(map(str, table.columns))
        raise StudyError(
            f"{path.name}: needs the columns industry and plant_herfindahl, or "
            f"industry, lower and upper; it has {have}."
        )
    table = table.set_index("industry").astype(float)
    if known:
        value = table["plant_herfindahl"]
        return pd.DataFrame({"lower": value, "upper": value})
    return table[["lower", "upper"]]


def _layers(
    name: str,
    sections: tuple[LayerSection, ...],
    main: Economy | None,
    reading: _Reading,
) -> dict[str, tuple[pd.DataFrame, LayerSection]]:
    from clusterid.sources import reader as named_reader

    layers = {}
    kind: Literal["flows", "links"] = "flows" if name == "supply" else "links"
    for number, section in enumerate(sections, start=1):
        where = name if len(sections) == 1 else f"{name} {number}"
        paths = reading.paths(where, section.files)
        bridge = reading.path(where, section.correspondence)
        if not paths:
            continue

        def read(
            section: LayerSection = section,
            paths: list[Path] = paths,
            bridge: Path | None = bridge,
        ) -> pd.DataFrame:
            reader = named_reader(section.source, kind)
            options = dict(section.options)
            if main is not None and "industries" in reader.options:
                options.setdefault("industries", list(main.industries))
                options.setdefault("classification", main.metadata.classification)
            if section.columns:
                options["columns"] = section.columns
            if section.year is not None:
                options["year"] = section.year
            table = reader(paths, **options)
            if bridge is not None:
                table = _carried(table, section, bridge)
            # the faults of a table are told even when the counts have faults, too
            return table if main is None else _counted_only(table, main.industries)

        table = reading.attempt(where, read)
        if table is not None:
            label = section.name or ("supply" if name == "supply" else "skill")
            label = label if label not in layers else f"{label}_{number}"
            layers[label] = (table, section)
    return layers


def _carried(table: pd.DataFrame, section: LayerSection, bridge: Path) -> pd.DataFrame:
    """Carry flows onto the codes that are counted."""
    from clusterid.classifications import read_correspondence
    from clusterid.sources import carry_flows

    carrier = read_correspondence(
        bridge, columns=section.correspondence_columns or None
    )
    return carry_flows(table, carrier)


def _counted_only(table: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    ends = ("seller", "buyer") if "seller" in table.columns else ("source", "target")
    known = table[ends[0]].isin(codes) & table[ends[1]].isin(codes)
    if not known.any():
        seen = ", ".join(sorted(table[ends[0]].unique())[:5])
        raise StudyError(
            f"none of the {len(table)} links is between industries that are counted "
            f"(links: {seen}, ...; counted: {', '.join(codes[:5])}, ...); "
            "set correspondence."
        )
    return table[known].reset_index(drop=True)


def _research(
    config: StudyFile, reading: _Reading, regions: gpd.GeoDataFrame | None
) -> dict[str, tuple[pd.DataFrame, ResearchSection]]:
    from clusterid.sources import reader as named_reader

    networks: dict[str, tuple[pd.DataFrame, ResearchSection]] = {}
    for number, section in enumerate(config.research, start=1):
        where = "research" if len(config.research) == 1 else f"research {number}"
        paths = reading.paths(where, section.files)
        if not paths:
            continue

        def read(
            section: ResearchSection = section, paths: list[Path] = paths
        ) -> pd.DataFrame:
            reader = named_reader(section.source, "collaborations")
            options = dict(section.options)
            if section.columns:
                options["columns"] = section.columns
            if section.years:
                options["years"] = section.years
            table: pd.DataFrame = reader(paths, **options)
            _say_unknown_weights(table)
            return table

        table = reading.attempt(where, read)
        if table is not None:
            label = section.name or f"research_{number}"
            networks[label] = (table, section)
    return networks


def _say_unknown_weights(table: pd.DataFrame) -> None:
    """Warn of participations whose weight (money, say) the source does not tell."""
    unknown = int(table["weight"].isna().sum()) if "weight" in table.columns else 0
    if 0 < unknown < len(table):
        note = (
            f"the weight of {unknown:,} of {len(table):,} participations is not known; "
            "where weights are counted, they are left out"
        )
        warnings.warn(DataWarning(note), stacklevel=2)


def _survey(
    config: StudyFile, reading: _Reading, regions: gpd.GeoDataFrame | None
) -> tuple[pd.DataFrame | None, Survey | None]:
    section = config.survey
    if section is None:
        return None, None
    from clusterid.classifications import read_fields
    from clusterid.survey import read_survey

    files = {
        name: reading.path("survey", getattr(section, name))
        for name in ("places", "answers", "declared", "fields")
    }
    lexicon, survey = None, None
    lexicon_path = files["fields"]
    if lexicon_path is not None:
        lexicon = reading.attempt("survey", lambda: read_fields(lexicon_path))
    if files["places"] is not None:
        known_fields = None if lexicon is None else sorted(set(lexicon["field"]))
        survey = reading.attempt(
            "survey",
            lambda: read_survey(
                files["places"],
                files["answers"],
                files["declared"],
                regions=regions,
                fields=known_fields,
                columns=section.columns or None,
            ),
        )
    return lexicon, survey


def _given(
    config: StudyFile, reading: _Reading, main: Economy | None
) -> Templates | None:
    section = config.templates
    if section is None:
        return None
    paths = reading.paths("templates", section.files)
    if not paths or main is None:
        return None
    from clusterid.communities import given_templates

    return reading.attempt(
        "templates",
        lambda: given_templates(
            read_table(paths[0], columns=section.columns or None, name=section.name)
        ),
    )


def _truth(config: StudyFile, reading: _Reading) -> dict[str, pd.DataFrame] | None:
    folder = reading.root / "truth"
    if not config.study.simulated or not folder.is_dir():
        return None
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        reading.files[f"truth/{path.name}"] = path
        text = {"region": str, "industry": str, "template": str, "place": str}
        tables[path.stem] = pd.read_csv(path, dtype=text)
    return tables
