"""Whether the members of a template are linked where that was not asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.communities._graph import Floats, Ints, Layer, read_layer
from clusterid.communities._templates import COHERENCE, Templates

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["coherence"]

#: Random groups that say how alike industries are by chance. Our choice.
DRAWS = 999
#: Random groups have their members from the same strata: this many classes of what
#: industries must be alike in. Tried 4 to 10: the same templates are mixed.
STRATA = 5
#: Pairs of one draw that are looked up at once.
_AT_ONCE = 4_000_000


def coherence(
    templates: Templates,
    layers: Mapping[str, nx.Graph[Any]],
    *,
    alike: pd.Series | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    r"""Say how closely each template's members are linked in each layer.

    In a layer that took no part in finding them this is evidence; in one that did it
    only says what was asked for. The links of a template are compared with those of
    random groups of as many industries that the layer observes. With ``alike`` each
    random member is of the same class as the one it stands for, for example as urban:
    services of large towns are found together whatever links them.

    Parameters
    ----------
    templates : Templates
        Found or given.
    layers : mapping, name -> graph
        Industries linked by ``weight``.
    alike : Series by industry, optional
        What random members must have in common with real ones, in five classes.
        Industries without a value are a class of their own.
    seed : int
        Of the random groups; the order of templates, nodes and links plays no part.

    Returns
    -------
    DataFrame
        One row a template and layer that observes two members or more and has a link
        at all: ``template``, ``layer``,
        ``took_part``, ``n_industries`` observed, ``link_rank`` (mean over the pairs of
        members of the share of all pairs that are linked less, ties half, 0 to 1),
        ``expected`` (of random groups), ``p_value`` (random groups at least as closely
        linked, 999 drawn).

    Notes
    -----
    :math:`p = (1 + \#\{r_b \ge r\}) / (1 + B)` (Davison and Hinkley 1997). [M]

    Examples
    --------
    >>> import networkx as nx
    >>> from clusterid.communities import given_templates
    >>> ring = nx.relabel_nodes(nx.ring_of_cliques(10, 4), str)
    >>> nx.set_edge_attributes(ring, 1.0, "weight")
    >>> found = given_templates({str(i): f"T{i // 4}" for i in range(40)})
    >>> table = coherence(found, {"ring": ring})
    >>> bool(table["p_value"].max() < 0.01)
    True
    """
    took_part = set(templates.params.get("layers", ()))
    names = [str(name) for name in templates.labels.index]
    rows: list[tuple[Any, ...]] = []
    for number, layer in enumerate(sorted(layers)):
        read = read_layer(layers[layer])
        codes = _observed(read, templates.membership.index)
        if not len(read.edges.weight):
            continue
        ranks = _ranks(read, codes)
        strata = _strata(alike, codes)
        place = {code: i for i, code in enumerate(codes)}
        for name in names:
            inside = [place[c] for c in templates.members(name) if c in place]
            members = np.array(inside, dtype=np.int64)
            if len(members) < 2:
                continue
            # a seed of its own: a template added elsewhere changes nothing here
            text = "\n".join(codes[i] for i in members).encode()
            rng = np.random.default_rng([seed, number, *text])
            real = float(_mean_link(ranks, members[None, :])[0])
            chance = np.concatenate([
                _mean_link(ranks, groups) for groups in _random(members, strata, rng)
            ])
            at_least = int((chance >= real - 1e-12).sum())
            rows.append((
                name, layer, layer in took_part, len(members), real,
                float(chance.mean()), (1 + at_least) / (1 + len(chance)),
            ))  # fmt: skip
    found = pd.DataFrame(rows, columns=COHERENCE)
    return found.sort_values(["template", "layer"], ignore_index=True)


def _observed(layer: Layer, industries: pd.Index) -> tuple[str, ...]:
    """Return the industries whose links the layer would show."""
    known = set(layer.edges.nodes)
    if layer.observed is not None:
        known &= layer.observed
    return tuple(sorted(str(code) for code in industries if str(code) in known))


def _ranks(layer: Layer, codes: tuple[str, ...]) -> Floats:
    """Return for each pair the share of all pairs that are linked less, ties half.

    Where absent links are unknown, a pair without one is NaN.
    """
    place = {code: i for i, code in enumerate(codes)}
    edges = layer.edges
    at = np.array([place.get(node, -1) for node in edges.nodes], dtype=np.int64)
    a, b = at[edges.source], at[edges.target]
    keep = (a >= 0) & (b >= 0)
    a, b, weight = a[keep], b[keep], edges.weight[keep]
    n_pairs = len(codes) * (len(codes) - 1) // 2
    absent = n_pairs - len(weight)
    if layer.observed is None:
        absent, n_pairs = 0, len(weight)
    _, inverse, counts = np.unique(weight, return_inverse=True, return_counts=True)
    below = absent + np.cumsum(counts) - counts / 2
    links = np.full((len(codes), len(codes)), absent / 2 / max(n_pairs, 1), np.float32)
    if layer.observed is None:
        links[:] = np.nan
    links[a, b] = links[b, a] = (below / max(n_pairs, 1))[inverse]
    return links  # type: ignore[return-value]


def _mean_link(links: Floats, groups: Ints) -> Floats:
    """Return the mean link over the pairs of each group, draws x members."""
    first, second = np.triu_indices(groups.shape[1], 1)
    values = links[groups[:, first], groups[:, second]].astype(np.float64)
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=1)
    # a group of which no link is known is as good as any other
    return np.asarray(
        np.where(known.any(axis=1), total / known.sum(axis=1).clip(1), 0.5)
    )


def _strata(alike: pd.Series | None, codes: tuple[str, ...]) -> Ints:
    """Return the class of each industry; one for all without ``alike``."""
    if alike is None:
        return np.zeros(len(codes), dtype=np.int64)
    values = alike.set_axis(alike.index.map(str)).reindex(list(codes)).astype(float)
    rank = values.rank(pct=True, method="average").to_numpy()
    classes = np.maximum(np.ceil(np.nan_to_num(rank) * STRATA - 1e-9) - 1, 0)
    return np.where(np.isnan(rank), STRATA, classes).astype(np.int64)


def _random(members: Ints, strata: Ints, rng: np.random.Generator) -> Iterator[Ints]:
    """Yield random groups of the same classes, no industry twice in a group."""
    pairs = len(members) * (len(members) - 1) // 2
    step = max(1, _AT_ONCE // pairs)
    pools = [
        (np.flatnonzero(strata == s), int((strata[members] == s).sum()))
        for s in np.unique(strata[members])
    ]
    for start in range(0, DRAWS, step):
        count = min(step, DRAWS - start)
        parts = [
            pool[np.argsort(rng.random((count, len(pool))), axis=1)[:, :k]]
            for pool, k in pools
        ]
        yield np.concatenate(parts, axis=1)
