"""Regional coefficients by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import OptionError, TableError


@pytest.fixture
def jobs() -> pd.DataFrame:
    return pd.DataFrame(
        {"a": [10.0, 30.0], "b": [30.0, 10.0], "c": [20.0, 20.0]}, index=["R", "S"]
    )


@pytest.mark.parametrize("method", ["slq", "cilq", "flegg", "augmented_flegg"])
def test_regional_coefficients_by_hand(
    three: tuple[pd.DataFrame, pd.Series], jobs: pd.DataFrame, method: str
) -> None:
    flows, x = three
    estimate = nw.regionalize(flows, jobs, output=x, method=method, delta=0.3)
    total = jobs.to_numpy().sum()
    for r, region in enumerate(jobs.index):
        share = jobs.loc[region].sum() / total
        slq = (jobs.loc[region] / jobs.loc[region].sum()) / (jobs.sum() / total)
        for row in flows.itertuples():
            i, j = row.seller, row.buyer
            q = slq[i] if i == j or method == "slq" else slq[i] / slq[j]
            if "flegg" in method:
                q *= np.log2(1 + share) ** 0.3
            if method == "augmented_flegg" and slq[j] > 1:
                q *= np.log2(1 + slq[j])
            expected = row.value / x[j] * min(1.0, q)
            at = estimate.coefficients[r, "abc".index(i), "abc".index(j)]
            assert at == pytest.approx(expected, rel=1e-12)
    assert estimate.label == f"estimate ({method}), not observed"
    assert estimate.network("R").graph["label"] == estimate.label
    assert estimate.flows("R").attrs["label"] == estimate.label


def test_the_sweep_is_always_there_and_withheld_stays_unknown(
    three: tuple[pd.DataFrame, pd.Series], jobs: pd.DataFrame
) -> None:
    flows, x = three
    estimate = nw.regionalize(flows, jobs, output=x)
    assert estimate.sweep["delta"].tolist() == [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4]
    bought = estimate.sweep["share_bought_in_region"]
    assert (bought.diff().dropna() < 0).all()
    same = estimate.sweep.loc[estimate.sweep["delta"] == 0.25, "rank_correlation"]
    assert same.iloc[0] == pytest.approx(1.0)
    by_industry = nw.regionalize(
        flows, jobs, output=x, method="sector_flegg",
        delta=pd.Series({"a": 0.25, "b": 0.25, "c": 0.25}),
    )  # fmt: skip
    np.testing.assert_allclose(by_industry.coefficients, estimate.coefficients)
    hidden = jobs.astype(float).copy()
    hidden.loc["R", "a"] = np.nan
    totals = pd.DataFrame(
        [("R", "TOTAL", 60.0), ("TOTAL", "a", 40.0), ("TOTAL", "TOTAL", 120.0)],
        columns=["region", "industry", "value"],
    )
    partly = nw.regionalize(flows, hidden, output=x, totals=totals)
    assert np.isnan(partly.coefficients[0, 0, 1])
    np.testing.assert_allclose(partly.coefficients[1], estimate.coefficients[1])


def test_an_economy_with_its_own_totals_is_taken_as_it_is(
    three: tuple[pd.DataFrame, pd.Series], jobs: pd.DataFrame
) -> None:
    import clusterid as cid

    flows, x = three
    long = jobs.rename_axis(index="region", columns="industry").stack()
    economy = cid.economy(long.rename("employment").reset_index())
    one = nw.regionalize(flows, economy, output=x)
    two = nw.regionalize(flows, jobs, output=x)
    np.testing.assert_allclose(one.coefficients, two.coefficients)
    assert one.params["method"] == "flegg"
    with pytest.raises(TableError, match="no employment"):
        nw.regionalize(flows, jobs[["a", "b"]], output=x)
    with pytest.raises(OptionError, match="Did you mean"):
        one.network("R ")
