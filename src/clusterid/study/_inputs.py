"""Everything a study reads, checked together, so that all faults are told at once."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
import pandas as pd

from clusterid._opening import path_fault
from clusterid.errors import (
    ClassificationError,
    ClusteridError,
    ClusteridWarning,
    DataWarning,
    Fault,
    StudyError,
    TableError,
    check_option,
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
    expanded,
    expanded_all,
    layer_names,
)
from clusterid.tables import TOTAL, Economy, Metadata, read_table
from clusterid.tables._checking import Check
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import RawTable, Reading

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.classifications import Classification
    from clusterid.communities import Templates
    from clusterid.sources import SourcedEmployment
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
    """Collects faults, notes and the files read.

    Every fault is kept twice: as the text of a section, and one by one as data.
    """

    root: Path
    told: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    files: dict[str, Path] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)

    def fault(self, section: str, rule: str, mend: str, *, shown: str = "") -> None:
        """Add a fault of a section as a whole; ``shown`` is how it stands in words."""
        self.told.append(f"[{section}] {shown or f'{rule}; {mend}.'}")
        self.faults.append(Fault(rule, mend, where=_where(section)))

    def path(self, section: str, text: str | None) -> Path | None:
        """Resolve a path of the study file; tell when there is no such file."""
        if text is None:
            return None
        found = self.root / expanded(text)
        name = _name_of(text)
        self.opened[str(found)] = name
        fault = path_fault(found, shown=name, folder=True)
        if fault is not None:
            if fault.rule.startswith("there is no file"):
                hint = fault.mend.removeprefix("check the path").removeprefix(".")
                self.fault(
                    section, fault.rule, fault.mend,
                    shown=f"{name}: there is no such file.{hint}"
                    + (" There is no such folder." if "folder" in fault.rule else ""),
                )  # fmt: skip
            else:
                self.fault(section, fault.rule, fault.mend)
            return None
        if not found.is_dir():
            self.files[name] = found
            return found
        parts = sorted(part for part in found.iterdir() if path_fault(part) is None)
        for part in parts:
            self.files[f"{name}/{part.name}"] = part
            self.opened[str(part)] = f"{name}/{part.name}"
        return found

    def paths(self, section: str, texts: tuple[str, ...]) -> list[Path]:
        """Resolve several paths; an empty list means that something is missing."""
        if not texts:
            self.fault(
                section, "names no file", "set path or paths",
                shown="names no file; set path or paths.",
            )  # fmt: skip
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
                error = _in_words_of_a_study(section, error)
                self.told.append(f"[{section}] {self.named(str(error))}")
                self.faults += self._single(section, error)
                return None
            finally:
                self.notes += [
                    self.named(str(w.message))
                    for w in caught
                    if issubclass(w.category, ClusteridWarning)
                ]

    def _single(self, section: str, error: ClusteridError) -> list[Fault]:
        where = _where(section)
        if isinstance(error, TableError):
            where = f"{where} {self.named(error.table)}"
        return [
            replace(
                fault,
                rule=self.named(fault.rule),
                mend=self.named(fault.mend),
                where=f"{where}: {fault.where}" if fault.where else where,
            )
            for fault in error.faults
        ] or [Fault(self.named(str(error)), "", where=where)]

    def named(self, text: str) -> str:
        """Return a text with the names of the study file for places of this machine."""
        for place in sorted(self.opened, key=len, reverse=True):
            text = text.replace(place, self.opened[place])
        root = str(self.root)
        return text.replace(f"{root}{os.sep}", "") if root not in {"", "."} else text

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every file by its name; tell what cannot be read."""
        found = {}
        for name, path in sorted(self.files.items()):
            try:
                found[name] = file_digest(path)
            except OSError as error:
                rule = f"{name} cannot be read ({error.strerror})"
                self.fault("study", rule, "change its mode, or copy it")
        return found


#: Files that neither ``columns`` nor ``options`` of their section are about.
_BESIDE = (
    "labels", "totals", "plant_herfindahl", "truth", "attributes of regions", "bridge",
)  # fmt: skip
_ANSWERED = ("places", "answers", "declared")
#: What a function takes (``pad={"region": 5}``).
_ARGUMENT = re.compile(
    r"(?<![\w.{])(?P<name>columns|encoding|separator|skip_rows|sheet|layer|pad|decimal"
    r"|thousands|withheld_flags|nil_flags|crs|repair|kinds|directed)="
    r"(?P<value>\{[^{}]*\}|\([^()]*\)|\"[^\"]*\"|\w+|)"
)
#: Keys of a section itself, not of its options.
_OWN_KEYS = ("columns", "crs")
#: What only Python can do.
_IN_PYTHON = (
    (r"read the file with dtype=str", "write the codes as text"),
    (r" \(table\.drop_duplicates\(\)\)", ""),
    (r"one value a cell: explode it", "write one value a cell"),
    (r"take the year: table\['\w+'\]\.dt\.year", "write the year alone"),
    (r" with gdf\.to_crs\(\)", ""),
    (r'or (columns=)?\{"x": \.+, "y": \.+\}', 'or columns = { x = "...", y = "..." }'),
)
#: How the file is mended where nothing can be said of it.
_IN_THE_FILE = (
    (r'pass encoding="latin-1" \(or "cp1252"\), or save it', "save it"),
    (r'pass encoding="utf-16" if a .*', "save it as text in UTF-8"),
    (r", *or name separator= and skip_rows=", ", or lines above the header"),
    (r"pass (decimal|thousands)=.*", "write numbers with a point and no other sign"),
    (r'pass pad=\{"\w+": (\d+)\}(, or pad=.*codes)?', r"write codes of \1 digits"),
    (r'; or pad=\{"\w+": <width>\} after turning it into whole numbers', ""),
    (r'pass columns=\{"(\w+)": [^{}]*\}', r"call a column \1 in the file"),
    (r"map it with columns=; have", "call a column so in the file; it has"),
)


def _in_words_of_a_study(section: str, error: ClusteridError) -> ClusteridError:
    """Return an error whose mends can be followed in a study file.

    A reader speaks of arguments of functions (``encoding="latin-1"``); a study file has
    keys and ``options``, and some of its files have neither.
    """
    if not isinstance(error, TableError):
        return error
    faults = [
        replace(fault, mend=_mend_of_a_study(fault.mend, error.table, section))
        for fault in error.faults
    ]
    return TableError(error.table, faults)


def _mend_of_a_study(mend: str, table: str, section: str) -> str:
    told = next((name for name in _ANSWERED if name in table.split(" (")[0]), "")
    if table.startswith(_BESIDE) or (section == "survey" and not told):
        keys: tuple[str, ...] = ()
    elif section in {"survey", "plants"}:
        keys = _OWN_KEYS
    else:
        keys = (*_OWN_KEYS, "options")
    for pattern, instead in _IN_PYTHON:
        mend = re.sub(pattern, instead, mend)
    for pattern, instead in _IN_THE_FILE:
        if "options" not in keys and not ("columns" in keys and "columns=" in pattern):
            mend = re.sub(pattern, instead, mend)
    inside = told if section == "survey" else ""
    mend = _ARGUMENT.sub(lambda found: _key(found, inside), mend)
    return re.sub(r"\bpass (?=options|columns|crs|\w+ in options)", "set ", mend)


def _key(argument: re.Match[str], table: str) -> str:
    """Return an argument as a study file writes it, in TOML."""
    name, value = argument["name"], argument["value"]
    if not value:
        return name if name in _OWN_KEYS else f"{name} in options"
    value = re.sub(r'"(\w+)": ', r"\1 = ", value)
    value = re.sub(r'("[^"]*"): ', r"\1 = ", value).replace("...", '"..."')
    value = re.sub(r"^\{(.*)\}$", r"{ \1 }", value)
    value = re.sub(r"^\((.*?),?\)$", r"[\1]", value)
    value = {"True": "true", "False": "false"}.get(value, value)
    if table and name == "columns":
        value = f"{{ {table} = {value} }}"
    told = f"{name} = {value}"
    return told if name in _OWN_KEYS else f"options = {{ {told} }}"


def _where(section: str) -> str:
    """Return a section as a study file writes it: ``[[supply]] 2``."""
    name, _, number = section.partition(" ")
    brackets = (
        f"[[{name}]]" if name in {"supply", "skills", "research"} else f"[{name}]"
    )
    return f"{brackets} {number}".strip()


def _name_of(text: str) -> str:
    """Return what a path is called: as the study file writes it, if not absolute."""
    return Path(text).name if Path(text).is_absolute() else text


def read_inputs(config: StudyFile, root: Path, *, engine: str = "duckdb") -> Inputs:
    """Read and check every file a study names.

    Raises
    ------
    StudyError
        With the faults of all files.
    """
    reading = _Reading(root)
    _cross_references(config, reading)
    regions = _regions(config, reading)
    economies = _economies(config, reading, regions, engine)
    newest = economies[max(economies)] if economies else None
    supply = _layers("supply", config, newest, reading)
    skills = _layers("skills", config, newest, reading)
    research = _research(config, reading)
    year = config.study.year
    if year is not None and set(economies) == {0}:  # counts without a year of their own
        one = economies[0]
        economies = {year: replace(one, metadata=replace(one.metadata, year=year))}
    if economies and year is not None and year not in economies:
        known = ", ".join(map(str, sorted(economies)))
        rule = f"year = {year}: the counts are of {known}"
        reading.fault("study", rule, f"use one of {known}", shown=f"{rule}.")
    year = year if year is not None else max(economies, default=0)
    main = economies.get(year)
    if main is not None and regions is not None:
        shapes, counted = regions, main.regions
        kept = reading.attempt("regions", lambda: aligned(shapes, counted, "regions"))
        if kept is not None:
            regions = kept[0]
            reading.notes += kept[1]
            _place_counts(research, regions, reading)
    if main is not None:
        _can_be_studied(config, main, reading)
        economies = _years_with_counts(economies, year, reading)
    lexicon, survey = _survey(config, reading, regions, main)
    given = _given(config, reading, main)
    truth = _truth(config, reading)
    digests = reading.digests()
    if not reading.told and (regions is None or not economies):
        reading.fault("study", "has no counts or no regions", "name their files")
    if reading.told or regions is None or not economies:
        lines = [f"{i}. {text}" for i, text in enumerate(reading.told, start=1)]
        noun = "fault" if len(lines) == 1 else "faults"
        raise StudyError(
            f"the study has {len(lines)} {noun}\n" + "\n".join(lines), reading.faults
        )
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
        digests=digests,
        warnings=tuple(dict.fromkeys(reading.notes)),
    )


def _cross_references(config: StudyFile, reading: _Reading) -> None:
    """Tell layers that [method] names and the study does not have."""
    method = config.method
    names = [name for some in layer_names(config).values() for name in some]
    names.append("colocation")
    for key, told in (
        ("layers", method.layers),
        ("held_out", () if method.held_out is None else (method.held_out,)),
    ):
        for name in told:
            if name not in names:
                rule = f"{key} names the layer {name!r}"
                mend = f"the study has {', '.join(names)}.{nearest(name, names)}"
                reading.fault("method", rule, mend, shown=f"{rule}; {mend}")
    if not method.layers and names == [method.held_out]:
        rule = f"held_out = {method.held_out!r} is the only layer: none would detect"
        reading.fault("method", rule, "add a layer, or leave held_out out")
    for number, section in enumerate(config.skills, start=1):
        where = "skills" if len(config.skills) == 1 else f"skills {number}"
        if section.correspondence is not None:
            rule = "correspondence carries flows; a link cannot be divided"
            reading.fault(where, rule, "bring the links to the codes that are counted")
        idle = sorted({"weight", "scale"} & section.model_fields_set)
        if idle:
            reading.notes.append(
                f"[{where}] {' and '.join(idle)}: of no effect on links, only on flows."
            )
    for name, one in (
        ("plants", config.plants),
        ("regions", config.regions),
        ("templates", config.templates),
    ):
        if one is not None and len(one.files) > 1:
            rule = f"names {len(one.files)} files and takes one"
            reading.fault(name, rule, "put them into one file")
    if config.survey is not None and config.survey.places is None:
        reading.fault("survey", "names no places", "set places, or drop the section")


def _years_with_counts(
    economies: dict[int, Economy], year: int, reading: _Reading
) -> dict[int, Economy]:
    """Leave years out in which nothing is counted, and say so."""
    kept = {}
    for at, one in economies.items():
        if at == year or (one.employment.fillna(0.0).to_numpy() > 0).any():
            kept[at] = one
        else:
            reading.notes.append(
                f"every count of {at} is withheld or zero; the year is left out."
            )
    return kept


def _can_be_studied(config: StudyFile, main: Economy, reading: _Reading) -> None:
    """Tell an economy in which nothing is counted, and note what of it is not.

    Industries and regions without a count stay: every table says of them why it has
    no number.
    """
    section = "employment" if config.plants is None else "plants"
    known = main.employment.fillna(0.0)
    if not (known.to_numpy() > 0).any():
        what = "every count is withheld or missing"
        if not main.withheld.to_numpy().all():
            what = "no region has a job in any industry"
        year = f" of {main.metadata.year}" if main.metadata.year else ""
        rule = f"nothing can be studied: {what}{year}"
        mend = "check the columns, the marks (withheld, nil) and the year"
        reading.fault(section, rule, mend)
        return
    if bool(main.withheld.to_numpy().any()):
        from clusterid.concentration import withheld_bounds

        # what is published must not contradict itself, or nothing can be filled in
        reading.attempt(section, lambda: withheld_bounds(main))
    hidden, told = main.withheld.to_numpy(), known.to_numpy()
    for axis, codes, label in (
        (0, main.industries, "industries"),
        (1, main.regions, "regions"),
    ):
        is_hidden = hidden.all(axis=axis)
        is_empty = (told.sum(axis=axis) == 0) & ~is_hidden
        for where, what in (
            (is_hidden, "have no count that is not withheld"),
            (is_empty, "have no jobs"),
        ):
            some = [str(code) for code in codes[np.flatnonzero(where)]]
            if some:
                shown = ", ".join(some[:5]) + (", ..." if len(some) > 5 else "")
                reading.notes.append(
                    f"{len(some)} {label} {what} ({shown}); no quotient can be "
                    "computed there."
                )
    reading.notes += [*_odd_plants(main), *_odd_totals(main)]
    n_regions, n_industries = main.employment.shape
    if n_industries < 2 or n_regions < 2:
        reading.notes.append(
            f"{n_regions} regions and {n_industries} industries are counted: there is "
            "nothing to compare, and no template or cluster can be found."
        )


def _odd_plants(main: Economy) -> list[str]:
    """Return notes on cells whose plants and jobs do not fit each other."""
    if main.establishments is None:
        return []
    jobs = main.employment.to_numpy(dtype=float)
    plants = main.establishments.reindex_like(main.employment).to_numpy(dtype=float)
    notes = []
    with np.errstate(invalid="ignore"):
        for odd, what in (
            ((plants == 0) & (jobs > 0), "jobs but no plant"),
            ((plants > jobs) & (jobs > 0), "more plants than jobs"),
        ):
            at = np.argwhere(odd)
            if len(at):
                shown = ", ".join(
                    f"{main.regions[i]} {main.industries[j]}: {plants[i, j]:g} plants, "
                    f"{jobs[i, j]:g} jobs"
                    for i, j in at[:3]
                )
                more = ", ..." if len(at) > 3 else ""
                notes.append(
                    f"{len(at)} cells have {what} ({shown}{more}); check the columns "
                    "of employment and establishments."
                )
    return notes


def _odd_totals(main: Economy) -> list[str]:
    """Return notes on published totals of what is not counted."""
    notes = []
    for key, codes, label in (
        ("region", main.regions, "regions"),
        ("industry", main.industries, "industries"),
    ):
        if main.totals is None or key not in main.totals.columns:
            continue
        known = {str(code) for code in codes}
        for parents in main.hierarchies.values():
            known |= {str(code) for code in (*parents.index, *parents)}
        named = main.totals[key].dropna().astype(str)
        odd = sorted(set(named) - known - {TOTAL})
        if odd:
            shown = ", ".join(odd[:5]) + (", ..." if len(odd) > 5 else "")
            notes.append(
                f"published totals are of {len(odd)} {label} that are not counted "
                f"({shown}); they are not used."
            )
    return notes


def _place_counts(
    research: Mapping[str, tuple[pd.DataFrame, ResearchSection]],
    regions: gpd.GeoDataFrame,
    reading: _Reading,
) -> None:
    """Tell participations in no counted region: all are a fault, some are counted."""
    for number, (name, (table, _)) in enumerate(research.items(), start=1):
        where = "research" if len(research) == 1 else f"research {number}"
        placed = table["region"].notna()
        if not placed.any():
            reading.fault(
                where, f"no participation of {name} has a region",
                'name the column: columns = { region = "..." }',
            )  # fmt: skip
            continue
        counted = table["region"].isin(regions.index)
        outside = int((placed & ~counted).sum())
        if not counted.any():
            shown = ", ".join(sorted(table["region"].dropna().unique())[:5])
            reading.fault(
                where,
                f"none of the {int(placed.sum())} participations of {name} with a "
                f"region is in a region that is counted (they are in {shown}, ...; "
                f"counted: {', '.join(regions.index[:5])}, ...)",
                "use regions of the same territorial status",
            )
        elif outside:
            reading.notes.append(
                f"{outside:,} of {int(placed.sum()):,} participations of {name} with a "
                "region are in regions that are not counted."
            )
        within = sorted(set(table.loc[counted, "region"]))
        if len(within) == 1:
            reading.notes.append(
                f"all {int(counted.sum()):,} participations of {name} in a region that "
                f"is counted are in {within[0]}; the network has no link."
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

    options = expanded_all(section.options)
    for name in options:
        check_option("plants option", name, _PLANTS_OPTIONS)
    if section.classification is not None:
        from clusterid.classifications import read_classification

        read_classification(section.classification)
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
        **options,
    )


#: What [plants] options may say.
_PLANTS_OPTIONS = ("outside", "unique", "codes")


def _from_counts(
    config: StudyFile,
    section: EmploymentSection,
    paths: list[Path],
    extras: Mapping[str, Path | None],
) -> dict[int, Economy]:
    from clusterid.sources import reader as named_reader

    reader = named_reader(section.source, "employment")
    options: dict[str, Any] = expanded_all(section.options)
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
    left_out = _left_out(section, sourced)
    if section.exclude:
        sourced = without_industries(sourced, section.exclude)
    if left_out and len(sourced.totals):
        kept = ~sourced.totals["industry"].isin(left_out)
        sourced = replace(sourced, totals=sourced.totals[kept].reset_index(drop=True))
    herfindahl = sourced.plant_herfindahl
    if extras["plant_herfindahl"] is not None:
        herfindahl = _herfindahl(extras["plant_herfindahl"], sourced.table, left_out)
    metadata = replace(
        sourced.metadata,
        simulated=config.study.simulated,
        kind=section.kind or sourced.metadata.kind,
        source=sourced.metadata.source
        or ("simulated economy" if config.study.simulated else paths[0].name),
    )
    if extras["labels"] is not None:
        labels = _labels(
            extras["labels"], config.study.language, sourced.table, left_out
        )
        metadata = replace(metadata, labels=dict(sorted(labels.items())))
    for note in sourced.notes:
        warnings.warn(DataWarning(note), stacklevel=2)
    sourced = replace(sourced, plant_herfindahl=herfindahl, metadata=metadata)
    made: dict[int, Economy] = sourced.economies(section.years or None)
    return made


def _left_out(section: EmploymentSection, sourced: SourcedEmployment) -> frozenset[str]:
    """Return the industries that are left out, and all that lie inside them.

    Files beside the counts may name them: that is no fault.
    """
    codes = {str(code) for code in section.exclude}
    option = section.options.get("exclude", ())
    codes |= {str(code) for code in option} if not isinstance(option, str) else set()
    if not codes:
        return frozenset()
    below: dict[str, list[str]] = {}
    for child, parent in sourced.hierarchies.get("industry", pd.Series()).items():
        below.setdefault(str(parent), []).append(str(child))
    name = sourced.metadata.classification
    if name != "unknown":
        from clusterid.classifications import read_classification

        with suppress(ClassificationError):  # a source may follow one of its own
            tree = read_classification(name)
            for code in list(codes):
                known = tree.notation(code)
                if known is not None:
                    below.setdefault(code, []).extend(_inside(tree, known))
    found, waiting = set(), list(codes)
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            waiting += below.get(code, [])
    return frozenset((found - set(sourced.table["industry"])) | codes)


def _inside(tree: Classification, code: str) -> list[str]:
    """Return all codes below a code of a classification."""
    found = list(tree.children(code))
    for child in found:
        found += tree.children(child)
    return found


def _labels(
    path: Path, language: str, counted: pd.DataFrame, left_out: frozenset[str]
) -> dict[str, str]:
    """Read the names of the industries: ``code`` and ``label``, or a language's."""
    names = ("label", f"label_{language}", "label_en", "label_de")
    table = read_table(path, name="labels")
    label = next((name for name in names if name in table.columns), names[0])
    check = Check(RawTable(table, f"labels ({path.name})"))
    check.columns(["code", label])
    check.codes("code", pad=0)
    check.codes(label, null=True, pad=0)
    check.unique(["code"], "keep one name a code")
    check.done()
    known = set(counted["industry"])
    if not (known | left_out) & set(check.frame["code"]):
        shown = ", ".join(sorted(known)[:5])
        rule = "no code of the labels is an industry that is counted"
        raise TableError(check.name, [Fault(rule, f"counted are {shown}, ...")])
    return {
        code: str(name)
        for code, name in zip(check.frame["code"], check.frame[label], strict=True)
        if isinstance(name, str)
    }


def _herfindahl(
    path: Path, counted: pd.DataFrame, left_out: frozenset[str]
) -> pd.DataFrame:
    """Read the plant Herfindahl; a known value is an interval of no width."""
    table = read_table(path, name="plant_herfindahl")
    values = ["plant_herfindahl"]
    if "plant_herfindahl" not in table.columns and "upper" in table.columns:
        values = ["lower", "upper"]
    check = Check(RawTable(table, f"plant_herfindahl ({path.name})"))
    check.columns(["industry", *values])
    check.codes(
        "industry",
        pad=0,
        known=set(counted["industry"]) | left_out,
        known_as="industries",
    )
    for column in values:
        check.numbers(column, Numerals(), maximum=1.0, positive=True)
    check.unique(["industry"], "keep one value an industry")
    if not check.faults and len(values) == 2:
        check.fault(
            (check.frame["lower"] > check.frame["upper"]).to_numpy(),
            "lower is above upper",
            "exchange or correct the bounds",
            values,
        )
    check.done()
    frame = check.frame[~check.frame["industry"].isin(left_out)]
    frame = frame.set_index("industry").astype(float)
    return frame[[values[0], values[-1]]].set_axis(["lower", "upper"], axis=1)


def _layers(
    name: Literal["supply", "skills"],
    config: StudyFile,
    main: Economy | None,
    reading: _Reading,
) -> dict[str, tuple[pd.DataFrame, LayerSection]]:
    from clusterid.sources import reader as named_reader
    from clusterid.study._pipeline import supply_layer

    layers = {}
    sections, labels = getattr(config, name), layer_names(config)[name]
    kind: Literal["flows", "links"] = "flows" if name == "supply" else "links"
    for number, (section, label) in enumerate(zip(sections, labels, strict=True), 1):
        where = name if len(sections) == 1 else f"{name} {number}"
        paths = reading.paths(where, section.files)
        bridge = reading.path(where, section.correspondence)
        if not paths:
            continue

        def read(
            section: LayerSection = section,
            paths: list[Path] = paths,
            bridge: Path | None = bridge,
            label: str = label,
        ) -> pd.DataFrame:
            reader = named_reader(section.source, kind)
            options = expanded_all(section.options)
            if main is not None and "industries" in reader.options:
                options.setdefault("industries", list(main.industries))
                options.setdefault("classification", main.metadata.classification)
            if section.columns:
                options["columns"] = section.columns
            if section.year is not None:
                options["year"] = section.year
            table: pd.DataFrame = reader(paths, **options)
            if bridge is not None and name == "supply":
                table = _carried(table, section, bridge)
            # the faults of a table are told even when the counts have faults, too
            if main is not None:
                table = _counted_only(table, main.industries, label)
                _say_no_link(table, label)
            if name == "supply" and section.weight in {"total", "apl"}:
                supply_layer(table, section, label)  # needs more than the flows
            return table

        table = reading.attempt(where, read)
        if table is not None:
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


def _counted_only(table: pd.DataFrame, codes: pd.Index, name: str) -> pd.DataFrame:
    ends = ("seller", "buyer") if "seller" in table.columns else ("source", "target")
    known = table[ends[0]].isin(codes) & table[ends[1]].isin(codes)
    if not known.any():
        seen = ", ".join(sorted(table[ends[0]].unique())[:5])
        raise StudyError(
            f"none of the {len(table)} links is between industries that are counted "
            f"(links: {seen}, ...; counted: {', '.join(codes[:5])}, ...); "
            "set correspondence."
        )
    if not known.all():
        named = sorted(set(table[ends[0]]) | set(table[ends[1]]))
        unknown = [code for code in named if code not in set(codes)]
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        what = "flows" if ends[0] == "seller" else "links"
        warnings.warn(
            f"{name}: {int((~known).sum()):,} of {len(table):,} {what} begin or end in "
            f"{len(unknown):,} industries that are not counted ({shown}); they are "
            "left out.",
            DataWarning,
            stacklevel=2,
        )
    return table[known].reset_index(drop=True)


def _say_no_link(table: pd.DataFrame, name: str) -> None:
    """Warn of flows or links of which none is above 0 between two industries."""
    is_flow = "seller" in table.columns
    ends = ("seller", "buyer") if is_flow else ("source", "target")
    what = "flow" if is_flow else "link"
    above = table["value"] > 0
    between = table[ends[0]] != table[ends[1]]
    if (above & between).any():
        return
    if not between.any():
        why = f"every {what} goes from an industry to itself"
    elif (table["value"] == 0).all():
        why = f"every {what} is 0"
    elif (table["value"] < 0).all():
        why = f"every {what} is negative: observed less than by chance"
    else:
        why = f"no {what} between two industries is above 0"
    warnings.warn(
        f"{name}: {why} ({len(table):,} {what}s); the layer has no link.",
        DataWarning,
        stacklevel=2,
    )


def _research(
    config: StudyFile, reading: _Reading
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
            options = expanded_all(section.options)
            if section.columns:
                options["columns"] = section.columns
            table: pd.DataFrame = reader(paths, **options)
            if section.years:
                table = _of_years(table, section.years)
            _say_unknown_weights(table)
            _say_no_amounts(table)
            return table

        table = reading.attempt(where, read)
        if table is not None:
            label = section.name or f"research_{number}"
            networks[label] = (table, section)
    return networks


def _of_years(table: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    """Keep the participations of some years; that there is none is a fault."""
    kept = table[table["year"].isin(years)]
    if not len(kept):
        known = sorted({int(year) for year in table["year"].dropna()})
        have = f"has {', '.join(map(str, known[:12]))}" if known else "names no year"
        wanted = ", ".join(map(str, years))
        rule = f"no participation is of {wanted}; the table {have}"
        raise TableError("collaborations", [Fault(rule, "correct years")])
    out = kept.reset_index(drop=True)
    out.attrs.update(table.attrs)
    return out


def _say_unknown_weights(table: pd.DataFrame) -> None:
    """Warn of participations whose weight (money, say) the source does not tell."""
    unknown = int(table["weight"].isna().sum()) if "weight" in table.columns else 0
    if 0 < unknown < len(table):
        note = (
            f"the weight of {unknown:,} of {len(table):,} participations is not known; "
            "where weights are counted, they are left out"
        )
        warnings.warn(DataWarning(note), stacklevel=2)


def _say_no_amounts(table: pd.DataFrame) -> None:
    """Warn of participations none of which has a weight above 0."""
    if not len(table) or (table["weight"] > 0).any():
        return
    known = int(table["weight"].notna().sum())
    why = f"is 0 ({known:,}) or not known" if known else "is unknown"
    warnings.warn(
        f"every weight of the {len(table):,} participations {why}; links count "
        "projects, and by weight there would be none.",
        DataWarning,
        stacklevel=2,
    )


def _survey(
    config: StudyFile,
    reading: _Reading,
    regions: gpd.GeoDataFrame | None,
    main: Economy | None,
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
    else:
        reading.notes.append(
            "[survey] names no fields: places are tabulated and not compared."
        )
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
    if main is not None and lexicon is not None and survey is not None:
        if main.metadata.classification == "unknown":
            rule = "the lexicon meets counts of no named classification"
            where = "employment" if config.plants is None else "plants"
            reading.fault("survey", rule, f"name it: [{where}] classification")
            return lexicon, survey
        from clusterid.comparison._mapping import field_weights

        # the lexicon must lead to the industries that are counted
        counted, words, roles = main, lexicon, section.roles
        reading.attempt(
            "survey",
            lambda: field_weights(words, counted, roles=roles, correspondence=None),
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

    def read() -> Templates:
        options = expanded_all(section.options)
        for name in options:
            check_option("templates option", name, list(Reading.__annotations__))
        columns = section.columns or None
        table = read_table(paths[0], columns=columns, name=section.name, **options)
        check = Check(RawTable(table, f"{section.name} ({paths[0].name})"))
        check.columns(["industry", "template"])
        check.codes("industry", pad=0)
        check.codes("template", null=True, pad=0)
        check.done()
        inside = check.frame["industry"].isin(main.industries)
        if not inside.any():
            shown = ", ".join(check.frame["industry"].iloc[:5])
            fault = Fault(
                f"no industry of the templates is counted ({shown}, ...)",
                f"counted are {', '.join(main.industries[:5])}, ...",
            )
            raise TableError(check.name, [fault])
        if not check.frame.loc[inside, "template"].notna().any():
            fault = Fault("no industry is in a template", "fill the column template")
            raise TableError(check.name, [fault])
        unknown = sorted(set(check.frame.loc[~inside, "industry"]))
        if unknown:
            shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
            warnings.warn(
                f"{len(unknown)} industries of the templates are not counted and are "
                f"left out ({shown}).",
                DataWarning,
                stacklevel=2,
            )
        return given_templates(check.frame[inside], industries=main.industries)

    return reading.attempt("templates", read)


def _truth(config: StudyFile, reading: _Reading) -> dict[str, pd.DataFrame] | None:
    folder = reading.root / "truth"
    if not config.study.simulated or not folder.is_dir():
        return None
    tables = {}
    for path in sorted(folder.glob("*.csv")):
        name = f"truth/{path.name}"
        found = reading.path("study", name)
        table = None
        if found is not None:
            table = reading.attempt("study", partial(_truth_table, found))
        if table is not None:
            tables[path.stem] = table
    return tables


#: Codes of the truth; they stay text.
_TRUTH_TEXT = ("region", "industry", "template", "place")


def _truth_table(path: Path) -> pd.DataFrame:
    """Read a table of what was planted: codes as text, all else as its values say."""
    table = read_table(path, name="truth", separator=",")
    for column in [c for c in table.columns if c not in _TRUTH_TEXT]:
        try:
            table[column] = pd.to_numeric(table[column])
        except (ValueError, TypeError):
            words = table[column].dropna()
            if len(words) and words.isin(["True", "False"]).all():
                table[column] = table[column].map({"True": True, "False": False})
    return table
