"""The sections of the report, in the order in which they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clusterid.reports._closing import limits, methods, provenance
from clusterid.reports._clusters import candidates, deciding, gaps
from clusterid.reports._concentration import concentration
from clusterid.reports._declared import declared
from clusterid.reports._links import networks, templates
from clusterid.reports._monitoring import monitoring
from clusterid.reports._opening import asked, data
from clusterid.reports._parts import Section, context_of
from clusterid.reports._planted import planted
from clusterid.reports._regions import one_region, regions
from clusterid.reports._survey import survey

if TYPE_CHECKING:
    from clusterid.legend import Words
    from clusterid.results import Result

__all__ = ["region_sections", "sections"]

_SECTIONS = (
    asked, data, concentration, networks, templates, candidates, regions, declared,
    survey, gaps, deciding, monitoring, planted, limits, methods, provenance,
)  # fmt: skip


def sections(result: Result, said: Words) -> list[Section]:
    """Return the sections that this result can fill."""
    page = context_of(result, said)
    made = (make(result, page) for make in _SECTIONS)
    return [section for section in made if section is not None]


def region_sections(result: Result, said: Words, region: str) -> list[Section]:
    """Return the sections on one region: its list, the data, what they cannot tell."""
    page = context_of(result, said)
    made = [
        one_region(result, page, region),
        *(make(result, page) for make in (data, limits, provenance)),
    ]
    return [section for section in made if section is not None]
