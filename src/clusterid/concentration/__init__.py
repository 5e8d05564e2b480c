"""Where an industry sits: quotients, tests, indices, distances, spatial statistics."""

from clusterid.concentration._centrography import centrography
from clusterid.concentration._coagglomeration import (
    coagglomeration,
    group_coagglomeration,
)
from clusterid.concentration._colocation import colocation_index
from clusterid.concentration._colocation_quotient import colocation_quotient
from clusterid.concentration._count_test import count_test
from clusterid.concentration._devereux import devereux
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
from clusterid.concentration._fill_withheld import FilledEconomy, fill_withheld
from clusterid.concentration._focal_quotient import focal_location_quotient
from clusterid.concentration._gini import locational_gini, specialization_gini
from clusterid.concentration._income_content import mix_similarity, product_gini, prody
from clusterid.concentration._inequality import (
    atkinson_index,
    coefficient_of_variation,
    coulter_index,
    dalton_index,
    gini_coefficient,
    regional_inequality,
    theil_inequality,
    williamson_index,
)
from clusterid.concentration._k_density import KDensity, k_density
from clusterid.concentration._litzenberger_sternberg import litzenberger_sternberg
from clusterid.concentration._local_clustering import local_clustering
from clusterid.concentration._localisation import (
    localisation_indices,
    overall_localisation,
)
from clusterid.concentration._location_quotient import (
    location_quotient,
    log_z_cutoff,
    missing_reasons,
)
from clusterid.concentration._m_function import m_function
from clusterid.concentration._maurel_sedillot import maurel_sedillot
from clusterid.concentration._power import power_quotient
from clusterid.concentration._quotient_bounds import location_quotient_bounds
from clusterid.concentration._quotient_change import (
    dynamic_location_quotient,
    dynamic_missing_reasons,
)
from clusterid.concentration._quotient_test import (
    location_quotient_test,
    quotient_stability,
)
from clusterid.concentration._ripley import ripley
from clusterid.concentration._roughness import overdispersion
from clusterid.concentration._shift_share import ShiftShare, shift_share
from clusterid.concentration._shrinkage import shrink_quotients
from clusterid.concentration._size_classes import (
    draw_plant_sizes,
    plant_herfindahl_bounds,
)
from clusterid.concentration._spatial_autocorrelation import (
    join_counts,
    spatial_autocorrelation,
)
from clusterid.concentration._spatial_gini import spatial_gini
from clusterid.concentration._specialisation_change import growth, specialization_change
from clusterid.concentration._theil import theil_decomposition, theil_index
from clusterid.concentration._variety import related_variety, unrelated_variety
from clusterid.concentration._withheld import Bounds, withheld_bounds
from clusterid.statistics import adjust

__all__ = [
    "Bounds",
    "FilledEconomy",
    "KDensity",
    "ShiftShare",
    "adjust",
    "atkinson_index",
    "centrography",
    "coagglomeration",
    "coefficient_of_variation",
    "colocation_index",
    "colocation_quotient",
    "coulter_index",
    "count_test",
    "dalton_index",
    "devereux",
    "diversity",
    "draw_plant_sizes",
    "duranton_puga_diversity",
    "dynamic_location_quotient",
    "dynamic_missing_reasons",
    "ellison_glaeser",
    "entropy",
    "fill_withheld",
    "focal_location_quotient",
    "gini_coefficient",
    "group_coagglomeration",
    "growth",
    "hachman_index",
    "herfindahl_index",
    "hoover_index",
    "join_counts",
    "k_density",
    "krugman_concentration",
    "krugman_specialization",
    "litzenberger_sternberg",
    "local_clustering",
    "localisation_indices",
    "location_quotient",
    "location_quotient_bounds",
    "location_quotient_test",
    "locational_gini",
    "log_z_cutoff",
    "m_function",
    "maurel_sedillot",
    "missing_reasons",
    "mix_similarity",
    "overall_localisation",
    "overdispersion",
    "plant_herfindahl_bounds",
    "power_quotient",
    "product_gini",
    "prody",
    "quotient_stability",
    "regional_inequality",
    "related_variety",
    "ripley",
    "shift_share",
    "shrink_quotients",
    "spatial_autocorrelation",
    "spatial_gini",
    "specialization_change",
    "specialization_gini",
    "theil_decomposition",
    "theil_index",
    "theil_inequality",
    "unrelated_variety",
    "williamson_index",
    "withheld_bounds",
]
