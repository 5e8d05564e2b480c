"""Industry by industry from use and make tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid import networks as nw


def test_industry_by_industry_of_the_united_states(data_dir: Path) -> None:
    folder = data_dir / "bea_io_detail_us"
    names = {"row_code": "commodity", "col_code": "industry", "value_musd": "value"}
    use = pd.read_parquet(
        folder / "use_2017_producer_prices_after_redef_long.parquet"
    ).rename(columns=names)
    make = pd.read_parquet(
        folder / "make_2017_producer_prices_after_redef_long.parquet"
    ).rename(columns={**names, "row_code": "industry", "col_code": "commodity"})
    kinds = pd.read_csv(folder / "codes_2017.csv", dtype=str).drop_duplicates()
    goods = set(kinds.loc[kinds["kind"] == "commodity", "code"])
    use = use[use["commodity"].isin(goods)].reset_index(drop=True)
    codes = sorted(
        set(kinds.loc[kinds["kind"] == "industry", "code"]) & set(make["industry"])
    )
    codes = [c for c in codes if not c.startswith("T00")]
    make = make[make["industry"].isin(codes) & ~make["commodity"].str.startswith("T00")]
    flows, output = nw.industry_by_industry(use, make, industries=codes)
    assert len(codes) == 402
    used = use[use["industry"].isin(codes) & use["commodity"].isin(make["commodity"])]
    assert flows["value"].sum() == pytest.approx(used["value"].sum(), rel=1e-10)
    assert output.sum() == pytest.approx(make["value"].sum(), rel=1e-12)
    total = use.loc[use["industry"].isin(codes), "value"].sum()
    # what no industry at home makes is lost: noncomparable imports, used goods
    lost = use[use["industry"].isin(codes) & ~use["commodity"].isin(make["commodity"])]
    assert flows.attrs["not_made"] == pytest.approx(lost["value"].sum())
    assert flows.attrs["not_made"] < 0.012 * total
    # market shares by hand for one industry
    car = "336111" if "336111" in codes else codes[0]
    need = use[(use["industry"] == car)].set_index("commodity")["value"]
    share = make.set_index(["industry", "commodity"])["value"]
    share = (
        share
        / make
        .groupby("commodity")["value"]
        .sum()
        .reindex(share.index.get_level_values(1))
        .to_numpy()
    )
    seller = flows.loc[flows["buyer"] == car].set_index("seller")["value"]
    one = seller.idxmax()
    by_hand = sum(share.get((one, c), 0.0) * v for c, v in need.items())
    assert seller[one] == pytest.approx(by_hand, rel=1e-10)
