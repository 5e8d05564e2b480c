"""The sections of the report, in the order in which they are read."""

from __future__ import annotations

from typing import Any

from clusterid.legend import Words
from clusterid.reports._closing import limits, methods, planted, provenance
from clusterid.reports._declared import declared, survey
from clusterid.reports._measured import (
    candidates,
    concentration,
    gaps,
    monitoring,
    networks,
    power,
    templates,
)
from clusterid.reports._opening import asked, data
from clusterid.reports._parts import Section, context

__all__ = ["sections"]

_SECTIONS = (
    asked,
    data,
    concentration,
    networks,
    templates,
    candidates,
    declared,
    survey,
    gaps,
    power,
    monitoring,
    planted,
    limits,
    methods,
    provenance,
)


def sections(result: Any, said: Words) -> list[Section]:
    """Return the sections that this result can fill."""
    where = context(result, said)
    made = (make(result, said, where) for make in _SECTIONS)
    return [section for section in made if section is not None and section.parts]
