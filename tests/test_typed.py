"""Public functions say in words what an argument must be."""

from __future__ import annotations

import inspect
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

import clusterid as cid
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
        with pytest.raises(TableTypeError, match="must be what another function"):
            call("x")  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["list", "dict", "array", "frame", "text", "none"])
def test_what_is_no_economy_is_told(kind: str) -> None:
    from clusterid.tables import guard

    with pytest.raises(ClusteridError, match="must be"):
        guard(ODD[kind])


def test_a_missing_argument_is_told_by_python() -> None:
    with pytest.raises(TypeError, match=r"value_map\(\) missing"):
        cid.value_map(JOBS)  # type: ignore[call-arg]
