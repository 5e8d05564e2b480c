"""Templates: groups of industries that belong together, found or given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from clusterid._columns import (
    IDENTIFIER,
    MODEL,
    RATIO,
    SAFE,
    SHARE,
    Declared,
    Names,
    Table,
    Values,
)
from clusterid._typed import typed
from clusterid.classifications import FieldWeights
from clusterid.communities._graph import Ints, from_graph
from clusterid.communities._validation import validation_scores
from clusterid.errors import Fault, OptionError, TableError

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx as nx

__all__ = ["COHERENCE", "Templates", "given_templates"]

PROFILE = [
    "resolution", "n_templates", "quality", "plateau", "validation", "chosen",
    "stability",
]  # fmt: skip
#: A template is coherent in a layer when at most this share of random groups is as
#: closely linked. Our choice.
COHERENT = 0.05
#: A layer judges templates if it holds together this share of those it observes; one
#: is mixed if more than this share of random groups is linked as closely. Our choices:
#: with p above .05 and any layer as judge 17 of 24 right templates of a simulated
#: economy of thirty regions were mixed.
COHERENT_SHARE = NO_CLOSER = 0.5
#: Name of the layer of code neighbours among those that coherence is asked of.
CODES = "codes"
COHERENCE = [
    "template", "layer", "took_part", "n_industries", "link_rank", "expected",
    "p_value",
]  # fmt: skip
_SIGNIFICANCE = ["n_industries", "internal_weight", "z", "p_value"]

#: What each table is. Groups and how sure they are follow from links between
#: industries; no sum of jobs is in them.
_PUBLISHED: dict[str, Declared] = {
    "membership": Values(IDENTIFIER),
    "confidence": Values(SAFE),
    "status": Values(SAFE),
    "labels": Values(IDENTIFIER),
    "profile": Table(dict.fromkeys(PROFILE, SAFE)),
    "significance": Table(
        {
            **dict.fromkeys(_SIGNIFICANCE, SAFE),
            "share_imputed": SHARE,
            "n_standing": MODEL.of_all,
        }
    ),
    "hierarchy": Values(IDENTIFIER),
    "coherence": Table({
        **dict.fromkeys(("template", "layer"), IDENTIFIER),
        **dict.fromkeys(("took_part", "n_industries"), SAFE),
        **dict.fromkeys(("link_rank", "expected", "p_value"), MODEL.of_all),
    }),
    "stability": Names(
        dict.fromkeys(("runs_agree", "assigned", "ambiguous", "none"), SAFE)
    ),
    "params": Names({
        **dict.fromkeys(
            (
                "method", "quality", "resolution", "runs", "seed", "held_out",
                "resolutions", "prefer", "perturbation", "drop_layers", "redraw",
                "surrogates", "runs_at", "layer_weights", "contrast", "neighbours",
                "largest", "layers", "assigned_from", "chosen_by", "chosen_resolution",
                "chosen_quality", "chosen_links", "splits",
            ),
            IDENTIFIER,
        ),
        "share_estimated": RATIO.of_all,
    }),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Templates:
    """Groups of industries that belong together: kinds of cluster, not yet places.

    Parameters
    ----------
    membership : Series, industry -> template
        ``"T01"``, ``"T02"`` ... by falling number of industries; NA for an industry
        in no group, which is a legitimate answer.
    confidence : Series, industry -> 0 to 1
        Share of the runs, over seeds and perturbed data, that put the industry with
        the other members of its template; for an industry in no group the share of
        runs that left it alone. 1 for given templates.
    status : Series, industry -> text
        ``assigned``, ``ambiguous`` (in a template, but the runs disagree) or ``none``.
    labels : Series, template -> text
        A name for people, from the leading industries or as given.
    profile : DataFrame, one row a resolution
        ``resolution``, ``n_templates``, ``quality`` (per unit of weight), ``plateau``
        (width in octaves of the stretch with nearly the same partition),
        ``validation`` (industries closer to their own group in the held-out layer
        than chance puts there, percent: 100 all, 0 chance; without one the nats an
        industry saved in describing the layer, see ``params["chosen_by"]``),
        ``chosen``, ``stability`` (how alike the runs are there: mean adjusted mutual
        information of each with the next, 1 equal, 0 chance; NaN where none were
        made).
    significance : DataFrame by template
        ``n_industries``, ``internal_weight`` (mean link inside), ``z`` and
        ``p_value`` against groups found the same way in random graphs with the same
        strengths; NaN when no surrogates were asked for. Of a study also
        ``share_imputed`` (of its jobs, estimated) and ``n_standing`` (regions where
        it stands as a whole, at any grade; parts of one that stands nowhere may).
    hierarchy : DataFrame by industry
        One column a level from coarse to fine; sub-clusters of each template.
    stability : Series
        ``runs_agree`` (as in the profile, at the chosen resolution; NaN for given
        templates) and the shares of the industries by status: ``assigned``,
        ``ambiguous``, ``none``.
    coherence : DataFrame, one row a template and layer
        How closely the members are linked in each layer, against random groups as
        urban; evidence where the layer took no part (see
        :func:`clusterid.communities.coherence`). Empty where it was not asked.
    params : mapping
        Every argument, defaults included, and how the resolution was chosen.
    """

    membership: pd.Series
    confidence: pd.Series
    status: pd.Series
    labels: pd.Series
    profile: pd.DataFrame
    significance: pd.DataFrame
    hierarchy: pd.DataFrame = field(default_factory=pd.DataFrame)
    stability: pd.Series = field(default_factory=lambda: pd.Series(dtype=float))
    coherence: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=COHERENCE)
    )
    params: Mapping[str, Any] = field(default_factory=dict)

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

    @property
    def groups(self) -> pd.DataFrame:
        """Industry x template, 1.0 where the industry belongs to the template."""
        names = list(self.labels.index)
        members = np.array(self.membership, dtype=object)
        members[self.membership.isna().to_numpy()] = None
        hit = members[:, None] == np.array(names, dtype=object)[None, :]
        return pd.DataFrame(
            hit.astype(float).reshape(len(members), len(names)),
            index=self.membership.index,
            columns=pd.Index(names, name="template"),
        )

    @property
    def coherent_in(self) -> pd.Series:
        """Layers without part in finding a template that hold it together, by template.

        Names joined by ``;``, empty where there is none (:attr:`coherence`, p at most
        .05).
        """
        table = self.coherence
        held = table[~table["took_part"].astype(bool) & table["p_value"].le(COHERENT)]
        names = held.groupby("template")["layer"].agg(lambda of: ";".join(sorted(of)))
        return names.reindex(self.labels.index, fill_value="").rename("coherent_in")

    @property
    def mixed(self) -> list[str]:
        """Found templates of three members or more that other layers speak against.

        A layer can judge if it took no part and holds together half of the templates
        it observes (:attr:`coherence`, p at most .05): one that sees little, such as
        co-location of thirty regions, is no evidence against any. A template is mixed
        if in every such layer, and by its codes, its members are linked no more closely
        than half of the random groups. Codes alone do not judge, and given templates
        are never mixed: someone else says what they are.
        """
        table = self.coherence
        if self.params.get("method") == "given" or not len(table):
            return []
        apart = table[~table["took_part"].astype(bool)]
        sees = apart["p_value"].le(COHERENT).groupby(apart["layer"]).mean()
        judges = set(sees.index[sees >= COHERENT_SHARE]) - {CODES}
        asked = apart[apart["n_industries"].ge(3)]
        by_links = asked.loc[asked["layer"].isin(judges), "template"]
        asked = asked[
            asked["layer"].isin(judges | {CODES}) & asked["template"].isin(by_links)
        ]
        best = asked.groupby("template")["p_value"].min()
        return sorted(str(name) for name in best.index[best > NO_CLOSER])

    def members(self, template: str) -> list[str]:
        """Return the codes of the industries of one template, sorted."""
        chosen = self.membership.eq(template).fillna(False).to_numpy(dtype=bool)
        return sorted(self.membership.index[chosen])

    def coverage(self, employment: pd.Series | None = None) -> pd.Series:
        """Return how much of the economy the templates hold, and how much they do not.

        Parameters
        ----------
        employment : Series by industry, optional
            Jobs of each industry of the study; NaN is withheld.

        Returns
        -------
        Series
            ``n_templates``; ``n_industries``, ``n_inside``, ``n_ambiguous``,
            ``n_none`` (in no template) and ``share_none`` (of the industries, 0 to
            1); ``employment`` (jobs of industries whose jobs are known),
            ``employment_inside`` and ``share_employment`` (0 to 1), ``n_withheld``
            (industries whose jobs are not known; they are in no sum) and
            ``share_estimated`` (0 to 1): the share with withheld jobs estimated, where
            a study has done so (``params["share_estimated"]``); where nothing is
            withheld the same as ``share_employment``. Industries that ``employment``
            lists and the templates do not know are in none. Without ``employment`` the
            last five are NaN.

        Examples
        --------
        >>> found = given_templates({"10": "food", "11": "food", "26": None})
        >>> jobs = pd.Series({"10": 60.0, "11": 20.0, "26": 20.0})
        >>> found.coverage(jobs)[["n_none", "share_employment"]].tolist()
        [1.0, 0.8]
        """
        membership = self.membership
        jobs = None
        if employment is not None:
            jobs = employment.astype(float)
            jobs.index = jobs.index.map(str)
            membership = membership.reindex(membership.index.union(jobs.index))
        inside = membership.notna()
        known = np.nan
        held = np.nan
        n_withheld = np.nan
        if jobs is not None:
            listed = jobs.reindex(membership.index)
            known = float(listed.sum())
            held = float(listed[inside.to_numpy()].sum())
            n_withheld = float(listed.isna().sum())
        n = len(membership)
        share = held / known if known > 0 else np.nan
        estimated = share if n_withheld == 0 else np.nan
        if jobs is not None and n_withheld > 0:
            estimated = float(self.params.get("share_estimated", np.nan))
        return pd.Series(
            {
                "n_templates": float(len(self.labels)),
                "n_industries": float(n),
                "n_inside": float(inside.sum()),
                "n_ambiguous": float(self.status.eq("ambiguous").sum()),
                "n_none": float(n - inside.sum()),
                "share_none": float(n - inside.sum()) / n if n else np.nan,
                "employment": known,
                "employment_inside": held,
                "share_employment": share,
                "n_withheld": n_withheld,
                "share_estimated": estimated,
            },
            name="coverage",
        )

    def validation(self, held_out: nx.Graph[Any]) -> pd.DataFrame:
        """Score the templates on a layer that took no part in finding them.

        Parameters
        ----------
        held_out : networkx graph
            Industries and weights; pairs without an edge count as 0.

        Returns
        -------
        DataFrame by template
            ``n_industries`` (known to the layer), ``wcr`` (mean link within),
            ``bcr`` (mean link to other templates), ``bcr_p95`` (95th percentile over
            the other templates). ``.attrs["scores"]`` holds, in percent,
            ``vs_cluster`` and ``vs_cluster_p95`` (templates whose WCR is above the
            mean, or the 95th percentile, of their BCR), ``vs_industry`` and
            ``vs_industry_p95`` (the same for industries, of those in a template),
            ``coverage`` (industries in a template), and what partitions are compared
            by: ``adjusted`` (VS-industry, an industry in no template counting as
            failed, against random groups of the same sizes: 100 all, 0 chance) with
            its ``standard_error``.

        References
        ----------
        Delgado, Porter and Stern (2016), Defining clusters of related industries,
        Journal of Economic Geography; the percentile form is as remembered, not
        checked against the original.
        """
        edges = from_graph(held_out)
        names = list(self.labels.index)
        place = {name: i for i, name in enumerate(names)}
        codes = tuple(c for c in sorted(self.membership.index) if c in set(edges.nodes))
        labels = np.array(
            [place.get(self.membership[c], -1) for c in codes], dtype=np.int64
        )
        return validation_scores(edges, codes, labels, names)

    def __repr__(self) -> str:
        n = len(self.membership)
        inside = int(self.membership.notna().sum())
        ambiguous = int(self.status.eq("ambiguous").sum())
        alike = float(self.stability.get("runs_agree", np.nan))
        agree = "" if np.isnan(alike) else f"; runs agree {alike:.2f} (1 equal)"
        return (
            f"<Templates: {len(self.labels)} templates of {inside} of {n} industries, "
            f"{n - inside} in none, {ambiguous} ambiguous{agree}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = self.significance.assign(label=self.labels)
        return f"<p>{escape(repr(self))}</p>{table.to_html(escape=True)}"


def stability_of(runs_agree: float, status: list[str]) -> pd.Series:
    """Return how far the runs agree and the shares of industries by status."""
    shares = pd.Series(status, dtype=object).value_counts(normalize=True)
    kinds = ["assigned", "ambiguous", "none"]
    found = shares.reindex(kinds, fill_value=0.0).astype(float)
    found = pd.concat([pd.Series({"runs_agree": runs_agree}), found])
    return found.rename("stability").rename_axis("measure")


def template_names(count: int) -> list[str]:
    """Return T01, T02 ... wide enough that text order is number order."""
    width = max(2, len(str(count)))
    return [f"T{i:0{width}d}" for i in range(1, count + 1)]


def membership_series(codes: tuple[str, ...], labels: Ints) -> pd.Series:
    """Return the named membership; nodes that stand alone belong to no template."""
    sizes = np.bincount(labels)
    count = int((sizes > 1).sum())  # labels are sorted by falling size
    names = template_names(count)
    values = [names[label] if sizes[label] > 1 else pd.NA for label in labels]
    index = pd.Index(codes, name="industry")
    return pd.Series(values, index=index, name="template", dtype="string")


def _fields_of(weights: pd.DataFrame, least: float) -> pd.Series:
    """Return the field of every industry, None where none has ``least`` of it."""
    fields = sorted(map(str, weights.columns))
    share = weights.set_axis(weights.columns.map(str), axis=1)[fields].to_numpy(float)
    held = share >= least
    # the largest share, then the narrowest field, then the first by name
    narrow = -held.sum(axis=0) / (held.sum() + 1.0)
    rank = np.where(held, np.round(share, 9) * 2 + narrow, -np.inf)
    best = rank.argmax(axis=1)
    named = [fields[b] if h.any() else None for b, h in zip(best, held, strict=True)]
    return pd.Series(named, index=weights.index.map(str), dtype=object)


@typed
def given_templates(
    table: pd.DataFrame | pd.Series | Mapping[str, Any] | FieldWeights,
    *,
    labels: Mapping[str, str] | pd.Series | None = None,
    industries: Iterable[object] | None = None,
    minimum_weight: float = 0.5,
) -> Templates:
    """Return templates that are given: benchmark definitions, a list, the lexicon.

    Parameters
    ----------
    table : DataFrame with columns industry and template, Series, mapping, FieldWeights
        Each industry's template; a missing template is "in no group". The lexicon,
        carried to the industries by :func:`clusterid.classifications.fields_on`, puts
        an industry into the field that holds most of it; of several, into the one with
        the fewest industries.
    labels : mapping or Series, template -> text, optional
        Names for people; by default the template's own code.
    industries : iterable of codes, optional
        All industries of the study; those not in the table are in no group.
    minimum_weight : float
        Share of an industry from which a field of the lexicon has it, above 0 to 1.

    Returns
    -------
    Templates
        With confidence 1 and an empty profile; the same type detection returns.

    Raises
    ------
    TableError
        If columns are missing, an industry stands in two templates, or one is not
        among ``industries``.

    Examples
    --------
    >>> given_templates({"10": "food", "11": "food", "26": "it", "62": "it"})
    <Templates: 2 templates of 4 of 4 industries, 0 in none, 0 ambiguous>
    """
    if isinstance(table, FieldWeights):
        if not 0 < minimum_weight <= 1:
            raise OptionError(
                f"minimum_weight={minimum_weight!r} must be above 0 and at most 1."
            )
        labels = table.labels["label_en"] if labels is None else labels
        table = _fields_of(table.weights, minimum_weight)
    member = _one_template_each(_by_industry(table))
    if industries is not None:
        known = {str(code) for code in industries}
        _check_known(member, known)
        member = member.reindex(sorted(known))
    member = member.sort_index().astype("string").rename("template")
    member.index.name = "industry"
    found = pd.Index(sorted(member.dropna().unique()), name="template")
    named = dict(labels) if labels is not None else {}
    status = np.where(member.notna(), "assigned", "none")
    texts = [str(named.get(t, t)) for t in found]
    significance = pd.DataFrame(
        {"n_industries": member.value_counts().reindex(found).to_numpy(dtype=int)},
        index=found,
    )
    return Templates(
        membership=member,
        confidence=pd.Series(1.0, index=member.index, name="confidence"),
        status=pd.Series(status, index=member.index, name="status"),
        labels=pd.Series(texts, index=found, name="label", dtype=object),
        profile=pd.DataFrame(columns=PROFILE),
        significance=significance.reindex(columns=_SIGNIFICANCE),
        hierarchy=pd.DataFrame(index=member.index),
        stability=stability_of(np.nan, status.tolist()),
        params={"method": "given"},
    )


def _check_known(member: pd.Series, known: set[str]) -> None:
    """Refuse templates of industries that the study does not know."""
    unknown = sorted(set(member.index[member.notna().to_numpy()]) - known)
    if unknown:
        fault = Fault(
            "an industry of a template is not among the industries",
            "use the codes and the level of the study, or leave these rows out",
            len(unknown),
            tuple((code, member[code]) for code in unknown[:5]),
        )
        raise TableError("templates", [fault])


def _by_industry(table: pd.DataFrame | pd.Series | Mapping[str, Any]) -> pd.Series:
    """Return the template of every industry named, as it stands in the table."""
    if not isinstance(table, pd.DataFrame):
        series = pd.Series(table, dtype=object)
        series.index = series.index.astype(str)
        return series
    missing = [c for c in ("industry", "template") if c not in table.columns]
    if missing:
        fault = Fault(
            f"no column {' and '.join(missing)}; it has "
            f"{', '.join(map(str, table.columns))}",
            "rename the columns to industry and template",
        )
        raise TableError("templates", [fault])
    return pd.Series(
        table["template"].to_numpy(dtype=object),
        index=table["industry"].astype(str),
        dtype=object,
    )


def _one_template_each(series: pd.Series) -> pd.Series:
    """Return the template of every industry once; two of one industry are a fault."""
    series = series[~pd.Series(series.index, index=series.index).isna()]
    pairs = pd.DataFrame({"industry": series.index, "template": series.to_numpy()})
    pairs = pairs.drop_duplicates()
    twice = pairs[pairs.duplicated("industry", keep=False)]
    if len(twice):
        rows = tuple(zip(twice["industry"], twice["template"], strict=True))
        fault = Fault(
            "an industry stands in more than one template",
            "keep one, or use a table of weights with clusters.test_groups",
            len(twice),
            rows[:5],
        )
        raise TableError("templates", [fault])
    return pairs.set_index("industry")["template"]
