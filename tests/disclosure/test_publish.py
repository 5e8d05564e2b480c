"""What leaves the machine gives no withheld cell away."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import qr
from tests.disclosure.studies import result_of

import clusterid as cid
from clusterid.disclosure import publishable, published_economy, shown
from clusterid.errors import DataWarning, StudyError, TableTypeError
from clusterid.study import Result

MARKS = {
    "en": "Confidential: not for publication",
    "de": "Vertraulich: nicht zur Veröffentlichung",
}


@pytest.fixture(scope="module")
def result() -> Result:
    """Return a result of tables with withheld cells, as it was computed."""
    return result_of("tables")


@pytest.fixture(scope="module")
def public(result: Result) -> Result:
    """Return it as it may leave the machine."""
    return publishable(result)


def confidential(result: Result) -> Result:
    return replace(result, provenance=replace(result.provenance, confidential=True))


# -- withheld cells ----------------------------------------------------------------


def test_withheld_cells_have_an_interval_and_no_value(
    result: Result, public: Result
) -> None:
    withheld = result.economy.withheld.stack()
    for one in (result, public):
        keys = pd.MultiIndex.from_frame(one.concentration[["region", "industry"]])
        rows = one.concentration[withheld.reindex(keys).to_numpy(dtype=bool)]
        assert len(rows)
        for column in (
            "lq_jobs", "lq_jobs_smoothed", "lq_plants", "lq_plants_smoothed",
            "lq_plants_lower", "lq_plants_upper", "lq_plants_rank", "p_value",
        ):  # fmt: skip
            assert rows[column].isna().all()
        assert rows["reason"].eq("withheld").all()
        assert (rows["lq_jobs_upper"] > rows["lq_jobs_lower"]).all()
        width = rows["lq_jobs_upper"] - rows["lq_jobs_lower"]
        assert (width / rows["lq_jobs_upper"]).min() > 0.05


def test_a_value_put_into_a_withheld_cell_is_taken_out(result: Result) -> None:
    withheld = result.economy.withheld.stack()
    keys = pd.MultiIndex.from_frame(result.concentration[["region", "industry"]])
    hidden = withheld.reindex(keys).to_numpy(dtype=bool)
    exact = result.concentration["lq_jobs"].mask(hidden, 2.0)
    rows = result.concentration.assign(lq_jobs=exact, lq_jobs_smoothed=exact)
    leaky = replace(result, concentration=rows)
    public = publishable(leaky).concentration
    for column in ("lq_jobs", "lq_jobs_smoothed"):
        assert public.loc[hidden, column].isna().all()
        assert public.loc[~hidden, column].notna().any()


def test_members_and_gaps_tell_no_single_estimate(public: Result) -> None:
    held = public.economy.employment.isna()
    members = public.candidates.members
    keys = pd.MultiIndex.from_frame(members[["region", "industry"]])
    hidden = held.stack().reindex(keys).to_numpy(dtype=bool)
    assert members.loc[hidden, ["employment", "lq_jobs"]].isna().to_numpy().all()
    assert members.loc[~hidden, "employment"].notna().all()
    regions = public.candidates.table["regions"].str.split(";")
    for row in public.candidates.gaps.itertuples():
        if held.loc[regions[row.cluster], row.industry].any():
            assert np.isnan(row.lq_jobs)


def test_no_exact_sum_pins_a_withheld_cell(result: Result, public: Result) -> None:
    """Put every sum that is published exactly together: no cell may follow."""
    jobs = public.economy.employment
    held = jobs.isna().to_numpy()
    of = public.templates.membership.reindex(jobs.columns).astype(object)

    def determined(cells: pd.DataFrame, exact: pd.Series) -> np.ndarray:
        rows = [held[i][None, :] * np.eye(len(jobs))[:, [i]] for i in range(len(jobs))]
        rows += [held * np.eye(jobs.shape[1])[j] for j in range(jobs.shape[1])]
        for row in cells[exact].itertuples():
            mine = (jobs.index == row.region)[:, None] * (of == row.template).to_numpy(
                dtype=bool
            )
            rows.append((held & mine).astype(float))
        matrix = np.array([row[held] for row in rows])
        matrix = matrix[matrix.any(axis=1)]
        q, r, _ = qr(matrix.T, mode="economic", pivoting=True)
        rank = int((np.abs(np.diag(r)) > 1e-9).sum())
        return (q[:, :rank] ** 2).sum(axis=1) > 1.0 - 1e-9

    cells = public.candidates.cells
    margins_alone = determined(cells.iloc[:0], pd.Series(dtype=bool))
    assert (
        determined(cells, cells["share_imputed"].eq(0)).tolist()
        == margins_alone.tolist()
    )
    # the same sums as they were computed, estimates among them, give more away
    every = result.candidates.cells
    more = determined(every, every["employment"].notna())
    assert more.sum() > margins_alone.sum()


def test_bounds_that_pin_a_cell_are_widened() -> None:
    result = result_of("tables")
    jobs = result.economy.employment
    row, column = np.argwhere(jobs.isna().to_numpy())[0]
    lower, upper = jobs.fillna(0.0), jobs.fillna(300.0)
    lower.iloc[row, column] = upper.iloc[row, column] = 57.0
    public = publishable(
        replace(result, economy=replace(result.economy, lower=lower, upper=upper))
    ).economy
    assert public.lower.iloc[row, column] == 40.0
    assert public.upper.iloc[row, column] == 60.0
    others = np.ones(jobs.shape, dtype=bool)
    others[row, column] = False
    assert (public.lower.to_numpy() == lower.to_numpy())[others].all()
    assert (public.upper.to_numpy() == upper.to_numpy())[others].all()


# -- sums, quotients, models -------------------------------------------------------


def test_a_place_of_two_regions_says_how_much_of_it_is_estimated(
    result: Result, public: Result
) -> None:
    verdicts = result.comparison.verdicts
    union = verdicts["regions"].str.contains(";", na=False) & verdicts["record"].notna()
    whole = verdicts["employment"].eq(verdicts["employment"].round())
    assert (union & ~whole).any()
    assert verdicts.loc[~whole & union, "share_imputed"].gt(0).all()
    rows = public.comparison.verdicts
    estimated = rows["share_imputed"].gt(0)
    alone = rows["share_imputed"].eq(1)  # all of it is one estimate: nothing is told
    assert rows.loc[alone, "employment"].isna().all()
    assert (rows.loc[estimated & ~alone, "employment"] % 10 == 0).all()


def test_a_cluster_that_nobody_declared_says_how_much_of_it_is_estimated(
    result: Result,
) -> None:
    verdicts = result.comparison.verdicts
    silent = verdicts[verdicts["record"].isna()].set_index("candidate")
    assert len(silent)
    share = result.candidates.table["share_imputed"].astype(float)
    found = silent["share_imputed"].astype(float)
    pd.testing.assert_series_equal(
        found, share.reindex(found.index), check_names=False, check_index_type=False
    )


def test_jobs_above_the_expected_are_as_coarse_as_jobs(
    result: Result, public: Result
) -> None:
    table, exact = (
        public.candidates.table,
        result.candidates.table.astype({
            "employment": float,
            "share_imputed": float,
        }),
    )
    alone = exact["share_imputed"].eq(1)  # all of it is one estimate: nothing is told
    assert table.loc[alone, ["employment", "excess_jobs"]].isna().all(axis=None)
    estimated = exact["share_imputed"].gt(0) & ~alone
    assert estimated.any()
    jobs, share = exact.loc[estimated, "employment"], exact["share_imputed"]
    least = np.minimum(2 * share[estimated] * jobs, 10 ** np.floor(np.log10(jobs)))
    step = 10 ** np.ceil(np.log10(np.maximum(least, 10.0)) - 1e-9)
    for column in ("employment", "excess_jobs"):
        found = table.loc[estimated, column].astype(float) / step
        assert (found == found.round()).all()


def test_the_estimated_share_is_one_digit(public: Result) -> None:
    share = public.candidates.cells["share_imputed"].to_numpy(dtype=float)
    inside = share[(share > 0) & (share < 0.9)]
    assert len(inside)
    assert [float(f"{v:.0e}") for v in inside] == inside.tolist()


def test_what_counts_plants_stays_as_it_is(result: Result, public: Result) -> None:
    for column in (
        "lq_plants", "lq_plants_smoothed", "p_plants", "q_plants", "p_rest", "q_rest",
        "p_exceptional", "q_exceptional", "establishments",
    ):  # fmt: skip
        before = result.candidates.cells[column]
        pd.testing.assert_series_equal(public.candidates.cells[column], before)


def test_with_jobs_alone_quotients_and_limits_follow_the_estimates() -> None:
    result = result_of("jobs alone")
    public = publishable(result)
    cells, exact = public.candidates.cells, result.candidates.cells
    assert exact[["p_plants", "q_rest", "p_exceptional"]].isna().all(axis=None)
    estimated = exact["share_imputed"].gt(0.01) & exact["lq_jobs"].gt(0)
    assert estimated.any()
    known = exact["share_imputed"].eq(0)
    for column in ("lq_jobs", "lq_jobs_lower", "lq_jobs_upper"):
        moved = cells.loc[estimated, column].ne(exact.loc[estimated, column])
        assert moved.mean() > 0.9, column
        assert cells.loc[known, column].equals(exact.loc[known, column])


def test_growth_gives_no_later_sum_back() -> None:
    result = result_of("years")
    before, after = result.monitoring.panel, publishable(result).monitoring.panel
    share = before["share_imputed"] + before["share_imputed_before"]
    alone = before["share_imputed"].eq(1) & before["share_imputed_before"].eq(1)
    assert after.loc[alone, "growth"].isna().all()
    rows = share.gt(0) & before["growth"].notna() & ~alone
    assert rows.any()
    step = np.abs(after.loc[rows, "growth"] - before.loc[rows, "growth"])
    assert (step <= 5 * share[rows] * (1 + before.loc[rows, "growth"].abs())).all()
    # on a grid of at least twice the share, whatever the growth itself
    for growth, part in zip(after.loc[rows, "growth"], share[rows], strict=True):
        least = 10.0 ** np.floor(np.log10(2 * part))
        assert abs(growth / least - round(growth / least)) < 1e-6
    z = after.loc[rows, "z"] - before.loc[rows, "z"]
    assert z.abs().gt(0).any()
    whole = before["share_imputed"].eq(0) & before["share_imputed_before"].eq(0)
    pd.testing.assert_series_equal(
        after.loc[whole, "growth"], before.loc[whole, "growth"]
    )


def test_a_sentence_says_the_numbers_of_its_row(public: Result) -> None:
    verdicts = public.comparison.verdicts
    assert verdicts["evidence_en"].str.contains("about").any()
    for row in verdicts.itertuples():
        if np.isnan(row.employment):
            assert "about" not in row.evidence_en
    rewritten = cid.comparison.with_sentences(
        verdicts, kind="industry", since=public.comparison.params["since"] or 0
    )
    assert rewritten["evidence_de"].tolist() == verdicts["evidence_de"].tolist()


def test_where_nothing_is_withheld_nothing_changes(result: Result) -> None:
    jobs = result.economy.employment.fillna(40.0)
    whole = replace(result, economy=replace(result.economy, employment=jobs))
    public = publishable(whole)
    assert public.candidates is not None
    for name in ("table", "members", "gaps", "cells", "concentrations"):
        assert getattr(public.candidates, name).equals(getattr(whole.candidates, name))
    assert public.comparison.verdicts.equals(whole.comparison.verdicts)
    assert public.concentration.equals(whole.concentration)


def test_publishing_changes_nothing_of_what_it_is_given(result: Result) -> None:
    before = result.candidates.cells.copy()
    weights = [w for *_, w in result.layers["colocation"].edges(data="weight")]
    publishable(result)
    assert result.candidates.cells.equals(before)
    after = [w for *_, w in result.layers["colocation"].edges(data="weight")]
    assert after == weights
    assert not result.provenance.published


def test_the_order_of_rows_changes_nothing(result: Result, public: Result) -> None:
    rows = result.concentration.sample(frac=1.0, random_state=1)
    cells = result.candidates.members.sample(frac=1.0, random_state=1)
    mixed = publishable(
        replace(
            result,
            concentration=rows,
            candidates=replace(result.candidates, members=cells),
        )
    )
    assert mixed.concentration.sort_index().equals(public.concentration)
    assert mixed.candidates.members.sort_index().equals(public.candidates.members)


# -- pages, files ------------------------------------------------------------------


def test_pages_show_a_fresh_result_as_published(result: Result, public: Result) -> None:
    assert publishable(public) is public
    assert public.published() is public
    assert not result.provenance.published
    assert cid.cluster_map(result).html == cid.cluster_map(public).html
    assert cid.report(result).html == cid.report(public).html


def test_a_confidential_result_is_not_published(result: Result) -> None:
    private = confidential(result)
    for publish in (publishable, Result.published):
        with pytest.raises(StudyError, match="without confidential=True"):
            publish(private)
    assert shown(private) is private
    assert shown(result).provenance.published


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_of_a_confidential_result_bears_a_mark(
    result: Result, tmp_path: Path, language: str
) -> None:
    private = replace(confidential(result), language=language)
    mark = MARKS[language]
    private.save(tmp_path / "private")
    replace(result, language=language).save(tmp_path / "public")
    for name in ("private", "public"):
        folder, is_marked = tmp_path / name, name == "private"
        assert (mark in (folder / "report.html").read_text("utf-8")) == is_marked
        page = (folder / "map.html").read_text("utf-8")
        assert ('"confidential":true' in page.replace(" ", "")) == is_marked
        assert mark in page  # the words of every page; what is shown is chosen by it
        log = (folder / "log.txt").read_text("utf-8")
        assert log.startswith(mark) == is_marked
        with zipfile.ZipFile(folder / "workbook.xlsx") as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode("utf-8")
        assert (mark in sheet) == is_marked
    back = cid.read_result(tmp_path / "private")
    assert back.provenance.confidential
    assert not back.provenance.published


def test_nothing_undeclared_is_in_any_file(result: Result, tmp_path: Path) -> None:
    table = result.candidates.table.assign(jobs_exactly=123_454_321.0)
    params = {**result.candidates.params, "draws_exactly": np.full(3, 123_454_321.0)}
    more = replace(result.candidates, table=table, params=params)
    with pytest.warns(DataWarning, match="not declared"):
        replace(result, candidates=more).save(tmp_path / "out")
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        for word in (b"jobs_exactly", b"draws_exactly", b"123454321"):
            assert word not in path.read_bytes(), path.name
    names = pd.read_csv(tmp_path / "out" / "clusters.csv", dtype=str).columns
    assert {"industries", "regions"} <= set(names)


@pytest.mark.parametrize("thing", [None, "a result", pd.DataFrame()])
def test_only_a_result_is_published(thing: object) -> None:
    for function in (publishable, shown):
        with pytest.raises(TableTypeError, match="must be a Result"):
            function(thing)


def test_a_result_made_of_plants_by_hand_has_met_no_guard(result: Result) -> None:
    plants = pd.DataFrame({
        "region": list(result.regions.index[:2]) * 3,
        "industry": ["A", "A", "B", "B", "A", "B"],
        "employment": [5.0, 6, 7, 8, 9, 10],
    })
    private = cid.economy_from_plants(plants, codes="as_is")
    by_hand = cid.Result("By hand", "en", private, result.regions.iloc[:2])
    with pytest.raises(StudyError, match="sizes of single plants"):
        publishable(by_hand)
    guarded = cid.guard(private)
    fine = replace(by_hand, economy=published_economy(private, guarded))
    assert publishable(fine).provenance.published


def test_provenance_is_data_alone(public: Result) -> None:
    content = json.loads(public.provenance.to_json())
    assert "kinds" not in content
    assert content["published"] is True


def test_a_public_folder_does_not_become_a_confidential_one(
    public: Result, result: Result, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    few = {"map": False, "report": False, "graphs": False}
    public.save(folder, **few)
    with pytest.raises(StudyError, match="holds a public result"):
        confidential(result).save(folder, **few)
    beside = tmp_path / "beside"
    confidential(result).save(beside, **few)
    with pytest.raises(StudyError, match="holds a confidential result"):
        public.save(beside, **few)
    public.save(folder, **few)
