"""What the scan over levels of kind gains and costs: ``python -m validation.levels``.

Planted: region-industry cells of simulated economies, with the true templates given
and with three of them thrown together, so that a planted cluster is a part. Nulls:
economies without clusters in which any cell of any level opens one.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

from clusterid.clusters import identify_clusters
from clusterid.clusters._cells import tested_cells
from clusterid.clusters._gate import gate_together
from clusterid.clusters._parts import parts_of
from clusterid.clusters._rules import CellRules
from clusterid.communities import given_templates
from clusterid.simulation import simulate_counts, simulate_economy
from clusterid.tables import Economy, contiguity

NULLS = {
    "dartboard": {"dartboard": True},
    "roughness 0.2": {"roughness": 0.2, "density_gradient": 0.25},
    "roughness 0.4": {"roughness": 0.4, "density_gradient": 0.25},
}


def planted(seeds: list[int]) -> pd.DataFrame:
    """Return precision, recall and F1 of cells, mean over economies of 250 regions."""
    rows = []
    for seed in seeds:
        made = simulate_economy(n_regions=250, withhold=False, seed=seed)
        graph = contiguity(made.regions, islands="keep")
        true = set(
            made.truth.cells[["region", "industry"]].itertuples(index=False, name=None)
        )
        home = made.truth.templates.drop_duplicates("industry")
        home = home.set_index("industry")["template"]
        names = {name: f"M{k // 3:02d}" for k, name in enumerate(sorted(set(home)))}
        plants = made.economy()
        jobs = Economy(employment=plants.employment, metadata=plants.metadata)
        for counted, economy in (("plants", plants), ("jobs alone", jobs)):
            for kind, given in (("true", home), ("three in one", home.map(names))):
                for levels in ("templates", "all"):
                    found = identify_clusters(
                        economy,
                        given_templates(given),
                        made.regions,
                        graph=graph,
                        local_statistics=False,
                        levels=levels,
                    ).members
                    cells = found[["region", "industry"]].itertuples(
                        index=False, name=None
                    )
                    got = set(cells)
                    hit = len(got & true)
                    rows.append((
                        counted, kind, levels,
                        hit / len(got) if got else 1.0,
                        hit / len(true),
                        2 * hit / (len(got) + len(true)),
                    ))  # fmt: skip
    columns = ["counted", "templates", "levels", "precision", "recall", "f1"]
    table = pd.DataFrame(rows, columns=columns)
    return table.groupby(columns[:3], sort=False).mean()


def nulls(replicates: int, seed: int) -> pd.DataFrame:
    """Return in how many economies without clusters any cell opens one."""
    rows = []
    for name, kind in NULLS.items():
        design, tables = simulate_counts(replicates=replicates, seed=seed, **kind)
        home = design.industries.templates.drop_duplicates("industry")
        templates = given_templates(home.set_index("industry")["template"])
        area = design.regions["area_km2"].to_numpy()
        rules = CellRules(
            density=pd.Series(design.weights / area, index=design.regions.index),
            check_single=True,
            local_statistics=False,
            power=False,
        )
        alone, together = [], []
        for counts in tables:
            economy = Economy(
                employment=counts * 10.0, establishments=counts.astype(float)
            )
            parts = parts_of(templates, economy.employment, {})
            coarse = tested_cells(economy, templates.groups, rules).cells
            fine = tested_cells(economy, parts.weights, rules).cells
            alone.append(coarse["is_seed"].any())
            coarse.attrs.clear()
            fine.attrs.clear()
            both = gate_together(coarse, fine, gate="bh", alpha=0.03)
            together.append(any(table["is_seed"].any() for table in both))
        rows.append((name, replicates, int(np.sum(alone)), int(np.sum(together))))
    columns = ["economy", "economies", "templates alone", "all levels"]
    return pd.DataFrame(rows, columns=columns).set_index("economy")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(prog="python -m validation.levels")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1011, 1012, 1013])
    parser.add_argument("--nulls", type=int, default=60)
    options = parser.parse_args()
    if options.seeds:
        print(planted(options.seeds).round(3).to_string())
    if options.nulls:
        print(nulls(options.nulls, 1500).to_string())


if __name__ == "__main__":
    main()
