"""One of each: multiple testing, tails, intervals, shrinkage, random tables.

Other rooms bring numbers and take numbers; nothing here knows a region.
"""

from clusterid.statistics._curveball import curveball, from_sets, row_sets, trade
from clusterid.statistics._draws import UpperTail, upper_tail
from clusterid.statistics._fixed_margins import fixed_margins
from clusterid.statistics._intervals import ratio_interval, wilson
from clusterid.statistics._mixture_smoothing import (
    MixtureParameters,
    MixtureSmoothed,
    mixture_smoothed,
)
from clusterid.statistics._multiple_testing import (
    Correction,
    adjust,
    adjust_columns,
    benjamini_hochberg_cut,
    q_values,
)
from clusterid.statistics._permutation import permutation_p, two_sided
from clusterid.statistics._poisson_binomial import poisson_binomial_tail
from clusterid.statistics._ratio import at_least, over_positive
from clusterid.statistics._shares import (
    ShareInterval,
    finite_wilson,
    share_interval,
)
from clusterid.statistics._shrinkage import shrink_arrays
from clusterid.statistics._tails import normal_tail, tail_at_least

__all__ = [
    "Correction", "MixtureParameters", "MixtureSmoothed", "ShareInterval", "UpperTail",
    "adjust", "adjust_columns", "at_least", "benjamini_hochberg_cut", "curveball",
    "finite_wilson", "fixed_margins", "from_sets", "mixture_smoothed", "normal_tail",
    "over_positive", "permutation_p", "poisson_binomial_tail", "q_values",
    "ratio_interval", "row_sets",
    "share_interval", "shrink_arrays", "tail_at_least", "trade", "two_sided",
    "upper_tail", "wilson",
]  # fmt: skip
