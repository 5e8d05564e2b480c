"""Layers of a study's map: quotients of every template and of some industries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterid.clusters import IN_NONE
from clusterid.maps._layers import Beside, Cells, Classing, Heading, layer
from clusterid.maps._texts import Text, both, named, text
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from clusterid.maps._geometry import Outlines
    from clusterid.results import Result

__all__ = ["industry_layers", "template_layers", "template_legend"]

#: what a layer draws, and the columns of a template's cells and of the quotients
_OF_TEMPLATE = {
    "jobs": "employment", "n_plants": "establishments", "imputed": "share_imputed",
    "reason": "reason",
}  # fmt: skip
_TEMPLATE_PLANTS = _OF_TEMPLATE | {
    "value": "lq_plants_smoothed", "lower": "lq_plants_lower",
    "upper": "lq_plants_upper", "q_value": "q_plants",
}  # fmt: skip
_TEMPLATE_JOBS = _OF_TEMPLATE | {
    "value": "lq_jobs", "lower": "lq_jobs_lower", "upper": "lq_jobs_upper",
}  # fmt: skip
_NAMES_OF_PLANTS = ("lq_plants_smoothed", "lq_plants_interval")
_OF_INDUSTRY = {
    "q_value": "q_value", "n_plants": "n_plants", "imputed": "share_imputed",
    "reason": "reason",
}  # fmt: skip
_OF_PLANTS = _OF_INDUSTRY | {
    "value": "lq_plants_smoothed", "lower": "lq_plants_lower",
    "upper": "lq_plants_upper",
}  # fmt: skip
_OF_JOBS = _OF_INDUSTRY | {
    "value": "lq_jobs", "lower": "lq_jobs_lower", "upper": "lq_jobs_upper",
}  # fmt: skip


def template_legend(result: Result) -> dict[str, dict[str, Any]]:
    """Return label and member industries of every template."""
    meta = result.economy.metadata
    labels: Mapping[str, object] = {}
    members: dict[str, list[Text]] = {}
    if result.templates is not None:
        labels = {str(k): v for k, v in result.templates.labels.items()}
        membership = result.templates.membership.dropna().astype(str)
        for industry, template in membership.sort_index().items():
            label = meta.labels.get(str(industry), str(industry))
            members.setdefault(template, []).append(named(label, meta.classification))
    codes = set(members)
    if result.candidates is not None and len(result.candidates.table):
        codes |= set(result.candidates.table["template"].astype(str))
    return {
        code: {
            "label": template_label(code, labels.get(code), meta.classification),
            "members": members.get(code, []),
        }
        for code in sorted(codes)
    }


def template_label(code: str, label: object, classification: str) -> Text:
    """Return the code of a template with its name; of no template, that in words."""
    if code == IN_NONE:
        return both("confidence.none")
    if text(label) in ("", code):
        return code
    return named(label, classification, code=code)


def template_layers(
    result: Result, shapes: Outlines, legend: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return a layer a template, mixed ones left out, its cells marked by grade.

    Where plants are counted their quotient is drawn and that of jobs said beside it,
    each under its own name; else that of jobs is drawn.
    """
    if result.candidates is None or not len(result.candidates.cells):
        return []
    kind = result.economy.metadata.kind
    cells = _with_limits(result.candidates.cells)
    counted = bool(cells["lq_plants_smoothed"].notna().any())
    of_jobs, possible = (
        both(f"measure.{k}", kind=kind) for k in ("lq_jobs", "possible")
    )
    measure, interval = (
        (both(f"measure.{k}", kind=kind) for k in _NAMES_OF_PLANTS)
        if counted
        else (of_jobs, possible)
    )
    classing = Classing(neutral=1.0)
    found = []
    cells = _of_kinds(result, cells)
    drawn = _drawn_templates(cells, len(shapes.codes))
    for code, part in cells.groupby("template", sort=True):
        if str(code) not in drawn:
            continue
        part = part.set_index("region").reindex(list(shapes.codes))
        heading = Heading(
            id=f"template-{code}",
            group="template",
            code=str(code),
            label=legend.get(str(code), {}).get("label", str(code)),
            measure=measure,
            unit=both("measure.lq_unit", kind=kind),
            interval=interval,
            smoothed=counted,
        )
        jobs = Cells.of(part, shapes.codes, _TEMPLATE_JOBS)
        plants = Cells.of(part, shapes.codes, _TEMPLATE_PLANTS)
        beside = Beside(measure=of_jobs, cells=jobs) if counted else None
        made = layer(heading, plants if counted else jobs, classing, beside)
        found.append({**made, "grades": _marked(part)})
    return found


def _of_kinds(result: Result, cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells of templates that are a kind of cluster, not mixed ones."""
    mixed = [] if result.templates is None else result.templates.mixed
    return cells[~cells["template"].isin(mixed)]


#: Cells that the layers of all templates may have together, so that a page with a
#: thousand regions stays below 5 MB (11,000 to 60,000 tried). Our choice.
_MOST_CELLS = 11_000


def _drawn_templates(cells: pd.DataFrame, n_regions: int) -> set[str]:
    """Return the templates that have a layer: with many regions the best proven."""
    codes = cells["template"].astype(str)
    counts = pd.DataFrame({
        grade: cells["grade"].eq(grade).groupby(codes).sum() for grade in "ABC"
    })
    counts = counts.rename_axis("template").reset_index()
    ranked = counts.sort_values(
        ["A", "B", "C", "template"], ascending=[False, False, False, True]
    )
    most = max(1, _MOST_CELLS // max(n_regions, 1))
    return set(ranked["template"].head(most))


def _marked(part: pd.DataFrame) -> dict[int, str]:
    """Return the grade of the cells that have one, by position."""
    grades = [text(grade) for grade in needed_columns(part, "grade")["grade"]]
    return {i: grade for i, grade in enumerate(grades) if grade}


def industry_layers(
    result: Result,
    shapes: Outlines,
    industries: int | Sequence[str],
    minimum_plants: int,
) -> list[dict[str, Any]]:
    """Return a layer for some industries: those named, or the most uneven ones.

    Where plants are counted their quotient is drawn and that of jobs said beside it,
    each under its own name and with its own limits; else that of jobs is drawn.
    """
    if not len(result.concentration):
        return []
    meta = result.economy.metadata
    table = _with_limits(result.concentration)
    counted = bool(table["lq_plants_smoothed"].notna().any())
    drawn = _OF_PLANTS if counted else _OF_JOBS
    of_jobs = both("measure.lq_jobs", kind=meta.kind)
    measure, interval = of_jobs, both("measure.possible", kind=meta.kind)
    if counted:
        measure = both("measure.lq_plants_smoothed", kind=meta.kind)
        interval = both("measure.lq_plants_interval", kind=meta.kind)
    unit = both("measure.lq_unit", kind=meta.kind)
    classing = Classing(neutral=1.0, minimum_plants=minimum_plants)
    return [
        layer(
            Heading(
                id=f"industry-{code}",
                group="industry",
                label=named(meta.labels.get(code, ""), meta.classification, code=code),
                measure=measure,
                unit=unit,
                interval=interval,
                smoothed=counted,
            ),
            Cells.of(part, shapes.codes, drawn),
            classing,
            Beside(measure=of_jobs, cells=Cells.of(part, shapes.codes, _OF_JOBS))
            if counted
            else None,
        )
        for code, part in _by_industry(table, industries, drawn["value"])
    ]


def _by_industry(
    table: pd.DataFrame, industries: int | Sequence[str], value: str
) -> Iterator[tuple[str, pd.DataFrame]]:
    if isinstance(industries, int):
        spread = table.groupby("industry")[value].std().dropna().round(9)
        ranked = spread.reset_index().sort_values(
            [value, "industry"], ascending=[False, True]
        )
        chosen = ranked["industry"].head(industries).tolist()
    else:
        chosen = [str(code) for code in industries]
    for code in sorted(chosen):
        part = table[table["industry"].eq(code)].set_index("region")
        if len(part):
            yield code, part


def _with_limits(table: pd.DataFrame) -> pd.DataFrame:
    """Return quotients by text codes; limits of jobs only where they are apart."""
    jobs = ("lq_jobs", "lq_jobs_lower", "lq_jobs_upper")
    numbers = needed_columns(table, "lq_plants_smoothed", *jobs)
    apart = numbers["lq_jobs_lower"] < numbers["lq_jobs_upper"]
    codes = {c: table[c].astype(str) for c in ("region", "industry") if c in table}
    return table.assign(
        **codes,
        lq_plants_smoothed=numbers["lq_plants_smoothed"],
        lq_jobs=numbers["lq_jobs"],
        lq_jobs_lower=numbers["lq_jobs_lower"].where(apart),
        lq_jobs_upper=numbers["lq_jobs_upper"].where(apart),
    )
