"""Clusters of a study's map, every region's ranked list, and the kinds they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters import GRADES, IN_NONE
from clusterid.legend import GRADE_SIGNS, shown_cells
from clusterid.maps._texts import Text, called, named, number, rounded, text
from clusterid.results import needed_columns, ranked_clusters

if TYPE_CHECKING:
    from clusterid.maps._geometry import Outlines
    from clusterid.results import Result

__all__ = [
    "FIRST_CLUSTERS",
    "apart_ends",
    "clusters",
    "concentrations",
    "graded",
    "kinds",
]

#: Clusters drawn and listed before the reader asks for all. Our choice.
FIRST_CLUSTERS = 60

_KIND = ("kind", "level", "label", "industries")
_NUMBERS = {
    "jobs": "employment", "excess": "excess_jobs", "lq_jobs": "lq_jobs",
    "lq_plants": "lq_plants", "low_plants": "lq_plants_lower",
    "high_plants": "lq_plants_upper", "n": "establishments", "needed": "plants_needed",
}  # fmt: skip
_CODES = ("why_not_higher", "form", "reason")
_CLUSTER = (
    "template", "regions", "grades", "n_members", "n_linked", "linked_in",
    "largest_plant_share", "share_imputed", "grade_at_lower_bar",
    "grade_at_higher_bar", "flags",
)  # fmt: skip
#: numbers of a cluster, and with how many digits a page has them
_SHORT = {
    "n_members": 3, "n_linked": 3, "largest_plant_share": 2, "share_imputed": 2,
}  # fmt: skip


def graded(result: Result) -> dict[str, Any]:
    """Return the grades: signs, how many clusters, which are shown first, the bars."""
    found = result.candidates
    if found is None:
        return {"signs": [], "counts": {}, "first": [], "most": FIRST_CLUSTERS}
    counts = {grade: n for grade, n in found.by_grade.items() if n}
    jobs_only = found.highest_possible == "C"
    first = [g for g in (("C",) if jobs_only else ("A", "B")) if g in counts]
    return {
        "signs": [
            {"code": s.grade, "colour": s.colour, "ink": s.ink, "paint": s.paint,
             "dash": s.dash}
            for s in GRADE_SIGNS.values()
        ],
        "counts": counts,
        "first": first or list(counts),
        "most": FIRST_CLUSTERS,
        "jobs_only": jobs_only,
        "bars": [number(bar) for bar in found.params.get("sensitivity", ())],
    }  # fmt: skip


def kinds(result: Result) -> list[dict[str, Any]]:
    """Return the kinds that clusters and lists refer to by position."""
    if result.candidates is None:
        return []
    place = {str(code): i for i, code in enumerate(result.economy.industries)}
    every = _all_kinds(result)
    return [
        {
            "level": level,
            "label": label,
            "industries": [place[i] for i in codes.split(";") if i in place],
        }
        for (_, level, _, codes), label in zip(
            every.itertuples(index=False), _kind_labels(result, every), strict=True
        )
    ]


def _kind_labels(result: Result, every: pd.DataFrame) -> list[Text]:
    """Return what each kind is called: a single industry by its short title."""
    classification = result.economy.metadata.classification
    alone = every["level"].eq("industry")
    titles = called(result, every.assign(named_by=every["industries"].where(alone, "")))
    return [
        (title if single else named(label, classification)) or code
        for title, single, label, code in zip(
            titles, alone, every["label"], every["kind"], strict=True
        )
    ]


def _all_kinds(result: Result) -> pd.DataFrame:
    """Return each kind once, in order of its code."""
    found = result.candidates
    tables = () if found is None else (found.table, found.concentrations)
    both = [needed_columns(table, *_KIND).astype(object) for table in tables]
    every = pd.concat(both, ignore_index=True).map(text)
    return every.drop_duplicates("kind").sort_values("kind", ignore_index=True)


def _kind_numbers(result: Result, table: pd.DataFrame) -> list[int]:
    number_of = {code: i for i, code in enumerate(_all_kinds(result)["kind"])}
    return [number_of[text(code)] for code in needed_columns(table, "kind")["kind"]]


def clusters(result: Result, shapes: Outlines) -> list[dict[str, Any]]:
    """Return clusters by grade, then excess jobs: numbers, and where they lie.

    A cluster refers to its regions and its kind by position; the page draws it from
    the regions' outlines.
    """
    if result.candidates is None:
        return []
    table = ranked_clusters(result.candidates.table)
    columns = _columns(table)
    order = shapes.positions
    rows = needed_columns(table, *_CLUSTER).to_dict("records")
    short = {
        name: rounded(_numbers([row[name] for row in rows]), digits)
        for name, digits in _SHORT.items()
    }
    kind = _kind_numbers(result, table)
    names = called(result, table)
    found = []
    for i, (code, row) in enumerate(zip(table.index, rows, strict=True)):
        placed = [
            (order[region], grade)
            for region, grade in zip(
                _codes(row["regions"]),
                _grades(row["grades"], len(_codes(row["regions"]))),
                strict=True,
            )
            if region in order
        ]
        inside = [region for region, _ in placed]
        template = text(row["template"])
        found.append({
            "id": str(code),
            "name": names[i],
            "template": "" if template == IN_NONE else template,
            "kind": kind[i],
            "regions": inside,
            "grades": "".join(grade or "-" for _, grade in placed),
            "point": _middle(shapes.points[inside]),
            **{name: values[i] for name, values in columns.items()},
            "members": short["n_members"][i],
            "linked": short["n_linked"][i],
            "layers": _codes(row["linked_in"]),
            "largest": short["largest_plant_share"][i],
            "imputed": short["share_imputed"][i],
            "at_bars": [
                text(row["grade_at_lower_bar"]), text(row["grade_at_higher_bar"])
            ],
            "flags": _codes(row["flags"]),
        })  # fmt: skip
    return found


def _numbers(values: list[Any]) -> list[float]:
    return [np.nan if pd.isna(value) else float(value) for value in values]


def concentrations(result: Result, shapes: Outlines) -> dict[str, list[Any]]:
    """Return every region's list as columns, one entry a row, in order of rank."""
    if result.candidates is None or not len(result.candidates.concentrations):
        return {}
    table = result.candidates.concentrations
    at = table["region"].astype(str).map(shapes.positions)
    table = table.assign(_at=at).dropna(subset=["_at"])
    table = table.sort_values(["_at", "rank"], kind="stable")
    return {
        "region": table["_at"].astype(int).tolist(),
        "rank": rounded(table["rank"]),
        "name": _own_names(result, table),
        "kind": _kind_numbers(result, table),
        "cluster": [text(v) for v in needed_columns(table, "cluster")["cluster"]],
        **_columns(table),
    }


def _own_names(result: Result, table: pd.DataFrame) -> list[Text]:
    """Return the names of rows; empty where the label of the kind says the same."""
    labels = _kind_labels(result, _all_kinds(result))
    return [
        "" if name == labels[kind] else name
        for name, kind in zip(
            called(result, table), _kind_numbers(result, table), strict=True
        )
    ]


def _columns(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return what is said of a cluster and of a row of a list alike.

    Numbers of one or two plants are held back; limits of jobs stand only where they
    are apart.
    """
    part = needed_columns(table, *_NUMBERS.values(), *_CODES, "grade")
    ends = needed_columns(table, "lq_jobs_lower", "lq_jobs_upper").to_numpy(dtype=float)
    plants = pd.to_numeric(part["establishments"], errors="coerce")
    held = (
        shown_cells(plants.fillna(0), n_plants=plants, reason=part["reason"]).state
        == "withheld"
    )
    found: dict[str, list[Any]] = {
        name: _kept(pd.to_numeric(part[column], errors="coerce"), ~held)
        for name, column in _NUMBERS.items()
    }
    apart = apart_ends(ends)
    found["low_jobs"] = _kept(pd.Series(ends[:, 0]), apart & ~held)
    found["high_jobs"] = _kept(pd.Series(ends[:, 1]), apart & ~held)
    found["held"] = held.astype(int).tolist()
    found["grade"] = [text(v) for v in part["grade"]]
    found["why"] = [text(v) for v in part["why_not_higher"]]
    found["form"] = [text(v) for v in part["form"]]
    return found


def apart_ends(ends: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return where two limits would be written as two numbers."""
    with np.errstate(invalid="ignore"):
        return np.asarray(ends[:, 1] - ends[:, 0] > 0.005 * ends[:, 1])


def _kept(values: pd.Series, keep: npt.NDArray[np.bool_]) -> list[Any]:
    return list(rounded(np.where(keep, values.to_numpy(dtype=float), np.nan)))


def _codes(joined: object) -> list[str]:
    return [part.strip() for part in text(joined).split(";") if part.strip()]


def _grades(joined: object, n: int) -> list[str]:
    """Return one grade a region; empty ones where the table does not say."""
    parts = [part if part in GRADES else "" for part in text(joined).split(";")]
    return parts if len(parts) == n else [""] * n


def _middle(points: npt.NDArray[np.float64]) -> list[float] | None:
    """Return the point of the region nearest to the centre of all."""
    if not len(points):
        return None
    nearest = ((points - points.mean(axis=0)) ** 2).sum(axis=1).argmin()
    return [round(float(x), 4) for x in points[nearest]]
