"""Each question keeps its size, and each part of ``validation.grades`` counts right."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from validation.grades import _alarms, _calls, _giants, _page, _textbook
from validation.grades.__main__ import PARTS, command_of, main, parser
from validation.grades._economies import design_of, drawn, jobs_alone
from validation.grades._found import GRADES, claimed, numbers, reported_cells
from validation.recovery._report import paste

from clusterid.clusters import identify_clusters
from clusterid.clusters import test_groups as cells_of
from clusterid.communities import given_templates

#: Seeds of these tests; they judge nothing on the page.
SEED = 90_000


def one(**options):
    return next(drawn(design_of(SEED, **options), 1, SEED))


@pytest.fixture(scope="module")
def made():
    return one(n_regions=40, n_industries=30, n_plants=60_000, roughness=0.3, planted=6)


@pytest.fixture(scope="module")
def found(made):
    return identify_clusters(
        made.economy, made.templates, made.design.regions, graph=made.graph
    )


# the economies --------------------------------------------------------------------


def test_the_real_rate_is_what_the_counts_tend_to(made):
    draws = list(
        drawn(design_of(3, n_regions=12, n_plants=90_000, roughness=0.0), 40, 3)
    )
    counts = np.mean([d.economy.establishments.to_numpy() for d in draws], axis=0)
    share = counts.sum(axis=1) / counts.sum()
    seen = counts / np.outer(share, counts.sum(axis=0))
    plenty = counts > 100
    assert np.abs(seen / draws[0].rate - 1)[plenty].max() < 0.06
    # a kind of all industries is everywhere as usual
    everything = np.ones((len(made.number), 1))
    assert made.rates_of(everything) == pytest.approx(1.0, abs=1e-9)
    region, code = str(made.economy.regions[3]), str(made.economy.industries[5])
    assert made.rate_of(region, [code]) == pytest.approx(made.rate[3, 5])


def test_no_plant_is_larger_than_its_cell(made):
    jobs, plants = made.economy.employment, made.economy.establishments
    assert ((made.largest <= jobs) & (made.largest.gt(0) == plants.gt(0))).all(
        axis=None
    )
    lone = plants.eq(1)
    assert made.largest.where(lone).equals(jobs.where(lone))
    assert jobs_alone(made.economy).establishments is None


# what is read of a result ---------------------------------------------------------


def test_what_is_claimed_is_what_is_reported(made, found):
    every = claimed(found, made.economy, None)
    rows = found.concentrations
    assert every.sum() == sum(len(str(c).split(";")) for c in rows["industries"])
    by_grade = [claimed(found, made.economy, (g,)).sum() for g in (*GRADES, "")]
    assert sum(by_grade) == every.sum()
    counts = numbers(found)
    assert sum(counts[g] for g in GRADES) == rows["grade"].ne("").sum()
    cells = reported_cells(found, made.groups, made.economy, GRADES)
    inside = rows[rows["template"].isin(made.groups.columns) & rows["grade"].ne("")]
    assert cells.sum() == len(inside.drop_duplicates(["region", "template"]))


# question 1 -----------------------------------------------------------------------


def test_plants_are_seldom_called_below_the_bar():
    settings = [(40, 5_000, 0.4, 0.5, True), (150, 500, 0.2, 0.0, False)]
    pooled = _calls.calls(1, SEED, settings)["grades: calls"]
    asked = pooled.loc["plants, without one plant"].sum()
    assert asked["calls"] > 50
    assert asked["false"] <= 0.01 * asked["calls"]


def test_calls_are_counted_against_the_real_rate(made):
    groups = made.groups
    cells = cells_of(made.economy, groups)
    real = _calls.real_rates(cells, made.rates_of(groups.to_numpy()), groups, made)
    row = cells.iloc[57]
    codes = list(groups.index[groups[row["template"]] > 0])
    assert real[57] == pytest.approx(made.rate_of(row["region"], codes))


# question 2 -----------------------------------------------------------------------


def test_little_is_exceptional_where_nothing_is_planted():
    economies = []
    for number in range(20):
        rng = np.random.default_rng((SEED, number))
        made = next(drawn(design_of(rng, **_alarms.settings(20, rng)), 1, rng))
        q = cells_of(made.economy, made.groups)["q_exceptional"]
        economies.append(bool(q.le(0.05).any()))
    # .073 at most was measured on 12 regions: five of twenty come by chance in 1.6 %
    assert sum(economies) <= 4


# question 3 -----------------------------------------------------------------------


def test_one_giant_plant_is_no_concentration_of_plants():
    tables = _giants.giants(1, SEED, [(40, 500, 0.4), (150, 500, 0.0)])
    table = tables["grades: giants"]
    assert table["giants"].sum() > 50
    assert (table["A or B"] - table["before"]).sum() <= 1


def test_a_giant_has_the_quotient_asked_for():
    jobs = np.tile([100.0, 900.0], (20, 1))
    size = _giants.giant_jobs(jobs, 0, 0, 3.0)
    jobs[0, 0] += size
    share = jobs[0, 0] / jobs[:, 0].sum() / (jobs[0].sum() / jobs.sum())
    assert share == pytest.approx(3.0, abs=0.02)
    # already there, and out of reach: twenty regions alike have no quotient of 30
    assert np.isnan(_giants.giant_jobs(jobs, 0, 0, 2.0))
    assert np.isnan(_giants.giant_jobs(jobs, 0, 0, 30.0))


# alarms ---------------------------------------------------------------------------


def test_alarms_are_appended_and_not_repeated(tmp_path, monkeypatch):
    rows = tmp_path / "rows.csv"
    ways = ("given", "jobs alone", "first detector")
    some = {"regions": [12], "ways": ways, "rows": rows}
    first = _alarms.run_alarms(1, SEED, **some)
    assert first["way"].tolist() == list(ways)
    assert first.loc[1, ["A", "B", "D"]].eq(0).all()

    def never(*_):
        raise AssertionError

    whole = _alarms.run_alarms(2, SEED, **some)
    assert len(whole) == 6 == len(pd.read_csv(rows))
    monkeypatch.setattr(_alarms, "one", never)
    again = _alarms.run_alarms(2, SEED, **some)
    pd.testing.assert_frame_equal(again, pd.read_csv(rows))
    table = _alarms.alarms(whole)["grades: alarms"]
    assert table["economies"].tolist() == [2, 2, 2]


def test_settings_stay_in_their_ranges():
    rng = np.random.default_rng(0)
    drawn_ones = pd.DataFrame([_alarms.settings(20, rng) for _ in range(300)])
    assert drawn_ones["roughness"].between(0, 0.4).all()
    assert drawn_ones["n_industries"].between(20, 120).all()
    assert drawn_ones["n_plants"].between(6_000, 100_000).all()


def test_templates_are_detected_from_the_counts_alone(made):
    templates, layers = _alarms.detected(made.economy, made.design.regions, 1)
    again, _ = _alarms.detected(made.economy, made.design.regions, 1)
    assert list(layers) == ["colocation"]
    assert len(templates.labels) > 1
    pd.testing.assert_series_equal(templates.membership, again.membership)


# textbook -------------------------------------------------------------------------


def test_rows_stand_where_half_of_their_jobs_do(made, found):
    study = _textbook.shown(made.economy, found)
    top = found.concentrations.query("grade != ''").iloc[0]
    nowhere = str(made.economy.industries[0])
    listed = pd.DataFrame({
        "name": ["there", "no such code"],
        "regions": [top["region"], top["region"]],
        "codes": [top["industries"], "none"],
        "lq": [3.0, 1.0],
        "data_show_it": [True, False],
    })
    rows = _textbook.judged(study, listed).set_index("name")
    assert rows.loc["there", "at any"] == pytest.approx(1.0)
    assert rows.loc["there", "by itself at any"] == pytest.approx(1.0)
    assert rows.loc["there", "rank"] == top["rank"]
    assert rows.loc["no such code", "jobs"] == 0
    assert rows.loc["no such code", "what"] == ""
    assert study.quotient[0, 0] == pytest.approx(
        made.economy.employment.loc[study.economy.regions[0], nowhere]
        / study.expected[0, 0]
    )


def test_a_kind_inside_a_larger_one_does_not_stand_by_itself(made, found):
    study = _textbook.shown(made.economy, found)
    rows = found.concentrations
    wide = rows[rows["grade"].ne("") & rows["industries"].str.contains(";")].iloc[0]
    codes = str(wide["industries"]).split(";")
    jobs = made.economy.employment.loc[wide["region"], codes]
    least = str(jobs[jobs > 0].idxmin())
    assert jobs[least] < 0.5 * jobs.sum()
    listed = pd.DataFrame({
        "name": ["part"], "regions": [wide["region"]], "codes": [least],
        "lq": [3.0], "data_show_it": [True],
    })  # fmt: skip
    row = _textbook.judged(study, listed).iloc[0]
    assert row["at any"] == pytest.approx(1.0)
    assert row["by itself at any"] == 0


# the command ----------------------------------------------------------------------


def test_a_table_goes_between_its_marks_with_its_source(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- begin one -->\nold\n<!-- end -->\nb\n", encoding="utf-8")
    table = pd.DataFrame({"n": [3]}, index=pd.Index(["x"], name="what"))
    source = _page.source_of("python -m this")
    assert paste({"one": table, "other": table}, page, source) == ["one"]
    text = page.read_text(encoding="utf-8")
    assert "| x | 3 |" in text
    assert "old" not in text
    assert "`python -m this`, commit" in text
    assert text.endswith("b\n")


def test_no_path_of_a_machine_stands_below_a_table():
    said = command_of([
        "--part", "alarms", "--rows", "/here/rows.csv", "--ways", "first detector",
        "--page", "there.md",
    ])  # fmt: skip
    expected = 'python -m validation.grades --part alarms --ways "first detector"'
    assert said == expected


def test_the_command_refuses_what_it_does_not_know():
    with pytest.raises(SystemExit):
        parser().parse_args(["--part", "all"])
    with pytest.raises(SystemExit):
        parser().parse_args(["--part", "alarms", "--workers", "3"])


@pytest.mark.slow
def test_every_part_runs(tmp_path, monkeypatch, capsys):
    small = {
        "calls": lambda o: _calls.calls(o.replicates, o.seed, _calls.SETTINGS[:2]),
        "giants": lambda o: _giants.giants(o.replicates, o.seed, _giants.SETTINGS[:1]),
    }
    from validation.grades import _coverage, _planted, _presets, _size
    from validation.recovery._scenarios import SCENARIOS

    small |= {
        "coverage": lambda o: _coverage.coverage(1, o.seed, _coverage.SETTINGS[:2]),
        "planted": lambda o: _planted.planted(1, o.seed, SCENARIOS[2:3], nulls=1),
        "presets": lambda o: _presets.presets(1, o.seed, n_regions=60, n_plants=60_000),
        "size": lambda o: _size.size(1, o.seed, regions=60, industries=50),
    }
    for name, run in small.items():
        monkeypatch.setitem(PARTS, name, (run, 1))
        main(["--part", name, "--seed", str(SEED), "--out", str(tmp_path)])
    written = {path.stem for path in tmp_path.glob("*.csv")}
    assert {"grades_calls", "grades_planted", "grades_published_rules"} <= written
    covered = pd.read_csv(tmp_path / "grades_coverage.csv", index_col=0)["share"]
    assert covered["all cells"] == pytest.approx(0.91, abs=0.03)
    scores = pd.read_csv(tmp_path / "grades_planted_f1.csv")
    assert scores["first detector"].iloc[0] > 0.9
    assert "s of processor" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("way", ["given", "detected"])
def test_few_economies_without_clusters_have_an_a(way):
    rows = _alarms.run_alarms(40, SEED, regions=[20], ways=(way,))
    # 19 of 400 are allowed: six of forty come by chance in 1 %
    assert rows["A"].gt(0).sum() <= 5


def test_given_templates_are_those_of_the_design(made):
    home = made.groups.idxmax(axis=1)[made.groups.max(axis=1) > 0]
    pd.testing.assert_series_equal(
        given_templates(home).membership.sort_index(),
        made.templates.membership.sort_index(),
        check_names=False,
    )
