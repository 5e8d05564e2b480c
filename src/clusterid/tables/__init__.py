"""Labelled, checked inputs: employment, regions, flows, links, plants, survey."""

from typing import Any

from clusterid.tables._apart import Wanted, set_apart
from clusterid.tables._areas import areas_km2
from clusterid.tables._collaborations import ORGANISATION_KINDS, read_collaborations
from clusterid.tables._confidentiality import guard_rows, publishable_interval
from clusterid.tables._contiguity import contiguity
from clusterid.tables._date_line import beside_date_line, cut_at_date_line
from clusterid.tables._economy import (
    Economy,
    Margins,
    Metadata,
    check_comparable,
    economy,
    margins,
)
from clusterid.tables._employment import read_employment, read_rows
from clusterid.tables._flows import read_flows, read_links
from clusterid.tables._held_codes import code_notes
from clusterid.tables._inside import regions_inside
from clusterid.tables._levels import (
    REST,
    TOTALS_COLUMNS,
    Tree,
    code_tree,
    flat_tree,
    separated,
)
from clusterid.tables._mapped import check_mapped
from clusterid.tables._nesting import TOTAL, flow_faults, is_total, rounding_slack
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
from clusterid.tables._square import DASHES, square_of
from clusterid.tables._wide import checked_wide
from clusterid.tables.parsing import column_numbers, read_grids, read_table

__all__ = [
    "BUSINESS", "DASHES", "ORGANISATION_KINDS", "REST", "SCIENCE", "TOTAL",
    "TOTALS_COLUMNS", "Economy", "Margins", "Metadata", "Tree", "Wanted",
    "areas_km2", "beside_date_line", "check_answers", "check_comparable",
    "check_declared", "check_mapped", "check_places", "checked_wide", "code_notes",
    "code_tree", "column_numbers", "contiguity", "cut_at_date_line", "economy",
    "flat_tree", "flow_faults", "guard_rows", "is_total", "margins",
    "organisation_kinds", "publishable_interval", "read_collaborations",
    "read_employment", "read_flows", "read_grids", "read_links", "read_plants",
    "read_regions", "read_rows", "read_table", "regions_inside", "rounding_slack",
    "seat_booked",
    "separated", "set_apart", "size_class_reasons", "square_bounds", "square_of",
]  # fmt: skip

#: Names that moved to :mod:`clusterid.disclosure`, found here as before.
_MOVED = frozenset({"Guard", "guard"})


def __getattr__(name: str) -> Any:
    if name in _MOVED:
        from importlib import import_module

        return getattr(import_module("clusterid.disclosure.suppression"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
