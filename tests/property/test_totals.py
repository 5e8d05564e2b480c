"""A total among the parts changes no result, or is a fault: in every table."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clusterid as cid
from clusterid.errors import ClusteridError, DataWarning

WORDS = ["Insgesamt", "TOTAL", "Total - All Industries", "Summe", "Ogółem", "------"]
REGIONS, INDUSTRIES = ["11", "12", "13", "14"], ["A1", "B2", "C3", "D4", "E5"]


def _cells(seed: int, hidden: float) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    counts = rng.integers(20, 9000, (len(REGIONS), len(INDUSTRIES))).astype(float)
    table = pd.DataFrame(counts, REGIONS, INDUSTRIES)
    table.index.name, table.columns.name = "region", "industry"
    return table.mask(rng.random(table.shape) < hidden)


def _with_totals(table: pd.DataFrame, whole: pd.DataFrame, words: list[str | None]):
    """Add a total row, a total column, or both, from the whole (unhidden) table."""
    row, column = words
    made = table.copy()
    if row is not None:
        made.loc[row] = whole.sum()
    if column is not None:
        made[column] = whole.sum(axis=1)
        if row is not None:
            made.loc[row, column] = whole.to_numpy().sum()
    return made


def _long(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename_axis(index="region", columns="industry").reset_index().melt(
        "region", var_name="industry", value_name="employment"
    )  # fmt: skip


def _quotients(table: pd.DataFrame) -> pd.DataFrame | None:
    """Return the quotients of a long table, or None where it is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        try:
            one = cid.economy(cid.read_employment(table))
        except ClusteridError:
            return None
    return cid.location_quotient(one.employment, totals=one.totals)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    row=st.sampled_from([*WORDS, None, "99", "10000"]),
    column=st.sampled_from([*WORDS, None, "ZZ", "A-E"]),
)
def test_a_total_changes_no_quotient_or_is_a_fault(seed, row, column):
    table = _cells(seed, 0.0)
    plain = _quotients(_long(table))
    found = _quotients(_long(_with_totals(table, table, [row, column])))
    if found is not None:
        pd.testing.assert_frame_equal(found, plain)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    row=st.sampled_from(WORDS),
    column=st.sampled_from(WORDS),
)
def test_totals_settle_what_withheld_cells_leave_open(seed, row, column):
    whole, table = _cells(seed, 0.0), _cells(seed, 0.2)
    plain = _quotients(_long(whole))
    found = _quotients(_long(_with_totals(table, whole, [row, column])))
    assert found is not None
    assert set(found.index) == set(REGIONS)
    known = table.notna() & found.notna()
    assert known.to_numpy().sum() == table.notna().to_numpy().sum()
    difference = (found - plain).where(known).abs().max().max()
    assert difference < 1e-9


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("axis", [0, 1])
def test_measures_refuse_a_total_among_the_parts(word, axis):
    table = _cells(1, 0.0)
    words = [word, None] if axis == 0 else [None, word]
    with pytest.raises(ClusteridError, match="total"):
        cid.location_quotient(_with_totals(table, table, words))


@pytest.mark.parametrize("word", [*WORDS, "ZZ"])
@pytest.mark.parametrize("ends", [(0,), (1,), (0, 1)])
def test_a_total_among_flows_is_a_fault(word, ends):
    whole = _cells(2, 0.0).set_axis(["A1", "B2", "C3", "D4"], axis=0)
    square = whole[["A1", "B2", "C3", "D4"]]
    names = [word if k in ends else None for k in (0, 1)]
    table = _with_totals(square, square, names)
    flows = table.rename_axis(index="seller", columns="buyer").stack().rename("value")
    with pytest.raises(ClusteridError, match=r"total|sum of others"):
        cid.supply_network(flows.reset_index())
    with pytest.raises(ClusteridError, match=r"total|sum of others"):
        cid.read_flows(flows.reset_index())


@pytest.mark.parametrize(
    ("codes", "parent"),
    [
        (["311", "312"], "31"),
        (["26.11", "26.12"], "26.1"),
        (["01001", "01003"], "01000"),
        (["ITI1", "ITI2"], "ITI"),
        (["312", "321"], "31-33"),
        (["3111//", "3112//"], "311///"),
    ],
)
@pytest.mark.parametrize("side", ["region", "industry"])
def test_sums_are_found_by_how_codes_are_written(codes, parent, side):
    other = "industry" if side == "region" else "region"
    rows = [(c, o, n) for c, n in zip(codes, (120, 311), strict=True) for o in "XYZ"]
    rows += [(parent, o, 431) for o in "XYZ"]
    table = pd.DataFrame(rows, columns=[side, other, "employment"])
    with pytest.raises(cid.errors.TableError, match=f"{side} holds sums"):
        cid.read_employment(table)
    parts = table[table[side].ne(parent)]
    assert len(cid.read_employment(parts)) == len(parts)
    with pytest.raises(cid.errors.TableError, match=f"{side} holds sums"):
        cid.economy(table)


def test_a_level_keeps_the_parts_and_the_sums_as_totals():
    rows = [("01", "26", 300), ("01", "261", 200), ("01", "262", None),
            ("02", "26", 90), ("02", "261", 40), ("02", "262", 50)]  # fmt: skip
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    for asked in ({"digits": 3}, {"levels": {"industry": 3}},
                  {"level": "group", "classification": "nace2"},
                  {"level": 3}):  # fmt: skip
        if asked.get("level") == "group":
            dotted = table.replace({"industry": {"261": "26.1", "262": "26.2"}})
            one = cid.economy(cid.read_employment(dotted, **asked))
        else:
            one = cid.economy(cid.read_employment(table, **asked))
        assert one.employment.shape == (2, 2)
        bounds = cid.withheld_bounds(one)
        assert bounds.lower.iloc[0, 1] == bounds.upper.iloc[0, 1] == 100.0


def test_codes_that_only_look_nested_are_left_alone():
    rng = np.random.default_rng(3)
    codes = [f"R{k}" for k in range(1, 30)]
    rows = [(c, i, int(rng.integers(5, 400))) for c in codes for i in "ABCDE"]
    table = pd.DataFrame(rows, columns=["region", "industry", "employment"])
    assert cid.read_employment(table)["region"].nunique() == len(codes)
    assert len(cid.economy(table).regions) == len(codes)
