"""How files of other programs' values are read and compared.

Tolerance 1e-9 relative: both sides compute in double precision from the same numbers.
Where the peer interpolates on a grid of 512 points (dbmss densities, McSpatial) it is
1.5e-3, the binning error its golden file states; the exact sums beside it are matched
at 1e-9.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

RTOL = 1e-9

Golden = dict[str, Any]


def numbers(value: Any) -> np.ndarray:
    """Turn lists with null and "inf" into an array of floats."""
    if isinstance(value, (list, np.ndarray)):
        return np.array([numbers(v) for v in value], dtype=float)
    if value is None:
        return np.array(np.nan)
    return np.array(float(value))


def table(content: Golden, key: str) -> pd.DataFrame:
    inputs = content["inputs"]
    return pd.DataFrame(
        numbers(inputs[key]), index=inputs["regions"], columns=inputs["industries"]
    )


def same(ours: Any, theirs: Any, rtol: float = RTOL, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float), numbers(theirs), rtol=rtol, atol=atol
    )


def differs(ours: Any, theirs: Any) -> None:
    assert not np.allclose(np.asarray(ours, dtype=float), numbers(theirs), rtol=1e-3)


def every_case(content: Golden, matrix: dict[str, Any], elsewhere: set[str]) -> None:
    """No case may be forgotten: here, or said to be elsewhere."""
    listed = set(matrix) | elsewhere
    assert {case["id"] for case in content["cases"]} == listed


def plants_of(content: Golden) -> pd.DataFrame:
    names = ("plant", "industry", "region", "employment")
    return pd.DataFrame({name: content["inputs"][name] for name in names})


def plant_tables(plants: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Employment, plant Herfindahl and sum of fourth powers."""
    jobs = plants.pivot_table(
        index="region", columns="industry", values="employment", aggfunc="sum"
    ).fillna(0.0)
    share = plants["employment"] / plants.groupby("industry")["employment"].transform(
        "sum"
    )
    by = plants["industry"]
    return jobs, (share**2).groupby(by).sum(), (share**4).groupby(by).sum()


def given_totals(content: Golden) -> pd.Series:
    return pd.Series(
        content["inputs"]["regional_total"],
        index=content["inputs"]["regions_sorted"],
        dtype=float,
    )


def columbus(content: Golden) -> tuple[pd.Series, pd.Series, Any]:
    from libpysal.graph import Graph

    inputs = content["inputs"]
    names = [f"{i:02d}" for i in range(len(inputs["y"]))]
    links = [
        (names[i], names[j])
        for i, near in enumerate(inputs["neighbours"])
        for j in near
    ]
    graph = Graph.from_arrays(
        [a for a, _ in links], [b for _, b in links], [1.0] * len(links)
    )
    return pd.Series(inputs["y"], names), pd.Series(inputs["x"], names), graph


BINNED = 1.5e-3


def trees(content: Golden) -> pd.DataFrame:
    names = {"x": "x", "y": "y", "industry": "type", "weight": "weight"}
    return pd.DataFrame({ours: content["inputs"][key] for ours, key in names.items()})


def value(content: Golden, case: str) -> np.ndarray:
    return numbers(content["by_id"][case]["output"]["value"])


# The peers' values are stored in full double precision; the same sums in another
# order differ in the last digits.
EXACT = {"rtol": 1e-9, "atol": 1e-12}


def read(golden: Any, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    content = golden(name)
    inputs = content["inputs"]
    table = pd.DataFrame(
        inputs["binary"] if "binary" in inputs else inputs["values"],
        index=inputs["regions"],
        columns=inputs["industries"],
    )
    return table, content["by_id"]


def array(case: dict[str, Any]) -> np.ndarray:
    return np.array(case["output"], dtype=float)


def off(frame: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """Bring a result to the peer's order."""
    rows = table.columns if len(frame) == table.shape[1] else table.index
    values = frame.loc[rows, table.columns].to_numpy(float, copy=True)
    return values


def as_pair(case: dict[str, Any], one: str, two: str) -> tuple[np.ndarray, np.ndarray]:
    output = case["output"]
    return np.array(output[one], float), np.array(output[two], float)
