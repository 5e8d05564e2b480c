"""Whatever the table: held cells stay open to outsiders and to every owner."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.disclosure.suppression.attacks import Attack, of_plants

from clusterid.disclosure import audit, guard

plants = st.lists(st.integers(1, 300), max_size=5)


@st.composite
def tables(draw):
    n, m = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    cell = st.lists(plants, min_size=m, max_size=m)
    return of_plants(draw(st.lists(cell, min_size=n, max_size=n)))


@settings(max_examples=25)
@given(tables(), st.sampled_from(["exact", "fast"]), st.sampled_from([5.0, 10.0, 25.0]))
def test_brute_force_finds_no_held_cell_closer_than_promised(economy, method, p):
    result = guard(economy, method=method, p_percent=p)
    attack = Attack(economy, result)
    assert attack.too_close(p / 100, owners=True) == []


@settings(max_examples=25)
@given(tables(), st.sampled_from(["exact", "fast"]))
def test_the_audit_agrees_with_the_guard(economy, method):
    result = guard(economy, method=method)
    assert audit(economy, held=result, method="exact").protected


@settings(max_examples=25)
@given(tables())
def test_what_may_not_be_published_never_is(economy):
    result = guard(economy)
    counts = economy.establishments
    few = (counts > 0) & (counts < 3)
    assert (result.held | ~few).to_numpy().all()
    assert not (result.held & (counts == 0)).to_numpy().any()
    shown = counts.sum(axis=1)[~result.region_totals]
    assert (shown[shown > 0] >= 3).all()
