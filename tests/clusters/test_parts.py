"""Parts of a template are every set once."""

from __future__ import annotations

from tests.clusters.ceramics import CODES, plants

from clusterid.clusters._parts import parts_of
from clusterid.communities import given_templates


def test_parts_are_every_set_once_and_never_the_template():
    templates = given_templates(dict.fromkeys(CODES, "materials"))
    economy = plants()
    parts = parts_of(templates, economy.employment, {"2341": "tableware"})
    sets = [tuple(parts.members(part)) for part in parts.table.index]
    assert len(sets) == len(set(sets))
    assert tuple(CODES) not in sets
    # 231, 234, 235 and 236; 23 is the template itself
    assert sum(len(s) > 1 for s in sets) == 4
    assert sum(len(s) == 1 for s in sets) == len(CODES)
    assert (
        parts.table.loc[parts.table["n_industries"].eq(1), "level"].eq("industry").all()
    )
