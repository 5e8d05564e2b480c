"""Location quotients with their uncertainty: tests, shrinkage, stability, power."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from clusterid._typed import typed
from clusterid.concentration._count_test import Alternative, Ties, count_test
from clusterid.concentration._given import given_numbers
from clusterid.concentration._location_quotient import (
    QuotientParts,
    checked_employment,
    quotient_parts,
    reason_codes,
)
from clusterid.concentration._plant_draws import throw_plants
from clusterid.concentration._power import power_quotient
from clusterid.concentration._roughness import overdispersion
from clusterid.concentration._shrinkage import shrink_arrays
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.statistics import Correction, adjust_columns
from clusterid.tables import Margins

__all__ = ["location_quotient_test"]

Method = Literal["auto", "count", "herfindahl", "z", "monte_carlo"]
Family = Literal["industry", "region", "study"]
Matrix = NDArray[np.float64]

COLUMNS = [
    "region",
    "industry",
    "lq",
    "lq_shrunk",
    "lower",
    "upper",
    "p_value",
    "q_value",
    "n_plants",
    "stability",
    "reason",
    "eb05",
    "n_expected",
    "p_lower",
    "p_upper",
    "roughness",
    "power_lq",
    "test",
]


@typed
def location_quotient_test(
    employment: pd.DataFrame,
    *,
    establishments: pd.DataFrame | None = None,
    plant_herfindahl: pd.Series | pd.DataFrame | None = None,
    plants: pd.DataFrame | None = None,
    method: Method = "auto",
    family: Family = "industry",
    correction: Correction = "bh",
    alternative: Alternative = "greater",
    draws: int = 999,
    seed: int | np.random.Generator = 0,
    tau: float = 1.0,
    roughness: str | float | pd.Series = "none",
    density: pd.Series | None = None,
    shares: pd.Series | None = None,
    totals: pd.DataFrame | Margins | None = None,
    ties: Ties = "exact",
    coverage: float = 0.9,
    level: float = 0.05,
) -> pd.DataFrame:
    r"""Test every location quotient against chance; shrink it; say what was unseeable.

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
        Of the credible interval of the shrunk quotient.
    level : float
        Level of the whole family at which power is stated.

    Returns
    -------
    DataFrame, one row a region and industry, sorted by both
        ``region``, ``industry``, ``lq`` (employment), ``lq_shrunk``, ``lower``,
        ``upper`` (:func:`shrink_quotients`; of plants where they are counted, else of
        employment in effective plants 1/H), ``p_value``, ``q_value``, ``n_plants``
        (in the cell), ``stability`` (relative change of the quotient by one more
        plant of the industry's median size, or of its mean size where ``plants``
        are not given: :func:`quotient_stability`), ``reason`` (why a number is
        missing), ``eb05`` (5 % posterior quantile: rank by it), ``n_expected``
        (plants, or effective plants), ``p_lower``, ``p_upper`` (over the Herfindahl
        interval; ``p_value`` is the larger), ``roughness``, ``power_lq`` (smallest
        quotient detectable with 90 % power in this family, Bonferroni), ``test``
        (method used).

    Raises
    ------
    TableError
        If a table is faulty or its labels do not fit ``employment``.
    OptionError
        If an option is not offered, or the method lacks its input.

    Notes
    -----
    Reasons: those of :func:`missing_reasons`, and ``"plants_unknown"``,
    ``"single_plant"`` (an industry of one plant is always concentrated: no test).
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
    >>> print(*tested.loc[0, ["region", "industry", "lq", "p_value"]])
    r A 3.0 0.00014
    """
    check_option("method", method, get_args(Method))
    check_option("family", family, get_args(Family))
    check_option("correction", correction, get_args(Correction))
    check_option("alternative", alternative, get_args(Alternative))
    table = _sorted(checked_employment(employment))
    parts = quotient_parts(table, None, totals)
    lq = parts.ratio()
    known = _plants_known(table, establishments, plants, plant_herfindahl)
    chosen = _chosen_method(method, known)
    p0 = _null_shares(table, parts, known, shares, chosen)
    observed, expected, trials = _effective_counts(parts, known, chosen, p0)
    v, gradient = _roughness(roughness, observed, expected, table, density, chosen)
    if gradient is not None:
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = np.nansum(expected * gradient, axis=0)
            scale /= np.nansum(expected, axis=0)
        p0 = p0 * gradient / scale
        expected = expected * gradient / scale
    null = _Null(p0, tau, v, alternative)
    p, p_other = _p_values(chosen, parts, known, null, ties, draws, seed, table)
    single = known.n_industry <= 1.0
    p[:, single] = p_other[:, single] = np.nan
    families = {"industry": p, "region": p.T, "study": p.reshape(-1, 1)}[family]
    q = adjust_columns(families, correction)
    q = q.T if family == "region" else q.reshape(p.shape)
    shrunk, lower, upper, eb05 = shrink_arrays(observed, expected, coverage)
    for a in (shrunk, lower, upper, eb05):
        a[:, single] = np.nan
    reasons = reason_codes(parts, lq)
    untested = np.isnan(p)
    why = np.where(reasons == "", "plants_unknown", reasons)
    why = np.where(single[None, :] & ~np.isnan(parts.cell), "single_plant", why)
    why = np.where(
        (parts.industry_total == 0) & (known.n_industry == 0)[None, :],
        "industry_absent",
        why,
    )
    reasons = np.where(untested, why, reasons)
    power = _power(null, expected, trials, families, family, level)
    columns = {
        "lq": lq,
        "lq_shrunk": shrunk,
        "lower": lower,
        "upper": upper,
        "p_value": np.fmax(p, p_other),
        "q_value": q,
        "n_plants": known.counts,
        "stability": _stability(parts, lq, known),
        "reason": reasons,
        "eb05": eb05,
        "n_expected": expected,
        "p_lower": np.fmin(p, p_other),
        "p_upper": np.fmax(p, p_other),
        "roughness": np.broadcast_to(v, p.shape),
        "power_lq": power,
        "test": np.full(p.shape, chosen, dtype=object),
    }
    index = pd.MultiIndex.from_product([table.index, table.columns])
    tidy = pd.DataFrame({k: np.ravel(a) for k, a in columns.items()}, index=index)
    return tidy.rename_axis(["region", "industry"]).reset_index()[COLUMNS]


@typed
def quotient_stability(
    employment: pd.DataFrame,
    plant_size: pd.Series,
    *,
    totals: pd.DataFrame | Margins | None = None,
) -> pd.DataFrame:
    r"""Return by how much one more plant would move each location quotient.

    .. math:: |LQ(e_{ij}+m_i) - LQ(e_{ij})| / LQ(e_{ij})

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs; NaN is withheld.
    plant_size : Series by industry
        Jobs of the additional plant; the industry's median plant.
    totals : DataFrame or Margins, optional
        Published totals.

    Returns
    -------
    DataFrame, n_regions x n_industries
        0 = immovable; 1 = one plant doubles the quotient; ``inf`` where the industry
        is absent from the region; NaN where the quotient is.

    References
    ----------
    Crawley, Gabe & Pominova (2021), The pitfalls of using location quotients to
    identify clusters in small regions, FRB IFDP 1329 (the idea; our formula).

    Examples
    --------
    >>> jobs = pd.DataFrame({"A": [10.0, 90.0], "B": [90.0, 810.0]}, index=["r", "s"])
    >>> quotient_stability(jobs, pd.Series({"A": 5.0, "B": 5.0})).loc["r", "A"].round(3)
    np.float64(0.367)
    """
    table = checked_employment(employment)
    parts = quotient_parts(table, None, totals)
    size = given_numbers(plant_size, table.columns, name="plant_size")
    values = _one_more_plant(parts, parts.ratio(), size)
    return pd.DataFrame(values, index=table.index, columns=table.columns)


@dataclass(frozen=True, slots=True)
class _Plants:
    """What is known of plants, in the order of the sorted table."""

    counts: Matrix  # n_ij, NaN where unknown
    n_industry: Matrix  # N_i, NaN where unknown
    herfindahl: tuple[Matrix, Matrix] | None  # lower, upper of H_i
    sizes: Mapping[Any, Matrix] | None
    median_size: Matrix  # jobs; the mean where sizes are not known


@dataclass(frozen=True, slots=True)
class _Null:
    """What the tests are against."""

    share: Matrix
    tau: float
    roughness: Matrix  # by industry
    alternative: str


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    table = table.rename(index=str, columns=str)
    table = table.sort_index().sort_index(axis=1)
    return table.rename_axis(index="region", columns="industry")


def _plants_known(
    table: pd.DataFrame,
    establishments: pd.DataFrame | None,
    plants: pd.DataFrame | None,
    herfindahl: pd.Series | pd.DataFrame | None,
) -> _Plants:
    counts = np.full(table.shape, np.nan)
    n_industry = np.full(table.shape[1], np.nan)
    sizes: dict[Any, Matrix] | None = None
    interval = None
    jobs = table.sum(axis=0, skipna=False).to_numpy()
    size = np.full(table.shape[1], np.nan)
    if plants is not None:
        frame = _checked_plants(plants, table)
        grouped = frame.groupby("industry", sort=True)["employment"]
        sizes = {code: np.sort(s.to_numpy(dtype=float)) for code, s in grouped}
        squares = {c: float(((z / z.sum()) ** 2).sum()) for c, z in sizes.items()}
        h = _by_industry(squares, table)
        interval = (h, h)
        n_industry = _by_industry({c: len(z) for c, z in sizes.items()}, table)
        size = _by_industry({c: np.median(z) for c, z in sizes.items()}, table)
        if "region" in frame.columns:
            cross = frame.groupby(["region", "industry"]).size().unstack(fill_value=0)
            cross = cross.reindex(table.index, columns=table.columns, fill_value=0)
            counts = cross.to_numpy(dtype=float)
    if establishments is not None:
        other = _aligned(
            _sorted(checked_employment(establishments, name="establishments")), table
        )
        counts = other.to_numpy(dtype=float)
        n_industry = counts.sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            size = np.where(np.isnan(size), jobs / n_industry, size)
    if herfindahl is not None:
        interval = _interval(herfindahl, table.columns)
        if establishments is None and plants is None:
            n_industry = np.where(interval[0] >= 1.0, 1.0, n_industry)
    return _Plants(counts, n_industry, interval, sizes, size)


def _by_industry(values: Mapping[Any, Any], table: pd.DataFrame) -> Matrix:
    return np.array([values.get(code, np.nan) for code in table.columns], dtype=float)


def _aligned(other: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    faults = []
    for noun, ours, theirs in (
        ("region", table.index, other.index),
        ("industry", table.columns, other.columns),
    ):
        lost = ours.difference(theirs)
        if len(lost):
            rows = tuple((code, "absent") for code in lost[:5])
            rule = f"a {noun} of employment is not in establishments"
            mend = "give both tables the same codes; 0 where there is no plant"
            faults.append(Fault(rule, mend, len(lost), rows))
    if faults:
        raise TableError("establishments", faults)
    return other.reindex(index=table.index, columns=table.columns)


def _checked_plants(plants: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    missing = [c for c in ("industry", "employment") if c not in plants.columns]
    if missing:
        have = ", ".join(map(str, plants.columns))
        fault = Fault(
            f"columns {', '.join(missing)} are missing; there are {have}", "rename them"
        )
        raise TableError("plants", [fault])
    frame = plants.copy()
    frame["industry"] = frame["industry"].astype(str)
    faults = []
    bad = ~(frame["employment"].to_numpy(dtype=float) > 0)
    if bad.any():
        at = np.flatnonzero(bad)
        rows = tuple((int(i) + 1, frame["employment"].iloc[i]) for i in at[:5])
        rule = "a plant has no positive employment"
        faults.append(Fault(rule, "drop plants without jobs", len(at), rows))
    if "region" in frame.columns:
        frame["region"] = frame["region"].astype(str)
        lost = np.flatnonzero(~frame["region"].isin(table.index))
        if len(lost):
            rows = tuple((int(i) + 1, frame["region"].iloc[i]) for i in lost[:5])
            rule = "a plant's region is not in employment"
            faults.append(Fault(rule, "use the same codes", len(lost), rows))
    if faults:
        raise TableError("plants", faults)
    return frame[frame["industry"].isin(table.columns)]


def _interval(
    h: pd.Series | pd.DataFrame, industries: pd.Index
) -> tuple[Matrix, Matrix]:
    frame = h.to_frame("lower").assign(upper=h) if isinstance(h, pd.Series) else h
    frame = frame.rename(index=str)
    if not {"lower", "upper"} <= set(frame.columns):
        fault = Fault("columns lower and upper are missing", "name them so")
        raise TableError("plant_herfindahl", [fault])
    low, high = (
        given_numbers(frame[c], industries, name="plant_herfindahl")
        for c in ("lower", "upper")
    )
    wrong = np.flatnonzero((low <= 0) | (high > 1 + 1e-12) | (low > high + 1e-12))
    if len(wrong):
        rows = tuple((industries[k], (low[k], high[k])) for k in wrong[:5])
        rule = "a plant Herfindahl lies outside 0 < lower <= upper <= 1"
        raise TableError(
            "plant_herfindahl", [Fault(rule, "correct it", len(wrong), rows)]
        )
    return low, high


def _chosen_method(method: str, known: _Plants) -> str:
    has = {
        "count": bool(np.isfinite(known.counts).any()),
        "monte_carlo": known.sizes is not None,
        "herfindahl": known.herfindahl is not None,
        "z": known.herfindahl is not None,
    }
    if method == "auto":
        return next((name for name, there in has.items() if there), "none")
    if not has[method]:
        needs = {
            "count": "establishments=, or plants= with a region",
            "monte_carlo": "plants=",
            "herfindahl": "plant_herfindahl= or plants=",
            "z": "plant_herfindahl= or plants=",
        }[method]
        raise OptionError(f"method={method!r} needs {needs}")
    return method


def _null_shares(
    table: pd.DataFrame,
    parts: QuotientParts,
    known: _Plants,
    shares: pd.Series | None,
    chosen: str,
) -> Matrix:
    if shares is not None:
        x = given_numbers(shares.rename(index=str), table.index, name="shares")
        if not (np.nanmin(x) >= 0 and np.isfinite(x).all() and x.sum() > 0):
            fault = Fault(
                "a region has no share, or a negative one", "give every region a share"
            )
            raise TableError("shares", [fault])
        return np.asarray((x / x.sum())[:, None])
    if chosen == "count":
        counted = ~np.isnan(known.counts).any(axis=0)
        total = known.counts[:, counted].sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((total / total.sum())[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(parts.region_total / parts.all_total)


def _effective_counts(
    parts: QuotientParts, known: _Plants, chosen: str, x: Matrix
) -> tuple[Matrix, Matrix, Matrix]:
    """Return plants observed, expected, in all; effective ones if not counted."""
    if chosen == "count":
        n = known.n_industry
        return known.counts, n * x * np.ones_like(known.counts), n
    if known.herfindahl is None:
        nothing = np.full(parts.cell.shape, np.nan)
        return nothing, nothing.copy(), nothing[0]
    n = 1.0 / known.herfindahl[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = parts.cell / parts.industry_total
    return share * n, n * x * np.ones_like(share), n


def _roughness(
    roughness: str | float | pd.Series,
    observed: Matrix,
    expected: Matrix,
    table: pd.DataFrame,
    density: pd.Series | None,
    chosen: str,
) -> tuple[Matrix, Matrix | None]:
    n_industries = observed.shape[1]
    if isinstance(roughness, pd.Series):
        v = given_numbers(roughness.rename(index=str), table.columns, name="roughness")
        if not (v >= 0).all():
            fault = Fault("roughness is missing or negative", "give every industry one")
            raise TableError("roughness", [fault])
        return v, None
    if isinstance(roughness, (int, float)) and not isinstance(roughness, bool):
        if roughness < 0:
            raise OptionError(f"roughness={roughness!r} must not be negative")
        return np.full(n_industries, float(roughness)), None
    check_option("roughness", roughness, ("none", "estimate"))
    if roughness == "none" or chosen == "none":
        return np.zeros(n_industries), None
    covariate = None
    if density is not None:
        covariate = np.log(
            given_numbers(density.rename(index=str), table.index, name="density")
        )
    frames = (pd.DataFrame(a, table.index, table.columns) for a in (observed, expected))
    named = None if covariate is None else pd.Series(covariate, table.index)
    fitted = overdispersion(*frames, covariate=named)
    v = fitted["variance"].fillna(0.0).to_numpy()
    if covariate is None:
        return v, None
    slope = fitted["gradient"].fillna(0.0).to_numpy()
    centred = covariate - covariate.mean()
    return v, np.exp(centred[:, None] * slope[None, :])


def _p_values(
    chosen: str,
    parts: QuotientParts,
    known: _Plants,
    null: _Null,
    ties: Ties,
    draws: int,
    seed: int | np.random.Generator,
    table: pd.DataFrame,
) -> tuple[Matrix, Matrix]:
    shape = parts.cell.shape
    if chosen == "none":
        return np.full(shape, np.nan), np.full(shape, np.nan)
    if chosen == "count":
        p = count_test(
            known.counts,
            known.n_industry,
            null.share,
            null.tau,
            roughness=null.roughness,
            alternative=null.alternative,  # type: ignore[arg-type]
            ties=ties,
        )
        return p, p.copy()
    with np.errstate(invalid="ignore", divide="ignore"):
        share = parts.cell / parts.industry_total
    if chosen != "monte_carlo" and known.herfindahl is not None:
        test = _normal_p if chosen == "z" else _effective_p
        low, high = (test(share, h, null) for h in known.herfindahl)
        return high, low
    if draws < 1:
        raise OptionError(f"draws={draws!r} must be at least 1")
    generators = np.random.default_rng(seed).spawn(shape[1])
    columns = null.share.shape[1]
    greater, less = np.full(shape, np.nan), np.full(shape, np.nan)
    for i, code in enumerate(table.columns):
        x = null.share[:, i if columns > 1 else 0]
        one = throw_plants(
            share[:, [i]],
            x,
            known.sizes or {},
            [code],
            tau=null.tau,
            roughness=null.roughness[[i]],
            draws=draws,
            generators=[generators[i]],
        )
        greater[:, [i]], less[:, [i]] = one
    p = {
        "greater": greater,
        "less": less,
        "two-sided": np.minimum(1.0, 2.0 * np.minimum(greater, less)),
    }[null.alternative]
    return p, p.copy()


def _effective_p(share: Matrix, h: Matrix, null: _Null) -> Matrix:
    return np.asarray(
        count_test(
            share / h,
            1.0 / h,
            null.share,
            null.tau,
            roughness=null.roughness,
            alternative=null.alternative,  # type: ignore[arg-type]
        )
    )


def _normal_p(share: Matrix, h: Matrix, null: _Null) -> Matrix:
    p = np.minimum(null.tau * null.share, 1.0)
    variance = h * p * (1.0 - p) + (1.0 - h) * null.roughness * p**2
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (share - p) / np.sqrt(variance)
    z[~np.isfinite(z)] = np.nan
    if null.alternative == "greater":
        return np.asarray(norm.sf(z))
    if null.alternative == "less":
        return np.asarray(norm.cdf(z))
    return np.asarray(2.0 * norm.sf(np.abs(z)))


def _power(
    null: _Null,
    expected: Matrix,
    trials: Matrix,
    families: Matrix,
    family: str,
    level: float,
) -> Matrix:
    result = np.full(expected.shape, np.nan)
    sizes = np.isfinite(families).sum(axis=0)
    tests = np.broadcast_to(
        sizes[:, None] if family == "region" else sizes, expected.shape
    )
    for m in np.unique(tests[tests > 0]):
        at = tests == m
        big_n = np.broadcast_to(trials, expected.shape)[at]
        v = np.broadcast_to(null.roughness, expected.shape)[at]
        result[at] = power_quotient(
            expected[at],
            level=level,
            tests=int(m),
            tau=null.tau,
            roughness=v,
            trials=big_n,
        )
    return result


def _stability(parts: QuotientParts, lq: Matrix, known: _Plants) -> Matrix:
    return _one_more_plant(parts, lq, known.median_size)


def _one_more_plant(parts: QuotientParts, lq: Matrix, size: Matrix) -> Matrix:
    e, e_j, e_i, total = (
        parts.cell,
        parts.region_total,
        parts.industry_total,
        parts.all_total,
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        after = ((e + size) / (e_j + size)) / ((e_i + size) / (total + size))
        change = np.abs(after - lq) / lq
    return np.where(np.isnan(lq), np.nan, change)
