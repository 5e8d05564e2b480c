"""Numbers are rounded before they are written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clusterid.study.saving._frames import rounded


def test_last_bits_do_not_reach_a_file() -> None:
    a = pd.DataFrame({"x": [0.1 + 0.2, 1e-300, 0.0, -123456789.123456789, np.nan]})
    b = pd.DataFrame({"x": [0.3, 1e-300, -0.0, -123456789.123456790, np.nan]})
    assert rounded(a).to_csv() == rounded(b).to_csv()
    assert rounded(a)["x"][3] == pytest.approx(-123456789.123, abs=1e-3)
