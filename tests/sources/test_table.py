"""Tables of one's own: their options."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clusterid import OptionError
from clusterid.sources import reader


def test_unknown_options_of_own_tables_are_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("region,industry,employment,year\nr,a,1,2020\nr,b,,2020\n")
    own = reader("table", "employment")
    with pytest.raises(OptionError, match="Did you mean 'decimal'"):
        own(path, decimals=",")
    sourced = own(path, separator=",", concept="workplace")
    assert np.isnan(sourced.economy().employment.loc["r", "b"])
    assert "industries" not in reader("table", "flows").options
