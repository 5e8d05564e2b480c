"""The order of rows in an official file changes nothing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid.sources import READERS


@pytest.mark.parametrize(
    ("name", "file", "options"),
    [
        ("svb_wz08", "de_svb_wz08_kreise/svb_wz08_2015_2020.parquet", {}),
        (
            "ba_occupations",
            "de_ba_occupations_kreise/svb_kldb3_2013_2025.parquet",
            {"years": [2025], "territory": 2022},
        ),
        (
            "bres",
            "uk_bres_nuts2/bres_employment_sic5_2015_2021.parquet",
            {"years": [2021]},
        ),
        ("cbp", "us_cbp_states/cbp_state_naics_2000_2011.parquet", {}),
    ],
)
def test_row_order_changes_nothing(
    data_dir: Path, tmp_path: Path, name: str, file: str, options: dict[str, object]
) -> None:
    raw = pd.read_parquet(data_dir / file)
    if "years" in options:
        raw = raw[raw["year"].isin(options["years"])]
    shuffled = tmp_path / "shuffled.parquet"
    raw.sample(frac=1, random_state=1).to_parquet(shuffled)
    straight = READERS[name](data_dir / file, **options)
    mixed = READERS[name](shuffled, **options)
    pd.testing.assert_frame_equal(straight.table, mixed.table)
    pd.testing.assert_frame_equal(straight.totals, mixed.totals)
    for side, hierarchy in straight.hierarchies.items():
        pd.testing.assert_series_equal(hierarchy, mixed.hierarchies[side])
