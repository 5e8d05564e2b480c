"""Figures name base and source, draw names as names, and are the same each time."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from clusterid import figures
from clusterid.errors import GeometryError, TableError

SHARES = pd.DataFrame(
    {"percent_of_cases": [62.0, 37.0, 26.0], "lower": [58.0, 33.0, 22.0],
     "upper": [66.0, 41.0, 30.0]}, index=["strategy", "several", "one"],
)  # fmt: skip
RANKS = pd.DataFrame(
    {"named": [90.0, 80.0, 50.0], "top": [10.0, 50.0, 40.0]},
    index=["attention", "firms", "brand"],
)


def draw(result: Any, **options: Any) -> dict[str, Callable[[], Any]]:
    cells = result.candidates.cells
    values = cells[cells["template"].eq("T02")].set_index("region")["lq_shrunk"]
    names = dict(result.economy.metadata.labels)
    return {
        "portfolio": lambda: figures.portfolio(result.candidates, **options),
        "heatmap": lambda: figures.template_heatmap(
            result.candidates,
            result.templates,
            names=result.regions["name"].to_dict(),
            **options,
        ),
        "verdicts": lambda: figures.verdict_bars(result.comparison, **options),
        "network": lambda: figures.template_network(
            result.stack, result.templates, names=names, **options
        ),
        "choropleth": lambda: figures.choropleth(
            values, result.regions, title=result.title, **options
        ),
        "shares": lambda: figures.share_bars(SHARES, title=result.title, **options),
        "ranks": lambda: figures.rank_slope(RANKS, title=result.title, **options),
    }


KINDS = ("portfolio", "heatmap", "verdicts", "network", "choropleth", "shares", "ranks")


def texts(ax: Any) -> str:
    from matplotlib.text import Text

    found = ax.figure.findobj(Text)
    return " | ".join(t.get_text() for t in found)


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
    result = fake.fake_result(hostile=True)
    result.title = "$\\frac{1}{ & <b>\n🏭"
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


def test_withheld_cells_are_hatched_not_coloured(fake: ModuleType) -> None:
    ax = draw(fake.fake_result())["heatmap"]()
    assert sum(bool(p.get_hatch()) for p in ax.patches) == 1
    ax = draw(fake.fake_result())["choropleth"]()
    labels = [t.get_text() for t in ax.get_legend().get_texts()]
    assert "withheld or not computable" in labels


def test_no_candidates_are_said_in_words() -> None:
    table = pd.DataFrame(columns=["template", "employment", "lq_shrunk", "flags"])
    ax = figures.portfolio(SimpleNamespace(table=table))
    assert "No candidate cluster found." in texts(ax)


def test_the_network_keeps_the_strongest_links_only(fake: ModuleType) -> None:
    from matplotlib.collections import LineCollection

    result = fake.fake_result()
    ax = figures.template_network(result.stack, result.templates, links_per_node=1)
    lines = next(c for c in ax.collections if isinstance(c, LineCollection))
    # A-B, B-A, C-B, D-E, E-D: three pairs
    assert len(lines.get_segments()) == 3


def test_a_missing_column_is_named() -> None:
    with pytest.raises(TableError, match="percent_of_cases"):
        figures.share_bars(SHARES.drop(columns="percent_of_cases"))


def test_regions_without_a_crs_are_an_error(fake: ModuleType) -> None:
    regions = fake.fake_regions()
    bare = gpd.GeoDataFrame(geometry=list(regions.geometry), index=regions.index)
    with pytest.raises(GeometryError, match="no CRS"):
        figures.choropleth(pd.Series({"R01": 1.0}), bare)
