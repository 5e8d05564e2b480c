"""The American case: definitions, layers between their industries, layers held out."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd

from clusterid.classifications import Classification
from clusterid.networks import (
    carry_network,
    code_network,
    colocation_network,
    from_matrix,
    profile_network,
)
from clusterid.sources import READERS

#: A networkx graph; its own type takes no parameters at run time.
Graph = Any

#: NAICS sectors that own several two-digit codes.
SECTORS = {"32": "31", "33": "31", "45": "44", "49": "48"}
#: Words that every other title has.
_EMPTY = {
    "and", "of", "the", "other", "except", "all", "for", "in", "with", "from",
    "related", "not", "elsewhere", "classified", "including", "without", "by", "to",
    "or", "manufacturing",
}  # fmt: skip


@dataclass(frozen=True)
class UsCase:
    """``truth`` by industry, ``layers`` that may detect, ``judges`` that may not."""

    truth: pd.Series
    layers: dict[str, Graph]
    judges: dict[str, Graph]

    @property
    def codes(self) -> list[str]:
        """Return the traded industries, sorted."""
        return list(self.truth.index)


def us_case(data: Path) -> UsCase:
    """Read the data folder; every layer is between the same 585 industries."""
    cbp = data / "us_cbp_states/cbp_state_naics_2000_2011.parquet"
    economy = READERS["cbp"](cbp, years=[2011]).economy()
    truth = READERS["us_benchmark"](
        data / "us_cluster_mapping/benchmark_cluster_definitions_naics2012.csv",
        industries=list(economy.industries),
    ).set_index("industry")["template"]
    codes = list(truth.index)
    folder = data / "bea_io_detail_us"
    home = most_of(
        pd.read_csv(folder / "crosswalk_bea_naics_2007_2012_2017.csv", dtype=str)[
            ["NAICS_2012_Code", "BEA_2017_Detail_Code"]
        ]
    ).reindex(codes)
    flows = READERS["bea"](folder)
    isic = isic_of(data / "classifications", codes)
    titles = pd.read_csv(data / "us_cbp_states/naics_titles.csv", dtype=str)
    layers = {
        "shares": carry_network(profile_network(flows), home),
        "quotients": carry_network(profile_network(flows, scale="quotient"), home),
        "codes": code_network(codes),
        "sectors": code_network(codes, classification=naics_tree(codes)),
        "isic": carry_network(
            code_network(sorted(set(isic.dropna())), levels=(2, 3, 4)), isic
        ),
        "titles": title_network(titles.set_index("naics")["description"], codes),
        "skills": skill_layer(data, isic),
    }
    judges = {
        "jobs": colocation_network(economy.employment, totals=economy.totals),
        "plants": colocation_network(economy.establishments),
    }
    return UsCase(
        truth,
        layers,
        {name: judge.subgraph(codes).copy() for name, judge in judges.items()},
    )


def most_of(pairs: pd.DataFrame) -> pd.Series:
    """Return for every first code the second that most of its rows name."""
    one, other = pairs.columns
    counted = pairs.dropna().value_counts().reset_index()
    counted = counted.sort_values([one, "count", other], ascending=[True, False, True])
    return counted.drop_duplicates(one).set_index(one)[other]


def naics_tree(codes: list[str]) -> Classification:
    """Return sector, three, four, five and six digits; 31 to 33 are one sector."""
    parent: dict[str, str] = {}
    for code in codes:
        sector = "sector " + SECTORS.get(code[:2], code[:2])
        chain = [sector, code[:3], code[:4], code[:5], code]
        parent[sector] = ""
        parent.update({b: a for a, b in pairwise(chain) if a != b})
    table = pd.DataFrame({"parent": pd.Series(parent)})
    table["level"], table["label_en"], table["label_de"] = "", "", ""
    return Classification("naics", table.rename_axis("code"), ("sector", "industry"))


def isic_of(folder: Path, codes: list[str]) -> pd.Series:
    """Return the class of ISIC Rev. 4 of every industry; NaN where none is given."""
    first = pd.read_csv(folder / "naics2012_to_naics2017.csv", dtype=str)
    second = pd.read_csv(folder / "naics2017_to_isic4.csv", dtype=str)
    both = first.merge(second, on="naics2017")[["naics2012", "isic4"]]
    return most_of(both[both["isic4"].str.len().eq(4)]).reindex(codes)


def skill_layer(data: Path, isic: pd.Series) -> Graph:
    """Return the labour flows of Great Britain between classes of ISIC, carried."""
    bridge = pd.read_csv(data / "classifications/nace2_to_isic4.csv", dtype=str)
    bridge = bridge[bridge["isic4"].str.len().eq(4)]
    to_isic = bridge.drop_duplicates("nace2").set_index("nace2")["isic4"]
    moves = pd.read_csv(
        data / "uk_skill_relatedness/connections_2009_2018.csv",
        dtype={"nace_a": str, "nace_b": str},
    )
    moves["a"], moves["b"] = moves["nace_a"].map(to_isic), moves["nace_b"].map(to_isic)
    moves = moves.dropna(subset=["a", "b"])
    moves = moves[moves["a"].lt(moves["b"]) & moves["skill_relatedness"].gt(0)]
    graph = nx.Graph(layer="skills", kind="industry", absent="unknown")
    mean = moves.groupby(["a", "b"])["skill_relatedness"].mean()
    graph.add_weighted_edges_from((a, b, w) for (a, b), w in mean.items())
    graph.graph["observed"] = sorted(graph.nodes)
    return carry_network(graph, isic)


def title_network(titles: pd.Series, codes: list[str]) -> Graph:
    """Return the cosine of the words of official titles, rare words counting more."""
    known = titles[~titles.index.duplicated()]
    words = []
    for code in codes:
        at = next(c for c in (code, code[:5], code[:4], code[:3]) if c in known.index)
        found = re.findall("[a-z]{3,}", str(known[at]).lower())
        words.append([_stem(word) for word in found if word not in _EMPTY])
    times = Counter(word for title in words for word in set(title))
    place = {word: i for i, word in enumerate(sorted(times))}
    weight = np.zeros((len(codes), len(place)))
    for row, title in enumerate(words):
        for word in title:
            weight[row, place[word]] += np.log(len(codes) / times[word])
    length = np.linalg.norm(weight, axis=1, keepdims=True)
    unit = weight / np.where(length > 0, length, 1)
    return from_matrix(
        codes, unit @ unit.T, directed=False,
        layer="titles", kind="industry", absent="zero",
    )  # fmt: skip


def _stem(word: str) -> str:
    for ending in ("ings", "ing", "ers", "er", "ies", "es", "s", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
