"""Who is linked to whom: supply, research, co-location, skills; backbone, layers."""

from clusterid.networks._graph import from_matrix, to_matrix
from clusterid.networks.input_output._flows import translate_flows
from clusterid.networks.input_output._minimal_flow import (
    MinimalFlow,
    minimal_flow_analysis,
)
from clusterid.networks.input_output._profiles import profile_network
from clusterid.networks.input_output._regionalize import RegionalFlows, regionalize
from clusterid.networks.input_output._requirements import (
    allocation_coefficients,
    average_propagation_lengths,
    ghosh_inverse,
    leontief_inverse,
    multipliers,
    technical_coefficients,
)
from clusterid.networks.input_output._supply import supply_network
from clusterid.networks.input_output._universal import universal_suppliers
from clusterid.networks.input_output._use_make import industry_by_industry
from clusterid.networks.layers._backbone import backbone
from clusterid.networks.layers._bipartite_model import BipartiteModel, bicm
from clusterid.networks.layers._carry import carry_network
from clusterid.networks.layers._code_tree import code_network
from clusterid.networks.layers._collaboration import (
    collaboration_network,
    collaboration_slices,
)
from clusterid.networks.layers._colocation import colocation_network
from clusterid.networks.layers._files import write_network
from clusterid.networks.layers._industry_layers import industry_layers
from clusterid.networks.layers._layers import (
    leave_one_out,
    observed_pairs,
    stack_layers,
)
from clusterid.networks.layers._projection import validate_projection
from clusterid.networks.layers._reading import (
    brokerage,
    embeddedness,
    external_internal_index,
    largest_organisation_share,
    node_measures,
    place_flows,
)
from clusterid.networks.layers._skills import skill_network, skill_relatedness
from clusterid.networks.relatedness._complexity import (
    EconomicComplexity,
    economic_complexity,
    reflections,
)
from clusterid.networks.relatedness._density import entry_exit, relatedness_density
from clusterid.networks.relatedness._fitness import (
    FitnessComplexity,
    fitness_complexity,
)
from clusterid.networks.relatedness._nestedness import nestedness
from clusterid.networks.relatedness._outlook import (
    ComplexityOutlook,
    complexity_outlook,
)
from clusterid.networks.relatedness._proximity import cooccurrence, proximity
from clusterid.statistics import curveball
from clusterid.tables import organisation_kinds, seat_booked

__all__ = [
    "BipartiteModel",
    "ComplexityOutlook",
    "EconomicComplexity",
    "FitnessComplexity",
    "MinimalFlow",
    "RegionalFlows",
    "allocation_coefficients",
    "average_propagation_lengths",
    "backbone",
    "bicm",
    "brokerage",
    "carry_network",
    "code_network",
    "collaboration_network",
    "collaboration_slices",
    "colocation_network",
    "complexity_outlook",
    "cooccurrence",
    "curveball",
    "economic_complexity",
    "embeddedness",
    "entry_exit",
    "external_internal_index",
    "fitness_complexity",
    "from_matrix",
    "ghosh_inverse",
    "industry_by_industry",
    "industry_layers",
    "largest_organisation_share",
    "leave_one_out",
    "leontief_inverse",
    "minimal_flow_analysis",
    "multipliers",
    "nestedness",
    "node_measures",
    "observed_pairs",
    "organisation_kinds",
    "place_flows",
    "profile_network",
    "proximity",
    "reflections",
    "regionalize",
    "relatedness_density",
    "seat_booked",
    "skill_network",
    "skill_relatedness",
    "stack_layers",
    "supply_network",
    "technical_coefficients",
    "to_matrix",
    "translate_flows",
    "universal_suppliers",
    "validate_projection",
    "write_network",
]  # fmt: skip
