"""Labelled, checked inputs: employment, regions, flows, links, plants, survey."""

from typing import Any

from clusterid.tables._areas import areas_km2
from clusterid.tables._collaborations import ORGANISATION_KINDS, read_collaborations
from clusterid.tables._confidentiality import guard_rows, publishable_interval
from clusterid.tables._contiguity import contiguity
from clusterid.tables._economy import (
    TOTAL,
    Economy,
    Margins,
    Metadata,
    check_comparable,
    economy,
    margins,
)
from clusterid.tables._employment import read_employment
from clusterid.tables._flows import read_flows, read_links
from clusterid.tables._inside import regions_inside
from clusterid.tables._organisations import (
    BUSINESS,
    SCIENCE,
    organisation_kinds,
    seat_booked,
)
from clusterid.tables._places import check_answers, check_declared, check_places
from clusterid.tables._plants import read_plants
from clusterid.tables._regions import read_regions
from clusterid.tables._size_classes import size_class_reasons, square_bounds
from clusterid.tables._wide import checked_wide
from clusterid.tables.parsing import read_table

__all__ = [
    "BUSINESS", "ORGANISATION_KINDS", "SCIENCE", "TOTAL", "Economy", "Margins",
    "Metadata", "areas_km2", "check_answers", "check_comparable", "check_declared",
    "check_places", "checked_wide", "contiguity", "economy", "guard_rows", "margins",
    "organisation_kinds", "publishable_interval", "read_collaborations",
    "read_employment", "read_flows", "read_links", "read_plants", "read_regions",
    "read_table", "regions_inside", "seat_booked", "size_class_reasons",
    "square_bounds",
]  # fmt: skip

#: Names that moved to :mod:`clusterid.disclosure`, found here as before.
_MOVED = frozenset({"Guard", "guard"})


def __getattr__(name: str) -> Any:
    if name in _MOVED:
        from importlib import import_module

        return getattr(import_module("clusterid.disclosure.suppression"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
