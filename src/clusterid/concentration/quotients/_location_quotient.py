"""Location quotients of every region and industry, and why one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_of, refuse
from clusterid._typed import typed
from clusterid.concentration._axis import say_withheld
from clusterid.concentration._given import given_numbers
from clusterid.concentration.quotients._kernel import quotient
from clusterid.errors import OptionError, check_option, nearest
from clusterid.tables import Margins, checked_wide, margins

__all__ = [
    "QuotientParts", "Reference", "Variant", "checked_employment", "location_quotient",
    "log_z_cutoff", "missing_reasons", "quotient_parts", "reason_codes",
]  # fmt: skip

Variant = Literal[
    "ratio", "additive", "additive_industry", "symmetric", "log", "z", "log_z"
]
Reference = str | pd.Series | Sequence[str] | None


@typed
def location_quotient(
    employment: pd.DataFrame,
    *,
    reference: Reference = None,
    totals: pd.DataFrame | Margins | None = None,
    variant: Variant = "ratio",
) -> pd.DataFrame:
    r"""Return the location quotient of every region and industry.

    How much larger the industry's share of the region's jobs is than its share of
    the reference's jobs. It says nothing about chance: one plant can make a large
    quotient in a small region (:func:`location_quotient_test`).

    .. math:: LQ_{ij} = \frac{e_{ij}/e_j}{e_i/e}

    Parameters
    ----------
    employment : DataFrame, n_regions x n_industries
        Jobs at the workplace; NaN is withheld, 0 is none.
    reference : {"all", "rest"}, list of regions, or Series by industry; optional
        What 1.0 means: all regions given (default), all but the region itself, a
        peer set of regions, or amounts by industry of some other economy (an entry
        ``"TOTAL"`` is its grand total, else the sum).
    totals : DataFrame or Margins, optional
        Published totals (``region``, ``industry``, ``value``; ``"TOTAL"`` is all).
        Without them a total that holds a withheld cell is NaN.
    variant : str
        ``"ratio"``: above, 0 to infinity, neutral 1.
        ``"additive"``: :math:`s_{ij}-x_j`, share of the industry less share of
        everything, -1 to 1, neutral 0.
        ``"additive_industry"``: :math:`w_{ij}-w_i` (Hoen & Oosterhaven 2006),
        -1 to 1, neutral 0, sums to 0 over industries.
        ``"symmetric"``: :math:`(LQ-1)/(LQ+1)`, -1 to 1, neutral 0.
        ``"log"``: natural logarithm, neutral 0; LQ = 0 has none.
        ``"z"``: LQ standardised by industry over regions (n - 1), neutral 0.
        ``"log_z"``: the same of the logarithm; cut-off by :func:`log_z_cutoff`.

    Returns
    -------
    DataFrame, n_regions x n_industries
        In the order given; NaN where a quotient does not exist:
        :func:`missing_reasons` says why.

    Raises
    ------
    TableError
        If a value is negative, or a region or industry stands twice.
    OptionError
        If a variant or reference is not offered.

    Notes
    -----
    With a peer set or another economy as reference, ``"additive"`` compares shares
    of that reference: :math:`e_{ij}/e_i^{ref} - e_j/e^{ref}`.

    References
    ----------
    O'Donoghue & Gleave (2004), A note on methods for measuring industrial
    agglomeration, Regional Studies 38 (z). Tian (2013), Measuring agglomeration
    using the standardized location quotient with a bootstrap method, Journal of
    Regional Analysis and Policy 43 (log_z). Hoen & Oosterhaven (2006), On the
    measurement of comparative advantage, Annals of Regional Science 40. Dalum,
    Laursen & Villumsen (1998), Structural change in OECD export specialisation
    patterns (symmetric). The originals were not checked equation by equation.

    Examples
    --------
    >>> jobs = pd.DataFrame({"A": [30.0, 10.0], "B": [20.0, 40.0]}, index=["r", "s"])
    >>> location_quotient(jobs).round(3).to_dict("index")
    {'r': {'A': 1.5, 'B': 0.667}, 's': {'A': 0.5, 'B': 1.333}}
    """
    check_option("variant", variant, get_args(Variant))
    table = checked_employment(employment)
    parts = quotient_parts(table, reference, totals)
    values = _variant_values(parts, variant)
    if totals is None and np.isnan(parts.cell).any():
        say_withheld(parts.cell, stacklevel=4)
    return pd.DataFrame(values, index=table.index, columns=table.columns)


@typed
def missing_reasons(
    employment: pd.DataFrame,
    *,
    reference: Reference = None,
    totals: pd.DataFrame | Margins | None = None,
    variant: Variant = "ratio",
) -> pd.DataFrame:
    """Return why a cell of :func:`location_quotient` is NaN.

    Parameters
    ----------
    employment, reference, totals, variant
        As in :func:`location_quotient`.

    Returns
    -------
    DataFrame, n_regions x n_industries
        ``""`` where there is a quotient, else one of ``"withheld"`` (the cell),
        ``"region_total_withheld"``, ``"industry_total_withheld"``,
        ``"reference_withheld"``, ``"region_empty"``, ``"industry_absent"`` (from the
        reference), ``"log_of_zero"``, ``"no_variation"`` (standard deviation 0 or
        fewer than two regions).

    Examples
    --------
    >>> jobs = pd.DataFrame({"A": [30.0, None], "B": [0.0, 0.0]}, index=["r", "s"])
    >>> missing_reasons(jobs).to_dict("index")["s"]
    {'A': 'withheld', 'B': 'industry_absent'}
    """
    check_option("variant", variant, get_args(Variant))
    table = checked_employment(employment)
    parts = quotient_parts(table, reference, totals)
    values = _variant_values(parts, variant)
    return pd.DataFrame(
        reason_codes(parts, values), index=table.index, columns=table.columns
    )


@typed
def log_z_cutoff(
    employment: pd.DataFrame,
    *,
    reference: Reference = None,
    totals: pd.DataFrame | Margins | None = None,
    quantile: float = 0.95,
    draws: int = 999,
    seed: int | np.random.Generator = 0,
) -> pd.DataFrame:
    """Return each industry's cut-off of the ``log_z`` quotient by bootstrap.

    Regions are drawn with replacement, the quantile of the standardised log quotient
    is taken in every draw; the cut-off is the mean of those quantiles. It marks the
    top of the industry's own distribution: a fixed part of the regions passes it even
    where all differences are chance, so it ranks and does not test.

    Parameters
    ----------
    employment, reference, totals
        As in :func:`location_quotient`.
    quantile : float
        0 to 1; 0.95 as in the source.
    draws : int
        Bootstrap samples.
    seed : int or Generator
        Same seed, same cut-offs, whatever the order of rows and columns.

    Returns
    -------
    DataFrame by industry
        ``cutoff`` (mean of the bootstrapped quantiles), ``standard_error``,
        ``n_regions`` (with a log quotient), ``reason`` (``"few_regions"`` below 3,
        ``"no_variation"``).

    References
    ----------
    Tian (2013), Measuring agglomeration using the standardized location quotient with
    a bootstrap method, Journal of Regional Analysis and Policy 43. Read in abstract:
    that the samples are of regions is our reading.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> jobs = pd.DataFrame(rng.integers(1, 99, (40, 2)), columns=["A", "B"])
    >>> log_z_cutoff(jobs).loc["A", "n_regions"]
    np.int64(40)
    """
    if not 0.0 < quantile < 1.0:
        raise OptionError(f"quantile={quantile!r} is not between 0 and 1")
    z = location_quotient(
        employment, reference=reference, totals=totals, variant="log_z"
    )
    z.index, z.columns = z.index.astype(str), z.columns.astype(str)
    ordered = z.sort_index().sort_index(axis=1)
    generators = np.random.default_rng(seed).spawn(ordered.shape[1])
    rows = []
    for values, rng in zip(ordered.to_numpy().T, generators, strict=True):
        known = values[np.isfinite(values)]
        if len(known) < 3:
            reason = "few_regions" if len(known) else "no_variation"
            rows.append((np.nan, np.nan, len(known), reason))
            continue
        sample = rng.choice(known, (draws, len(known)))
        quantiles = np.quantile(sample, quantile, axis=1)
        rows.append((quantiles.mean(), quantiles.std(ddof=1), len(known), ""))
    columns = ["cutoff", "standard_error", "n_regions", "reason"]
    result = pd.DataFrame(rows, index=ordered.columns, columns=columns)
    return result.reindex(z.columns)


@dataclass(frozen=True, slots=True)
class QuotientParts:
    """What a quotient is made of, as arrays that broadcast to regions x industries."""

    cell: NDArray[np.float64]
    region_total: NDArray[np.float64]
    industry_total: NDArray[np.float64]
    all_total: NDArray[np.float64]

    def ratio(self) -> NDArray[np.float64]:
        """Return LQ; NaN where a total is zero or unknown."""
        totals = self.region_total, self.industry_total, self.all_total
        return quotient(self.cell, *totals)

    def shares(self) -> NDArray[np.float64]:
        """Return the share of each region in the industry, s_ij."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(self.cell / self.industry_total)


def quotient_parts(
    table: pd.DataFrame,
    reference: Reference = None,
    totals: pd.DataFrame | Margins | None = None,
) -> QuotientParts:
    """Return cells, region totals and reference totals of a checked table."""
    e = table.to_numpy(dtype=float)
    if totals is None:
        region, industry = e.sum(axis=1), e.sum(axis=0)
        grand = float(region.sum())
    else:
        known = totals if isinstance(totals, Margins) else margins(table, totals)
        region = known.region.reindex(table.index).to_numpy(dtype=float)
        industry = known.industry.reindex(table.columns).to_numpy(dtype=float)
        grand = known.total
    parts = QuotientParts(e, region[:, None], industry[None, :], np.array(grand))
    if reference is None:
        return parts
    if isinstance(reference, str):
        check_option("reference", reference, ("all", "rest"))
        if reference == "all":
            return parts
        others, rest = parts.industry_total - e, parts.all_total - parts.region_total
        return replace(parts, industry_total=others, all_total=rest)
    if isinstance(reference, pd.Series):
        return _against_series(parts, reference, table.columns)
    return _against_peers(parts, list(reference), table.index)


def _against_series(
    parts: QuotientParts, reference: pd.Series, industries: pd.Index
) -> QuotientParts:
    """Hold the cells against given amounts by industry, with their TOTAL or sum."""
    given = reference.astype(float)
    rest = given.drop("TOTAL", errors="ignore")
    total = np.array(given["TOTAL"] if "TOTAL" in given.index else rest.sum())
    rule = "an industry of the table is not in the reference"
    mend = "add it to the reference, or drop the column"
    missing = map(str, industries.difference(rest.index))
    refuse("reference", faults_of(rule, mend, missing))
    amounts = given_numbers(rest, industries, name="reference")
    return replace(parts, industry_total=amounts[None, :], all_total=total)


def _against_peers(
    parts: QuotientParts, peers: list[str], regions: pd.Index
) -> QuotientParts:
    """Hold the cells against the sum of chosen regions."""
    unknown = [peer for peer in peers if peer not in regions]
    if unknown:
        raise OptionError(
            f"reference names {len(unknown)} unknown regions ({unknown[:5]})."
            f"{nearest(str(unknown[0]), map(str, regions))}"
        )
    at = regions.get_indexer(pd.Index(peers))
    summed = np.asarray(parts.cell[at].sum(axis=0), dtype=np.float64)[None, :]
    total = np.array(parts.region_total[:, 0][at].sum())
    return replace(parts, industry_total=summed, all_total=total)


def reason_codes(
    parts: QuotientParts, values: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Return why a value is NaN, "" where it is not."""
    shape = parts.cell.shape
    e_j, e_i, e_all = (
        np.broadcast_to(a, shape)
        for a in (parts.region_total, parts.industry_total, parts.all_total)
    )
    conditions = [
        ~np.isnan(values),
        np.isnan(parts.cell),
        e_j == 0,
        e_i == 0,
        np.isnan(e_j),
        np.isnan(e_i),
        np.isnan(e_all) | (e_all == 0),
        parts.ratio() == 0,
    ]
    codes = [
        "",
        "withheld",
        "region_empty",
        "industry_absent",
        "region_total_withheld",
        "industry_total_withheld",
        "reference_withheld",
        "log_of_zero",
    ]
    chosen = np.select(conditions, [np.full(shape, i) for i in range(8)], default=8)
    return np.array([*codes, "no_variation"], dtype=object)[chosen]


def checked_employment(
    employment: pd.DataFrame, *, name: str = "employment"
) -> pd.DataFrame:
    """Return the table as floats with named axes; raise on every fault at once."""
    table = checked_wide(employment, name=name)
    return table.rename_axis(index="region", columns="industry")


def _variant_values(parts: QuotientParts, variant: str) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore", divide="ignore"):
        if variant == "additive":
            values = parts.cell / parts.industry_total
            values -= parts.region_total / parts.all_total
        elif variant == "additive_industry":
            values = parts.cell / parts.region_total
            values -= parts.industry_total / parts.all_total
        else:
            values = parts.ratio()
        if variant == "symmetric":
            values = (values - 1.0) / (values + 1.0)
        elif variant in {"log", "log_z"}:
            values = np.log(values)
        values[~np.isfinite(values)] = np.nan
        if variant in {"z", "log_z"}:
            values = _standardised(values)
    return values


def _standardised(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standardise each column over its known values, n - 1; NaN without variation."""
    known = np.isfinite(values)
    n = known.sum(axis=0)
    mean = np.where(known, values, 0.0).sum(axis=0) / n
    centred = values - mean
    variance = np.where(known, centred, 0.0) ** 2
    deviation = np.sqrt(variance.sum(axis=0) / (n - 1))
    # equal quotients differ in the last digits; that is no variation
    flat = ~(deviation > 1e-12 * np.maximum(np.abs(mean), 1.0))
    return np.asarray(centred / np.where(flat, np.nan, deviation))
