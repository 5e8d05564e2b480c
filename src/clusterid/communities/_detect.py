"""Which industries belong together: communities in the layers."""

from __future__ import annotations

import random
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd

from clusterid._typed import typed_by
from clusterid.communities._choice import Chosen, at_the_best_resolution
from clusterid.communities._consensus import consensus, with_own_group
from clusterid.communities._graph import Edges, Floats, Ints
from clusterid.communities._layers import joined_layers
from clusterid.communities._partition import split_disconnected
from clusterid.communities._resolution import n_groups
from clusterid.communities._rules import CommunityOptions, CommunityRules
from clusterid.communities._runs import Runs
from clusterid.communities._significance import significance_table
from clusterid.communities._splitting import Stands, split_wide
from clusterid.communities._templates import (
    Templates,
    given_templates,
    membership_series,
    stability_of,
    template_names,
)
from clusterid.errors import DataWarning

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["detect_communities"]

#: A member is ambiguous when the runs put it with its template less often. Our choice.
ASSIGNED_FROM = 0.6


@typed_by(CommunityRules)
def detect_communities(
    layers: Any,
    *,
    held_out: str | nx.Graph[Any] | None = None,
    names: Mapping[str, str] | None = None,
    stands: Stands | None = None,
    **options: Unpack[CommunityOptions],
) -> Templates:
    r"""Find groups of industries that belong together.

    Leiden communities of the stacked layers on the widest plateau of resolutions that
    agrees best with a layer that took no part, or, of one layer alone, that describes
    it best; the runs, over seeds and perturbed data, are joined to one consensus. An
    industry may stay alone. What the groups do not say: that they sit anywhere (see
    :func:`identify_clusters`), nor that they are more than chance (``surrogates``).

    Parameters
    ----------
    layers : networkx graph, or mapping of name -> networkx graph
        Industries linked by ``weight`` > 0. Several layers are rank-normalised and
        averaged over the layers that observe a pair.
    method : {"leiden", "infomap"}
        Infomap has no resolution; ``quality`` and ``resolution`` are then not used.
    quality : {"auto", "cpm", "modularity"}
        ``"auto"``: where one layer describes itself whichever describes it better,
        with links as they are weighted or all counted the same
        (``params["chosen_quality"]``, ``params["chosen_links"]``); with several layers,
        a layer held out or a given resolution the constant Potts model. That is
        :math:`\sum_c m_c - \gamma n_c(n_c-1)/2`, in which
        :math:`\gamma` is the least mean link a group keeps; or modularity, which
        has a resolution limit.
    resolution : "auto" or float
        ``"auto"`` draws the profile by bisection and takes, of the partitions within
        a standard error of the best, the one on the widest plateau (see ``prefer``):
        best on held-out layers or, of one layer alone, in describing it in few words,
        hubs allowed for. Descriptions within two nats say the same.
    runs : int
        Runs of the consensus, half of them on perturbed data.
    seed : int
        The same seed gives the same result whatever the order of nodes and edges.
    held_out : str, networkx graph or None
        The layer that scores the resolutions: a name among ``layers``, which then
        takes no part in detection, or another graph. ``None`` with several layers
        lets each layer score the partitions of the others in turn.
    resolutions : int
        Points of the profile.
    prefer : {"widest", "finest"}
        Which of several equally good partitions ``"auto"`` takes: the one that holds
        over the widest stretch of resolutions (of one stretch, and where none is a
        plateau, the finest), or the finest of all.
    perturbation : float
        Coefficient of variation of the noise on each link in a perturbed run: cells
        of the tables are known within some error.
    drop_layers : bool
        Whether perturbed runs also leave out one layer after the other, where three
        or more take part.
    redraw : callable, generator -> mapping of layers, optional
        Rebuilds some of the layers from redrawn data for perturbed runs, for example
        co-location from plants drawn anew
        (:func:`clusterid.aggregation.redraw_plants`). Noise, layers left out and
        redrawn data take turns.
    layer_weights : mapping, layer -> weight of at least 0, optional
        By default a layer weighs as much as its links agree with the held-out layer
        (or, of three and more layers, with the others): their correlation over pairs,
        not below 0. Noise cannot outvote a good layer.
    contrast : float
        Power to which the ranks of a layer's links are raised before layers are
        joined: 1 lets a middling link count half of the best, 3 an eighth. Used with
        several layers.
    neighbours : int or None
        Strongest links kept of each industry; more are noise and time. None keeps 50,
        and every link of one layer with up to 50,000.
    largest : int or None
        Partitions with a group of more industries are not chosen if there is another.
        None leaves the size of groups to the scores.
    surrogates : int
        Random graphs for the significance of the templates; 0 leaves it NaN.
    runs_at : {"chosen", "every"}
        Where the runs are made: at the chosen resolution, or at every one of the
        profile, which then says how stable each is. A run at every resolution goes
        from fine to coarse, each search starting from the groups before.
    processes : int
        Processes that share the runs; the result is the same for any number. A
        process takes about a second to start, and a script that asks for several
        must call this under ``if __name__ == "__main__":``.
    names : mapping, code -> name, optional
        For the labels; by default node attribute ``label``, else the code.
    stands : callable, lists of codes -> list of bool, optional
        Which groups could stand somewhere as a whole
        (:func:`clusterid.clusters.standing`). A group that could nowhere is split at
        the coarsest resolution at which one of its parts could; one of which no part
        could stays.

    Returns
    -------
    Templates

    Raises
    ------
    GraphError
        If there is no layer, a weight cannot be used, or a layer shares no industry
        with the others.
    OptionError
        If an option is not offered.

    Warns
    -----
    DataWarning
        If no link joins two industries: every industry is then in no template.

    Notes
    -----
    Numbers without literature, tuned here: 0.9 likeness inside a plateau, two nats
    between descriptions that say the same, 0.6 for ``assigned``, consensus above one
    half. Where links are all alike no group says anything, and all linked industries
    are one template.

    References
    ----------
    Traag, Waltman and van Eck (2019), From Louvain to Leiden; Traag, Van Dooren and
    Nesterov (2011), Narrow scope for resolution-limit-free community detection;
    Lancichinetti and Fortunato (2012), Consensus clustering in complex networks;
    Delgado, Porter and Stern (2016), Defining clusters of related industries.

    Examples
    --------
    >>> import networkx as nx
    >>> ring = nx.ring_of_cliques(4, 5)
    >>> nx.set_edge_attributes(ring, 1.0, "weight")
    >>> found = detect_communities(nx.relabel_nodes(ring, str), runs=10)
    >>> found.significance["n_industries"].tolist()
    [5, 5, 5, 5]
    """
    rules = CommunityRules.of(options)
    joined = joined_layers(layers, held_out, rules)
    edges = joined.edges
    by = held_out if isinstance(held_out, str) else joined.judge is not None
    params = rules.params(by, joined.weights) | {
        "assigned_from": ASSIGNED_FROM,
        "splits": stands is not None,
    }
    if not len(edges.weight):
        warnings.warn(
            f"The layers ({', '.join(sorted(joined.used))}) have no links between "
            "different industries: there are no templates.",
            DataWarning,
            stacklevel=2,
        )
        return _no_templates(edges.nodes, params)
    seeds = random.Random(rules.seed)
    profile_seed, run_seed, surrogate_seed, split_seed = (
        seeds.getrandbits(31) for _ in range(4)
    )
    repeat = Runs.of(joined, rules, run_seed)
    if rules.method == "leiden":
        chosen = at_the_best_resolution(joined, rules, repeat, profile_seed)
        params["chosen_by"] = chosen.how
    else:
        chosen = Chosen.without_profile(edges, repeat.at((np.nan,), "")[0])
    params["chosen_resolution"] = chosen.resolution
    params["chosen_quality"] = chosen.way.quality
    params["chosen_links"] = chosen.way.links

    labels = consensus(edges.nodes, chosen.runs, run_seed)
    labels = split_disconnected(edges, labels)
    if stands is not None:
        labels = split_wide(edges, labels, stands, split_seed)
    confidence = with_own_group(chosen.runs, labels)
    status = _status(confidence, labels)
    membership = membership_series(edges.nodes, labels)
    codes = template_names(n_groups(labels))
    known = {str(code): str(name) for code, name in (names or {}).items()}
    index = membership.index
    return Templates(
        membership=membership,
        confidence=pd.Series(confidence, index=index, name="confidence"),
        status=pd.Series(status, index=index, name="status"),
        labels=_labels(edges, labels, codes, {**joined.names, **known}),
        profile=chosen.profile,
        significance=significance_table(
            chosen.edges,
            labels,
            codes,
            quality=chosen.way.quality,
            resolution=chosen.resolution if np.isfinite(chosen.resolution) else 1.0,
            surrogates=rules.surrogates if rules.method == "leiden" else 0,
            seed=surrogate_seed,
        ),
        hierarchy=pd.DataFrame(chosen.levels, index=index),
        stability=stability_of(chosen.runs_agree, status),
        params=params,
    )


def _no_templates(codes: tuple[str, ...], params: dict[str, Any]) -> Templates:
    """Return every industry in no template: there is nothing that joins any."""
    index = pd.Index(codes, name="industry")
    none = pd.Series(pd.NA, index=index, name="template", dtype="string")
    found = given_templates(none)
    return replace(
        found,
        confidence=pd.Series(1.0, index=index, name="confidence"),
        stability=stability_of(float("nan"), ["none"] * len(codes)),
        params={
            **params,
            "chosen_by": "no links",
            "chosen_resolution": float("nan"),
            "chosen_quality": "",
            "chosen_links": "",
        },
    )


def _status(confidence: Floats, labels: Ints) -> list[str]:
    """Return assigned, ambiguous or none for every industry."""
    others = np.bincount(labels)[labels] - 1
    return [
        "none" if others[i] == 0
        else "assigned" if confidence[i] >= ASSIGNED_FROM
        else "ambiguous"
        for i in range(len(labels))
    ]  # fmt: skip


def _labels(
    edges: Edges, labels: Ints, codes: list[str], names: Mapping[str, str]
) -> pd.Series:
    """Return a label from the two industries with the strongest links inside."""
    inside = labels[edges.source] == labels[edges.target]
    pull = np.bincount(
        edges.source[inside], edges.weight[inside], edges.n_nodes
    ) + np.bincount(edges.target[inside], edges.weight[inside], edges.n_nodes)
    texts = []
    for c in range(len(codes)):
        members = np.flatnonzero(labels == c)
        leading = members[np.lexsort((members, -pull[members]))][:2]
        texts.append(
            " / ".join(names.get(edges.nodes[i], edges.nodes[i]) for i in leading)
        )
    index = pd.Index(codes, name="template")
    return pd.Series(texts, index=index, name="label", dtype=object)
