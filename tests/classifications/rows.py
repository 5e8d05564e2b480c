"""Rows of a correspondence as a table."""

from __future__ import annotations

import pandas as pd


def table(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["source", "target", "weight"])
