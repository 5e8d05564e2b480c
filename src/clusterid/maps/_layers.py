"""Values of regions turned into what a map layer draws: rounded, guarded, classed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clusterid.legend import LANGUAGES, shown_cells, words
from clusterid.maps._breaks import Method, class_breaks

__all__ = ["both", "column", "layer", "number", "rounded", "text"]


#: said once for a whole study, not of each of its cells
_OF_ALL = "employment_only"


def text(value: object) -> str:
    """Return a value as text, empty for None and NaN."""
    if value is None or value is pd.NA or value != value:
        return ""
    return str(value)


def both(key: str, *, kind: str = "industry", **values: object) -> dict[str, str]:
    """Return a text of the catalogue in both languages."""
    return {code: words(code, kind=kind)(key, **values) for code in LANGUAGES}


def number(value: Any, digits: int = 3) -> float | int | None:
    """Return one number with few digits for a page, None where there is none."""
    if value is None or value is pd.NA:
        return None
    return rounded([value], digits)[0]


def rounded(values: ArrayLike, digits: int = 3) -> list[float | int | None]:
    """Return numbers with few significant digits; whole numbers stay whole."""
    array = np.asarray(values, dtype=float)
    # what is smaller than 1e-12 is written as 0
    size = np.where(np.isfinite(array) & (array != 0), np.abs(array), 1.0)
    size = np.maximum(size, 1e-12)
    scale = 10.0 ** (digits - 1 - np.floor(np.log10(size)))
    with np.errstate(invalid="ignore", over="ignore"):
        short = np.where(np.abs(array) >= 1000, np.rint(array), array)
        short = np.where(np.abs(array) < 1000, np.rint(array * scale) / scale, short)
    return [
        None
        if not math.isfinite(x)
        else (int(x) if x == int(x) else float(f"{x:.{digits + 3}g}"))
        for x in short.tolist()
    ]


def column(
    frame: pd.DataFrame, name: str, order: Sequence[str] | pd.Index, dtype: Any = float
) -> Any:
    """Return a column of a frame indexed by region, in map order, or None."""
    if name not in frame:
        return None
    found = frame[name].reindex(order if isinstance(order, pd.Index) else list(order))
    if dtype is float:
        return pd.to_numeric(found, errors="coerce").to_numpy(dtype=float)
    return found.astype(object).to_numpy()


def layer(
    values: ArrayLike,
    *,
    id: str,
    group: str,
    label: str | Mapping[str, str],
    measure: str | Mapping[str, str],
    unit: str | Mapping[str, str] = "",
    code: str = "",
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    q_value: ArrayLike | None = None,
    jobs: ArrayLike | None = None,
    n_plants: ArrayLike | None = None,
    imputed: ArrayLike | None = None,
    reason: ArrayLike | None = None,
    flags: Mapping[int, list[str]] | None = None,
    neutral: float | None = None,
    classes: int = 5,
    breaks: Sequence[float] | Method = "jenks",
    shrunk: bool = False,
    minimum_plants: int = 3,
) -> dict[str, Any]:
    """Return one layer as the page reads it."""
    cells = shown_cells(
        values,
        lower=lower,
        upper=upper,
        n_plants=n_plants,
        reason=reason,
        minimum_plants=minimum_plants,
    )
    shown = rounded(cells.value)
    held = cells.state == "withheld"
    if isinstance(breaks, str):
        inner, colours = class_breaks(
            [math.nan if x is None else x for x in shown],
            classes=classes,
            method=breaks,
            neutral=neutral,
        )
    else:
        inner = sorted(float(b) for b in breaks)
        colours = _colours(len(inner) + 1)
    reasons: dict[int, str] = {}
    codes = None if reason is None else np.asarray(reason, dtype=object)
    for i in np.flatnonzero(cells.state != "shown"):
        given = "" if codes is None else text(codes[i])
        reasons[int(i)] = given or ("few_plants" if held[i] else "not_computable")
    notes: dict[int, str] = {}
    if codes is not None:
        for i in np.flatnonzero(cells.state == "shown"):
            if (given := text(codes[i])) and given != _OF_ALL:
                notes[int(i)] = given
    found: dict[str, Any] = {
        "id": id,
        "group": group,
        "code": code,
        "label": label,
        "measure": measure,
        "unit": unit,
        "v": shown,
        "breaks": inner,
        "colours": colours,
        "reasons": reasons,
        "notes": notes,
        "flags": {int(i): list(f) for i, f in (flags or {}).items() if f},
        "shrunk": shrunk,
    }
    if np.isfinite(cells.lower).any():
        found["lo"], found["hi"] = rounded(cells.lower), rounded(cells.upper)
    if q_value is not None and np.isfinite(np.asarray(q_value, dtype=float)).any():
        found["q"] = rounded(q_value, 2)
    if jobs is not None:
        found["jobs"] = rounded(np.where(held, np.nan, np.asarray(jobs, dtype=float)))
    if n_plants is not None and np.isfinite(np.asarray(n_plants, dtype=float)).any():
        plants = np.asarray(n_plants, dtype=float)
        found["n"] = rounded(np.where(held, np.nan, plants))
    if imputed is not None:
        share = np.nan_to_num(np.asarray(imputed, dtype=float))
        if (share >= 0.005).any():
            found["imputed"] = {
                int(i): float(f"{share[i]:.2g}") for i in np.flatnonzero(share >= 0.005)
            }
    return found


def _colours(n: int) -> list[str]:
    from clusterid.legend import SEQUENTIAL

    if n == 1:
        return [SEQUENTIAL[2]]
    at = np.linspace(0, len(SEQUENTIAL) - 1, n)
    ramp = np.array(
        [[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in SEQUENTIAL], dtype=float
    )
    mixed = [np.interp(at, np.arange(len(SEQUENTIAL)), ramp[:, k]) for k in range(3)]
    return ["#" + "".join(f"{round(part[i]):02x}" for part in mixed) for i in range(n)]
