"""What measurement and declaration say of each other: the comparison, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from clusterid._columns import (
    IDENTIFIER,
    MODEL,
    RATIO,
    SAFE,
    SHARE,
    SUM,
    TEXT,
    Declared,
    Names,
    Table,
)
from clusterid._typed import typed
from clusterid.clusters import COARSER_COLUMNS
from clusterid.comparison._agreement import agreement_table, deal, label_table
from clusterid.comparison._declared import (
    declared_pairs,
    lands,
    methods_ticked,
    place_sizes,
)
from clusterid.comparison._inputs import Chance, Inputs, sorted_fields, sorted_survey
from clusterid.comparison._latent import PlaceCells, fit_latent, with_posterior
from clusterid.comparison._mapping import field_weights
from clusterid.comparison._measured import Measurement, evidence_table, measure
from clusterid.comparison._methods import by_method
from clusterid.comparison._posterior import PRIORS, posterior_table
from clusterid.comparison._sensitivity import sensitivity_table
from clusterid.comparison._sentences import with_sentences
from clusterid.comparison._surrogates import (
    SURROGATES,
    normal_scores,
    surrogate_hits,
)
from clusterid.comparison._undeclared import undeclared_rows
from clusterid.comparison._verdicts import VERDICTS, ComparisonRules, decide
from clusterid.tables import Economy

if TYPE_CHECKING:
    import networkx as nx
    from numpy.typing import NDArray

    from clusterid.classifications import Correspondence, FieldWeights
    from clusterid.clusters import CandidateClusters
    from clusterid.comparison._coarser import CoarserEvidence
    from clusterid.survey import Survey

__all__ = ["Comparison", "compare"]

_COLUMNS = [
    "record", "place", "place_name", "field", "label", "regions", "verdict",
    "declared", "grade", "lq_jobs", "lq_jobs_lower", "lq_jobs_upper", "lq_plants",
    "lq_plants_lower", "lq_plants_upper", "q_plants", "q_rest", "plants_needed",
    "grade_at_lower_bar", "grade_at_higher_bar", "employment", "n_plants",
    "linkage", "trend", "relatedness_density", "mappability", "candidate",
    "match_score", "posterior", "reason", "evidence_en", "evidence_de",
    "would_change_en", "would_change_de", "posterior_lower", "posterior_upper",
    "share_concentrated", "research", "share_imputed", "jobs_needed",
    "candidate_grade",
]  # fmt: skip
_TEXTS = [
    "record", "place", "place_name", "field", "label", "regions", "verdict",
    "declared", "grade", "grade_at_lower_bar", "grade_at_higher_bar", "candidate",
    "candidate_grade", "reason", "evidence_en", "evidence_de",
    "would_change_en", "would_change_de",
]  # fmt: skip

#: What each column is. Shares and intervals over places are made of decisions: of
#: which declared fields have a grade, and not of jobs.
_PUBLISHED: dict[str, Declared] = {
    "verdicts": Table({
        **dict.fromkeys(
            (
                "record", "place", "place_name", "field", "label", "regions",
                "candidate",
            ),
            IDENTIFIER,
        ),
        **dict.fromkeys(
            (
                "verdict", "declared", "n_plants", "linkage", "relatedness_density",
                "reason", "research", "grade", "grade_at_lower_bar",
                "grade_at_higher_bar", "candidate_grade",
            ),
            SAFE,
        ),
        **dict.fromkeys(
            ("evidence_en", "evidence_de", "would_change_en", "would_change_de"), TEXT
        ),
        "lq_jobs": RATIO,
        "lq_jobs_lower": RATIO.lower,
        "lq_jobs_upper": RATIO.upper,
        **dict.fromkeys(
            ("lq_plants", "lq_plants_lower", "lq_plants_upper", "plants_needed"),
            MODEL.counted,
        ),
        "q_plants": MODEL.counted.tail,
        "q_rest": MODEL.counted.tail,
        "jobs_needed": MODEL.of_all,
        "employment": SUM,
        "trend": RATIO.change.of_all,
        "mappability": MODEL.of_all,
        "match_score": MODEL.counted.of_all,
        "posterior": MODEL.counted.of_all,
        "posterior_lower": MODEL.counted.of_all.lower,
        "posterior_upper": MODEL.counted.of_all.upper,
        "share_concentrated": MODEL.counted,
        "share_imputed": SHARE,
        # of other tables, and public
        **dict.fromkeys(COARSER_COLUMNS, SAFE),
    }),
    "agreement": Table(
        dict.fromkeys(
            (
                "value", "lower", "upper", "expected", "expected_lower",
                "expected_upper", "p_value", "base", "reason",
            ),
            SAFE,
        )
    ),
    "by_method": Table(
        dict.fromkeys(
            (
                "records", "concentrated", "share", "lower", "upper", "expected",
                "lift", "odds_ratio", "odds_lower", "odds_upper", "reason",
            ),
            SAFE,
        ),
        attrs=dict.fromkeys(("base", "lands", "land_sd", "reason"), SAFE),
    ),
    "sensitivity": Table({
        "setting": IDENTIFIER,
        "value": IDENTIFIER,
        "changed": SAFE,
        "concentrated": SAFE,
        **dict.fromkeys(VERDICTS, SAFE),
    }),
    "posterior": Table({
        "prior": IDENTIFIER,
        "quantity": IDENTIFIER,
        "population": IDENTIFIER,
        "mean": SAFE,
        "lower": SAFE,
        "upper": SAFE,
        "basis": SAFE,
    }),
    "by_label": Table(
        dict.fromkeys(
            (
                "places", "concentrated", "share", "expected", "expected_lower",
                "expected_upper", "lift", "p_value", "q_value",
            ),
            SAFE,
        )
    ),
    "params": Names(
        dict.fromkeys(
            (
                "tolerance", "draws", "seed", "roles", "permutations", "rules",
                "family", "since", "counted", "priors",
            ),
            IDENTIFIER,
        )
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """What measurement and declaration say of each other.

    Parameters
    ----------
    verdicts : DataFrame
        One row a declared field at a place, then one row a cluster that nobody
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

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

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

        columns = ["place_name", "label", "verdict", "grade", "evidence_en"]
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
    layers: nx.Graph[Any] | Mapping[str, nx.Graph[Any]] | None = None,
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
    coarser: CoarserEvidence | None = None,
    rules: ComparisonRules | None = None,
) -> Comparison:
    r"""Hold declared clusters against measured ones.

    Each declared field is graded in its own regions, whether or not a candidate
    cluster is there, and matched with candidates near it. Neither side is taken for
    the truth: a verdict follows from stated rules (see
    :func:`clusterid.comparison.decide`), with the evidence and what would change it.
    What cannot be measured is *not separable*, what cannot be decided *undecided*.

    Parameters
    ----------
    candidates : CandidateClusters or None
        From :func:`clusterid.identify_clusters`; None compares with the fields' own
        grades alone.
    survey : Survey
        Places, answers, declared clusters.
    fields : DataFrame or FieldWeights
        Lexicon from :func:`clusterid.read_fields`, or what
        :func:`clusterid.classifications.fields_on` made of it.
    economy : Economy
        One year; its classification must be that of the lexicon, or
        ``correspondence`` leads to it.
    regions : GeoDataFrame by region
        Shapes, for the tolerance.
    layers : mapping of name to graph, or one graph, optional
        Links between industries; co-location is left out here. Without layers, a
        graded field is confirmed with the reason that links are unknown.
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
        See :class:`clusterid.comparison.ComparisonRules`.
    roles : tuple of str, default ("core",)
        Roles of the lexicon that count as the field.
    correspondence : Correspondence, optional
        From the lexicon's classification to the economy's.
    permutations : int, default 4999
        Random label tables with both margins fixed.
    imputed : DataFrame of bool, regions x industries, optional
        Cells of the economy that were filled in, for ``share_imputed``.
    coarser : CoarserEvidence, optional
        Plants in larger regions, from :func:`clusterid.comparison.lend`: said beside
        the findings of the regions inside them. They decide nothing.
    rules : ComparisonRules, optional
        All thresholds at once; ``tolerance``, ``significance`` and ``mappability`` are
        put into it. By default bars and masses are those of the candidates.

    Returns
    -------
    Comparison
        ``verdicts`` has ``record``, ``place``, ``place_name``, ``field``, ``label``,
        ``regions``, ``verdict``, ``declared`` (yes, no, not asked, unknown); in the
        field's own regions ``grade`` (A to D or empty; ``grade_at_lower_bar``,
        ``grade_at_higher_bar``), ``lq_jobs`` and between what it lies,
        ``lq_plants`` (1 = as everywhere) with its 90 % interval, ``q_plants``,
        ``q_rest`` (false discovery rates over all fields and regions),
        ``plants_needed`` and ``jobs_needed`` (what would decide), ``employment``
        (persons), ``n_plants``; ``linkage`` (0 to 1), ``trend`` (difference of the
        quotients of jobs), ``relatedness_density`` (0 to 1), ``mappability``,
        ``candidate``, ``candidate_grade``, ``match_score`` (0 to 1), ``posterior``
        (probability of a cluster given both sources), ``reason``, sentences in both
        languages, and beyond these ``posterior_lower``, ``posterior_upper`` (over
        priors, lexicon draws and tolerances), ``share_concentrated`` (of lexicon
        draws, with a grade), ``research``, ``share_imputed`` (of the jobs counted).
        With coarser evidence ``coarser_region`` (name and code), ``coarser_industries``
        (codes), ``coarser_year``, ``coarser_plants``, ``coarser_lq_plants`` with its
        90 % interval.

    Raises
    ------
    OptionError
        If tolerance, draws or permutations are out of range.
    ClassificationError
        If lexicon and economy are in different classifications.

    Notes
    -----
    All fields in all regions are one family of the false discovery rate. A place of
    several regions, or a whole Land, is graded on the union of its regions.

    Cost: one pass of all fields in all regions, and one for each set of unions.

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
    base = rules
    if base is None:
        known = {} if candidates is None else candidates.params
        base = ComparisonRules.like(known)
    used = replace(
        base, tolerance=tolerance, significance=significance, mappability=mappability
    )
    chance = Chance.seeded(seed, draws, permutations)
    inputs = Inputs(
        candidates,
        sorted_survey(survey),
        field_weights(fields, economy, roles=roles, correspondence=correspondence)
        if isinstance(fields, pd.DataFrame)
        else sorted_fields(fields),
        economy,
        regions.set_axis(regions.index.astype(str)),
        layers,
        collaborations,
        earlier,
        imputed,
        coarser,
    )
    result = _compared(inputs, used, chance)
    given = {"tolerance": tolerance, "draws": draws, "seed": seed, "roles": roles,
             "permutations": permutations}  # fmt: skip
    return replace(result, params=given | dict(result.params))


def _compared(inputs: Inputs, rules: ComparisonRules, chance: Chance) -> Comparison:
    """Measure what is declared, weigh both sides, decide, and look at the whole."""
    survey = inputs.survey
    pairs = declared_pairs(survey, inputs.codes)
    measured = measure(inputs, pairs, rules)
    evidence, named = evidence_table(inputs, measured, pairs, rules, chance)
    latent = fit_latent(evidence, survey, measured, rules, chance.latent)
    evidence = with_posterior(evidence, latent.fits, latent.populations, rules)
    verdicts = decide(evidence, rules)
    declared = pd.concat([evidence, verdicts], axis=1).assign(declared="yes")
    declared = _naming_what_covers(declared)
    undeclared = undeclared_rows(inputs, measured, named, rules)
    since = 0 if inputs.earlier is None else int(inputs.earlier.metadata.year or 0)
    grid = latent.cells.complete()
    dealt = deal(
        grid.declared, grid.measured.astype(float), None, chance.permutations,
        chance.margins,
    )  # fmt: skip
    return Comparison(
        verdicts=_verdict_table(declared, undeclared, inputs, since),
        agreement=agreement_table(
            grid.declared,
            grid.measured,
            grid.exhaustive,
            grid.strata,
            draws=chance.permutations,
            rng=chance.margins,
            surrogates=_hits_on_other_maps(grid, measured, chance),
            dealt=dealt.by_field.sum(axis=1),
        ),
        by_label=label_table(grid.declared, grid.measured, grid.fields, dealt.by_field),
        by_method=_by_method(declared, inputs, grid, dealt.by_place),
        sensitivity=sensitivity_table(evidence, verdicts, rules),
        posterior=posterior_table(
            latent.fits, latent.populations.names, basis=latent.basis
        ),
        params={
            "rules": asdict(rules),
            "family": int(measured.cells.attrs.get("family", 0)),
            "since": since or None,
            "counted": "plants" if measured.units.is_plants else "employment",
            "priors": {name: asdict(prior) for name, prior in PRIORS.items()},
        },
    )


def _naming_what_covers(declared: pd.DataFrame) -> pd.DataFrame:
    """Name the cluster that decided, where one that covers the place did.

    Another one beside the place may mean the field better, and decides nothing.
    """
    covered = declared["reason"].eq("cluster_covers")
    return declared.assign(**{
        name: declared[name].mask(covered, declared[of_place])
        for name, of_place in (
            ("candidate", "match_candidate_0"),
            ("candidate_grade", "match_grade_0"),
            ("match_score", "match_score_0"),
        )
    })


def _verdict_table(
    declared: pd.DataFrame, undeclared: pd.DataFrame, inputs: Inputs, since: int
) -> pd.DataFrame:
    """Put both parts together, with sentences, in the columns of the contract."""
    numbers = [column for column in _COLUMNS if column not in _TEXTS]
    types = dict.fromkeys(_COLUMNS, object) | dict.fromkeys(numbers, float)
    parts = [declared, undeclared] if len(undeclared) else [declared]
    table = pd.concat(
        [part.reindex(columns=_COLUMNS).astype(types) for part in parts],
        ignore_index=True,
    )
    if inputs.coarser is not None:
        regions = [str(codes).split(";") for codes in table["regions"]]
        table = table.assign(**inputs.coarser.beside(list(table["field"]), regions))
    table = with_sentences(table, kind=inputs.economy.metadata.kind, since=since)
    texts = {c: pd.array(table[c].tolist(), dtype="str") for c in _TEXTS}
    return table.assign(**texts)


def _hits_on_other_maps(
    grid: PlaceCells, measured: Measurement, chance: Chance
) -> NDArray[np.float64]:
    """Return what the labels as they are meet on maps that only look alike."""
    plants, jobs = (
        measured.by_field(column).reindex(index=measured.codes, columns=grid.fields)
        for column in ("lq_plants_smoothed", "lq_jobs")
    )
    return surrogate_hits(
        grid.declared,
        grid.measured,
        grid.members,
        normal_scores(plants.fillna(jobs).to_numpy(dtype=float)),
        measured.steps == 1,
        min(chance.permutations, SURROGATES),
        chance.maps,
    )


def _by_method(
    declared: pd.DataFrame,
    inputs: Inputs,
    grid: PlaceCells,
    by_place: NDArray[np.float64],
) -> pd.DataFrame:
    """Return agreement by method of identification, size and Land held fast."""
    number = grid.declared.sum(axis=1)
    expected = pd.Series(by_place, index=grid.places)[number > 0] / number[number > 0]
    return by_method(
        declared[declared["verdict"].ne("not_separable")],
        methods_ticked(inputs.survey),
        place_sizes(inputs.survey),
        land=lands(inputs.survey, inputs.regions),
        expected=expected,
        measured=pd.DataFrame(grid.measured, grid.places, grid.fields),
    )
