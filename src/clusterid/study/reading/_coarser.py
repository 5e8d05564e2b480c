"""Counts of another study with larger regions, lent to the regions inside them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.errors import StudyError
from clusterid.study.reading._collecting import Collected, noted, numbered
from clusterid.study.reading._counts import economies_of
from clusterid.study.reading._regions import read_shapes
from clusterid.study.reading._study_file import read_study_file

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.study.reading._schema import CoarserSection, StudyFile
    from clusterid.tables import Economy

__all__ = ["LentCounts", "coarser_of"]


@dataclass(frozen=True, slots=True)
class LentCounts:
    """One year of larger regions, which of them each region lies in, and a lexicon.

    ``lexicon`` is on the industries of these counts; None where none is known.
    """

    economy: Economy
    unit: pd.Series
    names: pd.Series
    lexicon: pd.DataFrame | None


def coarser_of(
    config: StudyFile,
    reading: Collected,
    regions: gpd.GeoDataFrame | None,
    engine: str,
) -> LentCounts | None:
    """Read what another study lends; None where the study names none."""
    section = config.coarser
    if section is None:
        return None
    if section.study is None:
        reading.fault("coarser", "names no study", "set study, or drop the section")
        return None
    path = reading.path("coarser", section.study)
    words = reading.path("coarser", section.fields)
    if path is None or regions is None:
        return None
    shapes = regions
    found = reading.attempt("coarser", lambda: _read(section, path, reading, engine))
    if found is None:
        return None
    economy, larger = found
    return reading.attempt("coarser", lambda: _lent(economy, larger, shapes, words))


def _read(
    section: CoarserSection, path: Path, reading: Collected, engine: str
) -> tuple[Economy, gpd.GeoDataFrame]:
    """Return counts and shapes of the other study; its faults are this one's, too."""
    other = read_study_file(path)
    if other.plants is not None:
        raise StudyError(
            f"{section.study}: its counts are made of plants, which are not lent; name "
            "a study of published counts."
        )
    nested = Collected(path.parent)
    shape_files = nested.paths("regions", other.regions.files)
    beside = (other.regions.attributes, other.regions.bridge)
    attributes, bridge = (nested.path("regions", name) for name in beside)
    larger = None
    if shape_files:
        larger = nested.attempt(
            "regions",
            lambda: read_shapes(other.regions, shape_files[0], attributes, bridge),
        )
    economies = economies_of(other, nested, larger, engine)
    reading.files.update(nested.files)
    reading.opened.update(nested.opened)
    if nested.sentences:
        raise StudyError(
            f"{section.study} has {numbered(nested.sentences)}", nested.faults
        )
    year = other.study.year if other.study.year in economies else max(economies)
    if larger is None:
        raise StudyError(f"{section.study}: has no shapes; name them in [regions].")
    return economies[year], larger


def _lent(
    economy: Economy,
    larger: gpd.GeoDataFrame,
    regions: gpd.GeoDataFrame,
    words: Path | None,
) -> LentCounts:
    """Return the counts with the larger region of each region, and say of how many."""
    from clusterid.tables import regions_inside

    counted = larger[larger.index.astype(str).isin(economy.regions.astype(str))]
    unit = regions_inside(regions, counted)
    inside = unit.dropna()
    source = economy.metadata.source or "another study"
    noted(
        f"coarser evidence: {len(inside)} of {len(unit)} regions lie in "
        f"{inside.nunique()} larger ones, whose plants stand beside theirs "
        f"({source}, {economy.metadata.year}) and decide nothing."
    )
    names = larger["name"] if "name" in larger.columns else pd.Series(dtype=object)
    return LentCounts(
        economy=replace(economy, totals=None),
        unit=unit,
        names=names.dropna().astype(str),
        lexicon=_lexicon(economy, words),
    )


def _lexicon(economy: Economy, words: Path | None) -> pd.DataFrame | None:
    """Return the lexicon that is named, else the embedded one of the classification."""
    from clusterid.classifications import read_fields
    from clusterid.errors import ClassificationError

    if words is not None:
        return read_fields(words)
    name = economy.metadata.classification
    try:
        return read_fields("nace2" if name in _LIKE_NACE else name)
    except ClassificationError:
        noted(
            f"coarser evidence: no lexicon is in {name}, so no field is lent; name "
            "one: [coarser] fields."
        )
        return None


#: classifications of which the divisions are those of NACE Rev. 2
_LIKE_NACE = ("nace2", "wz2008", "sic2007")
