"""From cells to clusters: neighbouring reported cells of one kind."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._area import StudyArea
from clusterid.clusters._grades import GRADES
from clusterid.clusters._neighbours import components

__all__ = ["with_clusters"]


def with_clusters(
    reported: pd.DataFrame, area: StudyArea, *, ungraded: bool
) -> pd.DataFrame:
    """Return the rows with the cluster they belong to, ``C001`` the strongest.

    Clusters are in order of their best grade, then of the jobs above the usual. Rows
    without a grade belong to none, unless ``ungraded`` (a published rule chose them).
    """
    n = len(area.codes)
    sets: list[npt.NDArray[np.int64]] = []
    chosen = reported if ungraded else reported[reported["grade"].ne("")]
    for _, of_kind in chosen.groupby("kind", sort=False):
        member = np.zeros(n, dtype=bool)
        member[of_kind["place"].to_numpy()] = True
        row_at = np.full(n, -1)
        row_at[of_kind["place"].to_numpy()] = of_kind.index.to_numpy()
        sets += [row_at[where] for where in components(member, area.around.within)]
    grade = reported["grade"].map({g: i for i, g in enumerate(GRADES)})
    best = grade.fillna(len(GRADES)).to_numpy(dtype=float)
    excess = reported["excess_jobs"].to_numpy(dtype=float)
    kind = reported["kind"].astype(str).to_numpy()
    sets.sort(
        key=lambda rows: (
            float(best[rows].min()),
            -float(np.nansum(excess[rows])),
            str(kind[rows[0]]),
            int(rows.min()),
        )
    )
    width = max(3, len(str(len(sets))))
    cluster = np.full(len(reported), "", dtype=object)
    for number, rows in enumerate(sets, start=1):
        cluster[rows] = f"C{number:0{width}d}"
    return reported.assign(cluster=cluster)
