"""Known clusters of real countries come out of the studies that do not know of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import clusterid as cid

STUDIES = Path(__file__).parents[2] / "data" / "studies"


def candidates_of(name, data_dir, monkeypatch):
    monkeypatch.setenv("CLUSTERID_DATA", str(data_dir))
    return cid.read_study(STUDIES / f"{name}.toml").run().candidates


def where(found, codes, region):
    """Return level of the candidate that has the industries in the region, or None."""
    members = found.members
    mine = members[
        members["region"].eq(region)
        & members["industry"].isin(codes)
        & members["lq"].gt(2).to_numpy()
    ]
    if not len(mine):
        return None
    return found.table.loc[
        mine.groupby("cluster")["employment"].sum().idxmax(), "level"
    ]


def undecided(found, code, region):
    parts = found.parts
    here = parts["industries"].eq(code) & parts["regions"].eq(region)
    return set(parts.loc[here, "state"])


@pytest.mark.slow
def test_great_britain(data_dir, monkeypatch):
    found = candidates_of("great_britain", data_dir, monkeypatch)
    # ceramics drown in building materials and stand alone
    assert where(found, {"2341", "2342", "2349"}, "UKG2") == "part"
    # size bands rule out one large plant in oil support
    assert where(found, {"0910"}, "UKM5") == "industry"
    assert where(found, {"6630"}, "UKI3") == "template"
    assert where(found, {"1310", "1320", "1330"}, "UKE4") == "template"
    assert where(found, {"2910", "2932"}, "UKG3") == "template"
    assert where(found, {"2572"}, "UKG3") == "industry"
    # the bands leave room for one large distillery, and for one nuclear site
    for region in ("UKM6", "UKM8"):
        assert undecided(found, "1101", region) == {"one_industry"}
    assert undecided(found, "2446", "UKD1") == {"one_industry"}
    # every cluster once: no industry of a region in two candidates of one template
    pairs = found.members.merge(
        found.table["template"], left_on="cluster", right_index=True
    )
    assert not pairs.duplicated(["template", "region", "industry"]).any()


@pytest.mark.slow
def test_germany_by_occupations(data_dir, monkeypatch):
    found = candidates_of("germany_occupations", data_dir, monkeypatch)
    for region in ("05315", "09184", "07315"):  # Cologne, Munich (Kreis), Mainz
        assert where(found, {"944", "945"}, region) == "part"
    assert where(found, {"214"}, "09479") == "template"  # porcelain around Selb
    assert where(found, {"281", "282"}, "09475") is not None  # textiles of Hof
    # jobs alone: no single occupation is ever a cluster, however concentrated
    assert "industry" not in set(found.table["level"])
    assert undecided(found, "252", "03103") == {"one_industry"}  # Wolfsburg
    assert undecided(found, "245", "08327") == {"one_industry"}  # Tuttlingen
    # the urban hierarchy is out: no cluster of IT in Berlin or Hamburg
    for region in ("11000", "02000"):
        assert where(found, {"431", "432", "433", "434"}, region) is None
