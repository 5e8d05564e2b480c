"""Co-agglomeration against REAT, its wrong cases included."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from tests.golden.peers import (
    Golden,
    differs,
    every_case,
    given_totals,
    plant_tables,
    plants_of,
    same,
)

from clusterid.concentration import (
    coagglomeration,
    group_coagglomeration,
    maurel_sedillot,
)


def test_reat_coagglomeration(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_ellison_glaeser")
    known = content["by_id"]
    elsewhere = {"eg_given_totals", "eg_own_totals", "gamma_simple_eg_reference"}
    here = {"maurel_sedillot_reference", "coagglomeration_reat_defective"}
    for name in ("pair", "group", "all", "pair_own_totals"):
        here.add(f"coagglomeration_{name}_reference")
    every_case(content, dict.fromkeys(here), elsewhere)
    jobs, H, _ = plant_tables(plants_of(content))
    reference = given_totals(content)
    pairs = coagglomeration(jobs, reference=reference)
    same(pairs, known["coagglomeration_pair_reference"]["output"])
    own = known["coagglomeration_pair_own_totals_reference"]["output"]
    same(coagglomeration(jobs), own)
    whole = group_coagglomeration(jobs, H, reference=reference)
    same(whole.loc["all", "gamma_c"], known["coagglomeration_all_reference"]["output"])
    two = known["coagglomeration_group_reference"]["output"]
    defective = known["coagglomeration_reat_defective"]["output"]
    assert two["pairs"] == defective["pairs"]
    for k, label in enumerate(two["pairs"]):
        first, second = label.split(" | ")
        groups = pd.Series("pair", [first, second])
        found = group_coagglomeration(jobs, H, groups=groups, reference=reference)
        same(found.loc["pair", "gamma_c"], two["gamma_c"][k])
        # EG (1997): [G/(1-X) - H - sum gamma_r w_r^2 (1-H_r)] / (1 - sum w_r^2)
        differs(found.loc["pair", "gamma_c"], defective["gamma_c"][k])
    found = maurel_sedillot(jobs, H, reference=reference)
    same(found["gamma"], known["maurel_sedillot_reference"]["output"])
