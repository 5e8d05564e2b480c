"""Identify regional industry clusters: measure, link, detect, compare, show.

The public names below are loaded when they are first used, so that
``import clusterid`` stays fast. Rooms are reachable by name, too
(``clusterid.networks``), and hold what is not in this list.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_ROOMS = (
    "aggregation", "classifications", "clusters", "communities", "comparison",
    "concentration", "disclosure", "errors", "figures", "legend", "maps", "monitoring",
    "networks", "reports", "results", "simulation", "sources", "statistics", "study",
    "survey", "tables",
)  # fmt: skip

#: public name -> room that keeps it
_PUBLIC: dict[str, str] = {}
for _room, _names in {
    "errors": """ClusteridError TableError CountConceptError ClassificationError
        GeometryError GraphError NotConvergedError MissingExtraError OptionError
        SourceError StudyError ClusteridWarning DataWarning""",
    "classifications": """read_fields read_classification read_correspondence
        Classification Correspondence""",
    "tables": """read_employment read_regions read_plants read_flows read_links
        read_collaborations read_table economy contiguity
        publishable_interval Economy Metadata""",
    "aggregation": "economy_from_plants economies_from_plants",
    "simulation": "simulate_economy",
    "concentration": """location_quotient missing_reasons dynamic_location_quotient
        focal_location_quotient location_quotient_test locational_gini
        specialization_gini hoover_index herfindahl_index theil_index entropy
        krugman_specialization krugman_concentration hachman_index ellison_glaeser
        maurel_sedillot devereux coagglomeration group_coagglomeration
        litzenberger_sternberg colocation_index related_variety unrelated_variety
        shift_share withheld_bounds fill_withheld k_density m_function ripley
        local_clustering plant_herfindahl_bounds
        location_quotient_bounds log_z_cutoff specialization_change growth
        spatial_autocorrelation regional_inequality colocation_quotient""",
    "networks": """proximity relatedness_density economic_complexity
        fitness_complexity supply_network minimal_flow_analysis regionalize
        collaboration_network skill_network colocation_network backbone
        stack_layers""",
    "communities": "detect_communities Templates given_templates",
    "clusters": "identify_clusters CandidateClusters presets",
    "disclosure": "guard",
    "survey": "read_survey Survey",
    "comparison": "compare Comparison",
    "monitoring": "monitor peers",
    "maps": "value_map cluster_map",
    "reports": "report cite",
    "study": "read_study read_result demo_study Study Result",
}.items():
    for _name in _names.split():
        _PUBLIC[_name] = _room
del _room, _names, _name

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        value = getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
        globals()[name] = value
        return value
    if name in _ROOMS:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_ROOMS])
