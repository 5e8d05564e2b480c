"""Where groups of industries sit: candidate clusters, published rules as presets."""

from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._cells import test_groups
from clusterid.clusters._identify import identify_clusters
from clusterid.clusters._levels import IN_NONE
from clusterid.clusters._members import member_cells
from clusterid.clusters._presets import (
    apply_presets,
    cluster_mapping_flags,
    presets,
)
from clusterid.clusters._second_road import cell_clusters
from clusterid.clusters._two_roads import RoadComparison, compare_roads

__all__ = [
    "IN_NONE",
    "CandidateClusters",
    "RoadComparison",
    "apply_presets",
    "cell_clusters",
    "cluster_mapping_flags",
    "compare_roads",
    "identify_clusters",
    "member_cells",
    "presets",
    "test_groups",
]
