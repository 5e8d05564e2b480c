"""Where groups of industries sit: candidate clusters, published rules as presets."""

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
    if name not in _IN_VALIDATION:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = _IN_VALIDATION[name]
    try:
        return getattr(import_module(home), name)
    except (ModuleNotFoundError, AttributeError) as error:
        raise AttributeError(
            f"{name} stands in {home}, which a checkout of clusterid has and an "
            "installed package has not; run Python in the folder of the checkout."
        ) from error
