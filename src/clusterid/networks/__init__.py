"""Who is linked to whom: supply, research, co-location, skills; backbone, layers."""

from clusterid.networks._bipartite_model import BipartiteModel, bicm
from clusterid.networks._code_tree import code_network
from clusterid.networks._collaboration import (
    collaboration_network,
    collaboration_slices,
)
from clusterid.networks._colocation import colocation_network
from clusterid.networks._flows import translate_flows
from clusterid.networks._graph import from_matrix, to_matrix
from clusterid.networks._layers import leave_one_out, observed_pairs, stack_layers
from clusterid.networks._organisations import organisation_kinds, seat_booked
from clusterid.networks._profiles import profile_network
from clusterid.networks._projection import curveball, validate_projection
from clusterid.networks._requirements import (
    allocation_coefficients,
    average_propagation_lengths,
    ghosh_inverse,
    leontief_inverse,
    multipliers,
    technical_coefficients,
)
from clusterid.networks._skills import skill_network, skill_relatedness
from clusterid.networks._supply import supply_network
from clusterid.networks._universal import universal_suppliers

__all__ = [
    "BipartiteModel",
    "allocation_coefficients",
    "average_propagation_lengths",
    "bicm",
    "code_network",
    "collaboration_network",
    "collaboration_slices",
    "colocation_network",
    "curveball",
    "from_matrix",
    "ghosh_inverse",
    "leave_one_out",
    "leontief_inverse",
    "multipliers",
    "observed_pairs",
    "organisation_kinds",
    "profile_network",
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
]
