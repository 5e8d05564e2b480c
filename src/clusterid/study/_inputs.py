"""Everything a study reads, checked together, so that all faults are told at once."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.errors import (
    DataWarning,
    Fault,
    StudyError,
    TableError,
    check_option,
    nearest,
)
from clusterid.study._collecting import Collected
from clusterid.study._counts import economies_of
from clusterid.study._links import layers_of, place_counts, research_of
from clusterid.study._regions import aligned, read_shapes
from clusterid.study._schema import (
    LayerSection,
    ResearchSection,
    StudyFile,
    expanded_all,
    layer_names,
)
from clusterid.study._studied import can_be_studied, years_with_counts
from clusterid.tables import Economy, read_table
from clusterid.tables._checking import Check
from clusterid.tables._reading import RawTable, Reading

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.communities import Templates
    from clusterid.survey import Survey

__all__ = ["Inputs", "read_inputs"]


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


def read_inputs(config: StudyFile, root: Path, *, engine: str = "duckdb") -> Inputs:
    """Read and check every file a study names.

    Raises
    ------
    StudyError
        With the faults of all files.
    """
    reading = Collected(root)
    _cross_references(config, reading)
    regions = _regions(config, reading)
    economies = economies_of(config, reading, regions, engine)
    newest = economies[max(economies)] if economies else None
    supply = layers_of("supply", config, newest, reading)
    skills = layers_of("skills", config, newest, reading)
    research = research_of(config, reading)
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
            place_counts(research, regions, reading)
    if main is not None:
        can_be_studied(config, main, reading)
        economies = years_with_counts(economies, year, reading)
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


def _cross_references(config: StudyFile, reading: Collected) -> None:
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


def _regions(config: StudyFile, reading: Collected) -> gpd.GeoDataFrame | None:
    section = config.regions
    paths = reading.paths("regions", section.files)
    attributes = reading.path("regions", section.attributes)
    bridge = reading.path("regions", section.bridge)
    if not paths:
        return None
    return reading.attempt(
        "regions", lambda: read_shapes(section, paths[0], attributes, bridge)
    )


def _survey(
    config: StudyFile,
    reading: Collected,
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
    config: StudyFile, reading: Collected, main: Economy | None
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


def _truth(config: StudyFile, reading: Collected) -> dict[str, pd.DataFrame] | None:
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
