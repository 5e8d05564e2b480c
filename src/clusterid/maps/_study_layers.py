"""Layers of a study's map: quotients of every template and of some industries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clusterid.clusters import IN_NONE
from clusterid.legend import template_signs
from clusterid.maps._layers import Cells, Classing, Heading, layer
from clusterid.maps._texts import Text, both, named, text
from clusterid.results import needed_columns

if TYPE_CHECKING:
    from clusterid.maps._geometry import Outlines
    from clusterid.results import Result

__all__ = ["industry_layers", "template_layers", "template_legend"]

#: what a layer draws, and the columns of a template's cells and of the quotients
_OF_TEMPLATE = {
    "value": "lq_shrunk", "lower": "lower", "upper": "upper", "q_value": "q_value",
    "jobs": "employment", "n_plants": "establishments", "imputed": "share_imputed",
    "reason": "reason",
}  # fmt: skip
_OF_INDUSTRY = {
    "lower": "lower", "upper": "upper", "q_value": "q_value", "n_plants": "n_plants",
    "imputed": "share_imputed", "reason": "reason",
}  # fmt: skip


def template_legend(result: Result) -> dict[str, dict[str, Any]]:
    """Return label, colour, dash and member industries of every template."""
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
            "colour": sign.colour,
            "dash": sign.dash,
            "members": members.get(code, []),
        }
        for code, sign in template_signs(codes).items()
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
    """Return a layer a template: its shrunk quotient, seeds and members marked."""
    if result.candidates is None or not len(result.candidates.cells):
        return []
    kind = result.economy.metadata.kind
    measure = both("measure.lq_shrunk", kind=kind)
    unit = both("measure.lq_unit", kind=kind)
    found = []
    for code, part in result.candidates.cells.groupby("template", sort=True):
        part = part.set_index(part["region"].astype(str)).reindex(list(shapes.codes))
        heading = Heading(
            id=f"template-{code}",
            group="template",
            code=str(code),
            label=legend.get(str(code), {}).get("label", str(code)),
            measure=measure,
            unit=unit,
            shrunk=True,
        )
        cells = Cells.of(part, shapes.codes, _OF_TEMPLATE, _marked(part))
        found.append(layer(heading, cells, Classing(neutral=1.0)))
    return found


def _marked(part: pd.DataFrame) -> dict[int, list[str]]:
    """Return which cells are seeds, which are members, by position."""
    flags: dict[int, list[str]] = {}
    marks = needed_columns(part, "is_seed", "is_member").eq(True)
    for column, flag in (("is_seed", "seed"), ("is_member", "member")):
        for i in np.flatnonzero(marks[column]):
            flags.setdefault(int(i), []).append(flag)
    return flags


def industry_layers(
    result: Result,
    shapes: Outlines,
    industries: int | Sequence[str],
    minimum_plants: int,
) -> list[dict[str, Any]]:
    """Return a layer for some industries: those named, or the most uneven ones."""
    if not len(result.concentration):
        return []
    meta = result.economy.metadata
    table = _with_possible_ends(result.concentration)
    # without plants nothing is shrunk: then the plain quotient, and said so
    shrunk = bool(table["lq_shrunk"].notna().any())
    value = "lq_shrunk" if shrunk else "lq"
    measure = both("measure.lq_shrunk" if shrunk else "measure.lq_raw", kind=meta.kind)
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
                shrunk=shrunk,
            ),
            Cells.of(part, shapes.codes, {"value": value, **_OF_INDUSTRY}),
            classing,
        )
        for code, part in _by_industry(table, industries, value)
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


def _with_possible_ends(table: pd.DataFrame) -> pd.DataFrame:
    """Return quotients with their intervals; withheld ones with the possible range."""
    ends = needed_columns(table, "lower", "upper", "lq_lower", "lq_upper")
    return table.assign(
        region=table["region"].astype(str),
        industry=table["industry"].astype(str),
        lower=ends["lower"].fillna(ends["lq_lower"]),
        upper=ends["upper"].fillna(ends["lq_upper"]),
    )
