"""Networks written to files that open in Gephi, Pajek or a spreadsheet."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import networkx as nx
import numpy as np

from clusterid._typed import typed
from clusterid.errors import OptionError, nearest

__all__ = ["write_network"]

_SUFFIXES = {
    ".graphml": "GraphML",
    ".gexf": "GEXF",
    ".net": "Pajek",
    ".csv": "edge list",
    ".tsv": "edge list",
}
_TYPES = {bool: "boolean", int: "long", float: "double", str: "string"}
#: Separators of old, which XML does not allow, are white space to a reader.
_SPACES = re.compile("[\x0b\x0c\x1c-\x1f]")
#: What XML does not allow: control signs, halves of pairs, two signs that are none.
_FORBIDDEN = re.compile("[\x00-\x08\x0e-\x1b\ud800-\udfff\ufffe\uffff]")
#: what a spreadsheet would take for a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def _scalar(value: object) -> bool | int | float | str | None:
    """Return a plain bool, int, float or str; None for what has no value."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        parts = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        if all(isinstance(part, str | int | float) for part in parts):
            return ";".join(_text(part) for part in parts)
        return None
    return None


def _text(value: object) -> str:
    """Return a value as text: 12 significant digits, nothing XML forbids."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".12g")
    return _FORBIDDEN.sub("", _SPACES.sub(" ", str(value)))


def _attributes(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Return attribute names with the one type that holds all their values."""
    kinds: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            plain = _plain(value)
            if plain is not None:
                kinds.setdefault(str(name), set()).add(type(plain))
    result = {}
    for name in sorted(kinds):
        found = kinds[name]
        if found == {int, float}:
            found = {float}
        result[name] = _TYPES[found.pop()] if len(found) == 1 else "string"
    return result


def _plain(value: object) -> bool | int | float | str | None:
    """Return the same as :func:`_scalar`, at once for what nearly all values are."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    return _scalar(value)


def _value(value: object, kind: str) -> str | None:
    plain = _plain(value)
    if plain is None:
        return None
    return _text(float(plain) if kind == "double" else plain)


def _sorted(
    graph: nx.Graph[str],
) -> tuple[list[tuple[str, dict[str, Any]]], list[tuple[str, str, dict[str, Any]]]]:
    nodes = [(str(n), dict(d)) for n, d in graph.nodes(data=True)]
    nodes.sort(key=lambda node: node[0])
    links = []
    for u, v, data in graph.edges(data=True):
        a, b = str(u), str(v)
        if not graph.is_directed() and b < a:
            a, b = b, a
        links.append((a, b, dict(data)))
    links.sort(key=lambda link: (link[0], link[1]))
    return nodes, links


@typed
def write_network(graph: Any, path: str | os.PathLike[str]) -> Path:
    """Write a network to a file; the ending of its name says which kind.

    The same network gives the same bytes: nodes and links are sorted, numbers have
    12 significant digits, and no clock is written. An attribute that is missing or
    not a number for one node is left out there, not written as zero.

    Parameters
    ----------
    graph : Graph or DiGraph
        Any network of this room, with its attributes.
    path : path
        ``.graphml`` and ``.gexf`` (Gephi; all attributes), ``.net`` (Pajek; weights
        only), ``.csv`` and ``.tsv`` (one row a link, all attributes; an apostrophe
        stands before a text that a spreadsheet would run as a formula).

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OptionError
        If the ending is not known.

    Examples
    --------
    >>> import networkx as nx, pathlib, tempfile
    >>> graph = nx.Graph()
    >>> graph.add_edge("b", "a", weight=1 / 3)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     print(write_network(graph, pathlib.Path(folder) / "g.csv").read_text())
    source,target,weight
    a,b,0.333333333333
    <BLANKLINE>
    """
    target = Path(path)
    kind = _SUFFIXES.get(target.suffix.lower())
    if kind is None:
        raise OptionError(
            f"The ending {target.suffix!r} is not offered; use one of "
            f"{', '.join(_SUFFIXES)}.{nearest(target.suffix, _SUFFIXES)}"
        )
    if kind == "GraphML":
        text = _graphml(graph)
    elif kind == "GEXF":
        text = _gexf(graph)
    elif kind == "Pajek":
        text = _pajek(graph)
    else:
        text = _edge_list(graph, "\t" if target.suffix.lower() == ".tsv" else ",")
    target.write_bytes(text.encode("utf-8"))
    return target


def _graphml(graph: nx.Graph[str]) -> str:
    nodes, links = _sorted(graph)
    scopes = (
        ("graph", [dict(graph.graph)]),
        ("node", [data for _, data in nodes]),
        ("edge", [data for _, _, data in links]),
    )
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ]
    n_keys = 0
    of_scope: dict[str, list[tuple[str, str, str]]] = {}
    for scope, rows in scopes:
        of_scope[scope] = []
        for name, kind in _attributes(rows).items():
            key, n_keys = f"d{n_keys}", n_keys + 1
            of_scope[scope].append((name, key, kind))
            lines.append(
                f'  <key id="{key}" for="{scope}" attr.name={quoteattr(_text(name))} '
                f'attr.type="{kind}"/>'
            )

    def data(scope: str, row: dict[str, Any], indent: str) -> list[str]:
        found = []
        for name, key, kind in of_scope[scope]:
            value = _value(row[name], kind) if name in row else None
            if value is not None:
                text = value
                if kind != "double":
                    text = escape(value, {"\r": "&#13;"})
                found.append(f'{indent}<data key="{key}">{text}</data>')
        return found

    way = "directed" if graph.is_directed() else "undirected"
    lines.append(f'  <graph id="G" edgedefault="{way}">')
    lines += data("graph", dict(graph.graph), "    ")
    quoted = {name: quoteattr(_text(name)) for name, _ in nodes}
    for name, row in nodes:
        lines.append(f"    <node id={quoted[name]}>")
        lines += [*data("node", row, "      "), "    </node>"]
    for a, b, row in links:
        lines.append(f"    <edge source={quoted[a]} target={quoted[b]}>")
        lines += [*data("edge", row, "      "), "    </edge>"]
    lines += ["  </graph>", "</graphml>", ""]
    return "\n".join(lines)


def _gexf(graph: nx.Graph[str]) -> str:
    nodes, links = _sorted(graph)
    kinds = {
        "node": _attributes([data for _, data in nodes]),
        "edge": _attributes([data for _, _, data in links]),
    }
    kinds["edge"].pop("weight", None)
    kinds["node"].pop("label", None)
    way = "directed" if graph.is_directed() else "undirected"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">',
        f'  <graph mode="static" defaultedgetype="{way}">',
    ]
    for scope in ("node", "edge"):
        lines.append(f'    <attributes class="{scope}" mode="static">')
        for i, (name, kind) in enumerate(kinds[scope].items()):
            lines.append(
                f'      <attribute id="{i}" title={quoteattr(_text(name))} '
                f'type="{kind}"/>'
            )
        lines.append("    </attributes>")

    def values(scope: str, row: dict[str, Any]) -> list[str]:
        found = []
        for i, (name, kind) in enumerate(kinds[scope].items()):
            value = _value(row.get(name), kind)
            if value is not None:
                found.append(
                    f'          <attvalue for="{i}" value={quoteattr(value)}/>'
                )
        if not found:
            return []
        return ["        <attvalues>", *found, "        </attvalues>"]

    lines.append("    <nodes>")
    for name, row in nodes:
        label = quoteattr(_text(row.get("label") or name))
        lines.append(f"      <node id={quoteattr(_text(name))} label={label}>")
        lines += [*values("node", row), "      </node>"]
    lines += ["    </nodes>", "    <edges>"]
    for i, (a, b, row) in enumerate(links):
        ends = f"source={quoteattr(_text(a))} target={quoteattr(_text(b))}"
        weight = _value(row.get("weight"), "double")
        size = "" if weight is None else f' weight="{weight}"'
        lines.append(f'      <edge id="{i}" {ends}{size}>')
        lines += [*values("edge", row), "      </edge>"]
    lines += ["    </edges>", "  </graph>", "</gexf>", ""]
    return "\n".join(lines)


def _pajek(graph: nx.Graph[str]) -> str:
    nodes, links = _sorted(graph)
    where = {name: i for i, (name, _) in enumerate(nodes, start=1)}

    def label(name: str) -> str:
        return " ".join(_text(name).replace('"', "'").split())

    lines = [f"*Vertices {len(nodes)}"]
    lines += [f'{i} "{label(name)}"' for name, i in where.items()]
    lines.append("*Arcs" if graph.is_directed() else "*Edges")
    for a, b, row in links:
        weight = _value(row.get("weight", 1.0), "double") or "1"
        lines.append(f"{where[a]} {where[b]} {weight}")
    return "\n".join([*lines, ""])


def _inert(text: str) -> str:
    """Return a text with an apostrophe before what a spreadsheet would run."""
    run = text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if run else text


def _edge_list(graph: nx.Graph[str], separator: str) -> str:
    _, links = _sorted(graph)
    kinds = _attributes([data for _, _, data in links])
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\n")
    writer.writerow(["source", "target", *map(_inert, kinds)])
    for a, b, row in links:
        values = [_value(row.get(name), kind) for name, kind in kinds.items()]
        cells = [_text(a), _text(b), *("" if v is None else v for v in values)]
        writer.writerow([_inert(cell) for cell in cells])
    return buffer.getvalue()
