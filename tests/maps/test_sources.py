"""What licences demand to be shown is shown."""

from __future__ import annotations

from types import ModuleType, SimpleNamespace

import clusterid as cid
from clusterid.maps import outline_source


def test_the_source_of_outlines_comes_from_the_table_or_the_study(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    assert outline_source(result) == ""
    study = {"regions": {"source": "(c) Surveyors, licence L"}}
    result.provenance = SimpleNamespace(study=study)
    assert (
        cid.cluster_map(result).data["meta"]["geometry"] == study["regions"]["source"]
    )
    assert "(c) Surveyors, licence L" in cid.report(result).html
    result.regions.attrs["source"] = "Own survey"
    assert outline_source(result) == "Own survey"


def test_simulated_data_without_a_source_say_that_they_are_simulated(
    fake: ModuleType,
) -> None:
    from dataclasses import replace

    result = fake.fake_result()
    meta = replace(result.economy.metadata, source="")
    result.economy = replace(result.economy, metadata=meta)
    data = cid.cluster_map(result).data
    assert data["meta"]["source"]["de"].startswith("simuliert")


def test_tiny_probabilities_are_written_without_overflow() -> None:
    from clusterid.maps._layers import rounded

    assert rounded([1e-300, 0.0, 0.0123456, -5e-320]) == [0, 0, 0.0123, 0]
