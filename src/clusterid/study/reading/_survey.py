"""What places say of themselves, and the lexicon it is read with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pandas as pd

from clusterid.study.reading._collecting import Collected
from clusterid.study.reading._schema import StudyFile, SurveySection
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.classifications import Correspondence
    from clusterid.survey import Survey

__all__ = ["survey_of"]

T = TypeVar("T")


def survey_of(
    config: StudyFile,
    reading: Collected,
    regions: gpd.GeoDataFrame | None,
    main: Economy | None,
) -> tuple[pd.DataFrame | None, Survey | None]:
    """Return lexicon and survey of a study; None where it names none."""
    section = config.survey
    if section is None:
        return None, None
    from clusterid.survey import read_survey

    places = reading.path("survey", section.places)
    answers = reading.path("survey", section.answers)
    declared = reading.path("survey", section.declared)
    words = reading.path("survey", section.fields)
    survey = None
    counted = "unknown" if main is None else main.metadata.classification
    lexicon = _lexicon(section, words, counted, reading)
    if section.fields is None:
        reading.notes.append(
            "[survey] names no fields: places are tabulated and not compared."
        )
    if places is not None:
        survey = reading.attempt(
            "survey",
            lambda: read_survey(
                places,
                answers,
                declared,
                regions=regions,
                fields=None if lexicon is None else sorted(set(lexicon["field"])),
                columns=_of_survey(section.columns),
                filter=_of_survey(section.filter),
            ),
        )
    if main is not None and lexicon is not None and survey is not None:
        _check_lexicon(config, reading, main, lexicon)
    return lexicon, survey


def _of_survey(by_table: Mapping[str, T]) -> dict[str, T] | None:
    """Return what a section says by table of the tables of the survey itself."""
    return {name: said for name, said in by_table.items() if name != "fields"} or None


def _lexicon(
    section: SurveySection, words: Path | None, counted: str, reading: Collected
) -> pd.DataFrame | None:
    """Return the lexicon, in the codes that its correspondence leads to."""
    from clusterid.classifications import read_fields

    bridge = _correspondence(section, counted, reading)
    if words is None or (bridge is None and section.correspondence is not None):
        return None
    return reading.attempt(
        "survey",
        lambda: read_fields(
            words,
            columns=section.columns.get("fields"),
            classification=section.classification,
            filter=section.filter.get("fields"),
            correspondence=bridge,
        ),
    )


def _correspondence(
    section: SurveySection, counted: str, reading: Collected
) -> Correspondence | None:
    """Return the correspondence of the lexicon: an embedded one by name, or a file."""
    from clusterid.classifications import read_correspondence
    from clusterid.errors import ClassificationError

    name = section.correspondence
    if name is None:
        return None
    source: str | Path | None = name
    ends = None
    if Path(name).suffix:
        if section.classification is None:
            rule = "correspondence is a file, and the lexicon's classification unknown"
            reading.fault("survey", rule, "name it: [survey] classification")
            return None
        source, ends = reading.path("survey", name), (section.classification, counted)
    if source is None:
        return None

    def read() -> Correspondence:
        try:
            return read_correspondence(source, names=ends)
        except ClassificationError:  # codes are divided, and no weights are given
            return read_correspondence(source, names=ends, basis="equal")

    return reading.attempt("survey", read)


def _check_lexicon(
    config: StudyFile, reading: Collected, main: Economy, lexicon: pd.DataFrame
) -> None:
    """Tell a lexicon that does not lead to the industries that are counted."""
    if main.metadata.classification == "unknown":
        rule = "the lexicon meets counts of no named classification"
        where = "employment" if config.plants is None else "plants"
        reading.fault("survey", rule, f"name it: [{where}] classification")
        return
    from clusterid.comparison import field_weights

    roles = ("core",) if config.survey is None else config.survey.roles
    reading.attempt(
        "survey",
        lambda: field_weights(lexicon, main, roles=roles, correspondence=None),
    )
