"""Which industries belong together: detection, stability, significance, scores."""

from clusterid.communities._agreement import partition_agreement
from clusterid.communities._detect import detect_communities
from clusterid.communities._pair_auc import pair_auc
from clusterid.communities._partition import partition_of_links
from clusterid.communities._templates import Templates, given_templates

__all__ = [
    "Templates",
    "detect_communities",
    "given_templates",
    "pair_auc",
    "partition_agreement",
    "partition_of_links",
]
