"""At which level each cluster is reported, so that none counts twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._cells import by_group, tested_cells
from clusterid.clusters._gate import REST_LEVEL
from clusterid.clusters._levels import TestedLevels, mark

__all__ = ["Found", "settle"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(slots=True)
class Found:
    """A set of contiguous member regions of one group, and what became of it.

    ``state``: ``candidate``; ``inside`` another one, number ``other``; or
    ``only_part``, when the rest of the template stands nowhere beside its part
    ``other``. ``firm``: one of its cells, or a part inside it, passed the gate.
    """

    group: str
    where: npt.NDArray[np.int64]
    seeds: Bools
    strength: float = 1.0
    state: str = "candidate"
    other: int = -1
    firm: bool = True
    sharpest: str = ""
    regions: frozenset[int] = field(default_factory=frozenset)


def settle(found: list[Found], levels: TestedLevels) -> None:
    """Decide at which level each cluster is reported, in place.

    A template that stands is the cluster, unless all that stands is one part of it:
    the rest of the template is nowhere above its ordinary share in the cluster. Where
    the template does not stand, its sharpest parts do, one for each industry and
    region. Cells of templates that do not stand are no members and say ``only_part``.
    """
    if levels.parts is not None:
        _weigh(found, levels)
        _settle_templates(found, levels)
        _settle_parts(found, levels)
    supported = {f.other for f in found if f.state == "inside"}
    for k, f in enumerate(found):
        f.firm = bool(f.seeds.any()) or k in supported


def _weigh(found: list[Found], levels: TestedLevels) -> None:
    """Note the regions of every cluster and its smallest p over weight."""
    strength = {
        group: table["weighted"].to_numpy(dtype=float)[rows]
        for table, group, rows in levels.groups()
    }
    for f in found:
        f.regions = frozenset(f.where.tolist())
        f.strength = float(np.nanmin(strength[f.group][f.where]))


def _settle_templates(found: list[Found], levels: TestedLevels) -> None:
    """Note each template's sharpest part, and whether that part is all that stands."""
    complements = _complements(found, levels)
    p = _p_values(complements, levels) if len(complements.columns) else {}
    places = dict(by_group(levels.cells, len(levels.economy.regions)))
    for k, f in enumerate(found):
        if f.other < 0:
            continue
        rest = p.get(k)
        if (
            rest is None
            or not (np.nan_to_num(rest[f.where], nan=1.0) > REST_LEVEL).all()
        ):
            f.other = -1
            continue
        f.state = "only_part"
        rows = places[f.group]
        mark(levels.cells, rows, f.where, "is_member", False)
        mark(levels.cells, rows, f.where, "reason", "only_part")


def _complements(found: list[Found], levels: TestedLevels) -> pd.DataFrame:
    """Return, for clusters of templates with a sharper part, the template without it.

    One column each (industries x numbers in ``found``), to be tested where they stand.
    Marks the sharpest part in ``other``.
    """
    kinds, weights = levels.kinds, levels.weights
    columns = {}
    below = [k for k, f in enumerate(found) if kinds[f.group].level != "template"]
    for k, f in enumerate(found):
        sharper = [
            j
            for j in below
            if kinds[found[j].group].template == f.group
            and found[j].regions & f.regions
            and found[j].strength < f.strength
        ]
        if kinds[f.group].level != "template" or not sharper:
            continue
        f.other = min(sharper, key=lambda j: (found[j].strength, j))
        part = found[f.other].group
        f.sharpest = kinds[part].label
        rest = weights[f.group].where(weights[part].le(0), 0.0)
        if rest.gt(0).any():
            columns[str(k)] = rest
    return pd.DataFrame(columns, index=weights.index)


def _p_values(complements: pd.DataFrame, levels: TestedLevels) -> Mapping[int, Floats]:
    """Return p by region of what is left of templates without their sharpest part."""
    rules = replace(levels.rules, local_statistics=False, power=False)
    cells = tested_cells(levels.economy, complements, rules).cells
    cells.attrs.clear()
    p = cells["p_value"].to_numpy(dtype=float)
    n = len(levels.economy.regions)
    return {int(k): p[rows] for k, rows in by_group(cells, n)}


def _settle_parts(found: list[Found], levels: TestedLevels) -> None:
    """Put every part inside the cluster that holds it, the strongest parts first."""
    kinds = levels.kinds
    industries = {f.group: frozenset(levels.industries(f.group)) for f in found}
    standing = [
        f
        for f in found
        if kinds[f.group].level == "template" and f.state == "candidate"
    ]
    below = [f for f in found if kinds[f.group].level != "template"]
    number = {id(f): k for k, f in enumerate(found)}

    def holds(outer: Found, inner: Found) -> bool:
        return (
            kinds[inner.group].template == kinds[outer.group].template
            and bool(inner.regions & outer.regions)
            and bool(industries[inner.group] & industries[outer.group])
        )

    for f in sorted(below, key=lambda f: f.strength):
        outer = next((other for other in standing if holds(other, f)), None)
        if outer is None:
            standing.append(f)
        else:
            f.state, f.other = "inside", number[id(outer)]
