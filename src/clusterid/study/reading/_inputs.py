"""Everything a study reads, checked together; all faults are reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.study.reading._coarser import LentCounts, coarser_of
from clusterid.study.reading._collecting import Collected
from clusterid.study.reading._counts import economies_of
from clusterid.study.reading._cross_references import check_cross_references
from clusterid.study.reading._guarded import guards_of, published_of
from clusterid.study.reading._links import layers_of, place_counts, research_of
from clusterid.study.reading._regions import aligned, read_shapes, without_shapes
from clusterid.study.reading._schema import LayerSection, ResearchSection, StudyFile
from clusterid.study.reading._studied import can_be_studied, years_with_counts
from clusterid.study.reading._survey import survey_of
from clusterid.study.reading._templates import templates_of
from clusterid.tables import Economy, read_table

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.communities import Templates
    from clusterid.disclosure import Guard
    from clusterid.survey import Survey

__all__ = ["Inputs", "read_inputs"]


@dataclass(frozen=True, slots=True)
class Inputs:
    """Checked tables of a study; a part that the study does not have is None or empty.

    ``economies`` holds one Economy a year, ``year`` names the one the study is about.
    From plants, ``guards`` say by year what may not be published, ``public`` is what
    may, and ``confidential_files`` and ``private_notes`` say what else stays in the
    house.
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
    coarser: LentCounts | None = None
    given: Templates | None = None
    truth: Mapping[str, pd.DataFrame] | None = None
    from_plants: bool = False
    guards: Mapping[int, Guard] = field(default_factory=dict)
    public: Mapping[int, Economy] = field(default_factory=dict)
    public_notes: tuple[str, ...] = ()
    confidential_files: frozenset[str] = frozenset()
    private_notes: tuple[str, ...] = ()
    border_missing: bool = True
    has_shapes: bool = True
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
    check_cross_references(config, reading)
    has_shapes = "regions" in config.model_fields_set
    regions = _regions(config, reading) if has_shapes else None
    with reading.of_plants(config.plants is not None) as confidential:
        economies = economies_of(config, reading, regions, engine)
    newest = economies[max(economies)] if economies else None
    if newest is not None and not has_shapes:
        regions = without_shapes(economies, reading)
    supply = layers_of("supply", config, newest, reading)
    skills = layers_of("skills", config, newest, reading)
    research = research_of(config, reading)
    year, economies = _year_of(config, economies, reading)
    main = economies.get(year)
    if main is not None and regions is not None:
        regions = _counted_regions(regions, main, research, reading)
    if main is not None:
        section = "employment" if config.plants is None else "plants"
        with reading.of_plants(config.plants is not None):
            can_be_studied(section, main, reading)
            economies = years_with_counts(economies, year, reading)
    with reading.of_plants(config.plants is not None) as more:
        guards = guards_of(config, economies, reading)
    public, public_notes = published_of(economies, guards, year, reading)
    lexicon, survey = survey_of(config, reading, regions, main)
    coarser = coarser_of(config, reading, regions, engine)
    given = templates_of(config, reading, main)
    truth = _truth(config, reading)
    digests = reading.digests()
    if not reading.sentences and (regions is None or not economies):
        reading.fault("study", "has no counts or no regions", "name their files")
    reading.raise_if_any()
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
        coarser=coarser,
        given=given,
        truth=truth,
        from_plants=config.plants is not None,
        guards=guards,
        public=public,
        public_notes=tuple(public_notes),
        confidential_files=frozenset(confidential | more),
        private_notes=tuple(dict.fromkeys(reading.private)),
        border_missing=config.study.border_missing and has_shapes,
        has_shapes=has_shapes,
        digests=digests,
        warnings=tuple(dict.fromkeys(reading.notes)),
    )


def _year_of(
    config: StudyFile, economies: dict[int, Economy], reading: Collected
) -> tuple[int, dict[int, Economy]]:
    """Return the year a study is about, and the economies by year; tell an odd one."""
    year = config.study.year
    if year is None:
        return max(economies, default=0), economies
    if set(economies) == {0}:  # counts without a year of their own
        one = economies[0]
        return year, {year: replace(one, metadata=replace(one.metadata, year=year))}
    if economies and year not in economies:
        known = ", ".join(map(str, sorted(economies)))
        rule = f"year = {year}: the counts are of {known}"
        reading.fault("study", rule, f"use one of {known}", shown=f"{rule}.")
    return year, economies


def _counted_regions(
    regions: gpd.GeoDataFrame,
    main: Economy,
    research: Mapping[str, tuple[pd.DataFrame, ResearchSection]],
    reading: Collected,
) -> gpd.GeoDataFrame:
    """Return the shapes of the regions that are counted, if each has one."""
    kept = reading.attempt("regions", lambda: aligned(regions, main.regions, "regions"))
    if kept is None:
        return regions
    shapes, notes = kept
    reading.notes += notes
    place_counts(research, shapes, reading)
    return shapes


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
