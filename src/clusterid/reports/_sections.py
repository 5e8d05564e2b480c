"""The sections of the report, in the order in which they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clusterid.reports._closing import limits, methods, provenance
from clusterid.reports._clusters import candidates, gaps, power
from clusterid.reports._concentration import concentration
from clusterid.reports._declared import declared
from clusterid.reports._links import networks, templates
from clusterid.reports._monitoring import monitoring
from clusterid.reports._opening import asked, data
from clusterid.reports._parts import Section, context_of
from clusterid.reports._planted import planted
from clusterid.reports._survey import survey

if TYPE_CHECKING:
    from clusterid.legend import Words
    from clusterid.results import Result

__all__ = ["sections"]

_SECTIONS = (
    asked, data, concentration, networks, templates, candidates, declared, survey,
    gaps, power, monitoring, planted, limits, methods, provenance,
)  # fmt: skip


def sections(result: Result, said: Words) -> list[Section]:
    """Return the sections that this result can fill."""
    page = context_of(result, said)
    made = (make(result, page) for make in _SECTIONS)
    return [section for section in made if section is not None]
