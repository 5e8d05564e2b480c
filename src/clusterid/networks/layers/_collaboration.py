"""Who works with whom in projects: places, organisations, fields."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from clusterid._columns import SAFE, Network
from clusterid._typed import typed
from clusterid.errors import DataWarning, Fault, OptionError, TableError, check_option
from clusterid.networks._graph import GRAPH_KINDS, Links, build_graph
from clusterid.networks.layers._participations import (
    COLUMNS,
    Participations,
    participations,
)
from clusterid.networks.layers._projection import NULL_MODELS, pair_tests
from clusterid.statistics import Correction
from clusterid.tables import BUSINESS, SCIENCE

__all__ = ["PLACE_KINDS", "collaboration_network", "collaboration_slices"]

#: Who works with whom is made of public projects.
PLACE_KINDS = Network(
    links=dict.fromkeys(
        (
            "weight", "n_projects", "science_business", "n_unknown", "expected",
            "p_value", "q_value", "n_validated",
        ),
        SAFE,
    ),
    nodes=dict.fromkeys(
        (
            "n_projects", "n_participations", "n_organisations", "within",
            "within_science_business",
        ),
        SAFE,
    ),
    attributes=GRAPH_KINDS | {"dropped": SAFE},
)  # fmt: skip

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_KIND = {"regions": "place", "organisations": "organisation", "fields": "field"}
_UNITS = {
    "fractional": "fractional collaborations",
    "full": "pairs of participants",
    "money": "amount shared",
}


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the nodes are, how pairs count, and which links are more than chance."""

    between: str
    counting: str
    null_model: str | None
    tested_at: str
    alpha: float
    correction: str
    cap: int | None
    years: tuple[int, ...] | None
    seat: str
    draws: int
    seed: int | np.random.Generator

    def __post_init__(self) -> None:
        check_option("between", self.between, tuple(COLUMNS))
        check_option("counting", self.counting, tuple(_UNITS))
        check_option("tested_at", self.tested_at, ("nodes", "organisations"))
        check_option("correction", self.correction, get_args(Correction))
        check_option("seat", self.seat, ("keep", "drop"))
        if self.null_model is not None:
            check_option("null_model", self.null_model, NULL_MODELS)
        if not 0 < self.alpha <= 1:
            raise OptionError(f"alpha={self.alpha!r} must lie in 0..1 (0 excluded)")
        if self.cap is not None and self.cap < 2:
            raise OptionError(f"cap={self.cap!r} must be 2 or more: a link needs two")

    @property
    def level(self) -> str:
        """What is tested: nodes, or the organisations in places below them."""
        return self.tested_at if self.between == "regions" else "nodes"

    def kept(self) -> dict[str, Any]:
        """Return the options that the graph carries."""
        names = (
            "between", "counting", "null_model", "tested_at", "alpha", "correction",
            "cap", "years", "seat",
        )  # fmt: skip
        found = {name: getattr(self, name) for name in names}
        found["tested_at"] = self.level
        return {**found, "years": None if self.years is None else list(self.years)}

    def tests(self, incidence: sparse.csr_array, null_model: str) -> pd.DataFrame:
        """Return the tests of all pairs of rows that meet in a project."""
        return pair_tests(
            incidence,
            null_model=null_model,
            correction=self.correction,
            draws=self.draws,
            seed=self.seed,
        )


@typed
def collaboration_network(
    collaborations: pd.DataFrame,
    *,
    between: str = "regions",
    counting: str = "fractional",
    null_model: str | None = "bicm",
    tested_at: str = "organisations",
    alpha: float = 0.05,
    correction: str = "bh",
    cap: int | None = None,
    years: Iterable[int] | None = None,
    seat: str = "keep",
    names: pd.Series | Mapping[str, str] | None = None,
    draws: int = 999,
    seed: int | np.random.Generator = 0,
    layer: str = "research",
    source: str = "",
) -> Any:
    r"""Return who works with whom in projects, as a network of places or bodies.

    Large consortia link everyone with everyone, and large places take part in
    everything. Fractional counting keeps a project from counting more than its
    participants; a null model keeps the links that are more than size.

    ==============  ================================================================
    counting        a project of n participants adds, for each pair of them
    ==============  ================================================================
    ``full``        1
    ``fractional``  :math:`1/(n-1)`: every participant hands out 1 (Newman 2001)
    ``money``       :math:`(c_a + c_b)/(n-1)`: every participant hands out its amount
    ==============  ================================================================

    Pairs inside one place are not links; they are summed in the node attribute
    ``within``. Participants without a place count in n and are no node.

    Parameters
    ----------
    collaborations : DataFrame
        Columns ``project``, ``organisation`` and, as needed, ``region``, ``field``,
        ``year``, ``weight`` (amount; NaN unknown), ``organisation_kind``. Rows of one
        organisation in one project and place are merged.
    between : {"regions", "organisations", "fields"}
        What the nodes are. Two fields are linked where one organisation works in both.
    counting : {"fractional", "full", "money"}
        Weight of a pair.
    null_model : {"bicm", "hypergeometric", "curveball"} or None
        Links that do not exceed it are left out; see :func:`validate_projection`.
    tested_at : {"nodes", "organisations"}
        Whether organisations are tested and their validated links added up by place,
        or the nodes themselves. Consortia take few partners from one country, so
        places as such meet hardly more than their size tells, and few links between
        places survive; partners who meet again and again do.
    alpha : float
        Level after correction over all pairs.
    correction : {"bh", "by", "bonferroni", "none"}
        Correction over all pairs, those that never meet included.
    cap : int, optional
        Projects with more participating organisations are left out.
    years : iterable of int, optional
        Years kept.
    seat : {"keep", "drop"}
        Whether to drop bodies booked at their seat (:func:`seat_booked`).
    names : mapping of organisation to name, optional
        Names, where ``organisation`` is a code.
    draws, seed
        Chance of ``curveball``.
    layer, source : str
        Kept with the graph.

    Returns
    -------
    Graph
        Nodes: ``n_projects``, ``n_participations``, ``n_organisations``, ``within``,
        ``within_science_business``. Links: ``weight``, ``n_projects`` in common,
        ``science_business`` (share of the link's weight between science and business
        among participants of known kind; NaN unknown), with a null model
        ``expected``, ``p_value``, ``q_value``, with ``money`` ``n_unknown``: amounts
        that are not known and not in the weight, which is then a lower bound.
        ``graph.graph["dropped"]`` counts what was left out, with ``money`` also
        ``unknown_amounts`` (participations) and ``links_without_amount`` (pairs that
        work together and of which no amount is known: no link can be drawn).

    Raises
    ------
    TableError
        If the table has faults; all are listed.

    Warns
    -----
    DataWarning
        If the null model leaves no link.

    Notes
    -----
    Everything is sparse: 145,000 participations and a null model of 350 places take
    seconds.

    References
    ----------
    Newman, M. (2001), Physical Review E 64, 016132; Saracco, F. et al. (2017), New
    Journal of Physics 19, 053022 [not checked against the originals].

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"project": ["p", "p", "p", "q", "q"],
    ...                       "organisation": ["a", "b", "c", "a", "b"],
    ...                       "region": ["R1", "R2", "R2", "R1", "R2"]})
    >>> graph = collaboration_network(table, null_model=None)
    >>> graph.edges["R1", "R2"]["weight"], graph.nodes["R2"]["within"]
    (2.0, 0.5)
    """
    chosen = None if years is None else tuple(int(year) for year in years)
    rules = _Rules(
        between, counting, null_model, tested_at, alpha, correction, cap, chosen, seat,
        draws, seed,
    )  # fmt: skip
    part = participations(
        collaborations, between, years=chosen, cap=cap, seat=seat, names=names
    )
    counts = part.counts()
    binary = _distinct(counts)
    a, b, together = _meetings(binary)
    square, inside, unknown = _weights(part, counting)
    across, known = _science_business(part, counting)
    weight = _at(square, a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = _at(across, a, b) / _at(known, a, b)
    edges: dict[str, Any] = {"n_projects": together, "science_business": mixed}
    dropped = {**part.dropped, "not_located": int((part.node < 0).sum())}
    if unknown is not None:
        edges["n_unknown"] = _at(unknown, a, b).astype(np.int64)
        dropped["unknown_amounts"] = int(part.table["weight"].isna().sum())
        without = (weight == 0) & (edges["n_unknown"] > 0)
        dropped["links_without_amount"] = int(without.sum())
    if null_model is not None and rules.level == "nodes":
        tests = rules.tests(binary, null_model)
        for name in ("expected", "p_value", "q_value"):
            edges[name] = tests[name].to_numpy(float)
        weight = np.where(edges["q_value"] <= alpha, weight, 0.0)
    elif null_model is not None:
        weight, edges["n_validated"] = _validated_below(part, a, b, rules, null_model)
    if null_model is not None and len(together) and not (weight > 0).any():
        warnings.warn(
            f"no link of {len(together)} exceeds chance (null_model={null_model!r}, "
            f"tested_at={tested_at!r}, alpha={alpha:g}): the network has no link. "
            "null_model=None keeps all that work together.",
            DataWarning,
            stacklevel=3,
        )
    own_across, own_known = across.diagonal(), known.diagonal()
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed_within = own_across / 2 / np.maximum(inside, 1e-300)
    nodes = {
        "n_projects": np.asarray(binary.sum(axis=1)).ravel().astype(np.int64),
        "n_participations": np.asarray(counts.sum(axis=1)).ravel().astype(np.int64),
        "n_organisations": _n_organisations(part),
        "within": inside,
        "within_science_business": np.where(
            (inside > 0) & (own_known > 0), mixed_within, np.nan
        ),
    }
    return build_graph(
        part.nodes,
        Links(a, b, weight),
        directed=False,
        layer=layer,
        kind=_KIND[between],
        absent="zero",
        source=source,
        unit=_UNITS[counting],
        edges=edges,
        nodes=nodes,
        dropped=dropped,
        params=rules.kept(),
    )


def _meetings(binary: sparse.csr_array) -> tuple[Integers, Integers, Integers]:
    """Return pairs of nodes that meet in a project, and in how many."""
    met = sparse.triu(binary @ binary.T, k=1).tocoo()
    order = np.lexsort((met.col, met.row))
    a, b, together = (
        part[order].astype(np.int64) for part in (met.row, met.col, met.data)
    )
    return a, b, together


def _n_organisations(part: Participations) -> Integers:
    """Return how many different organisations each node has."""
    located = part.node >= 0
    by_node = part.table[located].groupby(part.node[located])
    distinct = by_node["organisation"].nunique()
    found = np.zeros(len(part.nodes), dtype=np.int64)
    found[distinct.index.to_numpy()] = distinct.to_numpy()
    return found


def _distinct(incidence: sparse.csr_array) -> sparse.csr_array:
    binary = incidence.copy()
    binary.data = np.ones_like(binary.data)
    return binary


def _weights(
    part: Participations, counting: str
) -> tuple[sparse.csr_array, Floats, sparse.csr_array | None]:
    """Return links between nodes (matrix), inside nodes, and unknown amounts."""
    counts, spread = part.counts(), part.spread(counting)
    scaled = counts @ spread
    if counting != "money":
        again = np.asarray((scaled.multiply(counts)).sum(axis=1)).ravel()
        alone = np.asarray(scaled.sum(axis=1)).ravel()
        return (scaled @ counts.T).tocsr(), (again - alone) / 2, None
    weight = part.table["weight"].to_numpy(float)
    known = np.isfinite(weight)
    amounts = part.counts(np.where(known, weight, 0.0))
    holes = part.counts((~known).astype(float))
    one_way = (amounts @ scaled.T).tocsr()
    unknown = (holes @ _distinct(counts).T).tocsr()
    together = np.asarray(amounts.multiply(scaled).sum(axis=1)).ravel()
    own = np.asarray((amounts @ spread).sum(axis=1)).ravel()
    return one_way + one_way.T, together - own, unknown + unknown.T


def _science_business(
    part: Participations, counting: str
) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return links between science and business, and links of known kinds."""
    kind, spread = (
        part.table["organisation_kind"].astype("string"),
        part.spread(counting),
    )

    def those(chosen: pd.Series) -> sparse.csr_array:
        return part.counts(chosen.fillna(False).to_numpy(bool).astype(np.float64))

    science, business = those(kind.isin(SCIENCE)), those(kind.isin(BUSINESS))
    known = those(kind.notna())
    across = science @ spread @ business.T
    return (across + across.T).tocsr(), (known @ spread @ known.T).tocsr()


def _at(matrix: sparse.csr_array, a: Integers, b: Integers) -> Floats:
    if not len(a):
        return np.zeros(0)
    return np.asarray(matrix[a, b], dtype=np.float64).ravel()


def _validated_below(
    part: Participations, a: Integers, b: Integers, rules: _Rules, null_model: str
) -> tuple[Floats, Integers]:
    """Return the weight and number of validated links of organisations by pair."""
    located = part.node >= 0
    places = np.asarray(part.nodes, dtype=object)[part.node[located]]
    labels = part.table[located]["organisation"].astype(object) + "\x1f" + places
    names = sorted(set(labels))
    at = np.asarray(pd.Index(names).get_indexer(pd.Index(labels)), dtype=np.int64)
    node = np.full(len(part.table), -1, dtype=np.int64)
    node[located] = at
    below = replace(part, nodes=names, node=node, dropped={})
    node_of = np.zeros(len(names), dtype=np.int64)
    node_of[at] = part.node[located]
    tests = rules.tests(_distinct(below.counts()), null_model)
    tests = tests[(tests["q_value"] <= rules.alpha).to_numpy(bool)]
    one, two = tests["a"].to_numpy(np.int64), tests["b"].to_numpy(np.int64)
    square, _, _ = _weights(below, rules.counting)
    value = _at(square, one, two)
    low = np.minimum(node_of[one], node_of[two])
    high = np.maximum(node_of[one], node_of[two])
    n = len(part.nodes)
    key, wanted = low * n + high, a * n + b
    summed = pd.DataFrame({"key": key, "value": value}).groupby("key")["value"]
    return (
        np.asarray(summed.sum().reindex(wanted, fill_value=0.0), dtype=np.float64),
        np.asarray(summed.size().reindex(wanted, fill_value=0), dtype=np.int64),
    )


@typed
def collaboration_slices(
    collaborations: pd.DataFrame, *, width: int = 1, **options: Any
) -> dict[int, Any]:
    """Return one collaboration network for every year (or run of years).

    Parameters
    ----------
    collaborations : DataFrame
        As in :func:`collaboration_network`, with ``year``.
    width : int
        Years in a slice, ending with the year that names it.
    **options
        As in :func:`collaboration_network`.

    Returns
    -------
    dict of year to Graph
        Years without participations in the column are left out.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"project": ["p", "p", "q", "q"], "year": [1, 1, 2, 2],
    ...                       "organisation": ["a", "b", "a", "c"],
    ...                       "region": ["R", "S", "R", "T"]})
    >>> slices = collaboration_slices(table, null_model=None)
    >>> {year: list(graph.edges) for year, graph in slices.items()}
    {1: [('R', 'S')], 2: [('R', 'T')]}
    """
    if width < 1:
        raise OptionError(f"width={width!r} must be 1 or more")
    if "year" not in collaborations.columns:
        raise TableError(
            "collaborations", [Fault("there is no column year", "add the year")]
        )
    years = pd.to_numeric(collaborations["year"], errors="coerce").dropna().astype(int)
    return {
        year: collaboration_network(
            collaborations, years=range(year - width + 1, year + 1), **options
        )
        for year in sorted(set(years.tolist()))
    }
