"""Where kinds of cluster stand: four questions, four grades, published rules beside."""

from clusterid._moved import from_validation
from clusterid.clusters._candidates import COARSER_COLUMNS, CandidateClusters
from clusterid.clusters._cells import test_groups
from clusterid.clusters._grades import GRADES
from clusterid.clusters._identify import identify_clusters
from clusterid.clusters._presets import (
    apply_presets,
    cluster_mapping_flags,
    presets,
)
from clusterid.clusters._standing import standing
from clusterid.clusters.kinds._kinds import IN_NONE
from clusterid.clusters.naming import Names, names_in

__all__ = [
    "COARSER_COLUMNS",
    "GRADES",
    "IN_NONE",
    "CandidateClusters",
    "Names",
    "apply_presets",
    "cluster_mapping_flags",
    "identify_clusters",
    "names_in",
    "presets",
    "standing",
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
