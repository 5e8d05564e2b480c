"""What places say of themselves, and the lexicon it is read with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from clusterid.study.reading._collecting import Collected
from clusterid.study.reading._schema import StudyFile
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.survey import Survey

__all__ = ["survey_of"]


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
    from clusterid.classifications import read_fields
    from clusterid.survey import read_survey

    places = reading.path("survey", section.places)
    answers = reading.path("survey", section.answers)
    declared = reading.path("survey", section.declared)
    words = reading.path("survey", section.fields)
    lexicon = survey = None
    if words is not None:
        lexicon = reading.attempt("survey", lambda: read_fields(words))
    else:
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
                columns=section.columns or None,
            ),
        )
    if main is not None and lexicon is not None and survey is not None:
        _check_lexicon(config, reading, main, lexicon)
    return lexicon, survey


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
