"""Where an industry sits: quotients, tests, indices, distances, spatial statistics."""

from clusterid.concentration._by_industry import indices_by_industry
from clusterid.concentration.agglomeration._coagglomeration import (
    coagglomeration,
    group_coagglomeration,
)
from clusterid.concentration.agglomeration._colocation import colocation_index
from clusterid.concentration.agglomeration._devereux import devereux
from clusterid.concentration.agglomeration._ellison_glaeser import ellison_glaeser
from clusterid.concentration.agglomeration._litzenberger_sternberg import (
    litzenberger_sternberg,
)
from clusterid.concentration.agglomeration._maurel_sedillot import maurel_sedillot
from clusterid.concentration.agglomeration._size_classes import (
    draw_plant_sizes,
    plant_herfindahl_bounds,
)
from clusterid.concentration.distances._centrography import centrography
from clusterid.concentration.distances._colocation_quotient import colocation_quotient
from clusterid.concentration.distances._k_density import KDensity, k_density
from clusterid.concentration.distances._m_function import m_function
from clusterid.concentration.distances._ripley import ripley
from clusterid.concentration.indices._dissimilarity import (
    hoover_index,
    krugman_concentration,
    krugman_specialization,
)
from clusterid.concentration.indices._diversity import (
    diversity,
    duranton_puga_diversity,
    entropy,
    hachman_index,
    herfindahl_index,
)
from clusterid.concentration.indices._gini import locational_gini, specialization_gini
from clusterid.concentration.indices._income_content import (
    mix_similarity,
    product_gini,
    prody,
)
from clusterid.concentration.indices._inequality import (
    atkinson_index,
    coefficient_of_variation,
    coulter_index,
    dalton_index,
    gini_coefficient,
    regional_inequality,
    theil_inequality,
    williamson_index,
)
from clusterid.concentration.indices._localisation import (
    localisation_indices,
    overall_localisation,
)
from clusterid.concentration.indices._shift_share import ShiftShare, shift_share
from clusterid.concentration.indices._theil import theil_decomposition, theil_index
from clusterid.concentration.indices._variety import related_variety, unrelated_variety
from clusterid.concentration.quotients._count_test import count_test
from clusterid.concentration.quotients._focal_quotient import focal_location_quotient
from clusterid.concentration.quotients._location_quotient import (
    location_quotient,
    log_z_cutoff,
    missing_reasons,
)
from clusterid.concentration.quotients._power import power_quotient
from clusterid.concentration.quotients._quotient_change import (
    dynamic_location_quotient,
    dynamic_missing_reasons,
)
from clusterid.concentration.quotients._quotient_test import location_quotient_test
from clusterid.concentration.quotients._roughness import overdispersion
from clusterid.concentration.quotients._shrinkage import shrink_quotients
from clusterid.concentration.quotients._specialisation_change import (
    growth,
    specialization_change,
)
from clusterid.concentration.quotients._stability import quotient_stability
from clusterid.concentration.spatial._local_clustering import local_clustering
from clusterid.concentration.spatial._spatial_autocorrelation import (
    join_counts,
    spatial_autocorrelation,
)
from clusterid.concentration.spatial._spatial_gini import spatial_gini
from clusterid.concentration.withheld._fill_withheld import FilledEconomy, fill_withheld
from clusterid.concentration.withheld._quotient_bounds import location_quotient_bounds
from clusterid.concentration.withheld._withheld import Bounds, withheld_bounds
from clusterid.statistics import adjust

__all__ = [
    "Bounds", "FilledEconomy", "KDensity", "ShiftShare", "adjust", "atkinson_index",
    "centrography", "coagglomeration", "coefficient_of_variation", "colocation_index",
    "colocation_quotient", "coulter_index", "count_test", "dalton_index", "devereux",
    "diversity", "draw_plant_sizes", "duranton_puga_diversity",
    "dynamic_location_quotient", "dynamic_missing_reasons", "ellison_glaeser",
    "entropy", "fill_withheld", "focal_location_quotient", "gini_coefficient",
    "group_coagglomeration", "growth", "hachman_index", "herfindahl_index",
    "hoover_index", "indices_by_industry", "join_counts", "k_density",
    "krugman_concentration", "krugman_specialization", "litzenberger_sternberg",
    "local_clustering", "localisation_indices", "location_quotient",
    "location_quotient_bounds", "location_quotient_test", "locational_gini",
    "log_z_cutoff", "m_function", "maurel_sedillot", "missing_reasons",
    "mix_similarity", "overall_localisation", "overdispersion",
    "plant_herfindahl_bounds", "power_quotient", "product_gini", "prody",
    "quotient_stability", "regional_inequality", "related_variety", "ripley",
    "shift_share", "shrink_quotients", "spatial_autocorrelation", "spatial_gini",
    "specialization_change", "specialization_gini", "theil_decomposition",
    "theil_index", "theil_inequality", "unrelated_variety", "williamson_index",
    "withheld_bounds",
]  # fmt: skip
