"""Public functions say in words what an argument must be."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import clusterid as cid
from clusterid.comparison import ComparisonRules
from clusterid.errors import ClusteridError, OptionError, TableTypeError

JOBS = pd.DataFrame(
    np.arange(1.0, 13.0).reshape(4, 3), index=list("abcd"), columns=list("xyz")
)
JOBS.index.name, JOBS.columns.name = "region", "industry"
ODD: dict[str, Any] = {
    "text": "many", "none": None, "nan": float("nan"), "list": [1, 2], "dict": {1: 2},
    "bool": True, "huge": 10**400, "bytes": b"x", "array": np.eye(2), "frame": JOBS,
    "object": object(), "complex": 1j,
}  # fmt: skip
FUNCTIONS = {
    "location_quotient": (JOBS,),
    "locational_gini": (JOBS,),
    "hoover_index": (JOBS,),
    "krugman_specialization": (JOBS,),
    "location_quotient_test": (JOBS,),
    "proximity": (JOBS,),
    "detect_communities": ({"a": nx.karate_club_graph()},),
    "collaboration_network": (
        pd.DataFrame({"project": ["p", "p"], "region": ["a", "b"], "year": [1, 1]}),
    ),
    "colocation_network": (JOBS,),
}  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", ["text", "list", "dict", "bytes", "object", "complex"])
def test_words_and_numbers_of_a_wrong_kind_are_told(name: str, kind: str) -> None:
    function = getattr(cid, name)
    seen = 0
    for option, parameter in inspect.signature(function).parameters.items():
        plain = set(str(parameter.annotation).split(" | ")) <= {
            "int", "float", "bool", "None",
        }  # fmt: skip
        if parameter.kind is not parameter.KEYWORD_ONLY or not plain:
            continue
        seen += 1
        with pytest.raises(OptionError, match=f"{option} must be"):
            function(*FUNCTIONS[name], **{option: ODD[kind]})
    words = [
        p
        for p, parameter in inspect.signature(function).parameters.items()
        if "Literal" in str(parameter.annotation)
    ]
    for option in words:
        with pytest.raises(OptionError, match=option):
            function(*FUNCTIONS[name], **{option: ODD[kind]})


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("kind", ["text", "none", "nan", "bool", "huge", "bytes"])
def test_what_is_no_table_is_told(name: str, kind: str) -> None:
    with pytest.raises(ClusteridError):
        getattr(cid, name)(ODD[kind])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_option_that_does_not_exist_names_the_nearest(name: str) -> None:
    function = getattr(cid, name)
    with pytest.raises(OptionError, match="has no option"):
        function(*FUNCTIONS[name], nothing_like_it=1)


def test_the_nearest_option_is_named() -> None:
    with pytest.raises(OptionError, match="Did you mean 'variant'"):
        cid.location_quotient(JOBS, varient="log")


@pytest.mark.filterwarnings("ignore:nothing is known of plants")
def test_numbers_of_numpy_and_own_kinds_of_tables_pass() -> None:
    tested = cid.location_quotient_test(JOBS, draws=np.int64(99), seed=np.int64(3))
    assert len(tested) == JOBS.size

    class Frame(pd.DataFrame):
        pass

    pd.testing.assert_frame_equal(
        pd.DataFrame(cid.location_quotient(Frame(JOBS))), cid.location_quotient(JOBS)
    )


def test_a_graph_or_result_that_is_a_word_is_told() -> None:
    for call in (cid.backbone, cid.cluster_map, cid.report, cid.cite):
        with pytest.raises(TableTypeError, match="must be"):
            call("x")  # type: ignore[operator]


def test_an_optional_graph_that_is_a_word_is_told() -> None:
    for given in ({"graph": "x"}, {"layers": 3}):
        with pytest.raises(TableTypeError, match=f"{next(iter(given))} must be what"):
            cid.identify_clusters(
                cid.economy(JOBS), cid.given_templates({"x": "T"}), JOBS, **given
            )  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["list", "dict", "array", "frame", "text", "none"])
def test_what_is_no_economy_is_told(kind: str) -> None:
    from clusterid.tables import guard

    with pytest.raises(ClusteridError, match="must be"):
        guard(ODD[kind])


@pytest.mark.parametrize(
    "option",
    [{"tau": 0}, {"tau": -1}, {"coverage": 1.5}, {"level": 7}, {"draws": -1},
     {"seed": -1}],
)  # fmt: skip
def test_a_rule_out_of_range_is_told(option: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=f"{next(iter(option))}="):
        cid.location_quotient_test(JOBS, **option)
    rules = {"significance": 7}, {"linked": "a"}, {"rising": -1}, {"match": np.nan}
    for given in rules:
        with pytest.raises(OptionError, match=f"{next(iter(given))}="):
            ComparisonRules(**given)  # type: ignore[arg-type]


def test_a_missing_argument_is_told_by_python() -> None:
    with pytest.raises(TypeError, match=r"value_map\(\) missing"):
        cid.value_map(JOBS)  # type: ignore[call-arg]


LONG = (
    cid.identify_clusters, cid.detect_communities, cid.location_quotient_test,
    cid.simulate_economy, cid.value_map, cid.read_table,
)  # fmt: skip


@pytest.mark.parametrize("function", LONG)
def test_a_long_list_of_options_is_shown_with_its_defaults(function: Any) -> None:
    shown = inspect.signature(function).parameters
    assert not [p for p in shown.values() if p.kind is p.VAR_KEYWORD]
    options = [p for p in shown.values() if p.kind is p.KEYWORD_ONLY]
    assert len(options) > 5
    assert all(p.default is not p.empty for p in options)
    assert all(p.default is not dataclasses.MISSING for p in options)


@pytest.mark.parametrize("function", LONG)
def test_an_unknown_option_of_a_long_list_is_named(function: Any) -> None:
    known = next(reversed(inspect.signature(function).parameters))
    with pytest.raises(OptionError, match=f"has no option '{known}s'") as caught:
        function(**{f"{known}s": 1})
    assert f"Did you mean '{known}'" in str(caught.value)


def test_an_option_of_a_long_list_is_held_against_its_type() -> None:
    with pytest.raises(OptionError, match="draws must be a whole number, not '9'"):
        cid.location_quotient_test(JOBS, draws="9")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="classes must be a whole number"):
        cid.value_map(JOBS, JOBS, classes=2.5)  # type: ignore[arg-type]
