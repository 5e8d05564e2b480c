"""Where an industry sits: quotients, tests, indices, distances, spatial statistics."""

from clusterid.concentration._count_test import count_test
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
from clusterid.concentration._focal_quotient import focal_location_quotient
from clusterid.concentration._gini import locational_gini, specialization_gini
from clusterid.concentration._local_clustering import local_clustering
from clusterid.concentration._location_quotient import (
    location_quotient,
    log_z_cutoff,
    missing_reasons,
)
from clusterid.concentration._multiple_testing import adjust
from clusterid.concentration._power import power_quotient
from clusterid.concentration._quotient_change import (
    dynamic_location_quotient,
    dynamic_missing_reasons,
)
from clusterid.concentration._quotient_test import (
    location_quotient_test,
    quotient_stability,
)
from clusterid.concentration._roughness import overdispersion
from clusterid.concentration._shrinkage import shrink_quotients
from clusterid.concentration._size_classes import (
    draw_plant_sizes,
    plant_herfindahl_bounds,
)
from clusterid.concentration._theil import theil_decomposition, theil_index

__all__ = [
    "adjust",
    "count_test",
    "diversity",
    "draw_plant_sizes",
    "duranton_puga_diversity",
    "dynamic_location_quotient",
    "dynamic_missing_reasons",
    "ellison_glaeser",
    "entropy",
    "focal_location_quotient",
    "hachman_index",
    "herfindahl_index",
    "hoover_index",
    "krugman_concentration",
    "krugman_specialization",
    "local_clustering",
    "location_quotient",
    "location_quotient_test",
    "locational_gini",
    "log_z_cutoff",
    "missing_reasons",
    "overdispersion",
    "plant_herfindahl_bounds",
    "power_quotient",
    "quotient_stability",
    "shrink_quotients",
    "specialization_gini",
    "theil_decomposition",
    "theil_index",
]
