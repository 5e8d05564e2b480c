"""Tables of an economy with planted clusters, and its truth. Everything is invented."""

from clusterid.aggregation import redraw_plants
from clusterid.simulation._counts import simulate_counts
from clusterid.simulation._design import Design
from clusterid.simulation._economy import SimulatedEconomy, Truth, simulate_economy
from clusterid.simulation._regions import mirrored_outlines
from clusterid.simulation._rules import PlantedCluster

__all__ = [
    "Design",
    "PlantedCluster",
    "SimulatedEconomy",
    "Truth",
    "mirrored_outlines",
    "redraw_plants",
    "simulate_counts",
    "simulate_economy",
]
