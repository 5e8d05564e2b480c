"""Where groups of industries sit: candidate clusters, published rules as presets."""

from clusterid._moved import from_validation
from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._cells import test_groups
from clusterid.clusters._density import region_density
from clusterid.clusters._identify import identify_clusters
from clusterid.clusters._members import member_cells
from clusterid.clusters._parts import IN_NONE
from clusterid.clusters._presets import (
    apply_presets,
    cluster_mapping_flags,
    presets,
)

__all__ = [
    "IN_NONE",
    "CandidateClusters",
    "apply_presets",
    "cluster_mapping_flags",
    "identify_clusters",
    "member_cells",
    "presets",
    "region_density",
    "test_groups",
]

#: Names kept for scripts of a checkout: what only validation uses stands in its folder.
_IN_VALIDATION = {
    "RoadComparison": "validation.two_pathways",
    "cell_clusters": "validation.second_pathway",
    "compare_roads": "validation.two_pathways",
}


def __getattr__(name: str) -> object:
    return from_validation(__name__, name, _IN_VALIDATION)
