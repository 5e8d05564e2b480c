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
    counts = {"n": int(covered["n_none"]), "total": int(covered["n_industries"])}
    if covered["n_withheld"] == 0:
        key, share = "report.template_coverage", covered["share_employment"]
    elif np.isfinite(covered["share_estimated"]):
        key, share = "report.template_coverage_estimated", covered["share_estimated"]
    elif np.isfinite(covered["share_employment"]):
        key, share = "report.template_coverage_published", covered["share_employment"]
    else:
        return said("report.template_coverage_unknown", **counts)
    return said(
        key,
        share=format_number(100 * share, language=said.language),
        none=format_number(100 * covered["share_none"], language=said.language),
        **counts,
    )
