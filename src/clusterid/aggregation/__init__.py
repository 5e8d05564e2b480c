"""Plants to an Economy: one pass, in process or on a cluster; plants drawn anew."""

from clusterid.aggregation._cells import ENGINES, aggregate_plants
from clusterid.aggregation._plants import economies_from_plants, economy_from_plants
from clusterid.aggregation._redraw import redraw_plants

__all__ = [
    "ENGINES",
    "aggregate_plants",
    "economies_from_plants",
    "economy_from_plants",
    "redraw_plants",
]
