"""Which industries belong together: detection, stability, significance, scores."""

from clusterid._moved import from_validation
from clusterid.communities._agreement import partition_agreement
from clusterid.communities._coherence import coherence
from clusterid.communities._detect import detect_communities
from clusterid.communities._explain import (
    Explanation,
    explain_template,
    link_ranks,
)
from clusterid.communities._partition import partition_of_links
from clusterid.communities._templates import CODES, Templates, given_templates

__all__ = [
    "CODES",
    "Explanation",
    "Templates",
    "coherence",
    "detect_communities",
    "explain_template",
    "given_templates",
    "link_ranks",
    "partition_agreement",
    "partition_of_links",
]

#: Names kept for scripts of a checkout: what only validation uses stands in its folder.
_IN_VALIDATION = {"pair_auc": "validation.pair_auc"}


def __getattr__(name: str) -> object:
    return from_validation(__name__, name, _IN_VALIDATION)
