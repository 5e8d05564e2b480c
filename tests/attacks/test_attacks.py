"""From everything published held cells can be guessed, and no better than before."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from tests.attacks.studies import Worlds, from_plants
from validation.disclosure import (
    Attacked,
    attacks,
    confirmed,
    digits_match,
    everything_says,
    from_margins,
    learnt,
    projected,
    read_published,
    score,
    truth_of,
)

from clusterid.disclosure import guard
from clusterid.errors import StudyError
from clusterid.study import Result, read_result
from clusterid.tables import Economy

#: Guesses that read the published table and its totals alone.
ALONE = ["margins alone: filled", "margins alone: likeness"]


def attacked(home: Path, out: Path | None = None) -> Attacked:
    """Return what is attacked of a study folder."""
    plants = home / "plants.parquet"
    return Attacked(out or home / "out", pd.read_parquet(plants), plants)


@pytest.fixture(scope="module")
def scores(worlds: Worlds) -> pd.DataFrame:
    """All attacks on the public result; bounds of few cells, to save time."""
    return attacks(attacked(worlds.one), most=8)


@pytest.mark.slow
def test_guesses_from_everything_are_no_better_than_from_margins(
    scores: pd.DataFrame,
) -> None:
    alone = scores.loc[ALONE, "within 10 %"].max()
    others = scores.index.str.contains("least squares|everything: likeness|digits")
    assert others.sum() >= 6
    assert alone > 0
    assert scores.loc[others, "within 10 %"].max() <= alone
    assert scores.loc[others, "exact"].max() <= scores.loc[ALONE, "exact"].max()


@pytest.mark.slow
def test_no_bounds_pin_a_held_cell(scores: pd.DataFrame) -> None:
    bounds = scores[scores.index.str.endswith(("bounds", "owners"))]
    assert bounds["guessed"].gt(0).all()
    assert bounds["exact"].eq(0).all()
    assert bounds["within 10 %"].eq(0).all()


@pytest.mark.slow
def test_margins_alone_allow_the_truth(scores: pd.DataFrame) -> None:
    alone = scores[scores.index.str.startswith("margins alone: bounds")]
    assert len(alone) == 1
    assert alone["wrong"].eq(0).all()


@pytest.mark.slow
def test_no_digest_confirms_a_guess(scores: pd.DataFrame) -> None:
    assert scores.loc["digest confirms a guess", "exact"] == 0


# -- the attacks are able to succeed -------------------------------------------------


@pytest.fixture(scope="module")
def private(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A confidential result in which every industry is a template of its own."""
    folder = tmp_path_factory.mktemp("private")
    given = pd.read_csv(worlds.one / "wide.csv", dtype=str)
    given["template"] = "T" + given["industry"]
    given.to_csv(folder / "alone.csv", index=False)
    study = from_plants(worlds.one, templates={"path": str(folder / "alone.csv")})
    result = study.run(confidential=True)
    result.save(folder / "confidential", map=False, report=False, graphs=False)
    return folder


@pytest.fixture
def copied(worlds: Worlds, tmp_path: Path) -> Attacked:
    """Return a copy of the public folder, to be attacked."""
    shutil.copytree(worlds.one / "out", tmp_path / "out")
    return attacked(worlds.one, tmp_path / "out")


def test_cells_of_clusters_left_private_are_undone(
    copied: Attacked, private: Path
) -> None:
    published = read_published(copied.folder)
    truth, start = truth_of(copied, published), from_margins(published)
    guessed = score(start, truth)["exact"]
    secret, state = private / "confidential" / "state", copied.folder / "state"
    for part in ("candidates.cells", "templates.membership"):
        shutil.copy(secret / f"result.{part}.parquet", state)
    _with_params_of(secret / "index.json", state / "index.json")
    said = everything_says(read_published(copied.folder))

    def exact(source: str) -> float:
        of = said.of((said.source == source) | (said.source == "totals"))
        return score(projected(start, of, rounds=2), truth)["exact"]

    assert exact("candidates.cells.employment") > max(0.5 * len(truth), guessed)


def _with_params_of(secret: Path, public: Path) -> None:
    """Put the parameters of the clusters of one state into another."""
    one, other = (json.loads(p.read_text("utf-8")) for p in (secret, public))
    kept = other["content"]["fields"]["candidates"]["fields"]
    kept["params"] = one["content"]["fields"]["candidates"]["fields"]["params"]
    public.write_text(json.dumps(other), encoding="utf-8")


def test_a_column_left_in_by_mistake_is_found(copied: Attacked) -> None:
    one = copied
    path = one.folder / "state" / "result.concentration.parquet"
    table = pd.read_parquet(path)
    plants = one.plants[one.plants["year"].eq(one.plants["year"].max())]
    jobs = plants.groupby(["region", "industry"])["employment"].sum()
    keys = pd.MultiIndex.from_frame(table[["region", "industry"]])
    table["roughness"] = np.sqrt(jobs.reindex(keys).fillna(0.0).to_numpy())
    table.to_parquet(path, index=False)
    published = read_published(one.folder)
    truth = truth_of(one, published)
    alone, found = (
        score(learnt(published, everything=every), truth)["within 10 %"]
        for every in (False, True)
    )
    assert found > 2 * alone


def test_a_quotient_in_a_sentence_is_found(copied: Attacked) -> None:
    one = copied
    published = read_published(one.folder)
    truth = truth_of(one, published)
    cell = int(np.argsort(truth)[-20])
    row = np.argwhere(published.held)[cell][0]
    share = truth[cell] / published.region.iloc[row]
    with (one.folder / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"one has a share of {share:.12g} in its region\n")
    ends = np.ones(len(truth)), np.full(len(truth), 2_000.0)
    before = digits_match(published, *ends)
    after = digits_match(read_published(one.folder), *ends)
    assert before[cell] != truth[cell]
    assert after[cell] == truth[cell]


def test_a_digest_left_in_is_found(copied: Attacked) -> None:
    one = copied
    assert not confirmed(one)
    digest = hashlib.sha256(one.source.read_bytes()).hexdigest()
    (one.folder / "provenance.json").write_text(f'{{"plants": "{digest}"}}', "utf-8")
    assert confirmed(one)


def test_plants_that_are_not_those_of_the_folder_are_refused(worlds: Worlds) -> None:
    one = attacked(worlds.one)
    other = Attacked(one.folder, one.plants.iloc[::2], one.source)
    with pytest.raises(ValueError, match="not those of the plants"):
        truth_of(other, read_published(one.folder))


def test_a_confidential_result_cannot_be_published(private: Path) -> None:
    result: Result = read_result(private / "confidential")
    assert result.provenance.confidential
    with pytest.raises(StudyError, match="confidential"):
        result.published()


@pytest.mark.slow
def test_a_job_a_plant_pins_no_cell_of_a_small_table() -> None:
    """Counts of plants are public: nobody takes a plant for less than one job."""
    rng = np.random.default_rng(0)
    n_cells = 0
    for _ in range(80):
        private = small_economy(rng)
        guarded = guard(private, method="exact")
        jobs, held = private.employment.to_numpy(), guarded.held.to_numpy()
        plants = np.asarray(private.establishments)
        known = [
            ~guarded.region_totals.to_numpy(), ~guarded.industry_totals.to_numpy(),
        ]  # fmt: skip
        for low, high in whole_number_bounds(jobs, plants, held, known):
            n_cells += 1
            assert high - low >= 1
    assert n_cells > 500


def small_economy(rng: np.random.Generator) -> Economy:
    """Return an economy of a few cells of small plants."""
    shape = tuple(rng.integers(3, 6, 2))
    counts = rng.poisson(rng.choice([2, 5]), shape)
    rows = [f"r{i}" for i in range(shape[0])]
    columns = [f"c{j}" for j in range(shape[1])]
    tables = np.zeros((4, *shape))
    for i, j in np.ndindex(shape):
        sizes = np.rint(rng.lognormal(0.7, 1.0, counts[i, j])).clip(1)
        first, second = np.sort(np.concatenate([[0.0, 0.0], sizes]))[:-3:-1]
        tables[:, i, j] = sizes.sum(), len(sizes), first, second
    frames = [pd.DataFrame(table, rows, columns) for table in tables]
    return Economy(
        frames[0], establishments=frames[1], largest_plant=frames[2],
        second_plant=frames[3],
    )  # fmt: skip


def whole_number_bounds(
    jobs: np.ndarray, plants: np.ndarray, held: np.ndarray, known: list[np.ndarray]
) -> list[tuple[int, int]]:
    """Return least and most whole jobs of each held cell, by linear programming."""
    at = np.argwhere(held)
    rows = [
        (at[:, axis] == line).astype(float)
        for axis in (0, 1)
        for line in np.flatnonzero(known[axis])
    ]
    sums = [float(jobs[held] @ row) for row in rows]
    box = [(float(plants[i, j]), None) for i, j in at]
    found = []
    for cell in np.eye(len(at)):
        ends = [
            linprog(
                sign * cell, A_eq=rows or None, b_eq=sums or None, bounds=box,
                method="highs",
            )
            for sign in (1.0, -1.0)
        ]  # fmt: skip
        most = -ends[1].fun if ends[1].status == 0 else 1e9
        found.append((int(np.ceil(ends[0].fun - 1e-6)), int(np.floor(most + 1e-6))))
    return found
