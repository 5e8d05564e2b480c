"""Inequality of regions against REAT and PySAL.

Every case of a file is listed; a case that is left out fails the matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from tests.golden.peers import Golden, differs, every_case, same

from clusterid.concentration import (
    atkinson_index,
    coefficient_of_variation,
    coulter_index,
    dalton_index,
    gini_coefficient,
    herfindahl_index,
    hoover_index,
    regional_inequality,
    spatial_gini,
    theil_decomposition,
    theil_inequality,
    williamson_index,
)


def _vector(content: Golden) -> tuple[pd.Series, pd.Series]:
    x = pd.Series(content["inputs"]["x"], dtype=float)
    return x, pd.Series(content["inputs"]["w"], dtype=float)


INEQUALITY: dict[str, Callable[[pd.Series, pd.Series], Any]] = {
    "gini": lambda x, _: gini_coefficient(x),
    "gini_normalised": lambda x, _: gini_coefficient(x, normalised=True),
    "gini_weighted": lambda x, w: gini_coefficient(x, weights=w),
    "gini_weighted_sorted": lambda x, w: gini_coefficient(x, weights=w),
    "mean_log_deviation": lambda x, _: theil_inequality(x, variant="L"),
    "theil_t_reference": lambda x, _: theil_inequality(x),
    "mld_weighted_reference": lambda x, w: theil_inequality(x, weights=w, variant="L"),
    "theil_t_weighted_reference": lambda x, w: theil_inequality(x, weights=w),
    "hoover_vs_population": lambda x, w: hoover_index(x.to_frame(), reference=w)[0],
    "coulter": lambda x, w: coulter_index(x, reference=w),
    "coulter_unweighted": lambda x, _: coulter_index(x),
    "atkinson": lambda x, _: [atkinson_index(x, epsilon=e) for e in (0.5, 1, 2)],
    "dalton": lambda x, _: dalton_index(x),
    "cv_sample": lambda x, _: coefficient_of_variation(x),
    "cv_population": lambda x, _: coefficient_of_variation(x, sample=False),
    "williamson": lambda x, w: williamson_index(x, w, centre="unweighted"),
    "williamson_reference": williamson_index,
    "hhi": lambda x, _: herfindahl_index(x.to_frame())[0],
}

#: the peer is wrong; the case with the right value
INEQUALITY_DEFECTS = {
    "gini_weighted_defective": "gini_weighted",
    "theil_weighted_defective": "mld_weighted_reference",
}


@pytest.mark.parametrize("case", INEQUALITY)
def test_reat_inequality(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_inequality")
    every_case(content, INEQUALITY, set(INEQUALITY_DEFECTS))
    same(INEQUALITY[case](*_vector(content)), content["by_id"][case]["output"])


@pytest.mark.parametrize("case", INEQUALITY_DEFECTS)
def test_reat_inequality_defects(golden: Callable[[str], Golden], case: str) -> None:
    content = golden("reat_inequality")
    right = INEQUALITY[INEQUALITY_DEFECTS[case]](*_vector(content))
    # G_w = sum_ij w_i w_j |x_i - x_j| / (2 xbar_w); L_w = sum w ln(xbar_w / x)
    differs(right, content["by_id"][case]["output"])


def test_pysal_inequality(golden: Callable[[str], Golden]) -> None:
    content = golden("inequality")
    every_case(content, {}, {"theil_t", "theil_decomposition", "gini", "gini_spatial"})
    known = content["by_id"]
    y = pd.Series(content["inputs"]["y"], dtype=float)
    groups = pd.Series(content["inputs"]["groups"])
    found = regional_inequality(y, groups=groups)
    same(found.loc["theil_t", "value"], known["theil_t"]["output"])
    same(found.loc["gini", "value"], known["gini"]["output"])
    parts = known["theil_decomposition"]["output"]
    same(found.loc["theil_t", "between"], parts["between"])
    same(found.loc["theil_t", "within"], parts["within"])
    table_form = theil_decomposition(y.to_frame("y"), groups, reference="uniform")
    same(
        table_form.loc["y", ["total", "between", "within"]].to_numpy(dtype=float),
        [parts["T"], parts["between"], parts["within"]],
    )
    near = known["gini_spatial"]["args"]["neighbours"]
    split = spatial_gini(y, _neighbour_graph(near))
    theirs = known["gini_spatial"]["output"]
    same(split["gini"], theirs["g"])
    same(split["distant"], theirs["wcg_share"])
    same(
        split["distant"] / split["gini"], theirs["wcg"] / (theirs["wg"] + theirs["wcg"])
    )


def _neighbour_graph(near: list[list[int]]) -> Any:
    from libpysal.graph import Graph

    pairs = [(i, j) for i, row in enumerate(near) for j in row]
    return Graph.from_arrays(
        [i for i, _ in pairs], [j for _, j in pairs], [1.0] * len(pairs)
    )
