"""What was planted, what this cannot tell, methods, provenance."""

from __future__ import annotations

from typing import Any

import pandas as pd

from clusterid.legend import Words, format_number
from clusterid.reports._parts import Context, Part, Section, mapping_of, rows_of
from clusterid.reports._references import cite
from clusterid.reports._tables import frame_table

__all__ = ["limits", "methods", "planted", "planted_and_found", "provenance"]


def planted_and_found(clusters: pd.DataFrame, candidates: Any) -> pd.DataFrame:
    """Return each planted cluster with the candidate that overlaps it most.

    Overlap is the Jaccard index of (region, industry) cells: those planted against
    the members of the candidate.

    Returns
    -------
    DataFrame by planted cluster
        ``planted`` (label), ``regions``, ``lq``, ``found`` (candidate, empty when
        none overlaps), ``overlap`` (0 to 1), ``regions_found`` (share of the planted
        regions that lie in it).
    """
    members = candidates.members
    cells = {
        str(code): set(
            zip(part["region"].astype(str), part["industry"].astype(str), strict=True)
        )
        for code, part in members.groupby("cluster", sort=True)
    }
    rows = []
    for code, row in clusters.iterrows():
        regions = str(row["regions"]).split(";")
        wanted = {(r, i) for r in regions for i in str(row["industries"]).split(";")}
        best, score = "", 0.0
        for name, found in cells.items():
            overlap = len(wanted & found) / len(wanted | found)
            if overlap > score:
                best, score = name, overlap
        inside = {region for region, _ in cells.get(best, set())}
        rows.append({
            "cluster": str(code),
            "planted": row.get("field", ""),
            "regions": str(row["regions"]),
            "lq": row["lq"],
            "found": best,
            "overlap": score,
            "regions_found": len(inside & set(regions)) / len(regions),
        })
    columns = [
        "cluster", "planted", "regions", "lq", "found", "overlap", "regions_found",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).set_index("cluster")


def planted(result: Any, said: Words, where: Context) -> Section | None:
    """Return planted clusters against those found, in simulated studies."""
    truth = mapping_of(getattr(result, "truth", None))
    clusters = truth.get("clusters")
    found = getattr(result, "candidates", None)
    if not isinstance(clusters, pd.DataFrame) or not len(clusters) or found is None:
        return None
    if "cluster" in clusters:
        clusters = clusters.set_index("cluster")
    label = f"label_{said.language}"
    if label in clusters:
        clusters = clusters.assign(field=clusters[label])
    table = planted_and_found(clusters, found)
    hit = table["overlap"].gt(0)
    matched = set(table.loc[hit, "found"])
    extra = [code for code in found.table.index if str(code) not in matched]
    by = (
        table
        .assign(hit=hit)
        .groupby("lq")["hit"]
        .agg(["size", "sum"])
        .rename(columns={"size": "n_planted", "sum": "n_found"})
        .rename_axis("lq")
    )
    text = said(
        "report.planted_text",
        planted=len(table),
        found=int(hit.sum()),
        extra=len(extra),
        total=len(found.table),
    )
    overlap = table.loc[hit, "overlap"].mean()
    parts = [
        Part("text", text),
        Part("table", frame_table(by, said, caption=said("report.by_strength"))),
        Part(
            "note",
            said(
                "report.overlap_note",
                overlap=format_number(overlap, language=said.language),
            ),
        ),
        Part(
            "folded",
            frame_table(table, said, caption=said("report.planted"), names=where.names),
        ),
    ]
    declared = truth.get("declared")
    comparison = getattr(result, "comparison", None)
    if isinstance(declared, pd.DataFrame) and comparison is not None:
        verdicts = comparison.verdicts[["record", "verdict"]].astype(object)
        joined = verdicts.merge(declared[["record", "is_real"]], on="record")
        if len(joined):
            counts = (
                joined
                .groupby(["verdict", "is_real"])
                .size()
                .unstack(fill_value=0)
                .reindex(columns=[True, False], fill_value=0)
                .set_axis(["n_backed", "n_not_backed"], axis=1)
            )
            parts.append(
                Part(
                    "table",
                    frame_table(counts, said, caption=said("report.declared_truth")),
                )
            )
    return Section("planted", said("report.planted"), tuple(parts))


def limits(result: Any, said: Words, where: Context) -> Section:
    """Return what this cannot tell."""
    lines = [text for _, text in sorted(said.under("cannot.").items())]
    if where.kind == "occupation":
        lines.insert(0, said("report.cannot_occupations"))
    return Section("limits", said("report.limits"), (Part("list", lines),))


def methods(result: Any, said: Words, where: Context) -> Section:
    """Return the options used and the papers behind them."""
    parts = [Part("text", said("report.methods_text"))]
    for name in ("templates", "candidates", "comparison"):
        params = mapping_of(getattr(getattr(result, name, None), "params", None))
        short = {k: v for k, v in params.items() if len(str(v)) <= 120}
        if short:
            parts.append(
                Part(
                    "folded",
                    frame_table(
                        rows_of(dict(sorted(short.items())), "option_name", "value"),
                        said,
                        caption=f"{said('report.options')}: {said(f'report.{name}')}",
                    ),
                )
            )
    used = f"used_for_{said.language}"
    lines = [
        f"{entry.text}{' doi:' + entry.doi if entry.doi else ''} "
        f"({getattr(entry, used)})"
        for entry in cite(result)
    ]
    if lines:
        parts.append(Part("heading", said("report.references")))
        parts.append(Part("list", lines))
    return Section("methods", said("report.methods"), tuple(parts))


def provenance(result: Any, said: Words, where: Context) -> Section | None:
    """Return versions, inputs with their SHA-256, and the seed; no clock."""
    found = mapping_of(getattr(result, "provenance", None))
    if not found:
        return None
    parts: list[Part] = []
    short: dict[str, Any] = {k: found[k] for k in ("seed", "engine") if k in found}
    if short:
        named = {
            said.get(f"column.{k}", k): said.get(f"engine.{v}", v)
            if k == "engine"
            else v
            for k, v in short.items()
        }
        parts.append(
            Part("table", frame_table(rows_of(named, "property", "value"), said))
        )
    for name in ("inputs", "versions"):
        values = mapping_of(found.get(name))
        if values:
            parts.append(
                Part(
                    "folded",
                    frame_table(
                        rows_of(
                            dict(sorted(values.items())),
                            "file" if name == "inputs" else "package",
                            "sha256" if name == "inputs" else "version",
                        ),
                        said,
                        caption=said(f"report.{name}"),
                    ),
                )
            )
    return Section("provenance", said("report.provenance"), tuple(parts))
