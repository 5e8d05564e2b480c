"""Federal hubs, Italian districts and lent plants, on the real studies."""

from __future__ import annotations

from pathlib import Path

import pytest

from clusterid._disk._embedded import embedded_path
from clusterid.study import Result, read_study

pytestmark = pytest.mark.slow

#: What counts of 2018 and 2019 say of 29 hubs declared in 2022 to 2024, each looked at.
HUBS = {
    "confirmed": [
        "Alaska Mariculture Cluster", "F3 Fresno-Merced Future of Food",
        "Global Epicenter of Mobility (GEM)", "South Kansas Coalition",
        "Sustainable Polymers Tech Hub", "Tulsa Regional Advanced Mobility Corridor",
        "Tulsa Hub for Equitable & Trustworthy Autonomy",
    ],
    "confirmed_jobs_only": [
        "Accelerate NC - Life Sciences Manufacturing", "Heartland BioWorks",
    ],
    "undecided": [
        # no cell is published there
        "BioFabrication Cluster", "ReGen Valley Tech Hub", "Nevada Tech Hub",
        "New Energy New York",
    ],
    "no_footprint": [
        "Alliance for Building Better Medicine", "South Florida ClimateReady Tech Hub",
        "NY SMART I-Corridor Tech Hub",
    ],
    "not_separable": ["Appalachian Climate Technologies (ACT Now)"],
}  # fmt: skip


def run(name: str) -> Result:
    return read_study(embedded_path("studies", f"{name}.toml")).run()


def test_federal_hubs_are_confirmed_where_their_field_stands(data_dir: Path) -> None:
    result = run("us_metros")
    assert result.comparison is not None
    found = result.comparison.verdicts
    declared = found[found["declared"].eq("yes")].set_index("record")["verdict"]
    assert len(declared) == 29
    said = {name: verdict for verdict, names in HUBS.items() for name in names}
    assert {name: declared[name] for name in said} == said
    assert not declared.eq("thin").any()
    # the list is not exhaustive: elsewhere nothing is undeclared
    assert not found["verdict"].eq("undeclared").any()
    assert result.survey is not None
    tulsa = result.survey.places.set_index("place")["regions"]["Tulsa"]
    assert tulsa == [("46140", 1.0)]
    assert any("4 codes are of naics2017" in note for note in result.warnings)


def test_one_country_s_links_make_no_network_thin_elsewhere(data_dir: Path) -> None:
    result = run("europe")
    assert result.comparison is not None
    found = result.comparison.verdicts
    italy = found[found["declared"].eq("yes")]
    assert len(italy) == 29 and not found["verdict"].eq("thin").any()
    assert italy["linkage"].isna().all()
    assert italy["verdict"].value_counts()["confirmed"] == 20
    strong = italy[italy["verdict"].eq("confirmed")]
    assert strong["reason"].eq("concentrated_links_unknown").all()


@pytest.mark.parametrize("name", ["germany_occupations", "germany_industries"])
def test_kreise_are_lent_the_plants_of_their_nuts_2_region(
    name: str, data_dir: Path
) -> None:
    result = run(name)
    assert result.comparison is not None and result.candidates is not None
    found = result.comparison.verdicts
    lent = found[found["coarser_region"].ne("")]
    dresden = lent[lent["place_name"].eq("Dresden") & lent["field"].eq("automotive")]
    assert dresden["coarser_region"].eq("Dresden (DED2)").all()
    assert dresden["coarser_year"].eq(2014).all()
    assert dresden["coarser_plants"].eq(308).all()
    # it gives no grade: where no plants are counted C is the highest
    assert set(found["grade"]) <= {"", "C"}
    assert lent["evidence_en"].str.contains("Coarser evidence, which decides").all()
    assert result.candidates.table["coarser_region"].ne("").any()
