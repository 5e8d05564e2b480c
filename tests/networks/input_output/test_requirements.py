"""Coefficients and inverses: published tables and power series."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import TableError

# Published inverses are stored in full double precision.
PUBLISHED = {"rtol": 1e-9, "atol": 1e-12}


def test_published_leontief_inverse_of_the_united_kingdom(data_dir: Path) -> None:
    table = pd.read_parquet(
        data_dir / "iotables_examples/uk_2010_ixi_analytical_long.parquet"
    )
    names = sorted(table["indicator"].unique())
    inverse_name = next(n for n in names if "inverse" in n.lower())
    coefficient_name = next(n for n in names if "coefficient" in n.lower())

    def square(name: str) -> pd.DataFrame:
        part = table[table["indicator"] == name]
        return part.pivot_table(index="uk_row", columns="uk_col", values="values")

    published, coefficients = square(inverse_name), square(coefficient_name)
    codes = sorted(set(published.index) & set(published.columns))
    codes = [c for c in codes if c in coefficients.index and c in coefficients.columns]
    assert len(codes) > 100
    A = coefficients.loc[codes, codes].fillna(0.0)
    # a table of flows with output 1 everywhere has these coefficients
    flows = A.stack().rename_axis(["seller", "buyer"]).rename("value").reset_index()
    ones = pd.Series(1.0, index=codes)
    ours = nw.leontief_inverse(flows, output=ones)
    np.testing.assert_allclose(
        ours.loc[codes, codes], published.loc[codes, codes], rtol=1e-9, atol=1e-12
    )
    multipliers = nw.multipliers(flows, output=ones)
    np.testing.assert_allclose(
        multipliers.loc[codes, "backward"],
        published.loc[codes, codes].sum(axis=0),
        rtol=1e-9,
    )


def germany_1995(folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    table = pd.read_csv(folder / "iotables_examples/germany_1995_siot_6x6_long.csv")
    flows = table.rename(
        columns={"iotables_row": "seller", "iotables_col": "buyer", "values": "value"}
    )[["seller", "buyer", "value"]]
    groups = [c for c in flows["seller"].unique() if c.endswith("_group")]
    groups.append("construction")
    inside = flows[flows["seller"].isin(groups) & flows["buyer"].isin(groups)]
    output = flows[(flows["seller"] == "output") & flows["buyer"].isin(groups)]
    return inside.reset_index(drop=True), output.set_index("buyer")["value"].astype(
        float
    )


def test_germany_1995_balances_through_the_inverse(data_dir: Path) -> None:
    flows, output = germany_1995(data_dir)
    codes = sorted(output.index)
    assert len(codes) == 6
    inverse = nw.leontief_inverse(flows, output=output).loc[codes, codes]
    Z = flows.pivot(index="seller", columns="buyer", values="value").loc[codes, codes]
    demand = output[codes] - Z.sum(axis=1)
    np.testing.assert_allclose(inverse @ demand, output[codes], rtol=1e-12)
    jobs = pd.Series(1.0, index=codes)
    table = nw.multipliers(flows, output=output, satellite=jobs)
    expected = (jobs / output[codes]).to_numpy() @ inverse.to_numpy()
    np.testing.assert_allclose(table.loc[codes, "satellite_multiplier"], expected)


def test_an_economy_that_uses_up_its_output_has_no_inverse() -> None:
    flows = pd.DataFrame(
        [("a", "b", 10.0), ("b", "a", 10.0)], columns=["seller", "buyer", "value"]
    )
    x = pd.Series({"a": 10.0, "b": 10.0})
    with pytest.raises(TableError, match="spectral radius"):
        nw.leontief_inverse(flows, output=x)
    with pytest.raises(TableError, match="output"):
        nw.supply_network(flows, weight="total")
