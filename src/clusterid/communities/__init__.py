"""Which industries belong together: detection, stability, significance, scores."""

from clusterid.communities._agreement import partition_agreement
from clusterid.communities._detect import detect_communities
from clusterid.communities._partition import partition_of_links
from clusterid.communities._templates import Templates, given_templates

__all__ = [
    "Templates",
    "detect_communities",
    "given_templates",
    "partition_agreement",
    "partition_of_links",
]

#: Names kept for scripts of a checkout: what only validation uses stands in its folder.
_IN_VALIDATION = {"pair_auc": "validation.pair_auc"}


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
