"""A study from plants: what is read, what is held, what the public result knows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from clusterid.errors import StudyError
from clusterid.study import Study, read_study
from clusterid.study.reading._guarded import held_cells, published_inputs
from clusterid.study.reading._schema import StudyFile


@pytest.fixture
def study(small_run: Any, tmp_path: Path) -> Any:
    """Return a maker of the small study from plants, with [disclosure] as given."""
    import shutil

    folder = tmp_path / "study"
    shutil.copytree(small_run.study, folder)

    def make(**disclosure: object) -> Study:
        loaded = read_study(folder)
        content = loaded.config.model_dump()
        plants = {"path": "plants.parquet", "classification": "nace2"}
        content |= {"employment": None, "plants": plants}
        content["disclosure"] = disclosure
        return replace(loaded, config=StudyFile.model_validate(content))

    return make


def test_the_public_inputs_know_no_held_cell(study: Any) -> None:
    inputs = study().inputs()
    public = published_inputs(inputs)
    held = inputs.guards[inputs.year].held
    assert held.to_numpy().any()
    assert public.economy.employment.isna().equals(held)
    assert public.guards == {}
    assert public.private_notes == ()
    assert inputs.economy.employment.notna().to_numpy().all()
    assert published_inputs(public) is not None


def test_no_digest_of_plants_is_published(study: Any) -> None:
    """With a digest one could ask of a guess whether it is the file."""
    inputs = study().inputs()
    public = published_inputs(inputs)
    assert len(inputs.digests["plants.parquet"]) == 64
    assert public.digests["plants.parquet"] == "confidential"
    assert len(public.digests["regions.geojson"]) == 64
    assert len(public.digests["tables published from plants"]) == 64
    assert inputs.digests["plants.parquet"] not in str(public.digests)


def test_what_a_costs_table_holds_is_confidential_too(study: Any) -> None:
    one = study(costs="costs.csv", publish="publish.csv")
    jobs = study().inputs().economy.employment
    held = study().inputs().guards[2008].held
    row, column = (~held & jobs.gt(0)).to_numpy().nonzero()
    cells = pd.DataFrame({
        "region": jobs.index[row[:3]], "industry": jobs.columns[column[:3]]
    })  # fmt: skip
    cells.to_csv(one.root / "publish.csv", index=False)
    cells.assign(cost=[5.0, 6.5, 1.0]).to_csv(one.root / "costs.csv", index=False)
    inputs = one.inputs()
    public = published_inputs(inputs)
    assert public.digests["costs.csv"] == "confidential"
    for region, industry in cells.itertuples(index=False):
        assert not inputs.guards[inputs.year].held.loc[region, industry]


def test_a_cell_that_must_be_published_and_may_not_is_a_fault(study: Any) -> None:
    inputs = study().inputs()
    cells = held_cells(inputs)
    few = cells[cells["reason"].eq("few_plants")][["region", "industry"]].head(2)
    one = study(publish="publish.csv")
    few.to_csv(one.root / "publish.csv", index=False)
    with pytest.raises(StudyError, match=r"\[disclosure\]") as error:
        one.check()
    assert few["region"].iloc[0] in str(error.value)
    few.assign(region="nowhere").to_csv(one.root / "publish.csv", index=False)
    with pytest.raises(StudyError, match="has no plant in this study"):
        one.check()


def test_where_nothing_may_be_published_check_says_so(study: Any) -> None:
    one = study(minimum_plants=100_000)
    with pytest.raises(StudyError, match=r"\[disclosure\].*nothing can be studied"):
        one.check()
    with pytest.raises(StudyError, match="larger regions"):
        one.run()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("minimum_plants", 0), ("dominance", 0.0), ("dominance", 1.5),
        ("dominance_plants", 3), ("p_percent", -1), ("p_percent", 100),
        ("p_percent", float("nan")), ("publish", 3), ("nonsense", 1),
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused_by_its_name(study: Any, key: str, value: object) -> None:
    path = study().root / "study.toml"
    shown = f'"{value}"' if isinstance(value, str) else value
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n[disclosure]\n{key} = {shown}\n")
    with pytest.raises(StudyError) as error:
        read_study(path)
    assert f"disclosure.{key}" in str(error.value)
    assert "1 fault" in str(error.value)


def test_the_older_name_of_the_minimum_still_counts(study: Any) -> None:
    one = study()
    content = one.config.model_dump()
    content["method"]["publish_minimum_plants"] = 6
    older = StudyFile.model_validate(content)
    assert older.fewest_plants == 6
    content["disclosure"]["minimum_plants"] = 4
    with pytest.raises(ValueError, match="are the same rule"):
        StudyFile.model_validate(content)


def test_rules_on_a_table_are_said_to_be_idle(small_run: Any) -> None:
    loaded = read_study(small_run.study)
    content = loaded.config.model_dump(exclude_unset=True)
    content["disclosure"] = {"minimum_plants": 5}
    one = replace(loaded, config=StudyFile.model_validate(content))
    assert any("[disclosure]: of no effect" in n for n in one.inputs().warnings)


def test_the_per_cent_of_the_rule_is_not_published(study: Any) -> None:
    one = study(p_percent=17.0, minimum_plants=4)
    public = one.run()
    assert public.provenance.study["disclosure"] == {"minimum_plants": 4}
    assert not public.provenance.confidential
    private = one.run(confidential=True)
    assert private.provenance.study["disclosure"]["p_percent"] == 17.0
    assert private.provenance.confidential
    with pytest.raises(StudyError, match="confidential"):
        private.published()


def test_notes_on_plants_stay_in_the_house(study: Any) -> None:
    one = study()
    plants = pd.read_parquet(one.root / "plants.parquet")
    plants.loc[0, "employment"] = 0.25  # more plants than jobs may stand in its cell
    plants.loc[plants.index[:40], "employment"] = 0.25
    plants.to_parquet(one.root / "plants.parquet")
    inputs = one.inputs()
    assert any("more plants than jobs" in note for note in inputs.private_notes)
    public = published_inputs(inputs)
    assert not set(public.warnings) & set(inputs.private_notes)
    assert any("cells are withheld" in note for note in public.warnings)


def test_a_confidential_result_of_tables_is_refused(small_run: Any) -> None:
    with pytest.raises(StudyError, match="Only a study from plants"):
        read_study(small_run.study).run(confidential=True)


def test_industries_of_plants_have_the_names_of_their_classification(
    study: Any,
) -> None:
    one = study()
    labels = one.inputs().economy.metadata.labels
    assert labels["01"].startswith("Crop and animal production")
    content = one.config.model_dump()
    content["plants"]["labels"] = "names.csv"
    (one.root / "names.csv").write_text("code,label\n01,Farms\n", "utf-8")
    named = replace(one, config=StudyFile.model_validate(content))
    assert named.inputs().economy.metadata.labels == {"01": "Farms"}
