"""Great Britain: the input-output table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from clusterid.sources import READERS
from clusterid.sources.great_britain._uk_io import product_prefixes


@pytest.mark.parametrize(
    ("code", "prefixes"),
    [
        ("01", ("01",)),
        ("06-07", ("06", "07")),
        ("41-43", ("41", "42", "43")),
        ("10-1", ("101",)),
        ("24-1-3", ("241", "242", "243")),
        ("11-07", ("1107",)),
        ("33-16", ("3316",)),
        ("NM_84", ("84",)),
        ("68-2IMP", ()),
    ],
)
def test_products_spell_out_industries(code: str, prefixes: tuple[str, ...]) -> None:
    assert product_prefixes(code) == prefixes


def test_products_partition_the_classes(data_dir: Path) -> None:
    from clusterid.classifications import read_classification

    raw = READERS["uk_io"](
        data_dir / "iotables_examples" / "uk_2010_ixi_analytical_long.parquet"
    )
    classes = read_classification("sic2007").at_level("class")
    products = [p for p in raw["buyer"].unique() if not p.startswith(("NM_", "NPISH_"))]
    homes = pd.Series(0, index=classes)
    for code in products:
        prefixes = product_prefixes(code)
        homes += [int(bool(prefixes) and c.startswith(prefixes)) for c in classes]
    outside = homes.index[homes.eq(0)].str[:2].unique()
    assert set(outside) == {"97", "98", "99"}, "households, foreign bodies: no flows"
    assert homes.max() == 1


def test_flows_carried_to_industries_keep_their_sum(data_dir: Path) -> None:
    path = data_dir / "iotables_examples" / "uk_2010_ixi_analytical_long.parquet"
    jobs = data_dir / "uk_bres_nuts2" / "bres_employment_sic5_2015_2021.parquet"
    raw = READERS["uk_io"](path)
    raw = raw[~raw[["seller", "buyer"]].eq("68-2IMP").any(axis=1)]
    carried = READERS["uk_io"](path, employment=jobs)
    assert carried["value"].sum() == pytest.approx(raw["value"].sum(), rel=1e-9)
    assert carried["seller"].str.len().eq(4).all()
