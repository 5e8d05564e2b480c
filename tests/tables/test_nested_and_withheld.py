"""Sums are known beside withheld parts, and by ranges of letters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.errors import TableError
from clusterid.tables import economy, read_employment

SECTIONS = {"B": 40, "C": 700, "F": 160, "G": 300, "H": 90}
PLACES = {"R1": 1.0, "R2": 3.0, "R3": 2.0}


def long(rows):
    return pd.DataFrame(rows, columns=["region", "industry", "employment"])


def test_a_region_above_its_parts_is_seen_though_one_is_withheld_each_time():
    industries = {"10": 0, "29": 1, "47": 2}
    rows = []
    for code, hidden in industries.items():
        parts = [500.0 + 40 * hidden, 900.0, 700.0]
        rows.append(("XY", code, sum(parts)))
        known = [np.nan if k == hidden else v for k, v in enumerate(parts)]
        rows += [(f"XY{k + 1}", code, v) for k, v in enumerate(known)]
    with pytest.raises(TableError, match="sums beside their parts"):
        read_employment(long(rows))
    found = economy(read_employment(long(rows), levels={"region": 3}))
    assert list(found.regions) == ["XY1", "XY2", "XY3"]


def test_codes_that_only_begin_alike_are_left_alone_where_cells_are_withheld():
    rng = np.random.default_rng(1)
    rows = [
        (r, code, float(rng.integers(200, 900)))
        for r in PLACES
        for code in ("1", "10", "11", "2", "20", "21")
    ]
    hidden = long(rows).assign(employment=lambda t: t["employment"].mask(
        t["industry"].isin(["11", "21"])
    ))  # fmt: skip
    known = hidden.loc[hidden["industry"].isin(["1", "2"]), "employment"].sum()
    # the "parts" are often larger than their "sum": nothing is nested
    hidden.loc[hidden["industry"].isin(["10", "20"]), "employment"] *= 3
    assert known > 0
    assert len(read_employment(hidden)["industry"].unique()) == 6


@pytest.mark.parametrize("ranges", [{"B-F": "BCF", "G-H": "GH"}, {"B-H": "BCFGH"}])
def test_ranges_of_letters_are_sums(ranges):
    rows = [(r, s, n * f) for r, f in PLACES.items() for s, n in SECTIONS.items()]
    rows += [
        (r, name, sum(SECTIONS[s] for s in inside) * f)
        for r, f in PLACES.items()
        for name, inside in ranges.items()
    ]
    with pytest.raises(TableError, match=next(iter(ranges))):
        read_employment(long(rows))


def test_the_mend_for_sections_beside_divisions_works():
    divisions = {"10": 300, "11": 90, "26": 310, "58": 60, "62": 240}
    rows = [(r, d, n * f) for r, f in PLACES.items() for d, n in divisions.items()]
    rows += [(r, "C", 700 * f) for r, f in PLACES.items()]
    rows += [(r, "J", 300 * f) for r, f in PLACES.items()]
    with pytest.raises(TableError, match="levels="):
        read_employment(long(rows))
    for mend in ({"levels": {"industry": 2}}, {"digits": 2}, {"level": 2}):
        found = read_employment(long(rows), **mend)
        assert sorted(found["industry"].unique()) == sorted(divisions), mend
