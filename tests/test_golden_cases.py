"""Every value another program gave is read by a test, or listed here with a reason."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

#: File -> case -> why nothing of ours is held against it.
NOT_OFFERED: dict[str, dict[str, str]] = {
    "ecomplexity": {
        "continuous_density": "a density of quotients is no share (it passes 1), and a "
        "correlation of raw quotients hangs on the few largest; `colocation_network` "
        "offers correlations with size partialled out",
    },
    "econgeo_complexity": {
        "norm_ubiquity_rounded": "an industry's size over its ubiquity, rounded to two "
        "digits by the peer; `economic_complexity` gives the ubiquity itself",
    },
    "giddy": {
        "markov": "chains of income classes are no question of clusters; `monitor` "
        "tells changes beyond plant noise",
        "prais_mobility": "as `markov`",
        "rank_tau": "Kendall's tau is `scipy.stats.kendalltau`",
    },
    "partition_agreement": {
        "nf1": "not corrected for chance; `partition_agreement` gives adjusted scores",
        "overlapping_nmi_lfk": "for overlapping groups; templates do not overlap",
        "conductance_declared": "rises with a group's size; `Templates.validation` "
        "gives the scores of Delgado, Porter and Stern",
        "silhouette": "as `conductance_declared`",
        "hierarchical_average": "a peer of the benchmarks: scipy itself is called",
    },
}
TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def folder() -> Path:
    value = os.environ.get("CLUSTERID_GOLDEN")
    if not value or not Path(value).is_dir():
        pytest.skip("CLUSTERID_GOLDEN is not set: golden values are not here")
    return Path(value)


def is_read(case: str, texts: list[str]) -> bool:
    """Return whether a test names the case: in full, by its stem, or as an f-string."""
    stem = re.sub(r"_(\d+|[rb])$", "", case)
    for text in texts:
        if re.search(rf"""["'](?:{re.escape(case)}|{re.escape(stem)})["']""", text):
            return True
        for pattern in re.findall(r'f"(\w*\{\w+\}\w*)"', text):
            if re.fullmatch(re.sub(r"\{\w+\}", r"\\w+", pattern), case):
                return True
    return False


def test_every_case_is_read_or_its_absence_explained(folder: Path) -> None:
    here = Path(__file__)
    texts = [p.read_text("utf-8") for p in sorted(TESTS.rglob("*.py")) if p != here]
    forgotten, explained = [], []
    for path in sorted(folder.glob("*.json")):
        users = [text for text in texts if path.stem in text]
        for case in json.loads(path.read_text("utf-8"))["cases"]:
            name = case["id"]
            if name in NOT_OFFERED.get(path.stem, {}):
                explained.append((path.stem, name))
            elif not is_read(name, users):
                forgotten.append(f"{path.stem}: {name} ({case['status']})")
    assert not forgotten
    listed = {(file, name) for file, names in NOT_OFFERED.items() for name in names}
    assert listed == set(explained)
