"""Why the members of a template belong together, how surely, and what lies between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.communities._graph import from_graph
from clusterid.errors import GraphError, OptionError, nearest

if TYPE_CHECKING:
    import networkx as nx

    from clusterid.communities._templates import Templates

__all__ = ["Explanation", "LinkRanks", "explain_template", "link_ranks"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MEMBERS = [
    "industry", "name", "status", "confidence", "inside", "next_template",
    "next_inside",
]  # fmt: skip
_LINKS = ["layer", "took_part", "source", "target", "pair", "weight", "rank"]
_BETWEEN = [
    "template", "label", "layer", "source", "target", "pair", "weight", "rank",
    "mean_rank",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkRanks:
    """The links of one layer, and of what share of all pairs each is the stronger."""

    nodes: tuple[str, ...]
    source: Ints
    target: Ints
    weight: Floats
    rank: Floats


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why the members of a template belong together.

    Parameters
    ----------
    template, label : str
    summary : Series
        ``n_industries``, ``confidence`` (mean of the members), ``n_ambiguous``, ``z``
        and ``p_value`` against random graphs, ``runs_agree`` (of all templates). NaN
        where it was not computed.
    members : DataFrame
        ``industry``, ``name``, ``status``, ``confidence``, ``inside`` (mean rank of
        its links to the other members, 0 for a pair without a link, over the layers
        that took part), ``next_template`` (the other template to which its links are
        strongest on average) and ``next_inside`` (how strong). Surest first.
    links : DataFrame
        The strongest links inside by layer: ``layer``, ``took_part`` (in finding the
        templates), ``source``, ``target``, ``pair`` (in words), ``weight`` (as the
        layer has it) and ``rank`` (share of all pairs of the layer that are weaker,
        0 to 1).
    between : DataFrame
        The other templates, those with the strongest links first: ``template``,
        ``label``, ``mean_rank`` (over all pairs of both and the layers that took
        part), and the strongest single link: ``layer``, ``source`` (inside),
        ``target``, ``pair``, ``weight``, ``rank``.
    """

    template: str
    label: str
    summary: pd.Series
    members: pd.DataFrame
    links: pd.DataFrame
    between: pd.DataFrame

    def __repr__(self) -> str:
        said = self.summary
        return (
            f"<Explanation of {self.template}: {said['n_industries']:.0f} members, "
            f"confidence {said['confidence']:.2f}, "
            f"{said['n_ambiguous']:.0f} ambiguous, {len(self.links)} links of "
            f"{self.links['layer'].nunique()} layers>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        parts = [f"<p>{escape(repr(self))}</p>", f"<p>{escape(self.label)}</p>"]
        for title in ("members", "links", "between"):
            table = getattr(self, title).to_html(escape=True, index=False)
            parts.append(f"<h4>{title}</h4>{table}")
        return "".join(parts)


def link_ranks(layers: Mapping[str, nx.Graph[Any]]) -> dict[str, LinkRanks]:
    """Return the links of layers with their ranks, equal weights of equal rank."""
    return {str(name): _ranked(graph) for name, graph in sorted(layers.items())}


def _ranked(graph: nx.Graph[Any]) -> LinkRanks:
    edges = from_graph(graph)
    n = edges.n_nodes
    pairs = max(1.0, n * (n - 1) / 2)
    order = np.sort(edges.weight)
    stronger = len(order) - np.searchsorted(order, edges.weight, side="right")
    equal = len(order) - np.searchsorted(order, edges.weight, side="left") - stronger
    rank = (pairs - stronger - equal) / pairs
    return LinkRanks(edges.nodes, edges.source, edges.target, edges.weight, rank)


def explain_template(
    templates: Templates,
    code: str,
    layers: Mapping[str, nx.Graph[Any] | LinkRanks],
    *,
    names: Mapping[str, str] | None = None,
    most: int = 5,
) -> Explanation:
    """Explain a template: its strongest links, how sure it is, what lies between.

    Parameters
    ----------
    templates : Templates
    code : str
        Of the template, e.g. ``"T01"``.
    layers : mapping of name to graph
        Links between industries; those that took no part in finding the templates
        are shown, too, and marked.
    names : mapping of industry to text, optional
        For people.
    most : int
        Links of each layer, and other templates, that are listed.

    Returns
    -------
    Explanation

    Raises
    ------
    OptionError
        If no template has the code, or ``most`` is not a positive number.
    GraphError
        If layers are given and none knows an industry of the templates.

    Notes
    -----
    Weights of layers have units of their own; ranks make them comparable. That a
    link is among the strongest of its layer is why the members are together; it does
    not say that their plants trade with each other.

    Examples
    --------
    >>> import networkx as nx
    >>> from clusterid.communities import given_templates
    >>> graph = nx.Graph()
    >>> graph.add_weighted_edges_from([("10", "11", 3.0), ("11", "26", 1.0)])
    >>> found = given_templates({"10": "food", "11": "food", "26": "it", "62": "it"})
    >>> why = explain_template(found, "food", {"supply": graph})
    >>> why.links[["pair", "weight"]].values.tolist()
    [['10 - 11', 3.0]]
    >>> why.between[["template", "pair"]].values.tolist()
    [['it', '11 - 26']]
    """
    known = [str(name) for name in templates.labels.index]
    if code not in known:
        raise OptionError(
            f"template={code!r}: is none of them{nearest(str(code), known)}"
        )
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise OptionError(f"most={most!r} must be a whole number of at least 1.")
    ranked = {
        str(name): layer if isinstance(layer, LinkRanks) else _ranked(layer)
        for name, layer in sorted(layers.items())
    }
    group = templates.membership.dropna().astype(str)
    if ranked and not any(set(group.index) & set(r.nodes) for r in ranked.values()):
        raise GraphError(
            "No layer knows an industry of the templates; give layers in the codes of "
            f"the templates, such as {', '.join(map(str, group.index[:3]))}."
        )
    said = {str(k): str(v) for k, v in (names or {}).items()}
    took_part = {str(name) for name in templates.params.get("layers", ranked)}
    outward = _outward(ranked, group, code)
    pull = outward[outward["layer"].isin(took_part) & outward["template"].ne("")]
    sizes = _Known.of(ranked, took_part, group)
    table = templates.labels
    return Explanation(
        template=code,
        label=str(table[code]),
        summary=_summary(templates, code),
        members=_members(templates, code, pull, sizes, said),
        links=_links(outward, code, took_part, said, most),
        between=_between(pull, code, sizes, table, said, most),
    )


def _summary(templates: Templates, code: str) -> pd.Series:
    members = templates.members(code)
    status = templates.status.reindex(members)
    tests = templates.significance.reindex(index=[code], columns=["z", "p_value"])
    z, p_value = tests.to_numpy(dtype=float)[0]
    found = {
        "n_industries": float(len(members)),
        "confidence": float(templates.confidence.reindex(members).mean()),
        "n_ambiguous": float(status.eq("ambiguous").sum()),
        "z": float(z),
        "p_value": float(p_value),
        "runs_agree": float(templates.stability.get("runs_agree", np.nan)),
    }
    return pd.Series(found, name=code)


def _outward(
    ranked: Mapping[str, LinkRanks], group: pd.Series, code: str
) -> pd.DataFrame:
    """Return every link of a member: the member first, inside ones in both senses."""
    of = {str(industry): str(template) for industry, template in group.items()}
    parts = []
    for name, layer in ranked.items():
        nodes = np.array(layer.nodes, dtype=object)
        home = np.array([of.get(node, "") for node in layer.nodes], dtype=object)
        for a, b in ((layer.source, layer.target), (layer.target, layer.source)):
            here = home[a] == code
            parts.append(pd.DataFrame({
                "layer": name,
                "source": nodes[a[here]],
                "target": nodes[b[here]],
                "template": home[b[here]],
                "weight": layer.weight[here],
                "rank": layer.rank[here],
            }))  # fmt: skip
    columns = ["layer", "source", "target", "template", "weight", "rank"]
    if not parts:
        return pd.DataFrame(columns=columns)
    found = pd.concat(parts, ignore_index=True)[columns]
    order = ["layer", "rank", "source", "target"]
    return found.sort_values(
        order, ascending=[True, False, True, True], ignore_index=True
    )


def _pairs(table: pd.DataFrame, said: Mapping[str, str]) -> list[str]:
    return [
        f"{said.get(a, a)} - {said.get(b, b)}"
        for a, b in zip(table["source"], table["target"], strict=True)
    ]


def _links(
    outward: pd.DataFrame,
    code: str,
    took_part: set[str],
    said: Mapping[str, str],
    most: int,
) -> pd.DataFrame:
    """Return the strongest links inside, those of layers that took part first."""
    once = outward["source"].astype(str) < outward["target"].astype(str)
    inside = outward[outward["template"].eq(code) & once]
    first = inside.groupby("layer", sort=False).head(most)
    first = first.assign(
        took_part=[layer in took_part for layer in first["layer"]],
        pair=_pairs(first, said),
    )
    order = first.assign(late=~first["took_part"].astype(bool))
    order = order.sort_values(["late", "layer"], kind="stable", ignore_index=True)
    return order[_LINKS]


@dataclass(frozen=True, slots=True)
class _Known:
    """Which industries each layer that took part knows, and how many by template."""

    nodes: dict[str, frozenset[str]]
    sizes: dict[str, dict[str, int]]

    @classmethod
    def of(
        cls, ranked: Mapping[str, LinkRanks], took_part: set[str], group: pd.Series
    ) -> _Known:
        nodes = {n: frozenset(r.nodes) for n, r in ranked.items() if n in took_part}
        sizes = {}
        for name, known in nodes.items():
            inside = group[[industry in known for industry in group.index]]
            sizes[name] = {str(t): int(n) for t, n in inside.value_counts().items()}
        return cls(nodes, sizes)

    def pairs(self, member: str, template: str, *, own: bool) -> int:
        """Return how many pairs a member and the (other) members of a template are."""
        return sum(
            self.sizes[name].get(template, 0) - own
            for name, known in self.nodes.items()
            if member in known
        )

    def between(self, one: str, other: str) -> int:
        """Return how many pairs two templates are."""
        return sum(s.get(one, 0) * s.get(other, 0) for s in self.sizes.values())


def _members(
    templates: Templates,
    code: str,
    pull: pd.DataFrame,
    known: _Known,
    said: Mapping[str, str],
) -> pd.DataFrame:
    """Return the members, surest first, with the template each is closest to beside.

    ``pull``: their links in layers that took part.
    """
    totals = pull.groupby(["source", "template"], as_index=False)["rank"].sum()
    sums: dict[str, dict[str, float]] = {}
    for member, template, total in totals.itertuples(index=False, name=None):
        pairs = known.pairs(str(member), str(template), own=template == code)
        sums.setdefault(str(member), {})[str(template)] = float(total) / max(1, pairs)
    rows = []
    for member in templates.members(code):
        mean = sums.get(member, {})
        others = sorted((-value, t) for t, value in mean.items() if t != code)
        rows.append({
            "industry": member,
            "name": said.get(member, member),
            "status": str(templates.status.get(member, "")),
            "confidence": float(templates.confidence.get(member, np.nan)),
            "inside": mean.get(code, 0.0),
            "next_template": others[0][1] if others else "",
            "next_inside": -others[0][0] if others else 0.0,
        })
    order = ["confidence", "inside", "industry"]
    return pd.DataFrame(rows, columns=_MEMBERS).sort_values(
        order, ascending=[False, False, True], ignore_index=True
    )


def _between(
    pull: pd.DataFrame,
    code: str,
    known: _Known,
    labels: pd.Series,
    said: Mapping[str, str],
    most: int,
) -> pd.DataFrame:
    """Return the templates nearest to this one, with the strongest single link."""
    across = pull[pull["template"].ne(code)]
    across = across.sort_values(
        ["rank", "layer", "source", "target"], ascending=[False, True, True, True]
    )
    best = across.groupby("template", sort=False).head(1)
    sums = across.groupby("template")["rank"].sum()
    best = best.assign(
        label=[str(labels.get(t, t)) for t in best["template"]],
        pair=_pairs(best, said),
        mean_rank=[
            float(sums[t]) / max(1, known.between(code, str(t)))
            for t in best["template"]
        ],
    )
    order = best.sort_values(["mean_rank", "template"], ascending=[False, True])
    return order[_BETWEEN].head(most).reset_index(drop=True)
