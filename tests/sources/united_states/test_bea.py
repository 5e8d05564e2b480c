"""United States: use and make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.sources.united_states.paths import CBP, CROSSWALK

from clusterid import (
    OptionError,
    SourceError,
)
from clusterid.sources import (
    READERS,
    SourcedEmployment,
)
from clusterid.sources._carry import without_small
from clusterid.sources.united_states._bea import industry_by_industry, naics_carrier


@pytest.mark.parametrize("missing", ["use", "make"])
def test_a_missing_value_of_use_or_make_is_told(tmp_path: Path, missing: str) -> None:
    pd.DataFrame({"code": ["i1", "c1"], "kind": ["industry", "commodity"]}).to_csv(
        tmp_path / "codes.csv", index=False
    )
    columns = [
        "BEA_2017_Detail_Code", "NAICS_2017_Code", "NAICS_2012_Code", "NAICS_2007_Code"
    ]  # fmt: skip
    pd.DataFrame([["i1"] * 4], columns=columns).to_csv(
        tmp_path / "crosswalk.csv", index=False
    )
    for name, ends in (("use", ("c1", "i1")), ("make", ("i1", "c1"))):
        value = None if name == missing else 1.0
        pd.DataFrame(
            [[*ends, value]], columns=["row_code", "col_code", "value_musd"]
        ).to_parquet(tmp_path / f"{name}.parquet")
    with pytest.raises(SourceError, match=f"{missing}.*1 values of value_musd are mis"):
        READERS["bea"](tmp_path)


def test_industry_by_industry_by_hand() -> None:
    use = pd.DataFrame([[10.0, 20.0], [5.0, 5.0]], index=["c", "d"], columns=["p", "q"])
    make = pd.DataFrame(
        [[30.0, 10.0], [0.0, 40.0]], index=["p", "q"], columns=["c", "d"]
    )
    z = industry_by_industry(use, make)
    # p makes all of c and a fifth of d; q makes four fifths of d
    expected = [[10 + 1, 20 + 1], [4, 4]]
    np.testing.assert_allclose(z.to_numpy(), expected, atol=1e-9)


def test_use_of_made_commodities_is_kept(data_dir: Path) -> None:
    flows = READERS["bea"](data_dir / "bea_io_detail_us")
    assert flows["value"].min() > 0
    assert flows["seller"].nunique() <= 402
    assert flows["value"].sum() == pytest.approx(14_685_758.6, rel=1e-6)


def test_flows_on_leaves_keep_their_sum_and_say_what_moved(
    cbp: SourcedEmployment, data_dir: Path
) -> None:
    folder = data_dir / "bea_io_detail_us"
    everything = READERS["bea"](folder, employment=data_dir / CBP)
    counted = set(cbp.economy().industries)
    assert set(everything["seller"]) <= counted
    steps = everything.attrs["steps"]
    assert steps["naics2007 to naics2012"]["share_moved"] == pytest.approx(
        0.0988, abs=0.0005
    )
    assert steps["naics2012 to naics2017"]["share_split"] < 0.02
    fewer = READERS["bea"](folder, employment=data_dir / CBP, minimum_share=0.001)
    assert len(fewer) < 0.25 * len(everything)
    assert fewer["value"].sum() > 0.95 * everything["value"].sum()
    with pytest.raises(OptionError, match="no share"):
        without_small(fewer, 2)


def test_carrier_divides_by_employment(data_dir: Path) -> None:
    crosswalk = pd.read_csv(data_dir / CROSSWALK, dtype=str, keep_default_na=False)
    jobs = pd.Series({"113110": 30.0, "113210": 10.0, "113310": 5.0})
    carrier = naics_carrier(crosswalk, jobs).correspondence
    mine = carrier.table[carrier.table["source"].eq("113000")]
    weights = dict(zip(mine["target"], mine["weight"], strict=True))
    assert weights == pytest.approx({
        "113110": 30 / 45,
        "113210": 10 / 45,
        "113310": 5 / 45,
    })
    sums = carrier.table.groupby("source")["weight"].sum()
    assert sums.to_numpy() == pytest.approx(1.0, abs=1e-9)
