"""Where an industry sits: quotients, tests, indices, distances, spatial statistics."""

from clusterid.concentration._dissimilarity import (
    hoover_index,
    krugman_concentration,
    krugman_specialization,
)
from clusterid.concentration._diversity import (
    diversity,
    duranton_puga_diversity,
    entropy,
    hachman_index,
    herfindahl_index,
)
from clusterid.concentration._ellison_glaeser import ellison_glaeser
from clusterid.concentration._gini import locational_gini, specialization_gini
from clusterid.concentration._local_clustering import local_clustering
from clusterid.concentration._theil import theil_decomposition, theil_index

__all__ = [
    "diversity",
    "duranton_puga_diversity",
    "ellison_glaeser",
    "entropy",
    "hachman_index",
    "herfindahl_index",
    "hoover_index",
    "krugman_concentration",
    "krugman_specialization",
    "local_clustering",
    "locational_gini",
    "specialization_gini",
    "theil_decomposition",
    "theil_index",
]
