"""What was planted in a simulated economy, and what of it was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from clusterid.legend import format_number

if TYPE_CHECKING:
    from clusterid.clusters import CandidateClusters
    from clusterid.reports._parts import Context, Part, Section
    from clusterid.results import Result

__all__ = ["planted", "planted_and_found", "planted_clusters"]

_COLUMNS = (
    "cluster", "planted", "regions", "lq", "found", "overlap", "regions_found",
)  # fmt: skip


def planted_clusters(result: Result) -> pd.DataFrame | None:
    """Return the clusters planted in a simulated study, None in any other."""
    clusters = (result.truth or {}).get("clusters")
    if clusters is None or not len(clusters):
        return None
    return clusters.set_index("cluster") if "cluster" in clusters else clusters


def planted_and_found(
    clusters: pd.DataFrame, candidates: CandidateClusters
) -> pd.DataFrame:
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
    cells = {
        str(code): set(
            zip(part["region"].astype(str), part["industry"].astype(str), strict=True)
        )
        for code, part in candidates.members.groupby("cluster", sort=True)
    }
    rows = []
    for code, row in clusters.iterrows():
        regions = str(row["regions"]).split(";")
        wanted = {(r, i) for r in regions for i in str(row["industries"]).split(";")}
        overlaps = {
            name: len(wanted & found) / len(wanted | found)
            for name, found in cells.items()
            if wanted & found
        }
        best = max(overlaps, key=lambda name: overlaps[name], default="")
        inside = {region for region, _ in cells.get(best, set())}
        rows.append({
            "cluster": str(code),
            "planted": row.get("field", ""),
            "regions": str(row["regions"]),
            "lq": row["lq"],
            "found": best,
            "overlap": overlaps.get(best, 0.0),
            "regions_found": len(inside & set(regions)) / len(regions),
        })
    return pd.DataFrame(rows, columns=list(_COLUMNS)).set_index("cluster")


def planted(result: Result, page: Context) -> Section | None:
    """Return planted clusters against those found, in simulated studies."""
    clusters, found = planted_clusters(result), result.candidates
    if clusters is None or found is None:
        return None
    label = f"label_{page.said.language}"
    if label in clusters:
        clusters = clusters.assign(field=clusters[label])
    table = planted_and_found(clusters, found)
    hit = table["overlap"].gt(0)
    matched = set(table.loc[hit, "found"])
    by = table.assign(hit=hit).groupby("lq")["hit"].agg(["size", "sum"])
    by = by.rename(columns={"size": "n_planted", "sum": "n_found"}).rename_axis("lq")
    overlap = format_number(
        table.loc[hit, "overlap"].mean(), language=page.said.language
    )
    parts = [
        page.text(
            "report.planted_text",
            planted=len(table),
            found=int(hit.sum()),
            extra=sum(str(code) not in matched for code in found.table.index),
            total=len(found.table),
        ),
        page.table(by, caption=page.said("report.by_strength")),
        page.note("report.overlap_note", overlap=overlap),
        page.table(table, caption=page.said("report.planted"), folded=True),
        *_declared_truth(result, page),
    ]
    return page.section("planted", parts)


def _declared_truth(result: Result, page: Context) -> list[Part]:
    """Return how many verdicts of each kind fall on declarations that are backed."""
    truth = (result.truth or {}).get("declared")
    if truth is None or result.comparison is None:
        return []
    verdicts = result.comparison.verdicts[["record", "verdict"]].astype(object)
    joined = verdicts.merge(truth[["record", "is_real"]], on="record")
    if not len(joined):
        return []
    counts = (
        joined
        .groupby(["verdict", "is_real"])
        .size()
        .unstack(fill_value=0)
        .reindex(columns=[True, False], fill_value=0)
        .set_axis(["n_backed", "n_not_backed"], axis=1)
    )
    return [page.table(counts, caption=page.said("report.declared_truth"))]
