"""Tables and networks that the properties are tried on."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

seeds = st.integers(0, 10_000)


def flows_of(seed: int, n: int = 6) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(seed)
    codes = [f"i{i}" for i in range(n)]
    Z = rng.gamma(1.0, 10.0, (n, n)) * (rng.random((n, n)) < 0.7)
    output = pd.Series(np.maximum(Z.sum(axis=0), Z.sum(axis=1)) * 1.5 + 1, index=codes)
    table = pd.DataFrame(Z, index=codes, columns=codes).stack()
    return table.rename_axis(["seller", "buyer"]).rename("value").reset_index(), output


def presences(seed: int, regions: int = 12, industries: int = 7) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = (rng.random((regions, industries)) < 0.5).astype(int)
    table[0], table[1:3, :] = 1, table[1:3, :]
    return pd.DataFrame(
        table,
        index=[f"R{i:02d}" for i in range(regions)],
        columns=[f"i{i}" for i in range(industries)],
    )


def links(graph: Any) -> dict[frozenset[str], float]:
    return {frozenset(e[:2]): e[2] for e in graph.edges(data="weight")}


def weighted(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    graph: Any = nx.Graph(absent="zero", kind="industry")
    for i in range(8):
        for j in range(i):
            if rng.random() < 0.6:
                graph.add_edge(f"i{i}", f"i{j}", weight=float(rng.integers(1, 40)))
    return graph


@st.composite
def tables(draw: st.DrawFn, regions: int = 6, industries: int = 5) -> pd.DataFrame:
    """Jobs with zeros, every region and industry present somewhere."""
    shape = (
        draw(st.integers(2, regions)),
        draw(st.integers(2, industries)),
    )
    counts = draw(arrays(np.int64, shape, elements=st.integers(0, 500)))
    jobs = counts.astype(float)
    jobs[:, 0] += 1  # no empty region
    jobs[0, :] += 1  # no absent industry
    names = [f"r{j}" for j in range(shape[0])]
    return pd.DataFrame(jobs, names, [f"i{k}" for k in range(shape[1])])


counts = arrays(np.int64, (4, 3), elements=st.integers(0, 500))


def table(values):
    return pd.DataFrame(values.astype(float), list("rstu"), list("ABC"))


CODES = ["01", "02", "10", "A1"]

QUIET = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)


@st.composite
def employment_tables(draw):
    """Long employment tables with withheld, absent and zero cells."""
    cells = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)),
            st.one_of(st.none(), st.integers(0, 10_000)),
            min_size=1,
        )
    )
    rows = [(region, industry, value) for (region, industry), value in cells.items()]
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    return table.astype({"employment": float})
