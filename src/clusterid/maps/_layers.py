"""One layer of a map: what is known of each region, guarded, classed and coloured."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.legend import SEQUENTIAL, Shown, shown_cells
from clusterid.maps._breaks import Method, class_breaks
from clusterid.maps._texts import Text, rounded, text
from clusterid.results import needed_columns

__all__ = ["Beside", "Cells", "Classing", "Heading", "layer"]

Numbers = NDArray[np.float64]

#: said once for a whole study, not of each of its cells
_OF_ALL = "employment_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What a layer is called, what it measures, and in which unit.

    ``interval`` is what its interval is called, if it has a name of its own.
    """

    id: str
    group: str
    label: Text
    measure: Text
    unit: Text = ""
    code: str = ""
    interval: Text = ""
    shrunk: bool = False
    smoothed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Classing:
    """How values become colours, and with how few plants a cell is not shown."""

    neutral: float | None = None
    classes: int = 5
    breaks: Sequence[float] | Method = "jenks"
    minimum_plants: int = 3

    def of(self, shown: Sequence[float | None]) -> tuple[list[float], list[str]]:
        """Return inner breaks and one colour a class."""
        if isinstance(self.breaks, str):
            return class_breaks(
                [math.nan if x is None else x for x in shown],
                classes=self.classes,
                method=self.breaks,
                neutral=self.neutral,
            )
        inner = sorted(float(b) for b in self.breaks)
        return inner, _colours(len(inner) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What is known of each region, in map order; None where nothing is known."""

    value: Numbers
    lower: Numbers | None = None
    upper: Numbers | None = None
    q_value: Numbers | None = None
    jobs: Numbers | None = None
    n_plants: Numbers | None = None
    imputed: Numbers | None = None
    reason: NDArray[np.object_] | None = None
    flags: Mapping[int, list[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        table: pd.DataFrame,
        order: Sequence[str],
        columns: Mapping[str, str],
        flags: Mapping[int, list[str]] | None = None,
    ) -> Cells:
        """Return the cells of a table indexed by region; ``columns`` by field."""
        part = needed_columns(table, *columns.values()).reindex(list(order))
        found: dict[str, Any] = {
            name: part[column].astype(object).to_numpy()
            if name == "reason"
            else pd.to_numeric(part[column], errors="coerce").to_numpy(dtype=float)
            for name, column in columns.items()
        }
        return cls(**found, flags=flags or {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another measure of the same cells, said beside the one that is drawn."""

    measure: Text
    cells: Cells

    def data(self, classing: Classing) -> dict[str, Any]:
        """Return it as the page reads it, as guarded as what is drawn."""
        shown = _shown(self.cells, classing)
        found: dict[str, Any] = {"measure": self.measure, "v": rounded(shown.value)}
        return found | _ends(shown)


def layer(
    heading: Heading, cells: Cells, classing: Classing, beside: Beside | None = None
) -> dict[str, Any]:
    """Return one layer as the page reads it."""
    shown = _shown(cells, classing)
    values = rounded(shown.value)
    breaks, colours = classing.of(values)
    reasons, notes = _reasons(shown, cells.reason)
    return {
        "id": heading.id,
        "group": heading.group,
        "code": heading.code,
        "label": heading.label,
        "measure": heading.measure,
        "unit": heading.unit,
        "v": values,
        "breaks": breaks,
        "colours": colours,
        "reasons": reasons,
        "notes": notes,
        "flags": {int(i): list(f) for i, f in cells.flags.items() if f},
        "shrunk": heading.shrunk,
        "smoothed": heading.smoothed,
        "interval": heading.interval,
        **_evidence(cells, shown),
        **({} if beside is None else {"beside": beside.data(classing)}),
    }


def _shown(cells: Cells, classing: Classing) -> Shown:
    return shown_cells(
        cells.value,
        lower=cells.lower,
        upper=cells.upper,
        n_plants=cells.n_plants,
        reason=cells.reason,
        minimum_plants=classing.minimum_plants,
    )


def _ends(shown: Shown) -> dict[str, Any]:
    """Return both ends of the intervals, where there are any."""
    if not np.isfinite(shown.lower).any():
        return {}
    return {"lo": rounded(shown.lower), "hi": rounded(shown.upper)}


def _reasons(
    shown: Shown, codes: NDArray[np.object_] | None
) -> tuple[dict[int, str], dict[int, str]]:
    """Return why cells are not shown, and what is to be said of those that are."""
    reasons: dict[int, str] = {}
    notes: dict[int, str] = {}
    for i, state in enumerate(shown.state):
        given = "" if codes is None else text(codes[i])
        if state != "shown":
            usual = "few_plants" if state == "withheld" else "not_computable"
            reasons[i] = given or usual
        elif given and given != _OF_ALL:
            notes[i] = given
    return reasons, notes


def _evidence(cells: Cells, shown: Shown) -> dict[str, Any]:
    """Return interval, q-value, jobs, plants and estimated share, where known."""
    held = shown.state == "withheld"
    found = _ends(shown)
    if cells.q_value is not None and np.isfinite(cells.q_value).any():
        found["q"] = rounded(cells.q_value, 2)
    if cells.jobs is not None:
        found["jobs"] = rounded(np.where(held, np.nan, cells.jobs))
    if cells.n_plants is not None and np.isfinite(cells.n_plants).any():
        found["n"] = rounded(np.where(held, np.nan, cells.n_plants))
    if cells.imputed is not None:
        share = np.nan_to_num(cells.imputed)
        if (share >= 0.005).any():
            found["imputed"] = {
                int(i): float(f"{share[i]:.2g}") for i in np.flatnonzero(share >= 0.005)
            }
    return found


def _colours(n: int) -> list[str]:
    if n == 1:
        return [SEQUENTIAL[2]]
    at = np.linspace(0, len(SEQUENTIAL) - 1, n)
    ramp = np.array(
        [[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in SEQUENTIAL], dtype=float
    )
    mixed = [np.interp(at, np.arange(len(SEQUENTIAL)), ramp[:, k]) for k in range(3)]
    return ["#" + "".join(f"{round(part[i]):02x}" for part in mixed) for i in range(n)]
