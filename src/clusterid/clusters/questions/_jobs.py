r"""Jobs are a fact, and what they say of rates once one plant is taken away.

``stands_here``: so many jobs are there, at the lower end of what is known. It says
nothing of how many employers chose the place.

``jobs_beyond_one_plant``: with many plants, jobs say something of rates, too. Without
the largest plant that the cell can have, L,

.. math:: p = 1 - \Phi\Bigl(\frac{\ln(q/\tau) + s^2/2}{s}\Bigr), \qquad
          s^2 = \ln\Bigl(1 + \frac{V}{n}\Bigr)

with q the quotient of the other jobs and V = 12, the squared coefficient of variation
of log-normal plant sizes of sd 1.6. It is a screen, not a test: the exact tail of a sum
of such sizes is heavier [M]. What it lets through falsely is measured in
docs/clusters/grades.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._largest_plant import largest_of_kinds
from clusterid.clusters.questions._counted import Counted, Table
from clusterid.statistics import over_positive

__all__ = [
    "LARGEST_PLANT", "USUAL_SIZES", "jobs_beyond_one_plant", "most_of_one_plant",
    "stands_here",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Where sizes are unknown and a cell has at most so many times the usual jobs a plant,
#: no plant of it is taken to have more jobs than this: an assumption (a few plants in
#: every country do). Without the first number a cap of 20,000 called 1.5 % of simulated
#: giants of 25,000 to 100,000 jobs. Our choice.
LARGEST_PLANT, USUAL_SIZES = 20_000.0, 2.0
#: Squared coefficient of variation of plant sizes.
_VARIATION = 12.0
#: Plants from which jobs are heard beside them.
_FEWEST_PLANTS = 30


def stands_here(counted: Counted, quotient: float, jobs: float) -> Bools:
    """Return where so many times the usual jobs, and so many jobs, surely stand."""
    low = over_positive(counted.low_jobs, counted.expected_jobs)
    return (np.nan_to_num(low) >= quotient) & (np.nan_to_num(counted.low_jobs) >= jobs)


def most_of_one_plant(table: Table, counted: Counted, known: pd.DataFrame) -> Floats:
    """Return the most jobs that one plant can have in each cell, regions x kinds.

    The smaller of what ``known`` allows (plant sizes, size classes, national maxima)
    and the largest cell of one industry of the kind: of an industry of unknown sizes
    one plant may be the whole cell. Jobs count by the weight of their industry.
    Where its jobs a plant are ordinary, no more than :data:`LARGEST_PLANT`.
    """
    values = np.nan_to_num(table.employment.to_numpy(dtype=float))
    bound = known.to_numpy(dtype=float)
    w = counted.weights.to_numpy(dtype=float)
    is_told = np.isfinite(bound)
    told = largest_of_kinds(np.where(is_told, np.minimum(values, bound), 0.0), w)
    unknown = largest_of_kinds(np.where(is_told, 0.0, values), w)
    with np.errstate(invalid="ignore"):
        ordinary = counted.lq_jobs <= USUAL_SIZES * counted.lq_plants
    capped = np.where(ordinary, np.minimum(unknown, LARGEST_PLANT), unknown)
    return np.asarray(np.maximum(told, capped))


def jobs_beyond_one_plant(
    counted: Counted, largest: Floats, bar: float, minimum_jobs: float
) -> Floats:
    """Return the screen's p; 1 where it cannot speak, NaN where no plants are counted.

    It speaks from 30 plants on, where the jobs without the largest possible plant
    still have the mass asked for.
    """
    from scipy.special import ndtr

    n = counted.plants
    p = np.where(np.isfinite(n) & (counted.expected > 0), 1.0, np.nan)
    rest = counted.low_jobs - largest
    quotient = over_positive(rest, counted.expected_jobs)
    with np.errstate(invalid="ignore"):
        speaks = (n >= _FEWEST_PLANTS) & (rest >= minimum_jobs) & (quotient > bar)
    s2 = np.log1p(_VARIATION / n[speaks])
    p[speaks] = ndtr(-(np.log(quotient[speaks] / bar) + s2 / 2) / np.sqrt(s2))
    return p
