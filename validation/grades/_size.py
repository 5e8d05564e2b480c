"""How long a table of 3,000 regions and 1,000 kinds takes, and how much memory."""

from __future__ import annotations

import resource
import time
from multiprocessing import get_context
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from clusterid.clusters import identify_clusters
from clusterid.communities import given_templates
from clusterid.tables import Economy

__all__ = ["size", "table_of"]

REGIONS, INDUSTRIES = 3_000, 1_000
#: Industries of one template.
_EACH = 25
#: Plants a region: those of the United States by 3,000.
PLANTS = 2_300


def table_of(
    regions: int, industries: int, seed: int
) -> tuple[Economy, Any, gpd.GeoDataFrame]:
    """Return an economy of unequal regions and kinds, templates and a grid of squares.

    As many plants a region as a county of the United States has; codes have
    four digits, so that groups of codes exist below the templates.
    """
    rng = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(regions)))
    names = [f"R{i:04d}" for i in range(regions)]
    squares = [
        box(i % side, i // side, i % side + 1, i // side + 1) for i in range(regions)
    ]
    shapes = gpd.GeoDataFrame({"name": names}, geometry=squares, index=names, crs=25832)
    shapes.index.name = "region"
    codes = [f"{1000 + i}" for i in range(industries)]
    place = np.exp(rng.normal(0.0, 1.0, regions))
    kind = np.exp(rng.normal(0.0, 1.0, industries))
    mean = np.outer(place / place.sum(), kind / kind.sum()) * PLANTS * regions
    mean *= np.exp(0.3 * rng.normal(size=mean.shape))
    strong = rng.random(mean.shape) < 0.001
    plants = rng.poisson(np.where(strong, 8 * mean, mean)).astype(float)
    jobs = np.ceil(plants * np.exp(rng.normal(2.0, 0.8, mean.shape)))
    frame = {"index": names, "columns": codes}
    templates = given_templates({
        code: f"T{k // _EACH:02d}" for k, code in enumerate(codes)
    })
    economy = Economy(pd.DataFrame(jobs, **frame), pd.DataFrame(plants, **frame))
    return economy, templates, shapes


def size(
    replicates: int, seed: int, *, regions: int = REGIONS, industries: int = INDUSTRIES
) -> dict[str, pd.DataFrame]:
    """Return seconds of processor and the peak of memory, each run in a new process."""
    rows = []
    for number in range(replicates):
        with get_context("spawn").Pool(1) as pool:
            task = (regions, industries, seed + number)
            rows.append(pool.apply(_measured, task))
    return {"grades: size": pd.DataFrame(rows).set_index("seed")}


def _measured(regions: int, industries: int, seed: int) -> dict[str, float]:
    economy, templates, shapes = table_of(regions, industries, seed)
    before = _peak()
    start = time.process_time()
    found = identify_clusters(economy, templates, shapes)
    return {
        "seed": seed,
        "regions": regions,
        "industries": industries,
        "seconds of processor": round(time.process_time() - start, 1),
        "GiB before": round(before, 2),
        "GiB at most": round(_peak(), 2),
        "concentrations": len(found.concentrations),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
