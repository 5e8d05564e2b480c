"""What leaves the machine gives no plant and no withheld cell away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import qr

from clusterid.concentration import locational_gini
from clusterid.disclosure._publish import _on_grid, _quotients_rounded
from clusterid.simulation import simulate_economy
from clusterid.study import Result, read_study
from clusterid.study.reading._schema import StudyFile

Both = tuple[Result, Result]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """Return a result from plants, and one from a table with withheld cells."""
    folder: Path = tmp_path_factory.mktemp("study")
    simulate_economy(n_regions=40, n_plants=30_000, n_projects=40, seed=2).save(folder)
    study = read_study(folder)
    content = study.config.model_dump()
    content["employment"] = None
    content["plants"] = {"path": "plants.parquet", "classification": "nace2"}
    plants = replace(study, config=StudyFile.model_validate(content))
    return plants.run(), study.run()


@pytest.fixture(scope="module")
def published(results: Both) -> Both:
    """Return both results as they may leave the machine."""
    return results[0].published(), results[1].published()


def test_cells_of_few_plants_are_not_published(results: Both, published: Both) -> None:
    full, public = results[0], published[0]
    plants = full.economy.establishments
    few = plants.gt(0) & plants.lt(3)
    assert few.to_numpy().any()
    assert public.economy.employment.where(few).isna().to_numpy().all()
    keys = pd.MultiIndex.from_frame(public.concentration[["region", "industry"]])
    hidden = few.stack().reindex(keys).to_numpy(dtype=bool)
    telling = ["lq", "lq_shrunk", "lower", "upper", "lq_lower", "lq_upper"]
    assert public.concentration.loc[hidden, telling].isna().to_numpy().all()
    assert public.concentration.loc[hidden, "reason"].eq("held_back").all()


def test_a_held_cell_cannot_be_computed_from_the_margins(
    published: Both,
) -> None:
    public = published[0].economy
    whole = public.margins
    for total, frame in (
        (whole.region, public.employment),
        (whole.industry, public.employment.T),
    ):
        alone = frame.isna().sum(axis=1).eq(1)
        assert total[alone.index[alone]].isna().all()


def test_withheld_cells_have_an_interval_and_no_value(
    results: Both,
) -> None:
    result = results[1]
    withheld = result.economy.withheld.stack()
    keys = pd.MultiIndex.from_frame(result.concentration[["region", "industry"]])
    rows = result.concentration[withheld.reindex(keys).to_numpy(dtype=bool)]
    assert len(rows)
    assert rows["lq"].isna().all()
    assert rows["reason"].eq("withheld").all()
    assert (rows["lq_upper"] > rows["lq_lower"]).all()


def test_the_interval_of_a_pinned_cell_keeps_a_width(
    results: Both,
) -> None:
    rows = results[1].concentration.query("reason == 'withheld'")
    width = rows["lq_upper"] - rows["lq_lower"]
    assert (width / rows["lq_upper"]).min() > 0.05


def test_sums_with_an_estimate_are_told_on_a_grid() -> None:
    values = np.array([7505.3, 7505.3, 43085.0, 430.0, np.nan])
    part = np.array([0.2, 0.002, 10 / 43085, 2.0, 0.1])
    rounded = _on_grid(values, part, np.rint)
    np.testing.assert_allclose(rounded, [8_000, 7_500, 43_080, 400, np.nan], rtol=3e-4)
    assert (_on_grid(values, part, np.floor)[:4] <= values[:4]).all()
    assert (_on_grid(values, part, np.ceil)[:4] >= values[:4]).all()


def test_no_published_sum_pins_a_held_cell(results: Both, published: Both) -> None:
    """Put every published sum together: no held cell may follow from them."""
    public = published[0]
    jobs = public.economy.employment
    held = jobs.isna().to_numpy()
    known = np.where(held, 0.0, jobs.fillna(0.0).to_numpy())
    of = public.templates.membership.reindex(jobs.columns).astype(object)
    rows, values = [], []

    def determined(rows: list[np.ndarray]) -> np.ndarray:
        q, r, _ = qr(np.array(rows).T, mode="economic", pivoting=True)
        rank = int((np.abs(np.diag(r)) > 1e-9).sum())
        return (q[:, :rank] ** 2).sum(axis=1) > 1.0 - 1e-9

    def say(weights: np.ndarray, value: float) -> None:
        if np.isfinite(value) and weights[held].any():
            rows.append(weights[held])
            values.append(value - (weights * known).sum())

    whole = public.economy.margins
    for i, region in enumerate(jobs.index):
        say(np.eye(len(jobs))[i][:, None] * np.ones(jobs.shape), whole.region[region])
    by_industry = public.industries.set_index("industry")["employment"]
    for j, industry in enumerate(jobs.columns):
        column = np.ones(jobs.shape) * np.eye(jobs.shape[1])[j]
        say(column, whole.industry[industry])
        say(column, by_industry[industry])
    cells = public.candidates.cells
    exact = cells[cells["share_imputed"].eq(0)]
    for row in exact.itertuples():
        one = (jobs.index == row.region)[:, None] * (of == row.template).to_numpy(
            dtype=bool
        )
        say(one.astype(float), row.employment)
    assert len(rows) > 100
    assert not determined(rows).any()
    # the same sums as they were computed would give some away
    cells = results[0].candidates.cells
    for row in cells.itertuples():
        one = (jobs.index == row.region)[:, None] * (of == row.template).to_numpy(
            dtype=bool
        )
        say(one.astype(float), row.employment)
    assert determined(rows).any()


def test_indices_are_those_of_the_published_table(
    results: Both, published: Both
) -> None:
    full, public = results[0].industries, published[0].industries
    full, public = full.set_index("industry"), public.set_index("industry")
    jobs = results[0].economy.employment
    np.testing.assert_allclose(full["locational_gini"], locational_gini(jobs))
    whole = public["share_imputed"].eq(0)
    assert whole.any()
    assert not whole.all()
    assert (public["herfindahl"].dropna() <= 0.1).all()
    digits = public["herfindahl"].dropna().map("{:.1e}".format).astype(float)
    np.testing.assert_allclose(public["herfindahl"].dropna(), digits)
    hidden = results[0].economy.plant_herfindahl.reindex(public.index) > 0.1
    assert public.loc[hidden, "gamma"].isna().all()
    assert public.loc[hidden, "reason"].eq("held_back").all()


def test_links_from_plants_are_those_of_the_published_table(
    results: Both, published: Both
) -> None:
    before = results[0].layers["colocation"]
    after = published[0].layers["colocation"]
    assert set(after) == set(before)
    weight = {
        name: [g.edges[e]["weight"] for e in sorted(map(sorted, g.edges))][:50]
        for name, g in (("before", before), ("after", after))
    }
    assert weight["before"] != weight["after"]


def test_a_quotient_tells_no_total_that_is_held(
    published: Both,
) -> None:
    public = published[0]
    whole = public.economy.margins
    rows = public.concentration.query("lq.notna()")
    assert whole.region.reindex(rows["region"]).notna().all()
    assert whole.industry.reindex(rows["industry"]).notna().all()


def test_members_and_gaps_tell_no_single_estimate(
    published: Both,
) -> None:
    for public in published:
        held = public.economy.employment.isna()
        members = public.candidates.members
        keys = pd.MultiIndex.from_frame(members[["region", "industry"]])
        hidden = held.stack().reindex(keys).to_numpy(dtype=bool)
        assert members.loc[hidden, ["employment", "lq"]].isna().to_numpy().all()
        regions = public.candidates.table["regions"].str.split(";")
        for row in public.candidates.gaps.itertuples():
            if held.loc[regions[row.cluster], row.industry].any():
                assert np.isnan(row.lq)


def test_a_place_of_two_regions_says_how_much_of_it_is_estimated(
    results: Both, published: Both
) -> None:
    full = results[1]
    verdicts = full.comparison.verdicts
    union = verdicts["regions"].str.contains(";", na=False) & verdicts["record"].notna()
    whole = verdicts["employment"].eq(verdicts["employment"].round())
    assert (union & ~whole).any()
    assert verdicts.loc[~whole & union, "share_imputed"].gt(0).all()
    public = published[1].comparison.verdicts
    estimated = public["share_imputed"].gt(0)
    assert (public.loc[estimated, "employment"] % 10 == 0).all()


def test_a_sentence_says_the_number_of_its_row(
    published: Both,
) -> None:
    for one in published:
        for row in one.comparison.verdicts.itertuples():
            if np.isnan(row.employment):
                assert "about" not in row.evidence_en


def test_pages_show_a_fresh_result_as_published(results: Both, published: Both) -> None:
    from clusterid.maps import cluster_map
    from clusterid.reports import report

    fresh, public = results[0], published[0]
    assert public.published() is public
    assert not fresh.provenance.published
    assert cluster_map(fresh).html == cluster_map(public).html
    assert report(fresh).html == report(public).html


def test_a_quotient_of_an_estimated_total_stays_in_its_interval() -> None:
    table = pd.DataFrame({
        "lq": [7.8912, 0.33641, 5.81021, 1.2345, 0.0],
        "lq_lower": [5.583, 0.3306, 5.7857, 1.2345, 0.0],
        "lq_upper": [11.16, 0.3502, 5.8350, 1.2345, 0.0],
        "lq_shrunk": [5.4321, 0.4, 5.2, 1.1, 0.1],
        "stability": [0.0234, 0.03, 0.01, 0.2, np.inf],
        "share_imputed": [0.4, 0.04, 0.004, 0.0, 0.3],
        "test": ["count", "herfindahl", "count", "count", "count"],
    })
    told = _quotients_rounded(table)
    assert told["lq"].round(9).tolist() == [8.0, 0.34, 5.81, 1.2345, 0.0]
    assert (told["lq"] >= told["lq_lower"]).all()
    assert (told["lq"] <= told["lq_upper"]).all()
    # counts of plants are published: what comes from them stays
    assert told["lq_shrunk"].tolist() == [5.4321, 0.4, 5.2, 1.1, 0.1]
    open_end = table.assign(lq_upper=np.inf)
    assert _quotients_rounded(open_end)["lq"].iloc[0] == 8.0
