"""Papers that a result rests on."""

from __future__ import annotations

from types import ModuleType

import clusterid as cid
from clusterid.results import Result


def test_papers_follow_what_the_result_holds(fake: ModuleType) -> None:
    full = {entry.key for entry in cid.cite(fake.fake_result())}
    assert {"traag2019", "ellison1997", "hidalgo2007", "gwet2008"} <= full
    assert "leontief1936" not in full
    full_result = fake.fake_result()
    bare = Result("Bare", "en", full_result.economy, full_result.regions)
    assert [e.key for e in cid.cite(bare)] == ["isserman2006"]
    said = cid.cite(fake.fake_result())
    assert "doi:10.1038/s41598-019-41695-z" in str(said)
    assert "<li>" in said._repr_html_()
    assert len(said) == len(full)
