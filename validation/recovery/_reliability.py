"""Is what is called 90 % sure right nine times in ten?"""

from __future__ import annotations

import numpy as np
import pandas as pd

#: Edges of the classes of stated certainty.
EDGES = np.array([0.0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99, 1.0])


def reliability(stated: np.ndarray, real: np.ndarray) -> pd.DataFrame:
    """Return, by class of stated certainty, how much of it is real."""
    known = np.isfinite(stated)
    stated, real = stated[known], real[known].astype(float)
    inner = np.clip(np.searchsorted(EDGES, stated, side="right") - 1, 0, len(EDGES) - 2)
    rows = []
    for k in range(len(EDGES) - 1):
        here = inner == k
        n = int(here.sum())
        share = float(real[here].mean()) if n else float("nan")
        rows.append({
            "stated": f"{EDGES[k]:g} to {EDGES[k + 1]:g}",
            "n": n,
            "mean stated": float(stated[here].mean()) if n else float("nan"),
            "share real": share,
            "standard error": float(np.sqrt(share * (1 - share) / n)) if n else np.nan,
        })
    return pd.DataFrame(rows).set_index("stated")


def brier(stated: np.ndarray, real: np.ndarray) -> dict[str, float]:
    """Return the Brier score, that of the base rate, and the skill over it."""
    known = np.isfinite(stated)
    stated, real = stated[known], real[known].astype(float)
    if not len(real):
        return dict.fromkeys(("n", "Brier", "base rate", "skill", "gap"), float("nan"))
    score = float(np.mean((stated - real) ** 2))
    base = float(real.mean() * (1 - real.mean()))
    inner = np.clip(np.searchsorted(EDGES, stated, side="right") - 1, 0, len(EDGES) - 2)
    count = np.bincount(inner, minlength=len(EDGES) - 1)
    apart = np.abs(np.bincount(inner, stated - real, len(EDGES) - 1)).sum()
    return {
        "n": float(len(real)),
        "Brier": score,
        "base rate": float(real.mean()),
        "skill": 1 - score / base if base > 0 else float("nan"),
        "gap": float(apart / count.sum()),
    }
