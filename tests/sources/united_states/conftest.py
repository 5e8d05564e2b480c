"""The real table of the states, read once a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sources.united_states.paths import CBP

from clusterid.sources import (
    READERS,
    SourcedEmployment,
)


@pytest.fixture(scope="module")
def cbp() -> SourcedEmployment:
    import os

    folder = os.environ.get("CLUSTERID_DATA")
    if not folder:
        pytest.skip("CLUSTERID_DATA is not set: real data are not here")
    sourced: SourcedEmployment = READERS["cbp"](Path(folder) / CBP)
    return sourced
