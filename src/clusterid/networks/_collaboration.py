"""Who works with whom in projects: places, organisations, fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from clusterid._typed import typed
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.networks._graph import build_graph
from clusterid.networks._projection import NULL_MODELS, pair_tests
from clusterid.statistics import Correction
from clusterid.tables import BUSINESS, SCIENCE, seat_booked

__all__ = ["collaboration_network", "collaboration_slices"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
_BETWEEN = {"regions": "region", "organisations": "organisation", "fields": "field"}
_KIND = {"regions": "place", "organisations": "organisation", "fields": "field"}
_COUNTING = ("fractional", "full", "money")
_SEAT = ("keep", "drop")
_TESTED_AT = ("nodes", "organisations")


@dataclass(frozen=True, slots=True)
class Participations:
    """One row a participant of a project, coded: node -1 is not located."""

    table: pd.DataFrame
    nodes: list[str]
    projects: list[str]
    node: Integers
    project: Integers
    dropped: dict[str, int]


def _check(collaborations: pd.DataFrame, between: str) -> None:
    needed = {"project", "organisation", _BETWEEN[between]}
    missing = sorted(needed - set(collaborations.columns))
    faults = []
    if missing:
        faults.append(
            Fault(
                f"columns are missing: {', '.join(missing)}",
                "give project, organisation and what the network is between",
            )
        )
    for column in ("project", "organisation"):
        if column not in collaborations.columns:
            continue
        empty = collaborations[column].isna().to_numpy(bool)
        if empty.any():
            faults.append(
                Fault(
                    f"a {column} has no code",
                    "fill the code or drop the row",
                    int(empty.sum()),
                    tuple((int(i) + 1, None) for i in np.flatnonzero(empty)[:5]),
                )
            )
    if _BETWEEN[between] in collaborations.columns and not len(
        collaborations[_BETWEEN[between]].dropna()
    ):
        faults.append(
            Fault(
                f"no row has a {_BETWEEN[between]}",
                f"add the column, or choose another between={between!r}",
            )
        )
    if "weight" in collaborations.columns:
        weight = pd.to_numeric(collaborations["weight"], errors="coerce")
        negative = (weight < 0).to_numpy(bool)
        if negative.any():
            faults.append(
                Fault(
                    "a weight is negative",
                    "amounts are 0 or more; unknown is NaN",
                    int(negative.sum()),
                    tuple(
                        (int(i) + 1, float(weight.iloc[int(i)]))
                        for i in np.flatnonzero(negative)[:5]
                    ),
                )
            )
    if faults:
        raise TableError("collaborations", faults)


def _participations(
    collaborations: pd.DataFrame,
    between: str,
    years: Iterable[int] | None,
    cap: int | None,
    seat: str,
    names: pd.Series | Mapping[str, str] | None,
) -> Participations:
    column = _BETWEEN[between]
    keep = ["project", "organisation", "region", "field", "organisation_kind", "weight"]
    table = pd.DataFrame(index=range(len(collaborations)))
    for name in keep:
        if name not in collaborations.columns:
            table[name] = np.nan if name == "weight" else None
        elif name == "weight":
            table[name] = pd.to_numeric(collaborations[name], errors="coerce").to_numpy(
                float
            )
        else:
            table[name] = collaborations[name].astype("string").to_numpy(object)
    chosen = np.ones(len(table), dtype=bool)
    if years is not None:
        if "year" not in collaborations.columns:
            raise TableError(
                "collaborations",
                [Fault("there is no column year", "leave years out, or add it")],
            )
        wanted = [int(year) for year in years]
        chosen = (
            pd
            .to_numeric(collaborations["year"], errors="coerce")
            .isin(wanted)
            .to_numpy(bool)
        )
    dropped = {"outside_years": int((~chosen).sum()), "seat_booked": 0}
    table = table[chosen]
    if seat == "drop":
        labels = table["organisation"]
        if names is not None:
            labels = labels.map(pd.Series(names)).fillna(labels)
        hit = seat_booked(labels).notna().to_numpy(bool)
        dropped["seat_booked"] = int(hit.sum())
        table = table[~hit]
    sites = ["project", "organisation", "region"]
    if between == "fields":
        sites.append("field")
    table["hole"] = table["weight"].isna()
    rest = (
        ["organisation_kind"] if between == "fields" else ["organisation_kind", "field"]
    )
    grouped = table.groupby(sites, dropna=False, sort=True)
    merged = grouped.agg(
        **{name: (name, "first") for name in rest},
        weight=("weight", "sum"),
        hole=("hole", "any"),
    )
    # an amount is unknown when any part of it is
    merged["weight"] = merged["weight"].mask(merged["hole"])
    table = merged.drop(columns="hole").reset_index()
    size = table.groupby("project")["organisation"].transform("nunique")
    over = (
        (size > cap).to_numpy(bool) if cap is not None else np.zeros(len(table), bool)
    )
    dropped["projects_over_cap"] = int(table.loc[over, "project"].nunique())
    table = table[~over].reset_index(drop=True)
    nodes = sorted({str(v) for v in table[column].dropna()})
    unit = "organisation" if between == "fields" else "project"
    projects = sorted(set(table[unit]))
    node = pd.Index(nodes).get_indexer(pd.Index(table[column].astype(object)))
    project = pd.Index(projects).get_indexer(pd.Index(table[unit]))
    return Participations(
        table,
        nodes,
        projects,
        np.asarray(node, dtype=np.int64),
        np.asarray(project, dtype=np.int64),
        dropped,
    )


def _counts(part: Participations, values: Floats | None = None) -> Any:
    """Return participants (or summed values) by node and project, sparse."""
    located = part.node >= 0
    data = np.ones(len(part.node)) if values is None else values
    shape = (len(part.nodes), len(part.projects))
    return sparse.csr_array(
        sparse.coo_array(
            (data[located], (part.node[located], part.project[located])), shape=shape
        )
    )


def _distinct(incidence: Any) -> Any:
    binary = incidence.copy()
    binary.data = np.ones_like(binary.data)
    return binary


def _project_size(part: Participations) -> Integers:
    return np.bincount(part.project, minlength=len(part.projects)).astype(np.int64)


def _weights(part: Participations, counting: str) -> tuple[Any, Floats, Any]:
    """Return links between nodes (matrix), inside nodes, and unknown amounts."""
    counts = _counts(part)
    n_p = _project_size(part).astype(float)
    shared = np.where(n_p > 1, 1 / np.maximum(n_p - 1, 1), 0.0)
    if counting == "full":
        shared = np.where(n_p > 1, 1.0, 0.0)
    if counting != "money":
        scaled = counts @ sparse.diags_array(shared)
        square = (scaled @ counts.T).tocsr()
        again = np.asarray((scaled.multiply(counts)).sum(axis=1)).ravel()
        alone = np.asarray(scaled.sum(axis=1)).ravel()
        inside = (again - alone) / 2
        return square, inside, None
    weight = part.table["weight"].to_numpy(float)
    known = np.isfinite(weight)
    amounts = _counts(part, np.where(known, weight, 0.0))
    holes = _counts(part, (~known).astype(float))
    scaled = counts @ sparse.diags_array(shared)
    one_way = (amounts @ scaled.T).tocsr()
    square = one_way + one_way.T
    unknown = (holes @ _distinct(counts).T).tocsr()
    together = np.asarray(amounts.multiply(scaled).sum(axis=1)).ravel()
    own = np.asarray((amounts @ sparse.diags_array(shared)).sum(axis=1)).ravel()
    return square, together - own, unknown + unknown.T


def _science_business(part: Participations, counting: str) -> tuple[Any, Any]:
    """Return links between science and business, and links of known kinds."""
    kind = part.table["organisation_kind"].astype("string")
    n_p = _project_size(part).astype(float)
    shared = np.where(n_p > 1, 1 / np.maximum(n_p - 1, 1), 0.0)
    if counting == "full":
        shared = np.where(n_p > 1, 1.0, 0.0)
    spread = sparse.diags_array(shared)
    science = _counts(
        part, kind.isin(SCIENCE).fillna(False).to_numpy(bool).astype(np.float64)
    )
    business = _counts(
        part, kind.isin(BUSINESS).fillna(False).to_numpy(bool).astype(np.float64)
    )
    known = _counts(part, kind.notna().to_numpy(bool).astype(np.float64))
    across = science @ spread @ business.T
    return (across + across.T).tocsr(), (known @ spread @ known.T).tocsr()


def _at(matrix: Any, a: Integers, b: Integers) -> Floats:
    if not len(a):
        return np.zeros(0)
    return np.asarray(matrix[a, b], dtype=np.float64).ravel()


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
    check_option("between", between, tuple(_BETWEEN))
    check_option("counting", counting, _COUNTING)
    check_option("tested_at", tested_at, _TESTED_AT)
    check_option("correction", correction, get_args(Correction))
    check_option("seat", seat, _SEAT)
    if null_model is not None:
        check_option("null_model", null_model, NULL_MODELS)
    if not 0 < alpha <= 1:
        raise OptionError(f"alpha={alpha!r} must lie in 0..1 (0 excluded)")
    if cap is not None and cap < 2:
        raise OptionError(f"cap={cap!r} must be 2 or more: a link needs two")
    if between != "regions":
        tested_at = "nodes"
    _check(collaborations, between)
    part = _participations(collaborations, between, years, cap, seat, names)
    counts = _counts(part)
    binary = _distinct(counts)
    square, inside, unknown = _weights(part, counting)
    across, known = _science_business(part, counting)
    meeting = sparse.triu(binary @ binary.T, k=1).tocoo()
    order = np.lexsort((meeting.col, meeting.row))
    a = meeting.row[order].astype(np.int64)
    b = meeting.col[order].astype(np.int64)
    together = meeting.data[order]
    weight = _at(square, a, b)
    edges: dict[str, Any] = {"n_projects": together.astype(np.int64)}
    with np.errstate(divide="ignore", invalid="ignore"):
        mixed = _at(across, a, b) / _at(known, a, b)
    edges["science_business"] = mixed
    if unknown is not None:
        edges["n_unknown"] = _at(unknown, a, b).astype(np.int64)
    if null_model is not None and tested_at == "nodes":
        tests = pair_tests(
            binary, null_model=null_model, correction=correction, draws=draws, seed=seed
        )
        for name in ("expected", "p_value", "q_value"):
            edges[name] = tests[name].to_numpy(float)
        weight = np.where(edges["q_value"] <= alpha, weight, 0.0)
    elif null_model is not None:
        weight, edges["n_validated"] = _validated_below(
            part, a, b, counting, null_model, correction, alpha, draws, seed
        )
    dropped = {**part.dropped, "not_located": int((part.node < 0).sum())}
    if unknown is not None:
        dropped["unknown_amounts"] = int(part.table["weight"].isna().sum())
        dropped["links_without_amount"] = int(
            ((_at(square, a, b) == 0) & (edges["n_unknown"] > 0)).sum()
        )
    organisations = part.table[part.node >= 0].groupby(part.node[part.node >= 0])
    own_across, own_known = across.diagonal(), known.diagonal()
    n = len(part.nodes)
    n_organisations = np.zeros(n, dtype=np.int64)
    distinct = organisations["organisation"].nunique()
    n_organisations[distinct.index.to_numpy()] = distinct.to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        within_mixed = own_across / 2 / np.maximum(inside, 1e-300)
    within_mixed = np.where((inside > 0) & (own_known > 0), within_mixed, np.nan)
    return build_graph(
        part.nodes,
        a,
        b,
        weight,
        directed=False,
        layer=layer,
        kind=_KIND[between],
        absent="zero",
        source=source,
        unit={
            "fractional": "fractional collaborations",
            "full": "pairs of participants",
            "money": "amount shared",
        }[counting],
        edges=edges,
        nodes={
            "n_projects": np.asarray(binary.sum(axis=1)).ravel().astype(np.int64),
            "n_participations": np.asarray(counts.sum(axis=1)).ravel().astype(np.int64),
            "n_organisations": n_organisations,
            "within": inside,
            "within_science_business": within_mixed,
        },
        dropped=dropped,
        params={
            "between": between,
            "counting": counting,
            "null_model": null_model,
            "tested_at": tested_at,
            "alpha": alpha,
            "correction": correction,
            "cap": cap,
            "years": None if years is None else [int(y) for y in years],
            "seat": seat,
        },
    )


def _validated_below(
    part: Participations,
    a: Integers,
    b: Integers,
    counting: str,
    null_model: str,
    correction: str,
    alpha: float,
    draws: int,
    seed: int | np.random.Generator,
) -> tuple[Floats, Integers]:
    """Return the weight and number of validated links of organisations by pair."""
    located = part.node >= 0
    table = part.table[located]
    places = np.asarray(part.nodes, dtype=object)[part.node[located]]
    labels = table["organisation"].astype(object) + "\x1f" + places
    names = sorted(set(labels))
    at = np.asarray(pd.Index(names).get_indexer(pd.Index(labels)), dtype=np.int64)
    below = Participations(
        part.table,
        names,
        part.projects,
        np.full(len(part.table), -1, dtype=np.int64),
        part.project,
        {},
    )
    below.node[located] = at
    node_of = np.zeros(len(names), dtype=np.int64)
    node_of[at] = part.node[located]
    tests = pair_tests(
        _distinct(_counts(below)),
        null_model=null_model,
        correction=correction,
        draws=draws,
        seed=seed,
    )
    tests = tests[(tests["q_value"] <= alpha).to_numpy(bool)]
    one, two = tests["a"].to_numpy(np.int64), tests["b"].to_numpy(np.int64)
    square, _, _ = _weights(below, counting)
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
