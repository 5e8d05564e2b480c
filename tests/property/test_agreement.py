"""What must hold for the agreement of two partitions."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.communities import partition_agreement


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=40)
)
def test_agreement_is_symmetric_and_blind_to_names(pairs):
    a = pd.Series([x for x, _ in pairs])
    b = pd.Series([y for _, y in pairs])
    first, second = partition_agreement(a, b), partition_agreement(b, a)
    renamed = partition_agreement(a.map(lambda x: f"group {9 - x}"), b)
    for name in ("adjusted_rand", "adjusted_mutual_information", "element_centric"):
        assert abs(first[name] - second[name]) < 1e-9
        assert abs(first[name] - renamed[name]) < 1e-9
