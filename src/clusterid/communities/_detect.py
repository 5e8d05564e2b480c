"""Which industries belong together: communities in the layers."""

from __future__ import annotations

import random
import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.communities._graph import (
    Edges,
    Floats,
    Ints,
    Layer,
    pair_agreement,
    pruned,
    read_layer,
    relatedness,
    stack,
)
from clusterid.communities._partition import (
    leiden,
    relabel,
    split_disconnected,
    to_igraph,
)
from clusterid.communities._resolution import (
    Profile,
    choose,
    improved,
    n_groups,
    resolution_profile,
)
from clusterid.communities._runs import (
    Search,
    agreement_of,
    co_assignment,
    consensus,
    n_shaken,
    search_runs,
    undisturbed,
)
from clusterid.communities._shaken import Redraw, other_data
from clusterid.communities._significance import significance_table
from clusterid.communities._templates import (
    PROFILE,
    Templates,
    given_templates,
    membership_series,
    stability_of,
    template_names,
)
from clusterid.communities._validation import adjusted_score
from clusterid.errors import DataWarning, GraphError, OptionError, check_option

__all__ = ["detect_communities"]

#: A member is ambiguous when the runs put it with its template less often. Ours.
ASSIGNED_FROM = 0.6
_FIRST_RUNS = 3
_NEIGHBOURS = 50
#: Descriptions that save nearly as much as the best say the same. Ours.
_SAME_DESCRIPTION = 0.03


@typed
def detect_communities(
    layers: Any,
    *,
    method: str = "leiden",
    quality: str = "cpm",
    resolution: str | float = "auto",
    runs: int = 100,
    seed: int = 0,
    held_out: Any = None,
    resolutions: int = 20,
    prefer: str = "widest",
    perturbation: float = 0.3,
    drop_layers: bool = True,
    redraw: Redraw | None = None,
    layer_weights: Mapping[str, float] | None = None,
    contrast: float = 3.0,
    neighbours: int = 50,
    largest: int | None = 60,
    surrogates: int = 0,
    runs_at: str = "chosen",
    processes: int = 1,
    names: Mapping[str, str] | None = None,
) -> Templates:
    r"""Find groups of industries that belong together.

    Leiden communities of the stacked layers on the widest plateau of resolutions that
    agrees best with a layer that took no part; the runs, over seeds and perturbed
    data, are joined to one consensus. An industry may stay alone. What the groups do
    not say: that they sit anywhere (see :func:`identify_clusters`).

    Parameters
    ----------
    layers : networkx graph, or mapping of name -> networkx graph
        Industries linked by ``weight`` > 0. Several layers are rank-normalised and
        averaged over the layers that observe a pair.
    method : {"leiden", "infomap"}
        Infomap has no resolution; ``quality`` and ``resolution`` are then not used.
    quality : {"cpm", "modularity"}
        Constant Potts model, :math:`\sum_c m_c - \gamma n_c(n_c-1)/2`, in which
        :math:`\gamma` is the least mean link a group keeps; or modularity, which
        has a resolution limit.
    resolution : "auto" or float
        ``"auto"`` draws the profile by bisection and takes, of the partitions within
        a standard error of the best, the one on the widest plateau (see ``prefer``):
        best on held-out layers or, without one, in describing the layer in few words.
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
    neighbours : int
        Strongest links kept of each industry; more are noise and time.
    largest : int or None
        Partitions with a group of more industries are not chosen if there is another.
        None leaves the choice to the scores, up to a fifth of the industries.
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

    Returns
    -------
    Templates

    Raises
    ------
    GraphError
        If there is no layer, or a weight cannot be used.
    OptionError
        If an option is not offered.

    Warns
    -----
    DataWarning
        If no link joins two industries: every industry is then in no template.

    Notes
    -----
    Numbers without literature, tuned here: 0.9 likeness inside a plateau, at most a
    fifth of the industries and 60 in one group, 0.6 for ``assigned``, consensus above
    one half.

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
    check_option("method", method, ("leiden", "infomap"))
    check_option("quality", quality, ("cpm", "modularity"))
    check_option("prefer", prefer, ("finest", "widest"))
    check_option("runs_at", runs_at, ("chosen", "every"))
    if resolution != "auto" and not (
        isinstance(resolution, (int, float)) and 0 < resolution < np.inf
    ):
        raise OptionError(
            f"resolution={resolution!r}: use 'auto' or a positive number."
        )
    if largest is not None and largest < 2:
        raise OptionError(f"largest={largest}: a group has at least 2 industries.")
    if runs < 1:
        raise OptionError(f"runs={runs}: at least one run is needed.")
    if processes < 1:
        raise OptionError(f"processes={processes}: at least one is needed.")
    graphs, judging = _split_layers(layers, held_out)
    used = {name: read_layer(graph) for name, graph in graphs.items()}
    judge = None if judging is None else read_layer(judging)
    weights = _layer_weights(used, judge, layer_weights, contrast)
    edges = pruned(_edges_of(used, weights, contrast), neighbours)
    params: dict[str, Any] = {
        "method": method,
        "quality": quality,
        "resolution": resolution,
        "runs": runs,
        "seed": seed,
        "held_out": held_out if isinstance(held_out, str) else judge is not None,
        "resolutions": resolutions,
        "prefer": prefer,
        "perturbation": perturbation,
        "drop_layers": drop_layers,
        "redraw": redraw is not None,
        "surrogates": surrogates,
        "runs_at": runs_at,
        "layer_weights": weights,
        "contrast": contrast,
        "neighbours": neighbours,
        "largest": largest,
        "layers": sorted(used),
        "assigned_from": ASSIGNED_FROM,
    }
    if not len(edges.weight):
        warnings.warn(
            f"The layers ({', '.join(sorted(used))}) have no links between different "
            "industries: there are no templates.",
            DataWarning,
            stacklevel=2,
        )
        return _no_templates(edges.nodes, params)
    seeds = random.Random(seed)
    profile_seed, run_seed, surrogate_seed = (seeds.getrandbits(31) for _ in range(3))

    gamma, table = np.nan, pd.DataFrame(columns=PROFILE)
    levels: dict[str, Ints] = {}

    others = other_data(
        edges,
        used,
        lambda layers: _edges_of(layers, _above_zero(layers, weights), contrast),
        drop_layers=drop_layers,
        redraw=redraw,
        neighbours=neighbours,
        count=n_shaken(runs),
        seed=run_seed,
    )

    def run(resolutions: tuple[float, ...]) -> list[list[Ints]]:
        search = Search(method, quality, resolutions, perturbation, run_seed)
        return search_runs(edges, search, runs=runs, processes=processes, others=others)

    if method == "leiden":
        profile = resolution_profile(
            edges,
            quality=quality,
            resolutions=resolutions if resolution == "auto" else 1,
            starts=_FIRST_RUNS,
            seed=profile_seed,
            at=None if resolution == "auto" else float(resolution),
        )
        made: dict[int, list[Ints]] = {}
        if runs_at == "every":
            made = dict(enumerate(run(tuple(profile.resolution))))
            better = [undisturbed(made[k]) for k in sorted(made)]
            profile = improved(profile, edges, quality, better, profile_seed)
        scores, tolerance, how = _held_out_scores(
            profile,
            edges,
            used,
            judge,
            weights,
            contrast=contrast,
            quality=quality,
            seed=profile_seed,
        )
        chosen = (
            choose(profile, scores, tolerance, largest, prefer)
            if resolution == "auto"
            else 0
        )
        gamma = float(profile.resolution[chosen])
        params["chosen_by"] = how if resolution == "auto" else "given"
        if chosen not in made:
            made[chosen] = run((gamma,))[0]
        found = made[chosen]
        stable = np.array([agreement_of(made.get(k, [])) for k in range(len(scores))])
        agree = float(stable[chosen])
        table = _profile_table(profile, scores, chosen, stable)
        levels = _levels(profile, chosen)
    else:
        found = run((gamma,))[0]
        agree = agreement_of(found)
    params["chosen_resolution"] = gamma

    together = co_assignment(found)
    labels = consensus(edges.nodes, together, run_seed)
    labels = split_disconnected(edges, labels)
    confidence, status = _confidence(together, found, labels)
    membership = membership_series(edges.nodes, labels)
    count = n_groups(labels)
    codes = template_names(count)
    significance = significance_table(
        edges,
        labels,
        codes,
        quality=quality,
        resolution=gamma if np.isfinite(gamma) else 1.0,
        surrogates=surrogates if method == "leiden" else 0,
        seed=surrogate_seed,
    )
    index = membership.index
    return Templates(
        membership=membership,
        confidence=pd.Series(confidence, index=index, name="confidence"),
        status=pd.Series(status, index=index, name="status"),
        labels=_labels(edges, labels, codes, _names(graphs, names)),
        profile=table,
        significance=significance,
        hierarchy=pd.DataFrame(levels, index=index),
        stability=stability_of(agree, status),
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
        params={**params, "chosen_resolution": float("nan"), "chosen_by": "no links"},
    )


def _split_layers(layers: Any, held_out: Any) -> tuple[dict[str, Any], Any]:
    """Return the layers that take part, and the graph that judges, or None."""
    if not isinstance(layers, Mapping):
        if isinstance(held_out, str):
            raise OptionError(
                f"held_out={held_out!r} names a layer, but one graph was given; pass "
                "the layers as a mapping, or the held-out graph itself."
            )
        return {"given graph": layers}, held_out
    used = {str(name): graph for name, graph in layers.items() if graph is not None}
    judge = held_out
    if isinstance(held_out, str):
        check_option("held_out", held_out, sorted(used))
        judge = used.pop(held_out)
    if not used:
        raise GraphError("No layer is left to find communities in; pass at least one.")
    return used, judge


def _layer_weights(
    used: Mapping[str, Layer],
    judge: Layer | None,
    given: Mapping[str, float] | None,
    contrast: float,
) -> dict[str, float]:
    """Return what each layer weighs; all equal where nothing tells them apart."""
    names = sorted(used)
    if given is not None:
        unknown = sorted(set(map(str, given)) - set(names))
        found = {name: float(given.get(name, 0.0)) for name in names}
        if unknown or min(found.values()) < 0 or not any(found.values()):
            raise OptionError(
                f"layer_weights={dict(given)!r}: give numbers of at least 0, one above "
                f"0, for {', '.join(names)}."
            )
        return found
    if len(names) == 1:
        found = {}
    elif judge is not None:
        found = {n: max(0.0, pair_agreement(used[n], judge, contrast)) for n in names}
    elif len(names) > 2:
        found = {
            n: max(
                0.0,
                float(
                    np.mean([
                        pair_agreement(used[n], used[other], contrast)
                        for other in names
                        if other != n
                    ])
                ),
            )
            for n in names
        }
    else:
        found = {}
    top = max(found.values(), default=0.0)
    if top <= 0:
        return dict.fromkeys(names, 1.0)
    return {name: round(value / top, 12) for name, value in found.items()}


def _above_zero(
    layers: Mapping[str, Layer], weights: Mapping[str, float]
) -> dict[str, float]:
    """Return the weights of some of the layers; equal where none of them has any."""
    shares = {name: weights[name] for name in layers}
    return shares if any(shares.values()) else dict.fromkeys(shares, 1.0)


def _edges_of(
    used: Mapping[str, Layer], weights: Mapping[str, float], contrast: float
) -> Edges:
    if len(used) == 1:
        return next(iter(used.values())).edges
    return stack(used, weights, contrast)


def _held_out_scores(
    profile: Profile,
    edges: Edges,
    used: Mapping[str, Layer],
    judge: Layer | None,
    weights: Mapping[str, float],
    *,
    contrast: float,
    quality: str,
    seed: int,
) -> tuple[Floats, float, str]:
    """Return the held-out score of each resolution, and how it was held out.

    The second value is what two scores may differ by without saying anything: one
    standard error of the best, or 3 % of the best description (ours).
    """
    count = len(profile.resolution)
    if judge is not None:
        found, errors = _judged(profile.partitions, edges.nodes, judge.edges, seed)
        return found, _at_best(found, errors), "held-out layer"
    if len(used) < 2:
        saved = _saved(profile, edges)
        best = float(np.nanmax(saved)) if np.isfinite(saved).any() else 0.0
        how = "description length (no layer to hold out)"
        return saved, _SAME_DESCRIPTION * abs(best), how
    scores, variance = np.zeros(count), np.zeros(count)
    for name in sorted(used):
        rest = {other: g for other, g in used.items() if other != name}
        part = pruned(stack(rest, _above_zero(rest, weights), contrast), _NEIGHBOURS)
        # the same place between whole and crumbs, since densities differ by layer
        scale = _mean_density(part) / _mean_density(edges)
        graph = to_igraph(part)
        partitions = tuple(
            leiden(
                part,
                graph=graph,
                quality=quality,
                resolution=g * (scale if quality == "cpm" else 1.0),
                seed=seed,
                converge=False,
            )[0]
            for g in profile.resolution
        )
        found, errors = _judged(partitions, part.nodes, used[name].edges, seed)
        scores += found
        variance += errors**2
    scores, errors = scores / len(used), np.sqrt(variance) / len(used)
    return scores, _at_best(scores, errors), "each layer held out in turn"


def _at_best(scores: Floats, errors: Floats) -> float:
    """Return the standard error of the best score; 0 where there is none."""
    known = np.isfinite(scores)
    return float(
        errors[np.argmax(np.where(known, scores, -np.inf))] if known.any() else 0
    )


def _saved(profile: Profile, edges: Edges) -> Floats:
    r"""Return the nats a partition saves in describing the layer, per industry.

    Links on the normal scale of their ranks have one mean inside groups and one
    between; what that explains, :math:`-\frac{N}{2} \ln(1 - R^2)` over the N pairs,
    less what the partition itself costs, :math:`\sum_c n_c \ln(n/n_c)`. A giant group
    explains nothing and crumbs cost more than they explain.
    """
    from scipy.stats import norm, rankdata

    n = edges.n_nodes
    upper = np.triu_indices(n, 1)
    links = edges.matrix()[upper]
    y = norm.ppf((rankdata(links) - 0.5) / len(links))
    total = float(((y - y.mean()) ** 2).sum())
    saved = np.full(len(profile.partitions), np.nan)
    for k, labels in enumerate(profile.partitions):
        same = (labels[:, None] == labels[None, :])[upper]
        inside = int(same.sum())
        if total <= 0 or inside in {0, len(same)}:
            continue
        gap = float(y[same].mean() - y[~same].mean())
        explained = gap**2 * inside * (len(same) - inside) / len(same)
        sizes = np.bincount(labels)
        cost = float((sizes * np.log(n / sizes)).sum())
        gain = -len(same) / 2 * np.log(max(1e-12, 1 - explained / total))
        saved[k] = (gain - cost) / n
    return saved


def _mean_density(edges: Edges) -> float:
    n = edges.n_nodes
    return 2 * float(edges.weight.sum()) / max(1, n * (n - 1))


def _judged(
    partitions: tuple[Ints, ...], nodes: tuple[str, ...], judge: Edges, seed: int
) -> tuple[Floats, Floats]:
    """Return the held-out score of each partition, and its standard error."""
    known = set(judge.nodes)
    keep = np.array([node in known for node in nodes])
    codes = tuple(node for node in nodes if node in known)
    if len(codes) < 2:
        return np.full(len(partitions), np.nan), np.full(len(partitions), np.nan)
    links = relatedness(judge, codes)
    both = [adjusted_score(links, relabel(p[keep]), seed) for p in partitions]
    scores, errors = np.array(both).T
    return scores, errors


def _profile_table(
    profile: Profile, scores: Floats, chosen: int, stability: Floats
) -> pd.DataFrame:
    return pd.DataFrame({
        "resolution": profile.resolution,
        "n_templates": profile.n_templates,
        "quality": profile.quality,
        "plateau": profile.plateau,
        "validation": scores,
        "chosen": np.arange(len(scores)) == chosen,
        "stability": stability,
    })


def _levels(profile: Profile, chosen: int) -> dict[str, Ints]:
    """Return coarser and finer partitions than the chosen one, one a plateau."""
    levels = {}
    for stretch in sorted(set(profile.stretch)):
        inside = np.flatnonzero(profile.stretch == stretch)
        k = int(inside[len(inside) // 2])
        if stretch == profile.stretch[chosen]:
            k = chosen
        if profile.n_templates[k] >= 1:
            levels[f"{profile.resolution[k]:.6g}"] = profile.partitions[k]
    return levels


def _confidence(
    together: Floats, found: list[Ints], labels: Ints
) -> tuple[Floats, list[str]]:
    n = len(labels)
    sizes = np.bincount(labels)
    onehot = labels[:, None] == np.arange(len(sizes))[None, :]
    sums = (together * onehot[:, labels].T).sum(axis=1) - 1.0
    others = sizes[labels] - 1
    alone = np.zeros(n)
    for run in found:
        alone += np.bincount(run)[run] == 1
    confidence = np.where(others > 0, sums / np.maximum(1, others), alone / len(found))
    status = [
        "none" if others[i] == 0
        else "assigned" if confidence[i] >= ASSIGNED_FROM
        else "ambiguous"
        for i in range(n)
    ]  # fmt: skip
    return np.clip(confidence, 0.0, 1.0), status


def _names(
    graphs: Mapping[str, Any], names: Mapping[str, str] | None
) -> dict[str, str]:
    found: dict[str, str] = {}
    for graph in graphs.values():
        for node, data in graph.nodes(data=True):
            if data.get("label"):
                found.setdefault(str(node), str(data["label"]))
    found.update({str(k): str(v) for k, v in (names or {}).items()})
    return found


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
