"""The gate: which cells of the whole study are beyond chance, in one family."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._parts import Kind, Parts
from clusterid.statistics import q_values

__all__ = [
    "REST_LEVEL", "TEMPLATES_SHARE", "gate_together", "gated", "without_undecidable",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

#: With jobs alone a cell must stand out at this level without its largest possible
#: plant, too. Our choice.
REST_LEVEL = 0.05
#: Share of the study's error that is kept for the templates themselves: one industry's
#: ordinary unevenness is known less well than a template's. Our choice.
TEMPLATES_SHARE = 0.75


def gated(p: Floats, gate: str) -> Floats:
    """Return what is compared with alpha: q, or p times the family; missing is 1."""
    family = max(1, int(np.isfinite(p).sum()))
    found = q_values(p) if gate == "bh" else p * family
    return np.asarray(np.nan_to_num(found, nan=1.0))


def without_undecidable(
    cells: pd.DataFrame, kinds: Mapping[str, Kind], parts: Parts, known: pd.Series
) -> pd.DataFrame:
    """Return cells in which single industries of unknown plant sizes are no tests.

    With jobs alone they could not be told from one large plant, whatever they hold;
    they take no part in the family. ``known``: by industry, whether sizes are.
    """
    closed = {
        part
        for part, column in parts.weights.items()
        if kinds[str(part)].level == "industry" and not known[column.gt(0)].any()
    }
    hidden = cells["template"].isin(closed)
    return cells.assign(p_value=cells["p_value"].mask(hidden))


def gate_together(
    templates: pd.DataFrame, parts: pd.DataFrame, *, gate: str, alpha: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells of both with q-values and seeds of one family.

    Three quarters of the error go to the templates, the rest to all parts, by weights
    of mean 1 on the p-values (Genovese, Roeder and Wasserman 2006): hundreds of parts
    cost the templates no more than a third. ``weighted`` is p over weight.
    Parts must stand without their largest possible plant under Benjamini-Hochberg over
    all parts that would open a cluster with it.
    """
    together = pd.concat([templates, parts], ignore_index=True)
    n = len(templates)
    for plain, weighted in (("p_value", "weighted"), ("p_unchecked", "unchecked")):
        together[weighted] = _weighted(together[plain].to_numpy(dtype=float), n)
    p = together["weighted"].to_numpy(dtype=float)
    together["q_value"] = q_values(p)
    seeds = gated(p, gate) <= alpha
    # the check for one large plant holds whatever the weight
    seeds &= together["p_value"].le(REST_LEVEL).to_numpy()
    # of many cells that one plant makes, some would stand without it by chance
    below = np.flatnonzero(seeds[n:]) + n
    rest = together["p_rest"].to_numpy(dtype=float)
    open_p = together["unchecked"].to_numpy(dtype=float)
    tried = np.flatnonzero(gated(open_p, gate)[n:] <= alpha) + n
    supported = np.zeros(len(seeds), dtype=bool)
    supported[tried] = q_values(rest[tried]) <= REST_LEVEL
    seeds[below] &= supported[below]
    together["is_seed"] = seeds
    # what would have opened a cluster, were it not for that check
    cut = float(p[seeds].max()) if seeds.any() else alpha / max(1, len(p))
    together["is_open"] = together["unchecked"].le(cut) & ~seeds
    first = together.iloc[:n].copy()
    second = together.iloc[n:].reset_index(drop=True)
    return first, second


def _weighted(p: Floats, n_templates: int) -> Floats:
    """Return p over weight; the first ``n_templates`` tests share most of the error."""
    n = int(np.isfinite(p[:n_templates]).sum())
    m = int(np.isfinite(p[n_templates:]).sum())
    if not n or not m:
        return p
    weight = np.full(len(p), (n + m) / m * (1 - TEMPLATES_SHARE))
    weight[:n_templates] = (n + m) / n * TEMPLATES_SHARE
    return np.asarray(p / weight)
