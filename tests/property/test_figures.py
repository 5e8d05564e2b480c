"""Figures name base and source, draw names as names, and are the same each time."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

import pytest
from tests.figures.drawn import draw, texts

from clusterid import figures

KINDS = ("portfolio", "heatmap", "verdicts", "network", "choropleth", "shares", "ranks")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_figures_name_their_source_and_draw_without_warning(
    fake: ModuleType, kind: str, language: str
) -> None:
    make = draw(fake.fake_result(), source="Toy office", language=language)[kind]
    ax = make()
    said = "Source: Toy office" if language == "en" else "Quelle: Toy office"
    assert said in texts(ax)
    assert figures.to_svg(ax).startswith("<svg")


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_names_are_drawn_as_names(fake: ModuleType, kind: str) -> None:
    title = "$\\frac{1}{ & <b>\n🏭"
    result = replace(fake.fake_result(hostile=True), title=title)
    svg = figures.to_svg(draw(result, simulated=True)[kind]())
    assert "<script" not in svg
    assert "<b>" not in svg


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_figure_has_the_same_bytes(fake: ModuleType, kind: str) -> None:
    one, two = (draw(fake.fake_result())[kind]() for _ in range(2))
    assert figures.to_svg(one) == figures.to_svg(two)


@pytest.mark.parametrize("kind", KINDS)
def test_simulated_stands_on_the_figure(fake: ModuleType, kind: str) -> None:
    assert "SIMULATED" in texts(draw(fake.fake_result(), simulated=True)[kind]())
    assert "SIMULATED" not in texts(draw(fake.fake_result())[kind]())


@pytest.mark.parametrize("kind", KINDS)
def test_figures_are_drawn_on_the_axes_given(fake: ModuleType, kind: str) -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert draw(fake.fake_result(), ax=ax)[kind]() is ax


def test_the_callers_settings_are_left_alone(fake: ModuleType) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    draw(fake.fake_result())["portfolio"]()
    assert dict(mpl.rcParams) == before
