"""Location quotients of jobs and of plants: tests, smoothing, stability, power."""

from __future__ import annotations

import warnings
from typing import Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._columns import CELL, IDENTIFIER, RATIO, SAFE, Table
from clusterid._typed import typed_by
from clusterid.concentration.quotients._known_plants import (
    KnownPlants,
    known_plants,
    sorted_codes,
)
from clusterid.concentration.quotients._location_quotient import (
    QuotientParts,
    checked_employment,
    quotient_parts,
    reason_codes,
)
from clusterid.concentration.quotients._plants_quotient import plants_quotient
from clusterid.concentration.quotients._quotient_null import (
    QuotientOptions,
    QuotientRules,
    chance_shares,
    fitted_null,
    p_values,
)
from clusterid.concentration.quotients._stability import one_more_plant
from clusterid.errors import DataWarning
from clusterid.statistics import adjust_columns
from clusterid.tables import Margins

__all__ = ["NO_PLANTS", "QUOTIENT_KINDS", "location_quotient_test"]

#: What is said where a test has nothing to count.
NO_PLANTS = (
    "nothing is known of plants, so no quotient is tested: p_value is empty. Give "
    "establishments= (counts by cell), plants= or plant_herfindahl=."
)

Matrix = NDArray[np.float64]

#: Quotients hold a cell against its totals; the rest follows from counts of plants
#: where these are known.
QUOTIENT_KINDS = Table(
    {
        "region": IDENTIFIER,
        "industry": IDENTIFIER,
        "lq_jobs": CELL.over_totals,
        "lq_jobs_smoothed": CELL.over_totals.as_fine_as("lq_jobs"),
        "lq_jobs_lower": CELL.lower,
        "lq_jobs_upper": CELL.upper,
        "stability": CELL.over_totals,
        **dict.fromkeys(
            (
                "lq_plants", "lq_plants_smoothed", "lq_plants_lower",
                "lq_plants_upper", "lq_plants_rank",
            ),
            CELL.over_totals.counted,
        ),
        **dict.fromkeys(
            ("p_value", "q_value", "p_lower", "p_upper"), CELL.over_totals.counted.tail
        ),
        **dict.fromkeys(
            ("n_expected", "roughness", "power_lq"), RATIO.over_totals.counted
        ),
        "null": IDENTIFIER,
        "n_plants": SAFE,
        "reason": SAFE,
        "test": IDENTIFIER,
    },
    counted_by=("test", "count"),
    interval=("lq_jobs", "lq_jobs_lower", "lq_jobs_upper"),
)  # fmt: skip


@typed_by(QuotientRules)
def location_quotient_test(
    employment: pd.DataFrame,
    *,
    establishments: pd.DataFrame | None = None,
    plant_herfindahl: pd.Series | pd.DataFrame | None = None,
    plants: pd.DataFrame | None = None,
    density: pd.Series | None = None,
    shares: pd.Series | None = None,
    totals: pd.DataFrame | Margins | None = None,
    **options: Unpack[QuotientOptions],
) -> pd.DataFrame:
    r"""Test every location quotient against chance; smooth it; say what was unseeable.

    There are two quotients. That of *jobs* is a fact: they stand there. That of
    *plants* is a draw: how many for one expected, with an interval, smoothed over the
    study. They may disagree; no column mixes them.

    The unit that chooses a place is the plant, not the job: a test that counts jobs
    rejects 15 to 32 % of cells under pure chance. So this needs to know something of
    plants: their counts by cell (best), their sizes, or the plant Herfindahl of the
    industry. With none of these there is no honest p-value, and the result says so.

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    establishments : DataFrame like ``employment``, optional
        Plants (local units) by cell.
    plant_herfindahl : Series by industry, or DataFrame (lower, upper), optional
        Sum of squared plant shares; an interval gives an interval of p.
    plants : DataFrame, optional
        Single plants: ``industry``, ``employment`` and, if known, ``region``.
    method : {"auto", "count", "herfindahl", "z", "monte_carlo"}
        ``"count"``: exact test of plant counts (:func:`count_test`);
        ``"herfindahl"``: the same test of effective plants, ``s_ij / H_i`` of
        ``1 / H_i`` equal ones, which have the variance of the dartboard;
        ``"z"``: the normal test of the literature, for comparison: with few plants
        it rejects up to 9 % at a nominal 5 %;
        ``"monte_carlo"``: the employment share against ``draws`` throws of the
        plants. ``"auto"`` takes counts where they are known, then sizes of
        plants, then the Herfindahl.
    family : {"industry", "region", "study"}
        Tests adjusted together: "where is it?", "what do we have?", or everything.
    correction : {"bh", "by", "bonferroni", "holm", "none"}
        See :func:`adjust`.
    alternative : {"greater", "less", "two-sided"}
        Against LQ <= tau, LQ >= tau, LQ = tau.
    draws : int
        Throws of the Monte Carlo; the smallest p-value is 1 / (draws + 1).
    seed : int or Generator
        Same seed, same result, whatever the order of rows and columns.
    tau : float
        The quotient that is still ordinary.
    roughness : {"none", "estimate"}, float, or Series by industry
        Relative variance of an industry's ordinary quotients. A dartboard is no
        realistic null: at 0 nearly every industry is "significant" somewhere.
        ``"estimate"`` fits it (:func:`overdispersion`), which needs plant counts or
        a Herfindahl.
    density : Series by region, optional
        With ``roughness="estimate"``: persons per km2 or the like; the ordinary
        location follows its logarithm with the industry's own slope.
    shares : Series by region, optional
        Probability of each region under chance; by default its share of all plants
        (count test; of the industries counted in every region) or of all jobs.
    totals : DataFrame or Margins, optional
        Published employment totals, as in :func:`location_quotient`.
    ties : {"exact", "mid"}
        Of the count test; ``"exact"`` never exceeds its level.
    coverage : float
        Of the interval of the plants' quotient.
    level : float
        Level of the whole family at which power is stated.

    Returns
    -------
    DataFrame, one row a region and industry, sorted by both
        ``region``, ``industry``; ``lq_jobs`` and the same as ``lq_jobs_smoothed``
        (jobs are not smoothed, see Notes), ``lq_jobs_lower``, ``lq_jobs_upper`` (its
        limits; apart only where a study has withheld cells); ``lq_plants``,
        ``lq_plants_smoothed``, ``lq_plants_lower``, ``lq_plants_upper`` (NaN where
        plants are not counted); ``p_value``, ``q_value``, ``null`` (what
        the p-value is against, see Notes), ``n_plants`` (in the cell),
        ``stability`` (relative change of the jobs' quotient by one more
        plant of the industry's median size, or of its mean size where ``plants``
        are not given: :func:`quotient_stability`), ``reason`` (why a number is
        missing), ``lq_plants_rank`` (5 % posterior quantile: rank by it),
        ``n_expected`` (plants, or effective plants), ``p_lower``, ``p_upper`` (over
        the Herfindahl interval; ``p_value`` is the larger), ``roughness``,
        ``power_lq`` (smallest quotient detectable with 90 % power in this family,
        Bonferroni), ``test`` (method used).

    Raises
    ------
    TableError
        If a table is faulty or its labels do not fit ``employment``.
    OptionError
        If an option is not offered, or the method lacks its input.

    Warns
    -----
    DataWarning
        If nothing is known of plants, or cells have jobs and no plant.

    Notes
    -----
    What ``null`` names, cell by cell:

    - ``"dartboard"``: plants fall by the shares of the regions alone. True and nearly
      useless as a proof of clusters: almost every industry is somewhere beyond it.
    - ``"bar"``: the same with ``tau`` times the share, ``tau`` other than 1.
    - ``"roughness"``: the share varies as the industry ordinarily does
      (``roughness`` above 0; along ``density`` if it is given).
    - ``"rough_bar"``: both, ``tau`` times a share that varies.
    - ``"none"``: no test, hence no p-value; ``reason`` says why.

    An industry whose estimated roughness is 0 is tested against the dartboard, and
    its rows say so.

    The quotients, of n plants where mu are expected (all plants of the industry times
    the region's share of all plants) and of jobs e:

    .. math:: \mathrm{lq\_plants} = n_{ij}/\mu_{ij},\quad
              \mathrm{lq\_jobs} = \frac{e_{ij}/e_j}{e_i/e}

    ``lq_plants_lower`` and ``lq_plants_upper`` are the interval of n of N plants, equal
    tails of Beta(n + 1/2, N - n + 1/2) over the share; 0 below nothing.
    ``lq_plants_smoothed`` and ``lq_plants_rank`` are mean and 5 % quantile under a
    mixture of ordinary and strong quotients fitted to the whole study: a few plants in
    an ordinary cell say little and come near 1, many stay, also in an industry that is
    strong nowhere else. The smoothed value may lie outside the interval, which knows
    its own cell alone.
    Jobs are not smoothed: on simulated economies every weight on them was further from
    the true rate than the plants' smoothed quotient, so their quotient stays the fact
    it is, with the number of plants beside it.

    Reasons: those of :func:`missing_reasons`, and ``"plants_unknown"``,
    ``"single_plant"`` (an industry of one plant is always concentrated: no test and
    no quotient of plants), ``"employment_only"`` (tested on jobs; no quotient of
    plants, because they are not counted), ``"nothing_expected"`` (a region without
    plants).
    The z of ``method="z"``:

    .. math:: z_{ij}=\frac{s_{ij}-\tau x_j}
              {\sqrt{H_i\,\tau x_j(1-\tau x_j)+(1-H_i)\,v_i\tau^2x_j^2}}

    References
    ----------
    Guimaraes, Figueiredo & Woodward (2009), Dartboard tests for the location
    quotient, Regional Science and Urban Economics 39; Ellison & Glaeser (1997),
    Journal of Political Economy 105. The variance was derived and simulated here;
    equation numbers were not checked against the originals.

    Examples
    --------
    >>> jobs = pd.DataFrame({"A": [90.0, 10.0], "B": [60.0, 340.0]}, index=["r", "s"])
    >>> plants = pd.DataFrame({"A": [9, 1], "B": [6, 34]}, index=["r", "s"])
    >>> tested = location_quotient_test(jobs, establishments=plants).round(5)
    >>> print(*tested.loc[0, ["region", "industry", "lq_jobs", "lq_plants", "p_value"]])
    r A 3.0 3.0 0.00014
    """
    rules = QuotientRules(**options)
    table = sorted_codes(checked_employment(employment))
    parts = quotient_parts(table, None, totals)
    known = known_plants(table, establishments, plants, plant_herfindahl)
    null = fitted_null(table, parts, known, rules, shares, density)
    p, p_other = p_values(null, parts, known, rules, table.columns)
    single = known.n_industry <= 1.0
    p[:, single] = p_other[:, single] = np.nan
    # where nothing can be, nothing is tested, and the family is no larger for it
    empty = np.broadcast_to(null.expected == 0, p.shape) & (known.counts == 0)
    p[empty] = p_other[empty] = np.nan
    if establishments is None and plants is None and plant_herfindahl is None:
        warnings.warn(NO_PLANTS, DataWarning, stacklevel=3)
    q, tests = _adjusted(p, rules)
    share = chance_shares(table, parts, known, shares, "count")
    plants_here = plants_quotient(known, share, coverage=rules.coverage)
    lq, untested = parts.ratio(), np.isnan(p)
    columns = {
        "lq_jobs": lq,
        "lq_jobs_smoothed": lq,
        "lq_jobs_lower": lq,
        "lq_jobs_upper": lq,
        **plants_here.columns(),
        "p_value": np.fmax(p, p_other),
        "q_value": q,
        "null": np.where(untested, "none", null.names()),
        "n_plants": known.counts,
        "stability": one_more_plant(parts, known.median_size),
        "reason": _reasons(parts, lq, known, untested, plants_here.plain),
        "lq_plants_rank": plants_here.rank,
        "n_expected": null.expected,
        "p_lower": np.fmin(p, p_other),
        "p_upper": np.fmax(p, p_other),
        "roughness": np.broadcast_to(null.roughness, p.shape),
        "power_lq": null.power(tests, rules.level),
        "test": np.full(p.shape, null.method, dtype=object),
    }
    index = pd.MultiIndex.from_product([table.index, table.columns])
    tidy = pd.DataFrame({k: np.ravel(a) for k, a in columns.items()}, index=index)
    return tidy.rename_axis(["region", "industry"]).reset_index()


def _adjusted(p: Matrix, rules: QuotientRules) -> tuple[Matrix, NDArray[np.int64]]:
    """Return p adjusted within its family, and by cell the tests of that family."""
    families = {"industry": p, "region": p.T, "study": p.reshape(-1, 1)}[rules.family]
    q = adjust_columns(families, rules.correction)
    sizes = np.isfinite(families).sum(axis=0)
    if rules.family == "region":
        return q.T, sizes[:, None]
    return q.reshape(p.shape), sizes


def _reasons(
    parts: QuotientParts,
    lq: Matrix,
    known: KnownPlants,
    untested: NDArray[np.bool_],
    of_plants: Matrix,
) -> NDArray[np.object_]:
    """Return why a cell lacks a quotient or a test, "" where it has all."""
    reasons = reason_codes(parts, lq)
    single = (known.n_industry <= 1.0)[None, :] & ~np.isnan(parts.cell)
    absent = (parts.industry_total == 0) & (known.n_industry == 0)[None, :]
    why = np.where(reasons == "", "plants_unknown", reasons)
    nothing = (why == "plants_unknown") & (known.counts == 0)
    why = np.where(nothing, "nothing_expected", why)
    why = np.where(single, "single_plant", why)
    why = np.where(absent, "industry_absent", why)
    lacking = np.where(np.isfinite(known.counts), "nothing_expected", "employment_only")
    tested = np.where((reasons == "") & np.isnan(of_plants), lacking, reasons)
    return np.where(untested, why, tested)
