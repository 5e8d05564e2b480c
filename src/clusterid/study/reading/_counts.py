"""Counts of a study: an Economy a year, from a table or from plants."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.errors import (
    ClassificationError,
    Fault,
    TableError,
    check_option,
)
from clusterid.study.reading._collecting import Collected, noted
from clusterid.study.reading._excluding import without_codes
from clusterid.study.reading._largest_plants import largest_plants
from clusterid.study.reading._schema import EmploymentSection, PlantsSection, StudyFile
from clusterid.study.reading._variables import expanded_all
from clusterid.tables import Economy, Metadata, read_table
from clusterid.tables.parsing._checking import Check
from clusterid.tables.parsing._form import RawTable
from clusterid.tables.parsing._numerals import Numerals

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.classifications import Classification
    from clusterid.sources import SourcedEmployment

__all__ = ["economies_of"]


#: Files beside the counts that [employment] may name.
_BESIDE = ("totals", "size_bands", "plant_herfindahl", "labels", "largest_plant")
#: What [employment] hands on to its reader, and what says nothing.
_OPTIONS = (
    "columns", "filter", "level", "digits", "years", "classification", "concept",
)  # fmt: skip
_SAYS_NOTHING: tuple[object, ...] = (None, (), {})


def economies_of(
    config: StudyFile,
    reading: Collected,
    regions: gpd.GeoDataFrame | None,
    engine: str,
) -> dict[int, Economy]:
    """Return an Economy a year, from plants or from a table of counts."""
    plants, counts = config.plants, config.employment
    made = None
    if plants is not None:
        paths = reading.paths("plants", plants.files)
        labels = reading.path("plants", plants.labels)
        if paths and (labels is not None or plants.labels is None):
            read = partial(
                _from_plants, config, plants, paths[0], labels, regions, engine
            )
            made = reading.attempt("plants", read)
    elif counts is not None:
        paths = reading.paths("employment", counts.files)
        named = counts.model_dump(include=set(_BESIDE))
        # a table of the largest plants may stand in the study file itself
        files = {n: None if isinstance(v, dict) else v for n, v in named.items()}
        beside = {name: reading.path("employment", files[name]) for name in _BESIDE}
        if paths:
            read = partial(_from_counts, config, counts, paths, beside)
            made = reading.attempt("employment", read)
    return made or {}


def _from_plants(
    config: StudyFile,
    section: PlantsSection,
    path: Path,
    labels: Path | None,
    regions: gpd.GeoDataFrame | None,
    engine: str,
) -> dict[int, Economy]:
    from clusterid.aggregation import economies_from_plants
    from clusterid.sources._reader import names_of

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
    made = economies_from_plants(
        path,
        regions=regions,
        engine=engine,
        columns=section.columns or None,
        crs=section.crs,
        metadata=metadata,
        **options,
    )
    every = sorted({code for one in made.values() for code in one.industries})
    counted = pd.DataFrame({"industry": every})
    if labels is None:
        names = names_of(metadata.classification, counted["industry"])
    else:
        names = _labels(labels, config.study.language, counted, frozenset())
    named = dict(sorted(names.items()))
    return {
        year: replace(one, metadata=replace(one.metadata, labels=named))
        for year, one in made.items()
    }


#: What [plants] options may say.
_PLANTS_OPTIONS = ("outside", "unique", "codes")


def _from_counts(
    config: StudyFile,
    section: EmploymentSection,
    paths: list[Path],
    beside: Mapping[str, Path | None],
) -> dict[int, Economy]:
    for name in section.columns_of:
        check_option("columns_of", name, ("totals", "labels", "plant_herfindahl"))
    sourced = _sourced(section, paths, beside)
    left_out = _left_out(section, sourced)
    for side, codes in section.left_out.items():
        sourced = without_codes(sourced, side, codes)
    if left_out and len(sourced.totals):
        kept = ~sourced.totals["industry"].isin(left_out)
        sourced = replace(sourced, totals=sourced.totals[kept].reset_index(drop=True))
    if beside["plant_herfindahl"] is not None:
        names = section.columns_of.get("plant_herfindahl")
        bounds = _herfindahl(beside["plant_herfindahl"], sourced.table, left_out, names)
        sourced = replace(sourced, plant_herfindahl=bounds)
    known = sourced.metadata
    simulated = config.study.simulated
    metadata = replace(
        known,
        simulated=simulated,
        kind=section.kind or known.kind,
        unit=section.unit or known.unit,
        source=known.source or ("simulated economy" if simulated else paths[0].name),
    )
    if beside["labels"] is not None:
        language = config.study.language
        labels = _labels(
            beside["labels"],
            language,
            sourced.table,
            left_out,
            section.columns_of.get("labels"),
        )
        metadata = replace(metadata, labels=dict(sorted(labels.items())))
    for note in sourced.notes:
        noted(note)
    sourced = replace(sourced, metadata=metadata)
    made: dict[int, Economy] = sourced.economies(section.years or None)
    given = section.largest_plant
    largest = given if isinstance(given, dict) else beside["largest_plant"]
    year = max(made, default=0) if config.study.year is None else config.study.year
    if largest is not None and (set(made) == {0} or year in made):
        # sizes are of the year that the study is about
        year = year if year in made else 0
        sizes = largest_plants(largest, made[year], left_out)
        made[year] = replace(made[year], largest_plant=_smaller(made[year], sizes))
    return made


def _smaller(one: Economy, known: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of largest plants, by the counts or beside them."""
    if one.largest_plant is None:
        return known
    counted = one.largest_plant.reindex_like(known)
    return counted.where(~(known < counted), known).fillna(known)


def _sourced(
    section: EmploymentSection, paths: list[Path], beside: Mapping[str, Path | None]
) -> SourcedEmployment:
    """Read the counts with the options that the study gives."""
    from clusterid.sources import reader as named_reader

    options = expanded_all(section.written)
    given = section.model_dump(include=set(_OPTIONS))
    if given["concept"] == "workplace":
        del given["concept"]
    given |= {name: beside[name] for name in ("totals", "size_bands")}
    if "totals" in section.columns_of:
        given["totals_columns"] = section.columns_of["totals"]
    options |= {k: v for k, v in given.items() if v not in _SAYS_NOTHING}
    sourced: SourcedEmployment = named_reader(section.source, "employment")(
        paths, **options
    )
    return sourced


def _left_out(section: EmploymentSection, sourced: SourcedEmployment) -> frozenset[str]:
    """Return the industries that are left out, and all that lie inside them.

    Files beside the counts may name them: that is no fault.
    """
    codes = {str(code) for code in section.left_out.get("industry", ())}
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
    return frozenset((found - set(sourced.table["industry"].unique())) | codes)


def _inside(tree: Classification, code: str) -> list[str]:
    """Return all codes below a code of a classification."""
    found = list(tree.children(code))
    for child in found:
        found += tree.children(child)
    return found


def _labels(
    path: Path,
    language: str,
    counted: pd.DataFrame,
    left_out: frozenset[str],
    columns: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Read the names of the industries: ``code`` and ``label``, or a language's."""
    names = ("label", f"label_{language}", "label_en", "label_de")
    table = read_table(path, name="labels", columns=columns)
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
    path: Path,
    counted: pd.DataFrame,
    left_out: frozenset[str],
    columns: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Read the plant Herfindahl; a known value is an interval of no width."""
    table = read_table(path, name="plant_herfindahl", columns=columns)
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
