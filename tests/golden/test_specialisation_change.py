"""Growth and change of specialisation against EconGeo."""

from __future__ import annotations

from collections.abc import Callable

from tests.golden.peers import Golden, every_case, same, table

from clusterid.concentration import growth, specialization_change


def test_econgeo_dynamics(golden: Callable[[str], Golden]) -> None:
    content = golden("econgeo_dynamics")
    known = content["by_id"]
    every_case(
        content,
        {},
        {"entry", "exit", "growth_industries_rounded", "growth_regions_rounded"},
    )
    shape = table(content, "values_1").shape
    found = specialization_change(
        table(content, "binary_1"), table(content, "binary_2")
    )
    for name in ("entry", "exit"):
        same(found[name].to_numpy().reshape(shape), known[name]["output"])
    first, second = table(content, "values_1"), table(content, "values_2")
    for axis, name in ((0, "industries"), (1, "regions")):
        rate = growth(first.sum(axis=axis), second.sum(axis=axis))
        # the peer rounds per cent to two decimals
        same(100 * rate, known[f"growth_{name}_rounded"]["output"], atol=0.0051)
