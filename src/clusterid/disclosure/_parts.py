"""What hangs on a result, part by part, as it may leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._columns import (
    Column,
    Declared,
    Each,
    Kind,
    Names,
    Network,
    Part,
    Table,
    Values,
)
from clusterid.disclosure._known import Known
from clusterid.disclosure._rounding import on_step, part_step
from clusterid.disclosure._table import published_table
from clusterid.tables import Economy

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["published_fields", "published_value"]

_Items = dict[str, Any]


def published_value(
    value: Any, declared: Declared | None, known: Known, lost: list[str], name: str
) -> Any:
    """Return a value as it may be published, None where nothing declares it.

    Names of what is dropped go to ``lost``.
    """
    if value is None:
        return None
    if declared is None:
        lost.append(name)
        return None
    if isinstance(declared, Column):
        if isinstance(value, (np.ndarray, pd.Series, pd.DataFrame)):
            lost.append(name)  # an array hides more than one figure
            return None
        return _plain(value, declared, known)
    if isinstance(declared, Part):
        return _published_part(value, known.of_part(value), lost, name)
    if isinstance(declared, Table) and isinstance(value, pd.DataFrame):
        return published_table(value, declared, known, lost, name)
    if isinstance(declared, Network):
        return _network(value, declared, known, lost, name)
    if isinstance(declared, Values):
        return _values(value, declared.column, known)
    if isinstance(declared, Names):
        return _named(value, declared, known, lost, name)
    if isinstance(declared, Each) and isinstance(value, Mapping):
        return {
            key: published_value(
                item, declared.named.get(str(key), declared.declared), known, lost,
                f"{name}[{key}]",
            )
            for key, item in value.items()
        }  # fmt: skip
    lost.append(name)
    return None


def published_fields(
    part: Any, declared: Mapping[str, Declared], known: Known, lost: list[str]
) -> _Items:
    """Return every field of a dataclass as it may be published.

    A field that nothing declares takes its default.
    """
    found = {}
    for each in fields(part):
        value = getattr(part, each.name)
        what = declared.get(each.name)
        if what is None and value is not None:
            lost.append(f"{type(part).__name__}.{each.name}")
            continue
        name = f"{type(part).__name__}.{each.name}"
        found[each.name] = published_value(value, what, known, lost, name)
    return found


def _published_part(part: Any, known: Known, lost: list[str], name: str) -> Any:
    declared = getattr(type(part), "kinds", None)
    if not is_dataclass(part) or declared is None:
        lost.append(name)
        return None
    found = published_fields(part, declared, known, lost)
    if isinstance(part, Economy):
        found["lower"], found["upper"] = known.bounds
    kind: Any = type(part)
    return kind(**found)


def _plain(value: Any, what: Column, known: Known) -> Any:
    """Return a number, a text, or a list of them as they may be published."""
    if what.kind is Kind.PRIVATE:
        return None
    if what.kind not in (Kind.SUM, Kind.RATIO, Kind.MODEL):
        return value
    if known.share <= 0 or (what.is_counted and known.counts_plants):
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item, what, known) for item in value)
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)):
        return value
    exact = np.array([value], dtype=float)
    step = part_step(exact, np.array([2 * known.share]))
    return float(on_step(exact, step, what.end)[0])


def _values(value: Any, what: Column, known: Known) -> Any:
    """Return a Series, an array or a table in which all is of one kind."""
    if what.kind is Kind.PRIVATE:
        return None
    if isinstance(value, (pd.Series, pd.DataFrame)) and value.attrs:
        value = value.copy()
        value.attrs = {}
    if what.kind is not Kind.CELL or what.end or known.is_whole:
        return value
    hidden = known.withheld
    if not isinstance(value, pd.DataFrame) or not value.index.equals(hidden.index):
        return value
    return value.where(~hidden)


def _named(
    value: Any, declared: Names, known: Known, lost: list[str], name: str
) -> Any:
    """Return the entries of a mapping or of a Series that are declared."""
    if isinstance(value, pd.Series):
        unknown = [key for key in value.index if declared.of(key) is None]
        lost += [f"{name}[{key}]" for key in unknown]
        return value.drop(index=unknown) if unknown else value
    found = {}
    for key, item in value.items():
        what = declared.of(key)
        if what is None:
            lost.append(f"{name}[{key}]")
            continue
        found[key] = published_value(item, what, known, lost, f"{name}[{key}]")
    return found


def _network(
    graph: nx.Graph[Any], declared: Network, known: Known, lost: list[str], name: str
) -> nx.Graph[Any]:
    """Return a graph with the attributes of nodes and links that are declared."""
    attributes = _named(
        graph.graph, Names(declared.attributes), known, lost, f"{name}.graph"
    )
    rounded = [
        key
        for key, what in declared.links.items()
        if what.kind in (Kind.SUM, Kind.RATIO, Kind.MODEL)
    ]
    extra = _keys(around.values() for _, around in graph.adjacency())
    extra -= set(declared.links)
    extra_nodes = _keys([dict(graph.nodes(data=True)).values()]) - set(declared.nodes)
    lost += [f"{name}.links.{key}" for key in sorted(extra)]
    lost += [f"{name}.nodes.{key}" for key in sorted(extra_nodes)]
    changes = bool(rounded) and known.share > 0
    if not (extra or extra_nodes or changes or len(attributes) < len(graph.graph)):
        return graph
    out = graph.__class__()
    out.graph.update(attributes)
    out.add_nodes_from(
        (node, {k: v for k, v in data.items() if k not in extra_nodes})
        for node, data in graph.nodes(data=True)
    )
    links = _links(graph)
    new = {key: _rounded_links(links, key, known) for key in rounded if changes}
    names = list(new)
    out.add_edges_from(
        (a, b, {**_without(data, extra), **dict(zip(names, values, strict=True))})
        for (a, b, data), *values in zip(links, *new.values(), strict=True)
    )
    return out


def _links(graph: nx.Graph[Any]) -> list[tuple[Any, Any, dict[str, Any]]]:
    """Return each link once; graph.edges takes four times as long."""
    place = {node: i for i, node in enumerate(graph)}
    directed = graph.is_directed()
    return [
        (a, b, data)
        for i, (a, around) in enumerate(graph.adjacency())
        for b, data in around.items()
        if directed or i <= place[b]
    ]


def _without(data: dict[str, Any], extra: set[str]) -> dict[str, Any]:
    return {k: v for k, v in data.items() if k not in extra} if extra else data


def _keys(groups: Iterable[Iterable[Mapping[str, Any]]]) -> set[str]:
    """Return every key of some mappings."""
    found: set[str] = set()
    for group in groups:
        found = found.union(*group)
    return found


def _rounded_links(links: list[Any], key: str, known: Known) -> list[float]:
    values = np.array([data.get(key, np.nan) for *_, data in links], dtype=float)
    step = part_step(values, np.full(len(values), 2 * known.share))
    rounded: list[float] = on_step(values, step).tolist()
    return rounded
