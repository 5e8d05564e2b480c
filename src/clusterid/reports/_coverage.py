"""How much of the economy the templates hold, said in one sentence."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clusterid.legend import Words, format_number

__all__ = ["coverage_sentence"]


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
