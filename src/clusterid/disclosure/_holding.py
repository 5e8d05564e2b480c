"""A result from plants as published: computed anew from what anyone may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.disclosure._rounding import changed_numbers
from clusterid.results import Result
from clusterid.tables import TOTAL, Economy, Guard, Margins, guard, margins

if TYPE_CHECKING:
    import networkx as nx

    from clusterid.clusters import CandidateClusters
    from clusterid.comparison import Comparison
    from clusterid.monitoring import Monitoring

__all__ = ["coarse", "held_back", "with_new_verdicts", "without_cells"]

ResultT = TypeVar("ResultT", bound=Result)

#: A sum of which more than this part is estimated is not published.
_MOST_ESTIMATED = 0.5
#: An industry of fewer effective plants (1/H) would give away its largest.
_FEWEST_EFFECTIVE = 10.0
#: Columns that hold the size of a cell, or from which it can be computed back.
_OF_ONE_CELL = (
    "lq", "lq_shrunk", "lower", "upper", "lq_lower", "lq_upper", "eb05", "stability",
)  # fmt: skip
#: Columns of sums over cells.
_SUMS = ("employment", "employment_lower", "employment_upper", "lq", "excess_jobs")
#: Columns of change, which may hold cells held back in another year.
_CHANGES = ("employment_change", "lq_change", "trend")


@dataclass(frozen=True, slots=True)
class _Public:
    """The guarded table, and its gaps estimated from nothing else."""

    economy: Economy
    estimate: pd.DataFrame
    held: pd.DataFrame
    margins: Margins

    @classmethod
    def of(cls, economy: Economy, guarded: Guard) -> _Public:
        from clusterid.concentration import fill_withheld

        public = _guarded(economy, guarded)
        estimate = public.employment
        if guarded.held.to_numpy().any():
            estimate = fill_withheld(public, draws=1).point.employment
        whole = margins(estimate, public.totals)
        return cls(public, estimate, guarded.held, whole)

    def sums(self, regions: list[str], weights: pd.Series) -> dict[str, float]:
        """Jobs, quotient, excess and estimated share of weighted industries."""
        at = self.estimate.index.get_indexer(pd.Index(regions))
        used = weights[weights.ne(0)]
        of = self.estimate.columns.get_indexer(used.index)
        w = used.to_numpy(dtype=float)
        block = self.estimate.to_numpy()[np.ix_(at, of)]
        hidden = np.where(self.held.to_numpy()[np.ix_(at, of)], block, 0.0)
        jobs, total = float((block @ w).sum()), self.margins.total
        size = float(self.margins.region.to_numpy()[at].sum())
        national = float(self.margins.industry.to_numpy()[of] @ w)
        expected = national * size / total if total > 0 else np.nan
        return {
            "employment": jobs,
            "lq": jobs / expected if expected > 0 else np.nan,
            "excess_jobs": jobs - expected,
            "share_imputed": float((hidden @ w).sum()) / jobs if jobs > 0 else 0.0,
        }


def held_back(result: ResultT, minimum: int) -> ResultT:
    """Return a result from plants as it may be published.

    Cells of few plants or with one dominant plant are held back, and the cells that
    would give them away. Every sum that holds such a cell is computed anew from the
    published table, its gaps estimated from nothing but that table: what is published
    can then say no more of a held cell than the table says itself.
    """
    guarded = guard(result.economy, minimum_plants=minimum)
    public = _Public.of(result.economy, guarded)
    result = replace(
        result,
        economy=public.economy,
        concentration=_quotients(result.concentration, public),
        industries=_indices(result, public),
    )
    result = without_cells(result, guarded.held)
    layers = dict(result.layers)
    if "colocation" in layers:
        layers["colocation"] = _colocation(public)
    return replace(
        result,
        layers=layers,
        stack=_stack(result.stack, layers),
        candidates=_candidates(result, public),
        comparison=_comparison(result, public),
        monitoring=_coarse_tables(result.monitoring),
    )


def without_cells(result: ResultT, held: pd.DataFrame) -> ResultT:
    """Take single cells that are held back out of the members and gaps of clusters."""
    candidates = result.candidates
    if candidates is None or not held.to_numpy().any():
        return result
    members, gaps = candidates.members, candidates.gaps
    keys = pd.MultiIndex.from_frame(members[["region", "industry"]])
    hide = held.stack().reindex(keys, fill_value=False).to_numpy(dtype=bool)
    regions = candidates.table["regions"].str.split(";")
    inside = {
        cluster: held.columns[held.loc[held.index.isin(codes)].any()]
        for cluster, codes in regions.items()
    }
    lost = np.array(
        [
            industry in inside[cluster]
            for cluster, industry in zip(gaps["cluster"], gaps["industry"], strict=True)
        ],
        dtype=bool,
    )
    return replace(
        result,
        candidates=replace(
            candidates,
            members=_blank(members, hide, ("employment", "lq")),
            gaps=_blank(gaps, lost, ("lq",)),
        ),
    )


def coarse(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Round columns to two significant digits."""

    def two_digits(values: NDArray[np.float64]) -> NDArray[np.float64]:
        with np.errstate(divide="ignore", invalid="ignore"):
            step = 10.0 ** (np.floor(np.log10(np.abs(values))) - 1.0)
            rounded = np.rint(values / step) * step
        return np.where(np.isfinite(rounded), rounded, values)

    return changed_numbers(frame, columns, two_digits)


# -- parts -------------------------------------------------------------------------


def _guarded(economy: Economy, guarded: Guard) -> Economy:
    whole = economy.margins
    parts = []
    for name, series, hidden in (
        ("region", whole.region, guarded.region_totals),
        ("industry", whole.industry, guarded.industry_totals),
    ):
        known = series[~hidden.reindex(series.index).to_numpy(dtype=bool)]
        other = "industry" if name == "region" else "region"
        parts.append(
            pd.DataFrame({name: known.index, other: TOTAL, "value": known.to_numpy()})
        )
    if not guarded.total:
        parts.append(
            pd.DataFrame({"region": [TOTAL], "industry": TOTAL, "value": whole.total})
        )
    return replace(
        economy,
        employment=guarded.apply(economy.employment),
        lower=None,
        upper=None,
        largest_plant=None,
        plant_herfindahl=None,
        totals=pd.concat(parts, ignore_index=True),
    )


def _quotients(concentration: pd.DataFrame, public: _Public) -> pd.DataFrame:
    """Quotients of the published cells, from published totals alone."""
    from clusterid.concentration import location_quotient, quotient_stability

    jobs, totals = public.economy.employment, public.economy.totals
    quotients = location_quotient(jobs, totals=totals)
    keys = pd.MultiIndex.from_frame(concentration[["region", "industry"]])
    out = concentration.copy()
    lq = quotients.stack(future_stack=True).reindex(keys).to_numpy(dtype=float)
    for column in ("lq", "lq_lower", "lq_upper"):
        if column in out.columns:
            out[column] = lq
    plants = public.economy.establishments
    if plants is not None:
        size = margins(jobs, totals).industry / plants.sum().where(plants.sum() > 0)
        moved = quotient_stability(jobs, size, totals=totals)
        out["stability"] = moved.stack(future_stack=True).reindex(keys).to_numpy()
    hide = public.held.stack().reindex(keys).to_numpy(dtype=bool)
    lost = hide | (np.isnan(lq) & concentration["lq"].notna().to_numpy())
    out = _blank(out, hide, _OF_ONE_CELL)
    lost &= concentration["reason"].ne("withheld").to_numpy()
    out.loc[lost, "reason"] = "held_back"
    return out


def _indices(result: Result, public: _Public) -> pd.DataFrame:
    """Return indices by industry of the published table, with H rounded."""
    from clusterid.concentration import indices_by_industry

    own = result.economy.plant_herfindahl
    herfindahl = None
    if isinstance(own, pd.Series):
        own = own.where(own <= 1.0 / _FEWEST_EFFECTIVE)
        herfindahl = coarse(own.to_frame("h"), ("h",))["h"]
    table = indices_by_industry(
        replace(
            public.economy, employment=public.estimate, plant_herfindahl=herfindahl
        ),
        public.held,
    )
    total = margins(public.economy.employment, public.economy.totals).industry
    unknown = total.reindex(table["industry"]).isna().to_numpy()
    numbers = tuple(table.select_dtypes("number").columns)
    table = _blank(table, unknown, numbers)
    if "reason" in table.columns:
        hidden = table["reason"].eq("plant_herfindahl_unknown") | unknown
        table["reason"] = table["reason"].mask(hidden, "held_back")
    return table


def _colocation(public: _Public) -> nx.Graph[Any]:
    from clusterid.networks import colocation_network

    graph: nx.Graph[Any] = colocation_network(
        public.estimate,
        totals=public.economy.totals,
        source=public.economy.metadata.source,
    )
    return graph


def _stack(
    stack: nx.Graph[Any] | None, layers: Mapping[str, nx.Graph[Any]]
) -> nx.Graph[Any] | None:
    """Stack the layers again where co-location is one of them."""
    from clusterid.networks import stack_layers

    if stack is None or "colocation" not in stack.graph["coverage"].index:
        return stack
    names = stack.graph["coverage"].index
    again: nx.Graph[Any] = stack_layers({name: layers[name] for name in names})
    return again


def _with_new_sums(
    frame: pd.DataFrame, found: list[dict[str, float] | None]
) -> pd.DataFrame:
    """Put sums computed anew in place; one that is mostly estimate is left out."""
    out = frame.copy()
    share = np.array([f["share_imputed"] if f else np.nan for f in found])
    hide = share > _MOST_ESTIMATED
    for column in _SUMS:
        if column in out.columns:
            key = "employment" if column.startswith("employment") else column
            old = out[column].to_numpy(dtype=float)
            new = np.array([f[key] if f else np.nan for f in found])
            if key == "employment":
                new = np.where(
                    share > 0, np.rint(new), new
                )  # no estimate of half a job
            out[column] = np.where(np.isnan(old) | hide, np.nan, new)
    if "share_imputed" in out.columns:
        out["share_imputed"] = share
    if "largest_plant_share" in out.columns:
        out["largest_plant_share"] = out["largest_plant_share"].round(1)
    return coarse(out, _CHANGES)


def _candidates(result: Result, public: _Public) -> CandidateClusters | None:
    candidates, templates = result.candidates, result.templates
    if candidates is None or templates is None:
        return candidates
    of = {
        template: pd.Series(1.0, index=pd.Index(templates.members(template)))
        for template in templates.labels.index
    }
    cells, table = candidates.cells, candidates.table
    return replace(
        candidates,
        cells=_with_new_sums(
            cells,
            [
                public.sums([r], of[t]) if t in of else None
                for t, r in zip(cells["template"], cells["region"], strict=True)
            ],
        ),
        table=_with_new_sums(
            table,
            [
                public.sums(r.split(";"), of[t]) if t in of else None
                for t, r in zip(table["template"], table["regions"], strict=True)
            ],
        ),
    )


def _comparison(result: Result, public: _Public) -> Comparison | None:
    comparison, templates = result.comparison, result.templates
    if comparison is None or templates is None or result.fields is None:
        return comparison
    from clusterid.comparison import field_weights

    weights = field_weights(
        result.fields,
        replace(public.economy, employment=public.estimate),
        roles=comparison.params["roles"],
        correspondence=None,
    ).weights
    verdicts = comparison.verdicts
    of_cluster = (
        {} if result.candidates is None else result.candidates.table["template"]
    )
    found: list[dict[str, float] | None] = []
    for row in verdicts.itertuples():
        regions = row.regions.split(";") if isinstance(row.regions, str) else []
        if not regions or not set(regions) <= set(public.estimate.index):
            found.append(None)
        elif isinstance(row.record, str) and row.field in weights.columns:
            found.append(public.sums(regions, weights[row.field]))
        elif row.candidate in of_cluster:
            members = templates.members(of_cluster[row.candidate])
            one = pd.Series(1.0, index=pd.Index(members))
            found.append(public.sums(regions, one))
        else:
            found.append(None)
    summed = _with_new_sums(verdicts, found)
    return with_new_verdicts(comparison, summed, result.economy)


def with_new_verdicts(
    comparison: Comparison, verdicts: pd.DataFrame, economy: Economy
) -> Comparison:
    """Return a comparison with these verdicts, their sentences written anew."""
    from clusterid.comparison import with_sentences

    since = comparison.params.get("since") or 0
    said = with_sentences(verdicts, kind=economy.metadata.kind, since=since)
    return replace(comparison, verdicts=said)


def _coarse_tables(monitoring: Monitoring | None) -> Monitoring | None:
    """Round every number of jobs over the years: other years have held cells, too."""
    if monitoring is None:
        return None
    keep = {"year", "p_value", "q_value", "share_withheld", "n_regions"}
    changed: dict[str, Any] = {}
    for part in fields(monitoring):
        frame = getattr(monitoring, part.name)
        if isinstance(frame, pd.DataFrame):
            counts = {c for c in frame.columns if c.startswith("establishments")}
            numbers = frame.select_dtypes("number").columns
            columns = tuple(c for c in numbers if c not in keep | counts)
            changed[part.name] = coarse(frame, columns)
    return replace(monitoring, **changed)


def _blank(
    frame: pd.DataFrame, rows: NDArray[np.bool_], columns: tuple[str, ...]
) -> pd.DataFrame:
    return changed_numbers(frame, columns, lambda v: np.full_like(v, np.nan), rows)
