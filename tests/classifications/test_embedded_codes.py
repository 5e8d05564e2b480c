"""Codes of the embedded correspondences are codes of the embedded classifications."""

from __future__ import annotations

import pandas as pd

from clusterid._embedded import embedded_path


def test_no_isic_code_lost_its_zero() -> None:
    folder = embedded_path("classifications")
    pairs = pd.read_csv(folder / "naics2017_to_isic4.csv", dtype=str)
    codes = pd.read_csv(folder / "isic4.csv", dtype=str)["code"]
    assert pairs["isic4"].isin(codes).all()
    beef = pairs.loc[pairs["naics2017"].eq("112111"), "isic4"]
    assert beef.tolist() == ["0141"], "cattle, not apparel"
