"""Places with their verdicts, and research links of a study's map."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from clusterid.legend import LANGUAGES
from clusterid.maps._study_clusters import apart_ends
from clusterid.maps._texts import named, number, text
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from clusterid.maps._geometry import Outlines
    from clusterid.results import Result
    from clusterid.survey import Survey

__all__ = ["place_links", "verdict_places"]

#: each with its own range, as the cards of clusters have them
_QUOTIENTS = {
    "lq_jobs": "lq_jobs", "low_jobs": "lq_jobs_lower", "high_jobs": "lq_jobs_upper",
    "lq_plants": "lq_plants", "low_plants": "lq_plants_lower",
    "high_plants": "lq_plants_upper",
}  # fmt: skip
_VERDICT = (
    "place", "place_name", "candidate", "regions", "field", "label", "verdict",
    "declared", *_QUOTIENTS.values(), "employment", "n_plants", "posterior",
    "evidence_en", "evidence_de", "would_change_en", "would_change_de",
)  # fmt: skip

#: Verdicts that make no statement, and how many of them a map shows (authors' choice:
#: a thousand bytes each, and a country has up to 12,000; the table has all. Tried 100,
#: with which the largest study's map is above 5 MB, and 25).
_SILENT, MOST_SILENT = ("not_asked", "unknown_list_incomplete"), 25

Row = Mapping[Hashable, Any]


def _codes(joined: object) -> list[str]:
    return [part.strip() for part in text(joined).split(";") if part.strip()]


def verdict_places(
    result: Result, shapes: Outlines, drawn: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return declared places, then clusters that nobody declared, with verdicts.

    ``drawn`` are the clusters of the map. Of those that nothing can be said of, since
    no place there was asked, the strongest stand here; each has its card as a cluster.
    """
    if result.comparison is None:
        return []
    classification = result.economy.metadata.classification
    at = {cluster["id"]: cluster for cluster in drawn}
    shares = _place_regions(result.survey)
    order = shapes.positions
    found: dict[str, dict[str, Any]] = {}
    table = needed_columns(result.comparison.verdicts, *_VERDICT)
    silent = table["verdict"].isin(_SILENT) & table["declared"].ne("yes")
    table = table[~silent | (silent.cumsum() <= MOST_SILENT)]
    for row in table.to_dict("records"):
        place, candidate = text(row["place"]), text(row["candidate"])
        key = place or f"candidate {candidate}"
        if key not in found:
            codes = _codes(row["regions"])
            if not codes and candidate in at:
                codes = [shapes.codes[i] for i in at[candidate]["regions"]]
            inside = [order[code] for code in codes if code in order]
            point = _point(shares.get(place, []), inside, shapes)
            if not place and candidate in at:
                point = at[candidate]["point"]
            found[key] = {
                "name": text(row["place_name"]) or place
                if place
                else _cluster_name(candidate, inside, shapes),
                "declared": bool(place),
                "point": point,
                "regions": inside,
                "items": [],
            }
        item = _verdict(row, classification)
        if item["declared"] != "yes" and candidate in at:
            item["label"] = at[candidate]["name"]
        found[key]["items"].append(item)
    return list(found.values())


def _cluster_name(candidate: str, inside: Sequence[int], shapes: Outlines) -> str:
    names = ", ".join(shapes.names[i] for i in inside[:3])
    more = " …" if len(inside) > 3 else ""
    return f"{candidate}: {names}{more}".strip(": ")


def _verdict(row: Row, classification: str) -> dict[str, Any]:
    field, label = text(row["field"]), text(row["label"])
    declared = text(row["declared"])
    return {
        "label": (label if declared == "yes" else named(label, classification))
        or field,
        "field": field,
        "verdict": text(row["verdict"]) or "undecided",
        "declared": declared,
        **_quotients(row),
        "jobs": number(row["employment"]),
        "n": number(row["n_plants"]),
        "posterior": number(row["posterior"], 2),
        "cluster": text(row["candidate"]),
        "evidence": {code: text(row[f"evidence_{code}"]) for code in LANGUAGES},
        "change": {code: text(row[f"would_change_{code}"]) for code in LANGUAGES},
    }


def _quotients(row: Row) -> dict[str, float | None]:
    """Return both quotients; limits of jobs only where they are apart."""
    found = {name: number(row[column]) for name, column in _QUOTIENTS.items()}
    ends = np.array([[row["lq_jobs_lower"], row["lq_jobs_upper"]]], dtype=float)
    if not apart_ends(ends)[0]:
        found["low_jobs"] = found["high_jobs"] = None
    return found


def _place_regions(survey: Survey | None) -> dict[str, list[tuple[str, float]]]:
    """Return the regions of each place with the shares of it that lie there."""
    if survey is None:
        return {}
    return {
        str(row["place"]): [(str(r), float(share)) for r, share in row["regions"]]
        for row in survey.places[["place", "regions"]].to_dict("records")
        if isinstance(row["regions"], (list, tuple))
    }


def _point(
    shares: Sequence[tuple[str, float]], inside: Sequence[int], shapes: Outlines
) -> list[float] | None:
    """Return the point of the region with the largest share, or of the first."""
    order = shapes.positions
    known = sorted((-share, code) for code, share in shares if code in order)
    i = order[known[0][1]] if known else (inside[0] if inside else None)
    if i is None or np.isnan(shapes.points[i]).any():
        return None
    return [round(float(x), 4) for x in shapes.points[i]]


def place_links(result: Result, shapes: Outlines, most: int) -> dict[str, Any]:
    """Return the strongest links between regions, and how many there are."""
    order = shapes.positions
    items = []
    for _, graph in sorted(result.place_networks.items()):
        for a, b, weight in graph.edges(data="weight", default=1.0):
            i, j = order.get(str(a)), order.get(str(b))
            if i is None or j is None or i == j or not weight > 0:
                continue
            if np.isnan(shapes.points[[i, j]]).any():
                continue
            items.append((-float(weight), min(i, j), max(i, j)))
    items.sort()
    return {
        "total": len(items),
        "items": [{"a": i, "b": j, "w": number(-w)} for w, i, j in items[:most]],
    }
