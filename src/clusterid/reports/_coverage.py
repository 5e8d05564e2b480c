"""How much of the economy the templates hold, said in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from clusterid.legend import Words, format_number

__all__ = ["coverage_sentence", "template_coverage"]


def template_coverage(result: Any) -> pd.Series | None:
    """Return the coverage of the templates over the published totals, or None."""
    found = getattr(result, "templates", None)
    economy = getattr(result, "economy", None)
    if found is None or economy is None:
        return None
    covered: pd.Series = found.coverage(economy.margins.industry)
    return covered


def coverage_sentence(covered: pd.Series, said: Words) -> str:
    """Return how much of the economy the templates hold, in words."""
    if not np.isfinite(covered["share_employment"]):
        return said(
            "report.template_coverage_unknown",
            n=int(covered["n_none"]),
            total=int(covered["n_industries"]),
        )
    return said(
        "report.template_coverage",
        share=format_number(100 * covered["share_employment"], language=said.language),
        n=int(covered["n_none"]),
        total=int(covered["n_industries"]),
        none=format_number(100 * covered["share_none"], language=said.language),
    )
