"""A national input-output table brought to regions by quotients: an estimate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from clusterid._faults import faults_of, refuse
from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.concentration.quotients._kernel import over_level
from clusterid.errors import OptionError, check_option, nearest
from clusterid.networks._graph import from_matrix
from clusterid.networks._labels import by_code
from clusterid.networks.input_output._flows import FlowTable
from clusterid.networks.input_output._requirements import (
    input_shares,
    table_with_output,
)
from clusterid.tables import Economy, Margins, margins

__all__ = ["RegionalFlows", "regionalize"]

Floats = NDArray[np.float64]
_SWEPT_LINKS = 5_000_000
_METHODS = ("slq", "cilq", "flegg", "augmented_flegg", "sector_flegg")


@dataclass(frozen=True, slots=True)
class RegionalFlows:
    """Estimated input-output relations inside regions. No survey stands behind them.

    ``coefficients`` is an array (region, seller, buyer): what the buyer takes from
    sellers of its own region per unit of output; ``output`` the estimated regional
    output (region x industry). ``sweep`` tells how far the estimate depends on
    delta: for each delta the mean share of national inputs bought inside the region
    and the rank correlation of all links with the estimate returned.
    """

    regions: pd.Index
    industries: pd.Index
    coefficients: Floats
    output: pd.DataFrame
    sweep: pd.DataFrame
    label: str
    params: dict[str, Any]

    def __repr__(self) -> str:
        return (
            f"RegionalFlows({len(self.regions)} regions, {len(self.industries)} "
            f"industries; {self.label})"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.sweep.to_html())

    def _at(self, region: str) -> int:
        if region not in self.regions:
            raise OptionError(
                f"There is no region {region!r}.{nearest(region, self.regions)}"
            )
        return list(self.regions).index(region)

    def flows(self, region: str) -> pd.DataFrame:
        """Return the estimated flows of one region (seller, buyer, value).

        Parameters
        ----------
        region : str
            Code.

        Returns
        -------
        DataFrame
            Unit of the national flows; NaN where employment is withheld.
            ``attrs["label"]`` says that it is an estimate.

        Examples
        --------
        See :func:`regionalize`.
        """
        r = self._at(region)
        flow = self.coefficients[r] * self.output.to_numpy(np.float64)[r][None, :]
        n = len(self.industries)
        table = pd.DataFrame({
            "seller": np.repeat(self.industries.to_numpy(object), n),
            "buyer": np.tile(self.industries.to_numpy(object), n),
            "value": flow.ravel(),
        })
        table.attrs["label"] = self.label
        return table

    def network(self, region: str) -> Any:
        """Return the estimated supply network of one region (input coefficients).

        Parameters
        ----------
        region : str
            Code.

        Returns
        -------
        DiGraph
            ``graph.graph["label"]`` says that it is an estimate; industries whose
            employment is withheld are not ``observed``.

        Examples
        --------
        See :func:`regionalize`.
        """
        r = self._at(region)
        matrix = self.coefficients[r]
        known = np.isfinite(matrix).any(axis=0)
        return from_matrix(
            [str(c) for c in self.industries],
            np.nan_to_num(matrix),
            directed=True,
            layer=f"supply in {region}",
            kind="industry",
            absent="zero",
            observed=[str(c) for c in self.industries[known]],
            unit="estimated regional input coefficient",
            label=self.label,
        )


def _factors(slq: Floats, share: Floats, method: str, delta: Floats) -> Floats:
    """Return min(1, quotient) for every region, seller and buyer."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if method == "slq":
            quotient = np.repeat(slq[:, :, None], slq.shape[1], axis=2)
        else:
            # a buyer that is not there buys nothing: its column does not matter
            buyer = np.where(slq > 0, slq, np.inf)
            quotient = slq[:, :, None] / buyer[:, None, :]
            at = np.arange(slq.shape[1])
            quotient[:, at, at] = slq
            if method != "cilq":
                scale = np.log2(1 + share)[:, None] ** delta[None, :]
                quotient = quotient * scale[:, None, :]
                if method == "augmented_flegg":
                    special = np.where(slq > 1, np.log2(1 + slq), 1.0)
                    quotient = quotient * special[:, None, :]
        return np.minimum(quotient, 1.0)


def _employment(
    economy: Economy | pd.DataFrame, table: FlowTable, totals: pd.DataFrame | None
) -> tuple[pd.DataFrame, Margins]:
    if isinstance(economy, pd.DataFrame):
        employment = economy.copy()
    else:
        employment = economy.employment.copy()
        totals = economy.totals if totals is None else totals
    employment.index = employment.index.map(str)
    employment.columns = employment.columns.map(str)
    known = margins(employment, totals)
    mend = (
        "translate the flows to the employment's classification first "
        "(networks.translate_flows), or drop them from industries="
    )
    missing = sorted(set(table.codes) - set(employment.columns))
    rule = "industries of the flows have no employment"
    refuse("employment", faults_of(rule, mend, missing))
    return employment.sort_index(), known


@typed
def regionalize(
    flows: pd.DataFrame,
    economy: Any,
    *,
    method: str = "flegg",
    delta: float | pd.Series = 0.25,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
    totals: pd.DataFrame | None = None,
    sweep: Sequence[float] = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4),
) -> RegionalFlows:
    r"""Return an estimate of what industries buy inside each region.

    Regions are taken to use the national technique and to buy as much at home as
    their quotients let them. That is a rule of thumb, better than none where regional
    tables exist to compare; it is no observation, and the result says so everywhere.

    ===================  ===========================================================
    method               quotient :math:`q_{ij}`; :math:`r_{ij} = A_{ij}\min(1, q_{ij})`
    ===================  ===========================================================
    ``slq``              :math:`SLQ_i`
    ``cilq``             :math:`SLQ_i/SLQ_j` (on the diagonal :math:`SLQ_i`)
    ``flegg``            CILQ times :math:`[\log_2(1 + e_r/e)]^\delta`
    ``augmented_flegg``  and times :math:`\log_2(1 + SLQ_j)` where :math:`SLQ_j > 1`
    ``sector_flegg``     as ``flegg`` with a delta for every buying industry
    ===================  ===========================================================

    Parameters
    ----------
    flows : DataFrame
        National flows: ``seller``, ``buyer``, ``value``.
    economy : Economy or DataFrame
        Employment, regions x industries, in the classification of the flows.
    method : str
        One of the table.
    delta : float or Series by industry
        0 or more, below 1; a Series for ``sector_flegg``.
    output : Series by industry, optional
        National output.
    industries : list of codes, optional
        The producing industries, when the table also holds final demand.
    totals : DataFrame, optional
        Published totals, where cells are withheld.
    sweep : sequence of float
        Deltas for which the dependence on delta is reported; for ``slq`` and ``cilq``
        there is none.

    Returns
    -------
    RegionalFlows
        NaN where employment is withheld.

    Raises
    ------
    TableError
        If flows have faults, output is unknown, or an industry has no employment.

    Notes
    -----
    Memory is a few arrays of n_regions x n_industries x n_industries. Above five
    million links the sweep looks at evenly spaced regions.

    References
    ----------
    Flegg, A., Tohmo, T. (2013), Regional Studies 47(5); Kowalewski, J. (2015),
    Regional Studies 49(2) [formulas from the literature as remembered, not checked
    against the originals].

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a", "b"], "buyer": ["b", "a"],
    ...                       "value": [20.0, 10.0]})
    >>> jobs = pd.DataFrame({"a": [10.0, 30.0], "b": [30.0, 10.0]}, index=["R", "S"])
    >>> x = pd.Series({"a": 100.0, "b": 100.0})
    >>> estimate = regionalize(flows, jobs, output=x, method="slq")
    >>> estimate.network("R").edges["a", "b"]["weight"]
    0.1
    >>> estimate.label
    'estimate (slq), not observed'
    """
    check_option("method", method, _METHODS)
    table = table_with_output(flows, output, industries, "A regional table")
    employment, known = _employment(economy, table, totals)
    codes = table.codes
    deltas = _deltas(delta, method, codes)
    e_r = known.region.reindex(employment.index).to_numpy(np.float64)
    e_i = known.industry.reindex(codes).to_numpy(np.float64)
    jobs = employment[codes].to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        slq = over_level(jobs, e_r, e_i / known.total)
        local = jobs / e_i[None, :]
    slq[~np.isfinite(slq)] = np.nan
    share = e_r / known.total
    A = input_shares(table)
    coefficients = A[None] * _factors(slq, share, method, deltas)
    produced = pd.DataFrame(
        np.where(np.isfinite(local), local, np.nan) * table.output[None, :],
        index=employment.index,
        columns=pd.Index(codes, name="industry"),
    )
    return RegionalFlows(
        employment.index,
        pd.Index(codes, name="industry"),
        coefficients,
        produced,
        _sweep(A, slq, share, method, coefficients, sweep),
        f"estimate ({method}), not observed",
        {
            "method": method,
            "delta": delta.to_dict() if isinstance(delta, pd.Series) else delta,
            "sweep": tuple(sweep),
        },
    )


def _deltas(delta: float | pd.Series, method: str, codes: list[str]) -> Floats:
    if isinstance(delta, pd.Series):
        if method != "sector_flegg":
            raise OptionError("a delta by industry needs method='sector_flegg'")
        values = by_code(delta, codes)
        lacking = [c for c, v in zip(codes, values, strict=True) if np.isnan(v)]
        if lacking:
            raise OptionError(f"delta is missing for industries {lacking[:5]}")
    else:
        if method == "sector_flegg":
            raise OptionError(
                "method='sector_flegg' needs delta as a Series by industry"
            )
        values = np.full(len(codes), float(delta))
    if ((values < 0) | (values >= 1)).any():
        raise OptionError("delta must be 0 or more and below 1")
    return values


def _sweep(
    A: Floats,
    slq: Floats,
    share: Floats,
    method: str,
    chosen: Floats,
    deltas: Sequence[float],
) -> pd.DataFrame:
    columns = ["delta", "share_bought_in_region", "rank_correlation"]
    if method in {"slq", "cilq"}:
        return pd.DataFrame(columns=columns, dtype=float)
    # very large estimates are swept over evenly spaced regions
    n_links = int((A > 0).sum()) * len(slq)
    step = max(1, -(-n_links // _SWEPT_LINKS))
    slq, share, chosen = slq[::step], share[::step], chosen[::step]
    linked = np.isfinite(chosen) & (A > 0)[None]
    whole = np.broadcast_to(A[None], chosen.shape)[linked].sum()
    base = rankdata(chosen[linked])
    base = base - base.mean()
    rule = "flegg" if method == "sector_flegg" else method
    rows = []
    for delta in deltas:
        values = A[None] * _factors(slq, share, rule, np.full(A.shape[0], float(delta)))
        ranked = rankdata(values[linked])
        ranked = ranked - ranked.mean()
        length = np.sqrt((base @ base) * (ranked @ ranked))
        rows.append({
            "delta": float(delta),
            "share_bought_in_region": float(values[linked].sum() / whole),
            "rank_correlation": float(base @ ranked / length) if length else np.nan,
        })
    return pd.DataFrame(rows, columns=columns)
