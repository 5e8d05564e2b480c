"""The interactive map: one file that opens without a network."""

from clusterid.maps._breaks import class_breaks
from clusterid.maps._cluster_map import (
    SIMULATED_SOURCE,
    cluster_map,
    outline_source,
    study_title,
)
from clusterid.maps._geometry import light_outlines
from clusterid.maps._page import MapPage, write_page
from clusterid.maps._value_map import value_map

__all__ = [
    "SIMULATED_SOURCE",
    "MapPage",
    "class_breaks",
    "cluster_map",
    "light_outlines",
    "outline_source",
    "study_title",
    "value_map",
    "write_page",
]
