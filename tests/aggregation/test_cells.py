"""Every engine adds plants up to the same cells, equal to a loop over the plants."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.aggregation import (
    aggregate_plants,
)
from clusterid.errors import (
    TableError,
)

EXACT = 1e-12  # engines add the same numbers; only their order may differ


def by_hand(plants):
    """A loop over the plants, to hold the engines against."""
    cells = {}
    for row in plants.itertuples():
        key = (row.region, row.industry, row.year)
        cells.setdefault(key, []).append(row.employment)
    return {
        key: (sum(v), len(v), sum(e * e for e in v), max(v)) for key, v in cells.items()
    }


def test_engines_equal_a_loop_over_the_plants(plants, engine):
    cells = aggregate_plants(plants, engine=engine)
    truth = by_hand(plants)
    assert len(cells) == len(truth)
    for row in cells.itertuples():
        employment, n, squares, largest = truth[row.region, row.industry, row.year]
        assert row.employment == pytest.approx(employment, rel=EXACT)
        assert row.establishments == n
        assert row.sum_squares == pytest.approx(squares, rel=1e-11)
        assert row.largest_plant == largest
        assert row.n_unknown == 0


def test_engines_give_identical_tables(plants, engine):
    reference = aggregate_plants(plants, engine="pandas")
    shuffled = plants.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(
        aggregate_plants(shuffled, engine=engine), reference, rtol=EXACT, atol=0
    )


def test_whole_jobs_are_exact_whatever_the_order(plants, engine):
    plants["employment"] = np.ceil(plants["employment"])
    reference = aggregate_plants(plants, engine="pandas")
    shuffled = plants.sample(frac=1, random_state=5)
    result = aggregate_plants(shuffled, engine=engine)
    pd.testing.assert_frame_equal(result, reference, check_exact=True)


def test_an_engine_that_knows_nan_does_not_add_it(tmp_path, engine):
    """Parquet may hold NaN that is not null; SQL sums would become NaN."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({
        "region": ["r", "r"],
        "industry": ["A", "A"],
        "employment": pa.array([5.0, float("nan")], from_pandas=False),
    })
    assert table["employment"].null_count == 0
    pq.write_table(table, tmp_path / "plants.parquet")
    cells = aggregate_plants(tmp_path / "plants.parquet", engine=engine)
    assert cells["n_unknown"].tolist() == [1]
    assert cells["lower"].tolist() == [5.0]
    assert cells["employment"].isna().all()


def test_spaces_around_codes_do_not_split_a_cell(engine):
    plants = pd.DataFrame({
        "region": ["r", " r"],
        "industry": ["A", "A "],
        "employment": [1, 2],
    })
    cells = aggregate_plants(plants, engine=engine)
    assert cells[["employment", "establishments"]].to_numpy().tolist() == [[3.0, 2]]


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_files_give_the_same_as_frames(plants, tmp_path, ending, engine):
    path = tmp_path / f"plants.{ending}"
    if ending == "csv":
        plants.to_csv(path, index=False)
    else:
        plants.to_parquet(path, index=False)
    pd.testing.assert_frame_equal(
        aggregate_plants(path, engine=engine),
        aggregate_plants(plants, engine="pandas"),
        rtol=EXACT,
        atol=0,
    )


def test_a_folder_and_a_pattern_of_files(plants, tmp_path):
    plants[:1000].to_parquet(tmp_path / "a.parquet")
    plants[1000:].to_parquet(tmp_path / "b.parquet")
    expected = aggregate_plants(plants, engine="pandas")
    for source in (tmp_path, tmp_path / "*.parquet"):
        pd.testing.assert_frame_equal(
            aggregate_plants(source), expected, rtol=EXACT, atol=0
        )


def test_a_relation_of_duckdb_is_taken_as_it_is(plants):
    import duckdb

    session = duckdb.connect()
    relation = session.from_df(plants)
    pd.testing.assert_frame_equal(
        aggregate_plants(relation),
        aggregate_plants(plants, engine="pandas"),
        rtol=EXACT,
        atol=0,
    )
    session.close()


def test_a_file_that_breaks_while_it_streams_is_told(tmp_path):
    path = tmp_path / "late.csv"
    rows = [f"p{i},01,26,{i % 9}\n" for i in range(60_000)]
    text = "plant,region,industry,employment\n" + "".join(rows) + "pö,01,26,3\n"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(TableError, match=r"late\.csv[\s\S]*60002[\s\S]*encoding="):
        aggregate_plants(path)
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(TableError, match="the file is empty"):
        aggregate_plants(tmp_path / "empty.csv")


@pytest.mark.parametrize("engine", ["pandas", "duckdb"])
def test_plants_of_unknown_size_alone_are_unknown(tmp_path, engine):
    path = tmp_path / "n.parquet"
    frame = pd.DataFrame({"region": ["r"], "industry": ["i"], "employment": [None]})
    frame.to_parquet(path)
    cells = aggregate_plants(path, engine=engine)
    assert cells["n_unknown"].tolist() == [1]
    assert cells["employment"].isna().all()


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_the_second_largest_plant_of_a_cell_is_found(engine):
    from clusterid.aggregation import economy_from_plants

    rng = np.random.default_rng(3)
    plants = pd.DataFrame({
        "region": rng.integers(0, 12, 900).astype(str),
        "industry": [f"i{i}" for i in rng.integers(0, 9, 900)],
        "employment": rng.integers(0, 20, 900),
    })
    one = pd.DataFrame({"region": ["9x"], "industry": ["i0"], "employment": [7]})
    plants = pd.concat([plants, one], ignore_index=True)
    made = economy_from_plants(plants, engine=engine, codes="as_is")
    for (region, industry), sizes in plants.groupby(["region", "industry"]):
        in_order = [*sorted(sizes["employment"], reverse=True), 0]
        assert made.second_plant.loc[region, industry] == in_order[1]
        assert made.largest_plant.loc[region, industry] == in_order[0]
        squares = made.plant_squares.loc[region, industry]
        assert squares == sum(x * x for x in in_order)
    assert made.second_plant.loc["9x", "i1"] == 0


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_codes_with_spaces_are_one_cell_with_one_second_plant(engine):
    from clusterid.aggregation import economy_from_plants

    plants = pd.DataFrame({
        "region": ["a", "a ", "a", "b"],
        "industry": ["x"] * 4,
        "employment": [5, 4, 3, None],
    })
    made = economy_from_plants(plants, engine=engine, codes="as_is")
    assert made.second_plant.loc["a", "x"] == 4
    assert np.isnan(made.second_plant.loc["b", "x"])


def test_squares_may_pass_what_counts_may():
    """Turnover in euros: the square of a plant is no count that one could mistype."""
    from clusterid.aggregation import economy_from_plants

    plants = pd.DataFrame({
        "region": ["a", "a", "b"], "industry": "x", "employment": [5e8, 4e8, 1e8]
    })  # fmt: skip
    made = economy_from_plants(plants, codes="as_is")
    assert made.plant_squares.loc["a", "x"] == 41e16
