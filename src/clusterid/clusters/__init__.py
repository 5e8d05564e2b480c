"""Where groups of industries sit: candidate clusters, published rules as presets."""

from clusterid.clusters._candidates import CandidateClusters
from clusterid.clusters._cells import test_groups
from clusterid.clusters._identify import identify_clusters

__all__ = ["CandidateClusters", "identify_clusters", "test_groups"]
