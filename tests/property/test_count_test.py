"""What the test of counts promises for any numbers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from clusterid.concentration import count_test


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 60),
    st.integers(60, 400),
    st.floats(0.001, 0.5),
    st.floats(0.0, 1.5),
)
def test_p_falls_with_the_count_and_rises_with_tau_and_roughness(n, trials, x, v):
    p = count_test(n, trials, x, roughness=v)
    assert 0.0 <= p <= 1.0
    assert count_test(n + 1, trials, x, roughness=v) <= p + 1e-12
    assert count_test(n, trials, x, 1.3, roughness=v) >= p - 1e-12
    if n > 1 + 2 * trials * x:
        assert count_test(n, trials, x, roughness=v + 0.05) >= p * (1 - 1e-9)
