"""Planted clusters in the place of candidates."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd


def as_candidates(clusters):
    """Stand in for candidates: the planted clusters themselves."""
    table = clusters.rename(columns={"label_en": "label"})
    members = [
        (name, region, industry)
        for name, row in clusters.iterrows()
        for region in row["regions"].split(";")
        for industry in row["industries"].split(";")
    ]
    return SimpleNamespace(
        table=table,
        members=pd.DataFrame(members, columns=["cluster", "region", "industry"]),
    )
