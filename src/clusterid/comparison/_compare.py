"""What measurement and declaration say of each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.comparison._agreement import agreement_table, deal, label_table
from clusterid.comparison._evidence import (
    field_links,
    link_matrix,
    research_quotients,
    trends,
)
from clusterid.comparison._mapping import field_weights, lexicon_draws
from clusterid.comparison._matching import candidate_sets, fuzzy_jaccard, match
from clusterid.comparison._methods import by_method
from clusterid.comparison._posterior import (
    PRIORS,
    LatentFit,
    hui_walter,
    posterior_table,
    prior_draws,
)
from clusterid.comparison._surrogates import (
    SURROGATES,
    normal_scores,
    surrogate_hits,
)
from clusterid.comparison._units import (
    Units,
    cell_tests,
    known_counts,
    make_units,
    steps_between,
)
from clusterid.comparison._verdicts import (
    CONCENTRATED,
    VERDICTS,
    WEAK,
    Rules,
    carried_by_one,
    concentration_level,
    decide,
    is_material,
    measured_level,
    tested_once,
    unverifiable_reason,
)
from clusterid.comparison._words import with_sentences
from clusterid.errors import OptionError
from clusterid.statistics import benjamini_hochberg_cut, q_values
from clusterid.tables import Economy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.classifications import Correspondence, FieldWeights
    from clusterid.clusters import CandidateClusters
    from clusterid.survey import Survey

__all__ = ["Comparison", "compare"]

#: Largest tolerance that is always looked at.
_MOST_STEPS = 2

_COLUMNS = [
    "record", "place", "place_name", "field", "label", "regions", "verdict",
    "declared", "lq", "lq_shrunk", "p_value", "q_value", "employment", "n_plants",
    "linkage", "trend", "relatedness_density", "mappability", "candidate",
    "match_score", "posterior", "reason", "evidence_en", "evidence_de",
    "would_change_en", "would_change_de", "posterior_lower", "posterior_upper",
    "share_concentrated", "needed_lq", "detectable_lq", "research",
    "share_imputed", "lq_limit",
]  # fmt: skip


#: Columns of a cell test that are read here.
_CELL_COLUMNS = ["template", "region", "employment", "establishments", "lq",
                 "lq_shrunk", "p_value", "share_imputed", "reason"]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """What measurement and declaration say of each other.

    Parameters
    ----------
    verdicts : DataFrame
        One row a declared field at a place, then one row a candidate that nobody
        declared; see :func:`compare`.
    agreement : DataFrame by statistic
        ``value`` with its 95 % interval (``lower``, ``upper``; Wilson's for shares),
        ``expected`` by chance with the range that holds 95 % of chance
        (``expected_lower``, ``expected_upper``), ``p_value`` (one-sided), ``base``,
        ``reason``.
    by_method : DataFrame by method of identification
        ``records``, ``concentrated``, ``share`` with interval (``lower``, ``upper``),
        ``expected`` if labels were dealt out anew and ``lift``, ``odds_ratio`` with
        interval (given the other methods, the size of the place and its Land),
        ``reason``; ``attrs`` holds ``lands`` and the spread of their log odds,
        ``land_sd``.
    sensitivity : DataFrame
        ``setting``, ``value``, number of each verdict, ``changed`` (share of declared
        rows whose verdict differs from the default).
    posterior : DataFrame
        ``prior``, ``quantity``, ``population``, ``mean``, ``lower``, ``upper``,
        ``basis`` (``identified``, or why it is not).
    params : mapping
        Every argument and threshold.
    by_label : DataFrame by field
        ``places`` that declare it, how many are ``concentrated``, their ``share``,
        the share ``expected`` if labels were dealt out anew (both margins fixed) with
        the range that holds 95 % of chance, ``lift``, ``p_value``, ``q_value``.
    """

    verdicts: pd.DataFrame
    agreement: pd.DataFrame
    by_method: pd.DataFrame
    sensitivity: pd.DataFrame
    posterior: pd.DataFrame
    params: Mapping[str, Any] = field(default_factory=dict)
    by_label: pd.DataFrame = field(default_factory=pd.DataFrame)

    def counts(self) -> pd.Series:
        """Return the number of rows by verdict, in the order of the rules."""
        found = self.verdicts["verdict"].value_counts()
        return found.reindex(VERDICTS).fillna(0).astype(int)

    def __repr__(self) -> str:
        counts = self.counts()
        shown = ", ".join(f"{v} {n}" for v, n in counts.items() if n)
        return f"<Comparison: {len(self.verdicts)} verdicts: {shown or 'none'}>"

    def _repr_html_(self) -> str:
        from html import escape

        columns = ["place_name", "label", "verdict", "lq", "q_value", "evidence_en"]
        shown = self.verdicts[columns].head(20).to_html(escape=True, index=False)
        return f"<p>{escape(repr(self))}</p>{shown}"


@typed
def compare(
    candidates: CandidateClusters | None,
    survey: Survey,
    fields: pd.DataFrame | FieldWeights,
    *,
    economy: Economy,
    regions: Any,
    layers: Any = None,
    collaborations: pd.DataFrame | None = None,
    earlier: Economy | None = None,
    tolerance: int = 1,
    draws: int = 200,
    seed: int = 0,
    significance: float = 0.05,
    mappability: float = 0.5,
    roles: tuple[str, ...] = ("core",),
    correspondence: Correspondence | None = None,
    permutations: int = 4999,
    imputed: pd.DataFrame | None = None,
    rules: Rules | None = None,
) -> Comparison:
    r"""Hold declared clusters against measured ones.

    Each declared field is tested in its own regions, whether or not a candidate
    cluster is there, and matched with candidates near it. Neither side is taken for
    the truth: a verdict follows from stated rules (see
    :func:`clusterid.comparison.decide`), with the evidence and what would change it.
    What cannot be measured is *unverifiable*, what cannot be decided is *unknown*.

    Parameters
    ----------
    candidates : CandidateClusters or None
        From :func:`clusterid.identify_clusters`; None compares with the tests alone.
    survey : Survey
        Places, answers, declared clusters.
    fields : DataFrame or FieldWeights
        Lexicon from :func:`clusterid.read_fields`, or what
        :func:`clusterid.classifications.fields_on` made of it.
    economy : Economy
        One year; its classification must be that of the lexicon, or
        ``correspondence`` leads to it.
    regions : GeoDataFrame by region
        Shapes, for the tolerance; ``area_km2`` for the density gradient.
    layers : mapping of name to graph, or one graph, optional
        Links between industries; co-location is left out here. Without layers, a
        concentrated field is confirmed with the reason that links are unknown.
    collaborations : DataFrame, optional
        Participations; counted for a field only where they name it.
    earlier : Economy, optional
        The same table some years before, for the trend.
    tolerance : int, default 1
        Steps of contiguity that a match may reach (0 to 2).
    draws : int, default 200
        Draws of the lexicon (Dirichlet around the weights).
    seed : int, default 0
        Of draws, permutations and the Gibbs sampler.
    significance, mappability : float
        See :class:`clusterid.comparison.Rules`.
    roles : tuple of str, default ("core",)
        Roles of the lexicon that count as the field.
    correspondence : Correspondence, optional
        From the lexicon's classification to the economy's.
    permutations : int, default 4999
        Random label tables with both margins fixed.
    imputed : DataFrame of bool, regions x industries, optional
        Cells of the economy that were filled in, for ``share_imputed``.
    rules : Rules, optional
        All thresholds at once; ``tolerance``, ``significance`` and ``mappability`` are
        put into it.

    Returns
    -------
    Comparison
        ``verdicts`` has ``record``, ``place``, ``place_name``, ``field``, ``label``,
        ``regions``, ``verdict``, ``declared`` (yes, no, not asked, unknown), ``lq``,
        ``lq_shrunk`` (1 = as everywhere), ``p_value``, ``q_value``
        (Benjamini-Hochberg over the declared fields tested), ``employment``
        (persons), ``n_plants``, ``linkage`` (0 to 1), ``trend`` (relative change of
        the quotient), ``relatedness_density`` (0 to 1), ``mappability``,
        ``candidate``, ``match_score`` (0 to 1), ``posterior`` (probability of a
        cluster given both sources), ``reason``, sentences in both languages, and
        beyond these ``posterior_lower``, ``posterior_upper`` (over priors, lexicon
        draws and tolerances), ``share_concentrated`` (of lexicon draws),
        ``needed_lq`` (quotient that would count as concentrated),
        ``detectable_lq`` (found with power 0.8 if true), ``research``,
        ``share_imputed`` (of the jobs counted), ``lq_limit`` (upper 95 % limit of the
        tested quotient).

    Raises
    ------
    OptionError
        If tolerance, draws or permutations are out of range.
    ClassificationError
        If lexicon and economy are in different classifications.

    Notes
    -----
    The family of the false discovery rate is the declared fields in their own regions:
    hypotheses named beforehand by somebody else, so that they do not pay for all other
    cells of the table. A place of several regions, or a whole Land, is tested on the
    union of its regions.

    Cost: one test of all fields in all regions, and one for each set of unions.

    Examples
    --------
    >>> from clusterid.simulation import simulate_economy
    >>> from clusterid.survey import read_survey
    >>> sim = simulate_economy(n_regions=40, n_plants=60_000, seed=1)
    >>> survey = read_survey(sim.places, sim.answers, sim.declared)
    >>> found = compare(None, survey, sim.fields, economy=sim.economy(),
    ...                 regions=sim.regions, draws=20, permutations=99)
    >>> set(found.verdicts["verdict"]) <= set(VERDICTS)
    True
    """
    _check(tolerance, draws, permutations)
    base = rules if rules is not None else Rules()
    used = replace(
        base, tolerance=tolerance, significance=significance, mappability=mappability
    )
    streams = np.random.SeedSequence(seed).spawn(4)
    lexicon_rng, latent_rng, margin_rng, map_rng = (
        np.random.default_rng(s) for s in streams
    )
    mapped = (
        field_weights(fields, economy, roles=roles, correspondence=correspondence)
        if isinstance(fields, pd.DataFrame)
        else _fields_sorted(fields)
    )
    survey = _rows_sorted(survey)
    shapes = regions.set_axis(regions.index.astype(str))
    codes = [str(code) for code in economy.regions]
    steps = steps_between(shapes, codes, _MOST_STEPS)
    pairs = _declared_pairs(survey, codes, economy)
    work = _Work(economy, shapes, mapped, pairs, used, imputed)
    table = work.evidence(
        candidates, layers, collaborations, earlier, steps, draws, lexicon_rng
    )
    fits, populations, basis, cells = _latent(table, survey, work, latent_rng)
    table = _with_posterior(table, fits, populations, used)
    verdicts = decide(table, used)
    declared = pd.concat([table, verdicts], axis=1)
    undeclared = _undeclared(candidates, declared, survey, work, mapped, used)
    since = 0 if earlier is None else int(earlier.metadata.year or 0)
    everything = _finish(declared, undeclared, economy.metadata.kind, since)
    grid = cells.complete(list(work.fields))
    dealt = deal(
        grid.declared, grid.measured.astype(float), None, permutations, margin_rng
    )
    maps = _spatial_hits(grid, work, steps, min(permutations, SURROGATES), map_rng)
    return Comparison(
        verdicts=everything,
        agreement=agreement_table(
            grid.declared,
            grid.measured,
            grid.exhaustive,
            grid.strata,
            draws=permutations,
            rng=margin_rng,
            surrogates=maps,
            dealt=dealt.by_field.sum(axis=1),
        ),
        by_label=label_table(grid.declared, grid.measured, grid.fields, dealt.by_field),
        by_method=_by_method(declared, survey, shapes, grid, dealt.by_place),
        sensitivity=_sensitivity(table, verdicts, used),
        posterior=posterior_table(fits, populations.names, basis=basis),
        params={
            "tolerance": tolerance,
            "draws": draws,
            "seed": seed,
            "roles": roles,
            "permutations": permutations,
            "rules": asdict(used),
            "family": int(work.family),
            "since": since or None,
            "counted": "plants" if work.units.is_plants else "employment",
            "priors": {name: asdict(prior) for name, prior in PRIORS.items()},
        },
    )


def _check(tolerance: int, draws: int, permutations: int) -> None:
    if tolerance not in range(_MOST_STEPS + 1):
        raise OptionError(
            f"tolerance={tolerance!r}; give steps of contiguity from 0 to "
            f"{_MOST_STEPS}."
        )
    for name, value in (("draws", draws), ("permutations", permutations)):
        if value < 1:
            raise OptionError(f"{name}={value!r}; give at least 1.")


def _fields_sorted(mapped: FieldWeights) -> FieldWeights:
    """Return the fields in one order: draws are dealt to them in their order."""
    names = sorted(mapped.weights.columns, key=str)
    return replace(
        mapped,
        weights=mapped.weights[names],
        mappability=mapped.mappability.reindex(names),
        coverage=mapped.coverage.reindex(names),
        labels=mapped.labels.reindex(names),
    )


def _rows_sorted(survey: Survey) -> Survey:
    """Return the survey with its rows in one order: permutations go through them."""
    return replace(
        survey,
        places=survey.places.sort_values("place", ignore_index=True),
        declared=survey.declared.sort_values("record", ignore_index=True),
    )


def _declared_pairs(survey: Survey, codes: list[str], economy: Economy) -> pd.DataFrame:
    """Return one row a declared record and field, with the place's region positions."""
    position = {code: i for i, code in enumerate(codes)}
    places = survey.places.set_index("place")
    rows = []
    records: Any = survey.declared.sort_values("record").itertuples()
    for record in records:
        place = places.loc[record.place]
        listed = list(place["regions"])
        known = sorted(
            (position[str(r)], float(s)) for r, s in listed if str(r) in position
        )
        complete = len(known) == len(listed)
        for name in list(record.fields) or [None]:
            rows.append({
                "record": record.record,
                "place": record.place,
                "place_name": place["name"],
                "field": name,
                "label": record.label,
                "positions": tuple(i for i, _ in known) if complete else (),
                "shares": tuple(s for _, s in known) if complete else (),
                "regions": ";".join(str(r) for r, _ in listed),
            })
    columns = ["record", "place", "place_name", "field", "label", "positions", "shares",
               "regions"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    table["field"] = table["field"].astype(object)
    return table


class _Work:
    """What is computed once for all declared fields."""

    def __init__(
        self,
        economy: Economy,
        shapes: Any,
        mapped: FieldWeights,
        pairs: pd.DataFrame,
        rules: Rules,
        imputed: pd.DataFrame | None,
    ) -> None:
        self.economy, self.mapped, self.pairs, self.rules = (
            economy,
            mapped,
            pairs,
            rules,
        )
        self.counts, _ = known_counts(economy)
        measurable = mapped.mappability.ge(rules.mappability)
        measurable &= mapped.weights.gt(0).any()
        self.fields = mapped.weights.columns[measurable.to_numpy()]
        unions: dict[tuple[int, ...], list[str]] = {}
        for name, where in zip(pairs["field"], pairs["positions"], strict=True):
            if len(where) > 1 and name in self.fields:
                unions.setdefault(tuple(where), []).append(name)
        self.units: Units = make_units(economy, list(unions))
        self.weights = mapped.weights.reindex(economy.industries)
        self.nulls: dict[str, Any] = {}
        self.family = 0
        if len(self.fields):
            self.cells, self.nulls = cell_tests(
                economy, self.weights[self.fields], shapes, unions,
                alpha=rules.significance, imputed=imputed,
            )  # fmt: skip
        else:
            self.cells = pd.DataFrame(columns=_CELL_COLUMNS)
        self.by_cell = self.cells.set_index(["template", "region"]).sort_index()

    def unit_of(self, positions: tuple[int, ...]) -> int:
        """Return the unit of these regions; -1 if it was not built."""
        wanted = tuple(sorted(positions))
        return self.units.sets.index(wanted) if wanted in self.units.sets else -1

    def evidence(
        self,
        candidates: CandidateClusters | None,
        layers: Any,
        collaborations: pd.DataFrame | None,
        earlier: Economy | None,
        steps: NDArray[np.int64],
        draws: int,
        rng: np.random.Generator,
    ) -> pd.DataFrame:
        """Return everything the rules look at, one row a declared field."""
        table = self.pairs.copy()
        names = pd.Index(self.fields)
        table["unit"] = [
            self.unit_of(p) if len(p) and f in names else (-1 if not len(p) else -2)
            for p, f in zip(table["positions"], table["field"], strict=True)
        ]
        table["unit"] = [
            self.unit_of(p) if u == -2 and len(p) == 1 else (0 if u == -2 else u)
            for p, u in zip(table["positions"], table["unit"], strict=True)
        ]
        size = self.counts.sum(axis=1).to_numpy()
        table["place_share"] = [
            float(np.dot(s, size[list(p)]) / max(size[list(p)].sum(), 1e-300))
            if len(p)
            else np.nan
            for p, s in zip(table["positions"], table["shares"], strict=True)
        ]
        table["mappability"] = table["field"].map(self.mapped.mappability).astype(float)
        links = link_matrix(layers, self.economy.industries)
        columns = self.weights[names]
        linked = field_links(self.units, columns, links)
        change, _ = trends(self.economy, earlier, self.units, columns)
        research = research_quotients(
            collaborations, self.units, self.economy.regions, names
        )
        found = self._cells_of(table)
        table = pd.concat([table, found], axis=1)
        where = [
            (int(u), list(names).index(f)) if f in names and u >= 0 else None
            for u, f in zip(table["unit"], table["field"], strict=True)
        ]

        def picked(values: NDArray[np.float64]) -> list[float]:
            return [float(values[w]) if w is not None else np.nan for w in where]

        table["linkage"] = picked(linked.linkage)
        table["relatedness_density"] = picked(linked.density)
        table["density_rank"] = picked(linked.density_rank)
        table["trend"] = picked(change)
        table["research"] = picked(research)
        self._noise(table)
        self._nearby(table, steps)
        matches = match(
            table, self.weights, candidates, self.counts, steps, _MOST_STEPS
        )
        for k in range(_MOST_STEPS + 1):
            table[f"match_score_{k}"] = matches.score[k]
        table["match_score"] = matches.score[self.rules.tolerance]
        best = matches.candidate[self.rules.tolerance]
        table["candidate"] = [
            c if s >= self.rules.match else None
            for c, s in zip(best, table["match_score"], strict=True)
        ]
        self._lexicon(table, draws, rng)
        table.attrs["most"] = _MOST_STEPS
        return table

    def _cells_of(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the test of each declared field in its own unit."""
        columns = {
            "lq": "lq", "lq_shrunk": "lq_shrunk", "p_value": "p_value",
            "employment": "employment", "establishments": "n_plants",
            "reason": "cell_reason", "share_imputed": "share_imputed",
        }  # fmt: skip
        keys = [
            (f, self.units.names[u]) if u >= 0 else (None, None)
            for f, u in zip(table["field"], table["unit"], strict=True)
        ]
        found = self.by_cell.reindex(
            pd.MultiIndex.from_tuples(keys, names=["template", "region"])
        )[list(columns)]
        found = found.rename(columns=columns).reset_index(drop=True)
        found["cell_reason"] = found["cell_reason"].astype(object)
        found["cell_reason"] = found["cell_reason"].where(
            found["cell_reason"].notna(), ""
        )
        numeric = [c for c in columns.values() if c != "cell_reason"]
        found[numeric] = found[numeric].astype(float)
        return found

    def _expected(self, field: str, unit: int, weights: NDArray[np.float64]) -> float:
        """Return expected effective plants of a field in a unit."""
        n_regions = len(self.counts)
        national = self.units.counts[:n_regions].sum(axis=0)
        share = self.units.size[unit] / self.units.size[:n_regions].sum()
        lump = float(self.nulls.get(field, {}).get("lump", 1.0)) or 1.0
        return float(national @ weights) * float(share) / lump

    def _quotient(self, unit: int, weights: NDArray[np.float64]) -> float:
        """Return the quotient of what the test counts, 1 = as everywhere."""
        n_regions = len(self.counts)
        national = float(self.units.counts[:n_regions].sum(axis=0) @ weights)
        share = float(self.units.size[unit] / self.units.size[:n_regions].sum())
        expected = national * share
        mine = float(self.units.counts[unit] @ weights)
        return mine / expected if expected > 0 else float("inf")

    def _noise(self, table: pd.DataFrame) -> None:
        """Add family, q-values, cut, and what the measurement could have seen."""
        from scipy.stats import norm

        p = tested_once(table, self.rules)
        self.family = int(np.isfinite(p).sum())
        self.cut = benjamini_hochberg_cut(p, self.rules.significance)
        table["q_value"] = _adjusted(table["p_value"].to_numpy(dtype=float), p)
        needed, seen, limit = [], [], []
        z_cut, z_power = float(norm.isf(self.cut)), float(norm.ppf(0.8))
        z_limit = float(norm.ppf(0.95))
        for f, u, p_value in zip(
            table["field"], table["unit"], table["p_value"], strict=True
        ):
            if not np.isfinite(p_value):
                needed.append(np.nan)
                seen.append(np.nan)
                limit.append(np.nan)
                continue
            w = self.weights[f].to_numpy(dtype=float)
            sd = self._sd(f, self._expected(f, int(u), w))
            seen.append(float(np.exp((z_cut + z_power) * sd)))
            z = float(norm.isf(np.clip(p_value, 1e-300, 1 - 1e-16)))
            seen_lq = self._quotient(int(u), w)
            # from where the cell stands: the null's gradient and level are in its p
            ahead = seen_lq * float(np.exp((z_cut - max(z, 0.0)) * sd))
            needed.append(max(1.0, ahead, float(np.exp(z_cut * sd)) * (z <= 0)))
            # the null may explain much away (density): what is counted stays counted
            limit.append(max(np.exp(z * sd), seen_lq) * float(np.exp(z_limit * sd)))
        table["needed_lq"], table["detectable_lq"] = needed, seen
        table["lq_limit"] = limit

    def _nearby(self, table: pd.DataFrame, steps: NDArray[np.int64]) -> None:
        """Add the smallest p-value of the field beside the place, for each tolerance.

        Multiplied by the number of regions looked at (Bonferroni).
        """
        codes = [str(code) for code in self.economy.regions]
        wide = self.cells[self.cells["region"].isin(codes)].pivot(
            index="region", columns="template", values="p_value"
        )
        p_of = {
            str(f): wide[f].reindex(codes).to_numpy(dtype=float) for f in wide.columns
        }
        for k in range(_MOST_STEPS + 1):
            found = []
            for f, where in zip(table["field"], table["positions"], strict=True):
                if f not in p_of or not len(where):
                    found.append(np.nan)
                    continue
                reach: Any = (steps[list(where)] <= k).any(axis=0)
                reach[list(where)] = False
                p = p_of[f][reach]
                p = p[np.isfinite(p)]
                found.append(min(1.0, float(p.min()) * len(p)) if len(p) else 1.0)
            table[f"near_p_{k}"] = found

    def _sd(self, field: str, expected: float) -> float:
        """Return the sd of a log quotient under the null: counts and roughness."""
        tau = float(self.nulls.get(field, {}).get("roughness", 0.0))
        return float(np.sqrt(1 / max(expected, 1e-9) + tau**2))

    def _lexicon(
        self, table: pd.DataFrame, draws: int, rng: np.random.Generator
    ) -> None:
        """Add the level of concentration under each draw of the lexicon.

        A draw moves the test's z by what it moves the standardised log quotient.
        """
        from scipy.stats import norm

        n_regions = len(self.counts)
        national = self.units.counts[:n_regions].sum(axis=0)
        levels = np.full((len(table), draws), -1, dtype=np.int64)
        drawn = {
            str(f): lexicon_draws(
                self.weights[f].to_numpy(dtype=float), national, draws, stream
            )
            for f, stream in zip(self.fields, rng.spawn(len(self.fields)), strict=True)
        }
        total = self.units.size[:n_regions].sum()
        for k, (f, u, p) in enumerate(
            zip(table["field"], table["unit"], table["p_value"], strict=True)
        ):
            if not np.isfinite(p):
                continue
            point = self.weights[f].to_numpy(dtype=float)
            share = self.units.size[u] / total
            rows = np.vstack([point[None], drawn[str(f)]])
            count = rows @ self.units.counts[u]
            expected = rows @ national * share
            ratio = np.log(np.maximum(count, 0.5) / np.maximum(expected, 1e-9))
            lump = float(self.nulls.get(f, {}).get("lump", 1.0)) or 1.0
            tau = float(self.nulls.get(f, {}).get("roughness", 0.0))
            z = ratio / np.sqrt(lump / np.maximum(expected, 1e-9) + tau**2)
            start = float(norm.isf(np.clip(p, 1e-300, 1 - 1e-16)))
            moved = norm.sf(start + z[1:] - z[0])
            levels[k] = concentration_level(moved, self.cut, self.rules.weak_p)
        self.levels = levels
        known = levels[:, 0] >= 0
        share = np.full(len(table), np.nan)
        share[known] = (levels[known] == CONCENTRATED).mean(axis=1)
        table["share_concentrated"] = share
        table["level_shares"] = [
            tuple(float((row == m).mean()) for m in range(CONCENTRATED + 1))
            for row in levels
        ]


def _adjusted(
    p: NDArray[np.float64], family: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Benjamini-Hochberg q-values within the family of p-values."""
    known = np.sort(family[np.isfinite(family)])
    m = len(known)
    if not m:
        return np.full(len(p), np.nan)
    q = q_values(known)
    where = np.searchsorted(known, p, side="left").clip(0, m - 1)
    return np.where(np.isfinite(p), q[where], np.nan)


@dataclass(frozen=True, slots=True)
class _Populations:
    """Populations of the latent model, and which one a place belongs to."""

    names: list[str]
    of_place: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Grid:
    """Places x fields that are all measured; ``members`` is places x regions."""

    fields: list[str]
    places: list[str]
    members: NDArray[np.float64]
    declared: NDArray[np.bool_]
    measured: NDArray[np.bool_]
    exhaustive: NDArray[np.bool_]
    strata: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _LatentCells:
    """Places x fields: declared, measured level, which places list everything.

    ``decided`` is False where the measurement cannot tell a cluster from one plant.
    """

    places: list[str]
    members: NDArray[np.float64]
    declared: NDArray[np.bool_]
    level: NDArray[np.int64]
    decided: NDArray[np.bool_]
    exhaustive: NDArray[np.bool_]
    strata: NDArray[np.int64]

    def complete(self, fields: list[str]) -> _Grid:
        """Return the fields measured in nine places of ten, and places with all."""
        measured = self.level >= 0
        known = measured.mean(axis=0) >= 0.9 if len(measured) else np.zeros(0, bool)
        kept = measured[:, known].all(axis=1)
        both = np.ix_(kept, known)
        return _Grid(
            [fields[j] for j in np.flatnonzero(known)],
            [self.places[i] for i in np.flatnonzero(kept)],
            self.members[kept],
            self.declared[both],
            self.level[both] == CONCENTRATED,
            self.exhaustive[kept],
            self.strata[kept],
        )


def _populations(survey: Survey) -> _Populations:
    """Return size classes: the last part of the strata, or terciles of population."""
    places = survey.places
    stratum = places["stratum"]
    if stratum.notna().all() and len(set(stratum.astype(str))) > 1:
        group = stratum.astype(str).str.split("/").str[-1]
    elif places["population"].notna().sum() >= 9:
        group = pd.qcut(
            places["population"].astype(float).rank(method="first"),
            3,
            labels=["small", "medium", "large"],
        ).astype(str)
        group = group.where(places["population"].notna(), "unknown")
    else:
        group = pd.Series("all", index=places.index)
    names = sorted(set(group))
    number = {name: k for k, name in enumerate(names)}
    of_place = {str(p): number[g] for p, g in zip(places["place"], group, strict=True)}
    return _Populations(names, of_place)


def _latent(
    table: pd.DataFrame,
    survey: Survey,
    work: _Work,
    rng: np.random.Generator,
) -> tuple[dict[str, LatentFit], _Populations, str, _LatentCells]:
    """Fit the latent model on places that list everything, or say why it cannot be."""
    populations = _populations(survey)
    cells = _place_cells(table, survey, work, populations)
    shape = (len(populations.names), 2, CONCENTRATED + 1)
    counts = np.zeros(shape, dtype=np.int64)
    inside = cells.exhaustive[:, None] & (cells.level >= 0) & cells.decided
    rows, columns = np.nonzero(inside)
    np.add.at(
        counts,
        (
            cells.strata[rows],
            cells.declared[rows, columns].astype(int),
            cells.level[rows, columns],
        ),
        1,
    )
    per_population = counts.sum(axis=(1, 2))
    large = int((per_population >= 20).sum())
    if not per_population.sum():
        basis = "not_identified_no_exhaustive_list"
        fits = {
            name: prior_draws(prior, len(populations.names), 2000, rng)
            for name, prior in PRIORS.items()
        }
        return fits, populations, basis, cells
    basis = "identified" if large >= 2 else "not_identified_one_population"
    fits = {name: hui_walter(counts, prior, rng=rng) for name, prior in PRIORS.items()}
    return fits, populations, basis, cells


def _place_cells(
    table: pd.DataFrame, survey: Survey, work: _Work, populations: _Populations
) -> _LatentCells:
    """Return the grid of answering places and fields that can be measured."""
    places = survey.places
    codes = [str(code) for code in work.economy.regions]
    position = {code: i for i, code in enumerate(codes)}
    size = work.counts.sum(axis=1).to_numpy()
    names = list(work.fields)
    wide = {
        name: work.cells.pivot(index="region", columns="template", values=name).reindex(
            columns=names
        )
        for name in ("p_value", "lq", "lq_shrunk", "reason")
    }
    p_wide = wide["p_value"]
    declares: dict[str, set[str]] = {}
    for place, name in zip(table["place"], table["field"], strict=True):
        if isinstance(name, str):
            declares.setdefault(str(place), set()).add(name)
    declared, level, decided, exhaustive, strata = [], [], [], [], []
    kept, members = [], []
    rows: Any = places.itertuples()
    for row in rows:
        if not (row.answered or row.place in declares):
            continue
        listed = [(position.get(str(r)), float(s)) for r, s in row.regions]
        if any(i is None for i, _ in listed):
            continue
        where = [int(i) for i, _ in listed if i is not None]
        share = float(np.dot([s for _, s in listed], size[where]))
        if share / max(size[where].sum(), 1e-300) < work.rules.smallest_share:
            continue
        unit = ";".join(codes[i] for i in sorted(where))
        if unit not in p_wide.index:
            continue
        declared.append([f in declares.get(str(row.place), set()) for f in names])
        found = concentration_level(
            p_wide.loc[unit].to_numpy(dtype=float), work.cut, work.rules.weak_p
        )
        material = is_material(
            wide["lq"].loc[unit].to_numpy(dtype=float),
            wide["lq_shrunk"].loc[unit].to_numpy(dtype=float),
            work.rules,
        )
        level.append(measured_level(found, material))
        why = wide["reason"].loc[unit].to_numpy(dtype=object)
        decided.append(why != "one_industry")
        kept.append(str(row.place))
        one = np.zeros(len(codes))
        one[where] = 1.0 / len(where)
        members.append(one)
        exhaustive.append(bool(row.answered) and bool(row.exhaustive))
        strata.append(populations.of_place[str(row.place)])
    n = len(declared)
    return _LatentCells(
        kept,
        np.array(members, dtype=float).reshape(n, len(codes)),
        np.array(declared, dtype=bool).reshape(n, len(names)),
        np.array(level, dtype=np.int64).reshape(n, len(names)),
        np.array(decided, dtype=bool).reshape(n, len(names)),
        np.array(exhaustive, dtype=bool),
        np.array(strata, dtype=np.int64),
    )


def _with_posterior(
    table: pd.DataFrame,
    fits: dict[str, LatentFit],
    populations: _Populations,
    rules: Rules,
) -> pd.DataFrame:
    """Add the posterior, averaged over lexicon draws, and its range over everything.

    The range runs over priors (posterior means), over the levels that occur in at
    least 5 per cent of the lexicon draws, and counts a match within any tolerance as a
    weak sign. ``posterior_readings`` is its upper end under the neutral prior alone.
    """
    chance = {
        (name, d_level, k): float(fit.probability(1, d_level, k).mean())
        for name, fit in fits.items()
        for d_level in range(CONCENTRATED + 1)
        for k in range(len(populations.names))
    }
    result = table.copy()
    mean, lower, upper, readings = [], [], [], []
    measured = (unverifiable_reason(table, rules) == "") & ~carried_by_one(table)
    material = is_material(
        table["lq"].to_numpy(dtype=float),
        table["lq_shrunk"].to_numpy(dtype=float),
        rules,
    )
    for k, place in enumerate(table["place"]):
        if not measured[k]:
            mean.append(np.nan)
            lower.append(np.nan)
            upper.append(np.nan)
            readings.append(np.nan)
            continue
        population = populations.of_place[str(place)]
        share = list(table["level_shares"].iloc[k])
        if not material[k]:
            share[WEAK] += share[CONCENTRATED]
            share[CONCENTRATED] = 0.0
        mean.append(
            sum(s * chance["neutral", m, population] for m, s in enumerate(share))
        )
        possible = [m for m, s in enumerate(share) if s >= 0.05]
        if table[f"match_score_{_MOST_STEPS}"].iloc[k] >= rules.match:
            possible.append(WEAK)
        values = [chance[name, m, population] for name in fits for m in possible]
        lower.append(min(values))
        upper.append(max(values))
        readings.append(max(chance["neutral", m, population] for m in possible))
    result["posterior"], result["posterior_lower"] = mean, lower
    result["posterior_upper"], result["posterior_readings"] = upper, readings
    result.attrs = dict(table.attrs)
    return result


def _undeclared(
    candidates: CandidateClusters | None,
    declared: pd.DataFrame,
    survey: Survey,
    work: _Work,
    mapped: FieldWeights,
    rules: Rules,
) -> pd.DataFrame:
    """Return one row a candidate that no declared field matches.

    What no test shows (``model_only``) is not held against a place's silence.
    """
    if candidates is None or not len(candidates.table):
        return pd.DataFrame()
    where, members = candidate_sets(candidates, work.counts)
    taken = set(declared["candidate"].dropna())
    by_region: dict[str, list[Any]] = {}
    asked_places: Any = survey.places.itertuples()
    for row in asked_places:
        for region, share in row.regions:
            by_region.setdefault(str(region), []).append((row, float(share)))
    national = work.counts.sum(axis=0).to_numpy(dtype=float)
    rows = []
    for name, row in candidates.table.iterrows():
        if name in taken or str(name) not in where:
            continue
        if "model_only" in str(row.get("flags", "")).split(";"):
            continue
        codes = str(row["regions"]).split(";")
        asked = [pair for code in codes for pair in by_region.get(code, [])]
        scores = {
            f: fuzzy_jaccard(
                work.weights[f].to_numpy(dtype=float), members[str(name)], national
            )
            for f in work.fields
        }
        best = max(sorted(scores), key=lambda f: scores[f]) if scores else None
        likely = best if best and scores[best] >= rules.match else None
        linkage = float(row.get("supply_density", np.nan))
        status, verdict, reason = _silence(asked, linkage, rules)
        change = row.get("lq_change", np.nan)
        rows.append({
            "record": None,
            "place": ";".join(dict.fromkeys(str(p.place) for p, _ in asked)) or None,
            "place_name": "; ".join(dict.fromkeys(str(p.name) for p, _ in asked))
            or None,
            "field": likely,
            "label": row["label"],
            "regions": row["regions"],
            "verdict": verdict,
            "declared": status,
            "lq": float(row["lq"]),
            "lq_shrunk": float(row["lq_shrunk"]),
            "p_value": float(row["p_value"]),
            "q_value": float(row["q_value"]),
            "employment": float(row["employment"]),
            "n_plants": float(row["establishments"]),
            "linkage": linkage,
            "trend": float(change) if pd.notna(change) else np.nan,
            "relatedness_density": np.nan,
            "mappability": float(mapped.mappability[likely]) if likely else np.nan,
            "candidate": name,
            "match_score": scores[best] if best else np.nan,
            "posterior": np.nan,
            "reason": reason,
        })
    return pd.DataFrame(rows)


def _silence(
    asked: list[tuple[Any, float]], linkage: float, rules: Rules
) -> tuple[str, str, str]:
    """Return declared status, verdict and reason of a candidate nobody declared."""
    if any(
        p.answered and p.exhaustive and share >= rules.smallest_share
        for p, share in asked
    ):
        if linkage >= rules.linked:
            return "no", "undeclared", "not_declared_linked"
        return "no", "undeclared_concentration", "not_declared_few_links"
    if any(p.answered for p, _ in asked):
        return "unknown", "unknown_list_incomplete", "list_incomplete"
    if any(p.asked for p, _ in asked):
        return "not asked", "unknown", "no_answer"
    return "not asked", "unknown", "not_asked"


def _finish(
    declared: pd.DataFrame, undeclared: pd.DataFrame, kind: str, since: int
) -> pd.DataFrame:
    """Put both parts together, with sentences, in the columns of the contract."""
    declared = declared.assign(declared="yes")
    parts = [declared.reindex(columns=_COLUMNS)]
    if len(undeclared):
        parts.append(undeclared.reindex(columns=_COLUMNS))
    numeric = [
        "lq", "lq_shrunk", "p_value", "q_value", "employment", "n_plants", "linkage",
        "trend", "relatedness_density", "mappability", "match_score", "posterior",
        "posterior_lower", "posterior_upper", "share_concentrated", "needed_lq",
        "detectable_lq", "research", "share_imputed", "lq_limit",
    ]  # fmt: skip
    parts = [
        p.astype(dict.fromkeys(_COLUMNS, object)).astype(dict.fromkeys(numeric, float))
        for p in parts
    ]
    table = with_sentences(pd.concat(parts, ignore_index=True), kind=kind, since=since)
    text = ["record", "place", "place_name", "field", "label", "regions", "verdict",
            "declared", "candidate", "reason", "evidence_en", "evidence_de",
            "would_change_en", "would_change_de"]  # fmt: skip
    for column in text:
        table[column] = pd.array(table[column].tolist(), dtype="str")
    return table


def _spatial_hits(
    grid: _Grid,
    work: _Work,
    steps: NDArray[np.int64],
    draws: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return what the labels as they are meet on maps that only look alike."""
    codes = [str(code) for code in work.economy.regions]
    p = work.cells.pivot(index="region", columns="template", values="p_value")
    scores = normal_scores(
        p.reindex(index=codes, columns=grid.fields).to_numpy(dtype=float)
    )
    return surrogate_hits(
        grid.declared, grid.measured, grid.members, scores, steps == 1, draws, rng
    )


def _by_method(
    declared: pd.DataFrame,
    survey: Survey,
    shapes: Any,
    grid: _Grid,
    by_place: NDArray[np.float64],
) -> pd.DataFrame:
    """Return agreement by method of identification, size and Land held fast."""
    ticks = {
        str(r): [str(m) for m in methods]
        for r, methods in zip(
            survey.declared["record"], survey.declared["identified_by"], strict=True
        )
    }
    population = survey.places.set_index("place")["population"].astype(float)
    size = survey.declared.set_index("record")["place"].map(population)
    size = size.fillna(population.median() if population.notna().any() else 1.0)
    number = grid.declared.sum(axis=1)
    chance = pd.Series(by_place, index=grid.places)[number > 0] / number[number > 0]
    return by_method(
        declared[declared["verdict"].ne("unverifiable")],
        ticks,
        size,
        land=_lands(survey, shapes),
        expected=chance,
        measured=pd.DataFrame(grid.measured, grid.places, grid.fields),
    )


def _lands(survey: Survey, shapes: Any) -> pd.Series:
    """Return the Land of each record: the parent of most of its place, else none."""
    of_place: dict[str, str] = {}
    if "parent" in shapes.columns:
        parent = shapes["parent"].dropna().astype(str).to_dict()
        rows: Any = survey.places.itertuples()
        for row in rows:
            weight: dict[str, float] = {}
            for region, share in row.regions:
                if str(region) in parent:
                    name = parent[str(region)]
                    weight[name] = weight.get(name, 0.0) + float(share)
            if weight:
                of_place[str(row.place)] = max(sorted(weight), key=lambda n: weight[n])
    place = survey.declared.set_index("record")["place"].astype(str)
    return place.map(of_place)


def _sensitivity(
    table: pd.DataFrame, default: pd.DataFrame, rules: Rules
) -> pd.DataFrame:
    """Return the verdicts of declared fields under other settings."""
    settings: list[tuple[str, float, Rules]] = [
        *(("tolerance", t, replace(rules, tolerance=t)) for t in (0, 1, 2)),
        *(("match", m, replace(rules, match=m)) for m in (0.1, 0.2, 0.3, 0.4, 0.5)),
        *(
            ("significance", a, replace(rules, significance=a))
            for a in (0.01, 0.05, 0.1)
        ),
        *(("mappability", m, replace(rules, mappability=m)) for m in (0.5, 0.7, 0.9)),
        *(("linked", v, replace(rules, linked=v)) for v in (0.25, 0.5, 0.75)),
        *(("rising", v, replace(rules, rising=v)) for v in (0.05, 0.1, 0.2)),
        *(("smallest_share", v, replace(rules, smallest_share=v))
          for v in (0.25, 0.5, 0.75)),
    ]  # fmt: skip
    rows = []
    words = [v for v in VERDICTS if v not in ("undeclared", "undeclared_concentration",
                                              "unknown_list_incomplete")]  # fmt: skip
    for name, value, changed in settings:
        found = decide(table, changed)
        counts = found["verdict"].value_counts()
        differs = found["verdict"].ne(default["verdict"])
        rows.append({
            "setting": name,
            "value": value,
            **{word: int(counts.get(word, 0)) for word in words},
            "changed": float(differs.mean()) if len(found) else np.nan,
        })
    shares = table["share_concentrated"].dropna()
    if len(shares):
        # each record's draws are its own: the spread of the sum, not of a joint draw
        mean = float(shares.sum())
        spread = 1.96 * float(np.sqrt((shares * (1 - shares)).sum()))
        for value, number in (
            (0.025, mean - spread), (0.5, mean), (0.975, mean + spread)
        ):  # fmt: skip
            rows.append({
                "setting": "lexicon_quantile_of_concentrated",
                "value": value,
                "concentrated": number,
            })
    return pd.DataFrame(rows)
