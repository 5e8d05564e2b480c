"""Planted clusters in the place of candidates."""

from __future__ import annotations

import pandas as pd

from clusterid.clusters import CandidateClusters


def as_candidates(clusters):
    """Stand in for candidates: the planted clusters themselves."""
    table = clusters.rename(columns={"label_en": "label"})
    members = [
        (name, region, industry)
        for name, row in clusters.iterrows()
        for region in row["regions"].split(";")
        for industry in row["industries"].split(";")
    ]
    return CandidateClusters(
        table=table,
        concentrations=pd.DataFrame(),
        members=pd.DataFrame(members, columns=["cluster", "region", "industry"]),
        gaps=pd.DataFrame(),
        cells=pd.DataFrame(),
    )
