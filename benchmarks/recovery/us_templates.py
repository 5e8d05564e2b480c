"""United States: templates against the benchmark definitions, without tuning on them.

``CLUSTERID_DATA=... python -m benchmarks.recovery.us_templates``. Layers: input-output
profiles of the 402 BEA industries (square roots of the shares, so that a few large
flows do not decide), carried to the traded industries of NAICS 2012, and closeness on
the code tree. The resolution is chosen on the co-location of plants over states in
2011, which takes no part in detection; the benchmark is looked at once, at the end.
"""

from __future__ import annotations

import os
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.communities import detect_communities, partition_agreement
from clusterid.networks import code_network, colocation_network

SCORES = ["adjusted_mutual_information", "adjusted_rand", "element_centric"]


def industry_flows(folder: Path) -> pd.DataFrame:
    """Return flows between industries: market shares times use."""
    use = pd.read_parquet(folder / "use_2017_producer_prices_after_redef_long.parquet")
    make = pd.read_parquet(
        folder / "make_2017_producer_prices_after_redef_long.parquet"
    )
    codes = pd.read_csv(folder / "codes_2017.csv", dtype=str)
    industries = sorted(codes.loc[codes["kind"].eq("industry"), "code"].unique())
    goods = sorted(codes.loc[codes["kind"].eq("commodity"), "code"].unique())

    def wide(table: pd.DataFrame, rows: list[str], columns: list[str]) -> np.ndarray:
        square = table.pivot_table(
            index="row_code", columns="col_code", values="value_musd", aggfunc="sum"
        )
        return (
            square
            .reindex(index=rows, columns=columns)
            .fillna(0)
            .clip(lower=0)
            .to_numpy()
        )

    made = wide(make, industries, goods)
    market = made / np.where(made.sum(axis=0) > 0, made.sum(axis=0), 1)
    flows = market @ wide(use, goods, industries)
    return pd.DataFrame(flows, index=industries, columns=industries)


def profiles(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the largest of the four profile correlations, 0 to 1."""
    z = flows.to_numpy()
    buys = np.sqrt(z / np.where(z.sum(axis=0) > 0, z.sum(axis=0), 1)).T
    sells = np.sqrt((z.T / np.where(z.sum(axis=1) > 0, z.sum(axis=1), 1)).T)
    both = np.vstack([buys, sells])
    centred = both - both.mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    unit = np.divide(centred, length, out=np.zeros_like(centred), where=length > 0)
    all_four = unit @ unit.T
    n = len(z)
    parts = [all_four[:n, :n], all_four[n:, n:], all_four[:n, n:], all_four[n:, :n]]
    best = np.clip(np.max(parts, axis=0), 0, 1)
    return pd.DataFrame(best, index=flows.index, columns=flows.index)


def completed(code: str, known: dict[str, str]) -> str | None:
    """Return what the longest known beginning of a code leads to."""
    for length in range(len(code), 1, -1):
        if code[:length] in known:
            return known[code[:length]]
    return None


def as_graph(matrix: np.ndarray, codes: list[str], name: str) -> nx.Graph:
    """Return the positive pairs as a layer."""
    graph = nx.Graph(layer=name, kind="industry", absent="zero", observed=codes)
    graph.add_nodes_from(codes)
    a, b = np.nonzero(np.triu(matrix, 1))
    graph.add_weighted_edges_from(
        (codes[i], codes[j], float(matrix[i, j])) for i, j in zip(a, b, strict=True)
    )
    return graph


def main() -> None:
    """Print agreement of code prefixes, Ward and both default runs."""
    data = Path(os.environ["CLUSTERID_DATA"])
    bea = data / "bea_io_detail_us"
    benchmark = pd.read_csv(
        data / "us_cluster_mapping/benchmark_cluster_definitions_naics2012.csv",
        dtype=str,
    )
    traded = benchmark["traded_local"].str.lower().str.startswith("traded")
    benchmark = benchmark[traded].drop_duplicates("naics2012")
    truth = benchmark.set_index("naics2012")["cluster"].sort_index()
    crosswalk = pd.read_csv(bea / "crosswalk_bea_naics_2007_2012_2017.csv", dtype=str)
    flows = industry_flows(bea)
    pairs = crosswalk[["NAICS_2012_Code", "BEA_2017_Detail_Code"]].dropna()
    pairs = pairs[pairs["BEA_2017_Detail_Code"].isin(flows.index)]
    known = dict(pairs.drop_duplicates("NAICS_2012_Code").itertuples(index=False))
    home = {code: completed(code, known) for code in truth.index}
    codes = [code for code in truth.index if home[code]]
    truth = truth.loc[codes]
    alike = profiles(flows)
    place = [home[code] for code in codes]
    supply = as_graph(alike.loc[place, place].to_numpy(), codes, "supply")

    plants = pd.read_parquet(data / "us_cbp_states/cbp_state_naics_2000_2011.parquet")
    plants = plants[plants["year"].eq(2011) & plants["naics"].isin(codes)]
    table = plants.pivot_table(
        index="state_fips", columns="naics", values="establishments", fill_value=0
    ).astype(float)
    judge = colocation_network(table)

    def show(name: str, groups: pd.Series) -> None:
        scores = partition_agreement(truth, groups, missing="single")[SCORES]
        count = int(groups.value_counts().gt(1).sum())
        shown = "  ".join(f"{s} {v:.3f}" for s, v in scores.items())
        print(f"{name:34s} {count:4d} groups  {shown}", flush=True)

    print(f"{len(codes)} traded industries, {truth.nunique()} benchmark clusters")
    index = pd.Index(codes)
    for digits in (2, 3, 4):
        show(f"first {digits} digits", pd.Series(index.str[:digits], index=index))
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distance = 1 - alike.loc[place, place].to_numpy()
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance, checks=False), "ward")
    for count in (30, 51):
        show(
            f"Ward on profiles, {count} asked for",
            pd.Series(fcluster(tree, count, "maxclust"), index=index),
        )
    for name, layers in (
        ("default, without codes", {"supply": supply}),
        ("default, with codes", {"supply": supply, "code": code_network(codes)}),
    ):
        found = detect_communities(layers, held_out=judge, runs=50, seed=1)
        show(name, found.membership)
        held = found.validation(judge).attrs["scores"]
        print("    held out:", {k: round(v, 1) for k, v in held.items()})
        print("    ", found, found.params["chosen_resolution"], flush=True)


if __name__ == "__main__":
    main()
