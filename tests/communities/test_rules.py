"""Rules of detection: refused in words, kept in the order of results."""

from __future__ import annotations

import pytest

from clusterid.communities._rules import CommunityRules
from clusterid.errors import OptionError


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"method": "louvain"}, "method='louvain' is not offered"),
        ({"quality": "potts"}, "quality='potts' is not offered"),
        ({"prefer": "coarsest"}, "prefer='coarsest' is not offered"),
        ({"runs_at": "none"}, "runs_at='none' is not offered"),
        ({"resolution": 0}, "resolution=0: use 'auto' or a positive number"),
        ({"largest": 1}, "largest=1: a group has at least 2 industries"),
        ({"runs": 0}, "runs=0: at least one run is needed"),
        ({"processes": 0}, "processes=0: at least one is needed"),
    ],
)
def test_what_detection_refuses(option, words):
    with pytest.raises(OptionError, match=words):
        CommunityRules(**option)


def test_params_say_what_was_used():
    rules = CommunityRules.of({"runs": 7, "redraw": dict, "layers": None})
    params = rules.params("supply", {"skill": 1.0, "plants": 0.5})
    assert list(params)[:6] == [
        "method", "quality", "resolution", "runs", "seed", "held_out",
    ]  # fmt: skip
    assert (params["runs"], params["redraw"]) == (7, True)
    assert params["layers"] == ["plants", "skill"]
    assert rules.given_resolution is None
    assert CommunityRules(resolution=0.5).given_resolution == 0.5
