"""Writing a result: whole or not at all, the same bytes for the same result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid._disk._whole_folder import Claim, claim_folder, whole_folder
from clusterid.errors import StudyError
from clusterid.legend import words
from clusterid.study.saving._frames import rounded
from clusterid.study.saving._store import store

if TYPE_CHECKING:
    import networkx as nx

    from clusterid.study._result import Result

__all__ = ["inert", "refuse_mixing", "save_result", "write_csv"]

#: What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Links written to a GraphML file, the strongest first.
_MOST_LINKS = 50_000


def save_result(
    result: Result,
    folder: str | Path,
    *,
    language: str,
    parts: Mapping[str, bool],
    claim: Claim | None = None,
) -> Path:
    """Write a result into a folder beside the target, then carry it into place."""
    from clusterid.disclosure import shown

    claim = claim or claim_folder(folder)
    refuse_mixing(Path(folder), confidential=result.provenance.confidential)
    with whole_folder(folder, claim) as partial:
        _write(shown(result), partial, language, parts)
    return Path(folder).resolve()


def refuse_mixing(folder: Path, *, confidential: bool) -> None:
    """Raise where a folder holds the result of the other kind, public or confidential.

    A folder that is sent round must not become a confidential one unnoticed.
    """
    path = folder / "provenance.json"
    try:
        there = json.loads(path.read_text("utf-8")).get("confidential", False)
    except (OSError, ValueError, AttributeError):
        return
    if bool(there) != confidential:
        kinds = ("public", "confidential")
        raise StudyError(
            f"{folder}: holds a {kinds[bool(there)]} result; a {kinds[confidential]} "
            "one has a folder of its own. Name another folder."
        )


def _write(
    result: Result, folder: Path, language: str, parts: Mapping[str, bool]
) -> None:
    def asked(part: str) -> bool:
        return parts.get(part, True)

    if asked("tables"):
        _write_tables(result, folder, language)
    if asked("graphs"):
        _write_graphs(result, folder / "networks")
    if asked("map") and result.regions.geometry.notna().any():
        from clusterid.maps import cluster_map

        cluster_map(result, language=language).save(folder / "map.html")
    if asked("report"):
        from clusterid.reports import report

        report(result, language=language).save(folder / "report.html")
    store(result, folder / "state")
    _write_text(folder / "log.txt", _log(result))
    _write_text(folder / "provenance.json", result.provenance.to_json())


def _write_text(path: Path, text: str) -> None:
    # a file name that is no UTF-8 carries signs that UTF-8 cannot write
    path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def write_csv(frame: pd.DataFrame, path: Path, *, index: bool = False) -> None:
    """Write a table that a spreadsheet may open: umlauts read, formulas not run."""
    # utf-8-sig, because spreadsheets otherwise misread umlauts
    safe = inert(rounded(frame))
    safe.to_csv(path, index=index, encoding="utf-8-sig", lineterminator="\n")


def inert(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with an apostrophe before texts that a spreadsheet would run.

    Examples
    --------
    >>> inert(pd.DataFrame({"name": ["=1+1", "Ulm"], "lq": [-1.0, 2.0]}))
        name   lq
    0  '=1+1 -1.0
    1    Ulm  2.0
    """
    out = frame.copy(deep=False)
    for position, dtype in enumerate(out.dtypes):
        if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
            continue
        column = out.iloc[:, position].tolist()
        run = [isinstance(v, str) and v.startswith(_FORMULA) for v in column]
        if any(run):
            texts = [f"'{v}" if r else v for v, r in zip(column, run, strict=True)]
            out.isetitem(position, np.array(texts, dtype=object))
    return out


def _write_tables(result: Result, folder: Path, language: str) -> None:
    import geopandas as gpd

    from clusterid.clusters import names_in

    rounded(result.concentration).to_parquet(
        folder / "concentration.parquet", index=False
    )
    if result.templates is not None:
        write_csv(template_table(result), folder / "templates.csv")
        coverage = result.coverage
        if coverage is not None:
            write_csv(coverage.to_frame().T, folder / "template_coverage.csv")
    if result.candidates is not None:
        said = names_in(result.economy.metadata, result.regions, language)
        table, ranked = (
            part.assign(name=said.each(part))
            for part in (result.candidates.table, result.candidates.concentrations)
        )
        plain = pd.DataFrame(table.drop(columns="geometry", errors="ignore"))
        write_csv(plain, folder / "clusters.csv", index=True)
        write_csv(ranked, folder / "concentrations.csv")
        for name, layer in (("clusters", table), ("regions", result.regions)):
            frame = layer.reset_index()
            if isinstance(frame, gpd.GeoDataFrame) and len(frame):
                path = folder / "clusters.gpkg"
                frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
    if result.comparison is not None:
        write_csv(result.comparison.verdicts, folder / "verdicts.csv")
    if result.held is not None:
        write_csv(result.held, folder / "held.csv")
    from clusterid.reports import write_workbook

    write_workbook(result, folder / "workbook.xlsx")


def template_table(result: Result) -> pd.DataFrame:
    """One row an industry: its template, how sure, and the names."""
    templates = result.templates
    if templates is None:
        return pd.DataFrame()
    membership = templates.membership
    labels = result.economy.metadata.labels
    table = pd.DataFrame({
        "template": membership,
        "template_label": membership.map(templates.labels),
        "status": templates.status.reindex(membership.index),
        "confidence": templates.confidence.reindex(membership.index),
    })
    table.insert(0, "industry_label", [labels.get(c, "") for c in membership.index])
    rows, order = table.rename_axis("industry").reset_index(), ["template", "industry"]
    return rows.sort_values(order, na_position="last", ignore_index=True)


def _write_graphs(result: Result, folder: Path) -> None:
    from clusterid.networks import write_network

    folder.mkdir()
    graphs = {**result.layers, **result.place_networks}
    if result.stack is not None:
        graphs["stack"] = result.stack
    for name, graph in sorted(graphs.items()):
        write_network(_strongest(graph), folder / f"{name}.graphml")


def _strongest(graph: nx.Graph[Any]) -> nx.Graph[Any]:
    """Keep as many links as programs for graphs open; all of them are in state/."""
    left_out = graph.number_of_edges() - _MOST_LINKS
    if left_out <= 0:
        return graph
    names = sorted(graph)
    rank = {name: i for i, name in enumerate(names)}
    around = list(graph.adjacency())
    source = np.repeat([rank[u] for u, _ in around], [len(to) for _, to in around])
    target = np.array([rank[v] for _, to in around for v in to], dtype=np.int64)
    weight = np.array([
        data.get("weight", 0.0) for _, to in around for data in to.values()
    ])
    if not graph.is_directed():
        once = source <= target  # a neighbour list holds each link from both ends
        source, target, weight = source[once], target[once], weight[once]
    low, high = np.minimum(source, target), np.maximum(source, target)
    first = np.lexsort((target, source, high, low, -weight))[:_MOST_LINKS]
    kept = graph.__class__(**graph.graph)
    kept.add_nodes_from(graph.nodes(data=True))
    links = dict(around)
    kept.add_edges_from(
        (names[i], names[j], links[names[i]][names[j]])
        for i, j in zip(source[first].tolist(), target[first].tolist(), strict=True)
    )
    kept.graph["links_left_out"] = left_out
    return kept


def _rule(result: Result) -> list[str]:
    """Return a line on the published rule that chose the clusters, if one did."""
    params = {} if result.candidates is None else result.candidates.params
    preset = params.get("preset") or "default"
    if preset == "default":
        return []
    return [f"preset: {preset} (a published rule); beware: {params.get('warning')}"]


def _log(result: Result) -> str:
    meta = result.economy.metadata
    said = words(result.language, kind=meta.kind)
    mark = [said("map.confidential"), ""] if result.provenance.confidential else []
    lines = [
        *mark,
        result.title,
        repr(result.economy),
        f"source: {meta.source or 'not stated'}",
        f"licence: {meta.licence or 'not stated'}",
        *_rule(result),
        repr(result),
        *([] if result.candidates is None else [repr(result.candidates)]),
        "",
        "steps (done; the times stand in provenance.json)",
        *(f"  {name}" for name in result.provenance.steps),
        "",
        f"{len(result.warnings)} warnings",
        *(f"  {warning}" for warning in result.warnings),
    ]
    return "\n".join(lines) + "\n"
