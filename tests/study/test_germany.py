"""The two studies of Germany, from the real files to the result."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.study.named import check_names

from clusterid._disk._embedded import embedded_path
from clusterid.clusters import names_in
from clusterid.study import Result, read_study
from clusterid.study.reading._schema import StudyFile


@pytest.fixture(scope="module")
def occupations(data_dir: Path) -> Result:
    return read_study(embedded_path("studies", "germany_occupations.toml")).run()


@pytest.fixture(scope="module")
def industries(data_dir: Path) -> Result:
    return read_study(embedded_path("studies", "germany_industries.toml")).run()


@pytest.mark.parametrize(
    ("region", "occupation", "least"),
    [
        ("03103", "252", 3.0),  # vehicles in Wolfsburg
        ("09171", "413", 3.0),  # chemistry in Altötting
        ("09463", "721", 3.0),  # insurance in Coburg
    ],
)
def test_what_everybody_knows_stands_out(
    occupations: Result, region: str, occupation: str, least: float
) -> None:
    table = occupations.concentration.set_index(["region", "industry"])
    row = table.loc[(region, occupation)]
    assert row["lq_jobs"] > least
    own = table.loc[region, "lq_jobs"].rank(ascending=False)
    assert own[occupation] <= 5, "not among the five largest quotients of the Kreis"


def test_german_clusters_are_named(occupations: Result, industries: Result) -> None:
    for result in (occupations, industries):
        check_names(result)


def test_film_in_cologne_is_called_film(occupations: Result) -> None:
    assert occupations.candidates is not None
    table = pd.DataFrame(occupations.candidates.table)
    film = table[table["town"].eq("05315") & table["named_by"].str.contains("94[45]")]
    assert len(film)
    for language, word in (("de", "Film- und Fernsehproduktion"), ("en", "film")):
        said = names_in(
            occupations.economy.metadata, occupations.regions, language
        ).each(film)
        assert any(name.startswith("Köln: ") and word in name for name in said)


def test_occupations_are_called_occupations(occupations: Result) -> None:
    assert occupations.economy.metadata.kind == "occupation"
    assert occupations.economy.employment.shape == (400, 140)


def test_every_declared_field_has_a_verdict_with_evidence(occupations: Result) -> None:
    assert occupations.comparison is not None
    verdicts = occupations.comparison.verdicts
    declared = verdicts[verdicts["record"].notna() & verdicts["record"].ne("")]
    assert declared["record"].nunique() == 137
    assert declared["verdict"].notna().all()
    assert declared["evidence_de"].str.len().gt(10).all()
    text = " ".join(verdicts["evidence_en"].fillna(""))
    assert "wishful" not in text.lower()


def test_silence_of_an_incomplete_list_is_not_no(occupations: Result) -> None:
    assert occupations.comparison is not None
    verdicts = set(occupations.comparison.verdicts["verdict"])
    assert "undeclared" not in verdicts


def test_most_fields_cannot_be_told_apart_in_eleven_groups(industries: Result) -> None:
    assert industries.comparison is not None
    verdicts = industries.comparison.verdicts
    declared = verdicts[verdicts["record"].notna() & verdicts["record"].ne("")]
    assert declared["verdict"].eq("not_separable").mean() > 0.5
    biotech = declared[declared["field"].eq("biotech")]
    assert biotech["verdict"].eq("not_separable").all()


def test_csv_and_parquet_give_the_same_result(
    industries: Result, data_dir: Path
) -> None:
    study = read_study(embedded_path("studies", "germany_industries.toml"))
    content = study.config.model_dump()
    path = data_dir / "de_svb_wz08_kreise" / "svb_wz08_2015_2020.parquet"
    content["employment"] |= {"source": "svb_wz08", "path": str(path)}
    other = type(study)(StudyFile.model_validate(content), study.root).run()
    pd.testing.assert_frame_equal(other.concentration, industries.concentration)
    assert other.candidates is not None
    assert industries.candidates is not None
    pd.testing.assert_frame_equal(
        pd.DataFrame(other.candidates.table), pd.DataFrame(industries.candidates.table)
    )


def test_sum_over_kreise_is_the_published_total(industries: Result) -> None:
    economy = industries.economy
    whole = economy.margins
    assert abs(whole.region.sum() / whole.total - 1) < 2e-4
