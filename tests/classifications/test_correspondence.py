"""Correspondences: weights, chains, withheld cells, embedded codes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.classifications.rows import table

from clusterid import ClassificationError, TableError
from clusterid._disk._embedded import embedded_path
from clusterid.classifications import (
    CORRESPONDENCES,
    read_classification,
    read_correspondence,
    roll_up,
)

TOLERANCE = 1e-9


def test_convert_by_hand() -> None:
    step = read_correspondence(
        table(("a", "x", 1.0), ("b", "x", 0.25), ("b", "y", 0.75))
    )
    old = pd.DataFrame({"a": [10.0, 4.0], "b": [8.0, np.nan]}, index=["r", "s"])
    new = step.convert(old)
    assert new.loc["r"].to_dict() == {"x": 12.0, "y": 6.0}
    assert new.loc["s"].isna().all(), "a withheld cell must not become a number"
    assert old.loc["r", "a"] == 10.0


def test_shares_by_hand() -> None:
    step = read_correspondence(table(("a", "a", 1.0), ("b", "b", 0.5), ("b", "c", 0.5)))
    jobs = pd.Series({"a": 60.0, "b": 40.0})
    assert step.share_moved(jobs) == pytest.approx(0.2, abs=TOLERANCE)
    assert step.share_split(jobs) == pytest.approx(0.4, abs=TOLERANCE)


def test_split_without_weights_is_refused_until_the_basis_is_said() -> None:
    pairs = pd.DataFrame({"source": ["a", "a"], "target": ["x", "y"]})
    with pytest.raises(ClassificationError, match="says no weights"):
        read_correspondence(pairs)
    assert read_correspondence(pairs, basis="equal").basis == "equal"
    by_jobs = read_correspondence(
        pairs, basis="employment", employment=pd.Series({"x": 3.0, "y": 1.0})
    )
    assert by_jobs.table["weight"].tolist() == [0.75, 0.25]


def test_all_faults_are_told_at_once() -> None:
    bad = pd.DataFrame({
        "source": ["a", "a", "", "b"],
        "target": ["x", "x", "y", "z"],
        "weight": ["0.5", "0.5", "1", "viel"],
    })
    with pytest.raises(TableError) as error:
        read_correspondence(bad)
    assert len(error.value.faults) == 3
    with pytest.raises(TableError, match="do not add up to 1"):
        read_correspondence(table(("a", "x", 0.4)))


def test_unknown_codes_are_listed() -> None:
    step = read_correspondence(table(("a", "x", 1.0)))
    with pytest.raises(ClassificationError, match=r"1 of 2 codes .*'q'"):
        step.convert(pd.Series({"a": 1.0, "q": 2.0}))


def test_chain_must_meet() -> None:
    one = read_correspondence(table(("a", "x", 1.0)), names=("p", "q"))
    two = read_correspondence(table(("x", "z", 1.0)), names=("q", "r"))
    assert one.then(two).convert(pd.Series({"a": 5.0})).to_dict() == {"z": 5.0}
    with pytest.raises(ClassificationError, match="do not meet"):
        two.then(one)
    lacking = read_correspondence(table(("y", "z", 1.0)), names=("q", "r"))
    with pytest.raises(ClassificationError, match="not in the second"):
        one.then(lacking)


@pytest.mark.parametrize("name", sorted(CORRESPONDENCES))
def test_embedded_correspondences_keep_totals(name: str) -> None:
    step = read_correspondence(name, basis="equal")
    codes = step.table["source"].unique()
    jobs = pd.Series(np.arange(1.0, len(codes) + 1), index=codes)
    assert step.convert(jobs).sum() == pytest.approx(jobs.sum(), rel=TOLERANCE)
    assert 0 <= step.share_moved(jobs) <= 1


def test_naics_vintages_chain_to_isic() -> None:
    chain = read_correspondence("naics2012_to_naics2017", basis="equal")
    jobs = pd.Series(1.0, index=chain.table["source"].unique())
    assert 0.01 < chain.share_moved(jobs) < 0.05
    assert chain.share_split(jobs) < chain.share_moved(jobs)


@settings(deadline=None)
@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=6),
    st.integers(0, 2**32 - 1),
)
def test_totals_survive_any_chain(parts: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = []
    for i, n in enumerate(parts):
        shares = rng.dirichlet(np.ones(n))
        shares[-1] = 1.0 - shares[:-1].sum()
        rows += [(f"s{i}", f"t{k}", max(0.0, s)) for k, s in enumerate(shares)]
    first = read_correspondence(table(*rows), names=("s", "t"))
    targets = first.table["target"].unique()
    second = read_correspondence(
        table(*[(t, "all", 1.0) for t in targets]), names=("t", "u")
    )
    jobs = pd.Series(
        rng.uniform(0, 1e4, len(parts)), [f"s{i}" for i in range(len(parts))]
    )
    total = first.then(second).convert(jobs)
    assert total["all"] == pytest.approx(jobs.sum(), rel=1e-9)


def test_reverse_needs_sizes_where_codes_were_merged() -> None:
    step = read_correspondence(table(("a", "x", 1.0), ("b", "x", 1.0)))
    with pytest.raises(ClassificationError, match="come from several"):
        step.reverse()
    back = step.reverse(pd.Series({"a": 1.0, "b": 3.0}))
    assert back.convert(pd.Series({"x": 8.0})).to_dict() == {"a": 2.0, "b": 6.0}


def test_roll_up_wiod_codes_onto_wz_groups() -> None:
    codes = ["A01", "B", "C10-C12", "C31_C32", "D35", "E37-E39", "J59_J60", "R_S"]
    groups = ["A", "B+D+E", "C", "J", "R-U"]
    step = roll_up(codes, groups, read_classification("nace2"))
    assert dict(zip(step.table["source"], step.table["target"], strict=True)) == {
        "A01": "A", "B": "B+D+E", "C10-C12": "C", "C31_C32": "C", "D35": "B+D+E",
        "E37-E39": "B+D+E", "J59_J60": "J", "R_S": "R-U",
    }  # fmt: skip
    with pytest.raises(ClassificationError, match="overlap"):
        roll_up(codes, ["C", "10"], read_classification("nace2"))
    with pytest.raises(ClassificationError, match="none of the groups"):
        roll_up(["A01"], ["C"], read_classification("nace2"))


def test_sic_is_nace_to_four_digits() -> None:
    step = read_correspondence("sic2007_to_nace2")
    assert step.basis == "one to one"
    assert len(step.table) == 21 + 88 + 272 + 615
    jobs = pd.Series({"2910": 3.0, "62": 4.0})
    assert step.convert(jobs).to_dict() == {"29.10": 3.0, "62": 4.0}
    finer = read_correspondence("wz2008_to_nace2")
    assert finer.convert(pd.Series({"01.13.2": 5.0})).to_dict() == {"01.13": 5.0}
    with pytest.raises(ClassificationError, match="Did you mean 'sic2007_to_nace2'"):
        read_correspondence("sic2007_to_nace")


def test_no_isic_code_lost_its_zero() -> None:
    folder = embedded_path("classifications")
    pairs = pd.read_csv(folder / "naics2017_to_isic4.csv", dtype=str)
    codes = pd.read_csv(folder / "isic4.csv", dtype=str)["code"]
    assert pairs["isic4"].isin(codes).all()
    beef = pairs.loc[pairs["naics2017"].eq("112111"), "isic4"]
    assert beef.tolist() == ["0141"], "cattle, not apparel"
