"""Tables of the United States: where the real ones lie."""

from __future__ import annotations

CBP = "us_cbp_states/cbp_state_naics_2000_2011.parquet"
CROSSWALK = "bea_io_detail_us/crosswalk_bea_naics_2007_2012_2017.csv"
