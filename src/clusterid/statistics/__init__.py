"""One of each: multiple testing, intervals, random tables with margins kept.

Other rooms bring numbers and take numbers; nothing here knows a region.
"""

from clusterid.statistics._curveball import curveball, from_sets, row_sets, trade
from clusterid.statistics._intervals import wilson
from clusterid.statistics._multiple_testing import (
    Correction,
    adjust,
    adjust_columns,
    benjamini_hochberg_cut,
    q_values,
)

__all__ = [
    "Correction",
    "adjust",
    "adjust_columns",
    "benjamini_hochberg_cut",
    "curveball",
    "from_sets",
    "q_values",
    "row_sets",
    "trade",
    "wilson",
]
