"""Shift-share, static and dynamic, against REAT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, differs, every_case, numbers, same

from clusterid.concentration import shift_share


def _freiburg(content: Golden) -> tuple[list[pd.DataFrame], list[pd.Series]]:
    inputs = content["inputs"]
    industries = [f"i{k}" for k in range(len(inputs["industries"]))]
    tables = [
        pd.DataFrame([inputs[f"region_{t}"]], ["Freiburg"], industries, dtype=float)
        for t in ("t1", "t2")
    ]
    nation = [
        pd.Series(inputs[f"nation_{t}"], industries, dtype=float) for t in ("t1", "t2")
    ]
    return tables, nation


SHIFT_SHARE: dict[str, tuple[Any, dict[str, str]]] = {
    "dunn": (
        "dunn",
        {
            "Growth (t1-t)": "change",
            "National share": "national_share",
            "Industrial mix": "industrial_mix",
            "Regional share": "regional_share",
        },
    ),
    "esteban_marquillas": (
        "esteban_marquillas",
        {
            "Growth (t1-t)": "change",
            "National share": "national_share",
            "Industrial mix": "industrial_mix",
            "Regional share": "competitive",
            "Allocation effect": "allocation",
        },
    ),
    "gerfin": (
        "gerfin",
        {
            "Industrial mix": "industrial_mix",
            "Regional share": "regional_share",
            "Net total shift": "net_shift",
        },
    ),
}


@pytest.mark.parametrize("case", SHIFT_SHARE)
def test_reat_shift_share(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_shift_share")
    by_industry = {"by_industry_reat_defective", "by_industry_reference"}
    every_case(content, SHIFT_SHARE, by_industry | {"dynamic_dunn"})
    variant, names = SHIFT_SHARE[case]
    (start, end), (nation, nation_end) = _freiburg(content)
    found = shift_share(
        start,
        end,
        variant=variant,
        reference_start=nation,
        reference_end=nation_end,
    ).regions.loc["Freiburg"]
    known = dict(content["by_id"][case]["output"])
    net = known.pop("Net total shift", None)
    if variant == "dunn":
        same(found["industrial_mix"] + found["regional_share"], net)
    elif variant == "gerfin":
        known["Net total shift"] = net
    for theirs, ours in names.items():
        same(found[ours], known.pop(theirs))
    assert not known


def test_reat_shift_share_by_industry(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_shift_share")
    (start, end), (nation, nation_end) = _freiburg(content)
    options = {"reference_start": nation, "reference_end": nation_end}
    dunn = shift_share(start, end, **options).industries
    homothetic = shift_share(start, end, variant="esteban_marquillas", **options)
    known = content["by_id"]["by_industry_reference"]["output"]
    for name in ("national_share", "industrial_mix", "regional_share"):
        same(dunn[name], known[name])
    for name in ("competitive", "allocation"):
        same(homothetic.industries[name], known[name])
    defective = content["by_id"]["by_industry_reat_defective"]["output"]
    # Dunn: NS_i = e_i1 (E2/E1 - 1); REAT prints e_i1 (E_i2/E_i1 - 1) and drops IM
    differs(dunn["national_share"], defective["National share"])
    same(dunn["national_share"] + dunn["industrial_mix"], defective["National share"])


def test_reat_dynamic_shift_share(golden: Callable[[str], Golden]) -> None:
    content = golden("reat_shift_share")
    case = content["by_id"]["dynamic_dunn"]
    args, known = case["args"], case["output"]
    region, nation = numbers(args["region"]), numbers(args["nation"])
    industries = args["industries"]
    years = range(len(args["years"]))
    tables = [pd.DataFrame([region[:, t]], ["G"], industries) for t in years]
    nations = [pd.Series(nation[:, t], industries) for t in years]
    found = shift_share(
        tables[0],
        tables[-1],
        variant="dynamic",
        between=tables[1:-1],
        reference_start=nations[0],
        reference_end=nations[-1],
        reference_between=nations[1:-1],
    )
    names = ("change", "national_share", "industrial_mix", "regional_share")
    both = [found.regions, found.periods]
    for frame in both:
        frame["net"] = frame["industrial_mix"] + frame["regional_share"]
    row = found.regions.loc["G"]
    for ours, theirs in zip((*names, "net"), known["by_year_rows"], strict=True):
        same(row[ours], known[theirs])
    same(found.periods[[*names, "net"]].T, known["by_year"])
