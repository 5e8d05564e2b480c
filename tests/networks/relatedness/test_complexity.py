"""Complexity of tables that fall apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid import networks as nw
from clusterid.errors import TableError


def test_parts_that_share_nothing_have_no_common_complexity() -> None:
    table = pd.DataFrame(np.kron(np.eye(2), np.ones((3, 2))))
    with pytest.raises(TableError, match="2 parts"):
        nw.economic_complexity(table)
