"""The interactive map: one file that opens without a network."""

from clusterid.maps._breaks import class_breaks
from clusterid.maps._cluster_map import cluster_map
from clusterid.maps._geometry import light_outlines
from clusterid.maps._page import MapPage
from clusterid.maps._sealed import Page, content_policy, write_page
from clusterid.maps._study_facts import SIMULATED_SOURCE, outline_source, study_title
from clusterid.maps._value_map import value_map

__all__ = [
    "SIMULATED_SOURCE",
    "MapPage",
    "Page",
    "class_breaks",
    "cluster_map",
    "content_policy",
    "light_outlines",
    "outline_source",
    "study_title",
    "value_map",
    "write_page",
]
