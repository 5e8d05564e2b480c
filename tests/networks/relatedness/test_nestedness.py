"""Nestedness by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import TableError


def test_nestedness_by_hand() -> None:
    table = pd.DataFrame(
        [[1, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 0]],
        index=list("wxyz"),
        columns=list("abcd"),
    )
    # regions: w over x 2/2, w over y 1/2, x and y are as large: nothing
    # industries: a, b, c in two regions, d in one, that of c: only c over d
    ours = nw.nestedness(table)
    assert ours.to_dict() == pytest.approx({
        "regions": 1.5 / 3,
        "industries": 1 / 6,
        "nestedness": 2.5 / 9,
    })
    with pytest.raises(TableError, match="unknown"):
        nw.nestedness(table.where(table > 0))
