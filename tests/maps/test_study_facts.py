"""What licences demand to be shown is shown."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import clusterid as cid
from clusterid.maps import outline_source


def test_the_source_of_outlines_comes_from_the_table_or_the_study(
    fake: ModuleType,
) -> None:
    result = fake.fake_result()
    assert outline_source(result) == ""
    study = {"regions": {"source": "(c) Surveyors, licence L"}}
    result = replace(result, provenance=replace(result.provenance, study=study))
    assert (
        cid.cluster_map(result).data["meta"]["geometry"] == study["regions"]["source"]
    )
    assert "(c) Surveyors, licence L" in cid.report(result).html
    result.regions.attrs["source"] = "Own survey"
    assert outline_source(result) == "Own survey"
